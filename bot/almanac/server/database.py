"""The database: how it is reached, and what Almanac keeps in it beside the tables of the job engine.

The `Registry` holds what is known of installations and sites: where to look, since when, and how long to wait. None of
it is needed to handle an issue correctly; all of it can be learnt from GitHub again. The `Heartbeat` tells living
processes from dead ones: each counts up, and one whose count stops is dead. Every process measures with its own clock
how long a count has not changed, so clocks need not agree.
"""

import itertools
import sqlite3
import time
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from almanac.forge.github.app import AppRepository

InstallationState = Literal["active", "suspended", "removed"]

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


@dataclass(frozen=True)
class KnownSite:
    """A repository that the App can reach; None is what is not known yet."""

    id: int  # GitHub's number for it, which stays when it is renamed
    name: str  # `OWNER/NAME` as it is now
    installation: int | None = None  # the App's installation that reaches it
    branch: str | None = None  # the default branch
    watermark: str | None = None  # all changes to issues up to here have been seen (ISO 8601, GitHub's clock)
    head: str | None = None  # the commit of the base at the last look at all issues
    full_at: float | None = None  # when all issues were last looked at, in seconds since the epoch


@dataclass(frozen=True)
class Installation:
    """One account's installation of the App; `paused_until` is when its rate limit ends, in seconds since the epoch."""

    id: int
    account: str = ""
    state: InstallationState = "active"
    paused_until: float = 0.0


def open_engine(url: str) -> sa.Engine:
    """Connect to a PostgreSQL database, or to a SQLite file, which is created if it does not exist.

    A SQLite file is put into write-ahead mode, in which readers in other processes and the one writer do not wait for
    each other. The threads of this process share one connection to it, so they queue up in memory: a thread that finds
    SQLite busy sleeps before it tries again, and most of the time would pass between two writers.

    Nor do its writes wait for the disk. If the machine loses power, the file is as it was a moment ago, as if this
    process had died then; `durable` is for what must not be lost even so.
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
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")

    return engine


@contextmanager
def durable(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Begin a transaction that is on the disk when this ends, and with it all that was written before."""
    if engine.dialect.name != "sqlite":
        with engine.begin() as connection:
            yield connection
        return
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA synchronous=FULL")  # it can only be changed between two transactions
        try:
            yield connection
            connection.commit()
        finally:
            connection.rollback()
            connection.exec_driver_sql("PRAGMA synchronous=NORMAL")


def make_tables(engine: sa.Engine) -> None:
    """Create the tables that do not exist yet; two processes may do so at the same time."""
    for left in reversed(range(5)):
        try:
            TABLES.create_all(engine)
        except DBAPIError:
            # Another process was a moment quicker; the next attempt finds what it created.
            if not left:
                raise
            time.sleep(0.2)
        else:
            return


