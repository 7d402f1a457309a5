"""What comes of the commands that somebody gives in a comment: a plan, and an answer to each of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from almanac.engine.planner import Planner
from almanac.engine.removed import current_id
from almanac.errors import Problem
from almanac.event.model import Event
from almanac.phrases import say
from almanac.proposal import triage
from almanac.proposal.amendment import Amendment, read_amendment
from almanac.proposal.command import AUTHORS, Command, CommentCommand, Given
from almanac.proposal.comment import answered, note_draft
from almanac.proposal.marker import pull_state
from almanac.proposal.state import Draft, Filed, Issue, Look, Plan
from almanac.site import Site

_OFF = Problem(say("The event is off the site now. To bring it back, file it again."))


def commanded(planner: Planner, look: Look, issue: Issue, comment: CommentCommand, given: Sequence[Given]) -> Plan:
    """Plan an issue of ours on which somebody gives commands, and the answers to them.

    Several that change what is published add up; any other one has to be the first, and what is behind it is not done.
    """
    said = _Hearing(planner, planner.filed(look, issue), comment)
    first, rest = given[0].name, [said.note(one.name, answer="apart") for one in given[1:]]
    again = partial(planner.planned, look, issue)
    if not said.may(first):
        note = said.note(first, answer="denied")
        return answered(again(), look, comment, note, denied=True)
    if first == "retry" or first == "recreate":  # noqa: PLR1714 -- mypy knows the others then
        plan = again(again=True) if first == "retry" else again(anew=True)
        return answered(plan, look, comment, said.came_of_a_look(first, plan), *rest)
    if first == "cancel" and not said.record and not said.is_over:
        return answered(triage.cancelled(issue.number, look), look, comment, said.note(first, answer="done"), *rest)
    return said.changed(given)


@dataclass
class _Hearing:
    """What somebody who gives commands on an issue may do there."""

    planner: Planner
    filed: Filed
    comment: CommentCommand

    def __post_init__(self) -> None:
        self.site = self.planner.site(self.filed.look.base.commit)
        self.record = published_record(self.site, self.filed)
        by_author = self.comment.author.casefold() == self.filed.issue.author.casefold()
        self.is_author = self.record is not None and by_author
        self.is_removed = self.record is None and self.planner.is_removed(self.filed)
        self.is_over = self.is_removed or (self.record is None and self.filed.issue.state == "closed")
        self.note = partial(
            note_draft,
            published=self.record is not None,
            change=self.filed.change,
            author=self.is_author,
            changes=self.site.has_change_form,
            removed=self.is_removed,
        )

    def may(self, name: str) -> bool:
        """Tell whether its author may give a command."""
        return self.planner.forge.can_write(self.comment.author) or (self.is_author and name in AUTHORS)

    def came_of_a_look(self, name: Command, plan: Plan) -> Draft:
        """Word what came of looking at the issue again."""
        if self.is_removed:
            return self.note(name, answer="problem", problem=_OFF)
        if plan.outcome == "refused" or (plan.outcome == "closed" and self.filed.issue.state == "closed"):
            return self.note(name, answer="closed")
        if plan.outcome == "waiting":
            return self.note(name, answer="waiting")
        return self.note(name, answer="done" if plan.writes else "current")

    def changed(self, given: Sequence[Given]) -> Plan:
        """Plan what commands change of a published event, as far as they can be given."""
        look, issue = self.filed.look, self.filed.issue
        new, done, notes = Amendment(), list[Command](), list[Draft]()
        for one in given:
            read = self._read(one)
            if isinstance(read, Draft):
                notes.append(read)
            else:
                new, done = new.plus(read), [*done, one.name]
        if not done:
            return answered(self.planner.planned(look, issue), look, self.comment, *notes)
        plan = self._amended(new)
        if plan.unfinished:
            return plan
        came = partial(self.note, answer=_what_came_of(plan, look))
        if plan.outcome == "waiting" and plan.event and plan.problems:  # a person has to decide about the branch first
            came = partial(self.note, answer="problem", problem=plan.problems[0])
            plan = self.planner.planned(look, issue)
        return answered(plan, look, self.comment, *notes, *map(came, done))

    def _read(self, one: Given) -> Amendment | Draft:
        """Read what a command changes; or answer why it changes nothing."""
        name, record, answer = one.name, self.record, partial(self.note, one.name)
        if not self.may(name):
            return answer(answer="denied")
        if name == "adopt" or name == "unknown":  # noqa: PLR1714 -- mypy knows the others then
            return answer(answer="unknown")
        if name == "retry" or name == "recreate":  # noqa: PLR1714
            return answer(answer="apart")
        if record is None and not self.is_removed:
            return answer(answer="closed" if self.is_over else "misplaced")
        is_open, zones = self.filed.look.proposal.open_pull is not None, self.site.config.zones
        new = read_amendment(name, one.words, record, zones(record.series), pending=is_open) if record else _OFF
        if isinstance(new, Problem):
            return answer(answer="problem", problem=new)
        says_so = record and not is_open and not new.remove and new.applied(record) == record
        return answer(answer="same") if says_so else new

    def _amended(self, new: Amendment) -> Plan:
        filed, look = self.filed, self.filed.look
        before = triage.triage(filed.issue, look, lambda pull: self.planner.published(look, pull))
        if before and before.writes:
            return replace(before, unfinished=True)  # what happened before comes first
        if filed.event is None:
            return triage.problems_told(filed)
        # What a maintainer said no to does not come back with it, be it by a command or an answer.
        refused = look.closer is not None and look.closer.decides
        amendment = new if refused else filed.amendment.plus(new)
        return self.planner.propose(replace(filed, amendment=amendment, refused=refused), anew=refused)


def published_record(site: Site, filed: Filed) -> Event | None:
    """Read the record of the event that an issue gives or asks to change; None if it is not published."""
    event_id = pull_state(filed.look.proposal.pull).event
    if filed.change and filed.event:
        event_id = filed.event.id
    elif event_id and not filed.change:
        event_id = current_id(site, event_id, filed.issue.number)
    record = site.record(event_id) if event_id and event_id in site.ids else None
    return record if record and (filed.change or record.issue in (None, filed.issue.number)) else None


def _what_came_of(plan: Plan, look: Look) -> Literal["blocked", "proposed", "same", "withdrawn"]:
    """Name what became of commands that change a published event."""
    if plan.outcome == "waiting":
        return "blocked"
    if plan.outcome in ("created", "updated"):
        return "proposed"
    if look.proposal.open_pull is None:
        return "same"
    return "withdrawn" if plan.outcome == "closed" else "proposed"
