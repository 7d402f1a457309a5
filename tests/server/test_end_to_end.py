"""The whole way: an issue is filed on the emulated GitHub, its webhook tells the server, a pull request is there."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from almanac.proposal.names import ADOPT_BRANCH, DASHBOARD_LABEL
from almanac.proposal.onboarding import Box

from tests.emulated import OWNER, GitHubWorld
from tests.engine.test_history_offers import BRANCH as LYON_BRANCH
from tests.engine.test_history_offers import LYON, ON_PAGE
from tests.engine.test_history_offers import settings as history_settings
from tests.engine.test_onboarding import REFERENCE, SITES
from tests.filing import GOVERNMENTS_ANSWERS, body
from tests.scenes import CONFIG, DEMO_DAY, PAGE
from tests.server.github import INSTALLATION, AppWorld
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


def proposal(world: GitHubWorld, number: int) -> bool:
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


@pytest.mark.long
def test_a_box_that_is_ticked_on_the_dashboard_is_done_at_once(world: AppWorld, start: Start) -> None:
    server = start()
    world.hook.target = server.url
    number = propose(world)
    wait_for(lambda: proposal(world, number), what="a proposal")

    def board() -> dict[str, Any] | None:
        found = world.ask("GET", f"issues?labels={DASHBOARD_LABEL}&state=all")
        return found[0] if len(found) == 1 else None

    world.commit({CONFIG: f"page: {PAGE}\ndashboard: true\n".encode(), "about.md": b"x\n"})
    found = wait_for(board, what="the dashboard")
    assert found["user"]["type"] == "Bot"
    world.commit({"about.md": b"y\n"})  # nothing that the proposal is made of
    head = world.head(f"almanac/issue-{number}")
    world.edit_issue(found["number"], body=found["body"].replace("- [ ]", "- [x]"))
    wait_for(lambda: world.head(f"almanac/issue-{number}") != head, what="the proposal that is built anew")
    wait_for(lambda: "- [x]" not in (board() or {"body": "- [x]"})["body"], what="the box that is empty again")
    assert world.comments(found["number"]) == []


@pytest.mark.long
def test_the_app_is_installed_on_sites_of_all_kinds(world: AppWorld, start: Start, tmp_path: Path) -> None:
    kinds = {"no": REFERENCE, **SITES, "nothing": {"setup.py": ""}}
    worlds = {kind: GitHubWorld(world.emulator) for kind in kinds}
    for kind, one in worlds.items():
        one.commit({path: text.encode() for path, text in kinds[kind].items()})
    nothing = worlds.pop("nothing")

    def offers() -> list[int]:
        """Count the offers of each site."""
        return [sum(pull.head == ADOPT_BRANCH for pull in one.pulls()) for one in worlds.values()]

    installed = {
        "action": "created",
        "installation": {"id": INSTALLATION, "account": {"login": OWNER}},
        "repositories": [{"id": one.ask("GET")["id"], "full_name": one.name} for one in (*worlds.values(), nothing)],
    }
    server = start()
    world.hook.target = server.url
    server.deliver("installation", installed)
    wait_for(lambda: offers() == [1] * len(worlds), what="an offer for each site")
    declined = worlds.pop("no")
    declined.close_pull(1)
    for one in worlds.values():
        one.merge(1)
    numbers = {kind: one.file_issue("New event", body(**DEMO_DAY), labels=("event",)) for kind, one in worlds.items()}
    for kind, number in numbers.items():
        wait_for(partial(proposal, worlds[kind], number), what=f"a proposal on {kind}")
    # Another server without any memory looks at all sites anew.
    server.stop()
    again = start(ALMANAC_DATA_DIR=str(tmp_path / "another"))
    world.hook.target = again.url
    again.deliver("installation", installed)
    wait_for(lambda: "refused" in again.look().text, what="the look at the site that said no")
    assert offers() == [1] * len(worlds)
    assert [pull.head for pull in declined.pulls()] == [ADOPT_BRANCH]
    assert nothing.pulls() == []
    assert again.stop() == 0


@pytest.mark.long
def test_lines_in_the_settings_make_a_further_history(world: AppWorld, start: Start) -> None:
    server = start()
    world.hook.target = server.url
    world.commit({CONFIG: history_settings(ON_PAGE).encode(), "lyon.md": LYON.encode()})
    offer = wait_for(lambda: next((pull for pull in world.pulls() if pull.head == LYON_BRANCH), None), what="the offer")
    head = world.head(LYON_BRANCH)
    mark = Box("shape", "house", "").mark
    ticked = [line.replace("[ ]", "[x]", 1) if mark in line else line for line in offer.body.split("\n")]
    world.ask("PATCH", f"pulls/{offer.number}", {"body": "\n".join(ticked)})
    wait_for(lambda: world.head(LYON_BRANCH) != head, what="the offer that follows the box")
    world.merge(offer.number)
    number = world.file_issue("New event", body(**DEMO_DAY), labels=("event-lyon",))
    wait_for(lambda: proposal(world, number), what="a proposal")
    assert b"### January 20th, 2022:  Demo Day" in world.files(world.head(f"almanac/issue-{number}") or "")["lyon.md"]
