"""The command as a person meets it: what it prints, where, and the exit status. A mistake never shows a traceback."""

import io
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer
from almanac import entry
from almanac.cli import app
from almanac.engine.run import Done
from almanac.errors import ForgeError
from almanac.packaged import example, template
from almanac.proposal.state import Plan
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.filing import GOVERNMENTS_ANSWERS, body, issue_json
from tests.gitrepo import Repo

PAGE = "past-working-groups.md"
DEMO_DAY = {"title": "Demo Day", "date": "2022-01-20", "when": "9am ET, 3pm CET"}


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Almanac:
    """Runs the command in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.monkeypatch = monkeypatch
        self.capsys = capsys

    def __call__(self, *arguments: str | Path, stdin: bytes = b"") -> Ran:
        self.monkeypatch.setattr(sys, "argv", ["almanac", *map(str, arguments)])
        self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        self.capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            entry.main()
        shown = self.capsys.readouterr()
        assert "Traceback" not in shown.err
        return Ran(int(str(left.value.code)), shown.out, shown.err)


@pytest.fixture
def almanac(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Almanac:
    return Almanac(monkeypatch, capsys)


@pytest.fixture
def form(tmp_path: Path) -> Path:
    path = tmp_path / "form.yml"
    path.write_text(template("site/new-event.yml"))
    return path


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with the reference page, imported, and a form; no git repository."""
    folder = tmp_path / "a site"
    folder.mkdir()
    write_site(folder)
    return folder


def write_site(folder: Path) -> None:
    (folder / PAGE).write_bytes(example(f"ospo/{PAGE}").encode())
    forms = folder / ".github/ISSUE_TEMPLATE"
    forms.mkdir(parents=True)
    (forms / "new-event.yml").write_text(template("site/new-event.yml"))
    (folder / ".github/almanac.yml").write_text(f"page: {PAGE}\n")


def write_issue(folder: Path, text: str, **more: Any) -> Path:
    path = folder / "issue.json"
    path.write_text(issue_json(12, text, **more))
    return path


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


