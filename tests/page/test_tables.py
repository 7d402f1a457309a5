"""Rows of tables: each field in the column that its head and its cells say, as the rows beside it are written."""

import re
from collections.abc import Sequence

import pytest
from almanac.dates import UNDECIDED
from almanac.event.model import Event
from almanac.page.columns import columns_of
from almanac.page.imitate import write_templates
from almanac.page.insert import put
from almanac.page.numbers import next_number
from almanac.page.outline import outline
from almanac.page.template import section_renderer

from tests.built import convert, github_html
from tests.page.house import BARE, FULL, PAGES

TIMED = FULL.model_copy(update={"starts": "2021-11-15T18:30:00-05:00", "when": "6:30pm ET"})


def row_of(page: str, event: Event) -> str:
    """Write an event as a new row of a page's table."""
    cut = outline(page)
    event = event.model_copy(update={"number": next_number(cut, event.date)})
    return section_renderer(write_templates(cut, cut.alive_list)[0])(event)


# What a row says of an event of which only title and date are known, and of one of which everything is.
ROWS = {
    "table-companies": (
        "| Owls |  | 2021 |  |",
        "| Owls | Room 5 | 2021 | https://www.example.org/register |",
    ),
    "table-details": (
        "| 15/11/21   | Owls |  |  |  |",
        (
            "| 15/11/21   | Owls | About owls. Two things: • eyes • ears "
            "| [Ada](https://example.org/ada) and Grace "
            "| [Slides](https://example.org/slides), [Recording on YouTube](https://example.org/video) |"
        ),
    ),
    "table-no-years": (
        "| Nov 15 |  | Owls |",
        "| Nov 15 @ 6:30PM | [Ada](https://example.org/ada) and Grace | Owls |",
    ),
    "table-numbered": (
        "8 | November 15, 2021 |  |",
        "8 | November 15, 2021 at 23:30 UTC | [Slides](https://example.org/slides) | [video](https://example.org/video)",
    ),
    "table-persons": (
        "2021-11-15|                 |Owls",
        "2021-11-15|[Ada](https://example.org/ada), Grace|Owls",
    ),
    "table-seasons": (
        "Nov. 15 |  | Owls |",
        (
            "Nov. 15 | [Ada](https://example.org/ada), Grace | [Owls](https://www.example.org/register) "
            "| [Slides](https://example.org/slides)"
        ),
    ),
    "table-themes": (
        "| Nov. 15, 2021 |  | Owls |  |  |",
        "| Nov. 15, 2021 |  | [Owls](https://www.example.org/register) | [Ada](https://example.org/ada), Grace |  |",
    ),
    "table-times": (
        "|15th November 2021|Owls||",
        (
            "|15th November 2021 6:30pm|[Ada](https://example.org/ada), Grace|Engines"
            "|[Watch the Recording here](https://example.org/video)|"
        ),
    ),
    "table-without-delimiter": (
        "| Owls |  | November 15, 2021 |  |  |  |",
        (
            "| [Owls](https://www.example.org/register) | [Ada](https://example.org/ada) <br> Grace <br> <i>Engines</i>"
            " | November 15, 2021 |  | [Video](https://example.org/video) | [Slides](https://example.org/slides) |"
        ),
    ),
    "table-year-above": (
        "| 2021 | Nov 15 | Owls |  |  |",
        "| 2021 | Nov 15 | Owls |  | [Ada](https://example.org/ada), Grace |",
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_row_is_written_as_those_beside_it(name: str) -> None:
    assert (row_of(PAGES[name], BARE), row_of(PAGES[name], TIMED)) == ROWS[name]


def shown_cells(html: str) -> list[list[str]]:
    """Return the words of each row's cells, as a browser shows them."""
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", html, re.DOTALL)
    cells = (re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows)
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row] for row in cells]


@pytest.mark.jekyll
def test_a_new_row_has_its_cells_where_jekyll_and_github_have_those_of_others() -> None:
    cases = [(name, event) for name in ROWS for event in (BARE, TIMED)]
    before = [PAGES[name] for name, _ in cases]
    after = [put(PAGES[name], one, row_of(PAGES[name], one), previous=None, order=None) for name, one in cases]
    for render in (convert, github_html):
        for (name, event), old, new in zip(cases, render(before), render(after), strict=True):
            old_rows, new_rows = shown_cells(old), shown_cells(new)
            if render is github_html and name == "table-without-delimiter":
                assert not new_rows  # GitHub shows no table there, and did not before
                continue
            added = [row for row in new_rows if row not in old_rows]
            assert len(added) == 1, name
            assert len(new_rows) - len(old_rows) == 1 + (name == "table-seasons"), name  # a term with a head of its own
            position = old_rows[0].index(TITLE_HEADS[name]) if name in TITLE_HEADS else None
            assert position is None or added[0][position] == event.title, name
            assert len(added[0]) == len(old_rows[0]), name


TITLE_HEADS = {
    "table-details": "Meetup Topic",
    "table-no-years": "Topic",
    "table-persons": "Description",
    "table-seasons": "Reading/Topic",
    "table-themes": "Reading / session",
    "table-without-delimiter": "Title",
    "table-year-above": "Title",
}


