"""The dashboard: one issue that shows what waits for somebody, kept current by sweeps, with boxes that people tick."""

from pathlib import Path
from typing import Any, cast

import pytest
from almanac.defaults import load_messages
from almanac.engine.run import Done, reconcile
from almanac.engine.sweep import reconcile_all
from almanac.errors import ConfigError, UserError
from almanac.forge.github.files import BlobCache
from almanac.forge.protocol import Forge
from almanac.proposal.dashboard import MARK
from almanac.proposal.hidden import read_state
from almanac.proposal.names import DASHBOARD_LABEL
from almanac.proposal.state import DASHBOARD, Issue

from tests.breaking import Breaking
from tests.emulated import GitHubWorld
from tests.scenes import CONFIG, DEMO_DAY, FORM, PAGE, RECORD, Scene, both_forges

OF_IT = "Event dashboard"


@pytest.fixture
def scene(scene: Scene) -> Scene:
    turn(scene, on=True)
    return scene


def turn(scene: Scene, *, on: bool) -> None:
    scene.world.commit({CONFIG: f"page: {PAGE}\n{'dashboard: true' if on else ''}\n".encode()})


def became(done: list[Done]) -> str | None:
    [outcome] = [one.plan.outcome for one in done if one.plan.subject == DASHBOARD] or [None]
    return outcome


def dashboards(scene: Scene) -> list[Issue]:
    everything = (scene.world.forge.issue(number) for number in range(1, 12))
    return [issue for issue in everything if issue and issue.title == OF_IT]


def board(scene: Scene) -> Issue:
    [issue] = dashboards(scene)
    return issue


def tick(scene: Scene, number: int) -> None:
    box = f'{{"again": "{number}"}}'
    lines = [line.replace("[ ]", "[x]") if box in line else line for line in board(scene).body.split("\n")]
    assert "\n".join(lines) != board(scene).body
    scene.world.edit_issue(board(scene).number, body="\r\n".join(lines))


@both_forges
def test_it_is_one_issue_that_follows_what_waits(scene: Scene) -> None:
    number = scene.proposed()
    scene.file(title="Soup", date="soon")
    assert became(scene.sweep()) == "created"
    there = board(scene)
    assert there.labels == (DASHBOARD_LABEL,)
    assert there.body.startswith(MARK)
    assert "**For a maintainer (1).**" in there.body
    assert "Demo Day" in there.body
    assert "**For whoever filed it (1).**" in there.body
    assert "New York is on EST, not EDT" in there.body
    if isinstance(scene.world, GitHubWorld):
        assert f"](../pull/{scene.pull(number).number})" in there.body
    assert became(scene.sweep()) == "unchanged"
    # What nobody wrote there comes to nothing, and what is closed is left alone, until it is opened again.
    scene.world.edit_issue(there.number, body="Mine!")
    assert became(scene.sweep()) == "updated"
    assert board(scene).body == there.body
    scene.world.edit_issue(there.number, state="closed")
    scene.world.merge(scene.pull(number).number)
    assert became(scene.sweep()) == "unchanged"
    assert board(scene).body == there.body
    scene.world.edit_issue(there.number, state="open")
    assert became(scene.sweep()) == "updated"
    assert "**For a maintainer" not in board(scene).body
    turn(scene, on=False)
    assert became(scene.sweep()) is None


@both_forges
def test_a_ticked_box_asks_once_and_for_nothing_else(scene: Scene) -> None:
    number, other = scene.proposed(), scene.proposed(title="Tea", date="2022-02-01")
    scene.by_hand(other, {"mine.md": b"mine\n"})
    scene.sweep()
    scene.world.commit({"about.md": b"x\n"})  # nothing that the proposals are made of
    before = scene.head(number)
    tick(scene, number)
    done = {one.plan.issue: one.plan.outcome for one in scene.sweep()}
    assert done[number] == "updated"
    assert scene.head(number) != before
    assert "[x]" not in board(scene).body
    # Nobody asks for what people have committed to, nor for what is not there.
    assert f'{{"again": "{other}"}}' not in board(scene).body
    boxes = "".join(f'- [x] mine <!-- almanac:box {{"again": "{one}"}} -->\n' for one in ("99", other, "-1", "٣"))
    scene.world.edit_issue(board(scene).number, body=f"{boxes}{board(scene).body}")
    after = scene.head(number), scene.files(other)["mine.md"]
    assert became(scene.sweep()) == "updated"
    assert (scene.head(number), scene.files(other)["mine.md"]) == after
    assert "mine" not in board(scene).body
    assert became(scene.sweep()) == "unchanged"


