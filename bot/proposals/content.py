"""What the branch of a proposal has to hold: the record and the page, on the base or on top of somebody else's work."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.errors import Problem, UserError
from bot.events.event import Event
from bot.events.records import read_record, record_path, write_record
from bot.events.submission import zones_of
from bot.events.times import Zones
from bot.pages.history import fingerprint, put
from bot.proposals.handwork import (
    Others,
    Pages,
    Stuck,
    edited_at_fork,
    edited_on_base,
    merged_files,
    section_by_hand,
)
from bot.proposals.marker import Memory
from bot.proposals.merge import Merged, marks, merge, merge_records
from bot.proposals.state import Base, PutBranch, Shared, Site, branch_name
from bot.proposals.subject import title_of
from bot.proposals.textmerge import merge_texts

Render = Callable[[Event], str]


@dataclass(frozen=True)
class Task:
    """What one proposal is made from.

    Attributes:
        number: The issue's number.
        base: The base.
        head: The head of the branch as it was seen.
        site: What the base holds.
        memory: What the marker of the issue's newest pull request says.
        origin: Marks of the answers that the record on the base was made from; None where they are not known.
        render: Writes an event's section.
    """

    number: int
    base: Base
    head: str | None
    site: Site
    memory: Memory
    origin: Mapping[str, str] | None
    render: Render

    def zones(self, event: Event) -> Zones:
        """Return the letters that the site uses for an event's series."""
        return zones_of(self.site.config, event.series)

    def path(self, event_id: str) -> str:
        """Return the path of the event's record."""
        return record_path(self.site.config.records, event_id)

    def message(self, event: Event) -> str:
        """Return the commit message."""
        return f"{title_of(event, self.number, changes=self.site.previous is not None)}\n\nCloses #{self.number}\n"


@dataclass(frozen=True)
class Content:
    """What a proposal comes to.

    Attributes:
        event: The event, with its section's fingerprint.
        section: Its section.
        branch: The commit that brings it onto the branch; None where the branch holds all of it.
        shared: Whether somebody else's commits are on the branch.
        conflicts: Fields that a human and the issue changed in different ways; the human's value was kept.
        clashes: Files in which a human and the base changed the same lines; the human's were kept.
        previous: What the base says of the event already, in its record or by hand on the page.
    """

    event: Event
    section: str
    branch: PutBranch | None
    shared: bool = False
    conflicts: tuple[str, ...] = ()
    clashes: tuple[str, ...] = field(default=())
    previous: Event | None = None


def fresh(task: Task, event: Event) -> Content:
    """Put record and page on top of the base, in one commit that takes the place of whatever the branch holds."""
    site, previous = task.site, task.site.previous
    merged = Merged(event)
    current = edited_on_base(site, task.render, task.zones(previous or event))
    if current and previous:
        known = task.origin if task.origin is not None else marks(previous)
        merged = merge(known, current, event, task.zones(event))
    event, section = _written(merged.event.model_copy(update={"id": event.id}), task.render)
    page, path = site.config.page, task.path(event.id)
    branch = PutBranch(
        branch=branch_name(task.number),
        base=task.base.commit,
        parents=(task.base.commit,),
        files={
            path: record_text(previous, event, site.source),
            page: put(site.page, event, section, previous=previous, order=site.config.order),
        },
        message=task.message(event),
        expected=task.head,
        before={path: site.source, page: site.page},
        fresh=True,
    )
    return Content(event, section, branch, conflicts=_listed(merged, task.memory, event), previous=current)


