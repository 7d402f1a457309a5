"""A long run with real work in the jobs: `python -m benchmarks.soak [DELIVERIES]` (12,000 unless told otherwise).

People file, edit, spoil, close and reopen issues, comment, give commands, merge proposals and push to the base on the
sites of an emulated GitHub. What it delivers goes to two servers with one PostgreSQL, some of it twice, until it is
accepted. Until two thirds are through, PostgreSQL and the servers are restarted in turn, in order or by a crash.

In the end each issue must be as a dry run wants it and as the people left it: no proposal missing, none twice, one
comment each. Memory and file descriptors of the servers (with their child processes) are printed all the while, and
must be flat in the last third. Returns 1 if any of that does not hold. Takes a quarter of an hour on two
processors; needs Node, PostgreSQL and Linux.
"""

import argparse
import base64
import itertools
import queue
import random
import re
import statistics
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml
from almanac.defaults import load_messages
from almanac.engine.sweep import reconcile_all
from almanac.forge.github.app import GitHubApp
from almanac.proposal.marker import comment_marker
from almanac.proposal.names import branch_name, issue_of

from tests.emulated import OWNER, PEOPLE
from tests.filing import body
from tests.proxy import Answer, Request
from tests.scenes import CONFIG, PAGE, RECORDS, site_files
from tests.server.github import INSTALLATION, AppWorld, app_world
from tests.server.postgres import Cluster
from tests.server.serving import APP_ID, Served, app_environment, ask, delivered, private_key, wait_for

SITES, ISSUES = 24, 10
TWICE = 0.1
"""The share of deliveries that come twice."""
RESTARTED = 2 / 3
"""The share of the run in which things are restarted."""


# ---------------------------------------------------------------- what GitHub does


class Relay:
    """Brings what the emulated GitHub delivers to the servers, under a GUID for each, until one accepts it.

    Attributes:
        servers: Where deliveries go, at random; replaced when they are restarted.
        accepted: Accepted deliveries by event; `repeated` are those that a server had refused or not answered before.
    """

    def __init__(self, chance: random.Random) -> None:
        """Begin to listen."""
        self.servers: list[Served] = []
        self.accepted, self.repeated, self.from_people = Counter[str](), 0, 0
        self._chance, self._lock = chance, threading.Lock()
        self._waiting: queue.SimpleQueue[tuple[str, str, bytes]] = queue.SimpleQueue()
        self._under_way = 0
        relay = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["Content-Length"]))
                relay.take(self.headers["X-GitHub-Event"], content)
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        for run in (self._server.serve_forever, *[self._pass_on] * 8):
            threading.Thread(target=run, daemon=True).start()

    def take(self, event: str, content: bytes) -> None:
        """Take a delivery from GitHub."""
        guid = str(uuid.uuid4())
        with self._lock:
            times = 2 if self._chance.random() < TWICE else 1
            self._under_way += times
        for _ in range(times):
            self._waiting.put((event, guid, content))

    @property
    def is_idle(self) -> bool:
        """Whether all that was delivered has been accepted."""
        return not self._under_way

    def _pass_on(self) -> None:
        while True:
            event, guid, content = self._waiting.get()
            headers, content = delivered(event, content, guid=guid)
            tries = 0
            while not self._is_accepted(headers, content):
                tries += 1
                time.sleep(0.5)  # GitHub repeats it when the server asks for that
            by_people = any(b'"sender":{"login":"%s"' % login.encode() in content for login in PEOPLE)
            with self._lock:
                self._under_way -= 1
                self.accepted[event] += 1
                self.repeated += tries > 0
                self.from_people += by_people

    def _is_accepted(self, headers: Mapping[str, str], content: bytes) -> bool:
        with suppress(OSError, HTTPException, IndexError):  # there is no server yet
            server = self._chance.choice(self.servers)
            return ask(f"{server.url}/webhooks/github", content, headers).status in {202, 204}
        return False

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


# ---------------------------------------------------------------- what people do


@dataclass
class Filed:
    """An issue as people left it."""

    title: str
    date: str
    is_open: bool = True
    is_spoilt: bool = False  # its date is none
    is_merged: bool = False
    closings: int = 0


