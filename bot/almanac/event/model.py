"""The event: one gathering of the community, as its record keeps it; its id; and one spelling of its URLs and times."""

import re
from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import date as calendar_date
from datetime import datetime
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo
from slugify import slugify

from almanac.patterns import regex
from almanac.phrases import say
from almanac.urls import RefusedUrl, check_url

Status = Literal["scheduled", "cancelled", "postponed", "rescheduled"]
_DAY = regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
ID_PATTERN = r"^[0-9X]{4}(-[0-9]{2}){0,2}(-[a-z0-9]+)*$"
"""The ids that Almanac gives."""
_NAME = r"[^\W_][^\x00-\x1f\x7f-\x9f/\\<>\"`|*?:]*"
NAME_PATTERN = f"^{_NAME}(/{_NAME})*$"
"""The ids that there can be: a site's own files keep the names that they have, with those of folders before them."""
LONGEST_NAME = 200
"""How many characters an id can have."""


_YEARS = range(1000, 3000)
"""No moment beside them, in another zone or some days further, is beyond what Python's calendar has."""


def _partial_date(value: str) -> str:
    if not re.fullmatch(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?|XXXX-[0-9]{2}-[0-9]{2}", value):
        raise ValueError(say("A date is written 2021-11-08, 2021-11, 2021 or, with the year unknown, XXXX-12-09."))
    # 2000 was a leap year, so an unknown year allows 29 February.
    parts = [2000 if part == "XXXX" else int(part) for part in value.split("-")]
    if parts[0] not in _YEARS:
        raise ValueError(say("The year has to be between {first} and {last}.", first=_YEARS[0], last=_YEARS[-1]))
    try:
        calendar_date(*([*parts, 1, 1])[:3])
    except ValueError:
        raise ValueError(say("There is no such day in the calendar.")) from None
    return value


def _after_date(value: str | None, info: ValidationInfo) -> str | None:
    """Check a last day against the field `date`; an event whose last day is its first has none."""
    first = info.data.get("date")
    if value is None or first in (None, value):
        return None
    if not (_DAY.fullmatch(value) and _DAY.fullmatch(first)):
        raise ValueError(say("An event of several days has both its first and its last day in full, as 2021-11-08."))
    if value < first:
        raise ValueError(say("The last day is before the first one, {first}.", first=first))
    return value


def _instant(value: str) -> str:
    with suppress(ValueError):
        if "T" in value and (moment := datetime.fromisoformat(value)).tzinfo and moment.year in _YEARS:
            return value
    raise ValueError(say("A moment is written with its offset, as in 2021-11-08T09:00:00-05:00."))


PartialDate = Annotated[str, AfterValidator(_partial_date)]
Instant = Annotated[str, AfterValidator(_instant)]
T = TypeVar("T", "Person", "Link", "Image")
Extra = str | tuple[str, ...] | dict[str, bool]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Person(_Value):
    """A person or an organisation that is named on the page."""

    name: Annotated[str, Field(min_length=1, description="What they are called")]
    url: Annotated[str | None, Field(description="Their page")] = None
    affiliation: Annotated[str | None, Field(description="For whom they work")] = None
    role: Annotated[str | None, Field(description="What they do at the event")] = None


class Link(_Value):
    """A link with the words that are shown for it."""

    label: Annotated[str, Field(min_length=1, description="The words")]
    url: Annotated[str, Field(description="Where it leads")]


class Image(_Value):
    """A picture that shows what the event is about: a file of the site, or an address where it is until it is one."""

    path: Annotated[str | None, Field(description="Where it is within the site")] = None
    url: Annotated[str | None, Field(description="Where GitHub keeps it, if the site has no copy")] = None
    alt: Annotated[str | None, Field(description="What it shows, for those who do not see it")] = None


class Event(_Value):
    """One event. The order of the fields is the order of the keys in its record.

    Texts are plain text as typed; `description` and the points of `agenda` are Markdown as typed, of which a page
    shows a part (`almanac.event.prose`), and `markdown` is written as it is.
    """

    id: Annotated[
        str,
        Field(
            pattern=NAME_PATTERN,
            max_length=LONGEST_NAME,
            description="Names the record's file; never changes",
            examples=["2021-11-08-demo-day"],
        ),
    ]
    issue: Annotated[int | None, Field(gt=0, description="Number of the issue that it was filed with")] = None
    number: Annotated[int | None, Field(ge=0, description="Its running number, where the page's table has one")] = None
    status: Annotated[Status | None, Field(description="Whether it takes place; `scheduled` if absent")] = None
    series: Annotated[str | None, Field(description="The recurring series it belongs to")] = None
    title: Annotated[str, Field(min_length=1, description="What it is called, or its topic")]
    date: Annotated[PartialDate, Field(description="2021-11-08, 2021-11, 2021, or XXXX-12-09: the year is unknown")]
    end_date: Annotated[
        PartialDate | None,
        AfterValidator(_after_date),
        Field(description="The last day of an event of several days, as 2021-11-10"),
    ] = None
    previous_date: Annotated[
        PartialDate | None, Field(description="The day on which it was to be, if it is rescheduled")
    ] = None
    when: Annotated[str | None, Field(description="The times as the page shows them")] = None
    starts: Annotated[Instant | None, Field(description="ISO 8601 with offset")] = None
    ends: Annotated[Instant | None, Field(description="ISO 8601 with offset")] = None
    time_zone: Annotated[str | None, Field(description="IANA name of the first zone in `when`")] = None
    location: Annotated[str | None, Field(description="Where it is")] = None
    url: Annotated[str | None, Field(description="Where to register")] = None
    people_label: Annotated[
        str | None, Field(description="What the people are called on the page; Guests if absent")
    ] = None
    people: Annotated[tuple[Person, ...], Field(description="Who speaks, hosts or takes part")] = ()
    description: Annotated[str | None, Field(description="Markdown, as in GitHub's issues")] = None
    agenda: Annotated[tuple[str, ...], Field(description="Its points, each a line of Markdown")] = ()
    recording: Annotated[str | None, Field(description="URL of the recording")] = None
    links: Annotated[tuple[Link, ...], Field(description="Slides and whatever else belongs to it")] = ()
    tags: Annotated[tuple[str, ...], Field(description="What it is about, in single words or a few")] = ()
    image: Annotated[Image | None, Field(description="A picture that shows what it is about")] = None
    extra: Annotated[dict[str, Extra], Field(description="Answers to fields of the site's own")] = {}
    duplicate_of: Annotated[str | None, Field(description="Id of the event of which this is a second listing")] = None
    markdown: Annotated[
        str | None, Field(description="The section verbatim, where it cannot be written from the fields")
    ] = None
    rendered: Annotated[
        str | None, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the section as Almanac last knew it")
    ] = None

    @property
    def sort_key(self) -> tuple[str, str, str]:
        """Put events in order: by first day, then by moment, then by last day.

        A date without a day comes before the days that it holds.
        """
        return (self.date, self.starts or "", self.end_date or "")

    @property
    def has_day(self) -> bool:
        """Whether its day is known: not only a month or a year, or a day without a year."""
        return len(self.date) == len("2021-11-08") and not self.date.startswith("X")

    @property
    def is_off(self) -> bool:
        """Whether it does not take place on its day."""
        return self.status in ("cancelled", "postponed")

    @property
    def rescheduled_from(self) -> str | None:
        """The day on which an event was to be that is rescheduled, as its record has it; None if it is not."""
        return self.previous_date if self.status == "rescheduled" else None


def share_a_day(one: tuple[str, str | None], other: tuple[str, str | None]) -> bool:
    """Tell whether two events, each given by its `date` and its `end_date`, have a day in common."""
    # Dates of other precision, or without a year, are only the same or not.
    return one[0] <= (other[1] or other[0]) and other[0] <= (one[1] or one[0])


def safe_slug(text: str, max_length: int = 60) -> str:
    """Return a text in `a-z`, `0-9` and single hyphens; empty if nothing of it can be written so."""
    # Left to itself, the library reads `&#47;` as a slash, which nobody typed.
    return slugify(
        text, entities=False, decimal=False, hexadecimal=False, max_length=max_length, word_boundary=True
    ).strip("-")


class TakenIds(set[str]):
    """Ids in use, for giving out many: ids are only added, so what was tried once need not be tried again."""

    def __init__(self, ids: Iterable[str] = ()) -> None:
        super().__init__(ids)
        self.tried: dict[str, int] = {}  # id without a number -> the first number that may still be free


def event_id(date: str, name: str, taken: Collection[str]) -> str:
    """Return a new event's id: `2021-11-08-governments-agencies`; where that is taken, `-2`, `-3` ... follow.

    It names the record's file, so it is made of a date and an ASCII slug, never of text as typed. It begins with a
    digit or with `XXXX`, so it is a valid file name on every system (`con`, `..` and the like are not). The name is the
    event's series, or its title.
    """
    slug = safe_slug(name)
    base = f"{date}-{slug}" if slug else date
    tried = taken.tried if isinstance(taken, TakenIds) else {}
    number = tried.get(base, 1)
    while (chosen := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    tried[base] = number
    return chosen


def in_one_spelling(event: Event) -> Event:
    """Spell an event's URLs and moments as Almanac does: `HTTPS://Example.org` and `https://example.org` are one URL.

    The page shows no difference, so another spelling would stay in a record unnoticed. A URL that a page may not link
    to, and an event whose section is kept word for word, stay as they are.
    """
    if event.markdown is not None:
        return event

    def linked(entry: T) -> T:
        return entry.model_copy(update={"url": _url(entry.url)})

    moments = {"starts": event.starts, "ends": event.ends}
    changes = {
        "url": _url(event.url),
        "recording": _url(event.recording),
        **{name: datetime.fromisoformat(moment).isoformat() for name, moment in moments.items() if moment},
        "people": tuple(map(linked, event.people)),
        "links": tuple(map(linked, event.links)),
        "image": linked(event.image) if event.image else None,
    }
    return event.model_copy(update=changes)


def _url(url: str | None) -> str | None:
    try:
        return check_url(url) if url else url
    except RefusedUrl:
        return url
