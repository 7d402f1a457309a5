"""Whether a proposal still stands on a base that has moved: then it is left alone, for a push dismisses approvals.

It does if nothing changed of what it was built from; and if something did, but merging the branch as it is gives just
what a proposal that is made now would bring. Nothing is read for the first but ids.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from almanac.errors import UserError
from almanac.event.model import Event
from almanac.paths import parents
from almanac.proposal.branch import Branch, Content, own_content
from almanac.proposal.linemerge import merges_to
from almanac.proposal.marker import BuiltOn
from almanac.proposal.state import Base, Blob, EventAtBase, PutBranch, SharedBranch
from almanac.views.protocol import Texts, View, places

MOST_INPUTS = 100
"""What was built from more files than that is built again whenever the base moves."""
Entries = Callable[[Iterable[str]], Mapping[str, Blob | None]]
"""Tells what is at some paths of one commit, by their ids."""


@dataclass(frozen=True)
class Earlier:
    """What a proposal was built from: the site at the commit of the base on which its branch is."""

    base: Base
    at_base: EventAtBase
    views: Sequence[View]  # as they were at that commit
    views_now: Sequence[View]  # as they are at the base now; both write the moment at which the branch was built
    event: Event | None  # the event that was offered then
    holds: Callable[[PutBranch], bool]  # tells whether the branch holds what a commit would bring, and no more


@dataclass(frozen=True)
class Stands:
    """What a proposal comes to whose branch can stay as it is, and what that was built from."""

    content: Content
    built: dict[str, object] | None


# ------------------------------------------------------------------------------- what it was built from


def built_from(
    at_base: EventAtBase, views: Sequence[View], content: Content, others: Collection[str] = ()
) -> dict[str, object] | None:
    """Return what the marker remembers of what a branch was built from, as the entries of `BuiltOn`.

    `others` are what else the branch changes. None if it cannot be remembered: too much, or nothing that stays.
    """
    commit = content.commit
    shown = (path for event in (content.event, content.previous) if event for _, path in places(views, event))
    written = {*commit.files, *commit.kept} if commit else set[str]()
    paths = {*at_base.sources, at_base.store.path(content.event.id), *shown, *written, *others}
    paths |= _emptied(commit) if commit else set()
    made = remembered(paths, at_base.entries, at_base.moment)
    return {**made, "files": files_digest(commit)} if made and commit else made


def remembered(paths: Collection[str], entries: Entries, moment: datetime) -> dict[str, object] | None:
    """Return the entries of `BuiltOn` for some paths at the base; None if they are too many."""
    if len(paths) > MOST_INPUTS:
        return None
    return {"inputs": _identities(paths, entries), "at": moment.isoformat(timespec="seconds")}


def is_unchanged(built: BuiltOn, entries: Entries) -> bool:
    """Tell whether all that a branch was built from is the same at another commit."""
    return _identities(built.inputs, entries) == built.inputs


def files_digest(commit: PutBranch) -> str:
    """Return what tells the texts that a commit changes from others; a picture never changes, so it is not in it."""
    texts = {
        path: text
        for path, text in sorted(commit.files.items())
        if not isinstance(text, bytes) and path in commit.before and commit.before[path] != text
    }
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:16]


def _identities(paths: Iterable[str], entries: Entries) -> dict[str, str]:
    """Return what tells whether there is something else at some paths: `d/` is a folder with all that is in it.

    Of a path at which nothing is, it counts how many of its folders there are: where a whole folder was renamed, git
    takes a new file in it along.
    """
    paths = sorted(paths)
    found = entries(dict.fromkeys(chain.from_iterable((*parents(path), path.rstrip("/")) for path in paths)))

    def identity(path: str) -> str:
        there = found[path.rstrip("/")]
        if there is None:
            return str(sum(found[folder] is not None for folder in parents(path)))
        return hashlib.sha256(f"{there.mode} {there.id}".encode()).hexdigest()[:12]

    return {path: identity(path) for path in paths}


def _emptied(commit: PutBranch) -> set[str]:
    """Return the folders out of which a commit moves files. git may see a rename of them, and move others along."""
    new = any(text is not None and commit.before.get(path) is None for path, text in commit.files.items())
    gone = (path for path, text in commit.files.items() if text is None)
    return {f"{path.rpartition('/')[0]}/" for path in gone if "/" in path} if new else set()


# ------------------------------------------------------------------------------- whether it merges


def standing(branch: Branch, event: Event | None, earlier: Earlier) -> Stands | None:
    """Find out whether merging a branch as it is gives just what would be proposed now; None if not, or not surely.

    What it holds is made once more, from what it was built from: to read it would cost two requests for each branch.
    """
    if earlier.event is None and not (earlier.at_base.record and branch.does == "Remove"):
        return None  # what was offered is not known any more: its record has another name now, say
    try:
        held = own_content(
            replace(branch, base=earlier.base, at_base=earlier.at_base, views=earlier.views), earlier.event
        )
        wanted = own_content(replace(branch, views=earlier.views_now), event)
        if held.commit and wanted.commit and earlier.holds(held.commit):
            built = built_from(earlier.at_base, earlier.views, held)
            if built and _merges(held.commit, wanted.commit, earlier.at_base, branch.at_base):
                return Stands(wanted, built)
    except UserError:  # something cannot be read, or does not agree: when it is proposed anew, people are told
        pass
    return None


def _merges(held: PutBranch, wanted: PutBranch, before: EventAtBase, now: EventAtBase) -> bool:
    def merges(path: str) -> bool:
        old, new = before.texts(path), now.texts(path)
        ours, intended = held.files.get(path, old), wanted.files.get(path, new)
        if isinstance(ours, bytes) or isinstance(intended, bytes):
            return False
        return merges_to(old, new, ours, intended)

    texts = all(map(merges, {*held.files, *wanted.files}))
    return texts and held.kept.keys() == wanted.kept.keys() and _keeps_places(held, before, now)


def _keeps_places(held: PutBranch, before: EventAtBase, now: EventAtBase) -> bool:
    """Tell whether what is no text is the same on both sides, and no folder is gone to which a file comes."""
    new = (path for path in held.files if held.before.get(path) is None)
    folders = {folder for path in new for folder in parents(path)}
    was, is_now = before.entries(folders), now.entries(folders)
    if any(was[folder] and not is_now[folder] for folder in folders):
        return False
    paths = {*held.kept, *_emptied(held)}
    return _identities(paths, before.entries) == _identities(paths, now.entries)


def stands_with_people(shared: SharedBranch, commit: PutBranch, base: Texts) -> bool:
    """Tell whether merging a branch with people's commits as it is gives just what a commit on top of it would bring.

    Where they deleted or moved something, git might move other files along, so that counts as no.
    """
    if not shared.forked or None in shared.theirs.values() or any(path in shared.moved for path in commit.kept):
        return False
    try:
        return all(
            not isinstance(text, bytes) and merges_to(shared.fork_texts(path), base(path), shared.texts(path), text)
            for path, text in commit.files.items()
        )
    except UserError:
        return False
