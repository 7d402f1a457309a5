"""Proposals written by GraphQL in few requests: writes that need no result of each other go out together."""

import math
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Literal, NamedTuple, TypeVar

from almanac.errors import AlmanacError, ForgeError, Raced
from almanac.forge.github.branches import GitHubBranches
from almanac.forge.github.client import is_rate_limit
from almanac.forge.github.documents import Documents, Effects, Writes
from almanac.forge.github.mutations import (
    COMMENTED,
    EDITED,
    NOWHERE,
    OPENED,
    Mutation,
    PlainCommit,
    plain_commit,
)
from almanac.forge.github.queries import nodes, to_comment, to_issue, to_pull
from almanac.forge.github.request import RefusedError
from almanac.proposal.names import OURS, branch_name
from almanac.proposal.state import Comment, Issue, Look, OpenPull, Overview, Pull, PutBranch

_MAKING = f"{OURS}making-"
"""What branches begin with on which a commit is made before it gets to its place; then comes when that was."""
_ABANDONED = 3600
"""After so many seconds such a branch is one that a run left behind."""
T = TypeVar("T")


class _Deferred(NamedTuple):
    """A write that goes out with others: what is done with its result, and how it is done by REST."""

    mutation: Mutation
    by_rest: Callable[[], object]
    take: Callable[[Mapping[str, Any]], object]


