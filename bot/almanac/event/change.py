"""What someone asks to be changed of a published event, by the second form or by a command: put over its record."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date as calendar_date
from datetime import datetime
from zoneinfo import ZoneInfo

from almanac.config import Config
from almanac.dateanswers import Days
from almanac.dates import say_date
from almanac.errors import ConfigError, Problem, UserError
from almanac.event.model import Event, Link, Status
from almanac.event.statuses import read_status
from almanac.event.submission import Answers, Submission, read_answers
from almanac.form.schema import Form
from almanac.phrases import say
from almanac.times.check import read_when
from almanac.times.clock import days_long, show_duration
from almanac.times.zones import Zones
from almanac.urls import host_of

_OF_TIME = ("date", "end_date", "when", "duration")


@dataclass(frozen=True)
class Moved:
    """The days and times that an event gets, by the fields of `Event`; or what is wrong, by the ids of the form."""

    values: Mapping[str, str | None] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def stays(record: Event, days: Days, line: str | None = None) -> bool:
    """Tell whether an event has these days already, and these times if a line of them is given."""
    return (days.first, days.last) == (record.date, record.end_date) and line in (None, record.when)


def status_on(record: Event, days: Days, line: str | None = None) -> Status | None:
    """Return the status of an event that gets some days, and times: one that was called off takes place on its own.

    Then it is what it was before, as far as that is known.
    """
    if record.is_off and stays(record, days):
        return "rescheduled" if record.previous_date else None
    return record.status if stays(record, days, line) else "rescheduled"


def moved(record: Event, days: Days, line: str | None, zones: Zones, duration: str | None = None) -> Moved:
    """Move an event to other days, and to other times if a line of them is given: left out, those that it has stay."""
    if stays(record, days, line) and not duration:
        return Moved()
    if record.end_date and days.last is None:
        message = say(
            "The event has several days, {date}: name the first and last.",
            date=say_date(record.date, record.end_date),
        )
        more = calendar_date.fromisoformat(record.end_date) - calendar_date.fromisoformat(record.date)
        last = calendar_date.fromisoformat(days.first) + more
        return Moved(problems=(Problem(message, "date", accepted=f"{days.first} to {last}"),))
    values: dict[str, str | None] = {"date": days.first, "end_date": days.last}
    words = line or (record.when if record.starts else None)
    if not words:  # the event has no times, or words that say no moment, or moments without words
        why = say("A duration needs the time at which the event starts; it was left out.")
        left_out = (Problem(why, "duration", typed=duration),) if duration else ()
        return Moved({**values, "when": record.when, **_shifted(record, days.first)}, warnings=left_out)
    # How long it takes stays too, be it in the line or not.
    length = duration if line or duration else _length(record)
    when = read_when(str(days), words, zones, length)
    if when.problems and not line:
        why = say("The event keeps the times that it has, and they do not fit that date. ")
        found = (replace(one, message=why + one.message, typed=None, field=one.field) for one in when.problems)
        return Moved(problems=tuple(found))
    values |= {"end_date": when.end_date, "when": when.line}
    values |= {"starts": when.starts, "ends": when.ends, "time_zone": when.time_zone}
    return Moved(values, when.problems, when.warnings)


def _length(record: Event) -> str | None:
    if record.end_date or not (record.starts and record.ends):
        return None
    return show_duration(datetime.fromisoformat(record.ends) - datetime.fromisoformat(record.starts)) or None


def _shifted(record: Event, date: str) -> dict[str, str | None]:
    """Move the moments of an event with its day: the clocks there show what they showed."""
    before = calendar_date.fromisoformat(record.date) if record.starts and len(record.date) == len(date) else None
    if before is None:
        return {"starts": None, "ends": None, "time_zone": record.time_zone}
    zone = ZoneInfo(record.time_zone) if record.time_zone else None

    def shifted(moment: str | None) -> str | None:
        if moment is None:
            return None
        then = datetime.fromisoformat(moment)
        now = then + (calendar_date.fromisoformat(date) - before)
        return (now.replace(tzinfo=zone) if zone else now).isoformat()

    return {"starts": shifted(record.starts), "ends": shifted(record.ends), "time_zone": record.time_zone}


def with_links(links: Iterable[Link], new: Iterable[Link]) -> tuple[Link, ...]:
    """Add links to others: one with the words or the address of another takes its place."""
    kept = list(links)
    for link in new:
        named = link.label.casefold() if link.label != host_of(link.url) else None  # typed without words
        same = [at for at, one in enumerate(kept) if one.url == link.url or one.label.casefold() == named]
        if not same:
            kept.append(link)
        elif named or kept[same[0]].url != link.url:
            kept[same[0]] = link
    return tuple(kept)


def submit_change(body: str, form: Form, config: Config, find: Callable[[str], Event | Problem]) -> Submission:
    """Make a change of an issue's body, as `submit_body` makes an event of one; `find` is as in `change_event`.

    Raises:
        ConfigError: The form does not ask which event it is, or what changes of it.
    """
    try:
        return change_event(read_answers(body, form, config), find)
    except ConfigError:
        raise
    except UserError as error:
        return Submission(None, error.problems)


def change_event(answers: Answers, find: Callable[[str], Event | Problem]) -> Submission:
    """Put the answers of the form for changes over the record of the event that they are about.

    What was left blank stays as it is, and nothing is taken for a change that no question asks for. `find` returns the
    record of the event that its author names, or why it is not clear which one that is; then there are only problems.
    """
    answers.check_presence()
    values = answers.values()
    named = values["event"]
    record = find(named) if named else None
    if isinstance(record, Problem):
        answers.complain("event", replace(record, typed=named))
        record = None
    fields = answers.fields(values)
    times = {name: values[name] for name in _OF_TIME if values[name]}
    changed = {name: value for name, value in fields.items() if value}
    status = read_status(values["change"] or "")
    changed |= {"status": None if status == "scheduled" else status} if status else {}
    if record is None:
        answers.when(answers.days(values), values)
        return Submission(None, answers.found(), answers.noted(), named=named)
    if status == "rescheduled" and not times and not answers.problems:
        answers.complain(
            "date", Problem(say("Please say the new date here, or the new times below."), example="2026-11-26")
        )
    if times:
        changed |= _times(answers, values, record)
    if status == "rescheduled":
        last, line = changed.get("end_date", record.end_date), changed.get("when", record.when)
        changed["status"] = status_on(record, Days(changed.get("date", record.date), last), line)
    if fields["links"]:
        changed["links"] = with_links(record.links, fields["links"])
    if fields["extra"]:
        changed["extra"] = {**record.extra, **fields["extra"]}
    if answers.problems:
        return Submission(None, answers.found(), answers.noted(), named=named)
    changed_event = record.model_copy(update=changed)
    note, asks = values["note"], bool(changed)
    return Submission(changed_event, (), answers.noted(), named=named, note=note, asks=asks)


def _times(answers: Answers, values: Mapping[str, str | None], record: Event) -> Mapping[str, str | None]:
    """Read the new days and times; what is not given is as the record has it."""
    last = None if values["end_date"] or days_long(values["duration"] or "") else record.end_date
    given = {**values, "date": values["date"] or str(Days(record.date, last))}
    days = answers.days(given)  # a time beside the date is one of `given`, too
    if days is None:
        answers.when(None, values)
        return {}
    line, duration = (answers.not_all_day(name, given[name]) for name in ("when", "duration"))
    duration = None if duration and days_long(duration) else duration
    found = moved(record, days, line, answers.config.zones(record.series), duration)
    for problem in found.problems:
        answers.complain(problem.field or "when", problem)
    for warning in found.warnings:
        answers.warnings.append(replace(warning, field=answers.label(warning.field or "when")))
    return found.values
