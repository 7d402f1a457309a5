"""What has changed in a repository on GitHub since some moment, for those whom nobody told: issues, and commands."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from itertools import count
from typing import Any, NamedTuple

from bot.forge.github_calls import PER_PAGE, Calls
from bot.forge.trouble import Call, RefusedError
from bot.proposals.commands import Heard, command_of
from bot.proposals.marker import read_state

_READ = "issues: read"


class Changed(NamedTuple):
    """A change: of which issue (None where it is of none that concerns us), and when, by GitHub's clock."""

    issue: int | None
    at: datetime


class News:
    """Asks for changes of one repository."""

    def __init__(self, calls: Calls) -> None:
        """Take what sends requests."""
        self._calls = calls

    def changed_since(self, moment: datetime) -> Iterator[Changed]:
        """Give the issues that changed since then, oldest change first, a hundred a request.

        GitHub counts pull requests as issues; a change of one of ours stands for its issue.
        """
        query = f"issues?state=all&since={_iso(moment)}&sort=updated&direction=asc"
        for found in self._listed(query, Call("list the issues", _READ)):
            yield Changed(_issue_of(found), datetime.fromisoformat(found["updated_at"]))

    def commands_since(self, moment: datetime) -> Iterator[tuple[Heard, int]]:
        """Give the comments since then that give a command, and the issue that each is about: a hundred a request.

        One more request each finds out the issue. Where GitHub does not list the comments, there are none.
        """
        query = f"issues/comments?since={_iso(moment)}&sort=updated&direction=asc"
        try:
            for found in self._listed(query, Call("list the comments", _READ)):
                heard = _heard(found)
                issue = self._issue_behind(heard.place) if heard and command_of(heard.text) else None
                if heard and issue:
                    yield heard, issue
        except RefusedError as refused:
            if not refused.is_(HTTPStatus.NOT_FOUND):
                raise

    def heard(self, comment: int) -> Heard | None:
        """Read a comment that may give a command: 1 request; None where it is gone."""
        call = Call("read a comment", _READ)
        try:
            return _heard(self._calls.read(call, lambda: self._calls.raw("GET", f"issues/comments/{comment}")))
        except RefusedError as refused:
            if refused.is_(HTTPStatus.NOT_FOUND):
                return None
            raise

    def _issue_behind(self, place: int) -> int | None:
        call = Call(f"read issue {place}", _READ)
        return _issue_of(self._calls.read(call, lambda: self._calls.raw("GET", f"issues/{place}")))

    def _listed(self, query: str, call: Call) -> Iterator[Any]:
        for number in count(1):
            path = f"{query}&per_page={PER_PAGE}&page={number}"
            listed = self._calls.read(call, partial(self._calls.raw, "GET", path))
            if not isinstance(listed, list):
                raise self._calls.odd(call)
            yield from listed
            if len(listed) < PER_PAGE:
                return


def _iso(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _issue_of(found: Any) -> int | None:
    """Return the issue that an issue of GitHub's stands for: itself, or that of a pull request of ours."""
    number = read_state(found.get("body") or "")[1].get("issue") if "pull_request" in found else found.get("number")
    return number if isinstance(number, int) else None


def _heard(found: Any) -> Heard | None:
    """Read a comment as GitHub's REST API gives it; None for a machine's, which gives no commands."""
    user, place = found.get("user") or {}, str(found.get("issue_url", "")).rpartition("/")[2]
    if user.get("type") == "Bot" or not place.isdecimal():
        return None
    return Heard(int(found["id"]), str(user.get("login", "")), found.get("body") or "", int(place))
