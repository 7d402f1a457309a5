"""What is learned from a site's own events, on whole sites."""

import pytest

from tests.entries.learned import CASES, parts, places


@pytest.mark.parametrize("name", CASES)
def test_the_next_event_is_written_as_the_newest_are(name: str) -> None:
    files, expected = parts(CASES[name])
    assert places(files) == expected