def fields_of(table: str) -> list[str]:
    """Return the field of each column of a table, whose first line is its head."""
    names, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    return [column.field for column in columns_of(names, rows, UNDECIDED)]


@pytest.mark.parametrize(
    ("table", "fields"),
    [
        pytest.param(
            "|#|Talk|When|\n|1|Owls|May 4|\n|2|Bats|May 5|\n|3|Newts|May 6|", "number title date", id="a running number"
        ),
        pytest.param(
            "|Date|Speaker's Name|Topic|Speaker's Institute|\n|May 4|Ann Low|Owls|Hoot College|",
            "date people title affiliation",
            id="two heads that name the speaker",
        ),
        pytest.param("|Room|Title|Date|\n|1|Owls|May 4|\n|2|Bats|May 5|", "location title date", id="rooms in a row"),
        pytest.param("|#|Title|Date|\n|7|Owls|May 4|", "extra title date", id="one number does not go on"),
        pytest.param("|#|Title|Date|\n|7|Owls|May 4|\n|9|Bats|May 5|", "extra title date", id="nor do any two"),
        pytest.param("|Date|Time|Title|\n|May 4|7pm|Owls|\n|May 5|8 pm|Bats|", "date when title", id="times"),
        pytest.param("|Day|From|Title|\n|May 4|7pm|Owls|\n|May 5|8:30|Bats|", "date when title", id="times by looks"),
        pytest.param("|Day|When|Title|\n|x|May 4|Owls|\n|y|May 5|Bats|", "extra date title", id="dates by looks"),
        pytest.param(
            "|Date|Speaker name|Talk title|Video link|\n|May 4|Ann|Owls||\n", "date people title recording", id="words"
        ),
        pytest.param(
            "|Date|Details|Title|\n|May 4|All about owls.|Owls|", "date description title", id="details that are text"
        ),
        pytest.param(
            "|Date|Details|Title|\n|May 4|[more](https://x.example)|Owls|",
            "date url title",
            id="details that lead away",
        ),
        pytest.param("|Date|Video|Title|\n|May 4|none so far|Owls|", "date recording title", id="a video that is text"),
        pytest.param(
            "|Date|Notes|Title|\n|May 4|[n](https://x.example/1)|Owls|\n|May 5|[n](https://x.example/2)|Bats|",
            "date links title",
            id="notes elsewhere",
        ),
        pytest.param("|Date|Speaker|Organisation|\n|May 4|Ann|Hoot|", "date people affiliation", id="no title at all"),
        pytest.param("|Date|Company|City|\n|May 4|Hoot|Oakham|", "date extra location", id="a company without people"),
        pytest.param("|Date|Kde|Co|\n|May 4|Hall|Of owls and bats|", "date extra title", id="the longest text"),
        pytest.param("|Datum|Ort|Thema|\n|May 4|Saal|Eulen|", "date location title", id="German heads"),
        pytest.param(
            "|日付|場所|発表者 (敬称略)|タイトル|\n|2021/5/4|a|b|c|", "date location people title", id="Japanese"
        ),
        pytest.param(
            "|📅|🎤|💡|:movie_camera:|🦉|\n|May 4|Ann|Owls|x||", "date people title recording extra", id="pictures"
        ),
        pytest.param("|Day|Name|Talk|\n|May 4|Ann Low|Owls|", "date people title", id="names of people"),
        pytest.param("|Day|Name|\n|May 4|Owls at Night|\n|May 5|Bats|", "date title", id="names of events"),
        pytest.param("|Date|\n|May 4: Owls|\n|May 5: Bats|", "both", id="date and title in one cell"),
        pytest.param("|||\n|May 4|Owls|\n|May 5|Bats|", "date title", id="without heads"),
        pytest.param("|Year|Title|\n|2020|Owls|\n|2021|Bats|", "date title", id="only years"),
        pytest.param("|A|B|\n|x|y|", "extra extra", id="no dates"),
        pytest.param("|A|B|", "extra extra", id="no rows"),
    ],
)
def test_columns_are_told_by_their_heads_and_their_cells(table: str, fields: str) -> None:
    assert fields_of(table) == fields.split()


def page_of(*rows: str, head: str = "| Date | Title | {0} |") -> str:
    names = head.split("|")
    return "\n".join((head, "|---" * (len(names) - 2) + "|", *rows)) + "\n"


