"""Almanac's memory survives whatever text stands above it, and GitHub's line ends."""

from almanac.proposal.marker import (
    CommentState,
    PullState,
    comment_marker,
    comment_state,
    pull_state,
    read_state,
    text_digest,
    with_state,
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
    entries = {"event": "../../x", "digest": 5, "answers": ["a"], "commit": "abc", "shared": "yes", "unknown": 1}
    memory = pull_state(pull(with_state("Text", entries)))
    assert memory == PullState(commit="abc")
    assert pull_state(None) == pull_state(pull("no marker")) == PullState()


def test_what_closed_a_pull_request_is_read_by_the_name_that_is_written() -> None:
    assert pull_state(pull(with_state("", {"closed-by": "almanac"}))).closed_by == "almanac"


def test_a_comment_s_marker_is_read_the_same_way() -> None:
    body = with_state("", {"told": "failed", "says": "x", "heard": [1, 2], "denied": "me"})
    assert comment_state(Comment(1, body)) == CommentState(says="x", heard=[1, 2])


def test_a_marker_that_is_nested_without_end_is_no_marker() -> None:
    assert read_state("text\n\n<!-- almanac:state {" + '"a":{' * 100_000 + " -->\n")[1] == {}
    assert read_state("text\n\n<!-- almanac:state {" + '"a":{' * 100_000 + "}" * 100_001 + " -->\n")[1] == {}
