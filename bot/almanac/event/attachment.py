"""A picture that was attached to an issue, and the site's own copy of it."""

import hashlib
import re

from almanac.errors import Problem
from almanac.event.model import Event, Image
from almanac.images import SUFFIXES
from almanac.paths import leads_inside
from almanac.patterns import regex
from almanac.phrases import say

# GitHub writes `![name](address)`, or `<img alt="name" src="address" />` where it knows the size.
_ADDRESS = regex(r"https?://[^\s<>()\"']+", re.IGNORECASE)
# A company's own GitHub has another host; whether it is the right one, the forge knows.
_ATTACHED = regex(
    r"https?://[a-z0-9.:-]+/user-attachments/(?:assets/[0-9a-f-]{36}|files/[0-9]+/[\w%.-]+\.(?:png|jpe?g|webp|gif))",
    re.IGNORECASE | re.ASCII,
)
_DIGEST = 8
_COPY = regex(rf"-([0-9a-f]{{{_DIGEST}}})({'|'.join(map(re.escape, SUFFIXES))})\Z")
_HOW = say("Drag a picture into this answer, or paste it there.")


def read_picture(answer: str) -> Image | Problem:
    """Read the address of the one picture that an answer shows; the file's name says nothing about what is on it.

    Only an attachment that GitHub keeps is taken: anything else may show another picture tomorrow.
    """
    found = [*dict.fromkeys(_ADDRESS.findall(answer))]
    if not found:
        return Problem(say("There is no picture here. {how}", how=_HOW), typed=answer)
    if len(found) > 1:
        return Problem(
            say(
                "There are {number} pictures here, but only one is shown. Please take out the others.",
                number=len(found),
            )
        )
    if not _ATTACHED.fullmatch(found[0]):
        return Problem(
            say("Only a picture that is attached to the issue can be shown. {how}", how=_HOW), typed=found[0]
        )
    return Image(url=found[0])


def copy_path(folder: str, event_id: str, url: str, suffix: str) -> str:
    """Return the path of the site's copy of an event's picture: with another attachment, it has another name."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", event_id)
    return f"{folder}/{name}-{_digest(url)}{suffix}"


def with_copy(event: Event, path: str) -> Event:
    """Return an event whose picture is the site's copy, and no attachment any more."""
    image = event.image and event.image.model_copy(update={"path": path, "url": None})
    return event.model_copy(update={"image": image})


def own_copy(event: Event | None) -> str | None:
    """Return the path of an event's picture if its file is one that Almanac has made for this event."""
    path = event.image.path if event and event.image else None
    if event is None or path is None or not leads_inside(path) or (found := _COPY.search(path)) is None:
        return None
    folder, _, name = path.rpartition("/")
    made = copy_path(folder, event.id, "", found[2]).rpartition("/")[2]
    return path if name[: -len(found[0])] == made[: -len(found[0])] else None


def picture_key(image: Image) -> str:
    """Return what tells pictures apart: it is the same for an attachment and for the site's copy of it."""
    if image.path is None:
        return _digest(image.url or "")
    found = _COPY.search(image.path)
    return found[1] if found else image.path


def _digest(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()[:_DIGEST]
