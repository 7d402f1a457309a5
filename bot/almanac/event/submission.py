"""Answers become an event, or every problem at once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date as calendar_date
from datetime import timedelta
from itertools import takewhile
from typing import Any, get_args

from almanac.config import CHANGE_FORM, Config
from almanac.dateanswers import Days, dates_before, read_days, read_last_day, times_after, without_time
from almanac.dates import say_date
from almanac.errors import ConfigError, Problem, UserError, together
from almanac.event.attachment import read_picture
from almanac.event.description import notes, refused_links
from almanac.event.model import Event, Extra, Image, Status, event_id
from almanac.event.people import cells, entries, read_links, read_people
from almanac.event.prose import parse_line
from almanac.event.statuses import read_status
from almanac.form.body import AMBIGUOUS, MISSING, OPEN_ENDED, Reading, headings, parse, shown_heading
from almanac.form.elements import BLANK, Value
from almanac.form.schema import Field, Form
from almanac.languages import numbers_in_english
from almanac.patterns import regex
from almanac.phrases import say
from almanac.text import clean_line, clean_text, entry_too_long, is_blank, says_nothing, too_long, too_many
from almanac.times.check import read_when, read_when_without_date
from almanac.times.clock import days_long, read_duration
from almanac.times.linereader import When
from almanac.urls import RefusedUrl, check_url, why_refused

FIELDS = (
    *("series", "title", "date", "end_date", "when", "duration", "location", "url", "people_label", "people"),
    *("description", "agenda", "links", "recording", "status", "tags", "image", "image_alt"),
)
"""The ids of the form's fields that Almanac knows; anything else that a form asks goes into `extra`."""
NEEDED = ("title", "date")
"""Those of them without which there is no event."""
OF_CHANGES = ("event", "change", "note")
"""Those that only the form for changes asks: which event, what changes of it, and what else there is to say."""

_LISTS = ("people", "links")
_LINES_AS_TYPED = ("series", "title", "location", "people_label")
"""Lines of which the page shows every character; GitHub takes some of these for marks."""
_SEVERAL_LINES = ("people", "description", "agenda", "links", "tags", "note")
_URL = regex(r"https?://[^\s()<>]+", re.IGNORECASE)
_WHOLE_LINK = regex(r"<(?P<bare>https?://[^\s<>]+)>|\[[^\[\]]*\]\((?P<linked>https?://[^\s()]+)\)", re.IGNORECASE)
_BETWEEN_TAGS = regex(r"[,;|，、；،]|\s(?=#)")  # noqa: RUF001 - commas of other scripts
_ALL_DAY = regex(r"\W{0,3}(?:all|full|whole|the (?:full|whole)|entire)[ -]day(?: event)?\W{0,3}", re.IGNORECASE)
_EXAMPLES = {
    "title": say("Measuring Open Source"),
    "date": "2021-11-08",
    "when": say("9am ET, 3pm CET"),
}
# Why an answer could not be taken from the issue (`almanac.form.body`) -> what to do.
_REFUSED = {
    "missing": say(
        "This question is not in the issue any more, or its heading was changed. Please "
        "put it back: the heading on a line of its own, with an empty line before and "
        "after it, and then your answer."
    ),
    "ambiguous": say(
        "This answer can be read in more than one way, because one of its lines looks "
        "like a heading of the form (### and a question). Please change that line, for "
        "example by leaving out the ###."
    ),
    "open-ended": say(
        "It is not clear where this answer ends, because the heading after it is "
        "missing or was changed. Please put it back, with an empty line before and "
        "after it."
    ),
}
# The same where several headings that follow each other are not there.
_SEVERAL_REFUSED = {
    "missing": say(
        "This question and those after it are not in the issue any more, or their headings were changed. Please put "
        "them back: each heading on a line of its own, with an empty line before and after it, and then your answer."
    ),
    "open-ended": say(
        "It is not clear where this answer ends, because the headings after it are missing or were changed. Please put "
        "them back, each with an empty line before and after it."
    ),
}
_DISORDERED = say(
    "The sections of this issue are not in the form's order, and not all of its headings are "
    "there once, so it is not clear where some answers begin and end. Please put the sections "
    "back in the form's order."
)
_INVALID = {
    "input": say(
        "This answer has to be one line, so it is not clear where the rest belongs. Please move or delete that."
    ),
    "dropdown": say("This answer is not one of the form's choices."),
    "checkboxes": say(
        "These boxes are not as the form gives them: one a line, each as in `- [x] words` or `- [ ] words`."
    ),
    "upload": say("This answer can only be attached files."),
}
_DESCRIBE_PICTURE = say(
    "Please say here in a few words what the picture shows, for people who do not see it. Until "
    "then, it has the event's title."
)
_ONLY_INVISIBLE = say("This answer contains only invisible characters, or such as not everybody sees.")
_PLACEHOLDER = say("A placeholder counts as left blank. You can leave such a question empty.")
_INVALID_OTHERWISE = say("This answer is not as the form gives it. Please type it again.")


