"""What calendar, feed and structured data add to the requests of a first proposal: a read for each, and no write."""

from functools import cache

import pytest
from almanac.commands.build import build_files
from almanac.engine.run import reconcile
from almanac.renderer import load_messages

from tests.emulated import github_world
from tests.memory import memory_site
from tests.scenes import CONFIG, PAGE, Scene, site_files

pytestmark = pytest.mark.emulator
VIEWS = {"calendar": "events.ics", "feed": "feed.xml", "data": "_includes/events.json"}
ORGANIZER = "organizer: {name: Tea, url: 'https://tea.example/'}\n"


@cache
def cost(settings: str) -> tuple[int, int]:
    """Return the reads and writes of a first proposal on a site that was built."""
    files = {**site_files(), CONFIG: f"page: {PAGE}\n{settings}", "_config.yml": "url: https://tea.example\n"}
    built = build_files(memory_site(files)).files
    files |= {path: text for path, text in built.items() if text is not None}
    with github_world() as world:
        world.commit({**{path: text.encode() for path, text in files.items()}, "CNAME": b"tea.example\n"})
        number = Scene(world).file(title="Soup", date="2022-02-22")
        forge = world.connect(default_branch="main")
        world.emulator.proxy.requests.clear()
        assert reconcile(number, forge, load_messages()).plan.outcome == "created"
        return len(world.emulator.proxy.reads), len(world.emulator.proxy.writes)


@pytest.mark.parametrize("names", [["calendar"], ["feed"], ["data"], [*VIEWS]], ids="+".join)
def test_each_costs_a_read(names: list[str]) -> None:
    views = "".join(f"{name}: {VIEWS[name]}\n" for name in names)
    reads, writes = cost(ORGANIZER)
    assert cost(ORGANIZER + views) == (reads + len(names), writes)


def test_where_only_jekyll_s_config_says_the_address_that_is_read_once() -> None:
    reads, writes = cost("")
    views = "".join(f"{name}: {path}\n" for name, path in VIEWS.items())
    assert cost(views) == (reads + len(VIEWS) + 1, writes)


def test_a_file_for_each_event_costs_nothing() -> None:
    reads, writes = cost(ORGANIZER)
    assert cost(f"{ORGANIZER}calendar: 'calendars/{{id}}.ics'\n") == (reads, writes)
