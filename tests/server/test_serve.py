"""Starting and stopping the process."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.proxy import Answer, Proxy, Request
from tests.server.serving import SECRET, Served, app_environment, ask, issues_payload, wait_for
from tests.server.torture import COMMAND


def refused(folder: Path, *arguments: str, **environment: str) -> str:
    """Start a server that cannot start; return what it says."""
    known = {name: value for name, value in os.environ.items() if not name.startswith(("ALMANAC_", "GITHUB_"))}
    done = subprocess.run(
        [sys.executable, "-m", "almanac", "serve", "--port", "0", *arguments],
        env={**known, "ALMANAC_DATA_DIR": str(folder), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert SECRET not in done.stderr
    return done.stderr


@pytest.mark.parametrize("name", ["ALMANAC_WEBHOOK_SECRET", "ALMANAC_PRIVATE_KEY", "ALMANAC_APP_ID"])
def test_an_app_without_all_it_needs_does_not_start(tmp_path: Path, name: str) -> None:
    assert name in refused(tmp_path, **app_environment(**{name: ""}))


def test_a_port_that_is_taken_is_said_so(tmp_path: Path) -> None:
    proxy = Proxy()
    port = proxy.url.rpartition(":")[2]
    assert port in refused(tmp_path, "--port", port, **app_environment())
    proxy.close()


def test_a_database_that_is_not_there_is_said_so_without_its_password(tmp_path: Path) -> None:
    url = "postgresql://almanac:hunter2@127.0.0.1:9/jobs"
    said = refused(tmp_path, **app_environment(ALMANAC_DATABASE_URL=url))
    assert "ALMANAC_DATABASE_URL" in said
    assert "hunter2" not in said


@pytest.mark.long
def test_it_stops_in_order_within_ten_seconds_though_a_job_hangs(tmp_path: Path) -> None:
    github = Proxy()

    def answer(request: Request) -> Answer:
        if "/look/octo/slow" in request.path:
            time.sleep(30)
        return Answer(200)

    github.trouble = answer
    environment = app_environment(GITHUB_API_URL=github.url)
    server = Served(tmp_path, environment, command=COMMAND)
    server.deliver("issues", issues_payload("octo/slow", 1))
    wait_for(lambda: any("/look/" in request.path for request in github.requests), what="the job's start")
    started = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(15) == 0
    assert time.monotonic() - started < 10
    assert "has stopped" in server.log.read_text()
    # What was left is done by the next process, without waiting for the first one to be missed.
    github.trouble = lambda _: Answer(200)
    github.requests.clear()
    again = Served(tmp_path, environment, command=COMMAND)
    wait_for(lambda: any("/look/octo/slow" in request.path for request in github.requests), what="the takeover")
    again.stop()
    github.close()


def test_the_data_folder_is_nobody_else_s(tmp_path: Path) -> None:
    server = Served(tmp_path, app_environment(GITHUB_API_URL="http://127.0.0.1:9"))
    assert ask(f"{server.url}/readyz").status == 200
    folder = tmp_path / "data"
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / "almanac.sqlite").stat().st_mode & 0o077 == 0
    server.stop()
