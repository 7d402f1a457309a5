"""A sweep of many quiet sites: `python -m benchmarks.sweeps [SITES] [PER_INSTALLATION]`; 10,000 and 10 if not given.

The sites are those of a fake GitHub, which answers after as long as GitHub's REST API usually takes (a log-normal
distribution with a median of 150 ms and a 99th percentile of 600 ms, seeded). The server's own part is the real one:
its registry on SQLite, its client, its threads. A sweep has to fit into the 15 minutes until the next one.
"""

import json
import math
import random
import resource
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from almanac.forge.github.app import AppInstallation, AppRepository, GitHubApp
from almanac.forge.github.files import BlobCache
from almanac.server.database import Registry, make_tables, open_engine
from almanac.server.pagework import SiteAccess
from almanac.server.sweeps import Sweeps

HEAD = "1" * 40
MEDIAN, SPREAD = 0.15, 0.6
"""Seconds, and the standard deviation of their logarithm."""


class Quiet(BaseHTTPRequestHandler):
    """Answers as GitHub does for sites on which nothing has happened."""

    protocol_version = "HTTP/1.1"
    requests, at_once, most = Counter[str](), Counter[str](), Counter[str]()
    lock, chance = threading.Lock(), random.Random(7)  # noqa: S311 -- nothing secret

    def do_GET(self) -> None:
        """Answer after a while."""
        path = urlsplit(self.path).path
        account = path.split("/")[2] if path.startswith("/repos/") else ""
        with self.lock:
            self.requests[account] += 1
            self.at_once[account] += 1
            self.most[account] = max(self.most[account], self.at_once[account])
            pause = self.chance.lognormvariate(0, SPREAD) * MEDIAN
        time.sleep(pause)
        answer: object = []
        if "/git/" in path or "/branches/" in path:
            answer = {"ref": "refs/heads/main", "object": {"sha": HEAD, "type": "commit"}, "commit": {"sha": HEAD}}
        data = json.dumps(answer).encode()
        with self.lock:
            self.at_once[account] -= 1
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class QuietApp(GitHubApp):
    """An App whose installations have the sites that the registry knows."""

    def __init__(self, installations: int) -> None:
        """Take how many accounts have installed it."""
        self._count = installations

    def installations(self) -> Iterator[AppInstallation]:
        """List them."""
        return (AppInstallation(number + 1, f"account-{number}", suspended=False) for number in range(self._count))

    def repositories(self, installation: int) -> None:
        """Say that those that are known are all."""

    def token(self, installation: int, repository: int | None = None) -> str:  # noqa: ARG002
        """Return a token that nobody checks."""
        return "ghs_quiet"


def main() -> int:
    """Sweep, and print how long that took and what it cost."""
    count, each = (int(sys.argv[place]) if len(sys.argv) > place else usual for place, usual in ((1, 10_000), (2, 10)))
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    httpd.daemon_threads = True
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{httpd.server_address[1]}"
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/sites.sqlite")
        make_tables(engine)
        registry, cache = Registry(engine), BlobCache(Path(folder) / "cache", 0)
        accounts = math.ceil(count / each)
        for number in range(accounts):
            account, mine = f"account-{number}", range(number * each, min((number + 1) * each, count))
            registry.add_installation(number + 1, account, "active")
            registry.add((AppRepository(place + 1, f"{account}/site-{place}", "main") for place in mine), number + 1)
        for site in registry.sites():
            registry.update(site.id, watermark="2026-03-04T12:00:00+00:00", head=HEAD, full_at=time.time())
        print(f"{count:,} quiet sites of {accounts:,} accounts")
        put: list[object] = []
        sweeps = Sweeps(
            QuietApp(accounts),
            registry,
            lambda token, site: SiteAccess(token, site.id, site.name, site.branch, url, None, cache).connect(),
            lambda *job, background: put.append((job, background)),
        )
        before, started = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
        sweeps.sweep()
        seconds, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF)
    used = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    total = sum(Quiet.requests.values())
    print(f"  swept in                          {seconds:8.1f} s, a sweep is due every 900 s")
    print(f"  processor time (with the fake)    {used:8.1f} s, {used / count * 1000:.1f} ms a site")
    print(f"  requests                          {total:8,}, {total / count:.1f} a site")
    print(f"  at once for one account, at most  {max(Quiet.most.values()):8}")
    print(f"  jobs asked for                    {len(put):8}")
    httpd.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
