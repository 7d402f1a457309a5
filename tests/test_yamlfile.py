"""A problem of a file is shown at the line of its field."""

import pytest
from almanac.errors import Problem
from almanac.yamlfile import load

TEXT = "title: X\npeople:\n  - name: A\n  - name: B\n"


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (Problem("Wrong.", field="people[2].name"), 4),
        (Problem("Wrong.", field="url"), None),
        (Problem("Wrong.", field="title", line=9), 9),
        (Problem("Wrong."), None),
    ],
)
def test_the_line_is_given_where_it_is_known(problem: Problem, line: int | None) -> None:
    assert load(TEXT, "x.yml").located(problem).line == line
