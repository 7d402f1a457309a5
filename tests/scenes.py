"""Scenes for tests of a proposal's life: a site on either forge, what people do there, and what Almanac makes of it."""

import atexit
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path

import pytest
from almanac.config import CHANGE_FORM
from almanac.defaults import load_messages
from almanac.engine.run import Done, reconcile
from almanac.engine.sweep import reconcile_all
from almanac.event.record import write_record
from almanac.form.schema import read_form
from almanac.packaged import example, template
from almanac.page.importer import import_page
from almanac.proposal.marker import PullState, comment_marker, pull_state
from almanac.proposal.names import branch_name
from almanac.proposal.state import Pull
from almanac.renderer import house_renderer
from almanac.times.zones import Zones

from tests.emulated import GitHubWorld
from tests.filing import body
from tests.forge.worlds import Kind, LocalWorld, SeenPull, World, open_world

PAGE = "past-working-groups.md"
FORM, CONFIG, RECORDS = ".github/ISSUE_TEMPLATE/new-event.yml", ".github/almanac.yml", "_data/events"
RECORD = f"{RECORDS}/2022-01-20-demo-day.yml"
DEMO_DAY = {"title": "Demo Day", "date": "2022-01-20", "when": "9am ET, 3pm CET"}
FORGES = ["local", pytest.param("github", marks=pytest.mark.emulator)]
both_forges = pytest.mark.parametrize("scene", FORGES, indirect=True)
"""Runs a test on both forges; without it, the fixture `scene` is a site on this disk."""


@cache
def site_files() -> dict[str, str]:
    """Return the reference page, imported into records, and the form."""
    page = example(f"ospo/{PAGE}")
    records = {
        f"{RECORDS}/{event.id}.yml": write_record(event)
        for event in import_page(page, house_renderer(), Zones.of()).events
    }
    return {PAGE: page, FORM: template("site/new-event.yml"), CHANGE_FORM: change_form(), **records}


def change_form() -> str:
    """Return the text of Almanac's own form for changes."""
    return template("site/change-event.yml")


@contextmanager
def new_scene(kind: Kind, folder: Path, *, config: str = "") -> Iterator["Scene"]:
    """Make a site that has taken the reference page over."""
    if kind == "local":
        shutil.copytree(local_site(config), folder / "a site")
        yield Scene(LocalWorld(folder / "a site"))
        return
    with open_world(kind, folder) as world:
        if isinstance(world, GitHubWorld):
            world.ask("POST", "labels", {"name": "event", "color": "ededed"})  # as on any site that has begun
        scene = Scene(world)
        scene.take_over_page(config)
        yield scene


