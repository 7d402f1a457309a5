"""A page cut into its parts: which lines are events, and where each begins and ends."""

import pytest
from almanac.errors import UserError
from almanac.page.insert import split
from almanac.page.lines import fingerprint
from almanac.page.order import page_order
from almanac.page.outline import outline

from tests.page.house import PAGES, REFERENCE
from tests.reference import page_sections

FIRST, SECOND = page_sections()


@pytest.mark.parametrize("name", PAGES)
def test_the_parts_of_every_page_give_it_back(name: str) -> None:
    page = split(PAGES[name])
    assert page.joined() == PAGES[name]
    assert (
        page.gaps[0] + "".join(s.text + gap for s, gap in zip(page.sections, page.gaps[1:], strict=True)) == PAGES[name]
    )


@pytest.mark.parametrize(
    ("page", "dates"),
    [
        ("---\ntitle: x\n## 2021-11-08: A\n", ["2021-11-08"]),  # front matter that nothing ends is none
        ("```\n~~~\n## 2021-11-08: A\n```\n## 2021-11-09: B\n~~~\n", ["2021-11-09"]),
        ("```\n```text\n## 2021-11-08: A\n```\n## 2021-11-09: B\n", ["2021-11-09"]),
    ],
)
def test_what_is_code_or_front_matter_is_not_a_section(page: str, dates: list[str]) -> None:
    assert [section.date for section in outline(page).sections] == dates


def test_the_reference_page() -> None:
    page = split(REFERENCE)
    assert [section.text for section in page.sections] == [FIRST, SECOND]
    assert [(section.line, section.date) for section in page.sections] == [(15, "2021-11-08"), (36, "2021-11-11")]
    assert page.gaps[-1] == "\n\n### More coming soon!\n"
    assert page_order(page) == "oldest"


def test_a_fingerprint_is_the_hash_of_the_text() -> None:
    assert fingerprint("é") == "4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c"


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (
            "# Events\n\n{% for event in site.data.events %}\n### {{ event.date }}: 2021-11-08\n{% endfor %}\n",
            "Liquid loop",
        ),
        ("{% for e in site.x %}{% for f in e.y %}\n- 2021-11-08: x\n{% endfor %}\n{% endfor %}\n", "Liquid loop"),
        ("- {% for e in site.x %}2021{% endfor %}\n", "Liquid loop"),
        ("# Events\n\nNothing yet, but on November 8, 2021 there will be.\n", "No event"),
        ("", "No event"),
        ("```\n### 2021-11-08: code\n```\n", "No event"),
        ("| Date | Title |\n|---|---|\n", "No event"),
    ],
)
def test_pages_without_events_are_refused(page: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        split(page)


def test_a_loop_beside_written_events_does_not_matter() -> None:
    page = "{% for link in site.nav %}\n- {{ link }}\n{% endfor %}\n\n### 2021-11-08: One\n\n`{% for %}` is Liquid.\n"
    assert [section.title for section in split(page).sections] == ["One"]


@pytest.mark.parametrize(
    ("page", "dates"),
    [
        ("## 25.12.2021 a\n\n## 8/8/2021 b\n\n## 12/25/2021 c\n", ["2021-12-25", "2021-08-08", "2021-12-25"]),
        ("## Nov 30 - Dec 2, 2021: a\n\n## Dec 30 - Jan 2, 2022: b\n", ["2021-11-30", "2021-12-30"]),
        ("## Notes on November 2021 and others\n\n- 2021-11-08: a\n", ["2021-11-08"]),
        ("## Season 2020/21\n\n- February 30: no day\n- November 8: a\n", ["XXXX-11-08"]),
        ("# Updated January 5, 2022\n\n## Nov 8, 2021: a\n\n## Nov 9, 2021: b\n", ["2021-11-08", "2021-11-09"]),
        ("# Talk on January 5, 2022\n\n- Nov 8, 2021: deadline\n", ["2022-01-05"]),
        ("## 2021: Year one\n\n- Nov 8: b\n\n## Nov 9, 2021: c\n", ["2021", "2021-11-09"]),
        ("- 2019: Founded\n- Nov 2020: Moved\n- 2021\n", ["2019", "2020-11"]),
        ("{% for x in y %}\n- 2021-11-08: a\n", []),
        ("<!-- never closed\n\n- 2021-11-08: a\n", ["2021-11-08"]),
        ("<pre>\n- 2021-11-08: a\n</pre>\n- 2021-11-09: b\n", ["2021-11-09"]),
        ("####### 2021-11-08 seven\n\n#2021-11-08 none\n\n- 2021-11-09: b\n", ["2021-11-09"]),
        ("- 2021-11-08: a\r- 2021-11-09: b\r", ["2021-11-08", "2021-11-09"]),
        ("2020\n\nfounded\n\n- Nov 8: a\n", ["XXXX-11-08"]),
    ],
)
def test_which_lines_are_events(page: str, dates: list[str]) -> None:
    cut = outline(page)
    assert [section.date for section in cut.sections] == dates
    assert cut.joined() == page


@pytest.mark.parametrize(
    ("page", "last"),
    [
        ("<div>\n\n## 2021-11-08: a\n\ntext\n\n</div>\n", "text"),
        ("## 2021-11-08: a\n\n<div>text\n\n</div>\n", "</div>"),
        ("## 2021-11-08: a\n\n{% if x %}text{% endif %}\n\n{% endif %}\n", "{% endif %}"),
        ("## 2021-11-08: a\n\ntext\n\n{% endif %}\n</DIV>\n</div>\n", "text"),
        ("## 2021-11-08: a\n\ntext\n\n<!-- add events above -->\n[a]: https://example.org\n", "text"),
        ("## 2021-11-08: a\n\ntext\n\n```\n[a]: https://example.org\n```\n", "```"),
        ("## 2021-11-08: a\n\ntext\n***\n", "***"),
    ],
)
def test_what_closes_the_page_is_not_the_last_events(page: str, last: str) -> None:
    assert outline(page).sections[0].text.endswith(last)


def test_of_many_known_texts_that_begin_alike_the_longest_that_is_there_is_found() -> None:
    head = "**Talk**\n"
    known = {head + "more\n" * number + f"end {number}": f"2021-11-{number + 1:02}" for number in range(20)}
    known |= {head.strip(): "2020", f"{head}more": "2019", f"{head}elsewhere": "2018", "": "2017"}
    texts = [*list(known)[3:6], head.strip(), f"{head}more\nend", f"{head}more\nend 1 and on"]
    page = "\n\n".join(texts) + "\n\nend"
    cut = outline(page, known)
    assert [(section.date, section.text) for section in cut.sections] == [
        *((known[text], text) for text in texts[:3]),
        ("2020", head.strip()),
        *[("2019", f"{head}more")] * 2,
    ]
    assert cut.joined() == page
