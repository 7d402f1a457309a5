"""The event: one gathering of the community, as its record keeps it."""

import re
from datetime import date as calendar_date
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Status = Literal["scheduled", "cancelled", "postponed", "rescheduled"]
ID_PATTERN = r"^[0-9X]{4}(-[0-9]{2}){0,2}(-[a-z0-9]+)*$"


def _partial_date(value: str) -> str:
    if not re.fullmatch(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?|XXXX-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("a date is written 2021-11-08, 2021-11, 2021 or, with the year unknown, XXXX-12-09")
    # 2000 was a leap year, so an unknown year allows 29 February.
    parts = [2000 if part == "XXXX" else int(part) for part in value.split("-")]
    calendar_date(*([*parts, 1, 1])[:3])
    return value


def _instant(value: str) -> str:
    if "T" not in value or datetime.fromisoformat(value).tzinfo is None:
        raise ValueError("a moment is written with its offset, as 2021-11-08T09:00:00-05:00")
    return value


PartialDate = Annotated[str, AfterValidator(_partial_date)]
Instant = Annotated[str, AfterValidator(_instant)]
Extra = str | tuple[str, ...] | dict[str, bool]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Person(_Value):
    """Somebody (a person or an organisation) who is named on the page."""

    name: Annotated[str, Field(min_length=1)]
    url: str | None = None
    affiliation: str | None = None
    role: str | None = None


class Link(_Value):
    """A link with the words that are shown for it."""

    label: Annotated[str, Field(min_length=1)]
    url: str


class Event(_Value):
    """One event. The order of the fields is the order of the keys in its record.

    Texts are plain text as typed; only `description` knows a small grammar (paragraphs, `[text](https://...)`, bullets)
    and only `markdown` is Markdown.
    """

    id: Annotated[
        str,
        Field(
            pattern=ID_PATTERN,
            max_length=100,
            description="Names the record's file; never changes",
            examples=["2021-11-08-demo-day"],
        ),
    ]
    issue: Annotated[int | None, Field(gt=0, description="Number of the issue that it was filed with")] = None
    status: Status | None = None
    series: Annotated[str | None, Field(description="The recurring series it belongs to")] = None
    title: Annotated[str, Field(min_length=1)]
    date: Annotated[PartialDate, Field(description="2021-11-08, 2021-11, 2021, or XXXX-12-09: the year is unknown")]
    when: Annotated[str | None, Field(description="The times as the page shows them")] = None
    starts: Annotated[Instant | None, Field(description="ISO 8601 with offset")] = None
    ends: Annotated[Instant | None, Field(description="ISO 8601 with offset")] = None
    time_zone: Annotated[str | None, Field(description="IANA name of the first zone in `when`")] = None
    location: str | None = None
    url: Annotated[str | None, Field(description="Where to register")] = None
    people_label: Annotated[
        str | None, Field(description="What the people are called on the page; Guests if absent")
    ] = None
    people: tuple[Person, ...] = ()
    description: Annotated[str | None, Field(description="Paragraphs, [text](https://...) links, bullets")] = None
    agenda: tuple[str, ...] = ()
    recording: Annotated[str | None, Field(description="URL of the recording")] = None
    links: tuple[Link, ...] = ()
    extra: Annotated[dict[str, Extra], Field(description="Answers to fields of the site's own")] = {}
    duplicate_of: Annotated[str | None, Field(description="Id of the event of which this is a second listing")] = None
    markdown: Annotated[
        str | None, Field(description="The section verbatim, where it cannot be written from the fields")
    ] = None
    rendered: Annotated[
        str | None, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the section as Almanac last knew it")
    ] = None

    @property
    def sort_key(self) -> tuple[str, str]:
        """Put events in order: by date, then by moment; a date without a day stands before the days that it holds."""
        return (self.date, self.starts or "")
