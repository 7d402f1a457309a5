"""Sections put in their places, moved, and taken away."""

import pytest
from almanac.errors import UserError
from almanac.page.insert import insert, put, remove, split, without
from almanac.page.lines import fingerprint
from almanac.page.outline import outline

from tests.page.house import PAGES, REFERENCE, event, render
from tests.reference import GOVERNMENTS, UNIVERSITIES, page_sections

FIRST, SECOND = page_sections()
G = GOVERNMENTS.model_copy(update={"rendered": fingerprint(FIRST)})
U = UNIVERSITIES.model_copy(update={"rendered": fingerprint(SECOND)})
EMPTY = REFERENCE[: REFERENCE.index("### Nov")] + REFERENCE[REFERENCE.index("### More") :]


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


def test_an_edited_section_is_replaced_where_it_is() -> None:
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
        ("Hi.\n\n| Date | T |\n|--|--|\n", NEW, "| 2021 | N |", "Hi.\n\n| Date | T |\n|--|--|\n| 2021 | N |\n"),
        ("No table yet.\n", NEW, "| 2021 | N |", "No table yet.\n\n| 2021 | N |\n"),
        ("# 2020\n\n# 2021\n\n# 2022\n", NEW, "- N", "# 2020\n\n# 2021\n\n- N\n\n# 2022\n"),
        # A bullet list, oldest first, newest first, spaced, and without a final line end.
        ("- 2021-11-01: a\n- 2021-12-01: b\n", NEW, "- N", "- 2021-11-01: a\n- N\n- 2021-12-01: b\n"),
        ("- 2021-12-01: b\n- 2021-11-01: a\n", NEW, "- N", "- 2021-12-01: b\n- N\n- 2021-11-01: a\n"),
        ("- 2021-10-01: a\n\n- 2021-11-01: b", NEW, "- N", "- 2021-10-01: a\n\n- 2021-11-01: b\n\n- N"),
        ("* 2021-11-01: a", NEW, "* N", "* 2021-11-01: a\n* N"),
        # A table row, among rows and at the end.
        ("|2021-10-01|a|\n|2021-12-01|b|", NEW, "|N|", "|2021-10-01|a|\n|N|\n|2021-12-01|b|"),
        ("|2021-10-01|a|\n|2021-11-01|b|", NEW, "|N|", "|2021-10-01|a|\n|2021-11-01|b|\n|N|"),
        # Rules between sections are continued.
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
        # A single entry is separated as the entries of other lists are.
        (
            "## Old\n- 2019-01-01: a\n\n- 2019-02-01: b\n\n## New\n- 2021-11-01: c\n- x",
            NEW,
            "- N",
            "## Old\n- 2019-01-01: a\n\n- 2019-02-01: b\n\n## New\n- 2021-11-01: c\n\n- N\n- x",
        ),
        # An event without a year is the last of its list.
        ("- 2021-11-01: a\n- 2021-11-05: b\n", "XXXX-12-09", "- N", "- 2021-11-01: a\n- 2021-11-05: b\n- N\n"),
        ("- Nov 1: a\n- Nov 5: b\n", NEW, "- N", "- Nov 1: a\n- Nov 5: b\n- N\n"),
        # A section of another kind never breaks a list in two.
        ("- 2021-12-01: b\n- 2021-11-01: a\n", NEW, "## N", "- 2021-12-01: b\n- 2021-11-01: a\n\n## N\n"),
        # One entry that is out of order misleads nobody.
        (
            "- 2021-09-01: a\n- 2021-10-01: b\n- 2021-12-01: c\n- 2020-01-01: late\n",
            NEW,
            "- N",
            "- 2021-09-01: a\n- 2021-10-01: b\n- N\n- 2021-12-01: c\n- 2020-01-01: late\n",
        ),
        # Of two lists, the one around the date is chosen.
        (
            "## Old\n- 2019-01-01: a\n- 2019-03-01: c\n## New\n- 2021-11-01: d\n- 2021-12-01: e\n",
            NEW,
            "- N",
            "## Old\n- 2019-01-01: a\n- 2019-03-01: c\n## New\n- 2021-11-01: d\n- N\n- 2021-12-01: e\n",
        ),
        # What is later than everything past belongs to what is to come, even if that list is shorter.
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
        # A date that only says less is not a sign of another order.
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


SEASONS = (
    "# Talks\n\n## Fall 2020\n\n- Nov 2: d\n\n## Summer 2020\n\n- Jul 6: c\n\n"
    "## Spring 2020\n\n- Apr 6: b\n- Mar 2: a\n"
)


