"""The template that docs/untrusted-text.md shows does what it says."""

import re
from pathlib import Path

from almanac.page.template import section_renderer

from tests.reference import UNIVERSITIES

DOCS = Path(__file__).parent.parent.parent / "docs/untrusted-text.md"


def test_the_template_in_the_docs() -> None:
    found = re.search(r"```jinja\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    event = UNIVERSITIES.model_copy(update={"description": "P\n- a\n- *b", "extra": {"room": "<1>"}})
    written = section_renderer(found[1])(event)
    assert written.startswith(
        "### November 11th, 2021: Measuring OSPOs, Measuring Open Source, Measuring Impact - Theory to Practice\n\n"
        "- 9am PT, 12pm EDT, 6pm CET on Thursday November 11, 2021\n- [Matt Germanprez](https://www.unomaha.edu/"
    )
    assert written.endswith("\nP\n\n- a\n- &#42;b\nRoom &#60;1&#62;")


def test_the_loops_over_answers_in_the_docs() -> None:
    found = re.findall(r"```jinja\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    render = section_renderer(found[1])
    answered = {"topics": ("*a", "b"), "food": {"Vegan": True, "Fish": False}}
    assert render(UNIVERSITIES.model_copy(update={"extra": answered})) == "- &#42;a\n- b\n- Food: Vegan"
    assert render(UNIVERSITIES) == ""
