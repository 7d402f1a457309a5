"""What the server can do: `python -m benchmarks.server [--rounds N] [--write]`.

Deliveries are acknowledged while jobs run beside them; a job takes 0.2 s, as if GitHub took that long. The limit is a
bare FastAPI application that checks the signature and answers. All of it, the callers and PostgreSQL included, shares
this machine's processors. The best of all rounds counts, as other work of the machine can only make it worse; with
`--write` it goes into docs/server.md.

`python -m benchmarks.server requests` counts what a job asks the emulated GitHub for (needs Node).
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple

from benchmarks.requests import body as answers
from benchmarks.requests import fill
from tests.server.github import app_world
from tests.server.postgres import Cluster
from tests.server.serving import SECRET, Served, app_environment, delivered, free_port, issues_payload, wait_for
from tests.server.torture import COMMAND, FakeGitHub

LOOK = 0.2
DOC = Path(__file__).parents[1] / "docs" / "server.md"
BEGIN, END = "<!-- machine -->\n", "<!-- end -->\n"


class Figure(NamedTuple):
    """A row of the table: what is measured, what we aim at, how it is written, and whether more is better."""

    name: str
    aim: str
    shown: str
    more: bool = False


FIGURES = {
    "p50 20": Figure("20 deliveries a second: half are acknowledged within", "", "{:.1f} ms"),
    "p99 20": Figure("20 deliveries a second: 99 of 100 within", "at most 20 ms", "{:.1f} ms"),
    "p99 50": Figure("50 deliveries a second: 99 of 100 within", "", "{:.1f} ms"),
    "share 20": Figure("of a processor, 20 deliveries a second with their jobs", "", "{:.0%}"),
    "most": Figure("deliveries a second from 32 callers", "at least 500", "{:.0f}", more=True),
    "jobs": Figure("jobs a second", "at least 60", "{:.0f}", more=True),
    "share": Figure("of a processor, with nothing to do", "at most 1%", "{:.1%}"),
    "rest": Figure("memory at rest, without the child processes", "", "{:.0f} MB"),
    "load": Figure("memory under load, without the child processes", "", "{:.0f} MB"),
}
Figures = dict[str, float]
BARE = """
import hashlib, hmac, sys
import uvicorn
from fastapi import FastAPI, Request, Response
app = FastAPI()
SECRET = sys.argv[2].encode()
@app.get("/healthz")
async def healthz():
    return "ok"
@app.post("/webhooks/github")
async def webhook(request: Request):
    expected = "sha256=" + hmac.new(SECRET, await request.body(), hashlib.sha256).hexdigest()
    good = hmac.compare_digest(expected, request.headers.get("x-hub-signature-256", ""))
    return Response(status_code=202 if good else 401)
uvicorn.run(app, port=int(sys.argv[1]), log_level="error", access_log=False, timeout_keep_alive=20)
"""


def memory(process: int) -> float:
    """Return a process's resident memory in MB."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS:")).split()[1]) / 1024


def share(process: int, seconds: float = 10) -> float:
    """Return how much of a processor a process takes for some seconds."""
    before = _used(process)
    time.sleep(seconds)
    return (_used(process) - before) / seconds


