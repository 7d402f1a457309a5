"""Sections without a record: it was deleted, it lies elsewhere, or git's history is cut off and nobody can tell."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from almanac import config as configs
from almanac.errors import Problem, UserError
from almanac.event.attachment import own_copy
from almanac.event.model import Event
from almanac.event.record import is_foreign
from almanac.forge.removals import Removals
from almanac.page.canonical import is_known, says_same, sense
from almanac.page.lines import fingerprints
from almanac.page.match import own_section
from almanac.page.outline import Section, outline
from almanac.page.section import Renderer
from almanac.site import Site
from almanac.sitefiles import decoded
from almanac.text import first_few
from almanac.views.protocol import View, places


@dataclass
class Cleared:
    """The views' files (path -> text) without the sections that were taken off, their records, and a note on each."""

    files: dict[str, str | None] = field(default_factory=dict)
    records: list[Event] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)  # which are nobody's any more


def without_deleted(site: Site, removals: Removals, views: Sequence[View], render: Renderer) -> Cleared:
    """Take sections off the views' files whose records somebody deleted, if they are as Almanac knew them.

    A section that was put back after it had been taken off together with its record was written by hand.
    """
    cleared = Cleared()
    files = cleared.files
    if not removals.files:
        return cleared
    page, known = site.config.page, {record.rendered for record in site.records}
    lines = {section.text: section.line for section in outline(site.text(page) or "").sections}
    for path, content, page_then in removals.files:
        try:
            record = site.store.read(decoded(content, path), path, path.rpartition("/")[2].rpartition(".")[0])
            written = render(record) if record else ""
        except UserError:
            continue
        if record is None:
            continue
        section = _unedited(files.get(page, site.text(page)) or "", record, written)
        if section is None or not _unedited(decoded(page_then, page), record, written):
            continue
        if known & {record.rendered, *fingerprints(section.text), sense(section.text)}:
            continue  # the section has a record, under another name
        for view, name in places(views, record):
            files[name] = view.remove(name, files.get(name, site.text(name)), record)
        folder, _, picture = (own_copy(record) or "").rpartition("/")
        if picture in site.files.names(folder):
            cleared.pictures.append(f"{folder}/{picture}")
        message = (
            "The record of this section was deleted, so the section is taken off. To keep it, put the record back."
        )
        cleared.notes.append(Problem(message, event=record.title, file=page, line=lines.get(section.text)))
        cleared.records.append(record)
    return cleared


def _unedited(page: str, record: Event, written: str) -> Section | None:
    """Find a record's section if it says what the record says; a formatter may have been at it."""
    section = own_section(outline(page), record, written)
    is_same = section and (is_known(record.rendered, section.text) or says_same(section.text, written))
    return section if is_same else None


def undecided(site: Site, removals: Removals, deleted: Sequence[Event], new: Sequence[Event]) -> Iterator[Problem]:
    """Find what a person has to decide first: before the sections of deleted records go, and others get new ones."""
    folder = site.store.place
    strays = _elsewhere(site, [*deleted, *new]) if site.has_record_folder else []
    if strays:
        message = (
            f"The records of {len(strays)} of the page's events are not in this folder, but elsewhere: "
            f"{first_few(strays)}. Move them here, or name their folder in {configs.PATH}."
        )
        yield Problem(message, "records", file=folder)
        return
    if len(deleted) > 1 and not site.records:
        message = (
            f"No record is left in this folder, so all {len(deleted)} sections that had one would be taken off the "
            "page. Put the records back (git has them); or take the sections off yourself, if that is what you want."
        )
        yield Problem(message, "records", file=folder)
        return
    before = {sense(one.text) for page in removals.at_cuts for one in outline(page.decode(errors="replace")).sections}
    texts = [one.text for one in outline(site.page).sections] if before else []
    old = {key for text in texts if sense(text) in before for key in (*fingerprints(text), sense(text))}
    unknown = [event.title for event in new if event.rendered in old]
    if unknown:
        message = (
            f"{len(unknown)} of the page's events have no record ({first_few(unknown)}), and the git history that is "
            "here does not reach back to where they came from, so nobody can tell whether their records were deleted. "
            f"{removals.remedy}"
        )
        yield Problem(message, "records", file=folder)


def _elsewhere(site: Site, events: Sequence[Event]) -> list[str]:
    """Find the records of events in other folders than the site's, by their names; one is read, to see if it is one."""
    own, names = site.store.place, {site.store.path(event.id).rpartition("/")[2] for event in events}
    places = (path.rpartition("/") for path in site.files.paths()) if names else ()
    found = [f"{folder}/{name}" for folder, _, name in places if name in names and folder != own]
    with suppress(UserError):  # it cannot be read at all
        if found and not is_foreign(site.record_text(found[0]) or "", found[0]):
            return found
    return []
