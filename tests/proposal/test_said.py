"""What a run says of each state: no sentence claims more than is known there."""

from dataclasses import replace

import pytest
from almanac.defaults import load_messages
from almanac.errors import Problem
from almanac.event.model import Event
from almanac.proposal.amendment import Amendment
from almanac.proposal.hidden import with_state
from almanac.proposal.merge import field_digests
from almanac.proposal.plan import undecided
from almanac.proposal.published import Published
from almanac.proposal.state import Base, Closer, Comment, Draft, Filed, Issue, Look, Plan, Proposal, Pull, PutComment
from almanac.proposal.triage import abandoned, answers_digest, cancelled, held, lapsed, problems_told, settled
from almanac.proposal.triage import triage as triaged
from almanac.proposal.triage import withdrawn as ended

HEAD, BASE = "a" * 40, "b" * 40
EVENT = Event(id="2021-11-08-x", title="X", date="2021-11-08")
OPEN = Issue(12, "", "", author="ada")
SHUT = replace(OPEN, state="closed", closed_at="2021-01-01T00:00:00Z")
STALE, OCTO = Closer("stale[bot]"), Closer("octo", decides=True)


def pull(state: str = "open", *, merged: bool = False, **marks: object) -> Pull:
    marks = {"digest": answers_digest(EVENT), "answers": field_digests(EVENT), "commit": HEAD, "base": BASE, **marks}
    shut = state != "open"
    return Pull(
        13,
        "t",
        with_state("x", marks),
        "closed" if shut else "open",
        merged,
        head=HEAD,
        closed_at="t" if shut else None,
    )


def look(
    issue: Issue | None, pull: Pull | None = None, told: str | None = "problems", closer: Closer | None = None
) -> Look:
    comment = Comment(1, with_state("", {"told": told})) if told else None
    return Look(issue, Base("main", BASE), Proposal(HEAD if pull else None, pull, comment), closer=closer)


def filed(seen: Look, event: Event | None = EVENT) -> Filed:
    assert seen.issue
    return Filed(seen, seen.issue, event, () if event else (Problem("Bad.", "Date"),), amendment=Amendment())


def triage(issue: Issue, seen: Look) -> Plan | None:
    return triaged(issue, seen, lambda _: Published("events.md"))


WAITS = "Its pull request was closed without merging, and not by a maintainer's decision."
CLOSED = "Its pull request was closed without merging."
SAID: list[tuple[str, Plan | None, str | None, str, str | None]] = [
    ("closed by its author", triage(SHUT, look(SHUT, pull())), "closed", "The issue is closed.", "closed"),
    ("closed, never proposed", triage(SHUT, look(SHUT)), "closed", "The issue is closed.", "closed"),
    ("cancelled", cancelled(12, look(OPEN, pull())), "closed", "A maintainer cancelled it by a command.", "closed"),
    (
        "merged",
        triage(OPEN, look(OPEN, pull("closed", merged=True))),
        "closed",
        "Its pull request was merged.",
        "merged",
    ),
    (
        "came in another way",
        triage(OPEN, look(OPEN, pull("closed", landed=True))),
        "closed",
        "What it proposed is on the main branch.",
        "merged",
    ),
    ("a no", triage(OPEN, look(OPEN, pull("closed"), closer=OCTO)), "refused", CLOSED, "refused"),
    ("closed by a bot", lapsed(filed(look(OPEN, pull("closed"), closer=STALE))), "waiting", WAITS, "lapsed"),
    (
        "with problems",
        problems_told(filed(look(OPEN, None, None), None)),
        "waiting",
        "The issue's author was told what has to be fixed.",
        "problems",
    ),
    (
        "too many",
        held(filed(look(OPEN)), 10),
        "waiting",
        "Its author already has 10 open proposals, as many as one person may have.",
        "held",
    ),
    (
        "undecided without a branch",
        undecided(filed(look(OPEN)), (Problem("Both."),)),
        "waiting",
        "A person has to decide something first.",
        "stuck",
    ),
    ("label gone", ended(12, look(OPEN, pull())), "closed", "The issue is gone or no longer ours.", "withdrawn"),
    (
        "label gone, never proposed",
        ended(12, look(OPEN)),
        "closed",
        "The issue is gone or no longer ours.",
        "withdrawn",
    ),
    (
        "closed and not ours, proposed once",
        ended(12, replace(look(SHUT, None, None), proposal=Proposal(None, pull("closed")))),
        None,
        "The issue is closed, and there is no proposal for it.",
        None,
    ),
    ("left over", abandoned(12, look(OPEN, None, None)), "closed", "The issue is gone or no longer ours.", None),
]


@pytest.mark.parametrize(("name", "plan", "outcome", "reason", "draft"), SAID)
def test_each_state_has_its_sentence(
    name: str, plan: Plan | None, outcome: str, reason: str, draft: str | None
) -> None:
    assert plan
    told = [write.body for write in plan.writes if isinstance(write, PutComment)]
    drafts = [body.template for body in told if isinstance(body, Draft)]
    assert (plan.outcome, plan.reason, drafts) == (outcome, reason, [draft] if draft else [])
    text = "".join(load_messages().write(body, pull="#13") for body in told if isinstance(body, Draft))
    assert "A maintainer closed" not in text
    assert "withdrew" not in text


def test_what_is_up_to_date_is_not_said_to_follow_the_issue() -> None:
    seen = look(OPEN, pull(says="s", told="s"), None)
    plan = settled(filed(seen), lambda _: True, listed=True)
    assert plan
    assert (plan.outcome, plan.reason) == ("unchanged", "The proposal is up to date.")
    assert lapsed(filed(seen)) is None