def test_a_form_that_cannot_be_read_is_said_there(scene: Scene) -> None:
    scene.sweep()
    scene.world.commit({FORM: b"name: [\n"})
    with pytest.raises(ConfigError):
        scene.sweep()
    assert "**To correct on the main branch (1).**" in board(scene).body
    assert "new-event.yml" in board(scene).body


def unreadable(scene: Scene, more: str = "", times: int = 2) -> None:
    """Have a mistake in the settings, and sweeps that stumble over it."""
    scene.world.commit({CONFIG: f"page: {PAGE}\nlanguag: de\n{more}".encode()})
    for _ in range(times):
        with pytest.raises(ConfigError):
            scene.sweep()


def test_settings_that_cannot_be_read_are_said_there(scene: Scene) -> None:
    scene.proposed()
    scene.sweep()
    before = board(scene).body
    unreadable(scene, "language: de\ndashboard: true\n")
    assert "`.github/almanac.yml`, Zeile 2: `languag`" in board(scene).body
    assert "Demo Day" not in board(scene).body
    turn(scene, on=True)
    scene.sweep()
    assert board(scene).body == before


@both_forges
def test_without_one_they_are_said_on_the_first_proposal_alone_until_they_are_mended(scene: Scene) -> None:
    turn(scene, on=False)
    first, second = scene.proposed(), scene.proposed(title="Tea", date="2022-02-01")
    scene.sweep()
    before = [one.body for number in (first, second) for one in scene.world.comments(number)]
    unreadable(scene)
    [told] = scene.world.comments(first)
    assert "`.github/almanac.yml`, line 2: `languag`" in told.body
    assert [one.body for one in scene.world.comments(second)] == before[1:]
    turn(scene, on=False)
    scene.sweep()
    assert [one.body for number in (first, second) for one in scene.world.comments(number)] == before
    assert "notice" not in read_state(scene.pull(first).body)[1]
    assert all(one.plan.writes == () for one in scene.sweep())


@pytest.mark.parametrize("dashboard", [False, True])
def test_a_page_that_is_not_there_is_said_once_and_where_a_person_sees_it(scene: Scene, dashboard: bool) -> None:
    turn(scene, on=dashboard)
    first, second = scene.proposed(), scene.proposed(title="Tea", date="2022-02-01")
    scene.sweep()
    before = [one.body for number in (first, second) for one in scene.world.comments(number)]
    more = "dashboard: true" if dashboard else ""
    scene.world.commit({CONFIG: f"page: pgae.md\n{more}\n".encode()})
    for _ in range(2):
        assert {str(one.error) for one in scene.sweep() if one.plan.issue} == {
            "pgae.md: The history page is missing; `page` in the config names it."
        }
    seen = [one.body for number in (first, second) for one in scene.world.comments(number)]
    if dashboard:
        assert "The history page is missing" in board(scene).body
        assert seen == before
    else:
        assert "The history page is missing" in seen[0]
        assert seen[1:] == before[1:]
    turn(scene, on=dashboard)
    scene.sweep()
    assert [one.body for number in (first, second) for one in scene.world.comments(number)] == before
    assert all(one.plan.writes == () for one in scene.sweep())


def test_what_people_have_to_decide_about_a_page_is_said_where_it_is(scene: Scene) -> None:
    scene.world.merge(scene.pull(scene.proposed()).number)
    scene.sweep()
    commit = scene.world.forge.base().commit
    there = {path: scene.world.forge.read(commit, path) or b"" for path in (PAGE, RECORD)}
    new = {PAGE: b"Day of demos", RECORD: b"Demonstrations"}
    scene.world.commit({path: text.replace(b"Demo Day", new[path]) for path, text in there.items()})
    scene.sweep()
    body = board(scene).body
    assert "**To correct on the main branch (1).**" in body
    assert "This section and its record were both changed" in body
    assert "Edits made by hand" not in body


def test_settings_that_cannot_be_read_are_told_on_the_issue_until_they_are_mended(scene: Scene) -> None:
    scene.world.commit({CONFIG: f"page: {PAGE}\nlanguag: de\n".encode()})
    number = scene.file()
    for _ in range(2):
        with pytest.raises(ConfigError):
            reconcile(number, scene.world.forge, load_messages())
    [comment] = scene.world.comments(number)
    assert "I can't read this site's settings" in comment.body
    assert "`.github/almanac.yml`, line 2" in comment.body
    turn(scene, on=False)
    scene.sweep()
    [comment] = scene.world.comments(number)
    assert "I can't read" not in comment.body
    assert "need your help" in comment.body


