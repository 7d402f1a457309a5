"""Everything that a site shows, built from all of its records; and the proposal of what people edited by hand.

`almanac build` writes the result in a folder; on a forge, a sweep proposes it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from almanac.engine.decide import Planner
from almanac.engine.run import Done, apply
from almanac.errors import Problem, Raced
from almanac.event.model import Event
from almanac.event.record import record_path, write_record
from almanac.page.section import Renderer
from almanac.proposal.marker import pull_state
from almanac.proposal.page_edits import PageEdits, edits_proposed
from almanac.proposal.state import SYNC_BRANCH, Look, Overview, Proposal
from almanac.renderer import Templates
from almanac.site import Site
from almanac.views import views_of
from almanac.views.protocol import build_all


@dataclass(frozen=True)
class Rebuilt:
    """A site's records and views in agreement.

    Attributes:
        before: The files that have to change, as they are: path -> text, None for a new one.
        files: The same files as they have to be.
        problems: What a person has to decide first; no file changes then.
        notes: What is done, and what was noticed on the way.
    """

    before: Mapping[str, str | None]
    files: Mapping[str, str]
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]


def rebuild(
    site: Site,
    templates: Templates,
    spell: Callable[[Event, Renderer], Event] = lambda event, _: event,
) -> Rebuilt:
    """Build all views from all records, with what people edited in the views taken into the records.

    Args:
        site: The site.
        templates: What writes sections.
        spell: Rewrites a record before it is written, given what writes its section.

    Raises:
        UserError: A record, a view's file or a template cannot be used.
    """
    config, records = site.config, site.records
    render = templates.renderer(site.section_template, config.section_template, records)
    built = build_all(views_of(config, render), site.text, records)
    known = {event.id: event for event in records}
    after = dict(built.files)
    for event in built.records:
        path = record_path(config.records, event.id)
        after[path] = write_record(spell(event, render), before=known.get(event.id), source=site.text(path))
    changed = {} if built.problems else {path: text for path, text in after.items() if site.text(path) != text}
    return Rebuilt({path: site.text(path) for path in changed}, changed, built.problems, built.notes)


def propose_page_edits(planner: Planner, overview: Overview) -> Done | None:
    """Propose what brings records and views of the base into agreement; None if there is nothing to say.

    If another sweep is quicker, this one looks once more.

    Raises:
        UserError: A record cannot be read.
        ForgeError: The forge refused or failed.
    """
    try:
        return _propose(planner, overview)
    except Raced:
        return _propose(planner, planner.forge.overview())


def _propose(planner: Planner, overview: Overview) -> Done | None:
    forge, base, head = planner.forge, overview.base, overview.heads.get(SYNC_BRANCH)
    site, edits = planner.site(base.commit), PageEdits()
    if site.record_texts:  # a site without any record has not taken its page over, so its sections are left alone
        built = rebuild(site, planner.templates)
        edits = PageEdits(built.files, built.before, built.problems, built.notes)
    pull = overview.pulls.get(SYNC_BRANCH)
    if pull is None and (edits.files or head):
        pull = forge.newest_pull(SYNC_BRANCH)
    mine = head is None or head == pull_state(pull.body if pull else None).commit or forge.is_ours(head)
    look = Look(None, base, Proposal(head, pull))
    plan = edits_proposed(edits, look, mine=mine)
    if plan is None:
        return None
    messages = planner.messages(base.commit)
    messages.rehearse(plan)
    if planner.dry_run:
        return Done(plan, pull, messages=messages)
    return Done(plan, apply(plan, look, forge, messages, {}))
