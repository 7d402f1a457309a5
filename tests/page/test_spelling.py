"""A new entry after a formatter has been at the page: it has the marks that the page has by now."""

import re
from collections.abc import Callable

import pytest
from almanac.commands.build import build_files
from almanac.form.schema import read_form
from almanac.page.spelling import Spelling

from tests.commands.test_adoption import FORM, adopt
from tests.filing import body
from tests.memory import is_in_sync, memory_site, proposed_files

PAGE = "events.md"
BULLETS = "# Events\n\n" + "".join(
    f"* 2021-{month}-08: *{title}*\n  * Where: Room {month}\n"
    for month, title in (("11", "Cats"), ("10", "Dogs"), ("09", "Bats"))
)
ROWS = "| Date | Title |\n|---|---|\n| 2021-11-08 | *Cats* |\n| 2021-10-08 | *Dogs* |\n"
SECTIONS = "# Events\n\n## 2021-11-08: Cats\n* **Where:** Room 1\n\n## 2021-10-08: Dogs\n* **Where:** Room 2\n"


def dashes(page: str) -> str:
    return re.sub(r"^([ ]*)\* ", r"\1- ", page, flags=re.MULTILINE)


def prettier(page: str) -> str:
    page = re.sub(r"(?<![*\w])\*([^* \n][^*\n]*)\*(?!\*)", r"_\1_", dashes(page))
    page = re.sub(r"^(##? .*\n)(?=\S)", r"\1\n", page, flags=re.MULTILINE)
    return (
        page.replace("|---|---|", "| ---------- | ------ |")
        .replace(" Date ", " Date       ")
        .replace("Title", "Title ")
    )


@pytest.mark.parametrize(
    ("page", "formatted", "entry"),
    [
        (BULLETS, dashes, "- 2021-11-15: *Owls*\n  - Where: Mill\n"),
        (BULLETS, prettier, "- 2021-11-15: _Owls_\n  - Where: Mill\n"),
        (ROWS, prettier, "| 2021-11-15 | _Owls_ |\n"),
        (SECTIONS, prettier, "## 2021-11-15: Owls\n\n- **Where:** Mill\n\n"),
        (BULLETS, str, "* 2021-11-15: *Owls*\n  * Where: Mill\n"),
    ],
)
def test_a_new_entry_has_the_marks_that_the_page_has_by_now(
    page: str, formatted: Callable[[str], str], entry: str
) -> None:
    files = adopt({PAGE: page}, page=PAGE)
    files[PAGE] = formatted(page)
    files |= {path: text for path, text in build_files(memory_site(files)).files.items() if text}
    assert files[PAGE] == formatted(page)
    answers = {"title": "Owls", "date": "2021-11-15", "location": "Mill"}
    form = read_form(str(files[FORM]))
    asked = {field.id for field in form.fields}
    proposed = proposed_files(files, 12, body(form, **{name: one for name, one in answers.items() if name in asked}))
    files |= {path: text for path, text in proposed.items() if text}
    assert str(files[PAGE]).replace(entry, "", 1) == formatted(page)
    assert is_in_sync(files)


@pytest.mark.parametrize(
    ("page", "template", "written"),
    [
        ("1) a\n2) b\n", "1. {{ title }}", ("3. c", "3) c")),
        # Both marks are there, or a list that people typed has another one, or the bars are those of a name.
        ("* a\n- b\n", "* {{ title }}", ("* c", "* c")),
        ("- a\n", "- a\n    * {{ bullet }}", ("- c\n    * d", "- c\n    * d")),
        ("- a\n* * *\n", "* {{ title }}", ("* c", "- c")),
        ("- a_b_c\n", "- *{{ title }}*", ("- *c*", "- *c*")),
        ("| a | b |\n|---|---|\n| long one | c |\n", "| {{ date }} |", ("| d | e |", "| d | e |")),
    ],
)
def test_what_the_page_does_not_show_stays(page: str, template: str, written: tuple[str, str]) -> None:
    assert Spelling(page, template).of(written[0]) == written[1]
