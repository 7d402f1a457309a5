"""A formatter on a proposal's branch or on the page: no field is lost, and the issue is still followed."""

from tests.page.formatted import prettier
from tests.scenes import DEMO_DAY, PAGE, RECORD, Scene

FULL = {
    **DEMO_DAY,
    "location": "Paris",
    "people": "[Ada](https://example.org/ada), Engines\nGrace",
    "agenda": "Hello\nBye",
}


def published(scene: Scene) -> int:
    """Let an event be proposed and merged."""
    number = scene.proposed(**FULL)
    scene.world.merge(scene.pull(number).number)
    scene.run(number)
    return number


def format_page(scene: Scene) -> str:
    page = prettier(scene.base_page())
    scene.world.commit({PAGE: page.encode()})
    return page


def base_record(scene: Scene) -> str:
    return scene.world.files(scene.world.forge.base().commit)[RECORD].decode()


def test_a_formatter_on_a_branch_changes_nothing_and_later_answers_are_taken(scene: Scene) -> None:
    number = scene.proposed(**FULL)
    record = scene.record(number)
    formatted = prettier(scene.page(number))
    scene.by_hand(number, {PAGE: formatted.encode()})
    scene.run(number)
    assert (scene.record(number), scene.page(number)) == (record, formatted)
    scene.edit(number, **{**FULL, "location": "Lyon"})
    assert scene.run(number).plan.outcome == "updated"
    assert "- Location: Lyon" in scene.page(number)
    assert scene.record(number).split("rendered")[0] == record.replace("Paris", "Lyon").split("rendered")[0]
    assert "by hand" not in scene.comment(number)


def test_a_changed_time_is_proposed_after_a_formatter(scene: Scene) -> None:
    number = published(scene)
    format_page(scene)
    assert scene.run(number).plan.reason == "The event is on the page, as the issue says."
    scene.edit(number, **{**FULL, "when": "10am ET, 4pm CET"})
    assert scene.run(number).plan.outcome == "created"
    assert 'starts: "2022-01-20T10:00:00-05:00"' in scene.record(number)
    assert "- When: 10am ET, 4pm CET" in scene.page(number)
    assert "Ada" in scene.record(number)
    assert "by hand" not in scene.comment(number)


def test_a_formatter_alone_is_nothing_to_propose(scene: Scene) -> None:
    published(scene)
    format_page(scene)
    assert [done.plan.outcome for done in scene.sweep() if done.plan.outcome != "unchanged"] == []


def test_a_record_edited_after_a_formatter_counts(scene: Scene) -> None:
    number = published(scene)
    format_page(scene)
    scene.world.commit({RECORD: base_record(scene).replace("Paris", "Lyon").encode()})
    scene.edit(number, **{**FULL, "agenda": "Hello\nTalks\nBye"})
    assert scene.run(number).plan.outcome == "created"
    assert 'location: "Lyon"' in scene.record(number)
    assert "Talks" in scene.page(number)


def test_what_a_maintainer_changed_is_not_called_what_the_issue_says(scene: Scene) -> None:
    number = published(scene)
    scene.world.commit({PAGE: scene.base_page().replace("Paris", "Lyon").encode()})
    assert "changed there by hand" in scene.run(number).plan.reason


def test_a_formatters_style_stays_on_a_branch_whose_base_moves(scene: Scene) -> None:
    number = scene.proposed(**FULL)
    record, formatted = scene.record(number), prettier(scene.page(number))
    scene.by_hand(number, {PAGE: formatted.encode()})
    new = "### November 14th, 2021:  Owls\n\n- When: 9am ET\n\n"
    page = scene.base_page()
    scene.world.commit({PAGE: page.replace("### November 15th", f"{new}### November 15th").encode()})
    scene.run(number)
    assert scene.page(number) == formatted.replace("### November 15th", f"{new}### November 15th")
    assert scene.record(number) == record
    assert "The same lines" not in scene.comment(number)
    scene.edit(number, **{**FULL, "location": "Lyon"})
    scene.run(number)
    assert "- Location: Lyon" in scene.page(number)
