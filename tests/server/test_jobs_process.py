"""The job layer from start to stop: each of these tests starts its own, and there can be one in a process."""

import threading
import time
from collections import Counter
from typing import Any

import pytest

from bot.errors import ForgeError
from bot.server.jobs import HopelessError, Jobs, Result, Work
from bot.server.ledger import Ledger
from bot.server.names import Name
from tests.server.serving import wait_for
from tests.server.test_jobs import SITE, Desk


def test_what_was_put_is_there_after_a_restart(database: str) -> None:
    first = Desk(database)
    first.start()
    first.jobs.put(SITE, "one", delay=2)
    first.jobs.stop(0)
    second = Desk(database)
    second.start()
    wait_for(lambda: second.done == ["octo/site#12/one"])
    second.jobs.stop(0)
    assert first.done == []


def hopeless(_: Name) -> Result:
    raise HopelessError("It is hopeless.")


def test_secrets_do_not_get_into_a_reason(database: str) -> None:
    desk = Desk(database)
    desk.act = hopeless
    desk.jobs.start(Work(desk.perform, redact=lambda text: text.replace("hopeless", "***")))
    desk.jobs.put(SITE, "one")
    assert wait_for(desk.jobs.ledger.failed)[0].reason == "It is ***."
    desk.jobs.stop(0)


def test_a_chore_is_done_at_the_start_and_then_again_and_again(database: str) -> None:
    desk, count = Desk(database), Counter[str]()

    def chore() -> dict[str, Any]:
        count["done"] += 1
        return {"outcome": "swept"}

    desk.jobs.every("sweep", 0.5, chore)
    desk.start()
    wait_for(lambda: count["done"] >= 3, what="three sweeps")
    desk.jobs.stop(0)


def test_a_chore_that_fails_is_tried_again(database: str) -> None:
    desk, count = Desk(database), Counter[str]()

    def chore() -> dict[str, Any]:
        count["done"] += 1
        if count["done"] == 1:
            raise ForgeError("GitHub has trouble.", passing=True)
        return {"outcome": "swept"}

    desk.jobs.every("sweep", 3600.0, chore)
    desk.start()
    wait_for(lambda: count["done"] == 2)
    desk.jobs.stop(0)


def test_stopping_lets_a_job_come_to_its_end(database: str) -> None:
    desk = Desk(database)
    ended = threading.Event()

    def act(_: Name) -> Result:
        time.sleep(1)
        ended.set()
        return {"outcome": "updated"}

    desk.act = act
    desk.start()
    desk.jobs.put(SITE, "one", delay=0)
    wait_for(lambda: desk.done)
    desk.jobs.stop(5)
    assert ended.is_set()
    ledger = Ledger(database)
    assert [str(kept.name) for kept in ledger.recent()] == ["octo/site#12/one"]
    ledger.close()


def test_before_the_start_there_is_no_list(database: str) -> None:
    with pytest.raises(RuntimeError, match="not started"):
        _ = Jobs(database).ledger
