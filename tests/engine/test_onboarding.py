"""The offer of Almanac: one pull request on a site without settings, followed, merged, or declined for good."""

import json
import re
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from almanac import config as configs
from almanac.commands.offered import adopt
from almanac.config import CHANGE_FORM, Config
from almanac.defaults import load_messages
from almanac.engine.offering import offer_adoption
from almanac.engine.planner import Planner
from almanac.engine.run import Done
from almanac.engine.sweep import reconcile_all
from almanac.errors import NoCommitError
from almanac.forge.protocol import Forge
from almanac.packaged import example
from almanac.proposal.command import CommentCommand
from almanac.proposal.hidden import read_state
from almanac.proposal.marker import pull_state
from almanac.proposal.names import ADOPT_BRANCH
from almanac.proposal.onboarding import Box
from almanac.proposal.state import EDITS, LABELS, Overview, Pull

from tests.breaking import Breaking, BrokenError
from tests.emulated import OWNER, GitHubWorld
from tests.filing import body
from tests.forge.worlds import LocalWorld, World, open_world
from tests.offers import offer_of, text_of
from tests.scenes import DEMO_DAY, FORGES

PAGE = "past-working-groups.md"
REFERENCE = {PAGE: example(f"ospo/{PAGE}")}
TALK = "---\nlayout: talk\ntitle: Talk {number}\ndate: {day}\n---\nAbout {number}.\n"
TALKS = {
    f"_talks/{day}-talk.md": TALK.format(number=number, day=day)
    for number, day in enumerate(("2025-03-04", "2025-04-01", "2025-05-06", "2025-06-03"), 1)
}
COLLECTION = {
    "_config.yml": "title: Talks\ncollections:\n  talks:\n    output: true\n",
    "index.md": "---\n---\n{% for talk in site.talks %}\n- {{ talk.title }}\n{% endfor %}\n",
    **TALKS,
}
LIST = {
    "_config.yml": "title: Talks\n",
    "_data/meetups.yml": "".join(
        f'- title: "Meetup {day}"\n  date: 2025-0{day}-04\n  place: Library\n' for day in (6, 5, 4, 3)
    ),
    "index.md": "---\n---\n{% for one in site.data.meetups %}\n- {{ one.date }} {{ one.title }}\n{% endfor %}\n",
}
TWO_PAGES = {
    "past-events.md": "# Past events\n\n" + "".join(f"- 2025-0{month}-02: Talk {month}\n" for month in (6, 5, 4, 3)),
    "meetups.md": "# Meetups\n\n" + "".join(f"- 2024-0{month}-02: Meetup {month}\n" for month in (6, 5, 4, 3)),
}
IN_HTML = {
    "_config.yml": "title: Club\n",
    "events.html": "---\nlayout: default\n---\n<h1>Club</h1>\n<ul>\n"
    + "".join(f"  <li>{day} October 202{year}: Bats {day}</li>\n" for day, year in ((8, 5), (2, 5), (9, 4), (3, 4)))
    + "</ul>\n",
}
SITES = {
    "a page": REFERENCE,
    "a page in HTML": IN_HTML,
    "a collection": COLLECTION,
    "a list": LIST,
    "two pages": TWO_PAGES,
}


@pytest.fixture(params=FORGES)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    with open_world(request.param, tmp_path / "site") as made:
        yield made


@pytest.fixture
def local(tmp_path: Path) -> Iterator[World]:
    with open_world("local", tmp_path / "site") as made:
        yield made


def put(world: World, files: dict[str, str]) -> None:
    world.commit({path: text.encode() for path, text in files.items()})


def sweep(world: World, comment: CommentCommand | None = None, forge: Any = None) -> list[Done]:
    def onboard(planner: Planner, overview: Overview) -> Done | None:
        return offer_adoption(planner, overview, adopt, comment)

    return list(reconcile_all(forge or world.forge, load_messages(), onboard=onboard))


def outcomes(done: list[Done]) -> list[str | None]:
    return [one.plan.outcome for one in done]


def offer(world: World) -> Pull:
    pull = world.forge.newest_pull(ADOPT_BRANCH)
    assert pull
    return pull


def offered(world: World) -> dict[str, str]:
    """Return the files of the offer that are not on the base."""
    head, base = world.head(ADOPT_BRANCH), world.head(world.base)
    assert head
    assert base
    before = world.files(base)
    return {path: data.decode() for path, data in world.files(head).items() if before.get(path) != data}


def tick(world: World, option: str, value: str) -> None:
    """Tick a box as people do on GitHub."""
    pull, mark = offer(world), Box(option, value, "").mark
    lines = pull.body.split("\n")
    assert any(mark in line for line in lines)
    ticked = [line.replace("- [ ]", "- [x]", 1) if mark in line else line for line in lines]
    world.forge.edit_pull(pull.number, body="\n".join(ticked))


