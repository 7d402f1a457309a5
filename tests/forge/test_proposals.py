"""Proposals by GraphQL on the emulated GitHub: few requests, and nothing lost whichever of them fails."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from almanac.errors import ForgeError, Raced
from almanac.forge.git import Git
from almanac.forge.github.client import Throttle
from almanac.forge.github.mutations import tree_with
from almanac.forge.github.queries import blob_id
from almanac.forge.github.repository import GitHubForge
from almanac.forge.tree import Entry
from almanac.proposal.marker import comment_marker
from almanac.proposal.names import branch_name
from almanac.proposal.state import Draft, OpenPull, Pull, PutBranch

from tests.emulated import BOT, GitHubWorld
from tests.gitrepo import Repo
from tests.proxy import Answer, Request

pytestmark = pytest.mark.emulator
FILES: dict[str, str | bytes | None] = {
    "page.md": "caf\u00e9\n",
    "_data/events/a.yml": "id: a\n",
    "images/a.png": bytes(range(256)),
}


@pytest.fixture(autouse=True)
def _no_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("almanac.forge.github.repository.Throttle", partial(Throttle, sleep=lambda _: None))


@pytest.fixture
def issue(site: GitHubWorld) -> Iterator[int]:
    site.commit({"page.md": b"old\n", "gone.md": b"x"})
    number = site.file_issue("An event", "text")
    site.forge = site.connect()
    site.forge.look(number)
    site.emulator.proxy.requests.clear()
    yield number
    assert not [name for name in heads(site) if "making" in name]


def heads(site: GitHubWorld) -> dict[str, str]:
    found = site.ask("GET", "git/matching-refs/heads/")
    return {each["ref"].removeprefix("refs/heads/"): each["object"]["sha"] for each in found}


def a_write(site: GitHubWorld, issue: int, expected: str | None = None) -> PutBranch:
    base = site.head("main") or ""
    files = {**FILES, "gone.md": None, "never.md": None}
    return PutBranch(branch_name(issue), base, (base,), files, "Add it (#1)", expected, {}, fresh=True)


def body(commit: str | None) -> str:
    return f"For {commit}"


def propose(site: GitHubWorld, issue: int) -> tuple[str, Pull] | None:
    opening = OpenPull(branch_name(issue), "main", "Add it", Draft(""), {})
    return site.forge.propose(a_write(site, issue), opening, body)


def check_commit(site: GitHubWorld, commit: str) -> None:
    """Check that the commit holds what it should, and that we know it as ours."""
    base = site.head("main") or ""
    data = {path: text.encode() if isinstance(text, str) else text or b"" for path, text in FILES.items()}
    assert site.files(commit) == {"README.md": site.files(base)["README.md"], **data}
    assert site.parents(commit) == (base,)
    assert site.message(commit).startswith("Add it (#1)\n\nAlmanac-Tree: ")
    assert site.connect().is_ours(commit)


def test_a_new_proposal_is_one_request(site: GitHubWorld, issue: int) -> None:
    commit, pull = propose(site, issue) or ("", None)
    assert site.emulator.proxy.writes == ["POST /graphql"]
    assert site.head(branch_name(issue)) == commit
    check_commit(site, commit)
    assert pull
    assert [(each.number, each.title, each.body, each.head, each.base) for each in site.pulls()] == [
        (pull.number, "Add it", body(None), branch_name(issue), "main")
    ]
    assert (pull.body, pull.state, pull.head) == (body(None), "open", commit)


def test_an_edit_goes_by_way_of_another_branch(site: GitHubWorld, issue: int) -> None:
    first = site.forge.put_branch(replace(a_write(site, issue), files={"page.md": "first\n"}))
    base = site.commit({"new.md": b"new"})
    site.commit({"new.md": None})
    site.emulator.proxy.requests.clear()
    second = site.forge.put_branch(a_write(site, issue, first))
    assert site.emulator.proxy.writes == ["POST /graphql", "POST /graphql"]
    assert site.head(branch_name(issue)) == second
    assert base not in site.parents(second)
    check_commit(site, second)


@pytest.mark.parametrize("status", [0, 502])
def test_a_lost_answer_is_made_up_for(site: GitHubWorld, issue: int, status: int) -> None:
    left = [Answer(status, b"<html>", {"Content-Type": "text/html"}, lost=True)]

    def lose(request: Request) -> Answer | None:
        return left.pop() if left and request.path == "/graphql" else site.like_github(request)

    site.emulator.proxy.trouble = lose
    commit, pull = propose(site, issue) or ("", None)
    assert pull
    assert site.head(branch_name(issue)) == commit
    assert [each.number for each in site.pulls()] == [pull.number]
    check_commit(site, commit)


@pytest.mark.parametrize("at", ["nothing", "branch", "commit"])
def test_what_was_done_in_part_is_gone_on_with(site: GitHubWorld, issue: int, at: str) -> None:
    done = {}
    if at == "commit":
        done = {"commit": site.connect().put_branch(a_write(site, issue))}
        site.delete_branch(branch_name(issue))
    base = site.head("main") or ""

    def broken(request: Request) -> Answer | None:
        if request.path != "/graphql" or site.head(branch_name(issue)):
            return None
        if at != "nothing":
            site.restore_branch(branch_name(issue), done.get("commit", base))
        return Answer(502)

    site.emulator.proxy.trouble = broken
    found = propose(site, issue)
    if at == "commit":
        assert found
        assert found[0] == done["commit"]
        assert [each.body for each in site.pulls()] == [body(found[0])]
    else:
        assert found is None
        assert branch_name(issue) not in heads(site)


def refusing(at: int, message: str, kind: str, effect: Callable[[], object]) -> Callable[[Request], Answer | None]:
    """Refuse one of the writes of the first document, after something else has happened."""

    def answer(request: Request) -> Answer | None:
        if request.path != "/graphql" or not left:
            return None
        left.clear()
        effect()
        error = {"type": kind, "path": [f"m{at}"], "message": message}
        return Answer(200, {"data": {"m0": {"clientMutationId": None} if at else None, "m1": None}, "errors": [error]})

    left = [True]
    return answer


def test_a_commit_that_is_refused_leaves_nothing_behind(site: GitHubWorld, issue: int) -> None:
    base = site.head("main") or ""
    make = partial(site.restore_branch, branch_name(issue), base)
    site.emulator.proxy.trouble = refusing(1, "Repository rule violations found", "UNPROCESSABLE", make)
    assert propose(site, issue) is None  # so that the REST API tells why
    assert branch_name(issue) not in heads(site)


def test_a_token_that_may_not_write_hears_it_from_rest(site: GitHubWorld, issue: int) -> None:
    refuse = refusing(0, "Resource not accessible by integration", "FORBIDDEN", lambda: None)
    site.emulator.proxy.trouble = refuse
    assert propose(site, issue) is None


def test_a_branch_that_is_there_by_now_is_a_race(site: GitHubWorld, issue: int) -> None:
    other = site.commit({"theirs.md": b"x"})
    site.restore_branch(branch_name(issue), other)
    site.commit({"theirs.md": None})
    with pytest.raises(Raced):
        propose(site, issue)
    assert site.head(branch_name(issue)) == other


def test_a_branch_that_a_killed_run_left_at_its_base_is_taken(site: GitHubWorld, issue: int) -> None:
    site.restore_branch(branch_name(issue), site.head("main") or "")
    commit, _ = propose(site, issue) or ("", None)
    check_commit(site, commit)
    assert site.head(branch_name(issue)) == commit


def test_an_executable_keeps_its_mode(site: GitHubWorld, issue: int) -> None:
    site.commit({"page.md": b"run\n"}, modes={"page.md": "100755"})
    assert propose(site, issue) is None
    first = site.forge.put_branch(a_write(site, issue))
    second = site.forge.put_branch(replace(a_write(site, issue, first), files={"page.md": "more\n"}))
    listed = site.ask("GET", f"git/trees/{second}?recursive=1")["tree"]
    assert next(each["mode"] for each in listed if each["path"] == "page.md") == "100755"


def test_what_a_killed_run_left_is_swept_up_with_the_next_write(site: GitHubWorld, issue: int) -> None:
    base = site.head("main") or ""
    begun = int(site.forge.now().timestamp())
    old, young = (f"almanac/making-{begun - ago}-x" for ago in (7200, 60))
    for branch in (old, young, "almanac/making-x"):
        site.restore_branch(branch, base)
    first = site.forge.put_branch(a_write(site, issue))
    assert set(site.forge.overview().heads) == {branch_name(issue)}
    assert old in heads(site)
    site.forge.put_branch(replace(a_write(site, issue, first), files={"page.md": "more\n"}))
    assert {old, young, "almanac/making-x"} & set(heads(site)) == {young, "almanac/making-x"}
    for branch in (young, "almanac/making-x"):
        site.delete_branch(branch)


class TestTogether:
    @pytest.fixture
    def proposed(self, site: GitHubWorld, issue: int) -> tuple[int, int, int]:
        _, pull = propose(site, issue) or ("", None)
        assert pull
        comment = site.forge.create_comment(issue, f"{comment_marker(issue)}\nHello")
        site.forge.look(issue)
        site.emulator.proxy.requests.clear()
        return issue, pull.number, comment.id

    def edit(self, forge: GitHubForge, proposed: tuple[int, int, int]) -> None:
        issue, pull, comment = proposed
        with forge.together():
            forge.edit_pull(pull, title="T2", body="B2")
            forge.edit_comment(issue, comment, "Hello 2")

    def check(self, site: GitHubWorld, proposed: tuple[int, int, int]) -> None:
        assert [(each.title, each.body) for each in site.pulls()] == [("T2", "B2")]
        assert [each.body for each in site.comments(proposed[0])] == ["Hello 2"]

    def test_edits_are_one_request_which_also_shows_the_issue(
        self, site: GitHubWorld, proposed: tuple[int, int, int]
    ) -> None:
        self.edit(site.forge, proposed)
        issue = site.forge.issue(proposed[0])
        assert issue
        assert (issue.body, issue.state) == ("text", "open")
        assert site.emulator.proxy.writes == ["POST /graphql"]
        assert site.emulator.proxy.reads == []
        site.edit_issue(proposed[0], body="changed")
        issue = site.forge.issue(proposed[0])
        assert issue
        assert issue.body == "changed"
        self.check(site, proposed)

    @pytest.mark.parametrize("lost", [True, False])
    def test_what_fails_is_done_by_rest(self, site: GitHubWorld, proposed: tuple[int, int, int], *, lost: bool) -> None:
        left = [Answer(502, lost=lost)]
        site.emulator.proxy.trouble = lambda request: left.pop() if left and request.path == "/graphql" else None
        self.edit(site.forge, proposed)
        self.check(site, proposed)

    def test_what_waits_comes_before_anything_else(self, site: GitHubWorld, proposed: tuple[int, int, int]) -> None:
        with site.forge.together():
            site.forge.edit_pull(proposed[1], title="T2")
            site.forge.close_issue(proposed[0], "completed")
        assert site.emulator.proxy.writes == ["POST /graphql", f"PATCH /issues/{proposed[0]}"]

    def test_an_error_ends_it(self, site: GitHubWorld, proposed: tuple[int, int, int]) -> None:
        def fail() -> None:
            with site.forge.together():
                site.forge.edit_pull(proposed[1], title="T2")
                raise ForgeError("No.")

        with pytest.raises(ForgeError, match="No"):
            fail()
        site.forge.look(1)
        assert [each.title for each in site.pulls()] == ["Add it"]

    @pytest.mark.parametrize("status", [0, 502])
    def test_a_comment_whose_answer_is_lost_is_written_once(self, site: GitHubWorld, issue: int, status: int) -> None:
        left = [Answer(status, lost=True)]
        site.emulator.proxy.trouble = lambda request: left.pop() if left and request.path == "/graphql" else None
        text = f"{comment_marker(issue)}\nHello"
        with site.forge.together():
            site.forge.create_comment(issue, text)
        assert [each.body for each in site.comments(issue)] == [text]

    def test_a_comment_that_another_run_wrote_is_the_one(self, site: GitHubWorld, issue: int) -> None:
        text = f"{comment_marker(issue)}\nHello"
        other = site.comment(issue, BOT, text)
        with pytest.raises(Raced), site.forge.together():
            site.forge.create_comment(issue, text)
        assert [each.id for each in site.comments(issue)] == [other]


def test_the_id_of_a_changed_tree_is_known_before_it_is_made(tmp_path: Path) -> None:
    repo = Repo.init(tmp_path)
    before = {"a.md": "a", "b/c/d.md": "d", "b/e.md": "e", "only/this.md": "x", "b.md": "b"}
    files = Git(repo.folder)
    commit = repo.commit(before)
    changes = {"a.md": "2", "b/c/d.md": None, "b/f.md": "f", "only/this.md": None, "new/deep.md": "n", "b.md": None}
    entries = {
        path: None if text is None else Entry("100644", blob_id(text.encode()), path) for path, text in changes.items()
    }
    found = tree_with(entries, lambda folder: files.folder_at(commit, folder))
    for path in (path for path, text in changes.items() if text is None):
        (repo.folder / path).unlink()
    after = repo.commit({path: text for path, text in changes.items() if text is not None})
    assert found == repo.git("rev-parse", f"{after}^{{tree}}")
    assert tree_with(dict.fromkeys(before), lambda folder: files.folder_at(commit, folder)) is None