def is_for_changes(form: Form) -> bool:
    """Tell whether a form asks what changes of an event, and not for a new one."""
    return form.path == CHANGE_FORM


def needed_in(form: Form) -> tuple[str, ...]:
    """Return the ids of the questions that a form has to ask, and that have to be answered."""
    return ("event", "change") if is_for_changes(form) else NEEDED


def own_questions(form: Form) -> tuple[Field, ...]:
    """Return the questions of a form whose answers are kept in `extra`.

    A dropdown `status` whose choices Almanac does not all know is a question of the site's own.
    """
    known = (*FIELDS, *OF_CHANGES) if is_for_changes(form) else FIELDS
    return tuple(field for field in form.fields if field.id not in known or _has_other_statuses(field))


def _has_other_statuses(field: Field) -> bool:
    return field.id == "status" and not all(read_status(option.label) for option in field.options)


@dataclass(frozen=True)
class Submission:
    """The event, under a preliminary id, or all that its author has to fix; and what its author should look at.

    Problems and warnings name the field by its label, or several if the same is true of all of them. Of a change,
    `named` is what its author calls the event, `note` what a person has to read, as no field holds it, and `asks`
    whether there is anything besides that.
    """

    event: Event | None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    named: str | None = None
    note: str | None = None
    asks: bool = True


def submit_body(body: str, form: Form, config: Config, issue: int) -> Submission:
    """Make an event of an issue's body; one that is too long to be read is a problem like any other.

    Raises:
        ConfigError: The form does not ask for a title or a date, without which there is no event.
    """
    try:
        answers = read_answers(body, form, config)
    except ConfigError:
        raise
    except UserError as error:
        return Submission(None, error.problems)
    return answers.submission(issue)


def read_answers(body: str, form: Form, config: Config) -> "Answers":
    """Read the answers of an issue's body, which are still to be checked.

    Raises:
        ConfigError: The form does not ask what it has to.
        UserError: The body is too long to be read.
    """
    reading = parse(body, form)
    ids = {field.id for field in form.fields}
    missing = [name for name in needed_in(form) if name not in ids]
    if missing:
        why = say("it tells what is to be changed") if is_for_changes(form) else say("every event has one")
        message = say("The form needs a field with this id, because {why}.", why=why)
        raise ConfigError([Problem(message, name, file=form.path) for name in missing])
    known = {shown_heading(field.label) for field in form.fields}
    return Answers(reading, form, config, strangers=not known.issuperset(headings(body)))


