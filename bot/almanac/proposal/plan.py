"""What should be true of an event without problems: its branch, its pull request, its comment."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from almanac.errors import Problem
from almanac.event.model import Event
from almanac.event.records import RecordStore
from almanac.phrases import say
from almanac.proposal import triage
from almanac.proposal.branch import Branch, Content, content_on_top, own_content
from almanac.proposal.comment import current_comment, draft_digest, put_comment, review
from almanac.proposal.duplicates import duplicate_warnings, traits
from almanac.proposal.hidden import read_state
from almanac.proposal.marker import PullState, pull_entries, pull_state, text_digest
from almanac.proposal.merge import FIELDS, field_digests
from almanac.proposal.names import branch_name
from almanac.proposal.published import file_address
from almanac.proposal.standing import Earlier, Stands, built_from, standing, stands_with_people
from almanac.proposal.state import (
    Blob,
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
    SharedBranch,
    Write,
)
from almanac.proposal.summary import named, summary
from almanac.views.protocol import Undecided, View, places, preview, unshown

_PARTS = {"affiliations": "people", "image_alt": "image"}
"""Of what fields some answers are a part."""


def branch_owner(look: Look) -> tuple[Literal["ours", "ask", "shared"], str | None]:
    """Tell whose work a branch holds, and at which commit.

    Returns:
        `ours`: ours alone, so that it may be replaced as a whole; `shared`: someone else's too; `ask`: the commit has
        to tell (`Forge.is_ours`), since a run that was cut short may have left it.
    """
    pull, head = look.proposal.pull, look.proposal.head
    state = pull_state(pull)
    if head is None:
        # A branch that is gone, with someone's work on it: what closed the pull request noted where that is.
        commit = state.withdrawn or (state.commit if state.shared else None)
        return ("ask", commit) if commit and pull and not pull.merged else ("ours", None)
    if triage.is_leftover(look):
        return "ours", head
    if head == state.commit:
        return ("shared" if state.shared else "ours"), head
    return "ask", head


def event_id_of(look: Look, event: Event | None, store: RecordStore, taken: frozenset[str]) -> str | None:
    """Return the id of an issue's event: the one it was first given, else a new one; None if there is no event."""
    pull = look.proposal.pull
    given = pull_state(pull).event
    return given if given or event is None else new_id(look, event, store, taken)


def new_id(look: Look, event: Event, store: RecordStore, taken: frozenset[str]) -> str:
    """Return an id that no record and no open proposal has, so that it does not matter which is merged first."""
    proposed = (pull_state(pull).event for pull in look.others.values())
    return store.new_id(event, taken | {name for name in proposed if name})


@dataclass(frozen=True)
class Offer:
    """What is to be proposed: an event, or what the branch holds if someone else has committed to it, or both.

    The event is as the answers give it or, if these have problems, as a branch of ours has it.
    """

    id: str
    event: Event | None
    shared: SharedBranch | None = None
    pictures: Mapping[str, bytes | Blob] = field(default_factory=dict)  # see `Branch`
    # Reads what the proposal was built from, if it might still stand on a base that has moved; None if not
    earlier: Callable[[], Earlier | None] = lambda: None
    # What the marker would say if Almanac had merged the base into the branch, where somebody else did nothing but that
    followed: PullState | None = None


