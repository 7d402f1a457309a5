"""When the base moves: what is left alone, what is built again, and that git merges what was left alone as intended."""

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from almanac.defaults import load_messages
from almanac.engine.run import reconcile
from almanac.engine.sweep import reconcile_all
from almanac.proposal.hidden import read_state, with_state
from almanac.proposal.names import branch_name

from tests.breaking import Breaking
from tests.forge.worlds import LocalWorld
from tests.gitrepo import Repo
from tests.scenes import CONFIG, DEMO_DAY, FORM, PAGE, RECORD, RECORDS, Scene, both_forges

VIEWS = "calendar: events.ics\nfeed: feed.xml\ndata: events.json\n"
TEMPLATE = ".github/almanac/section.j2"
SECTION = '### {{ date | like("November 8th, 2021") }}: {{ title | text }}\n\n- Where: {{ location | text }}\n'
LIST, ROW = "_data/talks.yml", ".github/almanac/row.j2"
INTRO, END = "The center of OSPO++", "### More coming soon!"


def written(scene: Scene, number: int | None = None) -> list[str]:
    """Look at one issue, or at all, and list what was written."""
    forge = Breaking(scene.world.forge)
    if number:
        assert reconcile(number, forge, load_messages()).error is None
    else:
        assert [done.error for done in reconcile_all(forge, load_messages()) if done.error] == []
    return forge.written


def edit_base(scene: Scene, old: str, new: str, path: str = PAGE) -> str:
    """Someone edits a file on the base."""
    text = scene.world.files(scene.world.forge.base().commit)[path].decode()
    assert old in text
    return scene.world.commit({path: text.replace(old, new, 1).encode()})


def is_left_alone(scene: Scene, number: int) -> bool:
    """Look at a proposal; tell whether its branch stayed, and make sure that git merges it as intended."""
    head = scene.head(number)
    assert scene.run(number).plan.outcome in ("unchanged", "updated")
    check_merge(scene, number)
    return scene.head(number) == head


def check_merge(scene: Scene, number: int) -> None:
    """See that git merges a proposal's branch, into just what one that is built now, on a copy of the site, holds."""
    assert isinstance(scene.world, LocalWorld)
    folder = scene.world.repo.folder
    tree, conflicts = scene.world.repo.merge_tree(scene.world.forge.base().commit, scene.head(number))
    assert not conflicts
    copy = folder.with_name(f"{folder.name}-copy")
    shutil.copytree(folder, copy)
    try:
        other = Scene(LocalWorld(copy))
        base = other.move_base({})
        other.run(number)
        assert base in other.world.parents(other.head(number))
        wanted = other.files(number)
    finally:
        shutil.rmtree(copy)
    merged = Repo(folder).files(tree)
    assert {path for path in {*merged, *wanted} - {CONFIG} if merged.get(path) != wanted.get(path)} == set()


@both_forges
def test_a_commit_that_touches_nothing_of_it_writes_nothing(scene: Scene) -> None:
    number, other = scene.proposed(), f"{RECORDS}/2001-01-01-x.yml"
    head, base = scene.head(number), scene.memory(number).base
    scene.world.commit({"about.md": b"x\n", other: b'id: "2001-01-01-x"\ntitle: "X"\ndate: "2001-01-01"\n'})
    assert written(scene, number) == []
    scene.world.commit({other: None})
    assert written(scene) == []
    assert (scene.head(number), scene.memory(number).base) == (head, base)
    assert scene.run(number).plan.outcome == "unchanged"


@both_forges
def test_a_change_of_the_page_elsewhere_writes_nothing_and_one_beside_it_builds_it_again(scene: Scene) -> None:
    number = scene.proposed()
    edit_base(scene, INTRO, f"**{INTRO}**")
    assert written(scene) == []
    base = edit_base(scene, END, "### More is coming soon!")
    assert written(scene, number) == ["put_branch", "edit_pull"]
    assert scene.world.parents(scene.head(number)) == (base,)
    assert {f"**{INTRO}**", "### More is coming soon!"} <= {*scene.page(number).splitlines(), f"**{INTRO}**"}
    assert written(scene) == []


@both_forges
def test_of_many_on_one_page_a_merge_rebuilds_those_alone_that_it_touches(scene: Scene) -> None:
    # The page's own events are between them.
    numbers = [scene.proposed(title=f"Event {date}", date=date) for date in ("2021-11-10", "2022-03-01", "2022-03-02")]
    heads = [scene.head(number) for number in numbers]
    scene.world.merge(scene.pull(numbers[1]).number)
    scene.sweep()
    assert [scene.head(number) == head for number, head in zip(numbers[::2], heads[::2], strict=True)] == [True, False]
    assert written(scene) == []


