"""Each shape in the gallery gets its new event, and loses nothing."""

import pytest

from tests.docs.blocks import ROOT
from website.gallery import EVENT, proposal, shapes, with_results

PAGE = (ROOT / "docs/gallery.md").read_text()
SHAPES = [*shapes(PAGE)]


@pytest.mark.parametrize(("path", "text"), SHAPES, ids=[f"{at}-{path}" for at, (path, _) in enumerate(SHAPES)])
def test_each_shape_gets_the_event_and_keeps_its_lines(path: str, text: str) -> None:
    [(name, after)] = proposal(path, text).items()
    assert EVENT["title"] in after
    if name == path:
        lines = iter(after.splitlines())
        assert all(line in lines for line in text.splitlines())  # each in its order


def test_the_page_shows_what_becomes_of_each_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("website.gallery.proposal", lambda path, text: {path: f"{text}more\n"})
    assert with_results(PAGE).count("\n+more\n```\n") == len(SHAPES) == PAGE.count("<!-- shape: ")
