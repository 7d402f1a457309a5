"""A pull request that was closed without merging: only a person with write access says no by that."""

from typing import Any

import pytest
from almanac.defaults import load_messages
from almanac.engine.run import Done, reconcile
from almanac.engine.sweep import reconcile_all
from almanac.proposal.command import CommentCommand
from almanac.proposal.names import SYNC_BRANCH, branch_name
from almanac.proposal.state import Closer

from tests.proxy import Answer
from tests.scenes import DEMO_DAY, PAGE, Scene

STALE = Closer("stale[bot]")


class Closed:
    """Passes everything on to a real forge, and says who closed what was closed."""

    has_accounts = True

    def __init__(self, scene: Scene, closer: Closer) -> None:
        self._forge, self._closer = scene.world.forge, closer
        self.asked = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._forge, name)

    def closer(self, pull: int, *, may_be_deleted: bool) -> Closer:
        self.asked += 1
        return self._closer

    def run(self, number: int, comment: CommentCommand | None = None) -> Done:
        return reconcile(number, self, load_messages(), comment=comment)


def closed(scene: Scene, closer: Closer = STALE) -> tuple[int, Closed]:
    number = scene.proposed()
    scene.world.close_pull(scene.pull(number).number)
    return number, Closed(scene, closer)


@pytest.mark.parametrize(
    ("closer", "said"),
    [
        (STALE, "`stale[bot]` closed pull request #"),
        (Closer("mallory"), "`mallory` closed pull request #"),
        (Closer(), "was closed without merging."),
        (Closer("octo", deleted=True), "one of its branches was deleted"),
    ],
)
def test_nobody_s_decision_waits_and_is_asked_about_once(scene: Scene, closer: Closer, said: str) -> None:
    number, forge = closed(scene, closer)
    head = scene.head(number)
    assert forge.run(number).plan.outcome == "waiting"
    assert said in scene.comment(number)
    assert "A maintainer closed" not in scene.comment(number)
    assert (scene.world.issue_state(number)[0], scene.head(number)) == ("open", head)
    for _ in range(2):
        assert forge.run(number).plan.writes == ()
    [swept] = reconcile_all(forge, load_messages())
    assert (swept.plan.outcome, swept.plan.writes) == ("waiting", ())
    assert (forge.asked, [pull.state for pull in scene.world.pulls()]) == (1, ["closed"])


def test_a_person_s_decision_names_them_and_is_asked_about_once(scene: Scene) -> None:
    number, forge = closed(scene, Closer("octo", decides=True))
    assert forge.run(number).plan.outcome == "refused"
    assert "`octo` closed pull request #" in scene.comment(number)
    assert forge.run(number).plan.writes == ()
    assert (forge.asked, scene.world.issue_state(number)) == (1, ("closed", "not_planned"))


