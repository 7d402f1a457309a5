"""Every row of the table of a proposal's life, on both forges; what needs real merges, on this disk alone."""

import pytest
from almanac.defaults import load_messages
from almanac.engine.run import reconcile
from almanac.event.model import safe_slug
from almanac.forge.local.forge import LocalForge
from almanac.proposal.names import branch_name
from almanac.proposal.state import PutBranch

from tests.breaking import Breaking, BrokenError
from tests.forge.worlds import LocalWorld
from tests.gitrepo import Repo
from tests.scenes import DEMO_DAY, PAGE, RECORD, Scene, both_forges


def world_of(scene: Scene) -> LocalWorld:
    assert isinstance(scene.world, LocalWorld)
    return scene.world


def repo_of(scene: Scene) -> Repo:
    return world_of(scene).repo


def forge_of(scene: Scene) -> LocalForge:
    return world_of(scene).forge


def at_rest(scene: Scene, number: int) -> None:
    """Check that neither another run nor a sweep changes anything."""
    seen = scene.everything(number)
    assert scene.run(number).plan.writes == ()
    assert [done.error for done in scene.sweep() if done.error] == []
    assert scene.everything(number) == seen


@both_forges
class TestClosed:
    def test_by_its_author_and_reopened(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.world.edit_issue(number, state="closed")
        assert scene.run(number).plan.outcome == "closed"
        assert scene.world.head(branch_name(number)) is None
        assert "was closed" in scene.comment(number)
        assert scene.memory(number).closed_by == "almanac"
        at_rest(scene, number)
        scene.world.edit_issue(number, state="open")
        assert scene.run(number).plan.outcome == "created"
        assert scene.pull(number).state == "open"
        at_rest(scene, number)

    def test_while_it_had_problems(self, scene: Scene) -> None:
        number = scene.file(title="X", date="soon")
        scene.run(number)
        scene.world.edit_issue(number, state="closed")
        assert scene.run(number).plan.outcome == "closed"
        assert "was closed" in scene.comment(number)
        at_rest(scene, number)

    def test_before_anybody_looked(self, scene: Scene) -> None:
        number = scene.file(**DEMO_DAY)
        scene.world.edit_issue(number, state="closed")
        assert scene.run(number).plan.outcome is None
        assert scene.world.comments(number) == []


@both_forges
class TestMerged:
    def test_the_issue_is_completed_and_the_comment_names_the_page(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.world.merge(scene.pull(number).number)
        assert scene.run(number).plan.outcome == "closed"
        assert scene.world.issue_state(number) == ("closed", "completed")
        assert f"`{PAGE}`" in scene.comment(number)
        assert scene.world.head(branch_name(number)) is None
        assert scene.run(number).plan.writes == ()

    def test_edited_later_it_gets_another_pull_request_for_the_same_record(self, scene: Scene) -> None:
        number = scene.proposed()
        first = scene.pull(number).number
        scene.world.merge(first)
        scene.run(number)
        scene.edit(number, **{**DEMO_DAY, "date": "2022-01-27"}, location="Paris")
        done = scene.run(number)
        assert done.plan.outcome == "created"
        assert scene.pull(number).number != first
        assert scene.pull(number).title == f"Change event: Thu, Jan 27, 2022 \u2013 Demo Day #{number}"
        assert 'location: "Paris"' in scene.record(number)
        assert "### January 20th" not in scene.page(number)
        assert [path for path in scene.files(number) if "2022" in path] == [RECORD]
        assert scene.run(number).plan.writes == ()

    def test_edited_into_a_problem_it_is_reported_once(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.world.merge(scene.pull(number).number)
        scene.run(number)
        scene.edit(number, title="Demo Day", date="soon")
        assert scene.run(number).plan.outcome == "waiting"
        assert "**Date**" in scene.comment(number)
        assert len(scene.alerts(number)) == 1
        assert scene.run(number).plan.writes == ()

    def test_edited_and_back_again_the_change_is_withdrawn(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.world.merge(scene.pull(number).number)
        scene.run(number)
        scene.edit(number, **DEMO_DAY, location="Paris")
        scene.run(number)
        scene.edit(number, **DEMO_DAY)
        assert scene.run(number).plan.outcome == "closed"
        assert scene.pull(number).state == "closed"
        assert scene.world.head(branch_name(number)) is None
        assert scene.run(number).plan.writes == ()

    def test_a_change_of_it_is_withdrawn_when_the_issue_is_closed_once_more(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.world.merge(scene.pull(number).number)
        scene.run(number)
        scene.world.edit_issue(number, state="open")
        scene.edit(number, **DEMO_DAY, location="Paris")
        scene.run(number)
        scene.world.edit_issue(number, state="closed")
        assert scene.run(number).plan.outcome == "closed"
        assert scene.pull(number).state == "closed"
        assert scene.run(number).plan.writes == ()

    def test_squashed_by_hand(self, scene: Scene) -> None:
        number = scene.proposed()
        files = scene.files(number)
        scene.world.commit({path: files[path] for path in (PAGE, RECORD)})
        assert scene.run(number).plan.outcome == "closed"
        assert scene.pull(number).state == "closed"
        assert scene.world.issue_state(number) == ("closed", "completed")
        assert scene.run(number).plan.writes == ()

    def test_squashed_by_hand_with_someone_s_commits(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.by_hand(number, {"notes.md": b"mine\n"})
        scene.run(number)
        files = scene.files(number)
        scene.world.commit({path: files[path] for path in (PAGE, RECORD, "notes.md")})
        assert scene.run(number).plan.outcome == "closed"
        assert scene.pull(number).state == "closed"

    def test_a_commit_after_the_merge_is_not_deleted(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.world.merge(scene.pull(number).number)
        scene.by_hand(number, {"notes.md": b"mine\n"})
        scene.run(number)
        assert scene.files(number)["notes.md"] == b"mine\n"


@both_forges
class TestRefused:
    def test_it_is_remembered_and_sweeps_do_not_bring_it_back(self, scene: Scene) -> None:
        number = scene.proposed()
        pull = scene.pull(number).number
        scene.world.close_pull(pull)
        assert scene.run(number).plan.outcome == "refused"
        assert scene.world.issue_state(number) == ("closed", "not_planned")
        assert scene.world.head(branch_name(number)) is None
        assert f"request #{pull} was closed" in scene.comment(number) or f"`octo` closed pull request #{pull}" in (
            scene.comment(number)
        )
        assert "reopen" in scene.comment(number)
        assert scene.memory(number).rejected
        at_rest(scene, number)

    def test_a_sweep_finds_it_by_itself(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.world.close_pull(scene.pull(number).number)
        assert [done.plan.outcome for done in scene.sweep()] == ["refused"]
        assert scene.world.issue_state(number) == ("closed", "not_planned")

    def test_reopening_tries_again(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.world.close_pull(scene.pull(number).number)
        scene.run(number)
        scene.world.edit_issue(number, state="open")
        assert scene.run(number).plan.outcome == "created"
        assert [pull.state for pull in scene.world.pulls()] == ["closed", "open"]
        at_rest(scene, number)

    def test_a_branch_that_a_maintainer_deleted_with_it(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.world.close_pull(scene.pull(number).number)
        scene.world.delete_branch(branch_name(number))
        assert scene.run(number).plan.outcome == "refused"
        at_rest(scene, number)

    def test_the_issue_closed_by_hand_as_well(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.world.close_pull(scene.pull(number).number)
        scene.world.edit_issue(number, state="closed")
        assert scene.run(number).plan.outcome == "refused"
        at_rest(scene, number)


class TestGone:
    @both_forges
    def test_the_label_was_taken_off_and_put_back(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.world.label(number)
        assert scene.run(number).plan.outcome == "closed"
        assert scene.pull(number).state == "closed"
        assert scene.world.head(branch_name(number)) is None
        assert "add the label again" in scene.comment(number)
        assert scene.run(number).plan.writes == ()
        scene.world.label(number, "event")
        assert scene.run(number).plan.outcome == "created"

    @both_forges
    def test_a_sweep_sees_that_the_label_is_gone(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.world.label(number, "bug")
        assert [done.plan.outcome for done in scene.sweep()] == ["closed"]
        assert scene.pull(number).state == "closed"

    @pytest.mark.parametrize("sweep", [False, True])
    def test_the_issue_was_deleted(self, scene: Scene, sweep: bool) -> None:
        number = scene.proposed()
        forge_of(scene).delete_issue(number)
        if sweep:
            scene.sweep()
        else:
            assert scene.run(number).plan.outcome == "closed"
        assert scene.pull(number).state == "closed"
        assert scene.world.head(branch_name(number)) is None
        assert scene.run(number).plan.writes == ()

    @both_forges
    def test_someone_s_branch_that_is_called_like_ours_is_left_alone(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.world.label(number)
        scene.run(number)
        bug = scene.world.file_issue("A bug", "### It hurts", labels=("bug",))
        branch = branch_name(bug)
        base = scene.world.forge.base().commit
        write = PutBranch(branch, base, (base,), {"mine.md": "mine\n"}, "Mine", None, {})
        theirs = scene.world.forge.put_branch(write)
        scene.run(bug)
        scene.sweep()
        assert scene.world.head(branch) == theirs


@both_forges
class TestLeftovers:
    """A run that was cut short between the branch and its pull request."""

    def leave(self, scene: Scene) -> int:
        number = scene.file(**DEMO_DAY)
        with pytest.raises(BrokenError):
            reconcile(number, Breaking(scene.world.forge, at=1, singly=True), load_messages())
        assert scene.world.head(branch_name(number))
        assert scene.world.pulls() == []
        return number

    def test_it_is_replaced(self, scene: Scene) -> None:
        number = self.leave(scene)
        scene.edit(number, **DEMO_DAY, location="Paris")
        base = scene.move_base()
        assert scene.run(number).plan.outcome == "created"
        assert scene.world.parents(scene.head(number)) == (base,)
        assert 'location: "Paris"' in scene.record(number)

    def test_someone_s_commit_on_it_is_kept(self, scene: Scene) -> None:
        number = self.leave(scene)
        scene.edit_record(number, 'title: "Demo Day"', 'title: "Demo Night"')
        scene.by_hand(number, {"notes.md": b"mine\n"})
        assert scene.run(number).plan.outcome == "created"
        assert 'title: "Demo Night"' in scene.record(number)
        assert scene.files(number)["notes.md"] == b"mine\n"
        assert scene.run(number).plan.writes == ()

    def test_it_goes_with_the_label(self, scene: Scene) -> None:
        number = self.leave(scene)
        scene.world.label(number, "bug")
        assert scene.sweep()[0].plan.outcome == "closed"
        assert scene.world.head(branch_name(number)) is None

    def test_a_record_of_the_same_name_was_merged_before(self, scene: Scene) -> None:
        number = scene.proposed()
        text = f'id: "{RECORD[len("_data/events/") : -4]}"\nissue: 99\ntitle: "Demo Day"\ndate: "2022-01-20"\n'
        scene.world.commit({RECORD: text.encode()})
        assert scene.run(number).plan.outcome == "updated"
        files = scene.files(number)
        assert files[RECORD] == text.encode()
        assert b'title: "Demo Day"' in files[RECORD.replace(".yml", "-2.yml")]
        assert scene.run(number).plan.writes == ()

    def test_two_open_proposals_of_one_name_have_records_of_their_own(self, scene: Scene) -> None:
        first, second = scene.proposed(), scene.proposed()
        assert scene.memory(first).event != scene.memory(second).event
        assert scene.memory(first).event == f"2022-01-20-{safe_slug('Demo Day')}"


class TestBase:
    @pytest.mark.long
    def test_fifty_proposals_on_one_page_merge_cleanly_in_any_order(self, scene: Scene) -> None:
        scene.world.commit({".github/almanac.yml": f"page: {PAGE}\n".encode()})
        numbers = [
            scene.file(title=f"Event {day}", date=f"2022-0{1 + day // 28}-{1 + day % 28:02}") for day in range(50)
        ]
        assert [done.plan.outcome for done in scene.sweep()] == ["created"] * 50
        repo = repo_of(scene)
        for number in (numbers[25], numbers[0], numbers[49]):
            repo.git("merge", "--quiet", "--no-ff", "--no-edit", branch_name(number))
            results = scene.sweep()
            assert [done.error for done in results if done.error] == []
        left = [number for number in numbers if number not in (numbers[25], numbers[0], numbers[49])]
        base = scene.world.forge.base().commit
        stay = [number for number in left if scene.world.parents(scene.head(number)) != (base,)]
        assert len(stay) > len(left) // 2
        for number in left:
            repo.git("merge-tree", "--write-tree", base, scene.head(number))

    @both_forges
    def test_an_issue_with_a_problem_follows_the_base(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.edit(number, title="Demo Day", date="soon")
        scene.run(number)
        base = scene.move_base()
        assert scene.run(number).plan.outcome == "waiting"
        assert scene.world.parents(scene.head(number)) == (base,)
        assert 'date: "2022-01-20"' in scene.record(number)
        assert "**Date**" in scene.comment(number)
        at_rest(scene, number)
        scene.edit(number, **DEMO_DAY)
        scene.run(number)
        assert "ready for a maintainer" in scene.comment(number)

    @both_forges
    def test_a_rebuild_leaves_the_comment_alone(self, scene: Scene) -> None:
        number = scene.proposed()
        said = scene.world.comments(number)
        scene.move_base()
        assert scene.run(number).plan.outcome == "updated"
        assert scene.world.comments(number) == said
        assert scene.memory(number).told == scene.memory(number).says