@pytest.mark.parametrize("site", SITES)
def test_what_is_merged_takes_an_event(world: World, site: str) -> None:
    put(world, SITES[site])
    assert outcomes(sweep(world)) == ["created"]
    assert outcomes(sweep(world)) == ["unchanged"]
    files = offered(world)
    assert {configs.PATH, Config().form, CHANGE_FORM} <= files.keys()
    assert not any(path.startswith(".github/workflows") or path in SITES[site] for path in files)
    text = offer(world).body
    assert all(f"`{path}`" in text for path in files if not path.startswith("_data/events/"))
    world.merge(offer(world).number)
    # On GitHub a form gives its issues a label only if there is one.
    missing = [] if isinstance(world, LocalWorld) else [LABELS]
    assert [done.plan.subject for done in sweep(world)] == missing
    assert sweep(world) == []
    number = world.file_issue("New event", body(**DEMO_DAY), labels=("event",))
    assert outcomes(sweep(world)) == ["created"]
    assert world.head(f"almanac/issue-{number}")
    assert [pull.head for pull in world.pulls()] == [ADOPT_BRANCH, f"almanac/issue-{number}"]


def test_a_no_is_remembered_until_somebody_who_may_write_takes_it_back(world: World) -> None:
    put(world, REFERENCE)
    sweep(world)
    number = offer(world).number
    world.close_pull(number)
    stranger = CommentCommand(7, "mallory", "/almanac adopt", number)
    elsewhere = CommentCommand(8, "octo", "/almanac adopt", number + 1)
    world.let_in("octo")
    for comment in (None, stranger, elsewhere):
        assert outcomes(sweep(world, comment)) == ["refused"]
    assert offer(world).state == "closed"
    asked = CommentCommand(9, "octo", "/almanac adopt", number)
    assert outcomes(sweep(world, asked)) == ["unchanged"]
    assert (offer(world).number, offer(world).state) == (number, "open")
    world.close_pull(number)
    # A delivery may come twice.
    assert outcomes(sweep(world, asked)) == ["refused"]
    assert len(world.pulls()) == 1


def test_without_its_branch_it_is_another_pull_request(local: World) -> None:
    put(local, REFERENCE)
    sweep(local)
    number = offer(local).number
    local.close_pull(number)
    local.delete_branch(ADOPT_BRANCH)
    assert outcomes(sweep(local)) == ["refused"]
    local.let_in("octo")
    asked = CommentCommand(9, "octo", "/almanac adopt", number)
    assert outcomes(sweep(local, asked)) == ["created"]
    assert offer(local).number != number
    local.close_pull(offer(local).number)
    assert outcomes(sweep(local, asked)) == ["refused"]


def test_what_was_merged_is_offered_anew_when_somebody_asks(local: World) -> None:
    put(local, {"_config.yml": "title: Club\n", "events.md": UNREAD})
    sweep(local)
    number = offer(local).number
    local.merge(number)
    put(local, {"events.md": TWO_PAGES["meetups.md"]})
    local.commit({configs.PATH: None, Config().form: None, CHANGE_FORM: None, "past-events.md": None})
    assert outcomes(sweep(local)) == ["unchanged"]
    local.let_in("octo")
    assert outcomes(sweep(local, CommentCommand(9, "octo", "/almanac adopt", number))) == ["created"]
    assert offer(local).number != number
    assert "`events.md`: 4 events." in offer(local).body
    assert outcomes(sweep(local)) == ["unchanged"]


def first(world: World) -> CommentCommand | None:
    put(world, TWO_PAGES)
    return None


def ticked(world: World) -> CommentCommand | None:
    first(world)
    sweep(world)
    tick(world, "calendar", "events.ics")
    return None


def ticked_with_a_commit(world: World) -> CommentCommand | None:
    ticked(world)
    world.commit({"a:note.md": b"mine\n"}, branch=ADOPT_BRANCH)
    return None


def asked_for_again(world: World) -> CommentCommand | None:
    ticked(world)
    world.let_in("octo")
    world.close_pull(offer(world).number)
    return CommentCommand(9, "octo", "/almanac adopt", offer(world).number)


def set_up_by_hand(world: World) -> CommentCommand | None:
    first(world)
    sweep(world)
    put(world, {path: text for path, text in offered(world).items() if path.startswith(".github/")})
    return None


def there(world: World) -> object:
    pulls = [(pull.state, read_state(pull.body)[0]) for pull in world.pulls()]
    head = world.head(ADOPT_BRANCH)
    return pulls, world.files(head) if head else {}