class TestParse:
    def test_a_sound_body_is_ok(self, almanac: Almanac, tmp_path: Path, form: Path) -> None:
        path = tmp_path / "body.md"
        path.write_text(body(**DEMO_DAY, people="Ada\nGrace"))
        ran = almanac("parse", path, "--form", form, "--json")
        assert ran.status == 0
        assert ran.json["status"] == "ok"
        assert ran.json["fields"]["people"] == "Ada\nGrace"
        assert ran.json["fields"]["url"] is None
        assert ran.json["refused"] == {}
        plain = almanac("parse", "-", "--form", form, stdin=path.read_bytes()).out
        assert plain.startswith("Title: Demo Day\nDate: ")

    def test_an_edited_body_gives_what_is_certain_and_status_1(self, almanac: Almanac, form: Path) -> None:
        ran = almanac("parse", "-", "--form", form, "--json", stdin=b"### Title\n\nX\n\n### Date\n\n2022-01-20")
        assert ran.status == 1
        assert ran.json["status"] == "edited"
        assert ran.json["fields"] == {"title": "X", "date": "2022-01-20"}
        assert set(ran.json["refused"].values()) == {"missing"}
        ids = {*ran.json["fields"], *ran.json["refused"]}
        assert len(ids) == 13

    @pytest.mark.parametrize(
        ("text", "words"),
        [(b"x" * 300_000, "262,144"), (b"\xff\xfe\x00", "UTF-8")],
        ids=["300 KB", "binary"],
    )
    def test_a_body_that_cannot_be_read_is_refused(self, almanac: Almanac, form: Path, text: bytes, words: str) -> None:
        ran = almanac("parse", "-", "--form", form, "--json", stdin=text)
        assert (ran.status, words in ran.err) == (1, True)

    def test_an_empty_body_has_every_field_missing(self, almanac: Almanac, form: Path) -> None:
        ran = almanac("parse", "-", "--form", form, "--json")
        assert ran.status == 1
        assert (ran.json["fields"], set(ran.json["refused"].values())) == ({}, {"missing"})

    @pytest.mark.parametrize("text", [b"", b"### What happened?\n\nThe page is down\n\n### Version\n\n1"])
    def test_a_body_of_no_form_or_another_one_is_told_in_one_line(
        self, almanac: Almanac, form: Path, text: bytes
    ) -> None:
        ran = almanac("parse", "-", "--form", form, stdin=text)
        assert (ran.status, ran.out) == (1, "")
        assert ran.err == "problem: This text has none of the form's questions. Was it filed with this form?\n"

    def test_a_byte_order_mark_is_no_part_of_a_body(self, almanac: Almanac, tmp_path: Path, form: Path) -> None:
        path = tmp_path / "body.md"
        path.write_text(body(**DEMO_DAY), encoding="utf-8-sig")
        assert almanac("parse", path, "--form", form, "--json").json["status"] == "ok"

    @pytest.mark.parametrize("text", ["", "name: x\n", "body: [", "body:\n  - type: slider\n", "- x", "body: []\n"])
    def test_what_is_no_form_is_refused(self, almanac: Almanac, tmp_path: Path, text: str) -> None:
        (tmp_path / "f.yml").write_text(text)
        ran = almanac("parse", "-", "--form", tmp_path / "f.yml", stdin=b"x")
        assert ran.status == 1
        assert "f.yml" in ran.err

    def test_a_form_that_is_missing_is_named(self, almanac: Almanac, tmp_path: Path) -> None:
        ran = almanac("parse", "-", "--form", tmp_path / "none.yml", stdin=b"x")
        assert ran.status == 1
        assert "none.yml" in ran.err

    def test_body_and_form_cannot_both_be_standard_input(self, almanac: Almanac, form: Path) -> None:
        ran = almanac("parse", "-", "--form", "-", stdin=form.read_bytes())
        assert (ran.status, ran.out) == (1, "")
        assert "Only one of BODY and --form can be standard input." in ran.err
        ran = almanac("parse", "-", "--form", "-", "--json", stdin=form.read_bytes())
        assert (ran.status, ran.json["fields"], len(ran.json["problems"])) == (1, {}, 1)

    def test_a_form_with_faults_is_read_with_warnings(self, almanac: Almanac, tmp_path: Path) -> None:
        areas = "".join(f"  - type: textarea\n    id: {x}\n    attributes: {{label: {x}}}\n" for x in "ab")
        (tmp_path / "f.yml").write_text(f"name: x\nbody:\n{areas}")
        ran = almanac("parse", "-", "--form", tmp_path / "f.yml", "--json", stdin=b"### a\n\n1\n\n### b\n\n2")
        assert (ran.status, ran.json["fields"]) == (0, {"a": "1", "b": "2"})
        assert "warning" in ran.err


class TestPreview:
    def test_the_section_is_shown(self, almanac: Almanac, tmp_path: Path) -> None:
        ran = almanac("preview", write_issue(tmp_path, body(**DEMO_DAY)), "--site", tmp_path)
        assert ran.status == 0
        assert ran.out == "### January 20th, 2022:  Demo Day\n\n- When: 9am ET, 3pm CET\n"

    def test_problems_are_told_with_label_typed_text_reason_and_example(self, almanac: Almanac, tmp_path: Path) -> None:
        path = write_issue(tmp_path, body(title="X", date="11/8/2021", url="ftp://x.example"))
        ran = almanac("preview", path, "--site", tmp_path)
        assert (ran.status, ran.out) == (1, "")
        assert "Date" in ran.err
        assert "11/8/2021" in ran.err
        assert "2021-11-08" in ran.err
        assert "Registration link" in ran.err
        told = almanac("preview", path, "--site", tmp_path, "--json").json
        assert [problem["field"] for problem in told["problems"]] == ["Date", "Registration link"]
        assert told["markdown"] is None

    @pytest.mark.parametrize(
        ("text", "labels"), [(body(**DEMO_DAY), ()), ("hello", ("event",)), (body(**DEMO_DAY), ("bug",))]
    )
    def test_an_issue_of_another_kind_is_refused_with_the_reason(
        self, almanac: Almanac, tmp_path: Path, text: str, labels: tuple[str, ...]
    ) -> None:
        ran = almanac("preview", write_issue(tmp_path, text, labels=labels), "--site", tmp_path)
        assert ran.status == 1
        assert "not filed with the form" in ran.err

    @pytest.mark.parametrize("text", ["", "[]", "{}", "null", "{", '{"number": 0, "title": "x", "body": ""}', "\x00"])
    def test_what_is_no_issue_is_refused(self, almanac: Almanac, tmp_path: Path, text: str) -> None:
        ran = almanac("preview", "-", "--site", tmp_path, stdin=text.encode())
        assert ran.status == 1
        assert ran.err.startswith("problem:")

    def test_what_is_lacking_is_named(self, almanac: Almanac, tmp_path: Path) -> None:
        ran = almanac("preview", write_issue(tmp_path, "hello", labels=("bug",)), "--site", tmp_path)
        assert "the label `event`" in ran.err
        assert "`### Title`, `### Date`" in ran.err

    def test_without_a_form_almanac_s_own_is_used_and_it_says_so(self, almanac: Almanac, tmp_path: Path) -> None:
        path = write_issue(tmp_path, body(**DEMO_DAY))
        assert "Almanac's own is used" in almanac("preview", path, "--site", tmp_path).err
        (tmp_path / ".github").mkdir()
        (tmp_path / ".github/almanac.yml").write_text("form: .github/forms/typo.yml\n")
        ran = almanac("preview", path, "--site", tmp_path)
        assert (ran.status, "issue form is missing" in ran.err) == (1, True)

    def test_a_binary_file_is_no_issue(self, almanac: Almanac, tmp_path: Path) -> None:
        assert almanac("preview", "-", "--site", tmp_path, stdin=bytes(range(256))).status == 1


