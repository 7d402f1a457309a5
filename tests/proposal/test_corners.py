"""Corners of the planning that no person reaches on one's own: said here, so that they stay as they are."""

from dataclasses import replace

import pytest
from almanac.errors import ConfigError
from almanac.event.model import Event
from almanac.form.schema import Field, Form
from almanac.proposal.comment import put_comment
from almanac.proposal.hidden import with_state
from almanac.proposal.messages import write_text
from almanac.proposal.names import branch_name, issue_of
from almanac.proposal.ours import cannot_be_ours, has_headings
from almanac.proposal.plan import branch_owner
from almanac.proposal.published import Published
from almanac.proposal.state import Base, Closer, Comment, DeleteBranch, Draft, Issue, Look, Plan, Proposal, Pull
from almanac.proposal.triage import abandoned, closed, is_leftover, merged, refused, withdrawn

EVENT = Event(id="2022-01-20-x", title="X", date="2022-01-20")
BASE = Base("main", "b" * 40)
HEAD, OTHER = "1" * 40, "2" * 40
ISSUE = Issue(12, "New event", "### Title\n\nX", ("event",))


def pull(state: str = "open", *, done: bool = False, head: str | None = None, **entries: object) -> Pull:
    body = with_state("Text", entries)
    return Pull(13, "T", body, "closed" if state == "closed" else "open", merged=done, head=head)


def look(issue: Issue | None = ISSUE, **proposal: object) -> Look:
    return Look(issue, BASE, Proposal(**proposal))  # type: ignore[arg-type]


def test_nothing_is_said_on_an_issue_that_is_gone() -> None:
    assert put_comment(look(None), Draft("closed")) == ()


class TestWhoseBranch:
    @pytest.mark.parametrize(
        ("seen", "kind"),
        [
            (look(), ("ours", None)),
            (look(head=HEAD), ("ask", HEAD)),
            (look(head=HEAD, pull=pull(commit=HEAD)), ("ours", HEAD)),
            (look(head=HEAD, pull=pull(commit=OTHER)), ("ask", HEAD)),
            (look(head=HEAD, pull=pull(commit=HEAD, shared=True)), ("shared", HEAD)),
            (look(pull=pull(commit=HEAD, shared=True)), ("ask", HEAD)),
            (look(pull=pull("closed", commit=OTHER, withdrawn=HEAD)), ("ask", HEAD)),
            (look(pull=pull("closed", commit=OTHER)), ("ours", None)),
            (look(pull=pull("closed", done=True, commit=OTHER, withdrawn=HEAD)), ("ours", None)),
            (look(head=HEAD, pull=pull("closed", done=True, commit=HEAD, shared=True)), ("ours", HEAD)),
            (look(head=HEAD, pull=pull("closed", done=True, head=HEAD)), ("ours", HEAD)),
            (look(head=HEAD, pull=pull("closed", commit=HEAD, landed=True)), ("ours", HEAD)),
        ],
    )
    def test_it_is_told_from_head_and_marker(self, seen: Look, kind: tuple[str, str | None]) -> None:
        assert branch_owner(seen) == kind

    def test_only_what_was_merged_is_left_over(self) -> None:
        assert not is_leftover(look(head=HEAD))
        assert not is_leftover(look(head=OTHER, pull=pull("closed", done=True, head=HEAD)))


class TestEndings:
    def test_an_issue_that_was_never_ours_has_nothing(self) -> None:
        assert withdrawn(12, look()) == Plan(12, None, withdrawn(12, look()).reason)
        assert withdrawn(12, look(head=HEAD)).writes == ()

    def test_a_branch_without_pull_request_goes_with_the_issue(self) -> None:
        assert abandoned(12, look(head=HEAD)).writes == (DeleteBranch(branch_name(12), HEAD),)

    def test_a_closed_issue_on_which_we_never_spoke_stays_silent(self) -> None:
        gone = replace(pull("closed"), body=with_state("", {"closed-by": "almanac"}))
        assert closed(12, look(replace(ISSUE, state="closed"), pull=gone)).writes == ()

    def test_a_refusal_that_was_noted_and_told_nobody_stays_silent(self) -> None:
        gone = pull("closed", rejected=True)
        seen = look(replace(ISSUE, state="closed"), pull=gone)
        plan = refused(12, seen, gone, Closer(decides=True))
        assert plan == Plan(12, "refused", plan.reason)

    def test_a_merge_whose_branch_somebody_used_again_leaves_that(self) -> None:
        done = pull("closed", done=True, head=HEAD)
        seen = look(replace(ISSUE, state="closed"), pull=done, head=OTHER, comment=Comment(1, with_state("", {})))
        assert not any(
            isinstance(write, DeleteBranch) for write in merged(12, seen, done, Published("events.md")).writes
        )


def test_a_broken_template_of_ours_is_named_with_its_line() -> None:
    with pytest.raises(ConfigError) as caught:
        write_text("\n{% if %}", {}, "held.md.j2")
    assert (caught.value.problems[0].file, caught.value.problems[0].line) == ("held.md.j2", 2)


@pytest.mark.parametrize(
    ("branch", "number"),
    [("almanac/issue-12", 12), ("almanac/issue-0", None), ("almanac/sync", None), ("x/almanac/issue-1", None)],
)
def test_a_branch_tells_its_issue(branch: str, number: int | None) -> None:
    assert issue_of(branch) == number


@pytest.mark.parametrize(
    ("issue", "strange"),
    [
        (replace(ISSUE, comments=0), False),
        (replace(ISSUE, comments=0, labels=()), True),
        (replace(ISSUE, comments=0, body="It hurts"), True),
        (replace(ISSUE, comments=1, labels=()), False),
        (replace(ISSUE, comments=None, labels=()), False),
    ],
)
def test_an_issue_may_show_that_it_is_not_ours(issue: Issue, strange: bool) -> None:
    assert cannot_be_ours(len(issue.labels), issue.body, issue.comments) == strange


def test_an_invisible_character_hides_no_heading() -> None:
    form = Form("", ("event",), (Field("title", "Title\u2060", "input", required=True),))
    assert has_headings("### Ti\u200btle\n\nx", form)


def test_a_plan_is_called_by_its_issue_or_by_what_it_is_for() -> None:
    assert (Plan(12, None, "").name, Plan(0, None, "").name) == ("Issue #12", "Edits made by hand")
