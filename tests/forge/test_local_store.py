"""The files of `.almanac/`: read as people leave them, written whole, and never by two runs at once."""

import fcntl
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from almanac.errors import ForgeError, UserError
from almanac.forge.local import store
from almanac.forge.local.forge import AUTHOR
from almanac.forge.local.store import (
    Store,
    StoredComment,
    StoredPull,
    issue_json,
    read_issue,
    read_stored,
    write_stored,
)
from almanac.proposal.marker import comment_marker
from almanac.proposal.state import Issue
from hypothesis import given
from hypothesis import strategies as st

from tests.forge.local_site import BRANCH, ISSUE, Site, forge_on, new_repo, new_site
from tests.gitrepo import Repo

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
# What YAML can carry in a key's value; titles are one line of visible text.
LINE = st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return new_site(tmp_path / "site")


def edit(site: Site, path: str, change: Callable[[str], str]) -> Path:
    file = site.folder / ".almanac" / path
    file.write_bytes(change(file.read_bytes().decode()).encode())
    return file


def problems(site: Site) -> list[tuple[str | None, int | None, str | None]]:
    with pytest.raises(UserError) as caught:
        site.forge.look(1)
    return [(problem.file, problem.line, problem.field) for problem in caught.value.problems]


class TestShape:
    def test_an_issue_is_githubs_json(self, site: Site) -> None:
        kept = json.loads((site.folder / ".almanac/issues/1/issue.json").read_text())
        filed = {"state": "open", "state_reason": None}
        assert kept == {
            "number": 1,
            "title": "New event",
            "body": "### Title\r\n\r\nCafé",
            "labels": [{"name": "event"}],
            "user": {"login": "ada"},
            "state": "open",
            "state_reason": None,
            "closed_at": None,
            "html_url": None,
            "filed": filed,
        }

    def test_a_pull_request_is_its_text_below_a_few_keys(self, site: Site) -> None:
        assert (site.folder / ".almanac/pulls/1.md").read_text() == (
            "---\ntitle: Add event\nstate: open\nmerged: false\nhead: almanac/issue-1\n"
            f"commit: {site.repo.head(BRANCH)}\nbase: main\n---\n"
            "An event.\n\nCloses #1\n\n<!-- almanac:state {} -->\n"
        )

    def test_a_comment_says_who_wrote_it(self, site: Site) -> None:
        site.forge.create_comment(1, "Hello")
        text = (site.folder / ".almanac/issues/1/comment-1.md").read_text()
        assert text == f"---\nauthor: {AUTHOR}\ncreated_at: '2026-03-04T05:06:07Z'\n---\nHello"

    def test_git_ignores_all_of_it(self, site: Site) -> None:
        assert (site.folder / ".almanac/.gitignore").read_text() == "*\n"
        site.repo.git("add", "--all")
        assert site.repo.git("status", "--porcelain") == ""

    def test_a_url_of_an_issue_from_elsewhere_is_kept(self, site: Site) -> None:
        url = "https://github.com/o/r/issues/5"
        site.forge.file_issue(Issue(5, "t", "b", url=url))
        seen = forge_on(site.folder).look(5).issue
        assert seen
        assert seen.url == url


class TestEditedByHand:
    def test_an_issue(self, site: Site) -> None:
        file = site.folder / ".almanac/issues/3/issue.json"
        file.parent.mkdir()
        file.write_text('{"number": 3, "title": "By hand", "labels": ["event"], "user": null, "mine": [1]}')
        seen = site.forge.look(3).issue
        assert seen
        assert (seen.title, seen.body, seen.labels, seen.author, seen.state) == ("By hand", "", ("event",), "", "open")
        site.forge.close_issue(3, "completed")
        kept = json.loads(file.read_text())
        assert (kept["state"], kept["mine"]) == ("closed", [1])

    def test_an_issue_that_someone_reopens(self, site: Site) -> None:
        site.forge.close_issue(1, "not_planned")
        edit(site, "issues/1/issue.json", lambda text: text.replace('"state": "closed"', '"state": "open"'))
        site.forge.file_issue(ISSUE)
        seen = site.forge.look(1).issue
        assert seen
        assert (seen.state, seen.state_reason, seen.closed_at) == ("open", None, None)

    def test_an_issue_in_another_encoding(self, site: Site) -> None:
        file = site.folder / ".almanac/issues/1/issue.json"
        file.write_bytes(file.read_bytes().decode().encode("utf-16"))
        seen = site.forge.look(1).issue
        assert seen
        assert seen.body == ISSUE.body

    def test_a_pull_request_that_a_maintainer_refuses(self, site: Site) -> None:
        edit(site, "pulls/1.md", lambda text: text.replace("state: open", "state: closed"))
        assert (site.now().state, site.now().merged) == ("closed", False)

    def test_the_text_of_a_pull_request_by_an_editor_with_crlf(self, site: Site) -> None:
        edit(site, "pulls/1.md", lambda text: text.replace("An event.", "My event.").replace("\n", "\r\n"))
        assert site.now().title == "Add event"
        assert site.now().body.startswith("My event.\r\n")

    def test_a_comment_without_author_is_not_ours(self, site: Site) -> None:
        (site.folder / ".almanac/issues/1/comment-4.md").write_text(f"{comment_marker(1)}\nhello\n")
        assert site.forge.look(1).proposal.comment is None
        ours = site.forge.create_comment(1, f"{comment_marker(1)}\nours")
        assert ours.id == 5
        assert site.forge.look(1).proposal.comment == ours

    def test_files_of_other_names_are_ignored(self, site: Site) -> None:
        for path in (
            "issues/x/issue.json",
            "issues/007/issue.json",
            "issues/1/comment-x.md",
            "pulls/1.md~",
            "pulls/.2.md.new",
        ):
            file = site.folder / ".almanac" / path
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(b"\xff")
        (site.folder / ".almanac/issues/8").mkdir()
        assert [issue.number for issue in site.forge.open_issues()] == [1]
        assert site.forge.look(1).issue
        assert [pull.number for pull in site.forge.pulls()] == [1]


