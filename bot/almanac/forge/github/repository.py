"""A repository on GitHub, as Almanac's forge. A proposal costs a handful of requests."""

from pathlib import Path

import github

from almanac.errors import UserError
from almanac.forge.github.blob_cache import RepositoryCache
from almanac.forge.github.branches import GitHubBranches
from almanac.forge.github.client import GitHubClient, Throttle, Usage
from almanac.forge.github.issues import GitHubIssues
from almanac.forge.github.pulls import GitHubPulls
from almanac.forge.github.request import DEFAULT_API_URL, check_repository_name, is_address, is_token
from almanac.proposal.ours import cannot_be_ours
from almanac.proposal.state import Base, Look, Overview, Proposal, Pull, branch_name, issue_of


def connect(  # noqa: PLR0913 - each says something else about the same connection
    token: str,
    repository: str,
    *,
    api_url: str = DEFAULT_API_URL,
    default_branch: str | None = None,
    checkout: Path | None = None,
    pause: float | None = None,
    patience: float = 30,
    cache: RepositoryCache | None = None,
) -> "GitHubForge":
    """Return one repository on GitHub. Nothing is sent yet.

    Args:
        token: Any token that GitHub accepts: a workflow's, an App installation's, a person's.
        repository: `OWNER/NAME`.
        api_url: Where the REST API is; `https://HOST/api/v3` for GitHub Enterprise Server.
        default_branch: Its name, where it is known already; that saves a request.
        checkout: A clone on this disk; files of the commits that it holds are read there and cost no request.
        pause: Seconds between writes; None lets a run's first ten go at once and the later ones a second apart.
        patience: The most seconds to wait, in one call, for a rate limit or for GitHub's problems to pass.
        cache: Keeps files for later runs, so that each is fetched once.

    Raises:
        UserError: The repository, the address or the token is not valid.
    """
    check_repository_name(repository)
    if not is_address(api_url):
        raise UserError(f"GITHUB_API_URL has to be an address such as {DEFAULT_API_URL}.")
    if not is_token(token):
        raise UserError("There is no usable token for GitHub. Put one into the environment as GITHUB_TOKEN.")
    auth, throttle = github.Auth.Token(token), Throttle(pause, patience)
    client = GitHubClient(repository, api_url, auth, secret=token, throttle=throttle)
    return GitHubForge(client, default_branch, checkout, cache)


class GitHubForge(GitHubBranches, GitHubPulls, GitHubIssues):
    """A repository on GitHub, as the protocol `Forge`. For one thread at a time; made by `connect`.

    Its bases hold what concerns one kind of thing; here is what concerns all of them.
    """

    has_accounts = True

    def __repr__(self) -> str:
        """Name the repository, and nothing that is secret."""
        return f"GitHubForge({self.name!r})"

    @property
    def name(self) -> str:
        return self.client.name

    @property
    def usage(self) -> Usage:
        """What this connection has cost so far."""
        return self.client.usage

    def close(self) -> None:
        """Close the connection to GitHub; it opens again when it is needed."""
        self.client.close()

    def look(self, number: int, *, hasty: bool = False) -> Look:
        """Read an issue and what belongs to it: 3 requests, and 1 more for comments where the issue has any.

        The default branch costs another one, unless it is known, a pull request names it, or it is the only one.
        With `hasty`, an issue that cannot be ours costs 1 request in all.
        """
        branch, issue = branch_name(number), self.issue(number)
        if hasty and issue and cannot_be_ours(issue):
            return Look(issue, Base("", ""), Proposal())
        heads, complete = self._first_heads()
        # The answer to the narrow question is much smaller, and enough where this is the only proposal.
        if complete and not any(issue_of(name) for name in heads if name != branch):
            pull, opened = self.newest_pull(branch), dict[str, Pull]()
        else:
            pull, opened = self._recent_pulls(branch, number)
        base = self._base(heads)
        head = heads.get(branch) if branch in heads or complete else self._head(branch)
        ours = self._our_comments(number) if issue and issue.comments != 0 else []
        spare = tuple(comment.id for comment in ours[1:])
        known = ((issue_of(name), other) for name, other in opened.items())
        others = {other: pull for other, pull in known if other is not None and other != number}
        return Look(issue, base, Proposal(head, pull, ours[0] if ours else None, spare), others)

    def overview(self) -> Overview:
        """Read the base, every open pull request and the heads of Almanac's branches: 3 requests.

        Each further hundred of pull requests costs another one.
        """
        pulls = self._open_pulls()
        heads = self._our_heads()
        return Overview(self.base(), pulls, heads)