class TestBroughtBack:
    def test_by_reopening_the_pull_request_after_which_a_no_counts(self, scene: Scene) -> None:
        number, forge = closed(scene)
        forge.run(number)
        scene.world.delete_branch(branch_name(number))
        scene.world.reopen_pull(scene.pull(number).number, scene.memory(number).commit or "")
        assert forge.run(number).plan.outcome == "updated"
        assert scene.memory(number).ended == {}
        assert "ready for a maintainer" in scene.comment(number)
        scene.world.close_pull(scene.pull(number).number)
        assert Closed(scene, Closer("octo", decides=True)).run(number).plan.outcome == "refused"

    def test_by_a_command(self, scene: Scene) -> None:
        number, forge = closed(scene)
        forge.run(number)
        scene.world.let_in("grace")
        comment = CommentCommand(900, "grace", "/almanac retry", number)
        assert forge.run(number, comment).plan.outcome == "created"
        assert [pull.state for pull in scene.world.pulls()] == ["closed", "open"]
        assert forge.run(number).plan.writes == ()

    def test_by_other_answers_with_the_commits_of_a_branch_that_was_deleted(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.by_hand(number, {"notes.md": b"mine\n"})
        scene.run(number)
        scene.world.close_pull(scene.pull(number).number)
        scene.world.delete_branch(branch_name(number))
        forge = Closed(scene, Closer("octo", deleted=True))
        assert forge.run(number).plan.outcome == "waiting"
        scene.edit(number, **DEMO_DAY, location="Paris")
        assert forge.run(number).plan.outcome == "created"
        assert scene.files(number)["notes.md"] == b"mine\n"
        assert 'location: "Paris"' in scene.record(number)

    @pytest.mark.parametrize("seen", [True, False])
    def test_by_closing_and_reopening_the_issue(self, scene: Scene, seen: bool) -> None:
        number, forge = closed(scene)
        if seen:
            forge.run(number)
        scene.world.edit_issue(number, state="closed")
        assert forge.run(number).plan.outcome == "closed"
        scene.world.edit_issue(number, state="open")
        assert forge.run(number).plan.outcome == "created"


def test_problems_are_told_all_the_same(scene: Scene) -> None:
    number, forge = closed(scene)
    forge.run(number)
    scene.edit(number, title="Demo Day", date="soon")
    assert forge.run(number).plan.outcome == "waiting"
    assert "**Date**" in scene.comment(number)


@pytest.mark.parametrize(("closer", "outcome"), [(STALE, "waiting"), (Closer("octo", decides=True), "refused")])
def test_edits_made_by_hand_likewise(scene: Scene, closer: Closer, outcome: str) -> None:
    page = scene.base_page()
    scene.world.commit({PAGE: page.replace("- Topic:  ", "- Topic:  New ", 1).encode()})
    scene.sweep()
    [pull] = [each for each in scene.world.pulls() if each.head == SYNC_BRANCH]
    scene.world.close_pull(pull.number)
    forge = Closed(scene, closer)
    for writes in (1 + (outcome == "refused"), 0):
        [done] = reconcile_all(forge, load_messages())
        assert (done.plan.outcome, len(done.plan.writes)) == (outcome, writes)
    assert forge.asked == 1


class TestBranchOfSomebody:
    def test_without_commits_of_its_own_it_is_used(self, scene: Scene) -> None:
        number = scene.file(**DEMO_DAY)
        base = scene.world.forge.base().commit
        scene.world.restore_branch(branch_name(number), base)
        assert scene.run(number).plan.outcome == "created"
        assert scene.world.parents(scene.head(number)) == (base,)

    def test_with_commits_it_is_left_and_nobody_is_said_to_have_deleted_a_record(self, scene: Scene) -> None:
        number = scene.file(**DEMO_DAY)
        scene.world.restore_branch(branch_name(number), scene.world.forge.base().commit)
        theirs = scene.by_hand(number, {"notes.md": b"mine\n"})
        assert scene.run(number).plan.outcome == "waiting"
        assert scene.head(number) == theirs
        assert "deleted" not in scene.comment(number)
        assert "someone's commits" in scene.comment(number)


EVENTS = [
    ("closed first, then its branch deleted", ["closed", "head_ref_deleted"], True, False),
    ("closed by the deletion", ["head_ref_deleted", "closed"], False, True),
    ("closed by the deletion of the base", ["base_ref_deleted", "closed"], False, True),
]


@pytest.mark.emulator
@pytest.mark.parametrize("scene", ["github"], indirect=True)
class TestOnGitHub:
    def closer(self, scene: Scene, user: object, events: list[str] | None = None) -> tuple[Closer, int]:
        world: Any = scene.world
        proxy, before = world.emulator.proxy, len(world.emulator.proxy.requests)
        answers = {
            f"/repos/{world.name}/issues/7": {"closed_by": user},
            f"/repos/{world.name}/issues/7/events": [
                {"event": event, "created_at": f"2026-01-01T00:00:0{at}Z"} for at, event in enumerate(events or ())
            ],
        }
        proxy.trouble = lambda seen: Answer(200, answers[seen.path]) if seen.path in answers else None
        return world.forge.closer(7, may_be_deleted=events is not None), len(proxy.requests) - before

    def test_who_it_was(self, scene: Scene) -> None:
        scene.world.let_in("grace")
        assert self.closer(scene, None) == (Closer(decides=True), 1)
        assert self.closer(scene, {"login": "../x", "type": "User"}) == (Closer(decides=True), 1)
        assert self.closer(scene, {"login": "github-actions[bot]", "type": "Bot"}) == (Closer("github-actions[bot]"), 1)
        assert self.closer(scene, {"login": "mallory", "type": "User"}) == (Closer("mallory"), 2)
        assert self.closer(scene, {"login": "grace", "type": "User"}) == (Closer("grace", decides=True), 2)
        for name, events, decides, deleted in EVENTS:
            found, _ = self.closer(scene, {"login": "grace", "type": "User"}, events)
            assert found == Closer("grace", decides=decides, deleted=deleted), name
