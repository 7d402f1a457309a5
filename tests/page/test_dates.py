"""What a line says beside its date."""

import pytest
from almanac.dates import find_date


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("Hall [2022-05-03]", "Hall"),
        ("Hall [2022-05-03, late", "Hall: late"),
        ("May 3, 2022: ) Hall", "Hall"),
        ("2022-05-03] - ) Hall (Room 5)", "Hall (Room 5)"),
        ("Hall - ([2022-05-03])", "Hall"),
        ("[2022-05-03)", ""),
    ],
)
def test_a_title_keeps_no_half_of_a_bracket_that_the_date_took_along(line: str, title: str) -> None:
    found = find_date(line)
    assert found
    assert (found.date, found.title) == ("2022-05-03", title)