def proposed(filed: Filed, at_base: EventAtBase, views: Sequence[View], offer: Offer) -> Plan:
    """Plan the branch, the pull request and the comment.

    If the issue's answers have problems, its open proposal only follows the base.

    Raises:
        Undecided: The branch holds something that only a person can decide.
        UserError: A view's file cannot show the event as it is.
    """
    look, number, pull = filed.look, filed.issue.number, filed.look.proposal.open_pull
    newest = look.proposal.pull
    state = offer.followed or pull_state(newest)
    # The answers that the record on the base was made from: those of what was merged last.
    origin = state.answers if newest and triage.is_done(newest) else state.origin
    refused = state.answers if filed.refused else None if newest and triage.is_done(newest) else state.refused
    # An issue that asks for a change may name another event than before.
    origin, refused = (None, None) if filed.change and state.event != offer.id else (origin, refused)
    branch = Branch(
        number, look.base, look.proposal.head, at_base, state, origin, views, offer.pictures, filed.amendment, refused
    )
    removes = branch.does == "Remove"
    event = offer.event.model_copy(update={"id": offer.id}) if offer.event else None
    stands: Stands | None = None
    if offer.shared and removes and at_base.record:
        message = say("Someone has committed to the branch, so it cannot be made one that takes the event off.")
        raise Undecided(Problem(message))
    if offer.shared:
        content = content_on_top(branch, offer.shared, event if filed.event else None, offer.id)
    else:
        earlier = offer.earlier() if pull and _is_made_of(filed, branch) else None
        stands = standing(branch, event, earlier) if earlier else None
        content = stands.content if stands else own_content(branch, event)
    if not removes and _is_on_base(content, branch):
        return _nothing_new(filed, content, at_base)

    likely = () if removes else duplicate_warnings(filed, content.event, at_base, views)
    filed = replace(filed, warnings=(*filed.warnings, *likely))
    shown = preview(views, content.event)
    hidden = _labels(filed, _hidden(content, shown, since=content.previous if at_base.record else None))
    comment = _comment_draft(filed, content, branch, shown, hidden)
    commit = None if stands or _stays(filed, content, branch, offer) else content.commit
    entries = _entries(filed, content, branch, draft_digest(comment))
    built = _built(content, branch, views, offer)
    entries |= built if commit else _kept_entries(filed, content, branch, offer, stands) or built
    entries |= {} if commit else {"commit": branch.head}
    title = branch.title(content.event)
    writes: list[Write] = [commit] if commit else []
    if pull is None or commit or not _is_written(pull, entries):
        doubts = _doubts(content, at_base, views)
        values = {"preview": shown, "likely": likely, "hidden": hidden, "doubts": doubts}
        body = _pull_draft(filed, content, branch, values)
        is_draft = at_base.config.pull_requests.draft
        opening = OpenPull(branch_name(number), look.base.branch, title, body, entries, is_draft)
        writes.append(_edit(pull, title, body, entries) if pull else opening)
        filed = replace(filed, warnings=(*filed.warnings, *(doubts or ())))
    writes += _review(look, at_base)
    writes += put_comment(look, comment if filed.event else triage.problems_draft(filed), pull.number if pull else None)
    if pull and pull_state(pull).notice:  # which stays there until our comment is back
        writes.sort(key=lambda one: isinstance(one, EditPull))
    outcome: Outcome = "waiting" if filed.problems else "created" if not pull else "updated" if writes else "unchanged"
    reason = _reason(content, outcome, is_change=at_base.record is not None)
    return Plan(number, outcome, reason, tuple(writes), content.event, filed.problems, filed.warnings)


def _review(look: Look, at_base: EventAtBase) -> tuple[Write, ...]:
    """Ask for labels and reviewers, once: until our comment names the pull request it was not fully opened."""
    pull, wanted = look.proposal.open_pull, at_base.config.pull_requests
    if pull is None:
        return review(wanted)
    state = pull_state(pull)
    was_closed = state.closed_by or state.rejected or state.ended
    return () if was_closed or current_comment(look).pull == pull.number else review(wanted, pull.number)


def _doubts(content: Content, at_base: EventAtBase, views: Sequence[View]) -> tuple[Problem, ...] | None:
    """Look for what else would look different with a new event; None where that cannot be told, or nothing else is.

    It cannot where the event is not new, or people helped; a file that is new holds nothing else.
    """
    if content.shared or at_base.record or content.commit is None:
        return None
    if at_base.texts(at_base.shown_in(content.event.id)) is None:
        return None
    files = content.commit.files
    found = (
        view.doubt(path, before, after)
        for view, path in places(views, content.event)
        if isinstance(after := files.get(path), str) and (before := at_base.texts(path)) is not None
    )
    return tuple(filter(None, found))


def _reason(content: Content, outcome: Outcome, *, is_change: bool) -> str:
    if outcome == "waiting":
        return "The issue's author was told what has to be fixed; until then the proposal only follows the main branch."
    if outcome == "created":
        return f"The issue {'asks for a change' if is_change else 'gives an event'}; it is proposed."
    return f"The pull request follows the issue{', but for what was changed by hand' if content.conflicts else ''}."


def _is_on_base(content: Content, branch: Branch) -> bool:
    """Tell whether all that the branch would hold is on the base already, however it was merged."""
    commit, previous = content.commit, content.previous
    if not content.shared:
        return previous is not None and triage.answers_digest(content.event) == triage.answers_digest(previous)
    if commit is None or commit.base != branch.base.commit:
        return False
    return not commit.kept and all(commit.before.get(path) == text for path, text in commit.files.items())


def _is_made_of(filed: Filed, branch: Branch) -> bool:
    """Tell whether the branch holds what was made, by us alone, from the same answers."""
    state = branch.state
    if branch.head is None or state.shared:
        return False
    digest = triage.answers_digest(filed.event, filed.note) if filed.event else state.digest
    now = (digest, branch.head, branch.amendment, filed.history)
    return now == (state.digest, state.commit, state.amendment, state.history)


