"""The test double of GitHub's GraphQL keeps to GitHub's schema, and passes everything else through."""

import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulated import BOT, HERE, GitHubWorld
from tests.proxy import Answer, Proxy, Request
from tests.tools import need

pytestmark = pytest.mark.emulator
ZERO, BRANCH = "0" * 40, "refs/heads/almanac/issue-1"
UPDATE = "mutation($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }"


def ask(site: GitHubWorld, query: str, **variables: object) -> Any:
    body = {"query": query, "variables": variables}
    return site.emulator.ask("POST", "/graphql", body, token=site.token(BOT))


def node(site: GitHubWorld) -> str:
    return str(site.ask("GET")["node_id"])


def update(site: GitHubWorld, *updates: tuple[str, str | None, str, bool]) -> Any:
    refs = [
        {"name": name, "beforeOid": before, "afterOid": after, "force": force} for name, before, after, force in updates
    ]
    return ask(site, UPDATE, input={"repositoryId": node(site), "refUpdates": refs})


def test_what_can_be_asked(site: GitHubWorld) -> None:
    owner, _, name = site.name.partition("/")
    found = ask(
        site,
        """query($owner: String!, $name: String!) {
             repository(owner: $owner, name: $name) {
               id defaultBranchRef { name target { oid } } ref(qualifiedName: "refs/heads/none") { id }
             }
             viewer { login } rateLimit { remaining }
           }""",
        owner=owner,
        name=name,
    )["data"]
    head = {"name": "main", "target": {"oid": site.head("main")}}
    assert found["repository"] == {"id": node(site), "defaultBranchRef": head, "ref": None}
    assert found["viewer"] == {"login": BOT}
    by_id = ask(site, "query($id: ID!) { node(id: $id) { ... on Repository { nameWithOwner } } }", id=node(site))
    assert by_id["data"]["node"] == {"nameWithOwner": site.name}


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("{ viewer { shoeSize } }", "Field 'shoeSize' doesn't exist on type 'User'"),
        ("{ viewer { email } }", "This test double has no User.email."),
        ("{ repository(owner: 1, name: 2) { id } }", "String cannot represent a non string value: 1"),
        ('{ repository(owner: "a", name: "b") { id } }', "Could not resolve to a Repository with the name 'a/b'."),
        ("{", "Parse error"),
        ("mutation { updateRefs(input: {}) { clientMutationId } }", "Argument 'refUpdates' on InputObject"),
    ],
)
def test_what_the_schema_or_the_double_does_not_have_is_an_error(site: GitHubWorld, query: str, message: str) -> None:
    assert ask(site, query)["errors"][0]["message"].startswith(message)


@pytest.mark.parametrize("after", ["main", "F" * 40, "1" * 39, 7, None])
def test_an_object_id_has_its_shape(site: GitHubWorld, after: object) -> None:
    refs = [{"name": BRANCH, "afterOid": after}]
    found = ask(site, UPDATE, input={"repositoryId": node(site), "refUpdates": refs})
    assert "data" not in found
    assert found["errors"]


class TestUpdateRefs:
    def test_a_ref_is_made_moved_and_deleted(self, site: GitHubWorld) -> None:
        first = site.head("main") or ""
        second = site.commit({"a.md": b"a"})
        for before, after, force in [
            (ZERO, first, False),
            (first, second, False),
            (second, first, True),
            (first, ZERO, False),
        ]:
            assert "errors" not in update(site, (BRANCH, before, after, force))
            assert (site.head("almanac/issue-1") or ZERO) == after

    def test_a_ref_that_is_elsewhere_stays(self, site: GitHubWorld) -> None:
        head = site.head("main") or ""
        site.restore_branch("almanac/issue-1", head)
        for before, after in [(ZERO, head), ("1" * 40, head), ("1" * 40, ZERO)]:
            failed = update(site, (BRANCH, before, after, True))
            assert failed["data"] == {"updateRefs": None}
            assert failed["errors"][0]["type"] == "STALE_DATA"
        assert site.head("almanac/issue-1") == head

    def test_what_does_not_descend_needs_force(self, site: GitHubWorld) -> None:
        first = site.head("main") or ""
        second = site.commit({"a.md": b"a"})
        assert "fast forward" in update(site, ("refs/heads/main", second, first, False))["errors"][0]["message"]
        assert site.head("main") == second

    def test_all_refs_are_changed_or_none(self, site: GitHubWorld) -> None:
        head = site.head("main") or ""
        update(site, (BRANCH, ZERO, head, False), ("refs/heads/main", "1" * 40, ZERO, False))
        assert site.head("almanac/issue-1") is None

    def test_an_object_or_a_repository_that_is_not_there(self, site: GitHubWorld) -> None:
        assert "errors" in update(site, (BRANCH, ZERO, "1" * 40, False))
        refs = [{"name": BRANCH, "afterOid": site.head("main")}]
        failed = ask(site, UPDATE, input={"repositoryId": "R_x", "refUpdates": refs})
        assert failed["errors"][0]["type"] == "NOT_FOUND"


class TestCommand:
    @pytest.fixture
    def upstream(self) -> Iterator[Proxy]:
        proxy = Proxy()
        yield proxy
        proxy.close()

    def test_it_stands_before_any_api_and_ends_when_told(self, upstream: Proxy) -> None:
        def echo(request: Request) -> Answer:
            if request.path == "/moved":
                return Answer(301, {}, {"Location": "http://example.org/elsewhere"})
            return Answer(
                418, {"got": [request.method, request.path, request.query, request.authorization, request.body]}
            )

        if not (HERE / "node_modules").is_dir():
            pytest.skip("the packages of tests/emulator are not installed")
        upstream.trouble = echo
        command = [need("node"), "graphql.mjs", "--upstream", upstream.url, "--port", "0"]
        with subprocess.Popen(command, cwd=HERE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            url = process.stdout.readline().strip()
            for method, path in [
                ("PUT", "/x?y=%20z"),
                ("DELETE", "/repos/a/b/git/refs/heads/c"),
                ("POST", "/graphql/x"),
            ]:
                assert send(url, method, path) == (418, {"got": [method, *parts(path), "token t", {"a": 1}]})
            assert send(url, "GET", "/moved")[0] == 301
            assert "errors" in send(url, "POST", "/api/graphql", {"query": "{ nothing }"})[1]
            process.terminate()
            assert process.wait(10) == 0


def parts(path: str) -> tuple[str, str]:
    name, _, query = path.partition("?")
    return name, query


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def send(url: str, method: str, path: str, body: object = None) -> tuple[int, Any]:
    data = json.dumps(body or {"a": 1}).encode() if method != "GET" else None
    headers = {"Authorization": "token t", "Content-Type": "application/json"}
    request = urllib.request.Request(url + path, data, headers, method=method)  # noqa: S310 - our own address
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=30) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read() or b"null")
