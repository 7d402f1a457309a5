"""What GitHubForge does when GitHub refuses or fails: every answer here is one that GitHub gives."""

import json
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

import pytest
from almanac.errors import ForgeError, Raced, UserError
from almanac.forge.github.client import GitHubClient, Throttle
from almanac.forge.github.repository import GitHubForge, connect
from almanac.forge.github.request import Request, web_address
from almanac.proposal.state import PutBranch

from tests.proxy import Answer, Proxy
from tests.proxy import Request as Received

TOKEN = "ghs_0123456789abcdefABCDEF"  # noqa: S105 - nobody's
SHA = "1" * 40
NEW = "2" * 40


class Time:
    """A clock that only moves on when someone sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)


@pytest.fixture
def server() -> Iterator[Proxy]:
    proxy = Proxy()
    yield proxy
    proxy.close()


@pytest.fixture
def forge(server: Proxy, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHubForge]:
    monkeypatch.setattr(
        "almanac.forge.github.repository.Throttle",
        lambda pause, patience: Throttle(pause, patience, sleep=lambda _: None),
    )
    made = connect(TOKEN, "octo/site", api_url=server.url, default_branch="main", pause=0)
    yield made
    made.close()


def refuse(status: int, message: str, **headers: str) -> Callable[[Received], Answer]:
    return lambda _: Answer(
        status, {"message": message}, {key.replace("_", "-"): text for key, text in headers.items()}
    )


def failure(action: Callable[[], object]) -> ForgeError:
    with pytest.raises(ForgeError) as caught:
        action()
    shown = "".join(traceback.format_exception(caught.value))
    assert TOKEN not in shown
    assert TOKEN not in repr(caught.value) + str(caught.value.remedy)
    return caught.value


class TestThrottle:
    @pytest.mark.parametrize(
        ("pause", "slept"), [(None, [1.0, 1.0]), (0.0, []), (2.5, [2.5] * 11)], ids=["by itself", "none", "always"]
    )
    def test_twelve_writes(self, pause: float | None, slept: list[float]) -> None:
        time = Time()
        pace = Throttle(pause, 30, clock=lambda: time.now, sleep=time.sleep)
        for _ in range(12):
            pace.wait()
        assert time.slept == slept

    def test_time_that_went_by_anyway_counts(self) -> None:
        time = Time()
        pace = Throttle(2, 30, clock=lambda: time.now, sleep=time.sleep)
        pace.wait()
        time.now += 1.5
        pace.wait()
        time.now += 5
        pace.wait()
        assert time.slept == [0.5]


class TestTries:
    @pytest.fixture
    def time(self) -> Time:
        return Time()

    @pytest.fixture
    def client(self, server: Proxy, time: Time) -> Iterator[GitHubClient]:
        made = GitHubClient("octo/site", server.url, None, throttle=Throttle(0, 30, sleep=time.sleep))
        yield made
        made.close()

    READ = Request("GET", "x", "read", "x")
    WRITE = Request("POST", "x", "write", "x")
    BROKEN = Answer(502, b"<html>")
    DONE = Answer(200, ["done"])

    def limit(self, seconds: int) -> Answer:
        return Answer(429, {"message": "slow down"}, {"Retry-After": str(seconds)})

    def test_a_read_is_repeated_as_often_as_makes_sense(self, server: Proxy, client: GitHubClient, time: Time) -> None:
        server.trouble = script({"": [self.BROKEN] * 3 + [self.DONE]})
        assert client.read(self.READ, list) == ["done"]
        assert time.slept == [1, 2, 4]
        assert client.usage.requests == 4

    def test_it_is_not_repeated_forever(self, server: Proxy, client: GitHubClient) -> None:
        server.trouble = script({"": self.BROKEN})
        assert failure(lambda: client.read(self.READ, list)).passing
        assert len(server.requests) == 4

    def test_a_short_limit_is_waited_for(self, server: Proxy, client: GitHubClient, time: Time) -> None:
        server.trouble = script({"": [self.limit(5), self.limit(5), self.DONE]})
        assert client.read(self.READ, list) == ["done"]
        assert time.slept == [5, 10]

    def test_a_long_limit_is_reported_at_once(self, server: Proxy, client: GitHubClient, time: Time) -> None:
        server.trouble = script({"": self.limit(31)})
        error = failure(lambda: client.read(self.READ, list))
        assert time.slept == []
        assert error.passing
        assert "Try again after" in str(error.remedy)

    def test_a_refusal_is_not_repeated(self, server: Proxy, client: GitHubClient, time: Time) -> None:
        server.trouble = script({"": said(403, "Resource not accessible by integration")})
        assert not failure(lambda: client.read(self.READ, list)).passing
        assert time.slept == []

    def test_a_write_that_took_effect_is_not_sent_again(self, server: Proxy, client: GitHubClient) -> None:
        server.trouble = script({"": self.BROKEN})
        assert client.write(self.WRITE, list, lambda: ["found"]) == ["found"]
        assert len(server.requests) == 1

    def test_a_write_that_did_not_is(self, server: Proxy, client: GitHubClient) -> None:
        server.trouble = script({"": [self.BROKEN, self.DONE]})
        assert client.write(self.WRITE, list) == ["done"]

    def test_a_branch_that_not_all_of_github_knows_yet(self, server: Proxy, client: GitHubClient) -> None:
        early = said(422, "Could not resolve to a node with the global id of 'x'.")
        server.trouble = script({"": [early, self.DONE]})
        assert client.write(self.WRITE, list) == ["done"]

    def test_a_bug_stays_a_bug(self, client: GitHubClient, monkeypatch: pytest.MonkeyPatch) -> None:
        def bug(*_: object, **__: object) -> None:
            raise RuntimeError("a bug")

        monkeypatch.setattr("github.Requester.Requester.requestJsonAndCheck", bug)
        with pytest.raises(RuntimeError, match="a bug"):
            client.read(self.READ, list)


class TestPages:
    @pytest.fixture
    def client(self, server: Proxy) -> Iterator[GitHubClient]:
        made = GitHubClient("octo/site", server.url, None)
        yield made
        made.close()

    LIST = Request("GET", "issues", "list the issues", "x", query={"state": "open"})

    def test_the_link_to_the_next_page_is_followed_and_the_query_is_kept(
        self, server: Proxy, client: GitHubClient
    ) -> None:
        link = {"Link": f'<{server.url}/other?page=2&after=Y%3D>; rel="next", <{server.url}/other?page=9>; rel="last"'}
        first = {"Link": f'<{server.url}/other?page=1>; rel="prev"'}
        server.trouble = script({"": [Answer(200, [1], link), Answer(200, [2], first)]})
        assert list(client.pages(self.LIST, int)) == [1, 2]
        queries = [dict(parse_qsl(request.query)) for request in server.requests]
        asked = {"state": "open", "per_page": "100"}
        assert queries == [asked, {**asked, "page": "2", "after": "Y="}]
        assert server.reads == ["GET /issues", "GET /issues"]

    def test_a_full_page_without_links_may_not_be_the_last(self, server: Proxy, client: GitHubClient) -> None:
        server.trouble = script({"": [Answer(200, [1] * 100), Answer(200, [2] * 100), Answer(200, b"[]")]})
        assert len(list(client.pages(self.LIST, int))) == 200
        assert [dict(parse_qsl(request.query)).get("page") for request in server.requests] == [None, "2", "3"]

    def test_no_more_is_read_than_the_caller_takes(self, server: Proxy, client: GitHubClient) -> None:
        server.trouble = script({"": Answer(200, [1] * 100)})
        assert client.page(self.LIST, int) == [1] * 100
        assert len(server.requests) == 1

    @pytest.mark.parametrize("body", [{"message": "hello"}, ["text"]])
    def test_something_else_is_not_github(self, server: Proxy, client: GitHubClient, body: object) -> None:
        server.trouble = script({"": Answer(200, body)})
        assert "does not answer as GitHub" in str(failure(lambda: list(client.pages(self.LIST, int))))


def test_without_github_pygithub_is_not_loaded() -> None:
    light = "almanac.forge.protocol, almanac.forge.local.forge, almanac.forge.github.request"
    code = f"import sys, {light}; sys.exit('github' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


class TestConnect:
    @pytest.mark.parametrize("repository", ["site", "a/b/c", "octo/", "/site", "octo/a b", "octo/../x", "octo/..", ""])
    def test_a_repository_has_an_owner_and_a_name(self, repository: str) -> None:
        with pytest.raises(UserError, match="OWNER/NAME"):
            connect(TOKEN, repository)

    @pytest.mark.parametrize("token", ["", " ", "ghp_x\n", "ghp_x\r\nX-Evil: 1", "ghp_é"])
    def test_a_token_is_one_word(self, token: str) -> None:
        with pytest.raises(UserError) as caught:
            connect(token, "octo/site")
        assert "GITHUB_TOKEN" in str(caught.value)
        assert "ghp_" not in str(caught.value)

    @pytest.mark.parametrize("address", ["api.github.com", "ftp://x", "https://", "", "http://[", "http://x:port"])
    def test_an_address_is_checked(self, address: str) -> None:
        with pytest.raises(UserError, match="GITHUB_API_URL"):
            connect(TOKEN, "octo/site", api_url=address)

    def test_the_token_is_not_shown(self) -> None:
        assert repr(connect(TOKEN, "octo/site")) == "GitHubForge('octo/site')"


class TestAnswers:
    @pytest.mark.parametrize(
        ("status", "message", "remedy"),
        [
            (401, "Bad credentials", "GITHUB_TOKEN"),
            (403, "Resource not accessible by integration", "issues: read"),
            (404, "Not Found", "octo/site"),
            (410, "Issues are disabled for this repo", "Features"),
            (451, "Repository access blocked", "support.github.com"),
        ],
    )
    def test_looking(self, server: Proxy, forge: GitHubForge, status: int, message: str, remedy: str) -> None:
        server.trouble = refuse(status, message)
        error = failure(lambda: forge.look(1))
        assert message in str(error)
        assert remedy in str(error.remedy)
        assert not error.passing

    def test_what_the_server_repeats_of_the_token_is_not_passed_on(self, server: Proxy, forge: GitHubForge) -> None:
        server.trouble = lambda request: Answer(400, {"message": f"Bad header: {request.authorization}"})
        assert "Bad header: token ***" in str(failure(lambda: forge.look(1)))

    def test_html_in_place_of_json(self, server: Proxy, forge: GitHubForge) -> None:
        server.trouble = lambda _: Answer(200, b"<html>Please log in", {"Content-Type": "text/html"})
        stranger = connect(TOKEN, "octo/site", api_url=server.url)
        for action in (lambda: forge.look(1), forge.base, stranger.base, lambda: list(forge.open_issues())):
            assert "does not answer as GitHub" in str(failure(action))
        stranger.close()

    def test_half_an_answer(self, server: Proxy, forge: GitHubForge) -> None:
        server.trouble = lambda _: Answer(200, b'{"number": 1, ')
        assert "does not answer as GitHub" in str(failure(lambda: forge.look(1)))

    def test_a_html_error_page(self, server: Proxy, forge: GitHubForge) -> None:
        server.trouble = lambda _: Answer(503, b"<html>Unicorn!", {"Content-Type": "text/html"})
        error = failure(lambda: forge.look(1))
        assert error.passing
        assert "503" in str(error)
        assert len(server.requests) == 1 + 4  # GraphQL once, and then the REST API

    def test_no_answer(self, server: Proxy, forge: GitHubForge) -> None:
        server.trouble = lambda _: Answer(0)
        error = failure(lambda: forge.look(1))
        assert error.passing
        assert "could not be reached" in str(error)

    def test_nothing_listens_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("almanac.forge.github.repository.Throttle", partial(Throttle, sleep=lambda _: None))
        gone = Proxy()
        gone.close()
        forge = connect(TOKEN, "octo/site", api_url=gone.url, default_branch="main")
        assert failure(lambda: forge.look(1)).passing
        forge.close()

    def test_sent_to_another_host(self, server: Proxy, forge: GitHubForge) -> None:
        server.trouble = lambda _: Answer(301, {}, {"Location": "http://example.org/repos/octo/site/issues/1"})
        error = failure(lambda: forge.look(1))
        assert "GITHUB_API_URL" in str(error.remedy)

    def test_a_write_that_answers_with_nothing_known(self, server: Proxy, forge: GitHubForge) -> None:
        server.trouble = script({"GET /git/trees": TREE, "POST /git/trees": Answer(307, {"message": "Moved"})})
        error = failure(lambda: forge.put_branch(PUT))
        assert "does not answer as GitHub" in str(error)


TREE = Answer(200, {"sha": SHA, "tree": [], "truncated": False})
PUT = PutBranch("almanac/issue-1", SHA, (SHA,), {"a.md": "a"}, "Add it", None, {})
OBJECTS = {
    "GET /git/trees": TREE,
    "POST /git/trees": Answer(201, {"sha": NEW}),
    "POST /git/commits": Answer(201, {"sha": NEW}),
}


def script(answers: dict[str, Answer | list[Answer]]) -> Callable[[Received], Answer]:
    """Answer by how a request starts; anything else is a 404."""

    def answer(request: Received) -> Answer:
        for start, given in answers.items():
            if str(request).startswith(start):
                return given.pop(0) if isinstance(given, list) else given
        return Answer(404, {"message": "Not Found"})

    return answer


def ref(sha: str) -> Answer:
    return Answer(200, {"ref": "refs/heads/x", "object": {"sha": sha, "type": "commit"}})


NODE = Answer(200, {"data": {"repository": {"id": "R_99"}}})
DONE = Answer(200, {"data": {"m0": {"clientMutationId": None}}})


def wrong(message: str, kind: str | None = None, **more: Any) -> Answer:
    """Fail as GraphQL does: with status 200."""
    error = {"message": message, "path": ["m0"], **({"type": kind} if kind else {}), **more}
    return Answer(200, {"data": {"m0": None}, "errors": [error]})


def said(status: int, message: str, *errors: dict[str, Any]) -> Answer:
    return Answer(status, {"message": message, "errors": list(errors)})


class TestBranches:
    def test_the_commit_names_no_author_and_all_files_are_in_one(self, server: Proxy, forge: GitHubForge) -> None:
        server.trouble = script({**OBJECTS, "POST /git/refs": ref(NEW)})
        assert forge.put_branch(PUT) == NEW
        bodies = {str(each): each.body for each in server.requests if not each.is_read}
        assert bodies["POST /git/commits"] == {"message": "Add it", "tree": NEW, "parents": [SHA]}
        assert bodies["POST /git/refs"] == {"ref": "refs/heads/almanac/issue-1", "sha": NEW}
        assert len(bodies) == 3

    @pytest.mark.parametrize(
        "message", ["Reference already exists", "Update is not a fast forward", "Reference does not exist"]
    )
    def test_someone_else_was_faster(self, server: Proxy, forge: GitHubForge, message: str) -> None:
        server.trouble = script({**OBJECTS, "POST /git/refs": said(422, message)})
        assert isinstance(failure(lambda: forge.put_branch(PUT)), Raced)

    def test_a_ruleset(self, server: Proxy, forge: GitHubForge) -> None:
        said_so = "Repository rule violations found\n\nCannot create ref due to creations being restricted.\n\n"
        server.trouble = script({**OBJECTS, "POST /git/refs": said(422, said_so)})
        error = failure(lambda: forge.put_branch(PUT))
        assert "Settings > Rules > Rulesets" in str(error.remedy)
        assert "\n" not in str(error)

    @pytest.mark.parametrize(
        ("head", "raced", "posts"), [(NEW, False, 1), (SHA, True, 1)], ids=["it was us", "it was not us"]
    )
    def test_the_answer_was_lost(
        self, server: Proxy, forge: GitHubForge, head: str, posts: int, *, raced: bool
    ) -> None:
        server.trouble = script({**OBJECTS, "POST /git/refs": Answer(502), "GET /git/ref/heads": ref(head)})
        if raced:
            assert isinstance(failure(lambda: forge.put_branch(PUT)), Raced)
        else:
            assert forge.put_branch(PUT) == NEW
        assert server.writes.count("POST /git/refs") == posts

    def test_the_answer_was_lost_and_nothing_had_happened(self, server: Proxy, forge: GitHubForge) -> None:
        server.trouble = script({**OBJECTS, "POST /git/refs": [Answer(0), ref(NEW)]})
        assert forge.put_branch(PUT) == NEW
        assert server.writes.count("POST /git/refs") == 2

    @pytest.mark.parametrize("rest", [False, True])
    def test_deleting_what_someone_else_deletes_at_the_same_time(
        self, server: Proxy, forge: GitHubForge, *, rest: bool
    ) -> None:
        gone, message, delete = said(404, "Not Found"), "Reference does not exist", "DELETE /git/refs"
        server.trouble = script(
            {"GET /git/ref": [ref(SHA), gone], delete: said(422, message)}
            if rest
            else {"GET /git/ref": [gone], "POST /graphql": [NODE, wrong(message)]}
        )
        forge.delete_branch("almanac/issue-1", SHA)
        assert [each for each in server.writes if each.startswith(delete)] == (
            [f"{delete}/heads/almanac/issue-1"] if rest else []
        )

    @pytest.mark.parametrize("rest", [False, True])
    def test_deleting_what_must_not_be_deleted(self, server: Proxy, forge: GitHubForge, *, rest: bool) -> None:
        message = "Cannot delete protected branch"
        answers: dict[str, Answer | list[Answer]] = {"DELETE": said(422, message), "GET /git/ref": ref(SHA)}
        server.trouble = script(answers if rest else {"POST /graphql": [NODE, wrong(message)], **answers})
        assert "Rulesets" in str(failure(lambda: forge.delete_branch("almanac/issue-1", SHA)).remedy)

    def test_a_base_that_is_not_there(self, server: Proxy, forge: GitHubForge) -> None:
        server.trouble = script(
            {"GET /issues": Answer(200, issue(1, "octo/site")), **EMPTY, "GET /branches": Answer(200, b"[]")}
        )
        assert "no branch main" in str(failure(lambda: forge.look(1)))

    def test_a_repository_without_a_commit(self, server: Proxy, forge: GitHubForge) -> None:
        server.trouble = script({"GET /git/ref": said(409, "Git Repository is empty.")})
        assert "first commit" in str(failure(forge.base).remedy)


HOME = {"id": 99, "node_id": "R_99", "full_name": "octo/site", "default_branch": "main"}
PULL = {
    "number": 7,
    "title": "T",
    "body": None,
    "state": "open",
    "merged_at": None,
    "user": {"login": "almanac-bot", "type": "Bot"},
    "head": {"ref": "almanac/issue-1", "sha": SHA, "repo": HOME},
    "html_url": "https://github.com/octo/site/pull/7",
    "base": {"ref": "main", "repo": HOME},
}


class TestPulls:
    def open(self, forge: GitHubForge) -> int:
        return forge.open_pull("almanac/issue-1", "main", "T", "B").number

    def test_workflows_may_not_open_any(self, server: Proxy, forge: GitHubForge) -> None:
        message = "GitHub Actions is not permitted to create or approve pull requests."
        server.trouble = script({"POST /pulls": said(403, message)})
        error = failure(lambda: self.open(forge))
        assert "Settings > Actions > General > Workflow permissions" in str(error.remedy)
        assert f"{server.url}/octo/site/compare/main...almanac/issue-1?expand=1" in str(error.remedy)

    def test_where_github_shows_the_comparison(self) -> None:
        for api, web in {
            "https://api.github.com": "https://github.com",
            "https://git.example.org/api/v3": "https://git.example.org",
            "https://api.octo.ghe.com": "https://octo.ghe.com",
        }.items():
            assert web_address(api) == web

    @pytest.mark.parametrize(
        "home", [{"id": 77, "full_name": "octo/site-fork"}, {"id": 77, "full_name": "octo/site"}, None]
    )
    def test_a_branch_of_a_fork_is_not_ours_whoever_owns_it(
        self, server: Proxy, forge: GitHubForge, home: dict[str, object] | None
    ) -> None:
        forked = {**PULL, "number": 8, "head": {**PULL["head"], "repo": home}, "body": "Text"}  # type: ignore[dict-item]
        server.trouble = script({"GET /pulls": Answer(200, [forked, PULL]), "GET /git": Answer(200, b"[]")})
        found = [forge.newest_pull("almanac/issue-1"), forge._recent_pulls("almanac/issue-1", 1)[0]]  # noqa: SLF001
        found += list(forge._open_pulls().values())  # noqa: SLF001
        assert [pull and pull.number for pull in found] == [7, 7, 7]
        server.trouble = script({"GET /pulls": Answer(200, [forked]), "POST /pulls": Answer(502)})
        assert forge.newest_pull("almanac/issue-1") is None
        assert "problem of its own" in str(failure(lambda: self.open(forge)))

    def test_a_repository_that_was_renamed_is_still_ours(self, server: Proxy, forge: GitHubForge) -> None:
        renamed = {**HOME, "full_name": "octo/new-name"}
        there = {**PULL, "head": {**PULL["head"], "repo": renamed}, "base": {"ref": "main", "repo": renamed}}  # type: ignore[dict-item]
        server.trouble = script({"GET /pulls": Answer(200, [there])})
        assert forge.newest_pull("almanac/issue-1")

    def test_there_is_one_already(self, server: Proxy, forge: GitHubForge) -> None:
        already = said(422, "Validation Failed", {"message": "A pull request already exists for octo:almanac/issue-1."})
        server.trouble = script({"POST /pulls": already, "GET /pulls": Answer(200, [PULL])})
        assert self.open(forge) == 7

    def test_there_is_one_already_but_it_is_gone(self, server: Proxy, forge: GitHubForge) -> None:
        already = said(422, "Validation Failed", {"message": "A pull request already exists for octo:almanac/issue-1."})
        server.trouble = script({"POST /pulls": already, "GET /pulls": Answer(200, b"[]")})
        assert "already exists" in str(failure(lambda: self.open(forge)))

    def test_the_answer_was_lost(self, server: Proxy, forge: GitHubForge) -> None:
        server.trouble = script({"POST /pulls": Answer(502), "GET /pulls": Answer(200, [PULL])})
        assert self.open(forge) == 7
        assert server.writes == ["POST /pulls"]

    def test_too_early(self, server: Proxy, forge: GitHubForge) -> None:
        early = said(422, "Validation Failed", {"message": "Could not resolve to a node with the global id of 'R_'."})
        server.trouble = script({"POST /pulls": [early, Answer(201, PULL)], "GET /pulls": Answer(200, b"[]")})
        assert self.open(forge) == 7
        assert server.writes == ["POST /pulls"] * 2


class TestIssues:
    @pytest.mark.parametrize(("status", "message"), [(404, "Not Found"), (410, "This issue was deleted")])
    def test_a_deleted_issue_is_none(self, server: Proxy, forge: GitHubForge, status: int, message: str) -> None:
        server.trouble = script({"GET /issues/1": said(status, message), **EMPTY})
        assert forge.look(1).issue is None

    def test_a_transferred_issue_is_none(self, server: Proxy, forge: GitHubForge) -> None:
        server.trouble = transferred(server, "octo/other", 5, "Octo/Site")
        assert forge.look(1).issue is None

    def test_a_renamed_repository_is_reported(self, server: Proxy, forge: GitHubForge) -> None:
        server.trouble = transferred(server, "octo/new", 1, "octo/new")
        assert "octo/new" in str(failure(lambda: forge.look(1)))

    def test_a_repository_in_other_letters_is_the_same(self, server: Proxy) -> None:
        server.trouble = script({"GET /issues/1": Answer(200, issue(1, "octo/site")), **EMPTY})
        forge = connect(TOKEN, "Octo/SITE", api_url=server.url, default_branch="main")
        look = forge.look(1)
        assert look.issue
        forge.close()

    def test_a_pull_request_is_not_an_issue(self, server: Proxy, forge: GitHubForge) -> None:
        about = {**issue(1, "octo/site"), "pull_request": {"html_url": "https://github.com/octo/site/pull/1"}}
        server.trouble = script({"GET /issues/1": Answer(200, about), **EMPTY})
        assert forge.look(1).issue is None

    def test_an_issue_of_a_deleted_account_without_a_body(self, server: Proxy, forge: GitHubForge) -> None:
        about = {**issue(1, "octo/site"), "user": None, "body": None}
        server.trouble = script({"GET /issues/1": Answer(200, about), **EMPTY})
        found = forge.look(1).issue
        assert found
        assert (found.author, found.body) == ("", "")

    @pytest.mark.parametrize("user", [None, {"login": "ghost", "type": "User"}])
    def test_a_forged_comment_where_our_token_may_not_ask_who_we_are(
        self, server: Proxy, forge: GitHubForge, user: object
    ) -> None:
        about = {**issue(1, "octo/site"), "comments": 1}
        comment = {"id": 3, "body": "<!-- almanac:issue-1 -->", "user": user, "author_association": "NONE"}
        answers = {
            "GET /issues/1/comments": Answer(200, [comment]),
            "GET /issues/1": Answer(200, about),
            "GET /user": said(403, "Resource not accessible by integration"),
            **EMPTY,
        }
        server.trouble = script(answers)
        assert forge.look(1).proposal.comment is None

    def test_not_knowing_who_we_are_for_now(self, server: Proxy, forge: GitHubForge) -> None:
        comment = {"id": 3, "body": "<!-- almanac:issue-1 -->", "user": {"login": "x", "type": "User"}}
        answers = {
            "GET /issues/1/comments": Answer(200, [{**comment, "author_association": "NONE"}]),
            "GET /issues/1": Answer(200, {**issue(1, "octo/site"), "comments": 1}),
            "GET /user": Answer(502),
            **EMPTY,
        }
        server.trouble = script(answers)
        assert failure(lambda: forge.look(1)).passing

    def test_a_bots_comment_is_ours(self, server: Proxy, forge: GitHubForge) -> None:
        about = {**issue(1, "octo/site"), "comments": 1}
        comment = {
            "id": 3,
            "body": "<!-- almanac:issue-1 -->\r\nHello",
            "user": {"login": "github-actions[bot]", "type": "Bot"},
            "author_association": "CONTRIBUTOR",
        }
        server.trouble = script(
            {"GET /issues/1/comments": Answer(200, [comment]), "GET /issues/1": Answer(200, about), **EMPTY}
        )
        found = forge.look(1).proposal.comment
        assert found
        assert found.id == 3


BRANCHES = [{"name": "main", "commit": {"sha": SHA}}]
EMPTY: dict[str, Answer | list[Answer]] = {
    "GET /pulls": Answer(200, b"[]"),
    "GET /branches": Answer(200, json.dumps(BRANCHES).encode()),
}


def issue(number: int, repository: str) -> dict[str, Any]:
    return {
        "url": f"https://api.github.com/repos/{repository}/issues/{number}",
        "html_url": f"https://github.com/{repository}/issues/{number}",
        "number": number,
        "title": "T",
        "body": "B",
        "state": "open",
        "state_reason": None,
        "labels": [],
        "user": {"login": "ada"},
        "comments": 0,
        "closed_at": None,
    }


def transferred(server: Proxy, to: str, number: int, name_now: str) -> Callable[[Received], Answer]:
    """Redirect requests for the issue, as GitHub does."""

    def answer(request: Received) -> Answer:
        if request.path == "/repos/octo/site/issues/1":
            return Answer(301, {}, {"Location": f"{server.url}/repositories/99/issues/{number}"})
        if request.path.startswith("/repositories/99"):
            return Answer(200, issue(number, to))
        if request.path == "/repos/octo/site":
            return Answer(200, {"full_name": name_now, "default_branch": "main"})
        return script(EMPTY)(request)

    return answer
