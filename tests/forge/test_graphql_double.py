"""The test double of GitHub's GraphQL keeps to GitHub's schema, and passes everything else through."""

import json
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
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


def failed(site: GitHubWorld, query: str, **variables: object) -> Any:
    """Return the first of the errors, where nothing else was answered."""
    found = ask(site, query, **variables)
    assert set(found) == {"errors"}
    return found["errors"][0]


# In the words and the shape of graphql-ruby, which GitHub's server is made with: query, message, path, what it is
# about, column.
WRONG: list[tuple[str, str, list[str | int], dict[str, str], int]] = [
    (
        "{ me: viewer { shoeSize } }",
        "Field 'shoeSize' doesn't exist on type 'User'",
        ["query", "me", "shoeSize"],
        {"code": "undefinedField", "typeName": "User", "fieldName": "shoeSize"},
        16,
    ),
    (
        "query Mine { viewer(a: 1) { login } }",
        "Field 'viewer' doesn't accept argument 'a'",
        ["query Mine", "viewer", "a"],
        {"code": "argumentNotAccepted", "name": "viewer", "typeName": "Field", "argumentName": "a"},
        21,
    ),
    (
        "{ repository(owner: 1, name: $n) { id } }",
        "Argument 'owner' on Field 'repository' has an invalid value (1). Expected type 'String!'.",
        ["query", "repository", "owner"],
        {"code": "argumentLiteralsIncompatible", "typeName": "Field", "argumentName": "owner"},
        3,
    ),
    (
        '{ repository(owner: "a") { id } }',
        "Field 'repository' is missing required arguments: name",
        ["query", "repository"],
        {"code": "missingRequiredArguments", "className": "Field", "name": "repository", "arguments": "name"},
        3,
    ),
    (
        "query($id: String!) { node(id: $id) { id } }",
        "Type mismatch on variable $id and argument id (String! / ID!)",
        ["query", "node", "id"],
        {
            "code": "variableMismatch",
            "variableName": "id",
            "typeName": "String!",
            "argumentName": "id",
            "errorMessage": "Type mismatch",
        },
        28,
    ),
    (
        "{ node(id: $id) { id } }",
        "Variable $id is used by anonymous query but not declared",
        ["query", "node", "id"],
        {"code": "variableNotDefined", "variableName": "id"},
        12,
    ),
    (
        "{ viewer }",
        (
            "Field must have selections (field 'viewer' returns User but has no selections. "
            "Did you mean 'viewer { ... }'?)"
        ),
        ["query", "viewer"],
        {"code": "selectionMismatch", "nodeName": "field 'viewer'", "typeName": "User"},
        3,
    ),
    (
        "{ viewer { ... on Nobody { id } } }",
        "No such type Nobody, so it can't be a fragment condition",
        ["query", "viewer", "... on Nobody"],
        {"code": "undefinedType", "typeName": "Nobody"},
        19,
    ),
    (
        "mutation { updateRefs(input: {refUpdates: []}) { clientMutationId } }",
        "Argument 'repositoryId' on InputObject 'UpdateRefsInput' is required. Expected type ID!",
        ["mutation", "updateRefs", "input", "repositoryId"],
        {
            "code": "missingRequiredInputObjectAttribute",
            "argumentName": "repositoryId",
            "argumentType": "ID!",
            "inputObjectType": "UpdateRefsInput",
        },
        30,
    ),
    (
        (
            'mutation { updateRefs(input: {repositoryId: "r", refUpdates: [{name: "refs/heads/a", afterOid: "x"}]}) '
            "{ clientMutationId } }"
        ),
        "Argument 'afterOid' on InputObject 'RefUpdate' has an invalid value (\"x\"). Expected type 'GitObjectID!'.",
        ["mutation", "updateRefs", "input", "refUpdates", 0, "afterOid"],
        {"code": "argumentLiteralsIncompatible", "typeName": "InputObject", "argumentName": "afterOid"},
        63,
    ),
]


