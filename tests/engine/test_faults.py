"""Runs that are killed at any write, before or after it took effect: one sweep later all is as if nothing had happened.

And two runs at the same time: they end in the same state as one.
"""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import product
from pathlib import Path
from threading import Thread

import pytest
from almanac.defaults import load_messages
from almanac.engine.run import reconcile
from almanac.engine.sweep import reconcile_all
from almanac.errors import AlmanacError
from almanac.forge.local.forge import LocalForge
from almanac.proposal.command import CommentCommand
from almanac.proposal.hidden import read_state
from almanac.proposal.names import branch_name

from tests.breaking import Breaking, BrokenError
from tests.forge.worlds import NOW, Kind, LocalWorld
from tests.scenes import DEMO_DAY, PAGE, RECORD, Scene, Stage, new_scene

pytestmark = pytest.mark.no_cover  # hundreds of runs, of which each goes the way of one that is measured elsewhere
KEPT = ("issue", "event", "digest", "answers", "shared", "conflicts", "says", "closed-by", "landed")
Setup = Callable[[Scene], int]


def first(scene: Scene) -> int:
    return scene.file(**DEMO_DAY)


def with_problems(scene: Scene) -> int:
    return scene.file(title="X", date="soon")


def fixed(scene: Scene) -> int:
    number = with_problems(scene)
    scene.run(number)
    scene.edit(number, **DEMO_DAY)
    return number


def edited(scene: Scene) -> int:
    number = scene.proposed()
    scene.edit(number, **DEMO_DAY, location="Paris")
    return number


def spoilt(scene: Scene) -> int:
    number = scene.proposed()
    scene.edit(number, title="Demo Day", date="soon")
    return number


def base_moved(scene: Scene) -> int:
    number = scene.proposed()
    scene.move_base({PAGE: scene.base_page().replace("More coming", "Much more coming").encode()})
    return number


def spoilt_and_base_moved(scene: Scene) -> int:
    number = spoilt(scene)
    scene.move_base()
    return number


def edited_by_a_human(scene: Scene) -> int:
    number = scene.proposed()
    scene.edit_record(number, 'title: "Demo Day"', 'title: "Demo Night"')
    scene.edit(number, **DEMO_DAY, location="Paris")
    return number


def disputed_and_base_moved(scene: Scene) -> int:
    number = scene.proposed()
    scene.edit_record(number, 'title: "Demo Day"', 'title: "Demo Night"')
    scene.by_hand(number, {"photo.bin": bytes(range(256))})
    scene.edit(number, **{**DEMO_DAY, "title": "Demo Noon"})
    scene.move_base()
    return number


def broken_by_a_human(scene: Scene) -> int:
    number = scene.proposed()
    scene.by_hand(number, {RECORD: b"title: [\n"})
    return number


def closed(scene: Scene) -> int:
    number = scene.proposed()
    scene.world.edit_issue(number, state="closed")
    return number


def closed_with_human_commits(scene: Scene) -> int:
    number = scene.proposed()
    scene.by_hand(number, {"notes.md": b"mine\n"})
    scene.world.edit_issue(number, state="closed")
    return number


def reopened(scene: Scene) -> int:
    number = closed(scene)
    scene.run(number)
    scene.world.edit_issue(number, state="open")
    return number


def reopened_with_human_commits(scene: Scene) -> int:
    number = closed_with_human_commits(scene)
    scene.run(number)
    scene.world.edit_issue(number, state="open")
    return number


def refused(scene: Scene) -> int:
    number = scene.proposed()
    scene.world.close_pull(scene.pull(number).number)
    return number


def merged(scene: Scene) -> int:
    number = scene.proposed()
    scene.world.merge(scene.pull(number).number)
    return number


def edited_after_the_merge(scene: Scene) -> int:
    number = merged(scene)
    scene.run(number)
    scene.world.edit_issue(number, state="open")
    scene.edit(number, **DEMO_DAY, location="Paris")
    return number


def squashed_by_hand(scene: Scene) -> int:
    number = scene.proposed()
    files = scene.files(number)
    scene.world.commit({path: files[path] for path in (PAGE, RECORD)})
    return number


def unlabelled(scene: Scene) -> int:
    number = scene.proposed()
    scene.world.label(number, "bug")
    return number


