"""Tells living processes from dead ones: each counts up in the database, and one whose count stops is dead.

Every process measures with its own clock how long a count has not changed, so clocks need not agree.
"""

import itertools
import time
import uuid
from collections.abc import Callable, Iterable

import sqlalchemy as sa

from almanac.server.database import PROCESSES, upsert


class Heartbeat:
    """This process's heartbeat, and what it has seen of the others'.

    Attributes:
        id: This process's name, different from that of every other process, earlier ones included.
    """

    def __init__(self, engine: sa.Engine, patience: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Take the database, and after how many seconds without a beat a process counts as dead."""
        self.id = uuid.uuid4().hex
        self._engine, self._patience, self._clock = engine, patience, clock
        self._count = itertools.count(1)
        self._last = clock()
        self._seen: dict[str, tuple[int, float]] = {}

    def beat(self) -> None:
        started = self._clock()
        with self._engine.begin() as connection:
            connection.execute(upsert(self._engine, PROCESSES, {"id": self.id}, beats=next(self._count)))
        self._last = started

    @property
    def is_current(self) -> bool:
        """Whether the last beat is so recent that no other process can take this one for dead."""
        return self._clock() - self._last < self._patience / 2

    def living(self) -> frozenset[str]:
        """Return the ids of the living processes, and forget those that have died.

        A process that has just been seen for the first time counts as living.
        """
        now = self._clock()
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
        """Say that this process ends, so that others need not wait for the silence."""
        self._forget([self.id])

    def _forget(self, processes: Iterable[str]) -> None:
        with self._engine.begin() as connection:
            connection.execute(sa.delete(PROCESSES).where(PROCESSES.c.id.in_(list(processes))))
