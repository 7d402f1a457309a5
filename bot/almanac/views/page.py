"""The history page as a view: one section for each event, which people may edit by hand."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from almanac.config import Config
from almanac.errors import ConfigError, Problem
from almanac.event.model import Event, share_a_day
from almanac.event.record import record_path
from almanac.page import insert
from almanac.page.anchors import heading_id, heading_line
from almanac.page.canonical import is_known, says_same, sense
from almanac.page.entries import style_of
from almanac.page.fields import EntryFields
from almanac.page.lines import fingerprint, fingerprints, newline_of, with_newline
from almanac.page.many import insert_many, take_out
from almanac.page.match import own_section, same_title, words
from almanac.page.numbers import next_number
from almanac.page.outline import Section, outline
from almanac.page.rewrite import rewritten, unsaid, without_status
from almanac.page.section import Renderer, SectionReader
from almanac.page.shown import doubt
from almanac.page.sync import Synced, no_place, sync
from almanac.phrases import say
from almanac.views.protocol import Alike, Built, Texts, Undecided, View

_SEARCHED = 2000
"""How many characters of a section are searched for a title: it is near the start, if anywhere."""


class PageView(View):
    """The history page that `page` in the config names.

    A record remembers by `rendered` how its section was when record and page last agreed, which tells who edited what.
    A new section is `spelt` with the page's own marks; then `rendered` is a hash of what it says.
    """

    def __init__(self, config: Config, render: Renderer, spelt: Callable[[str], str] = str) -> None:
        self._config, self._render, self._spelt = config, render, spelt

    def paths(self, event: Event) -> tuple[str, ...]:
        return (self._config.page,)

    def put(self, path: str, text: str | None, event: Event, previous: Event | None) -> str:
        page = self._there(path, text)
        known = self._render(previous) if previous else None
        return insert.put(page, event, self._written(event), previous=previous, order=self._config.order, known=known)

    def remove(self, path: str, text: str | None, event: Event) -> str | None:
        return None if text is None else insert.remove(text, event, self._render(event))

    def put_all(self, text: str, events: Sequence[Event]) -> str:
        """Write the sections of many events that the page does not have yet, as `put` does one by one."""
        cut = outline(text)
        insert.refuse_loop(cut)
        ordered = sorted(events, key=lambda event: (*event.sort_key, event.id))
        added = [(insert.fitted(event, self._written(event), cut.newline), event.date) for event in ordered]
        return insert_many(text, added, dict(added), self._config.order, None)

    def remove_all(self, text: str, numbers: Sequence[int], events: Sequence[Event]) -> str:
        """Take out many events, of whose sections the numbers on the page are known, as `remove` does one by one."""
        cut = outline(text)
        return take_out(cut, [cut.sections[number] for number in numbers])

    def build(self, texts: Texts, records: Sequence[Event]) -> Built:
        path = self._config.page
        page = self._there(path, texts(path))
        synced = self._synced(page, records)
        return Built(synced.records, {path: synced.page}, synced.problems, synced.notes)

    def _synced(self, page: str, records: Sequence[Event]) -> Synced:
        return sync(page, records, self._render, self._config.zones(), self._config)

    def _lists(self, section: Section, event: Event) -> bool:
        """Tell whether a line names an event beside its section."""
        return False

    def complete(self, event: Event, texts: Texts) -> Event:
        page = texts(self._config.page)
        if page is None or event.number is not None:
            return event
        return event.model_copy(update={"number": next_number(outline(page), event.date)})

    def stamp(self, event: Event) -> Event:
        text = self._render(event)
        return event.model_copy(update={"rendered": fingerprint(text) if text == self._written(event) else sense(text)})

    def _written(self, event: Event) -> str:
        """Return what is written for an event that is new on the page."""
        return self._render(event) if event.markdown is not None else self._spelt(self._render(event))

    def revise(self, path: str, text: str | None, event: Event, before: Event) -> Event:
        if event.markdown is None or event.markdown != before.markdown:
            return event
        cut, zones = outline(self._there(path, text)), self._config.zones(before.series)
        section = own_section(cut, before, before.markdown)
        if section is None:
            return event
        reader = SectionReader(self._render, zones, cut.newline)
        read = reader.new(section, (), EntryFields(cut, zones)).event
        # Its section says its own date.
        text = without_status(section.text, event, before, reader.render)
        changed = [*unsaid(section.text, event, read), *(["date"] if event.date != before.date else [])]
        changed += ["status"] if text is None else []
        written = text if text != section.text else None
        if changed:
            has_place = text and "date" not in changed
            written = rewritten(text, event, read, reader.render, zones.language) if text and has_place else None
        if changed and written is None:
            record = record_path(self._config.records, event.id)
            raise Undecided(replace(no_place(section, event, changed, record), file=path))
        return event.model_copy(update={"markdown": written or event.markdown})

    def preview(self, event: Event) -> str | None:
        return self._render(event)

    def read(self, path: str, text: str | None, record: Event) -> Event:
        page = self._there(path, text)
        section = own_section(outline(page), record, self._render(record))
        return self.read_section(path, newline_of(page), section, record) if section else record

    def read_section(self, path: str, newline: str, section: Section, record: Event) -> Event:
        """Return the record with what people edited in its section of a page with such line ends, as `read` does."""
        if record.rendered is None:
            return record  # made by hand: its section is still to be written
        return self._edited(path, newline, section, record, say("site's main branch"))

    def read_branch(self, path: str, text: str | None, record: Event, origin: str | None) -> Event:
        if text is None:
            message = say("The history page was deleted on the branch.")
            if origin is None:
                message = say("The history page has been renamed or moved since this branch was made.")
            raise Undecided(Problem(message, file=path))
        written = self._render(record)
        section = own_section(outline(text), record, written) or _only_new_section(text, origin or "", written)
        if section is None:
            message = say(
                "The event's section was removed from the page on the branch. If the event "
                "should not go on the page, close the pull request or the issue; otherwise put "
                "the section back."
            )
            raise Undecided(Problem(message, file=path))
        return self._edited(path, newline_of(text), section, record, "branch")

    def spelt_as(self, path: str, text: str, like: str, event: Event) -> str:
        written = self._render(event)
        own, model = (own_section(outline(page), event, written) for page in (text, like))
        if own is None or model is None or not says_same(own.text, model.text):
            return text
        return text[: own.start] + with_newline(model.text, newline_of(text)) + text[own.end :]

    def doubt(self, path: str, before: str, after: str) -> Problem | None:
        found = doubt(before, after)
        return replace(found, file=path) if found else None

    def anchor(self, path: str, text: str, event: Event) -> str | None:
        section = own_section(outline(text), event, self._render(event))
        return anchor_of(text, section) if section else None

    def at_anchor(self, path: str, text: str, anchor: str, records: Sequence[Event]) -> Event | None:
        return self.at_line(text, heading_line(text, anchor), records)

    def at_line(self, text: str, line: int | None, records: Sequence[Event]) -> Event | None:
        """Return the record of the event whose section begins on a line; None if it is that of none."""
        cut = outline(text)
        section = next((one for one in cut.sections if one.line == line), None)
        if section is None:
            return None
        known = fingerprints(section.text)
        alike = (record for record in records if record.date == section.date or record.rendered in known)
        own = ((record, own_section(cut, record, self._render(record))) for record in alike)
        return next((record for record, there in own if there and there.start == section.start), None)

    def similar(self, path: str, text: str | None, event: Event, record: Event | None) -> Alike | None:
        cut = outline(text or "")
        own = own_section(cut, record, self._render(record)) if record else None
        for section in cut.sections:
            if (own and own.start == section.start) or (record and self._lists(section, record)):
                continue
            same_day = share_a_day((section.date, section.end_date), (event.date, event.end_date))
            named = same_day and (same_title(section, event) or _names(section.text, event.title))
            if named or _links_to(section.text, event.url):
                common = say("the same day and name") if named else say("the same registration link")
                return Alike(section.line, section.date, section.title or event.title, common)
        return None

    @staticmethod
    def _there(path: str, text: str | None) -> str:
        if text is None:
            raise ConfigError(Problem(say("The history page is missing; `page` in the config names it."), file=path))
        return text

    def _edited(self, path: str, newline: str, section: Section, record: Event, where: str) -> Event:
        """Return the record with what its section says, if only the section was edited, by the rules of an import."""
        text = insert.fitted(record, self._render(record), newline)
        if says_same(text, section.text) or is_known(record.rendered, section.text):
            return record
        reader = SectionReader(self._render, self._config.zones(record.series), newline)
        if not is_known(record.rendered, text):
            if reader.said_before(section, record):
                return record
            message = say(
                "The record and its section of the page were both changed on the {where}, and they disagree.",
                where=where,
            )
            raise Undecided(Problem(message, versions=(f"{section.text}\n", f"{text}\n"), file=path, line=section.line))
        return reader.again(section, record).event


def anchor_of(page: str, section: Section) -> str | None:
    """Return the id of a section's heading; None if it has none."""
    return heading_id(page, section.line) if section.style.kind in ("atx", "setext") else None


def _only_new_section(page: str, origin: str, written: str) -> Section | None:
    """Find the section of an event that someone rewrote altogether: the only one that was not on the page before.

    Of several, it is the only one of the kind that is `written` for the event.
    """
    known = {section.text for section in outline(origin).sections}
    new = [section for section in outline(page).sections if section.text not in known]
    if len(new) > 1:
        new = [section for section in new if section.style == style_of(written)]
    return new[0] if len(new) == 1 else None


def _names(text: str, title: str) -> bool:
    """Tell whether a section holds all words of a title in a row; a single word says too little."""
    return len(title.split()) > 1 and words(title) in words(text[:_SEARCHED])


def _links_to(text: str, url: str | None) -> bool:
    """Tell whether a section holds a link, and not only one that starts like it: many begin with the same host."""
    end = r"/?(?![\w/?#&=%~+@:-]|\.\w)"
    return bool(url) and re.search(re.escape(str(url).rstrip("/")) + end, text, re.IGNORECASE) is not None
