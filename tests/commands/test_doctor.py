"""`almanac doctor` as people run it: on a real site with a real git and over HTTP, with what it prints."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from almanac.forge.github.client import Reply
from almanac.packaged import example

from tests.commands.running import Almanac
from tests.commands.test_github_checks import FakeProbe
from tests.commands.test_site_checks import CONFIG, FORM, NAME, PAGE, WORKFLOW, model
from tests.gitrepo import Repo
from tests.proxy import Answer, Proxy, Request

SECRET = "ghp_secretsecretsecret"  # noqa: S105 -- of nobody


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ALMANAC_APP_ID", "GITHUB_TOKEN", "GITHUB_API_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A site that was set up, and on which nothing is wrong."""
    repo = Repo.init(tmp_path / "site")
    repo.commit(dict(model()))
    return repo


def faults(almanac: Almanac, repo: Repo, *more: str) -> tuple[int, list[dict[str, Any]]]:
    ran = almanac("doctor", "--site", repo.folder, "--json", *more)
    told = ran.json
    assert set(told) == {"ok", "findings"}
    assert told["ok"] == (ran.status == 0)
    return ran.status, [finding for finding in told["findings"] if finding["status"] != "ok"]


class TestSite:
    def test_nothing_is_wrong(self, almanac: Almanac, repo: Repo) -> None:
        ran = almanac("doctor", "--site", repo.folder)
        assert ran.status == 0
        assert "All is well." in ran.out
        assert {line.split()[0] for line in ran.out.split("\n\n")[0].splitlines()} == {"ok"}
        assert "almanac doctor --repo OWNER/NAME" in ran.out
        repo.git("remote", "add", "origin", "ssh://git@github.com/octo/site.git")
        assert "almanac doctor --repo octo/site" in almanac("doctor", "--site", repo.folder, "--offline").out
        repo.git("remote", "remove", "origin")
        assert faults(almanac, repo) == (0, [])

    def test_what_is_wrong_is_shown_with_its_place_and_remedy(self, almanac: Almanac, repo: Repo) -> None:
        (repo.folder / FORM).unlink()
        repo.write({CONFIG: f"page: {PAGE}\ntime_zone: Mars\n"})
        ran = almanac("doctor", "--site", repo.folder)
        assert ran.status == 1
        assert f"WRONG    config     {CONFIG}:2: time_zone:" in ran.out
        assert " -> Fix this line; docs/configuration.md lists all keys." in ran.out
        assert "\n1 wrong.\n" in ran.out
        status, [finding] = faults(almanac, repo)
        assert (status, finding["check"], finding["file"], finding["line"]) == (1, "config", CONFIG, 2)

    def test_a_site_s_own_messages_are_tried(self, almanac: Almanac, repo: Repo) -> None:
        config = (repo.folder / CONFIG).read_text() + "messages: texts\n"
        well = {"texts/merged.md.j2": "On {{ page }}.", "texts/problems.md.j2": "{{ problems[0] | problem }}"}
        repo.write({CONFIG: config, **well})
        assert [one for one in faults(almanac, repo)[1] if one["check"] == "messages"] == []
        assert almanac("build", "--check", "--site", repo.folder).status == 0
        broken = "Thanks\n\n{% if removed %}{{ pgae }}{% endif %}"
        repo.write({"texts/merged.md.j2": broken, "texts/held.md.j2": "{% if %}"})
        found = [one for one in faults(almanac, repo)[1] if one["check"] == "messages"]
        assert [(one["file"], one["line"]) for one in found] == [("texts/held.md.j2", 1), ("texts/merged.md.j2", 3)]
        assert "no value `pgae`. The nearest one is `page`" in found[1]["message"]
        ran = almanac("build", "--check", "--site", repo.folder)
        assert ran.status == 1
        assert "texts/merged.md.j2:3" in ran.err

    @pytest.mark.parametrize(
        ("files", "status", "words"),
        [({"texts/mergd.md.j2": "x"}, "error", "`merged.md.j2`"), ({}, "warning", "no messages in this folder")],
    )
    def test_messages_that_would_not_be_used_are_told(
        self, almanac: Almanac, repo: Repo, files: dict[str, str], status: str, words: str
    ) -> None:
        repo.write({CONFIG: (repo.folder / CONFIG).read_text() + "messages: texts\n", **files})
        [found] = [one for one in faults(almanac, repo)[1] if one["check"] == "messages"]
        assert (found["status"], words in found["message"]) == (status, True)

    def test_a_warning_is_no_failure(self, almanac: Almanac, repo: Repo) -> None:
        repo.write({"Gemfile.lock": "GEM\n"})
        ran = almanac("doctor", "--site", repo.folder)
        assert (ran.status, "\n1 to look at.\n" in ran.out) == (0, True)

    def test_a_server_needs_no_workflow(self, almanac: Almanac, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
        (repo.folder / WORKFLOW).unlink()
        assert [finding["check"] for finding in faults(almanac, repo)[1]] == ["workflow"]
        monkeypatch.setenv("ALMANAC_APP_ID", "1")
        assert faults(almanac, repo) == (0, [])

    def test_outside_of_git_or_below_its_top(self, almanac: Almanac, repo: Repo, tmp_path: Path) -> None:
        plain = Repo(tmp_path / "plain")
        plain.write(dict(model()))
        status, [finding] = faults(almanac, plain)
        assert (status, finding["check"]) == (1, "git")
        below = Repo(repo.folder / "docs")
        below.write({PAGE: example(f"ospo/{PAGE}")})
        assert f"--site {repo.folder}" in next(f["remedy"] for f in faults(almanac, below)[1] if f["check"] == "git")

    def test_one_cause_is_told_once(self, almanac: Almanac, repo: Repo) -> None:
        records = sorted((repo.folder / "_data/events").iterdir())
        for record in records:
            record.write_text(record.read_text() + "foo: 1\n")
        [finding] = faults(almanac, repo)[1]
        assert f"It is the same in _data/events/{records[1].name}:" in finding["message"]
        repo.git("checkout", "--quiet", ".")
        repo.write({CONFIG: f"page: {PAGE}\nsection_template: t.j2\n", "t.j2": "{{ date | lke }}\n"})
        checks = [one["check"] for one in faults(almanac, repo)[1]]
        assert checks == ["template", "workflow"]  # pushes of the template start nothing

    def test_what_can_be_mended_is_mended_and_told(self, almanac: Almanac, repo: Repo) -> None:
        repo.git("rm", "--quiet", "-r", "--cached", ".github", "_data")
        repo.write({".gitignore": "_data/\n*.yml", "_config.yml": f"theme: x\nexclude:\n  - a\n  - {PAGE}  # old\n"})
        form, workflow = (repo.folder / path for path in (FORM, WORKFLOW))
        form.write_text(form.read_text().replace("labels: [event]\n", "").replace("required: true", "required: false"))
        workflow.write_text(workflow.read_text().replace("contents: write", "contents: read"))
        lines = [line for line in workflow.read_text().split("\n") if "almanac/**" not in line]
        workflow.write_text("\n".join(lines).replace("in-progress: false", "in-progress: true"))
        status, found = faults(almanac, repo)
        assert (status, {one["check"] for one in found}) == (1, {"form", "ignored", "jekyll", "workflow"})
        told = almanac("doctor", "--site", repo.folder, "--fix", "--json")
        assert (told.status, told.json["left"]) == (0, [])
        assert "The form gives the label event now." in told.json["mended"]
        assert faults(almanac, repo) == (0, [])
        assert (repo.folder / "_config.yml").read_text() == "theme: x\nexclude:\n  - a\n"
        assert (repo.folder / ".gitignore").read_text().count("# What Almanac needs") == 1
        assert "There is nothing that could be mended" in almanac("doctor", "--site", repo.folder, "--fix").out

    def test_what_is_in_the_way_of_two_files_is_mended_once(self, almanac: Almanac, repo: Repo) -> None:
        config = (repo.folder / CONFIG).read_text()
        repo.commit({"_config.yml": 'exclude: ["*"]\n', CONFIG: f"{config}calendar: events.ics\n"})
        told = almanac("doctor", "--site", repo.folder, "--fix", "--json").json
        assert (told["mended"][0], told["left"]) == ("`*` is out of Jekyll's `exclude` now.", [])
        assert (repo.folder / "_config.yml").read_text() == "exclude: []\n"

    def test_what_cannot_be_mended_is_left_and_told(self, almanac: Almanac, repo: Repo) -> None:
        workflow = repo.folder / WORKFLOW
        job = "    permissions: {issues: read}\n    steps:"
        lines = [line for line in workflow.read_text().split("\n") if ": write" not in line]
        workflow.write_text("\n".join(lines).replace("    permissions:\n    steps:", job))
        before = workflow.read_text()
        ran = almanac("doctor", "--site", repo.folder, "--fix")
        assert (ran.status, "left     Not so: The workflow's job may write" in ran.out) == (1, True)
        assert workflow.read_text() == before

    def test_a_folder_that_does_not_exist_or_a_name_that_is_none(self, almanac: Almanac, repo: Repo) -> None:
        assert almanac("doctor", "--site", repo.folder / "none").status == 1
        ran = almanac("doctor", "--site", repo.folder, "--repo", "octo", "--json")
        assert (ran.status, ran.json["ok"]) == (1, False)
        assert "OWNER/NAME" in ran.err


def _body(reply: Reply) -> object:
    return {"message": reply.refused.answer.said} if reply.refused else reply.data or b"[]"


class GitHub:
    """A server that answers as GitHub does for the site's repository, unless told otherwise."""

    def __init__(self) -> None:
        self.proxy = Proxy()
        self.proxy.trouble = self.answer
        fake = FakeProbe()
        self.answers = {path: Answer(one.status, _body(one), {"Date": fake.date}) for path, one in fake.answers.items()}
        for path, text in model().items():
            content = base64.encodebytes(text if isinstance(text, bytes) else text.encode()).decode()
            self.answers[f"contents/{path}"] = Answer(200, {"content": content})

    def answer(self, request: Request) -> Answer:
        path = unquote(request.path).removeprefix(f"/repos/{NAME}").lstrip("/")
        return self.answers.get(path, Answer(404, {"message": "Not Found"}))


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHub]:
    there = GitHub()
    monkeypatch.setenv("GITHUB_API_URL", there.proxy.url)
    monkeypatch.setenv("GITHUB_TOKEN", SECRET)
    yield there
    there.proxy.close()


