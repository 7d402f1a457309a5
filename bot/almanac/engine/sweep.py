"""Looks at everything that is open, cheaply: a few listings, then only what differs.

A listing shows enough to see that a proposal is as it should be, and to rebuild one on a base that moved. Only what is
new, edited, closed, touched by someone's commit or cut short is looked at by itself.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from almanac.engine.dashboards import open_dashboard, tell_of_failures, tell_of_stop
from almanac.engine.decide import decide
from almanac.engine.drafts import open_next_dates
from almanac.engine.offering import Onboard, close_offers, histories_to_offer, is_for_adoption
from almanac.engine.planner import Planner
from almanac.engine.proposed_edits import propose_page_edits
from almanac.engine.reminders import ask_for_recordings
from almanac.engine.run import Decided, Done, attempt, decided, reconcile, run
from almanac.errors import AlmanacError, ConfigError, UserError
from almanac.forge.protocol import Forge
from almanac.forge.rounds import attempted
from almanac.proposal.command import CommentCommand
from almanac.proposal.duplicates import looks_like
from almanac.proposal.hidden import with_state
from almanac.proposal.marker import pull_state, text_digest
from almanac.proposal.messages import Messages
from almanac.proposal.names import DASHBOARD_LABEL, branch_name, issue_of
from almanac.proposal.page_edits import NO_ISSUE
from almanac.proposal.state import (
    ADOPTION,
    DASHBOARD,
    EDITS,
    FORM,
    LABELS,
    NEXT_DATES,
    EditPull,
    Issue,
    Look,
    OpenPull,
    Overview,
    Plan,
    Proposal,
    Pull,
    PutBranch,
)
from almanac.proposal.triage import only_moved, settled, withdrawn
from almanac.site import Site

_SEVERAL = 2
_GATHERED = ("created", "updated", "waiting")
"""Outcomes that can wait for others. What is closed makes room for the next, so that is done at once."""


def reconcile_all(  # noqa: PLR0913 -- options, and who is told
    forge: Forge,
    messages: Messages,
    *,
    dry_run: bool = False,
    progress: Callable[[int, int], None] | None = None,
    watch: Callable[[int | str], object] = lambda _: None,
    onboard: Onboard | None = None,
) -> Iterator[Done]:
    """Look at all open issues of ours and all open proposals, and give what became of each.

    A failure of one is among the results and does not stop the others.

    `progress` is called before each: which it is, counted from 1, and how many there are. `watch` is told what comes
    next: an issue's number, a file's path, or what else is worked on; an issue that it has an `AlmanacError` for fails.
    `onboard` offers Almanac to a site that has no settings yet, and to a further history what that needs.

    Raises:
        UserError: The site's config cannot be used; or its form, which is told when the proposals have been looked at.
        ForgeError: The forge cannot even list what there is.
    """
    planner = Planner(forge, messages, dry_run=dry_run, watch=watch)
    overview = forge.overview()
    if onboard and is_for_adoption(planner, overview.base):
        yield from filter(None, [onboard(planner, overview)])
        return
    try:
        offered = histories_to_offer(planner, overview) if onboard else {}
        planner = planner.without(offered)
        each = planner.each(overview.base.commit)
    except ConfigError as error:
        tell_of_stop(planner, overview, error)
        raise
    keeper = open_dashboard(planner, overview)
    yield from map(keeper.note, _look_at_offers(planner, overview, offered, onboard))
    issues, broken = _open_issues(planner, overview)
    sweep = _Sweep(planner, overview, issues, keeper.asked)
    if keeper.is_wanted or not sweep.has_looked_for_edits():
        yield from map(keeper.note, sweep.look_for_edits())
    if broken:
        keeper.note(Done(Plan(NO_ISSUE, None, "It cannot be read.", subject=FORM), None, broken))
    else:
        yield from sweep.open_next_dates(each)
    planner.mark["swept"] = sweep.seen
    # What ends comes first: it makes room for other issues of the same person, which are taken in their order.
    numbers = sorted({*sweep.issues, *sweep.pulls, *sweep.heads}, key=lambda number: (number in sweep.issues, number))
    for place, number in enumerate(numbers, 1):
        if progress:
            progress(place, len(numbers))
        yield from map(keeper.note, sweep.look_at(number))
    yield from map(keeper.note, sweep.write())
    for one in each:
        yield from ask_for_recordings(one, sweep.overview.base, sweep.pulls.values())
    yield from _make_labels(planner, sweep)
    yield from _attempt(0, lambda: keeper.keep(sweep.overview, sweep.issues), DASHBOARD)
    if not keeper.is_wanted:
        tell_of_failures(planner, sweep.overview, keeper.done, broken)
    if broken:
        raise broken


def _look_at_offers(
    planner: Planner, overview: Overview, offered: Mapping[str, Planner], onboard: Onboard | None
) -> Iterator[Done]:
    """Offer histories what they need, and close the offers that nothing needs any more."""
    yield from close_offers(planner, overview, offered)
    if onboard is None:
        return
    for one in offered.values():
        yield from _attempt(0, partial(onboard, one, overview), ADOPTION)


def _make_labels(planner: Planner, sweep: "_Sweep") -> Iterator[Done]:
    """Make the labels that the forms give their issues, as without them GitHub's form gives none.

    That is looked at only where nothing may have been filed yet: nothing is open, and no record of a page, all of which
    were read before, has an issue. Later, it costs no request.
    """
    if planner.dry_run or sweep.issues or sweep.pulls or sweep.heads:
        return
    sites = [one.site(sweep.base) for one in planner.each(sweep.base)]
    with suppress(UserError):  # what cannot be read was told already
        if any(record.issue for site in sites if site.config.has_page for record in site.records):
            return
        made = planner.forge.make_labels([label for site in sites for label in _labels_of(site)])
        if made:
            reason = f"The forms give their issues labels that were missing, and are there now: {', '.join(made)}."
            yield Done(Plan(NO_ISSUE, "updated", reason, subject=LABELS))


def _labels_of(site: Site) -> tuple[str, ...]:
    return site.form.labels + (site.change_form.labels if site.change_form else ())


def _open_issues(planner: Planner, overview: Overview) -> tuple[dict[int, Issue], ConfigError | None]:
    """List the open issues that may be ours; with a form that cannot be read, only those that are proposed already.

    They were read with the form as it was before, and are kept up to date. Besides, those of histories whose forms can
    be read.
    """
    base, proposed, broken = overview.base.commit, {*map(issue_of, overview.pulls)}, None
    each = planner.each(base)
    try:
        labels = tuple(dict.fromkeys(label for one in each for label in one.site(base).labels))
    except ConfigError as error:
        labels, broken = (), error
    opened = planner.forge.open_issues(labels)
    listed = {issue.number: issue for issue in opened if DASHBOARD_LABEL not in issue.labels}
    if not broken:
        return listed, None
    return {
        number: issue
        for number, issue in listed.items()
        if number in proposed or (len(each) > 1 and planner.fits(base, issue))
    }, broken


def reconcile_one_or_all(  # noqa: PLR0913 -- the options of both
    number: int | None,
    forge: Forge,
    messages: Messages,
    *,
    dry_run: bool = False,
    comment: CommentCommand | None = None,
    progress: Callable[[int, int], None] | None = None,
    onboard: Onboard | None = None,
) -> Iterator[Done]:
    """Reconcile one issue, or all if none is named; `onboard` is as in `reconcile_all`."""
    if number is None:
        yield from reconcile_all(forge, messages, dry_run=dry_run, progress=progress, onboard=onboard)
        return
    try:
        yield reconcile(number, forge, messages, dry_run=dry_run, comment=comment)
    except ConfigError:
        planner, overview = Planner(forge, messages, dry_run=dry_run), forge.overview()
        if onboard is None or not is_for_adoption(planner, overview.base):
            raise
        yield from filter(None, [onboard(planner, overview)])


def _attempt(number: int, look: Callable[[], Done | None], subject: str = EDITS) -> Iterator[Done]:
    done = attempted(look)
    if isinstance(done, AlmanacError):
        done = _failed(number, done, subject)
    if done:
        yield done


def _failed(number: int, error: AlmanacError, subject: str = EDITS) -> Done:
    return Done(Plan(number, None, "It could not be done.", subject=subject), None, error)


@dataclass
class _Sweep:
    """One sweep: what was listed at its start, kept up to date with what it did itself."""

    planner: Planner
    overview: Overview
    issues: Mapping[int, Issue]
    asked: frozenset[int] = frozenset()  # what people have asked to be done again

    def __post_init__(self) -> None:
        pulls = ((issue_of(branch), pull) for branch, pull in self.overview.pulls.items())
        heads = ((issue_of(branch), head) for branch, head in self.overview.heads.items())
        self.pulls = {number: pull for number, pull in pulls if number is not None}
        self.heads = {number: head for number, head in heads if number is not None}
        self.base = self.overview.base.commit
        self._waiting: list[Decided] = []
        # The pull requests of these issues as they will be then
        self._expected: dict[int, Pull] = {}

    def has_looked_for_edits(self) -> bool:
        """Tell whether a sweep has compared page and records as they are; then there is nothing new to find.

        A sweep notes that in the proposals that it writes. If several are open, and all of them are on this base, most
        likely one has done so too. If reading costs nothing it is done anyway.
        """
        if self.planner.forge.reads_freely(self.base):
            return False
        sites = [one.site(self.base) for one in self.planner.each(self.base)]
        if any(site.config.upcoming and any(view.is_due(site.text) for view in site.views()) for site in sites):
            return False
        states = [pull_state(pull) for pull in self.pulls.values()]
        all_on_base = len(states) >= _SEVERAL and all(state.base == self.base for state in states)
        return all_on_base or any(state.swept == self.seen for state in states)

    @property
    def seen(self) -> str:
        """What tells page, records and all that they are made of from others."""
        paths = sorted({path for one in self.planner.each(self.base) for path in one.site(self.base).compared})
        found = self.planner.forge.entries(self.base, filter(None, paths))
        ids = [(path, one and (one.mode, one.id)) for path, one in found.items()]
        return text_digest(json.dumps([ids, self.base if "" in paths else None]))

    def look_for_edits(self) -> Iterator[Done]:
        """Propose what people edited by hand, for each history; what is committed on the base begins the sweep anew."""
        for one in self.planner.each(self.base):
            for done in _attempt(0, partial(propose_page_edits, one, self.overview)):
                yield done
                branch = self.overview.base.branch
                if any(isinstance(write, PutBranch) and write.branch == branch for write in done.plan.writes):
                    self.overview = self.planner.forge.overview()
                    self.__post_init__()

    def open_next_dates(self, each: Sequence[Planner]) -> Iterator[Done]:
        """Open issues for the next dates of series, for each history, and count them as open."""
        for one in each:
            for done in _attempt(
                0, partial(open_next_dates, one, self.overview.base, self.issues.values()), NEXT_DATES
            ):
                yield done
                if not self.planner.dry_run:
                    self.issues = {**self.issues, **_open_issues(self.planner, self.overview)[0]}

    def look_at(self, number: int) -> Iterator[Done]:
        """Bring one issue up to date, or decide how, so that it is written together with others."""
        try:
            one = self._decided(number)
            if any(pull.number == 0 and looks_like(one.plan.event, pull) for pull in self._expected.values()):
                yield from self.write()  # what is said of the other one takes its number
                one = self._decided(number)
        except AlmanacError as error:
            yield _failed(number, error)
            return
        if one.plan.outcome in _GATHERED and one.plan.writes:
            self._waiting.append(one)
            if pull := _expected(one):
                self._expected[number] = pull
            if len(self._waiting) >= self.planner.forge.batch:
                yield from self.write()
        else:
            yield from self._carry_out([one])

    def write(self) -> Iterator[Done]:
        """Write what was decided so far."""
        waiting, self._waiting, self._expected = self._waiting, [], {}
        yield from self._carry_out(waiting)

    def _carry_out(self, several: Sequence[Decided]) -> Iterator[Done]:
        """Do what was decided for several issues; what someone else was quicker with is looked at again by itself."""

        def begin(one: Decided) -> Done | None:
            self.planner.watch(one.plan.issue)
            return attempt(one)

        def again(number: int) -> Done:
            self.planner.watch(number)
            return run(number, self.planner, seen=True, asked=number in self.asked)

        results = self.planner.forge.side_by_side([partial(begin, one) for one in several])
        for one, result in zip(several, results, strict=True):
            number = one.plan.issue
            done = attempted(partial(again, number)) if result is None else result
            done = _failed(number, done) if isinstance(done, AlmanacError) else done
            self._remember(done)
            yield done

    def _decided(self, number: int) -> Decided:
        """Decide from the listings, if they are enough; else from a closer look."""
        self.planner.watch(number)
        issue, pull, head = self.issues.get(number), self.pulls.get(number), self.heads.get(number)
        one = None
        if issue and number not in self.asked:
            known = {**self.pulls, **self._expected}
            others = {other: pull for other, pull in known.items() if other != number}
            look = Look(issue, self.overview.base, Proposal(head, pull), others)
            if pull:
                one = self._proposed(look, issue)
            elif head is None and issue.comments == 0:
                one = self._new(look, issue)
        return one or decided(number, self.planner, seen=True, asked=number in self.asked, others=self._expected)

    def _proposed(self, look: Look, issue: Issue) -> Decided | None:
        planner = self.planner.for_issue(look)
        if not planner.is_ours(look, issue):
            return None
        filed = planner.filed(look, issue)
        plan = settled(filed, planner.stands, listed=True)
        if plan:
            return Decided(plan, look, planner)
        moved = only_moved(filed)
        plan = planner.propose(moved) if moved else None
        # Whatever takes more than to rebuild it on a base that moved has to be looked at by itself.
        kinds = set(map(type, plan.writes)) if plan else set()
        if not moved or not plan or plan.outcome not in ("updated", "unchanged"):
            return None
        if kinds and kinds != {PutBranch, EditPull}:
            return None
        return Decided(plan, moved.look, planner, is_told=True)

    def _new(self, look: Look, issue: Issue) -> Decided:
        """Look at an issue without a comment and a branch: it is new, or not ours."""
        planner = self.planner.for_issue(look)
        if not planner.is_ours(look, issue):
            return Decided(withdrawn(issue.number, look), look, planner)
        newest = self.planner.forge.newest_pull(branch_name(issue.number))
        look = replace(look, proposal=replace(look.proposal, pull=newest))
        planner = self.planner.for_issue(look)
        return Decided(decide(planner, look, issue.number), look, planner)

    def _remember(self, done: Done) -> None:
        """Count what this sweep opened and closed itself."""
        if done.plan.outcome == "created" and done.pull:
            self.pulls[done.plan.issue] = done.pull
        elif done.plan.outcome in ("closed", "refused"):
            self.pulls.pop(done.plan.issue, None)


def _expected(one: Decided) -> Pull | None:
    """Return the pull request as it will be, without its number if it is new; None if it stays as it is."""
    for write in one.plan.writes:
        if isinstance(write, OpenPull):
            return Pull(0, write.title, with_state("", write.state))
        if isinstance(write, EditPull) and one.look.proposal.pull:
            return replace(one.look.proposal.pull, body=with_state("", write.state))
    return None
