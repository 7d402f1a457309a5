"""Offers edits made by hand on the base, of the page or of records, as a proposal of their own.

Looks at everything that is open, cheaply: a few listings, then only what differs.

What a listing shows is enough to see that a proposal is as it should be, and to rebuild one on a base that moved. Only
what is new, edited, closed, touched by somebody's commit or cut short is looked at by itself.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from almanac.engine.decide import Planner
from almanac.engine.run import Done, apply, run
from almanac.errors import AlmanacError, Raced
from almanac.event.record import read_records, record_path, write_record
from almanac.forge.protocol import Forge
from almanac.page.sync import sync
from almanac.proposal.marker import recall
from almanac.proposal.ours import is_ours
from almanac.proposal.page_edits import Edits, offered
from almanac.proposal.state import (
    SYNC_BRANCH,
    EditPull,
    Issue,
    Look,
    Plan,
    Proposal,
    Pull,
    PutBranch,
    Standing,
    branch_name,
    issue_of,
)
from almanac.proposal.triage import only_moved, settled, withdrawn
from almanac.renderer import Templates
from almanac.site import Site


def tidy(planner: Planner, standing: Standing) -> Done | None:
    """Bring page and records of the base in line by a proposal; None where there is nothing to say.

    A site without any record has not taken its page over, so its sections are left alone. Where another sweep is
    quicker, this one looks once more.

    Raises:
        UserError: A record cannot be read.
        ForgeError: The forge refused or failed.
    """
    try:
        return _tidied(planner, standing)
    except Raced:
        return _tidied(planner, planner.forge.standing())


def _tidied(planner: Planner, standing: Standing) -> Done | None:
    forge, head = planner.forge, standing.heads.get(SYNC_BRANCH)
    edits = _edits(planner, planner.site(standing.base.commit))
    pull = standing.pulls.get(SYNC_BRANCH)
    if pull is None and (edits.files or head):
        pull = forge.newest_pull(SYNC_BRANCH)
    mine = head is None or head == recall(pull.body if pull else None).commit or forge.is_ours(head)
    look = Look(None, standing.base, Proposal(head, pull))
    plan = offered(edits, look, mine=mine)
    if plan is None:
        return None
    messages = planner.messages(standing.base.commit)
    messages.rehearse(plan)
    if planner.dry_run:
        return Done(plan, pull, messages=messages)
    return Done(plan, apply(plan, look, forge, messages, {}))


def _edits(planner: Planner, site: Site) -> Edits:
    """Read all records and find out what would have to change."""
    config = site.config
    records = site.record_texts
    if not records:
        return Edits()
    before = {**records, config.page: site.page}
    events = read_records(records)
    render = planner.templates.renderer(site.section_template, config.section_template, events)
    synced = sync(before[config.page], events, render, config.zones(), config)
    known = {event.id: event for event in events}
    after = {config.page: synced.page}
    for event in synced.records:
        path = record_path(config.records, event.id)
        after[path] = write_record(event, before=known.get(event.id), source=records.get(path))
    changed = {path: text for path, text in after.items() if before.get(path) != text}
    if synced.problems:
        changed = {}
    return Edits(changed, {path: before.get(path) for path in changed}, synced.problems, synced.notes)


_FEW = 2


def reconcile_all(
    forge: Forge, templates: Templates, *, dry_run: bool = False, progress: Callable[[int, int], None] | None = None
) -> Iterator[Done]:
    """Look at all open issues of ours and all open proposals, and give what became of each.

    A failure of one is among the results and does not stop the others.

    Args:
        forge: Where they are.
        templates: What writes sections and messages.
        dry_run: Whether nothing is to be written.
        progress: Called before each: which it is, counted from 1, and how many there are.

    Raises:
        UserError: The site's config or form is in the way of all.
        ForgeError: The forge cannot even list what there is.
    """
    planner = Planner(forge, templates, dry_run=dry_run)
    standing = planner.forge.standing()
    site = planner.site(standing.base.commit)
    config = site.config
    form = site.form
    issues = {issue.number: issue for issue in planner.forge.open_issues(config.labels or form.labels)}
    planner.mark = {"swept": standing.base.commit}
    round_ = _Round(planner, standing, issues)
    if not round_.looked_for_edits():
        yield from _tried(0, lambda: tidy(planner, standing))
    numbers = round_.numbers()
    for place, number in enumerate(numbers, 1):
        if progress:
            progress(place, len(numbers))
        for done in _tried(number, lambda number=number: round_.look_at(number)):  # type: ignore[misc]
            round_.remember(done)
            yield done


def _tried(number: int, look: Callable[[], Done | None]) -> Iterator[Done]:
    try:
        done = look()
    except AlmanacError as error:
        done = Done(Plan(number, None, "It could not be done."), None, error)
    if done:
        yield done


@dataclass
class _Round:
    """One sweep: what was listed at its beginning, kept up to date with what it did itself."""

    planner: Planner
    standing: Standing
    issues: Mapping[int, Issue]

    def __post_init__(self) -> None:
        opened = ((issue_of(branch), pull) for branch, pull in self.standing.pulls.items())
        heads = ((issue_of(branch), head) for branch, head in self.standing.heads.items())
        self.opened = {number: pull for number, pull in opened if number is not None}
        self.heads = {number: head for number, head in heads if number is not None}

    @property
    def base(self) -> str:
        return self.standing.base.commit

    def looked_for_edits(self) -> bool:
        """Tell whether a sweep has compared page and records at this base already; then there is nothing new to find.

        A sweep notes that in the proposals that it writes. If several are open, and all of them are on this base, then
        most likely one has done so too. Where reading costs nothing it is done anyway.
        """
        if self.planner.forge.reads_freely(self.base):
            return False
        memories = [recall(pull.body) for pull in self.opened.values()]
        return any(memory.swept == self.base for memory in memories) or (
            len(memories) >= _FEW and all(memory.base == self.base for memory in memories)
        )

    def numbers(self) -> list[int]:
        """Put what ends first: it makes room for others of the same person, who are served in their order."""
        everything = {*self.issues, *self.opened, *self.heads}
        return sorted(everything, key=lambda number: (number in self.issues, number))

    def look_at(self, number: int) -> Done:
        """Bring one issue in line, from the listings if they are enough."""
        return self._from_listings(number) or run(number, self.planner, seen=True)

    def _from_listings(self, number: int) -> Done | None:
        issue, pull, head = self.issues.get(number), self.opened.get(number), self.heads.get(number)
        if issue is None:
            return None
        look = Look(issue, self.standing.base, Proposal(head, pull), self._others(number))
        if pull:
            return self._offered(look, issue, pull)
        # Without a comment and a branch it is new, or strange.
        return self._new(look, issue) if head is None and issue.comments == 0 else None

    def _offered(self, look: Look, issue: Issue, pull: Pull) -> Done | None:
        site = self.planner.site(self.base)
        config = site.config
        if not is_ours(issue, site.form, config, answered=True):
            return None
        filed = self.planner.filed(look, issue)
        plan = settled(filed, listed=True)
        if plan:
            return Done(plan, pull)
        moved = only_moved(filed)
        return self._rebuilt(self.planner.propose(moved), moved.look) if moved else None

    def _new(self, look: Look, issue: Issue) -> Done:
        site = self.planner.site(self.base)
        if not is_ours(issue, site.form, site.config):
            return Done(withdrawn(issue.number, look))
        newest = self.planner.forge.newest_pull(branch_name(issue.number))
        look = replace(look, proposal=replace(look.proposal, pull=newest))
        return run(issue.number, self.planner, look=look, seen=True)

    def _rebuilt(self, plan: Plan, look: Look) -> Done | None:
        """Rebuild a proposal on a base that moved; whatever would take more than that has to be looked at by itself."""
        if {type(write) for write in plan.writes} != {PutBranch, EditPull} or plan.outcome != "updated":
            return None
        messages = self.planner.messages(self.base)
        messages.rehearse(plan)
        if self.planner.dry_run:
            return Done(plan, look.proposal.pull, messages=messages)
        try:
            return Done(plan, apply(plan, look, self.planner.forge, messages, self.planner.mark))
        except Raced:
            return None

    def _others(self, number: int) -> Mapping[int, Pull]:
        return {other: pull for other, pull in self.opened.items() if other != number}

    def remember(self, done: Done) -> None:
        """Count what this sweep opened and closed itself."""
        if done.plan.outcome == "created" and done.pull:
            self.opened[done.plan.issue] = done.pull
        elif done.plan.outcome in ("closed", "refused"):
            self.opened.pop(done.plan.issue, None)
