"""People and crashes in any order, on a clone with real git: after one sweep all is as it should be.

The same 2,000 steps and more in each run. `ALMANAC_EXAMPLES=500 pytest tests/test_reconcile_machine.py` tries others.
"""

import os
import shutil
import tempfile
from itertools import count
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from bot.errors import AlmanacError
from bot.events.records import read_record, record_path
from bot.events.times import Zones
from bot.forge.local import AUTHOR
from bot.kit import house_renderer, make_kit
from bot.pages.fingerprints import fingerprint
from bot.pages.history import fitted
from bot.pages.lines import newline_of
from bot.pages.match import own_section
from bot.pages.outline import outline
from bot.pages.sync import sync
from bot.proposals.state import SYNC_BRANCH, branch_name
from bot.reconcile import reconcile, reconcile_all
from tests.breaking import WRITES, Breaking
from tests.forge.worlds import LocalWorld
from tests.gitrepo import Repo
from tests.scenes import PAGE, RECORDS, Scene, new_scene

EXAMPLES = int(os.environ.get("ALMANAC_EXAMPLES") or 0)
STEPS = 2000
MOST = 3
PLACES = ("", "Paris", "Lyon", "Online")
which = st.integers(0, MOST - 1)


class Life(RuleBasedStateMachine):
    """One site and a few issues. What people wrote is remembered here, to see that it is still there."""

    template: Path
    steps = 0

    def __init__(self) -> None:
        """Copy the site."""
        super().__init__()
        self.folder = Path(tempfile.mkdtemp()) / "site"
        shutil.copytree(self.template, self.folder)
        self.world = LocalWorld(self.folder)
        self.scene = Scene(self.world)
        self.repo: Repo = self.world.repo
        self.numbers: list[int] = []
        self.answers: dict[int, dict[str, str]] = {}
        self.files: dict[int, dict[str, bytes]] = {}
        self.values: dict[int, str] = {}
        self.words: dict[int, list[str]] = {}
        self.on_base: list[str] = []
        self.refused: set[int] = set()
        self.tokens = count(1)

    def teardown(self) -> None:
        """End with a sweep, and see that another one has nothing to do."""
        self.sweep()
        forge = Breaking(self.world.forge)
        list(reconcile_all(forge, make_kit()))
        assert forge.written == []
        shutil.rmtree(self.folder.parent)

    @invariant()
    def one_step(self) -> None:
        """Count the steps."""
        type(self).steps += 1

    def token(self) -> str:
        """Return a word that nobody has written yet."""
        return f"token{next(self.tokens)}x"

    def open(self, index: int) -> int | None:
        """Return an issue with an open proposal and its branch, or None."""
        number = self.number(index)
        pull = self.world.forge.newest_pull(branch_name(number)) if number else None
        return number if number and pull and pull.state == "open" and self.world.head(branch_name(number)) else None

    def number(self, index: int) -> int | None:
        """Return an issue, or None."""
        return self.numbers[index] if index < len(self.numbers) else None

    def record_of(self, number: int) -> str | None:
        """Return the path of the record that an issue's branch adds or has."""
        event = self.scene.memory(number).event
        path = record_path(RECORDS, event) if event else ""
        return path if path in self.scene.files(number) else None

    def forget(self, number: int) -> None:
        """Ask no more after what people wrote on an issue's branch."""
        self.files[number], self.words[number] = {}, []
        self.values.pop(number, None)

    # ------------------------------------------------------------ what people do

    @precondition(lambda self: len(self.numbers) < MOST)
    @rule(day=st.integers(1, 28), place=st.sampled_from(PLACES))
    def file(self, day: int, place: str) -> None:
        """Somebody files an issue."""
        answers = {"title": f"Event {self.token()}", "date": f"2022-05-{day:02}", "location": place}
        number = self.scene.file(**answers)
        self.numbers.append(number)
        self.answers[number], self.files[number], self.words[number] = answers, {}, []

    @rule(index=which, place=st.sampled_from(PLACES), good=st.booleans())
    def edit(self, index: int, place: str, good: bool) -> None:
        """Somebody edits the issue."""
        if (number := self.number(index)) and self.world.forge.issue(number):
            self.answers[number] |= {"location": place, "date": "2022-05-30" if good else "soon"}
            self.scene.edit(number, **self.answers[number])

    @rule(index=which, state=st.sampled_from(["open", "closed"]))
    def close_or_reopen(self, index: int, state: str) -> None:
        """Somebody closes or reopens the issue."""
        if (number := self.number(index)) and self.world.forge.issue(number):
            self.world.edit_issue(number, state=state)  # type: ignore[arg-type]
            if state == "open":
                self.refused.discard(number)

    @rule(index=which, path=st.sampled_from(["notes.md", "photo.bin"]))
    def human_file(self, index: int, path: str) -> None:
        """Somebody commits a file to the branch."""
        if number := self.open(index):
            data = bytes(range(256)) + self.token().encode()
            self.scene.by_hand(number, {f"{number}/{path}": data})
            self.files[number][f"{number}/{path}"] = data

    @rule(index=which)
    def human_record(self, index: int) -> None:
        """Somebody edits the record on the branch."""
        number = self.open(index)
        path = self.record_of(number) if number else None
        if number and path:
            event = read_record(self.scene.record(number, path), path)
            word = self.token()
            text = self.scene.record(number, path)
            kept = "\n".join(line for line in text.split("\n") if not line.startswith("people_label:"))
            self.scene.by_hand(number, {path: f'{kept}people_label: "{word}"\n'.encode()})
            assert event
            self.values[number] = word

    @rule(index=which)
    def human_page_on_the_branch(self, index: int) -> None:
        """Somebody edits the page on the branch, beside the sections."""
        if number := self.open(index):
            page, word = self.scene.page(number), self.token()
            if "### More coming soon!" in page:
                self.scene.by_hand(
                    number, {PAGE: page.replace("### More coming soon!", f"{word}\n\n### More coming soon!").encode()}
                )
                self.words[number].append(word)

    @rule()
    def human_page_on_the_base(self) -> None:
        """Somebody edits a section of the page on the base."""
        page, word = self.scene.base_page(), self.token()
        self.world.commit({PAGE: page.replace("* Demos", f"* Demos\n    * {word}", 1).encode()})
        self.on_base.append(word)

    @rule()
    def base_push(self) -> None:
        """Somebody commits something else to the base."""
        self.world.commit({"about.md": self.token().encode()})

    @rule(index=which)
    def merge(self, index: int) -> None:
        """A maintainer merges, where git can."""
        if number := self.open(index):
            self._merge(branch_name(number))
            self.forget(number)

    @rule()
    def merge_edits(self) -> None:
        """A maintainer merges what was edited by hand."""
        if self.world.head(SYNC_BRANCH):
            self._merge(SYNC_BRANCH)

    def _merge(self, branch: str) -> None:
        try:
            self.repo.git("merge", "--quiet", "--no-ff", "--no-edit", branch)
        except AssertionError:
            self.repo.git("merge", "--abort")

    @rule(index=which)
    def reject(self, index: int) -> None:
        """A maintainer closes the pull request."""
        if number := self.open(index):
            self.world.close_pull(self.scene.pull(number).number)
            self.refused.add(number)

    @rule(index=which)
    def delete(self, index: int) -> None:
        """The issue is deleted."""
        number = self.number(index)
        if number and index == MOST - 1:
            self.world.forge.delete_issue(number)
            self.forget(number)

    # ------------------------------------------------------------ what Almanac does

    @rule(index=which)
    def run(self, index: int) -> None:
        """Almanac looks at one issue."""
        if number := self.number(index):
            self.scene.run(number)

    @rule(index=which, at=st.integers(0, len(WRITES)), after=st.booleans())
    def crash(self, index: int, at: int, after: bool) -> None:
        """Almanac is killed while it looks at one issue, or at all."""
        forge = Breaking(self.world.forge, at=at, after=after)
        try:
            if number := self.number(index):
                reconcile(number, forge, make_kit())
            else:
                list(reconcile_all(forge, make_kit()))
        except AlmanacError:
            return

    @rule()
    def sweep(self) -> None:
        """Almanac looks at all; then everything is as it should be."""
        results = self.scene.sweep()
        assert [done.error for done in results if done.error] == []
        base = self.world.forge.base().commit
        for word in self.on_base:
            assert word in self.scene.base_page()
        for number in self.numbers:
            self._check(number, base)

    def _check(self, number: int, base: str) -> None:
        pulls = [pull for pull in self.world.pulls() if pull.head == branch_name(number)]
        opened = [pull for pull in self.world.forge.pulls() if pull.state == "open"]
        mine = [pull for pull in opened if pull.number in {each.number for each in pulls}]
        assert len(mine) <= 1
        ours = [said for said in self.world.forge.comments(number) if said.about.author == AUTHOR]
        assert len(ours) <= 1
        if number in self.refused or not self.world.forge.issue(number):
            assert mine == []
        if not mine:
            return
        head = self.scene.head(number)
        self.repo.git("merge-tree", "--write-tree", base, head)
        files = self.world.files(head)
        for path, data in self.files[number].items():
            assert files[path] == data
        memory = self.scene.memory(number)
        assert memory.event
        path = record_path(RECORDS, memory.event)
        record, page = read_record(files[path].decode(), path), files[PAGE].decode()
        if number in self.values:
            assert record.people_label == self.values[number]
        for word in (*self.on_base, *self.words[number]):
            assert word in page
        section = own_section(outline(page), record)
        assert section
        text = house_renderer()(record)
        assert section.text == fitted(record, text, newline_of(page))
        assert record.rendered == fingerprint(text)
        if not self.on_base:
            records = [read_record(files[name].decode(), name) for name in files if name.startswith(RECORDS)]
            synced = sync(page, records, house_renderer(), Zones.of())
            assert (synced.page, synced.problems) == (page, ())


def test_nothing_that_people_do_in_any_order_goes_wrong(tmp_path: Path) -> None:
    with new_scene("local", tmp_path) as scene:
        assert isinstance(scene.world, LocalWorld)
        Life.template = scene.world.repo.folder
        chosen = settings(
            max_examples=EXAMPLES or 52,
            stateful_step_count=50,
            derandomize=not EXAMPLES,
            deadline=None,
            database=None,
            phases=(Phase.generate, Phase.shrink) if EXAMPLES else (Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )
        Life.steps = 0
        run_state_machine_as_test(Life, settings=chosen)
        assert EXAMPLES or Life.steps >= STEPS
