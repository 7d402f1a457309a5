"""Files at a commit of a repository on GitHub: from a checkout where it holds the commit, else by requests."""

import base64
import re
from collections.abc import Collection, Mapping
from http import HTTPStatus
from pathlib import Path

from bot.errors import ForgeError
from bot.forge.blobs import Blobs
from bot.forge.git import Entry, Git
from bot.forge.github_calls import Calls
from bot.forge.remote import RemoteFiles
from bot.forge.trouble import Call, RefusedError
from bot.proposals.state import Changes

_COMMIT = re.compile(r"[0-9a-f]{40}")


class GitHubFiles:
    """Reads files at commits. What a checkout's working tree holds does not matter: only its object store is read."""

    def __init__(self, calls: Calls, checkout: Path | None, kept: Blobs | None = None) -> None:
        """Take what sends requests, a clone on this disk, and what keeps files for later runs; or None."""
        self._calls = calls
        self._clone = _Clone(checkout) if checkout else None
        self._remote = RemoteFiles(self._fetch_tree, self._fetch_blob, kept)
        self._cloned: dict[str, bool] = {}

    def object(self, commit: str, path: str) -> bytes | None:
        """Read a file byte for byte; None where there is none, or a folder, a link or a submodule.

        A commit that does not exist (any more) has no files: somebody may have named it in a text.
        """
        if not _COMMIT.fullmatch(commit):
            return None
        try:
            return self._at(commit).object(commit, path)
        except RefusedError as refused:
            if refused.is_(HTTPStatus.NOT_FOUND) or refused.is_(HTTPStatus.UNPROCESSABLE_ENTITY):
                return None
            raise

    def files(self, commit: str, folder: str, suffix: str) -> Mapping[str, bytes]:
        """Read the ordinary files directly in a folder whose names end so."""
        return self._at(commit).files(commit, folder, suffix)

    def names(self, commit: str, folder: str) -> frozenset[str]:
        """List the names of the ordinary files that stand directly in a folder; `""` is the root."""
        return self._at(commit).names(commit, folder)

    def changes(self, older: str, newer: str) -> Changes:
        """List what differs between the files of two commits."""
        return self._remote.changes(older, newer)

    def is_here(self, commit: str) -> bool:
        """Tell whether a commit's files are read from the checkout."""
        return isinstance(self._at(commit), Git)

    def entry(self, commit: str, path: str) -> Entry | None:
        """Find what stands at a path, or None."""
        return self._at(commit).entry(commit, path)

    def root(self, commit: str) -> str:
        """Return the id of the commit's tree."""
        files = self._at(commit)
        if isinstance(files, Git):
            return files.text("rev-parse", "--verify", f"{commit}^{{tree}}")
        return files.root(commit)

    def _at(self, commit: str) -> Git | RemoteFiles:
        if self._clone is None:
            return self._remote
        if commit not in self._cloned:
            self._cloned[commit] = self._clone.holds(commit)
        return self._clone if self._cloned[commit] else self._remote

    def _fetch_tree(self, tree: str, recursive: bool) -> tuple[list[Entry], bool]:  # noqa: FBT001 - as GitHub's own
        found = self._calls.read(
            Call("list the files", "contents: read"),
            lambda: self._calls.repository.get_git_tree(tree, recursive=recursive),
        )
        return [Entry(one.mode, one.sha, one.path, one.size or 0) for one in found.tree], bool(found.truncated)

    def _fetch_blob(self, blob: str) -> bytes:
        read = Call("read a file", "contents: read")
        return base64.b64decode(self._calls.read(read, lambda: self._calls.repository.get_git_blob(blob)).content)


class _Clone(Git):
    """A checkout that may belong to another user of this machine, as in a workflow's container."""

    def run(
        self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None, good: Collection[int] = (0,)
    ) -> tuple[int, bytes]:
        """Run one git command. Only objects are read, so nothing of the other user's settings can act."""
        trusted = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
        return super().run(*arguments, stdin=stdin, env=trusted | dict(env or {}), good=good)

    def holds(self, commit: str) -> bool:
        """Tell whether the commit is stored here; a folder without a repository, or a machine without git, has none."""
        try:
            return self.has(commit)
        except ForgeError:
            return False
