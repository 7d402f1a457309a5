"""Where the Almanac that is installed comes from, so that what it writes into a site names this very program."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from almanac import PROJECT, __version__
from almanac.commands.discovery import github_name, read_checkout
from almanac.errors import ForgeError, Problem, UserError
from almanac.forge.git import Git
from almanac.packaged import data_text
from almanac.patterns import regex

_ACTION = regex(r"[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)+@[A-Za-z0-9_./-]+")
_COMMIT = regex(r"[0-9a-f]{40}")
_NAMED = r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]*almanac[A-Za-z0-9_.-]*"
_COMMAND = regex(r"\balmanac action\b")
_FIXED = regex(r"@(?:[0-9a-f]{40}|v\d+\.\d+\.\d+)$")
_RELEASE = regex(r"\bv(\d+)\.(\d+)\.(\d+)$")


@dataclass(frozen=True)
class Origin:
    """A repository on GitHub, as `OWNER/NAME`, and the commit of it that is installed; None for a release."""

    repository: str = PROJECT.removeprefix("https://github.com/")
    commit: str | None = None

    @property
    def action(self) -> str:
        """What a workflow writes after `uses:` to run this program."""
        release = f"v{__version__}"
        return f"{self.repository}@{self.commit} # {release}" if self.commit else f"{self.repository}@{release}"

    def __str__(self) -> str:
        return f"{__version__} ({self.repository}@{self.commit[:12]})" if self.commit else __version__


@cache
def read_origin() -> Origin:
    """Find out where this program was installed from: from a commit, from a clone, or else as a release."""
    try:
        recorded = distribution("almanac-events").read_text("direct_url.json")
    except PackageNotFoundError:  # it runs from its source
        recorded = None
    source = Path(__file__).parents[3]
    return origin_of(json.loads(recorded) if recorded else {}, source, json.loads(data_text("origin.json") or "{}"))


def origin_of(direct_url: Mapping[str, Any], source: Path, built: Mapping[str, str]) -> Origin:
    """Return the origin of a package, given what its installer recorded of it (PEP 610).

    `source` is the top folder of the clone, if the package runs from one; `built` is what its build noted of the clone.
    """
    url = str(direct_url.get("url", ""))
    installed, name = direct_url.get("vcs_info") or {}, github_name(url)
    if name and _COMMIT.fullmatch(str(installed.get("commit_id"))):
        return Origin(name, installed["commit_id"])
    folder = Path(unquote(urlsplit(url).path)) if url.startswith("file:") else source
    try:
        # An Almanac that is installed within the clone of a site does not come from there.
        if (folder / "bot/almanac").is_dir() and (name := read_checkout(folder).repository):
            return Origin(name, _pushed(Git(folder)))
    except ForgeError:
        pass
    if _COMMIT.fullmatch(built.get("commit", "")):
        return Origin(github_name(built.get("url", "")) or Origin().repository, built["commit"])
    return Origin()


def runs_almanac(workflow: str) -> bool:
    """Tell whether a workflow, or what a step of it says, runs Almanac."""
    return bool(_COMMAND.search(workflow)) or _used(workflow, read_origin().action) is not None


def outdated(workflow: str, action: str) -> str | None:
    """Say that a workflow names a commit or release of ours other than that of `action`, the installed one's.

    A tag such as `v0`, which moves with the releases, and a branch say nothing.
    """
    used = _used(workflow, action)
    if not used or not _FIXED.search(used[1]) or used[1] == action.partition(" ")[0]:
        return None
    theirs, ours = (_RELEASE.search(text.strip()) for text in (used[2] or used[1], action))
    is_older = theirs and ours and [*map(int, theirs.groups())] < [*map(int, ours.groups())]
    return f"The workflow runs {'an older' if is_older else 'another'} Almanac ({used[1]}) than the one installed here."


def _used(workflow: str, action: str) -> re.Match[str] | None:
    """Find which action of ours a workflow runs, and its comment: called `almanac`, or as that of the installed one."""
    own = re.escape(action.partition("@")[0])
    return re.search(rf"uses: *[\"']?((?:{own}|{_NAMED})@[^\s\"'#]+)[\"']?(?: *#(.*))?", workflow, re.IGNORECASE)


def _pushed(git: Git) -> str | None:
    """Return the newest commit of what is checked out that the remote has too, as far as the clone knows."""
    ahead = git.text("rev-list", "--boundary", "HEAD", "--not", "--remotes=origin").split()
    if not ahead:
        return git.text("rev-parse", "HEAD")
    return next((commit[1:] for commit in ahead if commit.startswith("-")), None)


def checked_action(action: str) -> str:
    """Return what a person gave as `OWNER/REPO@REF`.

    Raises:
        UserError: It is not of that form.
    """
    if not _ACTION.fullmatch(action):
        message = "This names no action: a repository on GitHub, and a tag or commit of it."
        raise UserError(Problem(message, "--action", typed=action, example=Origin().action))
    return action
