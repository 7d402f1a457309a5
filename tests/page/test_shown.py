"""The proof that a built page shows a new entry, and otherwise what it showed before."""

import pytest
from almanac.event.model import Event
from almanac.page.imitate import imitate, samples
from almanac.page.importer import import_page
from almanac.page.insert import put
from almanac.page.numbers import next_number
from almanac.page.outline import outline
from almanac.page.shown import doubt
from almanac.page.template import section_renderer

from tests.built import convert, github_html, tokens
from tests.page.house import PAGES, ZONES, render

BULLETS = "# Past\n\n- Nov 8, 2021: Cats\n- Nov 1, 2021: Dogs\n\nThat is all.\n"
TABLE = "| Date | Talk |\n|---|---|\n| Nov 8, 2021 | Cats |\n| Nov 1, 2021 | Dogs |\n\nThat is all.\n"
HEADINGS = "## November 8, 2021: Cats\n\nPurr.\n\n## November 1, 2021: Dogs\n{: .old}\n\nWoof.\n"
YEARS = "## 2021\n\n- Nov 8: Cats\n- Nov 1: Dogs\n\n## 2020\n\n- Nov 2: Bats\n"


@pytest.mark.parametrize("name", sorted(PAGES))
def test_whatever_a_page_is_like_its_own_template_leaves_no_doubt(name: str) -> None:
    page = PAGES[name]
    cut = outline(page)
    own = imitate(cut, [event.markdown is None for event in import_page(page, render, ZONES).events]).template
    write = section_renderer(own) if own else render
    for event in samples(cut.alive_list):
        assert doubt(page, put(page, event, write(event), previous=None, order=None)) is None


@pytest.mark.jekyll
def test_jekyll_and_github_show_the_new_entry_and_all_else_as_before() -> None:
    names = sorted({*PAGES} - {"faults", "fences-and-comments", "html-and-liquid", "white-space"})  # some show no entry
    before = [PAGES[name].removeprefix("\ufeff") for name in names]
    after = []
    for page in before:
        cut = outline(page)
        own = imitate(cut, [event.markdown is None for event in import_page(page, render, ZONES).events]).template
        event = samples(cut.alive_list)[1]
        event = event.model_copy(update={"number": next_number(cut, event.date)})
        after.append(put(page, event, (section_renderer(own) if own else render)(event), previous=None, order=None))
    for show in (convert, github_html):
        for name, old, new in zip(names, map(shown_parts, show(before)), map(shown_parts, show(after)), strict=True):
            count = len(new) - len(old)
            start = next((at for at, both in enumerate(zip(old, new, strict=False)) if both[0] != both[1]), len(old))
            assert count > 0, name
            assert new[:start] + new[start + count :] == old, name


def shown_parts(html: str) -> list[tuple[str, ...]]:
    """Return the elements of a page and each word between them."""
    parts = (map(tuple, map(str.split, token[1].split())) if token[0] == "text" else [token] for token in tokens(html))
    return [part for each in parts for part in each]


@pytest.mark.parametrize(
    ("page", "at", "new"),
    [
        pytest.param(BULLETS, "- Nov 8", "- Nov 15, 2021: Owls\n", id="a bullet"),
        pytest.param(BULLETS, "\nThat", "- Oct 3, 2021: Owls\n    * hoot\n", id="the last bullet, with one below it"),
        pytest.param(TABLE, "| Nov 1", "| Nov 5, 2021 | Owls |\n", id="a row"),
        pytest.param(HEADINGS, "## November 1", "## November 5, 2021: Owls\n\nHoot.\n\n", id="a heading"),
        pytest.param(
            "---\ntitle: x\n---\n\n### Nov 8, 2021: Cats\n\n---\n\n### Nov 1, 2021: Dogs\n",
            "### Nov 8",
            "### Nov 15, 2021: Owls\n\n---\n\n",
            id="a rule between two entries",
        ),
        pytest.param(YEARS, "## 2021", "## 2022\n\n- Jan 3: Owls\n\n", id="a new year"),
        pytest.param(
            f"## 2021\n\n{TABLE}".removesuffix("That is all.\n"),
            "## 2021",
            "## 2022\n\n| Date | Talk |\n|---|---|\n| Jan 3, 2022 | Owls |\n\n",
            id="a new year with a table",
        ),
        pytest.param("## 2022\n\n" + YEARS, "## 2021", "- Jan 3: Owls\n\n", id="the first one below a year"),
        pytest.param("# Past\n\nThat is all.\n", "That", "- Nov 8, 2021: Owls\n\n", id="the first one of a page"),
        pytest.param(
            "| Date | Talk |\n| Nov 8, 2021 | Cats |\n| Nov 1, 2021 | Dogs |\n",
            "| Nov 8",
            "| Nov 15, 2021 | Owls |\n",
            id="a row of a table that only kramdown knows",
        ),
        pytest.param(BULLETS, "That", "", id="nothing new"),
    ],
)
def test_there_is_no_doubt_about(page: str, at: str, new: str) -> None:
    assert doubt(page, page.replace(at, new + at, 1)) is None


