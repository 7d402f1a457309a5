"""The next event of a series, as far as the last one tells."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo
from itertools import combinations
from typing import Any

from almanac.event.model import Event
from almanac.form.filled import filled_in
from almanac.form.schema import Form
from almanac.times.check import check_imported, read_when
from almanac.times.rhythm import Rhythm
from almanac.times.zones import Zones, letters_like, load_zone


def of_series(records: Iterable[Event], series: str) -> list[Event]:
    """Return the events of a series whose day is known, in their order."""
    mine = (one for one in records if one.has_day and (one.series or "").casefold() == series.casefold())
    return sorted(mine, key=lambda record: record.sort_key)


def planned_day(event: Event) -> date:
    """Return the day on which an event, whose day is known, was to be before it was rescheduled."""
    try:
        return date.fromisoformat(event.rescheduled_from or event.date)
    except ValueError:
        return date.fromisoformat(event.date)


def next_event(last: Event, rhythm: Rhythm, skip: Collection[date], zones: Zones, today: date) -> Event | None:
    """Return what is known of the next event of a series, which is not before today.

    None where the last one's day is not known, or where it is too long ago to count on from there.
    """
    if not last.has_day:
        return None
    days = (day for day in rhythm.days(planned_day(last), skip) if f"{day}" > last.date and day >= today)
    return event_on(day, last, zones) if (day := next(days, None)) else None


def event_on(day: date, last: Event, zones: Zones) -> Event:
    """Return what is known of the event of a series on a day: what does not change from one event to the next.

    Its times are those of the last one on the clocks of its own zone, written for the zones of the series.
    """
    kept = {"series", "location", "people_label", "url"}
    fields: dict[str, Any] = last.model_dump(include=kept, exclude_defaults=True)
    zones = as_shown(last, zones)
    when = read_when(day.isoformat(), line, zones) if (line := _clock_of(last, zones)) else None
    told: dict[str, Any] = {"when": when.line, "starts": when.starts, "ends": when.ends} if when and when.ok else {}
    return Event(id=day.isoformat(), title=last.series or last.title, date=day.isoformat(), **fields, **told)


def as_shown(event: Event, zones: Zones) -> Zones:
    """Return a site's zones, with those that an event's line shows where the site does not say which it wants."""
    if zones.shown or not event.when:
        return zones
    read = check_imported(event.date, event.when, zones).zones
    letters = (letters_like(one.label, zones.label_of(one.zone)) for one in read if one.zone)
    return replace(zones, shown=tuple(dict.fromkeys(one for one in letters if one in zones.letters)))


def _clock_of(event: Event, zones: Zones) -> str | None:
    """Write the times of an event on the clocks of its own zone."""
    if not (event.starts and event.time_zone):
        return event.when
    zone = load_zone(event.time_zone)
    times = [datetime.fromisoformat(one).astimezone(zone) for one in (event.starts, event.ends) if one]
    shown = (letters for letters in zones.shown if zones.letters[letters] == event.time_zone)
    label = next(shown, zones.label_of(event.time_zone))
    return f"{'-'.join(f'{one:%H:%M}' for one in times)} {label}"


def form_link(repository: str, file: str, form: Form, event: Event) -> str:
    """Return the link that opens a site's form (`file` is its path) filled in for an event."""
    return filled_in(repository, file, form, answers_of(event))


def answers_of(event: Event) -> dict[str, str]:
    """Return what is known of the next event of a series as answers to the form, all but its title."""
    asked = {"series", "date", "when", "location", "url", "people_label"}
    return event.model_dump(include=asked, exclude_none=True)


def clocks_differ(last: Event, following: Event, zones: Zones) -> tuple[str, str] | None:
    """Name two of a series' zones that are not as many hours apart at the next event as they were at the last one.

    That is so in the weeks in which clocks were changed in one place and not yet in the other.
    """
    if not (last.starts and following.starts):
        return None
    moments = [datetime.fromisoformat(one.starts or "") for one in (last, following)]
    zones = as_shown(last, zones)
    places = [(letters, load_zone(zones.letters[letters])) for letters in zones.shown]
    for (one, here), (other, there) in combinations(places, 2):
        before, after = (_hours(moment, here) - _hours(moment, there) for moment in moments)
        if before != after:
            return one, other
    return None


def _hours(moment: datetime, zone: tzinfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()
