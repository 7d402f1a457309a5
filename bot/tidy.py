"""Offers edits made by hand on the base, of the page or of records, as a proposal of their own."""

from bot.apply import apply
from bot.decide import Desk
from bot.errors import Raced
from bot.events.records import read_records, record_path
from bot.events.submission import zones_of
from bot.forge.snapshot import Snapshot
from bot.pages.sync import sync
from bot.proposals.content import record_text
from bot.proposals.handedits import Edits, offered
from bot.proposals.marker import recall
from bot.proposals.state import SYNC_BRANCH, Look, Proposal, Standing
from bot.run import Done


def tidy(desk: Desk, standing: Standing) -> Done | None:
    """Bring page and records of the base in line by a proposal; None where there is nothing to say.

    A site without any record has not taken its page over, so its sections are left alone. Where another sweep is
    quicker, this one looks once more.

    Raises:
        UserError: A record cannot be read.
        ForgeError: The forge refused or failed.
    """
    try:
        return _tidied(desk, standing)
    except Raced:
        return _tidied(desk, desk.forge.standing())


def _tidied(desk: Desk, standing: Standing) -> Done | None:
    forge, head = desk.forge, standing.heads.get(SYNC_BRANCH)
    edits = _edits(desk, desk.site(standing.base.commit))
    pull = standing.pulls.get(SYNC_BRANCH)
    if pull is None and (edits.files or head):
        pull = forge.newest_pull(SYNC_BRANCH)
    mine = head is None or head == recall(pull.body if pull else None).commit or forge.is_ours(head)
    look = Look(None, standing.base, Proposal(head, pull))
    plan = offered(edits, look, mine=mine)
    if plan is None:
        return None
    messages = desk.messages(standing.base.commit)
    messages.rehearse(plan)
    if desk.dry_run:
        return Done(plan, pull, messages=messages)
    return Done(plan, apply(plan, look, forge, messages, {}))


def _edits(desk: Desk, site: Snapshot) -> Edits:
    """Read all records and find out what would have to change."""
    config = site.config()
    records = site.records()
    if not records:
        return Edits()
    before = {**records, config.page: site.page()}
    events = read_records(records)
    render = desk.kit.renderer(site.template(), config.section_template, events)
    synced = sync(before[config.page], events, render, zones_of(config, None), config)
    known = {event.id: event for event in events}
    after = {config.page: synced.page}
    for event in synced.records:
        path = record_path(config.records, event.id)
        after[path] = record_text(known.get(event.id), event, records.get(path))
    changed = {path: text for path, text in after.items() if before.get(path) != text}
    if synced.problems:
        changed = {}
    return Edits(changed, {path: before.get(path) for path in changed}, synced.problems, synced.notes)