class GitHubProposals(GitHubBranches):
    """Commits, pull requests and comments, as in the `Forge` protocol, by GraphQL where that serves us."""

    _documents: Documents
    _waiting: list[_Deferred]
    _gathers = False
    now: Callable[[], datetime]
    _seen: dict[int, Issue]  # issues as they were after our comment was written, until they are looked at again

    _leftovers: dict[str, str]  # branches on which a commit was made that were left there, and their heads

    def look(self, number: int, *, hasty: bool = False) -> Look:
        self._seen.pop(number, None)
        return super().look(number, hasty=hasty)

    def overview(self) -> Overview:
        found = super().overview()
        making = {branch: head for branch, head in found.heads.items() if branch.startswith(_MAKING)}
        now = self.now().timestamp()
        self._leftovers = {branch: head for branch, head in making.items() if now - _begun(branch) > _ABANDONED}
        heads = {branch: head for branch, head in found.heads.items() if branch not in making}
        return replace(found, heads=heads)

    # ------------------------------------------------------------ several proposals at once

    @property
    def batch(self) -> int:
        return self._documents.most if self.has_graphql else 1

    def side_by_side(self, calls: Sequence[Callable[[], T]]) -> list[T | AlmanacError]:
        return self._rounds.run(calls)

    # ------------------------------------------------------------ edits, which go out together

    @contextmanager
    def together(self) -> Iterator[None]:
        """Let edits and new comments wait for each other, and go out in one request before anything else is sent."""
        self._gathers = True
        try:
            yield
            self.flush()
        finally:
            self._gathers = False
            self._waiting.clear()

    def flush(self) -> None:
        """Send what waits, in its order. What GraphQL does not do is done by REST, which tells why if it cannot."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        results: Mapping[str, Any] = {}
        if self.has_graphql:
            writes = Writes("write what changes", "pull-requests: write", *(one.mutation for one in waiting))
            try:
                results = self._ask(writes).given
            except ForgeError as error:
                if is_rate_limit(error):
                    raise
        for at, one in enumerate(waiting):
            if f"m{at}" in results:
                one.take(results[f"m{at}"])
            else:
                one.by_rest()

    def _ask(self, writes: Writes) -> Effects:
        self.flush()
        gathers = self._gathers
        try:
            return super()._ask(writes)
        finally:
            self._gathers = gathers  # as other proposals may have gone on in between

    def _waits(self, key: tuple[str, int]) -> str | None:
        """Return what GraphQL calls something if a write about it is to wait for others."""
        return self._ids.get(key) if self._gathers and self.has_graphql else None

    def edit_pull(
        self,
        number: int,
        *,
        title: str | None = None,
        body: str | None = None,
        state: Literal["open", "closed"] | None = None,
    ) -> None:
        by_rest = partial(super().edit_pull, number, title=title, body=body, state=state)
        node = self._waits(("pull", number))
        if node is None:
            by_rest()
            return
        given = {"title": title, "body": body, "state": state.upper() if state else None}
        changes = {name: value for name, value in given.items() if value is not None}
        edit = Mutation("updatePullRequest", {"pullRequestId": node, **changes})
        self._waiting.append(_Deferred(edit, by_rest, lambda _: None))

    def edit_comment(self, issue: int, comment: int, body: str) -> None:
        node = self._waits(("comment", comment))
        if node is None:
            super().edit_comment(issue, comment, body)
            return
        self._check_writer(issue, comment)
        edit = Mutation("updateIssueComment", {"id": node, "body": body}, EDITED)

        def take(made: Mapping[str, Any]) -> None:
            self._seen[issue] = to_issue(made["issueComment"]["issue"])

        self._waiting.append(_Deferred(edit, partial(super().edit_comment, issue, comment, body), take))

    def create_comment(self, issue: int, body: str) -> Comment:
        """Write our comment, and see whether another run did the same: then ours goes again.

        While writes wait for each other, its id is not known yet, and 0.
        """
        node = self._waits(("issue", issue))
        if node is None:
            return super().create_comment(issue, body)
        comment = Mutation("addComment", {"subjectId": node, "body": body}, COMMENTED)

        def by_rest() -> None:
            if not self._our_comments(issue, body):  # or its answer was lost
                GitHubBranches.create_comment(self, issue, body)

        def take(made: Mapping[str, Any]) -> None:
            number = int(made["commentEdge"]["node"]["fullDatabaseId"])
            ours = self._ours_among(issue, map(to_comment, nodes(made["subject"]["comments"])))
            if ours and ours[0].id != number:
                self.delete_comment(issue, number)
                raise Raced(branch_name(issue))
            self._seen[issue] = to_issue(made["subject"])

        self._waiting.append(_Deferred(comment, by_rest, take))
        return Comment(0, body)

    def issue(self, number: int) -> Issue | None:
        """Read one issue alone: 1 request, unless our comment was just written, which told how it is."""
        return self._seen.pop(number, None) or super().issue(number)

    # ------------------------------------------------------------ a new proposal

    def propose(self, write: PutBranch, pull: OpenPull, body: Callable[[str | None], str]) -> tuple[str, Pull] | None:
        """Make branch, commit and pull request: 1 request.

        GraphQL is not told of one write's result in the next, so the pull request is opened with the body for a commit
        that is not known yet.
        """
        commit = self._plain_commit(write) if write.expected is None else None
        if commit is None:
            return None
        create = {"name": f"refs/heads/{write.branch}", "beforeOid": NOWHERE, "afterOid": write.base}
        opening = {"baseRefName": pull.base, "headRefName": write.branch, "title": pull.title, "body": body(None)}
        results, failed = self._make(
            f"propose {write.branch}",
            Mutation("updateRefs", {"repositoryId": self.node_id, "refUpdates": [create]}),
            commit.on(self.client.name, write.branch, write.base),
            Mutation("createPullRequest", {"repositoryId": self.node_id, **opening, "draft": pull.draft}, OPENED),
        )
        made = results.get("m1", {}).get("commit")
        if made is None:
            made = self._made_before(write, commit, failed)
            if made is None:
                return None
        elif made["tree"]["oid"] != commit.tree:
            made = {"oid": self._put_commit(write, self._put_tree(write), made["oid"])}
        opened = results.get("m2", {}).get("pullRequest")
        if opened is None:  # by REST, which knows about drafts, and says why not
            return made["oid"], self.open_pull(write.branch, pull.base, pull.title, body(made["oid"]), draft=pull.draft)
        self._ids["pull", opened["number"]] = opened["id"]
        return made["oid"], to_pull(opened)

    def _made_before(
        self, write: PutBranch, commit: PlainCommit, failed: Mapping[str, RefusedError]
    ) -> dict[str, str] | None:
        """Find out what became of a branch that was not made as it should be; one without a commit of ours goes.

        None if there is no such branch.

        Raises:
            Raced: Somebody else has made it.
        """
        head = self._head(write.branch)
        if head is None:
            return None
        if head == write.base and "m0" not in failed:
            self.delete_branch(write.branch, head)
            return None
        header = self._ours.get(head) if "m0" not in failed and self.is_ours(head) else None
        if header is None or (header.tree, header.parents) != (commit.tree, write.parents):
            raise Raced(write.branch)
        return {"oid": head}

    # ------------------------------------------------------------ commits

    def put_branch(self, write: PutBranch) -> str:
        """Make the commit and point the branch at it: 2 requests for a usual one, else as by REST."""
        plain = self._plain_commit(write) if write.expected else None
        made = None
        if plain:
            if known := self._known(write, plain.tree):
                return known
            made = self._make_apart(write, plain)
        if made is None:
            return super().put_branch(write)
        spare, commit = made
        try:
            self._move(write, write.expected, commit, spare)
        except ForgeError:
            self._drop(spare, commit)
            raise
        return commit

    def _plain_commit(self, write: PutBranch) -> PlainCommit | None:
        """Return the commit that a write is, if GraphQL makes it."""
        if not self.has_graphql or self.node_id is None:
            return None
        with suppress(UnicodeEncodeError):  # a file in the same folder has a name that is no text
            return plain_commit(write, self._at(write.base))
        return None

    def _make_apart(self, write: PutBranch, commit: PlainCommit) -> tuple[str, str] | None:
        """Make a commit on a branch of its own: 1 request. Return both; None where that cannot be.

        The proposal's branch must not point at its base in between, which would close its pull request.
        """
        leftovers, self._leftovers = self._leftovers, {}
        for branch, head in leftovers.items():
            self._drop(branch, head)
        branch = f"{_MAKING}{int(self.now().timestamp())}-{secrets.token_hex(4)}"
        create = {"name": f"refs/heads/{branch}", "beforeOid": NOWHERE, "afterOid": write.base}
        results, _ = self._make(
            f"make a commit for {write.branch}",
            Mutation("updateRefs", {"repositoryId": self.node_id, "refUpdates": [create]}),
            commit.on(self.client.name, branch, write.base),
        )
        made = results.get("m1", {}).get("commit")
        if made and made["tree"]["oid"] == commit.tree:
            return branch, str(made["oid"])
        if results:
            self._drop(branch, made["oid"] if made else write.base)
        return None

    def _drop(self, branch: str, head: str) -> None:
        """Delete a branch on which a commit was made; if that fails, a later sweep does it."""
        with suppress(ForgeError):
            self.delete_branch(branch, head)

    def _make(self, doing: str, *mutations: Mutation) -> Effects:
        """Send several writes once, by GraphQL; if the answer was lost, nothing is known of any of them."""
        try:
            return self._ask(Writes(doing, "contents: write", *mutations))
        except ForgeError as error:
            if is_rate_limit(error):
                raise
            self.has_graphql = error.passing
            return Effects({}, {})


def _begun(branch: str) -> float:
    """Tell when a commit began to be made on a branch, in seconds since the epoch; infinity for a name of others'."""
    moment = branch.removeprefix(_MAKING).partition("-")[0]
    return float(moment) if moment.isascii() and moment.isdecimal() else math.inf