@pytest.mark.parametrize(
    "scene",
    [
        first,
        ticked_with_a_commit,
        *(pytest.param(one, marks=pytest.mark.long) for one in (ticked, asked_for_again, set_up_by_hand)),
    ],
)
def test_a_run_that_is_killed_at_any_write_is_finished_by_the_next(
    scene: Callable[[World], CommentCommand | None], tmp_path: Path
) -> None:
    with open_world("local", tmp_path / "whole") as world:
        comment, forge = scene(world), Breaking(world.forge)
        sweep(world, comment, forge)
        expected, writes = there(world), len(forge.written)
    assert writes
    for at, after in product(range(writes), (False, True)):
        with open_world("local", tmp_path / f"{at}-{after}") as world:
            comment = scene(world)
            with pytest.raises(BrokenError):
                sweep(world, comment, Breaking(world.forge, at=at, after=after))
            sweep(world, comment)
            assert there(world) == expected
            quiet = Breaking(world.forge)
            sweep(world, comment, quiet)
            assert quiet.written == []


def test_what_is_ticked_is_what_is_offered(world: World) -> None:
    put(world, TWO_PAGES)
    sweep(world)
    first = "past-events.md" if "past-events.md" in offered(world)[configs.PATH] else "meetups.md"
    other = next(page for page in TWO_PAGES if page != first)
    before = {path for path in offered(world) if path.startswith("_data/events/")}
    tick(world, "page", other)
    tick(world, "calendar", "events.ics")
    assert outcomes(sweep(world)) == ["updated"]
    files = offered(world)
    assert f"page: {other}" in files[configs.PATH]
    assert "calendar: events.ics" in files[configs.PATH]
    assert files["events.ics"].count("BEGIN:VEVENT") == 4
    assert before.isdisjoint(files)
    ticked = [line for line in offer(world).body.split("\n") if line.startswith("- [x]")]
    assert [line for line in ticked if "shape" not in line] == [
        f"- [x] `{other}` (4 events) {Box('page', other, '').mark}",
        f"- [x] A calendar that readers can subscribe to (events.ics) {Box('calendar', 'events.ics', '').mark}",
    ]
    assert outcomes(sweep(world)) == ["unchanged"]


def test_a_shape_is_chosen(local: World) -> None:
    put(local, REFERENCE)
    sweep(local)
    assert not any(path.endswith("section.md.j2") for path in offered(local))
    tick(local, "shape", "plain")
    assert outcomes(sweep(local)) == ["updated"]
    assert any(path.endswith("section.md.j2") for path in offered(local))
    assert dict(pull_state(offer(local)).choices)["shape"] == "plain"


def test_a_shape_that_was_chosen_is_that_of_its_page_alone(local: World) -> None:
    put(local, {**REFERENCE, "meetups.md": TWO_PAGES["meetups.md"]})
    sweep(local)
    tick(local, "page", PAGE)
    sweep(local)
    tick(local, "shape", "plain")
    sweep(local)
    assert "section_template" in offered(local)[configs.PATH]
    tick(local, "page", "meetups.md")
    sweep(local)
    assert "page: meetups.md" in offered(local)[configs.PATH]
    assert "cannot be had" not in offer(local).body
    assert outcomes(sweep(local)) == ["unchanged"]


def test_what_cannot_be_had_is_said_and_changes_nothing(local: World) -> None:
    put(local, TWO_PAGES)
    sweep(local)
    before, pull = offered(local), offer(local)
    mark = Box("page", "no-such-page.md", "").mark
    forged = pull.body.replace("- [x]", f"- [x] a page {mark}\n- [ ]", 1)
    local.forge.edit_pull(pull.number, body=forged)
    assert outcomes(sweep(local)) == ["updated"]
    assert offered(local) == before
    assert "There is no such page." in offer(local).body
    assert "no-such-page" not in json.dumps(dict(pull_state(offer(local)).choices))


@pytest.mark.parametrize(("site", "kind"), [(COLLECTION, "file.md"), (LIST, "entry.yml")], ids=["files", "a list"])
def test_a_template_of_files_or_a_list_is_followed_as_it_is_on_the_branch(
    local: World, site: dict[str, str], kind: str
) -> None:
    put(local, site)
    sweep(local)
    path = f".github/almanac/{kind}.j2"
    assert f"To have it written otherwise, edit `{path}`" in offer(local).body
    text = offered(local)[path].replace(
        "title:", "topic: owls\n  title:" if kind == "entry.yml" else "topic: owls\ntitle:"
    )
    local.commit({path: text.encode()}, branch=ADOPT_BRANCH)
    assert outcomes(sweep(local)) == ["updated"]
    assert outcomes(sweep(local)) == ["unchanged"]
    assert "topic: owls" in offer(local).body
    assert offered(local)[path] == text