def test_the_first_record_of_all_rebuilds_those_alone_that_it_touches(scene: Scene) -> None:
    """With it comes the folder, of which a new file is no concern."""
    days = [f"202{year}-05-01" for year in range(8)]
    page = "".join(f"### May 1st, {day[:4]}:  Day {day}\n\n- Topic:  A topic\n\n" for day in reversed(days[1::2]))
    there = scene.world.files(scene.world.forge.base().commit)
    scene.world.commit({PAGE: f"# Events\n\n{page}".encode(), **{one: None for one in there if RECORDS in one}})
    numbers = [scene.proposed(title=f"Event {day}", date=day) for day in days[::2]]
    scene.world.merge(scene.pull(numbers[1]).number)
    assert [is_left_alone(scene, number) for number in (numbers[0], *numbers[2:])] == [True] * 3


def test_a_site_may_want_every_branch_up_to_date(scene: Scene) -> None:
    number = scene.proposed()
    base = scene.move_base()
    assert written(scene) == ["put_branch", "edit_pull"]
    assert scene.world.parents(scene.head(number)) == (base,)


@pytest.mark.parametrize("built", [None, {}, {"inputs": {}, "at": "x"}, {"inputs": {"x": "1"}, "at": "1"}])
def test_a_marker_that_does_not_say_what_it_was_built_from_has_it_built_again(scene: Scene, built: object) -> None:
    number = scene.proposed()
    pull = scene.pull(number)
    text, entries = read_state(pull.body)
    scene.world.forge.edit_pull(pull.number, body=with_state(text, {**entries, "built": built}))
    assert written(scene, number) == []
    scene.world.commit({"about.md": b"x\n"})
    assert written(scene, number) == ["put_branch", "edit_pull"]
    scene.world.commit({"about.md": b"y\n"})
    assert written(scene, number) == []


def test_a_branch_that_holds_something_else_than_we_would_have_built_is_built_again(scene: Scene) -> None:
    number = scene.proposed()
    pull = scene.pull(number)
    text, entries = read_state(pull.body)
    other = {**entries["built"], "files": "0123456789abcdef"}
    scene.world.forge.edit_pull(pull.number, body=with_state(text, {**entries, "built": other}))
    scene.world.commit({"about.md": b"x\n"})
    assert written(scene, number) == []
    edit_base(scene, INTRO, f"**{INTRO}**")
    assert written(scene, number) == ["put_branch", "edit_pull"]


@both_forges
def test_a_base_whose_history_was_rewritten_is_no_place_to_stay_on(scene: Scene) -> None:
    before = scene.world.forge.base().commit
    scene.world.commit({"secret.txt": b"x\n"})
    number = scene.proposed()
    scene.world.rewind(before)
    base = scene.world.commit({"about.md": b"x\n"})
    assert written(scene, number) == ["put_branch", "edit_pull"]
    assert scene.world.parents(scene.head(number)) == (base,)
    assert "secret.txt" not in scene.files(number)


