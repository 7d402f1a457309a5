"""Pull requests on GitHub."""

from http import HTTPStatus
from typing import Literal
from urllib.parse import quote, urlsplit

from github.GithubObject import NotSet
from github.PullRequest import PullRequest

from bot.forge.github_calls import PER_PAGE, Calls
from bot.forge.trouble import Call, RefusedError
from bot.proposals.state import Pull

_LIST = Call("list the pull requests", "pull-requests: read")


class Pulls:
    """The pull requests of one repository."""

    def __init__(self, calls: Calls) -> None:
        """Take what sends requests."""
        self._calls = calls

    def newest(self, branch: str, state: Literal["open", "all"]) -> tuple[Pull | None, str | None]:
        """Read the newest pull request from a branch and, as it comes with it, the default branch's name."""
        head = f"{self._calls.name.partition('/')[0]}:{branch}"
        listed = self._calls.repository.get_pulls(state=state, head=head, sort="created", direction="desc")
        found = self._calls.page(_LIST, listed)
        if not found:
            return None, None
        pull = max(found, key=lambda pull: pull.number)
        return _pull(pull), pull.base.repo.default_branch

    def recent(self, branch: str, after: int) -> tuple[Pull | None, dict[str, Pull], str | None]:
        """Read a branch's newest pull request and, from the newest hundred of all, which are open, by branch.

        Args:
            branch: The branch.
            after: A number that is older than any pull request from that branch, such as its issue's.

        Returns:
            The pull request, the open ones, and the default branch's name as it comes with them.
        """
        listed = self._calls.repository.get_pulls(state="all", sort="created", direction="desc")
        found = self._calls.page(_LIST, listed)
        here = [pull for pull in found if self._from_here(pull)]
        opened = {pull.head.ref: _pull(pull) for pull in reversed(here) if pull.state == "open"}
        default = found[0].base.repo.default_branch if found else None
        own = max((pull for pull in here if pull.head.ref == branch), key=lambda pull: pull.number, default=None)
        all_seen = len(found) < PER_PAGE or min(pull.number for pull in found) < after
        if own is None and not all_seen:
            return self.newest(branch, "all")[0], opened, default
        return (_pull(own) if own else None), opened, default

    def opened(self) -> tuple[dict[str, Pull], str | None]:
        """Read all open pull requests from this repository's own branches, by branch; and the default branch's name."""
        found, default = dict[str, Pull](), None
        listed = self._calls.pages(_LIST, PullRequest, "pulls", state="open", sort="created", direction="asc")
        for pull in listed:
            default = pull.base.repo.default_branch
            if self._from_here(pull):
                found[pull.head.ref] = _pull(pull)
        return found, default

    def _from_here(self, pull: PullRequest) -> bool:
        """Tell whether a pull request comes from this repository: a fork's branch may be called like ours."""
        home = pull.head.repo
        return home is not None and home.full_name.casefold() == self._calls.name.casefold()

    def open(self, branch: str, base: str, title: str, body: str) -> Pull:
        """Open a pull request, or return the one that is open from this branch already."""
        link = f"{self._web}/{self._calls.name}/compare/{quote(base)}...{quote(branch)}?expand=1"
        call = Call("open the pull request", "pull-requests: write", link)

        def there() -> Pull | None:
            return self.newest(branch, "open")[0]

        def send() -> Pull:
            return _pull(self._calls.repository.create_pull(base, branch, title=title, body=body))

        try:
            return self._calls.write(call, send, there)
        except RefusedError as refused:
            if refused.is_(HTTPStatus.UNPROCESSABLE_ENTITY, "already exists") and (pull := there()):
                return pull
            raise

    def edit(self, number: int, *, title: str | None, body: str | None, state: Literal["closed"] | None) -> None:
        """Change what is given of a pull request, in one write."""
        pull = self._calls.repository.get_pull(number)
        self._calls.write(
            Call(f"edit pull request {number}", "pull-requests: write"),
            lambda: pull.edit(
                title=NotSet if title is None else title,
                body=NotSet if body is None else body,
                state=NotSet if state is None else state,
            ),
            lambda: None,
        )

    @property
    def _web(self) -> str:
        """Where a browser finds this GitHub."""
        address = urlsplit(self._calls.api_url)
        return f"{address.scheme}://{address.netloc.removeprefix('api.')}"


def _pull(found: PullRequest) -> Pull:
    return Pull(
        number=found.number,
        title=found.title,
        body=found.body or "",
        state="closed" if found.state == "closed" else "open",
        merged=found.merged_at is not None,
        url=found.html_url,
        head=found.head.sha,
    )
