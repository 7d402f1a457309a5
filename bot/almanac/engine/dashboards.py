"""Keeps the dashboard current, where a site's config asks for one: found before a sweep looks, written after it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from almanac.engine.planner import Planner
from almanac.engine.run import Done, carry_out
from almanac.engine.setup_problems import glimpsed_settings, readable_messages, tell_of_settings
from almanac.errors import ForgeError, UserError
from almanac.histories import wants_dashboard
from almanac.proposal.dashboard import MARK, Listed, Places, Seen, asked_again, dashboard_draft, dashboard_kept
from almanac.proposal.names import DASHBOARD_LABEL, OURS, is_adopt_branch, issue_of
from almanac.proposal.page_edits import NO_ISSUE
from almanac.proposal.state import Draft, Issue, Look, Overview, Plan, Proposal
from almanac.site import Site


@dataclass
class DashboardKeeper:
    """What a sweep has to know of the dashboard, and what it saw that belongs there."""

    planner: Planner
    is_wanted: bool
    issue: Issue | None = None  # the dashboard, None if there is none yet
    done: list[Done] = field(default_factory=list)

    @property
    def asked(self) -> frozenset[int]:
        """The issues that people have asked to be done again."""
        return asked_again(self.issue)

    def note(self, done: Done) -> Done:
        """Remember what became of an issue."""
        self.done.append(done)
        return done

    def keep(self, overview: Overview, issues: Mapping[int, Issue]) -> Done | None:
        """Write the dashboard, if it does not read as it should; None if there is none, or it has to wait.

        Where GitHub did not answer for a while, some of it is not known, so it stays as it is. It stays, too, if
        somebody has ticked a box since the sweep began: the next one does what they ask for.
        """
        if not self.is_wanted or any(isinstance(done.error, ForgeError) and done.error.passing for done in self.done):
            return None
        forge, base = self.planner.forge, overview.base
        try:
            listed = [_listed(one.site(base.commit)) for one in self.planner.each(base.commit)]
        except UserError:  # a record or a page cannot be read: that was said already
            return None
        places = Places(base.branch, is_web=forge.has_accounts)
        draft = dashboard_draft(self._seen(overview, issues), listed, places, forge.now())
        plan = dashboard_kept(self.issue, self.planner.site_messages(base.commit).write(draft))
        now = forge.issue(self.issue.number) if plan.writes and self.issue else self.issue
        return carry_out(plan, Look(None, base, Proposal()), self.planner) if asked_again(now) <= self.asked else None

    def _seen(self, overview: Overview, issues: Mapping[int, Issue]) -> Iterator[Seen]:
        for done in sorted(self.done, key=lambda done: done.plan.issue):
            failure = str(done.error) if done.error else ""
            wrong = done.error.problems if isinstance(done.error, UserError) else ()
            yield Seen(done.plan, issues.get(done.plan.issue), done.pull, failure, wrong)
        told = {done.pull.number for done in self.done if done.pull}
        for branch, pull in overview.pulls.items():
            is_edits = branch.startswith(OURS) and not is_adopt_branch(branch) and issue_of(branch) is None
            if is_edits and pull.number not in told:
                yield Seen(Plan(NO_ISSUE, "unchanged", "Edits made by hand wait for a maintainer."), pull=pull)


def open_dashboard(planner: Planner, overview: Overview) -> DashboardKeeper:
    """Find the dashboard, if there is to be one: 1 request."""
    is_wanted = planner.site(overview.base.commit).whole_config.dashboard
    issue = planner.forge.kept_issue(DASHBOARD_LABEL, MARK) if is_wanted else None
    return DashboardKeeper(planner, is_wanted, issue)


def tell_of_stop(planner: Planner, overview: Overview, error: UserError) -> None:
    """Say what keeps Almanac from looking at anything: on the dashboard, if the settings seem to ask for one.

    Else in the place of our comment on the first issue that has an open proposal.
    """
    base = overview.base
    if wants_dashboard(glimpsed_settings(planner, base.commit)):
        kept = planner.forge.kept_issue(DASHBOARD_LABEL, MARK)
        if kept is None or kept.state == "open":
            text = readable_messages(planner, base.commit).write(Draft("stopped", {"problems": error.problems}))
            carry_out(dashboard_kept(kept, text), Look(None, replace(base, commit=""), Proposal()), planner)
            return
    first = min(filter(None, map(issue_of, overview.pulls)), default=None)
    if first:
        tell_of_settings(first, planner, error)


def tell_of_failures(planner: Planner, overview: Overview, done: Iterable[Done], broken: UserError | None) -> None:
    """Say which of the site's files keeps Almanac from looking at issues, each on one: with a proposal, if any.

    `broken` is what keeps it from looking at new ones.
    """
    proposed, told = {*map(issue_of, overview.pulls)}, set[str]()
    for one in sorted(done, key=lambda one: (one.plan.issue not in proposed, one.plan.issue)):
        if one.plan.issue and isinstance(one.error, UserError) and str(one.error) not in told:
            told.add(str(one.error))
            if any(problem.file for problem in one.error.problems):
                tell_of_settings(one.plan.issue, planner, one.error)
    if broken and str(broken) not in told:
        tell_of_stop(planner, overview, broken)


def _listed(site: Site) -> Listed:
    config = site.config
    page = site.text(config.page) if config.has_page else None

    def shown_in(event_id: str) -> str:
        return config.page if config.has_page else config.list or site.store.path(event_id)

    return Listed(config, site.records, shown_in, page or "", changes=site.has_change_form)
