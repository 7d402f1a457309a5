"""Whether an event's recording is to be asked for: once, some days after it, in the issue that it came from."""

from datetime import datetime, timedelta

from almanac.event.ending import is_over
from almanac.event.model import Event
from almanac.proposal.state import AddComment, Draft, Plan
from almanac.proposal.summary import named

KEY = "recording"
"""By which the comment that asks is known again."""
_FIRST, _LAST = timedelta(days=3), timedelta(days=10)
_LONGEST = timedelta(days=14)
"""How long events may take whose records are found by the day in their names."""
_FULL_DATE = len("2021-11-08")


def may_be_due(event_id: str, now: datetime) -> bool:
    """Tell from an event's id alone, which begins with its first day, whether its record has to be read."""
    first, last = (f"{now - days:%Y-%m-%d}" for days in (_LAST + _LONGEST, _FIRST - timedelta(days=1)))
    return first <= event_id[:_FULL_DATE] <= last


def is_due(event: Event, now: datetime, zone: str | None) -> bool:
    """Tell whether an event is over for some days, but not for weeks, and a recording may be expected of it."""
    if event.issue is None or event.recording or event.duplicate_of or event.is_off:
        return False
    if len(event.date) != _FULL_DATE:
        return False
    return is_over(event, now - _FIRST, zone) and not is_over(event, now - _LAST, zone)


def recording_asked(event: Event, issue: int) -> Plan:
    """Plan the question."""
    comment = AddComment(issue, KEY, Draft("recording", {"event": named(event)}))
    return Plan(issue, "unchanged", "Its event has no recording yet; its author is asked for one.", (comment,), event)
