"""The local forge's pull requests: files of `.almanac/` about branches of the clone."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.errors import ForgeError
from bot.forge.clone import Clone
from bot.forge.commits import is_ancestor
from bot.forge.files import FOLDER
from bot.forge.papers import PullPaper, State, stamp
from bot.forge.store import Store, StoredPull
from bot.proposals.state import Pull, issue_of


@dataclass(frozen=True)
class Merged:
    """What a merge did: the merge commit, the branch that was merged and its head, the issue to be closed by it."""

    commit: str
    branch: str
    head: str
    issue: int | None


class Pulls:
    """The pull requests of one clone."""

    def __init__(self, clone: Clone, store: Store, now: Callable[[], datetime]) -> None:
        """Take where branches and where files are."""
        self._clone = clone
        self._store = store
        self._now = now

    def find(self, number: int) -> Pull | None:
        """Read one pull request, or None where there is none."""
        found = self._store.pull(number)
        return self._view(found) if found else None

    def all(self) -> Iterator[Pull]:
        """Give all pull requests, newest first."""
        return map(self._view, self._store.pulls())

    def newest(self, branch: str) -> Pull | None:
        """Read the newest pull request from a branch, or None where there is none."""
        return next(map(self._view, self._store.pulls(branch)), None)

    def stored_open(self, heads: Collection[str]) -> Iterator[tuple[str, Pull]]:
        """Give branch and pull request for each that was open when it was written and whose branch is among these."""
        for found in self._store.sound_pulls():
            about = found.about
            if about.state == "open" and not about.merged and about.head in heads:
                yield about.head, Pull(found.number, about.title, found.body, url=_url(found), head=about.commit)

    def seen_open(self) -> Iterator[tuple[str, Pull]]:
        """Give branch and pull request for each that was open when it was written, as it is now."""
        for found in self._store.sound_pulls():
            if found.about.state == "open":
                yield found.about.head, self._view(found)

    def open(self, branch: str, base: str, title: str, body: str) -> Pull:
        """Open a pull request, or return the one that is open from this branch already."""
        with self._store.alone():
            for pull in map(self._view, self._store.pulls(branch)):
                if pull.state == "open":
                    return pull
            head = self._clone.head(branch)
            if not head:
                raise ForgeError(f"There is no branch {branch} to open a pull request from.")
            return self._view(self._store.add_pull(PullPaper(title=title, head=branch, commit=head, base=base), body))

    def edit(self, number: int, *, title: str | None = None, body: str | None = None, close: bool = False) -> None:
        """Change what is given of a pull request."""
        with self._store.alone():
            found = self._stored(number)
            about, pull = found.about, self._view(found)
            if title is not None:
                about = about.model_copy(update={"title": title})
            if pull.state == "open":
                # So that a merge by plain git is seen later, when the branch may be gone.
                about = about.model_copy(update={"commit": self._clone.head(about.head) or about.commit})
            if close or pull.merged:
                about = self._ended(about, merged=pull.merged)
            self._store.put_pull(StoredPull(number, about, found.body if body is None else body))

    def merge(self, number: int) -> Merged:
        """Merge a pull request into its base; its branch and its issue are left to the caller.

        Raises:
            ForgeError: It is not open, conflicts with its base, its branch is checked out somewhere, or uncommitted
                changes are in the way; nothing was changed.
        """
        with self._store.alone():
            found = self._stored(number)
            about, head = found.about, self._clone.head(found.about.head)
            if self._view(found).state != "open" or not head:
                raise ForgeError(f"Pull request {number} is not open any more, or its branch {about.head} is gone.")
            self._clone.refuse_checked_out(about.head)
            message = f"Merge pull request #{number} from {about.head}\n\n{about.title}\n"
            commit = self._clone.merge(about.head, about.base, message)
            ended = self._ended(about.model_copy(update={"commit": head}), merged=True)
            self._store.put_pull(StoredPull(number, ended, found.body))
            return Merged(commit, about.head, head, _closes(found))

    def settle(self, branch: str) -> None:
        """Write down which pull requests from a branch were merged by plain git, while that can still be seen."""
        for found in self._store.pulls(branch):
            if found.about.state == "open" and self._view(found).merged:
                self._store.put_pull(StoredPull(found.number, self._ended(found.about, merged=True), found.body))

    def _view(self, found: StoredPull) -> Pull:
        about = found.about
        merged = about.merged or (about.state == "open" and self._is_merged(about))
        state: State = "closed" if merged else about.state
        # A merge by plain git has taken in what was committed since our last write, too.
        head = self._clone.head(about.head) if merged and about.state == "open" else None
        return Pull(found.number, about.title, found.body, state, merged, _url(found), head or about.commit)

    def _is_merged(self, about: PullPaper) -> bool:
        """Tell whether somebody merged the branch with plain git: what it held at our last write is in its base."""
        base, head = self._clone.head(about.base), self._clone.head(about.head)
        if not base or not about.commit or not is_ancestor(self._clone.git, about.commit, base):
            return False
        return head is None or is_ancestor(self._clone.git, head, base)

    def _ended(self, about: PullPaper, *, merged: bool) -> PullPaper:
        closed_at = about.closed_at or stamp(self._now())
        return about.model_copy(update={"state": "closed", "merged": merged, "closed_at": closed_at})

    def _stored(self, number: int) -> StoredPull:
        found = self._store.pull(number)
        if not found:
            raise ForgeError(f"There is no pull request {number} in {self._clone.home.name}.")
        return found


def _url(found: StoredPull) -> str:
    return f"{FOLDER}/pulls/{found.number}.md"


def _closes(found: StoredPull) -> int | None:
    """Return the issue whose branch this is, if the text says that it closes it: typed text can close no other."""
    issue = issue_of(found.about.head)
    return issue if issue and re.search(rf"\bcloses #{issue}\b", found.body, re.IGNORECASE) else None
