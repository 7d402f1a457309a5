"""Looks at one issue and decides what is to be done, reading no more than that needs."""

from dataclasses import dataclass, field

from almanac.errors import ConfigError, Problem, UserError
from almanac.event.model import Event, event_id
from almanac.event.record import read_record, record_path
from almanac.event.submission import submit_body
from almanac.forge.protocol import Forge
from almanac.proposal.branch import Stuck
from almanac.proposal.comment import Heard, Order, answered, pending
from almanac.proposal.marker import recall
from almanac.proposal.messages import Messages
from almanac.proposal.ours import is_ours, may_be_ours
from almanac.proposal.plan import Offer, branch_of, identity, new_id, proposed, stuck
from almanac.proposal.state import EventAtBase, Filed, Issue, Look, Plan, Shared
from almanac.proposal.triage import (
    abandoned,
    cancelled,
    held,
    is_done,
    over_limit,
    settled,
    told_problems,
    triage,
    withdrawn,
)
from almanac.renderer import Templates
from almanac.site import CommitFiles, Site

DEFAULT_LIMIT = 10
"""How many proposals a person without write access may have open, where the config does not say."""


@dataclass
class Planner:
    """Where decisions are made: one forge, and the site's files as far as they were read.

    With `dry_run`, nothing is written. `mark` is what the marker of a pull request that is written holds besides.
    """

    forge: Forge
    templates: Templates
    dry_run: bool = False
    mark: dict[str, object] = field(default_factory=dict)
    _sites: dict[str, Site] = field(default_factory=dict)
    _messages: dict[str, Messages] = field(default_factory=dict)

    def site(self, commit: str) -> Site:
        """Return the site's files at a commit."""
        return self._sites.setdefault(commit, Site(CommitFiles(self.forge, commit)))

    def messages(self, commit: str) -> Messages:
        """Return what writes the site's messages."""
        site = self.site(commit)
        if commit not in self._messages:
            own = site.messages if commit else {}
            self._messages[commit] = self.templates.messages.of_site(own) if own else self.templates.messages
        return self._messages[commit]

    def decide(self, look: Look, number: int, *, said: Heard | None = None) -> Plan:
        """Decide what is to be done for one issue.

        Args:
            look: What there is.
            number: The issue's number.
            said: A comment that may hold a command.

        Raises:
            UserError: The site's config, form, page or records are in the way.
            ForgeError: The forge is.
        """
        issue, proposal = look.issue, look.proposal
        known = proposal.pull or proposal.comment
        if issue is None or not may_be_ours(issue, answered=bool(known)):
            return self._not_ours(number, look)
        site = self.site(look.base.commit)
        config = site.config
        form = site.form
        if not is_ours(issue, form, config, answered=bool(known)):
            return self._not_ours(number, look)
        command = pending(look, number, said)
        if not command or not said:
            return self._decided(look, issue)
        allowed = self.forge.can_write(said.author)
        order = Order(said, command if allowed else None)
        if order.command == "cancel" and issue.state == "open":
            return answered(cancelled(number, look), look, order)
        return answered(self._decided(look, issue, anew=order.command == "recreate"), look, order)

    def _decided(self, look: Look, issue: Issue, *, anew: bool = False) -> Plan:
        plan = triage(issue, look)
        if plan:
            return plan
        filed = self.filed(look, issue)
        plan = None if anew and filed.event else settled(filed)
        if plan:
            return plan
        limit = self.site(look.base.commit).config.max_open_per_author
        limit = limit or (DEFAULT_LIMIT if self.forge.has_accounts else None)
        if limit and over_limit(filed, limit) and not self.forge.can_write(issue.author):
            return held(filed, limit)
        return self.propose(filed, anew=anew)

    def filed(self, look: Look, issue: Issue) -> Filed:
        """Read an issue's answers."""
        site = self.site(look.base.commit)
        config = site.config
        form = site.form
        submission = submit_body(issue.body, form, config, issue.number)
        labels = {asked.id: asked.label for asked in form.fields}
        return Filed(look, issue, submission.event, submission.problems, submission.warnings, labels)

    def _not_ours(self, number: int, look: Look) -> Plan:
        """End what is left of an issue that is not ours (any more)."""
        plan, head = withdrawn(number, look), look.proposal.head
        if plan.outcome is None and head and not look.proposal.pull and self.forge.is_ours(head):
            return abandoned(number, look)
        return plan

    def propose(self, filed: Filed, *, anew: bool = False) -> Plan:
        """Plan the proposal of an issue whose answers are well, or that is open and has to follow its base."""
        try:
            return self._propose(filed, anew=anew)
        except Stuck as trouble:
            return stuck(filed, trouble.problems)

    def _propose(self, filed: Filed, *, anew: bool) -> Plan:
        look, site = filed.look, self.site(filed.look.base.commit)
        config, number, taken = site.config, filed.issue.number, site.ids
        kind, commit = branch_of(look)
        if commit and (anew or (kind == "ask" and self.forge.is_ours(commit))):
            kind = "fresh"
        chosen = identity(look, filed.event, taken)
        if chosen is None:
            return told_problems(filed)
        if chosen not in taken and filed.event:
            chosen = self._recorded(filed.event, number, site) or chosen
        path = record_path(config.records, chosen)
        source = site.text(path) if chosen in taken else None
        previous = read_record(source, path) if source is not None else None
        if previous and previous.issue != number:
            if kind != "fresh" or filed.event is None:
                raise Stuck(Problem("Another event has taken the name of this event's record.", file=path))
            chosen, previous, source = new_id(look, filed.event, taken), None, None
        shared = self._shared(look, site, commit, path) if commit and kind != "fresh" else None
        kept = self._offered(look.proposal.head, path) if filed.event is None and not shared else None
        if not (filed.event or kept or shared):
            return told_problems(filed)
        parts = EventAtBase(config, site.page, taken, previous, source)
        render = self.templates.renderer(site.section_template, config.section_template)
        return proposed(filed, parts, render, Offer(chosen, filed.event or kept, shared))

    @staticmethod
    def _recorded(event: Event, number: int, site: Site) -> str | None:
        """Find the issue's record on the base where no marker names it any more: by the id that it was given first."""
        name = event_id(event.date, event.series or event.title, ())
        path = record_path(site.config.records, name)
        text = site.text(path) if name in site.ids else None
        return name if text is not None and read_record(text, path).issue == number else None

    def _shared(self, look: Look, site: Site, head: str, path: str) -> Shared | None:
        """Read a branch on which somebody else has committed; None where its commits are not to be had any more."""
        base, page = look.base.commit, site.config.page
        fork = self.forge.merge_base(base, head)
        if fork is None:
            if look.proposal.head is None:
                return None
            raise Stuck(Problem("The branch has no commit in common with the site's main one any more."))
        held = self._merged_at(look, fork, head, path)
        if held and self.forge.merge_base(fork, held) == fork:
            fork = held
        there, before = self.site(head), self.site(fork)
        theirs = self.forge.changes(fork, head)
        moved = self.forge.changes(fork, base) if fork != base else {}
        disputed = [name for name in theirs if name in moved and theirs[name] != moved[name]]
        read = self.forge.read
        both = {
            name: (read(fork, name), read(base, name), read(head, name))
            for name in disputed
            if name not in (path, page)
        }
        try:
            texts = there.text(path), there.text(page)
        except ConfigError as error:
            raise Stuck(*error.problems) from None
        record = before.text(path)
        if record is None and held:  # somebody has merged the base into the branch since, and so before its own merge
            record = self.site(held).text(path)
        return Shared(head, fork, *texts, record, before.text(page), theirs, moved, both)

    def _merged_at(self, look: Look, fork: str, head: str, path: str) -> str | None:
        """Return what a branch held when it was merged in a way that git cannot see, such as a squash.

        What its event's record was on the base then is what both sides had in common last. Of a pull request that is
        merged its head is known. Otherwise the base shows it by a record that was not there when the branch was made;
        then what we wrote last has to do.
        """
        pull = look.proposal.pull
        if pull is None or fork == look.base.commit:
            return None
        held = pull.head if is_done(pull) else None
        if held is None and self.site(fork).text(path) is None and self.site(look.base.commit).text(path) is not None:
            held = recall(pull.body).commit
        return held if held and self.forge.merge_base(held, head) == held else None

    def _offered(self, head: str | None, path: str) -> Event | None:
        """Read the record that a branch of ours holds."""
        text = self.site(head).text(path) if head else None
        try:
            return read_record(text, path) if text is not None else None
        except UserError:
            return None
