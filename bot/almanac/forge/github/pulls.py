"""Pull requests of a repository on GitHub."""

from http import HTTPStatus
from typing import Any, Literal
from urllib.parse import quote

from almanac.forge.github.client import PER_PAGE, GitHubClient
from almanac.forge.github.request import RefusedError, Request, web_address
from almanac.proposal.state import Pull

_WRITE = "pull-requests: write"


class GitHubPulls:
    """Pull requests, as in the `Forge` protocol. Reading any of them also tells the default branch's name."""

    client: GitHubClient
    default_branch: str | None

    def newest_pull(self, branch: str, state: Literal["open", "all"] = "all") -> Pull | None:
        """Read the newest pull request from a branch: 1 request."""
        head = f"{self.client.name.partition('/')[0]}:{branch}"
        found = self.client.page(_listing(state=state, head=head, sort="created", direction="desc"), self._parse)
        return max((pull for _, pull in found), key=lambda pull: pull.number, default=None)

    def open_pull(self, branch: str, base: str, title: str, body: str) -> Pull:
        """Open a pull request, or return the one that is open from this branch already: 1 write."""
        link = f"{web_address(self.client.api_url)}/{self.client.name}/compare/{quote(base)}...{quote(branch)}?expand=1"
        content = {"title": title, "body": body, "head": branch, "base": base}
        request = Request("POST", "pulls", "open the pull request", _WRITE, content, link=link)
        try:
            return self.client.write(request, _pull, lambda: self.newest_pull(branch, "open"))
        except RefusedError as refused:
            exists = refused.matches(HTTPStatus.UNPROCESSABLE_ENTITY, pattern="already exists")
            if exists and (pull := self.newest_pull(branch, "open")):
                return pull
            raise

    def edit_pull(
        self, number: int, *, title: str | None = None, body: str | None = None, state: Literal["closed"] | None = None
    ) -> None:
        given = {"title": title, "body": body, "state": state}
        changes = {name: value for name, value in given.items() if value is not None}
        self.client.write(Request("PATCH", f"pulls/{number}", f"edit pull request {number}", _WRITE, changes))

    def _recent_pulls(self, branch: str, after: int) -> tuple[Pull | None, dict[str, Pull]]:
        """Read a branch's newest pull request and, among the newest hundred of all, the open ones by branch.

        Args:
            branch: The branch.
            after: A number that is older than any pull request from that branch, such as its issue's.
        """
        found = self.client.page(_listing(state="all", sort="created", direction="desc"), self._parse)
        opened = {source: pull for source, pull in reversed(found) if source and pull.state == "open"}
        own = max((pull for source, pull in found if source == branch), key=lambda pull: pull.number, default=None)
        all_seen = len(found) < PER_PAGE or min(pull.number for _, pull in found) < after
        return own if own or all_seen else self.newest_pull(branch), opened

    def _open_pulls(self) -> dict[str, Pull]:
        """Read all open pull requests from this repository's own branches, by branch: a hundred a request."""
        found = self.client.pages(_listing(state="open", sort="created", direction="asc"), self._parse)
        return {source: pull for source, pull in found if source}

    def _parse(self, found: Any) -> tuple[str | None, Pull]:
        """Read a pull request of a list, and the branch that it comes from; None where that is in a fork."""
        self.default_branch = self.default_branch or found["base"]["repo"]["default_branch"]
        home = str((found["head"].get("repo") or {}).get("full_name"))  # a fork's branch may be named like ours
        return found["head"]["ref"] if home.casefold() == self.client.name.casefold() else None, _pull(found)


def _listing(**query: str) -> Request:
    return Request("GET", "pulls", "list the pull requests", "pull-requests: read", query=query)


def _pull(found: Any) -> Pull:
    return Pull(
        number=found["number"],
        title=found["title"],
        body=found["body"] or "",
        state="closed" if found["state"] == "closed" else "open",
        merged=found["merged_at"] is not None,
        url=found["html_url"],
        head=found["head"]["sha"],
    )
