"""A page cut into its parts, and sections put in their places."""

import pytest
from almanac.errors import UserError
from almanac.page.insert import put, remove, split
from almanac.page.lines import fingerprint
from almanac.page.outline import outline

from tests.page.house import PAGES, REFERENCE, event, render
from tests.reference import GOVERNMENTS, UNIVERSITIES, page_sections

FIRST, SECOND = page_sections()
G = GOVERNMENTS.model_copy(update={"rendered": fingerprint(FIRST)})
U = UNIVERSITIES.model_copy(update={"rendered": fingerprint(SECOND)})
EMPTY = REFERENCE[: REFERENCE.index("### Nov")] + REFERENCE[REFERENCE.index("### More") :]


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
def test_what_is_code_or_front_matter_is_no_section(page: str, dates: list[str]) -> None:
    assert [section.date for section in outline(page).sections] == dates


def test_the_reference_page() -> None:
    page = split(REFERENCE)
    assert [section.text for section in page.sections] == [FIRST, SECOND]
    assert [(section.line, section.date) for section in page.sections] == [(15, "2021-11-08"), (36, "2021-11-11")]
    assert page.gaps[-1] == "\n\n### More coming soon!\n"
    assert page.order == "oldest"


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


def test_a_loop_beside_written_events_is_no_hindrance() -> None:
    page = "{% for link in site.nav %}\n- {{ link }}\n{% endfor %}\n\n### 2021-11-08: One\n\n`{% for %}` is Liquid.\n"
    assert [section.title for section in split(page).sections] == ["One"]


# ------------------------------------------------------------------------------- putting


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_filing_both_events_gives_the_reference_page(newline: str) -> None:
    empty, full = EMPTY.replace("\n", newline), REFERENCE.replace("\n", newline)
    one = put(empty, G, FIRST, previous=None, order=None)
    other = put(empty, U, SECOND, previous=None, order=None)
    assert put(one, U, SECOND, previous=None, order=None) == full
    assert put(other, G, FIRST, previous=None, order=None) == full
    assert remove(full, G) == other
    assert remove(full, U) == one
    assert remove(other, U) == empty
    assert remove(empty, U) == empty


def test_newest_first_on_a_page_without_order() -> None:
    page = put(put(EMPTY, G, FIRST, previous=None, order="newest"), U, SECOND, previous=None, order="newest")
    assert page.index("November 11th") < page.index("November 8th")


def test_an_edited_section_is_replaced_where_it_stands() -> None:
    page = put(REFERENCE, G, "### November 8th, 2021:  Changed", previous=G, order=None)
    assert page == REFERENCE.replace(FIRST, "### November 8th, 2021:  Changed")


def test_a_changed_date_moves_the_section() -> None:
    later = G.model_copy(update={"date": "2021-12-01"})
    page = put(REFERENCE, later, render(later), previous=G, order=None)
    assert [section.date for section in split(page).sections] == ["2021-11-11", "2021-12-01"]
    assert put(page, G, FIRST, previous=later, order=None) == REFERENCE


def test_a_section_that_was_edited_by_hand_is_found_by_date_and_title() -> None:
    edited = REFERENCE.replace("9am ET, 3pm CET", "10am ET")
    assert put(edited, G, FIRST, previous=G, order=None) == REFERENCE
    assert remove(edited.replace("### November 8th", "### November 7th"), G) == edited.replace("r 8th", "r 7th")


def test_a_section_without_a_date_is_found_by_its_fingerprint() -> None:
    page = "# Talks\n\n## A walk\n\ntext\n\n## A ride\n\ntext\n"
    walk = event(title="A walk", rendered=fingerprint("## A walk\n\ntext"))
    assert put(page, walk, "## A run", previous=walk, order=None) == "# Talks\n\n## A run\n\n## A ride\n\ntext\n"
    assert remove(page, walk) == "# Talks\n\n## A ride\n\ntext\n"
    assert put(page, walk.model_copy(update={"rendered": None}), "## B", previous=walk, order=None).count("## B") == 1


def test_a_loop_page_gets_no_section() -> None:
    page = "{% for event in site.data.events %}{{ event.title }}{% endfor %}\n"
    with pytest.raises(UserError, match="Liquid loop"):
        put(page, G, FIRST, previous=None, order=None)
    assert put("{% for link in site.nav %}x{% endfor %}\n", G, FIRST, previous=None, order=None).endswith(FIRST + "\n")


NEW = "2021-11-10"


