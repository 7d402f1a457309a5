"""The work on the files of sites is in processes that the server can kill, and it answers meanwhile."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from multiprocessing import Pipe
from pathlib import Path
from types import SimpleNamespace

import pytest
from almanac.defaults import load_messages
from almanac.engine.run import Done
from almanac.errors import ForgeError
from almanac.forge.github.client import Usage
from almanac.forge.github.files import BlobCache
from almanac.proposal.state import Base, Plan
from almanac.server import children as module
from almanac.server import pagework
from almanac.server.children import Children
from almanac.server.jobs import CutOff, JobStore, Postponed
from almanac.server.pagework import PageWork, PageWorkError, SiteAccess

from tests.proxy import Answer, Proxy, Request
from tests.server import burning
from tests.server.burning import PAGE, SHORT, child
from tests.server.github import AppWorld
from tests.server.serving import Served, app_environment, ask, issues_payload, wait_for
from tests.server.test_worker import Bench

SERVE = (sys.executable, "-m", "tests.server.burning", "serve")


def work(name: str, issue: int | None = 12) -> PageWork:
    return PageWork(SiteAccess("ghs_secret", 1, name, "main", "", None, BlobCache(Path("/nowhere"), 0)), issue)


@pytest.fixture(scope="module")
def pretending() -> Iterator[Children]:
    made = Children(child(burning.pretending))
    yield made
    made.close()


def descriptors() -> int:
    """Count this process's open files, where the system tells."""
    listed = Path("/proc/self/fd")
    return len(list(listed.iterdir())) if listed.exists() else 0


