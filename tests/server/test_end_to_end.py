"""The whole way: an issue is filed on the emulated GitHub, its webhook tells the server, a pull request is there."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.filing import GOVERNMENTS_ANSWERS, body
from tests.server.github import AppWorld
from tests.server.postgres import Cluster
from tests.server.serving import Served, app_environment, wait_for

pytestmark = pytest.mark.emulator
Start = Callable[..., Served]


@pytest.fixture
def start(world: AppWorld, tmp_path: Path) -> Iterator[Start]:
    started: list[Served] = []

    def begin(**more: str) -> Served:
        environment = app_environment(GITHUB_API_URL=world.emulator.url, **more)
        started.append(Served(tmp_path, environment))
        return started[-1]

    yield begin
    for server in started:
        server.stop()


def propose(world: AppWorld) -> int:
    return world.file_issue("New event", body(**GOVERNMENTS_ANSWERS), labels=("event",))


def proposal(world: AppWorld, number: int) -> bool:
    return bool(world.comments(number)) and any(pull.head == f"almanac/issue-{number}" for pull in world.pulls())


def test_a_filed_issue_becomes_a_pull_request_and_a_comment(world: AppWorld, start: Start) -> None:
    server = start()
    # What the first sweep finds must not stand in for the delivery.
    wait_for(lambda: "swept" in server.look().text, what="the first sweep")
    world.hook.target = server.url
    number = propose(world)
    wait_for(lambda: proposal(world, number), what="a proposal")
    wait_for(lambda: "created" in server.look().text, what="the outcome on the status page")
    assert len(world.pulls()) == 1
    assert 'almanac_deliveries_total{event="issues",status="202"} 1.0' in server.look("/metrics").text
    assert server.stop() == 0


@pytest.mark.postgres
def test_two_processes_share_the_work(world: AppWorld, start: Start, cluster: Cluster) -> None:
    database = cluster.database()
    first, second = (start(ALMANAC_DATABASE_URL=database) for _ in range(2))
    numbers = []
    for server in (first, second):
        world.hook.target = server.url
        numbers.append(propose(world))
    for number in numbers:
        wait_for(partial(proposal, world, number), what="a proposal")
    assert sorted(pull.head for pull in world.pulls()) == sorted(f"almanac/issue-{number}" for number in numbers)
    assert [len(world.comments(number)) for number in numbers] == [1, 1]
