"""A sweep that writes for several issues at once: whichever request fails, each issue ends as if it had been alone."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from almanac.defaults import load_messages
from almanac.engine.sweep import reconcile_all
from almanac.errors import AlmanacError
from almanac.forge.github.client import Throttle
from almanac.proposal.marker import pull_state
from almanac.proposal.names import branch_name
from almanac.proposal.state import Pull

from tests.emulated import BOT, GitHubWorld
from tests.proxy import Answer, Request
from tests.scenes import Scene, new_scene

pytestmark = pytest.mark.emulator
USUAL = [("answer lost", 1), ("executed in part", 1), ("executed in part", 2)]
SENT = [1, 2, 3]  # places of a sweep's writes: what is made, what follows it, and the last edit of what was rebuilt
# The issues: one that is rebuilt, two that are new, and one with a problem.
DAYS = {"Old": "2022-05-01", "Event 2": "2022-05-02", "Event 3": "2022-05-03", "Broken": "soon"}
WAYS: dict[str, Answer | None] = {
    "refused": Answer(502),
    "answer lost": Answer(502, lost=True),
    "not executed": Answer(200, {"data": None, "errors": [{"message": "Something went wrong while executing"}]}),
    "executed in part": None,
    "killed before": Answer(0),
    "killed after": Answer(0, lost=True),
}


@pytest.fixture(autouse=True)
def _no_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("almanac.forge.github.repository.Throttle", partial(Throttle, sleep=lambda _: None))


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with new_scene("github", tmp_path, config="rebuild: always\n") as made:
        for number, (title, day) in enumerate(DAYS.items()):
            made.file(title=title, date=day)
            if number == 0:
                made.sweep()
                made.move_base()
        yield made


def site(scene: Scene) -> GitHubWorld:
    assert isinstance(scene.world, GitHubWorld)
    return scene.world


def sweep(scene: Scene) -> list[AlmanacError]:
    """Look at all issues with a forge of its own, and return what failed."""
    return [done.error for done in reconcile_all(site(scene).connect(), load_messages()) if done.error]


def filed(scene: Scene) -> list[int]:
    """Return the numbers of the issues, in their order."""
    return [one["number"] for one in reversed(site(scene).ask("GET", "issues?state=all")) if "pull_request" not in one]


def is_write(request: Request) -> bool:
    return request.path == "/graphql" and not request.is_read


def check(scene: Scene) -> None:
    """Check that each issue has what it should, once, and that there is nothing more to do."""
    world = site(scene)
    world.emulator.proxy.clear()
    world.emulator.proxy.trouble = world.like_github
    for _ in range(2):
        assert sweep(scene) == []
    world.emulator.proxy.requests.clear()
    assert sweep(scene) == []
    assert world.emulator.proxy.writes == []
    pulls = {pull.head: pull for pull in world.pulls() if pull.state == "open" and "issue" in pull.head}
    assert sorted(pull.title.partition("\u2013")[2].split(" #")[0].strip() for pull in pulls.values()) == [
        *("Event 2", "Event 3", "Old")
    ]
    assert len([pull for pull in world.pulls() if "issue" in pull.head]) == 3
    for branch, pull in pulls.items():
        number, state = int(branch.rpartition("-")[2]), pull_state(Pull(0, "", pull.body))
        assert state.commit == world.head(branch) == world.head(branch_name(number))
        assert world.parents(state.commit or "") == (world.head("main"),)
        comments = [said.body for said in world.comments(number)]
        assert len(comments) == 1
        assert f"#{pull.number}" in comments[0]
    assert [len(world.comments(number)) for number in filed(scene)] == [1, 1, 1, 1]


def failing(scene: Scene, at: int, way: str, seen: list[Request]) -> Callable[[Request], Answer | None]:
    """Let the write at this place fail in this way; a run that was killed is dead from then on."""

    def trouble(request: Request) -> Answer | None:
        if is_write(request):
            seen.append(request)
        if len(seen) > at and way.startswith("killed"):
            return Answer(0)
        if not is_write(request) or len(seen) != at:
            return site(scene).like_github(request)
        return WAYS[way] or in_part(scene, request)

    return trouble


def in_part(scene: Scene, request: Request) -> Answer:
    """Have the last third of a document's writes fail by themselves."""
    given = {name: dict(one) for name, one in request.body["variables"].items()}
    for name in [*given][-max(1, len(given) // 3) :]:
        changed = given[name].keys() & {"repositoryId", "pullRequestId", "subjectId", "id"}
        given[name] |= {**dict.fromkeys(changed, "nothing"), **({} if changed else {"expectedHeadOid": "0" * 40})}
    world = site(scene)
    body = {**request.body, "variables": given}
    return Answer(200, world.emulator.ask("POST", "/graphql", body, token=world.token(BOT)))


@pytest.mark.parametrize(
    ("way", "at"),
    [
        pytest.param(way, at, marks=[pytest.mark.long] * ((way, at) not in USUAL), id=f"{way}-{at}")
        for way in WAYS
        for at in SENT
    ],
)
def test_each_issue_ends_as_if_it_had_been_alone(scene: Scene, way: str, at: int) -> None:
    seen = list[Request]()
    site(scene).emulator.proxy.trouble = failing(scene, at, way, seen)
    with suppress(AlmanacError):
        sweep(scene)
    assert len(seen) >= at
    assert len(seen[0].body["variables"]) == 2 + 2 * 3 + 1
    check(scene)


def test_a_branch_that_somebody_else_makes_meanwhile_is_of_one_issue_alone(scene: Scene) -> None:
    world = site(scene)
    taken = branch_name(filed(scene)[1])

    def trouble(request: Request) -> Answer | None:
        if is_write(request) and not world.head(taken):
            world.restore_branch(taken, world.head("main") or "")
            world.commit({"theirs.md": b"x"}, branch=taken)
        return world.like_github(request)

    world.emulator.proxy.trouble = trouble
    assert sweep(scene) == []
    theirs = world.head(taken) or ""
    assert world.files(theirs)["theirs.md"] == b"x"
    assert len([pull for pull in world.pulls() if pull.state == "open" and "issue" in pull.head]) in (2, 3)
    assert world.message(theirs) == "By hand"
