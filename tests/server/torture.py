"""Kills servers while deliveries come in, and sees whether each issue ends in the state that GitHub has it in."""

import random
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.server.serving import Served, app_environment, issues_payload, wait_for

COMMAND = (sys.executable, "-m", "tests.server.fake_look", "serve")
Issue = tuple[str, str]


class FakeGitHub:
    """Knows which version each issue has, and which one was looked at last; a look takes a moment.

    Attributes:
        versions: What each issue is at; one more with each change.
        seen: What it was at when it was looked at last.
        looks: How many looks there were.
        broken_off: How many of them the death of a server ended.
        busy_for: How many looks go on, by the process that asked for them.
        held: The process whose looks come to no end for now; 0 for none.
        clashes: Repositories where two looks happened at once.
    """

    def __init__(self, seconds: float) -> None:
        """Begin to listen."""
        self.versions: Counter[Issue] = Counter()
        self.seen: dict[Issue, int] = {}
        self.looks, self.broken_off, self.clashes = 0, 0, list[str]()
        self.busy_for: Counter[int] = Counter()
        self.held = 0
        self._seconds, self._lock, self._busy = seconds, threading.Lock(), Counter[str]()
        github = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                parts = self.path.split("/")
                found = parts[1] == "look"
                if found:
                    github.look(f"{parts[2]}/{parts[3]}", parts[4], int(self.headers["X-Process"]), self._waits)
                with suppress(OSError):  # who asked may have been killed
                    self.send_response(200 if found else 404)
                    self.send_header("Content-Length", "2")
                    self.end_headers()
                    self.wfile.write(b"{}")

            def _waits(self) -> bool:
                """Tell whether who asked is still there."""
                with suppress(BlockingIOError):
                    return bool(self.connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
                return True

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def change(self, issue: Issue) -> None:
        """Change an issue."""
        with self._lock:
            self.versions[issue] += 1

    def look(self, repository: str, number: str, process: int, waits: Callable[[], bool]) -> None:
        """Read an issue, take a moment, and write what was read, unless who asked was killed meanwhile."""
        issue = (repository, number)
        with self._lock:
            self.looks += 1
            self._busy[repository] += 1
            self.busy_for[process] += 1
            if self._busy[repository] > 1:
                self.clashes.append(repository)
            version = self.versions[issue]
        time.sleep(self._seconds)
        while self.held == process:
            time.sleep(0.01)
        there = waits()
        with self._lock:
            self._busy[repository] -= 1
            self.busy_for[process] -= 1
            if there:
                self.seen[issue] = version
            else:
                self.broken_off += 1

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


@dataclass
class TortureResult:
    """The result of a trial.

    Attributes:
        accepted: Deliveries that a server has taken.
        kills: How often a server was killed.
        looks: How many looks there were.
        broken_off: How many of them the death of a server ended.
        wrong: Issues that were not looked at after their last change.
        clashes: Repositories where two looks happened at once.
        seconds: How long it took until nothing was left to do.
    """

    accepted: int = 0
    kills: int = 0
    looks: int = 0
    broken_off: int = 0
    wrong: list[Issue] = field(default_factory=list)
    clashes: list[str] = field(default_factory=list)
    seconds: float = 0.0


@dataclass(frozen=True)
class Trial:
    """What is done: so many deliveries over so many repositories and issues, so many kills, so many servers."""

    deliveries: int = 2000
    repositories: int = 40
    issues: int = 200
    kills: int = 5
    servers: int = 1
    seconds: float = 0.2
    pause: float = 0.01


def torture(trial: Trial, folder: Path, database: str, say: Callable[[str], object] = lambda _: None) -> TortureResult:
    """Run a trial and return the result."""
    github, chance, result = FakeGitHub(trial.seconds), random.Random(7), TortureResult()  # noqa: S311 -- not for secrets
    environment = app_environment(
        GITHUB_API_URL=github.url, ALMANAC_DATABASE_URL=database, ALMANAC_LOG_LEVEL="warning", ALMANAC_LOG_FORMAT="text"
    )
    servers: list[Served] = []
    issues = [(f"octo/site-{number % trial.repositories}", str(number)) for number in range(1, trial.issues + 1)]
    chosen = [chance.choice(issues) for _ in range(trial.deliveries)]
    started = time.monotonic()
    done, counting = threading.Event(), threading.Lock()

    def deliver(number: int) -> None:
        issue = chosen[number]
        github.change(issue)
        payload = issues_payload(*_numbered(issue), repository_id=1 + int(issue[0].rpartition("-")[2]))
        while True:  # as GitHub repeats it when it is asked to
            with suppress(OSError, HTTPException):  # no answer, or half of one
                if servers[number % len(servers)].deliver("issues", payload, guid=f"guid-{number}").status == 202:
                    with counting:
                        result.accepted += 1
                    return
            time.sleep(0.2)

    def kill() -> None:
        for number in range(trial.kills):
            share = (result.kills + 1) * trial.deliveries / (trial.kills + 1)
            while result.accepted < share and not done.is_set():
                time.sleep(0.01)
            time.sleep(chance.random())
            which = chance.randrange(len(servers))
            _kill(servers[which], github, busy=number % 2 == 0)
            result.kills += 1
            say(f"killed a server after {result.accepted} deliveries")
            port = int(servers[which].url.rpartition(":")[2])
            servers[which] = Served(folder, environment, command=COMMAND, port=port)

    killer = threading.Thread(target=kill)
    try:
        for _ in range(trial.servers):
            servers.append(Served(folder, environment, command=COMMAND))  # noqa: PERF401 -- those that started are stopped
        started = time.monotonic()
        killer.start()
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(deliver, _paced(trial)))
        done.set()
        killer.join()
        wait_for(lambda: _wrong(github) == [], 120, what=f"the right end of all issues ({len(_wrong(github))} wrong)")
    finally:
        done.set()
        result.seconds = time.monotonic() - started
        for server in servers:
            server.stop()
        result.looks, result.broken_off = github.looks, github.broken_off
        result.clashes, result.wrong = github.clashes, _wrong(github)
        github.close()
    return result


def _paced(trial: Trial) -> Iterator[int]:
    for number in range(trial.deliveries):
        yield number
        time.sleep(trial.pause)


def _kill(server: Served, github: FakeGitHub, *, busy: bool) -> None:
    """Kill a server: in the middle of a look, or at any moment."""
    if busy:
        github.held = server.process.pid
        wait_for(lambda: github.busy_for[server.process.pid] > 0, what="a look to break off")
    server.kill()
    github.held = 0


def _numbered(issue: Issue) -> tuple[str, int]:
    return issue[0], int(issue[1])


def _wrong(github: FakeGitHub) -> list[Issue]:
    return [issue for issue, version in list(github.versions.items()) if github.seen.get(issue) != version]
