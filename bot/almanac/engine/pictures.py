"""The picture of an event: found where the site or its branch has it already, else fetched, checked and named."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from almanac.errors import ForgeError, Problem
from almanac.event.attachment import copy_path, own_copy, with_copy
from almanac.event.model import Event
from almanac.images import MAX_BYTES, SUFFIXES, RefusedImage, clean_picture
from almanac.phrases import joined, say
from almanac.proposal.merge import field_digests
from almanac.proposal.state import Blob, Changes, Filed

_WITHOUT = say("The event goes on without it")


@dataclass(frozen=True)
class Pictured:
    """An event whose picture is the site's own copy; and that file by its path, if the main branch does not have it.

    If there can be no copy, the event is without a picture, and `why` tells its author.
    """

    event: Event
    files: Mapping[str, bytes | Blob] = field(default_factory=dict)
    why: Problem | None = None

    def put_into(self, filed: Filed) -> Filed:
        """Return what was filed, with the site's own copy of the picture, or with the reason why there is none."""
        if filed.event is None or self.why is None:
            return replace(filed, event=filed.event and self.event)
        why, lacks = replace(self.why, field=filed.labels.get("image")), field_digests(filed.event)["image"]
        return replace(filed, event=self.event, warnings=(*filed.warnings, why), lacks=lacks)


def with_picture(
    event: Event,
    folder: str,
    at_base: Callable[[str], Collection[str]],
    on_branch: Callable[[], Changes],
    fetch: Callable[[str, int], bytes],
) -> Pictured:
    """Look for the site's copy of an event's picture, and make it if there is none.

    An address stands for one picture for ever, so what is behind it is fetched once.

    Args:
        event: The event, with its id.
        folder: Where the site keeps pictures.
        at_base: Lists the files of a folder on the site's main branch.
        on_branch: Tells in what the proposal's branch differs from that.
        fetch: Fetches an attachment by its address, as `Forge.attachment` does for one issue.
    """
    image, copy = event.image, own_copy(event)
    url = image.url if image and not image.path else None
    if image is None or not (url or copy):
        return Pictured(event)
    paths = [copy] if copy else [copy_path(folder, event.id, url or "", suffix) for suffix in SUFFIXES]
    names = at_base(paths[0].rpartition("/")[0])
    there = next((path for path in paths if path.rpartition("/")[2] in names), None)
    if there:
        return Pictured(with_copy(event, there))
    for path, blob in on_branch().items():
        if blob and path in paths:
            return Pictured(with_copy(event, path), {path: blob})
    if not url:
        return Pictured(event)
    try:
        picture = clean_picture(fetch(url, MAX_BYTES))
    except RefusedImage as error:
        why = Problem(joined((str(error), " ", _WITHOUT, "."), ""))
    except ForgeError as error:
        why = Problem(
            say(
                "The picture could not be fetched: {error} {without} for now, and I will try again.",
                error=error,
                without=_WITHOUT,
            )
        )
    else:
        path = copy_path(folder, event.id, url, picture.suffix)
        return Pictured(with_copy(event, path), {path: picture.data})
    return Pictured(event.model_copy(update={"image": None}), why=why)