def test_what_people_commit_is_kept_and_followed(world: World) -> None:
    put(world, TWO_PAGES)
    sweep(world)
    form = offered(world)[Config().form].replace("name: ", "name: Our ", 1)
    other = "meetups.md" if "page: past-events.md" in offered(world)[configs.PATH] else "past-events.md"
    world.commit({Config().form: form.encode(), configs.PATH: f"page: {other}\n".encode()}, branch=ADOPT_BRANCH)
    theirs = world.head(ADOPT_BRANCH)
    assert outcomes(sweep(world)) == ["updated"]
    files = offered(world)
    assert (files[Config().form], files[configs.PATH]) == (form, f"page: {other}\n")
    year = "2024" if other == "meetups.md" else "2025"
    records = [path for path in files if path.startswith("_data/events/")]
    assert len(records) == 4
    assert all(path.startswith(f"_data/events/{year}") for path in records)
    head = world.head(ADOPT_BRANCH)
    assert head
    assert world.parents(head) == (theirs,)
    assert outcomes(sweep(world)) == ["unchanged"]
    assert "Somebody has changed" in offer(world).body


MEETUPS = "# Meetups\n\n" + "".join(
    f"## March {day}, 2025: Meetup {day}\n\n- When: 9am ET, {hour}pm CET\n- Place: Library\n\nWe met.\n\n"
    for day, hour in ((7, 5), (6, 3), (5, 3), (4, 3))
)


def test_pages_templates_and_settings_are_taken_as_they_are_on_the_branch(local: World) -> None:
    put(local, {"_config.yml": "title: Club\n", "meetups.md": MEETUPS})
    sweep(local)
    assert "`meetups.md`, line 5: `9am ET, 5pm CET` \u2192 `9am ET, 3pm CET` / `" in offer(local).body
    path = next(path for path in offered(local) if path.endswith("section.md.j2"))
    changed = {"meetups.md": MEETUPS.replace("5pm", "3pm"), path: offered(local)[path].replace("- Place:", "- Venue:")}
    local.commit({name: text.encode() for name, text in changed.items()}, branch=ADOPT_BRANCH)
    assert outcomes(sweep(local)) == ["updated"]
    assert outcomes(sweep(local)) == ["unchanged"]
    assert "5pm" not in offer(local).body
    assert "- Venue: Room 1" in offer(local).body
    settings = offered(local)[configs.PATH] + "calendar: events.ics\nlanguage: de\n"
    local.commit({configs.PATH: settings.encode()}, branch=ADOPT_BRANCH)
    assert outcomes(sweep(local)) == ["updated"]
    assert outcomes(sweep(local)) == ["unchanged"]
    files = offered(local)
    assert files["events.ics"].count("BEGIN:VEVENT") == 4
    assert "Titel" in files[Config().form]
    assert "- Venue: Raum 1" in offer(local).body
    assert "missing" not in offer(local).body
    local.merge(offer(local).number)
    assert [done for done in sweep(local) if done.plan.subject == EDITS] == []


def test_a_file_on_the_branch_that_is_larger_than_is_read_is_not_taken_and_it_says_so(local: World) -> None:
    put(local, {"_config.yml": "title: Club\n", "meetups.md": MEETUPS})
    sweep(local)
    settings = offered(local)[configs.PATH] + "# More words.\n" * 5_000
    local.commit({configs.PATH: settings.encode()}, branch=ADOPT_BRANCH)
    assert outcomes(sweep(local)) == ["updated"]
    assert "Almanac reads no more than 64 KiB." in offer(local).body
    assert outcomes(sweep(local)) == ["unchanged"]


AHEAD = "# Meetups\n\n## Upcoming\n\n- **2099-03-04**: Owls\n- **2099-02-04**: Bats\n\n## Past\n\n"


@pytest.mark.parametrize("page", [MEETUPS, MEETUPS.replace("## March", "### March").replace("# Meetups\n\n", AHEAD)])
def test_settings_that_name_a_template_of_ours_keep_it(local: World, page: str) -> None:
    put(local, {"_config.yml": "title: Club\n", "meetups.md": page})
    sweep(local)
    before = offered(local)
    local.commit({configs.PATH: f"{before[configs.PATH]}dashboard: true\n".encode()}, branch=ADOPT_BRANCH)
    assert outcomes(sweep(local)) == ["updated"]
    assert "missing" not in offer(local).body
    assert offered(local).keys() == before.keys()
    assert "- Place: Room 1" in offer(local).body


SECTION = ".github/almanac/section.md.j2"


def test_settings_that_name_another_page_get_the_template_of_that_page(local: World) -> None:
    put(local, IN_HTML | {"meetups.md": MEETUPS + MEETUPS.replace("2025", "2024")})
    sweep(local)
    assert "page: meetups.md" in offered(local)[configs.PATH]
    settings = offered(local)[configs.PATH].replace("page: meetups.md", "page: events.html")
    local.commit({configs.PATH: settings.encode()}, branch=ADOPT_BRANCH)
    assert outcomes(sweep(local)) == ["updated"]
    assert outcomes(sweep(local)) == ["unchanged"]
    assert "<li>" in offered(local)[SECTION]
    assert "<li>8 October 2025: " in offer(local).body.partition("A made-up one")[2]