@pytest.mark.parametrize(
    ("page", "date", "section", "expected"),
    [
        # The season's own heading of that year, and its name where a new one is needed: December is not spring.
        (SEASONS, "2020-03-30", "- Mar 30: N", SEASONS.replace("- Mar 2", "- Mar 30: N\n- Mar 2")),
        (SEASONS, "2021-12-06", "- Dec 6: N", SEASONS.replace("## Fall", "## Fall 2021\n\n- Dec 6: N\n\n## Fall")),
        (SEASONS, "2021-07-05", "- Jul 5: N", SEASONS.replace("## Fall", "## Summer 2021\n\n- Jul 5: N\n\n## Fall")),
        # December is autumn, unless the page files it in winter or knows no autumn.
        (
            "## Spring 2020\n- Apr 6: b\n- Apr 13: c\n",
            "2020-12-06",
            "- Dec 6: N",
            "## Spring 2020\n- Apr 6: b\n- Apr 13: c\n\n## Fall 2020\n- Dec 6: N\n",
        ),
        (
            "## Fall 2019\n- Nov 6: b\n\n## Winter 2020\n- Dec 7: c\n",
            "2021-12-06",
            "- Dec 6: N",
            "## Fall 2019\n- Nov 6: b\n\n## Winter 2020\n- Dec 7: c\n\n## Winter 2021\n- Dec 6: N\n",
        ),
        (
            "## Winter 2020\n- Feb 7: c\n",
            "2021-12-06",
            "- Dec 6: N",
            "## Winter 2020\n- Feb 7: c\n\n## Winter 2021\n- Dec 6: N\n",
        ),
        # December closes the autumn where there is no winter. A season that the page has not had is named all the same.
        (
            "## Fall 2020\n- Nov 2: d\n",
            "2021-12-06",
            "- Dec 6: N",
            "## Fall 2020\n- Nov 2: d\n\n## Fall 2021\n- Dec 6: N\n",
        ),
        (
            "## Fall 2020\n- Nov 2: d\n",
            "2021-04-05",
            "- Apr 5: N",
            "## Fall 2020\n- Nov 2: d\n\n## Spring 2021\n- Apr 5: N\n",
        ),
        (
            "## Fall and Winter, 2020\n- Nov 2: d\n",
            "2021-11-01",
            "- Nov 1: N",
            "## Fall and Winter, 2020\n- Nov 2: d\n\n## Fall and Winter, 2021\n- Nov 1: N\n",
        ),
        # Headings of years without an entry of this list tell the order, and the new one goes to their newest end.
        (
            "# Ours\n\n## 2020\n\nTen.\n\n## 2019\n- May 3: a\n\n# Theirs\n\n## 2018\n\nNone.\n",
            "2021-06-07",
            "- Jun 7: N",
            "# Ours\n\n## 2021\n- Jun 7: N\n\n## 2020\n\nTen.\n\n## 2019\n- May 3: a\n\n# Theirs\n\n## 2018\n\nNone.\n",
        ),
        # Words that only the neighbour's heading has are about the neighbour's event.
        (
            "## May 2021 (Bonn)\n- May 3: b\n\n## April 2021 (online)\n- Apr 5: a\n",
            "2021-06-07",
            "- Jun 7: N",
            "## June 2021\n- Jun 7: N\n\n## May 2021 (Bonn)\n- May 3: b\n\n## April 2021 (online)\n- Apr 5: a\n",
        ),
        # A table below a new heading has its head, and none of the text above the neighbour's.
        (
            "## 2020\n\nThanks!\n\nDate | Title\n---|---\nMay 4 | a\n",
            "2021-05-03",
            "May 3 | N",
            "## 2020\n\nThanks!\n\nDate | Title\n---|---\nMay 4 | a\n\n## 2021\n\nDate | Title\n---|---\nMay 3 | N\n",
        ),
        # And the class that the neighbour's table has.
        (
            "## 2020\n\n{:.w}\n|Day|Talk|\n|--|--|\n|May 4|a|\n",
            "2021-05-03",
            "|May 3|N|",
            "## 2020\n\n{:.w}\n|Day|Talk|\n|--|--|\n|May 4|a|\n\n## 2021\n\n{:.w}\n|Day|Talk|\n|--|--|\n|May 3|N|\n",
        ),
    ],
)
def test_a_new_heading_says_what_is_true_of_the_new_event(page: str, date: str, section: str, expected: str) -> None:
    new = event(date=date, title="N")
    assert put(page, new, section, previous=None, order=None) == expected


