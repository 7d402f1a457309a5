"""A further history that the settings only name: what it needs is offered in one pull request of its own."""

import pytest
from almanac.commands.offered import adopt
from almanac.defaults import load_messages
from almanac.engine.offering import offer_adoption
from almanac.engine.planner import Planner
from almanac.engine.run import Done
from almanac.engine.sweep import reconcile_all
from almanac.errors import ConfigError
from almanac.histories import read_config
from almanac.packaged import template
from almanac.proposal.command import CommentCommand
from almanac.proposal.names import branch_name
from almanac.proposal.onboarding import Box
from almanac.proposal.state import ADOPTION, Overview, Pull

from tests.filing import body
from tests.scenes import CONFIG, DEMO_DAY, FORM, PAGE, Scene, both_forges

BRANCH, LYON_FORM = "almanac/adopt-lyon", ".github/ISSUE_TEMPLATE/new-event-lyon.yml"
LYON = "# Lyon\n\n- **March 3, 2024**: Owls\n- **January 5, 2024**: Cups\n"
ON_PAGE = "page: lyon.md\nrecords: _data/events_lyon\n"
IN_LIST = "list: _data/lyon.yml\n"
IN_FILES = "files: _lyon/{date}-{slug}.md\n"
NIGHTS = {
    f"_lyon/2024-0{month}-03-owls-{month}.md": f"---\ntitle: Owls {month}\ndate: 2024-0{month}-03\nplace: Barn\n---\n"
    for month in (1, 2, 3)
}
NIGHTLY = "".join(f"- title: Owls {month}\n  date: 2024-0{month}-03\n  place: Barn\n" for month in (3, 2, 1))
LYON_OWN = template("site/new-event.yml").replace("labels: [event]", "labels: [event-lyon]")


def settings(own: str) -> str:
    lines = "".join(f"    {line}\n" for line in [*own.splitlines(), f"form: {LYON_FORM}"])
    return f"page: {PAGE}\n# More of us\nhistories:\n  lyon:\n{lines}\n# The end\nmax_open_per_author: 5\n"


def sweep(scene: Scene, comment: CommentCommand | None = None) -> list[Done]:
    def onboard(planner: Planner, overview: Overview) -> Done | None:
        return offer_adoption(planner, overview, adopt, comment, asked=True)

    return list(reconcile_all(scene.world.forge, load_messages(), onboard=onboard))


def offers(done: list[Done]) -> list[str | None]:
    assert [one.error for one in done if one.error] == []
    return [one.plan.outcome for one in done if one.plan.subject == ADOPTION]


def put(scene: Scene, files: dict[str, str]) -> None:
    scene.world.commit({path: text.encode() for path, text in files.items()})


def on(scene: Scene, branch: str) -> dict[str, str]:
    head = scene.world.head(branch)
    assert head
    return {path: data.decode() for path, data in scene.world.files(head).items()}


def offer(scene: Scene) -> Pull:
    pull = scene.world.forge.newest_pull(BRANCH)
    assert pull
    return pull


@both_forges
@pytest.mark.parametrize(
    ("own", "more", "shown"),
    [
        (ON_PAGE, {"lyon.md": LYON}, "- **January 20, 2022**: Demo Day\n"),
        (ON_PAGE, {}, "### January 20th, 2022:  Demo Day"),
        (IN_LIST, {"_data/lyon.yml": NIGHTLY}, "- title: Demo Day\n  date: 2022-01-20\n"),
        (IN_FILES, NIGHTS, "---\ntitle: Demo Day\ndate: 2022-01-20\n"),
    ],
    ids=["a page", "a new page", "a list", "files"],
)
def test_what_is_merged_takes_an_event(scene: Scene, own: str, more: dict[str, str], shown: str) -> None:
    put(scene, {CONFIG: settings(own), **more})
    main = scene.file(**DEMO_DAY)
    assert offers(sweep(scene)) == ["created"]
    assert scene.pull(main).state == "open"  # the other history goes on
    assert offers(sweep(scene)) == ["unchanged"]
    assert offer(scene).title == "Set up the history lyon"
    base, files = on(scene, scene.world.base), on(scene, BRANCH)
    changed = {path for path, text in files.items() if base.get(path) != text}
    assert changed >= {LYON_FORM}
    assert not changed & {*more, FORM, PAGE}
    assert [line for line in base[CONFIG].splitlines() if line not in files[CONFIG].splitlines()] == []
    assert f"`{LYON_FORM}`: the form" in offer(scene).body
    scene.world.merge(offer(scene).number)
    assert offers(sweep(scene)) == []
    number = scene.world.file_issue("New event", body(**DEMO_DAY), labels=("event-lyon",))
    assert scene.run(number).plan.outcome == "created"
    assert scene.memory(number).history == "lyon"
    before, after = on(scene, scene.world.base), on(scene, branch_name(number))
    assert any(shown in text for path, text in after.items() if before.get(path) != text)
    assert [done for done in sweep(scene) if done.error or done.plan.writes] == []


