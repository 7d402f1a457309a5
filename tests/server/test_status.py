"""The operator's page and commands, on a server that runs; and the page in a real browser."""

import base64
import html
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from almanac.errors import UserError
from almanac.server.serving import list_jobs, retry_jobs
from almanac.server.status import ago

from tests.browser import chromium
from tests.proxy import Answer, Proxy, Request
from tests.server.serving import (
    SECRET,
    STATUS_TOKEN,
    Answered,
    Served,
    app_environment,
    ask,
    issues_payload,
    private_key,
    wait_for,
)
from tests.server.torture import COMMAND

REASON = "The config names <b>no</b> page & ghs_0123456789abcdefghij is a token."


@pytest.fixture(scope="module")
def github() -> Iterator[Proxy]:
    """A fake GitHub where issue 13 of `octo/broken` cannot be done, until `mended` is among the requests."""
    proxy = Proxy()

    def answer(request: Request) -> Answer:
        broken = request.path == "/look/octo/broken/13" and not any(one.path == "/mended" for one in proxy.requests)
        return Answer(422, {"message": REASON}) if broken else Answer(200 if "/look/" in request.path else 404)

    proxy.trouble = answer
    yield proxy
    proxy.close()


@pytest.fixture(scope="module")
def server(github: Proxy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    made = Served(tmp_path_factory.mktemp("status"), app_environment(GITHUB_API_URL=github.url), command=COMMAND)
    yield made
    made.stop()


@pytest.fixture
def failed(server: Served, github: Proxy) -> str:
    """A job that has failed; return the page that shows it."""
    github.requests.clear()
    if "octo/broken, issue 13" not in failures(server.look().text):
        server.deliver("issues", issues_payload("octo/broken", 13, repository_id=2))
    wait_for(lambda: "octo/broken, issue 13" in failures(server.look().text), what="the failure")
    return server.look().text


def failures(text: str) -> str:
    return text.partition("<h2>Failures</h2>")[2].partition("<h2>")[0]


def fields(text: str) -> bytes:
    found = [re.search(f'name="{name}" value="([^"]+)"', text) for name in ("job", "seal")]
    assert all(found)
    job, seal = (html.unescape(one[1]) for one in found if one)
    return f"job={job.replace('#', '%23').replace('+', '%2B')}&seal={seal}".encode()


def basic(password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"me:{password}".encode()).decode()}


def press(server: Served, body: bytes, headers: dict[str, str]) -> Answered:
    return ask(f"{server.url}/retry", body, headers)


class TestWhoMayLook:
    @pytest.mark.parametrize(
        "headers",
        [
            {},
            basic("wrong"),
            basic(""),
            {"Authorization": "Bearer wrong"},
            {"Authorization": "Basic !!!"},
            {"Authorization": f"Digest {STATUS_TOKEN}"},
            {"Authorization": STATUS_TOKEN},
        ],
    )
    def test_nobody_without_the_token(self, server: Served, headers: dict[str, str]) -> None:
        answer = ask(server.url, headers=headers)
        assert answer.status == 401
        assert answer.headers["www-authenticate"].startswith("Basic ")
        assert "Installations" not in answer.text
        assert press(server, b"job=x&seal=y", headers).status == 401

    @pytest.mark.parametrize("headers", [basic(STATUS_TOKEN), {"Authorization": f"Bearer {STATUS_TOKEN}"}])
    def test_the_operator_as_browsers_and_programs_say_it(self, server: Served, headers: dict[str, str]) -> None:
        answer = ask(server.url, headers=headers)
        assert answer.status == 200
        assert "<h2>Failures</h2>" in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"


class TestFailures:
    def test_a_failure_is_shown_with_its_reason_and_nothing_secret(self, failed: str, server: Served) -> None:
        shown = failures(failed)
        assert "The config names &lt;b&gt;no&lt;/b&gt; page &amp; ***" in shown
        assert "ghs_0123456789" not in failed + server.log.read_text()

    def test_the_button_needs_its_seal(self, failed: str, server: Served) -> None:
        good = fields(failures(failed))
        for body in (b"", b"job=octo/broken%2313/x", good[:-1], good.replace(b"%2313", b"%2314"), b"\xff"):
            assert press(server, body, basic(STATUS_TOKEN)).status == 403

    def test_the_button_runs_the_job_again(self, failed: str, server: Served, github: Proxy) -> None:
        ask(f"{github.url}/mended")
        answer = press(server, fields(failures(failed)), basic(STATUS_TOKEN))
        assert (answer.status, answer.headers["location"]) == (303, "/")
        wait_for(lambda: "octo/broken" not in failures(server.look().text), what="the retry")
        assert press(server, fields(failures(failed)), basic(STATUS_TOKEN)).status == 404


