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
        ("## Season 2020/21\n\n- November 8: a\n- February 8: b\n", ["2020-11-08", "2021-02-08"]),
        ("## 2020-2022\n\n- November 8: a\n", ["XXXX-11-08"]),
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
        ("## 2019\n\n### 2019-03-04: 42\n\na\n\n## 2018\n\n### 2018-05-06\n\nb\n", ["2019-03-04", "2018-05-06"]),
        ("<dd>No term.</dd>\n<dd>Nov 8, 2021</dd>\n\n- 2021-11-08: a\n", ["2021-11-08"]),
        ("<dl>\n<dd>No term.</dd>\n<dd>Nov 8, 2021</dd>\n</dl>\n", []),
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


def found(page: str) -> list[str]:
    return [f"{one.line} {one.date} {one.title}" for one in outline(page).sections]


@pytest.mark.parametrize(
    ("page", "events"),
    [
        # One heading alone counts if its line says that it is the date.
        ("# Club\n\n## Owls\n\n**When:** 8 November 2021, 7pm\n", ["3 2021-11-08 Owls"]),
        ("# Club\n\n## Owls\n\n8 November 2021\n", []),
        ("## Owls\n\n8 Nov 2021\n\n## Bats\n\n9 Nov 2021\n", ["1 2021-11-08 Owls", "5 2021-11-09 Bats"]),
        # Most headings of the level have to have one.
        ("## Owls\n\n8 Nov 2021\n\n## Bats\n\n9 Nov 2021\n\n## A\n\n## B\n\n## C\n", []),
        # What names a list, or only a year, is no title; nor is what holds several dates.
        ("## Past talks\n\n- Nov 8, 2021\n\n## Upcoming\n\n- Dec 9, 2021\n", ["3 2021-11-08 ", "7 2021-12-09 "]),
        ("## 2021\n\n- Nov 8\n\n## 2020\n\n- Dec 9\n", ["3 2021-11-08 ", "7 2020-12-09 "]),
        (
            "## A\n\n- Nov 8, 2021\n- Nov 9, 2021\n\n## B\n\n- Nov 7, 2021\n- Nov 6, 2021\n",
            ["3 2021-11-08 ", "4 2021-11-09 ", "8 2021-11-07 ", "9 2021-11-06 "],
        ),
        (
            "## A\n\n- 2021-11-08: Owls\n- 2021-11-09: Bats\n\n## B\n\n- Date: 2021-11-07\n",
            ["3 2021-11-08 Owls", "4 2021-11-09 Bats", "8 2021-11-07 "],
        ),
        # More text behind the date is enough only where other entries have none.
        ("## Owls\n\n8 Nov 2021 was a good day.\n\n## Bats\n\n9 Nov 2021 was not.\n", []),
        # A date far below is a part of the text, and what belongs to an event is no event.
        ("## Owls\n" + "\nText.\n" * 12 + "\n8 Nov 2021\n\n## Bats\n" + "\nText.\n" * 12 + "\n9 Nov 2021\n", []),
        ("## 2021-11-08: Owls\n\n### Next\n\nDate: 2021-12-09\n", ["1 2021-11-08 Owls"]),
        # Headings that are dates, without one above each: they are the events.
        ("# Talks\n\n## 8 Nov 2021\n\nOwls\n\n## 9 Nov 2021\n\nBats\n", ["3 2021-11-08 ", "7 2021-11-09 "]),
        ("<h2>Owls</h2>\n\nDate: 2021-11-08\n", []),
        # Dated headings beside others of their event are no events themselves, as far as most of them are so.
        (
            "## Owls\n### 8 Nov 2021, Room 5\n### Ann Low\nHoots.\n## Bats\n### 7 Nov 2021, Hall\n### Bob\nPeeps.\n",
            ["1 2021-11-08 Owls", "5 2021-11-07 Bats"],
        ),
        (
            "## Series A\n### 8 Nov 2021: Owls\n### Thanks\n## Series B\n### 7 Nov 2021: Bats\n### 6 Nov 2021: Cats\n",
            ["2 2021-11-08 Owls", "5 2021-11-07 Bats", "6 2021-11-06 Cats"],
        ),
        # What says its year or month is an event of its own.
        (
            "## 2021\n### 8 Nov 2021: Owls\n### 2021: Bats\n## 2020\n### 7 Nov 2020: Cats\n### Nov 2020: Dogs\n",
            ["2 2021-11-08 Owls", "3 2021 Bats", "5 2020-11-07 Cats", "6 2020-11 Dogs"],
        ),
        ("## Owls\n\n### 8 Nov 2021\n\n## Bats\n\n### 7 Nov, 6 (7pm)\n", ["1 2021-11-08 Owls", "5 XXXX-11-07 Bats"]),
        # A lower heading after the same words goes on with the list; one after others, or none, is a part of the event.
        (
            "## Owls meet on 8.11.2021\n\n#### Owls meet on 7.10.2021\n\n### Owls meet on 6.9.2021\n",
            ["1 2021-11-08 Owls meet", "3 2021-10-07 Owls meet", "5 2021-09-06 Owls meet"],
        ),
        ("## Owls in May on 8.11.2021\n\n### Day one, 8.11.2021\n\n### Bats\n", ["1 2021-11-08 Owls in May"]),
        ("## 8.11.2021: Owls\n\n### 8.11.2021: Day one\n", ["1 2021-11-08 Owls"]),
    ],
)
def test_dates_below_headings(page: str, events: list[str]) -> None:
    assert found(page) == events


