"""Entries of HTML cut into runs of words, each with its place."""

import pytest
from almanac.page.fields import EntryFields
from almanac.page.markup import runs_of
from almanac.page.outline import outline
from almanac.times.zones import Zones


@pytest.mark.parametrize(
    "row",
    [
        "<tr><td>2021-11-08</td><td>Owls</td><td>Ada Lovelace</td></tr>",
        '<tr><th scope="row">2021-11-08</th><td>Owls</td><td>Ada Lovelace</td></tr>',
        "<tr><td>2021-11-08<td>Owls<td>Ada Lovelace",
        "<tr><td>2021-11-08<hr></td><td>Owls</td><td>Ada Lovelace</td></tr>",
    ],
)
def test_each_cell_has_its_number_however_it_is_written(row: str) -> None:
    assert [run.text for run in runs_of(row)] == ["2021-11-08", "Owls", "Ada Lovelace"]
    assert [run.place[:2] for run in runs_of(row)] == [("tr.", f"td.{number}") for number in range(3)]


def test_an_item_ends_where_the_next_one_begins() -> None:
    first, second = runs_of("<ul><li>Owls<li>Bats</ul>")
    assert first.place[:-1] == second.place[:-1] == ("ul.", "li.")


@pytest.mark.parametrize("day", ["3/25/21", "25. März 2021"])
def test_entries_of_one_day_have_a_date_as_the_page_writes_it(day: str) -> None:
    page = outline("<ul>\n" + f"<li>{day}: Owls</li>\n" * 3 + "</ul>\n")
    assert [section.date for section in page.sections] == ["2021-03-25"] * 3


def test_what_only_closes_is_passed_over() -> None:
    assert [(run.place, run.text) for run in runs_of("</b></div><p>Owls</p>")] == [(("p.", "0"), "Owls")]


def test_rows_that_begin_with_a_heading_cell_are_read_by_the_head_of_their_columns() -> None:
    rows = "".join(
        f'<tr><th scope="row">2021-11-0{day}</th><td>Talk {day}</td><td>Room {day}</td></tr>\n' for day in (8, 6, 5)
    )
    page = outline(f"# Talks\n\n<table>\n<tr><th>Date</th><th>Title</th><th>Location</th></tr>\n{rows}</table>\n")
    fields = map(EntryFields(page, Zones.of()).of, page.sections)
    assert [one.get("location") for one in fields] == ["Room 8", "Room 6", "Room 5"]
    assert [section.title for section in page.sections] == ["Talk 8", "Talk 6", "Talk 5"]
