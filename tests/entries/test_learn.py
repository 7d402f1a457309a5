"""What is learned from a site's own events, on whole sites."""

import pytest

from tests.entries.learned import CASES, parts, places


@pytest.mark.parametrize("name", CASES)
def test_the_next_event_is_written_as_the_newest_are(name: str) -> None:
    files, expected = parts(CASES[name])
    assert places(files) == expected


def test_of_countless_keys_only_some_are_looked_at() -> None:
    keys = "".join(f"key{number}: x\n" for number in range(300))
    files = {f"_events/2025-03-0{day}.md": f"---\ntitle: Owls {day}\n{keys}---\n" for day in (1, 2)}
    [told] = places(files).values()
    assert "key100: x" in told
    assert "key299" not in told
