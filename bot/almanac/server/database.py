"""The database: how it is reached, and the tables that Almanac keeps in it beside the job engine's own.

What the server remembers of installations and sites: where to look, since when, and how long to wait.

None of it is needed to get an issue right; all of it can be found again on GitHub.

Tells living processes from dead ones: each counts up in the database, and a count that stands still is a death.

Everybody measures with a clock of their own how long a count stood still, so clocks need not agree.
"""

import sqlite3
import time
import uuid
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from almanac.server.webhook import Repository, State

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


@dataclass(frozen=True)
class Site:
    """A repository that the App may reach.

    Attributes:
        id: GitHub's number for it, which stays when it is renamed.
        name: `OWNER/NAME` as it is now.
        installation: The App's installation that reaches it, or None where a delivery without one named it.
        branch: The default branch, where it is known.
        watermark: All changes of issues up to here have been seen (ISO 8601, GitHub's clock), or None.
        head: The base's head that all issues were last looked at for, or None.
        full_at: When all issues were last looked at, in seconds since the epoch, or None.
    """

    id: int
    name: str
    installation: int | None = None
    branch: str | None = None
    watermark: str | None = None
    head: str | None = None
    full_at: float | None = None


@dataclass(frozen=True)
class Installation:
    """One account's installation of the App; `paused_until` is when its rate limit ends, in seconds since the epoch."""

    id: int
    account: str = ""
    state: State = "active"
    paused_until: float = 0.0


def key_of(name: str) -> str:
    """Return what stands for a repository's name: GitHub tells no large letters from small ones."""
    return name.lower()


class Memory:
    """Reads and writes what the server remembers. For several threads and processes at once."""

    def __init__(self, engine: sa.Engine) -> None:
        """Take the database; its tables have to be there."""
        self._engine = engine

    # ------------------------------------------------------------ sites

    def meet(self, repositories: Iterable[Repository], installation: int | None) -> None:
        """Remember repositories, under the names that they have now; what else is known of them stays."""
        with self._engine.begin() as connection:
            for one in repositories:
                values: dict[str, Any] = {"name": one.name, "key": key_of(one.name)}
                values |= {"branch": one.branch} if one.branch else {}
                values |= {"installation": installation} if installation else {}
                row = insert(self._engine, SITES).values(id=one.id, **values)
                connection.execute(row.on_conflict_do_update(index_elements=["id"], set_=values))

    def forget(self, repositories: Iterable[int]) -> None:
        """Forget repositories that the App may not reach any more."""
        numbers = list(repositories)
        if numbers:
            self._write(sa.delete(SITES).where(SITES.c.id.in_(numbers)))

    def site(self, name: str) -> Site | None:
        """Return the repository of this name; None where it is not known (any more)."""
        # A name may be given to another repository later; the newer one has it now.
        found = self._sites(sa.select(SITES).where(SITES.c.key == key_of(name)).order_by(SITES.c.id.desc()).limit(1))
        return found[0] if found else None

    def sites(self, installation: int | None = None) -> list[Site]:
        """List the repositories, of all installations or of one; first those not looked at for longest."""
        query = sa.select(SITES).order_by(SITES.c.full_at.asc().nulls_first(), SITES.c.id)
        return self._sites(query if installation is None else query.where(SITES.c.installation == installation))

    def seen(self, site: int, **values: Any) -> None:
        """Note how far a site was looked at: `watermark`, `head`, `full_at`."""
        self._write(sa.update(SITES).where(SITES.c.id == site).values(**values))

    def _sites(self, query: sa.Select[Any]) -> list[Site]:
        with self._engine.connect() as connection:
            return [
                Site(row.id, row.name, row.installation, row.branch, row.watermark, row.head, row.full_at)
                for row in connection.execute(query)
            ]

    # ------------------------------------------------------------ installations

    def know(self, installation: int, account: str = "", state: State | None = None) -> None:
        """Remember an installation; a state or an account that is not given stays as it was."""
        values = {"account": account} if account else {}
        values |= {"state": state} if state else {}
        row = insert(self._engine, INSTALLATIONS).values(id=installation, **values)
        again = (
            row.on_conflict_do_update(index_elements=["id"], set_=values) if values else row.on_conflict_do_nothing()
        )
        self._write(again)

    def installation(self, number: int) -> Installation:
        """Return an installation; one that nothing is known of is taken to be in order."""
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(INSTALLATIONS).where(INSTALLATIONS.c.id == number)).first()
        return _installation(row) if row else Installation(number)

    def installations(self) -> list[Installation]:
        """List the installations by account."""
        with self._engine.connect() as connection:
            query = sa.select(INSTALLATIONS).order_by(sa.func.lower(INSTALLATIONS.c.account), INSTALLATIONS.c.id)
            return [_installation(row) for row in connection.execute(query)]

    def pause(self, installation: int, until: float) -> None:
        """Leave an installation alone until then (seconds since the epoch): GitHub takes no more requests from it."""
        row = insert(self._engine, INSTALLATIONS).values(id=installation, paused_until=until)
        self._write(row.on_conflict_do_update(index_elements=["id"], set_={"paused_until": until}))

    # ------------------------------------------------------------ notes

    def note(self, name: str) -> str | None:
        """Return a note that was left, or None."""
        with self._engine.connect() as connection:
            return connection.execute(sa.select(NOTES.c.value).where(NOTES.c.name == name)).scalar()

    def leave(self, name: str, value: str) -> None:
        """Leave a note for later, and for other processes."""
        row = insert(self._engine, NOTES).values(name=name, value=value)
        self._write(row.on_conflict_do_update(index_elements=["name"], set_={"value": value}))

    def _write(self, statement: sa.Executable) -> None:
        with self._engine.begin() as connection:
            connection.execute(statement)