@pytest.mark.parametrize(
    ("page", "events"),
    [
        (
            "- Owls, Paris, 8 Nov 2021, Ada\n- Bats, Rome, 9 Nov 2021, Bo\n",
            ["1 2021-11-08 Owls, Paris: Ada", "2 2021-11-09 Bats, Rome: Bo"],
        ),
        ("- Owls, Paris, 8 Nov 2021, Ada\n- Bats\n- Cats\n", []),
        ("- 8 Nov 2021: Owls\n- [NEXT: 9 Nov 2021 - Bats](b)\n", ["1 2021-11-08 Owls", "2 2021-11-09 NEXT: Bats"]),
        (
            "- [Owls]({{ site.baseurl }}/a-2020-01-02.pdf), 8 Nov 2021, Ada\n- [Bats]({{ x | y }}), 9 Nov 2021, Bo\n",
            ["1 2021-11-08 Owls", "2 2021-11-09 Bats"],
        ),
        ("- We met on 8 Nov 2021 in Paris.\n- We ended on 9 Nov 2021 in Rome.\n", []),
        # Below a year, a month tells too.
        (
            "## 2021\n\n- Owls 8 May in Paris\n- Bats 9 May in Rome\n- Cats of June in Bern\n- All that may be\n",
            ["3 2021-05-08 Owls in Paris", "4 2021-05-09 Bats in Rome", "5 2021-06 Cats of in Bern"],
        ),
        ("- Only 2021 it was\n- Or 2022 then\n", []),
        ("- Owls\n  - When: 8 Nov 2021\n- Bats\n", ["1 2021-11-08 Owls"]),
        ("- Owls\n  - 8 Nov 2021\n- Bats\n  - 9 Nov 2021\n- Cats\n", ["1 2021-11-08 Owls", "3 2021-11-09 Bats"]),
        ("- Owls\n  - 8 Nov 2021\n- Bats\n- Cats\n", []),
        ("- Owls\n  - 8 Nov 2021 we met\n- Bats\n  - 9 Nov 2021 we did not\n", []),
        # Years as bullets, and what is not below them.
        ("- 2021\n  - 2021-11-08: Owls\n- More\n  - 2020-11-08: Bats\n", ["2 2021-11-08 Owls"]),
        ("- 2021\n  - March 2021\n    - Mar 8: Owls\n- 2020\n\nText.\n", ["3 2021-03-08 Owls"]),
        ("- 2021\n\n## Talks\n\n- Nov 8: Owls\n", ["5 XXXX-11-08 Owls"]),
        # Bullets at one level may be indented, as long as they are so by less than what is nested.
        ("  * 2021-11-08 Owls\n    * at seven\n  * 2021-11-09 Bats\n", ["1 2021-11-08 Owls", "3 2021-11-09 Bats"]),
        (
            " * 2021-11-08 Owls\nwith Ada\n   at eight\n  * 2021-11-09 Bats\n",
            ["1 2021-11-08 Owls", "4 2021-11-09 Bats"],
        ),
    ],
)
def test_dates_amid_bullets_and_below_them(page: str, events: list[str]) -> None:
    assert found(page) == events


def test_the_same_page_is_cut_once() -> None:
    page = "# Events\n\n- 2021-11-08: Owls\n\nBats\n"
    assert outline(page) is outline("".join(page))
    assert [len(cut.sections) for cut in (outline(page, {"Bats": "2021-11-09"}), outline(page))] == [2, 1]
