"""Reading an issue form."""

from pathlib import Path

import pytest
import yaml
from almanac.errors import ConfigError, Problem
from almanac.form.schema import Field, Option, lint, parameterize, read_form
from hypothesis import given, settings
from hypothesis import strategies as st

OURS = Path(__file__).parents[2] / "templates" / "site" / "new-event.yml"

FULL = """\
name: Feedback
labels: [event, new]
body:
  - type: markdown
    attributes: {value: Hello}
  - type: input
    id: topic
    attributes: {label: Topic}
    validations: {required: true}
  - type: textarea
    attributes: {label: "What else?", render: shell}
  - type: dropdown
    id: level
    attributes: {label: Level, multiple: true, options: [1.0, yes, "None at all"]}
  - type: checkboxes
    id: rules
    attributes:
      label: Rules
      options:
        - {label: I agree, required: true}
        - label: I came back
  - type: upload
    id: poster
    attributes: {label: Poster}
    validations: {required: }
"""


def problems_of(text: str | bytes) -> tuple[Problem, ...]:
    with pytest.raises(ConfigError) as caught:
        read_form(text, "form.yml")
    assert all(problem.file == "form.yml" for problem in caught.value.problems)
    return caught.value.problems


def element(lines: str) -> str:
    """Write a form of one element whose first line is line 2."""
    return "body:\n" + "\n".join(f"  {line}" for line in lines.split("\n"))


def test_every_element_is_read() -> None:
    form = read_form(FULL, "form.yml")

    assert (form.name, form.labels, form.path) == ("Feedback", ("event", "new"), "form.yml")
    assert form.fields == (
        Field("topic", "Topic", "input", required=True),
        Field("what-else", "What else?", "textarea", render="shell"),
        Field("level", "Level", "dropdown", options=tuple(map(Option, ("1.0", "yes", "None at all"))), multiple=True),
        Field("rules", "Rules", "checkboxes", options=(Option("I agree", required=True), Option("I came back"))),
        Field("poster", "Poster", "upload"),
    )
    assert [field.line for field in form.fields] == [6, 10, 12, 15, 22]


def test_our_own_form_has_the_agreed_fields_and_is_clean() -> None:
    form = read_form(OURS.read_bytes())

    assert " ".join(field.id for field in form.fields) == (
        "title date when duration series people_label people location description url agenda recording links"
    )
    assert [field.id for field in form.fields if field.required] == ["title", "date"]
    assert (form.name, form.labels) == ("New event", ("event",))
    assert lint(form) == ()


@pytest.mark.parametrize(
    ("labels", "expected"),
    [("", ()), ("labels:\n", ()), ("labels: event, new ,\n", ("event", "new")), ("labels: []\n", ())],
)
def test_labels_may_be_a_list_or_a_line(labels: str, expected: tuple[str, ...]) -> None:
    form = read_form(labels + "name: ~\nbody: [{type: input, attributes: {label: A}}]")

    assert (form.labels, form.name) == (expected, "")


def test_bytes_may_begin_with_a_byte_order_mark() -> None:
    assert read_form(b"\xef\xbb\xbf" + FULL.encode()).fields == read_form(FULL).fields


def test_aliases_are_followed() -> None:
    form = read_form("body:\n- {type: input, attributes: &a {label: A}, id: x}\n- {type: input, attributes: *a, id: y}")

    assert [(field.id, field.label) for field in form.fields] == [("x", "A"), ("y", "A")]


