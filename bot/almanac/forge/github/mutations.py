"""Several writes in one request to GitHub's GraphQL, and a commit as that makes it: whole plain files on top of one."""

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from almanac.forge.git import with_trailer
from almanac.forge.github.files import tree_id
from almanac.forge.github.queries import Variable, blob_id, operation
from almanac.forge.tree import FOLDER, REGULAR, Entry, Tree, check_paths
from almanac.proposal.state import PutBranch

NOWHERE = "0" * 40
"""What GraphQL calls the place of a ref that there is not."""
LARGEST = 8 << 20  # bytes of files in one commit; for more, the REST API takes one file a request
COMMENTED = (
    "commentEdge { node { fullDatabaseId } } "
    "subject { ... on Issue { ...issueParts comments(first: 100) { totalCount nodes { ...commentParts } } } }"
)
EDITED = "issueComment { issue { ...issueParts comments { totalCount } } }"
COMMITTED = "commit { oid tree { oid } }"
OPENED = "pullRequest { ...pullParts }"


class Mutation(NamedTuple):
    """One write: its name in GraphQL, its input, and what of its result is read."""

    name: str
    input: Mapping[str, Any]
    result: str = "clientMutationId"


def in_order(mutations: Sequence[Mutation]) -> dict[str, Any]:
    """Return the body of a request with these writes, one after the other: `m0`, `m1` and so on.

    GitHub goes on with the next one when one fails.
    """
    selection = " ".join(f"m{at}: {one.name}(input: $m{at}) {{ {one.result} }}" for at, one in enumerate(mutations))
    types = [f"{one.name[0].upper()}{one.name[1:]}Input!" for one in mutations]
    given = zip(types, mutations, strict=True)
    return operation(
        "mutation", selection, {f"m{at}": Variable(kind, one.input) for at, (kind, one) in enumerate(given)}
    )


class PlainCommit(NamedTuple):
    """A commit that GraphQL can make: the id that its tree will have, its message, and the changed files."""

    tree: str
    message: str
    changes: Mapping[str, Any]

    def on(self, repository: str, branch: str, head: str) -> Mutation:
        """Return what makes the commit on a branch with this head."""
        headline, _, body = self.message.partition("\n\n")
        place = {"repositoryNameWithOwner": repository, "branchName": branch}
        message = {"headline": headline, "body": body}
        commit = {"branch": place, "expectedHeadOid": head, "message": message, "fileChanges": self.changes}
        return Mutation("createCommitOnBranch", commit, COMMITTED)


def plain_commit(write: PutBranch, files: Tree) -> PlainCommit | None:
    """Return the one commit on the base that a write is; None where GraphQL cannot make it.

    It can make no merges, and sets no modes; what is executable could lose that. A commit without a change, or of very
    large files, is left to the REST API, too.
    """
    if not write.fresh or write.parents != (write.base,) or write.kept:
        return None
    check_paths(write, files.entry)
    entries, data = dict[str, Entry | None](), dict[str, bytes]()
    for path, content in write.files.items():
        there = files.entry(write.base, path)
        if there and there.mode != REGULAR:
            return None
        if content is not None:
            data[path] = content.encode() if isinstance(content, str) else content
            entries[path] = Entry(REGULAR, blob_id(data[path]), path)
        elif there:
            entries[path] = None
    tree = tree_with(entries, lambda folder: files.folder_at(write.base, folder))
    message = with_trailer(write.message, tree) if tree else ""
    if tree is None or not entries or "\n" in message.partition("\n\n")[0] or sum(map(len, data.values())) > LARGEST:
        return None
    additions = [{"path": path, "contents": base64.b64encode(text).decode()} for path, text in data.items()]
    deletions = [{"path": path} for path, entry in entries.items() if entry is None]
    return PlainCommit(tree, message, {"additions": additions, "deletions": deletions})


def tree_with(
    changes: Mapping[str, Entry | None], folder_at: Callable[[str], Mapping[str, Entry]], folder: str = ""
) -> str | None:
    """Return the id that a folder has with some files in other states, by their paths in it; None if it is empty.

    `folder_at` lists what is directly in a folder now.
    """
    here = {name: entry._replace(path=name) for name, entry in folder_at(folder).items()}
    inner: dict[str, dict[str, Entry | None]] = {}
    for path, entry in changes.items():
        name, _, rest = path.partition("/")
        if rest:
            inner.setdefault(name, {})[rest] = entry
        elif entry:
            here[name] = entry._replace(path=name)
        else:
            here.pop(name, None)
    for name, below in inner.items():
        found = tree_with(below, folder_at, f"{folder}/{name}".lstrip("/"))
        if found:
            here[name] = Entry(FOLDER, found, name)
        else:
            here.pop(name, None)
    return tree_id(here.values()) if here else None