@pytest.mark.parametrize(
    ("head", "cells", "changes", "cell"),
    [
        ("No.", ("#1", "#2", "#3"), {}, "#4"),
        ("No.", ("**1.**", "**2.**", "**3.**"), {}, "**4.**"),
        ("Link", ("<https://x.example/1>", "<https://x.example/2>"), {"url": FULL.url}, f"<{FULL.url}>"),
        (
            "Link",
            ("[here](https://x.example/1)", "[there](https://x.example/2)"),
            {"url": FULL.url},
            "[example.org](https://www.example.org/register)",
        ),
        ("Video", ("", ""), {"recording": FULL.recording}, "[Video](https://example.org/video)"),
        ("Speaker", ("*Ann*", "*Bob*"), {"people": FULL.people[1:]}, "*Grace*"),
        ("Speaker", ("*Ann*", "*Bob*"), {}, ""),
        (
            "Speakers",
            ("Ann, Bob and Cy", "Di; Ed"),
            {"people": FULL.people * 2},
            "[Ada](https://example.org/ada), Grace, [Ada](https://example.org/ada) and Grace",
        ),
        (
            "Slides",
            ("[pdf](https://x.example/1)", ""),
            {"links": FULL.links * 2},
            "[Slides](https://example.org/slides), [Slides](https://example.org/slides)",
        ),
        (
            "Poster",
            ("[pdf](https://x.example/1)", "[pdf](https://x.example/2)"),
            {"extra": {"poster": "https://example.org/p"}},
            "[pdf](https://example.org/p)",
        ),
        ("Level", ("easy", "hard"), {"extra": {"level": "any"}}, "any"),
        ("", ("easy", "hard"), {}, ""),
        ("Year", ("2021", "2021"), {}, "2021"),
        ("Status", ("held", "held"), {"status": "cancelled"}, "cancelled"),
        ("Tags", ("birds, food", "fish"), {"tags": ("a|b", "c")}, "a&#124;b, c"),
    ],
)
def test_a_cell_is_written_as_those_above_it(
    head: str, cells: Sequence[str], changes: dict[str, object], cell: str
) -> None:
    rows = [f"| Jun {day}, 2021 | Owls {day} of {day} | {one} |" for day, one in enumerate(cells, 1)]
    page = page_of(*rows, head=f"| Date | Title | {head} |")
    written = row_of(page, BARE.model_copy(update=changes))
    assert written == f"| Nov 15, 2021 | Owls | {cell} |"


def test_a_space_too_many_before_words_of_one_length_is_no_padding() -> None:
    rows = [
        f"| Jun {day}, 2021 | Owls {day} | {place} |" for day, place in enumerate((" Old Mill", " Old Mill", "Inn"), 1)
    ]
    written = row_of(page_of(*rows, head="| Date | Title | Place |"), BARE.model_copy(update={"location": "Hall"}))
    assert written == "| Nov 15, 2021 | Owls | Hall |"


def test_what_changed_is_said_once_behind_the_title_or_else_the_date() -> None:
    event = BARE.model_copy(update={"status": "cancelled"})
    assert row_of(PAGES["table-times"], event) == "|15th November 2021 (cancelled)|Owls||"
    assert row_of("| May 4, 2021: Owls | Ann |\n| May 5, 2021: Bats | Bob |\n", event).count("(cancelled)") == 1


@pytest.mark.parametrize(
    ("date", "number"), [("2021-11-15", 8), ("2021-06-01", 3), ("2021-05-10", None), ("2021-01-01", None)]
)
def test_a_number_goes_on_where_one_is_free(date: str, number: int | None) -> None:
    assert next_number(outline(PAGES["table-numbered"]), date) == number


def test_numbers_before_the_first_are_free_down_to_one() -> None:
    page = page_of("| May 4, 2021 | Owls | 5 |", "| May 5, 2021 | Bats | 6 |", head="| Date | Title | # |")
    assert next_number(outline(page), "2021-01-01") == 4
    assert next_number(outline(PAGES["table"]), "2021-11-15") is None


def test_a_row_that_begins_with_a_blank_cell_begins_with_a_bar() -> None:
    page = PAGES["table-numbered"]
    template = section_renderer(write_templates(outline(page), outline(page).alive_list)[0])
    assert template(BARE) == "|  | November 15, 2021 |  |"


def test_the_newest_table_is_the_model_and_no_other_table_of_the_list() -> None:
    old = page_of("| 4 May 2020 | Owls | x |", "| 5 May 2020 | Bats | y |", head="| Date | Title | Old |")
    new = "\n| Date | Title | Speaker |\n|---|---|---|\n| Jun 6, 2021 | Newts | Ann |\n"
    assert row_of(f"{old}{new}", FULL).startswith("| Nov 15, 2021 | Owls | [Ada]")


def test_rows_below_a_second_head_have_its_columns() -> None:
    page = page_of("| Jun 4, 2020 | Owls | Ann |", head="| Date | Title | Speaker |")
    page += "| Date | Speaker | Title |\n|---|---|---|\n| Jun 4, 2021 | Bob | Bats |\n"
    assert row_of(page, BARE) == "| Nov 15, 2021 |  | Owls |"


def test_rows_without_a_date_have_the_same_head() -> None:
    page = page_of("| more | to come | soon |", "| Jun 4, 2021 | Owls | Ann |", head="| Date | Title | Speaker |")
    assert row_of(page, FULL) == "| Nov 15, 2021 | Owls | [Ada](https://example.org/ada), Grace |"


def test_a_row_may_have_more_cells_than_head_and_first_row() -> None:
    assert outline("|\n2019 | Jun | First walk\n").sections == ()
    assert [section.date for section in outline("|\n2019 | Jun 1 | First walk\n").sections] == ["2019-06-01"]