class TestWhen:
    def test_plain_output_shows_each_zone(self, almanac: Almanac, tmp_path: Path) -> None:
        ran = almanac("when", "2021-11-08", "9am ET", "--site", tmp_path)
        assert ran.status == 0
        assert ran.out.startswith("9am ET\n  ET  9am  Monday, November 8th, 2021, America/New_York")

    def test_the_site_s_letters_are_used(self, almanac: Almanac, tmp_path: Path) -> None:
        (tmp_path / ".github").mkdir()
        (tmp_path / ".github/almanac.yml").write_text("time_zones: {HQ: Asia/Tokyo}\n")
        ran = almanac("when", "2021-11-08", "9am HQ", "--site", tmp_path, "--json")
        assert ran.json["instant"] == "2021-11-08T00:00:00Z"

    def test_a_date_that_cannot_be_read_is_a_problem_in_json_too(self, almanac: Almanac, tmp_path: Path) -> None:
        ran = almanac("when", "11/8/2021", "9am ET", "--site", tmp_path, "--json")
        assert ran.status == 1
        assert ran.json["ok"] is False
        [problem] = ran.json["problems"]
        assert (problem["field"], problem["accepted"]) == ("date", None)
        assert problem["choices"] == ["2021-11-08", "2021-08-11"]