class TestChildren:
    def test_one_process_does_one_job_after_the_other(self, pretending: Children) -> None:
        first, second = (pretending.perform(work("octo/fast")).result["reason"] for _ in range(2))
        assert first == second != str(os.getpid())

    def test_a_large_server_does_not_make_its_children_large(self, pretending: Children) -> None:
        ballast = b"x" * pagework.MOST_MEMORY
        processes = {pretending.perform(work("octo/fast")).result["reason"] for _ in range(3)}
        assert len(processes) == 1
        assert ballast

    @pytest.mark.parametrize(
        ("name", "why"), [("octo/silent", "no sign of life for 1 seconds"), ("octo/dying", "ended with status 3")]
    )
    def test_one_that_comes_to_no_end_is_replaced(
        self, pretending: Children, name: str, why: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = pretending.perform(work("octo/fast")).result
        with monkeypatch.context() as patched:
            patched.setattr(module, "SECONDS", 1)
            with pytest.raises(CutOff, match=f"issue 12, last on {PAGE}, .*{why}") as caught:
                pretending.perform(work(name))
        assert caught.value.issue == 12
        assert pretending.perform(work("octo/fast")).result != before

    def test_after_a_while_another_process_takes_over(
        self, pretending: Children, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before, opened = pretending.perform(work("octo/fast")).result, descriptors()
        monkeypatch.setattr(module, "IDLE", 0)
        assert pretending.perform(work("octo/fast")).result != before
        assert descriptors() == opened

    def test_after_some_jobs_the_process_ends(self, pretending: Children) -> None:
        before, opened = pretending.perform(work("octo/fast")).result, descriptors()
        assert pretending.perform(work("octo/fat")).last
        assert pretending.perform(work("octo/fast")).result != before
        assert descriptors() == opened

    def test_a_process_that_cannot_begin_cuts_nothing_off(self) -> None:
        with (
            closing(Children(child(burning.broken))) as made,
            pytest.raises(PageWorkError, match="ended with status 0"),
        ):
            made.perform(work("octo/fast"))

    def test_once_closed_they_take_no_more(self) -> None:
        made = Children(child(burning.pretending))
        made.close()
        with pytest.raises(Postponed):
            made.perform(work("octo/fast"))

    def test_none_outlives_the_server(self) -> None:
        ours, theirs = Pipe()
        with theirs:
            process = subprocess.Popen(child(burning.pretending), stdin=theirs.fileno())
        ours.send(work("octo/silent"))
        assert ours.recv() == 12
        ours.close()
        assert process.wait(10) == 0


def look_at_all(monkeypatch: pytest.MonkeyPatch, *done: Done) -> pagework.Worked:
    """Look at all issues of a repository where this becomes of them."""
    forge = SimpleNamespace(base=lambda: Base("main", "0" * 40), close=lambda: None, usage=Usage(0, None))
    monkeypatch.setattr(SiteAccess, "connect", lambda _: forge)
    monkeypatch.setattr(pagework, "reconcile_all", lambda *_, **__: iter(done))
    return pagework.perform(work("octo/site", None), load_messages(), lambda _: None)


def test_what_belongs_to_no_issue_gets_no_job_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = [Done(Plan(number, None, "It failed."), None, ForgeError("No.")) for number in (0, 12)]
    worked = look_at_all(monkeypatch, *refused)
    assert (worked.error, worked.failed) == (None, (12,))
    assert worked.result["reason"] == "Looked at 2 issues; 2 failed."


def test_what_belongs_to_no_issue_is_tried_again_with_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    down = Done(Plan(0, None, "It failed."), None, ForgeError("GitHub is down.", passing=True))
    worked = look_at_all(monkeypatch, down, Done(Plan(12, "unchanged", "It is up to date.")))
    assert (str(worked.error), worked.head) == ("GitHub is down.", "")


@pytest.mark.emulator
def test_an_issue_that_is_cut_off_among_all_is_tried_by_itself_and_the_file_is_named(
    world: AppWorld, tmp_path: Path
) -> None:
    with closing(Children(child(burning.burning_page))) as made:
        bench = Bench(world, tmp_path, made)
        number = bench.file()
        assert bench.look(None)["reason"] == "Looked at 1 issue; 1 failed."
        assert [job.issue for job in bench.more] == [number]
        with pytest.raises(CutOff, match=f"issue {number}, last on {PAGE}, took more than"):
            bench.look(number)


# ---------------------------------------------------------------- the server


def answer(_: Request) -> Answer:
    """Give the App its name and its tokens, and have every site poisoned; sweeps learn nothing from it."""
    expires = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    return Answer(200, {"slug": "almanac-test", "token": "ghs_x1", "expires_at": expires})


@pytest.fixture
def github() -> Iterator[Proxy]:
    """The GitHub of these sites."""
    made = Proxy()
    made.trouble = answer
    yield made
    made.close()


def started(github: Proxy, repository: str) -> int:
    """Wait until a child of the server's works on a repository, and return its process."""
    asked = f"/poisoned/{repository}/"
    found = wait_for(lambda: [one.path for one in github.requests if asked in one.path], what=f"work on {repository}")
    return int(found[0].rpartition("/")[2])


def test_a_poisoned_site_harms_no_other_and_does_not_keep_the_server(tmp_path: Path, github: Proxy) -> None:
    server = Served(tmp_path, app_environment(GITHUB_API_URL=github.url), command=SERVE)
    with closing(JobStore(f"sqlite:///{tmp_path / 'data' / 'almanac.sqlite'}")) as store:
        server.deliver("issues", issues_payload("octo/slow", 1))
        started(github, "octo/slow")
        server.deliver("issues", issues_payload("octo/fast", 2, repository_id=2))
        slowest, answers = 0.0, 0
        while not store.failed():
            before = time.monotonic()
            assert ask(f"{server.url}/healthz").status == 200
            slowest, answers = max(slowest, time.monotonic() - before), answers + 1
            time.sleep(0.02)
        # A server that did the work itself would not answer for at least that long.
        assert slowest < SHORT, f"one of {answers} answers took {slowest} seconds"
        assert [one.job.subject for one in store.recent() if one.result["outcome"] == "updated"] == ["octo/fast#2"]
        failed = store.failed()[0]
        assert f"issue 1, last on {PAGE}, took more than" in failed.reason
        assert "This happened 2 times." in failed.reason
        assert PAGE in server.look().text

        github.trouble = lambda request: Answer(404) if "/poisoned/" in request.path else answer(request)
        store.retry(failed.job.reference)
        wait_for(lambda: not store.failed(), what="the job, now that the page is mended")

        github.trouble = answer
        server.deliver("issues", issues_payload("octo/endless", 3, repository_id=3))
        process = started(github, "octo/endless")
        before = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - before < 10
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)
        given_back = [one for one in store.waiting() if one.job.subject == "octo/endless#3"]
        assert [(one.tries, one.cuts) for one in given_back] == [(0, 0)]
        assert store.running() == []