@pytest.mark.parametrize("settings", ["page: events.html\n", "page: events.html\nlanguage: en\nfeed: feed.xml\n"])
def test_settings_that_name_no_template_get_that_of_the_page_and_how_to_name_it(local: World, settings: str) -> None:
    put(local, IN_HTML)
    sweep(local)
    local.commit({configs.PATH: settings.encode()}, branch=ADOPT_BRANCH)
    assert outcomes(sweep(local)) == ["updated"]
    assert outcomes(sweep(local)) == ["unchanged"]
    assert f"Put the line `section_template: {SECTION}`" in offer(local).body
    assert "<li>" in offered(local)[SECTION]
    assert "No event was found" not in offer(local).body
    local.commit({configs.PATH: f"{settings}section_template: {SECTION}\n".encode()}, branch=ADOPT_BRANCH)
    assert outcomes(sweep(local)) == ["updated"]
    assert outcomes(sweep(local)) == ["unchanged"]
    assert "Put the line" not in offer(local).body
    assert "<li>8 October 2025: " in offer(local).body.partition("A made-up one")[2]
    local.merge(offer(local).number)
    assert [done for done in sweep(local) if done.plan.subject == EDITS] == []


def test_the_shape_that_was_chosen_stays_when_settings_are_edited(local: World) -> None:
    put(local, {"_config.yml": "title: Club\n", "meetups.md": MEETUPS})
    sweep(local)
    tick(local, "shape", "plain")
    sweep(local)
    before = offered(local)
    local.commit({configs.PATH: f"{before[configs.PATH]}dashboard: true\n".encode()}, branch=ADOPT_BRANCH)
    assert outcomes(sweep(local)) == ["updated"]
    assert outcomes(sweep(local)) == ["unchanged"]
    assert offered(local)[SECTION] == before[SECTION]


def test_it_follows_the_page_and_is_left_alone_by_other_commits(local: World) -> None:
    put(local, REFERENCE)
    sweep(local)
    head = local.head(ADOPT_BRANCH)
    local.commit({"about.md": b"# About\n"})
    assert outcomes(sweep(local)) == ["unchanged"]
    assert local.head(ADOPT_BRANCH) == head
    page = REFERENCE[PAGE].replace("### ", "### December 9th, 2021:  More\n\n- Topic:  Another\n\n### ", 1)
    local.commit({PAGE: page.encode()})
    assert outcomes(sweep(local)) == ["updated"]
    assert any(path.startswith("_data/events/2021-12-09") for path in offered(local))


def test_a_page_with_an_event_that_is_too_long_is_named_beside_the_new_one(local: World) -> None:
    put(local, {"_config.yml": "title: Club\n", "meetups.md": MEETUPS + "We talked on. " * 25_000})
    assert outcomes(sweep(local)) == ["created"]
    assert "meetups.md" not in offered(local)
    assert "**Don't merge this yet if you want to keep `" in offer(local).body
    assert "This record has" in offer(local).body
    assert outcomes(sweep(local)) == ["unchanged"]


def test_a_repository_that_is_no_site_is_left_alone(local: World) -> None:
    put(local, {"setup.py": "", "CHANGELOG.md": "# Changes\n\n## 1.0 (2024-03-01)\n\n- First\n"})
    assert sweep(local) == []
    assert local.pulls() == []


def test_a_site_without_events_gets_a_page_for_them(local: World) -> None:
    put(local, {"_config.yml": "title: Club\n", "index.md": "---\n---\n# Club\n"})
    assert outcomes(sweep(local)) == ["created"]
    assert "events.md" in offered(local)
    assert "No events yet." in offer(local).body


UNREAD = "---\n---\n# Events\n" + "We met on May 3, 2024, and had tea.\n" * 4


def test_a_new_page_whose_address_is_taken_gets_the_next_name_and_it_says_so(local: World) -> None:
    put(local, {"_config.yml": "title: Club\n", "events/index.html": "---\n---\n<h1>Events</h1>\n<p>Soon.</p>\n"})
    assert outcomes(sweep(local)) == ["created"]
    assert "past-events.md" in offered(local)
    assert "`events/index.html`" in offer(local).body
    assert outcomes(sweep(local)) == ["unchanged"]
    local.commit({configs.PATH: b"page: events.md\n"}, branch=ADOPT_BRANCH)
    assert outcomes(sweep(local)) == ["updated"]
    assert "as in `page: past-events.md`" in offer(local).body


