"""People who work on a site on this disk, in any order and with real git; what they wrote is remembered."""

import shutil
import tempfile
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Literal

from almanac.proposal.names import SYNC_BRANCH, branch_name
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.forge.worlds import LocalWorld
from tests.gitrepo import Repo
from tests.scenes import PAGE, Scene
from tests.sides import Side, sides_of

MOST = 3
PLACES = ("", "Paris", "Lyon", "Online")
Kind = Literal["merge", "fast-forward", "squash", "quiet squash"]
KINDS: tuple[Kind, ...] = ("merge", "fast-forward", "squash", "quiet squash")
which = st.integers(0, MOST - 1)
places = st.sampled_from(PLACES)
hears = st.sampled_from((False, False, True))


class Written:
    """What people wrote on one branch: files, words on the page, and values of fields of the branch's own event."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.files: dict[str, bytes] = {}
        self.words: list[str] = []
        self.values: dict[str, str] = {}


class People(RuleBasedStateMachine):
    """One site, a few issues, and people who do anything that git and the forge allow."""

    stages: Mapping[str, tuple[Path, int]]
    first: Mapping[str, str]

    @abstractmethod
    def hear(self, number: int | None = None) -> None:
        """Almanac hears of what happened to an issue, or to the base."""

    @initialize(stage=st.sampled_from(["empty", "merged", "changed"]))
    def begin(self, stage: str) -> None:
        """Copy a site: without an issue, with one whose event was merged, or with one that has a change on offer."""
        here, number = self.stages[stage]
        self.folder = Path(tempfile.mkdtemp()) / "site"
        shutil.copytree(here, self.folder)
        self.world = LocalWorld(self.folder)
        self.scene = Scene(self.world)
        self.repo: Repo = self.world.repo
        self.numbers: list[int] = []
        self.answers: dict[int, dict[str, str]] = {}
        self.about: dict[int, int] = {}  # issues that ask for a change -> those of the events that they are about
        self.mine: dict[int, Written] = {}
        self.shown: dict[int, dict[str, str]] = {}
        self.words: list[str] = []
        self.files: dict[str, bytes] = {}
        self.refused: set[int] = set()
        self.merged: set[int] = set()
        self.tokens = count(1)
        if number:
            self._filed(number, dict(self.first))
            self.merged.add(number)

    def _filed(self, number: int, answers: dict[str, str]) -> None:
        self.numbers.append(number)
        self.answers[number], self.mine[number], self.shown[number] = answers, Written(), {}

    def token(self) -> str:
        """Return a word that no one has written yet."""
        return f"token{next(self.tokens)}x"

    # ------------------------------------------------------------ what there is

    def issues(self, state: str = "") -> list[int]:
        """Return the issues that are there, or those in a state."""
        found = ((number, self.world.forge.issue(number)) for number in self.numbers)
        return [number for number, issue in found if issue and state in ("", issue.state)]

    def opened(self) -> list[int]:
        """Return the issues with an open proposal and its branch."""
        heads = self.repo.branches()
        numbers = [number for number in self.numbers if branch_name(number) in heads]
        pulls = ((number, self.world.forge.newest_pull(branch_name(number))) for number in numbers)
        return [number for number, pull in pulls if pull and pull.state == "open"]

    def side(self, number: int, commit: str) -> Side | None:
        """Return an event's record and its section at a commit, where both are there."""
        issue = self.about.get(number, number)
        return next((side for side in sides_of(self.world.files(commit)) if side.record.issue == issue), None)

    # ------------------------------------------------------------ issues

    @precondition(lambda self: len(self.numbers) < MOST)
    @rule(day=st.integers(1, 28), place=places)
    def file(self, day: int, place: str) -> None:
        """Someone files an issue."""
        answers = {"title": f"Event {self.token()}", "date": f"2022-05-{day:02}", "location": place}
        self._filed(self.scene.file(**answers), answers)

    @precondition(lambda self: len(self.numbers) < MOST and self.published())
    @rule(index=which, heard=hears)
    def ask(self, index: int, heard: bool) -> None:
        """Someone asks that a published event be shown as cancelled."""
        event = pick(self.published(), index)
        assert event
        number = self.scene.ask(event=f"#{event}", change="Cancelled")
        self.about[number] = event
        self._filed(number, {"date": ""})
        self._maybe(heard, number)

    def published(self) -> list[int]:
        """Return the issues whose events are published, and for which nobody has asked for a change."""
        return sorted(self.merged - {*self.about, *self.about.values()})

    @rule(index=which, place=places, good=st.booleans(), heard=hears)
    def edit(self, index: int, place: str, good: bool, heard: bool) -> None:
        """Someone edits the issue; Almanac hears of it, or not."""
        if number := pick(self.issues(), index):
            self._answer(number, place, good=good)
            self._maybe(heard, number)

    def _answer(self, number: int, place: str, *, good: bool) -> None:
        self.answers[number] |= {"location": place, "date": "2022-05-30" if good else "soon"}
        if event := self.about.get(number):
            wrong = "" if good else "the 99th"
            self.scene.ask_again(number, event=f"#{event}", change="Cancelled", location=place, date=wrong)
        else:
            self.scene.edit(number, **self.answers[number])

    def _maybe(self, heard: bool, number: int | None = None) -> None:
        if heard:
            self.hear(number)

    @rule(index=which, hasty=st.booleans(), heard=hears)
    def close(self, index: int, hasty: bool, heard: bool) -> None:
        """Someone closes the issue, maybe right after a commit that no run has seen."""
        number = pick(self.opened() if hasty else self.issues("open"), index)
        if number and self.world.forge.issue(number):
            if hasty:
                self._commit_file(number, "hasty.md")
            self.world.edit_issue(number, state="closed")
            self._maybe(heard, number)

    @rule(index=which, heard=hears)
    def reopen(self, index: int, heard: bool) -> None:
        """Someone reopens the issue; a no that no run has heard is still one."""
        if number := pick(self.issues("closed"), index):
            self.world.edit_issue(number, state="open")
            if number in self.refused and self.scene.memory(number).rejected is not None:
                self.refused.discard(number)
            self._maybe(heard, number)

    @rule(index=which)
    def delete(self, index: int) -> None:
        """The issue is deleted."""
        if index == MOST - 1 and len(self.numbers) == MOST and self.world.forge.issue(self.numbers[index]):
            self.world.forge.delete_issue(self.numbers[index])
            self.mine[self.numbers[index]] = Written()

    # ------------------------------------------------------------ commits to a branch

    @rule(index=which, name=st.sampled_from(["notes.md", "photo.bin"]))
    def commit_file(self, index: int, name: str) -> None:
        """Someone commits a file to the branch."""
        if number := pick(self.opened(), index):
            self._commit_file(number, name)

    def _commit_file(self, number: int, name: str) -> None:
        data = bytes(range(256)) + self.token().encode()
        self.scene.by_hand(number, {f"{number}/{name}": data})
        self.mine[number].files[f"{number}/{name}"] = data

    @rule(index=which)
    def commit_words(self, index: int) -> None:
        """Someone edits the page on the branch, beside the sections."""
        if number := pick(self.opened(), index):
            word, mark = self.token(), "The center of OSPO++"
            self.scene.by_hand(number, {PAGE: self.scene.page(number).replace(mark, f"{word}\n\n{mark}").encode()})
            self.mine[number].words.append(word)

    @rule(index=which, page=st.booleans())
    def commit_event(self, index: int, page: bool) -> None:
        """Someone edits the event on the branch: its section, or its record."""
        if number := pick(self.opened(), index):
            side = self.side(number, self.scene.head(number))
            name = "recording" if page else "people_label"
            self._edit_event(side, name, branch_name(number), self.mine[number].values)

    # ------------------------------------------------------------ commits to the base

    @rule()
    def push(self) -> None:
        """Someone commits something else to the base."""
        self.world.commit({"about.md": self.token().encode()})

    @rule(heard=hears)
    def edit_other(self, heard: bool) -> None:
        """Someone edits a section of the page on the base that belongs to no issue."""
        page, word = self.scene.base_page(), self.token()
        self.world.commit({PAGE: page.replace("* Demos", f"* Demos\n    * {word}", 1).encode()})
        self.words.append(word)
        self._maybe(heard)

    @rule(index=which, page=st.booleans(), place=places, heard=hears)
    def edit_event(self, index: int, page: bool, place: str, heard: bool) -> None:
        """Someone edits an issue's own event on the base: its section, or its record. Its author has a change, too."""
        if number := pick(sorted(self.merged), index):
            side = self.side(number, self.world.forge.base().commit)
            self._edit_event(side, "description" if page else "url", "main", self.values_of(number))
            if number in self.issues() and number not in self.opened():
                self._answer(number, place, good=True)
                self.hear(number)
            self._maybe(heard)

    def _edit_event(self, side: Side | None, name: str, branch: str, values: dict[str, str]) -> None:
        """Edit one side, unless the other one still has to be synced: people do not contradict each other."""
        in_section = name in ("recording", "description")
        if side and not (side.record_edited if in_section else side.section_edited):
            value = self.token() if name in ("description", "people_label") else f"https://example.org/{self.token()}"
            path, text = side.with_line(name, value) if in_section else side.with_value(name, value)
            self.world.commit({path: text.encode()}, branch=branch)
            values[name] = value

    # ------------------------------------------------------------ merges and refusals

    @rule(index=which, kind=st.sampled_from(KINDS), heard=hears)
    def merge(self, index: int, kind: Kind, heard: bool) -> None:
        """A maintainer merges, where git can."""
        if number := pick(self.opened(), index):
            pull = self.scene.pull(number).number
            if self._joined("main", branch_name(number), kind):
                if kind == "squash":
                    self.world.mark_merged(pull)
                self._landed(number)
                self._maybe(heard)

    def values_of(self, number: int) -> dict[str, str]:
        """Return what people wrote on the base into the fields of the event that an issue is about."""
        return self.shown[self.about.get(number, number)]

    def asked(self, number: int) -> dict[str, str]:
        """Return what an issue that asks for a change makes of the event."""
        return {"status": "cancelled"} if number in self.about else {}

    def _landed(self, number: int) -> None:
        mine = self.mine[number]
        self.values_of(number).update(mine.values | self.asked(number))
        self.files |= mine.files
        self.words += mine.words
        self.mine[number] = Written()
        self.merged.add(number)

    @rule(kind=st.sampled_from(KINDS[:2]))
    def merge_edits(self, kind: Kind) -> None:
        """A maintainer merges what was edited by hand."""
        if self.world.head(SYNC_BRANCH):
            self._joined("main", SYNC_BRANCH, kind)

    @rule(index=which)
    def update(self, index: int) -> None:
        """Someone merges the base into the branch."""
        if number := pick(self.opened(), index):
            self._joined(branch_name(number), "main", "merge")

    def _joined(self, into: str, other: str, kind: Kind) -> bool:
        """Merge, unless git cannot, or the result would leave a record and its section contradicting each other."""
        ours, theirs = self.world.head(into), self.world.head(other)
        assert ours
        assert theirs
        base = self.repo.git("merge-base", ours, theirs)
        if base == theirs:
            return False
        made = theirs
        if kind != "fast-forward" or base != ours:
            try:
                tree = self.repo.git("merge-tree", "--write-tree", ours, theirs)
            except AssertionError:
                return False
            parents = ("-p", ours) if "squash" in kind else ("-p", ours, "-p", theirs)
            made = self.repo.git("commit-tree", tree, *parents, "-m", f"{kind} {other}")
        if any(side.torn for side in sides_of(self.world.files(made))):
            return False
        self.repo.git("update-ref", f"refs/heads/{into}", made)
        self.repo.git("reset", "--quiet", "--hard")
        return True

    @rule(index=which, hasty=st.booleans(), heard=hears)
    def reject(self, index: int, hasty: bool, heard: bool) -> None:
        """A maintainer closes the pull request, maybe right after a commit that no run has seen."""
        if number := pick(self.opened(), index):
            if hasty:
                self._commit_file(number, "hasty.md")
            self.world.close_pull(self.scene.pull(number).number)
            self.refused.add(number)
            self._maybe(heard, number)


def pick(numbers: Sequence[int], index: int) -> int | None:
    """Choose one, where there is one."""
    return numbers[index % len(numbers)] if numbers else None
