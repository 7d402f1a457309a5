"""Whether two events look like the same one: only ever a warning, since only people can tell."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from almanac.errors import Problem, UserError
from almanac.event.model import Event, safe_slug, share_a_day
from almanac.patterns import regex
from almanac.phrases import joined, say
from almanac.proposal.marker import pull_state
from almanac.proposal.published import file_address
from almanac.proposal.state import EventAtBase, Filed, Pull
from almanac.proposal.summary import day_of, named
from almanac.views.protocol import View, places

_NAMED = regex(r"[\w'\u2019 ]+ [\w'\u2019]+ ?: (.*?)(?: #[0-9]+| \(#[0-9]+\))?")
"""A title of ours (`Add event: ...`, in whatever language), and what it calls the event."""
_SIMILAR = 0.85
"""From which ratio of `difflib` on two titles read as one."""


def traits(event: Event) -> dict[str, str]:
    """Return what identifies an event, without any typed text: it is kept in a pull request's body."""
    url = hashlib.sha256(event.url.casefold().rstrip("/").encode()).hexdigest()[:16] if event.url else ""
    days = {"date": event.date, "end_date": event.end_date}
    found = {**days, "series": safe_slug(event.series or ""), "title": safe_slug(event.title), "url": url}
    return {name: value for name, value in found.items() if value}


def in_common(one: Mapping[str, str], other: Mapping[str, str]) -> str | None:
    """Say what the traits of two events have in common, if that makes them look like the same event."""
    if one.get("url") and one.get("url") == other.get("url"):
        return say("the same registration link")
    if not ("date" in one and "date" in other and share_a_day(_days(one), _days(other))):
        return None
    if one.get("series") and one.get("series") == other.get("series"):
        return say("the same day and series")
    return say("the same day and a similar title") if _similar(one.get("title", ""), other.get("title", "")) else None


def _days(one: Mapping[str, str]) -> tuple[str, str | None]:
    return one["date"], one.get("end_date")


def _similar(one: str, other: str) -> bool:
    if not one or not other:
        return False
    contained = f"-{one}-" in f"-{other}-" or f"-{other}-" in f"-{one}-"
    return contained or SequenceMatcher(None, one, other).ratio() >= _SIMILAR


def duplicate_warnings(filed: Filed, event: Event, at_base: EventAtBase, views: Sequence[View]) -> tuple[Problem, ...]:
    """Warn of every open proposal, and of a record or a place in a view, that looks like the same event."""
    settings = at_base.config.settings_of(event.series)
    if settings and settings.every:  # a series that meets regularly often has one link for all
        event = event.model_copy(update={"url": None})
    return (*_proposed(filed, event), *_published(filed, event, at_base, views))


def looks_like(event: Event | None, pull: Pull) -> bool:
    """Tell whether a pull request proposes what may be the same event; a shared link counts for any."""
    return event is not None and in_common(traits(event), pull_state(pull).like) is not None


def _proposed(filed: Filed, event: Event) -> Iterator[Problem]:
    mine = traits(event)
    for _, pull in sorted(filed.look.others.items()):
        state = pull_state(pull)
        common = in_common(mine, state.like)
        if common and state.event != event.id:  # and no other change of the same event
            ours = _NAMED.fullmatch(pull.title)
            message = say("Pull request #{number} proposes an event with {common}.", number=pull.number, common=common)
            yield _likely(message, ours[1] if ours else pull.title, pull.url)


def _published(filed: Filed, event: Event, at_base: EventAtBase, views: Sequence[View]) -> Iterator[Problem]:
    """Look at the names of the records, which hold a date and a series or title, and then at the views."""
    names = {safe_slug(name) for name in (event.series, event.title) if name} - {""}
    for record_id in sorted(at_base.ids - {event.id}):
        day, rest = record_id[: len(event.date)], record_id[len(event.date) + 1 :]
        # A second event of one day and name has a number at the end.
        start, _, number = rest.rpartition("-")
        is_named = (start if start and number.isdigit() else rest) in names
        if is_named and share_a_day((day, None), (event.date, event.end_date)):
            yield _recorded(filed, event, at_base, record_id)
            return
    for view, path in places(views, event):
        found = view.similar(path, at_base.texts(path), event, at_base.record)
        if found:
            place = file_address(filed.issue.url, filed.look.base.branch, path, found.line)
            message = say("The site already has an event with {common}.", common=found.common)
            yield _likely(message, joined((day_of(found.date), found.title), " \u2013 "), place)
            return


def _recorded(filed: Filed, event: Event, at_base: EventAtBase, record_id: str) -> Problem:
    path = at_base.store.path(record_id)
    try:
        record = at_base.store.read(at_base.texts(path) or "", path, record_id)
    except UserError:
        record = None
    if record is None:
        place = file_address(filed.issue.url, filed.look.base.branch, path)
        return _likely(say("The site already has an event with the same day and name."), record_id, place)
    common = in_common(traits(event), traits(record)) or say("the same day and name")
    shown = at_base.published(record)
    return _likely(
        say("The site already has an event with {common}.", common=common), named(record), shown.url or shown.file
    )


def _likely(message: str, event: str, place: str) -> Problem:
    return Problem(say("{message} If they are different events, all is well.", message=message), event=event, url=place)
