"""The history page of a site that lists each event twice: its section, and a line in another list that names them all.

The line is written with a template of its own. No record remembers it: it is the line that the record was written as,
or one of the event's day and title, which people edited by hand and which is theirs.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice

from almanac.config import Config
from almanac.dates import UNKNOWN_YEAR
from almanac.errors import Problem
from almanac.event.model import Event
from almanac.page.canonical import says_same
from almanac.page.entries import style_of
from almanac.page.insert import insert, taken_out, without
from almanac.page.lines import fingerprints, plain, with_newline
from almanac.page.many import insert_many, take_out
from almanac.page.match import COMPARED, own_section, same_name, words
from almanac.page.order import page_order
from almanac.page.outline import Page, Section, outline
from almanac.page.proof import says_date_of
from almanac.page.section import Renderer
from almanac.page.sync import Synced, sync
from almanac.phrases import say
from almanac.views.page import PageView


class IndexedPageView(PageView):
    """The page that `page` in the config names, on which `index_template` writes a second listing of each event.

    An event that the page had only in that list when it was imported stays there, and gets no section.
    """

    def __init__(self, config: Config, render: Renderer, line: Renderer, spelt: Callable[[str], str] = str) -> None:
        super().__init__(config, render, spelt)
        self._line = line

    def put(self, path: str, text: str | None, event: Event, previous: Event | None) -> str:
        page = super().put(path, text, event, previous)
        there = previous and own_section(outline(text or ""), previous, self._render(previous))
        return self._listed(page, event, previous if there else None)

    def remove(self, path: str, text: str | None, event: Event) -> str | None:
        page = super().remove(path, text, event)
        cut = outline(page or "")
        line = self._line_of(cut.sections, event)
        return taken_out(cut, line) if line else page

    def put_all(self, text: str, events: Sequence[Event]) -> str:
        return self._all_listed(super().put_all(text, events), [(event, None) for event in events], ())

    def remove_all(self, text: str, numbers: Sequence[int], events: Sequence[Event]) -> str:
        cut = outline(super().remove_all(text, numbers, events))
        by_day = _by_day(cut)
        lines = (self._line_of(_of_day(by_day, event), event) for event in events)
        return take_out(cut, [*{line.start: line for line in lines if line}.values()])

    def follow(self, path: str, text: str, record: Event, before: Event) -> str:
        return self._listed(text, record, before)

    def spelt_as(self, path: str, text: str, like: str, event: Event) -> str:
        """Spell both parts as another version does. A line that people took off that version is taken off."""
        text = super().spelt_as(path, text, like, event)
        cut, model = outline(text), outline(like)
        line, there = self._line_of(cut.sections, event), self._line_of(model.sections, event)
        if line and there:
            return text[: line.start] + with_newline(there.text, cut.newline) + text[line.end :]
        return taken_out(cut, line) if line else text

    def _synced(self, page: str, records: Sequence[Event]) -> Synced:
        synced = sync(page, records, self._render, self._config.zones(), self._config, listing=self._lists)
        changed = [
            (record, before)
            for record in synced.records
            if record.id in synced.shown
            and not ((before := synced.shown[record.id]) and self._line(before) == self._line(record))
        ]
        own = {record.rendered for record in synced.records}
        page = self._all_listed(synced.page, changed, own)
        by_day = _by_day(outline(page))
        notes = list(synced.notes)
        for record, _ in changed:
            for section in filter(lambda one: self._lists(one, record), _of_day(by_day, record)):
                if own.isdisjoint(fingerprints(section.text)) and not says_same(section.text, self._line(record)):
                    message = say("This line was edited by hand, so it stays as it is. See whether it is still true.")
                    notes.append(Problem(message, event=record.title, file=self._config.page, line=section.line))
        return replace(synced, page=page, notes=tuple(notes))

    def _all_listed(self, page: str, changed: Sequence[tuple[Event, Event | None]], own: Container[str | None]) -> str:
        """Write the lines of all records that changed, as `_listed` does one; `own` are the sections' fingerprints."""
        cut = outline(page)
        by_day = _by_day(cut)
        in_place: dict[int, str] = {}
        gone: list[Section] = []
        added: list[Event] = []
        for record, before in changed:
            there = list(_of_day(by_day, before or record))
            line = self._line_of(there, before or record)
            if line and any(one in own for one in fingerprints(line.text)):
                continue  # it is the section of a record
            if before is None:
                added += [] if self._is_line(record) or any(self._lists(one, record) for one in there) else [record]
            elif line and before.date != record.date:
                gone.append(line)
                added.append(record)
            elif line and not says_same(line.text, self._line(record)):
                in_place[line.start] = with_newline(self._line(record), cut.newline)
        page = without(cut, gone, in_place) if gone or in_place else page
        added.sort(key=lambda record: (*record.sort_key, record.id))
        texts = [(with_newline(self._line(record), cut.newline), record.date) for record in added]
        return insert_many(page, texts, {}, None, page_order(cut)) if texts else page

    def _lists(self, section: Section, event: Event) -> bool:
        line = self._line(event)
        if section.style != style_of(line) or not says_date_of(section, event) or self._is_line(event):
            return False
        names = (name for name in (event.title, event.series) if name and words(name) in words(plain(line)))
        return says_same(section.text, line) or same_name(section.title, next(names, ""))

    def _is_line(self, event: Event) -> bool:
        """Tell whether an event's only place on the page is in the second list."""
        return style_of(self._render(event)) == style_of(self._line(event))

    def _line_of(self, sections: Iterable[Section], event: Event) -> Section | None:
        """Find an event's line as it was written."""
        line = self._line(event)
        alike = (section for section in sections if self._lists(section, event))
        return next((section for section in alike if says_same(section.text, line)), None)

    def _listed(self, page: str, event: Event, previous: Event | None) -> str:
        """Write an event's line, where there is none or only that of the record that was shown before."""
        cut = outline(page)
        text = with_newline(self._line(event), cut.newline)
        if previous is None:
            is_listed = self._is_line(event) or any(self._lists(section, event) for section in cut.sections)
            return page if is_listed else insert(cut, text, event.date, None)
        line = self._line_of(cut.sections, previous)
        if line is None or says_same(line.text, text):
            return page
        if previous.date == event.date:
            return page[: line.start] + text + page[line.end :]
        return insert(outline(taken_out(cut, line)), text, event.date, None, page_order(cut))


def _by_day(page: Page) -> dict[str, list[Section]]:
    found: dict[str, list[Section]] = {}
    for section in page.sections:
        found.setdefault(section.date, []).append(section)
    return found


def _of_day(by_day: Mapping[str, Sequence[Section]], event: Event) -> Iterator[Section]:
    """Give the first sections that say an event's date, or as much of it as they say at all."""
    date = event.date
    said = dict.fromkeys((date, date[: len("2021-11")], date[: len("2021")], UNKNOWN_YEAR + date[4:]))
    return islice(chain.from_iterable(by_day.get(one, ()) for one in said), COMPARED)
