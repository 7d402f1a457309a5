"""What an event is called in titles and commit messages, where typed text could mention people or close issues.

What somebody committed to a proposal's branch beside its record: the page, and other files. None of it is lost.

What the branch of a proposal has to hold: the record and the page, on the base or on top of somebody else's work.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from almanac.config import Config
from almanac.errors import Problem, UserError
from almanac.event.model import Event
from almanac.event.record import read_record, record_path, write_record
from almanac.page.insert import fitted, put, remove, taken_out
from almanac.page.lines import fingerprint, fingerprints, newline_of
from almanac.page.match import own_section
from almanac.page.outline import Section, outline
from almanac.page.section import Renderer, SectionReader
from almanac.proposal.marker import Memory
from almanac.proposal.merge import Merged, marks, merge, merge_records
from almanac.proposal.state import Base, Blob, EventAtBase, PutBranch, Shared, branch_name
from almanac.proposal.textmerge import merge_texts
from almanac.times.zones import Zones

_LENGTH = 60
_OTHERS = re.compile(r"[^\w &,'\u2019.\u2013-]|_")
_REFERENCE = re.compile(r"\bGH-\d+", re.IGNORECASE)


def title_of(event: Event, issue: int, *, changes: bool) -> str:
    """Return the title of a proposal and the first line of its commits."""
    verb = "Change" if changes else "Add"
    return " ".join(f"{verb} event: {event.date} {subject(event)}".split()) + f" (#{issue})"


def subject(event: Event) -> str:
    """Return the series, or the title, with nothing left in it that GitHub or git would act on.

    Only letters, digits, spaces and a little punctuation stay, so there is no mention, issue reference, link, trailer
    or `[skip ci]`; `GH-12` is a reference too and goes. It is cut at a word after 60 characters.
    """
    words = _OTHERS.sub(_kept, event.series or event.title)
    # A dot between letters makes a host name, which GitHub turns into a link in some places.
    words = re.sub(r"\.(?=\w)", " ", words)
    while _REFERENCE.search(words):  # in `GH-1GH-2` the second is one only when the first is gone
        words = _REFERENCE.sub(" ", words)
    words = " ".join(words.split())
    if len(words) > _LENGTH:
        words = words[: _LENGTH + 1].rpartition(" ")[0] or words[:_LENGTH]
    return words.strip(" ,&-\u2013.")


def _kept(found: re.Match[str]) -> str:
    """Keep the vowel signs and accents of a letter, which are no letters themselves, and drop all else."""
    before = found.string[: found.start()][-1:]
    is_mark = unicodedata.category(found[0]).startswith("M") and unicodedata.category(before or " ")[0] in "LM"
    return found[0] if is_mark else " "


_WORKFLOWS = ".github/workflows/"


class Stuck(UserError):  # noqa: N818 - a state of a branch, not an error of ours
    """A branch holds something that only a person can put right; it is left alone."""

    def __init__(self, *problems: Problem) -> None:
        """Take what stands in the way."""
        super().__init__(problems)


@dataclass(frozen=True)
class Pages:
    """The page in its versions: on the branch, where the branch left the base, and on the base.

    `previous` and `before` are the event's record on the base and at the fork, where it stands on those pages already;
    `elsewhere` tells that the page is not on the branch because it had another name when the branch was made.
    """

    config: Config
    theirs: str | None
    fork: str | None
    base: str
    previous: Event | None
    before: Event | None
    elsewhere: bool = False

    @property
    def page(self) -> str:
        """The page as it stands on the branch.

        Raises:
            Stuck: It was deleted there, or has another name by now.
        """
        if self.elsewhere:
            message = "The history page has another name or place since this branch was made."
            raise Stuck(Problem(message, file=self.config.page))
        if self.theirs is None:
            raise Stuck(Problem("The history page was deleted on the branch.", file=self.config.page))
        return self.theirs

    def section(self, record: Event) -> Section:
        """Find the event's section on the branch's page.

        Raises:
            Stuck: There is none.
        """
        cut = outline(self.page)
        found = own_section(cut, record)
        if found is None:
            # Somebody may have written it anew altogether; then it is the one that the page did not have before.
            known = {section.text for section in outline(self.fork or "").sections}
            new = [section for section in cut.sections if section.text not in known]
            found = new[0] if len(new) == 1 else None
        if found is None:
            raise Stuck(Problem("The event's section was taken off the page on the branch.", file=self.config.page))
        return found

    def rebuilt(self, record: Event, event: Event, section: str) -> tuple[str, bool]:
        """Put a section into the branch's page, with what changed on the base's page since; tell whether these clash.

        Args:
            record: The record on the branch, as somebody left it.
            event: The record as it will be.
            section: Its section.
        """
        there, text = self.section(record), fitted(event, section, newline_of(self.page))
        if self.fork == self.base and there.date == event.date:
            return self.page[: there.start] + text + self.page[there.end :], False
        fork = self._without(self.fork or "", self.before)
        merged = merge_texts(fork, self._without(self.base, self.previous), taken_out(outline(self.page), there))
        return put(merged.text, event, section, previous=None, order=self.config.order), merged.clash

    @staticmethod
    def _without(page: str, event: Event | None) -> str:
        return remove(page, event) if event else page


def edited_on_base(site: EventAtBase, render: Callable[[Event], str], zones: Zones) -> Event | None:
    """Return the event's record on the base, with what somebody edited in its section of the page there since.

    A record without a fingerprint was made by hand, and its section is written anew.

    Raises:
        Stuck: Section and record were both edited there, and disagree.
    """
    return _edited(site.previous, site.page, site.config, render, zones)


def edited_at_fork(
    record: Event | None, page: str | None, config: Config, render: Callable[[Event], str], zones: Zones
) -> Event | None:
    """Return the same as it was where a branch left the base: what the branch took over from there was nobody's edit.

    Where section and record disagreed there, the record has to do.
    """
    try:
        return _edited(record, page, config, render, zones)
    except Stuck:
        return record


def _edited(
    record: Event | None, page: str | None, config: Config, render: Callable[[Event], str], zones: Zones
) -> Event | None:
    if record is None or page is None or record.rendered is None or own_section(outline(page), record) is None:
        return record
    pages = Pages(config, page, page, page, record, record)
    return section_by_hand(pages, record, render, zones, "site's main branch")


def section_by_hand(
    pages: Pages, record: Event, render: Callable[[Event], str], zones: Zones, where: str = "branch"
) -> Event:
    """Take an edit of the section on a branch's page into the record, by the rules of an import.

    Args:
        pages: The page.
        record: The record as it stands beside it.
        render: Writes an event's section.
        zones: The site's letters.
        where: What the branch is called.

    Returns:
        The record with what the page says; the record itself where nobody edited the section.

    Raises:
        Stuck: Section and record were both edited, and disagree; or there is no section.
    """
    there = pages.section(record)
    newline = newline_of(pages.page)
    text = fitted(record, render(record), newline)
    if text == there.text or record.rendered in fingerprints(there.text):
        return record
    if record.rendered not in fingerprints(text):
        message = f"The record and its section of the page were both changed on the {where}, and they disagree."
        raise Stuck(Problem(message, typed=there.text, accepted=text, file=pages.config.page, line=there.line))
    return SectionReader(render, zones, newline).again(there, record).event


@dataclass(frozen=True)
class Others:
    """Other people's files on the branch, as they go into a merge with the base."""

    kept: dict[str, Blob | None] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    clashes: tuple[str, ...] = ()


