"""What should be true of an event that is well: its branch, its pull request, its comment. Pure."""

from collections.abc import Callable, Mapping

from bot.events.event import Event
from bot.events.ids import event_id
from bot.events.records import record_path, write_record
from bot.pages.history import fingerprint, put
from bot.proposals.marker import imprint, read_state
from bot.proposals.merge import Merged, merge
from bot.proposals.state import (
    Draft,
    EditPull,
    Filed,
    Issue,
    Look,
    OpenPull,
    Plan,
    Pull,
    PutBranch,
    Site,
    Write,
    branch_name,
)
from bot.proposals.subject import subject
from bot.proposals.triage import REVISES, close_pull, digest, drop_branch, proposed_state, put_comment

Render = Callable[[Event], str]


def identity(look: Look, event: Event, taken: frozenset[str]) -> str:
    """Return the id of an issue's event: the one it was given first, else a new one beside those that are taken."""
    pull = look.proposal.pull
    given = read_state(pull.body)[1].get("event") if pull else None
    return str(given) if given else event_id(event.date, event.series or event.title, taken)


def proposed(filed: Filed, site: Site, render: Render) -> Plan:
    """Plan the branch, the pull request and the comment.

    Args:
        filed: The event that the issue's answers give, under whatever id.
        site: What the base holds.
        render: Writes an event's section.

    Raises:
        UserError: The page's own text stands in the way.
    """
    look, issue, event = filed.look, filed.issue, filed.event
    answers = digest(event)
    merged = _merge(event.model_copy(update={"id": identity(look, event, site.taken)}), site)
    pull = look.proposal.pull if look.proposal.pull and look.proposal.pull.state == "open" else None
    if site.previous and digest(merged.event) == digest(site.previous):
        return _nothing_new(filed, merged.event, pull, site)
    section = render(merged.event)
    event = merged.event.model_copy(update={"rendered": fingerprint(section)})
    offered = read_state(pull.body)[1] if pull else {}
    state = {"issue": issue.number, "event": event.id, "page": site.config.page}
    state |= {"digest": answers, "base": look.base.commit}
    state |= {REVISES: issue.closed_at} if issue.state == "closed" else {}
    writes: list[Write] = []
    if (answers, look.base.commit, look.proposal.head) != tuple(offered.get(k) for k in ("digest", "base", "commit")):
        writes.append(_put_branch(look, issue, event, section, site))
        body = _pull_body(filed, event, site)
        writes.append(_put_pull(look, pull, _title(event, issue.number, site), body, {**offered, **state}))
    values = {
        "preview": section,
        "warnings": filed.warnings,
        "conflicts": merged.conflicts,
        "revises": bool(pull or site.previous),
    }
    writes += put_comment(look, Draft("proposed", values), proposed_state(answers, pull.number if pull else None))
    reason = "The pull request follows the issue." if pull else "The issue gives an event; it is proposed."
    return Plan(issue.number, "updated" if pull else "created", reason, tuple(writes), event, (), filed.warnings)


def _nothing_new(filed: Filed, event: Event, pull: Pull | None, site: Site) -> Plan:
    """Leave an event that stands on the page as the issue says; a proposal to change it has lost its point."""
    number, reason = filed.issue.number, "The event stands on the page as the issue says."
    if pull is None:
        return Plan(number, "unchanged", reason, (), event)
    told = put_comment(filed.look, Draft("merged", {"page": site.config.page}), {"told": "merged", "pull": pull.number})
    return Plan(number, "closed", reason, (*close_pull(pull), *told, *drop_branch(number, filed.look)), event)


def _merge(event: Event, site: Site) -> Merged:
    if site.previous is None:
        return Merged(event, ())
    return merge(site.known or site.previous, site.previous, event)


def _put_branch(look: Look, issue: Issue, event: Event, section: str, site: Site) -> PutBranch:
    """Put the record and its section on top of the base, in one commit."""
    page, path = site.config.page, record_path(site.config.records, event.id)
    return PutBranch(
        branch=branch_name(issue.number),
        base=look.base.commit,
        parents=(look.base.commit,),
        files={
            path: write_record(event),
            page: put(site.page, event, section, previous=site.previous, order=site.config.order),
        },
        message=f"{_title(event, issue.number, site)}\n\nCloses #{issue.number}\n",
        expected=look.proposal.head,
        before={path: write_record(site.previous) if site.previous else None, page: site.page},
    )


def _put_pull(look: Look, pull: Pull | None, title: str, body: Draft, state: Mapping[str, object]) -> Write:
    """Open the pull request, or bring it up to date; a title or text that a human changed stays."""
    if pull is None:
        return OpenPull(branch_name(int(str(state["issue"]))), look.base.branch, title, body, state)
    text, offered = read_state(pull.body)
    ours = offered.get("title") == imprint(pull.title)
    return EditPull(
        number=pull.number,
        text=body if offered.get("text") == imprint(text) else text,
        state=state,
        title=title if ours and title != pull.title else None,
    )


def _title(event: Event, number: int, site: Site) -> str:
    verb = "Change" if site.previous else "Add"
    return " ".join(f"{verb} event: {event.date} {subject(event)}".split()) + f" (#{number})"


def _pull_body(filed: Filed, event: Event, site: Site) -> Draft:
    return Draft(
        "pull",
        {
            "issue": filed.issue.number,
            "record": record_path(site.config.records, event.id),
            "page": site.config.page,
            "timed": bool(event.when),
            "warnings": len(filed.warnings),
            "revises": bool(site.previous),
        },
    )
