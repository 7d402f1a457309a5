"""One issue on GitHub, read by its number: as a stranger without a token may, where the repository is public."""

import json
from contextlib import closing
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

from almanac.commands.locate import TAKE_TOKEN, GitHubAccess, remote_of
from almanac.errors import ForgeError
from almanac.forge.github.client import Probe
from almanac.forge.github.request import RefusedError, Request
from almanac.forge.local.forge import LocalForge
from almanac.forge.local.store import read_issue
from almanac.output import progress
from almanac.proposal.state import Issue


def issue_of_clone(number: int, folder: Path) -> Issue | None:
    """Return an issue that was filed in a clone; None if there is none, or if it came from the clone's repository."""
    try:
        issue = LocalForge(folder, lambda: datetime.now(UTC)).issue(number)
    except ForgeError:  # no repository: then there is no remote either, which is told
        return None
    if issue and issue.url.startswith("http") and remote_of(folder):
        return None
    return issue


def fetch_issue(number: int, repository: str, access: GitHubAccess) -> Issue:
    """Read an issue.

    Raises:
        UserError: It is a pull request.
        ForgeError: GitHub does not show it, does not accept the token or any more requests, or was not reached.
    """
    request = Request("GET", f"issues/{number}", f"read issue {number}", "issues: read")
    with closing(Probe(repository, access.token, access.api_url)) as probe, progress() as tell:
        tell(f"Reading issue {number} of {repository} ...")
        try:
            _, data = probe.send(request)
        except RefusedError as error:
            raise _explained(error, number, repository, access) from None
    return read_issue(json.dumps(data).encode(), f"issue {number} of {repository}")


def _explained(error: RefusedError, number: int, repository: str, access: GitHubAccess) -> ForgeError:
    if error.matches(HTTPStatus.GONE):
        return ForgeError(f"Issue {number} of {repository} was deleted, or issues are switched off there.")
    if error.matches(HTTPStatus.NOT_FOUND):
        remedy = f"Look at {access.web}/{repository}/issues whether the number is right."
        if access.token:
            remedy += " If the repository is private, the token in GITHUB_TOKEN needs access to it."
        else:
            remedy += f" If the repository is private, put a token into GITHUB_TOKEN: `{TAKE_TOKEN}`."
        return ForgeError(f"GitHub does not show us an issue {number} in {repository}.", remedy=remedy)
    if error.wait is not None and not access.token:
        return ForgeError(str(error), remedy=f"{error.remedy} With a token there is more: `{TAKE_TOKEN}`.")
    return error
