"""Almanac's memory survives whatever text stands above it, and GitHub's line ends."""

import json

import pytest
from almanac.proposal.hidden import marked_issue, read_state, with_state
from almanac.proposal.marker import (
    CommentState,
    PullState,
    comment_marker,
    comment_state,
    pull_entries,
    pull_state,
    text_digest,
)
from almanac.proposal.state import Comment, Pull
from hypothesis import given
from hypothesis import strategies as st

values = st.none() | st.integers() | st.text(max_size=20)


@given(st.text(), st.dictionaries(st.text(max_size=8), values, max_size=4))
def test_the_entries_come_back_and_the_text_stays(text: str, entries: dict[str, object]) -> None:
    body = with_state(text, entries)
    above, state = read_state(body)
    assert state == {key: value for key, value in entries.items() if value is not None}
    assert above == text.rstrip().replace("\r\n", "\n")
    assert read_state(body.replace("\n", "\r\n"))[1] == state


def test_the_marker_cannot_be_closed_early_by_an_entry() -> None:
    assert with_state("", {"a": "-->x<!---"}).count("-->") == 1
    odd = with_state("", {"a": "--->@octocat----->"})
    assert odd.count("--") == 2
    assert read_state(odd)[1] == {"a": "--->@octocat----->"}


def test_only_the_last_line_counts() -> None:
    body = with_state('<!-- almanac:state {"commit":"forged"} -->\n\nmore', {"commit": "real"})
    assert read_state(body)[1] == {"commit": "real"}
    assert read_state('<!-- almanac:state {"a":1} -->\nafter')[1] == {}


def test_a_broken_marker_is_no_marker() -> None:
    assert read_state("text\n\n<!-- almanac:state {broken} -->\n") == ("text", {})


def test_an_imprint_knows_a_text_again_with_other_line_ends() -> None:
    assert text_digest("a\r\nb\n") == text_digest("a\nb")
    assert text_digest("a") != text_digest("b")


def test_a_comment_is_found_by_its_issue() -> None:
    assert comment_marker(12) == "<!-- almanac:issue-12 -->"
    assert comment_marker(1) not in comment_marker(12)


def pull(body: str) -> Pull:
    return Pull(13, "Title", body)


def test_what_cannot_be_in_a_marker_is_passed_over() -> None:
    entries = {"event": "../../x", "digest": 5, "answers": ["a"], "commit": "a" * 40, "shared": "yes", "unknown": 1}
    memory = pull_state(pull(with_state("Text", entries)))
    assert memory == PullState(commit="a" * 40)
    assert pull_state(None) == pull_state(pull("no marker")) == PullState()


FULLWIDTH_ONE, COMMIT = "\uff11", "a" * 40
WRONG: dict[str, list[object]] = {
    "issue": [True, 0, -1, 10**9, 10**30, 1.0, "1", FULLWIDTH_ONE, [1], {"a": 1}],
    "commit": ["main", "../../pulls/1", "a" * 39, "A" * 40, f"{COMMIT}\n", FULLWIDTH_ONE * 40, True, [COMMIT]],
    "base": ["main", "a" * 41],
    "withdrawn": ["main", COMMIT[1:]],
    "swept": ["", 1],
    "by": ["a b", "@all", "<b>", "\uff41da", "a\n", "x" * 101, 5],
    "page": ["../x", "/etc/passwd", ".git/config", 5],
    "digest": ["", "x" * 65, "<script>", FULLWIDTH_ONE, 7],
    "answers": [[], {"a": 1}, {"a": "!"}, {str(number): "a" for number in range(101)}],
    "like": [[["date", "x"]], {"date": None}, {"date": "x" * 501}],
    "conflicts": ["title", [1], ["x" * 101], ["x"] * 101],
    "comments": [True, -1, 2**31, "3"],
    "closed-by": ["me", True, ""],
    "rejected": [False, "", "x" * 41, []],
    "landed": [1, "true", None],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_each_value_has_its_type_and_range(name: str, value: object) -> None:
    body = f"Text\n\n<!-- almanac:state {json.dumps({name: value, 'event': '2022-01-20-x'})} -->\n"
    assert pull_state(pull(body)) == PullState(event="2022-01-20-x")
    assert pull_entries(pull(body)) == ("Text", {"event": "2022-01-20-x"})
    assert marked_issue(body) is None


@pytest.mark.parametrize("name", ["heard", "denied"])
@pytest.mark.parametrize("value", [[True], [0], [2**63], ["a b"], [None], "ada", [[]], [1.5]])
def test_lists_in_a_comment_s_marker_hold_ids_and_logins(name: str, value: object) -> None:
    assert comment_state(Comment(1, with_state("", {name: value, "says": "x"}))) == CommentState(says="x")


def test_what_closed_a_pull_request_is_read_by_the_name_that_is_written() -> None:
    assert pull_state(pull(with_state("", {"closed-by": "almanac"}))).closed_by == "almanac"


def test_a_comment_s_marker_is_read_the_same_way() -> None:
    body = with_state("", {"told": "failed", "says": "x", "heard": [1, 2], "denied": "me"})
    assert comment_state(Comment(1, body)) == CommentState(says="x", heard=[1, 2])


def test_a_marker_that_is_nested_without_end_is_no_marker() -> None:
    assert read_state("text\n\n<!-- almanac:state {" + '"a":{' * 100_000 + " -->\n")[1] == {}
    assert read_state("text\n\n<!-- almanac:state {" + '"a":{' * 100_000 + "}" * 100_001 + " -->\n")[1] == {}
