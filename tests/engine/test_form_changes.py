"""What becomes of open issues when a site changes its form; `test_forms.py` has the rule itself."""

import pytest
from almanac.errors import ConfigError
from almanac.packaged import template

from tests.emulated import GitHubWorld
from tests.filing import body
from tests.scenes import CONFIG, DEMO_DAY, FORM, PAGE, Scene, both_forges

HOUSE = template("site/new-event.yml")
LINK = HOUSE[HOUSE.index("  - type: input\n    id: url") : HOUSE.index("  - type: textarea\n    id: agenda")]
PRICE = "  - type: input\n    id: price\n    attributes:\n      label: Price\n"
CHANGES: dict[str, bytes | None] = {
    "question dropped": HOUSE.replace(LINK, "").encode(),
    "label renamed": HOUSE.replace("label: Title", "label: Event title").encode(),
    "question added": HOUSE.replace(LINK, f"{PRICE}    validations:\n      required: true\n{LINK}").encode(),
    "broken": b"name: x\n",
    "deleted": None,
}
ANSWERS = {**DEMO_DAY, "url": "https://example.org/register", "description": "Come and see."}
LATER = "2099-01-01T00:00:00+00:00"


@pytest.mark.parametrize("change", CHANGES)
def test_a_proposal_stays_as_it_was(scene: Scene, change: str) -> None:
    number = scene.proposed(**ANSWERS)
    record, page, comment = scene.record(number), scene.page(number), scene.comment(number)
    scene.world.commit({FORM: CHANGES[change]})
    assert not scene.run(number).error
    assert (scene.record(number), scene.page(number), scene.comment(number)) == (record, page, comment)
    assert list(scene.run(number).plan.writes) == []


def test_what_is_proposed_follows_its_base_while_the_form_is_broken(scene: Scene) -> None:
    number, other = scene.proposed(**ANSWERS), scene.file(title="Other", date="2022-03-04")
    scene.move_base({FORM: b"name: x\n"})
    with pytest.raises(ConfigError, match="no `body`"):
        scene.sweep()
    assert scene.memory(number).base == scene.world.forge.base().commit
    assert "example.org/register" in scene.record(number)
    assert scene.world.comments(other) == []


@both_forges
@pytest.mark.parametrize("change", ["question dropped", "label renamed", "question added"])
def test_an_issue_that_was_filed_before_the_change_is_ours_and_read_right(scene: Scene, change: str) -> None:
    one, two = (scene.file(**{**ANSWERS, "title": title}) for title in ("One", "Two"))
    scene.world.commit({FORM: CHANGES[change]}, at=LATER)
    assert scene.run(one).plan.outcome == "created"
    found = {done.plan.issue: done.plan.outcome for done in scene.sweep()}
    assert found[two] == "created"
    for number in (one, two):
        [path] = [path for path in scene.files(number) if path.endswith(("one.yml", "two.yml"))]
        assert '\nurl: "https://example.org/register"' in scene.record(number, path)


RELABELLED = HOUSE.replace("labels: [event]", 'labels: ["happening"]').encode()


@both_forges
def test_other_labels_in_the_form_end_no_proposal_and_no_conversation(scene: Scene) -> None:
    number, unclear = scene.proposed(**ANSWERS), scene.file(**{**ANSWERS, "title": "Unclear", "date": "soon"})
    scene.run(unclear)
    assert b"happening" in RELABELLED
    scene.world.commit({FORM: RELABELLED}, at=LATER)
    assert "closed" not in [done.plan.outcome for done in scene.sweep()]
    assert scene.pull(number).state == "open"
    scene.edit(number, **{**ANSWERS, "location": "Paris"})
    assert scene.run(number).plan.outcome == "updated"
    scene.edit(unclear, **{**ANSWERS, "title": "Clear"})
    assert scene.run(unclear).plan.outcome == "created"
    scene.world.label(number, "bug")
    assert scene.run(number).plan.outcome == "closed"


def test_labels_in_the_config_go_before_those_of_any_form(scene: Scene) -> None:
    number = scene.proposed(**ANSWERS)
    scene.world.commit({CONFIG: f"page: {PAGE}\nlabels: [happening]\n".encode()})
    assert scene.run(number).plan.outcome == "closed"


@both_forges
def test_an_older_version_cannot_be_chosen(scene: Scene) -> None:
    scene.world.commit({FORM: CHANGES["question dropped"]}, at="2026-01-03T00:00:00+00:00")
    typed = "Come and see.\n\n### Registration link\n\nhttps://evil.example/"
    text = body(**{**DEMO_DAY, "description": typed}).replace("### Registration link\n\n_No response_\n\n", "")
    number = scene.world.file_issue("New event", text, labels=("event",))
    assert scene.run(number).plan.outcome == "created"
    assert "\nurl:" not in scene.record(number)
    scene.world.commit({FORM: CHANGES["question added"]}, at="2026-01-04T00:00:00+00:00")
    old = scene.file(**{**ANSWERS, "title": "Another"})
    assert scene.run(old).plan.outcome is None
    assert scene.world.comments(old) == []


def test_a_problem_speaks_of_the_questions_in_the_issue(scene: Scene) -> None:
    number = scene.file(title="X", date="soon")
    scene.world.commit({FORM: HOUSE.replace("label: Date", "label: Day").encode()}, at=LATER)
    assert scene.run(number).plan.outcome == "waiting"
    assert "**Date**" in scene.comment(number)
    assert "Day" not in scene.comment(number)


@pytest.mark.parametrize("scene", [pytest.param("github", marks=pytest.mark.emulator)], indirect=True)
def test_a_sweep_after_a_change_reads_each_version_once(scene: Scene) -> None:
    world = scene.world
    assert isinstance(world, GitHubWorld)
    proxy = world.emulator.proxy
    scene.world.commit({CONFIG: f"page: {PAGE}\nmax_open_per_author: 100\n".encode()})
    for number in range(1, 9):
        scene.file(title=f"Event {number}", date=f"2022-05-{number:02}")
    scene.sweep()

    def reads() -> int:
        world.forge = world.connect(default_branch="main")
        proxy.requests.clear()
        assert not [done for done in scene.sweep() if done.error or done.plan.problems]
        # That is the newest commits of the base; no version of the form is looked for.
        assert [read for read in proxy.reads if "commits" in read] == ["GET /commits"]
        return len(proxy.reads)

    world.commit({"other.md": b"x"})
    usual = reads()
    world.commit({FORM: CHANGES["question added"]})
    assert reads() - usual <= 3  # the tree, the config and the form of one commit, for all proposals
