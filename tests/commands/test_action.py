"""The Action as the runner meets it: a payload in a file, variables, outputs, a summary, annotations."""

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from almanac.action import run
from almanac.defaults import load_messages
from almanac.engine.run import reconcile
from almanac.errors import UserError
from almanac.packaged import example, template
from almanac.proposal.hidden import with_state
from almanac.triggers import target_of

from tests.emulated import BOT, GitHubWorld
from tests.filing import body
from tests.forge.clones import clone
from tests.tools import need

ROOT = Path(__file__).parent.parent.parent
PAGE = "past-working-groups.md"
DEMO_DAY = {"title": "Demo Day", "date": "2022-01-20", "when": "9am ET, 3pm CET"}
BOARD = {"issue": {"number": 12, "labels": [{"name": "almanac-dashboard"}], "body": "### X", "comments": 1}}
OURS = with_state("Adds an event.", {"issue": 12})
OUTPUTS = ("outcome", "pull-request-number", "pull-request-url", "event-id")


class Runner:
    """What GitHub's runner sets, and what it reads afterwards."""

    def __init__(self, site: GitHubWorld, folder: Path) -> None:
        self.site = site
        self.folder = folder
        self.checkout: Path | None = None

    def variables(self, trigger: str, payload: Mapping[str, Any]) -> dict[str, str]:
        for name in ("output", "summary"):
            (self.folder / name).write_text("")
        (self.folder / "event.json").write_text(json.dumps(payload))
        workspace = {"GITHUB_WORKSPACE": str(self.checkout)} if self.checkout else {}
        return workspace | {
            "GITHUB_TOKEN": self.site.token(BOT),
            "GITHUB_REPOSITORY": self.site.forge.name,
            "GITHUB_EVENT_NAME": trigger,
            "GITHUB_EVENT_PATH": str(self.folder / "event.json"),
            "GITHUB_API_URL": self.site.emulator.url,
            "GITHUB_OUTPUT": str(self.folder / "output"),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
            "ALMANAC_WRITE_PAUSE": "0",
        }

    def issues(self, number: int, action: str) -> dict[str, str]:
        """The payload of an `issues` event, with what of it there is any use for."""
        issue = self.site.ask("GET", f"issues/{number}")
        payload = {"action": action, "issue": issue, "repository": {"default_branch": self.site.base}}
        return self.variables("issues", payload)

    def outputs(self) -> dict[str, str]:
        return dict(line.split("=", 1) for line in (self.folder / "output").read_text().splitlines())

    @property
    def summary(self) -> str:
        return (self.folder / "summary").read_text()


@pytest.fixture
def runner(site: GitHubWorld, tmp_path: Path) -> Runner:
    files = {PAGE: example(f"ospo/{PAGE}"), ".github/almanac.yml": f"page: {PAGE}\n"}
    files[".github/ISSUE_TEMPLATE/new-event.yml"] = template("site/new-event.yml")
    site.commit({path: text.encode() for path, text in files.items()})
    return Runner(site, tmp_path)


