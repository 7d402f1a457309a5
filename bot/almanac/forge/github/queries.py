"""What is asked of GitHub's GraphQL in one request, and what its answers mean: documents, and plain values.

Checked against GitHub's public schema by the test double, which refuses whatever that does not have.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from almanac.forge.git import Header
from almanac.forge.tree import Entry
from almanac.proposal.state import Issue, Pull

_AUTHOR = "author { __typename login }"
_FRAGMENTS = {
    "issueParts": "on Issue { id number title body state stateReason createdAt closedAt url " + _AUTHOR + " "
    "labels(first: 100) { nodes { name } } }",
    "pullParts": "on PullRequest { id number title body state url closedAt isDraft isCrossRepository "
    "headRefName headRefOid baseRefName " + _AUTHOR + " }",
    "commentParts": "on IssueComment { id fullDatabaseId body authorAssociation viewerDidAuthor " + _AUTHOR + " }",
    "commitParts": "on Commit { oid message tree { oid } parents(first: 3) { nodes { oid } } }",
    "treeParts": "on Tree { oid entries { name mode oid size } }",
    "blobParts": "on Blob { oid text isBinary isTruncated }",
}
LOOK = """
issue(number: $number) {
  ...issueParts comments(first: 100) { totalCount pageInfo { hasNextPage } nodes { ...commentParts } }
}
own: ref(qualifiedName: $ref) { target { ...commitParts } }
pulls: pullRequests(headRefName: $branch, first: 20, orderBy: {field: CREATED_AT, direction: DESC}) {
  pageInfo { hasNextPage } nodes { ...pullParts }
}
refs(refPrefix: "refs/heads/almanac/", first: 100) {
  pageInfo { hasNextPage }
  nodes { name associatedPullRequests(states: OPEN, first: 5) { nodes { ...pullParts } } }
}
"""
"""An issue with its comments, its branch and its pull requests, and the open ones of the other issues."""
BASE = "defaultBranchRef { name target { ... on Commit { oid tree { ...treeParts } } } }"
BASE_ALONE = "defaultBranchRef { name target { oid } }"
REFS = """refs(refPrefix: "refs/heads/almanac/", first: 100, after: $refs) {
  pageInfo { hasNextPage endCursor } nodes { name target { ...commitParts } }
}"""
PULLS = """pulls: pullRequests(states: OPEN, first: 100, after: $pulls, orderBy: {field: CREATED_AT, direction: ASC}) {
  pageInfo { hasNextPage endCursor } nodes { ...pullParts }
}"""
LONGEST_TEXT = 512 * 1024
"""GitHub gives no more of a file's text than these bytes."""
_MOST_TEXTS = 100
_ROUND = 2 << 20  # bytes of texts that are asked for at once


class Variable(NamedTuple):
    """A variable of a document: its type in GraphQL, and its value."""

    type: str
    value: object


def document(name: str, selection: str, variables: Mapping[str, Variable] | None = None) -> dict[str, Any]:
    """Return the body of a request that reads so much of the repository `OWNER/NAME`."""
    owner, _, own = name.partition("/")
    given = {"owner": Variable("String!", owner), "name": Variable("String!", own), **(variables or {})}
    asked = f"repository(owner: $owner, name: $name, followRenames: false) {{ id {selection} }}"
    return operation("query", asked, given)


def operation(kind: str, selection: str, variables: Mapping[str, Variable]) -> dict[str, Any]:
    """Return the body of a request with a query or a mutation, and the fragments that it names."""
    declared = ", ".join(f"${key}: {each.type}" for key, each in variables.items())
    used = [f"fragment {key} {text}" for key, text in _FRAGMENTS.items() if f"...{key}" in selection]
    query = " ".join([f"{kind}({declared}) {{ {selection} }}", *used])
    return {"query": query, "variables": {key: each.value for key, each in variables.items()}}


def issues_page(which: Literal["first", "last"], *, labelled: bool) -> str:
    """Return what reads a hundred open issues, from a cursor on or the last ones; with a label, those that have it."""
    page = f"{which}: 100{', after: $after' * (which == 'first')}{', labels: $labels' * labelled}, states: OPEN"
    order = "orderBy: {field: CREATED_AT, direction: ASC}"
    parts = "totalCount pageInfo { hasNextPage endCursor } nodes { ...issueParts comments { totalCount } }"
    return f"{which}: issues({page}, {order}) {{ {parts} }}"


def newest_pulls(branches: Sequence[str]) -> tuple[str, dict[str, Variable]]:
    """Return what reads the newest pull requests from each of these branches."""
    parts = (
        "first: 5, orderBy: {field: CREATED_AT, direction: DESC}) { pageInfo { hasNextPage } nodes { ...pullParts } }"
    )
    selection = " ".join(f"of{at}: pullRequests(headRefName: $of{at}, {parts}" for at in range(len(branches)))
    return selection, {f"of{at}": Variable("String!", branch) for at, branch in enumerate(branches)}


