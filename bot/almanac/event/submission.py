"""Answers become an event, or every problem at once."""

import re
from dataclasses import dataclass, replace

from almanac.config import Config
from almanac.dates import read_date
from almanac.errors import ConfigError, Problem, UserError
from almanac.event.description import refused_links
from almanac.event.model import Event, Extra, Link, Person, event_id
from almanac.event.people import entries, read_links, read_people
from almanac.form.body import Reading, parse
from almanac.form.elements import Value
from almanac.form.schema import Form
from almanac.text import RefusedUrl, check_url, clean_line, clean_text, entry_too_long, refusal, too_long, too_many
from almanac.times.check import When, read_when, read_when_without_date
from almanac.times.clock import read_duration

FIELDS = (
    *("series", "title", "date", "when", "duration", "location", "url", "people_label", "people", "description"),
    *("agenda", "links", "recording"),
)
"""The ids of the form's fields that Almanac knows; whatever else a form asks goes into `extra`."""
NEEDED = ("title", "date")

_URL = re.compile(r"https?://[^\s()<>]+", re.IGNORECASE)
_LINES = ("people", "agenda", "links")
_EXAMPLES = {
    "title": "Measuring Open Source",
    "date": "2021-11-08",
    "when": "9am ET, 3pm CET",
    "url": "https://example.org/register",
    "recording": "https://example.org/recording",
}
_REFUSED = {
    "missing": "This question is not in the issue any more. Please put it back: its heading on a line of its own, a "
    "blank line, and your answer.",
    "ambiguous": "This answer can be read in more than one way, because a line that looks like one of the form's "
    "headings (### and a question) stands in a text. Please change that line, for example by leaving out the ###.",
}
_INVALID = {
    "input": "This answer has to be one line, with an empty line before and after it.",
    "dropdown": "This answer is not one of the form's choices.",
    "checkboxes": "These boxes are not as the form gives them: one a line, each as in `- [x] words` or `- [ ] words`.",
    "upload": "Only attached files can stand here.",
}
_INVALID_OTHERWISE = "This answer is not as the form gives it. Please type it again."


@dataclass(frozen=True)
class Submission:
    """What an issue's answers come to.

    Attributes:
        event: The event, under a preliminary id; None where there are problems.
        problems: All that its author has to mend, each with the field's label.
        warnings: What its author should have a look at.
    """

    event: Event | None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def submit(reading: Reading, form: Form, config: Config, issue: int) -> Submission:
    """Make an event of answers.

    Args:
        reading: The answers.
        form: The form that asked for them.
        config: The site's config, for its zones.
        issue: The number of the issue.

    Raises:
        ConfigError: The form does not ask for a title or a date, without which there is no event.
    """
    ids = {field.id for field in form.fields}
    lacking = [name for name in NEEDED if name not in ids]
    if lacking:
        message = "The form needs a field with this id, because every event has one."
        raise ConfigError([Problem(message, name, file=form.path) for name in lacking])
    return _Desk(reading, form, config).submission(issue)


def submit_body(body: str, form: Form, config: Config, issue: int) -> Submission:
    """Make an event of an issue's body; one that is too long to be read is a problem like any other.

    Raises:
        ConfigError: As `submit`.
    """
    try:
        reading = parse(body, form)
    except UserError as error:
        return Submission(None, error.problems)
    return submit(reading, form, config, issue)


