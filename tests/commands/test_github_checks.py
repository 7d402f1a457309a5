"""The checks of `almanac doctor` on GitHub: what is wrong there is found, with its remedy."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import unquote

import pytest
from almanac.commands.github_checks import Place, check_github
from almanac.commands.site_checks import Finding
from almanac.errors import ForgeError
from almanac.forge.github.client import Probe, Reply

NAME = "octo/site"
PAGE = "past-working-groups.md"
CONFIG, FORM, WORKFLOW = ".github/almanac.yml", ".github/ISSUE_TEMPLATE/new-event.yml", ".github/workflows/almanac.yml"
FILES = {path: f"the text of {path}" for path in (CONFIG, FORM, PAGE, WORKFLOW)}
REPOSITORY = {"full_name": NAME, "default_branch": "main"}


def reply(status: int, data: object, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(status, data, {name.lower(): value for name, value in (headers or {}).items()})


def date(ahead: float = 0) -> str:
    return format_datetime(datetime.now(UTC) - timedelta(seconds=ahead), usegmt=True)


class FakeProbe(Probe):
    """Answers as GitHub does for a repository with which nothing is wrong, unless told otherwise.

    Attributes:
        answers: Path below the repository -> what is answered.
        date: What GitHub's clock says.
    """

    def __init__(self) -> None:
        self.date = date()
        self.answers: dict[str, Reply] = {
            "": reply(200, {**REPOSITORY, "permissions": {"push": True}}),
            "labels/event": reply(200, {"name": "event"}),
            "actions/permissions": reply(200, {"enabled": True}),
            "actions/permissions/workflow": reply(200, {"can_approve_pull_request_reviews": True}),
            "rules/branches/almanac/issue-1": reply(200, []),
            "pages": reply(200, {"status": "built", "build_type": "legacy", "source": {"branch": "main", "path": "/"}}),
        }
        for path, text in FILES.items():
            self.answers[f"contents/{path}"] = reply(200, {"content": b64encode(text.encode()).decode()})

    def ask(self, path: str = "") -> Reply:
        answer = self.answers.get(unquote(path.partition("?")[0]), reply(404, {"message": "Not Found"}))
        return Reply(answer.status, answer.data, {"date": self.date, **answer.headers})


@pytest.fixture
def github() -> FakeProbe:
    return FakeProbe()


def check(github: FakeProbe, *, has_token: bool = True) -> list[Finding]:
    place = Place(NAME, f"https://github.com/{NAME}", has_token=has_token)
    return list(check_github(github, place, ("event",), FILES, PAGE))


def faults(github: FakeProbe, *, has_token: bool = True) -> list[Finding]:
    return [finding for finding in check(github, has_token=has_token) if finding.status != "ok"]


def test_nothing_is_wrong(github: FakeProbe) -> None:
    found = check(github)
    assert {finding.status for finding in found} == {"ok"}
    assert [finding.check for finding in found] == [
        *("clock", "github", "token", "labels", "actions", "rules", "pages", "files")
    ]


@pytest.mark.parametrize(
    ("path", "answer", "check", "status", "message", "remedy"),
    [
        ("", reply(401, {}), "token", "error", "does not accept the token", "GITHUB_TOKEN"),
        ("", reply(404, {}), "github", "error", "not show us a repository", "Check the spelling"),
        ("", reply(403, {}), "github", "error", "not answer any more requests", "Wait an hour"),
        ("", reply(429, {}), "github", "error", "not answer any more requests", "Wait an hour"),
        ("", reply(502, {}), "github", "error", "status 502", "githubstatus"),
        ("", reply(200, {"permissions": {"push": False}}), "token", "error", "may not write", "contents, issues"),
        ("", reply(200, {}), "token", "unknown", "does not say what it may", "contents, issues"),
        ("", reply(200, {}, {"X-OAuth-Scopes": "gist"}), "token", "error", "scopes (gist)", "`repo`"),
        ("", reply(200, {"archived": True}), "github", "error", "archived", "Unarchive"),
        ("", reply(200, {"has_issues": False}), "issues", "error", "switched off", "/octo/site/settings"),
        ("", reply(200, {"full_name": "octo/new"}), "github", "warning", "now called octo/new", "new name"),
        ("labels/event", reply(404, {}), "labels", "error", "no label event", "/octo/site/labels"),
        ("labels/event", reply(500, {}), "labels", "unknown", "whether there is a label", "/octo/site/labels"),
        ("actions/permissions", reply(200, {"enabled": False}), "actions", "error", "switched off", "/actions"),
        (
            *("actions/permissions/workflow", reply(200, {"can_approve_pull_request_reviews": False})),
            *("actions", "error", "may not open", "/octo/site/settings/actions"),
        ),
        (
            "actions/permissions/workflow",
            reply(404, {}),
            "actions",
            "unknown",
            "We cannot tell",
            "settings/actions",
        ),
        (
            *("rules/branches/almanac/issue-1", reply(200, [{"type": "creation"}, {"type": "non_fast_forward"}])),
            *("rules", "error", "creation", "almanac/**"),
        ),
        ("rules/branches/almanac/issue-1", reply(404, {}), "rules", "unknown", "We cannot tell", "almanac/**"),
        ("pages", reply(404, {}), "pages", "unknown", "We cannot tell", "settings/pages"),
        (
            *("pages", reply(200, {"build_type": "legacy", "source": {"branch": "gh-pages"}})),
            *("pages", "warning", "branch gh-pages", "Choose main"),
        ),
        (
            *("pages", reply(200, {"build_type": "legacy", "source": {"branch": "main", "path": "/docs"}})),
            *("pages", "warning", "folder docs/", "another folder"),
        ),
        ("pages", reply(200, {"status": "errored"}), "pages", "warning", "failed", "/octo/site/actions"),
        (f"contents/{FORM}", reply(404, {}), "files", "error", "not on main", "Commit it, push it"),
        (f"contents/{CONFIG}", reply(404, {}), "files", "warning", "not on main", "Commit it, push it"),
        (
            f"contents/{FORM}",
            reply(200, {"content": "eA=="}),
            "files",
            "warning",
            "differs",
            "Push yours, or pull",
        ),
        (f"contents/{PAGE}", reply(200, {"content": "/w=="}), "files", "error", "not on main", "push"),
        (f"contents/{PAGE}", reply(403, {}), "files", "unknown", "We cannot tell", "Look there"),
    ],
)
def test_what_is_wrong_there_is_found_with_its_remedy(  # noqa: PLR0913, PLR0917 -- one for each column
    github: FakeProbe, path: str, answer: Reply, check: str, status: str, message: str, remedy: str
) -> None:
    if path == "" and answer.ok:
        answer = Reply(200, {**REPOSITORY, **answer.data}, answer.headers)
    github.answers[path] = answer
    found = faults(github)
    mine = [finding for finding in found if finding.check == check and message in finding.message]
    assert mine, found
    assert mine[0].status == status
    assert remedy in (mine[0].remedy or "")
    assert (status == "error") == any(finding.status == "error" for finding in found)


@pytest.mark.parametrize(
    ("ahead", "status", "words"),
    [(0, "ok", ""), (45, "warning", "ahead of"), (-45, "warning", "behind"), (600, "error", "ahead of")],
)
def test_the_clock(github: FakeProbe, ahead: float, status: str, words: str) -> None:
    github.date = date(ahead)
    [clock] = [finding for finding in check(github) if finding.check == "clock"]
    assert clock.status == status
    assert words in clock.message
    assert (status == "ok") != ("NTP" in (clock.remedy or ""))


def test_a_clock_that_github_does_not_show_is_not_checked(github: FakeProbe) -> None:
    github.date = "soon"
    found = check(github)
    assert "clock" not in [finding.check for finding in found]
    assert {finding.status for finding in found} == {"ok"}


@pytest.mark.parametrize("data", [None, [1], "x"])
def test_an_answer_of_odd_shape_is_no_bug(github: FakeProbe, data: Any) -> None:
    github.answers = dict.fromkeys(github.answers, reply(200, data))
    assert check(github)


def test_without_a_token_what_is_public_is_checked(github: FakeProbe) -> None:
    assert [finding.check for finding in faults(github, has_token=False)] == ["token"]
    github.answers[""] = reply(404, {})
    assert "There is no token now" in (faults(github, has_token=False)[-1].remedy or "")
    github.answers[""] = reply(403, {})
    assert "put a token" in (faults(github, has_token=False)[-1].remedy or "")


def test_a_github_that_is_not_reached_is_a_finding(github: FakeProbe, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: str = "") -> Reply:
        raise ForgeError("GitHub could not be reached.", remedy="Check GITHUB_API_URL.")

    monkeypatch.setattr(github, "ask", fail)
    [finding] = check(github)
    assert (finding.check, finding.status) == ("github", "error")
    assert (finding.message, finding.remedy) == ("GitHub could not be reached.", "Check GITHUB_API_URL.")