class Answers:
    """One set of answers, taken through all checks, with what they find."""

    def __init__(self, reading: Reading, form: Form, config: Config, *, strangers: bool) -> None:
        self.reading = reading
        self.answers = dict(reading.fields)  # without those that count as left blank
        self.form = form
        self.config = config
        self.strangers = strangers  # whether the body has a heading that is no question of the form
        self.labels = {field.id: field.label for field in form.fields}
        self.needed = {field.id for field in form.fields if field.required or field.id in needed_in(form)}
        self.problems: list[Problem] = []
        self.named: set[str] = set()  # the questions of which it was said that their headings are missing
        self.warnings: list[Problem] = []

    def submission(self, issue: int) -> Submission:
        """Return the event that they give, or every problem."""
        self.check_presence()
        values = self.values()
        days = self.days(values)
        when = self.when(days, values)
        fields = self.fields(values)
        if self.found() or not fields["title"] or not days:
            return Submission(None, self.found(), self.noted())
        event = Event(
            id=event_id(days.first, values["series"] or values["title"] or "", ()),
            issue=issue,
            date=days.first,
            end_date=when.end_date if when else days.last,
            when=when.line if when else None,
            starts=when.starts if when else None,
            ends=when.ends if when else None,
            time_zone=when.time_zone if when else None,
            **fields,
        )
        return Submission(event, (), self.noted())

    def values(self) -> dict[str, str | None]:
        """Return the answers to what Almanac asks as cleaned texts."""
        asked = (*FIELDS, *OF_CHANGES) if is_for_changes(self.form) else FIELDS
        return {name: self.text(name) for name in asked}

    def fields(self, values: Mapping[str, str | None]) -> dict[str, Any]:
        """Return what an event's fields hold by these answers, but for its times; what has no answer is empty."""
        label, below, names = (values["people"] or "").partition(":\n")
        if below and "\n" not in label:  # `Speakers:` above their names
            values = {**values, "people_label": values["people_label"] or label.strip(" *_"), "people": names}
        people, wrong_people = read_people(values["people"] or "")
        links, wrong_links = read_links(values["links"] or "")
        self.complain("people", *wrong_people)
        self.complain("links", *wrong_links)
        described = values["description"] or ""
        self.complain("description", *refused_links(described))
        self.warnings += (replace(note, field=self.labels["description"]) for note in notes(described))
        for name in _LINES_AS_TYPED:
            self.note_marks(name, values[name])
        extra = self.extra()
        return {
            "series": values["series"],
            "title": values["title"],
            "location": values["location"],
            "people_label": clean_line((values["people_label"] or "").removesuffix(":")) or None,
            "people": people,
            "description": values["description"],
            "agenda": self.agenda(values["agenda"]),
            "links": links,
            **{name: self.url(name, values[name]) for name in ("url", "recording")},
            "status": self.status(values["status"]) if "status" not in extra else None,
            "tags": self.tags(values["tags"]),
            "image": self.image(values["image"], values["image_alt"], values["title"]),
            "extra": extra,
        }

    def found(self) -> tuple[Problem, ...]:
        """Return the problems that were found, in the order of the form's questions."""
        return self._in_order(self.problems)

    def noted(self) -> tuple[Problem, ...]:
        """Return what the author should look at, in the same order."""
        return self._in_order(self.warnings)

    def _in_order(self, found: list[Problem]) -> tuple[Problem, ...]:
        order = [field.label for field in self.form.fields]
        return together(sorted(found, key=lambda problem: order.index(problem.field or order[0])))

    def label(self, name: str) -> str:
        """Return what the form calls a field, if it asks for it."""
        return self.labels.get(name) or name.replace("_", " ")

    def complain(self, name: str, *problems: Problem) -> None:
        self.problems += (replace(problem, field=self.labels.get(name)) for problem in problems)

    def check_presence(self) -> None:
        for field in self.form.fields:
            if field.id in self.reading.refused:
                self.check_refused(field, self.reading.refused[field.id])
            else:
                self.check_answer(field, self.reading.fields[field.id])

    def check_refused(self, field: Field, reason: str) -> None:
        may_lack = field.id not in self.needed and not any(option.required for option in field.options)
        if reason == MISSING and may_lack and not self.strangers:
            return  # as if it had been left blank; a heading that is no question might be this one, misspelt
        if reason == MISSING and field.id in self.named:
            return
        if field.id not in self.reading.disordered:
            self.complain(field.id, self.refused(field, reason))
        elif all(problem.message != _DISORDERED for problem in self.problems):
            self.complain(field.id, Problem(_DISORDERED))  # once for all that stands in another place

    def check_answer(self, field: Field, value: Value) -> None:
        is_needed = field.id in self.needed
        typed = value if isinstance(value, str) and field.kind != "dropdown" and value.strip() else None
        hidden = typed is not None and is_blank(clean_text(typed))
        if is_needed and not is_answered(value):
            message = _ONLY_INVISIBLE if hidden else say("This has to be filled in.")
            self.complain(field.id, Problem(message, example=_EXAMPLES.get(field.id)))
        elif hidden:
            self.warnings.append(
                Problem(say("{message} It counts as left blank.", message=_ONLY_INVISIBLE), field.label)
            )
        elif typed and not is_needed and says_nothing(clean_text(typed)):
            self.answers[field.id] = None
            self.warnings.append(Problem(_PLACEHOLDER, field.label))
        for option in field.options:
            if option.required and isinstance(value, dict) and not value.get(option.label):
                self.complain(field.id, Problem(say("This box has to be ticked."), accepted=f"[x] {option.label}"))

    def refused(self, field: Field, reason: str) -> Problem:
        found, gone = self.reading.found.get(field.id), self.gone_from(field)
        if gone and reason != AMBIGUOUS:
            # What does not fit the question may belong to those whose headings are gone.
            reason = MISSING if reason == MISSING else OPEN_ENDED
            self.named.update(one.id for one in gone)
            headings_gone = "\n\n".join(f"### {one.label}" for one in gone)
            return Problem((_SEVERAL_REFUSED if gone[1:] else _REFUSED)[reason], typed=found, accepted=headings_gone)
        if reason in _REFUSED:
            return Problem(_REFUSED[reason])
        choices = tuple(option.label for option in field.options[:10]) if field.kind == "dropdown" else ()
        if field.kind == "input" and found:
            found = found.partition("\n")[2].strip("\n") or found  # the answer itself is the first line
        return Problem(_INVALID.get(field.kind, _INVALID_OTHERWISE), typed=found, choices=choices)

    def gone_from(self, field: Field) -> tuple[Field, ...]:
        """Return the questions whose headings are not there, from one on, or from the one after it if its own is."""
        is_there = self.reading.refused.get(field.id) != MISSING
        following = self.form.fields[self.form.fields.index(field) + is_there :]
        return tuple(takewhile(lambda one: self.reading.refused.get(one.id) == MISSING, following))

    def text(self, name: str) -> str | None:
        """Return an answer as cleaned text; None where it is blank, not asked for or refused."""
        value = self.answers.get(name)
        if isinstance(value, dict):
            value = [option for option, is_ticked in value.items() if is_ticked]
        several = name in _SEVERAL_LINES
        typed = value if isinstance(value, str) else ("\n" if several else ", ").join(value or ())
        if several:  # with a line below it, the placeholder of a blank answer is no answer either
            typed = "\n".join(line for line in typed.split("\n") if line.strip() != BLANK)
        if name in _LISTS:
            typed = cells(typed)
        cleaned = clean_text(typed) if several else clean_line(typed)
        if over := too_long(name, cleaned):
            self.complain(name, Problem(over))
            return None
        return cleaned or None

    def days(self, values: dict[str, str | None]) -> Days | None:
        """Return the event's days, of which its date, its end date and a duration in days have to say the same."""
        days = self.date(values["date"], values) if values["date"] else None
        first, until = days.first if days else None, days.last if days else None
        if typed := values["end_date"]:
            spelt = numbers_in_english(typed, self.config.language)
            alone = without_time(spelt)
            last = read_last_day(alone, first)
            if isinstance(last, Problem):
                self.complain("end_date", replace(last, typed=typed))
            elif until and last != until:
                message = say(
                    "This is not the last day under {label}, {until}.",
                    label=self.label("date"),
                    until=say_date(until),
                )
                self.complain("end_date", Problem(message, typed=typed, accepted=until))
            else:
                until = last
                if alone != spelt:
                    message = say(
                        "Only the date was taken from this answer; {rest}", rest=self.left_out(values["when"])
                    )
                    self.warnings.append(Problem(message, self.labels["end_date"], typed=typed))
        if first and (typed := values["duration"]) and (count := days_long(typed)):
            last = str(calendar_date.fromisoformat(first) + timedelta(days=count - 1))
            if until and last != until:
                real = (calendar_date.fromisoformat(until) - calendar_date.fromisoformat(first)).days + 1
                message = say(
                    "From {first} to {until} are {real} days. One of the two is wrong.",
                    first=say_date(first),
                    until=say_date(until),
                    real=real,
                )
                self.complain("duration", Problem(message, typed=typed, accepted=f"{real} days"))
            else:
                until = last
        return Days(first, None if until == first else until) if first else None

    def date(self, typed: str, values: dict[str, str | None]) -> Days | None:
        """Read the days. A time beside them counts where there is no other; one that says too little is left out."""
        spelt = numbers_in_english(typed, self.config.language)
        alone = without_time(spelt)
        days, label = read_days(alone), self.labels.get("when")
        if label and not values["when"]:
            whole = [(days, times_after(spelt, alone))] if isinstance(days, Days) and alone != spelt else []
            for known, line in (*whole, *dates_before(spelt)):
                if read_when(str(known), line, self.config.zones(values["series"])).ok:
                    values["when"] = line
                    return known
        if isinstance(days, Problem):
            self.complain("date", replace(days, typed=typed))
            return None
        if alone != spelt:
            more = say(" Give it under {label}, with its zone.", label=label) if label and not values["when"] else ""
            message = say(
                "Only the date was taken from this answer; {rest}{more}",
                rest=self.left_out(values["when"]),
                more=more,
            )
            self.warnings.append(Problem(message, self.labels["date"], typed=typed))
        return days

    def left_out(self, when: str | None) -> str:
        return (
            say("the times are those under {label}.", label=self.labels["when"])
            if when
            else say("the time of day was left out.")
        )

    def when(self, days: Days | None, values: Mapping[str, str | None]) -> When | None:
        duration, series = values["duration"], values["series"]
        line = self.not_all_day("when", values["when"])
        duration = None if duration and days_long(duration) else self.not_all_day("duration", duration)
        if line is None:
            read = read_duration(duration) if duration else None
            if isinstance(read, Problem):
                self.complain("duration", read)
            elif duration:
                message = say("A duration needs the time at which the event starts; it was left out.")
                self.warnings.append(Problem(message, self.labels["duration"], typed=duration))
            return None
        zones = self.config.zones(series)
        when = read_when(str(days), line, zones, duration) if days else None
        for problem in when.problems if when else read_when_without_date(line, zones, duration):
            self.complain(problem.field or "when", problem)
        for warning in when.warnings if when else ():
            self.warnings.append(replace(warning, field=self.labels[warning.field or "when"]))
        return when

    def not_all_day(self, name: str, typed: str | None) -> str | None:
        """Leave out what says that an event takes the whole day: one without times does."""
        if typed is None or not _ALL_DAY.fullmatch(typed):
            return typed
        message = say("This was left out: an event without times takes the whole day.")
        self.warnings.append(Problem(message, self.labels[name], typed=typed))
        return None

    def agenda(self, text: str | None) -> tuple[str, ...]:
        points = entries(text or "")
        self.complain("agenda", *refused_links(text or ""))
        self.warnings += (replace(note, field=self.labels["agenda"]) for note in notes(text or ""))
        if many := too_many("agenda", len(points)):
            self.complain("agenda", Problem(many))
            return ()
        for point in points:
            if over := entry_too_long("point", point):
                self.complain("agenda", Problem(over, typed=point))
        return tuple(points)

    def note_marks(self, name: str, typed: str | None) -> None:
        """Say that a line is shown with its marks, or that a link in it is none on the page."""
        kinds = {span.kind for span in parse_line(typed or "")} - {"text"}
        if kinds & {"link", "address"}:
            more = (
                say(" To make it work, put it under {label}.", label=self.labels["url"]) if "url" in self.labels else ""
            )
            message = say("The page shows the link here as plain text, as it was typed.{more}", more=more)
            self.warnings.append(Problem(message, self.labels[name]))
        elif kinds:
            self.warnings.append(
                Problem(say("This is shown as it was typed, with its marks."), self.labels[name], typed=typed)
            )

    def url(self, name: str, typed: str | None) -> str | None:
        # What GitHub shows as one link is one, and a sentence's end is no part of it.
        link = _WHOLE_LINK.fullmatch(typed.rstrip(" .,;")) if typed else None
        address = link["bare"] or link["linked"] if link else typed and typed.rstrip(" .,;")
        try:
            return check_url(address) if address else None
        except RefusedUrl as refused:
            offers = (f"https://{typed}", *_URL.findall(typed or ""))
            accepted = next((offer for offer in offers if not why_refused(offer)), None)
            blank = "" if accepted or name in self.needed else say(" If you have no link, leave this empty.")
            self.complain(name, Problem(str(refused) + blank, typed=typed, accepted=accepted))
            return None

    def status(self, typed: str | None) -> Status | None:
        status = read_status(typed) if typed else None
        if typed and status is None:
            message = say("This is no status that I know.")
            self.complain("status", Problem(message, typed=typed, choices=get_args(Status)))
        return status

    def tags(self, text: str | None) -> tuple[str, ...]:
        is_chosen = any(field.options for field in self.form.fields if field.id == "tags")
        tags: dict[str, str] = {}  # by what makes two spellings one tag
        for line in entries(text or ""):
            for part in [line] if is_chosen else _BETWEEN_TAGS.split(line):
                if not is_blank(tag := part.lstrip(" #`").rstrip(" `")):
                    tags.setdefault(tag.casefold(), tag)
        if many := too_many("tags", len(tags)):
            self.complain("tags", Problem(many))
        for tag in tags.values():
            if over := entry_too_long("tag", tag):
                self.complain("tags", Problem(over, typed=tag))
        return tuple(tags.values())

    def image(self, typed: str | None, alt: str | None, title: str | None) -> Image | None:
        if typed is None:
            if alt:
                message = say("There is no picture that this describes; it was left out.")
                self.warnings.append(Problem(message, self.labels["image_alt"], typed=alt))
            return None
        image = read_picture(typed)
        if isinstance(image, Problem):
            self.complain("image", image)
            return None
        if not alt and "image_alt" in self.labels:
            self.warnings.append(Problem(_DESCRIBE_PICTURE, self.labels["image_alt"]))
        return image.model_copy(update={"alt": alt or title})

    def extra(self) -> dict[str, Extra]:
        """Return the answers to the site's own questions."""
        extra: dict[str, Extra] = {}
        for field in own_questions(self.form):
            value = self.answers.get(field.id)
            if value is None or not is_answered(value):
                continue
            if isinstance(value, str):
                value = clean_text(value) if field.kind in ("textarea", "upload") else clean_line(value)
                if over := too_long(field.id, value):
                    self.complain(field.id, Problem(over))
            extra[field.id] = tuple(value) if isinstance(value, list) else value
        return extra


def is_answered(value: Value) -> bool:
    """Tell whether a field was not left blank; what nobody can see says nothing."""
    if isinstance(value, str):
        return not is_blank(clean_text(value))
    return any(value.values()) if isinstance(value, dict) else bool(value)
