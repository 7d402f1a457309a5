"""What a proposal's branch has to hold: the record and the views' files, on the base or on top of people's commits.

Nothing that someone committed to the branch is lost: edits of the record or of a view are merged into the event field
by field, other files are kept as they are, and a commit goes on top without force.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from almanac.errors import Problem, UserError
from almanac.event.attachment import own_copy
from almanac.event.model import Event
from almanac.event.records import RecordStore
from almanac.invisible import shows, without_invisible
from almanac.patterns import regex
from almanac.phrases import joined, say
from almanac.proposal.amendment import Amendment, with_previous_date
from almanac.proposal.marker import PullState
from almanac.proposal.merge import Merged, field_digests, merge, merge_records, without_refused
from almanac.proposal.names import branch_name
from almanac.proposal.state import Base, Blob, EventAtBase, PutBranch, SharedBranch
from almanac.proposal.summary import days_of
from almanac.proposal.textmerge import merge_files, merge_texts
from almanac.times.zones import Zones
from almanac.views.protocol import (
    Undecided,
    View,
    completed,
    places,
    put_event,
    read_event,
    remove_event,
    revised,
    stamped,
)

_TITLE_LENGTH = 60
# Marks that are nothing more to GitHub, git and a shell; `:` and `/` only where they begin no emoji and no address.
_MARKS = frozenset(" &,'.-!?%+():/")
_ACTIVE = regex(r"(?<![^\s(]):|:(?!\s|\Z|\d\d(?!\d))|(?<!\w)/|/(?!\w)")
_REFERENCE = regex(r"\bGH-\d+", re.IGNORECASE)
# What lets a commit's checks be skipped, in brackets that a site's own title may put around typed words.
_SKIPS = regex(r"\[ *(skip ci|ci skip|no ci|skip actions|actions skip) *\]", re.IGNORECASE)
_WORKFLOWS = ".github/workflows/"
_Version = tuple[str | None, Event | None]


@dataclass(frozen=True)
class Branch:
    """The branch of one proposal, as far as it is known before its content is made."""

    number: int
    base: Base
    head: str | None  # the head of the branch as it was seen; None if there is no branch
    at_base: EventAtBase
    state: PullState  # what the marker of the issue's newest pull request says
    # Digests of the answers that the record on the base was made from; None if they are not known
    origin: Mapping[str, str] | None
    views: Sequence[View]
    # The event's picture by its path, if the base does not have it: new, or as git stores it on the branch
    pictures: Mapping[str, bytes | Blob] = field(default_factory=dict)
    amendment: Amendment = field(default_factory=Amendment)  # what commands change of what is published
    refused: Mapping[str, str] | None = None  # digests of answers that a maintainer has said no to

    def zones(self, event: Event) -> Zones:
        return self.at_base.config.zones(event.series)

    def message(self, event: Event) -> str:
        return joined((self.title(event), f"\n\nCloses #{self.number}\n"), "")

    def title(self, event: Event) -> str:
        return proposal_title(event, self.number, self.does, self.at_base.config.pull_requests.title)

    @property
    def does(self) -> Literal["Add", "Change", "Remove"]:
        """What it does to the event."""
        return "Remove" if self.amendment.remove else "Change" if self.at_base.record else "Add"


@dataclass(frozen=True)
class Content:
    """What a proposal comes to."""

    event: Event
    commit: PutBranch | None  # the commit that brings the event onto the branch; None if the branch holds all of it
    shared: bool = False  # whether someone else's commits are on the branch
    # Fields that a person and the issue changed in different ways; the person's value was kept
    conflicts: tuple[str, ...] = ()
    # Files in which a person and the base changed the same lines or entries; the person's were kept
    clashes: tuple[str, ...] = ()
    previous: Event | None = None  # what the base says of the event already, in its record or by hand in a view


def own_content(branch: Branch, event: Event | None) -> Content:
    """Return what a branch comes to that is Almanac's alone; `event` is None only if one is taken off.

    Raises:
        Undecided: Record and view were both edited on the base, and do not agree.
    """
    record = branch.at_base.record
    if record and branch.does == "Remove":
        return without_event(branch, record)
    assert event  # noqa: S101 - see `Offer`
    return fresh_content(branch, event)


def fresh_content(branch: Branch, event: Event) -> Content:
    """Put the event on top of the base, in one commit that takes the place of whatever the branch holds.

    Raises:
        Undecided: Record and view were both edited on the base, and do not agree.
    """
    at_base, previous = branch.at_base, branch.at_base.record
    merged, current = Merged(event), None
    if previous:
        current = read_event(branch.views, at_base.texts, previous)
        ancestor = branch.origin if branch.origin is not None else field_digests(previous)
        if branch.refused is not None:
            ancestor, event = field_digests(current), without_refused(event, current, branch.refused)
        merged = merge(ancestor, current, event, branch.zones(event))
    event = branch.amendment.applied(merged.event.model_copy(update={"id": event.id}))
    event = with_previous_date(event, current)
    event = revised(branch.views, at_base.texts, event, current) if current else event
    event = stamped(branch.views, event if previous else completed(branch.views, event, at_base.texts))
    path = at_base.store.path(event.id)
    # What holds one record alone is not there yet for a new event.
    source = at_base.texts(path) if previous or at_base.store.suffix is None else None
    files = {
        path: at_base.store.write(event, before=previous, source=source),
        **put_event(branch.views, at_base.texts, event, previous),
    }
    pictures = _pictures(event, (previous,), branch.pictures)
    commit = PutBranch(
        branch=branch_name(branch.number),
        base=branch.base.commit,
        parents=(branch.base.commit,),
        files={**files, **{path: picture for path, picture in pictures.items() if not isinstance(picture, Blob)}},
        message=branch.message(event),
        expected=branch.head,
        before={path: source, **{name: at_base.texts(name) for name in files if name != path}},
        kept={path: picture for path, picture in pictures.items() if isinstance(picture, Blob)},
        fresh=True,
    )
    return Content(event, commit, conflicts=_disputed(merged, event, branch.state, event), previous=current)


def without_event(branch: Branch, record: Event) -> Content:
    """Take the event off the base, in one commit that takes the place of whatever the branch holds.

    Raises:
        Undecided: Record and view were both edited on the base, and do not agree.
    """
    at_base, path = branch.at_base, branch.at_base.store.path(record.id)
    current = read_event(branch.views, at_base.texts, record)
    source = at_base.texts(path)
    files = {
        path: at_base.store.remove(record.id, source or ""),
        **remove_event(branch.views, at_base.texts, current),
        **({picture: None} if (picture := own_copy(record)) else {}),
    }
    commit = PutBranch(
        branch=branch_name(branch.number),
        base=branch.base.commit,
        parents=(branch.base.commit,),
        files=files,
        message=branch.message(current),
        expected=branch.head,
        before={name: at_base.texts(name) for name in files if name != picture},
        fresh=True,
    )
    return Content(current, commit, previous=current)


def content_on_top(branch: Branch, shared: SharedBranch, answers: Event | None, event_id: str) -> Content:
    """Merge with what someone else committed, on top of it.

    If the issue's answers have problems, they give no event, and the branch's own stays.

    Raises:
        Undecided: The branch cannot be understood well enough; it is left as it is.
    """
    at_base, views, store = branch.at_base, branch.views, branch.at_base.store
    path = store.path(event_id)
    written, before = _records(shared, store, event_id)
    human = written
    for view, name in places(views, written):
        human = view.read_branch(name, shared.texts(name), human, shared.fork_texts(name))
    both, current = Merged(human), at_base.record
    if current:
        current = read_event(views, at_base.texts, current)
        forked = _read_at_fork(views, shared, before)
        both = merge_records(forked, current, human) if forked else both
    merged = Merged(both.event)
    if answers:
        merged = merge(branch.state.answers, both.event, answers, branch.zones(both.event))
    event = merged.event.model_copy(update={"id": event_id, "issue": current.issue if current else branch.number})
    event = with_previous_date(branch.amendment.since(branch.state.amendment).applied(event), current)
    event = revised(views, shared.texts, event, human)
    event = stamped(views, event)
    source = _record_text(shared, store, event_id, at_base.texts(path))
    known = store.read(source, path, event_id)
    files: dict[str, str | None] = {path: store.write(event, before=known, source=source)}
    clashes = [path] if both.conflicts else []
    for view, name in places(views, event):
        versions = (
            (shared.fork_texts(name), before),
            _followed(view, name, at_base.texts(name), current, at_base.record),
            _followed(view, name, shared.texts(name), human, written),
        )
        files[name], clash = _put_on_top(view, name, event, versions)
        clashes += [name] if clash else []
    for view, name in places(views, human):
        if name not in files:  # the event is shown in another file from now on
            files[name] = view.remove(name, shared.texts(name), human)
    moved = shared.fork != branch.base.commit
    pictures = _pictures(event, (human, at_base.record if moved else None), branch.pictures)
    others = _merged_files(shared, {*files, *pictures}) if moved else _OtherFiles()
    # A picture that the branch holds already stays there, or is brought along.
    others.files.update({path: one for path, one in pictures.items() if not isinstance(one, Blob)})
    others.kept.update({path: one for path, one in pictures.items() if isinstance(one, Blob) and moved})
    return Content(
        event,
        _commit_on_top(branch, shared, event, files, others),
        shared=True,
        conflicts=_disputed(merged, event, branch.state, answers),
        clashes=(*clashes, *others.clashes),
        previous=current,
    )


def _records(shared: SharedBranch, store: RecordStore, event_id: str) -> tuple[Event, Event | None]:
    """Read the branch's record as it is now, and as it was where the branch left the base."""
    path = store.path(event_id)
    text, forked = shared.texts(path), shared.fork_record
    try:
        before = store.read(forked, path, event_id) if forked is not None else None
        now = store.read(text, path, event_id) if text is not None else None
    except UserError as error:
        raise Undecided(*error.problems) from None
    if now is None:
        name = path.rpartition("/")[2]
        message = say(
            "The event's record is not on the branch, but someone's commits are. If the event "
            "should not go on the page, close the pull request or the issue; otherwise put the "
            "record back."
        )
        problem = Problem(message, file=path)
        if any(blob and other.rpartition("/")[2] == name for other, blob in shared.theirs.items()):
            problem = Problem(
                say("The site has moved its records to another folder since this branch was made."), file=path
            )
        raise Undecided(problem)
    return now, before


