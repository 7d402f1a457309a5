"""The branches of a repository on GitHub, and the commits that Almanac makes by its REST API."""

import base64
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from almanac.errors import ForgeError, Raced
from almanac.forge.git import with_trailer
from almanac.forge.github.client import is_rate_limit
from almanac.forge.github.documents import Effects, Writes
from almanac.forge.github.looks import GitHubLooks
from almanac.forge.github.mutations import NOWHERE, Mutation, in_order
from almanac.forge.github.queries import document
from almanac.forge.github.request import GRAPHQL, RefusedError, Request
from almanac.forge.rounds import Rounds
from almanac.forge.tree import check_paths
from almanac.proposal.state import PutBranch

_READ, _WRITE = "contents: read", "contents: write"
_SUBMODULE = "160000"
_RACED = "already exists|not a fast.forward|does not exist|expected .* to point"


class GitHubBranches(GitHubLooks):
    """Branches, as in the `Forge` protocol: made, moved and deleted from the head that was seen, and from no other."""

    _rounds: Rounds[Writes, Effects]  # sends what is written by GraphQL

    def put_branch(self, write: PutBranch) -> str:
        """Make the commit and point the branch at it: 3 writes, and 1 for each file that is no text."""
        tree = self._put_tree(write)
        return self._known(write, tree) or self._put_commit(write, tree, write.expected)

    def _known(self, write: PutBranch, tree: str) -> str | None:
        """Return the branch's head if it is a commit of ours that holds the very same already."""
        known = self._ours.get(write.expected) if write.fresh and write.expected else None
        return write.expected if known and (known.tree, known.parents) == (tree, write.parents) else None

    def _put_commit(self, write: PutBranch, tree: str, expected: str | None) -> str:
        """Make the commit and point the branch at it. It names no author, so that GitHub signs it as ours."""
        message = with_trailer(write.message, tree) if write.fresh else write.message
        body = {"message": message, "tree": tree, "parents": list(write.parents)}
        commit = self._put_object("git/commits", "make the commit", body)
        self._move(write, expected, commit)
        return commit

    def _move(self, write: PutBranch, expected: str | None, commit: str, spare: str | None = None) -> None:
        """Point a branch at a commit, which was made on a `spare` branch that is not needed any more, or on none."""
        self._set_branch(_BranchChange(write.branch, expected, commit, expected not in write.parents, spare))

    def delete_branch(self, branch: str, expected: str) -> None:
        self._set_branch(_BranchChange(branch, expected, None))

    def _set_branch(self, change: "_BranchChange") -> None:
        """Create, move or delete a branch whose head was seen: the one place where a branch of GitHub's is changed.

        One that is as it should be already, or gone, is fine.

        Raises:
            Raced: Its head is not the expected one; it was left as it is.
        """
        try:
            if change.expected is None:  # GitHub refuses to create a branch that is there already
                body = {"ref": change.ref, "sha": change.commit}
                create = Request("POST", "git/refs", change.doing, _WRITE, body)
                self.client.write(create, lambda _: True, lambda: self._is_done(change))
            elif not self._swap(change):
                self._overwrite(change)
                if change.spare and change.commit:
                    self.delete_branch(change.spare, change.commit)
        except RefusedError as refused:
            if refused.passing:
                raise
            statuses = (HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY)
            raced = refused.matches(*statuses, pattern=_RACED)
            # Whatever GitHub's words are, the head tells whether someone else was quicker.
            if not (raced and change.expected is None) and self._is_done(change):
                return
            if raced:
                raise Raced(change.branch) from None
            raise

    def _is_done(self, change: "_BranchChange") -> bool | None:
        """Tell whether a branch is as it should be; None if it is as it was seen before."""
        head = self._head(change.branch)
        if head not in (change.expected, change.commit):
            raise Raced(change.branch)
        return head == change.commit or None

    def _swap(self, change: "_BranchChange") -> bool:
        """Let GitHub compare the branch's head and change it, in one step; False where GraphQL does not serve us."""
        if not self.has_graphql:
            return False
        updates = [{"name": change.ref, "beforeOid": change.expected, "afterOid": change.after, "force": change.force}]
        if change.spare:
            updates.append({"name": f"refs/heads/{change.spare}", "beforeOid": change.commit, "afterOid": NOWHERE})
        try:
            update = Mutation("updateRefs", {"repositoryId": self._node(), "refUpdates": updates})
            if not self._is_swapped(Writes(change.doing, _WRITE, update)) and not self._is_done(change):
                request = Request("POST", GRAPHQL, change.doing, _WRITE, in_order([update]))
                self.client.write(request, lambda _: True, lambda: self._is_done(change))
        except RefusedError as refused:
            # Where it is the token that may not, the REST API says so in better words.
            if refused.passing or not refused.matches(HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN):
                raise
            self.has_graphql = False
            return False
        return True

    def _ask(self, writes: Writes) -> Effects:
        """Send writes of one proposal once, together with what others write at this step."""
        return self._rounds.ask(writes)

    def _is_swapped(self, writes: Writes) -> bool:
        """Send the change of a branch, with those of others; False if it is not known whether it took effect.

        Raises:
            RefusedError: GitHub refused it.
        """
        try:
            given, failed = self._ask(writes)
        except ForgeError as error:
            if is_rate_limit(error) or not error.passing:
                raise
            return False
        refused = failed.get("m0")
        if refused and not refused.passing:
            raise refused
        return "m0" in given

    def _node(self) -> str:
        """Return what GraphQL calls the repository: 1 request, once, unless a pull request has told it."""
        if self.node_id is None:
            body = document(self.client.name, "")
            request = Request("POST", GRAPHQL, "find the repository", "metadata: read", body)
            self.node_id = self.client.read(request, lambda found: str(found["data"]["repository"]["id"]))
        return self.node_id

    def _overwrite(self, change: "_BranchChange") -> None:
        """Move or delete a branch through the REST API, which compares ancestry at most, and nothing when forced.

        So the head is looked at directly before; and afterwards, where GitHub lists what happened to the branch, what
        came in between all the same is brought back.
        """
        path, doing = f"git/{quote(change.ref)}", change.doing
        request = Request("DELETE", path, doing, _WRITE)
        if change.commit:
            request = Request("PATCH", path, doing, _WRITE, {"sha": change.commit, "force": change.force})
        self.client.write(request, lambda _: True, lambda: self._is_done(change), look_first=True)
        listing = Request("GET", "activity", "read what happened to a branch", _READ, query={"ref": change.ref})
        try:
            activity = self.client.page(listing, lambda one: (str(one["after"]), str(one["before"])))
        except ForgeError:  # not every server lists it
            return
        overwritten = next((before for after, before in activity if after == change.after), change.expected)
        if overwritten == change.expected or self._head(change.branch) != change.commit:
            return
        back = Request("POST", "git/refs", doing, _WRITE, {"ref": change.ref, "sha": overwritten})
        if change.commit:
            back = Request("PATCH", path, doing, _WRITE, {"sha": overwritten, "force": True})
        self.client.write(back)
        raise Raced(change.branch)

    def _put_tree(self, write: PutBranch) -> str:
        files, changes = self._at(write.base), list[dict[str, str | None]]()
        check_paths(write, files.entry)
        for path, kept in write.kept.items():
            if kept:
                kind = "commit" if kept.mode == _SUBMODULE else "blob"
                changes.append({"path": path, "mode": kept.mode, "type": kind, "sha": kept.id})
            elif files.entry(write.base, path):
                changes.append({"path": path, "mode": "100644", "type": "blob", "sha": None})
        for path, content in write.files.items():
            there = files.entry(write.base, path)
            change = {"path": path, "mode": there.mode if there and there.is_file else "100644", "type": "blob"}
            if isinstance(content, bytes):
                blob = {"content": base64.b64encode(content).decode(), "encoding": "base64"}
                changes.append({**change, "sha": self._put_object("git/blobs", f"write {path}", blob)})
            elif content is not None:
                changes.append({**change, "content": content})
            elif there:
                changes.append({**change, "sha": None})
        base = files.root(write.base)
        if not changes:
            return base
        return self._put_object("git/trees", "write the files", {"base_tree": base, "tree": changes})

    def _put_object(self, path: str, doing: str, body: dict[str, Any]) -> str:
        # One that is made twice, because the first answer was lost, does no harm: nothing points at it.
        return self.client.write(Request("POST", path, doing, _WRITE, body), lambda made: str(made["sha"]))


@dataclass(frozen=True)
class _BranchChange:
    """A branch, the head that was seen (None: there was none), and its new head (None: it is deleted).

    With `force` the new head need not descend from the old one. A `spare` branch at the new head is deleted with it.
    """

    branch: str
    expected: str | None
    commit: str | None
    force: bool = False
    spare: str | None = None

    @property
    def ref(self) -> str:
        return f"refs/heads/{self.branch}"

    @property
    def doing(self) -> str:
        return f"{'write' if self.commit else 'delete'} the branch {self.branch}"

    @property
    def after(self) -> str:
        """The new head as git writes it in a log."""
        return self.commit or "0" * len(self.expected or "")