class _Desk:
    """Takes one set of answers through all checks, and keeps what is to be said about them."""

    def __init__(self, reading: Reading, form: Form, config: Config) -> None:
        self.reading = reading
        self.form = form
        self.config = config
        self.labels = {field.id: field.label for field in form.fields}
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []

    def submission(self, issue: int) -> Submission:
        self.check_presence()
        values = {name: self.text(name) for name in FIELDS}
        title, date = values["title"], self.date(values["date"])
        when = self.when(date, values["when"], values["duration"], values["series"])
        people, links, agenda = (
            self.people(values["people"]),
            self.links(values["links"]),
            self.agenda(values["agenda"]),
        )
        self.description(values["description"])
        addresses = {name: self.url(name, values[name]) for name in ("url", "recording")}
        extra = self.extra()
        order = [field.label for field in self.form.fields]
        self.problems.sort(key=lambda problem: order.index(problem.field or order[0]))
        if self.problems or not title or not date:
            return Submission(None, tuple(self.problems), tuple(self.warnings))
        event = Event(
            id=event_id(date, values["series"] or title, ()),
            issue=issue,
            series=values["series"],
            title=title,
            date=date,
            when=when.line if when else None,
            starts=when.starts if when else None,
            ends=when.ends if when else None,
            time_zone=when.time_zone if when else None,
            location=values["location"],
            url=addresses["url"],
            people_label=(values["people_label"] or "").removesuffix(":").rstrip() or None,
            people=people,
            description=values["description"],
            agenda=agenda,
            recording=addresses["recording"],
            links=links,
            extra=extra,
        )
        return Submission(event, (), tuple(self.warnings))

    def complain(self, name: str, problem: Problem) -> None:
        self.problems.append(replace(problem, field=self.labels[name]))

    def check_presence(self) -> None:
        for name, reason in self.reading.refused.items():
            self.complain(name, self.refusal(name, reason))
        for field in self.form.fields:
            needed = field.required or field.id in NEEDED
            if needed and field.id in self.reading.fields and not _answered(self.reading.fields[field.id]):
                self.complain(field.id, Problem("This has to be filled in.", accepted=_EXAMPLES.get(field.id)))
            for option in field.options:
                self.check_box(field.id, option.label, required=option.required)

    def refusal(self, name: str, reason: str) -> Problem:
        """Say why an answer could not be taken from the issue, and what to do."""
        if reason in _REFUSED:
            return Problem(_REFUSED[reason])
        place = [field.id for field in self.form.fields].index(name)
        field, after = self.form.fields[place], self.form.fields[place + 1 :]
        if reason == "open-ended" and after:
            message = (
                "Where this answer ends cannot be known, because the heading after it is missing or was changed. "
                "Please put it back, with an empty line before and after it."
            )
            return Problem(message, accepted=f"### {after[0].label}")
        options = tuple(option.label for option in field.options) if field.kind == "dropdown" else ()
        return Problem(_INVALID.get(field.kind, _INVALID_OTHERWISE), choices=options[:10])

    def check_box(self, name: str, option: str, *, required: bool) -> None:
        value = self.reading.fields.get(name)
        if required and isinstance(value, dict) and not value.get(option):
            self.complain(name, Problem("This box has to be ticked.", accepted=f"[x] {option}"))

    def text(self, name: str) -> str | None:
        """Return an answer as cleaned text; None where it is blank, not asked for or refused."""
        value = self.reading.fields.get(name)
        several = name == "description" or name in _LINES
        raw = ("\n" if several else ", ").join(_words(value))
        cleaned = clean_text(raw) if several else clean_line(raw)
        over = too_long(name, cleaned)
        if over:
            self.complain(name, Problem(over))
            return None
        if raw.strip() and not cleaned and name in NEEDED:
            self.complain(name, Problem("Nothing in this answer can be seen.", accepted=_EXAMPLES[name]))
        return cleaned or None

    def date(self, typed: str | None) -> str | None:
        if typed is None:
            return None
        date = read_date(typed)
        if isinstance(date, Problem):
            self.complain("date", date)
            return None
        return date

    def when(self, date: str | None, line: str | None, duration: str | None, series: str | None) -> When | None:
        if line is None:
            self.duration(duration)
            return None
        zones = self.config.zones(series)
        when = read_when(date, line, zones, duration) if date else None
        for problem in when.problems if when else read_when_without_date(line, zones, duration):
            self.complain(problem.field or "when", problem)
        for found in when.warnings if when else ():
            self.warnings.append(replace(found, field=self.labels[found.field or "when"]))
        return when

    def duration(self, typed: str | None) -> None:
        """Check a duration that stands without the time at which the event starts."""
        if typed is None:
            return
        read = read_duration(typed)
        if isinstance(read, Problem):
            self.complain("duration", read)
        else:
            message = "A duration needs the time at which the event starts; it was left out."
            self.warnings.append(Problem(message, self.labels["duration"], typed=typed))

    def people(self, text: str | None) -> tuple[Person, ...]:
        people, problems = read_people(text or "")
        for problem in problems:
            self.complain("people", problem)
        return people

    def links(self, text: str | None) -> tuple[Link, ...]:
        links, problems = read_links(text or "")
        for problem in problems:
            self.complain("links", problem)
        return links

    def agenda(self, text: str | None) -> tuple[str, ...]:
        points = entries(text or "")
        many = too_many("agenda", len(points))
        if many:
            self.complain("agenda", Problem(many))
            return ()
        for point in points:
            over = entry_too_long("point", point)
            if over:
                self.complain("agenda", Problem(over, typed=point))
        return tuple(points)

    def description(self, text: str | None) -> None:
        for link in refused_links(text or ""):
            self.complain("description", Problem(link.reason, typed=link.url, accepted="[text](https://example.org/)"))

    def url(self, name: str, typed: str | None) -> str | None:
        try:
            return check_url(typed) if typed else None
        except RefusedUrl as refused:
            offers = (f"https://{typed}", *_URL.findall(typed or ""))
            accepted = next((offer for offer in offers if refusal(offer) is None), _EXAMPLES[name])
            self.complain(name, Problem(refused.reason, typed=typed, accepted=accepted))
            return None

    def extra(self) -> dict[str, Extra]:
        extra: dict[str, Extra] = {}
        for field in self.form.fields:
            value = self.reading.fields.get(field.id)
            if field.id in FIELDS or not _answered(value):
                continue
            if isinstance(value, str):
                several = field.kind in ("textarea", "upload")
                value = clean_text(value) if several else clean_line(value)
                over = too_long(field.id, value)
                if over:
                    self.complain(field.id, Problem(over))
                    continue
            extra[field.id] = tuple(value) if isinstance(value, list) else value or ""
        return extra


def _answered(value: Value) -> bool:
    if isinstance(value, str):
        return bool(value.strip())
    return any(value.values()) if isinstance(value, dict) else bool(value)


def _words(value: Value) -> list[str]:
    if isinstance(value, dict):
        return [option for option, chosen in value.items() if chosen]
    return [value] if isinstance(value, str) else value or []
