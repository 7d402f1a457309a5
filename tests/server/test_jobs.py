"""The contract of the job layer, on both stores. Another engine would have to keep it."""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from almanac.errors import ForgeError, UserError
from almanac.server.database import PROCESSES, open_engine
from almanac.server.jobs import CHORES, HopelessError, Jobs, Later, Pace, Result, Work
from almanac.server.ledger import Job, Ledger, Name, job_about

from tests.server.serving import wait_for

# No debounce and no delays: the engine counts those in whole seconds.
QUICK = Pace(debounce=0, delays=(0, 0), poll=0.05, beat=0.1, patience=1.5)
SITE = job_about("octo/site", 12)
_numbers = itertools.count(1)


def well(_: Name) -> Result:
    return {"outcome": "updated", "reason": "It was done."}


def change(url: str, statement: str, **values: Any) -> None:
    """Change the engine's own tables of jobs, by whose names `dbos.` is meant to stand."""
    engine = open_engine(url)
    prefix = "" if engine.dialect.name == "sqlite" else "dbos."
    with engine.begin() as connection:
        connection.execute(sa.text(statement.replace("dbos.", prefix)), values)
    engine.dispose()


class Desk:
    """Jobs, and what was done with them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.jobs = Jobs(url, QUICK)
        self.done: list[str] = []
        self.given_up: list[tuple[str, str]] = []
        self.act: Callable[[Name], Result] = well

    def start(self) -> None:
        self.jobs.start(Work(self.perform, lambda name, reason: self.given_up.append((str(name), reason))))

    def perform(self, name: Name) -> Result:
        self.done.append(str(name))
        return self.act(name)

    def idle(self) -> bool:
        ledger = self.jobs.ledger
        return not ledger.waiting() and not ledger.running()

    def settle(self) -> None:
        wait_for(self.idle, what="the end of all jobs")

    def clear(self) -> None:
        """Forget all that was."""
        ledger = self.jobs.ledger
        ledger.cancel(kept.name for kept in ledger.waiting(None))
        self.settle()
        for table in ("workflow_status", "workflow_input", "workflow_output"):
            change(self.url, f"DELETE FROM dbos.{table}")  # noqa: S608
        self.done.clear()
        self.given_up.clear()
        self.act = well


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def started(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Jobs that run, on either store: starting and stopping them takes its time."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('jobs') / 'jobs.sqlite'}"
    else:
        url = request.getfixturevalue("cluster").database()
    made = Desk(url)
    made.start()
    yield made
    made.jobs.stop(0)


@pytest.fixture
def desk(started: Desk) -> Desk:
    started.clear()
    return started


class TestTaking:
    def test_a_job_is_done_once_however_often_its_delivery_comes(self, desk: Desk) -> None:
        assert desk.jobs.put(SITE, "one")
        assert not desk.jobs.put(SITE, "one")
        desk.settle()
        assert not desk.jobs.put(SITE, "one")
        desk.settle()
        assert desk.done == ["octo/site#12/one"]

    def test_a_burst_becomes_one_run_or_two(self, desk: Desk) -> None:
        for number in range(30):
            desk.jobs.put(SITE, f"burst-{number}", delay=1)
        desk.settle()
        assert 1 <= len(desk.done) <= 2

    def test_other_issues_of_the_repository_are_not_swallowed(self, desk: Desk) -> None:
        for number in (1, 12, 123):
            desk.jobs.put(job_about("octo/site", number), "same")
        desk.jobs.put(job_about("octo/site", None), "same")
        desk.settle()
        assert sorted(desk.done) == [f"octo/site#{what}/same" for what in ("1", "12", "123", "all")]

    def test_what_comes_while_a_job_runs_is_looked_at_afterwards(self, desk: Desk) -> None:
        running, go_on = threading.Event(), threading.Event()

        def act(_: Name) -> Result:
            running.set()
            assert go_on.wait(10)
            return {"outcome": "updated"}

        desk.act = act
        desk.jobs.put(SITE, "first")
        assert running.wait(10)
        desk.jobs.put(SITE, "second")
        go_on.set()
        desk.settle()
        assert desk.done == ["octo/site#12/first", "octo/site#12/second"]

    def test_many_at_once(self, desk: Desk) -> None:
        threads = [
            threading.Thread(target=lambda n=n: [desk.jobs.put(job_about(f"o/{n}", i), "g") for i in range(5)])
            for n in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        desk.settle()
        assert Counter(desk.done) == Counter(f"o/{n}#{i}/g" for n in range(8) for i in range(5))


class TestOrder:
    def test_one_repository_has_one_job_at_a_time_and_others_go_on(self, desk: Desk) -> None:
        busy: Counter[str] = Counter()
        most: Counter[str] = Counter()
        together = 0
        lock = threading.Lock()

        def act(name: Name) -> Result:
            nonlocal together
            with lock:
                busy[name.job.repository] += 1
                most[name.job.repository] = max(most[name.job.repository], busy[name.job.repository])
                together = max(together, busy.total())
            time.sleep(0.2)
            with lock:
                busy[name.job.repository] -= 1
            return {"outcome": "updated"}

        desk.act = act
        for number in range(4):
            for repository in ("a/a", "b/b", "c/c"):
                desk.jobs.put(job_about(repository, number), "g")
        desk.settle()
        assert len(desk.done) == 12
        assert set(most.values()) == {1}
        assert together == 3

    def test_what_somebody_waits_for_goes_before_what_a_sweep_found(self, desk: Desk) -> None:
        for number in range(3):
            desk.jobs.put(job_about("octo/site", number), "sweep", delay=1, low=True)
        desk.jobs.put(job_about("octo/site", 9), "delivery", delay=1)
        desk.settle()
        assert desk.done[0] == "octo/site#9/delivery"


class TestFailing:
    def test_a_failure_is_tried_again_and_then_kept_with_its_reason(self, desk: Desk) -> None:
        def act(_: Name) -> Result:
            raise ForgeError("GitHub has trouble.", passing=True)

        desk.act = act
        desk.jobs.put(SITE, "one")
        failed = wait_for(desk.jobs.ledger.failed, what="giving up")
        assert desk.done == ["octo/site#12/one", "octo/site#12/one+1", "octo/site#12/one+2"]
        assert [(str(kept.name), kept.reason) for kept in failed] == [("octo/site#12/one+2", "GitHub has trouble.")]
        assert desk.given_up == [("octo/site#12/one+2", "GitHub has trouble.")]

    def test_a_failure_that_passes_leaves_nothing_behind(self, desk: Desk) -> None:
        def act(_: Name) -> Result:
            if len(desk.done) == 1:
                raise RuntimeError("once")
            return {"outcome": "updated"}

        desk.act = act
        desk.jobs.put(SITE, "one")
        wait_for(lambda: len(desk.done) == 2)
        desk.settle()
        assert desk.jobs.ledger.failed() == []
        assert desk.given_up == []

    def test_what_is_hopeless_is_not_tried_again(self, desk: Desk) -> None:
        def act(_: Name) -> Result:
            raise HopelessError("The config is broken.")

        desk.act = act
        desk.jobs.put(SITE, "one")
        wait_for(desk.jobs.ledger.failed)
        assert len(desk.done) == 1

    def test_a_later_success_forgets_the_failure(self, desk: Desk) -> None:
        desk.act = self._hopeless
        desk.jobs.put(SITE, "one")
        wait_for(desk.jobs.ledger.failed)
        desk.act = lambda _: {"outcome": "updated"}
        desk.jobs.put(SITE, "two")
        wait_for(lambda: not desk.jobs.ledger.failed(), what="forgetting")

    def test_a_redelivery_of_what_failed_is_done_once_more(self, desk: Desk) -> None:
        desk.act = self._hopeless
        desk.jobs.put(SITE, "one")
        wait_for(desk.jobs.ledger.failed)
        assert desk.jobs.put(SITE, "one")
        assert not desk.jobs.put(SITE, "one")
        wait_for(lambda: len(desk.done) == 2)
        wait_for(desk.idle)
        assert desk.done == ["octo/site#12/one", "octo/site#12/one/2"]
        assert desk.jobs.put(SITE, "one")
        wait_for(lambda: desk.done[-1] == "octo/site#12/one/3")

    def test_a_redelivery_of_what_was_left_to_a_job_that_failed_counts_as_new(self, desk: Desk) -> None:
        desk.act = self._hopeless
        desk.jobs.put(SITE, "one", delay=1)
        desk.jobs.put(SITE, "two", delay=1)
        wait_for(desk.jobs.ledger.failed)
        wait_for(desk.idle)
        assert len(desk.done) == 1
        dropped = ({"one", "two"} - {desk.done[0].rpartition("/")[2]}).pop()
        assert desk.jobs.put(SITE, dropped)

    def test_a_sweep_does_not_repeat_what_failed(self, desk: Desk) -> None:
        desk.act = self._hopeless
        desk.jobs.put(SITE, "one")
        wait_for(desk.jobs.ledger.failed)
        assert not desk.jobs.put(SITE, "one", again=False)

    @pytest.mark.parametrize("by", ["name", "reference"])
    def test_a_failed_job_is_run_again_by_hand(self, desk: Desk, by: str) -> None:
        desk.act = self._hopeless
        desk.jobs.put(SITE, "one")
        failed = wait_for(desk.jobs.ledger.failed)[0]
        desk.act = lambda _: {"outcome": "updated"}
        desk.jobs.ledger.retry(str(failed.name) if by == "name" else failed.name.reference)
        assert desk.jobs.ledger.failed() == []
        wait_for(lambda: desk.done[-1] == "octo/site#12/one/2")
        desk.settle()
        with pytest.raises(UserError, match="No failed job"):
            desk.jobs.ledger.retry(str(failed.name))

    @staticmethod
    def _hopeless(_: Name) -> Result:
        raise HopelessError("It is hopeless.")


class TestWaiting:
    def test_waiting_does_not_count_as_failing(self, desk: Desk) -> None:
        def act(_: Name) -> Result:
            if len(desk.done) < 6:
                raise Later(0, "GitHub takes no more requests.")
            return {"outcome": "updated"}

        desk.act = act
        desk.jobs.put(SITE, "one")
        wait_for(lambda: len(desk.done) == 6)
        desk.settle()
        assert desk.jobs.ledger.failed() == []

    def test_one_that_waits_holds_no_other_up(self, desk: Desk) -> None:
        def act(name: Name) -> Result:
            if name.job.repository == "octo/paused":
                raise Later(60, "GitHub takes no more requests.")
            return {"outcome": "updated"}

        desk.act = act
        desk.jobs.put(job_about("octo/paused", 1), "g")
        desk.jobs.put(SITE, "g")
        wait_for(lambda: "octo/site#12/g" in desk.done)
        waiting = wait_for(desk.jobs.ledger.waiting)
        assert [str(kept.name) for kept in waiting] == ["octo/paused#1/g+1"]
        assert waiting[0].due
        assert waiting[0].due > time.time() + 30


class TestSurviving:
    def test_the_jobs_of_a_dead_process_are_handed_on_once(self, desk: Desk) -> None:
        stuck(desk, SITE, "one")
        wait_for(lambda: "octo/site#12/one+1" in desk.done, what="the takeover")
        desk.settle()
        time.sleep(1)
        assert desk.done.count("octo/site#12/one+1") == 1

    def test_a_job_that_kills_every_process_is_given_up(self, desk: Desk) -> None:
        stuck(desk, SITE, "one", tries=len(QUICK.delays))
        failed = wait_for(desk.jobs.ledger.failed, what="giving up")
        assert "again and again" in failed[0].reason
        assert desk.done == []

    def test_a_living_process_keeps_its_jobs(self, desk: Desk) -> None:
        go_on = threading.Event()

        def act(_: Name) -> Result:
            assert go_on.wait(20)
            return {"outcome": "updated"}

        desk.act = act
        desk.jobs.put(SITE, "one")
        wait_for(lambda: desk.done)
        time.sleep(2 * QUICK.patience)
        go_on.set()
        desk.settle()
        assert desk.done == ["octo/site#12/one"]

    def test_the_dead_are_forgotten(self, desk: Desk) -> None:
        stuck(desk, SITE, "one")
        engine = open_engine(desk.url)

        def alone() -> bool:
            with engine.connect() as connection:
                return list(connection.execute(sa.select(PROCESSES.c.id)).scalars()) == [desk.jobs.pulse.id]

        wait_for(alone, what="forgetting the dead process")
        engine.dispose()


def stuck(desk: Desk, job: Job, guid: str, tries: int = 0) -> None:
    """Leave a job as a process does that dies while it runs it."""
    ledger = Ledger(desk.url)
    ledger.follow(Name(job, guid)._replace(turn=-1), tries, 3600)
    ledger.close()
    dead = f"dead-{next(_numbers)}"
    change(desk.url, "INSERT INTO almanac_processes (id, beats) VALUES (:dead, 7)", dead=dead)
    statement = "UPDATE dbos.workflow_status SET status = 'PENDING', executor_id = :dead WHERE workflow_uuid = :name"
    change(desk.url, statement, dead=dead, name=f"{job.subject}/{guid}")


def test_old_jobs_are_deleted_and_young_ones_are_not(desk: Desk) -> None:
    for number in range(3):
        desk.jobs.put(job_about("octo/site", number), "g")
    wait_for(lambda: len(desk.done) == 3)
    desk.settle()
    four_days_ago = int((time.time() - 4 * 86_400) * 1000)
    change(
        desk.url,
        "UPDATE dbos.workflow_status SET completed_at = :then WHERE workflow_uuid = 'octo/site#0/g'",
        then=four_days_ago,
    )
    assert desk.jobs.ledger.clean() == 1
    assert {str(kept.name) for kept in desk.jobs.ledger.recent()} == {"octo/site#1/g", "octo/site#2/g"}


def test_a_chore_that_nobody_knows_any_more_is_passed_over(desk: Desk) -> None:
    desk.jobs.put(Job(CHORES, "gone"), "g")
    desk.settle()
    assert desk.jobs.ledger.recent()[0].result == {"outcome": "skipped"}
