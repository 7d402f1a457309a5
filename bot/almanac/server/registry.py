"""What the server knows of installations and sites: where to look, since when, and how long to wait.

None of it is needed to handle an issue correctly; all of it can be learnt from GitHub again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, get_args

import sqlalchemy as sa

from almanac.forge.github.app import AppRepository
from almanac.server.database import INSTALLATIONS, NOTES, SITES, upsert
from almanac.server.webhook import InstallationState


@dataclass(frozen=True)
class KnownSite:
    """A repository that the App can reach; None stands for what is not known yet."""

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


class Registry:
    """The sites and installations in the database, for several threads and processes at once."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    # ------------------------------------------------------------ sites

    def add(self, repositories: Iterable[AppRepository], installation: int | None) -> None:
        """Store repositories under their current names; what else is known of them stays."""
        with self._engine.begin() as connection:
            for one in repositories:
                # GitHub does not distinguish upper and lower case in names.
                values: dict[str, Any] = {"name": one.name, "key": one.name.lower()}
                values |= {"branch": one.branch} if one.branch else {}
                values |= {"installation": installation} if installation else {}
                connection.execute(upsert(self._engine, SITES, {"id": one.id}, **values))

    def remove(self, repositories: Iterable[int]) -> None:
        """Forget repositories that the App cannot reach any more."""
        numbers = list(repositories)
        if numbers:
            self._write(sa.delete(SITES).where(SITES.c.id.in_(numbers)))

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
        self._write(sa.update(SITES).where(SITES.c.id == site).values(**values))

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
        self._write(upsert(self._engine, INSTALLATIONS, {"id": number}, **values))

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
        self._write(upsert(self._engine, INSTALLATIONS, {"id": installation}, paused_until=until))

    def _installations(self, query: sa.Select[Any]) -> list[Installation]:
        with self._engine.connect() as connection:
            return [
                Installation(
                    row.id,
                    row.account,
                    row.state if row.state in get_args(InstallationState) else "active",
                    row.paused_until,
                )
                for row in connection.execute(query)
            ]

    # ------------------------------------------------------------ notes

    def note(self, name: str) -> str | None:
        """Return the note with this name, or None."""
        with self._engine.connect() as connection:
            return connection.execute(sa.select(NOTES.c.value).where(NOTES.c.name == name)).scalar()

    def set_note(self, name: str, value: str) -> None:
        """Leave a note for later, also for other processes."""
        self._write(upsert(self._engine, NOTES, {"name": name}, value=value))

    def _write(self, statement: sa.Executable) -> None:
        with self._engine.begin() as connection:
            connection.execute(statement)
