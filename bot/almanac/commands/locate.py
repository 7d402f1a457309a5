"""Where a command works: in which folder of a clone the site is, and which repository on GitHub belongs to it."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from almanac import config as configs
from almanac.errors import Problem, UserError
from almanac.forge.github.request import DEFAULT_API_URL, check_repository_name, is_address, is_token, web_address
from almanac.patterns import regex

TAKE_TOKEN = "export GITHUB_TOKEN=$(gh auth token)"  # noqa: S105 -- a command
"""How people who use GitHub's own command line give us their token."""
_ADDRESS = regex(
    r"(?:(?:https?|ssh|git)://(?:[^/@\s]+@)?(?P<host>[A-Za-z0-9.-]+)(?::[0-9]+)?/"
    r"|(?:[^/@\s:]+@)?(?P<alias>[A-Za-z0-9.-]+):(?!//)"  # as in git@github.com:octo-org/website
    r"|(?P<bare>(?:www\.)?github\.com)/)?"
    r"(?P<name>[^/\s]+/[^/\s]+?)(?:\.git)?(?:/(?P<rest>[^\s]*))?",
    re.IGNORECASE,
)
_CREDENTIALS = regex(r"(?<=://)[^/@\s]+@")
_NUMBER = regex(r"#?([1-9][0-9]{0,8})")
_ISSUE = regex(r"issues/([1-9][0-9]{0,8})(?![0-9]).*")


def site_folder(given: Path) -> Path:
    """Return the folder of the site that a command is run in, which may be in one of its folders.

    It is the nearest one with a config, up to the top of the clone, and else that top. A folder that a person named is
    taken as it is, and so is one that is in no clone and below no config.
    """
    if given != Path():
        return given
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / configs.PATH).is_file() or (folder / ".git").exists():
            return given if folder == here else folder
    return given


@dataclass(frozen=True)
class GitHubAccess:
    """How GitHub is reached from here: the address of its API, and the token, empty if there is none."""

    api_url: str
    token: str

    @property
    def web(self) -> str:
        """The address of its pages."""
        return web_address(self.api_url)

    @property
    def host(self) -> str:
        """The name of the machine that people see in their browser."""
        return urlsplit(self.web).hostname or ""


def github_access() -> GitHubAccess:
    """Read from the environment how GitHub is reached.

    Raises:
        UserError: GITHUB_API_URL or GITHUB_TOKEN cannot be used.
    """
    api_url, token = os.environ.get("GITHUB_API_URL") or DEFAULT_API_URL, os.environ.get("GITHUB_TOKEN", "")
    if not is_address(api_url):
        message = f"This is not a valid address. Set it to one such as {DEFAULT_API_URL}, or do not set it."
        raise UserError(Problem(message, "GITHUB_API_URL", typed=api_url))
    if token and not is_token(token):
        message = (
            "This is not a valid token: it contains a space, a line break or the like. Copy it again, without anything "
            "before or after it."
        )
        raise UserError(Problem(message, "GITHUB_TOKEN"))
    return GitHubAccess(api_url, token)


def named_repository(text: str, access: GitHubAccess) -> str:
    """Return the `OWNER/NAME` of a repository that is named so, or by its address for a browser or for git.

    Nothing but the name is taken from an address: requests, and the token with them, go where GITHUB_API_URL says.

    Raises:
        UserError: It is none, or is not on the GitHub that requests go to.
    """
    found = _ADDRESS.fullmatch(text.strip())
    if found is None:
        check_repository_name(_CREDENTIALS.sub("", text))  # which says how one is named
        return text
    check_repository_name(found["name"])
    host = (found["host"] or found["alias"] or found["bare"] or access.host).lower()
    # A name in the settings of ssh, such as github.com-work, stands for the real one.
    is_alias = found["alias"] and host.startswith(f"{access.host}-")
    if not is_alias and host.removeprefix("www.").removeprefix("ssh.") != access.host:
        message = (
            f"This is on {host}, and Almanac works with {access.host} here. If that is your own GitHub Enterprise "
            f"Server, set GITHUB_API_URL to https://{host}/api/v3."
        )
        raise UserError(Problem(message, "--repo", typed=_CREDENTIALS.sub("", text)))
    return found["name"]


def named_issue(text: str, access: GitHubAccess) -> tuple[str | None, int] | None:
    """Return what a number, `#12` or the address of an issue names: its repository, if that is told, and its number."""
    if number := _NUMBER.fullmatch(text):
        return None, int(number[1])
    found = _ADDRESS.fullmatch(text)
    issue = _ISSUE.fullmatch(found["rest"] or "") if found and (found["host"] or found["bare"]) else None
    return (named_repository(text, access), int(issue[1])) if issue else None


def repository_for(given: str | None, folder: Path, access: GitHubAccess) -> str:
    """Return the repository that is given, or else that of the clone, by its remote.

    Raises:
        UserError: None is given, and the clone has no remote on the GitHub that requests go to.
    """
    if given is not None:
        return named_repository(given, access)
    remote = remote_of(folder)
    if remote is None:
        message = "This folder does not say which repository on GitHub is meant: git knows no remote here."
        raise UserError(Problem(message, "--repo", example="--repo octo-org/website"))
    try:
        return named_repository(remote, access)
    except UserError as error:
        message = f"The remote of this clone is no repository on {access.host}. Name the repository with --repo."
        raise UserError([Problem(message), *error.problems]) from None


def remote_of(folder: Path) -> str | None:
    """Return the address of the clone's remote: of `origin`, or of the only one that there is."""
    from almanac.forge.git import Git

    git = Git(folder)
    names = git.text("remote", good=(0, 128)).split()
    name = "origin" if "origin" in names else names[0] if len(names) == 1 else None
    return git.text("remote", "get-url", name, good=(0, 2, 128)) or None if name else None