def test_a_page_that_is_longer_than_is_read_is_named(local: World) -> None:
    put(local, {"_config.yml": "title: Club\n", "meetings.html": "<li>2025-03-04: Owls</li>\n" * 90_000})
    assert outcomes(sweep(local)) == ["created"]
    assert len(re.findall("`meetings.html`: This file has .* MiB, and Almanac reads", offer(local).body)) == 1
    assert "Don't merge this yet if you want to keep `meetings.html`" in offer(local).body


def test_where_nothing_can_be_offered_the_run_says_why(local: World) -> None:
    put(local, {"hugo.toml": "title = 'Club'\n", "events.md": UNREAD})
    (done,) = sweep(local)
    assert (done.plan.outcome, local.pulls()) == ("waiting", [])
    assert done.plan.problems


def test_without_being_asked_nothing_is_offered(local: World) -> None:
    put(local, REFERENCE)
    forge: Forge = local.forge
    with pytest.raises(Exception, match="form"):
        list(reconcile_all(forge, load_messages()))
    assert local.pulls() == []


def test_boxes_count_only_where_they_are_offered(local: World) -> None:
    mark = Box("feed", "feed.xml", "").mark
    put(
        local,
        {"_config.yml": "title: C\n", "events.md": "".join(f"- [x] 2025-0{n}-02: Talk {n} {mark}\n" for n in (4, 3))},
    )
    sweep(local)
    assert f"Talk 4 {mark}" in offer(local).body
    assert outcomes(sweep(local)) == ["unchanged"]
    said = f"> - [x] a feed {mark}\n\n~~~\n- [x] a feed {mark}\n~~~\n\n- [x] what {Box('what', 'x', '').mark}\n\n"
    local.forge.edit_pull(offer(local).number, body=said + offer(local).body)
    sweep(local)
    assert "feed" not in offered(local)[configs.PATH]
    assert outcomes(sweep(local)) == ["unchanged"]


def test_one_wrong_choice_leaves_the_others(local: World) -> None:
    put(local, TWO_PAGES)
    sweep(local)
    tick(local, "calendar", "events.ics")
    sweep(local)
    for path in ("../../etc/passwd", "/etc/passwd", ".git/config", "a" * 600):
        pull = offer(local)
        local.forge.edit_pull(pull.number, body=f"- [x] a page {Box('page', path, '').mark}\n{pull.body}")
        sweep(local)
        assert "calendar: events.ics" in offered(local)[configs.PATH]
        assert "There is no such page." in offer(local).body
        assert "--new" not in offer(local).body
    page = re.findall("^page: (.*)", offered(local)[configs.PATH], re.MULTILINE)[0]
    local.commit({page: None, "moved.md": TWO_PAGES[page].encode()})
    sweep(local)
    sweep(local)
    assert page not in offered(local)[configs.PATH]
    assert "calendar: events.ics" in offered(local)[configs.PATH]
    assert outcomes(sweep(local)) == ["unchanged"]


def test_the_button_that_takes_in_the_base_is_nobodys_change(local: World) -> None:
    put(local, REFERENCE)
    sweep(local)
    local.commit({"about.md": b"# About\n", PAGE: REFERENCE[PAGE].encode() + b"\nBye\n"})
    local.join(ADOPT_BRANCH, local.base)
    sweep(local)
    assert "Somebody has" not in offer(local).body
    assert not pull_state(offer(local)).kept
    assert outcomes(sweep(local)) == ["unchanged"]


@pytest.mark.parametrize("path", ["a:b.md", "con.md", "-->.md", "na\u00efve\u200b.md", 'quo`te".md'])
def test_files_of_people_stay_whatever_they_are_called(local: World, path: str) -> None:
    put(local, TWO_PAGES)
    sweep(local)
    local.commit({path: b"mine\n"}, branch=ADOPT_BRANCH)
    for option, value in (("calendar", "events.ics"), ("feed", "feed.xml")):
        tick(local, option, value)
        sweep(local)
        assert outcomes(sweep(local)) == ["unchanged"]
    assert {path, "events.ics", "feed.xml"} <= offered(local).keys()


def test_settings_that_people_delete_or_break_are_told(local: World) -> None:
    put(local, REFERENCE)
    sweep(local)
    local.commit({configs.PATH: b"page: [\n"}, branch=ADOPT_BRANCH)
    assert outcomes(sweep(local)) == ["updated"]
    assert "`.github/almanac.yml`, line 2" in offer(local).body
    local.commit({configs.PATH: None, ".github/logo.png": b"\x00"}, branch=ADOPT_BRANCH)
    assert outcomes(sweep(local)) == ["updated"]
    assert "Somebody has deleted `.github/almanac.yml`" in offer(local).body
    assert configs.PATH not in offered(local)
    assert outcomes(sweep(local)) == ["unchanged"]


