"""The database: how it is reached, and the tables that Almanac keeps in it beside the job engine's own."""

import sqlite3
import time
from pathlib import Path

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
    """Connect to a SQLite file, which is made where there is none, or to a PostgreSQL database.

    A SQLite file is put into write-ahead mode, in which other processes' readers and the one writer do not wait for
    each other. This process's threads share one connection to it, so each waits for the one before: who finds SQLite
    busy instead sleeps for a while and looks again, and most of the time goes by between two writers.
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


def make_tables(engine: sa.Engine, tries: int = 5) -> None:
    """Make the tables that are not there yet; two processes may do so at the same time."""
    for left in reversed(range(tries)):
        try:
            TABLES.create_all(engine)
        except DBAPIError:
            # The other one was quicker by a moment; what it made is found at the next try.
            if not left:
                raise
            time.sleep(0.2)
        else:
            return


def insert(engine: sa.Engine, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    """Return an insert that can say what is to be done where the row is there already."""
    return postgresql.insert(table) if engine.dialect.name == "postgresql" else sqlite.insert(table)
