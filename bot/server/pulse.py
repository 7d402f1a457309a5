"""Tells living processes from dead ones: each counts up in the database, and a count that stands still is a death.

Everybody measures with a clock of their own how long a count stood still, so clocks need not agree.
"""

import time
import uuid
from collections.abc import Callable, Collection

import sqlalchemy as sa

from bot.server.database import PROCESSES, insert


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