def test_an_offer_to_a_site_that_was_set_up_otherwise_is_closed(world: World) -> None:
    set_up_by_hand(world)
    assert outcomes(sweep(world))[:1] == ["closed"]
    assert (offer(world).state, pull_state(offer(world)).closed_by) == ("closed", "almanac")
    assert "`.github/almanac.yml` is on its main branch" in offer(world).body
    world.commit({configs.PATH: None, Config().form: None})
    assert outcomes(sweep(world)) == ["unchanged"]
    assert len(world.pulls()) == 1


def test_what_cannot_be_read_is_named_until_it_is_mended(local: World) -> None:
    put(local, {"_config.yml": "title: Club\n", "events.md": UNREAD})
    assert outcomes(sweep(local)) == ["created"]
    assert outcomes(sweep(local)) == ["unchanged"]
    assert "`events.md`, line 4: No event was found on this page" in offer(local).body
    assert "([more](https://" in offer(local).body
    assert "Don't merge this yet if you want to keep `events.md`" in offer(local).body
    assert "past-events.md" in offered(local)
    put(local, {"events.md": TWO_PAGES["meetups.md"]})
    assert outcomes(sweep(local)) == ["updated"]
    assert "`events.md`: 4 events." in offer(local).body
    assert "past-events.md" not in offered(local)
    # When it cannot be read any more, the offer stays, and says so.
    before, text = local.head(ADOPT_BRANCH), read_state(offer(local).body)[0]
    put(local, {"events.md": UNREAD})
    assert outcomes(sweep(local)) == ["waiting"]
    assert outcomes(sweep(local)) == ["waiting"]
    assert "I can't bring this pull request up to date" in offer(local).body
    assert offer(local).body.count("### What I found") == 1
    assert read_state(offer(local).body)[0].endswith(text)
    assert (local.head(ADOPT_BRANCH), len(local.pulls())) == (before, 1)
    put(local, {"events.md": TWO_PAGES["meetups.md"]})
    assert outcomes(sweep(local)) == ["updated"]
    assert read_state(offer(local).body)[0] == text
    local.close_pull(offer(local).number)
    put(local, {"events.md": UNREAD})
    assert outcomes(sweep(local)) == ["refused"]
    assert len(local.pulls()) == 1


POSTS = {
    f"_posts/2025-0{month}-20-talk.md": f"---\ntitle: Talk {month}\ndate: 2025-0{month}-20\n---\n"
    f"We meet on {month} March 2025.\n"
    for month in (2, 1, 4)
}
PUBLISHED = "may say when an event was published"


@pytest.mark.parametrize("site", ["alone", "beside a page", "of another generator"])
def test_a_doubtful_folder_is_taken_if_somebody_ticks_it(local: World, site: str) -> None:
    posts, folder = {"_config.yml": "title: Club\n", **POSTS}, "_posts"
    if site == "beside a page":
        posts |= {"past-events.md": TWO_PAGES["past-events.md"]}
    elif site == "of another generator":
        folder = "content/events"
        posts = {"hugo.toml": "", **{path.replace("_posts", folder): text for path, text in POSTS.items()}}
    put(local, posts)
    assert outcomes(sweep(local)) == ["created"]
    before, page = offered(local), "content/events.md" if site == "of another generator" else "events.md"
    page = "past-events.md" if site == "beside a page" else page
    assert (page in before, f"page: {page}\n" in before[configs.PATH]) == (page not in posts, True)
    assert f"- [ ] `{folder}` (3 events) {Box('page', folder, '').mark}" in offer(local).body
    assert offer(local).body.count(PUBLISHED) == 1
    assert ("Don't merge this yet" in offer(local).body) == (page not in posts)
    tick(local, "page", folder)
    assert outcomes(sweep(local)) == ["updated"]
    assert outcomes(sweep(local)) == ["unchanged"]
    assert page not in offered(local)
    assert f"files: {folder}/{{date}}" in offered(local)[configs.PATH]
    found, choose = offer(local).body.split("### Choose")
    assert "title: A sample event" in found
    assert PUBLISHED in found.split("**Please look at this.**")[-1]
    assert PUBLISHED not in choose
    assert "Don't merge this yet" not in found
    tick(local, "page", page)
    assert outcomes(sweep(local)) == ["updated"]
    assert offered(local) == before
    assert outcomes(sweep(local)) == ["unchanged"]