def _stays(filed: Filed, content: Content, branch: Branch, offer: Offer) -> bool:
    """Tell whether the branch needs no commit although one was made, without a look at what it was built from."""
    pull, base = filed.look.proposal.open_pull, branch.base.commit
    if offer.shared is None:
        is_known = pull is not None and offer.followed is None and branch.state.base == base
        return is_known and _is_made_of(filed, branch)
    may = content.commit is not None and branch.head is not None and pull is not None
    if content.commit is None or not may or branch.at_base.config.rebuild == "always":
        return False
    moved = content.commit.base == base and base in content.commit.parents[1:]
    return moved and stands_with_people(offer.shared, content.commit, branch.at_base.texts)


def _built(content: Content, branch: Branch, views: Sequence[View], offer: Offer) -> dict[str, object]:
    """Return the entries that say what a branch is built from now."""
    others = offer.shared.theirs.keys() if offer.shared else ()
    return {"base": branch.base.commit, "built": built_from(branch.at_base, views, content, others)}


def _kept_entries(
    filed: Filed, content: Content, branch: Branch, offer: Offer, stands: Stands | None
) -> dict[str, object]:
    """Return the same of a branch that stays as it is; nothing if the marker does not say yet what it is built from."""
    state = branch.state
    kept = {"base": state.base, **({"form_at": state.form_at} if filed.form == state.form else {})}
    if stands and offer.followed:
        return {**kept, "built": stands.built}
    if stands or (state.built and state.commit == branch.head and state.shared == content.shared):
        return {**kept, "built": state.built and state.built.model_dump(exclude_none=True)}
    return {}


def _comment_draft(filed: Filed, content: Content, branch: Branch, shown: str, hidden: tuple[str, ...]) -> Draft:
    """Word the comment. Nothing in it depends on how often it was written, so that most rebuilds leave it alone."""
    values = {
        "preview": shown,
        "page": branch.at_base.config.page if branch.at_base.config.has_page else None,
        "hidden": hidden,
        "warnings": filed.warnings,
        "conflicts": _conflicts(filed, content),
        "clashes": content.clashes,
        "revises": branch.at_base.record is not None,
        "removes": branch.does == "Remove",
        "closed": filed.issue.state == "closed",
        "note": filed.note,
        "summary": summary(content.event, content.previous, filed.labels) if branch.does == "Change" else (),
    }
    return Draft("proposed", values)


def _hidden(content: Content, shown: str, since: Event | None) -> list[str]:
    """Name the fields that what is shown has no place for; of an event that is published, those that change."""

    def value(event: Event, name: str) -> object:
        return event.extra.get(name) if name in event.extra else getattr(event, _PARTS.get(name, name), None)

    names = unshown(content.event, shown)
    return [name for name in names if since is None or value(content.event, name) != value(since, name)]


def _conflicts(filed: Filed, content: Content) -> tuple[str, ...]:
    """Return what the form calls the fields in dispute; the times are part of the When line."""
    return _labels(filed, ["when" if name in ("starts", "ends", "time_zone") else name for name in content.conflicts])


def _labels(filed: Filed, fields: Iterable[str]) -> tuple[str, ...]:
    """Return what the form calls some fields."""
    return tuple(filed.labels.get(name) or name.replace("_", " ") for name in fields)


def _pull_draft(filed: Filed, content: Content, branch: Branch, found: Mapping[str, object]) -> Draft:
    at_base, removes = branch.at_base, branch.does == "Remove"
    remarks = tuple(warning for warning in filed.warnings if warning.event is None)
    values = {
        **found,
        "issue": filed.issue.number,
        "note": filed.note,
        "record": at_base.store.path(content.event.id),
        "page": at_base.config.page if at_base.config.has_page else None,
        "summary": summary(content.event, content.previous if at_base.record and not removes else None, filed.labels),
        "remarks": remarks,
        "timed": bool(content.event.when),
        "warnings": len(remarks),
        "revises": at_base.record is not None,
        "removes": removes,
    }
    return Draft("pull", values)


def _entries(filed: Filed, content: Content, branch: Branch, comment_digest: str) -> dict[str, object]:
    """Return what the marker is to hold; None takes an entry out. The commit is added when it is made."""
    issue, state, comment = filed.issue, branch.state, current_comment(filed.look)
    return {
        "issue": issue.number,
        "event": content.event.id,
        "page": branch.at_base.shown_in(content.event.id),
        "history": branch.at_base.history or None,
        "by": issue.author or None,
        "like": traits(content.event),
        "digest": triage.answers_digest(filed.event, filed.note) if filed.event else state.digest,
        "answers": field_digests(filed.event) if filed.event else state.answers,
        "origin": branch.origin if branch.at_base.record else None,
        "refused": branch.refused if branch.at_base.record else None,
        "named": filed.named if filed.event else state.named,
        "lacks": filed.lacks if filed.event else state.lacks,
        "amendment": branch.amendment.model_dump(mode="json", exclude_none=True) or None,
        "form": filed.form if filed.event else state.form,
        "form_at": filed.form_at if filed.event else state.form_at,
        "shared": content.shared or None,
        "conflicts": list(content.conflicts) or None,
        "says": comment_digest,
        triage.REVISES: issue.closed_at if issue.state == "closed" else None,
        # Someone may have reopened the pull request itself.
        **dict.fromkeys((triage.CLOSED_BY, triage.REJECTED, triage.ENDED, "withdrawn", "landed")),
        # How to tell from a listing alone whether the comment was written: see `triage.settled`.
        "told": comment_digest if state.notice else comment.says,
        "comments": None if comment.says else issue.comments,
        "notice": None,
    }