@cache
def local_site(config: str) -> Path:
    """Make such a site as a clone on this disk, once for all tests: they get copies."""
    folder = Path(tempfile.mkdtemp(prefix="almanac-scene-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    world = LocalWorld(folder / "a site")
    Scene(world).take_over_page(config)
    world.repo.git("repack", "-a", "-d", "--quiet")  # fewer files to copy
    return world.repo.folder


class Stage:
    """Scenes that all begin alike; on this disk, what leads up to the beginning is done once and then copied."""

    def __init__(self, kind: Kind, folder: Path, setup: Callable[["Scene"], int]) -> None:
        """Take the forge, a folder to work in, and what leads up to the beginning: it returns an issue's number."""
        self._kind, self._folder, self._setup = kind, folder, setup
        self._made: tuple[Path, int] | None = None
        self._names = count()

    @contextmanager
    def scene(self) -> Iterator[tuple["Scene", int]]:
        """Set the scene."""
        folder = self._folder / str(next(self._names))
        if self._kind != "local":
            with new_scene(self._kind, folder) as scene:
                yield scene, self._setup(scene)
            return
        if self._made is None:
            with new_scene("local", self._folder / "made") as scene:
                assert isinstance(scene.world, LocalWorld)
                self._made = scene.world.repo.folder, self._setup(scene)
        shutil.copytree(self._made[0], folder)
        yield Scene(LocalWorld(folder)), self._made[1]


class Scene:
    """One site, and what people and Almanac do there."""

    def __init__(self, world: World) -> None:
        """Take the world it is in."""
        self.world = world

    def take_over_page(self, config: str) -> None:
        """Commit the reference page with its records, the form and a config."""
        files = {**site_files(), CONFIG: f"page: {PAGE}\n{config}"}
        self.world.commit({path: text.encode() for path, text in files.items()})

    def file(self, *, by: str = "ada", **answers: str) -> int:
        """File an issue with the form."""
        return self.world.file_issue("New event", body(**answers), labels=("event",), author=by)

    def ask(self, *, by: str = "grace", **answers: str) -> int:
        """File an issue with the form for changes."""
        text = body(read_form(change_form(), CHANGE_FORM), **answers)
        return self.world.file_issue("Change an event", text, labels=("event",), author=by)

    def ask_again(self, number: int, **answers: str) -> None:
        """Edit what such an issue asks for."""
        self.world.edit_issue(number, body=body(read_form(change_form(), CHANGE_FORM), **answers))

    def edit(self, number: int, **answers: str) -> None:
        """Edit an issue's answers."""
        self.world.edit_issue(number, body=body(**answers))

    def run(self, number: int) -> Done:
        """Look at one issue."""
        return reconcile(number, self.world.forge, load_messages())

    def sweep(self) -> list[Done]:
        """Look at all."""
        return list(reconcile_all(self.world.forge, load_messages()))

    def proposed(self, **answers: str) -> int:
        """File an issue and let it be proposed."""
        number = self.file(**(answers or DEMO_DAY))
        assert self.run(number).plan.outcome == "created"
        return number

    def head(self, number: int) -> str:
        """Return the head of an issue's branch."""
        head = self.world.head(branch_name(number))
        assert head
        return head

    def files(self, number: int) -> dict[str, bytes]:
        """Return the files of an issue's branch."""
        return self.world.files(self.head(number))

    def page(self, number: int) -> str:
        """Return the page of an issue's branch."""
        return self.files(number)[PAGE].decode()

    def record(self, number: int, path: str = RECORD) -> str:
        """Return the record of an issue's branch."""
        return self.files(number)[path].decode()

    def move_base(self, files: dict[str, bytes | None] | None = None) -> str:
        """Move the base, on a site where every branch has to be up to date; return the new commit."""
        config = self.world.files(self.world.forge.base().commit)[CONFIG].decode().replace("rebuild: always\n", "")
        always = {CONFIG: f"{config}rebuild: always\n".encode()}
        return self.world.commit(always | ({"about.md": b"x\n"} if files is None else files))

    def by_hand(self, number: int, files: dict[str, bytes | None]) -> str:
        """Someone commits to an issue's branch."""
        return self.world.commit(files, branch=branch_name(number))

    def edit_record(self, number: int, old: str, new: str) -> None:
        """Someone edits the record on the branch."""
        text = self.record(number)
        assert old in text
        self.by_hand(number, {RECORD: text.replace(old, new).encode()})

    def edit_page(self, number: int, old: str, new: str) -> None:
        """Someone edits the page on the branch."""
        text = self.page(number)
        assert old in text
        self.by_hand(number, {PAGE: text.replace(old, new).encode()})

    def pull(self, number: int) -> SeenPull:
        """Return the newest pull request of an issue."""
        return [pull for pull in self.world.pulls() if pull.head == branch_name(number)][-1]

    def memory(self, number: int) -> PullState:
        """Return what the marker of that pull request holds."""
        return pull_state(Pull(number, "", self.pull(number).body))

    def comment(self, number: int) -> str:
        """Return our one comment."""
        marker = comment_marker(number)
        [ours] = [each for each in self.world.comments(number) if each.ours and marker in each.body]
        return ours.body

    def alerts(self, number: int) -> list[str]:
        """Return our other comments."""
        marker = comment_marker(number)
        return [each.body for each in self.world.comments(number) if each.ours and marker not in each.body]

    def everything(self, number: int) -> object:
        """Return all that a run could have written for an issue."""
        world = self.world
        return world.head(branch_name(number)), world.pulls(), world.comments(number), world.issue_state(number)

    def base_page(self) -> str:
        """Return the page on the base."""
        return self.world.files(self.world.forge.base().commit)[PAGE].decode()