def test_of_folders_of_seasons_the_newest_can_be_ticked() -> None:
    days = ("2024-2025/2024-11-05", "2024-2025/2025-03-04", "2025-2026/2025-11-04", "2025-2026/2026-02-03")
    files = {f"_talks/{day}.md": TALK.format(number=at, day=day[10:]) for at, day in enumerate(days)}
    made = offer_of({"_config.yml": "title: Talks\n", **files})
    assert made
    text = text_of(made)
    assert "Only 2 of 4 events would be known" in text
    assert "- [ ] `_talks/2025-2026` (2 events)" in text
    assert "`_talks` (" not in text
    chosen = offer_of({"_config.yml": "title: Talks\n", **files}, {**made.choices, "page": "_talks/2025-2026"})
    assert chosen
    assert "files: _talks/2025-2026/{date}.md" in chosen.files[configs.PATH]
    assert "- [x] `_talks/2025-2026` (2 events)" in text_of(chosen)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"_events/a.rst": "a", "_events/b.rst": "b"}, "a folder can hold files in Markdown"),
        ({"_events/a.md": "---\ntitle: A\n---\n", "_events/b.md": "---\ntitle: B\n---\n"}, "such as `date: "),
        ({"_events/a.md": "Hi\n", "_events/b.md": "Ho\n"}, "Give each a title and a day at its top"),
        ({"_data/events.yml": "- title: A\n- title: B\n"}, "Give each a key for its day"),
        ({"_data/events.csv": "title\nA\nB\n"}, "Add a column for the day of each"),
        ({"_data/events.yml": "[]\n"}, "Add the first ones by hand."),
    ],
)
def test_what_cannot_be_taken_has_no_box_and_is_told_what_to_change(files: dict[str, str], words: str) -> None:
    made = offer_of({"_config.yml": "title: Club\n", **files})
    assert made
    assert made.choices["beside"] == "events.md"
    text = text_of(made)
    assert words in text
    assert '{"page"' not in text


HTML_PAGE = "---\n---\n<h2>Events</h2>\n" + "<p>May 3, 2024<br>We had tea</p><hr>\n" * 2 + "<b>May 4, 2024</b> Tea\n"
LOOP = "---\n---\n# Events\n\n{% for event in site.data.calendar %}\n- {{ event.title }}\n{% endfor %}\n"


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(
    ("page", "english", "german"),
    [
        (HTML_PAGE, "or leave this page as it is.", "oder lass diese Seite, wie sie ist."),
        (LOOP, "or leave it as it is.", "oder lass sie, wie sie ist."),
    ],
    ids=["HTML", "Liquid"],
)
def test_a_page_that_cannot_be_read_has_a_next_step_for_a_browser(
    local: World, page: str, english: str, german: str, language: str
) -> None:
    put(local, {"_config.yml": f"title: Club\nlang: {language}\n", "events.md": page})
    assert outcomes(sweep(local)) == ["created"]
    text = offer(local).body
    assert (english if language == "en" else german) in text
    assert ("([more](https://" if language == "en" else "([mehr](https://") in text
    assert "--" not in read_state(text)[0].replace("<!--", "").replace("-->", "")
    assert ("The events of" in text or "No event was found" in text) == (language == "en")


@pytest.mark.parametrize(("kind", "words"), [("fork", "It is a fork"), ("closed", "It is archived")])
def test_forks_and_archives_are_left_alone(
    local: World, kind: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(local, REFERENCE)
    monkeypatch.setattr(local.forge, "kind", lambda: kind)
    (done,) = sweep(local)
    assert words in done.plan.reason
    assert (done.plan.outcome, local.pulls()) == ("unchanged", [])


@pytest.mark.emulator
def test_an_empty_repository_has_nothing_to_look_at(tmp_path: Path) -> None:
    with open_world("github", tmp_path) as world:
        assert isinstance(world, GitHubWorld)
        name = f"{world.name}-empty"
        token = world.token(OWNER)
        world.emulator.ask("POST", "/user/repos", {"name": name.partition("/")[2]}, token=token)
        for has_graphql in (True, False):
            forge = world.connect(repository=name, token=token)
            forge.has_graphql = has_graphql
            with pytest.raises(NoCommitError, match="has no"):
                sweep(world, forge=forge)
            assert forge.kind() == "own"


def test_a_long_event_leaves_room_for_the_boxes(local: World) -> None:
    long = "".join(f"## June {n}, 2025: Talk\n\n{'word ' * 20_000 if n > 4 else 'Short'}\n\n" for n in (5, 4, 3))
    put(local, {"_config.yml": "title: Club\n", "events.md": long})
    sweep(local)
    assert len(offer(local).body) < 20_000
    assert Box("calendar", "events.ics", "").mark in offer(local).body


@pytest.mark.emulator
def test_many_files_are_read_in_few_requests(tmp_path: Path) -> None:
    with open_world("github", tmp_path) as world:
        assert isinstance(world, GitHubWorld)
        days = [f"2025-{month:02}-{day:02}" for month in range(1, 9) for day in range(1, 6)]
        put(world, COLLECTION | {f"_talks/{day}-talk.md": TALK.format(number=day, day=day) for day in days})
        put(world, {f"docs/{day}.html": f"<p>{day}</p>\n" * (20_000 if day == days[0] else 1) for day in days})
        forge = world.connect()
        world.emulator.proxy.requests.clear()
        assert outcomes(sweep(world, forge=forge)) == ["created"]
        assert len(world.emulator.proxy.reads) <= 10
