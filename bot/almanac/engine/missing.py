"""Sections and rows without a record: deleted, or elsewhere; or git's history is cut off, and nobody can tell."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from almanac import config as configs
from almanac.errors import Problem, UserError
from almanac.event.attachment import own_copy
from almanac.event.model import Event
from almanac.event.record import is_foreign
from almanac.forge.removals import Removals
from almanac.page.canonical import is_known, says_same, sense
from almanac.page.lines import fingerprints
from almanac.page.match import own_section
from almanac.page.outline import outline
from almanac.page.section import Renderer
from almanac.phrases import say
from almanac.site import Site
from almanac.sitefiles import decoded
from almanac.text import first_few
from almanac.views.protocol import View, places

if TYPE_CHECKING:
    from almanac.views.entries import EntryListView


@dataclass
class Cleared:
    """The views' files (path -> text) without what was taken off, their records, and a note on each."""

    files: dict[str, str | None] = field(default_factory=dict)
    records: list[Event] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)  # which are nobody's any more


@dataclass
class ShownEvents:
    """What shows the events of a folder of records: the history page, or else a list with a row for each."""

    site: Site
    views: Sequence[View]
    render: Renderer

    @property
    def path(self) -> str:
        config = self.site.config
        return config.page if config.has_page else config.list or ""

    @cached_property
    def rows(self) -> "EntryListView | None":
        """The list, if there is no page."""
        if self.site.config.has_page:
            return None
        from almanac.views.entries import EntryListView  # noqa: PLC0415 -- most sites have a page

        return next((view for view in self.views if isinstance(view, EntryListView)), None)

    @property
    def part(self) -> str:
        return "row" if self.rows else "section"

    def unedited(self, text: str, record: Event) -> tuple[int, set[str]] | None:
        """Find an event's part of a file, if it says what the record says: its line, and what a record knows it by.

        A formatter may have been at a page.
        """
        if self.rows:
            row = self.rows.unedited(text, record)
            return (row.line, set()) if row else None
        written = self.render(record)
        section = own_section(outline(text), record, written)
        is_same = section and (is_known(record.rendered, section.text) or says_same(section.text, written))
        return (section.line, {*fingerprints(section.text), *sense(section.text)}) if section and is_same else None

    def known(self, texts: Iterable[str], event: Event) -> bool:
        """Tell whether earlier versions of the file have an event that has no record now."""
        if self.rows:
            return any(event.rendered in self.rows.known(text) for text in texts)
        before = {sense(one.text) for text in texts for one in outline(text).sections}
        now = (one.text for one in outline(self.site.page).sections if before)
        return any(sense(text) in before and event.rendered in (*fingerprints(text), sense(text)) for text in now)


def without_deleted(removals: Removals, shown: ShownEvents) -> Cleared:
    """Take off the views' files what shows events whose records somebody deleted, if it is as Almanac knew it.

    A section or row that was put back after it had been taken off together with its record was written by hand.
    """
    site, cleared = shown.site, Cleared()
    files = cleared.files
    if not removals.files:
        return cleared
    path, known = shown.path, {record.rendered for record in site.records}
    for name, content, text_then in removals.files:
        try:
            record = site.store.read(decoded(content, name), name, name.rpartition("/")[2].rpartition(".")[0])
            there = shown.unedited(files.get(path, site.text(path)) or "", record) if record else None
            was_there = shown.unedited(decoded(text_then, path), record) if record else None
        except UserError:
            continue
        if record is None or there is None or not was_there or known & {record.rendered, *there[1]}:
            continue  # it was edited since, or has a record under another name
        before = shown.unedited(site.text(path) or "", record)
        for view, file in places(shown.views, record):
            files[file] = view.remove(file, files.get(file, site.text(file)), record)
        folder, _, picture = (own_copy(record) or "").rpartition("/")
        if picture in site.files.names(folder):
            cleared.pictures.append(f"{folder}/{picture}")
        part = shown.part
        message = say(
            "The record of this {part} was deleted, so the {part} is taken off. To keep it, put the record back.",
            part=part,
        )
        cleared.notes.append(Problem(message, event=record.title, file=path, line=before[0] if before else None))
        cleared.records.append(record)
    return cleared


def undecided(removals: Removals, shown: ShownEvents, deleted: Sequence[Event], new: Sequence[Event]) -> Problem | None:
    """Find what a person has to decide first: before what showed deleted records goes, and the rest gets new ones."""
    message = _misplaced(shown, [*deleted, *new]) or _emptied(shown, deleted) or _before_memory(removals, shown, new)
    return Problem(message, "records", file=shown.site.store.place) if message else None


def _misplaced(shown: ShownEvents, events: Sequence[Event]) -> str | None:
    strays = _elsewhere(shown.site, events) if shown.site.has_record_folder else []
    if not strays:
        return None
    return say(
        "The records of {number} of the events on {path} are not in this folder, but "
        "elsewhere: {strays}. Move them here, or name their folder in {config}.",
        number=len(strays),
        path=shown.path,
        strays=first_few(strays),
        config=configs.PATH,
    )


def _emptied(shown: ShownEvents, deleted: Sequence[Event]) -> str | None:
    if len(deleted) <= 1 or shown.site.records:
        return None
    return say(
        "No record is left in this folder, so all {number} {part}s that had one would be "
        "taken off {path}. Put the records back (git has them); or take the {part}s off "
        "yourself, if that is what you want.",
        number=len(deleted),
        part=shown.part,
        path=shown.path,
    )


def _before_memory(removals: Removals, shown: ShownEvents, new: Sequence[Event]) -> str | None:
    cuts = [text.decode(errors="replace") for text in removals.at_cuts]
    unknown = [event.title for event in new if shown.known(cuts, event)] if cuts else []
    if not unknown:
        return None
    return say(
        "{number} of the events on {path} have no record ({names}), and the git history that is here does not "
        "reach back to where they came from, so nobody can tell whether their records were deleted. {remedy}",
        number=len(unknown),
        path=shown.path,
        names=first_few(unknown),
        remedy=removals.remedy,
    )


def _elsewhere(site: Site, events: Sequence[Event]) -> list[str]:
    """Find the records of events in other folders than the site's, by their names; one is read, to see if it is one."""
    own, names = site.store.place, {site.store.path(event.id).rpartition("/")[2] for event in events}
    places = (path.rpartition("/") for path in site.files.paths()) if names else ()
    found = [f"{folder}/{name}" for folder, _, name in places if name in names and folder != own]
    with suppress(UserError):  # it cannot be read at all
        if found and not is_foreign(site.record_text(found[0]) or "", found[0]):
            return found
    return []