def test_a_calendar_that_the_settings_ask_for_is_no_edit(scene: Scene) -> None:
    scene.world.merge(scene.pull(scene.proposed()).number)
    scene.world.commit({CONFIG: f"page: {PAGE}\ncalendar: events.ics\n".encode()})
    scene.sweep()
    pull = scene.world.pulls()[-1]
    assert "The settings ask for the files below" in pull.body
    assert "- `events.ics`" in pull.body
    assert "by hand" not in pull.title + pull.body


def test_a_box_that_is_ticked_while_a_sweep_looks_waits_for_the_next(scene: Scene) -> None:
    scene.proposed()
    scene.sweep()
    scene.proposed(title="Tea", date="2022-02-01")
    forge: Any = scene.world.forge
    find = forge.kept_issue

    def ticked(*asked: str) -> Issue:
        found: Issue = find(*asked)
        forge.kept_issue = find
        tick(scene, 1)
        return found

    forge.kept_issue = ticked
    assert became(scene.sweep()) is None
    assert became(scene.sweep()) == "updated"
    assert "[x]" not in board(scene).body


@both_forges
def test_there_is_never_a_second_one(scene: Scene) -> None:
    forge = scene.world.forge
    scene.world.file_issue(OF_IT + "!", f"{MARK}\n\nmine", labels=(), author="mallory")  # a stranger's
    for after in (False, True):
        breaking = Breaking(forge, at=0, after=after)
        list(reconcile_all(cast(Forge, breaking), load_messages()))
    assert became(scene.sweep()) == "unchanged"
    number = board(scene).number
    # Nor if somebody takes the label away, or the text.
    scene.world.label(number, "help wanted")
    assert became(scene.sweep()) == "updated"
    assert set(board(scene).labels) == {"help wanted", DASHBOARD_LABEL}
    assert became(scene.sweep()) == "unchanged"


@pytest.mark.parametrize(("path", "text"), [(".github/section.md.j2", b"{{ title"), (PAGE, b"\xff\xfe")])
def test_a_file_that_keeps_an_issue_waiting_is_named_on_it(scene: Scene, path: str, text: bytes) -> None:
    template = f"page: {PAGE}\nsection_template: .github/section.md.j2\n"
    scene.world.commit({CONFIG: template.encode(), ".github/section.md.j2": b"- {{ date }}: {{ title }}\n", path: text})
    number = scene.file(**DEMO_DAY)
    with pytest.raises(UserError):
        scene.run(number)
    [comment] = scene.world.comments(number)
    assert f"Something is wrong in `{path}`, so this has to wait." in comment.body
    assert "settings" not in comment.body.partition("<!-- almanac:state")[0]


@pytest.mark.emulator
@pytest.mark.parametrize("scene", ["github"], indirect=True)
def test_to_look_at_it_costs_a_server_one_request(scene: Scene, tmp_path: Path) -> None:
    assert isinstance(scene.world, GitHubWorld)
    cache = BlobCache(tmp_path / "cache", 1 << 24).of(1)
    scene.proposed()
    requests = scene.world.emulator.proxy.requests
    for _ in range(3):
        requests.clear()
        list(reconcile_all(scene.world.connect(cache=cache), load_messages()))
    assert [str(one) for one in requests] == ["POST /graphql", "GET /issues", "POST /graphql"]


@pytest.mark.emulator
@pytest.mark.parametrize("scene", ["github"], indirect=True)
@pytest.mark.parametrize(
    ("settings", "reads", "writes"),
    [
        ("", ["POST /graphql"] * 2, ["PATCH /pulls", "PATCH /issues"]),
        ("dashboard: true\n", ["POST /graphql", "GET /issues"], ["PATCH /issues"]),
    ],
)
def test_settings_that_cannot_be_read_cost_little(
    scene: Scene, settings: str, reads: list[str], writes: list[str]
) -> None:
    assert isinstance(scene.world, GitHubWorld)
    turn(scene, on=bool(settings))
    scene.proposed()
    scene.sweep()
    scene.world.commit({CONFIG: f"page: {PAGE}\nlanguag: de\n{settings}".encode()})
    requests = scene.world.emulator.proxy.requests
    for expected in (reads + writes, reads):
        requests.clear()
        with pytest.raises(ConfigError):
            list(reconcile_all(scene.world.connect(), load_messages()))
        assert ["/".join(str(one).split("/")[:2]) for one in requests] == expected