def _record_text(shared: SharedBranch, store: RecordStore, event_id: str, base: str | None) -> str:
    """Return the text of the record's file on the branch, with what people changed in it on the base, comments too.

    What cannot be merged by lines, or not be read afterwards, stays as the branch has it, or as the base has it if it
    holds other records too: the fields of this one are merged anyway.
    """
    path = store.path(event_id)
    theirs = shared.texts(path) or ""
    if base is None or shared.fork_record is None:
        return theirs
    merged, instead = merge_texts(shared.fork_record, base, theirs), base if store.suffix is None else theirs
    try:
        store.read(merged.text, path, event_id)
    except UserError:
        return instead
    return instead if merged.clash else merged.text


def _read_at_fork(views: Sequence[View], shared: SharedBranch, before: Event | None) -> Event | None:
    """Return the event as people had left it where the branch left the base: the branch only took that over.

    If view and record disagreed there, or the view cannot be read, the record has to do.
    """
    try:
        return read_event(views, shared.fork_texts, before) if before else None
    except UserError:
        return before


def _followed(view: View, path: str, text: str | None, record: Event | None, before: Event | None) -> _Version:
    """Return a file of a view in which all follows what people edited in it: `record` is what they made of `before`."""
    return view.follow(path, text, record, before) if text is not None and record and before else text, record


