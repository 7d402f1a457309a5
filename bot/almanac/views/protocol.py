"""A view: one way in which a site shows its events, such as its history page.

A new view is one module that implements `View`, one key in the config, and one line in `views_of`. Everything else
works with whatever views a site has: the files that an event shows on are a list, never "the record and the page".
"""

import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from almanac.dateshapes import has_time
from almanac.errors import Problem, UserError
from almanac.event.model import Event, Extra
from almanac.event.statuses import says
from almanac.page.lines import plain
from almanac.page.match import words

Texts = Callable[[str], str | None]
"""The files of a site at one moment: path -> text, or None if there is no such file. A dict's `get` will do."""


class Undecided(UserError):  # noqa: N818 - a state of the site, not an error of ours
    """People changed a file and a record in ways that do not agree: only a person can decide, so both stay."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(problems)


@dataclass(frozen=True)
class Built:
    """What a site's records and views come to when all of them are brought into agreement."""

    # All records: those that there were, in their order, then those of events that were only in a view
    records: tuple[Event, ...]
    files: Mapping[str, str] = field(default_factory=dict)  # the views' files, path -> text
    problems: tuple[Problem, ...] = ()  # what a person has to decide. While there is one, nothing may be written
    notes: tuple[Problem, ...] = ()  # what would be done, and what was noticed on the way
    moved: int = 0  # how many events are over, and move to the history


@dataclass(frozen=True)
class Alike:
    """What a file shows that looks like the same event: its line, counted from 1, its date and title, and why."""

    line: int
    date: str
    title: str
    common: str


class View(Protocol):
    """One way in which a site shows its events. It owns some files of the site, and writes no other ones.

    `put` after `put` gives what `build` gives. Only `build` needs other records than the event's own. A view that
    people do not edit by hand has no need of the methods that have a body here.
    """

    def paths(self, event: Event) -> tuple[str, ...]:
        """Return the files that show an event."""
        ...

    def put(self, path: str, text: str | None, event: Event, previous: Event | None) -> str:
        """Return a file with an event added or changed.

        `text` is None if there is no such file yet, `previous` the record that it shows now; None for a new event.

        Raises:
            UserError: The file cannot show events as it is.
        """
        ...

    def remove(self, path: str, text: str | None, event: Event) -> str | None:
        """Return a file without an event; None if no file is left."""
        ...

    def build(self, texts: Texts, records: Sequence[Event]) -> Built:
        """Return the files for all records, with what people edited in them taken into the records.

        Raises:
            UserError: A file or a template cannot be used.
        """
        ...

    def is_due(self, texts: Texts) -> bool:
        """Tell whether a file may have to change because time has passed."""
        return False

    def complete(self, event: Event, texts: Texts) -> Event:
        """Return a new event's record with what only this view's files can tell, such as the next number of a table."""
        return event

    def stamp(self, event: Event) -> Event:
        """Return the record with what this view has to remember about the event."""
        return event

    def revise(self, path: str, text: str | None, event: Event, before: Event) -> Event:
        """Return a record that was changed with what it keeps of a file word for word changed likewise.

        `before` is the record as the file shows it.

        Raises:
            Undecided: What is kept has no place for a change.
        """
        return event

    def preview(self, event: Event) -> str | None:
        """Return how the event will look, as Markdown; None if this view has nothing to show."""
        return None

    def read(self, path: str, text: str | None, record: Event) -> Event:
        """Return the record with what people edited in its part of a file on the site's main branch.

        Raises:
            Undecided: Record and file were both edited, and do not agree.
        """
        return record

    def read_branch(self, path: str, text: str | None, record: Event, origin: str | None) -> Event:
        """Return the same for a file on a proposal's branch, where the event may not be missing.

        `origin` is the file where the branch left the main branch.

        Raises:
            Undecided: As in `read`; or the event was taken off the file, or the file deleted.
        """
        return record

    def follow(self, path: str, text: str, record: Event, before: Event) -> str:
        """Return a file in which all that shows an event follows what people edited in one part of it.

        `record` has their edits, and is what `read` or `read_branch` made of the record `before`.
        """
        return text

    def spelt_as(self, path: str, text: str, like: str, event: Event) -> str:
        """Return a file that shows an event, with the event's part as another version spells it, if that says the same.

        A formatter may have been at that version.
        """
        return text

    def doubt(self, path: str, before: str, after: str) -> Problem | None:
        """Say what is doubtful about a file to which an event was added: where more than that looks different now."""
        return None

    def anchor(self, path: str, text: str, event: Event) -> str | None:
        """Return the id at which a site built with kramdown shows an event in a file; None if none is known."""
        return None

    def at_anchor(self, path: str, text: str, anchor: str, records: Sequence[Event]) -> Event | None:
        """Return the record of the event to which a link with an `anchor` leads in a file; None if none is known."""
        return None

    def similar(self, path: str, text: str | None, event: Event, record: Event | None) -> Alike | None:
        """Find in a file what looks like the same event.

        `record` is the event's own record on the main branch, which does not count.
        """
        return None


def completed(views: Sequence[View], event: Event, texts: Texts) -> Event:
    """Return a new event's record with what only the files of all views can tell."""
    for view in views:
        event = view.complete(event, texts)
    return event


def stamped(views: Sequence[View], event: Event) -> Event:
    """Return an event's record with what all views have to remember."""
    for view in views:
        event = view.stamp(event)
    return event


