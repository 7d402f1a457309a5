"""What two lists have in common, as `difflib` would say it, in linear time."""

from difflib import SequenceMatcher

import pytest
from almanac.matching import LinearMatcher
from hypothesis import given
from hypothesis import strategies as st

ITEMS = st.lists(st.sampled_from("abcdefgh \n"), max_size=120)


@given(ITEMS, ITEMS)
def test_the_steps_lead_from_the_one_to_the_other(before: list[str], after: list[str]) -> None:
    made: list[str] = []
    for step, start, end, other, other_end in LinearMatcher(before, after).get_opcodes():
        if step == "equal":
            assert before[start:end] == after[other:other_end]
        made += after[other:other_end]
    assert made == after


@given(st.lists(st.integers(), unique=True, max_size=80), st.data())
def test_all_that_stayed_in_a_long_list_is_found(before: list[int], data: st.DataObject) -> None:
    kept = [item for item in before if data.draw(st.booleans())]
    found = LinearMatcher(before, kept).get_matching_blocks()
    assert sum(block.size for block in found) == len(kept)


@given(st.lists(st.sampled_from("ab"), max_size=30), st.lists(st.sampled_from("ab"), max_size=30))
def test_short_lists_are_compared_as_difflib_does_between_their_common_ends(
    before: list[str], after: list[str]
) -> None:
    ours = LinearMatcher([0, *before, 0, 1], [0, *after, 1, 1]).get_matching_blocks()
    theirs = LinearMatcher([2, *before, 3], [4, *after, 5]).get_matching_blocks()
    assert sum(block.size for block in ours) >= 2
    assert theirs == SequenceMatcher(None, [2, *before, 3], [4, *after, 5], False).get_matching_blocks()


def test_a_long_list_is_compared_by_what_each_has_once() -> None:
    before = [*range(100), *"ab" * 20, *range(200, 300)]
    after = [*range(50), "new", *range(60, 100), *range(250, 300), *"ba" * 20, *range(200, 250), 50]
    steps = LinearMatcher(before, after).get_opcodes()
    made = [item for step, start, end, *_ in steps if step == "equal" for item in before[start:end]]
    assert {*range(50), *range(60, 100)} <= {*made}
    assert [item for *_, other, other_end in steps for item in after[other:other_end]] == after


def test_what_repeats_too_often_is_taken_for_different() -> None:
    steps = LinearMatcher(["a", "b"] * 40, ["b", "a", "a"] * 40).get_opcodes()
    assert sum(step[2] - step[1] for step in steps) == 80


def test_the_search_goes_no_deeper_than_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("almanac.matching._DEEPEST", 0)
    steps = LinearMatcher([*range(50), *range(60, 100)], [*range(60, 100), *range(50)]).get_opcodes()
    assert {step[0] for step in steps} == {"replace"}