@pytest.mark.parametrize(
    ("text", "line", "field", "words"),
    [
        ("", None, None, "empty"),
        ("a: b\n c: d", 2, None, "YAML"),
        ("a: 'x", 1, None, "YAML"),
        ("body: []\nbody: []", 2, "body", "twice"),
        ("a: 1\n---\nb: 2", 2, None, "YAML"),
        ("a: *b", 1, None, "YAML"),
        ("a: \x00", None, None, "does not allow"),
        ("a: \ud800", None, None, "does not allow"),
        (b"\xff\xfe\x00", None, None, "does not allow"),
        (b"\x89PNG\r\n\x1a\n", None, None, "does not allow"),
        ("a: " + "[" * 100_000, 1, None, "nested"),
        ("# " + "x" * 262_144, None, None, "longer"),
        ("- a", 1, None, "keys"),
        ("just text", 1, None, "keys"),
        ("name: x\n", 1, "body", "no `body`"),
        ("name: x\nbody:\n", 2, "body", "no `body`"),
        ("name: x\nbody: text", 2, "body", "list"),
        ("body: []", 1, "body", "asks nothing"),
        ("body:\n- {type: markdown, attributes: {value: x}}", 1, "body", "asks nothing"),
        (element("- 1"), 2, "body[0]", "keys"),
        (element("- {}"), 2, "body[0].type", "missing"),
        (element("- id: a"), 2, "body[0].type", "missing"),
        (element("- id: a\n  type: slider"), 3, "body[0].type", "`upload`"),
        (element("- type: [a]"), 2, "body[0].type", "text"),
        (element("- type: input"), 2, "body[0].attributes.label", "missing"),
        (element("- type: input\n  attributes: x"), 3, "body[0].attributes", "keys"),
        (element("- type: input\n  attributes:\n    label:"), 4, "body[0].attributes.label", "no value here"),
        (element("- type: input\n  attributes:\n    label: [a]"), 4, "body[0].attributes.label", "text"),
        (element("- type: input\n  attributes: {label: ' '}"), 3, "body[0].attributes.label", "not empty"),
        (element("- type: input\n  attributes: {label: 会}"), 2, "body[0].id", "No id"),
        (element("- type: input\n  attributes: {label: a}\n  id: a b"), 4, "body[0].id", "letters"),
        (
            element("- type: input\n  attributes: {label: a}\n  validations:\n    required: 'true'"),
            5,
            "body[0].validations.required",
            "`true`",
        ),
        (element("- type: dropdown\n  attributes: {label: a}"), 3, "body[0].attributes.options", "missing"),
        (element("- type: dropdown\n  attributes: {label: a, options: []}"), 3, "body[0].attributes.options", "empty"),
        (element("- type: dropdown\n  attributes: {label: a, options: x}"), 3, "body[0].attributes.options", "list"),
        (
            element("- type: dropdown\n  attributes: {label: a, options: [{}]}"),
            3,
            "body[0].attributes.options[0]",
            "text",
        ),
        (
            element("- type: checkboxes\n  attributes: {label: a, options: [x]}"),
            3,
            "body[0].attributes.options[0]",
            "`- label: I agree`",
        ),
        (
            element("- type: checkboxes\n  attributes: {label: a, options: [{}]}"),
            3,
            "body[0].attributes.options[0].label",
            "missing",
        ),
        ("labels: {a: b}\nbody:\n- {type: input, attributes: {label: a}}", 1, "labels", "list"),
        ("labels: [[]]\nbody:\n- {type: input, attributes: {label: a}}", 1, "labels[0]", "text"),
        (
            "body:\n- {type: input, attributes: {label: a!}}\n- {type: input, attributes: {label: a}}",
            3,
            "a",
            "line 2",
        ),
    ],
)
def test_what_is_not_a_form_is_refused(text: str | bytes, line: int | None, field: str | None, words: str) -> None:
    problem = problems_of(text)[0]

    assert (problem.line, problem.field) == (line, field)
    assert words in problem.message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("body: &a [*a]", "out in full"),
        ("".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 30)).replace("*a0", "x"), "out in full"),
        ("".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 50)).replace("*a0", "x" * 9_000), "nested too deep"),
    ],
)
def test_aliases_that_grow_without_end_are_refused(text: str, words: str) -> None:
    assert words in problems_of(text)[0].message


def test_all_problems_are_reported_at_once() -> None:
    found = problems_of(
        "body:\n- {type: input}\n- {type: nothing}\n- {type: textarea, attributes: {label: 1}, id: ':'}"
    )

    assert [(problem.line, problem.field) for problem in found] == [
        (2, "body[0].attributes.label"),
        (3, "body[1].type"),
        (4, "body[2].id"),
    ]


@settings(deadline=None)
@given(
    st.one_of(
        st.binary(),
        st.text(),
        st.text(st.sampled_from("body: -\n[]{}&*!|>'\"?,#tlinpu")),
        st.recursive(
            st.none() | st.booleans() | st.sampled_from(("input", "dropdown", "A", 3)),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(("body", "type", "attributes", "label", "options", "id", "labels")), inner
                )
            ),
        ).map(lambda made: yaml.safe_dump({"body": made})),
    )
)
def test_nothing_but_a_config_error_is_raised(text: str | bytes) -> None:
    try:
        form = read_form(text)
    except ConfigError:
        return
    assert form.fields
    assert isinstance(lint(form), tuple)


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("What happened?", "what-happened"),
        ("Don't -- stop_it!", "don-t-stop_it"),
        ("1,000 Straßen", "1-000-strassen"),
        ("Ægir's Œuvre ŉ Ŋ", "aegir-s-oeuvre-n-ng"),
        ("Cafe\u0301 Ångström", "cafe-angstrom"),
        ("日本 ABC", "abc"),
        ("½ \u017f", ""),
    ],
)
def test_missing_id_is_made_of_the_label_as_rails_does(label: str, key: str) -> None:
    assert parameterize(label) == key