def test_an_invalid_document_is_refused_as_github_does(site: GitHubWorld) -> None:
    for query, message, path, extensions, column in WRONG:
        places = [{"line": 1, "column": column}]
        assert failed(site, query) == {"path": path, "extensions": extensions, "locations": places, "message": message}


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("{ a: }", 'Expected NAME, actual: RCURLY ("}") at [1, 6]'),
        ("{ viewer(a=1) }", 'Expected COLON, actual: EQUALS ("=") at [1, 11]'),
        ("{", 'Expected NAME, actual: NOTHING ("") at [1, 2]'),
        ("{ ? }", "Parse error at [1, 3]"),
        ("query A { viewer { id } } query B { viewer { id } }", "An operation name is required"),
    ],
)
def test_what_is_no_document_is_refused_too(site: GitHubWorld, query: str, message: str) -> None:
    assert failed(site, query)["message"].startswith(message)


NODE = "query($id: ID!) { node(id: $id) { id } }"
INPUT = {"repositoryId": "R_x", "refUpdates": [{"name": BRANCH, "afterOid": "x"}]}


@pytest.mark.parametrize(
    ("query", "variables", "detail", "problem"),
    [
        (NODE, {}, "", ([], "Expected value to not be null")),
        (NODE, {"other": 1}, "", ([], "Expected value to not be null")),
        (NODE, {"id": True}, "", ([], "Could not coerce value true to ID")),
        (UPDATE, {"input": 1}, "", ([], "Expected 1 to be a key-value object.")),
        (
            UPDATE,
            {"input": INPUT},
            " for refUpdates.0.afterOid",
            (["refUpdates", 0, "afterOid"], 'Could not coerce value "x" to GitObjectID'),
        ),
        (
            UPDATE,
            {"input": {**INPUT, "refUpdates": [], "x": 1}},
            " for x",
            (["x"], "Field is not defined on UpdateRefsInput"),
        ),
        (
            UPDATE,
            {"input": {"repositoryId": "R_x"}},
            " for refUpdates",
            (["refUpdates"], "Expected value to not be null"),
        ),
    ],
)
def test_a_value_that_does_not_fit_its_variable_is_refused_as_github_does(
    site: GitHubWorld, query: str, variables: dict[str, Any], detail: str, problem: tuple[list[str | int], str]
) -> None:
    name, kind = ("id", "ID!") if query == NODE else ("input", "UpdateRefsInput!")
    path, explanation = problem
    assert failed(site, query, **variables) == {
        "extensions": {"value": variables.get(name), "problems": [{"path": path, "explanation": explanation}]},
        "locations": [{"line": 1, "column": query.index("$") + 1}],
        "message": f"Variable ${name} of type {kind} was provided invalid value"
        + (f"{detail} ({explanation})" if detail else ""),
    }


def test_what_is_not_found_or_not_made_here_says_where(site: GitHubWorld) -> None:
    found = ask(site, '{ it: repository(owner: "a", name: "b") { id } }')
    message, places = "Could not resolve to a Repository with the name 'a/b'.", [{"line": 1, "column": 3}]
    assert found["errors"] == [{"type": "NOT_FOUND", "path": ["it"], "locations": places, "message": message}]
    assert ask(site, "{ viewer { email } }")["errors"][0]["message"] == "This test double has no User.email."