@pytest.mark.parametrize("name", PAGES)
def test_put_changes_no_other_byte_of_any_page(name: str) -> None:
    page = PAGES[name]
    new = event(date="2021-05-04")
    section = render(new).replace("\n", outline(page).newline)
    after = put(page, new, render(new), previous=None, order=None)
    before, _, rest = after.partition(section)
    assert page.startswith(before.rstrip())
    assert page.endswith(rest.lstrip())
    added = len(after) - len(page) - len(section)
    assert 0 <= added <= 20


def test_a_new_year_of_html_gets_a_list_of_its_own() -> None:
    years = "<h3>2021</h3>\n<ul>\n<li>May 4: Cats</li>\n<li>April 6: Dogs</li>\n</ul>\n"
    more = years.replace("2021", "2020")
    added = put(
        f"# Talks\n\n{years}\n{more}", event(date="2022-02-01"), "<li>Feb 1: New</li>", previous=None, order=None
    )
    assert added == f"# Talks\n\n<h3>2022</h3>\n<ul>\n<li>Feb 1: New</li>\n</ul>\n\n{years}\n{more}"
    apart = "".join(f"<div>\n{one}</div>\n" for one in (years, more))
    assert not outline(apart).sections  # nobody knows what else a new element would hold


def test_what_is_between_elements_and_shows_no_words_comes_with_a_new_one() -> None:
    rule = '  <hr class="thin">\n  <p></p>\n'
    one, other = ("<div>\n  <h3>{}</h3>\n  <i>{}.03.2021</i>\n</div>\n".format(*said) for said in (("a", 9), ("b", 2)))
    page = f"<section>\n{one}{rule}{other}{rule}{other.replace('02', '01')}</section>\n"
    new = one.replace("2021", "2022")
    added = put(page, event(date="2022-03-09"), new.rstrip(), previous=None, order=None)
    assert added == f"<section>\n{new}{rule}{one}{rule}{other}{rule}{other.replace('02', '01')}</section>\n"
    assert without(outline(added), outline(added).sections[:1]) == page


def test_a_list_below_a_heading_of_its_own_under_each_year_gets_what_is_of_that_year() -> None:
    page = (
        "# Club\n\n## 2022\n\n#### Talks\n\n- May 4: a\n- January 4: b\n\n#### Walks\n\n- May 1: c\n\n"
        "## 2021\n\n#### Talks\n\n- May 4: d\n- March 4: e\n"
    )
    for date, section, above in (("2021-12-20", "- Dec 20: N", "- May 4: d"), ("2022-01-02", "- Jan 2: N", None)):
        after = put(page, event(date=date), section, previous=None, order=None)
        expected = page.replace(above, f"{section}\n{above}") if above else page.replace(": b\n", f": b\n{section}\n")
        assert after == expected


def test_a_year_of_another_list_is_no_heading_of_this_one() -> None:
    page = (
        "# Talks\n\n## 2022\n\n- 2022-01-01: a\n\n## 2020\n\n- 2020-01-01: b\n\n# Walks\n\n## 2021\n\n- 2021-01-01: c\n"
    )
    new = insert(outline(page), "- 2021-06-06: d", "2021-06-06", None)
    assert new == page.replace("## 2020", "## 2021\n\n- 2021-06-06: d\n\n## 2020")


MONTHS = {
    "## Mai 2026\n\n- 3. Mai: A\n\n## März 2026\n\n- 2. März: B\n": "## Juli 2026\n\n- 5. Juli: C",
    "## Mai 2026\n\n- 3.5.2026: A\n\n## März 2026\n\n- 2.3.2026: B\n": "## Juli 2026\n\n- 5.7.2026: C",
    "## Mayo de 2026\n\n- 3 de mayo: A\n\n## Enero de 2026\n\n- 2 de enero: B\n": "## Julio de 2026\n\n- 5 de julio: C",
    "## mai 2026\n\n- 3 mai : A\n\n## avril 2026\n\n- 2 avril : B\n": "## juillet 2026\n\n- 5 juillet : C",
    "**Mai 2026**\n\n- 3. Mai: A\n\n**März 2026**\n\n- 2. März: B\n": "**Juli 2026**\n\n- 5. Juli: C",
}


@pytest.mark.parametrize(("page", "added"), MONTHS.items())
def test_a_new_month_has_its_name_in_the_language_of_the_page(page: str, added: str) -> None:
    cut = outline(f"# X\n\n{page}")
    assert insert(cut, added.rpartition("\n")[2], "2026-07-05", None, None) == f"# X\n\n{added}\n\n{page}"
    heading, entry = page.split("\n\n")[:2]
    assert insert(cut, entry.replace("A", "C"), "2026-05-03", None, None).count(heading) == 1, "its month is there"
