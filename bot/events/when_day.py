"""The day that a When line states, checked against the event's date."""

from datetime import date

from bot.events import when_wording as wording
from bot.events.agreement import DAYS_APART
from bot.events.clock import DAY
from bot.events.dates import WrittenDate
from bot.events.when_line import Written


def day_of(written: Written, day: date, *, first: bool) -> date | str:
    """Return the day of one time of a line, or what is wrong with its mark.

    Args:
        written: The time; without a mark it is on the event's date.
        day: The event's date.
        first: Whether it is the line's first time, whose day must be the event's date.
    """
    mark = written.mark
    if mark is None:
        return day
    stated = stated_day(mark.date, day) if mark.date else day + DAY * mark.days
    if first and stated == day + DAY and all(clock.overnight for clock in written.clocks):
        return day  # `11pm ET to 1am ET (Nov 12)`: the mark is its end's
    if isinstance(stated, date) and abs(stated - day).days > (0 if first else DAYS_APART):
        return wording.other_date(stated, day)
    return stated


def check_date(written: WrittenDate | None, day: date) -> str | None:
    """Check the date before or behind the times of a line; return what is wrong with it, or None."""
    if written is None:
        return None
    if written.month is None and written.weekday is not None:
        return None if written.weekday == day.weekday() else wording.other_weekday(written.weekday, day)
    stated = stated_day(written, day)
    if isinstance(stated, str):
        return stated
    return None if stated == day else wording.other_date(stated, day)


def stated_day(written: WrittenDate, near: date) -> date | str:
    """Return the day that a date means which may lack its year, or all but its weekday; or what is wrong with it.

    Of several that it can mean it is the one nearest to `near`.
    """
    if written.month is None:
        week = (near + DAY * shift for shift in (0, 1, -1, 2, -2, 3, -3))
        return next(day for day in week if day.weekday() == written.weekday)
    years = [written.year] if written.year else [near.year - 1, near.year, near.year + 1]
    days = [found for year in years if (found := _valid(year, written.month, written.day or 0))]
    if not days:
        return wording.NO_SUCH_DAY
    stated = min(days, key=lambda day: abs(day - near))
    if written.weekday not in (None, stated.weekday()):
        return wording.other_weekday(written.weekday or 0, stated)
    return stated


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
