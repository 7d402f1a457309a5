"""GitHubForge on the emulated GitHub: request counts, checkouts, lost answers, other people's comments."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from almanac.errors import ForgeError, Raced
from almanac.forge.github.client import Throttle
from almanac.forge.github.repository import GitHubForge
from almanac.proposal.marker import comment_marker
from almanac.proposal.names import branch_name
from almanac.proposal.state import PutBranch

from tests.emulated import BOT, GitHubWorld
from tests.forge.clones import clone
from tests.gitrepo import Repo
from tests.proxy import Answer, Request

pytestmark = pytest.mark.emulator


def put(
    site: GitHubWorld, forge: GitHubForge, issue: int = 1, *, expected: str | None = None, text: str = "page\n"
) -> str:
    base = site.head("main") or ""
    files = {"page.md": text, "_data/events/a.yml": "id: a\n"}
    return forge.put_branch(PutBranch(branch_name(issue), base, (base,), files, "Add it", expected, {}))


def propose(site: GitHubWorld, forge: GitHubForge, issue: int, read: tuple[str, ...]) -> None:
    """Make all the calls that a first proposal makes."""
    base = forge.look(issue).base
    for path in read:
        forge.read(base.commit, path)
    forge.names(base.commit, "_data/events")
    put(site, forge, issue)
    forge.open_pull(branch_name(issue), base.branch, "Add it", "Body")
    forge.create_comment(issue, f"Done.\n\n{comment_marker(issue)}\n")


@pytest.mark.emulator
def test_of_two_runs_that_open_an_issue_at_the_same_moment_one_takes_its_own_back(site: GitHubWorld) -> None:
    text = "<!-- almanac:next 2026-11-10 tea -->\n\ntext"
    others: list[int] = []

    def open_another(request: Request) -> None:
        if request.method == "POST" and not others:
            others.append(site.file_issue("Tea", text, author=BOT))

    site.emulator.proxy.trouble = open_another
    site.forge.open_issue("Tea", text, ["event"])
    assert [issue.number for issue in site.forge.open_issues()] == others  # the older one


class TestCost:
    READ = (".github/almanac.yml", "form.yml", "page.md")

    def seed(self, site: GitHubWorld) -> int:
        records = {f"_data/events/{number}.yml": b"id: x\n" for number in range(3)}
        site.commit({**{path: path.encode() for path in self.READ}, **records})
        return site.file_issue("An event", "text")

    def test_looking_at_a_new_issue(self, site: GitHubWorld) -> None:
        number, forge = self.seed(site), site.connect(default_branch="main")
        site.emulator.proxy.requests.clear()
        forge.look(number)
        assert site.emulator.proxy.reads == ["POST /graphql"]

    def test_without_graphql_it_is_tried_once(self, site: GitHubWorld) -> None:
        number, forge = self.seed(site), site.connect(default_branch="main")
        site.emulator.proxy.requests.clear()
        site.emulator.proxy.trouble = without_graphql()
        forge.look(number)
        first = [f"GET /issues/{number}", "GET /branches", "GET /pulls"]
        assert site.emulator.proxy.reads == ["POST /graphql", *first]
        site.emulator.proxy.requests.clear()
        forge.look(number)
        assert site.emulator.proxy.reads == first

    def test_by_rest_the_default_branch_costs_one_once(self, site: GitHubWorld) -> None:
        number, forge = self.seed(site), site.connect()
        forge.has_graphql = False
        site.ask("POST", "git/refs", {"ref": "refs/heads/another", "sha": site.head("main")})
        site.emulator.proxy.requests.clear()
        forge.look(number)
        forge.look(number)
        assert len(site.emulator.proxy.reads) == 7

    def test_by_rest_the_only_branch_is_the_default_one(self, site: GitHubWorld) -> None:
        number, forge = self.seed(site), site.connect()
        forge.has_graphql = False
        site.emulator.proxy.requests.clear()
        assert forge.look(number).base.branch == "main"
        assert len(site.emulator.proxy.reads) == 3

    def test_a_first_proposal_without_a_checkout(self, site: GitHubWorld) -> None:
        number, forge = self.seed(site), site.connect(default_branch="main")
        site.emulator.proxy.requests.clear()
        propose(site, forge, number, self.READ)
        # The look, two files of which nobody could know that they are read, and a last look at the comments.
        assert len(site.emulator.proxy.reads) == 1 + 2 + 1
        assert site.emulator.proxy.writes == [
            "POST /git/trees",
            "POST /git/commits",
            "POST /git/refs",
            "POST /pulls",
            f"POST /issues/{number}/comments",
        ]

    def test_a_first_proposal_with_a_checkout(self, site: GitHubWorld, tmp_path: Path) -> None:
        number = self.seed(site)
        forge = site.connect(default_branch="main", checkout=clone(site, tmp_path))
        site.emulator.proxy.requests.clear()
        propose(site, forge, number, self.READ)
        assert len(site.emulator.proxy.reads) == 2
        assert len(site.emulator.proxy.writes) == 5

    @pytest.mark.parametrize("known", [None, "main"])
    def test_a_second_look(self, site: GitHubWorld, known: str | None) -> None:
        number = self.seed(site)
        propose(site, site.connect(), number, ())
        forge = site.connect(default_branch=known)
        site.emulator.proxy.requests.clear()
        assert forge.look(number).proposal.comment
        assert [str(each) for each in site.emulator.proxy.requests] == ["POST /graphql"]

    @pytest.mark.parametrize("proposed", [False, True])
    def test_moving_a_branch(self, site: GitHubWorld, *, proposed: bool) -> None:
        number, forge = self.seed(site), site.connect(default_branch="main")
        head = put(site, forge, number)
        if proposed:
            forge.open_pull(branch_name(number), "main", "Add it", "Body")
            forge.look(number)
        site.emulator.proxy.requests.clear()
        put(site, forge, number, expected=head, text="other\n")
        # What GraphQL calls the repository is asked once, unless a pull request has told it.
        assert site.emulator.proxy.reads == ([] if proposed else ["POST /graphql"])
        assert site.emulator.proxy.writes == ["POST /git/trees", "POST /git/commits", "POST /graphql"]

    def test_editing(self, site: GitHubWorld) -> None:
        number, forge = self.seed(site), site.connect()
        put(site, forge, number)
        pull = forge.open_pull(branch_name(number), "main", "T", "B").number
        comment = forge.create_comment(number, "text").id
        site.emulator.proxy.requests.clear()
        forge.edit_pull(pull, title="T2", body="B2", state="closed")
        forge.edit_comment(number, comment, "text 2")
        forge.close_issue(number, "completed")
        assert [str(each) for each in site.emulator.proxy.requests] == [
            f"PATCH /pulls/{pull}",
            f"PATCH /issues/comments/{comment}",
            f"PATCH /issues/{number}",
        ]

    def test_listing_issues_reads_none_of_them_alone(self, site: GitHubWorld) -> None:
        numbers = [site.file_issue(f"Event {number}", "text") for number in range(200)]
        site.emulator.proxy.requests.clear()
        assert [issue.number for issue in site.forge.open_issues()] == numbers
        assert site.emulator.proxy.reads == ["POST /graphql", "POST /graphql"]

    def test_listing_what_fills_more_than_a_page(self, site: GitHubWorld) -> None:
        head = put(site, site.forge, issue=1)
        numbers = [site.file_issue(f"Event {number}", "text", labels=("event",)) for number in range(130)]
        branches = [branch_name(number) for number in numbers]
        for branch in branches[1:]:
            site.restore_branch(branch, head)
        for branch in branches:
            site.ask("POST", "pulls", {"title": "Add it", "head": branch, "base": "main"}, login=BOT)
        site.emulator.proxy.requests.clear()
        overview = site.forge.overview()
        assert {*overview.pulls} == {*overview.heads} == {*branches}
        assert {*overview.heads.values()} == {head}
        for labels in ((), ("event",), ("event", "other")):
            assert [issue.number for issue in site.forge.open_issues(labels)] == numbers
        # Two pages of both proposals and branches; then the issues are asked for from both ends at once.
        assert site.emulator.proxy.reads == ["POST /graphql"] * (2 + 3)
        look = site.forge.look(numbers[0])
        assert {*look.others} == {*numbers[-100:]}  # of more, the newest ones

    def test_what_was_proposed_before_is_asked_for_many_new_issues_at_once(self, site: GitHubWorld) -> None:
        numbers = [site.file_issue(f"Event {number}", "text") for number in range(60)]
        head = put(site, site.forge, issue=numbers[0])
        pull = site.forge.open_pull(branch_name(numbers[0]), "main", "Add it", "Body")
        site.close_pull(pull.number)
        site.delete_branch(branch_name(numbers[0]))
        site.forge.overview()
        assert len(list(site.forge.open_issues())) == 60
        site.emulator.proxy.requests.clear()
        found = {number: site.forge.newest_pull(branch_name(number)) for number in numbers}
        assert {number: each.head for number, each in found.items() if each} == {numbers[0]: head}
        assert site.emulator.proxy.reads == ["POST /graphql"] * 2
        assert site.forge.newest_pull(branch_name(numbers[1])) is None
        assert len(site.emulator.proxy.reads) == 3  # it is not remembered for longer


class TestCheckout:
    def test_what_is_not_committed_does_not_matter(self, site: GitHubWorld, tmp_path: Path) -> None:
        commit = site.commit({"page.md": b"committed\n", "_data/events/a.yml": b"a"})
        forge = site.connect(checkout=clone(site, tmp_path))
        site.emulator.proxy.requests.clear()
        assert forge.read(commit, "page.md") == b"committed\n"
        assert forge.names(commit, "_data/events") == {"a.yml"}
        assert site.emulator.proxy.requests == []

    def test_a_commit_that_it_does_not_hold_is_fetched(self, site: GitHubWorld, tmp_path: Path) -> None:
        folder = clone(site, tmp_path)
        newer = site.commit({"page.md": b"newer\n"})
        forge = site.connect(checkout=folder)
        assert forge.read(newer, "page.md") == b"newer\n"
        assert site.files(put(site, forge))["page.md"] == b"page\n"

    @pytest.mark.parametrize("there", [True, False])
    def test_a_folder_that_is_not_a_repository(self, site: GitHubWorld, tmp_path: Path, *, there: bool) -> None:
        commit = site.commit({"page.md": b"text\n"})
        forge = site.connect(checkout=tmp_path if there else tmp_path / "nowhere")
        assert forge.read(commit, "page.md") == b"text\n"

    def test_a_machine_without_git(self, site: GitHubWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        commit, folder = site.commit({"page.md": b"text\n"}), tmp_path
        monkeypatch.setenv("PATH", "")
        assert site.connect(checkout=folder).read(commit, "page.md") == b"text\n"

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to another user")
    def test_a_checkout_of_another_user(self, site: GitHubWorld, tmp_path: Path) -> None:
        commit = site.commit({"page.md": b"text\n"})
        folder = clone(site, tmp_path)
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, 12345, 12345)
        forge = site.connect(checkout=folder)
        site.emulator.proxy.requests.clear()
        assert forge.read(commit, "page.md") == b"text\n"
        assert site.emulator.proxy.requests == []

    def test_a_hooks_git_dir_is_ignored(
        self, site: GitHubWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        commit = site.commit({"page.md": b"text\n"})
        folder = clone(site, tmp_path)
        monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
        site.emulator.proxy.requests.clear()
        assert site.connect(checkout=folder).read(commit, "page.md") == b"text\n"
        assert site.emulator.proxy.requests == []


class TestVersions:
    FORM = "form.yml"

    def seed(self, site: GitHubWorld) -> tuple[str, str]:
        first = site.commit({self.FORM: b"1"}, at="2026-02-01T10:00:00Z")
        return first, site.commit({self.FORM: b"2"}, at="2026-02-03T10:00:00Z")

    def test_a_version_counts_from_when_its_pull_request_was_merged(self, site: GitHubWorld) -> None:
        first, second = self.seed(site)
        site.merged_at[first] = "2026-02-02T10:00:00Z"
        forge = site.connect(default_branch="main")
        found = {version.commit: version.since.day for version in forge.versions(second, self.FORM)}
        assert found == {first: 2, second: 3}

    def test_only_what_is_taken_is_asked_for(self, site: GitHubWorld) -> None:
        _, second = self.seed(site)
        forge = site.connect(default_branch="main")
        site.emulator.proxy.requests.clear()
        assert next(forge.versions(second, self.FORM)).commit == second
        assert site.emulator.proxy.reads == ["GET /commits", f"GET /commits/{second}/pulls"]

    @pytest.mark.parametrize("shallow", [True, False])
    def test_a_checkout_without_its_history_does_not_mislead(
        self, site: GitHubWorld, tmp_path: Path, *, shallow: bool
    ) -> None:
        first, second = self.seed(site)
        folder = clone(site, tmp_path)  # it holds the newest commit alone
        if shallow:
            (folder / ".git/shallow").write_text(f"{second}\n")
        forge = site.connect(checkout=folder)
        assert [version.commit for version in forge.versions(second, self.FORM)] == [second, first]

    def test_a_whole_checkout_costs_nothing(self, site: GitHubWorld, tmp_path: Path) -> None:
        repo = Repo.init(tmp_path)
        first = repo.commit({self.FORM: "1"})
        second = repo.commit({self.FORM: "2"})
        forge = site.connect(checkout=tmp_path)
        site.emulator.proxy.requests.clear()
        assert [version.commit for version in forge.versions(second, self.FORM)] == [second, first]
        assert site.emulator.proxy.requests == []

    def test_a_server_that_lists_no_commits_has_none(self, site: GitHubWorld) -> None:
        _, second = self.seed(site)
        status = [404]

        def answer(request: Request) -> Answer | None:
            return Answer(status[0], {"message": "No"}) if request.path.endswith("/commits") else None

        site.emulator.proxy.trouble = answer
        assert list(site.forge.versions(second, self.FORM)) == []
        status[0] = 403
        with pytest.raises(ForgeError):
            list(site.forge.versions(second, self.FORM))


class TestFiles:
    @pytest.mark.parametrize("commit", ["f" * 40, "main", "../x", "--help", "", "\0", "F" * 40, "9" * 39])
    @pytest.mark.parametrize("checkout", [True, False])
    def test_a_commit_that_does_not_exist_has_none(
        self, site: GitHubWorld, tmp_path: Path, commit: str, *, checkout: bool
    ) -> None:
        forge = site.connect(checkout=clone(site, tmp_path) if checkout else None)
        assert forge.read(commit, "README.md") is None

    def test_an_executable_stays_one(self, site: GitHubWorld) -> None:
        site.commit({"run.sh": b"old"}, modes={"run.sh": "100755"})
        base = site.head("main") or ""
        files = {"run.sh": "new", "page.md": "text"}
        made = site.forge.put_branch(PutBranch("almanac/issue-1", base, (base,), files, "Both", None, {}))
        listed = site.ask("GET", f"git/trees/{made}?recursive=1")["tree"]
        assert {each["path"]: each["mode"] for each in listed} == {
            "README.md": "100644",
            "page.md": "100644",
            "run.sh": "100755",
        }

    def test_removing_what_is_not_there_is_fine(self, site: GitHubWorld) -> None:
        base = site.head("main") or ""
        files = {"nope.md": None}
        made = site.forge.put_branch(PutBranch("almanac/issue-1", base, (base,), files, "Nothing", None, {}))
        assert site.files(made) == site.files(base)
        assert site.parents(made) == (base,)

    def test_a_thousand_records_cost_no_more(self, site: GitHubWorld) -> None:
        base = site.ask("GET", f"git/commits/{site.head('main')}")["tree"]["sha"]
        tree = [
            {"path": f"_data/events/{number:04}.yml", "mode": "100644", "type": "blob", "content": f"id: {number}\n"}
            for number in range(1000)
        ]
        made = site.ask("POST", "git/trees", {"base_tree": base, "tree": tree})["sha"]
        body = {"message": "Many", "tree": made, "parents": [site.head("main")]}
        commit = site.ask("POST", "git/commits", body)["sha"]
        site.ask("PATCH", "git/refs/heads/main", {"sha": commit})
        number, forge = site.file_issue("An event", "text"), site.connect(default_branch="main")
        site.emulator.proxy.requests.clear()
        propose(site, forge, number, ("README.md",))
        assert len(site.emulator.proxy.requests) == 1 + 1 + 1 + 5
        assert len(forge.names(commit, "_data/events")) == 1000


class TestBranches:
    @pytest.mark.parametrize("known", [None, "main"])
    def test_more_than_a_hundred(self, site: GitHubWorld, known: str | None) -> None:
        base = site.head("main")
        for number in range(100):
            site.ask("POST", "git/refs", {"ref": f"refs/heads/a-{number:03}", "sha": base})
        forge = site.connect(default_branch=known)
        assert forge.look(1).proposal.head is None
        assert forge.look(1).base.commit == base
        head = put(site, forge)
        assert forge.look(1).proposal.head == head
        with pytest.raises(Raced):
            put(site, forge)

    def test_a_branch_that_went_back_is_a_race_too(self, site: GitHubWorld) -> None:
        first = put(site, site.forge)
        second = site.commit({"more.md": b"more"}, branch="almanac/issue-1")
        site.ask("PATCH", "git/refs/heads/almanac/issue-1", {"sha": first, "force": True})
        base = site.head("main") or ""
        write = PutBranch("almanac/issue-1", base, (second,), {"page.md": "x"}, "More", second, {})
        with pytest.raises(Raced):
            site.forge.put_branch(write)
        assert site.head("almanac/issue-1") == first

    def test_the_branch_moves_between_our_look_and_our_write(self, site: GitHubWorld) -> None:
        first = put(site, site.forge)
        human: list[str] = []

        def commit_by_hand(request: Request) -> Answer | None:
            if request.method == "POST" and request.path.endswith("git/commits"):
                human.append(site.commit({"more.md": b"more"}, branch="almanac/issue-1"))
            return None

        site.emulator.proxy.trouble = commit_by_hand
        with pytest.raises(Raced):
            put(site, site.forge, expected=first, text="x")
        assert [site.head("almanac/issue-1")] == human

    def test_the_branch_never_equals_its_base(self, site: GitHubWorld) -> None:
        first = put(site, site.forge)
        base = site.commit({"new.md": b"new"})
        seen: set[str | None] = set()

        def watch(_: Request) -> None:
            seen.add(site.head("almanac/issue-1"))

        site.emulator.proxy.trouble = watch
        second = put(site, site.forge, expected=first)
        assert seen == {first}
        assert site.head("almanac/issue-1") == second
        assert site.parents(second) == (base,)


def lost(start: str, status: int) -> Callable[[Request], Answer | None]:
    """Let the first request that starts like this take effect, and lose its answer."""
    left = [Answer(status, {}, lost=True)]

    def trouble(request: Request) -> Answer | None:
        return left.pop() if left and str(request).startswith(start) else None

    return trouble


def without_graphql(more: Callable[[Request], Answer | None] = lambda _: None) -> Callable[[Request], Answer | None]:
    """Let the server have a REST API alone."""
    return lambda request: Answer(404, {"message": "Not Found"}) if request.path == "/graphql" else more(request)


@pytest.mark.parametrize("status", [0, 502])
class TestLostAnswers:
    @pytest.fixture(autouse=True)
    def _no_sleep(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("almanac.forge.github.repository.Throttle", partial(Throttle, sleep=lambda _: None))

    @pytest.mark.parametrize("start", ["POST /git/trees", "POST /git/commits", "POST /git/refs"])
    def test_a_new_branch(self, site: GitHubWorld, start: str, status: int) -> None:
        forge = site.connect()
        site.emulator.proxy.trouble = lost(start, status)
        assert put(site, forge) == site.head("almanac/issue-1")

    @pytest.mark.parametrize("rest", [False, True])
    def test_a_moved_branch(self, site: GitHubWorld, status: int, *, rest: bool) -> None:
        forge = site.connect()
        first = put(site, forge)
        put(site, forge, expected=first, text="so that the repository is known")
        first = site.head("almanac/issue-1") or ""
        site.emulator.proxy.trouble = without_graphql(lost("PATCH", status)) if rest else lost("POST /graphql", status)
        second = put(site, forge, expected=first, text="other")
        assert site.head("almanac/issue-1") == second != first

    def test_a_pull_request(self, site: GitHubWorld, status: int) -> None:
        forge = site.connect()
        put(site, forge)
        site.emulator.proxy.trouble = lost("POST /pulls", status)
        pull = forge.open_pull("almanac/issue-1", "main", "T", "B")
        assert [each.number for each in site.pulls()] == [pull.number]

    def test_a_comment(self, site: GitHubWorld, status: int) -> None:
        forge, number = site.connect(), site.file_issue("An event", "text")
        site.emulator.proxy.trouble = lost("POST /issues", status)
        comment = forge.create_comment(number, "Hello")
        assert [each.id for each in site.comments(number)] == [comment.id]

    def test_edits_and_deletions(self, site: GitHubWorld, status: int) -> None:
        forge, number = site.connect(), site.file_issue("An event", "text")
        head = put(site, forge)
        pull = forge.open_pull("almanac/issue-1", "main", "T", "B").number
        comment = forge.create_comment(number, "Hello").id
        forge.overview()
        actions: dict[str, Callable[[], None]] = {
            "PATCH /pulls": lambda: forge.edit_pull(pull, body="B2"),
            "PATCH /issues/comments": lambda: forge.edit_comment(number, comment, "Hello 2"),
            "PATCH /issues": lambda: forge.close_issue(number, "not_planned"),
            "POST /graphql": lambda: forge.delete_branch("almanac/issue-1", head),
        }
        for start, action in actions.items():
            site.emulator.proxy.trouble = lost(start, status)
            action()
        assert [each.body for each in site.pulls()] == ["B2"]
        assert [each.body for each in site.comments(number)] == ["Hello 2"]
        assert site.issue_state(number) == ("closed", "not_planned")
        assert site.head("almanac/issue-1") is None


class TestComments:
    @pytest.mark.parametrize("rest", [False, True])
    def test_a_strangers_marker_is_passed_over(self, site: GitHubWorld, *, rest: bool) -> None:
        number = site.file_issue("An event", "text")
        for _ in range(2):
            site.comment(number, "mallory", f"Me!\n{comment_marker(number)}")
        forge = site.connect(default_branch="main")
        forge.has_graphql = not rest
        site.emulator.proxy.requests.clear()
        assert forge.look(number).proposal.comment is None
        # GraphQL tells whose it is; else we ask once who we are.
        assert [each.path for each in site.emulator.proxy.requests].count("/user") == int(rest)

    def test_the_token_of_a_stranger_finds_its_own_comment(self, site: GitHubWorld) -> None:
        number = site.file_issue("An event", "text")
        site.comment(number, "mallory", comment_marker(number))
        grace = site.connect(token=site.token("grace"))
        ours = grace.create_comment(number, comment_marker(number))
        assert grace.look(number).proposal.comment == ours

    @pytest.mark.parametrize("text", ["> {}", "`{}`", "see {}", "{}0"])
    def test_a_marker_is_a_line_of_its_own(self, site: GitHubWorld, text: str) -> None:
        number = site.file_issue("An event", "text")
        site.comment(number, BOT, text.format(comment_marker(number)))
        assert site.forge.look(number).proposal.comment is None

    def test_ours_is_found_after_a_hundred_others(self, site: GitHubWorld) -> None:
        number = site.file_issue("An event", "text")
        for _ in range(100):
            site.comment(number, "grace", "me too")
        ours = site.forge.create_comment(number, f"Hello\n\n{comment_marker(number)}")
        found = site.forge.look(number).proposal.comment
        assert found
        assert (found.id, found.body) == (ours.id, ours.body.rstrip()) or found == ours


class TestCopiedComments:
    """Someone who may write copies our comment, marker and all: theirs is neither changed nor deleted."""

    TEXT = "Ours\n{}\nmore"

    def all(self, site: GitHubWorld, number: int) -> list[tuple[int, str]]:
        return [(each.id, each.body) for each in site.comments(number)]

    @pytest.mark.parametrize("first", [True, False])
    def test_beside_ours(self, site: GitHubWorld, *, first: bool) -> None:
        number, text = site.file_issue("An event", "text"), self.TEXT
        marked = text.format(comment_marker(number))
        copied = site.comment(number, "octo", marked) if first else 0
        ours = site.comment(number, BOT, marked)
        copied = copied or site.comment(number, "octo", marked)
        look = site.forge.look(number)
        assert (look.proposal.comment and look.proposal.comment.id, look.proposal.spare) == (ours, ())
        site.forge.edit_comment(number, ours, "new")
        assert sorted(self.all(site, number)) == sorted([(ours, "new"), (copied, marked)])

    @pytest.mark.parametrize("rest", [False, True])
    def test_without_ours(self, site: GitHubWorld, *, rest: bool) -> None:
        number = site.file_issue("An event", "text")
        site.forge.has_graphql = not rest
        marked = self.TEXT.format(comment_marker(number))
        copied = site.comment(number, "octo", marked)
        seen = site.forge.look(number).proposal.comment
        for change in (partial(site.forge.edit_comment, body="new"), site.forge.delete_comment):
            with pytest.raises(Raced):
                change(number, copied)
        assert (seen is not None) == rest
        assert site.forge.look(number).proposal.comment is None
        ours = site.forge.create_comment(number, marked)
        assert self.all(site, number) == [(copied, marked), (ours.id, marked)]

    def test_a_second_one_of_ours_goes(self, site: GitHubWorld) -> None:
        number = site.file_issue("An event", "text")
        marked = self.TEXT.format(comment_marker(number))
        ours = [site.comment(number, login, marked) for login in (BOT, "octo", BOT)]
        assert site.forge.look(number).proposal.spare == (ours[2],)
        site.forge.delete_comment(number, ours[2])
        assert [each.id for each in site.comments(number)] == ours[:2]


class TestTroubles:
    def test_a_repository_that_is_not_there(self, site: GitHubWorld) -> None:
        for forge in (site.connect(repository="octo/nowhere"), site.connect(repository="nobody/x", default_branch="m")):
            with pytest.raises(ForgeError) as caught:
                forge.look(1)
            assert "spelt" in str(caught.value.remedy)

    def test_a_token_that_may_not_write(self, site: GitHubWorld) -> None:
        forge = site.connect(token=site.token("mallory"))
        with pytest.raises(ForgeError) as caught:
            put(site, forge)
        assert "contents: write" in str(caught.value.remedy)
        assert site.head("almanac/issue-1") is None
