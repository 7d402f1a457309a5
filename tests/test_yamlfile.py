"""A problem of a file is shown at the line of its field."""

from contextlib import suppress

import pytest
import yaml
from almanac.errors import Problem
from almanac.yamlfile import load, most_nested
from hypothesis import given, settings
from hypothesis import strategies as st

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


MARKS = ("- ", "? ", ": ", "a: ", "a:", "\n", "\n ", " ", "  ", "[", "{", "]", "}", "\r", "\u2028", "&x ", "b")


@settings(max_examples=5 * settings().max_examples)
@given(st.lists(st.sampled_from(MARKS), max_size=200).map("".join))
def test_no_text_is_nested_deeper_than_was_looked_for(text: str) -> None:
    """Where the beginnings of lines show that a text is flat enough, nobody counts; so they must never be wrong."""
    depth = deepest = 0
    with suppress(yaml.YAMLError):
        for event in yaml.parse(text, yaml.CSafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            deepest = max(deepest, depth)
    assert deepest <= most_nested(text)
