"""The contract that both forges keep: one suite over both."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from almanac.caps import Cap
from almanac.errors import ConfigError, ForgeError, Raced
from almanac.forge.github.repository import GitHubForge
from almanac.proposal.marker import comment_marker, with_key
from almanac.proposal.names import branch_name
from almanac.proposal.state import PutBranch

from tests.forge.worlds import Kind, World, open_world

PAGE = "# Events\n\ncafé 🎉\n"


@pytest.fixture(params=["local", pytest.param("github", marks=pytest.mark.emulator)])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    kind: Kind = request.param
    with open_world(kind, tmp_path) as made:
        yield made
        assert getattr(made.forge, "has_graphql", True), "the REST API was asked in its place"


class AlsoByRest:
    """What is read in another way where GitHub has no GraphQL, as on an old Enterprise Server."""

    @pytest.fixture(
        params=["local", *(pytest.param(kind, marks=pytest.mark.emulator) for kind in ("github", "REST alone"))]
    )
    def world(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
        rest = request.param == "REST alone"
        kind: Kind = "github" if rest else request.param
        with open_world(kind, tmp_path) as made:
            if isinstance(made.forge, GitHubForge):
                made.forge.has_graphql = not rest
            yield made


def put(
    world: World,
    files: Mapping[str, str | bytes | None],
    *,
    expected: str | None = None,
    parents: tuple[str, ...] = (),
    branch: str = "almanac/issue-1",
) -> str:
    base = world.forge.base().commit
    message = "Add event: 2026-03-04 Café (#1)"
    return world.forge.put_branch(PutBranch(branch, base, parents or (base,), files, message, expected, before={}))


class TestLook(AlsoByRest):
    def test_an_issue_that_was_never_filed_is_none(self, world: World) -> None:
        look = world.forge.look(4711)
        assert look.issue is None
        assert look.proposal.head is None
        assert look.proposal.pull is None
        assert look.proposal.comment is None
        assert look.base == world.forge.base()

    def test_an_issue_is_read_as_it_is_now(self, world: World) -> None:
        number = world.file_issue(
            "New event: ☕", "### Title\n\nCafé\n", labels=("event", "help wanted"), author="grace"
        )
        issue = world.forge.look(number).issue
        assert issue
        assert (issue.number, issue.title, issue.body) == (number, "New event: ☕", "### Title\n\nCafé\n")
        assert set(issue.labels) == {"event", "help wanted"}
        assert (issue.author, issue.state, issue.closed_at) == ("grace", "open", None)
        world.edit_issue(number, title="Another", body="changed")
        issue = world.forge.look(number).issue
        assert issue
        assert (issue.title, issue.body) == ("Another", "changed")

    def test_an_empty_body_is_empty_text(self, world: World) -> None:
        number = world.file_issue("Nothing", "")
        issue = world.forge.look(number).issue
        assert issue
        assert issue.body == ""

    def test_a_closed_and_reopened_issue(self, world: World) -> None:
        number = world.file_issue("An event", "text")
        world.edit_issue(number, state="closed")
        issue = world.forge.look(number).issue
        assert issue
        assert issue.state == "closed"
        assert issue.closed_at
        world.edit_issue(number, state="open")
        issue = world.forge.look(number).issue
        assert issue
        assert (issue.state, issue.closed_at) == ("open", None)

    def test_the_base_moves_with_its_branch(self, world: World) -> None:
        before = world.forge.base()
        made = world.commit({"a.txt": b"a"})
        assert before.branch == world.base
        assert world.forge.base().commit == made == world.head(world.base)
        assert world.forge.look(1).base.commit == made

    def test_a_whole_proposal(self, world: World) -> None:
        number = world.file_issue("An event", "text")
        branch = branch_name(number)
        head = put(world, {"a.md": "a\n"}, branch=branch)
        pull = world.forge.open_pull(branch, world.base, "Add it", "Body\n\n<!-- almanac:state {} -->\n")
        comment = world.forge.create_comment(number, f"{comment_marker(number)}\nHello")
        seen = world.forge.look(number).proposal
        assert seen.head == head
        assert seen.pull
        assert (seen.pull.number, seen.pull.title, seen.pull.state, seen.pull.merged) == (
            pull.number,
            "Add it",
            "open",
            False,
        )
        assert seen.pull.body == "Body\n\n<!-- almanac:state {} -->\n"
        assert seen.comment == comment

    def test_another_issues_proposal_is_not_taken(self, world: World) -> None:
        first, second = (world.file_issue(f"Event {each}", "text") for each in (1, 2))
        branch = branch_name(second) + "0"
        put(world, {"a.md": "a\n"}, branch=branch)
        world.forge.open_pull(branch, world.base, "Add it", "Body")
        world.forge.create_comment(first, comment_marker(first))
        look = world.forge.look(second)
        assert (look.proposal.head, look.proposal.pull, look.proposal.comment) == (None, None, None)

    def test_the_newest_pull_request_counts(self, world: World) -> None:
        number = world.file_issue("An event", "text")
        branch = branch_name(number)
        put(world, {"a.md": "a\n"}, branch=branch)
        first = world.forge.open_pull(branch, world.base, "First", "one")
        world.close_pull(first.number)
        seen = world.forge.look(number).proposal.pull
        assert seen
        assert (seen.number, seen.state, seen.merged) == (first.number, "closed", False)
        second = world.forge.open_pull(branch, world.base, "Second", "two")
        seen = world.forge.look(number).proposal.pull
        assert second.number != first.number
        assert seen
        assert (seen.number, seen.state) == (second.number, "open")

    def test_a_strangers_comment_with_our_marker_is_not_ours(self, world: World) -> None:
        number = world.file_issue("An event", "text")
        forged = f"{comment_marker(number)}\nI am the bot"
        world.comment(number, "mallory", forged)
        assert world.forge.look(number).proposal.comment is None
        ours = world.forge.create_comment(number, f"{comment_marker(number)}\nI am")
        world.comment(number, "mallory", forged)
        assert world.forge.look(number).proposal.comment == ours

    def test_a_comment_of_ours_without_the_marker_is_another_one(self, world: World) -> None:
        number = world.file_issue("An event", "text")
        world.forge.create_comment(number, "You lack the right to do that.")
        assert world.forge.look(number).proposal.comment is None
        ours = world.forge.create_comment(number, f"{comment_marker(number)}\nHello")
        assert world.forge.look(number).proposal.comment == ours


class TestOpenIssues(AlsoByRest):
    def test_oldest_first_without_closed_ones_and_pull_requests(self, world: World) -> None:
        numbers = [world.file_issue(f"Event {each}", "text", labels=("event",)) for each in range(3)]
        put(world, {"a.md": "a\n"}, branch=branch_name(numbers[0]))
        world.forge.open_pull(branch_name(numbers[0]), world.base, "Add it", "Body")
        world.edit_issue(numbers[1], state="closed")
        found = list(world.forge.open_issues())
        assert [issue.number for issue in found] == [numbers[0], numbers[2]]
        assert [issue.labels for issue in found] == [("event",)] * 2


class TestOwnIssues:
    MARK, SINCE = "<!-- almanac:next ", datetime(2020, 1, 1, tzinfo=UTC)

    def test_what_was_opened_is_found_also_when_it_is_closed(self, world: World) -> None:
        world.file_issue("Copied", f"{self.MARK}1 -->\n\ntext", author="mallory")
        for number in (1, 2):
            world.forge.open_issue(f"Tea {number}", f"{self.MARK}{number} -->\n\ntext", ["event"])
        world.forge.open_issue("Coffee", "<!-- other -->\n\ntext", ["event"])
        found = {issue.title: issue for issue in world.forge.own_issues(self.MARK, self.SINCE)}
        assert set(found) == {"Tea 1", "Tea 2"}
        assert (found["Tea 1"].labels, found["Tea 1"].state) == (("event",), "open")
        world.forge.close_issue(found["Tea 1"].number, "not_planned")
        again = {issue.title: issue.state for issue in world.forge.own_issues(self.MARK, self.SINCE)}
        assert again == {"Tea 1": "closed", "Tea 2": "open"}

    def test_what_is_there_is_not_opened_again(self, world: World) -> None:
        text = f"{self.MARK}1 -->\n\ntext"
        world.forge.open_issue("Tea", text, ["event"])
        [first] = world.forge.own_issues(self.MARK, self.SINCE)
        world.forge.open_issue("Tea", f"{text}, another", ["event"])
        world.forge.close_issue(first.number, "not_planned")
        world.forge.open_issue("Tea", text, ["event"])
        assert [issue.number for issue in world.forge.own_issues(self.MARK, self.SINCE)] == [first.number]

    def test_one_that_is_kept_is_found_by_its_label_or_else_by_its_first_line(self, world: World) -> None:
        mark, forge = "<!-- almanac:kept -->", world.forge
        world.file_issue("Copied", f"{mark}\n\ntext", author="mallory")
        assert forge.kept_issue("kept", mark) is None
        forge.open_issue("Mine", f"{mark}\n\ntext", ["kept"])
        found = forge.kept_issue("kept", mark)
        assert found
        assert (found.title, found.labels) == ("Mine", ("kept",))
        world.label(found.number, "other")
        forge.close_issue(found.number, "not_planned")
        again = forge.kept_issue("kept", mark)
        assert again
        assert (again.number, again.state, again.labels) == (found.number, "closed", ("other",))
        forge.edit_issue(found.number, "another text", ("other", "kept"))
        forge.edit_issue(found.number, "a third text")
        last = forge.kept_issue("kept", mark)
        assert last
        assert (last.number, last.body, set(last.labels)) == (found.number, "a third text", {"other", "kept"})


class TestFiles:
    def test_a_file_comes_back_byte_for_byte(self, world: World) -> None:
        files = {
            "page.md": PAGE.encode(),
            "crlf.md": b"a\r\nb\r\n",
            "no-end.md": b"no line end",
            "empty.md": b"",
            "binary.dat": bytes(range(256)),
            "_data/events/café 1.yml": b"id: x\n",
        }
        made = world.commit(dict(files))
        assert {path: world.forge.read(made, path) for path in files} == files

    @pytest.mark.parametrize("path", ["nope.md", "folder", "folder/", "folder/a.md/x", "../README.md", "", "*.md"])
    def test_where_no_file_is_there_is_none(self, world: World, path: str) -> None:
        made = world.commit({"folder/a.md": b"a"})
        assert world.forge.read(made, path) is None

    @pytest.mark.parametrize("path", ["link.md", "there/a.md", "there/none.md"])
    def test_a_link_is_refused_by_name_and_not_followed(self, world: World, path: str) -> None:
        made = world.commit({"folder/a.md": b"a"}, links={"link.md": "folder/a.md", "there": "folder"})
        with pytest.raises(ConfigError, match=rf"^{path.split('/', maxsplit=1)[0]}: This is a symbolic link"):
            world.forge.read(made, path)
        with pytest.raises(ConfigError, match=r"^there: This is a symbolic link"):
            world.forge.files(made, "there", ".md")
        with pytest.raises(ConfigError, match=r"^link\.md: This is a symbolic link"):
            world.forge.files(made, "", ".md")

    @pytest.mark.parametrize("path", ["link.md", "there/a.md", "there/new.md", "there/deep/new.md"])
    @pytest.mark.parametrize("text", ["new", None])
    def test_a_link_is_neither_replaced_nor_followed_by_a_write(
        self, world: World, path: str, text: str | None
    ) -> None:
        world.commit({"folder/a.md": b"a"}, links={"link.md": "folder/a.md", "there": "folder"})
        with pytest.raises(ForgeError, match=f"^{path.split('/', maxsplit=1)[0]} is a symbolic link"):
            put(world, {path: text})
        assert world.forge.overview().heads == {}

    def test_a_file_does_not_take_the_place_of_a_folder(self, world: World) -> None:
        world.commit({"folder/a.md": b"a"})
        for path in ("folder", "folder/a.md/b.md"):
            with pytest.raises(ForgeError, match="would take the place of folder"):
                put(world, {path: "x"})
        assert world.forge.overview().heads == {}

    def test_what_is_too_large_is_named_before_it_is_read(self, world: World) -> None:
        cap = Cap("record", 20, 30, 2)
        made = world.commit(
            {
                "d/a.yml": b"x" * 11,
                "d/b.yml": b"x" * 19,
                "e/a.yml": b"x" * 21,
                "f/1.yml": b"",
                "f/2.yml": b"",
                "f/3.yml": b"",
            }
        )
        assert world.forge.read(made, "d/b.yml", cap) == b"x" * 19
        assert set(world.forge.files(made, "d", ".yml", cap)) == {"a.yml", "b.yml"}
        with pytest.raises(
            ConfigError, match=r"^e/a\.yml: This record has 21 bytes, and Almanac reads no more than 20"
        ):
            world.forge.files(made, "e", ".yml", cap)
        with pytest.raises(ConfigError, match=r"^f: There are 3 records .* no more than 2 of 30 bytes together"):
            world.forge.files(made, "f", ".yml", cap)

    def test_an_older_commit_keeps_its_files(self, world: World) -> None:
        old = world.commit({"a.md": b"old", "gone.md": b"x"})
        new = world.commit({"a.md": b"new", "gone.md": None})
        assert (world.forge.read(old, "a.md"), world.forge.read(new, "a.md")) == (b"old", b"new")
        assert (world.forge.read(old, "gone.md"), world.forge.read(new, "gone.md")) == (b"x", None)

    def test_what_is_at_a_path_has_an_id_that_is_the_same_as_long_as_it_does_not_change(self, world: World) -> None:
        old = world.commit({"a.md": b"old", "d/b.md": b"x", "gone.md": b"x"})
        new = world.commit({"a.md": b"new", "gone.md": None})
        paths = ("a.md", "d/b.md", "d", "gone.md", "none/at/all.md", "../x", "d/b.md/c")
        before, after = world.forge.entries(old, paths), world.forge.entries(new, iter(paths))
        assert {path for path in paths if before[path] != after[path]} == {"a.md", "gone.md"}
        assert [path for path in paths if after[path] is None] == ["gone.md", "none/at/all.md", "../x", "d/b.md/c"]
        assert {path: one.mode for path, one in after.items() if one} == {
            "a.md": "100644",
            "d/b.md": "100644",
            "d": "040000",
        }
        assert set(world.forge.entries("0" * 40, paths).values()) == {None}

    def test_what_is_in_a_commit_s_history(self, world: World) -> None:
        old = world.commit({"a.md": b"old"})
        new = world.commit({"a.md": b"new"})
        branch = put(world, {"b.md": "x"})
        both = [(one, two) for one in (old, new, branch) for two in (old, new, branch)]
        known = {(one, two) for one, two in both if world.forge.is_ancestor(one, two)}
        assert known == {(old, old), (new, new), (branch, branch), (old, new), (old, branch), (new, branch)}
        assert not world.forge.is_ancestor("0" * 40, new)

    def test_names_are_the_files_directly_in_a_folder(self, world: World) -> None:
        made = world.commit(
            {
                "_data/events/a.yml": b"",
                "_data/events/é b.yml": b"",
                "_data/events/deep/c.yml": b"",
                "_data/events2/d.yml": b"",
            },
            links={"_data/events/l.yml": "a.yml"},
        )
        assert world.forge.names(made, "_data/events") == {"a.yml", "é b.yml", "l.yml"}
        assert world.forge.names(made, "_data") == frozenset()

    @pytest.mark.parametrize("folder", ["_data/events", "_data/events/", ""])
    def test_files_of_a_folder_are_read_byte_for_byte(self, world: World, folder: str) -> None:
        here = f"{folder.rstrip('/')}/".lstrip("/")
        files = {"a.yml": b"", "b.md": b"x", "\u00e9 b.yml": b"\xff\r\n\0blob 3\n", "z.yml": b"z" * 70_000}
        made = world.commit({f"{here}{name}": data for name, data in files.items()} | {f"{here}deep/c.yml": b"c"})
        yml = {name: data for name, data in files.items() if name.endswith(".yml")}
        assert world.forge.files(made, folder, ".yml") == yml
        assert world.forge.files(made, "nope", ".yml") == {}
        assert world.forge.files(made, folder, ".none") == {}

    @pytest.mark.parametrize("folder", ["nope", "README.md", "_data/event", ".."])
    def test_names_where_no_folder_is(self, world: World, folder: str) -> None:
        made = world.commit({"_data/events/a.yml": b""})
        assert world.forge.names(made, folder) == frozenset()


class TestVersions:
    def test_the_commits_that_changed_a_file_newest_first(self, world: World) -> None:
        days = [f"2026-02-0{number}T10:00:00+00:00" for number in range(1, 6)]
        start = world.forge.base().commit
        first = world.commit({"a [form].yml": b"1"}, at=days[0])
        other = world.commit({"b.yml": b"1"}, at=days[1])
        second = world.commit({"a [form].yml": b"2"}, at=days[2])
        gone = world.commit({"a [form].yml": None}, at=days[3])
        head = world.commit({"b.yml": b"2"}, at=days[4])
        found = list(world.forge.versions(head, "a [form].yml"))
        assert [version.commit for version in found] == [gone, second, first]
        assert [version.since for version in found] == [datetime.fromisoformat(days[each]) for each in (3, 2, 0)]
        assert [version.parent for version in found] == [second, other, start]
        assert [version.commit for version in world.forge.versions(second, "a [form].yml")] == [second, first]
        assert list(world.forge.versions(head, "never.yml")) == []


class TestPutBranch:
    def test_a_new_branch_has_one_commit_with_the_changed_files(self, world: World) -> None:
        base = world.commit({"page.md": b"old\n", "other.dat": b"\x00\xff", "gone.md": b"x", "deep/er/a.md": b"a"})
        made = put(world, {"page.md": PAGE, "_data/events/é.yml": "id: é\r\n", "gone.md": None})
        assert world.head("almanac/issue-1") == made == world.forge.look(1).proposal.head
        assert world.head(world.base) == base
        assert world.parents(made) == (base,)
        assert world.message(made) == "Add event: 2026-03-04 Café (#1)"
        assert world.files(made) == {
            "README.md": world.files(base)["README.md"],
            "page.md": PAGE.encode(),
            "_data/events/é.yml": "id: é\r\n".encode(),
            "other.dat": b"\x00\xff",
            "deep/er/a.md": b"a",
        }

    def test_a_file_that_is_no_text(self, world: World) -> None:
        data = bytes(range(256)) * 500
        made = put(world, {"images/a.png": data, "a.md": "a\n"})
        assert world.files(made) | {"images/a.png": data, "a.md": b"a\n"} == world.files(made)
        assert world.forge.names(made, "images") == {"a.png"}
        assert world.forge.read(made, "images/a.png") == data
        assert "images/a.png" not in world.files(put(world, {"a.md": "b\n"}, expected=made))

    def test_one_more_commit_on_the_branch(self, world: World) -> None:
        base = world.forge.base().commit
        first = put(world, {"a.md": "1"})
        second = put(world, {"a.md": "2"}, expected=first, parents=(first,))
        assert world.head("almanac/issue-1") == second
        assert world.parents(second) == (first,)
        assert world.files(second)["a.md"] == b"2"
        assert world.parents(first) == (base,)

    def test_our_commit_is_replaced_by_one_on_the_new_base(self, world: World) -> None:
        first = put(world, {"a.md": "1"})
        base = world.commit({"new.md": b"new"})
        second = put(world, {"a.md": "1"}, expected=first)
        assert world.head("almanac/issue-1") == second
        assert world.parents(second) == (base,)
        assert world.files(second)["new.md"] == b"new"

    def test_a_merge_has_two_parents_and_starts_from_the_base(self, world: World) -> None:
        first = put(world, {"a.md": "1"})
        human = world.commit({"notes.md": b"human"}, branch="almanac/issue-1")
        base = world.commit({"new.md": b"new"})
        made = put(world, {"a.md": "2", "notes.md": "human"}, expected=human, parents=(human, base))
        assert world.head("almanac/issue-1") == made
        assert world.parents(made) == (human, base)
        files = world.files(made)
        assert (files["a.md"], files["notes.md"], files["new.md"]) == (b"2", b"human", b"new")
        assert world.parents(human) == (first,)

    def test_a_branch_that_is_there_already_is_a_race(self, world: World) -> None:
        first = put(world, {"a.md": "1"})
        with pytest.raises(Raced):
            put(world, {"a.md": "2"})
        assert world.head("almanac/issue-1") == first

    def test_a_branch_that_moved_is_a_race(self, world: World) -> None:
        first = put(world, {"a.md": "1"})
        human = world.commit({"a.md": b"human"}, branch="almanac/issue-1")
        with pytest.raises(Raced):
            put(world, {"a.md": "2"}, expected=first)
        assert world.head("almanac/issue-1") == human

    def test_a_branch_that_is_gone_is_a_race(self, world: World) -> None:
        first = put(world, {"a.md": "1"})
        world.forge.delete_branch("almanac/issue-1", first)
        with pytest.raises(Raced):
            put(world, {"a.md": "2"}, expected=first, parents=(first,))
        assert world.head("almanac/issue-1") is None


class TestDeleteBranch:
    def test_it_goes_and_may_be_gone(self, world: World) -> None:
        head = put(world, {"a.md": "1"})
        world.forge.delete_branch("almanac/issue-1", head)
        assert world.head("almanac/issue-1") is None
        world.forge.delete_branch("almanac/issue-1", head)
        assert world.head("almanac/issue-1") is None

    def test_a_branch_that_moved_is_left_alone(self, world: World) -> None:
        head = put(world, {"a.md": "1"})
        human = world.commit({"a.md": b"human"}, branch="almanac/issue-1")
        with pytest.raises(Raced):
            world.forge.delete_branch("almanac/issue-1", head)
        assert world.head("almanac/issue-1") == human


class TestPulls:
    def test_opening_twice_gives_the_same(self, world: World) -> None:
        put(world, {"a.md": "1"})
        first = world.forge.open_pull("almanac/issue-1", world.base, "Add it", "Body")
        second = world.forge.open_pull("almanac/issue-1", world.base, "Add it", "Body")
        assert (first.number, first.title, first.body, first.state) == (second.number, "Add it", "Body", "open")
        seen = world.pulls()
        assert len(seen) == 1
        assert (seen[0].title, seen[0].body, seen[0].state) == ("Add it", "Body", "open")
        assert (seen[0].head, seen[0].base) == ("almanac/issue-1", world.base)

    def test_only_what_is_given_changes(self, world: World) -> None:
        put(world, {"a.md": "1"})
        number = world.forge.open_pull("almanac/issue-1", world.base, "Title: one # two", "Body").number
        world.forge.edit_pull(number, body="Another\n\nbody\n")
        assert (world.pulls()[0].title, world.pulls()[0].body) == ("Title: one # two", "Another\n\nbody\n")
        world.forge.edit_pull(number, title="Café: 'x'")
        assert (world.pulls()[0].title, world.pulls()[0].body) == ("Café: 'x'", "Another\n\nbody\n")
        world.forge.edit_pull(number, body="closed by us", state="closed")
        seen = world.pulls()[0]
        assert (seen.title, seen.body, seen.state) == ("Café: 'x'", "closed by us", "closed")

    def test_two_issues_have_two(self, world: World) -> None:
        for issue in (1, 2):
            put(world, {f"{issue}.md": "1"}, branch=branch_name(issue))
        numbers = {world.forge.open_pull(branch_name(issue), world.base, "Add it", "Body").number for issue in (1, 2)}
        assert len(numbers) == 2


class TestComments:
    def test_written_and_edited_in_place(self, world: World) -> None:
        number = world.file_issue("An event", "text")
        stranger = world.comment(number, "grace", "When is it?")
        text = f"{comment_marker(number)}\n---\nauthor: x\n---\n\n```\ncafé 🎉\n```"
        ours = world.forge.create_comment(number, text)
        assert ours.body == text
        world.forge.edit_comment(number, ours.id, text + "\nmore")
        seen = world.comments(number)
        assert [(said.id, said.ours, said.body) for said in seen] == [
            (stranger, False, "When is it?"),
            (ours.id, True, text + "\nmore"),
        ]
        assert world.forge.look(number).proposal.comment == type(ours)(ours.id, text + "\nmore")

    def test_one_that_another_run_has_just_written_is_left_alone(self, world: World) -> None:
        number = world.file_issue("An event", "text")
        world.forge.create_comment(number, f"{comment_marker(number)}\nHello")
        with pytest.raises(Raced):
            world.forge.create_comment(number, f"{comment_marker(number)}\nOlder news")
        assert ["Older news" in said.body for said in world.comments(number)] == [False]

    def test_another_one_is_written_once(self, world: World) -> None:
        number = world.file_issue("An event", "text")
        ours = world.forge.create_comment(number, f"{comment_marker(number)}\nHello")
        world.comment(number, "grace", with_key(number, "alert-1", "I copied this before it was there."))
        for words in ("One", "The same in other words"):
            world.forge.add_comment(number, with_key(number, "alert-1", words))
        world.forge.add_comment(number, with_key(number, "alert-2", "Two"))
        said = [said.body.partition("\n")[2] for said in world.comments(number) if said.ours]
        assert said == ["Hello", "One", "Two"]
        found = world.forge.look(number).proposal
        assert (found.comment and found.comment.id, found.spare) == (ours.id, ())


class TestCloseIssue:
    @pytest.mark.parametrize("reason", ["completed", "not_planned"])
    def test_with_its_reason(self, world: World, reason: str) -> None:
        number = world.file_issue("An event", "text")
        world.forge.close_issue(number, "completed" if reason == "completed" else "not_planned")
        assert world.issue_state(number) == ("closed", reason)
        issue = world.forge.look(number).issue
        assert issue
        assert (issue.state, issue.state_reason) == ("closed", reason)
        assert issue.closed_at