def _is_written(pull: Pull, entries: Mapping[str, object]) -> bool:
    """Tell whether a marker says all of this; what was seen of the comment at the time is no reason to write."""
    there = read_state(pull.body)[1]
    return all(there.get(name) == value for name, value in entries.items() if name not in ("told", "comments"))


def _edit(pull: Pull, title: str, body: Draft, entries: Mapping[str, object]) -> EditPull:
    """Bring the pull request up to date; a title or text that a person changed stays."""
    text, there = pull_entries(pull)
    ours = there.get("title") == text_digest(pull.title)
    return EditPull(
        number=pull.number,
        text=body if there.get("text") == text_digest(text) else text,
        state={**there, **entries},
        title=title if ours and title != pull.title else None,
    )


def _nothing_new(filed: Filed, content: Content, at_base: EventAtBase) -> Plan:
    """Leave an event that is published as the issue says; a proposal to change it has lost its point.

    The pull request comes first here: its mark tells a later run that the issue was not closed by its author.
    """
    number, look, pull = filed.issue.number, filed.look, filed.look.proposal.open_pull
    answers, event = filed.event, content.event
    as_answered = answers is None or all(getattr(answers, name) == getattr(event, name) for name in FIELDS)
    # Which of these it was, the record does not say.
    changed = "with what was changed there by hand, by a command or with the form for changes"
    how = "as the issue says" if as_answered and not content.conflicts else changed
    reason = f"The event is on the page, {how}."
    newest = look.proposal.pull
    revises = triage.is_merged_change(newest)
    draft = triage.merged_draft(at_base.published(event), _conflicts(filed, content), revises=revises)
    if filed.change and answers and not (newest and (triage.is_done(newest) or filed.asks)):
        return _nothing_asked(filed, answers, at_base)
    if pull is None:
        merged = newest.number if newest and triage.is_done(newest) else current_comment(look).merged
        comment = put_comment(look, draft, merged) if look.proposal.comment else ()
        left = triage.drop_branch(number, look) if triage.is_leftover(look) else ()
        return Plan(number, "unchanged", reason, (*comment, *left), content.event)
    ended = triage.close_pull(look, landed=True)
    done = (CloseIssue(number, "completed"),) if filed.issue.state == "open" else ()
    comment = put_comment(look, draft, pull.number)
    return Plan(number, "closed", reason, (*ended, *done, *comment, *triage.drop_branch(number, look)), content.event)


def _nothing_asked(filed: Filed, event: Event, at_base: EventAtBase) -> Plan:
    """Answer an issue that asks for no change that could be proposed: it has a note for people alone, or nothing."""
    look, issue, place = filed.look, filed.issue, at_base.published(event)
    url = place.url or place.file
    why = say("The event is on the site just like that. Please say what is different, or close this issue.")
    if filed.note is None:
        filed = replace(filed, problems=(Problem(why, filed.labels.get("change"), event=named(event), url=url),))
        draft, reason = triage.problems_draft(filed), "The site says all of it already."
    else:
        about = Problem(say("What you wrote is about this event:"), event=named(event), url=url)
        record = at_base.store.path(event.id)
        file = file_address(issue.url, look.base.branch, record)
        draft = Draft("noted", {"note": filed.note, "problem": about, "record": record, "file": file})
        reason = say("It has nothing but a note, which a person has to read.")
    writes = (*triage.close_pull(look), *put_comment(look, draft), *triage.drop_branch(issue.number, look))
    return Plan(issue.number, "waiting", reason, writes, event, filed.problems, filed.warnings)


def undecided(filed: Filed, problems: tuple[Problem, ...]) -> Plan:
    """Leave a branch alone that holds something only a person can decide, and say what."""
    pull = filed.look.proposal.open_pull
    reason = "A person has to decide something first."
    writes = put_comment(
        filed.look,
        Draft("stuck", {"problems": problems, "branch": filed.look.proposal.head is not None}),
        pull.number if pull else None,
    )
    return Plan(filed.issue.number, "waiting", reason, writes, filed.event, problems, filed.warnings)
