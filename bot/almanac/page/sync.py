"""A page and its records brought in sync: edited records are written, edited sections are taken into their records.

A record's `rendered` is what both sides last agreed on, so it tells who changed. What a person wrote is never
overwritten: it is taken into the records, or nothing is changed at all and the places are shown.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from almanac.config import Config
from almanac.errors import Problem
from almanac.event.model import Event, TakenIds
from almanac.event.record import incoherent, record_path
from almanac.markdown import formerly
from almanac.page.canonical import is_known, says_same
from almanac.page.entries import style_of
from almanac.page.fields import EntryFields
from almanac.page.importer import mark_duplicates
from almanac.page.insert import fitted, refuse_loop
from almanac.page.lines import fingerprint, fingerprints, newline_of, with_newline
from almanac.page.many import insert_many, take_out
from almanac.page.match import COMPARED, Tie, pair
from almanac.page.order import Order, page_order
from almanac.page.outline import Page, Section, outline
from almanac.page.proof import blank, misfits
from almanac.page.rewrite import rewritten, unsaid
from almanac.page.section import Renderer, SectionReader, Understood, stamp
from almanac.phrases import say
from almanac.times.zones import Zones

Listing = Callable[[Section, Event], bool]
"""Tells whether a line in a second list of the page names an event, whose section is elsewhere."""


@dataclass(frozen=True)
class Synced:
    """A page and all its records in sync, the given ones first, or the problems because of which nothing was changed.

    Problems are for a person to decide: while there is one, nothing is to be written. Notes tell what was done.
    `shown` has, by the ids of the records that changed, what the page said of the event before; None if nothing.
    """

    page: str
    records: tuple[Event, ...]
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    shown: Mapping[str, Event | None] = field(default_factory=dict)


def sync(  # noqa: PLR0913
    page: str,
    records: Sequence[Event],
    render: Renderer,
    zones: Zones | None = None,
    config: Config | None = None,
    *,
    listing: Listing | None = None,
) -> Synced:
    """Bring a page and all records of its site in sync. Done again on its own result, it changes nothing.

    With the site's zones, each record's instant is checked against its When line too. What is a `listing` of a record
    gets no record of its own, and stays as it is.

    Raises:
        UserError: A Liquid loop writes the page's events.
        ConfigError: The template fails for a record, or writes what could not be found on the page again.
    """
    newline, config = newline_of(page), config or Config()
    shown = {record.id: fitted(record, render(record), newline) for record in records}
    cut = outline(page, {shown[record.id]: record.date for record in records})
    refuse_loop(cut)
    reader = SectionReader(render, zones or Zones.of(), newline)
    work = _Work(cut, reader, EntryFields(cut, reader.zones), shown, config)
    sections, listed = _apart(cut.sections, records, shown, listing)
    pairs = pair(sections, records, shown)
    for one in pairs.tied:
        if one.tie is Tie.LOOKS:
            work.take_in(one.section, one.record)
        else:
            work.keep_or_write(one.section, one.record)
    taken = TakenIds(record.id for record in records)
    if listing:  # the line says what the section said
        work.before |= {record.id: work.reader.again(one, record).event for one, record in work.written_again}
    edited = [event for event in work.before.values() if event]
    sections, others = _apart(pairs.sections, edited, shown, listing)
    for section in sections:
        work.make_record(section, taken)
    for record in pairs.records:
        work.add(record)
    work.notes.sort(key=lambda note: note.line or 0)
    problems = (*work.problems, *incoherent(records, zones, config.records), *blank(records, shown, config))
    if problems:
        return Synced(page, tuple(records), problems, tuple(work.notes))
    work.mark_second_listings()
    written = work.written(config.order)
    after, texts = work.records(), work.texts()
    known = [after.pop(record.id) for record in records]
    synced = Synced(written, (*known, *after.values()), (), tuple(work.notes), work.before)
    lines = {section.text for section in (*listed, *others)}
    if written != page and (torn := misfits(cut, written, synced.records, texts, config, lines=lines)):
        return Synced(page, tuple(records), torn, synced.notes)
    return synced


def _apart(
    sections: Sequence[Section], records: Sequence[Event], shown: Mapping[str, str], listing: Listing | None
) -> tuple[list[Section], list[Section]]:
    """Tell sections of records from lines in a second list that name a record's event; no record's own is such a line.

    Only records of its day are compared with a section, and of thousands only the first.
    """
    if listing is None:
        return list(sections), []
    rendered = {record.rendered for record in records}
    on_day: dict[str, list[Event]] = {}
    for record in records:
        on_day.setdefault(record.date[4:], []).append(record)
    own: list[Section] = []
    listed: list[Section] = []
    for section in sections:
        is_known_text = not rendered.isdisjoint(fingerprints(section.text))
        alike = [] if is_known_text else on_day.get(section.date[4:], [])[:COMPARED]
        is_line = any(listing(section, record) for record in alike)
        is_own = is_line and any(says_same(section.text, shown[record.id]) for record in alike)
        (listed if is_line and not is_own else own).append(section)
    return own, listed


def no_place(section: Section, record: Event, changed: Sequence[str], path: str) -> Problem:
    """Say that a section that is kept word for word has no place for what its record, in the file `path`, changed."""
    message = say(
        "The record changed {changed}, but its section is kept word for word, and no place for "
        "that can be seen in it. Change the section on the page, or take `markdown` out of "
        "{path}, and the section is written again from the fields.",
        changed=", ".join(changed),
        path=path,
    )
    return Problem(message, event=record.title, line=section.line)


@dataclass
class _Slot:
    """A section of the page, the record that it gets, and the text that the record then has on the page."""

    section: Section
    record: Event
    text: str
    is_new: bool = False
    moves: bool = False


@dataclass
class _Work:
    """What becomes of each section and each record, and then the page that is written from that."""

    cut: Page
    reader: SectionReader
    fields: EntryFields
    shown: Mapping[str, str]
    config: Config
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    before: dict[str, Event | None] = field(default_factory=dict)
    written_again: list[tuple[Section, Event]] = field(default_factory=list)
    _slots: list[_Slot] = field(default_factory=list)
    _added: list[Event] = field(default_factory=list)

    def keep_or_write(self, section: Section, record: Event) -> None:
        """Take a section that nobody edited, or both sides alike; write it again if the record now says otherwise.

        A section that says the same in other bytes stays as it is: a formatter made it so.
        """
        text = self.shown[record.id]
        if record.markdown == text and unsaid(text, record) and self._write_changes(section, record):
            return
        if self._is_same(text, section, record):
            known = is_known(record.rendered, section.text)
            rendered = record.rendered if known else stamp(section.text, text)
            self._slots.append(_Slot(section, record.model_copy(update={"rendered": rendered}), section.text))
            return
        # A section that is kept verbatim says its own date, so only one that is written from the fields can move.
        is_other = record.markdown is None and self._belongs_elsewhere(text, section)
        moves = is_other or (record.markdown is None and self._goes(section, record.date))
        self._slots.append(_Slot(section, _rendered(record, text), text, moves=moves))
        if is_other:
            self.before[record.id] = None  # it had no section yet, only a line in another list
        else:
            self.written_again.append((section, record))
        self._note(say("The record or the template was edited, so this section is written again."), section, record)

    def _belongs_elsewhere(self, text: str, section: Section) -> bool:
        """Tell whether a section is written as another kind of entry than before, for which the page has a list."""
        family = style_of(text).family
        return family != section.style.family and any(one.style.family == family for one in self.cut.sections)

    def _goes(self, section: Section, date: str) -> bool:
        """Tell whether a section has another place at another date. Alone below its own year or month, it has not."""
        if section.date == date or self._under[section.period] > 1:
            return section.date != date
        line = next((self._headings[part] for part in (date, date[:7], date[:4]) if part in self._headings), None)
        return line is None or line != section.period

    @cached_property
    def _under(self) -> Counter[int | None]:
        return Counter(section.period for section in self.cut.sections)

    @cached_property
    def _headings(self) -> dict[str, int | None]:
        """The line of the heading of each year and month; None where several have it, as the terms of a year may."""
        found: dict[str, int | None] = {}
        for heading in self.cut.headings:
            if heading.period:
                found[heading.period] = None if heading.period in found else heading.line
        return found

    def _write_changes(self, section: Section, record: Event) -> bool:
        """Write what a record changed into its section that is kept word for word; tell whether there was anything."""
        read = self.reader.new(section, (), self.fields).event
        if not (changed := unsaid(section.text, record, read)):
            return False
        text = rewritten(section.text, record, read, self.reader.render, self.reader.zones.language)
        if text is None:
            path = record_path(self.config.records, record.id)
            self.problems.append(replace(no_place(section, record, changed, path), file=self.config.page))
            return True
        text = with_newline(text, self.cut.newline)
        if text == section.text:
            message = say(
                "The page has no place for {changed}: the record keeps what it says of that.",
                changed=", ".join(changed),
            )
            self._note(message, section, record)
            return False
        stamped = record.model_copy(update={"markdown": text, "rendered": fingerprint(text)})
        self._slots.append(_Slot(section, stamped, text))
        self.written_again.append((section, record))
        self._note(say("The record was edited; what it changed is written into this section."), section, record)
        return True

    def take_in(self, section: Section, record: Event) -> None:
        """Take a section that was edited by hand into its record, unless the record was edited as well."""
        text = self.shown[record.id]
        if not is_known(record.rendered, text):
            if record.rendered and self.reader.said_before(section, record):
                self.keep_or_write(section, record)
                return
            message = say(
                "This section and its record were both changed, and they disagree, so neither "
                "was overwritten. Make one say what the other says. The record is "
                "`{records}`.",
                records=record_path(self.config.records, record.id),
            )
            self.problems.append(
                Problem(message, versions=(f"{section.text}\n", f"{text}\n"), file=self.config.page, line=section.line)
            )
            return
        understood = self.reader.again(section, record, self.fields)
        self._slots.append(_Slot(section, understood.event, section.text))
        self.before[record.id] = record
        self._note(say("This section was edited by hand; its record takes the change over."), section, understood.event)
        self._warn(understood)

    def make_record(self, section: Section, taken: TakenIds) -> None:
        understood = self.reader.new(section, taken, self.fields)
        taken.add(understood.event.id)
        self._slots.append(_Slot(section, understood.event, section.text, is_new=True))
        self._note(say("This section has no record; it gets one."), section, understood.event)
        self._warn(understood)

    def add(self, record: Event) -> None:
        """Add a record that has no section. If it once had one, someone removed that, and has to say what they mean."""
        if record.rendered is None:
            self._added.append(record)
            self.before[record.id] = None
            return
        message = say(
            "The section of this record is not on the page any more. If the event should go, "
            "delete its record; otherwise put the section back, or take the line `rendered` out "
            "of the record to have it written again."
        )
        self.problems.append(
            Problem(message, "rendered", event=record.title, file=record_path(self.config.records, record.id))
        )

    def _is_same(self, text: str, section: Section, record: Event) -> bool:
        """Compare what a record is written as with its section.

        A section that has other bytes than it was written with only has to say the same. If it has not, the record or
        the template was edited, and a change of style is one too. Other line ends are not a difference if the section
        is as it was written, even if the rest of the page has other ones by now, or if the whole page has one line end:
        then Git changed them at a checkout. Nor is it one if the section has the bare hyphens and dots of former rules.
        """
        if text == section.text or record.rendered not in fingerprints(section.text):
            return says_same(text, section.text)
        page, newline = self.cut.text, self.cut.newline
        as_written = record.rendered == fingerprint(section.text) or with_newline(page, newline) == page
        ours, theirs = (formerly(with_newline(one, newline)) for one in (text, section.text))
        return as_written and ours == theirs

    def _note(self, message: str, section: Section, record: Event) -> None:
        self.notes.append(Problem(message, event=record.title, file=self.config.page, line=section.line))

    def _warn(self, understood: Understood) -> None:
        self.notes += (replace(warning, file=self.config.page) for warning in understood.warnings)

    def mark_second_listings(self) -> None:
        if not any(slot.is_new for slot in self._slots):
            return
        slots = sorted(self._slots, key=lambda slot: slot.section.start)
        marked, warnings = mark_duplicates([slot.record for slot in slots], [slot.section for slot in slots])
        lines = set()
        for slot, event in zip(slots, marked, strict=True):
            if slot.is_new and event.duplicate_of:
                slot.record = event
                lines.add(slot.section.line)
        self.notes += (replace(warning, file=self.config.page) for warning in warnings if warning.line in lines)

    def written(self, order: Order | None) -> str:
        """Write the page: first what keeps its place, then what moves and what is added, the earliest first."""
        in_place = {slot.section.start: slot.text for slot in self._slots if not slot.moves}
        moved = [slot for slot in self._slots if slot.moves]
        self._added = [_rendered(record, self.shown[record.id]) for record in self._added]
        added = sorted((*(slot.record for slot in moved), *self._added), key=lambda one: (*one.sort_key, one.id))
        known = {in_place.get(slot.section.start, slot.section.text): slot.record.date for slot in self._slots}
        page = take_out(self.cut, [slot.section for slot in moved], in_place, known)
        known |= {self.shown[record.id]: record.date for record in added}
        texts = [(self.shown[record.id], record.date) for record in added]
        return insert_many(page, texts, known, order, page_order(self.cut)) if texts else page

    def records(self) -> dict[str, Event]:
        return {record.id: record for record in (*(slot.record for slot in self._slots), *self._added)}

    def texts(self) -> dict[str, str]:
        """Return what each record is written as on the page: id -> text."""
        return {slot.record.id: slot.text for slot in self._slots} | {one.id: self.shown[one.id] for one in self._added}


def _rendered(record: Event, text: str) -> Event:
    return record.model_copy(update={"rendered": fingerprint(text)})
