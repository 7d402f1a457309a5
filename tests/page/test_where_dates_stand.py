"""Wherever the dates of a page stand, an event can be put there, moved, changed by hand and taken away again."""

import re
from collections import Counter
from pathlib import Path

import pytest
from almanac.event.model import Event
from almanac.page.imitate import imitate
from almanac.page.insert import put, remove
from almanac.page.lines import fingerprint
from almanac.page.outline import outline
from almanac.page.section import Renderer
from almanac.page.sync import sync
from almanac.page.template import section_renderer

from tests.built import build
from tests.page.house import BARE, PAGES, ZONES, records_of

NAMES = (
    *("dates-below-headings", "dates-below-in-bullets", "headings-of-three", "labelled-dates-under-months"),
    *("nested-under-years", "dates-in-nested-bullets", "folded-years", "dates-amid-text", "months-by-number"),
    *("numbered", "mixed-levels", "german-dates", "spanish-dates", "headings-with-places", "titles-above-dates"),
)


def renderer_of(page: str) -> Renderer:
    cut = outline(page)
    own = imitate(cut, [False] * len(cut.sections))
    assert own.proven
    assert own.template
    return section_renderer(own.template)


def added(page: str) -> tuple[Event, str]:
    """Put an event of the next year onto a page."""
    newest = max(section.date for section in outline(page).sections if section.date[0] != "X")
    event = BARE.model_copy(update={"date": f"{int(newest[:4]) + 1}-12-10"})
    section = renderer_of(page)(event)
    return event.model_copy(update={"rendered": fingerprint(section)}), put(
        page, event, section, previous=None, order=None
    )


@pytest.mark.parametrize("name", NAMES)
def test_an_event_comes_moves_and_goes(name: str) -> None:
    page = PAGES[name]
    event, after = added(page)
    known = Counter(section.text for section in outline(page).sections)
    [new] = (Counter(section.text for section in outline(after).sections) - known).elements()
    assert event.rendered == fingerprint(new)
    earlier = event.model_copy(update={"date": f"{int(event.date[:4]) - 1}-06-15", "rendered": None})
    moved = put(after, earlier, renderer_of(page)(earlier), previous=event, order=None)
    assert len(outline(moved).sections) == len(outline(page).sections) + 1
    assert remove(after, event) == page


@pytest.mark.parametrize("name", NAMES)
def test_an_edit_by_hand_is_taken_over(name: str) -> None:
    page = PAGES[name]
    event, after = added(page)
    own = renderer_of(page)
    edited = after.replace("Owls", "Wise owls", 1)
    synced = sync(edited, [*records_of(page), event], lambda one: one.markdown or own(one), ZONES)
    assert (synced.page, synced.problems) == (edited, ())
    assert [one.title for one in synced.records].count("Wise owls") == 1


@pytest.mark.jekyll
def test_jekyll_shows_all_else_as_before(tmp_path: Path) -> None:
    files = {}
    for name in NAMES:
        for state, text in (("before", PAGES[name]), ("after", added(PAGES[name])[1])):
            files[f"{name}-{state}.md"] = text if text.startswith("---") else f"---\n---\n{text}"
    built = build(tmp_path / "site", files)

    def words(name: str) -> Counter[str]:
        return Counter(
            re.findall(r"\w+", re.sub(r"<[^>]*>", " ", (built / f"{name}.html").read_text(encoding="utf-8")))
        )

    for name in NAMES:
        before, after = words(f"{name}-before"), words(f"{name}-after")
        assert (after - before)["Owls"] == 1, name
        assert not before - after, name