class TestImportAndBuild:
    def test_import_and_build_give_the_page_byte_for_byte(self, almanac: Almanac, site: Path) -> None:
        before = (site / PAGE).read_bytes()
        ran = almanac("import", site / PAGE, "--site", site, "--json")
        assert ran.status == 0
        told = ran.json
        assert [warning["line"] for warning in told.pop("warnings")] == [40]
        assert told == {"events": 2, "structured": 2, "verbatim": 0, "roundtrip": True}
        assert almanac("build", "--check", "--site", site).status == 0
        assert almanac("build", "--site", site).status == 0
        assert (site / PAGE).read_bytes() == before
        assert sorted(path.name for path in (site / "_data/events").iterdir()) == [
            "2021-11-08-governments-agencies.yml",
            "2021-11-11-universities-academia.yml",
        ]

    def test_import_writes_a_config_where_there_is_none(self, almanac: Almanac, tmp_path: Path) -> None:
        (tmp_path / "page.md").write_bytes(example(f"ospo/{PAGE}").encode())
        assert almanac("import", tmp_path / "page.md", "--site", tmp_path).status == 0
        assert (tmp_path / ".github/almanac.yml").read_text() == 'page: "page.md"\n'
        assert almanac("build", "--check", "--site", tmp_path).status == 0

    @pytest.mark.parametrize("width", range(60, 100, 4))
    def test_a_title_can_neither_order_a_terminal_nor_a_workflow(
        self, almanac: Almanac, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, width: int
    ) -> None:
        monkeypatch.setenv("COLUMNS", str(width))
        title = "A \x1b]0;x\x07\x1b[31mred " + "word " * 9 + "::stop-commands::x " * 4
        page = tmp_path / "page.md"
        page.write_text(f"### November 8th, 2021:  {title}\n\n- When: 9am ET\x1b[31m\n")
        ran = almanac("import", page, "--site", tmp_path, "--dry-run")
        assert (ran.status, "\x1b" in ran.out + ran.err) == (0, False)
        assert not any(line.lstrip().startswith("::") for line in (ran.out + ran.err).split("\n"))

    def test_a_dry_run_writes_nothing(self, almanac: Almanac, site: Path) -> None:
        before = everything(site)
        ran = almanac("import", site / PAGE, "--site", site, "--dry-run")
        assert ran.status == 0
        assert "Nothing was written" in ran.out
        assert everything(site) == before

    def test_importing_again_changes_nothing(self, almanac: Almanac, site: Path) -> None:
        almanac("import", site / PAGE, "--site", site)
        before = everything(site)
        assert almanac("import", site / PAGE, "--site", site).status == 0
        assert everything(site) == before

    def test_a_page_without_events_is_refused(self, almanac: Almanac, tmp_path: Path) -> None:
        (tmp_path / "page.md").write_text("# Hello\n\nNothing here.\n")
        ran = almanac("import", tmp_path / "page.md", "--site", tmp_path, "--json")
        assert ran.status == 1
        assert ran.json["events"] == 0
        assert ran.json["roundtrip"] is False
        assert ran.json["problems"]
        assert not (tmp_path / ".github").exists()

    @pytest.mark.parametrize("data", [b"\xff\xfe", b"\x89PNG\r\n\x1a\n\x00"])
    def test_a_binary_page_is_refused(self, almanac: Almanac, tmp_path: Path, data: bytes) -> None:
        (tmp_path / "page.md").write_bytes(data)
        ran = almanac("import", tmp_path / "page.md", "--site", tmp_path, "--json")
        assert (ran.status, ran.json["roundtrip"]) == (1, False)

    def test_a_page_elsewhere_can_be_tried_and_not_imported(self, almanac: Almanac, site: Path, tmp_path: Path) -> None:
        (tmp_path / "other.md").write_bytes((site / PAGE).read_bytes())
        assert almanac("import", tmp_path / "other.md", "--site", site, "--dry-run").status == 0
        ran = almanac("import", tmp_path / "other.md", "--site", site)
        assert ran.status == 1
        assert "not in the site" in ran.err

    def test_a_record_that_is_there_stays_as_a_person_wrote_it(self, almanac: Almanac, tmp_path: Path) -> None:
        write_site(tmp_path)
        almanac("import", tmp_path / PAGE, "--site", tmp_path)
        record = tmp_path / "_data/events/2021-11-08-governments-agencies.yml"
        mine = 'id: "2021-11-08-governments-agencies"\ntitle: "mine" # a comment\ndate: "2021-11-08"\n'
        record.write_text(mine)
        assert almanac("import", tmp_path / PAGE, "--site", tmp_path).status == 0
        assert record.read_text() == mine

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("2021-11-08-copy.yml", 'id: "2021-11-08-governments-agencies"\ntitle: "X"\ndate: "2021-11-08"\n'),
            ("2021-11-09-x.yml", "id: ["),
            ("2021-11-09-x.yaml", 'id: "2021-11-09-x"\ntitle: "X"\ndate: "2021-11-09"\n'),
            ("2021-11-09-x.yml", 'id: "2021-11-09-x"\ntitle: "X"\ndate: "2021-11-09"\nfoo: 1\n'),
        ],
    )
    def test_build_names_a_mistake_in_a_record_and_writes_nothing(
        self, almanac: Almanac, site: Path, name: str, text: str
    ) -> None:
        almanac("import", site / PAGE, "--site", site)
        (site / "_data/events" / name).write_text(text)
        before = everything(site)
        ran = almanac("build", "--site", site)
        assert ran.status == 1
        assert name in ran.err
        assert everything(site) == before

    def test_a_mistake_that_only_the_whole_shows_has_its_line_too(self, almanac: Almanac, site: Path) -> None:
        almanac("import", site / PAGE, "--site", site)
        record = site / "_data/events/2021-11-08-governments-agencies.yml"
        record.write_text(record.read_text().replace("T09:00:00", "T10:00:00"))
        ran = almanac("build", "--site", site)
        assert (ran.status, "governments-agencies.yml:6: starts:" in ran.err) == (1, True)

    def test_build_without_a_page_says_which_is_missing(self, almanac: Almanac, tmp_path: Path) -> None:
        Repo(tmp_path).write({".github/almanac.yml": ""})
        ran = almanac("build", "--site", tmp_path)
        assert (ran.status, "events.md" in ran.err) == (1, True)

    def test_an_edit_of_the_record_is_written_to_the_page(self, almanac: Almanac, site: Path) -> None:
        almanac("import", site / PAGE, "--site", site)
        record = site / "_data/events/2021-11-08-governments-agencies.yml"
        record.write_text(record.read_text().replace("Live from Paris", "Live from Lyon"))
        ran = almanac("build", "--check", "--site", site)
        assert ran.status == 1
        assert "+- Topic:  When Institutions Cooperate (2 Hour Special, Live from Lyon)" in ran.out
        assert almanac("build", "--site", site).status == 0
        assert "Live from Lyon" in (site / PAGE).read_text()
        assert almanac("build", "--check", "--site", site).status == 0

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    def test_any_changed_byte_of_a_section_or_a_record_is_noticed(
        self, almanac: Almanac, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
    ) -> None:
        site = tmp_path_factory.mktemp("site")
        write_site(site)
        almanac("import", site / PAGE, "--site", site)
        page = (site / PAGE).read_bytes()
        start, end = page.index(b"### November 8th"), page.index(b"\n\n### More coming")
        path, low, high = data.draw(
            st.sampled_from(
                [
                    (site / PAGE, start, end),
                    # What a record ends with is no part of what it says.
                    *((p, 0, p.stat().st_size - 1) for p in sorted((site / "_data/events").iterdir())),
                ]
            )
        )
        at = data.draw(st.integers(low, high - 1))
        before = path.read_bytes()
        byte = data.draw(st.integers(32, 126).filter(lambda value: value != before[at]))
        path.write_bytes(before[:at] + bytes([byte]) + before[at + 1 :])
        assert almanac("build", "--check", "--site", site).status == 1

    @pytest.mark.parametrize(
        ("was", "now"),
        [("https://ram.berkeley.edu", "https://ram.Berkeley.edu"), ("T09:00:00-08:00", "T09:00:00-0800")],
    )
    def test_another_spelling_that_the_page_cannot_show_is_noticed(
        self, almanac: Almanac, site: Path, was: str, now: str
    ) -> None:
        almanac("import", site / PAGE, "--site", site)
        record = site / "_data/events/2021-11-11-universities-academia.yml"
        before = record.read_text()
        record.write_text(before.replace(was, now))
        ran = almanac("build", "--check", "--site", site)
        assert ran.status == 1
        assert was in ran.out
        assert almanac("build", "--site", site).status == 0
        assert record.read_text() == before
        record.write_text("# Ours\n" + before.replace(was, now))
        assert almanac("build", "--site", site).status == 0
        assert record.read_text() == "# Ours\n" + before

    def test_an_edit_of_the_page_leaves_what_a_person_wrote_into_the_record(self, almanac: Almanac, site: Path) -> None:
        almanac("import", site / PAGE, "--site", site)
        record = site / "_data/events/2021-11-08-governments-agencies.yml"
        text = record.read_text()
        assert text.count('date: "2021-11-08"\n') == text.count("people:\n") == 1
        text = text.replace('date: "2021-11-08"\n', "date:   2021-11-08  # a Monday\n\n")
        text = (
            "# keep me\n" + text.replace("people:\n", "people:\n  # in the order in which they spoke\n") + "# the end\n"
        )
        record.write_text(text)
        assert almanac("build", "--check", "--site", site).status == 0
        page = site / PAGE
        page.write_text(page.read_text().replace("Live from Paris", "Live from Lyon"))
        assert almanac("build", "--site", site).status == 0
        was, now = (
            [line for line in lines.split("\n") if "rendered:" not in line] for lines in (text, record.read_text())
        )
        assert now == [line.replace("Live from Paris", "Live from Lyon") for line in was]
        assert almanac("build", "--check", "--site", site).status == 0


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


