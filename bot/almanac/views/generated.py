"""What the calendar, the feed and the structured data share: files that nobody edits, with one entry for each event.

Such a file is its own memory: an entry keeps its id, and its time stamps until what it says changes.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from almanac.config import Config
from almanac.dates import say_date
from almanac.errors import ConfigError, Problem
from almanac.event.description import plain
from almanac.event.model import Event, Person, safe_slug
from almanac.phrases import Tongue, said, say
from almanac.urls import host_of, why_refused
from almanac.views.protocol import Built, Texts, View

SERIES, ID = "{series}", "{id}"
"""Stand in a path for the event's series, or its id: one file for each."""
_NOWHERE = "almanac.invalid"


@dataclass(frozen=True)
class Publisher:
    """Who publishes: the settings, what time it is, and where readers find the site, as far as that is known.

    `find_address` is asked where the settings do not say it, and only when it is needed. `file_address` tells where
    readers have a file of the site, given its path, and `find_page` where in the site the page with all events is, from
    its slash on. `place` is the path within the site that an address of a file ends in, given its path in the
    repository. What is written beside what was typed is said in `tongue`.
    """

    config: Config
    now: datetime
    find_address: Callable[[], str | None] = lambda: None
    file_address: Callable[[str], str | None] = lambda _: None
    find_page: Callable[[], str | None] = lambda: None
    place: Callable[[str], str] = lambda path: path
    tongue: Tongue | None = None  # None for English

    @cached_property
    def page(self) -> str | None:
        """The address of the page with all events; None if there is none, or none that is known."""
        place = self.find_page() if self.address else None
        return f"{(self.address or '').rstrip('/')}{place}" if place else None

    def own_address(self, path: str) -> str | None:
        """Return the address of a file that is written here, by the site's; None if that is not known."""
        return f"{self.address.rstrip('/')}/{self.place(path)}" if self.address else None

    @cached_property
    def address(self) -> str | None:
        """The site's address; None if it is not known."""
        organizer = self.config.organizer
        return (organizer.url if organizer else None) or self.find_address()

    @property
    def host(self) -> str:
        """The name that ids are unique under."""
        return (host_of(self.address) if self.address else "") or _NOWHERE

    def picture(self, event: Event) -> str | None:
        """Return the address of an event's picture; None if it has none, or none that is known."""
        image = event.image
        if image and image.path and not image.path.startswith("http"):
            return self.file_address(image.path)
        url = (image.path or image.url) if image else None
        return linked(url)