def _used(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Caller:
    """Delivers over a connection that is kept, as GitHub does not: so that what is measured is the server."""

    def __init__(self, url: str) -> None:
        """Take the server's address."""
        self._connection = HTTPConnection(url.removeprefix("http://"), timeout=30)

    def deliver(self, number: int, repositories: int) -> float:
        """Deliver a change of an issue, and return the seconds until it was acknowledged."""
        repository = number % repositories
        payload = issues_payload(f"octo/site-{repository}", 1 + number // repositories, repository_id=1 + repository)
        payload["issue"]["body"] = "x" * 8000  # as large as GitHub's usually are
        headers, body = delivered("issues", payload)
        started = time.perf_counter()
        self._connection.request("POST", "/webhooks/github", body, headers)
        answer = self._connection.getresponse()
        answer.read()
        if answer.status != 202:  # noqa: PLR2004
            raise RuntimeError(f"status {answer.status}")
        return time.perf_counter() - started


def at_rate(url: str, rate: float, seconds: float, repositories: int = 100) -> list[float]:
    """Deliver at a steady rate; return the time of each acknowledgement."""
    local = threading.local()

    def one(number: int) -> float:
        if not hasattr(local, "caller"):
            local.caller = Caller(url)
        return float(local.caller.deliver(number, repositories))

    with ThreadPoolExecutor(8) as threads:
        found, started = [], time.perf_counter()
        for number in range(int(rate * seconds)):
            time.sleep(max(0.0, started + number / rate - time.perf_counter()))
            found.append(threads.submit(one, number))
        return [each.result() for each in found]


def at_most(url: str, seconds: float, callers: int = 4, repositories: int = 100) -> float:
    """Deliver as fast as it goes; return acknowledgements a second."""
    stop = time.perf_counter() + seconds

    def many(first: int) -> int:
        caller, count = Caller(url), 0
        while time.perf_counter() < stop:
            caller.deliver(first + callers * count, repositories)
            count += 1
        return count

    with ThreadPoolExecutor(callers) as threads:
        return sum(threads.map(many, range(callers))) / seconds


def acknowledgements(url: str, process: int) -> Figures:
    """Measure how deliveries are acknowledged, after a while of getting warm."""
    at_rate(url, 20, 5)
    found: Figures = {}
    for rate in (20, 50):
        before, started = _used(process), time.perf_counter()
        times = sorted(at_rate(url, rate, 15))
        found[f"share {rate}"] = (_used(process) - before) / (time.perf_counter() - started)
        found[f"p50 {rate}"], found[f"p99 {rate}"] = (
            statistics.median(times) * 1000,
            times[int(len(times) * 0.99)] * 1000,
        )
    return found | {"most": at_most(url, 5, 32)}


@contextmanager
def bare() -> Iterator[tuple[str, int]]:
    """Run the bare application; give its address and process."""
    port = free_port()
    with subprocess.Popen([sys.executable, "-c", BARE, str(port), SECRET]) as process:
        url = f"http://127.0.0.1:{port}"
        try:
            wait_for(lambda: _answers(port))
            yield url, process.pid
        finally:
            process.terminate()


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200  # noqa: PLR2004
    except OSError:
        return False
    finally:
        connection.close()


def limit() -> Figures:
    """Measure the bare application."""
    with bare() as (url, process):
        return {"rest": memory(process), "share": share(process), **acknowledgements(url, process)}


def server(database: str, folder: Path) -> Figures:
    """Measure the server on one store."""
    github = FakeGitHub(LOOK)
    environment = app_environment(
        GITHUB_API_URL=github.url, ALMANAC_DATABASE_URL=database, ALMANAC_LOG_LEVEL="error", ALMANAC_SWEEP_MINUTES="600"
    )
    made = Served(folder, environment, command=COMMAND)
    try:
        time.sleep(10)
        process = made.process.pid
        found = {"rest": memory(process), "share": share(process, 20)}
        found |= acknowledgements(made.url, process)
        found["load"] = memory(process)
        wait_for(lambda: _idle(github), 600, what="the end of all jobs")
        return found | {"jobs": jobs_a_second(made, github)}
    finally:
        made.stop()
        github.close()


def _idle(github: FakeGitHub) -> bool:
    before = github.looks
    time.sleep(4)
    return github.looks == before


def deliver_some(url: str, numbers: Iterable[int], repositories: int) -> None:
    """Deliver one after the other, over one connection."""
    caller = Caller(url)
    for number in numbers:
        caller.deliver(number, repositories)


def jobs_a_second(made: Served, github: FakeGitHub, count: int = 400) -> float:
    """Give the server so many jobs, of as many repositories, at once; return how many it does a second.

    The first and the last tenth do not count, in which not all workers have something to do.
    """
    before = github.looks
    with ThreadPoolExecutor(4) as threads:
        for place in range(4):
            threads.submit(deliver_some, made.url, range(place, count, 4), count)
        wait_for(lambda: github.looks > before + count // 10, 60)
        first, started = github.looks, time.perf_counter()
        wait_for(lambda: github.looks >= before + count * 9 // 10, 300)
        return (github.looks - first) / (time.perf_counter() - started)


def requests(records: int = 1000) -> None:
    """Count what a job costs on a site with many records, before and after its files are known."""
    print(f"requests to GitHub for a job, on a site with {records} records")
    with app_world() as world, tempfile.TemporaryDirectory() as folder:
        fill(world, records)
        environment = app_environment(GITHUB_API_URL=world.emulator.url, ALMANAC_LOG_LEVEL="error")
        made = Served(Path(folder), environment)
        try:
            wait_for(lambda: "swept" in made.look().text)
            world.hook.target = made.url
            steps: dict[str, Callable[[int], object]] = {
                "a new issue, nothing known": lambda _: None,
                "a new issue, files known": lambda _: None,
                "an edit": lambda number: world.edit_issue(number, body=answers(title="Stew", date="2022-02-22")),
                "an edit without effect": lambda number: world.edit_issue(number, title="Another title"),
            }
            number = 0
            for name, step in steps.items():
                world.emulator.proxy.requests.clear()
                if "new" in name:
                    number = world.file_issue("New", answers(title=name, date="2022-02-22"), labels=("event",))
                step(number)
                _quiet(world.emulator.proxy.requests)
                own = [one for one in world.emulator.proxy.requests if "/access_tokens" not in one.path]
                reads = sum(one.is_read for one in own)
                print(f"  {name:40}{reads} + {len(own) - reads} writes")
        finally:
            made.stop()


def _quiet(seen: Sequence[object]) -> None:
    """Wait until some requests were made, and then none for a while."""
    wait_for(lambda: seen)
    before = -1
    while before != len(seen):
        before = len(seen)
        time.sleep(3)


def one_round() -> Iterator[tuple[str, Figures]]:
    """Measure everything once."""
    with tempfile.TemporaryDirectory() as folder:
        yield "SQLite", server(f"sqlite:///{folder}/jobs.sqlite", Path(folder))
    cluster = Cluster()
    try:
        with tempfile.TemporaryDirectory() as folder:
            yield "PostgreSQL", server(cluster.database(), Path(folder))
    finally:
        cluster.close()
    yield "bare FastAPI, nothing stored", limit()


def table(best: Mapping[str, Figures]) -> list[str]:
    """Return the lines of the table."""
    lines = ["| measured | aim | " + " | ".join(best) + " |", "| --- " * (2 + len(best)) + "|"]
    for key, figure in FIGURES.items():
        cells = [figure.shown.format(found[key]) if key in found else "" for found in best.values()]
        lines.append(f"| {figure.name} | {figure.aim} | " + " | ".join(cells) + " |")
    return lines


def main() -> int:
    """Print the figures, and write them into the page if that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=("machine", "requests"), default="machine")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    if asked.what == "requests":
        requests()
        return 0
    best: dict[str, Figures] = {}
    for _ in range(asked.rounds):
        for name, found in one_round():
            before = best.setdefault(name, found)
            for key, figure in FIGURES.items():
                if key in found:
                    before[key] = (max if figure.more else min)(before[key], found[key])
            print(name, {key: round(value, 3) for key, value in found.items()}, flush=True)
    print("\n".join(table(best)))
    if asked.write:
        before_it, mark, rest = DOC.read_text().partition(BEGIN)
        DOC.write_text(before_it + mark + "\n" + "\n".join(table(best)) + "\n\n" + END + rest.partition(END)[2])
    return 0


if __name__ == "__main__":
    sys.exit(main())
