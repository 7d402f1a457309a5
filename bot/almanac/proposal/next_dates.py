"""The next dates of a series, each as an issue of its own that Almanac opens, where the config asks for such drafts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from almanac.config import Config
from almanac.dates import say_date
from almanac.event.following import answers_of, clocks_differ, event_on, of_series, planned_day
from almanac.event.model import Event, safe_slug
from almanac.form.filled import issue_body
from almanac.form.schema import Form
from almanac.histories import MAIN
from almanac.patterns import regex
from almanac.phrases import joined, say
from almanac.proposal.state import NEXT_DATES, Draft, Plan, PutIssue

NEXT_MARK = "<!-- almanac:next "
"""How the first line of an issue begins that Almanac opened."""
TOPIC = say("Topic to be announced")
_TITLE = "\0"  # in place of the topic, in whatever language that will be
_MARK = regex(rf"{NEXT_MARK}([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}) ([a-z0-9-]*) -->")


@dataclass(frozen=True)
class NextDate:
    """A day on which a series meets.

    `apart` are two of its zones that are not as many hours apart then as they were last time, and `gap` is the time to
    the next such day.
    """

    event: Event
    apart: tuple[str, str] | None
    gap: timedelta
    history: str = MAIN

    @property
    def series(self) -> str:
        """The series, as marks name it: no other history means the same one."""
        name = safe_slug(self.event.series or "")
        return f"{self.history}--{name}" if self.history else name

    @property
    def mark(self) -> str:
        """The first line of the issue, by which it is known whatever people write below."""
        return f"{NEXT_MARK}{self.event.date} {self.series} -->"

    def is_meant_by(self, day: date) -> bool:
        """Tell whether another day of the series stands for this one: it is nearer than half-way to the next."""
        return abs(day - date.fromisoformat(self.event.date)) * 2 < self.gap


def next_dates(config: Config, records: Sequence[Event], today: date, history: str = MAIN) -> Iterator[NextDate]:
    """Give the days after today for which there is to be an issue or an event, of each series that asks for it.

    `config` and `records` are those of one history.
    """
    for name, settings in config.series.items():
        rhythm, mine = settings.rhythm, of_series(records, name)
        if not (settings.drafts and rhythm and mine):
            continue
        zones, planned = config.zones(name), sorted(map(planned_day, mine))
        begin = max((day for day in planned if day <= today), default=planned[0])
        days = (day for day in (begin, *rhythm.days(begin, settings.skipped)) if day > today)
        for day in islice(days, settings.drafts):
            event = event_on(day, mine[-1], zones)
            gap = next(rhythm.days(day), day) - day
            yield NextDate(event, clocks_differ(mine[-1], event, zones), gap, history)


def without_event(dates: Iterable[NextDate], events: Sequence[Event]) -> list[NextDate]:
    """Return the dates for which there is no event yet, published or filed."""
    return [
        one
        for one in dates
        if not any(
            one.is_meant_by(day)
            for event in of_series(events, one.event.series or "")
            for day in (date.fromisoformat(event.date), planned_day(event))
        )
    ]


def without_issue(dates: Iterable[NextDate], bodies: Iterable[str]) -> list[NextDate]:
    """Return the dates for which Almanac has not opened an issue yet; one that was closed since is a no."""
    found = [mark for body in bodies if (mark := _MARK.match(body))]
    known = [(mark[2], date.fromisoformat(mark[1])) for mark in found]
    return [one for one in dates if not any(name == one.series and one.is_meant_by(day) for name, day in known)]


def _about(topic: str, body: str) -> tuple[str, ...]:
    before, _, after = body.partition(_TITLE)
    return before, topic, after


def issues_opened(dates: Sequence[NextDate], form: Form, labels: Sequence[str]) -> Plan:
    """Plan an issue for each date, filled in as far as the date is known; with the form's labels, or else these."""
    writes = tuple(
        PutIssue(
            joined((one.event.series or "", say_date(one.event.date)), ", "),
            one.mark,
            Draft("next", {"series": one.event.series, "topic": TOPIC, "apart": one.apart}),
            joined(_about(TOPIC, issue_body(form, {**answers_of(one.event), "title": _TITLE})), ""),
            tuple(form.labels or labels),
        )
        for one in dates
    )
    days = ", ".join(f"{one.event.series} on {one.event.date}" for one in dates)
    return Plan(0, "created", f"An issue is opened for each: {days}.", writes, subject=NEXT_DATES)
