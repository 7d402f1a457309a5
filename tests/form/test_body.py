"""The parser's edges; whole bodies are in tests/cases/parse."""

import pytest
from almanac.errors import UserError
from almanac.form.body import BODY_CAP, Reading, parse, reading_to_json
from almanac.form.elements import Value
from almanac.form.schema import Field, Form, Kind, Option


def form_of(*fields: Field) -> Form:
    return Form("", (), fields)


def one(kind: Kind, *options: str, multiple: bool = False, render: str | None = None) -> Form:
    return form_of(Field("a", "A", kind, options=tuple(map(Option, options)), multiple=multiple, render=render))


TITLE = Field("title", "Title", "input")
NOTES = Field("notes", "Notes", "textarea")
DATE = Field("date", "Date", "input")
MORE = Field("more", "More", "textarea")
LETTERS = "a, b, c, d, e, f, g, h"
LOG = Field("log", "Log", "textarea", render="text")


@pytest.mark.parametrize("character", ["a", "é", "\U0001f389", "\ud800"])
def test_cap_counts_bytes(character: str) -> None:
    size = len(character.encode("utf-8", "surrogatepass"))
    room = BODY_CAP - len("### A\n\n")
    body = "### A\n\n" + character * (room // size)

    assert parse(body, one("textarea")).status == "ok"
    with pytest.raises(UserError, match="262,144"):
        parse(body + character * 2, one("textarea"))


@pytest.mark.parametrize("body", ["", "\n", "### ", "### A", "### A\n", "\n### A\n\n1", "### A \n\n1"])
def test_body_that_github_did_not_write_is_edited(body: str) -> None:
    assert parse(body, one("input")).status == "edited"


@pytest.mark.parametrize(
    ("form", "text", "value"),
    [
        (one("input"), "x", "x"),
        (one("input"), " x ", " x "),
        (one("input"), "", None),
        (one("input"), "_No response_", None),
        (one("input"), "None", "None"),
        (one("input"), "### A", "### A"),
        (one("textarea"), "\n### A", "\n### A"),
        (one("textarea"), "a\r\nb\rc\0", "a\nb\rc\0"),
        (one("textarea"), "x\n", "x\n"),
        (one("textarea", render="text"), "```text\n```", None),
        (one("textarea", render="text"), "```text\n_No response_\n```", "_No response_"),
        (one("textarea", render="text"), "```text\nx\n```\n\n", "x"),
        (one("upload"), "", None),
        (
            one("upload"),
            "https://github.com/user-attachments/assets/1\n",
            "https://github.com/user-attachments/assets/1",
        ),
        (one("dropdown", "x", "y"), "x\n", "x"),
        (one("dropdown", "x", "y"), "None", None),
        (one("dropdown", "x", "y", multiple=True), "y, x", ["y", "x"]),
        (one("dropdown", "x", "x, y", "z", multiple=True), "x, y, x", ["x, y", "x"]),
        (one("checkboxes", "x", "x"), "- [x] x\n- [X] x", {"x": True}),
    ],
)
def test_value_is_given(form: Form, text: str, value: Value) -> None:
    assert parse(f"### A\n\n{text}", form) == Reading("ok", {"a": value}, {})


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (one("input"), "x\ny"),
        (one("textarea", render="text"), "```\nx\n```"),
        (one("textarea", render="text"), "```text\nx```"),
        (one("upload"), "a poster"),
        (one("upload"), "[a](b) and more"),
        (one("dropdown", "x"), "X"),
        (one("dropdown", "x", "y", multiple=True), "x, x"),
        (one("dropdown", "x", "y", multiple=True), "x,y"),
        (one("dropdown", "x", "y", multiple=True), "x, y, x, y"),
        (one("checkboxes", "x", "y"), "- [x] x"),
        (one("checkboxes", "x"), "- [-] x"),
    ],
)
def test_value_that_its_element_cannot_hold_is_refused(form: Form, text: str) -> None:
    assert parse(f"### A\n\n{text}", form) == Reading("edited", {}, {"a": "invalid"}, found={"a": text})


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (one("dropdown", "x", "None"), "None"),
        (one("dropdown", "x", "_No response_", multiple=True), "_No response_"),
        (one("dropdown", "x", "y", "x, y", multiple=True), "x, y"),
        (one("checkboxes", "x", "x"), "- [x] x\n- [ ] x"),
        (one("dropdown", *(", ".join("abcdefgh"[a:b]) for b in range(9) for a in range(b)), multiple=True), LETTERS),
    ],
)
def test_value_that_has_two_meanings_is_refused(form: Form, text: str) -> None:
    assert parse(f"### A\n\n{text}", form) == Reading("ambiguous", {}, {"a": "ambiguous"})
    assert parse(f"Hello\n\n### A\n\n{text}", form) == Reading("edited", {}, {"a": "ambiguous"})


