"""No answer is ever read wrongly: the parser against a model of GitHub and against plain enumeration."""

from collections.abc import Iterator

import pytest
from almanac.form.body import parse
from almanac.form.elements import Element, Mark, Read, Value, elements_of
from almanac.form.schema import Field, Form
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.form import rendering
from tests.form.rendering import HEADINGS, WORDS, filed, forms

pytestmark = pytest.mark.no_cover  # it would take twice as long; each branch has a test of its own
MIXED = WORDS + HEADINGS
UNCLEAR = ("A", "C", "Online", "x, y")


@settings(max_examples=5 * settings().max_examples)
@given(filed(MIXED))
def test_answer_is_as_typed_or_refused(case: tuple[Form, dict[str, Value], str]) -> None:
    form, typed, body = case

    reading = parse(body, form)

    assert reading.status in {"ok", "ambiguous"}, "GitHub's own text has a reading"
    assert sorted([*reading.fields, *reading.refused]) == [field.id for field in form.fields]
    assert not reading.fields.keys() & reading.refused.keys()
    assert all(typed[key] == value for key, value in reading.fields.items())
    assert set(reading.refused.values()) <= {"ambiguous"}
    assert (reading.status == "ok") == (not reading.refused)


@settings(max_examples=5 * settings().max_examples)
@given(filed(WORDS, UNCLEAR))
def test_text_without_headings_is_read_whole(case: tuple[Form, dict[str, Value], str]) -> None:
    form, typed, body = case

    reading = parse(body, form)

    assert (reading.status, reading.fields, reading.refused) == ("ok", typed, {})


@st.composite
def bodies(draw: st.DrawFn) -> tuple[Form, str]:
    """Give a form and a text that may or may not be an issue of it."""
    if draw(st.booleans()):
        form, _, body = draw(filed(MIXED))
        return form, body.replace("\r\n", "\n") + draw(st.sampled_from(("", "\n", "\n\n")))
    form = draw(forms())
    return form, draw(rendering.texts(MIXED))


@settings(max_examples=5 * settings().max_examples)
@given(bodies())
@example((Form("", (), (Field("a", "A", "input"),)), "### A\n\n"))
@example((Form("", (), (Field("a", "A", "textarea"),)), "### A\n\n\n### A"))
@example((Form("", (), (Field("a", "A", "textarea", render="text"),)), "### A\n\n```text\n\n### A\n```"))
def test_reading_is_what_all_cuts_agree_on(case: tuple[Form, str]) -> None:
    form, body = case
    elements = elements_of(form)
    cuts = list(_cuts(body, 0, elements))

    reading = parse(body, form)

    if not cuts:
        assert reading.status == "edited"
        return
    for number, element in enumerate(elements):
        first = cuts[0][number]
        if isinstance(first, Mark) or any(cut[number] != first for cut in cuts):
            assert reading.refused[element.id] == "ambiguous"
        else:
            assert reading.fields[element.id] == first


def _cuts(body: str, place: int, elements: tuple[Element, ...]) -> Iterator[list[Read]]:
    """Try every cut, one place after the other."""
    element, rest = elements[0], elements[1:]
    heading = f"### {element.label}\n\n"
    if not body.startswith(heading, place):
        return
    start = place + len(heading)
    if not rest:
        text = body[start:]
        plain = element.free and element.fence is None
        read = element.read(text if plain else text.removesuffix("\n"))
        if read is not Mark.ILLEGAL:
            yield [read]
        return
    for end in range(start, len(body) - 1):
        if body[end : end + 6] == "\n\n### ":
            read = element.read(body[start:end])
            if read is not Mark.ILLEGAL:
                yield from ([read, *others] for others in _cuts(body, end + 2, rest))


@settings(max_examples=5 * settings().max_examples)
@given(forms(), st.one_of(st.text(), rendering.texts(MIXED), st.text(st.sampled_from("#\r\n \ud800\0D`"))))
def test_any_text_gives_every_field_or_its_reason(form: Form, body: str) -> None:
    reading = parse(body, form)

    assert sorted([*reading.fields, *reading.refused]) == [field.id for field in form.fields]
    assert set(reading.refused.values()) <= {"missing", "ambiguous", "invalid", "open-ended"}
