"""What should be true of an event that is well: its branch, its pull request, its comment. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from almanac.errors import Problem
from almanac.event.model import Event, event_id
from almanac.event.record import record_path
from almanac.page.section import Renderer
from almanac.proposal.branch import Content, Task, fresh, on_top, title_of
from almanac.proposal.comment import put_comment, said, says
from almanac.proposal.duplicates import traits, warnings_of
from almanac.proposal.marker import Memory, imprint, read_state, recall
from almanac.proposal.merge import marks
from almanac.proposal.state import (
    CloseIssue,
    Draft,
    EditPull,
    EventAtBase,
    Filed,
    Look,
    OpenPull,
    Outcome,
    Plan,
    Pull,
    Shared,
    Write,
    branch_name,
)
from almanac.proposal.triage import (
    CLOSED_BY,
    REJECTED,
    REVISES,
    close_pull,
    digest,
    drop_branch,
    is_done,
    leftover,
    problems_draft,
)


def memory_of(look: Look) -> Memory:
    """Return what the marker of the issue's newest pull request says."""
    return recall(look.proposal.pull.body if look.proposal.pull else None)


def branch_of(look: Look) -> tuple[Literal["fresh", "ask", "shared"], str | None]:
    """Tell whose work a branch holds, and at which commit.

    Returns:
        `fresh`: ours alone, so that it may be replaced as a whole; `shared`: somebody else's too; `ask`: the commit
        has to say it itself (`Forge.is_ours`), since a run that was cut short may have left it.
    """
    pull, head, memory = look.proposal.pull, look.proposal.head, memory_of(look)
    if head is None:
        # A branch that is gone, with somebody's work on it: what closed the pull request has noted where that is.
        commit = memory.withdrawn or (memory.commit if memory.shared else None)
        return ("ask", commit) if commit and pull and not pull.merged else ("fresh", None)
    if leftover(look):
        return "fresh", head
    if head == memory.commit:
        return ("shared" if memory.shared else "fresh"), head
    return "ask", head


@dataclass(frozen=True)
class Offer:
    """What is to be proposed.

    Attributes:
        id: The event's id.
        event: The event: as the answers give it or, where these have problems, as a branch of ours has it.
        shared: What the branch holds, where somebody else has committed to it.
    """

    id: str
    event: Event | None
    shared: Shared | None = None


def identity(look: Look, event: Event | None, taken: frozenset[str]) -> str | None:
    """Return the id of an issue's event: the one it was given first, else a new one; None where nothing gives one."""
    given = memory_of(look).event
    return given if given or event is None else new_id(look, event, taken)


def new_id(look: Look, event: Event, taken: frozenset[str]) -> str:
    """Return an id beside those that are taken, by open proposals too: so it does not matter which is merged first."""
    offered = (recall(pull.body).event for pull in look.others.values())
    return event_id(event.date, event.series or event.title, taken | {name for name in offered if name})


def proposed(filed: Filed, site: EventAtBase, render: Renderer, offer: Offer) -> Plan:
    """Plan the branch, the pull request and the comment.

    Args:
        filed: The issue. Its answers may have problems where a proposal is open: then that only follows the base.
        site: What the base holds.
        render: Writes an event's section.
        offer: What is to be proposed; event or branch is there.

    Raises:
        Stuck: The branch holds something that only a person can put right.
        UserError: The page's own text stands in the way.
    """
    look, number = filed.look, filed.issue.number
    pull = look.proposal.pull if look.proposal.pull and look.proposal.pull.state == "open" else None
    task = Task(number, look.base, look.proposal.head, site, memory_of(look), _origin(look), render)
    content = _content(task, filed, offer)
    if _nothing_left(content, task):
        return _nothing_new(filed, content, pull, site.config.page)
    likely = warnings_of(filed, content.event, site)
    filed = replace(filed, warnings=(*filed.warnings, *likely))
    preview = _preview(filed, content, site)
    branch = None if not content.shared and _on_offer(filed, task, pull) else content.branch
    state = _state(filed, content, task, says(preview)) | ({} if branch else {"commit": task.head})
    title = title_of(content.event, number, changes=site.previous is not None)
    body = _pull_draft(filed, content, site, likely)
    writes: list[Write] = [branch] if branch else []
    if pull is None:
        writes.append(OpenPull(branch_name(number), look.base.branch, title, body, state))
    elif branch or not _is_written(pull, state):
        writes.append(_edit(pull, title, body, state))
    told = preview if filed.event else problems_draft(filed)
    writes += put_comment(look, told, pull.number if pull else None)
    reason = "The pull request follows the issue." if pull else "The issue gives an event; it is proposed."
    outcome: Outcome = "waiting" if filed.problems else "updated" if pull else "created"
    return Plan(number, outcome, reason, tuple(writes), content.event, filed.problems, filed.warnings)


def _origin(look: Look) -> Mapping[str, str] | None:
    """Return marks of the answers that the record on the base was made from: those of what was merged last."""
    memory, pull = memory_of(look), look.proposal.pull
    return memory.answers if pull and is_done(pull) else memory.origin


def _content(task: Task, filed: Filed, offer: Offer) -> Content:
    event = offer.event.model_copy(update={"id": offer.id}) if offer.event else None
    if offer.shared or event is None:
        assert offer.shared  # noqa: S101 - what is offered is an event or a branch
        return on_top(task, offer.shared, event if filed.event else None, offer.id)
    return fresh(task, event)


