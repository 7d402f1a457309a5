"""When an event is over, so that what is to come becomes history by itself."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta, timezone

from almanac.dates import UNKNOWN_YEAR
from almanac.event.model import Event
from almanac.times.zones import load_zone

_LAST_PLACE = timezone(-timedelta(hours=12))
"""Where on Earth a day ends last."""


def is_over(event: Event, now: datetime, zone: str | None) -> bool:
    """Tell whether an event is over at a moment (with a zone).

    It is over when it ends. Where its end is not known, that is the end of its last day: in its own zone, else in the
    site's (`zone`, an IANA name), else in the last place on Earth. A month or a year without a day lasts to its own
    end,
    and what has no year is history.
    """
    if event.ends:
        return datetime.fromisoformat(event.ends) <= now
    last = _last_day(event)
    if last is None:
        return True
    there = load_zone(event.time_zone) if event.time_zone else None
    offset = datetime.fromisoformat(event.starts).tzinfo if event.starts else None
    ends = datetime.combine(last, time(), there or offset or (load_zone(zone) if zone else None) or _LAST_PLACE)
    return (ends + timedelta(days=1)).astimezone(UTC) <= now


def _last_day(event: Event) -> date | None:
    if event.date.startswith(UNKNOWN_YEAR):
        return None
    year, month, day = (*map(int, (event.end_date or event.date).split("-")), 0, 0)[:3]
    month = month or 12
    return date(year, month, day or monthrange(year, month)[1])