class GeneratedView(View):
    """A file that holds one entry for each event, in an order of its own."""

    def __init__(self, path: str, publisher: Publisher) -> None:
        self.path, self.publisher = path, publisher

    @abstractmethod
    def cut(self, text: str) -> dict[str, str] | None:
        """Return the entries of a file by the ids of their events, in their order; None if it is not one of ours.

        It may be one of ours to which git has given other line ends.
        """

    @abstractmethod
    def entry(self, event: Event, old: str | None) -> str | None:
        """Write an event's entry; None if it has none. If it says what the `old` one says, it is that."""

    @abstractmethod
    def joined(self, path: str, entries: Mapping[str, str]) -> str:
        """Return a file with these entries, each in its place."""

    def address_in(self, text: str) -> str | None:
        """Return the site's address that a file was written with, empty if none; None if it does not hold it at all."""
        return None

    @property
    def most(self) -> int | None:
        """How many entries there are at most: see `build`."""
        return None

    def paths(self, event: Event) -> tuple[str, ...]:
        slug = safe_slug(event.series or "")
        if (SERIES in self.path and not slug) or (ID in self.path and not event.has_day):
            return ()
        return (self.path.replace(SERIES, slug).replace(ID, event.id),)

    def put(self, path: str, text: str | None, event: Event, previous: Event | None) -> str:
        entries = self._entries(path, text)
        self._put(entries, event)
        return self._written(path, text, entries)

    def remove(self, path: str, text: str | None, event: Event) -> str | None:
        entries = self._entries(path, text)
        entries.pop(event.id, None)
        if text is None or (ID in self.path and not entries):
            return None
        return self._written(path, text, entries)

    def build(self, texts: Texts, records: Sequence[Event]) -> Built:
        """Write every event that has an entry. What is not in a file that is full was there once, and had to go."""
        shown: dict[str, list[Event]] = {path: [] for path in self._known_paths(records)}
        for record in records:
            for path in self.paths(record):
                shown[path].append(record)
        files = {}
        for path, events in shown.items():
            text = texts(path)
            there = self._entries(path, text)
            entries: dict[str, str] = {}
            is_full = self.most is not None and len(there) >= self.most
            for event in events:
                if event.id in there:
                    entries[event.id] = there[event.id]
                if event.id in there or not is_full:
                    self._put(entries, event)
            # A page may include the file, or link to it, before there is an event.
            if text is not None or entries or path == self.path:
                files[path] = self._written(path, text, entries)
        notes = () if "{" in self.path else tuple(self.left_out(records))
        return Built(tuple(records), files, notes=notes)

    def left_out(self, records: Sequence[Event]) -> Iterable[Problem]:
        """Name the events that cannot have an entry, and why."""
        return ()

    def _known_paths(self, records: Sequence[Event]) -> Iterable[str]:
        found = dict.fromkeys(path for record in records for path in self.paths(record))
        return found if SERIES in self.path or ID in self.path else (self.path,)

    def _put(self, entries: dict[str, str], event: Event) -> None:
        new = self.entry(event, entries.pop(event.id, None))
        if new is not None:
            entries[event.id] = new

    def _entries(self, path: str, text: str | None) -> dict[str, str]:
        if text is None:
            return {}
        entries = self.cut(text)
        if entries is None:
            message = say("This file is not one that Almanac writes, so it is left alone. Name another in the config.")
            raise ConfigError(Problem(message, file=path))
        return entries

    def _written(self, path: str, text: str | None, entries: Mapping[str, str]) -> str:
        if text is not None and self.cut(text) == entries:
            said = self.address_in(text)
            if said is None or said == (self.publisher.address or ""):
                return text
        return self.joined(path, entries)


def address_in_files(views: Iterable[View], texts: Texts) -> str | None:
    """Return the site's address as it is in the files that each event goes into, which are read for it anyway.

    It is empty if it was not known when they were built, and None if no file says it.
    """
    for view in views:
        if not isinstance(view, GeneratedView) or SERIES in view.path or ID in view.path:
            continue
        text = texts(view.path)
        said = view.address_in(text) if text is not None else None
        if said is not None and not (said and why_refused(said)):
            return said
    return None


def linked(url: str | None) -> str | None:
    """Return an address that readers' programs may be led to; None for another, as a record edited by hand may hold."""
    return None if url is None or why_refused(url) else url


def name_of(event: Event) -> str:
    """Return what an event is called where nothing else says its series."""
    series = event.series
    return f"{series}: {event.title}" if series and series != event.title else event.title


def plain_lines(event: Event, tongue: Tongue | None = None) -> list[str]:
    """Return what readers want to know of an event beside its name, times and place, each in a line of plain text."""
    people, was = ", ".join(map(_person, event.people)), event.rescheduled_from
    lines = [say("Rescheduled from {day}", day=say_date(was))] if was else []
    lines += [_labelled(event.people_label or say("Guests"), people)] if people else []
    # Two spaces at the end of a line are a line break in Markdown.
    lines += ["\n".join(map(str.rstrip, described.split("\n")))] if (described := plain(event.description)) else []
    lines += [f"- {plain(point)}" for point in event.agenda]
    named = [(say("Register"), event.url), (say("Recording"), event.recording)]
    named += [(one.label, one.url) for one in event.links]
    lines += [_labelled(label, url) for label, url in named if url]
    return [*said(lines, tongue)]


def _labelled(label: str, value: str) -> str:
    return say("{label}: {value}", label=label, value=value)


def _person(person: Person) -> str:
    return f"{person.name} ({person.affiliation})" if person.affiliation else person.name