def on_top(task: Task, shared: Shared, answers: Event | None, event_id: str) -> Content:
    """Merge with what somebody else committed, on top of it.

    Args:
        task: What the proposal is made from.
        shared: What the branch holds.
        answers: The event as the issue's answers give it; None where they have problems: then the branch's own stays.
        event_id: The event's id.

    Raises:
        Stuck: The branch cannot be read well enough; it is left as it is.
    """
    path, site = task.path(event_id), task.site
    written, before = _records(shared, path)
    elsewhere = shared.page is None and site.config.page not in shared.theirs
    pages = Pages(site.config, shared.page, shared.fork_page, site.page, site.previous, before, elsewhere)
    both = _by_hand(task, shared, pages, written)
    theirs = both.event
    merged = merge(task.memory.answers, theirs, answers, task.zones(theirs)) if answers else Merged(theirs)
    fixed = {"id": event_id, "issue": task.number}
    event, section = _written(merged.event.model_copy(update=fixed), task.render)
    page, page_clash = pages.rebuilt(written, event, section)
    texts = {path: record_text(written, event, shared.record), site.config.page: page}
    others = merged_files(shared, set(texts)) if shared.fork != task.base.commit else Others()
    ours = [name for name, clash in ((path, both.conflicts), (site.config.page, page_clash)) if clash]
    branch = _commit_on_top(task, shared, event, texts, others)
    conflicts = _listed(merged, task.memory, answers)
    return Content(event, section, branch, shared=True, conflicts=conflicts, clashes=(*ours, *others.clashes))


def _records(shared: Shared, path: str) -> tuple[Event, Event | None]:
    """Read the branch's record as it is now, and as it was where the branch left the base."""
    if shared.record is None:
        raise Stuck(_no_record(shared, path))
    try:
        written = read_record(shared.record, path)
        return written, read_record(shared.fork_record, path) if shared.fork_record is not None else None
    except UserError as error:
        raise Stuck(*error.problems) from None


def _by_hand(task: Task, shared: Shared, pages: Pages, written: Event) -> Merged:
    """Merge what people did to the event on the branch with what they did to it on the base since."""
    zones = task.zones(written)
    human = section_by_hand(pages, written, task.render, zones)
    current = edited_on_base(task.site, task.render, zones)
    forked = edited_at_fork(pages.before, shared.fork_page, task.site.config, task.render, zones)
    return Merged(human) if forked is None or current is None else merge_records(forked, current, human)


def _commit_on_top(
    task: Task, shared: Shared, event: Event, texts: Mapping[str, str], others: Others
) -> PutBranch | None:
    """Put record, page and what the base brings on top of the branch; None where the branch holds all of it."""
    site, moved = task.site, shared.fork != task.base.commit
    path, page = texts
    held = {path: shared.record, page: shared.page}
    if not moved and task.head is not None and all(held[name] == text for name, text in texts.items()):
        return None
    return PutBranch(
        branch=branch_name(task.number),
        base=task.base.commit if moved else shared.head,
        parents=(shared.head, task.base.commit) if moved else (shared.head,),
        files={**texts, **others.texts},
        message=task.message(event),
        expected=task.head,
        before={path: site.source, page: site.page} if moved else held,
        kept=others.kept,
    )


def _no_record(shared: Shared, path: str) -> Problem:
    """Say why the branch has no record: somebody deleted it, or the site has moved its records meanwhile."""
    name = path.rpartition("/")[2]
    if any(blob and other.rpartition("/")[2] == name for other, blob in shared.theirs.items()):
        return Problem("The site keeps its records in another folder since this branch was made.", file=path)
    return Problem("The event's record was deleted on the branch.", file=path)


def _written(event: Event, render: Render) -> tuple[Event, str]:
    section = render(event)
    return event.model_copy(update={"rendered": fingerprint(section)}), section


def record_text(before: Event | None, event: Event, source: str | None) -> str:
    """Write a record; where a human wrote its text, with their comments and their way of writing as far as may be."""
    plain = write_record(event)
    if before is None or source is None:
        return plain
    text = merge_texts(write_record(before), plain, source).text
    try:
        return text if read_record(text, "") == event else plain
    except UserError:
        return plain


def _listed(merged: Merged, memory: Memory, answers: Event | None) -> tuple[str, ...]:
    """Name the fields in dispute: new ones, and those of earlier runs for as long as both sides differ."""
    old = [
        name
        for name in memory.conflicts
        if name in Event.model_fields and (answers is None or getattr(answers, name) != getattr(merged.event, name))
    ]
    return tuple(dict.fromkeys((*merged.conflicts, *old)))
