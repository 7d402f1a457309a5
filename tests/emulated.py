"""An emulated GitHub: one for all tests of a run, a repository of its own for each test.

What happened there is read back over plain HTTP, without anything of Almanac's. Tests get at it by the fixture `site`.
"""

import base64
import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Any, Unpack
from urllib.parse import parse_qs, quote, urlsplit
from uuid import uuid4

from almanac.forge.github.repository import GitHubForge, connect

from tests.forge.worlds import HOW_ATTACHED, IssueEdit, SeenComment, SeenPull
from tests.gitrepo import DATE, merged_files
from tests.proxy import Answer, Proxy, Request
from tests.tools import need

HERE = Path(__file__).parent / "emulator"
OWNER, BOT = "octo", "almanac-bot"
PEOPLE = (OWNER, BOT, "ada", "grace", "mallory")
_WORLDS = 200
"""How many repositories one emulator serves. It takes 5,000 requests an hour with one token, as GitHub does; so the
people of each repository have tokens of their own, and no test uses up what another one needs."""
_running: list["Emulator"] = []


def _token(login: str, world: int) -> str:
    return f"ghp_{login.replace('-', '')}0123456789w{world}"


class Emulator:
    """The emulated GitHub as a process, and the proxy before it.

    Attributes:
        url: The address of the API, through the proxy.
        proxy: Writes down what went through.
        rest: The address of the REST API alone, past the proxy and past GraphQL.
        worlds: How many repositories tests have had on it.
    """

    def __init__(self, apps: Sequence[Mapping[str, Any]] = ()) -> None:
        """Start it, with these GitHub Apps; skip the test where it is not installed."""
        node = need("node")
        for package in ("emulate", "graphql"):
            if not (HERE / "node_modules" / package).is_dir():
                need(f"{package} (npm ci --prefix tests/emulator)")
        self.proxy = Proxy()
        self.worlds = 0
        self.url = self.proxy.url
        self._process = subprocess.Popen(
            [node, "server.mjs"], cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        tokens = {
            _token(login, world): {"login": login, "scopes": ["repo"]} for login in PEOPLE for world in range(_WORLDS)
        }
        github = {"users": [{"login": login} for login in PEOPLE], "apps": list(apps)}
        seed = {"github": github, "tokens": tokens}
        print(json.dumps({"baseUrl": self.url, "seed": seed}), file=self._pipe(self._process.stdin), flush=True)
        addresses = self._pipe(self._process.stdout).readline().split()
        assert addresses, "the emulated GitHub did not start"
        self.proxy.target, self.rest = addresses

    @staticmethod
    def _pipe(pipe: IO[str] | None) -> IO[str]:
        assert pipe
        return pipe

    def close(self) -> None:
        """End it."""
        with self._process as process:
            self._pipe(process.stdin).close()
            process.wait(10)
        self.proxy.close()

    def ask(self, method: str, path: str, body: Any = None, *, token: str) -> Any:
        """Send one request past the proxy; None for 404."""
        request = urllib.request.Request(  # noqa: S310 - the address is our own
            self.proxy.target + path,
            json.dumps(body).encode() if body is not None else None,
            {"Authorization": f"token {token}", "Content-Type": "application/json"},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                data = answer.read()
        except urllib.error.HTTPError as error:
            with error:
                if error.code == 404:
                    return None
                raise AssertionError(f"{method} {path}: {error.code} {error.read().decode()}") from None
        return json.loads(data) if data else {}


class GitHubWorld:
    """One repository on the emulated GitHub, with people in it."""

    base = "main"

    def __init__(self, emulator: Emulator) -> None:
        """Make the repository; Almanac is a collaborator."""
        self.emulator, self._number = emulator, emulator.worlds
        emulator.worlds += 1
        name = f"site-{emulator.worlds}"
        self.name = f"{OWNER}/{name}"
        emulator.ask("POST", "/user/repos", {"name": name, "auto_init": True}, token=self.token(OWNER))
        self.let_in(BOT)
        self._contents: dict[str, bytes] = {}  # of blobs, by their ids
        self.attached: dict[str, bytes | None] = {}  # what can be had of it, by the path of its address
        self.merged_at: dict[str, str] = {}  # when the pull request of a commit was merged
        self.forges: list[GitHubForge] = []
        self.forge = self.connect()

    def token(self, login: str) -> str:
        """Return the token of one of `PEOPLE`."""
        return _token(login, self._number)

    def connect(self, **options: Any) -> GitHubForge:
        """Return a new forge on this repository, that writes without pauses."""
        options = {"api_url": self.emulator.url, "pause": 0, **options}
        forge = connect(options.pop("token", self.token(BOT)), options.pop("repository", self.name), **options)
        self.forges.append(forge)
        return forge

    def ask(self, method: str, path: str = "", body: Any = None, *, login: str = OWNER) -> Any:
        """Send one request about this repository; None for 404."""
        return self.emulator.ask(method, f"/repos/{self.name}/{path}".rstrip("/"), body, token=self.token(login))

    # ------------------------------------------------------------ git

    def commit(
        self,
        files: Mapping[str, bytes | None],
        *,
        branch: str | None = None,
        links: Mapping[str, str] | None = None,
        at: str = DATE,
        modes: Mapping[str, str] | None = None,
    ) -> str:
        """Commit on a branch."""
        branch = branch or self.base
        head = self.head(branch)
        assert head
        tree = [self._change(path, content, (modes or {}).get(path, "100644")) for path, content in files.items()]
        tree += [self._change(path, target.encode(), "120000") for path, target in (links or {}).items()]
        body = {"base_tree": self.ask("GET", f"git/commits/{head}")["tree"]["sha"], "tree": tree}
        made = self.ask("POST", "git/trees", body)["sha"]
        about = {"message": "By hand", "parents": [head], "committer": {"name": OWNER, "email": "o@x.org", "date": at}}
        commit = self.ask("POST", "git/commits", {**about, "tree": made})["sha"]
        self.ask("PATCH", f"git/refs/heads/{quote(branch)}", {"sha": commit})
        return str(commit)

    def _change(self, path: str, content: bytes | None, mode: str) -> dict[str, Any]:
        change = {"path": path, "mode": mode, "type": "blob", "sha": None}
        if content is None:
            return change
        blob = {"content": base64.b64encode(content).decode(), "encoding": "base64"}
        return {**change, "sha": self.ask("POST", "git/blobs", blob)["sha"]}

    def head(self, branch: str) -> str | None:
        """Read the branch."""
        found = self.ask("GET", f"git/ref/heads/{quote(branch)}")
        return found["object"]["sha"] if found else None

    def files(self, commit: str) -> dict[str, bytes]:
        """Read the tree and every blob."""
        tree = self.ask("GET", f"git/trees/{commit}?recursive=1")["tree"]
        found = {each["path"]: each["sha"] for each in tree if each["mode"] in {"100644", "100755"}}
        return {path: self._content(blob) for path, blob in found.items()}

    def _content(self, blob: str) -> bytes:
        """Read a blob, each once: the emulator takes only so many requests."""
        if blob not in self._contents:
            self._contents[blob] = base64.b64decode(self.ask("GET", f"git/blobs/{blob}")["content"])
        return self._contents[blob]

    def parents(self, commit: str) -> tuple[str, ...]:
        """Read the commit."""
        return tuple(each["sha"] for each in self.ask("GET", f"git/commits/{commit}")["parents"])

    def message(self, commit: str) -> str:
        """Read the commit."""
        return str(self.ask("GET", f"git/commits/{commit}")["message"]).strip()

    # ------------------------------------------------------------ issues and pull requests

    def file_issue(self, title: str, body: str, *, labels: tuple[str, ...] = (), author: str = "ada") -> int:
        """File an issue."""
        issue = {"title": title, "body": body, "labels": list(labels)}
        return int(self.ask("POST", "issues", issue, login=author)["number"])

    def edit_issue(self, number: int, **edit: Unpack[IssueEdit]) -> None:
        """Edit an issue."""
        self.ask("PATCH", f"issues/{number}", dict(edit))

    def comment(self, issue: int, author: str, body: str) -> int:
        """Comment on an issue."""
        return int(self.ask("POST", f"issues/{issue}/comments", {"body": body}, login=author)["id"])

    def comments(self, issue: int) -> list[SeenComment]:
        """List the comments."""
        found = self.ask("GET", f"issues/{issue}/comments?per_page=100")
        return [SeenComment(each["id"], each["user"]["login"] == BOT, each["body"]) for each in found]

    def issue_state(self, number: int) -> tuple[str, str | None]:
        """Read the issue."""
        issue = self.ask("GET", f"issues/{number}")
        return issue["state"], issue["state_reason"]

    def pulls(self) -> list[SeenPull]:
        """List the pull requests."""
        found = self.ask("GET", "pulls?state=all&sort=created&direction=asc&per_page=100")
        seen = [
            SeenPull(
                each["number"], each["title"], each["body"], each["state"], each["head"]["ref"], each["base"]["ref"]
            )
            for each in found
        ]
        return sorted(seen, key=lambda pull: pull.number)

    def close_pull(self, number: int) -> None:
        """Close a pull request."""
        self.ask("PATCH", f"pulls/{number}", {"state": "closed"})

    def reopen_pull(self, number: int, commit: str) -> None:
        """Restore the branch, and reopen the pull request."""
        self.restore_branch(next(pull.head for pull in self.pulls() if pull.number == number), commit)
        self.ask("PATCH", f"pulls/{number}", {"state": "open"})

    def merge(self, number: int) -> None:
        """Merge a pull request: the emulator marks it so, and the base gets the files that git's merge gives."""
        head = next(pull.head for pull in self.pulls() if pull.number == number)
        wanted = {**self.files(self.head(self.base) or ""), **self._changed_by_merge(self.base, head)}
        self.ask("PUT", f"pulls/{number}/merge", {})
        now = self.files(self.head(self.base) or "")  # the emulator puts the branch's files there as they were at first
        wanted = dict.fromkeys(now) | wanted
        self.commit({path: text for path, text in wanted.items() if now.get(path) != text} or {"merged.txt": b"x"})

    def join(self, into: str, branch: str) -> str:
        """Merge the branch, with a commit of both parents."""
        other = self.head(branch)
        made = self.commit(self._changed_by_merge(into, branch), branch=into)
        about = self.ask("GET", f"git/commits/{made}")
        parents = [*self.parents(made), other]
        body = {"message": f"Merge branch '{branch}' into {into}", "parents": parents, "tree": about["tree"]["sha"]}
        commit = self.ask("POST", "git/commits", body)["sha"]
        self.ask("PATCH", f"git/refs/heads/{quote(into)}", {"sha": commit, "force": True})
        return str(commit)

    def rewind(self, commit: str) -> None:
        """Move the branch."""
        self.ask("PATCH", f"git/refs/heads/{self.base}", {"sha": commit, "force": True})

    def _changed_by_merge(self, into: str, branch: str) -> dict[str, bytes | None]:
        ours, theirs = self.head(into) or "", self.head(branch) or ""
        known = {one["sha"] for one in self._commits_of(ours)}
        fork = next(one["sha"] for one in self._commits_of(theirs) if one["sha"] in known)
        return merged_files(*map(self.files, (fork, ours, theirs)))

    def label(self, number: int, *labels: str) -> None:
        """Set an issue's labels."""
        self.ask("PUT", f"issues/{number}/labels", {"labels": list(labels)})

    def delete_branch(self, branch: str) -> None:
        """Delete a branch."""
        self.ask("DELETE", f"git/refs/heads/{quote(branch)}")

    def restore_branch(self, branch: str, commit: str) -> None:
        """Make a branch."""
        self.ask("POST", "git/refs", {"ref": f"refs/heads/{branch}", "sha": commit})

    def let_in(self, login: str) -> None:
        """Make someone a collaborator."""
        self.ask("PUT", f"collaborators/{login}", {"permission": "push"})

    def attach(self, data: bytes | None, address: str = "") -> str:
        """Attach it to something here."""
        address = address or f"{self.emulator.url}{HOW_ATTACHED}{uuid4()}"
        self.attached[urlsplit(address).path] = data
        return address

    def like_github(self, request: Request) -> Answer | None:
        """Do what GitHub does and the emulator does not.

        It refuses a branch's second pull request, lists commits, and gives what was attached to an issue.
        """
        if (data := self.attached.get(request.path)) is not None:
            return Answer(200, data)
        if request.method == "GET" and request.path == f"/repos/{self.name}/commits":
            query = parse_qs(request.query)
            listed = self._commits_of(query["sha"][0], *query.get("path", ()))
            return Answer(200, list(islice(listed, int(query["per_page"][0]))))
        if request.method == "GET" and request.path.endswith("/pulls") and "/commits/" in request.path:
            merged = self.merged_at.get(request.path.split("/")[-2])
            return Answer(200, [{"merged_at": merged, "base": {"ref": self.base}}] if merged else [])
        if request.method == "POST" and request.path == f"/repos/{self.name}/pulls":
            head = request.body["head"]
            if any(pull.state == "open" and pull.head == head for pull in self.pulls()):
                said = f"A pull request already exists for {OWNER}:{head}."
                return Answer(422, {"message": "Validation Failed", "errors": [{"code": "custom", "message": said}]})
        return None

    def _commits_of(self, commit: str | None, path: str = "") -> Iterator[dict[str, Any]]:
        """Give the commits, or those that changed a file, newest first, as `GET /repos/OWNER/NAME/commits` does."""
        while commit:
            about, before = self.ask("GET", f"git/commits/{commit}"), next(iter(self.parents(commit)), None)
            if not path or self._blob(commit, path) != (before and self._blob(before, path)):
                yield {"sha": commit, "commit": about, "parents": about["parents"]}
            commit = before

    def _blob(self, commit: str, path: str) -> str | None:
        tree = self.ask("GET", f"git/trees/{commit}?recursive=1")["tree"]
        return next((each["sha"] for each in tree if each["path"] == path), None)


@contextmanager
def github_world() -> Iterator[GitHubWorld]:
    """Make a new repository on the emulated GitHub, which is started if need be."""
    if _running and _running[0].worlds == _WORLDS:
        stop()
    if not _running:
        _running.append(Emulator())
    proxy = _running[0].proxy
    proxy.clear()
    world = GitHubWorld(_running[0])
    proxy.trouble = world.like_github
    try:
        yield world
    finally:
        proxy.clear()
        for forge in world.forges:
            forge.close()


def stop() -> None:
    """End the emulator, if one was started."""
    while _running:
        _running.pop().close()
