"""The sweep: what it finds, what it costs, and edits made by hand on the base."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from almanac.defaults import load_messages
from almanac.engine.run import Done, reconcile
from almanac.engine.sweep import reconcile_all
from almanac.errors import ForgeError, UserError
from almanac.proposal.names import SYNC_BRANCH, branch_name
from almanac.proposal.state import Plan

from tests.breaking import Breaking
from tests.emulated import GitHubWorld
from tests.forge.worlds import SeenPull
from tests.scenes import CONFIG, DEMO_DAY, PAGE, RECORDS, Scene, both_forges, new_scene

GOVERNMENTS = f"{RECORDS}/2021-11-08-governments-agencies.yml"


@pytest.fixture
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scene]:
    with new_scene(getattr(request, "param", "local"), tmp_path, config="max_open_per_author: 1000\n") as made:
        yield made


def outcomes(results: list[Done]) -> list[object]:
    return [done.plan.outcome for done in results]


class TestEverything:
    @both_forges
    def test_all_states_at_once(self, scene: Scene) -> None:
        fine, moved, closed, bad = (
            scene.proposed(title=f"Event {day}", date=f"2022-05-{day:02}") for day in range(1, 5)
        )
        scene.world.file_issue("A bug", "It hurts", labels=("bug",))
        scene.world.edit_issue(closed, state="closed")
        scene.edit(bad, title="X", date="soon")
        scene.edit(moved, title="Event 2", date="2022-05-20")
        new = scene.file(title="New", date="2022-06-01")
        found = {done.plan.issue: done.plan.outcome for done in scene.sweep() if done.plan.outcome}
        assert found == {fine: "unchanged", moved: "updated", closed: "closed", bad: "waiting", new: "created"}
        assert [done.plan.writes for done in scene.sweep() if done.plan.writes] == []

    def test_a_failure_of_one_does_not_stop_the_others(self, scene: Scene) -> None:
        first = scene.proposed()
        second = scene.file(title="Other", date="2022-06-01")
        record = next(path for path in scene.files(first) if "2022" in path)
        scene.world.commit({record: b"title: [\n"})
        results = scene.sweep()
        failed = {done.plan.issue for done in results if done.error}
        assert first in failed
        assert {done.plan.issue: done.plan.outcome for done in results}[second] == "created"

    def test_who_watches_is_told_what_is_worked_on_and_can_keep_an_issue_from_it(self, scene: Scene) -> None:
        first, second = scene.file(title="First", date="2022-06-01"), scene.file(title="Other", date="2022-06-02")
        seen: list[int | str] = []

        def watch(what: int | str) -> None:
            seen.append(what)
            if what == first:
                raise ForgeError("Not this one.")

        results = {done.plan.issue: done for done in reconcile_all(scene.world.forge, load_messages(), watch=watch)}
        assert str(results[first].error) == "Not this one."
        assert results[second].plan.outcome == "created"
        assert {CONFIG, PAGE, RECORDS} <= {*seen[: seen.index(first)]}
        assert {f"the text of issue {second}", PAGE} <= {*seen[seen.index(second) :]}

    def test_a_broken_config_stops_it_at_once(self, scene: Scene) -> None:
        scene.world.commit({CONFIG: b"pgae: x\n"})
        with pytest.raises(UserError):
            scene.sweep()

    def test_progress_is_reported_before_each(self, scene: Scene) -> None:
        for day in (1, 2, 3):
            scene.file(title=f"Event {day}", date=f"2022-05-{day:02}")
        told: list[tuple[int, int]] = []
        list(
            reconcile_all(scene.world.forge, load_messages(), progress=lambda place, count: told.append((place, count)))
        )
        assert told == [(1, 3), (2, 3), (3, 3)]

    @both_forges
    def test_a_dry_run_writes_nothing(self, scene: Scene) -> None:
        number = scene.proposed()
        new = scene.file(title="New", date="2022-06-01")
        scene.move_base({PAGE: scene.base_page().replace("Demos", "Many demos").encode()})
        seen = scene.everything(number), scene.everything(new), scene.world.head(SYNC_BRANCH)
        results = list(reconcile_all(scene.world.forge, load_messages(), dry_run=True))
        assert outcomes(results) == ["created", "updated", "created"]
        assert (scene.everything(number), scene.everything(new), scene.world.head(SYNC_BRANCH)) == seen

    @both_forges
    def test_a_comment_that_a_crash_kept_back_is_written(self, scene: Scene) -> None:
        number = scene.proposed()
        assert scene.memory(number).told is None
        scene.world.forge.delete_comment(number, scene.world.comments(number)[0].id)
        scene.sweep()
        assert "ready for a maintainer" in scene.comment(number)

    def test_two_that_are_duplicates_are_found_within_one_sweep(self, scene: Scene) -> None:
        numbers = [scene.file(**DEMO_DAY) for _ in range(2)]
        results = {done.plan.issue: done for done in scene.sweep()}
        assert results[numbers[1]].plan.warnings
        assert scene.memory(numbers[0]).event != scene.memory(numbers[1]).event


@pytest.mark.emulator
class TestCost:
    @pytest.fixture
    def github(self, tmp_path: Path) -> Iterator[tuple[Scene, GitHubWorld]]:
        with new_scene("github", tmp_path, config="max_open_per_author: 1000\n") as made:
            assert isinstance(made.world, GitHubWorld)
            yield made, made.world

    def swept(self, world: GitHubWorld) -> tuple[int, int]:
        proxy = world.emulator.proxy
        proxy.requests.clear()
        results = list(reconcile_all(world.connect(), load_messages()))
        assert [done.error for done in results if done.error] == []
        return len(proxy.reads), len(proxy.writes)

    @pytest.mark.long
    def test_two_hundred(self, github: tuple[Scene, GitHubWorld]) -> None:
        scene, world = github
        for number in range(200):
            scene.file(title=f"Event {number}", date=f"{2001 + number // 28}-05-{1 + number % 28:02}")
        reads, writes = self.swept(world)
        assert reads + writes <= 60
        assert self.swept(world) == (3, 0)
        scene.world.commit({"about.md": b"x\n"})
        assert self.swept(world) == (4, 0)

    def test_proposals_that_single_runs_made(self, github: tuple[Scene, GitHubWorld]) -> None:
        scene, world = github
        for day in (1, 2, 3):
            scene.proposed(title=f"Event {day}", date=f"2022-05-{day:02}")
        assert self.swept(world) == (2, 0)

    def test_an_issue_that_shows_that_it_is_not_ours(self, github: tuple[Scene, GitHubWorld]) -> None:
        _, world = github
        number = world.file_issue("A bug", "It hurts", labels=("bug",))
        world.emulator.proxy.requests.clear()
        assert reconcile(number, world.connect(), load_messages()).plan.outcome is None
        assert [str(request) for request in world.emulator.proxy.requests] == ["POST /graphql"]


class TestEdits:
    """What people edit on the base by hand is offered as a proposal of its own."""

    def edit_page(self, scene: Scene, old: str, new: str) -> str:
        assert old in scene.base_page()
        return scene.world.commit({PAGE: scene.base_page().replace(old, new).encode()})

    def offer(self, scene: Scene) -> SeenPull:
        return [pull for pull in scene.world.pulls() if pull.head == SYNC_BRANCH][-1]

    def plan(self, scene: Scene) -> Plan | None:
        return next((done.plan for done in scene.sweep() if done.plan.issue == 0), None)

    def offered_files(self, scene: Scene) -> dict[str, bytes]:
        head = scene.world.head(SYNC_BRANCH)
        assert head
        before, after = scene.world.files(scene.world.forge.base().commit), scene.world.files(head)
        return {path: text for path, text in after.items() if before.get(path) != text}

    def test_without_edits_there_is_nothing_to_report(self, scene: Scene) -> None:
        assert self.plan(scene) is None
        assert scene.world.head(SYNC_BRANCH) is None

    @both_forges
    def test_a_section_that_was_edited_goes_into_its_record(self, scene: Scene) -> None:
        base = self.edit_page(scene, "9am ET, 3pm CET", "10am ET, 4pm CET")
        plan = self.plan(scene)
        assert plan
        assert plan.outcome == "created"
        files = self.offered_files(scene)
        assert list(files) == [GOVERNMENTS]
        assert b'when: "10am ET, 4pm CET"' in files[GOVERNMENTS]
        head = scene.world.head(SYNC_BRANCH)
        assert head
        assert scene.world.parents(head) == (base,)
        assert f"`{GOVERNMENTS}`" in self.offer(scene).body
        plan = self.plan(scene)
        assert plan is None or plan.writes == ()

    def test_a_record_that_was_edited_or_written_brings_its_section(self, scene: Scene) -> None:
        text = scene.world.files(scene.world.forge.base().commit)[GOVERNMENTS]
        mine = b'id: "2020-01-01-mine"\ntitle: "Mine"\ndate: "2020-01-01"\n'
        scene.world.commit(
            {GOVERNMENTS: text.replace(b"Live from Paris", b"Live from Nice"), f"{RECORDS}/2020-01-01-mine.yml": mine}
        )
        assert self.plan(scene)
        page = self.offered_files(scene)[PAGE].decode()
        assert "Live from Nice" in page
        assert "### January 1st, 2020:  Mine" in page

    @both_forges
    def test_it_follows_the_base_and_goes_when_it_was_merged(self, scene: Scene) -> None:
        self.edit_page(scene, "9am ET, 3pm CET", "10am ET, 4pm CET")
        self.plan(scene)
        record = scene.world.files(scene.world.commit({"about.md": b"x\n"}))[GOVERNMENTS]
        plan = self.plan(scene)
        assert plan is None or (plan.outcome, plan.writes) == ("unchanged", ())
        base = scene.world.commit({GOVERNMENTS: b"# A record\n" + record})
        plan = self.plan(scene)
        assert plan
        assert plan.outcome == "updated"
        head = scene.world.head(SYNC_BRANCH)
        assert head
        assert scene.world.parents(head) == (base,)
        scene.world.merge(self.offer(scene).number)
        self.plan(scene)
        assert scene.world.head(SYNC_BRANCH) is None
        assert self.plan(scene) is None

    def test_another_address_of_the_site_comes_into_calendar_and_feed(self, scene: Scene) -> None:
        views = f"page: {PAGE}\ncalendar: events.ics\nfeed: feed.xml\n".encode()
        scene.world.commit({CONFIG: views, "_config.yml": b"url: https://old.example\n"})
        assert self.plan(scene)
        scene.world.merge(self.offer(scene).number)
        self.plan(scene)
        scene.world.commit({"_config.yml": b"url: https://new.example\n"})
        assert self.plan(scene)
        files = self.offered_files(scene)
        assert files.keys() == {"events.ics", "feed.xml"}
        assert all(b"https://new.example" in text and b"https://old.example" not in text for text in files.values())
        scene.world.merge(self.offer(scene).number)
        self.plan(scene)
        assert self.plan(scene) is None

    def test_it_goes_when_the_edit_was_taken_back(self, scene: Scene) -> None:
        self.edit_page(scene, "9am ET, 3pm CET", "10am ET, 4pm CET")
        self.plan(scene)
        self.edit_page(scene, "10am ET, 4pm CET", "9am ET, 3pm CET")
        plan = self.plan(scene)
        assert plan
        assert plan.outcome == "closed"
        assert (self.offer(scene).state, scene.world.head(SYNC_BRANCH)) == ("closed", None)

    @both_forges
    def test_a_no_is_remembered_until_something_else_is_edited(self, scene: Scene) -> None:
        self.edit_page(scene, "9am ET, 3pm CET", "10am ET, 4pm CET")
        self.plan(scene)
        scene.world.close_pull(self.offer(scene).number)
        plan = self.plan(scene)
        assert plan
        assert plan.outcome == "refused"
        assert scene.world.head(SYNC_BRANCH) is None
        plan = self.plan(scene)
        assert plan
        assert (plan.outcome, plan.writes) == ("refused", ())
        self.edit_page(scene, "10am ET, 4pm CET", "11am ET, 5pm CET")
        plan = self.plan(scene)
        assert plan
        assert plan.outcome == "created"

    def test_both_edited_is_reported_and_changes_nothing(self, scene: Scene) -> None:
        text = scene.world.files(scene.world.forge.base().commit)[GOVERNMENTS]
        self.edit_page(scene, "9am ET, 3pm CET", "10am ET, 4pm CET")
        self.plan(scene)
        scene.world.commit({GOVERNMENTS: text.replace(b"Live from Paris", b"Live from Nice")})
        plan = self.plan(scene)
        assert plan
        assert plan.outcome == "waiting"
        assert "both changed" in plan.problems[0].message
        assert "both changed" in self.offer(scene).body
        plan = self.plan(scene)
        assert plan
        assert plan.writes == ()

    @both_forges
    def test_another_sweep_that_is_quicker_is_not_a_failure(self, scene: Scene) -> None:
        self.edit_page(scene, "9am ET, 3pm CET", "10am ET, 4pm CET")
        forge = Breaking(scene.world.forge)
        forge.between = lambda write: list(scene.sweep()) if write == 0 else None
        assert [(done.plan.outcome, done.error) for done in reconcile_all(forge, load_messages())] == [
            ("unchanged", None)
        ]
        assert len([pull for pull in scene.world.pulls() if pull.head == SYNC_BRANCH]) == 1

    def test_someone_s_commit_on_its_branch_is_left_alone(self, scene: Scene) -> None:
        self.edit_page(scene, "9am ET, 3pm CET", "10am ET, 4pm CET")
        self.plan(scene)
        theirs = scene.world.commit({"notes.md": b"mine\n"}, branch=SYNC_BRANCH)
        plan = self.plan(scene)
        assert plan
        assert (plan.outcome, plan.writes) == ("waiting", ())
        assert scene.world.head(SYNC_BRANCH) == theirs

    def test_open_proposals_do_not_touch_what_was_edited(self, scene: Scene) -> None:
        number = scene.proposed()
        self.edit_page(scene, "9am ET, 3pm CET\n\n- Three", "10am ET, 4pm CET\n\n- Three")
        results = {done.plan.issue: done.plan.outcome for done in scene.sweep()}
        assert results == {0: "created", number: "unchanged"}
        assert scene.world.head(branch_name(number))

    def test_a_site_without_records_is_left_alone(self, scene: Scene) -> None:
        names = [path for path in scene.world.files(scene.world.forge.base().commit) if path.startswith(RECORDS)]
        scene.world.commit(dict.fromkeys(names))
        assert self.plan(scene) is None

    def test_a_record_that_cannot_be_read_is_a_failure_of_this_alone(self, scene: Scene) -> None:
        number = scene.file(**DEMO_DAY)
        scene.world.commit({GOVERNMENTS: b"title: [\n"})
        results = {done.plan.issue: done for done in scene.sweep()}
        assert results[0].error
        assert results[number].plan.outcome == "created"
        assert scene.memory(number).swept
