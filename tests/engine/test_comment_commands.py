"""What people ask for in comments: the commands, who may give them, and that each is carried out once."""

import pytest
from almanac.defaults import load_messages
from almanac.engine.run import Done, reconcile
from almanac.proposal.command import CommentCommand
from almanac.proposal.names import branch_name

from tests.scenes import DEMO_DAY, Scene, both_forges


@pytest.fixture(autouse=True)
def writer(scene: Scene) -> None:
    scene.world.let_in("grace")


def say(scene: Scene, number: int, author: str, text: str, place: int | None = None) -> Done:
    """Someone comments on an issue (or, with a place, on its pull request), and the issue is looked at for that."""
    comment = scene.world.comment(number, author, text)
    said = CommentCommand(comment, author, text, place or number)
    done = reconcile(number, scene.world.forge, load_messages(), comment=said)
    seen = scene.everything(number)
    reconcile(number, scene.world.forge, load_messages(), comment=said)
    assert scene.everything(number) == seen, "the same comment, delivered twice"
    return done


class TestCommands:
    @both_forges
    def test_retry_looks_again(self, scene: Scene) -> None:
        number = scene.file(**DEMO_DAY)
        assert say(scene, number, "grace", "/almanac retry").plan.outcome == "created"

    @both_forges
    def test_recreate_throws_away_what_was_committed_by_hand(self, scene: Scene) -> None:
        number = scene.proposed(**DEMO_DAY, location="Paris")
        scene.edit_record(number, "Paris", "Lyon")
        scene.by_hand(number, {"notes.md": b"mine\n"})
        scene.run(number)
        say(scene, number, "grace", "Let us start anew.\n\n/almanac recreate please", scene.pull(number).number)
        assert "notes.md" not in scene.files(number)
        assert 'location: "Paris"' in scene.record(number)
        assert scene.world.parents(scene.head(number)) == (scene.world.forge.base().commit,)
        assert not scene.memory(number).shared
        assert scene.run(number).plan.writes == ()

    def test_recreate_fixes_a_record_that_cannot_be_read(self, scene: Scene) -> None:
        number = scene.proposed()
        path = next(path for path in scene.files(number) if "2022" in path)
        scene.by_hand(number, {path: b"title: [\n"})
        assert scene.run(number).plan.outcome == "waiting"
        assert say(scene, number, "grace", "/almanac recreate").plan.outcome == "updated"
        assert "ready for a maintainer" in scene.comment(number)

    def test_recreate_with_nothing_to_throw_away_is_done_once(self, scene: Scene) -> None:
        number = scene.proposed()
        head = scene.head(number)
        comment = scene.world.comment(number, "grace", "/almanac recreate")
        said = CommentCommand(comment, "grace", "/almanac recreate", number)
        reconcile(number, scene.world.forge, load_messages(), comment=said)
        assert scene.head(number) == head
        scene.by_hand(number, {"notes.md": b"mine\n"})
        reconcile(number, scene.world.forge, load_messages(), comment=said)
        assert "notes.md" in scene.files(number)

    def test_recreate_of_answers_with_problems_only_reports_them(self, scene: Scene) -> None:
        number = scene.proposed()
        theirs = scene.by_hand(number, {"notes.md": b"mine\n"})
        scene.edit(number, title="Demo Day", date="soon")
        scene.run(number)
        assert say(scene, number, "grace", "/almanac recreate").plan.outcome == "waiting"
        assert scene.head(number) == theirs

    @both_forges
    def test_cancel_closes_the_issue_and_withdraws_the_proposal(self, scene: Scene) -> None:
        number = scene.proposed()
        assert say(scene, number, "grace", "/almanac cancel").plan.outcome == "closed"
        assert scene.world.issue_state(number) == ("closed", "not_planned")
        assert scene.pull(number).state == "closed"
        assert scene.world.head(branch_name(number)) is None
        scene.world.edit_issue(number, state="open")
        assert scene.run(number).plan.outcome == "created"

    def test_cancel_while_the_issue_has_problems(self, scene: Scene) -> None:
        number = scene.file(title="X", date="soon")
        scene.run(number)
        say(scene, number, "grace", "/almanac cancel")
        assert scene.world.issue_state(number) == ("closed", "not_planned")

    @both_forges
    def test_an_unknown_command_gets_the_list_until_the_comment_changes(self, scene: Scene) -> None:
        number = scene.proposed()
        before = scene.comment(number)
        say(scene, number, "grace", "/almanac dance")
        assert "`/almanac retry`" in scene.comment(number)
        assert before.split("<!-- almanac:state")[0].strip() in scene.comment(number)
        say(scene, number, "grace", "/almanac sing")
        assert scene.comment(number).count("`/almanac retry`") == 1
        scene.edit(number, **DEMO_DAY, location="Paris")
        scene.run(number)
        assert "`/almanac retry`" not in scene.comment(number)

    @both_forges
    def test_a_person_without_the_right_gets_one_reply(self, scene: Scene) -> None:
        number = scene.proposed()
        head = scene.head(number)
        say(scene, number, "mallory", "/almanac cancel")
        assert "Only people with write access" in scene.comment(number)
        assert (scene.head(number), scene.pull(number).state) == (head, "open")
        seen = scene.comment(number)
        say(scene, number, "mallory", "/almanac recreate")
        assert scene.comment(number) == seen

    @both_forges
    def test_a_person_who_may_write_since_is_heard(self, scene: Scene) -> None:
        number = scene.proposed()
        say(scene, number, "mallory", "/almanac cancel")
        say(scene, number, "mallory", "/almanac cancel")
        assert scene.world.issue_state(number)[0] == "open"
        scene.world.let_in("mallory")
        assert scene.run(number).plan.outcome == "unchanged"  # what was said before is not taken up again
        assert say(scene, number, "mallory", "/almanac cancel").plan.outcome == "closed"
        assert scene.world.issue_state(number) == ("closed", "not_planned")

    def test_the_issue_s_author_has_no_right_by_that(self, scene: Scene) -> None:
        number = scene.proposed()
        say(scene, number, "ada", "/almanac cancel")
        assert scene.world.issue_state(number)[0] == "open"

    def test_a_command_about_something_else_is_ignored(self, scene: Scene) -> None:
        number = scene.proposed()
        seen = scene.everything(number)
        said = CommentCommand(4711, "grace", "/almanac cancel", 999)
        reconcile(number, scene.world.forge, load_messages(), comment=said)
        assert scene.everything(number) == seen

    def test_on_an_issue_that_is_not_ours_nothing_is_said(self, scene: Scene) -> None:
        number = scene.world.file_issue("A bug", "It hurts", labels=("bug",))
        comment = scene.world.comment(number, "grace", "/almanac dance")
        said = CommentCommand(comment, "grace", "/almanac dance", number)
        assert reconcile(number, scene.world.forge, load_messages(), comment=said).plan.outcome is None
        assert len(scene.world.comments(number)) == 1
