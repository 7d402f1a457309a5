"""The database: how the threads of a process get along with SQLite, and what is said while a database is away."""

import gc
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from almanac.server.database import NOTES, Registry, make_tables, open_engine
from almanac.server.jobs import JobStore, job_about
from sqlalchemy.exc import SQLAlchemyError


@pytest.fixture
def engine(tmp_path: Path) -> sa.Engine:
    made = open_engine(f"sqlite:///{tmp_path / 'notes.sqlite'}")
    make_tables(made)
    return made


def in_thread(registry: Registry) -> threading.Thread:
    """Leave a note in a thread of its own."""
    thread = threading.Thread(target=registry.set_note, args=("name", "from elsewhere"), daemon=True)
    thread.start()
    return thread


def test_a_second_writer_continues_when_the_first_has_committed(engine: sa.Engine) -> None:
    registry = Registry(engine)
    with engine.begin() as connection:
        connection.execute(sa.insert(NOTES).values(name="first", value="was here"))
        second = in_thread(registry)
        time.sleep(0.2)
        assert second.is_alive()
    second.join(10)
    assert (registry.note("first"), registry.note("name")) == ("was here", "from elsewhere")


def test_a_connection_that_was_not_closed_blocks_no_one(engine: sa.Engine) -> None:
    registry = Registry(engine)
    connection = engine.connect()
    connection.execute(sa.select(NOTES))
    del connection
    gc.collect()
    in_thread(registry).join(10)
    assert registry.note("name") == "from elsewhere"


def test_a_failed_transaction_blocks_no_one(engine: sa.Engine) -> None:
    registry = Registry(engine)
    with pytest.raises(ZeroDivisionError), engine.begin() as connection:
        connection.execute(sa.insert(NOTES).values(name="first", value=str(1 // 0)))
    in_thread(registry).join(10)
    assert registry.note("name") == "from elsewhere"


def test_a_database_that_is_down_raises_at_once() -> None:
    url = "postgresql://almanac@127.0.0.1:9/jobs"
    store = JobStore(url, open_engine(url))
    with pytest.raises(SQLAlchemyError):
        store.put(job_about("octo/site", 12), "guid")
    with pytest.raises(SQLAlchemyError):
        store.waiting()
    store.close()
