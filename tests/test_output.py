"""What commands print: differences of files, and how far they are."""

import io
import re
import sys

import pytest
from almanac.errors import Problem
from almanac.output import diff_lines, print_problems, progress
from hypothesis import given
from hypothesis import strategies as st

TEXTS = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "\n", "d\r\n", "e"]), max_size=40).map("".join)
_RANGES = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


def changed(old: str | None, new: str | None) -> list[str]:
    return list(diff_lines({"x": old}, {"x": new}))


def applied(text: str, difference: list[str]) -> str:
    """Apply a unified diff, as `patch` does, and see that its numbers are right."""
    lines, written, at = re.findall(r"[^\n]*\n|[^\n]+", text), list[str](), 0
    parts = "\n".join(difference[2:]).replace("\n\\ No newline at end of file", "\0").replace("␍", "\r")
    for hunk in re.split(r"(?m)^(?=@@)", parts)[1:]:
        head, *body = hunk.removesuffix("\n").split("\n")
        ranges = _RANGES.fullmatch(head)
        assert ranges
        start, count, other, other_count = (1 if number is None else int(number) for number in ranges.groups())
        start, other = start - (count > 0), other - (other_count > 0)
        written += lines[at:start]
        assert len(written) == other
        kept = [f"{line[1:]}\n".replace("\0\n", "") for line in body if line[0] in " -"]
        put = [f"{line[1:]}\n".replace("\0\n", "") for line in body if line[0] in " +"]
        assert (kept, len(put)) == (lines[start : start + count], other_count)
        written, at = written + put, start + count
    return "".join(written + lines[at:])


def test_a_difference_is_a_unified_diff() -> None:
    before = "".join(f"{number}\n" for number in range(20))
    assert changed(before, before.replace("9\n", "nine\r\n", 1) + "end") == [
        *("--- a/x", "+++ b/x", "@@ -7,7 +7,7 @@", " 6", " 7", " 8", "-9", "+nine␍", " 10", " 11", " 12"),
        *("@@ -18,3 +18,4 @@", " 17", " 18", " 19", "+end", "\\ No newline at end of file"),
    ]


def test_a_new_file_and_one_that_goes_have_no_name_on_the_other_side() -> None:
    assert changed(None, "a\n") == ["--- /dev/null", "+++ b/x", "@@ -0,0 +1 @@", "+a"]
    assert changed("a\nb", None)[:3] == ["--- a/x", "+++ /dev/null", "@@ -1,2 +0,0 @@"]
    assert changed("a\n", "a\n") == []


@given(TEXTS, TEXTS)
def test_a_difference_leads_from_the_one_to_the_other(old: str, new: str) -> None:
    assert applied(old, changed(old, new) if old != new else ["", ""]) == new


def test_of_what_is_no_text_its_size_is_told() -> None:
    assert list(diff_lines({}, {"a.png": b"x" * 1_234})) == ["--- /dev/null", "+++ b/a.png", "(1,234 bytes, no text)"]


def printed(problem: Problem, capsys: pytest.CaptureFixture[str], kind: str = "problem") -> str:
    print_problems([problem], kind)
    return capsys.readouterr().err


def test_only_what_was_typed_is_called_typed(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(Problem("Bad.", "Date", typed="x\ny", accepted="z"), capsys) == (
        "problem: Date: Bad.\n    typed:    x\n              y\n    accepted: z\n"
    )
    assert printed(Problem("Bad.", "date", typed="x", file="r.yml", line=3), capsys) == (
        "problem: r.yml:3: date: Bad.\n    it says:  x\n"
    )


def test_what_stands_in_the_place_of_an_answer_already_is_not_called_acceptable(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert printed(Problem("Odd.", "When", typed="x", accepted="z"), capsys, "warning") == (
        "warning: When: Odd.\n    typed:    x\n    shown as: z\n"
    )
    in_file = Problem("Odd.", "when", typed="x", accepted="z", file="p.md", line=3)
    assert printed(in_file, capsys, "warning") == ("warning: p.md:3: when: Odd.\n    it says:  x\n    accepted: z\n")


def test_an_example_and_another_event_are_named_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(Problem("Empty.", "Title", example="Soup"), capsys) == (
        "problem: Title: Empty.\n    example:  Soup\n"
    )
    assert printed(Problem("Alike.", event="Soup", url="https://e.org/"), capsys) == (
        "problem: Alike.\n    event:    Soup\n    see:      https://e.org/\n"
    )


def test_two_versions_are_a_difference(capsys: pytest.CaptureFixture[str]) -> None:
    problem = Problem("Both were changed.", file="p.md", line=1, versions=("a\nb\n", "a\nc\n"))
    assert printed(problem, capsys) == (
        "problem: p.md:1: Both were changed.\n    @@ -1,2 +1,2 @@\n     a\n    -b\n    +c\n"
    )


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "variables"), [(Screen, {}), (Screen, {"CI": "1"}), (io.StringIO, {})])
def test_how_far_it_is_is_said_only_where_somebody_watches(
    monkeypatch: pytest.MonkeyPatch, stream: type[io.StringIO], variables: dict[str, str]
) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("COLUMNS", "9")
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    screen = stream()
    monkeypatch.setattr(sys, "stderr", screen)
    with pytest.raises(KeyboardInterrupt), progress() as say:  # noqa: PT012 -- it has to be said before
        say("Building\x1b a site")
        raise KeyboardInterrupt
    is_watched = stream is Screen and not variables
    assert screen.getvalue() == ("\r\x1b[KBuilding\r\x1b[K" if is_watched else "")


def test_what_differs_only_in_its_line_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    alike = [Problem("No year.", "Date", file="a.md", line=line) for line in (3, 9, 12)]
    print_problems([*alike, Problem("No year.", "Date", typed="May", file="a.md", line=4)])
    said = capsys.readouterr().err.splitlines()
    assert said == [
        "problem: a.md:3: Date: No year. (2 more like this.)",
        "problem: a.md:4: Date: No year.",
        "    it says:  May",
    ]
