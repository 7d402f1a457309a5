"""The job layer from start to stop: each of these tests starts its own, and there can be one in a process."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from almanac.errors import ForgeError
from almanac.server.jobs import Job, Jobs, JobStore, PermanentError, Result, job_about
from dbos import DBOS
from sqlalchemy.exc import OperationalError

from tests.server.serving import wait_for
from tests.server.test_jobs import QUICK, SITE, Runner

Make = Callable[[], Runner]


@pytest.fixture
def make(database: str) -> Iterator[Make]:
    """Makes desks on one store. Whatever becomes of the test, none goes on behind it: the engine is one."""
    made: list[Runner] = []

    def new() -> Runner:
        made.append(Runner(database))
        return made[-1]

    yield new
    for runner in reversed(made):
        runner.jobs.stop(0)


@pytest.fixture
def runner(make: Make) -> Runner:
    """A runner that is not started yet."""
    return make()


def test_what_was_put_is_there_after_a_restart(make: Make) -> None:
    first = make()
    first.start()
    first.jobs.store.put(SITE, "one", delay=5)
    first.jobs.stop(0)
    second = make()
    second.start()
    wait_for(lambda: second.done == ["octo/site#12/one"])
    assert first.done == []


def fail_for_good(_: Job) -> Result:
    raise PermanentError("It is hopeless.")


def test_secrets_do_not_get_into_a_reason(runner: Runner) -> None:
    runner.act = fail_for_good
    runner.jobs.start(runner.perform, lambda *_: None, lambda text: text.replace("hopeless", "***"))
    runner.jobs.store.put(SITE, "one")
    assert wait_for(runner.jobs.store.failed)[0].reason == "It is ***."


def test_what_this_process_stores_is_begun_when_it_is_due_and_a_worker_is_free(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "jobs", Jobs(runner.url, replace(QUICK, workers=2, longest=3600)))
    at_once, begun = Counter[str](), dict[str, float]()

    def act(job: Job) -> Result:
        begun[job.guid] = time.monotonic()
        at_once["now"] += 1
        at_once["most"] = max(at_once["most"], at_once["now"])
        time.sleep(0.1)
        at_once["now"] -= 1
        return {"outcome": "updated"}

    runner.act = act
    runner.start()
    stored = time.monotonic()
    runner.jobs.store.put(SITE, "later", delay=2)
    for number in range(10):
        runner.jobs.store.put(job_about(f"octo/{number}", 1), "now")
    wait_for(lambda: len(runner.done) == 11)
    assert begun["later"] - stored > 1  # the engine counts whole seconds
    assert at_once["most"] == 2


def test_maintenance_runs_at_the_start_and_then_regularly(runner: Runner) -> None:
    count = Counter[str]()

    def action() -> dict[str, Any]:
        count["done"] += 1
        return {"outcome": "swept"}

    runner.jobs.every("sweep", 0.5, action)
    runner.start()
    wait_for(lambda: count["done"] >= 3, what="three sweeps")


def test_maintenance_that_fails_is_tried_again(runner: Runner) -> None:
    count = Counter[str]()

    def action() -> dict[str, Any]:
        count["done"] += 1
        if count["done"] == 1:
            raise ForgeError("GitHub has trouble.", passing=True)
        return {"outcome": "swept"}

    runner.jobs.every("sweep", 3600.0, action)
    runner.start()
    wait_for(lambda: count["done"] == 2)


def begin_one(runner: Runner, work: Callable[[], object]) -> list[threading.Thread]:
    """Start, and wait until a job has begun. When it has done its work, the thread that did it is in the list."""
    ended: list[threading.Thread] = []

    def act(_: Job) -> Result:
        work()
        ended.append(threading.current_thread())
        return {"outcome": "updated"}

    runner.act = act
    runner.start()
    runner.jobs.store.put(SITE, "one", delay=0)
    wait_for(lambda: runner.done)
    return ended


def test_stopping_lets_a_job_come_to_its_end(runner: Runner, database: str) -> None:
    ended = begin_one(runner, lambda: time.sleep(1))
    runner.jobs.stop(5)
    assert ended
    store = JobStore(database)
    assert [str(kept.job) for kept in store.recent()] == ["octo/site#12/one"]
    store.close()


@pytest.mark.parametrize("database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_a_job_that_outlives_the_stop_leaves_no_connection_behind(runner: Runner, database: str) -> None:
    go = threading.Event()
    ended = begin_one(runner, lambda: go.wait(90))
    runner.jobs.stop(0)
    assert not ended
    go.set()
    # Only at the end of its thread has the job asked the database for all that it wants.
    thread = wait_for(lambda: ended)[0]
    thread.join(90)
    assert not thread.is_alive()
    with psycopg.connect(database, autocommit=True) as connection:
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        wait_for(lambda: connection.execute(others).fetchone() == (0,), what="the end of all connections")


def test_what_was_left_waiting_finds_all_it_needs(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    launch = DBOS.launch

    def begin() -> None:
        # From here on, jobs of an earlier process may run.
        assert runner.jobs.store is not None
        launch()

    monkeypatch.setattr("almanac.server.jobs.DBOS.launch", begin)
    runner.start()


def test_it_stops_while_the_database_is_down(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    runner.start()

    def down() -> None:
        raise OperationalError("", None, OSError("refused"))

    with monkeypatch.context() as patched:
        patched.setattr(runner.jobs.heartbeat, "stop", down)
        runner.jobs.stop(0)
