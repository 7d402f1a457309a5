"""Opens issues for the next dates of the series whose config asks for that."""

from collections.abc import Collection
from datetime import UTC, timedelta

from almanac.engine.planner import Planner
from almanac.engine.run import Done, carry_out
from almanac.errors import AlmanacError
from almanac.event.model import Event
from almanac.event.submission import submit_body
from almanac.proposal.next_dates import NEXT_MARK, issues_opened, next_dates, without_event, without_issue
from almanac.proposal.state import Base, Issue, Look, Proposal
from almanac.site import Site
from almanac.times.zones import load_zone

_REMEMBERED = timedelta(days=800)
"""How long ago an issue may have been opened: the eighth of the rarest dates, a month's fifth Fridays, is as far."""


def open_next_dates(planner: Planner, base: Base, issues: Collection[Issue]) -> Done | None:
    """Open an issue for each date of a history that has none; None if all have. `issues` are the open ones of ours.

    Raises:
        UserError: The site's form or records cannot be used.
        ForgeError: The forge refused or failed.
    """
    site, forge = planner.site(base.commit), planner.forge
    config = site.config
    if not any(series.drafts for series in config.series.values()):
        return None
    if len(site.histories) > 1:
        issues = [one for one in issues if planner.is_ours(Look(one, base, Proposal()), one, as_filed=True)]
    now = forge.now()
    today = now.astimezone(load_zone(config.time_zone) if config.time_zone else UTC).date()
    filed = filter(None, (_event_of(planner, site, issue) for issue in issues))
    dates = without_event(next_dates(config, site.records, today, site.history), [*site.records, *filed])
    if dates:
        dates = without_issue(dates, (issue.body for issue in forge.own_issues(NEXT_MARK, now - _REMEMBERED)))
    if not dates:
        return None
    return carry_out(issues_opened(dates, site.form, config.labels[:1]), Look(None, base, Proposal()), planner)


def _event_of(planner: Planner, site: Site, issue: Issue) -> Event | None:
    try:
        planner.watch(issue.number)
    except AlmanacError:  # it has been the end of a run before, and is reported with its own issue
        return None
    return submit_body(issue.body, site.form, site.config, issue.number).event