@pytest.mark.parametrize(
    ("page", "at", "new", "line"),
    [
        pytest.param(
            BULLETS, "- Nov 8", "- Nov 15, 2021: Owls\n\n  Hoot.\n", 6, id="an empty line in one of many bullets"
        ),
        pytest.param(BULLETS, "- Nov 8", "* Nov 15, 2021: Owls\n", 4, id="another mark"),
        pytest.param(BULLETS, "\nThat", "\n* Oct 3, 2021: Owls\n", 6, id="another mark, at the end"),
        pytest.param(BULLETS, "- Nov 8", "- Nov 15, 2021: Owls\n\nHoot.\n\n", 5, id="text beside its bullet"),
        pytest.param(BULLETS, "\nThat", "- Oct 3, 2021: Owls\n\nHoot.\n", 7, id="text beside the last bullet"),
        pytest.param(BULLETS, "- Nov 1", "  - Nov 5, 2021: Owls\n", 3, id="a bullet below another one"),
        pytest.param(TABLE, "That", "| Oct 3, 2021 | Owls |\n\n", 6, id="a row that is in no table"),
        pytest.param(TABLE, "That", "\n## Oct 3, 2021: Owls\n\n", 7, id="a heading below a table"),
        pytest.param(HEADINGS, "{: .old}", "\n## November 1, 2021: Owls\n", 5, id="what belongs to a heading"),
        pytest.param(HEADINGS, "\nWoof", "\n```\n\n## October 3, 2021: Owls\n", 5, id="a fence that is left open"),
        pytest.param(HEADINGS, "Purr.", "## ", 1, id="another entry's text"),
        pytest.param(YEARS, "## 2020", "## More\n\n", 6, id="a heading without an entry"),
        pytest.param(
            "| Nov 8, 2021 | `Cats |\n| Nov 1, 2021 | Dogs |\n\nThat\n",
            "\nThat",
            "| Oct 3, 2021 | Owls` |\n",
            3,
            id="code over several lines",
        ),
        pytest.param("Hello.\n", "Hello.", "Good morning.\n\n", 1, id="no entry at all"),
    ],
)
def test_what_else_would_change_is_named_with_its_line(page: str, at: str, new: str, line: int) -> None:
    found = doubt(page, page.replace(at, new + at, 1))
    assert found
    assert found.line == line, found


def test_an_entry_for_each_of_two_lists() -> None:
    page = f"{HEADINGS}\n# All\n\n{BULLETS}"
    after = page.replace("## November 8", "## November 15, 2021: Owls\n\nHoot.\n\n## November 8", 1)
    assert doubt(page, after) is None
    assert doubt(page, after.replace("- Nov 8", "- Nov 15, 2021: Owls\n- Nov 8", 1)) is None
    assert doubt(page, after.replace("- Nov 8", "- Nov 15, 2021: Owls\n\n- Nov 8", 1))


def test_code_images_and_html_are_compared_too() -> None:
    page = f"<div>\nx\n</div>\n\n```py\ny\n```\n\n    z\n\na ![b](c.png) <i>d</i>  \ne\n\n{BULLETS}"
    after = page.replace("- Nov 8", "- Nov 15, 2021: Owls\n- Nov 8", 1)
    assert doubt(page, after) is None
    for old in ("x", "py", "y", "z", "c.png", "e\n"):
        assert doubt(page, after.replace(f"{old}", "other\n" if old[-1] == "\n" else "other", 1)), old


def test_an_event_is_known_by_what_it_shows() -> None:
    event = Event(id="2021-11-15-owls", title="Owls", date="2021-11-15")
    page = PAGES["bullets"]
    assert doubt(page, put(page, event, render(event), previous=None, order=None))