@both_forges
def test_closing_it_is_a_no_until_somebody_who_may_write_asks_again(scene: Scene) -> None:
    put(scene, {CONFIG: settings(ON_PAGE), "lyon.md": LYON})
    scene.world.let_in("grace")
    sweep(scene)
    number = offer(scene).number
    scene.world.close_pull(number)
    assert offers(sweep(scene)) == ["refused"]
    assert offers(sweep(scene, CommentCommand(7, "mallory", "/almanac adopt", number))) == ["refused"]
    assert offers(sweep(scene, CommentCommand(8, "grace", "/almanac adopt", number))) == ["unchanged"]
    assert offer(scene).state == "open"


def test_a_box_changes_how_new_events_are_written(scene: Scene) -> None:
    put(scene, {CONFIG: settings(ON_PAGE), "lyon.md": LYON})
    sweep(scene)
    mark = Box("shape", "house", "").mark
    lines = [line.replace("[ ]", "[x]", 1) if mark in line else line for line in offer(scene).body.split("\n")]
    scene.world.forge.edit_pull(offer(scene).number, body="\n".join(lines))
    assert offers(sweep(scene)) == ["updated"]
    assert ".github/almanac/lyon/section.md.j2" not in on(scene, BRANCH)
    assert read_config(on(scene, BRANCH)[CONFIG]).histories["lyon"].section_template is None


@pytest.mark.parametrize("gone", [{CONFIG: f"page: {PAGE}\n"}, {LYON_FORM: LYON_OWN}])
def test_it_is_closed_when_nothing_needs_it_any_more(scene: Scene, gone: dict[str, str]) -> None:
    put(scene, {CONFIG: settings(ON_PAGE), "lyon.md": LYON})
    sweep(scene)
    put(scene, gone)
    done = [one for one in sweep(scene) if one.plan.subject == ADOPTION]
    assert [one.plan.outcome for one in done] == ["closed"]
    assert f"`{next(iter(gone))}` is on its main branch" in offer(scene).body


def test_what_cannot_be_offered_is_a_failure_and_the_other_history_goes_on(scene: Scene) -> None:
    put(scene, {CONFIG: settings("files: _lyon/{date}-{slug}.md\n")})
    main = scene.file(**DEMO_DAY)
    [error] = [one.error for one in sweep(scene) if one.error]
    assert "_lyon: There is no event there yet that shows how they are written." in str(error)
    assert scene.pull(main).state == "open"
    assert scene.world.forge.newest_pull(BRANCH) is None


def test_a_form_that_is_lost_while_proposals_are_open_is_a_fault(scene: Scene) -> None:
    put(scene, {CONFIG: settings(ON_PAGE), "lyon.md": LYON})
    sweep(scene)
    scene.world.merge(offer(scene).number)
    number = scene.world.file_issue("New event", body(**DEMO_DAY), labels=("event-lyon",))
    scene.run(number)
    scene.world.commit({LYON_FORM: None})
    with pytest.raises(ConfigError, match="form is missing"):
        sweep(scene)
    assert scene.pull(number).state == "open"