class People:
    """The people of one site, who do one thing after the other, and know how they left each issue."""

    def __init__(self, world: AppWorld, chance: random.Random) -> None:
        """Let the site take over its page."""
        self.world, self.issues = world, dict[int, Filed]()
        self._chance, self._numbers = chance, itertools.count(1)
        files = {**site_files(), CONFIG: f"page: {PAGE}\nmax_open_per_author: 100\n"}
        world.commit({path: text.encode() for path, text in files.items()})

    def act(self) -> None:
        """Do something: file an issue, as long as there are few, or anything else."""
        if len(self.issues) < ISSUES and self._chance.random() < 0.5:  # noqa: PLR2004 -- half of what is done at first
            title, date = self._event()
            number = self.world.file_issue("New event", self._body(title, date), labels=("event",))
            self.issues[number] = Filed(title, date)
            return
        weights = {
            self._edit: 55,
            self._spoil: 5,
            self._close: 6,
            self._reopen: 6,
            self._comment: 12,
            self._command: 5,
            self._push: 2,
            self._merge: 1,
        }
        if chosen := [number for number, issue in self.issues.items() if not issue.is_merged]:
            number = self._chance.choice(chosen)
            self._chance.choices(list(weights), list(weights.values()))[0](number, self.issues[number])

    def _event(self) -> tuple[str, str]:
        number = next(self._numbers)
        return f"Event {number} of {self.world.name}", f"20{number % 60 + 30}-0{number % 4 + 5}-1{number % 10}"

    @staticmethod
    def _body(title: str, date: str) -> str:
        return body(title=title, date=date, when="9am ET, 3pm CET", description=f"What {title} is about.")

    def _edit(self, number: int, issue: Filed) -> None:
        (issue.title, issue.date), issue.is_spoilt = self._event(), False
        self.world.edit_issue(number, body=self._body(issue.title, issue.date))

    def _spoil(self, number: int, issue: Filed) -> None:
        issue.is_spoilt = True
        self.world.edit_issue(number, body=self._body(issue.title, "some day"))

    def _close(self, number: int, issue: Filed) -> None:
        if issue.is_open:
            issue.is_open, issue.closings = False, issue.closings + 1
            self.world.edit_issue(number, state="closed")

    def _reopen(self, number: int, issue: Filed) -> None:
        if not issue.is_open:
            issue.is_open = True
            self.world.edit_issue(number, state="open")

    def _comment(self, number: int, _issue: Filed) -> None:
        self.world.comment(number, "grace", "I'll be there!")

    def _command(self, number: int, _issue: Filed) -> None:
        self.world.comment(number, OWNER, "/almanac retry")

    def _push(self, _number: int, _issue: Filed) -> None:
        self.world.commit({"README.md": f"Push {next(self._numbers)}\n".encode()})

    def _merge(self, number: int, issue: Filed) -> None:
        """Merge a proposal that is up to date, as GitHub does and the emulator does not: path by path."""
        world, branch = self.world, branch_name(number)
        pull = next((pull for pull in world.pulls() if pull.head == branch and pull.state == "open"), None)
        head, base = world.head(branch), world.head(world.base)
        if not pull or not head or not base or issue.is_spoilt or not issue.is_open:
            return
        before, after, now = (blobs(world, commit) for commit in (world.parents(head)[0], head, base))
        changed = {path: blob for path, blob in after.items() if before.get(path) != blob}
        if record_of(world, changed).get("title") != issue.title or any(
            now.get(path) != before.get(path) for path in changed
        ):
            return
        try:
            world.ask("PUT", f"pulls/{pull.number}/merge", {"sha": head})
        except AssertionError:  # GitHub refuses: Almanac was quicker
            return
        issue.is_merged = True
        tree = [{"path": path, "mode": "100644", "type": "blob", "sha": blob} for path, blob in changed.items()]
        parent = world.head(world.base)
        base_tree = world.ask("GET", f"git/commits/{parent}")["tree"]["sha"]
        made = world.ask("POST", "git/trees", {"base_tree": base_tree, "tree": tree})["sha"]
        commit = world.ask("POST", "git/commits", {"message": "Merge", "tree": made, "parents": [parent]})["sha"]
        world.ask("PATCH", f"git/refs/heads/{world.base}", {"sha": commit})