def _put_on_top(view: View, path: str, event: Event, versions: Sequence[_Version]) -> tuple[str, bool]:
    """Put the event into a view's file on the branch; tell whether both sides disagree on what is around it.

    `versions` are the file, and the record of the event that it shows, at the fork, on the base and on the branch.
    """
    (fork, _), (base, _), (head, shown) = versions
    if base is None:
        return view.put(path, None, event, None), False
    if fork == base:
        return view.put(path, head, event, shown), False
    # Everything but the event itself is merged as text, so that an edit of the event cannot clash with its neighbours.
    around = [(view.remove(path, text, record) if record else text) or "" for text, record in versions]
    merged = merge_files(path, *around)
    put = view.put(path, merged.text, event, None)
    return view.spelt_as(path, put, head or "", event), merged.clash


@dataclass(frozen=True)
class _OtherFiles:
    """What goes onto the branch beside the event's own files: other people's, merged with the base, and a picture."""

    kept: dict[str, Blob | None] = field(default_factory=dict)
    files: dict[str, str | bytes | None] = field(default_factory=dict)
    clashes: tuple[str, ...] = ()


def _merged_files(shared: SharedBranch, ours: Collection[str]) -> _OtherFiles:
    """Merge what a person changed beside the event's files with what changed on the base.

    Raises:
        Undecided: They changed a workflow, which Almanac may not write.
    """
    kept: dict[str, Blob | None] = {}
    texts: dict[str, str | bytes | None] = {}
    clashes: list[str] = []
    for path, blob in shared.theirs.items():
        if path in ours or (path in shared.moved and shared.moved[path] == blob):
            continue
        if path not in shared.moved:
            kept[path] = blob
            continue
        try:
            before, base, head = (data.decode() if data is not None else None for data in shared.sides(path))
        except UnicodeDecodeError:
            before = base = head = None
        if before is None or base is None or head is None:  # there are not three texts to merge
            kept[path] = blob
            clashes.append(path)
            continue
        merged = merge_files(path, before, base, head)
        texts[path] = merged.text
        clashes += [path] if merged.clash else []
    workflow = next((path for path in (*kept, *texts) if path.startswith(_WORKFLOWS)), None)
    if workflow:
        message = say(
            "A workflow was changed on the branch. Almanac never writes workflows, so it cannot follow the base."
        )
        raise Undecided(Problem(message, file=workflow))
    return _OtherFiles(kept, texts, tuple(clashes))