@pytest.mark.parametrize("name", ["..", "../../user", "site?x", "a/b"])
def test_a_name_leads_to_nothing_else(site: GitHubWorld, name: str) -> None:
    found = ask(site, "query($a: String!, $b: String!) { repository(owner: $a, name: $b) { id } }", a="octo", b=name)
    assert found["errors"][0]["type"] == "NOT_FOUND"
    owner, _, own = site.name.partition("/")
    query = """query($a: String!, $b: String!, $r: String!) {
                 repository(owner: $a, name: $b) { ref(qualifiedName: $r) { id } }
               }"""
    assert ask(site, query, a=owner, b=own, r=f"refs/heads/{name}")["data"]["repository"] == {"ref": None}


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
        with running(upstream) as url:
            for method, path in [
                ("PUT", "/x?y=%20z"),
                ("DELETE", "/repos/a/b/git/refs/heads/c"),
                ("POST", "/graphql/x"),
            ]:
                assert send(url, method, path) == (418, {"got": [method, *parts(path), "token t", {"a": 1}]})
            assert send(url, "GET", "/moved")[0] == 301
            assert "errors" in send(url, "POST", "/api/graphql", {"query": "{ nothing }"})[1]

    @pytest.mark.parametrize(
        "target", ["//{evil}/graphql", "//{evil}/x", "http://{evil}/graphql", "http://{evil}/x", "*"]
    )
    def test_no_target_leads_to_another_host(self, upstream: Proxy, target: str) -> None:
        evil = Proxy()
        with running(upstream) as url:
            head = f"POST {target.format(evil=evil.url.removeprefix('http://'))} HTTP/1.1"
            here = url.removeprefix("http://")
            lines = [
                head,
                f"Host: {here}",
                "Authorization: token t",
                "Content-Length: 2",
                "Connection: close",
                "",
                "{}",
            ]
            host, _, port = here.partition(":")
            with socket.create_connection((host, int(port)), timeout=30) as connection:
                connection.sendall("\r\n".join(lines).encode())
                answer = b"".join(iter(lambda: connection.recv(1000), b""))
        evil.close()
        assert not evil.requests
        assert answer.split()[1] in {b"400", b"418"}
        assert [one.path for one in upstream.requests] == ([head.split()[1][1:]] if target[0] == "/" else [])

    def test_who_has_used_all_points_is_told_so(self, upstream: Proxy) -> None:
        with running(upstream, "--points", "1") as url:
            answers = [send(url, "POST", "/graphql", {"query": "{ viewer { login } }"})[1] for _ in range(2)]
        assert [answer["errors"][0].get("type") for answer in answers] == ["UNPROCESSABLE", "RATE_LIMITED"]

    @pytest.mark.parametrize("variables", ["x", 1, True, [{}]])
    def test_variables_that_are_no_object_are_refused(self, upstream: Proxy, variables: object) -> None:
        with running(upstream) as url:
            status, answer = send(url, "POST", "/graphql", {"query": "{ viewer { login } }", "variables": variables})
        assert (status, answer["message"]) == (400, "Problems parsing JSON")


@contextmanager
def running(upstream: Proxy, *options: str) -> Iterator[str]:
    """Run the command before something that answers everything with status 418 and what was asked."""

    def echo(request: Request) -> Answer:
        if request.path == "/moved":
            return Answer(301, {}, {"Location": "http://example.org/elsewhere"})
        got = [request.method, request.path, request.query, request.authorization, request.body]
        return Answer(418, {"got": got})

    if not (HERE / "node_modules").is_dir():
        pytest.skip("the packages of tests/emulator are not installed")
    upstream.trouble = echo
    command = [need("node"), "graphql.mjs", "--upstream", upstream.url, "--port", "0", *options]
    with subprocess.Popen(command, cwd=HERE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield process.stdout.readline().strip()
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


class TestCosts:
    def test_a_page_has_a_size_of_at_most_a_hundred(self, site: GitHubWorld) -> None:
        for size, message in [
            ("", "You must provide a `first` or `last` value to properly paginate the `issues` connection."),
            (
                "(last: 101)",
                "Requesting 101 records on the `issues` connection exceeds the `last` limit of 100 records.",
            ),
        ]:
            query = f'{{ repository(owner: "o", name: "n") {{ issues{size} {{ nodes {{ id }} }} }} }}'
            assert failed(site, query)["message"] == message

    def test_what_would_be_too_much_is_refused_before_it_is_done(self, site: GitHubWorld) -> None:
        query = """{ repository(owner: "o", name: "n") {
            issues(first: 100) { nodes { comments(first: 100) { nodes {
              issue { comments(first: 100) { nodes { id } } } } } } }
        } }"""
        assert failed(site, query)["type"] == "MAX_NODE_LIMIT_EXCEEDED"

    def test_a_document_costs_by_how_often_it_asks_for_a_page(self, site: GitHubWorld) -> None:
        owner, _, name = site.name.partition("/")
        query = """query($owner: String!, $name: String!) { rateLimit { cost nodeCount }
            repository(owner: $owner, name: $name) { issues(first: 100) { totalCount
              nodes { ...on Issue { labels(first: 100) { nodes { name } } comments { totalCount } } } } }
        }"""
        found = ask(site, query, owner=owner, name=name)["data"]
        assert found["rateLimit"] == {"cost": 1, "nodeCount": 10_100}
