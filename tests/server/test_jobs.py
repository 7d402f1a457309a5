"""The contract of the job layer, on both stores. Another engine would have to keep it."""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from almanac.errors import ForgeError, UserError
from almanac.server.database import PROCESSES, open_engine
from almanac.server.jobs import (
    MAINTENANCE,
    CutOff,
    Job,
    Jobs,
    JobStore,
    JobTiming,
    PermanentError,
    Postponed,
    Result,
    job_about,
)
from dbos import _core
from dbos._sys_db import SystemDatabase

from tests.server.serving import wait_for

# No debounce and no delays: the engine counts those in whole seconds.
QUICK = JobTiming(debounce=0, delays=(0, 0), cut_delay=0, longest=1, gap=0.01, beat=0.1, patience=1.5)
SITE = job_about("octo/site", 12)
_numbers = itertools.count(1)


def succeed(_: Job) -> Result:
    return {"outcome": "updated", "reason": "It was done."}


def change(url: str, statement: str, **values: Any) -> None:
    """Change the engine's own tables of jobs, by whose names `dbos.` is meant to stand."""
    engine = open_engine(url)
    prefix = "" if engine.dialect.name == "sqlite" else "dbos."
    with engine.begin() as connection:
        connection.execute(sa.text(statement.replace("dbos.", prefix)), values)
    engine.dispose()


class Runner:
    """Jobs, and what was done with them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.jobs = Jobs(url, QUICK)
        self.done: list[str] = []
        self.given_up: list[tuple[str, str]] = []
        self.act: Callable[[Job], Result] = succeed

    def start(self) -> None:
        self.jobs.start(self.perform, lambda job, reason: self.given_up.append((str(job), reason)))

    def perform(self, job: Job) -> Result:
        self.done.append(str(job))
        return self.act(job)

    def idle(self) -> bool:
        """Tell whether no job is left: while one looks, a job may begin, or may end and leave another one waiting."""
        store, before = self.jobs.store, len(self.done)
        return not store.running() and not store.waiting() and not store.running() and len(self.done) == before

    def settle(self) -> None:
        wait_for(self.idle, what="the end of all jobs")

    def clear(self) -> None:
        """Forget all that was. What is due soon is done first: it could begin while it is dropped."""
        self.act = succeed
        store, soon = self.jobs.store, time.time() + 5
        store.cancel(kept.job for kept in store.waiting(None) if kept.due and kept.due > soon)
        self.settle()
        for table in ("workflow_status", "workflow_input", "workflow_output"):
            change(self.url, f"DELETE FROM dbos.{table}")  # noqa: S608
        self.done.clear()
        self.given_up.clear()


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def started(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """Jobs that run, on either store: starting and stopping them takes its time."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('jobs') / 'jobs.sqlite'}"
    else:
        url = request.getfixturevalue("cluster").database()
    made = Runner(url)
    made.start()
    yield made
    made.jobs.stop(0)


@pytest.fixture
def runner(started: Runner) -> Runner:
    started.clear()
    return started