class Registry:
    """The sites and installations in the database, for several threads and processes at once."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    # ------------------------------------------------------------ sites

    def add(self, repositories: Iterable[AppRepository], installation: int | None) -> None:
        """Store repositories under their current names; what else is known of them stays."""
        statements = []
        for one in repositories:
            # GitHub does not distinguish upper and lower case in names.
            values: dict[str, Any] = {"name": one.name, "key": one.name.lower()}
            values |= {"branch": one.branch} if one.branch else {}
            values |= {"installation": installation} if installation else {}
            statements.append(_upsert(self._engine, SITES, {"id": one.id}, **values))
        _write(self._engine, *statements)

    def remove(self, repositories: Collection[int]) -> None:
        """Forget repositories that the App cannot reach any more."""
        if repositories:
            _write(self._engine, sa.delete(SITES).where(SITES.c.id.in_(repositories)))

    def site(self, name: str) -> KnownSite | None:
        """Return the repository with this name, or None if it is not known."""
        # A name can be given to another repository later; the newer one has it now.
        query = sa.select(SITES).where(SITES.c.key == name.lower()).order_by(SITES.c.id.desc()).limit(1)
        return next(iter(self._sites(query)), None)

    def sites(self, installation: int | None = None) -> list[KnownSite]:
        """List the repositories of one installation or of all, those not looked at for longest first."""
        query = sa.select(SITES).order_by(SITES.c.full_at.asc().nulls_first(), SITES.c.id)
        return self._sites(query if installation is None else query.where(SITES.c.installation == installation))

    def update(self, site: int, **values: Any) -> None:
        """Note how far a site has been looked at: `watermark`, `head`, `full_at`."""
        _write(self._engine, sa.update(SITES).where(SITES.c.id == site).values(**values))

    def _sites(self, query: sa.Select[Any]) -> list[KnownSite]:
        with self._engine.connect() as connection:
            return [
                KnownSite(row.id, row.name, row.installation, row.branch, row.watermark, row.head, row.full_at)
                for row in connection.execute(query)
            ]

    # ------------------------------------------------------------ installations

    def add_installation(self, number: int, account: str = "", state: InstallationState | None = None) -> None:
        """Store an installation; an account or a state that is not given stays as it was."""
        values = {"account": account} if account else {}
        values |= {"state": state} if state else {}
        _write(self._engine, _upsert(self._engine, INSTALLATIONS, {"id": number}, **values))

    def installation(self, number: int) -> Installation:
        """Return an installation; an unknown one is taken to be active."""
        found = self._installations(sa.select(INSTALLATIONS).where(INSTALLATIONS.c.id == number))
        return next(iter(found), Installation(number))

    def installations(self) -> list[Installation]:
        """List the installations by account."""
        by_account = sa.func.lower(INSTALLATIONS.c.account)
        return self._installations(sa.select(INSTALLATIONS).order_by(by_account, INSTALLATIONS.c.id))

    def pause(self, installation: int, until: float) -> None:
        """Leave an installation alone until then (seconds since the epoch), since GitHub limits its requests."""
        _write(self._engine, _upsert(self._engine, INSTALLATIONS, {"id": installation}, paused_until=until))

    def _installations(self, query: sa.Select[Any]) -> list[Installation]:
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        known = get_args(InstallationState)
        return [
            Installation(row.id, row.account, row.state if row.state in known else "active", row.paused_until)
            for row in rows
        ]

    # ------------------------------------------------------------ notes

    def note(self, name: str) -> str | None:
        """Return what was noted under this name by any process, or None."""
        with self._engine.connect() as connection:
            return connection.execute(sa.select(NOTES.c.value).where(NOTES.c.name == name)).scalar()

    def set_note(self, name: str, value: str) -> None:
        _write(self._engine, _upsert(self._engine, NOTES, {"name": name}, value=value))


class Heartbeat:
    """This process's heartbeat, and what it has seen of the others'.

    Attributes:
        id: This process's name, different from that of every other process, earlier ones included.
    """

    def __init__(self, engine: sa.Engine, patience: float) -> None:
        """Take the database, and after how many seconds without a beat a process counts as dead."""
        self.id = uuid.uuid4().hex
        self._engine, self._patience = engine, patience
        self._count = itertools.count(1)
        self._last = time.monotonic()
        self._seen: dict[str, tuple[int, float]] = {}

    def beat(self) -> None:
        started = time.monotonic()
        _write(self._engine, _upsert(self._engine, PROCESSES, {"id": self.id}, beats=next(self._count)))
        self._last = started

    @property
    def is_current(self) -> bool:
        """Whether the last beat is so recent that no other process can take this one for dead."""
        return time.monotonic() - self._last < self._patience / 2

    def living(self) -> frozenset[str]:
        """Return the ids of the living processes, and forget those that have died.

        A process that has just been seen for the first time counts as living.
        """
        now = time.monotonic()
        with self._engine.connect() as connection:
            counts = {row.id: row.beats for row in connection.execute(sa.select(PROCESSES))}
        self._seen = {
            id_: seen if (seen := self._seen.get(id_)) and seen[0] == count else (count, now)
            for id_, count in counts.items()
        }
        dead = {id_ for id_, (_, since) in self._seen.items() if now - since >= self._patience} - {self.id}
        if dead:
            self._forget(dead)
        return frozenset(counts.keys() - dead | {self.id})

    def stop(self) -> None:
        """Report that this process ends, so that others need not wait for the silence."""
        self._forget({self.id})

    def _forget(self, processes: set[str]) -> None:
        _write(self._engine, sa.delete(PROCESSES).where(PROCESSES.c.id.in_(processes)))


def _upsert(engine: sa.Engine, table: sa.Table, key: Mapping[str, Any], /, **values: Any) -> sa.Executable:
    """Return the statement that writes values into the row with this key, or inserts the row if there is none."""
    make = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert
    row = make(table).values(**key, **values)
    if not values:
        return row.on_conflict_do_nothing()
    return row.on_conflict_do_update(index_elements=list(key), set_=values)


def _write(engine: sa.Engine, *statements: sa.Executable) -> None:
    with engine.begin() as connection:
        for one in statements:
            connection.execute(one)
