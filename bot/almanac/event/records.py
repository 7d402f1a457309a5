"""Where a site keeps its records, and how each of them is read and written."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

from almanac.errors import Problem
from almanac.event.model import Event, event_id
from almanac.event.record import SUFFIX, read_record, read_records, record_path, write_record


class Records(NamedTuple):
    """The records of a site, in the order of their dates, then ids.

    Of the site's own files or entries, `unreadable` says which are left out because of a mistake, and `undated` which
    are no events to Almanac, as they say no date.
    """

    events: tuple[Event, ...]
    unreadable: tuple[Problem, ...] = ()
    undated: tuple[Problem, ...] = ()


class RecordStore(Protocol):
    """Where the records of a site are: each in a file of a folder or of a folder in that, or all in one file.

    What is read and written is always the text of a whole file, which may hold more than one record.
    """

    @property
    def place(self) -> str:
        """The folder, or the one file, that holds the records."""
        ...

    @property
    def suffix(self) -> str | None:
        """How the names of a folder's records end; None if one file holds them all."""
        ...

    def path(self, event_id: str) -> str:
        """Return the path within the site of the file that holds an event's record, or would hold it."""
        ...

    def read(self, text: str, path: str, event_id: str) -> Event | None:
        """Read one record; None if the file holds none of this id.

        Raises:
            UserError: With every mistake in it, each with file, line and field.
        """
        ...

    def read_all(self, texts: Mapping[str, str]) -> Records:
        """Read all records, given the texts of all files by path.

        Raises:
            UserError: With every mistake in all of them, where they are files of Almanac's own; or one file holds all
                records, and cannot be read.
        """
        ...

    def write(self, event: Event, *, before: Event | None = None, source: str | None = None) -> str:
        """Return a file with an event's record added or changed.

        `source` is the file's text until now, and `before` the event's record in it, if it has one. All that need not
        change stays as it is.
        """
        ...

    def remove(self, event_id: str, source: str) -> str | None:
        """Return a file without an event's record; None if no file is left."""
        ...

    def shown(self, event: Event) -> Event | None:
        """Return an event with no more than what its record shows to readers; None if records are not shown as such."""
        ...

    def completed(self, event: Event, known: Callable[[], Sequence[Event]]) -> Event:
        """Return a new event with what only those that are `known` can tell, such as its number."""
        ...

    def new_id(self, event: Event, taken: Collection[str]) -> str:
        """Return a new event's id, which none of those that are taken is; it never changes afterwards."""
        ...


class RecordFolder:
    """A folder with one YAML file for each event, named after its id."""

    suffix = SUFFIX

    def __init__(self, folder: str) -> None:
        self.place = folder

    def path(self, event_id: str) -> str:
        return record_path(self.place, event_id)

    def read(self, text: str, path: str, event_id: str) -> Event | None:  # noqa: ARG002 -- the whole file is the record
        return read_record(text, path)

    def read_all(self, texts: Mapping[str, str]) -> Records:
        return Records(read_records(texts))

    def write(self, event: Event, *, before: Event | None = None, source: str | None = None) -> str:
        return write_record(event, before=before, source=source)

    def remove(self, event_id: str, source: str) -> None:  # noqa: ARG002 -- the whole file is the record
        return None

    def shown(self, event: Event) -> Event | None:  # noqa: ARG002 -- readers see the views
        return None

    def completed(self, event: Event, known: Callable[[], Sequence[Event]]) -> Event:  # noqa: ARG002 -- the views can tell
        return event

    def new_id(self, event: Event, taken: Collection[str]) -> str:
        return event_id(event.date, event.series or event.title, taken)
