"""`almanac doctor`: each thing that makes a first run fail is found, and told with its remedy."""

import base64
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from almanac.renderer import example, template

from tests.commands.test_cli import Almanac
from tests.gitrepo import Repo
from tests.page.house import PAGES
from tests.proxy import Answer, Proxy, Request

PAGE = "past-working-groups.md"
CONFIG, FORM, WORKFLOW = ".github/almanac.yml", ".github/ISSUE_TEMPLATE/new-event.yml", ".github/workflows/almanac.yml"
TEMPLATE = "section.md.j2"
JEKYLL = "_config.yml"
RECORD = "_data/events/2021-11-08-governments-agencies.yml"
NAME = "octo/site"
SECRET = "ghp_secretsecretsecret"  # noqa: S105 -- of nobody
SECTION = "### {{ date | heading_date }}:  {{ title | heading }}\n"


@pytest.fixture
def almanac(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Almanac:
    monkeypatch.delenv("ALMANAC_APP_ID", raising=False)
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    return Almanac(monkeypatch, capsys)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site that was set up, and on which nothing is wrong."""
    repo = Repo.init(tmp_path_factory.mktemp("model") / "site")
    repo.commit({PAGE: PAGE_TEXT, JEKYLL: "theme: minima\n"})
    subprocess.run([sys.executable, "-m", "almanac", "init", "--site", repo.folder], capture_output=True, check=True)
    repo.commit(message="Adopt Almanac")
    return repo.folder


@pytest.fixture
def repo(model: Path, tmp_path: Path) -> Repo:
    """A copy of that site."""
    return Repo(shutil.copytree(model, tmp_path / "site"))


def found(almanac: Almanac, repo: Repo, *more: str) -> tuple[int, list[dict[str, Any]]]:
    ran = almanac("doctor", "--site", repo.folder, "--json", *more)
    told = ran.json
    assert told["ok"] == (ran.status == 0)
    return ran.status, [finding for finding in told["findings"] if finding["status"] != "ok"]


def test_nothing_is_wrong_with_a_site_that_was_set_up(almanac: Almanac, repo: Repo) -> None:
    ran = almanac("doctor", "--site", repo.folder)
    assert ran.status == 0
    assert "All is well." in ran.out
    assert {line.split()[0] for line in ran.out.split("\n\n")[0].splitlines()} == {"ok"}
    assert found(almanac, repo) == (0, [])


def without(text: str, start: str, lines: int = 1) -> str:
    """Leave out some lines of a text, from one that begins like this."""
    rows = text.splitlines(keepends=True)
    at = next(index for index, row in enumerate(rows) if row.lstrip().startswith(start))
    return "".join(rows[:at] + rows[at + lines :])


# What is broken: the file, its new text (None: it is removed), the check that finds it, how bad it is, words of the
# message, words of the remedy.
PAGE_TEXT = example(f"ospo/{PAGE}")
FORM_TEXT, WORKFLOW_TEXT = template("site/new-event.yml"), template("site/almanac.yml")
TWO_AREAS = "".join(f"  - {{type: textarea, id: x{number}, attributes: {{label: X{number}}}}}\n" for number in (1, 2))
OWN_TEMPLATE = f"page: {PAGE}\nsection_template: {TEMPLATE}\n"
OWN = "  - {type: input, id: room, attributes: {label: Room}}\n"
BROKEN: dict[str, tuple[dict[str, str | None], str, str, str, str]] = {
    "no config": ({CONFIG: None, "events.md": "---\n---\n"}, "config", "warning", "no config", "almanac init"),
    "config no YAML": ({CONFIG: "page: ["}, "config", "error", "YAML", "Mend this line"),
    "config key": ({CONFIG: "pgae: x\n"}, "config", "error", "nearest one is `page`", "docs/configuration.md"),
    "config zone": ({CONFIG: "time_zone: Mars\n"}, "config", "error", "no time zone", "docs/configuration.md"),
    "no form": ({FORM: None}, "form", "error", "missing", "almanac init"),
    "form no YAML": ({FORM: "body: ["}, "form", "error", "YAML", "almanac init --force"),
    "form lint": ({FORM: FORM_TEXT + TWO_AREAS}, "form", "error", "follows the textarea", "read in two ways"),
    "form without title": ({FORM: FORM_TEXT.replace("id: title", "id: name")}, "form", "error", "`title`", "id: title"),
    "form without date": ({FORM: FORM_TEXT.replace("id: date", "id: day")}, "form", "error", "`date`", "id: date"),
    "date not required": (
        {FORM: FORM_TEXT.replace('"2021-11-08"\n    validations:\n      required: true', '"2021-11-08"')},
        *("form", "warning", "`date` may be left blank", "required: true"),
    ),
    "form without labels": ({FORM: without(FORM_TEXT, "labels:")}, "form", "error", "no label", "labels: [event]"),
    "form without name": ({FORM: without(FORM_TEXT, "name:")}, "form", "error", "`name`", "name: New event"),
    "form without description": (
        {FORM: without(FORM_TEXT, "description:")},
        "form",
        "error",
        "`description`",
        "Add a line",
    ),
    "labels apart": (
        {CONFIG: f"page: {PAGE}\nlabels: [meeting]\n"},
        *("form", "error", "none of the labels", "labels: [meeting]"),
    ),
    "form elsewhere": (
        {CONFIG: f"page: {PAGE}\nform: forms/event.yml\n", "forms/event.yml": FORM_TEXT},
        *("form", "error", ".github/ISSUE_TEMPLATE/", "Move the form"),
    ),
    "own field unseen": ({FORM: FORM_TEXT + OWN}, "template", "warning", "room", "docs/templates.md"),
    "no template": (
        {CONFIG: OWN_TEMPLATE},
        "template",
        "error",
        "missing",
        "Put it",
    ),
    "template broken": (
        {CONFIG: OWN_TEMPLATE, TEMPLATE: "### {% if %}"},
        *("template", "error", "cannot be read", "Mend this line"),
    ),
    "template of unknown names": (
        {CONFIG: OWN_TEMPLATE, TEMPLATE: "### {{ titel }}"},
        *("template", "error", "titel", "docs/templates.md"),
    ),
    "template fails without people": (
        {CONFIG: OWN_TEMPLATE, TEMPLATE: SECTION + "{{ people[0].name }}"},
        *("template", "error", "fails for the event", "Mend this line"),
    ),
    "template writes nothing": (
        {CONFIG: OWN_TEMPLATE, TEMPLATE: "{# nothing #}"},
        *("template", "error", "writes nothing", "date and the title"),
    ),
    "template of another shape": (
        {CONFIG: OWN_TEMPLATE, TEMPLATE: "Once: {{ title | text }}"},
        *("template", "warning", "would not be found again", "first line"),
    ),
    "template shows what is not asked": (
        {
            CONFIG: OWN_TEMPLATE,
            TEMPLATE: SECTION + "{{ extra.room }}{{ extra['x'] }}",
        },
        *("template", "warning", "`room`", "id: room"),
    ),
    "template leaves an answer out": (
        {
            CONFIG: OWN_TEMPLATE,
            TEMPLATE: SECTION + "{{ extra.room }}",
            FORM: FORM_TEXT + OWN + OWN.replace("room", "food").replace("Room", "Food"),
        },
        *("template", "warning", "`food`", "extra.food"),
    ),
    "house style on a page of bullets": (
        {CONFIG: "page: talks.md\n", "talks.md": "---\n---\n" + PAGES["bullets-under-years"], RECORD: None},
        *("template", "warning", "another one", "docs/templates.md"),
    ),
    "no page": ({PAGE: None}, "page", "error", "missing", "`page` in the config"),
    "page edited": (
        {PAGE: example(f"ospo/{PAGE}").replace("Demos", "Shows")},
        "page",
        "error",
        "differ",
        "almanac build",
    ),
    "record broken": ({RECORD: "id: ["}, "page", "error", "YAML", "almanac build"),
    "record edited": ({RECORD: None}, "page", "error", "differ", "almanac build"),
    "page no text": ({PAGE: "\udcff"}, "files", "error", "UTF-8", "Mend this file"),
    "jekyll no YAML": ({JEKYLL: "a: ["}, "jekyll", "error", "cannot be read", "YAML"),
    "jekyll excludes": ({JEKYLL: "exclude: [past-*]\ntheme: x\n"}, "jekyll", "error", "past-*", "Take it out"),
    "jekyll excludes a beginning": (
        {JEKYLL: "exclude: [past]\ntheme: x\n"},
        "jekyll",
        "error",
        "`past`",
        "Take it out",
    ),
    "jekyll builds elsewhere": (
        {JEKYLL: "source: docs\ntheme: x\n"},
        "jekyll",
        "error",
        "folder docs",
        "Move the page",
    ),
    "jekyll data elsewhere": ({JEKYLL: "data_dir: facts\ntheme: x\n"}, "jekyll", "warning", "(facts)", "data_dir"),
    "hidden page": (
        {CONFIG: "page: _pages/x.md\n", "_pages/x.md": "---\n---\n", RECORD: None},
        *("jekyll", "error", "`_pages`", 'include: ["_pages"]'),
    ),
    "records in the open": (
        {CONFIG: f"page: {PAGE}\nrecords: data/events\n"},
        *("jekyll", "warning", "copy them", "folder in _data/"),
    ),
    "no layout": ({JEKYLL: ""}, "jekyll", "warning", "no layout `page`", "theme"),
    "no front matter": (
        {CONFIG: "page: x.md\n", "x.md": "# Hello\n", RECORD: None},
        *("jekyll", "warning", "no front matter", "first two lines"),
    ),
    "broken front matter": (
        {CONFIG: "page: x.md\n", "x.md": "---\ntitle: a: b\n---\n", RECORD: None},
        *("jekyll", "error", "no YAML", "quotes"),
    ),
    "unpublished": (
        {CONFIG: "page: x.md\n", "x.md": "---\npublished: false\n---\n", RECORD: None},
        *("jekyll", "error", "published: false", "Take that line out"),
    ),
    "lock without Jekyll": ({"Gemfile.lock": "GEM\n"}, "jekyll", "warning", "names no Jekyll", "gem"),
    "old Jekyll": ({"Gemfile.lock": "    jekyll (2.5.3)\n"}, "jekyll", "warning", "Jekyll 2", "bundle update"),
    "no workflow": ({WORKFLOW: None}, "workflow", "error", "No workflow", "almanac init"),
    "workflow no YAML": (
        {WORKFLOW: "uses: almanac-events/almanac@x\non: ["},
        *("workflow", "error", "YAML", "almanac init --force"),
    ),
    "workflow of nothing": ({WORKFLOW: "- uses: almanac-events/almanac@x"}, "workflow", "error", "no workflow", "init"),
    "no issues trigger": (
        {WORKFLOW: without(WORKFLOW_TEXT, "issues:", 2)},
        *("workflow", "error", "when an issue is filed", "`issues:`"),
    ),
    "opened missing": ({WORKFLOW: WORKFLOW_TEXT.replace("opened, ", "", 1)}, "workflow", "error", "is opened", "types"),
    "edited missing": ({WORKFLOW: WORKFLOW_TEXT.replace("edited, ", "")}, "workflow", "warning", "is edited", "types"),
    "no sweep": (
        {WORKFLOW: without(without(WORKFLOW_TEXT, "push:", 2), "schedule:", 2)},
        *("workflow", "warning", "stays missed", "`schedule:`"),
    ),
    "another branch": (
        {WORKFLOW: WORKFLOW_TEXT.replace("[main]", "[trunk, x*]")},
        *("workflow", "warning", "trunk, x*", "branches: [main]"),
    ),
    "may not write": (
        {WORKFLOW: without(WORKFLOW_TEXT, "contents: write")},
        *("workflow", "error", "may not write: contents", "`contents: write`"),
    ),
    "cancels": (
        {WORKFLOW: WORKFLOW_TEXT.replace("cancel-in-progress: false", "cancel-in-progress: true")},
        *("workflow", "warning", "half written", "cancel-in-progress: false"),
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_found_with_its_remedy(almanac: Almanac, repo: Repo, name: str) -> None:
    files, check, status, message, remedy = BROKEN[name]
    for path, text in files.items():
        if text is None:
            (repo.folder / path).unlink()
        else:
            repo.write({path: text.encode(errors="surrogateescape")})
    if name in {"record edited", "hidden page", "no front matter", "broken front matter", "unpublished"} | {
        "house style on a page of bullets"
    }:
        for record in (repo.folder / "_data/events").iterdir():
            record.unlink()
    left, findings = found(almanac, repo)
    mine = [one for one in findings if one["check"] == check and message in one["message"]]
    assert mine, findings
    assert mine[0]["status"] == status
    assert remedy in mine[0]["remedy"]
    assert left == int(any(one["status"] == "error" for one in findings))
    ran = almanac("doctor", "--site", repo.folder)
    assert remedy in ran.out
    assert ran.status == left


class TestWhatIsFine:
    @pytest.mark.parametrize(
        "files",
        [
            {JEKYLL: "include: [past-working-groups.md]\nexclude: [past-*]\ntheme: x\n"},
            {JEKYLL: "remote_theme: a/b\ndata_dir: ./_data/\nsource: .\n"},
            {JEKYLL: "", "_layouts/page.html": "{{ content }}"},
            {JEKYLL: "- a list\n", "_layouts/page.html": ""},
            {"Gemfile.lock": "    jekyll (4.3.1)\n", JEKYLL: "theme: x\n"},
            {"Gemfile.lock": "    github-pages (232)\n"},
            {WORKFLOW: WORKFLOW_TEXT.replace("branches: [main]", "branches: ['m*']")},
            {WORKFLOW: without(WORKFLOW_TEXT, "branches: [main]").replace("  push:", "  push: {}")},
            {
                WORKFLOW: "on: [issues, push]\npermissions: write-all\njobs:\n  a:\n    steps:\n"
                "      - run: almanac action\n"
            },
            {
                WORKFLOW: "on: [issues, push]\npermissions: {}\njobs:\n  a:\n    steps:\n"
                "      - uses: a/almanac@v1\n        with: {token: x}\n  b: {steps: [{run: ls}]}\n"
            },
        ],
    )
    def test_other_ways_to_be_right(self, almanac: Almanac, repo: Repo, files: dict[str, str]) -> None:
        repo.write(dict(files))
        assert found(almanac, repo) == (0, [])

    def test_a_page_in_a_collection(self, almanac: Almanac, repo: Repo) -> None:
        repo.write({JEKYLL: "collections: {pages: {output: true}}\ntheme: x\n", CONFIG: "page: _pages/x.md\n"})
        repo.write({"_pages/x.md": (repo.folder / PAGE).read_bytes()})
        assert found(almanac, repo) == (0, [])

    def test_a_server_needs_no_workflow(self, almanac: Almanac, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
        (repo.folder / WORKFLOW).unlink()
        monkeypatch.setenv("ALMANAC_APP_ID", "1")
        assert found(almanac, repo) == (0, [])

    def test_a_site_s_own_template(self, almanac: Almanac, repo: Repo) -> None:
        repo.write({"talks.md": "---\n---\n" + PAGES["bullets"]})
        for path in (CONFIG, FORM, *(f"_data/events/{p.name}" for p in (repo.folder / "_data/events").iterdir())):
            (repo.folder / path).unlink()
        assert almanac("init", "--site", repo.folder, "--page", "talks.md").status == 0
        assert found(almanac, repo) == (0, [])


class TestWhere:
    def test_outside_of_git_or_below_its_top(self, almanac: Almanac, repo: Repo, tmp_path: Path) -> None:
        plain = Repo(tmp_path / "plain")
        plain.write({PAGE: example(f"ospo/{PAGE}")})
        almanac("init", "--site", plain.folder)
        status, findings = found(almanac, plain)
        assert status == 1
        assert "in no git repository" in next(one["message"] for one in findings if one["check"] == "git")
        below = Repo(repo.folder / "docs")
        below.write({PAGE: example(f"ospo/{PAGE}")})
        _, findings = found(almanac, below)
        assert f"--site {repo.folder}" in next(one["remedy"] for one in findings if one["check"] == "git")

    def test_on_a_machine_without_git(self, almanac: Almanac, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", "")
        status, findings = found(almanac, repo)
        assert (status, [one["check"] for one in findings]) == (1, ["git"])

    def test_a_folder_that_is_not_there_or_a_name_that_is_none(self, almanac: Almanac, repo: Repo) -> None:
        assert almanac("doctor", "--site", repo.folder / "none").status == 1
        ran = almanac("doctor", "--site", repo.folder, "--repo", "octo", "--json")
        assert (ran.status, ran.json["ok"]) == (1, False)
        assert "OWNER/NAME" in ran.err

    def test_it_says_how_github_is_checked(self, almanac: Almanac, repo: Repo) -> None:
        assert "almanac doctor --repo OWNER/NAME" in almanac("doctor", "--site", repo.folder).out
        repo.git("remote", "add", "origin", "ssh://git@github.com/octo/site.git")
        assert "almanac doctor --repo octo/site" in almanac("doctor", "--site", repo.folder).out


# ------------------------------------------------------------------------------- GitHub


class GitHub:
    """Answers as GitHub does for a repository on which nothing is wrong, unless told otherwise.

    Attributes:
        answers: Path below the repository -> what is answered.
        headers: What every answer carries.
        requests: What was asked.
    """

    def __init__(self, repo: Repo) -> None:
        self.proxy = Proxy()
        self.proxy.trouble = self.answer
        self.headers: dict[str, str] = {"Date": date()}
        self.answers: dict[str, Answer] = {
            "": Answer(200, {"full_name": NAME, "default_branch": "main", "permissions": {"push": True}}),
            "labels/event": Answer(200, {"name": "event"}),
            "actions/permissions": Answer(200, {"enabled": True}),
            "actions/permissions/workflow": Answer(200, {"can_approve_pull_request_reviews": True}),
            "rules/branches/almanac/issue-1": Answer(200, b"[]"),
            "pages": Answer(
                200, {"status": "built", "build_type": "legacy", "source": {"branch": "main", "path": "/"}}
            ),
        }
        for path, data in repo.files("HEAD").items():
            self.answers[f"contents/{path}"] = Answer(200, {"content": base64.encodebytes(data).decode()})

    def answer(self, request: Request) -> Answer:
        path = unquote(request.path).removeprefix(f"/repos/{NAME}").lstrip("/")
        answer = self.answers.get(path, Answer(404, {"message": "Not Found"}))
        return Answer(answer.status, answer.body, self.headers | dict(answer.headers))


def date(ahead: float = 0) -> str:
    return format_datetime(datetime.now(UTC) - timedelta(seconds=ahead), usegmt=True)


@pytest.fixture
def github(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHub]:
    there = GitHub(repo)
    monkeypatch.setenv("GITHUB_API_URL", there.proxy.url)
    monkeypatch.setenv("GITHUB_TOKEN", SECRET)
    yield there
    there.proxy.close()


class TestGitHub:
    def test_nothing_is_wrong(self, almanac: Almanac, repo: Repo, github: GitHub) -> None:
        ran = almanac("doctor", "--site", repo.folder, "--repo", NAME)
        assert ran.status == 0
        assert "All is well." in ran.out
        checks = {line.split()[1] for line in ran.out.split("\n\n")[0].splitlines()}
        assert checks >= {"github", "clock", "token", "labels", "actions", "rules", "pages", "files"}
        assert all(request.is_read for request in github.proxy.requests)

    @pytest.mark.parametrize(
        ("path", "answer", "check", "status", "message", "remedy"),
        [
            ("", Answer(401, {}), "token", "error", "does not take the token", "GITHUB_TOKEN"),
            ("", Answer(404, {}), "github", "error", "shows no repository", "how it is spelt"),
            ("", Answer(403, {}), "github", "error", "no more requests", "Wait an hour"),
            ("", Answer(429, {}), "github", "error", "no more requests", "Wait an hour"),
            ("", Answer(502, {}), "github", "error", "status 502", "githubstatus"),
            ("", Answer(200, {"permissions": {"push": False}}), "token", "error", "may not write", "contents, issues"),
            ("", Answer(200, {}), "token", "unknown", "does not say what it may", "contents, issues"),
            ("", Answer(200, {}, {"X-OAuth-Scopes": "gist"}), "token", "error", "scopes (gist)", "`repo`"),
            ("", Answer(200, {"archived": True}), "github", "error", "archived", "Unarchive"),
            ("", Answer(200, {"has_issues": False}), "issues", "error", "switched off", "/octo/site/settings"),
            ("", Answer(200, {"full_name": "octo/new"}), "github", "warning", "called octo/new now", "new name"),
            ("labels/event", Answer(404, {}), "labels", "error", "no label event", "/octo/site/labels"),
            ("labels/event", Answer(500, {}), "labels", "unknown", "whether there is a label", "/octo/site/labels"),
            ("actions/permissions", Answer(200, {"enabled": False}), "actions", "error", "switched off", "/actions"),
            (
                *("actions/permissions/workflow", Answer(200, {"can_approve_pull_request_reviews": False})),
                *("actions", "error", "may not open", "/octo/site/settings/actions"),
            ),
            (
                "actions/permissions/workflow",
                Answer(404, {}),
                "actions",
                "unknown",
                "cannot be told",
                "settings/actions",
            ),
            (
                *("rules/branches/almanac/issue-1", Answer(200, [{"type": "creation"}, {"type": "non_fast_forward"}])),
                *("rules", "error", "creation", "almanac/**"),
            ),
            ("rules/branches/almanac/issue-1", Answer(404, {}), "rules", "unknown", "cannot be told", "almanac/**"),
            ("pages", Answer(404, {}), "pages", "unknown", "cannot be told", "settings/pages"),
            (
                *("pages", Answer(200, {"build_type": "legacy", "source": {"branch": "gh-pages"}})),
                *("pages", "warning", "branch gh-pages", "Choose main"),
            ),
            (
                *("pages", Answer(200, {"build_type": "legacy", "source": {"branch": "main", "path": "/docs"}})),
                *("pages", "warning", "folder docs/", "another folder"),
            ),
            ("pages", Answer(200, {"status": "errored"}), "pages", "warning", "failed", "/octo/site/actions"),
            (f"contents/{FORM}", Answer(404, {}), "files", "error", "not on main", "Commit it, push it"),
            (f"contents/{CONFIG}", Answer(404, {}), "files", "warning", "not on main", "Commit it, push it"),
            (
                f"contents/{FORM}",
                Answer(200, {"content": "eA=="}),
                "files",
                "warning",
                "not the same",
                "Push it, or pull",
            ),
            (f"contents/{PAGE}", Answer(200, {"content": "/w=="}), "files", "error", "not on main", "push"),
            (f"contents/{PAGE}", Answer(403, {}), "files", "unknown", "cannot be told", "Look there"),
        ],
    )
    def test_what_is_wrong_there_is_found_with_its_remedy(  # noqa: PLR0913 -- one for each column
        self,
        almanac: Almanac,
        repo: Repo,
        github: GitHub,
        *,
        path: str,
        answer: Answer,
        check: str,
        status: str,
        message: str,
        remedy: str,
    ) -> None:
        if path == "" and answer.status == 200:
            whole = {"full_name": NAME, "default_branch": "main", **answer.body}
            answer = Answer(200, whole, answer.headers)
        github.answers[path] = answer
        left, findings = found(almanac, repo, "--repo", NAME)
        mine = [one for one in findings if one["check"] == check and message in one["message"]]
        assert mine, findings
        assert mine[0]["status"] == status
        assert remedy in mine[0]["remedy"]
        assert left == int(status == "error")

    @pytest.mark.parametrize(
        ("ahead", "status", "words"),
        [(0, "", ""), (45, "warning", "ahead of"), (-45, "warning", "behind"), (600, "error", "ahead of")],
    )
    def test_the_clock(  # noqa: PLR0913 -- one for each column
        self, almanac: Almanac, repo: Repo, github: GitHub, *, ahead: float, status: str, words: str
    ) -> None:
        github.headers["Date"] = date(ahead)
        _, findings = found(almanac, repo, "--repo", NAME)
        clock = [one for one in findings if one["check"] == "clock"]
        assert [one["status"] for one in clock] == ([status] if status else [])
        assert all(words in one["message"] and "NTP" in one["remedy"] for one in clock)

    def test_a_clock_that_github_does_not_show_is_no_finding(
        self, almanac: Almanac, repo: Repo, github: GitHub
    ) -> None:
        github.headers["Date"] = "soon"
        ran = almanac("doctor", "--site", repo.folder, "--repo", NAME)
        assert (ran.status, "clock" in ran.out) == (0, False)

    @pytest.mark.parametrize("broken", [Answer(0), Answer(200, b"<html>"), Answer(200, [1])])
    def test_what_is_no_answer_of_github_s(self, almanac: Almanac, repo: Repo, github: GitHub, broken: Answer) -> None:
        github.answers = dict.fromkeys(github.answers, broken)
        assert almanac("doctor", "--site", repo.folder, "--repo", NAME).status in (0, 1)

    def test_a_server_that_is_not_there(self, almanac: Almanac, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:9")
        status, findings = found(almanac, repo, "--repo", NAME)
        assert status == 1
        assert "could not be reached" in findings[-1]["message"]
        assert "GITHUB_API_URL" in findings[-1]["remedy"]
        for nonsense in ("github", "http://[x", "http://x:0"):
            monkeypatch.setenv("GITHUB_API_URL", nonsense)
            assert "no address" in found(almanac, repo, "--repo", NAME)[1][-1]["message"]

    def test_without_a_token_what_is_public_is_checked(
        self, almanac: Almanac, repo: Repo, github: GitHub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("GITHUB_TOKEN")
        status, findings = found(almanac, repo, "--repo", NAME)
        assert (status, [one["check"] for one in findings]) == (0, ["token"])
        assert not any(request.authorization for request in github.proxy.requests)
        github.answers[""] = Answer(404, {})
        assert "There is no token now" in found(almanac, repo, "--repo", NAME)[1][-1]["remedy"]
        github.answers[""] = Answer(403, {})
        assert "put a token" in found(almanac, repo, "--repo", NAME)[1][-1]["remedy"]

    def test_the_token_is_never_shown(
        self, almanac: Almanac, repo: Repo, github: GitHub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        github.answers = dict.fromkeys(github.answers, Answer(403, {"message": f"no {SECRET}"}, {"X": SECRET}))
        for more in ((), ("--json",)):
            ran = almanac("doctor", "--site", repo.folder, "--repo", NAME, *more)
            assert SECRET not in ran.out + ran.err
        monkeypatch.setenv("GITHUB_TOKEN", f"{SECRET} x\n")
        ran = almanac("doctor", "--site", repo.folder, "--repo", NAME)
        assert (ran.status, SECRET in ran.out + ran.err) == (1, False)
        assert "cannot be one" in ran.out

    def test_with_a_broken_config_the_rest_is_checked_all_the_same(
        self, almanac: Almanac, repo: Repo, github: GitHub
    ) -> None:
        repo.write({CONFIG: "pgae: x\n"})
        github.answers["actions/permissions/workflow"] = Answer(200, {"can_approve_pull_request_reviews": False})
        _, findings = found(almanac, repo, "--repo", NAME)
        assert [one["check"] for one in findings] == ["config", "actions"]


def test_json_is_one_document(almanac: Almanac, repo: Repo) -> None:
    told = json.loads(almanac("doctor", "--site", repo.folder, "--json").out)
    assert set(told) == {"ok", "findings"}
    assert {"check", "status", "message"} <= set(told["findings"][0])