class TestPropose:
    @pytest.fixture
    def repo(self, tmp_path: Path) -> Repo:
        repo = Repo.init(tmp_path / "clone")
        write_site(repo.folder)
        repo.git("add", "--all")
        repo.git("commit", "--quiet", "-m", "site")
        return repo

    def test_a_mistake_in_the_config_is_named_with_file_and_line_as_in_a_preview(
        self, almanac: Almanac, repo: Repo, tmp_path: Path
    ) -> None:
        config = repo.folder / ".github/almanac.yml"
        config.write_text(config.read_text() + "time_zones:\n  ET: America/New_Yrok\n")
        repo.git("commit", "--all", "--quiet", "-m", "config")
        issue = write_issue(tmp_path, body(**DEMO_DAY))
        for command in ("propose", "preview"):
            ran = almanac(command, issue, "--site", repo.folder)
            assert (ran.status, ".github/almanac.yml:3: time_zones.ET: " in ran.err) == (1, True), ran.err

    def test_a_proposal_is_made_and_a_second_run_makes_nothing(
        self, almanac: Almanac, repo: Repo, tmp_path: Path
    ) -> None:
        path = write_issue(tmp_path, body(**GOVERNMENTS_ANSWERS | {"date": "2021-11-09"}))
        ran = almanac("propose", path, "--site", repo.folder)
        assert ran.status == 0
        assert "created" in ran.out
        head = repo.head("almanac/issue-12")
        assert head
        assert "unchanged" in almanac("propose", path, "--site", repo.folder).out
        assert repo.head("almanac/issue-12") == head

    def test_a_dry_run_shows_files_diff_pull_request_and_comment_and_writes_nothing(
        self, almanac: Almanac, repo: Repo, tmp_path: Path
    ) -> None:
        path = write_issue(tmp_path, body(**DEMO_DAY))
        before = everything(repo.folder)
        ran = almanac("propose", path, "--site", repo.folder, "--dry-run")
        assert ran.status == 0
        for words in (
            "+++ b/_data/events/2022-01-20-demo-day.yml",
            "+### January 20th, 2022:  Demo Day",
            "OPEN a pull request to main: Add event: Thu, Jan 20, 2022 \u2013 Demo Day #12",
            "COMMENT on issue #12",
        ):
            assert words in ran.out
        planned = almanac("propose", path, "--site", repo.folder, "--dry-run", "--json").json
        assert planned["outcome"] == "created"
        assert set(planned["files"]) == {PAGE, "_data/events/2022-01-20-demo-day.yml"}
        assert [write["do"] for write in planned["writes"]] == ["commit", "open pull request", "comment"]
        assert everything(repo.folder) == before

    def test_a_dry_run_speaks_of_a_pull_request_only_where_one_is_or_would_be(
        self, almanac: Almanac, repo: Repo, tmp_path: Path
    ) -> None:
        wrong = write_issue(tmp_path, body(title="X", date="soon"))
        ran = almanac("propose", wrong, "--site", repo.folder, "--dry-run")
        assert "Date" in ran.out
        assert "pull request" not in ran.out
        [comment] = almanac("propose", wrong, "--site", repo.folder, "--dry-run", "--json").json["writes"]
        assert "pull request" not in comment["body"]
        right = write_issue(tmp_path, body(**DEMO_DAY))
        assert "pull request (not opened yet), and" in almanac("propose", right, "--site", repo.folder, "--dry-run").out
        almanac("propose", right, "--site", repo.folder)
        moved = write_issue(tmp_path, body(**DEMO_DAY | {"date": "2022-01-27"}))
        ran = almanac("propose", moved, "--site", repo.folder, "--dry-run")
        assert "UPDATE pull request #1: Add event: Thu, Jan 27, 2022 \u2013 Demo Day #12" in ran.out
        assert "maintainer to review in pull request #1, and" in ran.out

    def test_problems_are_told_and_status_is_1(self, almanac: Almanac, repo: Repo, tmp_path: Path) -> None:
        ran = almanac("propose", write_issue(tmp_path, body(title="X", date="soon")), "--site", repo.folder)
        assert ran.status == 1
        assert "waiting" in ran.out
        assert repo.head("almanac/issue-12") is None

    def test_a_failure_is_told_and_status_is_1(
        self, almanac: Almanac, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        failed = Done(Plan(12, "created", "It is new."), None, ForgeError("The branch is locked.", remedy="Unlock it."))
        monkeypatch.setattr("almanac.commands.propose.reconcile", lambda *_, **__: failed)
        ran = almanac("propose", write_issue(tmp_path, body(**DEMO_DAY)), "--site", repo.folder)
        assert (ran.status, ran.err) == (1, "Issue #12:\nerror: The branch is locked.\n    Unlock it.\n")

    def test_uncommitted_changes_are_ignored_and_it_says_so(self, almanac: Almanac, repo: Repo, tmp_path: Path) -> None:
        (repo.folder / PAGE).write_text("scribbles")
        ran = almanac("propose", write_issue(tmp_path, body(**DEMO_DAY)), "--site", repo.folder)
        assert ran.status == 0
        assert "uncommitted changes were ignored" in ran.err
        assert (repo.folder / PAGE).read_text() == "scribbles"

    def test_an_issue_of_another_kind_is_refused_with_the_reason(
        self, almanac: Almanac, repo: Repo, tmp_path: Path
    ) -> None:
        ran = almanac("propose", write_issue(tmp_path, "The page is down"), "--site", repo.folder)
        assert ran.status == 1
        assert "not filed with the form" in ran.err
        assert not (repo.folder / ".almanac").exists()

    def test_a_closed_issue_is_refused_with_the_reason(self, almanac: Almanac, repo: Repo, tmp_path: Path) -> None:
        path = write_issue(tmp_path, body(**DEMO_DAY), state="closed")
        for how in ([], ["--dry-run"]):
            ran = almanac("propose", path, "--site", repo.folder, *how)
            assert ran.status == 1
            assert "This issue is closed" in ran.err
        assert not (repo.folder / ".almanac").exists()

    def test_a_site_that_cannot_be_used_gets_no_file(self, almanac: Almanac, repo: Repo, tmp_path: Path) -> None:
        repo.commit({".github/almanac.yml": "page: [\n"})
        assert almanac("propose", write_issue(tmp_path, body(**DEMO_DAY)), "--site", repo.folder).status == 1
        assert not (repo.folder / ".almanac").exists()

    def test_a_branch_without_config_and_form_is_named_with_the_one_that_has_them(
        self, almanac: Almanac, tmp_path: Path
    ) -> None:
        repo = Repo.init(tmp_path / "clone")
        repo.commit({PAGE: "# Events\n"})
        issue = write_issue(tmp_path, body(**DEMO_DAY))
        ran = almanac("propose", issue, "--site", repo.folder)
        assert (ran.status, "the branch main" in ran.err, "`almanac init` writes it" in ran.err) == (1, True, True)
        write_site(repo.folder)
        ran = almanac("propose", issue, "--site", repo.folder)
        assert (ran.status, ran.err.count("commit it first")) == (1, 2)
        repo.git("switch", "--quiet", "--create", "adopt")
        repo.git("add", "--all")
        repo.git("commit", "--quiet", "-m", "Adopt Almanac")
        ran = almanac("propose", issue, "--site", repo.folder)
        assert (ran.status, ran.err.count("merge adopt into main")) == (1, 2)
        assert ".github/almanac.yml: Proposals start from the branch main" in ran.err
        repo.git("config", "almanac.base", "adopt")
        assert almanac("propose", issue, "--site", repo.folder).status == 0

    def test_without_a_repository_or_a_commit_it_says_what_to_do(self, almanac: Almanac, tmp_path: Path) -> None:
        path = write_issue(tmp_path, body(**DEMO_DAY))
        plain = tmp_path / "plain"
        plain.mkdir()
        ran = almanac("propose", path, "--site", plain)
        assert (ran.status, "git" in ran.err) == (1, True)
        Repo.init(tmp_path / "empty")
        ran = almanac("propose", path, "--site", tmp_path / "empty")
        assert (ran.status, "no commit yet" in ran.err) == (1, True)


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
