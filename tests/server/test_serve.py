"""Starting and stopping the process."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from almanac.errors import UserError
from almanac.server.serving import serve

from tests.proxy import Answer, Proxy, Request
from tests.server.serving import SECRET, Served, app_environment, ask, issues_payload, wait_for
from tests.server.torture import COMMAND


@pytest.mark.usefixtures("logs")
@pytest.mark.parametrize("name", ["ALMANAC_WEBHOOK_SECRET", "ALMANAC_PRIVATE_KEY", "ALMANAC_APP_ID"])
def test_an_app_without_everything_it_needs_does_not_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for key, value in app_environment(**{name: "", "ALMANAC_DATA_DIR": str(tmp_path)}).items():
        monkeypatch.setenv(key, value)
    with pytest.raises(UserError, match=name) as caught:
        serve("127.0.0.1", 0)
    assert SECRET not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


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


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    proxy = Proxy()
    port = proxy.url.rpartition(":")[2]
    assert port in refused(tmp_path, "--port", port, **app_environment())
    proxy.close()


def test_a_database_that_is_down_is_reported_without_its_password(tmp_path: Path) -> None:
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


@pytest.fixture(scope="module")
def idle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server without a status token that has nothing to do."""
    environment = app_environment(ALMANAC_STATUS_TOKEN="", GITHUB_API_URL="http://127.0.0.1:9")
    made = Served(tmp_path_factory.mktemp("idle"), environment)
    yield made
    assert made.stop() == 0


def test_other_users_cannot_read_the_data_folder(idle: Served) -> None:
    assert ask(f"{idle.url}/readyz").status == 200
    folder = idle.log.parent / "data"
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / "almanac.sqlite").stat().st_mode & 0o077 == 0


def test_without_a_token_the_status_page_is_off(idle: Served) -> None:
    answer = ask(idle.url, headers={"Authorization": "Basic bWU6"})
    assert answer.status == 403
    assert "ALMANAC_STATUS_TOKEN" in answer.text


def test_if_no_job_has_failed_there_is_nothing_to_retry(idle: Served) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "almanac", "jobs", "retry"],
        env=idle.environment,
        cwd=idle.log.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert "No job has failed" in done.stderr
