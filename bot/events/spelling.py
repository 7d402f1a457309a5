"""One spelling for what can be written in several ways: `HTTPS://Example.org` and `https://example.org` are one URL.

The page shows no difference between the two, so that a record spelt otherwise would stay so unnoticed.
"""

from datetime import datetime
from typing import TypeVar

from bot.events.event import Event, Link, Person
from bot.intake.url import RefusedUrl, check_url

T = TypeVar("T", Person, Link)


def in_one_spelling(event: Event) -> Event:
    """Spell an event's URLs and moments as Almanac does; it says the same as before.

    A URL that a page may not link to, and an event whose section is kept word for word, stay as they are.
    """
    if event.markdown is not None:
        return event
    changes = {
        "url": _url(event.url),
        "recording": _url(event.recording),
        "starts": _moment(event.starts),
        "ends": _moment(event.ends),
        "people": tuple(map(_linked, event.people)),
        "links": tuple(map(_linked, event.links)),
    }
    return event.model_copy(update=changes)


def _linked(entry: T) -> T:
    return entry.model_copy(update={"url": _url(entry.url)})


def _url(url: str | None) -> str | None:
    try:
        return check_url(url) if url else url
    except RefusedUrl:
        return url


def _moment(moment: str | None) -> str | None:
    return datetime.fromisoformat(moment).isoformat() if moment else moment
