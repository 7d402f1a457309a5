"""Rare situations: markers that are lost, names that are taken, branches without a common commit, races, squashes."""

import pytest
from almanac.defaults import load_messages
from almanac.engine.run import reconcile
from almanac.engine.sweep import reconcile_all
from almanac.errors import ConfigError, Raced
from almanac.proposal.command import CommentCommand
from almanac.proposal.hidden import read_state
from almanac.proposal.names import branch_name

from tests.breaking import Breaking
from tests.forge.worlds import LocalWorld
from tests.scenes import DEMO_DAY, PAGE, RECORD, Scene, both_forges


def lose_marker(scene: Scene, number: int) -> None:
    pull = scene.pull(number)
    scene.world.forge.edit_pull(pull.number, body=read_state(pull.body)[0])


class TestLostMarker:
    def test_a_branch_that_is_ours_is_known_by_its_commit(self, scene: Scene) -> None:
        number = scene.proposed()
        lose_marker(scene, number)
        scene.edit(number, **DEMO_DAY, location="Paris")
        scene.run(number)
        assert 'location: "Paris"' in scene.record(number)
        assert scene.world.parents(scene.head(number)) == (scene.world.forge.base().commit,)
        assert scene.run(number).plan.writes == ()

    def test_what_a_human_wrote_there_stays(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.edit_record(number, 'title: "Demo Day"', 'title: "Demo Night"')
        lose_marker(scene, number)
        scene.edit(number, **DEMO_DAY, location="Paris")
        scene.run(number)
        assert 'title: "Demo Night"' in scene.record(number)
        assert "by hand" in scene.comment(number)

    def test_with_a_problem_in_the_issue_that_is_reported_and_nothing_moves(self, scene: Scene) -> None:
        number = scene.proposed()
        lose_marker(scene, number)
        scene.edit(number, title="Demo Day", date="soon")
        head = scene.head(number)
        scene.move_base()
        assert scene.run(number).plan.outcome == "waiting"
        assert scene.head(number) == head

    def test_with_a_problem_and_a_record_that_is_gone(self, scene: Scene) -> None:
        number = scene.proposed()
        pull = scene.pull(number)
        other = pull.body.replace("2022-01-20-demo-day", "2022-01-20-other")
        scene.world.forge.edit_pull(pull.number, body=other)
        scene.edit(number, title="Demo Day", date="soon")
        scene.move_base()
        assert scene.run(number).plan.outcome == "waiting"
        assert "**Date**" in scene.comment(number)

    def test_after_the_merge_a_later_edit_changes_the_same_record(self, scene: Scene) -> None:
        number = scene.proposed()
        lose_marker(scene, number)
        scene.world.merge(scene.pull(number).number)
        scene.run(number)
        scene.edit(number, **DEMO_DAY, location="Paris")
        assert scene.run(number).plan.outcome == "created"
        assert 'location: "Paris"' in scene.record(number)
        assert [path for path in scene.files(number) if "demo-day" in path] == [RECORD]


class TestTakenName:
    def test_by_hand_while_someone_s_commits_are_on_the_branch(self, scene: Scene) -> None:
        number = scene.proposed()
        theirs = scene.by_hand(number, {"notes.md": b"mine\n"})
        scene.world.commit({RECORD: b'id: "2022-01-20-demo-day"\ntitle: "Demo Day"\ndate: "2022-01-20"\n'})
        assert scene.run(number).plan.outcome == "waiting"
        assert scene.head(number) == theirs
        assert "taken the name" in scene.comment(number)


class TestUnrelatedBranch:
    def orphan(self, scene: Scene, number: int) -> str:
        assert isinstance(scene.world, LocalWorld)
        repo = scene.world.repo
        made = repo.git("commit-tree", f"{scene.head(number)}^{{tree}}", "-m", "Again")
        repo.git("update-ref", f"refs/heads/{branch_name(number)}", made)
        return made

    def test_it_is_left_alone_and_reported(self, scene: Scene) -> None:
        number = scene.proposed()
        made = self.orphan(scene, number)
        assert scene.run(number).plan.outcome == "waiting"
        assert scene.head(number) == made
        assert "no longer has a commit in common" in scene.comment(number)

    def test_commits_that_git_has_lost_do_not_come_back(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.by_hand(number, {"notes.md": b"mine\n"})
        scene.world.edit_issue(number, state="closed")
        scene.run(number)
        pull = scene.pull(number)
        lost = pull.body.replace(str(scene.memory(number).withdrawn), "0" * 40)
        scene.world.forge.edit_pull(pull.number, body=lost)
        scene.world.edit_issue(number, state="open")
        assert scene.run(number).plan.outcome == "created"
        assert "notes.md" not in scene.files(number)


class TestRaces:
    def test_three_lost_races_are_an_error(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.edit(number, **DEMO_DAY, location="Paris")
        forge = Breaking(scene.world.forge)
        forge.between = lambda write: scene.by_hand(number, {f"{write}.md": b"x\n"})
        with pytest.raises(Raced):
            reconcile(number, forge, load_messages())
        assert {"0.md", "1.md", "2.md"} <= scene.files(number).keys()

    def test_a_commit_that_comes_while_a_sweep_rebuilds_is_kept(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.move_base()
        forge = Breaking(scene.world.forge)
        forge.between = lambda write: scene.by_hand(number, {"notes.md": b"x\n"}) if write == 0 else None
        results = list(reconcile_all(forge, load_messages()))
        assert [done.plan.outcome for done in results] == ["updated"]
        assert {"about.md", "notes.md"} <= scene.files(number).keys()

    def test_a_sweep_with_a_new_warning_looks_closer(self, scene: Scene) -> None:
        number = scene.proposed()
        record = b'id: "2022-01-20-demo-day-9"\ntitle: "Demo Day"\ndate: "2022-01-20"\n'
        scene.move_base({RECORD.replace(".yml", "-9.yml"): record})
        results = {done.plan.issue: done for done in scene.sweep()}
        assert results[number].plan.warnings
        assert "already" in scene.comment(number)


class TestCommands:
    def test_a_command_where_our_comment_was_deleted(self, scene: Scene) -> None:
        assert isinstance(scene.world, LocalWorld)
        scene.world.repo.git("config", "almanac.writer", "grace")
        number = scene.file(**DEMO_DAY)
        scene.run(number)
        scene.world.merge(scene.pull(number).number)
        scene.run(number)
        scene.world.forge.delete_comment(number, scene.world.comments(number)[0].id)
        scene.world.edit_issue(number, state="closed")
        said = CommentCommand(5, "grace", "/almanac dance", number)
        reconcile(number, scene.world.forge, load_messages(), comment=said)
        assert "`/almanac retry`" in scene.comment(number)


def test_a_branch_that_was_merged_with_a_commit_that_no_run_had_seen_is_deleted_too(scene: Scene) -> None:
    number = scene.proposed()
    scene.by_hand(number, {"notes.md": b"mine\n"})
    scene.world.merge(scene.pull(number).number)
    assert scene.run(number).plan.outcome == "closed"
    assert scene.world.head(branch_name(number)) is None
    assert scene.pull(number).state == "closed"
    assert scene.run(number).plan.writes == ()


class TestSquash:
    """A branch with a commit that no run has seen is squashed: git cannot tell that it is on the base by now."""

    @pytest.mark.parametrize("said", [True, False])
    @pytest.mark.parametrize("updated", [True, False], ids=["with the base merged into it", "as it was"])
    def test_what_is_edited_on_the_base_after_it_is_not_undone(self, scene: Scene, updated: bool, said: bool) -> None:
        assert isinstance(scene.world, LocalWorld)
        number = scene.proposed(**DEMO_DAY, location="Paris")
        scene.by_hand(number, {"notes.md": b"mine\n"})
        if updated:
            scene.move_base()
            scene.world.repo.git("switch", "--quiet", branch_name(number))
            scene.world.repo.git("merge", "--quiet", "--no-edit", "main")
            scene.world.repo.git("switch", "--quiet", "main")
        files = scene.files(number)
        scene.world.commit({path: files[path] for path in (PAGE, RECORD, "notes.md")})
        if said:
            scene.world.mark_merged(scene.pull(number).number)
            assert scene.run(number).plan.outcome == "closed"
        url = b'url: "https://example.org/theirs"\n'
        scene.world.commit({RECORD: files[RECORD] + url})
        scene.edit(number, **DEMO_DAY, location="Lyon")
        scene.run(number)
        assert "https://example.org/theirs" in scene.record(number)
        assert 'location: "Lyon"' in scene.record(number)
        assert "- Location: Lyon\n\n- Register: " in scene.page(number)
        assert scene.run(number).plan.writes == ()


@both_forges
def test_nothing_is_proposed_where_the_records_would_hide_or_mix_with_data(scene: Scene) -> None:
    number = scene.file(title="Owls", date="2027-01-20")
    hidden = {"_data/events.yml": b"- {title: Owls}\n"}
    others = {f"_data/events/{name}.yml": b"type: meetup\nhost: Owls\n" for name in range(78, 84)}
    for files, words in ((hidden, "vanish"), (others, "6 data files that are no records")):
        scene.world.commit(dict(files))
        with pytest.raises(ConfigError, match=words):
            scene.run(number)
        assert any(words in str(done.error) for done in scene.sweep())
        assert scene.world.pulls() == []
        scene.world.commit(dict.fromkeys(files))
    assert scene.run(number).plan.outcome == "created"
