"""What a new pull request gets: labels, reviewers, a title of the site's own; and what the repository does not have."""

import pytest
from almanac.defaults import load_messages
from almanac.engine.run import reconcile
from almanac.proposal.state import AskForReview

from tests.breaking import Breaking, BrokenError
from tests.emulated import GitHubWorld
from tests.forge.worlds import LocalWorld
from tests.scenes import CONFIG, DEMO_DAY, PAGE, Scene, both_forges

ASKED = """pull_requests:
  labels: [events, "needs review"]
  reviewers: [grace]
  draft: true
  title: "{action} event: {title} #{number}"
"""


def configure(scene: Scene, more: str) -> None:
    scene.world.commit({CONFIG: f"page: {PAGE}\n{more}".encode()})


def has(scene: Scene, number: int) -> tuple[list[str], list[str], bool]:
    """Return the labels of an issue's pull request, who is asked to review it, and whether it is a draft."""
    world, pull = scene.world, scene.pull(number).number
    if isinstance(world, LocalWorld):
        stored = world.stored_pull(pull)
        return stored.labels or [], stored.reviewers or [], stored.draft is True
    assert isinstance(world, GitHubWorld)
    found = world.ask("GET", f"pulls/{pull}")
    labels = [each["name"] for each in world.ask("GET", f"issues/{pull}/labels")]
    return labels, [each["login"] for each in found["requested_reviewers"]], found["draft"]


def make_labels(scene: Scene, *labels: str) -> None:
    """Someone makes labels; on this disk, there is every label."""
    if isinstance(scene.world, GitHubWorld):
        for label in labels:
            scene.world.ask("POST", "labels", {"name": label, "color": "ededed"})


@both_forges
def test_a_new_pull_request_gets_what_the_settings_say(scene: Scene) -> None:
    configure(scene, ASKED)
    make_labels(scene, "events", "needs review")
    scene.world.let_in("grace")
    number = scene.proposed()
    assert has(scene, number) == (["events", "needs review"], ["grace"], True)
    assert scene.pull(number).title == f"Add event: Demo Day #{number}"
    assert scene.world.message(scene.head(number)).startswith(f"Add event: Demo Day #{number}\n")
    assert "For the maintainers" not in scene.comment(number)
    assert scene.run(number).plan.writes == ()
    scene.edit(number, **DEMO_DAY, location="Lyon")
    done = scene.run(number)
    assert done.plan.outcome == "updated"
    assert not any(isinstance(write, AskForReview) for write in done.plan.writes)


@pytest.mark.emulator
@pytest.mark.parametrize("scene", ["github"], indirect=True)
def test_what_the_repository_does_not_have_is_said_and_not_a_failure(scene: Scene) -> None:
    configure(scene, "pull_requests: {labels: [events, tests], reviewers: [grace, nobody-9], team_reviewers: [web]}\n")
    make_labels(scene, "events")
    number = scene.file(**DEMO_DAY)
    done = scene.run(number)
    assert (done.plan.outcome, has(scene, number)) == ("created", (["events"], ["grace"], False))
    assert [warning.message for warning in done.plan.warnings] == [
        "There is no label tests, which `pull_requests` in the config names.",
        "nobody-9 cannot be asked for a review, as `pull_requests` in the config wants.",
        "web cannot be asked for a review, as `pull_requests` in the config wants.",
    ]
    comment = scene.comment(number)
    assert "There is no label `tests` in this repository." in comment
    assert "`nobody-9` and `web` could not be asked for a review." in comment
    assert scene.run(number).plan.writes == ()
    scene.edit(number, **DEMO_DAY, location="Lyon")
    assert scene.run(number).plan.warnings == ()
    assert "For the maintainers" not in scene.comment(number)


@pytest.mark.emulator
@pytest.mark.parametrize("scene", ["github"], indirect=True)
@pytest.mark.parametrize(
    ("settings", "reads", "writes"),
    [
        ("", 0, 0),
        ("pull_requests: {draft: true, title: 'Event #{number}'}\n", 0, 0),
        ("pull_requests: {labels: [events]}\n", 1, 1),
        ("pull_requests: {labels: [events], reviewers: [grace]}\n", 1, 2),
    ],
)
def test_only_what_is_asked_for_costs_requests(scene: Scene, settings: str, reads: int, writes: int) -> None:
    assert isinstance(scene.world, GitHubWorld)
    configure(scene, settings)
    make_labels(scene, "events")
    number = scene.file(**DEMO_DAY)
    proxy = scene.world.emulator.proxy
    proxy.requests.clear()
    scene.run(number)
    more = [one for one in proxy.requests if "label" in one.path or "reviewers" in one.path]
    assert (sum(one.is_read for one in more), sum(not one.is_read for one in more)) == (reads, writes)


@both_forges
def test_a_label_that_a_maintainer_took_away_stays_away(scene: Scene) -> None:
    configure(scene, "pull_requests: {labels: [events]}\n")
    make_labels(scene, "events")
    number = scene.proposed()
    world, pull = scene.world, scene.pull(number).number
    if isinstance(world, LocalWorld):
        world.put_pull(world.stored_pull(pull).model_copy(update={"labels": None}))
    else:
        world.label(pull)
    scene.edit(number, **DEMO_DAY, location="Lyon")
    scene.run(number)
    world.commit({PAGE: scene.base_page().replace("OSPO++", "OSPO").encode()})
    scene.sweep()
    assert has(scene, number)[0] == []


@pytest.mark.parametrize("call", ["add_labels", "request_reviews", "create_comment"])
@pytest.mark.parametrize("after", [False, True])
def test_a_run_that_is_cut_short_is_made_up_for(scene: Scene, call: str, after: bool) -> None:
    configure(scene, ASKED)
    number = scene.file(**DEMO_DAY)
    at = ["put_branch", "open_pull", "add_labels", "request_reviews", "create_comment"].index(call)
    with pytest.raises(BrokenError):
        reconcile(number, Breaking(scene.world.forge, at=at, after=after), load_messages())
    scene.run(number)
    assert has(scene, number) == (["events", "needs review"], ["grace"], True)
    assert scene.run(number).plan.writes == ()


@both_forges
def test_edits_made_by_hand_are_offered_likewise(scene: Scene) -> None:
    configure(scene, "pull_requests: {labels: [events], draft: true, title: 'Event #{number}'}\n")
    make_labels(scene, "events")
    scene.world.commit({PAGE: scene.base_page().replace("Johns Hopkins", "J. Hopkins").encode()})
    assert [done.plan.outcome for done in scene.sweep()] == ["created"]
    [pull] = scene.world.pulls()
    assert pull.title == "Carry over what was edited by hand"
    world = scene.world
    if isinstance(world, LocalWorld):
        assert (world.stored_pull(pull.number).labels, world.stored_pull(pull.number).draft) == (["events"], True)
    else:
        assert isinstance(world, GitHubWorld)
        assert [each["name"] for each in world.ask("GET", f"issues/{pull.number}/labels")] == ["events"]