def _preview(filed: Filed, content: Content, site: EventAtBase) -> Draft:
    """Word the comment. Nothing in it depends on how often it was written, so that most rebuilds leave it alone."""
    values = {
        "preview": content.section,
        "warnings": filed.warnings,
        "conflicts": tuple(_label(filed, name) for name in content.conflicts),
        "clashes": content.clashes,
        "revises": site.previous is not None,
    }
    return Draft("proposed", values)


def _label(filed: Filed, name: str) -> str:
    """Return what the form calls a field of a record; the times stand in the line of times."""
    asked = "when" if name in ("starts", "ends", "time_zone") else name
    return filed.labels.get(asked) or asked.replace("_", " ")


def _pull_draft(filed: Filed, content: Content, site: EventAtBase, likely: tuple[Problem, ...]) -> Draft:
    values = {
        "issue": filed.issue.number,
        "record": record_path(site.config.records, content.event.id),
        "page": site.config.page,
        "timed": bool(content.event.when),
        "warnings": len(filed.warnings) - len(likely),
        "likely": likely,
        "revises": site.previous is not None,
    }
    return Draft("pull", values)


def _state(filed: Filed, content: Content, task: Task, mark: str) -> dict[str, object]:
    """Return what the marker is to hold; None takes an entry out. The commit comes in when it is made."""
    issue, memory, told = filed.issue, task.memory, said(filed.look)
    state: dict[str, object] = {
        "issue": issue.number,
        "event": content.event.id,
        "page": task.site.config.page,
        "by": issue.author or None,
        "like": traits(content.event),
        "digest": digest(filed.event) if filed.event else memory.digest,
        "answers": marks(filed.event) if filed.event else memory.answers,
        "origin": task.origin if task.site.previous else None,
        "base": task.base.commit,
        "shared": content.shared or None,
        "conflicts": list(content.conflicts) or None,
        "says": mark,
        REVISES: issue.closed_at if issue.state == "closed" else None,
        # Somebody may have reopened the pull request itself.
        **dict.fromkeys((CLOSED_BY, REJECTED, "withdrawn", "landed")),
    }
    # How to tell from a listing alone whether the comment was written: see `triage.settled`.
    return state | {"told": told.says, "comments": None if told.says else issue.comments}


def _is_written(pull: Pull, state: Mapping[str, object]) -> bool:
    """Tell whether a marker says all of this; what was seen of the comment at the time is no reason to write."""
    there = read_state(pull.body)[1]
    return all(there.get(name) == value for name, value in state.items() if name not in ("told", "comments"))


def _edit(pull: Pull, title: str, body: Draft, state: Mapping[str, object]) -> EditPull:
    """Bring the pull request up to date; a title or text that a human changed stays."""
    text, offered = read_state(pull.body)
    ours = offered.get("title") == imprint(pull.title)
    return EditPull(
        number=pull.number,
        text=body if offered.get("text") == imprint(text) else text,
        state={**offered, **state},
        title=title if ours and title != pull.title else None,
    )


def _on_offer(filed: Filed, task: Task, pull: Pull | None) -> bool:
    """Tell whether the branch holds what we would write, made from the same answers on the same base."""
    memory = task.memory
    now = digest(filed.event) if filed.event else memory.digest
    seen = (now, task.base.commit, task.head)
    mine = pull is not None and task.head is not None and not memory.shared
    return mine and seen == (memory.digest, memory.base, memory.commit)


def _nothing_left(content: Content, task: Task) -> bool:
    """Tell whether all that the branch would hold stands on the base already, merged by whatever way."""
    branch, previous = content.branch, content.previous
    if not content.shared:
        return previous is not None and digest(content.event) == digest(previous)
    if branch is None or branch.base != task.base.commit:
        return False
    return not branch.kept and all(branch.before.get(path) == text for path, text in branch.files.items())


def _nothing_new(filed: Filed, content: Content, pull: Pull | None, page: str) -> Plan:
    """Leave an event that stands on the page as the issue says; a proposal to change it has lost its point.

    The pull request comes first here: its mark tells a later run that the issue was not closed by its author.
    """
    number, look = filed.issue.number, filed.look
    reason = "The event stands on the page as the issue says."
    draft = Draft("merged", {"page": page, "conflicts": tuple(_label(filed, name) for name in content.conflicts)})
    if pull is None:
        newest = look.proposal.pull
        merged = newest.number if newest and is_done(newest) else said(look).merged
        told = put_comment(look, draft, merged) if look.proposal.comment else ()
        left = drop_branch(number, look) if leftover(look) else ()
        return Plan(number, "unchanged", reason, (*told, *left), content.event)
    done = (CloseIssue(number, "completed"),) if filed.issue.state == "open" else ()
    ended = close_pull(look, landed=True)
    told = put_comment(look, draft, pull.number)
    return Plan(number, "closed", reason, (*ended, *done, *told, *drop_branch(number, look)), content.event)


def stuck(filed: Filed, problems: tuple[Problem, ...]) -> Plan:
    """Leave a branch alone on which something stands that only a person can put right, and say what."""
    look = filed.look
    pull = look.proposal.pull if look.proposal.pull and look.proposal.pull.state == "open" else None
    reason = "The branch of the proposal holds something that a person has to put right first."
    told = put_comment(look, Draft("stuck", {"problems": problems}), pull.number if pull else None)
    return Plan(filed.issue.number, "waiting", reason, told, filed.event, problems, filed.warnings)