def preview(views: Sequence[View], event: Event) -> str:
    """Return how an event will look, by the first view that can tell."""
    return next((shown for view in views if (shown := view.preview(event)) is not None), "")


def unshown(event: Event, shown: str) -> tuple[str, ...]:
    """Return the fields and extra questions whose answers are not, or not all, in a text that shows an event.

    Words are compared, not marks: which of them are where in the text is the site's own choice.
    """
    said = words(html.unescape(shown.replace("\\", "")))
    answers: dict[str, list[str]] = {
        "series": [event.series or ""],
        "title": [event.title],
        "end_date": [] if _says_day(shown, event.end_date) else [event.end_date or ""],
        "when": [] if event.starts and _says_time(shown, event.date) else [event.when or ""],
        "duration": [] if event.ends is None or _says_end(shown, event.ends) else [event.ends],
        "location": [event.location or ""],
        "url": [event.url or ""],
        "people": [person.name for person in event.people],
        "people_label": [event.people_label or ""],
        "affiliations": [person.affiliation or "" for person in event.people],
        # Its links and marks may be written otherwise than they were typed, amid its words.
        "description": [word for line in (event.description or "").splitlines() for word in words(plain(line)).split()],
        "agenda": list(event.agenda),
        "recording": [event.recording or ""],
        "links": [link.url for link in event.links],
        "status": [] if event.status in (None, "scheduled") or says(said, event.status) else [event.status],
        "tags": list(event.tags),
        # A site may name the file alone, or by another address.
        "image": [(event.image.path or event.image.url or "").rpartition("/")[2]] if event.image else [],
        "image_alt": [(event.image.alt or "")] if event.image else [],
        **{name: list(_answered(answer)) for name, answer in event.extra.items()},
    }
    return tuple(
        name for name, parts in answers.items() if not all(words(part) in said for part in parts if words(part).strip())
    )


def _says_time(shown: str, date: str) -> bool:
    """Tell whether the first line of a text has a time, or the one that says the day, which may stand below a title."""
    first, *more = shown.strip().splitlines() or [""]
    return has_time(first) or any(_says_day(line, date) and has_time(line) for line in more)


def _says_end(shown: str, ends: str) -> bool:
    """Tell whether a text has the time at which an event ends, by the clock of 12 or of 24 hours."""
    hour, minute = int(ends[11:13]), ends[14:16]
    minutes = rf"\s?[:.h]\s?{minute}" if minute != "00" else r"(?:\s?[:.h]\s?00|(?![:.h]))"
    return re.search(rf"(?<![0-9:.])0?(?:{hour}|{hour % 12 or 12})(?![0-9]){minutes}", shown) is not None


def _says_day(shown: str, date: str | None) -> bool:
    """Tell whether a text says the day of the month, which a last day is never without."""
    return (
        date is not None
        and re.search(rf"(?<![0-9])0?{int(date[8:])}(?:st|nd|rd|th)?(?![0-9A-Za-z])", shown) is not None
    )


def _answered(answer: Extra) -> Iterable[str]:
    if isinstance(answer, dict):
        return (option for option, ticked in answer.items() if ticked)
    return [answer] if isinstance(answer, str) else answer


def places(views: Sequence[View], event: Event) -> Iterator[tuple[View, str]]:
    """Give each view with each file in which it shows an event."""
    return ((view, path) for view in views for path in view.paths(event))


def put_event(views: Sequence[View], texts: Texts, event: Event, previous: Event | None) -> dict[str, str | None]:
    """Return the files of all views with an event added or changed: path -> text, None for a file to be deleted."""
    files: dict[str, str | None] = {}

    def now(path: str) -> str | None:
        return files[path] if path in files else texts(path)

    for view in views:
        shown = view.paths(event)
        for path in view.paths(previous) if previous else ():
            if previous and path not in shown:
                files[path] = view.remove(path, now(path), previous)
        for path in shown:
            files[path] = view.put(path, now(path), event, previous)
    return files


def remove_event(views: Sequence[View], texts: Texts, event: Event) -> dict[str, str | None]:
    """Return the files of all views without an event: path -> text, None for a file to be deleted."""
    files: dict[str, str | None] = {}
    for view, path in places(views, event):
        files[path] = view.remove(path, files[path] if path in files else texts(path), event)
    return files


def read_event(views: Sequence[View], texts: Texts, record: Event) -> Event:
    """Return a record with what people edited in the views' files on the site's main branch, as `View.read` does."""
    for view, path in places(views, record):
        record = view.read(path, texts(path), record)
    return record


def revised(views: Sequence[View], texts: Texts, event: Event, before: Event) -> Event:
    """Return a changed record with what it keeps of the views' files changed likewise, as `View.revise` does."""
    for view, path in places(views, before):
        event = view.revise(path, texts(path), event, before)
    return event


def build_all(views: Sequence[View], texts: Texts, records: Sequence[Event]) -> Built:
    """Bring all records and the files of all views into agreement, as `View.build` does for one."""
    built = Built(tuple(records))
    for view in views:
        one = view.build(lambda path: built.files.get(path, texts(path)), built.records)  # noqa: B023 - called at once
        built = Built(
            one.records,
            {**built.files, **one.files},
            (*built.problems, *one.problems),
            (*built.notes, *one.notes),
            built.moved + one.moved,
        )
    return built
