"""Writes that wait at the same time are stored together, and none of them is told that it is stored before it is."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from almanac.server.database import open_engine
from almanac.server.groups import GroupCommit
from sqlalchemy.exc import IntegrityError

TABLE = sa.Table("kept", sa.MetaData(), sa.Column("number", sa.Integer, primary_key=True))


@pytest.fixture
def engine(tmp_path: Path) -> sa.Engine:
    engine = open_engine(f"sqlite:///{tmp_path / 'kept.sqlite'}")
    TABLE.create(engine)
    return engine


def put(number: int) -> Callable[[sa.Connection], int]:
    def write(connection: sa.Connection) -> int:
        connection.execute(sa.insert(TABLE).values(number=number))
        return number

    return write


def kept(engine: sa.Engine) -> list[int]:
    with engine.connect() as connection:
        return [row.number for row in connection.execute(sa.select(TABLE).order_by(TABLE.c.number))]


def commits_of(engine: sa.Engine) -> list[Any]:
    seen: list[Any] = []
    sa.event.listen(engine, "commit", seen.append)
    return seen


def test_what_is_returned_is_stored(engine: sa.Engine) -> None:
    group = GroupCommit(engine)

    def one(number: int) -> bool:
        return group.run(put(number)) == number and number in kept(engine)

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(one, range(64)))
    assert kept(engine) == list(range(64))


def test_those_that_wait_while_one_is_stored_share_a_transaction(engine: sa.Engine) -> None:
    group, begun, go_on = GroupCommit(engine), threading.Event(), threading.Event()

    def slow(connection: sa.Connection) -> int:
        begun.set()
        assert go_on.wait(30)
        return put(0)(connection)

    commits = commits_of(engine)
    with ThreadPoolExecutor(20) as threads:
        first = threads.submit(group.run, slow)
        assert begun.wait(30)
        others = [threads.submit(group.run, put(number)) for number in range(1, 20)]
        while len(group.waiting) < len(others):
            pass
        go_on.set()
        assert [each.result() for each in (first, *others)] == list(range(20))
    assert len(commits) == 2


def test_one_that_fails_fails_alone(engine: sa.Engine) -> None:
    group = GroupCommit(engine)
    group.run(put(5))
    with ThreadPoolExecutor(10) as threads:
        done = [threads.submit(group.run, put(number)) for number in range(10)]
    errors = [each.exception() for each in done]
    assert [number for number, error in enumerate(errors) if error] == [5]
    assert isinstance(errors[5], IntegrityError)
    assert kept(engine) == list(range(10))


def test_what_is_cut_off_is_not_taken_for_stored(engine: sa.Engine) -> None:
    group = GroupCommit(engine)

    def ended(_: sa.Connection) -> int:
        raise SystemExit

    with pytest.raises(SystemExit):
        group.run(ended)
    assert group.run(put(1)) == 1
    assert kept(engine) == [1]


def test_what_is_stored_is_on_the_disk_and_other_writes_do_not_wait_for_it(engine: sa.Engine) -> None:
    group, waits = GroupCommit(engine), sa.text("PRAGMA synchronous")

    def ask(connection: sa.Connection) -> Any:
        return connection.execute(waits).scalar()

    def fail(connection: sa.Connection) -> None:
        put(5)(connection)
        put(5)(connection)

    assert group.run(ask) == 2  # FULL; 1 is NORMAL
    with pytest.raises(IntegrityError):
        group.run(fail)
    with engine.connect() as connection:
        assert ask(connection) == 1
    assert kept(engine) == []
