"""What is to come and what was: an event is in a list of its own until it is over, and then on the history page.

The list is another page, or the part of the history page below a heading. Each of the two is a `PageView` with its own
shape, which sees nothing of the other: within one page, the lines of the other are a comment while it works.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from almanac.errors import ConfigError, Problem
from almanac.event.ending import is_over
from almanac.event.model import Event
from almanac.page.anchors import heading_line
from almanac.page.entries import style_of
from almanac.page.lines import fingerprints, newline_of, split_lines
from almanac.page.match import COMPARED, own_section, words
from almanac.page.outline import Page, Section, outline
from almanac.page.section import Renderer
from almanac.phrases import say
from almanac.views import Renderers
from almanac.views.generated import Publisher
from almanac.views.page import PageView, anchor_of
from almanac.views.protocol import Alike, Built, Texts, Undecided, View

_AHEAD = timedelta(hours=14)
"""How far the first place on Earth is ahead of UTC."""
_OVER = say("This event is over, so it moves to the history.")
_TO_COME = say("This event is still to come, so it moves to what is coming.")
_MARK = "<!-- almanac"


@dataclass(frozen=True)
class _Window:
    """The lines of a page that one of the two lists may see, as a text in which the other lines are a comment."""

    text: str
    comment: str = ""
    hidden: str = ""  # what the comment stands for
    below: str = ""  # what comes after the text

    @property
    def seen(self) -> str:
        return self.text.replace(self.comment, "", 1)

    def restored(self, text: str) -> str:
        return (text.replace(self.comment, self.hidden, 1) if self.comment else text) + self.below


@dataclass(frozen=True)
class _EventList:
    """One of the two lists: its view, its file, what writes its sections, and what of the file it may see."""

    view: PageView
    path: str
    render: Renderer
    window: Callable[[str], _Window]
    moved: str  # what is said of an event that was moved here
    is_past: bool = False

    def section(self, text: str, event: Event) -> Section | None:
        return own_section(outline(self.window(text).text), event, self.render(event))

    def put(self, text: str, event: Event, previous: Event | None) -> str:
        window = self.window(text)
        return window.restored(self.view.put(self.path, window.text, event, previous))

    def remove(self, text: str, event: Event) -> str:
        window = self.window(text)
        return self._removed(window, self.view.remove(self.path, window.text, event) or "")

    def put_all(self, text: str, events: Sequence[Event]) -> str:
        window = self.window(text)
        return window.restored(self.view.put_all(window.text, events))

    def remove_all(self, text: str, numbers: Sequence[int], events: Sequence[Event]) -> str:
        window = self.window(text)
        return self._removed(window, self.view.remove_all(window.text, numbers, events))

    @staticmethod
    def _removed(window: _Window, left: str) -> str:
        if left != window.text:  # the list ends as it did: the space above its only event goes with it
            left = left.rstrip("\r\n") + window.text[len(window.text.rstrip("\r\n")) :]
        return window.restored(left)


class TimelineView(View):
    """The history page that `page` in the config names, with what is to come where `upcoming` says."""

    def __init__(self, publisher: Publisher, history: PageView, renderers: Renderers) -> None:
        config, render = publisher.config, renderers.section
        coming = renderers.coming or render
        self._publisher = publisher
        where = config.upcoming or config.page
        heading = where.strip("# ") if where.startswith("#") else None
        path = where if heading is None else config.page
        # What is next comes first, unless the list itself says otherwise.
        spelt = renderers.spelt if path == config.page and renderers.coming is None else str
        other = PageView(config.model_copy(update={"page": path, "order": None}), coming, spelt)

        def beside(text: str) -> _Window:
            return _window(text, heading, path, inside=False) if heading is not None else _Window(text)

        def inside(text: str) -> _Window:
            return _window(text, heading, path, inside=True) if heading is not None else _Window(text)

        self._past = _EventList(history, config.page, render, beside, _OVER, is_past=True)
        self._coming = _EventList(other, path, coming, inside, _TO_COME)

    # ------------------------------------------------------------------------------- one event

    def paths(self, event: Event) -> tuple[str, ...]:
        part = self._part_of(event)
        return tuple(dict.fromkeys((part.path, self._other(part).path)))

    def put(self, path: str, text: str | None, event: Event, previous: Event | None) -> str:
        page = self._there(path, text)
        part = self._part_of(event)
        for other in self._parts(path):
            if other is not part:
                page = other.remove(page, previous or event)
        return part.put(page, event, previous) if part.path == path else page

    def remove(self, path: str, text: str | None, event: Event) -> str | None:
        if text is None:
            return None
        for part in self._parts(path):
            text = part.remove(text, event)
        return text

    def complete(self, event: Event, texts: Texts) -> Event:
        part = self._part_of(event)
        text = texts(part.path)
        return event if text is None else part.view.complete(event, lambda _: part.window(text).text)

    def stamp(self, event: Event) -> Event:
        return self._part_of(event).view.stamp(event)

    def revise(self, path: str, text: str | None, event: Event, before: Event) -> Event:
        page = self._there(path, text)
        part = next((part for part in self._parts(path) if part.section(page, before)), None)
        return part.view.revise(path, part.window(page).text, event, before) if part else event

    def preview(self, event: Event) -> str | None:
        return self._part_of(event).view.preview(event)

    def read(self, path: str, text: str | None, record: Event) -> Event:
        page = self._there(path, text)
        for part in self._parts(path):
            if part.section(page, record):
                return part.view.read(path, part.window(page).text, record)
        return record

    def read_branch(self, path: str, text: str | None, record: Event, origin: str | None) -> Event:
        parts = [part for part in self._parts(path) if text is not None and part.section(text, record)]
        part = next(iter(parts), self._part_of(record))
        if part.path != path:
            return record
        seen = None if text is None else part.window(text).text
        return part.view.read_branch(path, seen, record, None if origin is None else part.window(origin).text)

    def spelt_as(self, path: str, text: str, like: str, event: Event) -> str:
        part = self._part_of(event)
        if part.path != path:
            return text
        window = part.window(text)
        return window.restored(part.view.spelt_as(path, window.text, part.window(like).text, event))

    def follow(self, path: str, text: str, record: Event, before: Event) -> str:
        for part in self._parts(path):
            window = part.window(text)
            text = window.restored(part.view.follow(path, window.text, record, before))
        return text

    def doubt(self, path: str, before: str, after: str) -> Problem | None:
        for part in self._parts(path):
            old, new = part.window(before), part.window(after)
            if old.seen != new.seen:
                return part.view.doubt(path, old.text, new.text)
        return None

    def anchor(self, path: str, text: str, event: Event) -> str | None:
        sections = (part.section(text, event) for part in self._parts(path))
        return next((anchor_of(text, section) for section in sections if section), None)

    def at_anchor(self, path: str, text: str, anchor: str, records: Sequence[Event]) -> Event | None:
        line = heading_line(text, anchor)
        found = (part.view.at_line(part.window(text).text, line, records) for part in self._parts(path))
        return next(filter(None, found), None)

    def similar(self, path: str, text: str | None, event: Event, record: Event | None) -> Alike | None:
        found = (
            part.view.similar(path, part.window(text).text, event, record)
            for part in self._parts(path)
            if text is not None
        )
        return next(filter(None, found), None)

    def is_due(self, texts: Texts) -> bool:
        today = f"{self._publisher.now + _AHEAD:%Y-%m-%d}"
        text = texts(self._coming.path)
        sections = outline(self._coming.window(text).text).sections if text is not None else ()
        return any(section.date <= today for section in sections)

    # ------------------------------------------------------------------------------- all events

    def build(self, texts: Texts, records: Sequence[Event]) -> Built:
        """Move what is over, or is to come after all, and then bring each list into agreement with its own records."""
        files = {path: self._there(path, texts(path)) for path in dict.fromkeys((self._past.path, self._coming.path))}
        moves = _Moves(files)
        wanted = [self._part_of(record) for record in records]
        now = [moves.record(*each) for each in zip(records, wanted, map(self._other, wanted), strict=True)]
        moves.write()
        places = dict(zip((record.id for record in now), wanted, strict=True))
        built = Built(tuple(now), moves.files, tuple(moves.problems), tuple(moves.notes), moves.past)
        for part in (self._coming, self._past):
            window = part.window(built.files[part.path])
            own = [record for record in built.records if places.get(record.id) is part]
            done = part.view.build({part.path: window.text}.get, own)
            known = {record.id: record for record in done.records}
            built = Built(
                (*(known.pop(record.id, record) for record in built.records), *known.values()),
                {**built.files, part.path: window.restored(done.files[part.path])},
                (*built.problems, *done.problems),
                (*built.notes, *done.notes),
                built.moved,
            )
        return built

    # ------------------------------------------------------------------------------- the two lists

    def _part_of(self, event: Event) -> _EventList:
        return self._past if is_over(event, self._publisher.now, self._publisher.config.time_zone) else self._coming

    def _other(self, part: _EventList) -> _EventList:
        return self._past if part is self._coming else self._coming

    def _parts(self, path: str) -> Iterator[_EventList]:
        return (part for part in (self._past, self._coming) if part.path == path)

    @staticmethod
    def _there(path: str, text: str | None) -> str:
        if text is None:
            message = say("This page is missing; `page` or `upcoming` in the config names it.")
            # Words without an ending are meant as those of a heading.
            heading = None if "." in path else f'upcoming: "#{path}" (a heading of the page)'
            raise ConfigError(Problem(message, file=path, accepted=heading))
        return text


def _window(text: str, heading: str, path: str, *, inside: bool) -> _Window:
    """Return what is below a heading, or all else; the heading itself is in both.

    Raises:
        ConfigError: The page has no such heading.
    """
    cut = outline(text)
    at = next((one for one in cut.headings if words(one.text) == words(heading)), None)
    if at is None:
        message = say(
            "The page has no heading with these words. `upcoming` names a heading of the page, or another page."
        )
        raise ConfigError(Problem(message, "upcoming", typed=f"#{heading}", file=path))
    start, first, end = (cut.lines.offsets[line] for line in (at.line, *cut.part(at)))
    if inside:
        comment = _comment(text[:start])
        return _Window(comment + text[start:end], comment, text[:start], text[end:])
    comment = _comment(text[first:end])
    return _Window(text[:first] + comment + text[end:], comment, text[first:end])


def _comment(text: str) -> str:
    """Return a comment with as many lines as a text, so that all others keep their numbers; nothing for no text."""
    newline, count = newline_of(text), len(split_lines(text)) - 1
    if not text:
        return ""
    end = newline if text[-1] in "\r\n" else ""
    lines = count - bool(end)
    return f"{_MARK}{newline * lines if lines else ' '}-->{end}"


class _Moves:
    """Moves events between the two lists, where records say so: first each is looked at, then all are written."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = files
        self.problems: list[Problem] = []
        self.notes: list[Problem] = []
        self.past = 0  # how many moved to the history
        self._shown: dict[_EventList, _Known] = {}
        self._leaving = defaultdict[_EventList, dict[int, Event]](dict)  # by where their section starts
        self._arriving = defaultdict[_EventList, list[Event]](list)

    def record(self, record: Event, target: _EventList, other: _EventList) -> Event:
        """Let an event move to the list in which it belongs; return its record with what people edited before."""
        there, here = self._seen(other), self._seen(target)
        section = there.find(record, other)
        if section is None or section.start in self._leaving[other] or here.find(record, target):
            return record
        try:
            record = other.view.read_section(other.path, there.newline, section, record)
        except Undecided as undecided:
            self.problems += undecided.problems
            return record
        self._leaving[other][section.start] = record
        here.family = here.family or section.style.family
        if record.markdown is not None and here.family != section.style.family:
            record = record.model_copy(update={"markdown": None})  # the other list is of another kind
        record = target.view.stamp(record)
        self._arriving[target].append(record)
        self.past += target.is_past
        self.notes.append(Problem(target.moved, event=record.title, file=other.path, line=section.line))
        return record

    def write(self) -> None:
        """Take what moves out of the lists, and put it where it belongs."""
        for part, leaving in self._leaving.items():
            if leaving:
                numbers = [self._seen(part).numbers[start] for start in leaving]
                self.files[part.path] = part.remove_all(self.files[part.path], numbers, [*leaving.values()])
        for part, arriving in self._arriving.items():
            self.files[part.path] = part.put_all(self.files[part.path], arriving)

    def _seen(self, part: _EventList) -> "_Known":
        if part not in self._shown:
            self._shown[part] = _Known(outline(part.window(self.files[part.path]).text))
        return self._shown[part]


class _Known:
    """The sections of a list, by what they are known by.

    Attributes:
        family: Of which kind its sections are; None if it has none yet.
        numbers: By where a section starts, which one of the page it is.
    """

    def __init__(self, page: Page) -> None:
        self._page, self.newline = page, page.newline
        self.numbers = {one.start: number for number, one in enumerate(page.sections)}
        self._by_print = {known: one for one in reversed(page.sections) for known in fingerprints(one.text)}
        self._styles = {one.style for one in page.sections}
        self._by_day = defaultdict[str, list[Section]](list)
        for section in page.sections:
            self._by_day[section.date].append(section)
        alive = page.alive_list
        self.family = alive[0].style.family if alive else None

    def find(self, record: Event, part: _EventList) -> Section | None:
        if record.rendered in self._by_print:
            return self._by_print[record.rendered]
        if record.date not in self._by_day:
            return None
        written = part.render(record)
        of_day, style = self._by_day[record.date], style_of(written)
        alike = [one for one in of_day if one.style == style] if style in self._styles else of_day
        # Only what is of its day can be the record's: the whole page need not be walked once for each record.
        day = replace(self._page, sections=tuple(alike[:COMPARED]), headings=())
        return own_section(day, record, written)
