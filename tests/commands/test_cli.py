"""The command as a person meets it: what it prints, where, and the exit status. A mistake never shows a traceback."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from almanac import entry
from almanac.cli import app

from tests.commands.running import DEMO_DAY, PAGE, Almanac, form, site, write_issue
from tests.filing import body, issue_json
from tests.gitrepo import Repo

__all__ = ["form", "site"]


class TestJson:
    """With `--json` there is one document on standard output, whatever is wrong."""

    @pytest.mark.parametrize("data", [b"x" * 300_000, b"\xff"])
    def test_a_body_that_cannot_be_read(self, almanac: Almanac, form: Path, data: bytes) -> None:
        ran = almanac("parse", "-", "--form", form, "--json", stdin=data)
        assert ran.status == 1
        assert (ran.json["status"], ran.json["fields"], len(ran.json["refused"])) == ("edited", {}, 13)
        assert ran.json["problems"][0]["message"] in ran.err

    def test_a_form_that_cannot_be_read(self, almanac: Almanac, tmp_path: Path) -> None:
        ran = almanac("parse", "-", "--form", tmp_path / "none", "--json")
        assert (ran.status, bool(ran.json["problems"])) == (1, True)

    @pytest.mark.parametrize("data", [b"{", issue_json(1, "x" * 300_000).encode(), issue_json(1, "hello").encode()])
    def test_an_issue_that_cannot_be_used(self, almanac: Almanac, tmp_path: Path, data: bytes) -> None:
        ran = almanac("preview", "-", "--site", tmp_path, "--json", stdin=data)
        assert (ran.status, ran.json["markdown"], bool(ran.json["problems"])) == (1, None, True)
        ran = almanac("propose", "-", "--site", tmp_path, "--json", stdin=data)
        assert ran.status == 1

    def test_a_forge_that_cannot_be_used(
        self, almanac: Almanac, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("GITHUB_TOKEN", raising=False)
        issue = write_issue(tmp_path, body(**DEMO_DAY))
        ran = almanac("propose", issue, "--site", tmp_path, "--json")
        assert (ran.status, ran.json["outcome"]) == (1, None)
        assert "`git init`" in ran.json["problems"][0]["message"]
        for which in ([], ["--issue", "1"]):
            ran = almanac("reconcile", "--repo", "a/b", *which, "--json")
            assert (ran.status, ran.json["outcome"]) == (1, None)
            assert "GITHUB_TOKEN" in ran.json["problems"][0]["message"]

    def test_a_config_that_cannot_be_used(self, almanac: Almanac, tmp_path: Path) -> None:
        (tmp_path / ".github").mkdir()
        (tmp_path / ".github/almanac.yml").write_text("time_zones: {ET: America/New_Yrok}\n")
        ran = almanac("when", "2021-11-08", "9am ET", "--site", tmp_path, "--json")
        assert (ran.status, ran.json["ok"], ran.json["problems"][0]["line"]) == (1, False, 1)


class TestStatus:
    def test_a_wrong_command_line_is_2(self, almanac: Almanac) -> None:
        for arguments in (
            ["parse"],
            ["nonsense"],
            ["build", "--chekc"],
            ["reconcile", "--repo", "a/b", "--issue", "0"],
        ):
            ran = almanac(*arguments)
            assert ran.status == 2
            assert ran.err

    @pytest.mark.parametrize("arguments", [["build"], ["build", "--check"], ["next"], ["doctor"]])
    def test_a_folder_that_is_no_site_is_1_and_told_what_to_do(
        self, almanac: Almanac, tmp_path: Path, arguments: list[str]
    ) -> None:
        repo = Repo.init(tmp_path / "repo")
        ran = almanac(*arguments, "--site", repo.folder)
        said = ran.out + ran.err
        assert (ran.status, said.count("problem: ") + said.count("WRONG ")) == (1, 1)
        assert "there is no .github/almanac.yml" in said
        assert "`almanac init` sets Almanac up there" in said
        repo.write({".github/almanac.yml": "page: a.md\n", "docs/a.md": "x\n"})
        ran = almanac(*arguments, "--site", repo.folder / "docs")
        assert f"add `--site {repo.folder.resolve()}`" in ran.out + ran.err

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["preview", "12"], "git knows no remote here"),
            (["propose", "https://git.example/a/b/issues/7/"], "GITHUB_API_URL to https://git.example/api/v3"),
            (["import", "SITE"], "This is the site's folder itself"),
            (["next", "Owls"], ".github/almanac.yml: series: This series has no rhythm"),
        ],
    )
    def test_typical_slips_are_met_with_what_to_do(
        self, almanac: Almanac, site: Path, arguments: list[str], words: str
    ) -> None:
        given = [str(site) if one == "SITE" else one for one in arguments]
        ran = almanac(*given, "--site", site)
        assert ran.status == 1
        assert words in ran.err

    def test_a_part_of_an_issue_that_is_missing_is_named(self, almanac: Almanac, site: Path) -> None:
        assert "number: This is missing" in almanac("preview", "-", "--site", site, stdin=b'{"title": "x"}').err

    def test_a_wrong_choice_is_told_in_plain_words(self, almanac: Almanac) -> None:
        ran = almanac("init", "--shape", "round")
        assert (ran.status, "'--shape': 'round' is not one of 'like'" in ran.err) == (2, True)

    def test_a_check_says_that_all_is_in_sync(self, almanac: Almanac, site: Path) -> None:
        almanac("import", PAGE, "--site", site)
        ran = almanac("build", "--check", "--site", site)
        assert (ran.status, ran.out, ran.err) == (0, "", "All is in sync.\n")

    def test_help_reads_as_plain_words(self, almanac: Almanac, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("COLUMNS", "80")
        commands: Any = typer.main.get_command(app)
        for words in ([], *([name] for name in commands.commands), ["jobs", "retry"]):
            ran = almanac(*words, "--help")
            assert ran.status == 0
            assert not re.search(r"[{}<>]|\[\[|\(the|^ .*\.\.\.$", ran.out, re.MULTILINE), ran.out

    def test_help_and_version_are_0(self, almanac: Almanac) -> None:
        assert "propose" in almanac("--help").out
        assert almanac("--version").out.startswith("almanac 0.")

    @pytest.mark.parametrize(
        "arguments",
        [
            ("build", "--site", "TOO-LONG"),
            ("import", "TOO-LONG"),
            ("propose", "TOO-LONG"),
            ("demo", "--dir", "TOO-LONG"),
        ],
    )
    def test_what_the_system_refuses_is_no_bug(self, almanac: Almanac, arguments: tuple[str, ...]) -> None:
        ran = almanac(*(one.replace("TOO-LONG", "9" * 300) for one in arguments))
        assert (ran.status, ran.err) == (1, f"problem: {'9' * 300}: The system refuses this: File name too long.\n")

    def test_what_the_system_refuses_is_in_the_json_document_too(self, almanac: Almanac) -> None:
        assert almanac("doctor", "--json", "--site", "9" * 300).json["problems"][0]["file"] == "9" * 300

    def test_a_bug_is_3_and_says_how_to_report_it(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(sys, "argv", ["almanac", "build"])
        monkeypatch.setattr("almanac.commands.build.build_site", lambda *_, **__: 1 / 0)
        with pytest.raises(SystemExit) as left:
            entry.main()
        shown = capsys.readouterr().err
        assert left.value.code == 3
        assert "ZeroDivisionError" in shown
        assert "report" in shown

    def test_a_bug_s_words_order_no_terminal(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def fail(*_: object, **__: object) -> int:
            raise ValueError("\n::stop-commands::x\n\x1b[31mred")

        monkeypatch.setattr(sys, "argv", ["almanac", "build"])
        monkeypatch.setattr("almanac.commands.build.build_site", fail)
        with pytest.raises(SystemExit):
            entry.main()
        shown = capsys.readouterr().err
        assert "\n\\::stop-commands::x\n\\x1b[31mred" in shown

    def test_an_interruption_is_130(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        def interrupt(*_: object, **__: object) -> int:
            raise KeyboardInterrupt

        monkeypatch.setattr(sys, "argv", ["almanac", "build"])
        monkeypatch.setattr("almanac.commands.build.build_site", interrupt)
        with pytest.raises(SystemExit) as left:
            entry.main()
        assert left.value.code == 130
        assert "Traceback" not in capsys.readouterr().err

    def test_reconcile_without_a_token_or_with_an_impossible_pause_says_so(
        self, almanac: Almanac, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("GITHUB_TOKEN", raising=False)
        ran = almanac("reconcile", "--repo", "a/b")
        assert (ran.status, "GITHUB_TOKEN" in ran.err) == (1, True)
        monkeypatch.setenv("ALMANAC_WRITE_PAUSE", "soon")
        ran = almanac("reconcile", "--repo", "a/b")
        assert (ran.status, "ALMANAC_WRITE_PAUSE" in ran.err) == (1, True)

    @pytest.mark.parametrize(
        ("arguments", "banned"),
        [
            (["--help"], {"github", "fastapi", "jinja2", "rich", "yaml"}),
            (["parse", "-", "--form", "FORM"], {"github", "fastapi", "jinja2", "rich", "tzdata"}),
            (
                ["when", "2021-11-08", "9am ET"],
                {
                    "github",
                    "fastapi",
                    "jinja2",
                    "markdown_it",
                    "rich",
                    "almanac.site",
                    "almanac.form.schema",
                    "almanac.jekyll",
                },
            ),
            (
                ["build", "--check", "--site", "SITE"],
                {
                    "github",
                    "fastapi",
                    "rich",
                    "almanac.form.schema",
                    "almanac.proposal.marker",
                    "almanac.engine.planner",
                    "almanac.entries.template",
                    "almanac.commands.site_checks",
                    "almanac.views.feed",
                    "almanac.views.calendar",
                },
            ),
        ],
    )
    def test_quick_commands_import_nothing_heavy(
        self, arguments: list[str], banned: set[str], form: Path, site: Path
    ) -> None:
        files = {"FORM": str(form), "SITE": str(site)}
        script = (
            "import sys; from almanac import entry\n"
            f"sys.argv = ['almanac', *{[files.get(one, one) for one in arguments]!r}]\n"
            "try: entry.main()\nexcept SystemExit: pass\n"
            "print(*sorted(name for name in sys.modules), file=sys.stderr)"
        )
        ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, input="", check=True)
        assert not banned & set(ran.stderr.split("\n")[-2].split())

    def test_a_reader_that_stops_early_is_no_error(self) -> None:
        read, write = os.pipe()
        os.close(read)
        ran = subprocess.run(
            [sys.executable, "-m", "almanac", "--help"], stdout=write, stderr=subprocess.PIPE, check=False, text=True
        )
        os.close(write)
        assert (ran.returncode, ran.stderr) in ((0, ""), (1, ""))


def test_the_demo_holds(almanac: Almanac, tmp_path: Path) -> None:
    ran = almanac("demo", "--dir", tmp_path / "demo")
    assert ran.status == 0
    assert "Everything works." in ran.out
    assert "\u25b8 To change or withdraw it" in ran.out
    page = (tmp_path / "demo" / PAGE).read_text()
    assert "### December 9th, 2021:  Universities & Academia" in page
    assert "- When: 9am PT, 12pm ET, 5pm CET" in page
    assert almanac("build", "--check", "--site", tmp_path / "demo").status == 0
    again = almanac("demo", "--dir", tmp_path / "demo")
    assert (again.status, "empty" in again.err) == (1, True)


def test_the_demo_holds_for_somebody_with_settings_of_their_own(
    almanac: Almanac, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / "pre-commit").write_text("#!/bin/sh\nexit 1\n")
    (hooks / "pre-commit").chmod(0o755)
    settings = f"[commit]\ngpgSign = true\n[gpg]\nprogram = false\n[core]\nhooksPath = {hooks}\nautocrlf = true\n"
    (tmp_path / "gitconfig").write_text(settings)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    ran = almanac("demo", "--dir", tmp_path / "a demo")
    assert ran.status == 0
    assert f"cat '{tmp_path}/a demo/{PAGE}'" in ran.out


def test_a_demo_that_has_no_place_says_so(almanac: Almanac, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = almanac("demo", "--dir", tmp_path / "file" / "demo")
    assert (ran.status, "cannot be created" in ran.err) == (1, True)