def _commit_on_top(
    branch: Branch, shared: SharedBranch, event: Event, files: Mapping[str, str | None], others: _OtherFiles
) -> PutBranch | None:
    """Put the event's files and what the base brings on top of the branch; None if the branch holds all of it."""
    moved = shared.fork != branch.base.commit
    held = {name: shared.texts(name) for name in files}
    if not moved and branch.head is not None and held == files and not others.files:
        return None
    return PutBranch(
        branch=branch_name(branch.number),
        base=branch.base.commit if moved else shared.head,
        parents=(shared.head, branch.base.commit) if moved else (shared.head,),
        files={**files, **others.files},
        message=branch.message(event),
        expected=branch.head,
        before={name: branch.at_base.texts(name) for name in files} if moved else held,
        kept=others.kept,
    )


def _pictures(
    event: Event, before: Iterable[Event | None], given: Mapping[str, bytes | Blob]
) -> dict[str, bytes | Blob | None]:
    """Return what changes of the pictures that Almanac keeps for an event: one may come, those that it had go."""
    now = own_copy(event)
    gone = {path: None for one in before if (path := own_copy(one)) and path != now}
    return {**gone, **({now: given[now]} if now and now in given else {})}


def _disputed(merged: Merged, event: Event, state: PullState, answers: Event | None) -> tuple[str, ...]:
    """Name the fields in dispute: new ones, and those of earlier runs for as long as both sides differ.

    What a command has changed in the event since is settled.
    """
    old = [
        name
        for name in state.conflicts
        if name in Event.model_fields and (answers is None or getattr(answers, name) != getattr(merged.event, name))
    ]
    found = dict.fromkeys((*merged.conflicts, *old))
    return tuple(name for name in found if getattr(merged.event, name) == getattr(event, name))


_TITLES = {
    "Add": say("Add event: {words} #{number}"),
    "Change": say("Change event: {words} #{number}"),
    "Remove": say("Remove event: {words} #{number}"),
}


def proposal_title(
    event: Event, issue: int, does: Literal["Add", "Change", "Remove"], pattern: str | None = None
) -> str:
    """Return the title of a proposal and the first line of its commits; `pattern` is the site's own for it."""
    if pattern is not None:
        typed = {"title": plain(event.title), "series": plain(event.series or "")}
        if pattern.startswith(("{title", "{series")):  # `feat!: x` and `fixup! x` say something to tools
            typed = {name: " ".join(re.sub("[:!]", " ", text).split()) for name, text in typed.items()}
        named = {"action": does, "date": days_of(event), "number": issue, **typed}
        return _SKIPS.sub(r"(\1)", " ".join(pattern.format_map(named).split()))
    names = [plain(event.title), plain(event.series or "")]
    title = " ".join(f"({name})" if at else name for at, name in enumerate(dict.fromkeys(filter(None, names))))
    words = joined((days_of(event), title), " \u2013 ")
    return say(_TITLES[does], words=words, number=issue)


def plain(words: str) -> str:
    """Return typed words with nothing left in them that GitHub or git would act on, nor a shell of a site's workflow.

    Of ASCII, only letters, digits, spaces and a little punctuation stay, so there is no mention, issue reference, link,
    trailer or `[skip ci]`; `GH-12` is a reference too and goes. All else that shows stays, such as emoji, unless it is
    another form of such a character. It is cut at a word after 60 characters.
    """
    words = _ACTIVE.sub(" ", "".join(_kept(without_invisible(words))))
    # A dot between letters makes a host name, which GitHub turns into a link in some places.
    words = re.sub(r"\.(?=\w)", " ", words)
    while _REFERENCE.search(words):  # in `GH-1GH-2` the second is one only when the first is gone
        words = _REFERENCE.sub(" ", words)
    words = " ".join(words.split())
    if len(words) > _TITLE_LENGTH:
        words = words[: _TITLE_LENGTH + 1].rpartition(" ")[0] or words[:_TITLE_LENGTH]
        before, bracket, inside = words.rpartition("(")
        words = before if bracket and ")" not in inside and before else words
    return words.strip(" ,&-\u2013.:/+")


def _kept(words: str) -> Iterator[str]:
    before = ""
    for char in words:
        kind = unicodedata.category(char)
        # What shows nothing by itself, such as the accent of a letter or the style of an emoji, stays with its own.
        seen = before in ("L", "M", "S") if kind[0] == "M" else kind == "Cf" or shows(char)
        inert = all(one.isalnum() or one in _MARKS for one in unicodedata.normalize("NFKC", char) if one.isascii())
        before = kind[0] if seen and inert else ""
        yield char if before else " "