SETUPS: list[Setup] = [
    *(first, with_problems, fixed, edited, spoilt, base_moved, spoilt_and_base_moved, edited_by_a_human),
    *(disputed_and_base_moved, broken_by_a_human, closed, closed_with_human_commits, reopened),
    *(reopened_with_human_commits, refused, merged, edited_after_the_merge, squashed_by_hand, unlabelled),
]
# These need each kind of write, and each way to make a commit: enough to try on the emulated GitHub, too.
ON_GITHUB: list[Setup] = [first, disputed_and_base_moved, reopened_with_human_commits, refused, merged]
SWEPT: list[Setup] = [first, edited, base_moved, closed, refused]


def on_forges(setups: Sequence[Setup]) -> pytest.MarkDecorator:
    """Try all of these on this disk, and those of `ON_GITHUB` on the emulated GitHub: in the usual run, there alone."""
    local = [
        pytest.param("local", setup, id=f"local-{setup.__name__}", marks=[pytest.mark.long] * (setup in ON_GITHUB))
        for setup in setups
    ]
    github = [
        pytest.param("github", setup, id=f"github-{setup.__name__}", marks=pytest.mark.emulator)
        for setup in setups
        if setup in ON_GITHUB
    ]
    return pytest.mark.parametrize(("kind", "setup"), [*local, *github])


def state(scene: Scene, number: int) -> object:
    """Return what is there in the end, without what differs from one world to the next: ids and moments."""
    head = scene.world.head(branch_name(number))
    pulls = []
    for pull in scene.world.pulls():
        text, entries = read_state(pull.body)
        current = pull.state == "open" and entries.get("commit") == head
        pulls.append((pull.title, pull.state, text, current, {name: entries.get(name) for name in KEPT}))
    comments = []
    for said in scene.world.comments(number):
        text, entries = read_state(said.body)
        text = text.replace(f"/{scene.world.forge.name}/", "/SITE/")  # each world has its own
        comments.append((text, {name: entries.get(name) for name in ("told", "pull", "merged")}))
    files = scene.world.files(head) if head else {}
    files.pop("README.md", None)
    return pulls, comments, scene.world.issue_state(number), files


def quiet(scene: Scene) -> None:
    """Check that another sweep has nothing to do."""
    forge = Breaking(scene.world.forge)
    results = list(reconcile_all(forge, load_messages()))
    assert [done.error for done in results if done.error] == []
    assert forge.written == []


def look_at(number: int, forge: Breaking, *, sweep: bool) -> None:
    if sweep:
        for done in reconcile_all(forge, load_messages()):
            if done.error:
                raise done.error
    else:
        reconcile(number, forge, load_messages())


@on_forges(SETUPS)
def test_a_run_is_killed_at_any_write(kind: Kind, setup: Setup, tmp_path: Path) -> None:
    killed(kind, setup, tmp_path, sweep=False)


@on_forges(SWEPT)
def test_a_sweep_is_killed_at_any_write(kind: Kind, setup: Setup, tmp_path: Path) -> None:
    killed(kind, setup, tmp_path, sweep=True)


def killed(kind: Kind, setup: Setup, tmp_path: Path, *, sweep: bool) -> None:
    stage = Stage(kind, tmp_path, setup)
    with stage.scene() as (scene, number):
        forge = Breaking(scene.world.forge)
        look_at(number, forge, sweep=sweep)
        expected, writes = state(scene, number), len(forge.written)
        quiet(scene)
    for at, after in product(range(writes), (False, True)):
        with stage.scene() as (scene, number):
            with pytest.raises(BrokenError):
                look_at(number, Breaking(scene.world.forge, at=at, after=after), sweep=sweep)
            scene.sweep()
            assert state(scene, number) == expected, (at, after)
            quiet(scene)


@on_forges(SETUPS)
def test_another_run_comes_between_any_two_writes(kind: Kind, setup: Setup, tmp_path: Path) -> None:
    stage = Stage(kind, tmp_path, setup)
    with stage.scene() as (scene, number):
        forge = Breaking(scene.world.forge)
        look_at(number, forge, sweep=False)
        expected, writes = state(scene, number), len(forge.written)
    for at in range(writes):
        with stage.scene() as (scene, number):
            forge = Breaking(scene.world.forge)

            def other_run(write: int, at: int = at, scene: Scene = scene, number: int = number) -> None:
                if write == at:
                    scene.run(number)

            forge.between = other_run
            look_at(number, forge, sweep=False)
            assert state(scene, number) == expected, at
            quiet(scene)


