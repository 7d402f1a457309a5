"""Which comments give a command, and which only talk about one."""

import pytest
from almanac.proposal.command import CommentCommand, Given, command_of, commands_of
from almanac.proposal.comment import answered, note_draft, own_text, pending_commands, with_note
from almanac.proposal.hidden import with_state
from almanac.proposal.state import Base, Comment, Issue, Look, Plan, Proposal, PutComment


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/almanac retry", "retry"),
        ("/almanac recreate", "recreate"),
        ("/almanac cancel", "cancel"),
        ("/Almanac  RETRY!", "retry"),
        ("/almanac retry, please", "unknown"),
        ("/almanac: retry", "retry"),
        ("/almanac\u00a0retry", "retry"),
        ("/almanac retry please", "retry"),
        ("   /almanac\tcancel   ", "cancel"),
        ("Thanks!\r\n\r\n/almanac retry\r\nBye", "retry"),
        ("/almanac", "unknown"),
        ("/almanac help", "unknown"),
        ("/almanac retry\n/almanac cancel", "retry"),
        ("```\ncode\n```\n/almanac retry", "retry"),
        ("~~~ a`b\ncode\n~~~\n/almanac retry", "retry"),
        ("<!-- note -->\n/almanac retry", "retry"),
    ],
)
def test_a_line_of_its_own_is_a_command(text: str, command: str) -> None:
    given = command_of(text)
    assert given
    assert given.name == command


def test_a_comment_may_give_several() -> None:
    text = "/almanac recording a\n> /almanac remove\n\n/almanac slides b\n/almanac recording c"
    assert commands_of(text) == (Given("recording", "c"), Given("slides", "b"))
    assert len(commands_of("/almanac dance\n" * 99)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Please /almanac retry",
        "`/almanac retry`",
        "> /almanac retry",
        "    /almanac retry",
        "\t/almanac retry",
        "- /almanac retry",
        "```\n/almanac retry\n```",
        "```text\n/almanac retry",
        "````\n```\n/almanac retry\n````",
        "~~~\n```\n/almanac retry\n~~~",
        "```\n    ```\n/almanac retry\n```",
        "```\n``` not the end\n/almanac retry\n```",
        "<!--\n/almanac retry\n-->",
        "<!-- /almanac retry",
        "/almanacs retry",
        "/ almanac retry",
    ],
)
def test_what_is_quoted_or_said_in_passing_is_none(text: str) -> None:
    assert command_of(text) is None


def test_a_note_stands_below_a_text_and_is_told_from_it() -> None:
    marked = f"<!-- almanac:issue-1 -->\n{with_note('Hello', 'A note')}"
    assert own_text(marked) == "Hello"
    assert own_text("<!-- almanac:issue-1 -->\nHello") == "Hello"
    assert with_note("Hello", "") == "Hello"


def test_what_is_heard_is_noted_where_we_never_spoke() -> None:
    issue = Issue(12, "New event", "### Title", ("event",))
    comment = CommentCommand(7, "Eve", "/almanac cancel", 12)
    look = Look(issue, Base("main", "b" * 40), Proposal())
    plan = answered(Plan(12, None, "Nothing to do."), look, comment, note_draft("", answer="denied"), denied=True)
    (said,) = plan.writes
    assert isinstance(said, PutComment)
    assert (said.id, said.state) == (None, {"heard": [7], "denied": ["eve"]})
    assert said.body


def test_a_command_that_comes_again_is_not_heard_even_if_it_was_forgotten() -> None:
    heard = list(range(10, 30))
    for ours, number, pending in ((heard, 9, False), (heard, 10, False), (heard, 30, True), (heard[1:], 9, True)):
        comment = Comment(1, with_state("", {"heard": ours}))
        look = Look(Issue(12, "", ""), Base("main", "a"), Proposal(comment=comment))
        assert bool(pending_commands(look, 12, CommentCommand(number, "grace", "/almanac retry", 12))) is pending
