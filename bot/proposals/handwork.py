"""What somebody committed to a proposal's branch beside its record: the page, and other files. None of it is lost."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from bot.config import Config
from bot.errors import Problem, UserError
from bot.events.event import Event
from bot.events.times import Zones
from bot.pages.fingerprints import fingerprints
from bot.pages.history import fitted, put, remove
from bot.pages.lines import newline_of
from bot.pages.match import own_section
from bot.pages.outline import Section, outline
from bot.pages.placing import taken_out
from bot.pages.reading import SectionReader
from bot.proposals.state import Blob, Shared, Site
from bot.proposals.textmerge import merge_texts

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


def edited_on_base(site: Site, render: Callable[[Event], str], zones: Zones) -> Event | None:
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
