"""Branches on GitHub: their heads, and moving them only from where they were seen."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from bot.errors import ForgeError, Raced
from bot.forge.github_calls import PER_PAGE, Calls
from bot.forge.trouble import Call, RefusedError
from bot.proposals.state import Base

_READ, _WRITE = "contents: read", "contents: write"
_OURS = "almanac/"


class Branches:
    """The branches of one repository."""

    def __init__(self, calls: Calls, default: str | None) -> None:
        """Take what sends requests, and the default branch's name where it is known."""
        self._calls, self.default = calls, default

    def base(self) -> Base:
        """Read the default branch's name and head."""
        name = self._default()
        head = self.head(name)
        if head is None:
            raise ForgeError(
                f"{self._calls.name} has no branch {name}.",
                remedy="Make a first commit, so that there is a branch to propose changes to.",
            )
        return Base(name, head)

    def first(self) -> tuple[dict[str, str], bool]:
        """List the heads of up to a hundred branches, and tell whether these are all: one request.

        If only one of them is not Almanac's own, it has to be the default branch.
        """
        found = self._calls.page(Call("list the branches", _READ), self._calls.repository.get_branches())
        heads, complete = {one.name: one.commit.sha for one in found}, len(found) < PER_PAGE
        others = [name for name in heads if not name.startswith(_OURS)]
        if complete and len(others) == 1:
            self.default = self.default or others[0]
        return heads, complete

    def base_among(self, heads: dict[str, str]) -> Base:
        """Find the base among heads that were read just now, or read it."""
        default = self._default()
        return Base(default, heads[default]) if default in heads else self.base()

    def ours(self) -> dict[str, str]:
        """Read the heads of all branches of Almanac's own: one request, however many there are."""
        call = Call("list Almanac's branches", _READ)
        found = self._calls.read(call, lambda: self._calls.raw("GET", f"git/matching-refs/heads/{_OURS}"))
        try:
            return {one["ref"].removeprefix("refs/heads/"): str(one["object"]["sha"]) for one in found}
        except (TypeError, KeyError):
            raise self._calls.odd(call) from None

    def head(self, branch: str) -> str | None:
        """Read the head of a branch; None where there is no such branch."""
        ref, call = self._calls.repository.get_git_ref(f"heads/{branch}"), Call(f"read the branch {branch}", _READ)
        try:
            found = self._calls.read(call, ref.complete).object
        except RefusedError as refused:
            if refused.is_(HTTPStatus.NOT_FOUND):
                return None
            raise
        if found is None:
            raise self._calls.odd(call)
        return found.sha

    def create(self, branch: str, commit: str) -> None:
        """Make a branch.

        Raises:
            Raced: There is one already, with another head.
        """
        body = {"ref": f"refs/heads/{branch}", "sha": commit}
        self._put(branch, None, commit, lambda: self._calls.raw("POST", "git/refs", body))

    def move(self, branch: str, expected: str, commit: str, *, force: bool) -> None:
        """Point a branch at another commit, in one step. Without force the commit has to descend from the head.

        Raises:
            Raced: Its head is not the expected one.
        """
        # GitHub compares ancestry only, and nothing when forced: what we have seen is compared by us.
        if self.head(branch) != expected:
            raise Raced(branch)
        # A lazy PyGithub reference would be edited at an address that GitHub does not document.
        path, body = f"git/refs/heads/{quote(branch)}", {"sha": commit, "force": force}
        self._put(branch, expected, commit, lambda: self._calls.raw("PATCH", path, body))

    def delete(self, branch: str, expected: str) -> None:
        """Delete a branch; one that is gone is fine.

        Raises:
            Raced: Its head is not the expected one.
        """
        head = self.head(branch)
        if head is None:
            return
        if head != expected:
            raise Raced(branch)
        call, path = Call(f"delete the branch {branch}", _WRITE), f"git/refs/heads/{quote(branch)}"
        try:
            self._calls.write(call, lambda: self._calls.raw("DELETE", path), lambda: None)
        except RefusedError:
            if self.head(branch) is not None:
                raise

    def _put(self, branch: str, expected: str | None, commit: str, send: Callable[[], Any]) -> None:
        def landed() -> str | None:
            head = self.head(branch)
            if head not in (expected, commit):
                raise Raced(branch)
            return commit if head == commit else None

        try:
            self._calls.write(Call(f"write the branch {branch}", _WRITE), send, landed)
        except RefusedError as refused:
            if refused.is_(HTTPStatus.UNPROCESSABLE_ENTITY, "already exists|not a fast.forward|does not exist"):
                raise Raced(branch) from None
            raise

    def _default(self) -> str:
        if self.default is None:
            # Another object than the shared one, which would be of no use completed.
            repository = self._calls.client.get_repo(self._calls.name)
            call = Call("read the repository", "metadata: read")
            self.default = self._calls.read(call, repository.complete).default_branch
            if self.default is None:
                raise self._calls.odd(call)
        return self.default
