"""Scenes for tests of a proposal's life: a site on either forge, what people do there, and what runs make of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.kit import make_kit
from bot.proposals.marker import Memory, recall
from bot.proposals.state import branch_name
from bot.reconcile import Done, reconcile, reconcile_all
from bot.resources import example, template
from tests.filing import body
from tests.forge.worlds import Kind, Offered, World, open_world

PAGE = "past-working-groups.md"
RECORD = "_data/events/2022-01-20-demo-day.yml"
DEMO_DAY = {"title": "Demo Day", "date": "2022-01-20", "when": "9am ET, 3pm CET"}
FORGES = ["local", pytest.param("github", marks=pytest.mark.emulator)]


@contextmanager
def new_scene(kind: Kind, folder: Path, *, config: str = "") -> Iterator["Scene"]:
    """Make a site with the reference page, the form and a config."""
    with open_world(kind, folder) as world:
        files = {
            PAGE: example(f"ospo/{PAGE}"),
            ".github/almanac.yml": f"page: {PAGE}\n{config}",
            ".github/ISSUE_TEMPLATE/new-event.yml": template("site/new-event.yml"),
        }
        world.commit({path: text.encode() for path, text in files.items()})
        yield Scene(world)


class Scene:
    """One site, and what people and Almanac do there."""

    def __init__(self, world: World) -> None:
        """Take the world it is in."""
        self.world = world

    def file(self, *, by: str = "ada", **answers: str) -> int:
        """File an issue with the form."""
        return self.world.file_issue("New event", body(**answers), labels=("event",), author=by)

    def edit(self, number: int, **answers: str) -> None:
        """Edit an issue's answers."""
        self.world.edit_issue(number, body=body(**answers))

    def run(self, number: int) -> Done:
        """Look at one issue."""
        return reconcile(number, self.world.forge, make_kit())

    def sweep(self) -> list[Done]:
        """Look at all."""
        return list(reconcile_all(self.world.forge, make_kit()))

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

    def by_hand(self, number: int, files: dict[str, bytes | None]) -> str:
        """Somebody commits to an issue's branch."""
        return self.world.commit(files, branch=branch_name(number))

    def edit_record(self, number: int, old: str, new: str) -> None:
        """Somebody edits the record on the branch."""
        text = self.record(number)
        assert old in text
        self.by_hand(number, {RECORD: text.replace(old, new).encode()})

    def edit_page(self, number: int, old: str, new: str) -> None:
        """Somebody edits the page on the branch."""
        text = self.page(number)
        assert old in text
        self.by_hand(number, {PAGE: text.replace(old, new).encode()})

    def pull(self, number: int) -> Offered:
        """Return the newest pull request of an issue."""
        return [pull for pull in self.world.pulls() if pull.head == branch_name(number)][-1]

    def memory(self, number: int) -> Memory:
        """Return what the marker of that pull request says."""
        return recall(self.pull(number).body)

    def comment(self, number: int) -> str:
        """Return our one comment."""
        [ours] = [each for each in self.world.comments(number) if each.ours]
        return ours.body

    def everything(self, number: int) -> object:
        """Return all that a run could have written for an issue."""
        world = self.world
        return world.head(branch_name(number)), world.pulls(), world.comments(number), world.issue_state(number)

    def base_page(self) -> str:
        """Return the page on the base."""
        return self.world.files(self.world.forge.base().commit)[PAGE].decode()