class TestDamaged:
    @pytest.mark.parametrize("content", [b"{", b"[]", b"null", b"\xff\xfe\xff", b"", b"[" * 100_000, b'{"number": 2}'])
    def test_an_issue(self, site: Site, content: bytes) -> None:
        (site.folder / ".almanac/issues/1/issue.json").write_bytes(content)
        assert [file for file, _, _ in problems(site)] == [".almanac/issues/1/issue.json"]

    @pytest.mark.parametrize(
        ("key", "value", "field"),
        [
            ("state", "opened", "state"),
            ("labels", "event", "labels"),
            ("number", "1", "number"),
            ("user", "ada", "user"),
        ],
    )
    def test_a_key_of_an_issue(self, site: Site, key: str, value: object, field: str) -> None:
        edit(site, "issues/1/issue.json", lambda text: json.dumps(json.loads(text) | {key: value}))
        assert problems(site) == [(".almanac/issues/1/issue.json", None, field)]

    @pytest.mark.parametrize(
        ("old", "new", "line"),
        [
            ("---\ntitle", "title", 1),
            ("state: open", "state: opened", 3),
            ("base: main\n", "", 2),
            (f"head: {BRANCH}\n", "", 2),
            ("title: ", "title: [", 3),
        ],
    )
    def test_a_pull_request(self, site: Site, old: str, new: str, line: int | None) -> None:
        edit(site, "pulls/1.md", lambda text: text.replace(old, new))
        assert [(file, at) for file, at, _ in problems(site)] == [(".almanac/pulls/1.md", line)]

    def test_a_pull_request_that_is_not_text(self, site: Site) -> None:
        (site.folder / ".almanac/pulls/1.md").write_bytes(b"\xff")
        assert problems(site) == [(".almanac/pulls/1.md", None, None)]

    def test_one_damaged_file_does_not_stop_the_others(self, site: Site) -> None:
        edit(site, "pulls/1.md", lambda text: text.replace("state: open", "state: opened"))
        site.forge.file_issue(Issue(5, "t", "b"))
        look = site.forge.look(5)
        assert look.issue
        assert look.proposal.pull is None

    def test_a_comments_keys(self, site: Site) -> None:
        (site.folder / ".almanac/issues/1/comment-1.md").write_text("---\nauthor: [a]\n---\nx")
        assert problems(site) == [(".almanac/issues/1/comment-1.md", 2, "author")]


