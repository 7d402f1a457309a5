"""The database: how the threads of a process get along with SQLite, and what is said while a database is away."""

import gc
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from almanac.server.database import NOTES, Memory, make_tables, open_engine
from almanac.server.ledger import Ledger, job_about
from sqlalchemy.exc import SQLAlchemyError


@pytest.fixture
def engine(tmp_path: Path) -> sa.Engine:
    made = open_engine(f"sqlite:///{tmp_path / 'notes.sqlite'}")
    make_tables(made)
    return made


def in_thread(memory: Memory) -> threading.Thread:
    """Leave a note in a thread of its own."""
    thread = threading.Thread(target=memory.leave, args=("name", "from elsewhere"), daemon=True)
    thread.start()
    return thread


def test_who_comes_second_goes_on_when_the_first_has_committed(engine: sa.Engine) -> None:
    memory = Memory(engine)
    with engine.begin() as connection:
        connection.execute(sa.insert(NOTES).values(name="first", value="was here"))
        second = in_thread(memory)
        time.sleep(0.2)
        assert second.is_alive()
    second.join(10)
    assert (memory.note("first"), memory.note("name")) == ("was here", "from elsewhere")


def test_a_connection_that_nobody_closed_keeps_no_one_waiting(engine: sa.Engine) -> None:
    memory = Memory(engine)
    connection = engine.connect()
    connection.execute(sa.select(NOTES))
    del connection
    gc.collect()
    in_thread(memory).join(10)
    assert memory.note("name") == "from elsewhere"


def test_a_failure_in_the_middle_keeps_no_one_waiting(engine: sa.Engine) -> None:
    memory = Memory(engine)
    with pytest.raises(ZeroDivisionError), engine.begin() as connection:
        connection.execute(sa.insert(NOTES).values(name="first", value=str(1 // 0)))
    in_thread(memory).join(10)
    assert memory.note("name") == "from elsewhere"


def test_a_database_that_is_away_is_said_to_be_at_once() -> None:
    url = "postgresql://almanac@127.0.0.1:9/jobs"
    ledger = Ledger(url, open_engine(url))
    with pytest.raises(SQLAlchemyError):
        ledger.put(job_about("octo/site", 12), "guid")
    with pytest.raises(SQLAlchemyError):
        ledger.waiting()
    ledger.close()
