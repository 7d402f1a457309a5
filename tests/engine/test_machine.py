"""People and crashes in any order, on a clone with real git: one sweep later, everything is as it should be.

The same 2,000 steps and more in each run; `ALMANAC_EXAMPLES=500 pytest tests/engine/test_machine.py` tries others.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from almanac.defaults import load_messages
from almanac.engine.run import reconcile
from almanac.engine.sweep import reconcile_all
from almanac.errors import AlmanacError
from almanac.event.model import Event
from almanac.forge.local.forge import AUTHOR
from almanac.page.lines import fingerprint
from almanac.page.sync import sync
from almanac.proposal.names import SYNC_BRANCH, branch_name
from almanac.times.zones import Zones
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from tests.breaking import WRITES, Breaking
from tests.forge.worlds import LocalWorld
from tests.machine import EXAMPLES, run_machine
from tests.people import People, pick, which
from tests.scenes import PAGE, new_scene
from tests.sides import RENDER, Side, records_of, sides_of

STEPS = 2000


class Life(People):
    """What Almanac does in between, and what is to be true then."""

    steps = 0

    @invariant()
    def one_step(self) -> None:
        """Count the steps."""
        type(self).steps += 1

    def teardown(self) -> None:
        """End with a sweep, and see that another one has nothing to do."""
        if hasattr(self, "folder"):
            self.sweep()
            forge = Breaking(self.world.forge)
            list(reconcile_all(forge, load_messages()))
            assert forge.written == []
            shutil.rmtree(self.folder.parent)

    def hear(self, number: int | None = None) -> None:
        """Almanac looks at one issue, or at all."""
        if number:
            self.scene.run(number)
        else:
            self.sweep()

    @rule(index=which)
    def run(self, index: int) -> None:
        """Almanac looks at one issue."""
        if number := pick(self.numbers, index):
            self.scene.run(number)

    @rule(index=which, all_of_them=st.booleans(), at=st.integers(0, len(WRITES)), after=st.booleans())
    def crash(self, index: int, all_of_them: bool, at: int, after: bool) -> None:
        """Almanac is killed while it looks at one issue, or at all."""
        forge = Breaking(self.world.forge, at=at, after=after)
        number = pick(self.numbers, index)
        try:
            if number and not all_of_them:
                reconcile(number, forge, load_messages())
            else:
                list(reconcile_all(forge, load_messages()))
        except AlmanacError:
            return

    @rule()
    def sweep(self) -> None:
        """Almanac looks at all; then everything is as it should be."""
        for done in self.scene.sweep():
            assert done.error is None
            answers = self.answers.get(done.plan.issue)
            assert done.plan.outcome != "waiting" or (answers and answers["date"] == "soon")
        base = self.world.forge.base().commit
        opened = {pull.number for pull in self.world.forge.pulls() if pull.state == "open"}
        heads = [pull.head for pull in self.world.pulls() if pull.number in opened]
        assert len(set(heads)) == len(heads)
        assert set(heads) <= self.repo.branches().keys()
        in_sync = self._check_base(base, heads)
        for number in self.numbers:
            self._check_issue(number, branch_name(number) in heads)
            if branch_name(number) in heads:
                self._check_proposal(number, base, in_sync)

    def _check_base(self, base: str, heads: Sequence[str]) -> bool:
        """The base is in sync, or will be when an open proposal is merged; what people wrote is there. Tell which."""
        edited = SYNC_BRANCH in heads
        head = self.world.head(SYNC_BRANCH)
        assert edited == bool(head)
        files = self.world.files(self.repo.git("merge-tree", "--write-tree", base, head or base))
        self._check_in_sync(files)
        self._check_words(files, self.files, self.words)
        for side in sides_of(files):
            assert side.record.issue
            check_values(side.record, self.shown[side.record.issue])
        return not edited

    def _check_in_sync(self, files: dict[str, bytes]) -> None:
        page, records = files[PAGE].decode(), list(records_of(files).values())
        synced = sync(page, records, RENDER, Zones.of())
        assert (synced.page, synced.records, synced.problems) == (page, tuple(records), ())

    def _check_words(self, files: dict[str, bytes], theirs: dict[str, bytes], words: Sequence[str]) -> None:
        for path, data in theirs.items():
            assert files[path] == data
        for word in words:
            assert word in files[PAGE].decode()

    def _check_issue(self, number: int, opened: bool) -> None:
        """At most one comment that is edited, no other one twice; and a proposal just where there has to be one."""
        ours = [said.body.partition("\n")[0] for said in self.world.forge.comments(number) if said.author == AUTHOR]
        assert len({*ours}) == len(ours)
        issue = self.world.forge.issue(number)
        if number in self.refused or not issue:
            assert not opened
        elif number not in self.merged:
            good = self.answers[number]["date"] != "soon"
            assert opened if issue.state == "open" and good else issue.state == "open" or not opened

    def _check_proposal(self, number: int, base: str, in_sync: bool) -> None:
        """It does not conflict; merged, all that people wrote is there, and the page says what the record gives."""
        tree, conflicts = self.repo.merge_tree(base, self.scene.head(number))
        assert not conflicts
        files, mine = self.world.files(tree), self.mine[number]
        self._check_words(files, self.files | mine.files, [*self.words, *mine.words])
        side = self.side(number, tree)
        assert side
        check_values(side.record, self.values_of(number) | mine.values | self.asked(number))
        check_written(side)
        if in_sync:
            self._check_in_sync(files)


def check_values(record: Event, values: dict[str, str]) -> None:
    """Look for what people wrote into the fields of an event."""
    for name, value in values.items():
        assert getattr(record, name) == value


def check_written(side: Side) -> None:
    """See that a section is what its record gives."""
    assert side.section.text == side.text
    assert side.record.rendered == fingerprint(RENDER(side.record))


def set_stages(folder: Path) -> None:
    """Make the sites with which a life begins."""
    first = {"title": "Event one", "date": "2022-05-15", "location": "Paris"}
    stages = {name: folder / name for name in ("empty", "merged", "changed")}
    with new_scene("local", folder) as scene:
        assert isinstance(scene.world, LocalWorld)
        here = scene.world.repo.folder
        shutil.copytree(here, stages["empty"])
        number = scene.proposed(**first)
        scene.world.merge(scene.pull(number).number)
        scene.run(number)
        shutil.copytree(here, stages["merged"])
        scene.edit(number, **first | {"location": "Lyon"})
        assert scene.run(number).plan.outcome == "created"
        shutil.copytree(here, stages["changed"])
    Life.first = first
    Life.stages = {name: (made, 0 if name == "empty" else number) for name, made in stages.items()}


@pytest.mark.long
def test_nothing_that_people_do_in_any_order_goes_wrong(tmp_path: Path) -> None:
    set_stages(tmp_path)
    Life.steps = 0
    run_machine(Life, examples=EXAMPLES or 38, steps=75)
    assert EXAMPLES or Life.steps >= STEPS


def test_a_commit_that_is_merged_beside_edits_by_hand_is_kept(tmp_path: Path) -> None:
    """These edits change other files, so their proposal does not follow the base; merged, it keeps what is there."""
    set_stages(tmp_path)
    life = Life()
    life.begin(stage="merged")
    life.ask(heard=True, index=0)
    life.edit_other(heard=True)
    edits = life.world.head(SYNC_BRANCH)
    life.close(hasty=True, heard=False, index=0)
    life.merge(heard=True, index=0, kind="merge")
    assert life.world.head(SYNC_BRANCH) == edits
    life.merge_edits(kind="merge")
    assert "2/hasty.md" in life.world.files(life.world.forge.base().commit)
    life.teardown()
