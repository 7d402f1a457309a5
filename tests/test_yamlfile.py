"""A problem of a file is shown at the line of its field."""

import pytest
from almanac.errors import Problem
from almanac.yamlfile import located

TEXT = "title: X\npeople:\n  - name: A\n  - name: B\n"


@pytest.mark.parametrize(
    ("problem", "text", "line"),
    [
        (Problem("Wrong.", field="people[2].name"), TEXT, 4),
        (Problem("Wrong.", field="url"), TEXT, None),
        (Problem("Wrong.", field="title", line=9), TEXT, 9),
        (Problem("Wrong."), TEXT, None),
        (Problem("Wrong.", field="title"), None, None),
    ],
)
def test_the_line_is_given_where_it_is_known(problem: Problem, text: str | None, line: int | None) -> None:
    assert located(problem, text).line == line