def blobs(world: AppWorld, commit: str) -> dict[str, str]:
    """List a commit's files: path -> blob."""
    tree = world.ask("GET", f"git/trees/{commit}?recursive=1")["tree"]
    return {each["path"]: each["sha"] for each in tree if each["type"] == "blob"}


def record_of(world: AppWorld, changed: Mapping[str, str]) -> dict[str, Any]:
    """Read the record among a proposal's files."""
    records = [blob for path, blob in changed.items() if path.startswith(RECORDS)]
    return yaml.safe_load(read_blob(world, records[0])) if len(records) == 1 else {}


def read_blob(world: AppWorld, blob: str) -> bytes:
    """Read a file."""
    return base64.b64decode(world.ask("GET", f"git/blobs/{blob}")["content"])


# ---------------------------------------------------------------- what must be true in the end


def faults(people: People, app: GitHubApp) -> Iterator[str]:
    """Say what is not as it must be on a site."""
    world = people.world
    repository = world.ask("GET")["id"]
    with closing(world.connect(token=app.token(INSTALLATION, repository))) as forge:
        for done in reconcile_all(forge, load_messages(), dry_run=True):
            if done.error or done.plan.writes:
                yield f"{world.name}#{done.plan.issue}: a dry run wants more: {done.error or done.plan.reason}"
    pulls = defaultdict[int | None, list[Any]](list)
    for page in range(1, 20):
        for pull in world.ask("GET", f"pulls?state=all&per_page=100&page={page}"):
            pulls[issue_of(pull["head"]["ref"])].append(pull)
    base = blobs(world, world.base)
    records = [yaml.safe_load(read_blob(world, blob)) for path, blob in base.items() if path.startswith(RECORDS)]
    merged = Counter(record["issue"] for record in records if "issue" in record)
    for number, issue in people.issues.items():
        yield from (f"{world.name}#{number}: {fault}" for fault in _faults_of(world, number, issue, pulls[number]))
        if merged[number] != issue.is_merged:
            yield f"{world.name}#{number}: {merged[number]} records on the base"


def _faults_of(world: AppWorld, number: int, issue: Filed, pulls: list[Any]) -> Iterator[str]:
    comments = world.ask("GET", f"issues/{number}/comments?per_page=100")
    said = [comment for comment in comments if comment["user"]["login"].startswith("almanac-test")]
    ours = [comment for comment in said if comment_marker(number) in comment["body"]]
    if len(ours) > 1:
        yield f"{len(ours)} comments of ours"
    opened = [pull for pull in pulls if pull["state"] == "open"]
    if len(opened) > 1 or len(pulls) > 1 + issue.closings:
        yield f"{len(opened)} open pull requests and {len(pulls)} in all after {issue.closings} closings"
    is_proposed = issue.is_open and not issue.is_merged
    if not is_proposed and opened:
        yield "a pull request is open"
    if is_proposed and issue.is_spoilt and "date" not in "".join(comment["body"].lower() for comment in ours):
        yield "no comment tells that the date is wrong"
    if is_proposed and not issue.is_spoilt:
        head = world.head(branch_name(number))
        if not opened or not head:
            yield "no proposal"
            return
        before, after = blobs(world, world.parents(head)[0]), blobs(world, head)
        record = record_of(world, {path: blob for path, blob in after.items() if before.get(path) != blob})
        if (record.get("title"), str(record.get("date"))) != (issue.title, issue.date):
            yield f"the record says {record.get('title')}, the issue {issue.title}"


# ---------------------------------------------------------------- the servers