class TestCommands:
    @pytest.fixture(autouse=True)
    def _same_environment(self, server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in server.environment.items():
            if name.startswith(("ALMANAC_", "GITHUB_")):
                monkeypatch.setenv(name, value)

    def test_jobs_are_listed_and_tried_again(
        self, failed: str, server: Served, github: Proxy, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert failed
        assert list_jobs(as_json=True) == 0
        listed = json.loads(capsys.readouterr().out)
        found = next(one for one in listed["failed"] if one["repository"] == "octo/broken")
        assert found["issue"] == 13
        assert found["reason"].startswith("The config names")
        assert list_jobs(as_json=False) == 0
        plain = capsys.readouterr().out
        assert found["reference"] in plain
        assert "The config names" in plain
        ask(f"{github.url}/mended")
        command = [sys.executable, "-m", "almanac", "jobs", "retry", found["reference"]]
        done = subprocess.run(command, env=server.environment, capture_output=True, check=False)
        # If a look at all issues of the site was quicker, there is indeed nothing left to try again.
        assert list_jobs(as_json=True) == 0
        assert done.returncode == 0 or found["reference"] not in capsys.readouterr().out
        wait_for(lambda: "octo/broken" not in failures(server.look().text), what="the retry")

    @pytest.mark.usefixtures("server")
    def test_a_job_that_does_not_exist_is_named(self) -> None:
        with pytest.raises(UserError, match="NOSUCHJB"):
            retry_jobs(["NOSUCHJB"])

    def test_before_the_first_start_there_are_none(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("ALMANAC_DATA_DIR", str(tmp_path / "none"))
        assert list_jobs(as_json=False) == 0
        assert "no jobs" in capsys.readouterr().err
        assert list_jobs(as_json=True) == 0
        assert json.loads(capsys.readouterr().out) == {"failed": [], "waiting": []}
        with pytest.raises(UserError, match="no jobs"):
            retry_jobs([])
        assert not (tmp_path / "none").exists()


def test_names_lead_to_github_and_chores_are_folded(failed: str, github: Proxy) -> None:
    link = f'<a href="{github.url}/octo/broken/issues/13">octo/broken, issue 13</a>'
    assert link in failures(failed)
    assert re.search(r'<time datetime="\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ" title="[^"]+UTC">just now</time>', failed)
    before, _, folded = failed.partition("<details>")
    assert "maintenance: sweep" in folded
    assert "maintenance" not in before.partition("<h2>Recently done</h2>")[2]
    assert re.search(r"<title>1 hours? ago: [1-9]\d* asked for, \d+ done, [1-9]\d* failed</title>", failed)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-3, "just now"), (59, "just now"), (60, "1 minute ago"), (7199, "1 hour ago"), (200_000, "2 days ago")],
)
def test_it_says_how_long_ago_something_was(seconds: float, words: str) -> None:
    assert ago(seconds) == words


def test_nothing_secret_is_logged(server: Served) -> None:
    server.deliver("issues", issues_payload("octo/site", 1))
    logged = server.log.read_text()
    assert "octo/site" in logged
    for secret in (SECRET, STATUS_TOKEN, private_key().splitlines()[5]):
        assert secret not in logged


@pytest.mark.browser
def test_the_page_in_a_browser(failed: str, server: Served, tmp_path: Path) -> None:
    assert failed
    picture = tmp_path / "status.png"
    done = subprocess.run(
        [
            *(chromium(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
            *(f"--user-data-dir={tmp_path / 'profile'}", "--window-size=1100,1200", f"--screenshot={picture}"),
            *("--enable-logging=stderr", "--virtual-time-budget=2000", "--dump-dom"),
            server.url.replace("http://", f"http://me:{STATUS_TOKEN}@"),
        ],
        env={**os.environ, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "octo/broken, issue 13" in done.stdout
    assert "<b>no</b>" not in done.stdout
    # What the policy forbids, the style above all, the browser would complain about.
    assert "Content Security Policy" not in done.stderr
    assert picture.stat().st_size > 10_000
