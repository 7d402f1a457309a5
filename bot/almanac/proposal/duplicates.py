"""Whether two events look like the same one: a warning, no more, since only people can tell."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher

from almanac.errors import Problem
from almanac.event.model import Event, safe_slug
from almanac.event.record import record_path
from almanac.page.match import own_section, same_title, words
from almanac.page.outline import outline
from almanac.proposal.marker import recall
from almanac.proposal.state import EventAtBase, Filed

_SIMILAR = 0.85
_LOOKED_AT = 2000


def traits(event: Event) -> dict[str, str]:
    """Return what an event is told by, with no typed text in it: it stands in a pull request."""
    url = hashlib.sha256(event.url.casefold().rstrip("/").encode()).hexdigest()[:16] if event.url else ""
    found = {"date": event.date, "series": safe_slug(event.series or ""), "title": safe_slug(event.title), "url": url}
    return {name: value for name, value in found.items() if value}


def alike(one: Mapping[str, str], other: Mapping[str, str]) -> str | None:
    """Say what two events have in common, if that makes them look like the same one."""
    if one.get("url") and one.get("url") == other.get("url"):
        return "the same registration link"
    if one.get("date") is None or one.get("date") != other.get("date"):
        return None
    if one.get("series") and one.get("series") == other.get("series"):
        return "the same day and series"
    return "the same day and a similar title" if _similar(one.get("title", ""), other.get("title", "")) else None


def _similar(one: str, other: str) -> bool:
    if not one or not other:
        return False
    if f"-{one}-" in f"-{other}-" or f"-{other}-" in f"-{one}-":
        return True
    return SequenceMatcher(None, one, other).ratio() >= _SIMILAR


def warnings_of(filed: Filed, event: Event, site: EventAtBase) -> tuple[Problem, ...]:
    """Warn of every open proposal, and of a record or a section of the page, that looks like the same event."""
    return (*_proposed(filed, event), *_recorded(filed, event, site))


def _proposed(filed: Filed, event: Event) -> Iterator[Problem]:
    mine = traits(event)
    for _, pull in sorted(filed.look.others.items()):
        common = alike(mine, recall(pull.body).like)
        if common:
            message = f"An event with {common} is proposed already: #{pull.number}. If it is another one, all is well."
            yield Problem(message, filed.labels.get("title"))


def _recorded(filed: Filed, event: Event, site: EventAtBase) -> Iterator[Problem]:
    """Look at the names of the records, which tell a date and a series or title, and at the page."""
    names = {safe_slug(name) for name in (event.series, event.title) if name} - {""}
    for name in sorted(site.taken - {event.id}):
        if name[: len(event.date)] == event.date and _unnumbered(name[len(event.date) + 1 :]) in names:
            yield _known(filed, "history", _link(filed, record_path(site.config.records, name)))
            return
    cut = outline(site.page)
    own = own_section(cut, site.previous) if site.previous else None
    for section in cut.sections:
        same = section.date == event.date and (same_title(section, event) or _named(section.text, event.title))
        if (own is None or section.start != own.start) and (same or _linked(section.text, event.url)):
            yield _known(filed, "page", _link(filed, site.config.page, section.line))
            return


def _named(text: str, title: str) -> bool:
    """Tell whether a section holds all words of a title in a row; a single word says too little."""
    return len(title.split()) > 1 and words(title) in words(text[:_LOOKED_AT])


def _linked(text: str, url: str | None) -> bool:
    """Tell whether a section holds a link, and not only one that goes on from there: `/` is where most links begin."""
    end = r"/?(?![\w/?#&=%~+@:-]|\.\w)"
    return bool(url) and re.search(re.escape(str(url).rstrip("/")) + end, text, re.IGNORECASE) is not None


def _unnumbered(slug: str) -> str:
    """Take off the number by which a second event of one day and name is told from the first."""
    start, _, number = slug.rpartition("-")
    return start if start and number.isdigit() else slug


def _known(filed: Filed, what: str, place: str) -> Problem:
    message = f"The {what} has an event like this one already: {place}. If it is another one, all is well."
    return Problem(message, filed.labels.get("title"))


def _quoted(path: str) -> str:
    return re.sub(
        r"[^\w./~-]", lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), path, flags=re.ASCII
    )


def _link(filed: Filed, path: str, line: int | None = None) -> str:
    """Return where a file is read on the web; on this disk, its path."""
    site, issues, _ = filed.issue.url.rpartition("/issues/")
    if not issues or not site.startswith(("https://", "http://")):
        return f"{path}, line {line}" if line else path
    address = f"{site}/blob/{_quoted(filed.look.base.branch)}/{_quoted(path)}"
    return f"{address}?plain=1#L{line}" if line else address
