"""What makes a form ambiguous."""

import pytest
from almanac.form.schema import Field, Form, Option, lint


def complaints(*fields: Field) -> list[tuple[str | None, int | None, str]]:
    found = lint(Form("", (), fields, "form.yml"))
    assert all(problem.file == "form.yml" for problem in found)
    return [(problem.field, problem.line, problem.message) for problem in found]


def dropdown(*options: str, multiple: bool = True) -> Field:
    return Field("a", "A", "dropdown", options=tuple(map(Option, options)), multiple=multiple)


def test_two_textareas_in_a_row_are_named() -> None:
    notes, log = Field("n", "Notes", "textarea"), Field("l", "Log", "textarea", render="text", line=9)

    [(field, line, message)] = complaints(notes, log, Field("d", "Date", "input"), Field("m", "More", "textarea"))

    assert (field, line) == ("Log", 9)
    assert "“Notes”" in message
    assert "between" in message


def test_a_label_used_twice_is_named() -> None:
    [(field, line, message)] = complaints(Field("a", "A", "input", line=3), Field("b", "A", "upload", line=7))

    assert (field, line) == ("A", 7)
    assert "label of its own" in message


def test_a_label_of_two_lines_is_named() -> None:
    assert "one line" in complaints(Field("a", "A\n", "input"))[0][2]


@pytest.mark.parametrize("word", ["None", "none", "_No response_"])
def test_an_option_that_looks_blank_is_named(word: str) -> None:
    [(_, _, message)] = complaints(dropdown("Online", word, multiple=False))

    assert f"“{word}”" in message


@pytest.mark.parametrize(
    ("options", "one", "other"),
    [
        (("Food", "drink", "Food, drink"), "“Food, drink”", "“Food” + “drink”"),
        (("A", "A, B", "B, C", "C"), "“A, B” + “C”", "“A” + “B, C”"),
        (("A, B", "A", "B, C, D", "C", "D"), "“A, B” + “C” + “D”", "“A” + “B, C, D”"),
    ],
)
def test_options_that_read_two_ways_are_named(options: tuple[str, ...], one: str, other: str) -> None:
    [(_, _, message)] = complaints(dropdown(*options))

    assert one in message
    assert other in message


@pytest.mark.parametrize(
    "options",
    [
        ("Food, drink", "Law"),
        ("A, B", "B, C", "C, A"),
        ("A", "A, B", "A,B"),
        ("X, X, Y", "Y, X"),
        ("A", "A, B", "B, B"),
    ],
)
def test_commas_alone_do_no_harm(options: tuple[str, ...]) -> None:
    assert complaints(dropdown(*options)) == []


def test_commas_do_no_harm_where_one_option_is_chosen() -> None:
    assert complaints(dropdown("A", "B", "A, B", multiple=False)) == []


def test_options_given_twice_or_on_two_lines_are_named() -> None:
    boxes = Field("b", "B", "checkboxes", options=(Option("I agree"), Option("I agree"), Option("x\ny")))

    assert ["twice" in message for _, _, message in complaints(boxes)] == [True, False]


def test_complaints_come_in_the_order_of_the_form() -> None:
    fields = (dropdown("None"), Field("t", "T", "textarea"), Field("u", "A", "textarea"))

    assert [field for field, _, _ in complaints(*fields)] == ["A", "A", "A"]
    assert "“None”" in complaints(*fields)[0][2]
