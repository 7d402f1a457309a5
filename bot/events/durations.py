"""Durations as people type them."""

import re
from datetime import timedelta

from bot.errors import Problem

LONGEST = 100  # characters
LIMIT = timedelta(days=31)
EXAMPLE = "Write it as 2 hours, 90 min, 1h30 or 1:30."

_FLAGS = re.IGNORECASE | re.ASCII
_NUMBER = r"(?P<{}>[0-9]{{1,5}}(?:[.,][0-9]{{1,3}})?)"
_DAYS, _HOURS, _MINUTES = (_NUMBER.format(name) for name in ("days", "hours", "minutes"))
_AND = r"\s*(?:,|and\b|&)?\s*"
_FORMS = tuple(
    re.compile(form, _FLAGS)
    for form in (
        _AND.join(
            (
                rf"(?:{_DAYS}\s*(?:days?|d)(?![a-z]))?",
                rf"(?:{_HOURS}\s*(?:hours?|hrs?|h)(?![a-z])\.?)?",
                rf"(?:{_MINUTES}\s*(?:minutes?|mins?|m|')(?![a-z])\.?)?",
            )
        ),
        r"(?P<hours>[0-9]{1,3})\s*h\s*(?P<minutes>[0-5][0-9])",
        r"(?P<hours>[0-9]{1,3}):(?P<minutes>[0-5][0-9])",
        rf"P(?:{_DAYS}D)?(?:T(?:{_HOURS}H)?(?:{_MINUTES}M)?)?",
        r"(?P<hours>an|one)\s+hour",
        r"(?P<half>half)\s+an\s+hour",
    )
)


def read_duration(text: str) -> timedelta | Problem:
    """Read how long an event takes: `2 hours`, `90 min`, `1h30`, `1:30` (hours and minutes), `PT2H`, `1.5 hours`.

    Returns:
        The duration, more than nothing and at most 31 days; or the problem. A bare number is one, as it has no unit.
    """
    stripped = " ".join(text[: LONGEST + 1].split())
    match = next((match for form in _FORMS if (match := form.fullmatch(stripped))), None)
    if match is None or len(text) > LONGEST:
        return _unread(text, stripped)
    duration = _length({unit: value for unit, value in match.groupdict().items() if value})
    if duration is None:
        return _unread(text, stripped)
    if not timedelta() < duration <= LIMIT:
        return Problem(f"A duration is more than nothing and at most {LIMIT.days} days. {EXAMPLE}", typed=text)
    return duration


def show_duration(duration: timedelta) -> str:
    """Write a duration in words that `read_duration` reads: `2 hours`, `1 hour 30 minutes`."""
    minutes = round(duration.total_seconds() / 60)
    parts = ((minutes // 60, "hour"), (minutes % 60, "minute"))
    return " ".join(f"{number} {unit}{'' if number == 1 else 's'}" for number, unit in parts if number)


def _length(found: dict[str, str]) -> timedelta | None:
    if not found:
        return None
    if "half" in found:
        return timedelta(minutes=30)
    numbers = {unit: 1.0 if value.isalpha() else float(value.replace(",", ".")) for unit, value in found.items()}
    return timedelta(minutes=round(timedelta(**numbers) / timedelta(minutes=1)))


def _unread(typed: str, stripped: str) -> Problem:
    if re.fullmatch(r"[1-9][0-9]{0,3}", stripped):
        choices = tuple(f"{stripped} {unit}" for unit in ("min", "hours"))
        choices = tuple(choice for choice in choices if isinstance(read_duration(choice), timedelta))
        return Problem("This number has no unit. Add hours or min to it.", typed=typed, choices=choices)
    return Problem(f"This could not be read as a duration. {EXAMPLE}", typed=typed)
