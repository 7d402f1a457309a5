"""`almanac parse`, `preview` and `when`: what is read of an issue or of a line, and what is wrong with it."""

from pathlib import Path

import pytest

from tests.commands.running import DEMO_DAY, Almanac, form, write_issue
from tests.filing import body

__all__ = ["form"]


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