class TestInputs:
    """Each kind of what a proposal is built from."""

    def test_the_config_and_the_form(self, scene: Scene) -> None:
        number = scene.proposed()
        edit_base(scene, "page:", "max_open_per_author: 20\npage:", CONFIG)
        edit_base(scene, "name:", "# A form\nname:", FORM)
        assert written(scene) == []
        edit_base(scene, "page:", 'pull_requests: {title: "New: {title}, {date}"}\npage:', CONFIG)
        assert is_left_alone(scene, number)
        files = scene.world.files(scene.world.forge.base().commit)
        scene.world.commit({PAGE: None, "history.md": files[PAGE], CONFIG: b"page: history.md\n"})
        assert not is_left_alone(scene, number)
        assert b"Demo Day" in scene.files(number)["history.md"]
        assert PAGE not in scene.files(number)

    def test_another_calendar_is_added_and_one_taken_away(self, scene: Scene) -> None:
        scene.world.commit({CONFIG: f"page: {PAGE}\ncalendar: one.ics\n".encode()})
        scene.sweep()
        number = scene.proposed()
        scene.world.commit({CONFIG: f"page: {PAGE}\ncalendar: two.ics\n".encode()})
        assert not is_left_alone(scene, number)
        assert ("one.ics" in scene.files(number), "two.ics" in scene.files(number)) == (False, True)

    def test_a_template(self, scene: Scene) -> None:
        config = f"page: {PAGE}\nsection_template: {TEMPLATE}\n"
        scene.world.commit({CONFIG: config.encode(), TEMPLATE: SECTION.encode()})
        number = scene.proposed(**DEMO_DAY, location="Paris")
        scene.world.commit({TEMPLATE: b"{# Ours #}" + SECTION.encode()})
        assert is_left_alone(scene, number)
        scene.world.commit({TEMPLATE: SECTION.replace("Where", "Place").encode()})
        assert not is_left_alone(scene, number)
        assert "- Place: Paris" in scene.page(number)

    def test_the_record_that_it_changes(self, scene: Scene) -> None:
        number = scene.proposed(**DEMO_DAY, location="Paris")
        scene.world.merge(scene.pull(number).number)
        scene.run(number)
        scene.edit(number, **DEMO_DAY, location="Lyon")
        assert scene.run(number).plan.outcome == "created"
        edit_base(scene, 'title: "Demo Day"', "title: 'Demo Day'", RECORD)
        is_left_alone(scene, number)
        edit_base(scene, 'location: "Paris"', 'location: "Paris"\nrecording: "https://example.org/v"', RECORD)
        assert not is_left_alone(scene, number)
        assert "example.org/v" in scene.record(number)

    def test_another_record_takes_the_name(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.world.commit({RECORD: b'id: "2022-01-20-demo-day"\ntitle: "X"\ndate: "2022-01-20"\nissue: 99\n'})
        assert not is_left_alone(scene, number)

    def test_the_folder_of_all_records_moves_away(self, scene: Scene) -> None:
        """Git would take the new record along, and call that a conflict."""
        number = scene.proposed()
        files = scene.world.files(scene.world.forge.base().commit)
        records = {path: text for path, text in files.items() if path.startswith(f"{RECORDS}/")}
        moved = {path.replace(RECORDS, "_data/old"): text for path, text in records.items()}
        scene.world.commit({**dict.fromkeys(records), **moved})
        assert not is_left_alone(scene, number)

    def test_calendar_feed_and_data(self, scene: Scene) -> None:
        scene.world.commit({CONFIG: f"page: {PAGE}\n{VIEWS}".encode()})
        scene.sweep()
        scene.world.merge(max(pull.number for pull in scene.world.pulls()))
        scene.sweep()
        dates = ("2020-01-01", "2021-11-20", "2022-03-02")
        numbers = [scene.proposed(title=f"Event {date}", date=date) for date in dates]
        edit_base(scene, INTRO, f"**{INTRO}**")
        assert written(scene) == []
        scene.world.merge(scene.pull(numbers[2]).number)
        scene.sweep()
        for number in numbers[:2]:
            check_merge(scene, number)
        assert written(scene) == []

    @pytest.mark.parametrize(("date", "alone"), [("2026-01-01", True), ("2026-05-02", False)])
    def test_a_list_of_the_site_s_own(self, scene: Scene, date: str, alone: bool) -> None:
        rows = "".join(
            f'- title: "Talk {day}"\n  date: 2026-0{day}-01\n  room: Room {day}\n' for day in range(5, 1, -1)
        )
        row = '- title: "{{ title }}"\n  date: {{ date }}\n  room: "{{ location }}"\n'
        config = f"list: {LIST}\nlist_template: {ROW}\n"
        scene.world.commit({CONFIG: config.encode(), LIST: rows.encode(), ROW: row.encode(), PAGE: None})
        number, other = (scene.proposed(title=f"New {each}", date=each) for each in ("2026-05-03", date))
        scene.world.merge(scene.pull(other).number)
        assert is_left_alone(scene, number) == alone


class TestUpdateBranch:
    """The button by which anyone merges the base into a pull request's branch."""

    @both_forges
    def test_it_is_no_commit_of_a_person_s(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.world.commit({"about.md": b"x\n"})
        edit_base(scene, INTRO, f"**{INTRO}**")
        head = scene.world.join(branch_name(number), "main")
        assert written(scene, number) == ["edit_pull"]
        assert scene.head(number) == scene.memory(number).commit == head
        assert not scene.memory(number).shared
        assert written(scene) == []
        scene.world.commit({"about.md": b"y\n"})
        assert written(scene) == []
        base = edit_base(scene, END, "### More is coming soon!")
        assert written(scene, number) == ["put_branch", "edit_pull"]
        assert scene.world.parents(scene.head(number)) == (base,)

    def test_nor_after_the_answers_were_edited(self, scene: Scene) -> None:
        number = scene.proposed()
        base = edit_base(scene, INTRO, f"**{INTRO}**")
        scene.world.join(branch_name(number), "main")
        scene.edit(number, **DEMO_DAY, location="Lyon")
        assert is_left_alone(scene, number) is False
        assert scene.world.parents(scene.head(number)) == (base,)

    @pytest.mark.parametrize("first", [True, False])
    def test_what_someone_commits_beside_it_stays(self, scene: Scene, first: bool) -> None:
        number = scene.proposed()
        scene.world.commit({"about.md": b"x\n"})
        if first:
            scene.by_hand(number, {"notes.md": b"mine\n"})
        head = scene.world.join(branch_name(number), "main")
        if not first:
            head = scene.by_hand(number, {"notes.md": b"mine\n"})
        scene.run(number)
        assert scene.memory(number).shared
        scene.edit(number, **DEMO_DAY, location="Lyon")
        scene.run(number)
        assert scene.world.parents(scene.head(number)) == (head,)
        assert scene.files(number)["notes.md"] == b"mine\n"

    def test_what_someone_changed_in_the_merge_stays(self, scene: Scene) -> None:
        number = scene.proposed()
        scene.world.commit({"about.md": b"x\n"})
        scene.world.join(branch_name(number), "main")
        text = scene.record(number).replace('"Demo Day"', '"Demo Night"')
        assert isinstance(scene.world, LocalWorld)
        repo = scene.world.repo
        repo.git("switch", "--quiet", branch_name(number))
        repo.write({RECORD: text})
        repo.git("commit", "--quiet", "--amend", "--no-edit", "--all")
        repo.git("switch", "--quiet", "main")
        scene.run(number)
        assert scene.memory(number).shared
        assert "Demo Night" in scene.record(number)


class TestShared:
    """Branches on which people have committed."""

    @both_forges
    def test_no_merge_commit_is_made_as_long_as_git_merges_it_as_intended(self, scene: Scene) -> None:
        number = scene.proposed()
        theirs = scene.by_hand(number, {"notes.md": b"mine\n"})
        scene.world.commit({"about.md": b"x\n"})
        assert written(scene, number) == ["edit_pull"]
        for commit in ({"about.md": b"y\n"}, {"about.md": b"z\n"}):
            scene.world.commit(commit)
            assert written(scene) == []
        assert scene.head(number) == theirs
        base = edit_base(scene, END, "### More is coming soon!")
        assert written(scene, number) == ["put_branch", "edit_pull"]
        assert scene.world.parents(scene.head(number)) == (theirs, base)
        assert scene.files(number)["notes.md"] == b"mine\n"

    def test_a_file_of_theirs_that_the_base_changes_too(self, scene: Scene) -> None:
        scene.world.commit({"about.md": b"1\n2\n3\n4\n"})
        number = scene.proposed()
        theirs = scene.by_hand(number, {"about.md": b"one\n2\n3\n4\n"})
        scene.world.commit({"about.md": b"1\n2\n3\nfour\n"})
        scene.run(number)
        check_merge(scene, number)
        base = scene.world.commit({"about.md": b"1\n2!\n3\nfour\n"})
        scene.run(number)
        assert scene.world.parents(scene.head(number)) == (theirs, base)
        assert scene.files(number)["about.md"] == b"one\n2!\n3\nfour\n"


def moves(chance: random.Random) -> Iterator[str]:
    """Give what happens to the base, in some order."""
    kinds = ["merge", "about", "page", "intro", "config", "update"]
    yield from chance.sample(kinds * 2, 8)


@pytest.mark.long
@pytest.mark.parametrize("config", ["", VIEWS, "upcoming: '#Coming'\n", "order: newest\n"])
def test_whatever_happens_what_is_left_alone_merges_as_intended(tmp_path: Path, scene: Scene, config: str) -> None:
    chance = random.Random(len(config))  # noqa: S311 - not a secret
    page = scene.base_page().replace("### November", "## Coming\n\n## Past\n\n### November", 1)
    scene.world.commit({CONFIG: f"page: {PAGE}\n{config}".encode(), **({PAGE: page.encode()} if "#" in config else {})})
    scene.sweep()
    for pull in scene.world.pulls():
        scene.world.merge(pull.number)
    days = [f"20{chance.choice((20, 21, 22, 26))}-{chance.randint(1, 12):02}-11" for _ in range(6)]
    numbers = [scene.proposed(title=f"Event {at}", date=day, location="Paris") for at, day in enumerate(days)]
    left = 0
    for at, move in enumerate(moves(chance)):
        number = chance.choice(numbers)
        if move == "merge":
            numbers.remove(number)
            scene.world.merge(scene.pull(number).number)
        elif move == "about":
            scene.world.commit({"about.md": f"{at}\n".encode()})
        elif move == "page":
            lines = scene.base_page().splitlines(keepends=True)
            place = chance.choice([at for at, line in enumerate(lines) if line.startswith("    * ")])
            lines[place] = lines[place].rstrip() + f" {at}\n"
            scene.world.commit({PAGE: "".join(lines).encode()})
        elif move == "intro":
            edit_base(scene, INTRO, f"{INTRO} {at}")
        elif move == "config":
            edit_base(scene, "page:", f"# {at}\npage:", CONFIG)
        else:
            scene.world.join(branch_name(number), "main")
        heads = {number: scene.head(number) for number in numbers}
        scene.sweep()
        for number, head in heads.items():
            left += scene.head(number) == head
            check_merge(scene, number)
        assert written(scene) == []
    assert left > 8