def at_paths(files: Iterable[str], folders: Iterable[str], revision: str = "HEAD") -> tuple[str, dict[str, Variable]]:
    """Return what reads the texts of files, and what is in folders, at a commit or the default branch's head."""
    wanted = [(path, "...blobParts") for path in files] + [(path, "...treeParts") for path in folders]
    parts = [f"at{number}: object(expression: $at{number}) {{ {part} }}" for number, (_, part) in enumerate(wanted)]
    values = {f"at{number}": Variable("String!", f"{revision}:{path}") for number, (path, _) in enumerate(wanted)}
    return " ".join(parts), values


def by_id(blobs: Sequence[str]) -> tuple[str, dict[str, Variable]]:
    """Return what reads the texts of files by their ids."""
    selection = " ".join(f"blob{number}: object(oid: $blob{number}) {{ ...blobParts }}" for number in range(len(blobs)))
    return selection, {f"blob{number}": Variable("GitObjectID!", blob) for number, blob in enumerate(blobs)}


def portions(sizes: Mapping[str, int]) -> Iterator[list[str]]:
    """Part files, given by their ids with their sizes in bytes, into what is asked for at once."""
    portion, held = list[str](), 0
    for blob, size in sizes.items():
        if portion and (len(portion) == _MOST_TEXTS or held + size > _ROUND):
            yield portion
            portion, held = [], 0
        portion.append(blob)
        held += size
    if portion:
        yield portion


# ---------------------------------------------------------------- what the answers mean


class Stored(NamedTuple):
    """What git stores, as far as an answer holds it: folders and files by their ids."""

    folders: dict[str, list[Entry]]
    blobs: dict[str, bytes]


def stored(repository: Mapping[str, Any]) -> Stored:
    """Collect the folders and files of an answer. What is not byte for byte what its id stands for is left out."""
    found = Stored({}, {})
    there = [value for key, value in repository.items() if key.startswith(("at", "blob")) and value]
    head = (repository.get("defaultBranchRef") or {}).get("target") or {}
    for each in [*there, *([head["tree"]] if "tree" in head else [])]:
        if "entries" in each:
            entries = [
                Entry(f"{one['mode']:06o}", str(one["oid"]), str(one["name"]), one["size"])
                for one in each["entries"] or ()
            ]
            found.folders[str(each["oid"])] = entries
        elif "text" in each:
            data = str(each["text"] or "").encode()
            if not each["isTruncated"] and blob_id(data) == each["oid"]:
                found.blobs[each["oid"]] = data
    return found


def blob_id(data: bytes) -> str:
    """Return the id that git gives to a file with these bytes (git's object format; SHA-1)."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def to_issue(node: Mapping[str, Any]) -> Issue:
    """Read an issue, as the REST API would have it."""
    return Issue(
        number=node["number"],
        title=node["title"],
        body=node["body"],
        labels=tuple(label["name"] for label in nodes(node["labels"])),
        author=_user(node["author"])["login"] if node["author"] else "",
        state="closed" if node["state"] == "CLOSED" else "open",
        state_reason=node["stateReason"].lower() if node["stateReason"] else None,
        created_at=node["createdAt"],
        closed_at=node["closedAt"],
        comments=node["comments"]["totalCount"],
        url=node["url"],
    )


def to_pull(node: Mapping[str, Any]) -> Pull:
    """Read a pull request."""
    user = _user(node["author"] or {"login": "ghost"})
    return Pull(
        number=node["number"],
        title=node["title"],
        body=node["body"],
        state="open" if node["state"] == "OPEN" else "closed",
        merged=node["state"] == "MERGED",
        url=node["url"],
        head=node["headRefOid"],
        base=node["baseRefName"],
        closed_at=node["closedAt"],
        author="" if user["type"] == "Bot" else user["login"],
        draft=node["isDraft"],
    )


def to_comment(node: Mapping[str, Any]) -> dict[str, Any]:
    """Return a comment as the REST API has it, and besides whether it is ours (`mine`)."""
    return {
        "id": int(node["fullDatabaseId"]),
        "body": node["body"],
        "user": _user(node["author"]) if node["author"] else None,
        "author_association": node["authorAssociation"],
        "mine": node["viewerDidAuthor"],
    }


def to_header(node: Mapping[str, Any]) -> Header:
    """Read a commit without its files."""
    return Header(node["message"], node["tree"]["oid"], tuple(parent["oid"] for parent in nodes(node["parents"])))


def nodes(connection: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the elements of a connection; those that we may not see are left out."""
    return [node for node in connection["nodes"] if node]


def _user(author: Mapping[str, Any]) -> dict[str, str]:
    """Return a user as the REST API has it; there, a machine's login ends in `[bot]`."""
    is_bot = author.get("__typename") == "Bot"
    return {"login": f"{author['login']}[bot]" if is_bot else author["login"], "type": "Bot" if is_bot else "User"}