class TestDisk:
    @pytest.mark.parametrize("place", ["", "issues", "issues/1", "issues/1/issue.json", "pulls", "pulls/1.md"])
    def test_links_are_not_followed(self, site: Site, tmp_path: Path, place: str) -> None:
        there = site.folder / ".almanac" / place
        there.rename(tmp_path / "moved")
        there.symlink_to(tmp_path / "moved")
        with pytest.raises(UserError, match="symbolic link"):
            site.forge.look(1)

    def test_a_file_in_the_folders_place(self, tmp_path: Path) -> None:
        new_repo(tmp_path).commit({".almanac": "a file"})
        with pytest.raises(ForgeError, match=r"\.almanac/\S+ cannot be read or written") as caught:
            forge_on(tmp_path).file_issue(ISSUE)
        assert caught.value.remedy

    def test_a_folder_in_a_files_place(self, site: Site) -> None:
        file = site.folder / ".almanac/issues/1/issue.json"
        file.unlink()
        file.mkdir()
        with pytest.raises(ForgeError, match="cannot be read"):
            site.forge.look(1)

    def test_a_lock_that_cannot_be_taken(self, tmp_path: Path) -> None:
        new_repo(tmp_path)
        (tmp_path / ".almanac/lock").mkdir(parents=True)
        with pytest.raises(ForgeError, match="cannot be read or written"):
            forge_on(tmp_path).file_issue(ISSUE)

    def test_what_a_crash_left_does_no_harm(self, site: Site) -> None:
        (site.folder / ".almanac/issues/1/.issue.json.new").write_text("half")
        site.forge.close_issue(1, "completed")
        assert sorted(file.name for file in (site.folder / ".almanac/issues/1").iterdir()) == ["issue.json"]

    def test_another_run_is_waited_for_and_then_named(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(store, "_LOCK_TIMEOUT", 0.01)
        with (site.folder / ".almanac/lock").open("rb") as other:
            fcntl.flock(other, fcntl.LOCK_EX)
            with pytest.raises(ForgeError, match="Another run") as caught:
                forge_on(site.folder).close_issue(1, "completed")
        assert caught.value.passing
        forge_on(site.folder).close_issue(1, "completed")

    def test_a_run_that_is_alone_may_write(self, site: Site) -> None:
        with site.forge.alone(), site.forge.alone():
            site.forge.create_comment(1, "x")
        assert len(site.forge.comments(1)) == 1

    def test_many_runs_at_once_lose_nothing(self, site: Site) -> None:
        code = (
            "import sys; from pathlib import Path; from tests.forge.local_site import forge_on\n"
            "forge = forge_on(Path(sys.argv[1]))\n"
            "for turn in range(5): forge.create_comment(1, sys.argv[2] + str(turn))\n"
        )
        running = [subprocess.Popen([sys.executable, "-c", code, str(site.folder), name]) for name in "abc"]
        assert [run.wait() for run in running] == [0, 0, 0]
        said = site.forge.comments(1)
        assert [comment.number for comment in said] == list(range(1, 16))
        assert sorted(comment.body for comment in said) == sorted(
            f"{name}{turn}" for name in "abc" for turn in range(5)
        )

    def test_pull_requests_are_numbered_apart_from_issues(self, tmp_path: Path) -> None:
        Repo.init(tmp_path)
        store = Store(tmp_path)
        store.put_issue(Issue(12, "t", "b"))
        first = store.add_pull(title="t", head="h", commit="", base="b", body="")
        second = store.add_pull(title="t", head="h", commit="", base="b", body="")
        assert (first.number, second.number) == (1, 2)


class TestReading:
    @given(LINE, TEXT)
    def test_a_text_below_keys_comes_back(self, title: str, body: str) -> None:
        closed_at = "2026-01-02T03:04:05Z"
        pull = StoredPull(number=7, body=body, title=title, head="h", base="main", closed_at=closed_at, commit="1" * 40)
        assert read_stored(StoredPull, 7, write_stored(pull), "x") == pull

    @given(st.builds(Issue, st.integers(1, 10**9), TEXT, TEXT, st.lists(TEXT.filter(bool)).map(tuple), TEXT))
    def test_an_issue_comes_back(self, issue: Issue) -> None:
        assert read_issue(json.dumps(issue_json(issue)).encode(), "x") == issue

    @given(TEXT)
    def test_any_text_can_be_read_as_a_comment(self, text: str) -> None:
        assert read_stored(StoredComment, 1, "x" + text, "x") is None

    @pytest.mark.parametrize(
        "value",
        [
            {"number": 1, "pull_request": {"url": "x"}},
            {"number": 0},
            {"number": True},
            {"number": 2**31},
            {"title": "x"},
            {"number": 1, "body": 5},
            {"number": 1, "labels": [5]},
        ],
    )
    def test_what_is_not_an_issue(self, value: dict[str, Any]) -> None:
        with pytest.raises(UserError) as caught:
            read_issue(json.dumps(value).encode(), "issue.json")
        assert all(problem.file == "issue.json" for problem in caught.value.problems)

    def test_githubs_own_answer_is_read(self) -> None:
        value = {
            "id": 1,
            "node_id": "I_1",
            "number": 7,
            "title": "T",
            "body": None,
            "user": {"login": "ghost", "id": 10137},
            "labels": [{"id": 1, "name": "event", "color": "f00", "description": None}, {"name": None}, "plain"],
            "state": "closed",
            "state_reason": "not_planned",
            "closed_at": "2026-01-02T03:04:05Z",
            "html_url": "https://github.com/o/r/issues/7",
            "comments": 3,
        }
        assert read_issue(json.dumps(value).encode(), "x") == Issue(
            7, "T", "", ("event", "plain"), "ghost", "closed", "not_planned", "2026-01-02T03:04:05Z",
            url="https://github.com/o/r/issues/7",
        )  # fmt: skip

    @pytest.mark.parametrize("url", ["javascript:alert(1)", "https://x/a b", "https://x/\n", "x"])
    def test_what_is_not_a_url_is_dropped(self, url: str) -> None:
        assert read_issue(json.dumps({"number": 1, "html_url": url}).encode(), "x").url == ""

    def test_halves_of_characters(self) -> None:
        assert read_issue(b'{"number": 1, "body": "a\\ud83d\\ude00b\\ud83dc"}', "x").body == "a\U0001f600b?c"

    def test_times_are_utc(self, tmp_path: Path) -> None:
        site = new_site(tmp_path)
        site.forge.close_issue(1, "completed")
        issue = site.forge.look(1).issue
        assert issue
        assert issue.closed_at
        assert datetime.fromisoformat(issue.closed_at) == datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
