"""Where a link to an event leads: the ids that kramdown gives headings, as a real Jekyll shows them."""

import re
from pathlib import Path

import pytest
from almanac.packaged import example
from almanac.page.anchors import heading_id

from tests.built import DEFAULT, GITHUB_PAGES, build

PAGE = """\
---
title: x
---

# Past events

### November 8th, 2021:  Governments &#38; Agencies
text
### November 8th, 2021:  Governments & Agencies

### A [link](https://e.org/a) and `code` *so* **so**
### Über Café 東京 हिन्दी n² Ⅻ a_b
### "Quoted" it's -- a---b... << x >>
### git push -&#45;force &#60;b&#62; x-y
### Own {#mine}
### C# & C++ #
### 2021
### 2021

Underlined: one
---------------

To kramdown
no heading
----------


## &#128512;
### <b>Bold</b> x
### Line&#46;&#46;&#46; 1.5
"""
IDS = (
    *("past-events", "november-8th-2021--governments--agencies", "november-8th-2021--governments--agencies-1"),
    *("a-link-and-code-so-so", "über-café-東京-हिन्दी-n-ⅻ-a_b", "quoted-its--ab-x", "git-push---force-b-x-y"),
    *("mine", "c--c", "2021", "2021-1", "underlined-one", None, "bold-x", "line-15"),
)


def lines_of(page: str) -> list[int]:
    """Return the lines of the headings."""
    lines = page.split("\n")
    start = lines.index("---", 1)
    return [at + 1 for at, line in enumerate(lines) if at > start and line.startswith(("#", "Underlined"))]


def test_each_heading_has_the_id_that_kramdown_gives_it() -> None:
    assert tuple(heading_id(PAGE, line) for line in lines_of(PAGE)) == IDS


@pytest.mark.parametrize(
    "page", ["### A {{ b }}\n", "### {% if x %}A\n", "### A\n{: #b}\n", "{: .c}\n### A\n", "A\n", ""]
)
def test_what_cannot_be_known_has_none(page: str) -> None:
    line = next((number for number, text in enumerate(page.split("\n"), 1) if text.startswith("###")), 1)
    assert heading_id(page, line) is None


@pytest.mark.jekyll
@pytest.mark.parametrize("config", [DEFAULT, GITHUB_PAGES], ids=["default", "GitHub Pages"])
def test_a_real_jekyll_gives_the_same(tmp_path: Path, config: str) -> None:
    pages = {"made.md": PAGE, "history.md": example("ospo/past-working-groups.md")}
    (tmp_path / "site").mkdir()
    built = build(tmp_path / "site", pages, config)
    for name, page in pages.items():
        html = (built / name.replace(".md", ".html")).read_text(encoding="utf-8")
        ids = [found[1] for found in re.finditer(r'<h[1-6](?: id="([^"]*)")?', html)]
        assert [heading_id(page, line) for line in lines_of(page)] == ids