@pytest.mark.parametrize(
    ("page", "date", "section", "expected"),
    [
        ("", NEW, "## N", "## N\n"),
        ("---\na: b\n---", NEW, "## N", "---\na: b\n---\n\n## N\n"),
        ("---\na: b\n---\n", NEW, "## N", "---\na: b\n---\n\n## N\n"),
        ("Hello.\n\n\n", NEW, "## N", "Hello.\n\n\n## N\n"),
        ("Hello.\n\n[a]: b\n", NEW, "## N", "Hello.\n\n## N\n\n[a]: b\n"),
        ("Hello.\n\n### Stay tuned\n\nx\n", NEW, "## N", "Hello.\n\n## N\n\n### Stay tuned\n\nx\n"),
        ("| Date | T |\n|--|--|\n\nBye.\n", NEW, "| 2021 | N |", "| Date | T |\n|--|--|\n| 2021 | N |\n\nBye.\n"),
        ("# 2020\n\n# 2021\n\n# 2022\n", NEW, "- N", "# 2020\n\n# 2021\n\n- N\n\n# 2022\n"),
        # A bullet list, oldest first, newest first, spaced, and without a final line end.
        ("- 2021-11-01: a\n- 2021-12-01: b\n", NEW, "- N", "- 2021-11-01: a\n- N\n- 2021-12-01: b\n"),
        ("- 2021-12-01: b\n- 2021-11-01: a\n", NEW, "- N", "- 2021-12-01: b\n- N\n- 2021-11-01: a\n"),
        ("- 2021-10-01: a\n\n- 2021-11-01: b", NEW, "- N", "- 2021-10-01: a\n\n- 2021-11-01: b\n\n- N"),
        ("* 2021-11-01: a", NEW, "* N", "* 2021-11-01: a\n* N"),
        # A table row, among rows and at the end.
        ("|2021-10-01|a|\n|2021-12-01|b|", NEW, "|N|", "|2021-10-01|a|\n|N|\n|2021-12-01|b|"),
        ("|2021-10-01|a|\n|2021-11-01|b|", NEW, "|N|", "|2021-10-01|a|\n|2021-11-01|b|\n|N|"),
        # Rules between sections are kept up.
        (
            "## 2021-10-01 a\n\n---\n\n## 2021-11-01 b\n\n---\n\nBye.\n",
            NEW,
            "## N",
            "## 2021-10-01 a\n\n---\n\n## 2021-11-01 b\n\n---\n\n## N\n\n---\n\nBye.\n",
        ),
        # Years: an existing one, an empty one, a new one at either end and in between, and in a table.
        (
            "# 2021\n- Dec 1: b\n- Nov 1: a\n# 2020\n- May 1: c\n",
            NEW,
            "- N",
            "# 2021\n- Dec 1: b\n- N\n- Nov 1: a\n# 2020\n- May 1: c\n",
        ),
        ("# 2022\n\n# 2021\n- Nov 1: a\n", "2022-01-01", "- N", "# 2022\n\n- N\n\n# 2021\n- Nov 1: a\n"),
        (
            "# 2021\n\n- Dec 1: b\n- Nov 1: a\n",
            "2022-01-01",
            "- N",
            "# 2022\n\n- N\n\n# 2021\n\n- Dec 1: b\n- Nov 1: a\n",
        ),
        (
            "# 2021\n- Nov 1: a\n- Dec 1: b\n\nBye.\n",
            "2022-01-01",
            "- N",
            "# 2021\n- Nov 1: a\n- Dec 1: b\n\n# 2022\n- N\n\nBye.\n",
        ),
        (
            "# 2019\n- Nov 1: a\n\n# 2021\n- Dec 1: b\n",
            "2020-01-01",
            "- N",
            "# 2019\n- Nov 1: a\n\n# 2020\n- N\n\n# 2021\n- Dec 1: b\n",
        ),
        (
            "# 2021\n\n|When|T|\n|-|-|\n|Dec 1|b|\n|Nov 1|a|\n",
            "2022-01-01",
            "|N|",
            "# 2022\n\n|When|T|\n|-|-|\n|N|\n\n# 2021\n\n|When|T|\n|-|-|\n|Dec 1|b|\n|Nov 1|a|\n",
        ),
        (
            "## Nov 2021\n\n- 2021-11-01: a\n- 2021-11-05: b\n",
            "2021-12-01",
            "- N",
            "## Nov 2021\n\n- 2021-11-01: a\n- 2021-11-05: b\n\n## Dec 2021\n\n- N\n",
        ),
        (
            "## 2021-11\n\nA note.\n\n- Nov 1: a\n- Nov 5: b\n",
            "2021-12-01",
            "- N",
            "## 2021-11\n\nA note.\n\n- Nov 1: a\n- Nov 5: b\n\n## 2021-12\n\n- N\n",
        ),
        ("## 2021-11\n\n- Nov 1: a\n- Nov 5: b\n", "2022", "- N", "## 2021-11\n\n- Nov 1: a\n- Nov 5: b\n- N\n"),
        (
            "## Sept 2021\n- 2021-09-01: a\n- 2021-09-05: b\n",
            NEW,
            "- N",
            "## Sept 2021\n- 2021-09-01: a\n- 2021-09-05: b\n\n## Nov 2021\n- N\n",
        ),
        (
            "## May 2021\n- 2021-05-01: a\n- 2021-05-05: b\n",
            NEW,
            "- N",
            "## May 2021\n- 2021-05-01: a\n- 2021-05-05: b\n\n## November 2021\n- N\n",
        ),
        ("<h2>2021</h2>\n\n- Nov 1: a\n- Dec 1: b\n", NEW, "- N", "<h2>2021</h2>\n\n- Nov 1: a\n- N\n- Dec 1: b\n"),
        # One entry alone is parted as those of other lists are.
        (
            "## Old\n- 2019-01-01: a\n\n- 2019-02-01: b\n\n## New\n- 2021-11-01: c\n- x",
            NEW,
            "- N",
            "## Old\n- 2019-01-01: a\n\n- 2019-02-01: b\n\n- N\n\n## New\n- 2021-11-01: c\n- x",
        ),
        # A year that is not known stands last in its list.
        ("- 2021-11-01: a\n- 2021-11-05: b\n", "XXXX-12-09", "- N", "- 2021-11-01: a\n- 2021-11-05: b\n- N\n"),
        ("- Nov 1: a\n- Nov 5: b\n", NEW, "- N", "- Nov 1: a\n- Nov 5: b\n- N\n"),
        # A section of another kind never tears a list apart.
        ("- 2021-12-01: b\n- 2021-11-01: a\n", NEW, "## N", "- 2021-12-01: b\n- 2021-11-01: a\n\n## N\n"),
        # One entry that is out of order misleads nobody.
        (
            "- 2021-09-01: a\n- 2021-10-01: b\n- 2021-12-01: c\n- 2020-01-01: late\n",
            NEW,
            "- N",
            "- 2021-09-01: a\n- 2021-10-01: b\n- N\n- 2021-12-01: c\n- 2020-01-01: late\n",
        ),
        # Two lists: the one around the date is meant.
        (
            "## Old\n- 2019-01-01: a\n- 2019-03-01: c\n## New\n- 2021-11-01: d\n- 2021-12-01: e\n",
            NEW,
            "- N",
            "## Old\n- 2019-01-01: a\n- 2019-03-01: c\n## New\n- 2021-11-01: d\n- N\n- 2021-12-01: e\n",
        ),
        # What is later than all that is past stands among what is to come, be that the shorter list.
        (
            "## Upcoming\n- 2021-11-01: a\n## Past events\n- 2021-10-01: b\n- 2021-09-01: c\n",
            NEW,
            "- N",
            "## Upcoming\n- N\n- 2021-11-01: a\n## Past events\n- 2021-10-01: b\n- 2021-09-01: c\n",
        ),
        (
            "## Upcoming events\n- 2022-11-01: a\n- 2020-11-01: left\n## Past\n- 2021-12-01: b\n- Dec 9: c\n",
            NEW,
            "- N",
            "## Upcoming events\n- 2022-11-01: a\n- 2020-11-01: left\n## Past\n- 2021-12-01: b\n- N\n- Dec 9: c\n",
        ),
        # A date that only says less is no sign of another order.
        (
            "- 2021: a\n- 2021-10-14: b\n- 2021-09-01: c\n",
            NEW,
            "- N",
            "- N\n- 2021: a\n- 2021-10-14: b\n- 2021-09-01: c\n",
        ),
    ],
)
def test_a_new_section_goes_where_a_person_would_put_it(page: str, date: str, section: str, expected: str) -> None:
    assert put(page, event(date=date), section, previous=None, order=None) == expected


@pytest.mark.parametrize("name", PAGES)
def test_put_changes_no_other_byte_of_any_page(name: str) -> None:
    page = PAGES[name]
    new = event(date="2021-05-04")
    section = render(new).replace("\n", outline(page).newline)
    after = put(page, new, render(new), previous=None, order=None)
    before, _, behind = after.partition(section)
    assert page.startswith(before.rstrip())
    assert page.endswith(behind.lstrip())
    added = len(after) - len(page) - len(section)
    assert 0 <= added <= 20


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