class TestTaking:
    def test_a_job_is_done_once_however_often_its_delivery_comes(self, runner: Runner) -> None:
        assert runner.jobs.store.put(SITE, "one")
        assert not runner.jobs.store.put(SITE, "one")
        runner.settle()
        assert not runner.jobs.store.put(SITE, "one")
        runner.settle()
        assert runner.done == ["octo/site#12/one"]

    def test_a_burst_becomes_one_run_or_two(self, runner: Runner) -> None:
        for number in range(30):
            runner.jobs.store.put(SITE, f"burst-{number}", delay=1)
        runner.settle()
        assert 1 <= len(runner.done) <= 2

    def test_other_issues_of_the_repository_are_not_swallowed(self, runner: Runner) -> None:
        for number in (1, 12, 123):
            runner.jobs.store.put(job_about("octo/site", number), "same")
        runner.jobs.store.put(job_about("octo/site", None), "same")
        runner.settle()
        assert sorted(runner.done) == [f"octo/site#{what}/same" for what in ("1", "12", "123", "all")]

    def test_a_change_during_a_job_gets_another_look(self, runner: Runner) -> None:
        running, go_on = threading.Event(), threading.Event()

        def act(_: Job) -> Result:
            running.set()
            assert go_on.wait(10)
            return {"outcome": "updated"}

        runner.act = act
        runner.jobs.store.put(SITE, "first")
        assert running.wait(10)
        runner.jobs.store.put(SITE, "second")
        go_on.set()
        runner.settle()
        assert runner.done == ["octo/site#12/first", "octo/site#12/second"]

    def test_many_at_once(self, runner: Runner) -> None:
        threads = [
            threading.Thread(target=lambda n=n: [runner.jobs.store.put(job_about(f"o/{n}", i), "g") for i in range(5)])
            for n in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        runner.settle()
        assert Counter(runner.done) == Counter(f"o/{n}#{i}/g" for n in range(8) for i in range(5))


class TestOrder:
    def test_one_repository_has_one_job_at_a_time_and_others_go_on(self, runner: Runner) -> None:
        busy: Counter[str] = Counter()
        most: Counter[str] = Counter()
        together = 0
        lock = threading.Lock()

        def act(job: Job) -> Result:
            nonlocal together
            with lock:
                busy[job.repository] += 1
                most[job.repository] = max(most[job.repository], busy[job.repository])
                together = max(together, busy.total())
            time.sleep(0.2)
            with lock:
                busy[job.repository] -= 1
            return {"outcome": "updated"}

        runner.act = act
        for number in range(4):
            for repository in ("a/a", "b/b", "c/c"):
                runner.jobs.store.put(job_about(repository, number), "g")
        runner.settle()
        assert len(runner.done) == 12
        assert set(most.values()) == {1}
        assert together == 3

    def test_a_delivery_goes_before_what_a_sweep_found(self, runner: Runner) -> None:
        go_on = threading.Event()

        def act(_: Job) -> Result:
            assert go_on.wait(30)
            return {"outcome": "updated"}

        runner.act = act
        runner.jobs.store.put(SITE, "now")
        wait_for(lambda: runner.done)
        for number in range(3):
            runner.jobs.store.put(job_about("octo/site", number), "sweep", background=True)
        runner.jobs.store.put(job_about("octo/site", 9), "delivery")
        go_on.set()
        runner.settle()
        assert runner.done[:2] == ["octo/site#12/now", "octo/site#9/delivery"]
        assert len(runner.done) == 5


class TestFailing:
    def test_a_failure_is_tried_again_and_then_kept_with_its_reason(self, runner: Runner) -> None:
        def act(_: Job) -> Result:
            raise ForgeError("GitHub has trouble.", passing=True)

        runner.act = act
        runner.jobs.store.put(SITE, "one")
        failed = wait_for(runner.jobs.store.failed, what="giving up")
        assert runner.done == ["octo/site#12/one", "octo/site#12/one+1", "octo/site#12/one+2"]
        assert [(str(kept.job), kept.reason) for kept in failed] == [("octo/site#12/one+2", "GitHub has trouble.")]
        assert runner.given_up == [("octo/site#12/one+2", "GitHub has trouble.")]

    def test_a_failure_that_passes_leaves_nothing_behind(self, runner: Runner) -> None:
        def act(_: Job) -> Result:
            if len(runner.done) == 1:
                raise RuntimeError("once")
            return {"outcome": "updated"}

        runner.act = act
        runner.jobs.store.put(SITE, "one")
        wait_for(lambda: len(runner.done) == 2)
        runner.settle()
        assert runner.jobs.store.failed() == []
        assert runner.given_up == []

    def test_a_permanent_failure_is_not_tried_again(self, runner: Runner) -> None:
        def act(_: Job) -> Result:
            raise PermanentError("The config is broken.")

        runner.act = act
        runner.jobs.store.put(SITE, "one")
        wait_for(runner.jobs.store.failed)
        assert len(runner.done) == 1

    def test_a_later_success_forgets_the_failure(self, runner: Runner) -> None:
        runner.act = self._fail_for_good
        runner.jobs.store.put(SITE, "one")
        wait_for(runner.jobs.store.failed)
        runner.act = lambda _: {"outcome": "updated"}
        runner.jobs.store.put(SITE, "two")
        wait_for(lambda: not runner.jobs.store.failed(), what="forgetting")

    def test_a_redelivery_of_what_failed_is_done_once_more(self, runner: Runner) -> None:
        runner.act = self._fail_for_good
        runner.jobs.store.put(SITE, "one")
        wait_for(runner.jobs.store.failed)
        assert runner.jobs.store.put(SITE, "one")
        assert not runner.jobs.store.put(SITE, "one")
        wait_for(lambda: len(runner.done) == 2)
        wait_for(runner.idle)
        assert runner.done == ["octo/site#12/one", "octo/site#12/one+1"]
        assert runner.jobs.store.put(SITE, "one")
        wait_for(lambda: runner.done[-1] == "octo/site#12/one+2")

    def test_a_redelivery_of_what_was_left_to_a_job_that_failed_counts_as_new(self, runner: Runner) -> None:
        runner.act = self._fail_for_good
        runner.jobs.store.put(SITE, "one", delay=1)
        runner.jobs.store.put(SITE, "two", delay=1)
        wait_for(runner.jobs.store.failed)
        wait_for(runner.idle)
        assert len(runner.done) == 1
        dropped = ({"one", "two"} - {runner.done[0].rpartition("/")[2]}).pop()
        assert runner.jobs.store.put(SITE, dropped)

    def test_a_sweep_does_not_repeat_what_failed(self, runner: Runner) -> None:
        runner.act = self._fail_for_good
        runner.jobs.store.put(SITE, "one")
        wait_for(runner.jobs.store.failed)
        assert not runner.jobs.store.put(SITE, "one", background=True)

    @pytest.mark.parametrize("by", ["name", "reference"])
    def test_a_failed_job_is_run_again_by_hand(self, runner: Runner, by: str) -> None:
        runner.act = self._fail_for_good
        runner.jobs.store.put(SITE, "one")
        failed = wait_for(runner.jobs.store.failed)[0]
        runner.act = lambda _: {"outcome": "updated"}
        runner.jobs.store.retry(str(failed.job) if by == "name" else failed.job.reference)
        assert runner.jobs.store.failed() == []
        wait_for(lambda: runner.done[-1] == "octo/site#12/one+1")
        runner.settle()
        with pytest.raises(UserError, match="no failed job"):
            runner.jobs.store.retry(str(failed.job))

    @staticmethod
    def _fail_for_good(_: Job) -> Result:
        raise PermanentError("It is hopeless.")


class TestWaiting:
    def test_waiting_does_not_count_as_failing(self, runner: Runner) -> None:
        def act(_: Job) -> Result:
            if len(runner.done) < 6:
                raise Postponed(0, "GitHub takes no more requests.")
            return {"outcome": "updated"}

        runner.act = act
        runner.jobs.store.put(SITE, "one")
        wait_for(lambda: len(runner.done) == 6)
        runner.settle()
        assert runner.jobs.store.failed() == []

    def test_one_that_waits_holds_no_other_up(self, runner: Runner) -> None:
        def act(job: Job) -> Result:
            if job.repository == "octo/paused":
                raise Postponed(60, "GitHub takes no more requests.")
            return {"outcome": "updated"}

        runner.act = act
        runner.jobs.store.put(job_about("octo/paused", 1), "g")
        runner.jobs.store.put(SITE, "g")
        wait_for(lambda: "octo/site#12/g" in runner.done)
        waiting = wait_for(runner.jobs.store.waiting)
        assert [str(kept.job) for kept in waiting] == ["octo/paused#1/g+1"]
        assert waiting[0].due
        assert waiting[0].due > time.time() + 30


class TestCommands:
    @staticmethod
    def said(comment: int) -> Job:
        return job_about("octo/site", 12, comment)

    def test_one_that_failed_for_a_moment_is_not_overtaken_by_a_later_one(self, runner: Runner) -> None:
        """What is said last has to win, in whatever order it comes."""
        store = JobStore(runner.url)
        store.follow(self.said(34)._replace(guid="first"), 1, 2)
        store.close()
        runner.jobs.store.put(self.said(35), "second")
        wait_for(lambda: len(runner.done) == 2, what="both commands")
        assert runner.done == ["octo/site#12.said.34/first+1", "octo/site#12.said.35/second+1"]

    def test_nothing_else_waits_for_it_and_no_command_for_long(self, runner: Runner) -> None:
        store = JobStore(runner.url)
        store.follow(self.said(34)._replace(guid="first"), 5, 3600)
        store.close()
        for job in (self.said(35), SITE):
            runner.jobs.store.put(job, "g")
        runner.jobs.store.put(job_about("octo/site", 1, 36), "g")
        wait_for(lambda: len(runner.done) == 3)
        assert not any(job.endswith("+1") for job in runner.done)


class TestSurviving:
    def test_the_jobs_of_a_dead_process_are_handed_on_once(self, runner: Runner) -> None:
        stuck(runner, SITE, "one")
        wait_for(lambda: "octo/site#12/one+1" in runner.done, what="the takeover")
        runner.settle()
        time.sleep(1)
        assert runner.done.count("octo/site#12/one+1") == 1

    def test_a_job_that_kills_every_process_is_given_up(self, runner: Runner) -> None:
        stuck(runner, SITE, "one", tries=len(QUICK.delays))
        failed = wait_for(runner.jobs.store.failed, what="giving up")
        assert "again and again" in failed[0].reason
        assert runner.done == []

    def test_a_living_process_keeps_its_jobs(self, runner: Runner) -> None:
        go_on = threading.Event()

        def act(_: Job) -> Result:
            assert go_on.wait(20)
            return {"outcome": "updated"}

        runner.act = act
        runner.jobs.store.put(SITE, "one")
        wait_for(lambda: runner.done)
        time.sleep(2 * QUICK.patience)
        go_on.set()
        runner.settle()
        assert runner.done == ["octo/site#12/one"]

    def test_the_dead_are_forgotten(self, runner: Runner) -> None:
        stuck(runner, SITE, "one")
        engine = open_engine(runner.url)

        def alone() -> bool:
            with engine.connect() as connection:
                return list(connection.execute(sa.select(PROCESSES.c.id)).scalars()) == [runner.jobs.heartbeat.id]

        wait_for(alone, what="forgetting the dead process")
        engine.dispose()


class TestLost:
    """A job that a process took and does not run holds up its repository until something is done about it."""

    @pytest.fixture(autouse=True)
    def others_go_on(self, runner: Runner) -> Iterator[None]:
        """Whatever becomes of the lost one, other jobs of its repository and of others are done."""
        yield
        after = [job_about("octo/site", 13), job_about("octo/other", 1)]
        for job in after:
            runner.jobs.store.put(job, "after")
        runner.settle()
        assert {f"{job.subject}/after" for job in after} <= set(runner.done)

    @staticmethod
    def break_once(patch: pytest.MonkeyPatch, owner: object, name: str, *, late: bool = False) -> None:
        """Have a function of the engine's fail the next time that it's called: before it does anything, or after."""
        real, left = getattr(owner, name), iter((True,))

        def broken(*args: Any, **more: Any) -> Any:
            fails = next(left, False) if not late else False
            if fails:
                raise sa.exc.OperationalError("SELECT 1", {}, Exception("the database is away"))
            result = real(*args, **more)
            if late and result and next(left, False):
                raise sa.exc.OperationalError("COMMIT", {}, Exception("the answer was lost"))
            return result

        patch.setattr(owner, name, broken)

    @pytest.mark.parametrize(
        ("owner", "name", "late"),
        [
            pytest.param(_core, "execute_dequeued_workflow", False, id="not started"),
            pytest.param(SystemDatabase, "get_workflow_statuses", False, id="the store is away before it starts"),
            pytest.param(SystemDatabase, "start_queued_partitioned_workflows", True, id="nobody was told of it"),
        ],
    )
    def test_it_is_run_again(
        self, runner: Runner, monkeypatch: pytest.MonkeyPatch, owner: object, name: str, late: bool
    ) -> None:
        self.break_once(monkeypatch, owner, name, late=late)
        runner.jobs.store.put(SITE, "one")
        runner.settle()
        assert runner.done == ["octo/site#12/one+1"]
        assert runner.given_up == []

    def test_what_became_of_it_could_not_be_stored(self, runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
        real, left = SystemDatabase.update_workflow_outcome, iter((True,))

        def broken(*args: Any, **more: Any) -> Any:
            if next(left, False):
                raise RuntimeError("the thread dies")
            return real(*args, **more)

        monkeypatch.setattr(SystemDatabase, "update_workflow_outcome", broken)
        runner.jobs.store.put(SITE, "one")
        runner.settle()
        assert runner.done == ["octo/site#12/one", "octo/site#12/one+1"]

    def test_one_that_can_never_be_started_fails_with_a_report(
        self, runner: Runner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = _core.execute_dequeued_workflow

        def broken(engine: Any, status: Any, owner: str) -> Any:
            if status["workflow_uuid"].startswith("octo/site#12/"):
                raise RuntimeError("no more threads")
            return real(engine, status, owner)

        monkeypatch.setattr(_core, "execute_dequeued_workflow", broken)
        runner.jobs.store.put(SITE, "one")
        failed = wait_for(runner.jobs.store.failed, what="giving up")
        assert [(str(one.job), "could not start this job" in one.reason) for one in failed] == [
            ("octo/site#12/one+2", True)
        ]
        assert [job for job, _ in runner.given_up] == ["octo/site#12/one+2"]
        monkeypatch.undo()
        runner.jobs.store.retry(str(failed[0].job))
        runner.settle()
        assert runner.done == ["octo/site#12/one+3"]

    def test_one_that_a_later_version_named_differently_is_looked_at(self, runner: Runner) -> None:
        with self.held_back(runner):
            change(
                runner.url, "UPDATE dbos.workflow_status SET name = 'later' WHERE workflow_uuid = 'octo/site#12/one'"
            )
        wait_for(lambda: runner.done == ["octo/site#12/one+1"])

    def test_one_whose_numbers_cannot_be_read_is_listed_as_failed(self, runner: Runner) -> None:
        with self.held_back(runner):
            for table in ("workflow_status", "workflow_input"):
                change(runner.url, f"UPDATE dbos.{table} SET inputs = '[' WHERE workflow_uuid = 'octo/site#12/one'")  # noqa: S608
        failed = wait_for(runner.jobs.store.failed, what="giving up")
        assert [str(one.job) for one in failed] == ["octo/site#12/one"]

    @staticmethod
    @contextmanager
    def held_back(runner: Runner) -> Iterator[None]:
        """Change the stored job before it is taken."""
        store = JobStore(runner.url)
        store.put(SITE, "one", delay=3600)
        store.close()
        yield
        statement = "UPDATE dbos.workflow_status SET delay_until_epoch_ms = 1 WHERE workflow_uuid = 'octo/site#12/one'"
        change(runner.url, statement)


def stuck(runner: Runner, job: Job, guid: str, tries: int = 0) -> None:
    """Leave a job as a process does that dies while it runs it."""
    store = JobStore(runner.url)
    store.follow(job._replace(guid=guid, run=-1), tries, 3600)
    store.close()
    dead = f"dead-{next(_numbers)}"
    change(runner.url, "INSERT INTO almanac_processes (id, beats) VALUES (:dead, 7)", dead=dead)
    statement = "UPDATE dbos.workflow_status SET status = 'PENDING', executor_id = :dead WHERE workflow_uuid = :name"
    change(runner.url, statement, dead=dead, name=f"{job.subject}/{guid}")


def test_old_jobs_are_deleted_and_young_ones_are_not(runner: Runner) -> None:
    for number in range(3):
        runner.jobs.store.put(job_about("octo/site", number), "g")
    wait_for(lambda: len(runner.done) == 3)
    runner.settle()
    four_days_ago = int((time.time() - 4 * 86_400) * 1000)
    change(
        runner.url,
        "UPDATE dbos.workflow_status SET completed_at = :then WHERE workflow_uuid = 'octo/site#0/g'",
        then=four_days_ago,
    )
    assert runner.jobs.store.clean() == 1
    assert {str(kept.job) for kept in runner.jobs.store.recent()} == {"octo/site#1/g", "octo/site#2/g"}


@pytest.mark.parametrize("name", ["octo/site#12/one/2", "octo/site#12/one/2+1"])
def test_a_job_that_waits_during_an_upgrade_is_done(runner: Runner, name: str) -> None:
    """Earlier versions put a number behind a slash when a delivery came again after it had failed for good."""
    store = JobStore(runner.url)
    store.put(Job("octo/site", "12"), "old", delay=3600)
    store.close()
    for table in ("workflow_status", "workflow_input"):
        statement = f"UPDATE dbos.{table} SET workflow_uuid = :name WHERE workflow_uuid = 'octo/site#12/old'"  # noqa: S608
        change(runner.url, statement, name=name)
    change(
        runner.url, "UPDATE dbos.workflow_status SET delay_until_epoch_ms = 1 WHERE workflow_uuid = :name", name=name
    )
    wait_for(lambda: runner.done == [name])
    runner.settle()
    assert runner.jobs.store.recent()[0].result["outcome"] == "updated"


def test_a_job_that_another_process_stored_is_found(runner: Runner) -> None:
    store = JobStore(runner.url)
    store.put(SITE, "one")
    store.close()
    wait_for(lambda: runner.done == ["octo/site#12/one"], 10 * QUICK.longest)


def test_a_maintenance_job_that_no_longer_exists_is_skipped(runner: Runner) -> None:
    runner.jobs.store.put(Job(MAINTENANCE, "gone"), "g")
    runner.settle()
    assert runner.jobs.store.recent()[0].result == {"outcome": "skipped"}


class TestCutOff:
    @staticmethod
    def cut(_: Job) -> Result:
        raise CutOff("The work on issue 12, last on page.md, took too long.", 12)

    def test_a_job_is_given_up_when_it_was_cut_off_twice(self, runner: Runner) -> None:
        runner.act = self.cut
        runner.jobs.store.put(SITE, "one")
        runner.settle()
        reason = "The work on issue 12, last on page.md, took too long. This happened 2 times."
        assert runner.done == ["octo/site#12/one", "octo/site#12/one+1"]
        assert runner.given_up == [("octo/site#12/one+1", reason)]
        assert [one.reason for one in runner.jobs.store.failed()] == [reason]

    def test_retried_by_a_person_it_has_both_its_tries_again(self, runner: Runner) -> None:
        runner.act = self.cut
        runner.jobs.store.put(SITE, "one")
        runner.settle()
        runner.jobs.store.retry(SITE._replace(guid="one").reference)
        runner.settle()
        assert len(runner.done) == 4

    def test_other_failures_do_not_count_nor_have_it_forgotten(self, runner: Runner) -> None:
        acts = iter((fail, self.cut, wait_a_moment, fail, self.cut))

        def act(job: Job) -> Result:
            return next(acts)(job)

        runner.act = act
        runner.jobs.store.put(SITE, "one")
        runner.settle()
        assert len(runner.done) == 5
        assert len(runner.given_up) == 1

    def test_another_delivery_about_the_same_does_not_begin_anew(self, runner: Runner) -> None:
        runner.jobs.store.follow(SITE._replace(guid="one"), 0, 60, cuts=1)
        runner.act = self.cut
        runner.jobs.store.put(SITE, "two")
        wait_for(lambda: runner.given_up, what="the second cut")
        assert runner.done == ["octo/site#12/two"]


def fail(_: Job) -> Result:
    raise ForgeError("GitHub has trouble.", passing=True)


def wait_a_moment(_: Job) -> Result:
    raise Postponed(0, "GitHub limits the requests.")
