"""Everything that a site shows, built from all of its records.

`almanac build` writes the result in a folder; on a forge, a sweep proposes it (`engine.proposed_edits`).
"""

from collections.abc import Callable

from almanac.engine.missing import ShownEvents, undecided, without_deleted
from almanac.event.model import Event
from almanac.forge.removals import Removals
from almanac.page.section import Renderer
from almanac.proposal.edited_files import PageEdits
from almanac.site import Site
from almanac.views import views_of
from almanac.views.protocol import build_all


def rebuild(site: Site, spell: Callable[[Event, Renderer], Event] = lambda event, _: event) -> PageEdits:
    """Build all views from all records, with what people edited in the views taken into the records.

    `spell` rewrites a record before it is written, given what writes its section.

    Raises:
        UserError: A record, a view's file or a template cannot be used, or a record would be too large to be read back.
    """
    records, renderers = site.records, site.renderers(site.records)
    render, views = renderers.section, views_of(site.publisher, renderers)
    shown = ShownEvents(site, views, render)
    removals = _removals(shown)
    cleared = without_deleted(removals, shown)
    built = build_all(views, lambda path: cleared.files.get(path, site.text(path)), records)
    known = {event.id: event for event in records}
    new = [event for event in built.records if event.id not in known]
    if first := undecided(removals, shown, cleared.records, new):
        return PageEdits(problems=(first,), history=site.history)
    written: dict[str, str] = {}
    for event in built.records:
        path = site.store.path(event.id)
        source = written[path] if path in written else site.record_text(path)
        written[path] = site.store.write(spell(event, render), before=known.get(event.id), source=source)
    site.refuse_unreadable(written)
    after = {**built.files, **written}
    changed = {} if built.problems else {path: text for path, text in after.items() if site.text(path) != text}
    gone = () if built.problems else cleared.pictures
    return PageEdits(
        {**changed, **dict.fromkeys(gone)},
        {path: site.text(path) for path in changed},
        built.problems,
        (*cleared.notes, *built.notes),
        built.moved,
        history=site.history,
    )


def _removals(shown: ShownEvents) -> Removals:
    """Find the records that were deleted while their events are still shown; one file for all shows none."""
    site = shown.site
    return site.files.removed(site.store.place, shown.path) if site.has_record_folder and shown.path else Removals()
