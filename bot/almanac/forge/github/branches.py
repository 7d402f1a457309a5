"""Branches of a repository on GitHub, and the commits that Almanac makes on its own."""

from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

from almanac.errors import ForgeError, Raced
from almanac.forge.git import Header, has_trailer, with_trailer
from almanac.forge.github.blob_cache import RepositoryCache
from almanac.forge.github.client import PER_PAGE, GitHubClient
from almanac.forge.github.files import GitHubFiles
from almanac.forge.github.request import RefusedError, Request
from almanac.proposal.state import Base, PutBranch

_READ, _WRITE = "contents: read", "contents: write"
_OURS = "almanac/"
_SUBMODULE = "160000"


class GitHubBranches(GitHubFiles):
    """Branches and commits, as in the `Forge` protocol.

    Attributes:
        default_branch: The default branch's name, once it is known.
    """

    def __init__(
        self,
        client: GitHubClient,
        default_branch: str | None,
        checkout: Path | None,
        cache: RepositoryCache | None,
    ) -> None:
        """Take the default branch's name where it is known; that saves a request."""
        super().__init__(client, checkout, cache)
        self.default_branch = default_branch
        self._ours: dict[str, Header] = {}

    # ------------------------------------------------------------ reads

    def base(self) -> Base:
        """Read the default branch's name and head: 1 request, or 2 where its name is not known yet."""
        return self._base({})

    def _base(self, heads: dict[str, str]) -> Base:
        """Find the base among heads that were just read, or read it."""
        if self.default_branch is None:
            request = Request("GET", "", "read the repository", "metadata: read")
            self.default_branch = self.client.read(request, lambda found: str(found["default_branch"]))
        head = heads.get(self.default_branch) or self._head(self.default_branch)
        if head is None:
            raise ForgeError(
                f"{self.client.name} has no branch {self.default_branch}.",
                remedy="Make a first commit, so that there is a branch to propose changes to.",
            )
        return Base(self.default_branch, head)

    def _head(self, branch: str) -> str | None:
        """Read the head of a branch; None where there is no such branch."""
        request = Request("GET", f"git/ref/heads/{quote(branch)}", f"read the branch {branch}", _READ)
        return self.client.find(request, lambda found: str(found["object"]["sha"]))

    def _first_heads(self) -> tuple[dict[str, str], bool]:
        """Read the heads of up to a hundred branches, and whether these are all, in 1 request.

        If only one of all the branches is not Almanac's own, it has to be the default branch.
        """
        request = Request("GET", "branches", "list the branches", _READ)
        heads = dict(self.client.page(request, lambda one: (str(one["name"]), str(one["commit"]["sha"]))))
        complete = len(heads) < PER_PAGE
        others = [name for name in heads if not name.startswith(_OURS)]
        if complete and len(others) == 1:
            self.default_branch = self.default_branch or others[0]
        return heads, complete

    def _our_heads(self) -> dict[str, str]:
        """Read the heads of all of Almanac's own branches: 1 request, however many there are."""
        request = Request("GET", f"git/matching-refs/heads/{_OURS}", "list Almanac's branches", _READ)
        return self.client.read(
            request, lambda found: {one["ref"].removeprefix("refs/heads/"): str(one["object"]["sha"]) for one in found}
        )

    def merge_base(self, first: str, second: str) -> str | None:
        """Find the newest commit that two commits have in common: 1 request."""
        # A second page holds no files, which are of no use here.
        path, query = f"compare/{first}...{second}", {"per_page": 1, "page": 2}
        request = Request("GET", path, "compare two commits", _READ, query=query)
        return self.client.find(request, lambda found: str(found["merge_base_commit"]["sha"]))

    def is_ours(self, commit: str) -> bool:
        """Tell whether a commit is one that `put_branch` made straight on a base, as it made it: 1 request."""

        def parse(found: Any) -> Header:
            return Header(found["message"], found["tree"]["sha"], tuple(parent["sha"] for parent in found["parents"]))

        header = self.client.find(Request("GET", f"git/commits/{commit}", "read a commit", _READ), parse)
        if header is None or not has_trailer(header.message, header.tree):
            return False
        self._ours[commit] = header
        return True

    # ------------------------------------------------------------ writes

    def put_branch(self, write: PutBranch) -> str:
        """Make the commit and point the branch at it: 3 writes, and 1 read before a branch is moved.

        The commit names no author, so that GitHub signs it as ours.
        """
        tree = self._put_tree(write)
        known = self._ours.get(write.expected) if write.fresh and write.expected else None
        if write.expected and known and (known.tree, known.parents) == (tree, write.parents):
            return write.expected
        message = with_trailer(write.message, tree) if write.fresh else write.message
        body = {"message": message, "tree": tree, "parents": list(write.parents)}
        commit = self._put_object("git/commits", "make the commit", body)
        self._set_branch(write.branch, write.expected, commit, force=write.expected not in write.parents)
        return commit

    def delete_branch(self, branch: str, expected: str) -> None:
        """Delete a branch: 1 read, 1 write."""
        self._set_branch(branch, expected, None)

    def _set_branch(self, branch: str, expected: str | None, commit: str | None, *, force: bool = False) -> None:
        """Create, move or delete a branch whose head was seen: the one place where a branch of GitHub's is changed.

        Args:
            branch: Its name.
            expected: The head that was seen, None where there was no such branch.
            commit: The new head, or None to delete it; a branch that is gone already is fine then.
            force: Whether the new head need not descend from the old one.

        Raises:
            Raced: Its head is not the expected one.
        """
        name, doing = quote(branch), f"{'write' if commit else 'delete'} the branch {branch}"
        if expected is None:
            body = {"ref": f"refs/heads/{branch}", "sha": commit}
            request = Request("POST", "git/refs", doing, _WRITE, body)
        elif commit:
            request = Request("PATCH", f"git/refs/heads/{name}", doing, _WRITE, {"sha": commit, "force": force})
        else:
            request = Request("DELETE", f"git/refs/heads/{name}", doing, _WRITE)

        def is_done() -> bool | None:
            head = self._head(branch)
            if head not in (expected, commit):
                raise Raced(branch)
            return head == commit or None

        # GitHub compares ancestry only, and nothing when forced, so we compare with what we saw. It refuses to create
        # a branch that is there already.
        if expected and is_done():
            return
        try:
            self.client.write(request, lambda _: True, is_done)
        except RefusedError as refused:
            if commit is None and self._head(branch) is None:
                return
            conflict = "already exists|not a fast.forward|does not exist"
            if commit and refused.matches(HTTPStatus.UNPROCESSABLE_ENTITY, pattern=conflict):
                raise Raced(branch) from None
            raise

    def _put_tree(self, write: PutBranch) -> str:
        changes: list[dict[str, str | None]] = []
        for path, kept in write.kept.items():
            if kept:
                kind = "commit" if kept.mode == _SUBMODULE else "blob"
                changes.append({"path": path, "mode": kept.mode, "type": kind, "sha": kept.id})
            elif self._entry(write.base, path):
                changes.append({"path": path, "mode": "100644", "type": "blob", "sha": None})
        for path, text in write.files.items():
            there = self._entry(write.base, path)
            change = {"path": path, "mode": there.mode if there and there.is_file else "100644", "type": "blob"}
            if text is not None:
                changes.append({**change, "content": text})
            elif there:
                changes.append({**change, "sha": None})
        base = self._tree(write.base)
        if not changes:
            return base
        return self._put_object("git/trees", "write the files", {"base_tree": base, "tree": changes})

    def _put_object(self, path: str, doing: str, body: dict[str, Any]) -> str:
        # One that is made twice, because the first answer was lost, does no harm: nothing points at it.
        return self.client.write(Request("POST", path, doing, _WRITE, body), lambda made: str(made["sha"]))