@dataclass(frozen=True)
class Sample:
    """One look at a server: its process, MB in memory, open file descriptors and threads, with its children."""

    process: int
    memory: float
    files: int
    threads: int

    @classmethod
    def of(cls, process: int) -> "Sample | None":
        """Look at a process and its children; None where it is gone."""
        memory, files, threads = 0.0, 0, 0
        try:
            for each in family(process):
                status = Path(f"/proc/{each}/status").read_text()
                found = {key: re.search(rf"^{key}:\s+(\d+)", status, re.MULTILINE) for key in ("VmRSS", "Threads")}
                memory += int(found["VmRSS"][1]) / 1024 if found["VmRSS"] else 0
                threads += int(found["Threads"][1]) if found["Threads"] else 0
                files += len(list(Path(f"/proc/{each}/fd").iterdir()))
        except OSError:
            return None
        return cls(process, memory, files, threads)

    def __str__(self) -> str:
        """Return it as a cell of the table."""
        return f"{self.memory:6.0f} MB {self.files:4} files {self.threads:3} threads"


def family(process: int) -> Iterator[int]:
    """Yield a process and all below it."""
    yield process
    for children in Path(f"/proc/{process}/task").glob("*/children"):
        for child in children.read_text().split():
            yield from family(int(child))


class Watch:
    """Prints how the servers are doing, every so many seconds, and remembers it."""

    def __init__(self, relay: Relay, seconds: float) -> None:
        """Take whose servers to watch."""
        self.series = defaultdict[int, list[Sample]](list)
        self._relay, self._seconds, self._started = relay, seconds, time.monotonic()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def say(self, text: str) -> None:
        """Print something that happened."""
        print(f"{time.monotonic() - self._started:6.0f} s {self._relay.from_people:6}  {text}", flush=True)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch meanwhile."""
        self._thread.start()
        try:
            yield
        finally:
            self._done.set()
            self._thread.join()

    def _run(self) -> None:
        while not self._done.wait(self._seconds):
            samples = [Sample.of(server.process.pid) for server in self._relay.servers]
            for sample in samples:
                if sample:
                    self.series[sample.process].append(sample)
            waiting = [kept(server, "waiting") for server in self._relay.servers]
            self.say("   ".join(str(sample or "away") for sample in samples) + f"   jobs waiting: {max(waiting)}")

    def growth(self, process: int) -> tuple[float, int]:
        """Return by how much memory (as a share) and files grew from the second to the last quarter of a life."""
        series = self.series[process]
        quarter = max(1, len(series) // 4)
        early, late = series[quarter : 2 * quarter], series[-quarter:]
        memory = [statistics.median(one.memory for one in part) for part in (early, late)]
        files = [statistics.median(one.files for one in part) for part in (early, late)]
        return memory[1] / memory[0] - 1, round(files[1] - files[0])


def kept(server: Served, state: str) -> int:
    """Return how many jobs are waiting or have failed; -1 where the server does not answer."""
    with suppress(OSError, HTTPException):
        found = re.search(
            rf'^almanac_jobs_kept{{state="{state}"}} (\d+)', ask(f"{server.url}/metrics").text, re.MULTILINE
        )
        return int(found[1]) if found else -1
    return -1


# ---------------------------------------------------------------- the run


@dataclass
class Soak:
    """The whole of a run."""

    deliveries: int
    pause: float
    folder: Path
    database: str
    cluster: Cluster
    world: AppWorld
    relay: Relay
    people: list[People] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)

    def run(self, watch: Watch, restarts: int) -> list[str]:
        """Do it all and return what is wrong."""
        restarter = threading.Thread(target=self._restart, args=(watch, restarts))
        with watch.watching(), ThreadPoolExecutor(4) as threads:
            restarter.start()
            try:
                list(threads.map(self._live, range(4)))
            finally:
                self.done.set()
                restarter.join()
            watch.say("all is done that people do")
            # Failures are tried again up to hours later; what is due soon is waited for.
            wait_for(self._is_quiet, 1800, what="the end of all jobs")
            watch.say("no job is left")
        app = GitHubApp(APP_ID, private_key(), self.world.emulator.url)
        wrong = [fault for people in self.people for fault in faults(people, app)]
        wrong += [f"{failed} jobs failed" for failed in [kept(self.relay.servers[0], "failed")] if failed]
        return wrong + list(self._grown(watch))

    def _live(self, share: int) -> None:
        """Let a quarter of the sites live until enough has been delivered."""
        chance, people = random.Random(share), self.people[share::4]  # noqa: S311 -- not for secrets
        while self.relay.from_people < self.deliveries:
            chance.choice(people).act()
            time.sleep(self.pause * 4)

    def _restart(self, watch: Watch, restarts: int) -> None:
        deeds = itertools.cycle(["kill 0", "fast", "stop 1", "immediate", "kill 1", "fast", "stop 0", "immediate"])
        for number, deed in zip(range(restarts), deeds, strict=False):
            share = (number + 1) * self.deliveries * RESTARTED / restarts
            while self.relay.from_people < share:
                if self.done.wait(0.1):
                    return
            what, _, which = deed.partition(" ")
            if which:
                self._restart_server(int(which), what)
            else:
                self.cluster.restart(what)
            watch.say(f"restarted {f'server {which}' if which else 'PostgreSQL'} ({what})")

    def _restart_server(self, which: int, how: str) -> None:
        server = self.relay.servers[which]
        server.kill() if how == "kill" else server.stop()
        self.relay.servers[which] = self.start(int(server.url.rpartition(":")[2]))

    def start(self, port: int | None = None) -> Served:
        """Start a server. It sweeps once at its start, and not again."""
        environment = app_environment(
            GITHUB_API_URL=self.world.emulator.url,
            ALMANAC_DATABASE_URL=self.database,
            ALMANAC_LOG_LEVEL="warning",
            ALMANAC_SWEEP_MINUTES="1440",
        )
        return Served(self.folder, environment, port=port)

    def _is_quiet(self) -> bool:
        proxy = self.world.emulator.proxy
        proxy.requests.clear()
        time.sleep(5)
        waiting = max(kept(server, "waiting") for server in self.relay.servers)
        return self.relay.is_idle and waiting == 0 and not proxy.requests

    def _grown(self, watch: Watch) -> Iterator[str]:
        for server in self.relay.servers:
            memory, files = watch.growth(server.process.pid)
            watch.say(f"the last process of {server.url}: memory {memory:+.0%}, files {files:+}")
            if memory > 0.1 or files > 10:  # noqa: PLR2004 -- what a series varies by
                yield f"{server.url} has grown: memory {memory:+.0%}, files {files:+}"


def like_github(worlds: Mapping[str, AppWorld]) -> Any:
    """Refuse what GitHub refuses, on all sites."""

    def trouble(request: Request) -> Answer | None:
        world = worlds.get("/".join(request.path.split("/")[2:4]))
        return world.like_github(request) if world else None

    return trouble


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("deliveries", nargs="?", type=int, default=12_000)
    parser.add_argument("--pause", type=float, default=0.03, help="seconds between two things that people do")
    parser.add_argument("--restarts", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=30, help="between two looks at memory and files")
    options = parser.parse_args()
    relay, cluster = Relay(random.Random(7)), Cluster()  # noqa: S311 -- not for secrets
    with tempfile.TemporaryDirectory() as folder, app_world(relay.url) as first:
        worlds = [first, *(AppWorld(first.emulator, first.hook) for _ in range(SITES - 1))]
        first.emulator.proxy.trouble = like_github({world.name: world for world in worlds})
        soak = Soak(options.deliveries, options.pause, Path(folder), cluster.database(), cluster, first, relay)
        soak.people = [People(world, random.Random(number)) for number, world in enumerate(worlds)]  # noqa: S311
        try:
            relay.servers[:] = [soak.start(), soak.start()]
            wrong = soak.run(Watch(relay, options.seconds), options.restarts)
        finally:
            for server in relay.servers:
                server.stop()
            relay.close()
            cluster.close()
    accepted = ", ".join(f"{count} {event}" for event, count in relay.accepted.most_common())
    issues = sum(len(people.issues) for people in soak.people)
    print(
        f"{relay.from_people} deliveries of what people did, {relay.accepted.total()} with Almanac's own ({accepted});"
    )
    print(f"{relay.repeated} of them accepted after a refusal or no answer; {issues} issues, {len(wrong)} faults")
    print("".join(f"  {fault}\n" for fault in wrong), end="")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
