"""Everything that a site shows, built from all of its records; and the proposal of what people edited by hand.

`almanac build` writes the result in a folder; on a forge, a sweep proposes it.
"""

from collections.abc import Callable, Sequence

from almanac.engine.planner import Planner
from almanac.engine.run import Done, carry_out
from almanac.errors import Problem, Raced, UserError
from almanac.event.model import Event
from almanac.event.record import read_record, record_path, write_record
from almanac.page.canonical import is_known, says_same, sense
from almanac.page.lines import fingerprints
from almanac.page.match import own_section
from almanac.page.outline import Section, outline
from almanac.page.section import Renderer
from almanac.proposal.marker import pull_state
from almanac.proposal.page_edits import PageEdits, edits_proposed
from almanac.proposal.state import SYNC_BRANCH, Look, Overview, Proposal
from almanac.site import Site, decoded
from almanac.views import views_of
from almanac.views.protocol import View, build_all, places


def rebuild(site: Site, spell: Callable[[Event, Renderer], Event] = lambda event, _: event) -> PageEdits:
    """Build all views from all records, with what people edited in the views taken into the records.

    `spell` rewrites a record before it is written, given what writes its section.

    Raises:
        UserError: A record, a view's file or a template cannot be used, or a record would be too large to be read back.
    """
    records, render = site.records, site.renderer(site.records)
    views = views_of(site.config, render)
    taken_off, notes = _without_deleted(site, views, render)
    built = build_all(views, lambda path: taken_off.get(path, site.text(path)), records)
    known = {event.id: event for event in records}
    written: dict[str, str] = {}
    for event in built.records:
        path = record_path(site.config.records, event.id)
        written[path] = write_record(spell(event, render), before=known.get(event.id), source=site.record_text(path))
    site.refuse_unreadable(written)
    after = {**built.files, **written}
    changed = {} if built.problems else {path: text for path, text in after.items() if site.text(path) != text}
    return PageEdits(changed, {path: site.text(path) for path in changed}, built.problems, (*notes, *built.notes))


def _without_deleted(
    site: Site, views: Sequence[View], render: Renderer
) -> tuple[dict[str, str | None], list[Problem]]:
    """Take sections off the views' files whose records somebody deleted, if they are as Almanac knew them; and say so.

    A section that was put back after it had been taken off together with its record was written by hand.
    """
    files: dict[str, str | None] = {}
    notes: list[Problem] = []
    page, known = site.config.page, {record.rendered for record in site.records}
    for path, text, page_then in site.files.removed(site.config.records, page):
        try:
            record = read_record(decoded(text, path), path)
            written = render(record)
        except UserError:
            continue
        now = files.get(page, site.text(page)) or ""
        section = _unedited(now, record, written)
        if section is None or not _unedited(decoded(page_then, page), record, written):
            continue
        if known & {record.rendered, *fingerprints(section.text), sense(section.text)}:
            continue  # the section has a record, under another name
        for view, name in places(views, record):
            files[name] = view.remove(name, files.get(name, site.text(name)), record)
        message = (
            "The record of this section was deleted, so the section is taken off. To keep it, put the record back."
        )
        notes.append(Problem(message, typed=record.title, file=page, line=section.line))
    return files, notes


def _unedited(page: str, record: Event, written: str) -> Section | None:
    """Find a record's section if it says what the record says; a formatter may have been at it."""
    section = own_section(outline(page), record, written)
    is_same = section and (is_known(record.rendered, section.text) or says_same(section.text, written))
    return section if is_same else None


def propose_page_edits(planner: Planner, overview: Overview) -> Done | None:
    """Propose what brings records and views of the base into agreement; None if there is nothing to say.

    If another sweep is quicker, this one looks once more. Errors are those of `rebuild` and of the forge.
    """
    try:
        return _propose(planner, overview)
    except Raced:
        return _propose(planner, planner.forge.overview())


def _propose(planner: Planner, overview: Overview) -> Done | None:
    forge, base, head = planner.forge, overview.base, overview.heads.get(SYNC_BRANCH)
    site = planner.site(base.commit)
    # A site without any record has not taken its page over, so its sections are left alone.
    edits = rebuild(site) if site.record_texts else PageEdits()
    if not (edits.notes or edits.problems) and edits.files.keys() <= site.record_texts.keys():
        edits = PageEdits()  # a formatter was run over the page: that records remember so can wait for a real edit
    pull = overview.pulls.get(SYNC_BRANCH)
    if pull is None and (edits.files or head):
        pull = forge.newest_pull(SYNC_BRANCH)
    mine = head is None or head == pull_state(pull).commit or forge.is_ours(head)
    look = Look(None, base, Proposal(head, pull))
    look = planner.with_closer(look) if edits.files else look
    plan = edits_proposed(edits, look, mine=mine)
    return carry_out(plan, look, planner) if plan else None
