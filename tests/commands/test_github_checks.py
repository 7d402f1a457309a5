"""The checks of `almanac doctor` on GitHub: what is wrong there is found, with its remedy."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import unquote

import pytest
from almanac.commands.checks import Finding
from almanac.commands.github_checks import Here, check_github
from almanac.config import PullRequests
from almanac.errors import ForgeError
from almanac.forge.github.client import Probe, Reply
from almanac.forge.github.request import ErrorAnswer, Request, error_text, explain

NAME = "octo/site"
PAGE = "past-working-groups.md"
CONFIG, FORM, WORKFLOW = ".github/almanac.yml", ".github/ISSUE_TEMPLATE/new-event.yml", ".github/workflows/almanac.yml"
FILES = {path: f"the text of {path}" for path in (CONFIG, FORM, PAGE, WORKFLOW)}
REPOSITORY = {"full_name": NAME, "default_branch": "main"}


def reply(status: int, data: object, headers: Mapping[str, str] | None = None) -> Reply:
    named = {name.lower(): value for name, value in (headers or {}).items()}
    if status == 200:
        return Reply(status, data, named)
    request = Request("GET", "", "check the repository", "metadata: read")
    return Reply(status, None, named, explain(ErrorAnswer(status, error_text(data), named), request, NAME, 0))


def date(ahead: float = 0) -> str:
    return format_datetime(datetime.now(UTC) - timedelta(seconds=ahead), usegmt=True)


UNPROTECTED = reply(404, {"message": "Branch not protected"})
LIMITED = reply(403, {"message": "API rate limit exceeded for 203.0.113.9."}, {"X-RateLimit-Remaining": "0"})


LETS_BE = {"allow_force_pushes": {"enabled": True}, "allow_deletions": {"enabled": True}}


def rules(kind: str, **more: object) -> Reply:
    return reply(200, [{"type": kind, "ruleset_id": 42, **more}])


class FakeProbe(Probe):
    """Answers as GitHub does for a repository with which nothing is wrong, unless told otherwise.

    Attributes:
        answers: Path below the repository -> what is answered.
        date: What GitHub's clock says.
    """

    def __init__(self) -> None:
        self.name, self.web, self.has_token = NAME, f"https://github.com/{NAME}", True
        self.date = date()
        self.answers: dict[str, Reply] = {
            "": reply(200, {**REPOSITORY, "permissions": {"push": True}}),
            "labels/event": reply(200, {"name": "event"}),
            "actions/permissions": reply(200, {"enabled": True}),
            "actions/permissions/workflow": reply(200, {"can_approve_pull_request_reviews": True}),
            "rules/branches/almanac/issue-1": reply(200, []),
            "rules/branches/main": reply(200, []),
            "rulesets": reply(200, []),
            "git/matching-refs/heads/almanac/issue-": reply(200, [{"ref": "refs/heads/almanac/issue-7"}]),
            "branches/almanac/issue-7/protection": UNPROTECTED,
            "branches/main/protection": UNPROTECTED,
            "pages": reply(200, {"status": "built", "build_type": "legacy", "source": {"branch": "main", "path": "/"}}),
        }
        for path, text in FILES.items():
            self.answers[f"contents/{path}"] = reply(200, {"content": b64encode(text.encode()).decode()})

    def ask(self, path: str = "") -> Reply:
        answer = self.answers.get(unquote(path.partition("?")[0]), reply(404, {"message": "Not Found"}))
        return answer._replace(headers={"date": self.date, **answer.headers})


@pytest.fixture
def github() -> FakeProbe:
    return FakeProbe()


def check(github: FakeProbe, *, has_token: bool = True) -> list[Finding]:
    github.has_token = has_token
    return list(check_github(github, Here(("event",), FILES, [(PAGE, "")])))


def faults(github: FakeProbe, *, has_token: bool = True) -> list[Finding]:
    return [finding for finding in check(github, has_token=has_token) if finding.status != "ok"]


def test_nothing_is_wrong(github: FakeProbe) -> None:
    found = check(github)
    assert {finding.status for finding in found} == {"ok"}
    assert [finding.check for finding in found] == [
        *("clock", "github", "token", "labels", "actions", "rules", "protection", "merging", "pages", "files")
    ]


def test_what_new_pull_requests_are_to_get_is_looked_for(github: FakeProbe) -> None:
    wanted = PullRequests(labels=("events",), reviewers=("ada", "nobody"), team_reviewers=("web", "docs"))
    github.answers |= {
        "labels/events": reply(200, {"name": "events"}),
        "collaborators/ada": reply(200, None),
        "/orgs/octo/teams/docs/repos/octo/site": reply(200, {}),
        "/orgs/octo/teams/web/repos/octo/site": reply(403, {"message": "Resource not accessible by integration"}),
    }
    found = [one for one in check_github(github, Here(wanted=[wanted])) if one.check == "reviews"]
    assert [(one.status, one.message) for one in found] == [
        ("ok", "There is a label events."),
        ("ok", "There is a collaborator ada."),
        ("warning", "There is no collaborator nobody, so new pull requests go without."),
        (
            "unknown",
            "We cannot tell whether there is a team web with access (GitHub does not show it here: status 403).",
        ),
        ("ok", "There is a team docs with access."),
    ]
    assert found[2].remedy == (
        "Look at https://github.com/octo/site/settings/access, or change `pull_requests` in .github/almanac.yml."
    )


@pytest.mark.parametrize(
    ("path", "answer", "check", "status", "message", "remedy"),
    [
        ("", reply(401, {}), "token", "error", "does not accept the token", "GITHUB_TOKEN"),
        ("", reply(404, {}), "github", "error", "not show us a repository", "Check the spelling"),
        ("", LIMITED, "github", "error", "not answer any more requests", "Wait an hour"),
        (
            *("", reply(403, {"message": "the `octo` organization has an IP allow list enabled"})),
            *("github", "error", "IP allow list", "Authentication security"),
        ),
        ("", reply(403, {"message": "Forbidden"}), "github", "error", "Forbidden", "administrator"),
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
        ("rules/branches/almanac/issue-1", rules("required_signatures"), "rules", "warning", "signed", "almanac/**"),
        ("rules/branches/almanac/issue-1", rules("required_linear_history"), "rules", "warning", "merged", "bypass"),
        ("rulesets", reply(403, {}), "rules", "unknown", "a push rule", "settings/rules"),
        ("rules/branches/main", reply(403, {}), "merging", "unknown", "what rules main has", "settings/rules"),
        (
            "branches/main/protection",
            reply(403, {}),
            "protection",
            "unknown",
            "protection main has",
            "settings/branches",
        ),
        (
            *("branches/main/protection", reply(200, {"lock_branch": {"enabled": True}})),
            *("merging", "error", "Nobody can merge into main", "unlock"),
        ),
        (
            "git/matching-refs/heads/almanac/issue-",
            reply(200, []),
            "protection",
            "unknown",
            "branches that exist",
            "branches",
        ),
        (
            *("branches/almanac/issue-7/protection", reply(404, {"message": "Not Found"})),
            *("protection", "unknown", "covers Almanac's branches", "settings/branches"),
        ),
        (
            *("branches/almanac/issue-7/protection", reply(200, {"allow_force_pushes": {"enabled": False}})),
            *("protection", "error", "may not be rewritten", "settings/branches"),
        ),
        (
            *("branches/almanac/issue-7/protection", reply(200, {**LETS_BE, "restrictions": {"apps": []}})),
            *("protection", "error", "only some people may push", "settings/branches"),
        ),
        (
            *("branches/almanac/issue-7/protection", reply(200, {**LETS_BE, "required_signatures": {"enabled": True}})),
            *("protection", "warning", "have to be signed", "settings/branches"),
        ),
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


APP = {"actor_id": 15368, "actor_type": "Integration", "bypass_mode": "always"}
ADMINISTRATORS = {"actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": "always"}


@pytest.mark.parametrize(
    ("ruleset", "statuses"),
    [
        ({}, {"error"}),
        ({"current_user_can_bypass": "never", "bypass_actors": []}, {"error"}),
        ({"current_user_can_bypass": "pull_requests_only"}, {"error"}),
        ({"current_user_can_bypass": "never", "bypass_actors": [APP | {"bypass_mode": "pull_request"}]}, {"error"}),
        ({"current_user_can_bypass": "always"}, {"ok"}),
        ({"current_user_can_bypass": "exempt", "bypass_actors": []}, {"ok"}),
        ({"current_user_can_bypass": "never", "bypass_actors": [ADMINISTRATORS, APP]}, {"ok"}),
        # Whoever runs doctor may do more than the App or the workflow.
        ({"current_user_can_bypass": "always", "bypass_actors": [ADMINISTRATORS]}, {"warning"}),
    ],
)
def test_doctor_is_content_once_almanac_may_bypass_a_ruleset(
    github: FakeProbe, ruleset: dict[str, object], statuses: set[str]
) -> None:
    github.answers["rules/branches/almanac/issue-1"] = rules("non_fast_forward")
    github.answers["rulesets/42"] = reply(200, {"name": "All branches", **ruleset})
    found = [finding for finding in check(github) if finding.check == "rules"]
    assert {finding.status for finding in found} == statuses
    assert all("All branches" in finding.message for finding in found)


@pytest.mark.parametrize(("enforcement", "statuses"), [("active", ["ok", "warning"]), ("evaluate", ["ok"])])
def test_push_rules(github: FakeProbe, enforcement: str, statuses: list[str]) -> None:
    github.answers["rulesets"] = reply(200, [{"id": 7, "target": "push", "enforcement": enforcement}])
    github.answers["rulesets/7"] = reply(200, {"name": "Small files", "rules": [{"type": "max_file_size"}]})
    found = [finding for finding in check(github) if finding.check == "rules"]
    assert [finding.status for finding in found] == statuses
    assert ("files may not be large" in found[-1].message) == (enforcement == "active")


def test_a_push_ruleset_that_is_not_shown_is_not_called_fine(github: FakeProbe) -> None:
    github.answers["rulesets"] = reply(200, [{"id": 7, "target": "push", "enforcement": "active"}])
    [finding] = faults(github)
    assert (finding.check, finding.status) == ("rules", "unknown")


def test_classic_protection_that_lets_almanac_off(github: FakeProbe) -> None:
    app = {"apps": [{"slug": "almanac"}]}
    reviews = {"required_approving_review_count": 1, "bypass_pull_request_allowances": app}
    off = {**LETS_BE, "restrictions": app, "required_pull_request_reviews": reviews, "lock_branch": {"enabled": False}}
    github.answers["branches/almanac/issue-7/protection"] = reply(200, off)
    assert not faults(github)


@pytest.mark.parametrize("from_classic", [True, False])
def test_a_base_that_takes_no_way_of_merging(github: FakeProbe, *, from_classic: bool) -> None:
    merge_only = {"allow_squash_merge": False, "allow_rebase_merge": False, "allow_merge_commit": True}
    github.answers[""] = reply(200, {**REPOSITORY, "permissions": {"push": True}, **merge_only})
    assert not faults(github)
    if from_classic:
        github.answers["branches/main/protection"] = reply(200, {"required_linear_history": {"enabled": True}})
    else:
        github.answers["rules/branches/main"] = rules("required_linear_history")
    [finding] = faults(github)
    assert (finding.check, finding.status) == ("merging", "error")
    assert "squash" in (finding.remedy or "")


def test_what_was_not_asked_is_not_called_fine(github: FakeProbe) -> None:
    for path in github.answers:
        if path.startswith(("rules", "branches", "git/")):
            github.answers[path] = reply(403, {"message": "Resource not accessible by integration"})
    found = [finding for finding in check(github) if finding.check in {"rules", "protection", "merging"}]
    assert {finding.status for finding in found} == {"unknown"}


def test_where_the_plan_has_no_rules_there_are_none(github: FakeProbe) -> None:
    for path in github.answers:
        if path.startswith(("rules", "branches")):
            message = "Upgrade to GitHub Pro or make this repository public to enable this feature."
            github.answers[path] = reply(403, {"message": message})
    assert not faults(github)


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
    github.answers[""] = LIMITED
    assert "put a token" in (faults(github, has_token=False)[-1].remedy or "")


def test_a_github_that_is_not_reached_is_a_finding(github: FakeProbe, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: str = "") -> Reply:
        raise ForgeError("GitHub could not be reached.", remedy="Check GITHUB_API_URL.")

    monkeypatch.setattr(github, "ask", fail)
    [finding] = check(github)
    assert (finding.check, finding.status) == ("github", "error")
    assert (finding.message, finding.remedy) == ("GitHub could not be reached.", "Check GITHUB_API_URL.")


def test_what_records_would_hide_there_is_found(github: FakeProbe) -> None:
    def listing(*names: str) -> Reply:
        return reply(200, [{"name": name, "type": "file"} for name in names])

    def found() -> list[Finding]:
        everything = check_github(github, Here(("event",), FILES, [(PAGE, "_data/events")]))
        return [one for one in everything if one.check == "records"]

    assert found() == []
    github.answers["contents/_data"] = listing("events.yml", "talks.yml")
    github.answers["contents/_data/events"] = listing("2021-11-08-owls.yml", "81.yml", "README.md")
    assert [(one.status, one.file) for one in found()] == [
        ("error", "_data/events.yml"),
        ("error", "_data/events"),
    ]
    github.answers["contents/_config.yml"] = reply(200, {"content": b64encode(b"a: [\n").decode()})
    assert ["not valid YAML" in one.message for one in found()] == [True]
