"""The history page of a site that lists each event twice: its section, and a line in another list that names them all.

The line is written with a template of its own. No record remembers it: it is the line that the record was written as,
or one of the event's day and title, which people edited by hand and which is theirs.
"""

from collections.abc import Sequence
from dataclasses import replace

from almanac.config import Config
from almanac.errors import Problem
from almanac.event.model import Event
from almanac.page.canonical import says_same
from almanac.page.entries import style_of
from almanac.page.insert import insert, taken_out
from almanac.page.lines import fingerprints, plain, with_newline
from almanac.page.match import own_section, same_name, words
from almanac.page.order import page_order
from almanac.page.outline import Page, Section, outline
from almanac.page.proof import says_date_of
from almanac.page.section import Renderer
from almanac.page.sync import Synced, sync
from almanac.views.page import PageView


class IndexedPageView(PageView):
    """The page that `page` in the config names, on which `index_template` writes a second listing of each event.

    An event that the page had only in that list when it was imported stays there, and gets no section.
    """

    def __init__(self, config: Config, render: Renderer, line: Renderer) -> None:
        super().__init__(config, render)
        self._line = line

    def put(self, path: str, text: str | None, event: Event, previous: Event | None) -> str:
        page = super().put(path, text, event, previous)
        there = previous and own_section(outline(text or ""), previous, self._render(previous))
        return self._listed(page, event, previous if there else None)

    def remove(self, path: str, text: str | None, event: Event) -> str | None:
        page = super().remove(path, text, event)
        cut = outline(page or "")
        line = self._line_of(cut, event)
        return taken_out(cut, line) if line else page

    def follow(self, path: str, text: str, record: Event, before: Event) -> str:
        return self._listed(text, record, before)

    def spelt_as(self, path: str, text: str, like: str, event: Event) -> str:
        """Spell both parts as another version does. A line that people took off that version is taken off."""
        text = super().spelt_as(path, text, like, event)
        cut, model = outline(text), outline(like)
        line, there = self._line_of(cut, event), self._line_of(model, event)
        if line and there:
            return text[: line.start] + with_newline(there.text, cut.newline) + text[line.end :]
        return taken_out(cut, line) if line else text

    def _synced(self, page: str, records: Sequence[Event]) -> Synced:
        synced = sync(page, records, self._render, self._config.zones(), self._config, listing=self._lists)
        page, notes = synced.page, list(synced.notes)
        own = {record.rendered for record in synced.records}
        for record in synced.records:
            before = synced.shown.get(record.id)
            if record.id not in synced.shown or (before and self._line(before) == self._line(record)):
                continue
            line = self._line_of(outline(page), before or record)
            if line is None or own.isdisjoint(fingerprints(line.text)):
                page = self._listed(page, record, before)
            alike = [section for section in outline(page).sections if self._lists(section, record)]
            for section in alike:
                if own.isdisjoint(fingerprints(section.text)) and not says_same(section.text, self._line(record)):
                    message = "This line was edited by hand, so it stays as it is. See whether it is still true."
                    notes.append(Problem(message, typed=record.title, file=self._config.page, line=section.line))
        return replace(synced, page=page, notes=tuple(notes))

    def _lists(self, section: Section, event: Event) -> bool:
        line = self._line(event)
        if section.style != style_of(line) or not says_date_of(section, event) or self._is_line(event):
            return False
        names = (name for name in (event.title, event.series) if name and words(name) in words(plain(line)))
        return says_same(section.text, line) or same_name(section.title, next(names, ""))

    def _is_line(self, event: Event) -> bool:
        """Tell whether an event's only place on the page is in the second list."""
        return style_of(self._render(event)) == style_of(self._line(event))

    def _line_of(self, page: Page, event: Event) -> Section | None:
        """Find an event's line as it was written."""
        line = self._line(event)
        alike = (section for section in page.sections if self._lists(section, event))
        return next((section for section in alike if says_same(section.text, line)), None)

    def _listed(self, page: str, event: Event, previous: Event | None) -> str:
        """Write an event's line, where there is none or only that of the record that was shown before."""
        cut = outline(page)
        text = with_newline(self._line(event), cut.newline)
        if previous is None:
            is_listed = self._is_line(event) or any(self._lists(section, event) for section in cut.sections)
            return page if is_listed else insert(cut, text, event.date, None)
        line = self._line_of(cut, previous)
        if line is None or says_same(line.text, text):
            return page
        if previous.date == event.date:
            return page[: line.start] + text + page[line.end :]
        return insert(outline(taken_out(cut, line)), text, event.date, None, page_order(cut))
