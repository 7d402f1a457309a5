"""What the server remembers of installations and sites: where to look, since when, and how long to wait.

None of it is needed to get an issue right; all of it can be found again on GitHub.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, get_args

import sqlalchemy as sa

from bot.server.database import INSTALLATIONS, NOTES, SITES, insert
from bot.server.delivery import Repository, State


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
