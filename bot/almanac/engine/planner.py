"""Plans what becomes of one issue, reading no more than that needs."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain

from almanac.engine.addresses import published
from almanac.engine.changes import find_event
from almanac.engine.forms import BothForms, Forms
from almanac.engine.pictures import with_picture
from almanac.engine.removed import current_id, is_shown
from almanac.engine.sides import Sides
from almanac.errors import ConfigError, Problem
from almanac.event.change import submit_change
from almanac.event.model import Event
from almanac.event.records import RecordStore
from almanac.event.submission import is_for_changes, submit_body
from almanac.forge.protocol import Forge
from almanac.histories import MAIN
from almanac.phrases import say
from almanac.proposal import triage
from almanac.proposal.amendment import Amendment
from almanac.proposal.form_version import is_certain
from almanac.proposal.marker import PullState, known_closer, pull_state, text_digest
from almanac.proposal.merge import merge_records
from almanac.proposal.messages import Messages
from almanac.proposal.names import branch_name
from almanac.proposal.ours import has_headings, may_be_ours, refuse_alike
from almanac.proposal.plan import Offer, branch_owner, event_id_of, new_id, proposed, undecided
from almanac.proposal.published import Published, file_address
from almanac.proposal.state import (
    Base,
    Filed,
    Issue,
    Look,
    Plan,
    Proposal,
    Pull,
)
from almanac.site import Site
from almanac.sitefiles import CommitFiles
from almanac.views.protocol import Undecided

DEFAULT_LIMIT = 10
"""How many proposals a person without write access may have open, if the config does not say."""


@dataclass
class Planner:
    """Plans for the issues of one history of a forge's site; keeps the site's files as far as they were read."""

    forge: Forge  # where the site is
    messages: Messages  # writes the messages of a site that has none of its own
    dry_run: bool = False  # whether nothing is to be written
    # What is added to the marker of each pull request that is written
    mark: dict[str, object] = field(default_factory=dict)
    # Is told what is worked on next: an issue's number, a file's path, or what else it is
    watch: Callable[[int | str], object] = lambda _: None
    history: str = MAIN
    left_out: frozenset[str] = frozenset()  # histories that are not set up yet
    _sites: dict[str, Site] = field(default_factory=dict)
    _forms: dict[str, BothForms] = field(default_factory=dict)
    _site_messages: dict[str, Messages] = field(default_factory=dict)
    _named: dict[str, "Planner"] = field(default_factory=dict)  # what decides for each history, by its name

    def site(self, commit: str) -> Site:
        """Return the site's files at a commit, as this history has them."""
        if commit not in self._sites:
            self._sites[commit] = Site(CommitFiles(self.forge, commit), watch=self.watch)
        return self._sites[commit].of(self.history)

    @property
    def _sides(self) -> Sides:
        return Sides(self.forge, self.site, self.history)

    def stands(self, look: Look) -> bool:
        """Tell whether nothing has changed on the base of what an open proposal was built from."""
        return self._sides.stands(look)

    def each(self, commit: str) -> list["Planner"]:
        """Return what decides for each history that the site has at a commit; most have one."""
        return [self._of(name) for name in self.site(commit).histories if name not in self.left_out]

    def without(self, histories: Collection[str]) -> "Planner":
        """Return what decides for a site as if it did not have some of its histories."""
        return replace(self, left_out=frozenset(histories), _named={})

    def _of(self, history: str) -> "Planner":
        self._named.setdefault(self.history, self)
        if history not in self._named:
            self._named[history] = replace(self, history=history, _forms={}, _site_messages={})
        return self._named[history]

    def for_issue(self, look: Look) -> "Planner":
        """Return what decides for the history to which an issue belongs; any of them, if to none.

        That is the one where it was proposed, as long as it has a label of that one's form or its event is published
        there; else the one with whose form it was filed. A change belongs where the event is.

        Raises:
            ConfigError: The config cannot be read, or a form if it may be that one's; or two forms are too much alike.
        """
        issue, pull, comment = look.issue, look.proposal.pull, look.proposal.comment
        if issue is None or not may_be_ours(issue, answered=bool(pull or comment)):
            return self
        each = self.each(look.base.commit)
        if len(each) == 1:
            return each[0]
        first = next((one for one in each if pull and one.history == pull_state(pull).history), None)
        if first and first.is_ours(look, issue) and not first.asks_for_change(look, issue):
            return first
        fitting, broken = _fitting(sorted(each, key=lambda one: one is not first), look, issue)
        if broken and not fitting and not first:
            raise broken
        labelled = (one for one in each if comment and not broken and one.is_ours(look, issue))
        return next(chain(fitting, (first,) if first else (), labelled), self)

    def asks_for_change(self, look: Look, issue: Issue) -> bool:
        """Tell whether an issue was filed with the form for changes, which is the same for all histories."""
        return is_for_changes(self.form_of(look, issue).of(issue, pull_state(look.proposal.pull)).form)

    def fits(self, commit: str, issue: Issue) -> bool:
        """Tell whether an issue was filed with the form of a history, as far as the forms can be read."""
        return bool(_fitting(self.each(commit), Look(issue, Base("", commit), Proposal()), issue)[0])

    def form_of(self, look: Look, issue: Issue) -> Forms:
        """Return the versions of the site's form with which an issue was filed."""
        commit = look.base.commit
        if commit not in self._forms:
            self._forms[commit] = BothForms(self.forge, self.site, commit)
        return self._forms[commit].of(issue, pull_state(look.proposal.pull))

    def site_messages(self, commit: str) -> Messages:
        """Return what writes the site's messages."""
        if commit not in self._site_messages:
            site = self.site(commit) if commit else None
            own, language = (site.messages, site.config.language) if site else ({}, None)
            is_ours = not own and language in (None, "en")
            self._site_messages[commit] = self.messages if is_ours else self.messages.of_site(own, language or "en")
        return self._site_messages[commit]

    def is_ours(self, look: Look, issue: Issue, *, as_filed: bool = False) -> bool:
        """Tell whether an issue is ours: see `almanac.proposal.ours`; `as_filed` asks as if it were not answered."""
        forms, state = self.form_of(look, issue), pull_state(look.proposal.pull)
        answered = bool(look.proposal.pull or look.proposal.comment)
        if not (forms.is_labelled(issue, state, answered=answered) or self._keeps(look, issue, state)):
            return False
        return (answered and not as_filed) or has_headings(issue.body, forms.of(issue, state).form)

    def _keeps(self, look: Look, issue: Issue, state: PullState) -> bool:
        """Tell whether an issue has the label of another history, while its event is published here: there it stays."""
        commit = look.base.commit
        others = [one for one in self.each(commit) if one.history != self.history]
        if not others or not state.event or state.named or state.history != self.history:
            return False
        record = self._sides.record_at(commit, self.site(commit).store, state.event)
        if record is None or record.issue != issue.number:
            return False
        return any(one.form_of(look, issue).is_labelled(issue, state, answered=True) for one in others)

    def with_closer(self, look: Look) -> Look:
        """Find out who closed the newest pull request, if it was not Almanac and nobody has asked before."""
        pull = look.proposal.pull
        if pull is None or pull.state == "open" or triage.is_done(pull) or pull_state(pull).closed_by is not None:
            return look
        may_be_deleted = look.proposal.head is None or pull.base != look.base.branch
        return replace(look, closer=known_closer(pull) or self.forge.closer(pull.number, may_be_deleted=may_be_deleted))

    def planned(self, look: Look, issue: Issue, *, anew: bool = False, again: bool = False) -> Plan:
        """Plan an issue of ours, from what is cheap to decide to what needs the site's files.

        By a command, a proposal is made `anew`, or `again` after it was closed.
        """
        plan = triage.triage(issue, look, lambda pull: self.published(look, pull))
        if plan:
            return plan
        filed = self.filed(look, issue)
        plan = None if anew and filed.event else triage.settled(filed, self.stands)
        if not (plan and filed.event) and self.is_removed(filed):
            return self._ended(filed)
        plan = plan or (None if anew or again else triage.lapsed(filed))
        if plan:
            return plan
        limit = self.site(look.base.commit).config.max_open_per_author
        limit = limit or (DEFAULT_LIMIT if self.forge.has_accounts else None)
        if limit and triage.over_limit(filed, limit) and not self.forge.can_write(issue.author):
            return triage.held(filed, limit)
        return self.propose(filed, anew=anew)

    def is_removed(self, filed: Filed) -> bool:
        """Tell whether the event of an issue, or the one that it asks to change, was published and taken off since."""
        look, state = filed.look, pull_state(filed.look.proposal.pull)
        if not state.event or state.history != self.history or not triage.was_published(look.proposal.pull):
            return False
        site = self.site(look.base.commit)
        if state.named:
            return filed.event is None and state.event not in site.ids
        if current_id(site, state.event, filed.issue.number):
            return False
        if state.amendment.remove or state.event in site.ids:  # another event has its name by now
            return True
        record = self._deleted_record(look, site.store, state.event)
        return record is None or not is_shown(site, record)

    def _ended(self, filed: Filed) -> Plan:
        """End what an issue proposes for an event that was taken off, unless someone has committed to its branch."""
        look, pull = filed.look, filed.look.proposal.open_pull
        owner, commit = branch_owner(look)
        if pull and commit and (owner == "shared" or (owner == "ask" and not self.forge.is_ours(commit))):
            message = say(
                "The event is off the site now, but someone has committed to this branch. Close the pull request."
            )
            return undecided(filed, (Problem(message),))
        newest = look.proposal.pull
        return triage.removed(filed, self.published(look, newest) if newest else Published(""))

    def filed(self, look: Look, issue: Issue) -> Filed:
        """Read an issue's answers, with the version of the form that it was filed with."""
        site, state = self.site(look.base.commit), pull_state(look.proposal.pull)
        version = self.form_of(look, issue).of(issue, state)
        self.watch(f"the text of issue {issue.number}")
        change = is_for_changes(version.form)
        if change:
            sites = [site, *(one for one in site.each() if one is not site)]
            find = partial(find_event, sites, look, state, self._proposal_of)
            read = submit_change(issue.body, version.form, site.config, find)
        else:
            read = submit_body(issue.body, version.form, site.config, issue.number)
        labels = {asked.id: asked.label for asked in version.form.fields}
        pull = look.proposal.pull
        return Filed(
            look,
            issue,
            read.event,
            read.problems,
            read.warnings,
            labels,
            version.digest,
            version.commit,
            amendment=Amendment() if pull and triage.is_done(pull) else state.amendment,
            history=self.history,
            change=change,
            named=text_digest(read.named) if read.named else None,
            note=read.note,
            asks=read.asks,
        )

    def _proposal_of(self, number: int) -> PullState:
        """Return what the marker of another issue's own proposal says."""
        return pull_state(self.forge.newest_pull(branch_name(number)))

    def propose(self, filed: Filed, *, anew: bool = False) -> Plan:
        """Plan the proposal of an issue whose answers are fine, or that is open and has to follow its base."""
        mine = {number: pull for number, pull in filed.look.others.items() if pull_state(pull).history == self.history}
        filed = replace(filed, look=replace(filed.look, others=mine))
        if self.is_removed(filed):
            return self._ended(filed)
        try:
            return self._propose(filed, anew=anew)
        except Undecided as error:
            return undecided(filed, error.problems)

    def _propose(self, filed: Filed, *, anew: bool) -> Plan:
        look, site, number = filed.look, self.site(filed.look.base.commit), filed.issue.number
        owner, commit = branch_owner(look)
        opener = look.proposal.pull.author if look.proposal.pull else ""
        if look.proposal.head is None and commit and opener and not self.forge.can_write(opener):
            owner, commit = "ours", None  # a stranger's marker may name any commit
        followed = None
        if commit and owner == "ask" and not (anew or self.forge.is_ours(commit)):
            followed = self._sides.followed(look)
        elif commit and (anew or owner == "ask"):
            owner = "ours"
        owner = "ours" if followed else owner
        store = site.store
        chosen, record = self._subject(filed, site, is_ours=owner == "ours")
        if chosen is None:
            return triage.problems_told(filed)
        shared = self._sides.shared(look, commit, store, chosen) if commit and owner != "ours" else None
        if shared and filed.change and pull_state(look.proposal.pull).event != chosen:
            raise Undecided(Problem(say("The issue names another event now, but someone has committed to the branch.")))
        kept = self._kept(look, record, store, chosen) if filed.event is None and not shared else None
        if not (filed.event or kept or shared):
            return triage.problems_told(filed)
        at_base, views = self._sides.at_base(look, look.base.commit, record, self.forge.now().replace(microsecond=0))
        offered = filed.event or kept
        if offered and not (record or shared):
            offered = store.completed(offered, lambda: site.records)
        offer = Offer(chosen, offered, shared, followed=followed)
        if offer.event:
            base, head = look.base.commit, None if anew else look.proposal.head
            pictured = with_picture(
                offer.event.model_copy(update={"id": chosen}),
                site.config.images,
                site.files.names,
                lambda: shared.theirs if shared else self.forge.changes(base, head) if head else {},
                lambda url, most: self.forge.attachment(number, url, most),
            )
            offer = replace(offer, event=pictured.event, pictures=pictured.files)
            filed = pictured.put_into(filed)
        if not anew:
            read = partial(self._sides.earlier, filed, offer, lambda then: self.filed(then, filed.issue).event)
            offer = replace(offer, earlier=read)
        return proposed(filed, at_base, views, offer)

    def _subject(self, filed: Filed, site: Site, *, is_ours: bool) -> tuple[str | None, Event | None]:
        """Return the id of the event that an issue is about, None if it gives none, and its record on the base."""
        look, store, number = filed.look, site.store, filed.issue.number
        if filed.change:
            about = filed.event.id if filed.event else pull_state(look.proposal.pull).event
            return (about, site.record(about)) if about in site.ids and about else (None, None)
        chosen = event_id_of(look, filed.event, store, site.ids)
        if chosen is None:
            return None, None
        published = triage.was_published(look.proposal.pull)
        chosen = (current_id(site, chosen, number) if published else None) or chosen
        if chosen not in site.ids and filed.event:
            # If no marker names the issue's record any more, it may be on the base by the id that it was first given.
            first = store.new_id(filed.event, ())
            there = site.record(first) if first in site.ids else None
            if there and there.issue == number:
                chosen = first
        record = site.record(chosen) if chosen in site.ids else self._deleted_record(look, store, chosen)
        if record and record.issue != number and (record.issue or not published):
            if not is_ours or filed.event is None:
                message = say("Another event has taken the name of this event's record.")
                raise Undecided(Problem(message, file=store.path(chosen)))
            return new_id(look, filed.event, store, site.ids), None
        return chosen, record

    def _kept(self, look: Look, record: Event | None, store: RecordStore, event_id: str) -> Event | None:
        """Read what a branch of ours says of an event; what others have changed of the record since goes with it."""
        kept = self._sides.record_at(look.proposal.head, store, event_id)
        before = self._sides.record_at(pull_state(look.proposal.pull).base, store, event_id)
        return merge_records(before, record, kept).event if kept and before and record else kept

    def published(self, look: Look, pull: Pull) -> Published:
        """Find out where the event of a merged pull request is to be seen."""
        site, state = self.site(look.base.commit), pull_state(pull)
        record = self._sides.record_at(look.base.commit, site.store, state.event) if state.event else None
        if record is None:
            path = state.page or site.config.page
            return Published(path, file_address(look.issue.url if look.issue else "", look.base.branch, path))
        return published(site, look, record, site.views())

    def _deleted_record(self, look: Look, store: RecordStore, event_id: str) -> Event | None:
        """Read the record that the event had on the base, if it was deleted there: its section may have stayed."""
        pull, state = look.proposal.pull, pull_state(look.proposal.pull)
        if pull is None or not triage.was_published(pull):
            return None
        return self._sides.record_at(state.commit or pull.head, store, event_id)


def _fitting(each: Sequence[Planner], look: Look, issue: Issue) -> tuple[list[Planner], ConfigError | None]:
    """Return what decides for the histories with whose forms an issue may have been filed, the likeliest first.

    Besides, what is wrong with a form that cannot be read.

    Raises:
        ConfigError: Two forms cannot be told apart.
    """
    sites, fitting, broken = list[Site](), list[tuple[bool, Planner]](), None
    for one in each:
        site = one.site(look.base.commit)
        try:
            sites += [site] if site.form else []
            if one.is_ours(look, issue, as_filed=True):
                change = one.asks_for_change(look, issue)
                likely = one.filed(look, issue).event is not None if change else is_certain(issue.body, site.form)
                fitting.append((not likely, one))
        except ConfigError as error:
            broken = error
    refuse_alike([(site.form, site.labels) for site in sites])
    return [one for _, one in sorted(fitting, key=lambda found: found[0])], broken
