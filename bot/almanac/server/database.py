"""The database: how it is reached, and the tables that Almanac keeps in it beside those of the job engine."""

import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

TABLES = sa.MetaData()
SITES = sa.Table(
    "almanac_sites",
    TABLES,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False, index=True),
    sa.Column("installation", sa.BigInteger, index=True),
    sa.Column("branch", sa.Text),
    sa.Column("watermark", sa.Text),
    sa.Column("head", sa.Text),
    sa.Column("full_at", sa.Float),
)
INSTALLATIONS = sa.Table(
    "almanac_installations",
    TABLES,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("account", sa.Text, nullable=False, default=""),
    sa.Column("state", sa.Text, nullable=False, default="active"),
    sa.Column("paused_until", sa.Float, nullable=False, default=0.0),
)
NOTES = sa.Table(
    "almanac_notes",
    TABLES,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
PROCESSES = sa.Table(
    "almanac_processes",
    TABLES,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("beats", sa.BigInteger, nullable=False),
)


def open_engine(url: str) -> sa.Engine:
    """Connect to a PostgreSQL database, or to a SQLite file, which is created if it does not exist.

    A SQLite file is put into write-ahead mode, in which readers in other processes and the one writer do not wait for
    each other. The threads of this process share one connection to it, so they queue up in memory: a thread that finds
    SQLite busy sleeps before it tries again, and most of the time would pass between two writers.
    """
    if not url.startswith("sqlite"):
        address = sa.make_url(url).set(drivername="postgresql+psycopg")
        return sa.create_engine(
            address, pool_pre_ping=True, pool_size=10, max_overflow=5, connect_args={"connect_timeout": 5}
        )
    path = Path(url.removeprefix("sqlite:///"))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    engine = sa.create_engine(url, pool_size=1, max_overflow=0)

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = "IMMEDIATE"
        connection.execute("PRAGMA busy_timeout=30000")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA foreign_keys=ON")

    return engine


def make_tables(engine: sa.Engine, attempts: int = 5) -> None:
    """Create the tables that do not exist yet; two processes may do so at the same time."""
    for left in reversed(range(attempts)):
        try:
            TABLES.create_all(engine)
        except DBAPIError:
            # Another process was a moment quicker; the next attempt finds what it created.
            if not left:
                raise
            time.sleep(0.2)
        else:
            return


def upsert(engine: sa.Engine, table: sa.Table, key: Mapping[str, Any], /, **values: Any) -> sa.Executable:
    """Return the statement that writes values into the row with this key, or inserts the row if there is none."""
    make = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert
    row = make(table).values(**key, **values)
    if not values:
        return row.on_conflict_do_nothing()
    return row.on_conflict_do_update(index_elements=list(key), set_=values)