def _installation(row: sa.Row[Any]) -> Installation:
    state: State = row.state if row.state in get_args(State) else "active"
    return Installation(row.id, row.account, state, row.paused_until)


class Pulse:
    """This process's heartbeat, and what it sees of others'.

    Attributes:
        id: This process's name; no other one, before or after, has the same.
    """

    def __init__(self, engine: sa.Engine, patience: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Take the database, and the seconds that a count may stand still."""
        self.id = uuid.uuid4().hex
        self._engine, self._patience, self._clock = engine, patience, clock
        self._last = clock()
        self._seen: dict[str, tuple[int, float]] = {}

    def beat(self) -> None:
        """Count up."""
        started = self._clock()
        row = insert(self._engine, PROCESSES).values(id=self.id, beats=1)
        with self._engine.begin() as connection:
            connection.execute(
                row.on_conflict_do_update(index_elements=["id"], set_={"beats": PROCESSES.c.beats + 1}),
            )
        self._last = started

    @property
    def is_sound(self) -> bool:
        """Whether nobody can have taken this process for dead: it has counted up lately."""
        return self._clock() - self._last < self._patience / 2

    def look(self) -> frozenset[str]:
        """Return the names of the processes that live, as far as can be told yet."""
        now = self._clock()
        with self._engine.connect() as connection:
            counts = {row.id: row.beats for row in connection.execute(sa.select(PROCESSES))}
        self._seen = {
            name: seen if (seen := self._seen.get(name)) and seen[0] == count else (count, now)
            for name, count in counts.items()
        }
        living = {name for name, (_, since) in self._seen.items() if now - since < self._patience}
        return frozenset(living | {self.id})

    def bury_dead(self, living: frozenset[str]) -> None:
        """Forget the processes that were seen to be dead."""
        self._bury(self._seen.keys() - living)

    def stop(self) -> None:
        """Say that this process ends, so that nobody has to wait to see it."""
        self._bury({self.id})

    def _bury(self, dead: Collection[str]) -> None:
        if dead:
            with self._engine.begin() as connection:
                connection.execute(sa.delete(PROCESSES).where(PROCESSES.c.id.in_(dead)))
