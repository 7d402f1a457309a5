"""What commands change of an event that is published: read as they are typed, and kept in a pull request's marker.

Commands are not remembered anywhere else. Until the pull request is merged they win over the issue's answers; then the
record says what they changed, and the answers have not changed.
"""

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from almanac.dateanswers import Days, read_days, without_time
from almanac.errors import Problem
from almanac.event.change import moved, status_on, with_links
from almanac.event.model import Event, Instant, Link, PartialDate, Status
from almanac.languages import numbers_in_english
from almanac.phrases import say
from almanac.proposal.command import ChangeCommand
from almanac.text import clean_line, too_long
from almanac.times.zones import Zones
from almanac.urls import RefusedUrl, check_url

SLIDES = "Slides"
"""What the link to an event's slides is called."""
_STATUS: dict[str, Status] = {"cancel": "cancelled", "postpone": "postponed"}
_MOST_WORDS = 12  # no way of writing a range of days has more


def _address(value: str) -> str:
    try:
        return check_url(value)
    except RefusedUrl as refused:
        raise ValueError(str(refused)) from None


def _line(value: str) -> str:
    if value != clean_line(value) or too_long("when", value):
        raise ValueError("This is not one clean line.")
    return value


Address = Annotated[str, AfterValidator(_address)]
Line = Annotated[str, AfterValidator(_line)]


class _Marked(BaseModel):
    """Values in a marker: strangers may have written them, so each is checked."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Schedule(_Marked):
    """Another day, or days, and the times there; the fields are those of `Event`."""

    date: PartialDate
    end_date: PartialDate | None = None
    when: Line | None = None
    starts: Instant | None = None
    ends: Instant | None = None
    time_zone: Annotated[str, Field(pattern=r"^[A-Za-z0-9_+/-]{1,60}$")] | None = None


class Amendment(_Marked):
    """What is to be changed of an event; what is None stays as it is."""

    status: Status | None = None  # `scheduled` if it takes place as it was to be
    schedule: Schedule | None = None
    recording: Address | None = None
    slides: Address | None = None
    remove: Literal[True] | None = None  # whether the event is to be taken off the site

    def plus(self, later: "Amendment") -> "Amendment":
        """Return these changes with later ones, which win."""
        return self.model_copy(update={"remove": None, **dict(later.given())})

    def since(self, earlier: "Amendment") -> "Amendment":
        """Return those that were not among earlier ones."""
        return self.model_copy(update={name: None for name, value in self.given() if value == getattr(earlier, name)})

    def given(self) -> list[tuple[str, object]]:
        """Return the names and values of what is to be changed."""
        return [(name, value) for name, value in self if value is not None]

    def applied(self, event: Event) -> Event:
        """Return an event with these changes."""
        values: dict[str, object] = dict(self.schedule) if self.schedule else {}
        values |= {"recording": self.recording} if self.recording else {}
        if self.status and self.status != (event.status or "scheduled"):
            values["status"] = None if self.status == "scheduled" else self.status
        if self.slides and all(link.url != self.slides for link in event.links):
            values["links"] = with_links(event.links, (Link(label=SLIDES, url=self.slides),))
        return event.model_copy(update=values)


def with_previous_date(event: Event, published: Event | None) -> Event:
    """Note the day on which an event was to be that is rescheduled, unless people have noted another."""
    if published is None or event.status != "rescheduled" or event.date == published.date:
        return event
    if event.previous_date != published.previous_date:
        return event
    return event.model_copy(update={"previous_date": published.date})


def read_amendment(
    command: ChangeCommand, words: str, record: Event, zones: Zones, *, pending: bool = False
) -> Amendment | Problem:
    """Read what a command changes of a published event, given the words behind it; or return what is wrong.

    `pending` tells whether something else is proposed for it: then the day that it has is another one than proposed.
    """
    if command == "remove":
        return Amendment(remove=True)
    if command == "reschedule":
        return _rescheduled(words, record, zones, pending=pending)
    if command in _STATUS:
        return Amendment(status=_STATUS[command])
    first = next(iter(words.split()), "").strip("<>")
    try:
        return Amendment.model_validate({command: check_url(first)})
    except RefusedUrl as refused:
        what = str(refused) if first else say("An address has to follow.")
        return Problem(what, example=f"/almanac {command} https://example.org/{command}")


def _rescheduled(words: str, record: Event, zones: Zones, *, pending: bool) -> Amendment | Problem:
    days, typed = _days(numbers_in_english(words, zones.language))
    if isinstance(days, Problem):
        return days
    line = typed or None
    found = moved(record, days, line, zones)
    if not found.problems and all(getattr(record, name) == value for name, value in found.values.items()):
        if not (pending or record.is_off):
            return Problem(say("The event is on that day already."))
        status = status_on(record, days) or "scheduled"
        return Amendment(status=status, schedule=_own_schedule(record) if pending else None)
    if not found.problems:
        status = status_on(record, days, line) or "scheduled"
        return Amendment(status=status, schedule=Schedule.model_validate(found.values))
    first = found.problems[0]
    return replace(first, accepted=f"/almanac reschedule {first.accepted}") if first.field == "date" else first


def _own_schedule(record: Event) -> Schedule:
    values = {name: getattr(record, name) for name in Schedule.model_fields}
    return Schedule.model_validate(values | {"when": clean_line(record.when) if record.when else None})


def _days(words: str) -> tuple[Days | Problem, str]:
    """Split words into the days with which they begin, and a line of times: as much as can be is a date."""
    typed = clean_line(words).removeprefix("to ").split(" ")
    for count in range(min(len(typed), _MOST_WORDS), 0, -1):
        days = read_days(" ".join(typed[:count]).rstrip(","))
        if isinstance(days, Days):
            return days, " ".join(typed[count:])
    return read_days(without_time(" ".join(typed))), ""
