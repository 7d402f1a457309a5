"""A branch of GitHub's is moved and deleted only from the head that was seen, whoever commits at whichever moment."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from almanac.errors import ForgeError, Raced
from almanac.forge.github.client import Throttle
from almanac.forge.github.repository import GitHubForge, connect
from almanac.forge.github.request import ErrorAnswer, graphql_error
from almanac.proposal.state import PutBranch

from tests.emulated import GitHubWorld
from tests.proxy import Answer, Proxy, Request

BRANCH = "almanac/issue-1"
OLD, NEW, HUMAN, ZERO = "1" * 40, "2" * 40, "3" * 40, "0" * 40
MISSING = Answer(404, {"message": "Not Found"})


def put(site: GitHubWorld, expected: str | None, *, on_top: bool = False, text: str = "page\n") -> str:
    base = site.head("main") or ""
    parents = (expected or "",) if on_top else (base,)
    return site.forge.put_branch(PutBranch(BRANCH, base, parents, {"page.md": text}, "Add it", expected, {}))


def rebuild(site: GitHubWorld, head: str) -> None:
    put(site, head, text="rebuilt\n")


def add(site: GitHubWorld, head: str) -> None:
    put(site, head, on_top=True, text="more\n")


def delete(site: GitHubWorld, head: str) -> None:
    site.forge.delete_branch(BRANCH, head)


@pytest.mark.emulator
@pytest.mark.parametrize("change", [rebuild, add, delete])
def test_a_commit_that_comes_before_any_request_stays(
    site: GitHubWorld, change: Callable[[GitHubWorld, str], None]
) -> None:
    head = put(site, None)
    site.forge = site.connect()
    site.emulator.proxy.requests.clear()
    change(site, head)
    requests = len(site.emulator.proxy.requests)
    assert requests > 0
    for at in range(requests):
        if site.head(BRANCH):
            site.delete_branch(BRANCH)
        site.restore_branch(BRANCH, head)
        human: list[str] = []

        def commit_by_hand(_: Request, at: int = at, human: list[str] = human) -> None:
            # It is counted already when it comes here.
            if len(site.emulator.proxy.requests) == at + 1:
                human.append(site.commit({"mine.md": b"mine\n"}, branch=BRANCH))

        site.forge = site.connect()
        site.emulator.proxy.requests.clear()
        site.emulator.proxy.trouble = commit_by_hand
        with pytest.raises(Raced):
            change(site, head)
        assert [site.head(BRANCH)] == human


@pytest.mark.emulator
@pytest.mark.parametrize("change", [rebuild, add, delete])
def test_without_graphql_the_last_look_comes_directly_before_the_write(
    site: GitHubWorld, change: Callable[[GitHubWorld, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    head = put(site, None)
    slept: list[int] = []
    sleep = lambda _: slept.append(len(site.emulator.proxy.requests))  # noqa: E731
    monkeypatch.setattr("almanac.forge.github.repository.Throttle", partial(Throttle, sleep=sleep))

    def watched(request: Request) -> Answer | None:
        if request.method in ("PATCH", "DELETE"):
            order = [str(each) for each in site.emulator.proxy.requests]
            assert order[-2] == f"GET /git/ref/heads/{BRANCH}"
            assert slept[-1] <= len(order) - 2, "there was a pause after the look"
        return MISSING if request.path == "/graphql" else None

    site.forge = site.connect(pause=1)
    site.emulator.proxy.requests.clear()
    site.emulator.proxy.trouble = watched
    change(site, head)
    assert site.head(BRANCH) != head
    assert slept


@pytest.mark.emulator
def test_without_graphql_a_commit_before_the_last_look_stays(site: GitHubWorld) -> None:
    head = put(site, None)
    human: list[str] = []

    def commit_by_hand(request: Request) -> Answer | None:
        if not human and request.path.endswith(f"git/ref/heads/{BRANCH}"):
            human.append(site.commit({"mine.md": b"mine\n"}, branch=BRANCH))
        return MISSING if request.path == "/graphql" else None

    site.emulator.proxy.trouble = commit_by_hand
    for change in (rebuild, delete):
        with pytest.raises(Raced):
            change(site, head)
        assert [site.head(BRANCH)] == human


class Branch:
    """One branch behind a REST API without GraphQL, which lists what happened to it, as GitHub does."""

    def __init__(self) -> None:
        self.head: str | None = OLD
        self.activity: list[dict[str, str]] = []
        self.before_write: Callable[[], None] = lambda: None

    def set(self, head: str | None) -> None:
        self.activity.insert(0, {"before": self.head or ZERO, "after": head or ZERO})
        self.head = head

    def answer(self, request: Request) -> Answer:  # noqa: PLR0911 - a table
        match str(request).split("/")[:3]:
            case ["GET ", "git", "ref"]:
                return Answer(200, {"object": {"sha": self.head}}) if self.head else MISSING
            case ["GET ", "activity"]:
                return Answer(200, self.activity)
            case ["POST ", "git", "refs"]:
                self.set(request.body["sha"])
                return Answer(201, {"ref": request.body["ref"]})
            case ["PATCH " | "DELETE ", "git", "refs"]:
                self.before_write()
                self.set(request.body["sha"] if request.body else None)
                return Answer(200, {})
            case ["POST ", "git", _]:
                return Answer(201, {"sha": NEW})
            case ["GET ", "git", "trees"]:
                return Answer(200, {"sha": OLD, "tree": [], "truncated": False})
        return MISSING


@pytest.fixture
def server() -> Iterator[Proxy]:
    proxy = Proxy()
    yield proxy
    proxy.close()


@pytest.fixture
def forge(server: Proxy, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHubForge]:
    monkeypatch.setattr("almanac.forge.github.repository.Throttle", partial(Throttle, sleep=lambda _: None))
    made = connect("ghp_x", "octo/site", api_url=server.url, default_branch="main", pause=0)
    yield made
    made.close()


MOVE = PutBranch(BRANCH, OLD, (NEW,), {"page.md": "x"}, "Add it", OLD, {})


class TestRestAlone:
    @pytest.mark.parametrize("delete", [False, True])
    def test_what_came_between_look_and_write_is_brought_back(
        self, server: Proxy, forge: GitHubForge, *, delete: bool
    ) -> None:
        branch = Branch()
        server.trouble = branch.answer
        branch.before_write = lambda: branch.set(HUMAN) if branch.head == OLD else None
        with pytest.raises(Raced):
            forge.delete_branch(BRANCH, OLD) if delete else forge.put_branch(MOVE)
        assert branch.head == HUMAN

    @pytest.mark.parametrize("delete", [False, True])
    def test_nothing_came_between(self, server: Proxy, forge: GitHubForge, *, delete: bool) -> None:
        branch = Branch()
        server.trouble = branch.answer
        forge.delete_branch(BRANCH, OLD) if delete else forge.put_branch(MOVE)
        assert branch.head == (None if delete else NEW)
        assert len(branch.activity) == 1

    def test_who_committed_after_that_keeps_it(self, server: Proxy, forge: GitHubForge) -> None:
        branch, later = Branch(), "4" * 40

        def answer(request: Request) -> Answer:
            if "activity" in request.path:
                branch.set(later)
            return branch.answer(request)

        server.trouble = answer
        branch.before_write = lambda: branch.set(HUMAN)
        forge.put_branch(MOVE)
        assert branch.head == later


NODE = Answer(200, {"data": {"repository": {"id": "R_99"}}})


def wrong(message: str, **more: object) -> Answer:
    return Answer(200, {"data": {"m0": None}, "errors": [{"message": message, **more}]})


class TestGraphQL:
    def answer(self, *answers: Answer, head: str = OLD) -> Callable[[Request], Answer]:
        left, branch = list(answers), Branch()
        branch.head = head
        return lambda request: left.pop(0) if request.path.endswith("/graphql") else branch.answer(request)

    def test_what_is_asked(self, server: Proxy, forge: GitHubForge) -> None:
        server.trouble = self.answer(NODE, Answer(200, {"data": {"m0": {"clientMutationId": None}}}))
        forge.put_branch(MOVE)
        asked = server.requests[-1].body["variables"]["m0"]
        update = {"name": f"refs/heads/{BRANCH}", "beforeOid": OLD, "afterOid": NEW, "force": True}
        assert asked == {"repositoryId": "R_99", "refUpdates": [update]}

    def test_an_enterprise_server_has_it_beside_the_rest_api(self, server: Proxy) -> None:
        forge = connect("ghp_x", "octo/site", api_url=f"{server.url}/api/v3", default_branch="main", pause=0)
        server.trouble = self.answer(NODE, Answer(200, {"data": {"m0": {}}}))
        forge.delete_branch(BRANCH, OLD)
        assert {each.path for each in server.requests} == {"/api/graphql"}
        forge.close()

    @pytest.mark.parametrize("kind", ["STALE_DATA", "UNPROCESSABLE", None])
    def test_the_head_tells_whether_it_was_a_race_whatever_the_words(
        self, server: Proxy, forge: GitHubForge, kind: str | None
    ) -> None:
        server.trouble = self.answer(NODE, wrong("No.", type=kind), head=HUMAN)
        with pytest.raises(Raced):
            forge.put_branch(MOVE)

    def test_a_rule_that_forbids_it_is_told(self, server: Proxy, forge: GitHubForge) -> None:
        server.trouble = self.answer(NODE, wrong("Repository rule violations found", type="UNPROCESSABLE"))
        with pytest.raises(ForgeError) as caught:
            forge.put_branch(MOVE)
        assert "Settings > Rules > Rulesets" in str(caught.value.remedy)

    @pytest.mark.parametrize(
        "trouble",
        [
            wrong("Something went wrong while executing your query."),
            wrong("API rate limit exceeded", type="RATE_LIMITED"),
            Answer(502),
            Answer(0),
        ],
    )
    def test_what_passes_is_tried_again(self, server: Proxy, forge: GitHubForge, trouble: Answer) -> None:
        done = Answer(200, {"data": {"m0": {"clientMutationId": None}}})
        server.trouble = self.answer(NODE, trouble, done)
        forge.put_branch(MOVE)
        assert server.requests[-1].path == "/graphql"

    def test_an_answer_that_was_lost_is_found(self, server: Proxy, forge: GitHubForge) -> None:
        server.trouble = self.answer(NODE, Answer(502), head=NEW)
        assert forge.put_branch(MOVE) == NEW

    @pytest.mark.parametrize(
        "answers",
        [
            [MISSING],
            [NODE, MISSING],
            [NODE, wrong("Resource not accessible by integration", type="FORBIDDEN")],
            [NODE, wrong("Field 'updateRefs' doesn't exist", extensions={"code": "undefinedField"})],
        ],
    )
    def test_where_it_does_not_serve_us_the_rest_api_does(
        self, server: Proxy, forge: GitHubForge, answers: list[Answer]
    ) -> None:
        server.trouble = self.answer(*answers)
        forge.delete_branch(BRANCH, OLD)
        assert server.writes[-1] == f"DELETE /git/refs/heads/{BRANCH}"
        assert forge.put_branch(PutBranch(BRANCH, OLD, (NEW,), {"page.md": "x"}, "Again", None, {})) == NEW

    @pytest.mark.parametrize("data", [None, [], {"data": {}}, {"errors": []}, {"errors": ["x"]}, {"errors": {}}])
    def test_what_is_no_error(self, data: object) -> None:
        assert graphql_error(data, {}, "") is None

    def test_secrets_are_taken_out(self) -> None:
        found = graphql_error({"errors": [{"message": "Bad abc, abc"}]}, {}, "abc")
        assert found == ErrorAnswer(422, "Bad ***, ***", {})