@pytest.mark.emulator
class TestOnGitHub:
    @pytest.mark.parametrize(("checkout", "first", "again"), [(False, (2, 2), 1), (True, (1, 2), 1)])
    def test_an_opened_issue_becomes_a_proposal_within_the_request_counts(
        self, runner: Runner, checkout: bool, first: tuple[int, int], again: int
    ) -> None:
        site, proxy = runner.site, runner.site.emulator.proxy
        if checkout:
            runner.checkout = clone(site, runner.folder / "checkout")
        number = site.file_issue("New event", body(**DEMO_DAY), labels=("event",))
        variables = runner.issues(number, "opened")
        proxy.clear()
        assert run(variables) == 0
        assert len(proxy.reads) == first[0]
        assert len(proxy.writes) == first[1]
        head = site.head(f"almanac/issue-{number}")
        assert head
        before, after = site.files(site.forge.base().commit), site.files(head)
        assert {path for path in after if before.get(path) != after[path]} == {
            PAGE,
            "_data/events/2022-01-20-demo-day.yml",
        }
        [pull] = site.pulls()
        assert runner.outputs() == {
            "outcome": "created",
            "pull-request-number": str(pull.number),
            "pull-request-url": runner.outputs()["pull-request-url"],
            "event-id": "2022-01-20-demo-day",
        }
        assert runner.outputs()["pull-request-url"].endswith(f"/pull/{pull.number}")
        assert f"| #{number} | created | #{pull.number} |" in runner.summary
        proxy.clear()
        assert run(runner.issues(number, "opened")) == 0
        assert (len(proxy.reads), proxy.writes) == (again, [])
        assert runner.outputs()["outcome"] == "unchanged"

    def test_an_edit_updates_all_three(self, runner: Runner) -> None:
        site = runner.site
        number = site.file_issue("New event", body(**DEMO_DAY), labels=("event",))
        run(runner.issues(number, "opened"))
        site.edit_issue(number, body=body(**DEMO_DAY | {"date": "2022-01-27"}))
        assert run(runner.issues(number, "edited")) == 0
        [pull], [comment] = site.pulls(), site.comments(number)
        head = site.head(f"almanac/issue-{number}")
        assert head
        assert b"January 27th, 2022" in site.files(head)[PAGE]
        assert "Jan 27, 2022" in pull.title
        assert "January 27th, 2022" in comment.body

    def test_problems_are_annotations_and_no_failure(self, runner: Runner, capsys: pytest.CaptureFixture[str]) -> None:
        number = runner.site.file_issue("New event", body(title="X", date="soon"), labels=("event",))
        assert run(runner.issues(number, "opened")) == 0
        assert runner.outputs()["outcome"] == "waiting"
        assert re.search(rf"^::warning title=Issue {number}%3A Date::", capsys.readouterr().out, re.MULTILINE)
        assert runner.site.pulls() == []

    @pytest.mark.parametrize("labels", [(), ("bug",)])
    def test_an_issue_that_is_not_ours_gets_nothing_at_all(self, runner: Runner, labels: tuple[str, ...]) -> None:
        proxy = runner.site.emulator.proxy
        number = runner.site.file_issue("Help", "The page is down", labels=labels)
        variables = runner.issues(number, "opened")
        proxy.clear()
        assert run(variables) == 0
        assert proxy.requests == []
        assert runner.outputs() == dict.fromkeys(OUTPUTS, "")
        assert runner.site.comments(number) == []
        proxy.clear()
        assert reconcile(number, runner.site.connect(), load_messages()).plan.writes == ()
        assert (len(proxy.reads), proxy.writes) == (1, [])

    def test_a_schedule_looks_at_all_open_issues(self, runner: Runner) -> None:
        for title in ("One", "Two"):
            runner.site.file_issue("New event", body(title=title, date="2022-01-20"), labels=("event",))
        variables = runner.variables("schedule", {"repository": {"default_branch": runner.site.base}})
        assert run(variables) == 0
        assert len(runner.site.pulls()) == 2
        assert runner.outputs() == dict.fromkeys(OUTPUTS, "")

    def test_a_look_at_all_gives_no_outputs_even_if_there_is_only_one(self, runner: Runner) -> None:
        runner.site.file_issue("New event", body(**DEMO_DAY), labels=("event",))
        assert run(runner.variables("schedule", {"repository": {"default_branch": runner.site.base}})) == 0
        assert "created" in runner.summary
        assert runner.outputs() == dict.fromkeys(OUTPUTS, "")

    @pytest.mark.parametrize(
        ("config", "words"),
        [
            ("pgae: x\n", ":1: pgae: There is no such key. The nearest one is `page`."),
            ("page: x.md\ntime_zones:\n  ET: America/New_Yrok\n", ":3: time_zones.ET: "),
        ],
    )
    def test_what_is_wrong_with_the_site_is_an_error_annotation_and_a_summary(
        self, runner: Runner, capsys: pytest.CaptureFixture[str], config: str, words: str
    ) -> None:
        runner.site.commit({".github/almanac.yml": config.encode()})
        number = runner.site.file_issue("New event", body(**DEMO_DAY), labels=("event",))
        assert run(runner.issues(number, "opened")) == 1
        assert f"::error title=Almanac::.github/almanac.yml{words}" in capsys.readouterr().out
        assert words.split(": ")[1] in runner.summary

    def test_typed_text_cannot_become_a_workflow_command(
        self, runner: Runner, capsys: pytest.CaptureFixture[str]
    ) -> None:
        text = body(title="X\n::error::a", date="soon\n::add-mask::b", people="\n::set-output name=outcome::c,, ")
        number = runner.site.file_issue("::warning::x", text, labels=("event",))
        run(runner.issues(number, "opened"))
        commands = [line for line in capsys.readouterr().out.splitlines() if line.startswith("::")]
        assert all(re.match(r"::(warning|notice|error) title=(Issue|Almanac)", command) for command in commands)

    def test_the_steps_of_action_yml_do_the_job_with_nothing_but_what_was_locked(self, runner: Runner) -> None:
        site, folder = runner.site, runner.folder
        token = site.token(BOT)
        action, workspace, tools = folder / "action", folder / "workspace", folder / "tools"
        for name in ("bot", "templates", "examples"):
            shutil.copytree(ROOT / name, action / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("pyproject.toml", "uv.lock"):
            shutil.copy(ROOT / name, action / name)
        # The site has modules of the names that Almanac imports, and uv notes what is in its environment.
        for path in (workspace / "yaml.py", workspace / "almanac/__init__.py", tools / "uv"):
            path.parent.mkdir(exist_ok=True, parents=True)
            path.write_text("raise SystemExit('code of the site ran')\n")
        (tools / "uv").write_text(
            f'#!/bin/sh\nenv >>{folder}/seen\necho "$@" >>{folder}/asked\nexec {need("uv")} "$@"\n'
        )
        (tools / "uv").chmod(0o755)
        number = site.file_issue("New event", body(**DEMO_DAY), labels=("event",))
        known = {
            name: value for name, value in os.environ.items() if name in {"HOME", "UV_CACHE_DIR"} or name[:4] == "SSL_"
        }
        extra = {name: value for name, value in os.environ.items() if name[:4] in {"UV_I", "UV_D", "PIP_"}}
        given = runner.issues(number, "opened") | {"GITHUB_ACTION_PATH": str(action), "PATH": f"{tools}:/usr/bin:/bin"}
        del given["GITHUB_TOKEN"]
        steps = yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"]
        for step in steps:
            if "run" not in step:
                continue
            is_last = step is steps[-1]
            own = {name: value.replace("${{ inputs.token }}", token) for name, value in step["env"].items()}
            # Where the token is, no other machine can be reached.
            away = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9") | {
                "NO_PROXY": "127.0.0.1"
            }
            ran = subprocess.run(
                [need("bash"), "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
                env=known | given | (away if is_last else extra) | own,
                cwd=workspace,
                capture_output=True,
                text=True,
                check=False,
            )
            assert ran.returncode == 0, ran.stdout + ran.stderr
            assert (token in own.values()) == is_last
        seen, asked = (folder / "seen").read_text(), (folder / "asked").read_text().splitlines()
        assert token not in seen
        assert len(asked) == 1
        assert {"sync", "--locked", "--no-dev", "--no-install-project", "--no-build"} <= set(asked[0].split())
        assert not (action / ".venv/bin/almanac").exists()
        assert runner.outputs()["outcome"] == "created"
        assert len(site.pulls()) == 1


class TestTarget:
    @pytest.mark.parametrize(
        ("trigger", "payload", "issue"),
        [
            (
                "issues",
                {"action": "opened", "issue": {"number": 12, "labels": [{"name": "event"}], "body": "### X"}},
                12,
            ),
            (
                "issues",
                {"action": "opened", "issue": {"number": 12, "labels": [{"name": "event"}], "body": "Hello"}},
                0,
            ),
            ("issues", {"action": "opened", "issue": {"number": 12, "labels": []}}, 0),
            ("issues", {"action": "unlabeled", "issue": {"number": 12, "labels": []}}, 12),
            ("issues", BOARD | {"action": "edited", "sender": {"type": "User"}}, None),
            ("issues", BOARD | {"action": "edited", "sender": {"type": "Bot"}}, 0),
            ("issues", BOARD | {"action": "labeled", "sender": {"type": "User"}}, 0),
            ("issue_comment", {"action": "created", "issue": {"number": 12}}, 12),
            ("pull_request", {"pull_request": {"head": {"ref": "almanac/issue-12"}}}, 12),
            ("pull_request", {"pull_request": {"head": {"ref": "feature"}}}, 0),
            ("issue_comment", {"issue": {"number": 13, "pull_request": {}, "body": OURS}}, 12),
            ("issue_comment", {"issue": {"number": 13, "pull_request": {}, "body": "Closes #12"}}, 0),
            ("push", {}, None),
            ("push", {"ref": "refs/heads/main", "repository": {"default_branch": "main"}}, None),
            ("push", {"ref": "refs/heads/feature", "repository": {"default_branch": "main"}}, 0),
            ("push", {"ref": "refs/heads/almanac/issue-12", "repository": {"default_branch": "main"}}, 12),
            ("schedule", {}, None),
            ("workflow_dispatch", {}, None),
        ],
    )
    def test_what_triggered_the_run_says_where_to_look(
        self, trigger: str, payload: dict[str, Any], issue: int | None
    ) -> None:
        assert target_of(trigger, payload).issue == issue


class TestOutside:
    def test_without_the_runner_s_variables_it_says_so(self) -> None:
        with pytest.raises(UserError, match="GITHUB_EVENT_PATH"):
            run({"GITHUB_TOKEN": "x"})

    @pytest.mark.parametrize("text", ["", "[]", "{", None])
    def test_a_payload_that_cannot_be_read_fails_with_a_message(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None
    ) -> None:
        path = tmp_path / "event.json"
        if text is not None:
            path.write_text(text)
        variables = {
            "GITHUB_TOKEN": "x",
            "GITHUB_REPOSITORY": "a/b",
            "GITHUB_EVENT_NAME": "issues",
            "GITHUB_EVENT_PATH": str(path),
        }
        assert run(variables) == 1
        assert "::error title=Almanac::GITHUB_EVENT_PATH" in capsys.readouterr().out

    def test_a_file_that_cannot_be_written_is_named(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        event = tmp_path / "event.json"
        event.write_text('{"action": "opened", "issue": {"number": 1, "labels": []}}')
        variables = dict.fromkeys(("GITHUB_TOKEN", "GITHUB_REPOSITORY", "GITHUB_EVENT_NAME"), "issues")
        variables |= dict.fromkeys(("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"), str(tmp_path / "nowhere" / "file"))
        assert run({**variables, "GITHUB_EVENT_PATH": str(event)}) == 1
        assert "::error title=Almanac::GITHUB_OUTPUT names a file that cannot be written" in capsys.readouterr().out

    def test_a_payload_of_odd_shape_is_no_bug(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        event = tmp_path / "event.json"
        event.write_text('{"repository": "x"}')
        variables = {
            "GITHUB_TOKEN": "x",
            "GITHUB_REPOSITORY": "no name",
            "GITHUB_EVENT_NAME": "schedule",
            "GITHUB_EVENT_PATH": str(event),
        }
        assert run(variables) == 1
        assert "OWNER/NAME" in capsys.readouterr().out


class TestParity:
    def test_action_yml_declares_the_outputs_that_the_code_writes(self) -> None:
        action = yaml.safe_load((ROOT / "action.yml").read_text())
        assert tuple(action["outputs"]) == OUTPUTS
        for name, output in action["outputs"].items():
            assert output["value"] == f"${{{{ steps.almanac.outputs.{name} }}}}"

    def test_the_documentation_names_each_input_and_output(self) -> None:
        action = yaml.safe_load((ROOT / "action.yml").read_text())
        text = (ROOT / "docs/action.md").read_text()
        for name in (*action["inputs"], *action["outputs"]):
            assert f"| `{name}` |" in text

    @pytest.mark.parametrize("path", ["action.yml", "templates/site/almanac.yml"])
    def test_no_expression_stands_in_a_shell_line_and_every_action_is_pinned(self, path: str) -> None:
        data = yaml.safe_load((ROOT / path).read_text())
        steps = data["runs"]["steps"] if "runs" in data else data["jobs"]["almanac"]["steps"]
        for step in steps:
            assert "${{" not in step.get("run", "")
            # Where `init` puts the commit of the Almanac that is installed.
            used = step.get("uses", "").replace("OWNER/REPO@REF", f"@{'0' * 40}")
            assert re.search(r"@[0-9a-f]{40}$", used) if used else shlex.split(step["run"])

    def test_no_step_but_the_last_is_given_a_token_and_that_one_installs_nothing(self) -> None:
        *others, last = yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"]
        for step in others:
            assert "token }}" not in json.dumps(step)
        set_up, install = others
        assert set_up["with"]["github-token"] == ""  # else it is the workflow's own
        assert re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", set_up["with"]["version"])
        assert set(install["env"].values()) == {""}
        assert "uses" not in last
        assert not re.search(r"\b(uvx?|pip|npm|curl)\b", last["run"])
