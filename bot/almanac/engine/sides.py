"""The base of a proposal and its branch: what each holds, and whether the one has moved in a way that counts."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from almanac.engine.addresses import published
from almanac.errors import ConfigError, Problem, UserError
from almanac.event.model import Event
from almanac.event.records import RecordStore
from almanac.forge.protocol import Forge
from almanac.phrases import say
from almanac.proposal import triage
from almanac.proposal.linemerge import merges_to
from almanac.proposal.marker import PullState, pull_state
from almanac.proposal.plan import Offer
from almanac.proposal.standing import Earlier, files_digest, is_unchanged
from almanac.proposal.state import Base, EventAtBase, Filed, Look, PutBranch, SharedBranch
from almanac.site import Site
from almanac.views.protocol import Undecided, View


@dataclass(frozen=True)
class Sides:
    """Reads what the two sides of a proposal hold, in one history of a site: the base, and the branch."""

    forge: Forge
    site: Callable[[str], Site]  # returns the site's files at a commit, as the history has them
    history: str

    def at_base(
        self, look: Look, commit: str, record: Event | None, moment: datetime
    ) -> tuple[EventAtBase, tuple[View, ...]]:
        """Return what the site holds at a commit of the base that concerns an event, and its views at a moment."""
        site = self.site(commit)
        views = site.views(moment)
        at_base = EventAtBase(
            site.config,
            site.store,
            site.text,
            site.ids,
            lambda event: published(site, look, event, views),
            record,
            self.history,
            site.sources,
            entries=partial(self.forge.entries, commit),
            moment=moment,
        )
        return at_base, views

    def stands(self, look: Look) -> bool:
        """Tell whether nothing of what a proposal was built from has changed on the base since."""
        state, base = pull_state(look.proposal.pull), look.base.commit
        if state.base == base:
            return True
        if state.base is None or state.built is None or self.site(base).config.rebuild == "always":
            return False
        return is_unchanged(state.built, partial(self.forge.entries, base)) and self.forge.is_ancestor(state.base, base)

    def earlier(self, filed: Filed, offer: Offer, event_at: Callable[[Look], Event | None]) -> Earlier | None:
        """Read what a proposal was built from; None if nothing can be told from it."""
        look, now = filed.look, filed.look.base
        state = offer.followed or pull_state(look.proposal.pull)
        if state.built is None or state.base is None or (state.base == now.commit and not offer.followed):
            return None
        if state.base != now.commit and self.site(now.commit).config.rebuild == "always":
            return None
        try:
            moment = datetime.fromisoformat(state.built.at)
            if moment.tzinfo is None or not self.forge.is_ancestor(state.base, now.commit):
                return None
            base = Base(now.branch, state.base)
            event, store = offer.event, self.site(state.base).store
            if filed.change:
                event = event_at(replace(look, base=base))
            elif filed.event is None:
                event = self.record_at(look.proposal.head, store, offer.id)
            record = self.record_at(state.base, store, offer.id)
            at_base, views = self.at_base(look, state.base, record, moment)
            event = event and event.model_copy(update={"id": offer.id})
            return Earlier(base, at_base, views, self.site(now.commit).views(moment), event, self._holds(look, state))
        except (UserError, ValueError):  # it could not be read even then, or the marker was not written by us
            return None

    def _holds(self, look: Look, state: PullState) -> Callable[[PutBranch], bool]:
        """Return what tells whether a branch of ours holds what a commit on its base would bring, and no more."""
        head, base, digest = look.proposal.head, state.base, state.built and state.built.files
        if head is None or base is None or head == pull_state(look.proposal.pull).commit:
            return lambda commit: files_digest(commit) == digest
        there, before = self.site(head).text, self.site(base).text

        def is_there(commit: PutBranch) -> bool:
            changed = {*commit.files, *self.forge.changes(base, head)} - {*commit.kept}
            return all(there(path) == commit.files.get(path, before(path)) for path in changed)

        return is_there

    def followed(self, look: Look) -> PullState | None:
        """Return what the marker would say if Almanac had merged the base into its branch; None if people did more.

        GitHub offers that in a pull request ("Update branch"), and it adds nothing.
        """
        pull, head = look.proposal.open_pull, look.proposal.head
        state = pull_state(pull)
        if head is None or state.shared or state.base is None or state.commit is None or state.built is None:
            return None
        base = self.forge.merge_base(look.base.commit, head)
        if base is None or base == state.base or not self.forge.is_ancestor(state.base, base):
            return None
        ours, now = self.forge.changes(state.base, state.commit), self.forge.changes(base, head)
        commits = (state.base, base, state.commit, head)
        texts = [self.site(commit).text for commit in commits]
        try:
            for path in {*ours, *now}:
                if ours.get(path, path) != now.get(path, path) and not merges_to(*(text(path) for text in texts)):
                    return None
        except UserError:  # it is no text
            return None
        return state.model_copy(update={"base": base, "commit": head})

    def record_at(self, commit: str | None, store: RecordStore, event_id: str) -> Event | None:
        """Read the record that a commit holds; None if there is none, or none that can be read."""
        path = store.path(event_id)
        try:
            text = self.site(commit).record_text(path) if commit else None
            return store.read(text, path, event_id) if text is not None else None
        except UserError:
            return None

    def shared(self, look: Look, head: str, store: RecordStore, event_id: str) -> SharedBranch | None:
        """Read a branch with commits of someone else; None if all of it is on the base, or its commits are gone."""
        base = look.base.commit
        fork = self.forge.merge_base(base, head)
        if fork is None:
            if look.proposal.head is None:
                return None
            raise Undecided(Problem(say("The branch no longer has a commit in common with the site's main branch.")))
        if fork == head:
            return None
        path, forked = store.path(event_id), fork
        held = self._merged_at(look, fork, head, store, event_id)
        if held and self.forge.merge_base(fork, held) == fork:
            fork = held
        record = self.site(fork).record_text(path)
        if record is None and held:  # someone merged the base into the branch since, and so before its own merge
            record = self.site(held).record_text(path)

        def texts(path: str) -> str | None:
            try:
                return self.site(head).text(path)
            except ConfigError as error:  # not text any more
                raise Undecided(*error.problems) from None

        return SharedBranch(
            head=head,
            fork=fork,
            texts=texts,
            fork_texts=self.site(fork).text,
            fork_record=record,
            theirs=self.forge.changes(fork, head),
            moved=self.forge.changes(fork, base) if fork != base else {},
            sides=lambda path: (self.forge.read(fork, path), self.forge.read(base, path), self.forge.read(head, path)),
            forked=forked == fork,
        )

    def _merged_at(self, look: Look, fork: str, head: str, store: RecordStore, event_id: str) -> str | None:
        """Return what a branch held when it was merged in a way that git cannot see, such as a squash.

        What its event's record was on the base then is what both sides last had in common. If its pull request is
        merged, the head is known. Otherwise the base shows it by a record that was not there when the branch was made;
        then what we wrote last has to do.
        """
        pull = look.proposal.pull
        if pull is None or fork == look.base.commit:
            return None
        records = [self.record_at(commit, store, event_id) for commit in (fork, look.base.commit)]
        held = pull.head if triage.is_done(pull) else None
        if held is None and records[0] is None and records[1] is not None:
            held = pull_state(pull).commit
        return held if held and self.forge.merge_base(held, head) == held else None