def merged_files(shared: Shared, ours: Collection[str]) -> Others:
    """Merge what a human changed beside record and page with what changed on the base.

    Raises:
        Stuck: They changed a workflow, which Almanac may not write.
    """
    others, clashes = Others(), list[str]()
    for path, blob in shared.theirs.items():
        if path in ours or (path in shared.moved and shared.moved[path] == blob):
            continue
        if path not in shared.moved:
            others.kept[path] = blob
            continue
        merged = _merged(shared.both, path)
        if merged is None or merged[1]:
            clashes.append(path)
        if merged is None:
            others.kept[path] = blob
        else:
            others.texts[path] = merged[0]
    workflows = [path for path in (*others.kept, *others.texts) if path.startswith(_WORKFLOWS)]
    if workflows:
        message = "A workflow was changed on the branch. Almanac never writes workflows, so it cannot follow the base."
        raise Stuck(Problem(message, file=workflows[0]))
    return Others(others.kept, others.texts, tuple(clashes))


def _merged(both: Mapping[str, tuple[bytes | None, bytes | None, bytes | None]], path: str) -> tuple[str, bool] | None:
    """Merge a text that both sides changed; None where there is no text on all three sides."""
    try:
        before, ours, theirs = (data.decode() if data is not None else None for data in both.get(path, (None,) * 3))
    except UnicodeDecodeError:
        return None
    if before is None or ours is None or theirs is None:
        return None
    merged = merge_texts(before, ours, theirs)
    return merged.text, merged.clash


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
    site: EventAtBase
    memory: Memory
    origin: Mapping[str, str] | None
    render: Renderer

    def zones(self, event: Event) -> Zones:
        """Return the letters that the site uses for an event's series."""
        return self.site.config.zones(event.series)

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
            path: write_record(event, before=previous, source=site.source),
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
    texts = {path: write_record(event, before=written, source=shared.record), site.config.page: page}
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


def _written(event: Event, render: Renderer) -> tuple[Event, str]:
    section = render(event)
    return event.model_copy(update={"rendered": fingerprint(section)}), section


def _listed(merged: Merged, memory: Memory, answers: Event | None) -> tuple[str, ...]:
    """Name the fields in dispute: new ones, and those of earlier runs for as long as both sides differ."""
    old = [
        name
        for name in memory.conflicts
        if name in Event.model_fields and (answers is None or getattr(answers, name) != getattr(merged.event, name))
    ]
    return tuple(dict.fromkeys((*merged.conflicts, *old)))