@pytest.mark.parametrize("setup", [first, fixed, edited, base_moved, reopened])
def test_an_edit_and_its_run_come_between_any_two_writes(setup: Setup, tmp_path: Path) -> None:
    stage, answers = Stage("local", tmp_path, setup), {**DEMO_DAY, "location": "Nice"}
    with stage.scene() as (scene, number):
        forge = Breaking(scene.world.forge)
        look_at(number, forge, sweep=False)
        writes = len(forge.written)
        scene.edit(number, **answers)
        scene.run(number)
        expected = state(scene, number)
    for at in range(writes):
        with stage.scene() as (scene, number):
            forge = Breaking(scene.world.forge)

            def other_run(write: int, at: int = at, scene: Scene = scene, number: int = number) -> None:
                if write == at:
                    scene.edit(number, **answers)
                    scene.run(number)

            forge.between = other_run
            look_at(number, forge, sweep=False)
            assert state(scene, number) == expected, at
            quiet(scene)


def test_an_issue_is_closed_between_any_two_writes(tmp_path: Path) -> None:
    for at in (1, 2):
        with new_scene("local", tmp_path / str(at)) as scene:
            number = first(scene)
            forge = Breaking(scene.world.forge)

            def other_run(write: int, at: int = at, scene: Scene = scene, number: int = number) -> None:
                if write == at:
                    scene.world.edit_issue(number, state="closed")
                    scene.run(number)

            forge.between = other_run
            with suppress(AlmanacError):
                look_at(number, forge, sweep=False)
            assert branch_name(number) not in scene.world.forge.overview().heads
            assert [pull.state for pull in scene.world.pulls()] in ([], ["closed"])
            assert all("was closed" in said.body for said in scene.world.comments(number))
            quiet(scene)


@pytest.mark.parametrize("setup", [first, edited, base_moved, disputed_and_base_moved, closed, refused])
def test_three_runs_at_once(setup: Setup, tmp_path: Path) -> None:
    with new_scene("local", tmp_path / "one after the other") as scene:
        number = setup(scene)
        scene.run(number)
        expected = state(scene, number)
    with new_scene("local", tmp_path / "at once") as scene:
        number = setup(scene)
        assert isinstance(scene.world, LocalWorld)
        folder, troubles = scene.world.repo.folder, list[BaseException]()

        def go() -> None:
            try:
                reconcile(number, LocalForge(folder, lambda: NOW), load_messages())
            except AlmanacError as error:
                troubles.append(error)

        threads = [Thread(target=go) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        scene.sweep()
        assert state(scene, number) == expected
        quiet(scene)
        assert all(re.search("moved by someone else", str(trouble)) for trouble in troubles), troubles


def test_an_edit_that_comes_while_a_comment_is_written_is_not_overwritten(tmp_path: Path) -> None:
    with new_scene("local", tmp_path) as scene:
        number = scene.file(title="Demo Day", date="soon")
        forge = Breaking(scene.world.forge)

        def edited_and_looked_at(write: int) -> None:
            if write == 0:
                scene.edit(number, **DEMO_DAY)
                scene.run(number)

        forge.between = edited_and_looked_at
        reconcile(number, forge, load_messages())
        assert "ready for a maintainer" in scene.comment(number)


def test_two_comments_that_two_runs_wrote_at_once_become_one(tmp_path: Path) -> None:
    with new_scene("local", tmp_path) as scene:
        number = scene.proposed()
        assert isinstance(scene.world, LocalWorld)
        scene.world.comment(number, "almanac[bot]", scene.comment(number))
        scene.run(number)
        assert len(scene.world.comments(number)) == 1


def test_a_command_that_was_cut_short_is_done_once(tmp_path: Path) -> None:
    for at in range(3):
        with new_scene("local", tmp_path / str(at)) as scene:
            assert isinstance(scene.world, LocalWorld)
            scene.world.repo.git("config", "almanac.writer", "grace")
            number = scene.proposed()
            scene.by_hand(number, {"notes.md": b"mine\n"})
            said = CommentCommand(77, "grace", "/almanac recreate", number)
            with pytest.raises(BrokenError):
                reconcile(number, Breaking(scene.world.forge, at=at, after=True), load_messages(), comment=said)
            reconcile(number, scene.world.forge, load_messages(), comment=said)
            assert "notes.md" not in scene.files(number)
            scene.by_hand(number, {"notes.md": b"again\n"})
            reconcile(number, scene.world.forge, load_messages(), comment=said)
            assert "notes.md" in scene.files(number)
