"""What calendar, feed and structured data add to the requests of a first proposal: nothing, as a rule."""

from functools import cache

import pytest
from almanac.commands.build import build_files
from almanac.defaults import load_messages
from almanac.engine.run import reconcile

from tests.emulated import github_world
from tests.memory import memory_site
from tests.scenes import CONFIG, PAGE, Scene, site_files

pytestmark = pytest.mark.emulator
VIEWS = {"calendar": "events.ics", "feed": "feed.xml", "data": "_includes/events.json"}
EACH = "calendar: [events.ics, 'calendars/{id}.ics']\n"
ORGANIZER = "organizer: {name: Tea, url: 'https://tea.example/'}\n"
SETTINGS = {"_config.yml": "url: https://tea.example\n"}
DOMAIN = {"_config.yml": "title: Tea\n", "CNAME": "tea.example\n"}
NOWHERE = {"_config.yml": "title: Tea\n"}


def cost(settings: str, others: dict[str, str], *, built: bool = True) -> tuple[int, int]:
    """Return the reads and writes of a first proposal."""
    files = {**site_files(), CONFIG: f"page: {PAGE}\n{settings}", **others}
    if built:
        files |= {path: text for path, text in build_files(memory_site(files)).files.items() if text is not None}
    with github_world() as world:
        world.commit({path: text.encode() for path, text in files.items()})
        number = Scene(world).file(title="Soup", date="2022-02-22")
        forge = world.connect(default_branch="main")
        world.emulator.proxy.requests.clear()
        assert reconcile(number, forge, load_messages()).plan.outcome == "created"
        return len(world.emulator.proxy.reads), len(world.emulator.proxy.writes)


@cache
def alone() -> tuple[int, int]:
    """Return what it costs where no view but the page is in use."""
    return cost("", DOMAIN)


def of(*names: str) -> str:
    return "".join(f"{name}: {VIEWS[name]}\n" for name in names)


@pytest.mark.parametrize(
    ("settings", "others"),
    [
        pytest.param(of("calendar"), DOMAIN, id="calendar"),
        pytest.param(of("feed"), DOMAIN, id="feed"),
        pytest.param(of("data"), DOMAIN, id="data"),
        pytest.param(of(*VIEWS), DOMAIN, id="all, address in CNAME"),
        pytest.param(of(*VIEWS), SETTINGS, id="all, address in Jekyll's settings"),
        pytest.param(of(*VIEWS), NOWHERE, id="all, no address"),
        pytest.param(of(*VIEWS) + ORGANIZER, DOMAIN, id="all, address of the organizer"),
        pytest.param(EACH, DOMAIN, id="a file for each event"),
        pytest.param("calendar: 'calendars/{id}.ics'\n" + ORGANIZER, DOMAIN, id="that alone"),
    ],
)
def test_they_come_with_the_page(settings: str, others: dict[str, str]) -> None:
    assert cost(settings, others) == alone()


def test_before_the_first_build_the_settings_are_read_once() -> None:
    reads, writes = alone()
    assert cost(of(*VIEWS), DOMAIN, built=False) == (reads + 2, writes)
    assert cost(of(*VIEWS), SETTINGS, built=False) == (reads + 1, writes)
