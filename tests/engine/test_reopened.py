"""Issues and pull requests that are reopened, branches that are restored, events that change twice."""

import pytest
from almanac.defaults import load_messages
from almanac.engine.run import reconcile
from almanac.proposal.command import CommentCommand
from almanac.proposal.names import branch_name

from tests.forge.worlds import LocalWorld
from tests.scenes import DEMO_DAY, PAGE, Scene, both_forges


def merged(scene: Scene) -> int:
    number = scene.proposed()
    scene.world.merge(scene.pull(number).number)
    assert scene.run(number).plan.outcome == "closed"
    return number


def at_rest(scene: Scene, number: int) -> None:
    """Check that another run writes nothing."""
    assert scene.run(number).plan.writes == ()


class TestCommits:
    """What somebody commits to a branch is there again when the issue is reopened."""

    def reopened(self, scene: Scene, number: int) -> dict[str, bytes]:
        assert scene.world.head(branch_name(number)) is None
        scene.world.edit_issue(number, state="open")
        assert scene.run(number).plan.outcome == "created"
        at_rest(scene, number)
        return scene.files(number)

    @both_forges
    def test_those_that_no_run_had_seen_before_the_issue_was_closed(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.by_hand(number, {"seen.md": b"1\n"})
        scene.run(number)
        scene.by_hand(number, {"unseen.md": b"2\n"})
        scene.world.edit_issue(number, state="closed")
        scene.run(number)
        assert {"seen.md", "unseen.md"} <= self.reopened(scene, number).keys()

    @both_forges
    def test_those_that_came_while_it_was_closed(self, scene: Scene) -> None:
        number = scene.proposed()
        head = scene.head(number)
        scene.world.edit_issue(number, state="closed")
        scene.run(number)
        scene.world.restore_branch(branch_name(number), head)
        scene.by_hand(number, {"late.md": b"1\n"})
        assert scene.run(number).plan.outcome == "closed"
        at_rest(scene, number)
        assert "late.md" in self.reopened(scene, number)

    @both_forges
    def test_those_that_came_after_a_no(self, scene: Scene) -> None:
        number = scene.proposed()
        head = scene.head(number)
        scene.world.close_pull(scene.pull(number).number)
        scene.run(number)
        scene.world.restore_branch(branch_name(number), head)
        scene.by_hand(number, {"late.md": b"1\n"})
        assert scene.run(number).plan.outcome == "refused"
        at_rest(scene, number)
        assert "late.md" in self.reopened(scene, number)

    def test_a_branch_that_was_only_restored_goes_again(self, scene: Scene) -> None:
        number = scene.proposed()
        head = scene.head(number)
        scene.world.edit_issue(number, state="closed")
        scene.run(number)
        scene.world.restore_branch(branch_name(number), head)
        scene.run(number)
        assert "late.md" not in self.reopened(scene, number)

    @pytest.mark.parametrize("how", ["label", "cancel"])
    def test_those_that_came_after_the_merge_are_not_deleted(self, scene: Scene, how: str) -> None:
        assert isinstance(scene.world, LocalWorld)
        scene.world.repo.git("config", "almanac.writer", "grace")
        number = merged(scene)
        scene.world.restore_branch(branch_name(number), scene.world.forge.base().commit)
        theirs = scene.by_hand(number, {"late.md": b"1\n"})
        if how == "label":
            scene.world.label(number)
            scene.run(number)
        else:
            scene.world.edit_issue(number, state="open")
            command = CommentCommand(7, "grace", "/almanac cancel", number)
            reconcile(number, scene.world.forge, load_messages(), comment=command)
            assert scene.pull(number).state == "open"  # it proposes to show the event as cancelled, on top of theirs
        assert theirs in (scene.head(number), *scene.world.parents(scene.head(number)))


@both_forges
class TestPull:
    """Someone reopens the pull request itself."""

    def test_after_a_withdrawal_the_next_no_is_a_no(self, scene: Scene) -> None:
        number = scene.proposed()
        head, pull = scene.head(number), scene.pull(number).number
        scene.world.edit_issue(number, state="closed")
        scene.run(number)
        scene.world.reopen_pull(pull, head)
        scene.world.edit_issue(number, state="open")
        assert scene.run(number).plan.outcome == "updated"
        assert scene.memory(number).closed_by is None
        at_rest(scene, number)
        scene.world.close_pull(pull)
        assert scene.run(number).plan.outcome == "refused"
        assert [each.state for each in scene.world.pulls()] == ["closed"]

    def test_after_a_no_closing_the_issue_is_not_a_second_one(self, scene: Scene) -> None:
        number = scene.proposed()
        head, pull = scene.head(number), scene.pull(number).number
        scene.world.close_pull(pull)
        scene.run(number)
        scene.world.reopen_pull(pull, head)
        scene.world.edit_issue(number, state="open")
        scene.run(number)
        assert scene.memory(number).rejected is None
        scene.world.edit_issue(number, state="closed")
        assert scene.run(number).plan.outcome == "closed"
        assert "was closed" in scene.comment(number)


class TestChange:
    """Changes of an event that is on the page."""

    def test_answers_that_had_a_problem_for_a_while(self, scene: Scene) -> None:
        number = merged(scene)
        scene.edit(number, title="Demo Day", date="soon")
        scene.run(number)
        assert "**Date**" in scene.comment(number)
        scene.edit(number, **DEMO_DAY)
        assert scene.run(number).plan.outcome == "unchanged"
        assert f"`{PAGE}`" in scene.comment(number)
        assert "**Date**" not in scene.comment(number)
        at_rest(scene, number)

    @both_forges
    def test_one_that_a_maintainer_refuses_is_called_a_change(self, scene: Scene) -> None:
        number = merged(scene)
        scene.edit(number, **DEMO_DAY, location="Paris")
        scene.run(number)
        scene.world.close_pull(scene.pull(number).number)
        assert scene.run(number).plan.outcome == "refused"
        assert "this change will not be published" in scene.comment(number)
        scene.edit(number, **DEMO_DAY, location="Lyon")
        at_rest(scene, number)

    def test_two_one_after_the_other_with_a_human_s_hand_in_the_first(self, scene: Scene) -> None:
        number = merged(scene)
        scene.edit(number, **DEMO_DAY, location="Paris")
        scene.run(number)
        scene.edit_record(number, "Paris", "Paris, room 5")
        scene.run(number)
        scene.world.merge(scene.pull(number).number)
        assert scene.run(number).plan.outcome == "closed"
        scene.edit(number, **DEMO_DAY, location="Paris", url="https://example.org/x")
        assert scene.run(number).plan.outcome == "created"
        assert 'location: "Paris, room 5"' in scene.record(number)
        assert "https://example.org/x" in scene.record(number)
        at_rest(scene, number)
        scene.world.merge(scene.pull(number).number)
        assert scene.run(number).plan.outcome == "closed"
        assert len([path for path in scene.world.files(scene.world.forge.base().commit) if "2022-01-20" in path]) == 1


def test_git_takes_the_name_of_a_branch_for_the_branch_also_after_it_was_deleted_once(scene: Scene) -> None:
    assert isinstance(scene.world, LocalWorld)
    number = scene.proposed()
    scene.world.edit_issue(number, state="closed")
    scene.run(number)
    scene.edit(number, **DEMO_DAY, location="Paris")
    scene.world.edit_issue(number, state="open")
    scene.run(number)
    assert scene.world.repo.git("rev-parse", branch_name(number)) == scene.head(number)


class TestPageEditedByHand:
    """Someone edits a merged event's section on the default branch, and no record says so yet."""

    def edited(self, scene: Scene, old: str = "- Location: Paris\n", new: str = "- Location: Paris, room 5\n") -> int:
        number = scene.proposed(**DEMO_DAY, location="Paris")
        scene.world.merge(scene.pull(number).number)
        scene.run(number)
        assert old in scene.base_page()
        scene.world.commit({PAGE: scene.base_page().replace(old, new).encode()})
        return number

    @both_forges
    def test_an_edit_of_the_issue_does_not_undo_it(self, scene: Scene) -> None:
        number = self.edited(scene)
        scene.edit(number, **DEMO_DAY, location="Paris", url="https://example.org/x")
        assert scene.run(number).plan.outcome == "created"
        assert "- Location: Paris, room 5\n\n- Register: [example.org](https://example.org/x)\n" in scene.page(number)
        assert 'location: "Paris, room 5"' in scene.record(number)
        at_rest(scene, number)

    def test_a_change_that_is_open_already_takes_it_in(self, scene: Scene) -> None:
        number = merged(scene)
        scene.edit(number, **DEMO_DAY, url="https://example.org/x")
        scene.run(number)
        assert "- When: 9am ET, 3pm CET\n" in scene.base_page()
        page = scene.base_page().replace(
            "Demo Day\n\n- When: 9am ET, 3pm CET\n", "Demo Day\n\n- When: 9am ET, 3pm CET\n\n- Location: Nice\n"
        )
        scene.world.commit({PAGE: page.encode()})
        scene.run(number)
        assert "- Location: Nice\n\n- Register: [example.org](https://example.org/x)\n" in scene.page(number)
        at_rest(scene, number)

    def test_so_does_one_with_someone_s_commits(self, scene: Scene) -> None:
        number = merged(scene)
        scene.edit(number, **DEMO_DAY, url="https://example.org/x")
        scene.run(number)
        scene.by_hand(number, {"notes.md": b"mine\n"})
        page = scene.base_page().replace(
            "Demo Day\n\n- When: 9am ET, 3pm CET\n", "Demo Day\n\n- When: 9am ET, 3pm CET\n\n- Location: Nice\n"
        )
        scene.world.commit({PAGE: page.encode()})
        scene.run(number)
        assert "- Location: Nice\n\n- Register: [example.org](https://example.org/x)\n" in scene.page(number)
        assert scene.files(number)["notes.md"] == b"mine\n"
        at_rest(scene, number)

    def test_a_second_edit_takes_the_place_of_the_first_beside_someone_s_commits(self, scene: Scene) -> None:
        number = self.edited(scene)
        scene.edit(number, **DEMO_DAY, location="Paris", url="https://example.org/x")
        scene.run(number)
        scene.by_hand(number, {"notes.md": b"mine\n"})
        scene.move_base()
        scene.run(number)
        page = scene.base_page().replace("- Location: Paris, room 5\n", "- Location: Paris, room 6\n")
        scene.world.commit({PAGE: page.encode()})
        scene.run(number)
        assert 'location: "Paris, room 6"' in scene.record(number)
        assert scene.files(number)["notes.md"] == b"mine\n"
        at_rest(scene, number)

    def test_it_is_not_a_change_of_the_issue(self, scene: Scene) -> None:
        number = self.edited(scene)
        assert scene.run(number).plan.outcome == "unchanged"
        assert scene.world.head(branch_name(number)) is None

    def test_an_answer_that_disagrees_with_it_is_reported(self, scene: Scene) -> None:
        number = self.edited(scene)
        scene.edit(number, **DEMO_DAY, location="Nice")
        assert scene.run(number).plan.outcome == "unchanged"
        assert "what the issue says for Location" in scene.comment(number)
        at_rest(scene, number)
        scene.edit(number, **DEMO_DAY, location="Paris")
        scene.run(number)
        assert "by hand" not in scene.comment(number)

    def test_where_its_record_was_edited_too_and_disagrees_nothing_is_written_over_either(self, scene: Scene) -> None:
        number = self.edited(scene)
        path = next(path for path in scene.world.files(scene.world.forge.base().commit) if "2022-01-20" in path)
        text = scene.world.files(scene.world.forge.base().commit)[path]
        scene.world.commit({path: text.replace(b'"Paris"', b'"Lyon"')})
        scene.edit(number, **DEMO_DAY, location="Paris", url="https://example.org/x")
        assert scene.run(number).plan.outcome == "waiting"
        assert "both changed on the site's main branch" in scene.comment(number)
        assert scene.world.head(branch_name(number)) is None