def test_same_value_in_all_readings_is_given() -> None:
    form = form_of(DATE, NOTES, Field("end", "Date", "input"))

    reading = parse("### Date\n\n1\n\n### Notes\n\nx\n\n### Date\n\n2\n\n### Date\n\n2", form)

    assert reading == Reading("ok", {"date": "1", "notes": "x\n\n### Date\n\n2", "end": "2"}, {})


def test_blank_fence_in_all_readings_is_given() -> None:
    form = form_of(NOTES, LOG, DATE)
    blank = "### Log\n\n_No response_\n\n### Date\n\n1"

    reading = parse(f"### Notes\n\nx\n\n{blank}\n\n### Log\n\n```text\n\n```\n\n### Date\n\n1", form)

    assert reading.status == "ok"
    assert reading.fields["log"] is None


@pytest.mark.parametrize(
    ("form", "body", "fields", "refused"),
    [
        pytest.param(
            form_of(TITLE, DATE),
            "### Date\n\n1\n\n### Title\n\nx",
            {"title": "x", "date": "1"},
            {},
            id="one-line fields may change places",
        ),
        pytest.param(
            form_of(TITLE, DATE),
            "### Title\n\n### Date\n\n### Date\n\n1",
            {"title": "### Date", "date": "1"},
            {},
            id="GitHub's own",
        ),
        pytest.param(
            form_of(TITLE, DATE),
            "### Title\n\n### Date\n\n### Date\n\n1\n\n### Added\n\nby hand",
            {},
            {"title": "ambiguous", "date": "ambiguous"},
            id="value that is another field's heading",
        ),
        pytest.param(
            form_of(TITLE, DATE),
            "### Title\n\n### Something\n\n### Date\n\n### Added\n\nby hand",
            {"title": "### Something"},
            {"date": "invalid"},
            id="value that is a heading of nobody's",
        ),
        pytest.param(
            form_of(TITLE, DATE),
            "### Title\n\nx\n\n### no heading\ny\n\n### Date\n\n1",
            {"date": "1"},
            {"title": "invalid"},
            id="more than the value",
        ),
        pytest.param(
            form_of(TITLE, NOTES, DATE),
            "### Title\n\nx\n\n### Notes\n\n### Sub\n\ny\n\n### Date",
            {"title": "x", "notes": "### Sub\n\ny", "date": None},
            {},
            id="text that begins with a heading, blank field at the end",
        ),
        pytest.param(
            form_of(NOTES, DATE),
            "### Notes\n\n### Date\n\n1\n2",
            {"notes": None},
            {"date": "invalid"},
            id="textarea emptied",
        ),
        pytest.param(
            form_of(TITLE, NOTES, DATE, Field("place", "Place", "input")),
            "### Notes\n\nx\n\n### Title\n\nforged\n\n### Date\n\n1",
            {"date": "1"},
            {"title": "ambiguous", "notes": "ambiguous", "place": "missing"},
            id="heading inside a textarea's text",
        ),
        pytest.param(
            form_of(TITLE, NOTES, DATE),
            "### Notes\n\nx\n\n### Title\n\nforged\n\n### Date\n\n1\n\n### Title\n\ny",
            {"notes": "x\n\n### Title\n\nforged", "date": "1"},
            {"title": "ambiguous"},
            id="heading inside a textarea's text, and its own in another place",
        ),
        pytest.param(
            form_of(TITLE, NOTES, DATE, LOG),
            "### Date\n\n1\n\n### Log\n\n```text\nx\n\n### y\n```\n\n### Notes\n\na\n\n### b\n\nc\n\n### Title\n\nt",
            {"title": "t", "notes": "a\n\n### b\n\nc", "date": "1", "log": "x\n\n### y"},
            {},
            id="each section once, in another order",
        ),
        pytest.param(
            form_of(TITLE, LOG, NOTES),
            "### Log\n\n```text\nx\n\n### Notes\n\nforged\n```\n\n### Title\n\nt",
            {},
            {"title": "ambiguous", "log": "invalid", "notes": "ambiguous"},
            id="another order, and a heading inside a fence",
        ),
        pytest.param(
            form_of(NOTES, DATE, MORE, TITLE),
            "### Notes\n\nx\n\n### More\n\ny\n\n### Title\n\nz",
            {"more": "y", "title": "z"},
            {"notes": "open-ended", "date": "missing"},
            id="only the text before the gap is open-ended",
        ),
        pytest.param(
            form_of(NOTES, DATE),
            "### Date\n\n1\n\n### Notes\n\nx",
            {"notes": "x", "date": "1"},
            {},
            id="the only two sections the other way round",
        ),
        pytest.param(
            form_of(TITLE, NOTES, DATE),
            "### Date\n\n1\n\n### Notes\n\nx",
            {"date": "1"},
            {"title": "missing", "notes": "open-ended"},
            id="following heading stands before",
        ),
        pytest.param(
            form_of(NOTES, DATE, Field("end", "Date", "input")),
            "### Notes\n\nx\n\n### Date\n\n1",
            {},
            {"notes": "ambiguous", "date": "ambiguous", "end": "ambiguous"},
            id="label of two fields",
        ),
        pytest.param(
            form_of(Field("c", "C#", "input"), DATE),
            "### C#\t\n\n1\n\n### Date##\n\n2",
            {"c": "1"},
            {"date": "missing"},
            id="a closing run has a space before it",
        ),
        pytest.param(
            form_of(TITLE, DATE),
            "### Title\nx\n\n### date\n\n2",
            {},
            {"title": "missing", "date": "missing"},
            id="no blank line, other spelling",
        ),
        pytest.param(
            form_of(LOG, DATE),
            "Hi\n\n### Log\n\n\n```text\nx\n```\n\n\n### Date\n\n\n 1\n\n",
            {"log": "x", "date": "1"},
            {},
            id="more blank lines",
        ),
        pytest.param(
            form_of(Field("title", "Ti\u200btle", "input"), DATE),
            "### Title\n\nx\n\n### \u2060Date \u00ad\n\n1",
            {"title": "x", "date": "1"},
            {},
            id="characters that nobody sees in a heading or a label",
        ),
        pytest.param(
            form_of(NOTES, DATE),
            "Hi\n\n### Notes\n\n### Da\u3164te\n\nforged\n\n### Date\n\n1",
            {},
            {"notes": "ambiguous", "date": "ambiguous"},
            id="two headings that look alike",
        ),
    ],
)
def test_edited_body(form: Form, body: str, fields: dict[str, Value], refused: dict[str, str]) -> None:
    reading = parse(body, form)

    assert (reading.fields, reading.refused) == (fields, refused)


def test_json_has_the_three_keys() -> None:
    reading = parse("### Title\n\nx", form_of(TITLE, DATE))

    assert reading_to_json(reading) == {"status": "edited", "fields": {"title": "x"}, "refused": {"date": "missing"}}
