"""Two people's edits of one text come together by lines."""

import pytest
from almanac.proposal.textmerge import merge_texts
from hypothesis import given
from hypothesis import strategies as st

BEFORE = "a\nb\nc\nd\n"


@pytest.mark.parametrize(
    ("ours", "theirs", "merged"),
    [
        (BEFORE, "a\nB\nc\nd\n", "a\nB\nc\nd\n"),
        ("a\nB\nc\nd\n", BEFORE, "a\nB\nc\nd\n"),
        ("a\nB\nc\nd\n", "a\nb\nc\nD\n", "a\nB\nc\nD\n"),
        ("a\nB\nc\nd\n", "a\nb\nC\nd\n", "a\nB\nC\nd\n"),
        ("a\nB\nc\nD\n", "a\nB\nc\nd\n", "a\nB\nc\nD\n"),
        ("x\na\nb\nc\nd\n", "y\na\nb\nc\nd\n", "x\ny\na\nb\nc\nd\n"),
        ("x\na\nb\nc\nd\n", "x\na\nb\nc\nd\ny\n", "x\na\nb\nc\nd\ny\n"),
        ("b\nc\nd\n", "a\nb\nc\n", "b\nc\n"),
        ("", "a\nb\nc\nd\n", ""),
        ("a\nb\nc\nd\nno end", "A\nb\nc\nd\n", "A\nb\nc\nd\nno end"),
    ],
)
def test_what_one_side_changed_is_taken(ours: str, theirs: str, merged: str) -> None:
    assert merge_texts(BEFORE, ours, theirs).text == merged
    assert not merge_texts(BEFORE, ours, theirs).clash


@pytest.mark.parametrize(
    ("ours", "theirs", "merged"),
    [
        ("a\nB\nc\nd\n", "a\nX\nc\nd\n", "a\nX\nc\nd\n"),
        ("a\nB\nC\nd\n", "a\nb\nX\nd\n", "a\nb\nX\nd\n"),
        ("A\nd\n", "a\nb\nX\nd\n", "a\nb\nX\nd\n"),
        ("a\nd\n", "a\nb\nnew\nc\nd\n", "a\nb\nnew\nc\nd\n"),
    ],
)
def test_where_both_changed_the_same_lines_theirs_stay(ours: str, theirs: str, merged: str) -> None:
    found = merge_texts(BEFORE, ours, theirs)
    assert (found.text, found.clash) == (merged, True)


def test_blank_lines_are_not_in_dispute() -> None:
    merged = merge_texts("a\n\nb\n", "A\nb\n", "a\nb\n")
    assert (merged.text, merged.clash) == ("A\nb\n", False)
    merged = merge_texts("a\n\nb\n", "a\nx\nb\n", "a\ny\nb\n")
    assert (merged.text, merged.clash) == ("a\nx\ny\nb\n", False)


texts = st.lists(st.sampled_from("abc"), max_size=8).map(lambda lines: "".join(f"{line}\n" for line in lines))


@given(texts, texts, texts)
def test_theirs_is_never_lost(before: str, ours: str, theirs: str) -> None:
    merged = merge_texts(before, ours, theirs)
    assert merge_texts(before, before, theirs).text == theirs
    assert merge_texts(before, ours, before).text == ours
    assert merge_texts(before, ours, ours).text == ours
    new = {line for line in theirs.split() if line not in before}
    assert new <= set(merged.text.split())
