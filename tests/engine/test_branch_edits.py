"""Branch edits: nothing that people commit to a proposal's branch is lost, and the proposal follows issue and base."""

from pathlib import Path

import pytest
from almanac.proposal.names import branch_name

from tests.gitrepo import Repo
from tests.scenes import CONFIG, DEMO_DAY, PAGE, RECORD, RECORDS, Scene, both_forges, new_scene

BINARY = bytes(range(256))


class TestRecord:
    @both_forges
    def test_a_human_s_field_and_the_issue_s_field_come_together(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.edit_record(number, 'title: "Demo Day"', 'title: "Demo Day, Spring"')
        theirs = scene.head(number)
        scene.edit(number, **DEMO_DAY, location="Paris")
        assert scene.run(number).plan.outcome == "updated"
        assert scene.world.parents(scene.head(number)) == (theirs,)
        assert 'title: "Demo Day, Spring"' in scene.record(number)
        assert 'location: "Paris"' in scene.record(number)
        assert "2022:  Demo Day, Spring\n\n- When: 9am ET, 3pm CET\n\n- Location: Paris" in scene.page(number)
        assert "Demo Day, Spring" in scene.comment(number)
        assert "by hand" not in scene.comment(number)

    def test_a_record_edited_alone_brings_the_page_after_it(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.edit_record(number, 'title: "Demo Day"', 'title: "Demo Days"')
        scene.run(number)
        assert "### January 20th, 2022:  Demo Days\n" in scene.page(number)
        seen = scene.everything(number)
        assert scene.run(number).plan.writes == ()
        assert scene.everything(number) == seen

    @both_forges
    def test_what_both_changed_stays_as_the_human_wrote_it_and_is_listed(self, scene: Scene) -> None:
        number = scene.proposed(**DEMO_DAY, location="Paris")
        scene.edit_record(number, "Paris", "Lyon")
        scene.edit(number, **DEMO_DAY, location="Online")
        scene.run(number)
        assert 'location: "Lyon"' in scene.record(number)
        assert "edited the event by hand, so I didn't use what the issue says for Location" in scene.comment(number)
        scene.world.commit({"about.md": b"About\n"})
        scene.run(number)
        assert "edited the event by hand, so I didn't use what the issue says for Location" in scene.comment(number)
        scene.edit(number, **DEMO_DAY, location="Lyon")
        scene.run(number)
        assert "by hand" not in scene.comment(number)

    def test_a_human_s_value_outlives_later_edits_of_other_answers(self, scene: Scene) -> None:
        number = scene.proposed(**DEMO_DAY, location="Paris")
        scene.edit_record(number, "Paris", "Paris, room 5")
        scene.run(number)
        for place in ("Red", "Blue"):
            scene.edit(number, **DEMO_DAY, location="Paris", series=place)
            scene.run(number)
        assert 'location: "Paris, room 5"' in scene.record(number)
        assert 'series: "Blue"' in scene.record(number)

    def test_the_human_s_way_of_writing_stays(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.edit_record(number, 'title: "Demo Day"', "# agreed with the speaker\ntitle: 'Demo Days'")
        scene.edit(number, **DEMO_DAY, location="Paris")
        scene.run(number)
        assert "# agreed with the speaker\ntitle: 'Demo Days'\n" in scene.record(number)
        assert 'location: "Paris"' in scene.record(number)

    @pytest.mark.parametrize("text", [b"title: [\n", b"title: only\n", b"\xff\xfe", None])
    def test_a_record_that_cannot_be_read_is_left_alone_and_reported(self, scene: Scene, text: bytes | None) -> None:
        number = scene.proposed()
        theirs = scene.by_hand(number, {RECORD: text})
        scene.edit(number, **DEMO_DAY, location="Paris")
        assert scene.run(number).plan.outcome == "waiting"
        assert scene.head(number) == theirs
        assert f"#{scene.pull(number).number}" in scene.comment(number)
        assert RECORD in scene.comment(number)
        seen = scene.everything(number)
        assert scene.run(number).plan.writes == ()
        assert scene.everything(number) == seen


class TestPage:
    @both_forges
    def test_an_edit_of_the_section_is_taken_into_the_record(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.edit_page(number, "- When: 9am ET, 3pm CET\n", "- When: 9am ET, 3pm CET\n\n- Location: Paris\n")
        page = scene.page(number)
        scene.run(number)
        assert scene.page(number) == page
        assert 'location: "Paris"' in scene.record(number)
        assert "- Location: Paris" in scene.comment(number)
        scene.edit(number, **DEMO_DAY, url="https://example.org/")
        scene.run(number)
        assert "- Location: Paris\n\n- Register: [example.org](https://example.org/)" in scene.page(number)

    def test_what_the_page_cannot_show_stays_in_the_record(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.edit_record(number, 'title: "Demo Day"', 'title: "Demo Day"\npeople_label: "Hosts"')
        scene.edit_page(number, "- When: 9am ET, 3pm CET\n", "- When: 9am ET, 3pm CET\n\n- Location: Paris\n")
        scene.run(number)
        assert 'location: "Paris"' in scene.record(number)
        assert 'people_label: "Hosts"' in scene.record(number)

    def test_a_section_in_a_style_of_its_own_is_kept_word_for_word(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.edit_page(number, "- When: 9am ET, 3pm CET", "* <b>When</b>: at nine\n\nCome all!")
        page = scene.page(number)
        scene.run(number)
        assert scene.page(number) == page
        scene.edit(number, **DEMO_DAY, location="Paris")
        scene.run(number)
        assert scene.page(number) == page
        assert "edited the event by hand, so I didn't use what the issue says for Location" in scene.comment(number)

    def test_a_title_and_date_changed_on_the_page_alone(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.edit_page(number, "### January 20th, 2022:  Demo Day\n", "### January 21st, 2022:  Open House\n")
        page = scene.page(number)
        scene.run(number)
        assert scene.page(number) == page
        assert 'date: "2022-01-21"' in scene.record(number)
        assert 'title: "Open House"' in scene.record(number)

    def test_another_part_of_the_page_stays_edited(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.edit_page(number, "### More coming soon!", "### Much more coming soon!")
        scene.edit(number, **DEMO_DAY, location="Paris")
        scene.run(number)
        assert "### Much more coming soon!" in scene.page(number)
        assert "- Location: Paris" in scene.page(number)

    def test_a_section_that_was_taken_off_the_page_is_reported(self, scene: Scene) -> None:
        number = scene.proposed()
        theirs = scene.by_hand(number, {PAGE: scene.base_page().encode()})
        assert scene.run(number).plan.outcome == "waiting"
        assert scene.head(number) == theirs

    def test_a_page_that_was_deleted_is_reported(self, scene: Scene) -> None:
        number = scene.proposed()
        theirs = scene.by_hand(number, {PAGE: None})
        assert scene.run(number).plan.outcome == "waiting"
        assert scene.head(number) == theirs

    def test_record_and_page_edited_in_different_ways_is_reported_with_both(self, scene: Scene) -> None:
        number = scene.proposed(**DEMO_DAY, location="Paris")
        scene.edit_page(number, "- Location: Paris", "- Location: Lyon")
        scene.edit_record(number, "Paris", "Nice")
        theirs = scene.head(number)
        assert scene.run(number).plan.outcome == "waiting"
        assert scene.head(number) == theirs
        assert "\n-- Location: Lyon\n+- Location: Nice\n" in scene.comment(number)
        assert "what it should say according to the record" in scene.comment(number)

    def test_record_and_page_edited_alike_is_fine(self, scene: Scene) -> None:
        number = scene.proposed(**DEMO_DAY, location="Paris")
        scene.edit_page(number, "- Location: Paris", "- Location: Lyon")
        scene.edit_record(number, "Paris", "Lyon")
        assert scene.run(number).plan.outcome == "updated"
        assert "- Location: Lyon" in scene.page(number)
        assert scene.run(number).plan.writes == ()


class TestFiles:
    @both_forges
    def test_other_files_alone_need_no_commit_of_ours(self, scene: Scene) -> None:
        number = scene.proposed()
        theirs = scene.by_hand(number, {"notes.md": b"mine\n"})
        scene.run(number)
        assert scene.head(number) == theirs
        assert scene.run(number).plan.writes == ()

    @both_forges
    def test_they_follow_a_base_that_moves_byte_for_byte(self, scene: Scene) -> None:
        scene.world.commit({"old.md": b"old\n", "edited.md": b"one\n"})
        number = scene.proposed()
        theirs = scene.by_hand(
            number, {"photo.bin": BINARY, "deep/er/notes.md": b"mine\r\n", "old.md": None, "edited.md": b"two\n"}
        )
        base = scene.world.commit(
            {"about.md": b"About\n", PAGE: scene.base_page().replace("More coming", "MORE").encode()}
        )
        assert scene.run(number).plan.outcome == "updated"
        assert scene.world.parents(scene.head(number)) == (theirs, base)
        files = scene.files(number)
        assert files["photo.bin"] == BINARY
        assert files["deep/er/notes.md"] == b"mine\r\n"
        assert files["edited.md"] == b"two\n"
        assert "old.md" not in files
        assert files["about.md"] == b"About\n"
        assert b"### MORE soon!" in files[PAGE]
        assert b"Demo Day" in files[PAGE]
        assert scene.run(number).plan.writes == ()

    def test_a_second_move_of_the_base_keeps_them_too(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.by_hand(number, {"notes.md": b"mine\n"})
        for name in ("one.md", "two.md"):
            base = scene.move_base({name: b"x\n"})
            head = scene.head(number)
            scene.run(number)
            assert scene.world.parents(scene.head(number)) == (head, base)
        assert {"notes.md", "one.md", "two.md"} <= scene.files(number).keys()

    @both_forges
    def test_a_text_that_both_sides_changed_is_merged_by_lines(self, scene: Scene) -> None:
        scene.world.commit({"about.md": b"one\ntwo\nthree\n"})
        number = scene.proposed()
        scene.by_hand(number, {"about.md": b"ONE\ntwo\nthree\n"})
        scene.move_base({"about.md": b"one\ntwo\nTHREE\n"})
        scene.run(number)
        assert scene.files(number)["about.md"] == b"ONE\ntwo\nTHREE\n"
        assert "about.md" not in scene.comment(number)

    @pytest.mark.parametrize(("theirs", "base"), [(b"mine\n", b"other\n"), (BINARY, BINARY[::-1]), (None, b"other\n")])
    def test_where_they_clash_the_human_s_stay_and_the_file_is_named(
        self, scene: Scene, theirs: bytes | None, base: bytes
    ) -> None:
        scene.world.commit({"about.md": b"one\n"})
        number = scene.proposed()
        scene.by_hand(number, {"about.md": theirs})
        scene.world.commit({"about.md": base})
        scene.run(number)
        assert scene.files(number).get("about.md") == theirs
        assert "`about.md`" in scene.comment(number)

    def test_both_sides_made_the_same_change(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.by_hand(number, {"about.md": b"same\n"})
        scene.move_base({"about.md": b"same\n"})
        scene.run(number)
        assert scene.files(number)["about.md"] == b"same\n"
        assert "about.md" not in scene.comment(number)

    def test_a_workflow_file_is_never_carried_along(self, scene: Scene) -> None:
        number = scene.proposed()
        theirs = scene.by_hand(number, {".github/workflows/ci.yml": b"on: push\n"})
        assert scene.run(number).plan.outcome == "updated"
        scene.move_base()
        assert scene.run(number).plan.outcome == "waiting"
        assert scene.head(number) == theirs
        assert ".github/workflows/ci.yml" in scene.comment(number)

    def test_the_record_on_the_base_and_on_the_branch_both_edited(self, scene: Scene) -> None:
        number = scene.proposed(**DEMO_DAY, location="Paris", series="Open")
        files = scene.files(number)
        path = "_data/events/2022-01-20-open.yml"
        scene.world.commit({path: files[path], PAGE: files[PAGE]})
        scene.world.close_pull(scene.pull(number).number)
        # Taken over by hand and refused; reopened with another answer, it is a change of that record.
        scene.run(number)
        scene.world.edit_issue(number, state="open")
        scene.edit(number, **DEMO_DAY, location="Nice", series="Open")
        scene.run(number)
        text = scene.record(number, path)
        scene.by_hand(number, {path: text.replace('title: "Demo Day"', 'title: "Demo Night"').encode()})
        moved = scene.world.files(scene.world.forge.base().commit)[path].decode()
        scene.world.commit({path: moved.replace('series: "Open"', 'series: "Closed"').encode()})
        scene.run(number)
        for line in ('title: "Demo Night"', 'series: "Closed"', 'location: "Nice"'):
            assert line in scene.record(number, path)


class TestReopened:
    @both_forges
    def test_human_commits_come_back_when_the_issue_is_reopened(self, scene: Scene) -> None:
        number = scene.proposed(**DEMO_DAY, location="Paris")
        scene.edit_record(number, "Paris", "Lyon")
        scene.by_hand(number, {"notes.md": b"mine\n"})
        scene.world.edit_issue(number, state="closed")
        scene.run(number)
        assert scene.world.head(branch_name(number)) is None
        scene.world.edit_issue(number, state="open")
        assert scene.run(number).plan.outcome == "created"
        assert scene.files(number)["notes.md"] == b"mine\n"
        assert 'location: "Lyon"' in scene.record(number)
        assert scene.run(number).plan.writes == ()

    def test_a_problem_in_the_issue_does_not_keep_the_branch_from_the_new_base(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.by_hand(number, {"notes.md": b"mine\n"})
        scene.edit(number, title="Demo Day", date="soon")
        base = scene.move_base()
        assert scene.run(number).plan.outcome == "waiting"
        assert base in scene.world.parents(scene.head(number))
        assert "notes.md" in scene.files(number)
        assert "**Date**" in scene.comment(number)
        assert scene.run(number).plan.writes == ()


def test_modes_links_and_submodules_are_kept(tmp_path: Path) -> None:
    with new_scene("local", tmp_path) as scene:
        number = scene.proposed()
        repo: Repo = scene.world.repo  # type: ignore[attr-defined]
        branch = branch_name(number)
        repo.git("switch", "--quiet", branch)
        script = repo.folder / "run.sh"
        script.write_bytes(b"#!/bin/sh\n")
        script.chmod(0o755)
        (repo.folder / "link").symlink_to("run.sh")
        repo.commit({"odd name\n.md": "x"})
        repo.git("switch", "--quiet", "main")
        scene.move_base()
        scene.run(number)
        head = scene.head(number)
        assert repo.mode(head, "run.sh") == "100755"
        assert repo.mode(head, "link") == "120000"
        assert repo.files(head)["odd name\n.md"] == b"x"


class TestMoved:
    """The site's settings name another place than the one that the branch was made for."""

    def moved(self, scene: Scene, old: str, new: str, config: str) -> None:
        files = scene.world.files(scene.world.forge.base().commit)
        there = {path: text for path, text in files.items() if path.startswith(old)}
        fresh = {path.replace(old, new): text for path, text in there.items()}
        scene.world.commit({**dict.fromkeys(there), **fresh, CONFIG: config.encode()})

    def test_the_page(self, scene: Scene) -> None:
        ours, theirs = scene.proposed(), scene.proposed(title="Other", date="2022-02-01")
        head = scene.by_hand(theirs, {"notes.md": b"mine\n"})
        self.moved(scene, PAGE, "history.md", "page: history.md\n")
        assert scene.run(ours).plan.outcome == "updated"
        assert b"Demo Day" in scene.files(ours)["history.md"]
        assert PAGE not in scene.files(ours)
        assert scene.run(theirs).plan.outcome == "waiting"
        assert scene.head(theirs) == head
        assert "`history.md`: The history page has been renamed" in scene.comment(theirs)

    def test_the_records(self, scene: Scene) -> None:
        ours, theirs = scene.proposed(), scene.proposed(title="Other", date="2022-02-01")
        head = scene.by_hand(theirs, {"notes.md": b"mine\n"})
        self.moved(scene, RECORDS, "_data/past", f"page: {PAGE}\nrecords: _data/past\n")
        assert scene.run(ours).plan.outcome == "updated"
        assert RECORD.replace(RECORDS, "_data/past") in scene.files(ours)
        assert RECORD not in scene.files(ours)
        assert scene.run(theirs).plan.outcome == "waiting"
        assert scene.head(theirs) == head
        assert "to another folder since this branch was made" in scene.comment(theirs)


class TestBothSides:
    """Someone edits an event on the branch, and someone else the same event on the default branch."""

    def test_a_field_that_both_changed_stays_as_the_branch_has_it_and_its_file_is_named(self, scene: Scene) -> None:
        number = scene.proposed(**DEMO_DAY, location="Paris")
        scene.world.merge(scene.pull(number).number)
        scene.run(number)
        scene.edit(number, **DEMO_DAY, location="Lyon")
        scene.run(number)
        scene.edit_record(number, 'title: "Demo Day"', 'title: "Demo Day, Spring"')
        there = scene.world.files(scene.world.forge.base().commit)[RECORD]
        scene.world.commit({RECORD: there.replace(b'title: "Demo Day"', b'title: "Demo Day, Summer"')})
        scene.run(number)
        assert 'title: "Demo Day, Spring"' in scene.record(number)
        assert f"the site's main branch: `{RECORD}`. I kept the lines of the branch" in scene.comment(number)