class TestGitHub:
    def test_nothing_is_wrong(self, almanac: Almanac, repo: Repo, github: GitHub) -> None:
        ran = almanac("doctor", "--site", repo.folder, "--repo", NAME)
        assert ran.status == 0, ran.out
        assert "All is well." in ran.out
        checks = {line.split()[1] for line in ran.out.split("\n\n")[0].splitlines()}
        assert checks >= {"github", "clock", "token", "labels", "actions", "rules", "pages", "files"}
        assert all(request.is_read for request in github.proxy.requests)

    def test_a_file_that_differs_there(self, almanac: Almanac, repo: Repo, github: GitHub) -> None:
        github.answers[f"contents/{FORM}"] = Answer(200, {"content": "eA=="})
        del github.answers[f"contents/{PAGE}"]
        status, findings = faults(almanac, repo, "--repo", NAME)
        assert (status, {one["file"]: one["status"] for one in findings}) == (1, {FORM: "warning", PAGE: "error"})

    @pytest.mark.parametrize("broken", [Answer(0), Answer(200, b"<html>"), Answer(200, [1])])
    def test_what_is_no_answer_of_github_s(self, almanac: Almanac, repo: Repo, github: GitHub, broken: Answer) -> None:
        github.answers = dict.fromkeys(github.answers, broken)
        assert almanac("doctor", "--site", repo.folder, "--repo", NAME).status in (0, 1)

    def test_a_server_that_is_not_there(self, almanac: Almanac, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:9")
        status, findings = faults(almanac, repo, "--repo", NAME)
        assert status == 1
        assert "could not be reached" in findings[-1]["message"]
        assert "GITHUB_API_URL" in findings[-1]["remedy"]
        for nonsense in ("github", "http://[x", "http://x:0"):
            monkeypatch.setenv("GITHUB_API_URL", nonsense)
            assert "not a valid address" in faults(almanac, repo, "--repo", NAME)[1][-1]["message"]

    def test_without_a_token_what_is_public_is_checked(
        self, almanac: Almanac, repo: Repo, github: GitHub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("GITHUB_TOKEN")
        status, findings = faults(almanac, repo, "--repo", NAME)
        assert (status, [one["check"] for one in findings]) == (0, ["token"])
        assert not any(request.authorization for request in github.proxy.requests)

    def test_one_reason_for_which_much_cannot_be_seen_is_told_once(
        self, almanac: Almanac, repo: Repo, github: GitHub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for path in ("actions/permissions/workflow", "pages", "rulesets"):
            github.answers[path] = Answer(403, {"message": "Resource not accessible by personal access token"})
        [finding] = faults(almanac, repo, "--repo", NAME)[1]
        assert "status 403): whether Actions may open pull requests; whether a push rule" in finding["message"]
        monkeypatch.delenv("GITHUB_TOKEN")
        [finding] = faults(almanac, repo, "--repo", NAME)[1]
        assert (finding["check"], "gh auth token" in finding["remedy"]) == ("token", True)
        assert "These could not be checked: whether Actions may open pull requests;" in finding["message"]

    def test_the_repository_of_the_clone_is_looked_at_without_being_named(
        self, almanac: Almanac, repo: Repo, github: GitHub
    ) -> None:
        repo.git("remote", "add", "origin", f"{github.proxy.url}/{NAME}.git")
        del github.answers["labels/event"]
        assert [one["check"] for one in faults(almanac, repo)[1]] == ["labels"]
        assert faults(almanac, repo, "--offline") == (0, [])
        github.answers.clear()
        status, [finding] = faults(almanac, repo)
        assert (status, finding["status"], finding["check"]) == (0, "unknown", "github")

    def test_labels_and_permissions_on_github_are_mended_with_a_yes(
        self, almanac: Almanac, repo: Repo, github: GitHub
    ) -> None:
        del github.answers["labels/event"]
        github.answers["actions/permissions/workflow"] = Answer(200, {"can_approve_pull_request_reviews": False})
        ran = almanac("doctor", "--site", repo.folder, "--repo", NAME, "--fix")
        assert (ran.status, ran.out.count("This changes GitHub for all: add --yes.")) == (1, 2)
        assert all(request.is_read for request in github.proxy.requests)
        github.answers["labels"] = Answer(201, {"name": "event"})
        ran = almanac("doctor", "--site", repo.folder, "--repo", NAME, "--fix", "--yes")
        written = {str(request): request.body for request in github.proxy.requests if not request.is_read}
        assert written == {
            "POST /labels": {"name": "event"},
            "PUT /actions/permissions/workflow": {
                "default_workflow_permissions": "read",
                "can_approve_pull_request_reviews": True,
            },
        }
        assert "Not so, although it was tried: The label event was made on GitHub." in ran.out

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
        assert "not a valid token" in ran.out

    def test_with_a_broken_config_the_rest_is_checked_all_the_same(
        self, almanac: Almanac, repo: Repo, github: GitHub
    ) -> None:
        repo.write({CONFIG: "pgae: x\n"})
        github.answers["actions/permissions/workflow"] = Answer(200, {"can_approve_pull_request_reviews": False})
        _, findings = faults(almanac, repo, "--repo", NAME)
        assert [one["check"] for one in findings] == ["config", "actions"]
