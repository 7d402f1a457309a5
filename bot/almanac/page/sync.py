"""A page and its records brought in line: records that were edited are written, sections that were edited are taken in.

A record's `rendered` is what both sides had in common last, so it tells who changed. What a person wrote is never
overwritten: it is taken into the records, or nothing is changed at all and the places are shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from almanac.config import Config
from almanac.errors import Problem
from almanac.event.model import Event, TakenIds
from almanac.event.record import incoherent, record_path
from almanac.page.importer import mark_duplicates
from almanac.page.insert import fill, fitted, insert, refuse_loop, taken_out
from almanac.page.lines import fingerprint, fingerprints, newline_of, with_newline
from almanac.page.match import Pairs, Tie, pair
from almanac.page.outline import Order, Page, Section, outline
from almanac.page.proof import blank, misfits
from almanac.page.section import Renderer, SectionReader
from almanac.times.zones import Zones


@dataclass(frozen=True)
class Synced:
    """A page and its records in line, or the problems for which nothing was changed.

    Attributes:
        page: The page; where there are problems, as it was.
        records: All records: those that were given, in their order, then the new ones; likewise.
        problems: What a person has to decide. While there is one, nothing is to be written.
        notes: What was done, and what was noticed on the way.
    """

    page: str
    records: tuple[Event, ...]
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()


def sync(
    page: str, records: Sequence[Event], render: Renderer, zones: Zones | None = None, config: Config | None = None
) -> Synced:
    """Bring a page and its records in line. Done again on its own result, it changes nothing.

    Args:
        page: The page's text.
        records: All records of the site.
        render: Writes an event's section, with LF.
        zones: The site's zones; with them, each record's moment is checked against its When line too.
        config: The site's config: what stands first on the page, and the paths that problems name.

    Raises:
        UserError: A Liquid loop writes the page's events.
        ConfigError: The template fails for a record, or writes what could not be found on the page again.
    """
    newline = newline_of(page)
    shown = {record.id: fitted(record, render(record), newline) for record in records}
    config = config or Config()
    cut = outline(page, {shown[record.id]: record.date for record in records})
    refuse_loop(cut)
    reader = SectionReader(render, zones or Zones.of(), newline)
    work = _Work(cut, reader, shown, TakenIds(record.id for record in records), config)
    work.take(pair(cut.sections, records, shown))
    work.problems += incoherent(records, zones, config.records)
    work.problems += blank(records, shown, config)
    if work.problems:
        return Synced(page, tuple(records), tuple(work.problems), tuple(work.notes))
    work.mark_second_listings()
    written = work.written(config.order)
    known = {record.id for record in records}
    kept = [work.records[record.id] for record in records]
    new = [record for record in work.records.values() if record.id not in known]
    synced = Synced(written, (*kept, *new), (), tuple(work.notes))
    if written != page:
        texts = work.texts()
        if torn := misfits(cut, written, synced.records, texts, config):
            return Synced(page, tuple(records), tuple(torn), tuple(work.notes))
    return synced


@dataclass
class _Work:
    """What is found out about each pair, and then written."""

    cut: Page
    reader: SectionReader
    shown: Mapping[str, str]
    taken: TakenIds
    config: Config
    records: dict[str, Event] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    _texts: dict[int, str] = field(default_factory=dict)
    _owners: dict[int, str] = field(default_factory=dict)
    _written: dict[str, str] = field(default_factory=dict)
    _new: set[str] = field(default_factory=set)
    _moved: list[tuple[Section, Event]] = field(default_factory=list)
    _added: list[Event] = field(default_factory=list)

    def take(self, pairs: Pairs) -> None:
        """Look at everything once, in the order of the page."""
        for one in pairs.tied:
            edited = one.tie is Tie.LOOKS
            (self._edited_section if edited else self._known_section)(one.section, one.record)
        for section in pairs.sections:
            self._without_record(section)
        for record in pairs.records:
            self._without_section(record)
        self.notes.sort(key=lambda note: note.line or 0)

    def _known_section(self, section: Section, record: Event) -> None:
        """Take a section that nobody edited, or both sides alike; write it anew if the record gives something else."""
        text = self.shown[record.id]
        if self._same(text, section, record):
            known = record.rendered in fingerprints(section.text)
            self._keep(section, record if known else _rendered(record, section.text))
            return
        record = _rendered(record, text)
        if record.markdown is None and section.date != record.date:
            self._moved.append((section, record))
            self._owners[section.start] = record.id
            self.records[record.id] = record
        else:
            self._keep(section, record)
            self._texts[section.start] = text
        self._note("The record was edited, so this section is written anew.", section, record)

    def _edited_section(self, section: Section, record: Event) -> None:
        """Take a section that was edited by hand into its record, unless the record was edited as well."""
        text = self.shown[record.id]
        if record.rendered is None or record.rendered not in fingerprints(text):
            self._conflict(section, record, text)
            return
        understood = self.reader.again(section, record)
        self._keep(section, understood.event)
        self._note("This section was edited by hand; its record takes the change over.", section, record)
        self.notes += (replace(warning, file=self.config.page) for warning in understood.warnings)

    def _without_record(self, section: Section) -> None:
        understood = self.reader.new(section, self.taken)
        self.taken.add(understood.event.id)
        self._new.add(understood.event.id)
        self._keep(section, understood.event)
        self._note("This section was written by hand; it gets a record.", section, understood.event)
        self.notes += (replace(warning, file=self.config.page) for warning in understood.warnings)

    def _without_section(self, record: Event) -> None:
        if record.rendered is None:
            self.records[record.id] = record
            self._added.append(record)
            return
        message = (
            "The section of this record is not on the page any more. If the event is to go, delete its record; else "
            "put the section back, or take the line `rendered` out of the record to have it written again."
        )
        self.problems.append(
            Problem(message, "rendered", typed=record.title, file=record_path(self.config.records, record.id))
        )

    def _conflict(self, section: Section, record: Event, text: str) -> None:
        path = record_path(self.config.records, record.id)
        message = (
            "This section and its record were both changed, and they disagree, so neither was written over. Make the "
            f"one say what the other says, and run this again. The record is {path}."
        )
        self.problems.append(
            Problem(message, typed=section.text, accepted=text, file=self.config.page, line=section.line)
        )

    def _keep(self, section: Section, record: Event) -> None:
        self.records[record.id] = record
        self._owners[section.start] = record.id

    def _same(self, text: str, section: Section, record: Event) -> bool:
        """Compare what a record reads with its section.

        Other line ends are no difference where the section stands as it was written, though the rest of the page has
        changed its own since, or where the whole page has one line end: then Git changed them on the way.
        """
        if text == section.text:
            return True
        page, newline = self.cut.text, self.cut.newline
        as_written = record.rendered == fingerprint(section.text) or with_newline(page, newline) == page
        return as_written and with_newline(text, newline) == with_newline(section.text, newline)

    def _note(self, message: str, section: Section, record: Event) -> None:
        self.notes.append(Problem(message, typed=record.title, file=self.config.page, line=section.line))

    def mark_second_listings(self) -> None:
        """Mark new records of events that the page lists already."""
        if self._new:
            sections = [section for section in self.cut.sections if section.start in self._owners]
            events = [self.records[self._owners[section.start]] for section in sections]
            marked, warnings = mark_duplicates(events, sections)
            fresh = [event for event in marked if event.id in self._new and event.duplicate_of]
            self.records.update((event.id, event) for event in fresh)
            lines = {
                section.line for section in sections if self._owners[section.start] in {event.id for event in fresh}
            }
            self.notes += (replace(warning, file=self.config.page) for warning in warnings if warning.line in lines)

    def written(self, order: Order | None) -> str:
        """Write the page."""
        order = order or self.cut.order
        page = self.cut.joined([self._texts.get(section.start, section.text) for section in self.cut.sections])
        if not self._moved and not self._added:
            return page
        known = {text: self.records[name].date for name, text in self.texts().items()}
        for section, _ in self._moved:
            cut = outline(page, known)
            page = taken_out(cut, next(other for other in cut.sections if other.text == section.text))
        added = [record for _, record in self._moved]
        for record in self._added:
            added.append(_rendered(record, self.shown[record.id]))
            self.records[record.id] = added[-1]
        texts = {record.id: self.shown[record.id] for record in added}
        self._written.update(texts)
        known |= {texts[record.id]: record.date for record in added}
        cut = outline(page, known)
        if not cut.sections and added:
            return fill(cut, [(texts[record.id], record) for record in added], order)
        for record in sorted(added, key=lambda record: (*record.sort_key, record.id)):
            page = insert(outline(page, known), texts[record.id], record.date, order)
        return page

    def texts(self) -> dict[str, str]:
        """Return what each record reads on the page: id -> text."""
        starts = {section.start: section for section in self.cut.sections}
        found = {name: self._texts.get(start, starts[start].text) for start, name in self._owners.items()}
        return found | self._written


def _rendered(record: Event, text: str) -> Event:
    return record.model_copy(update={"rendered": fingerprint(text)})
