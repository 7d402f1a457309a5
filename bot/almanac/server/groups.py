"""Group commit: short writes that wait for the database at the same time share one transaction.

To make a transaction last takes most of its time, and takes the same time for one write as for thirty.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa

T = TypeVar("T")


@dataclass(eq=False)
class _Waiting:
    """A write that a thread waits for."""

    write: Callable[[sa.Connection], Any]
    done: bool = False
    result: Any = None
    error: Exception | None = None


class GroupCommit:
    """Runs writes of many threads, those together that wait when a transaction begins."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._listing, self._turn = threading.Lock(), threading.Lock()
        self.waiting: list[_Waiting] = []

    def run(self, write: Callable[[sa.Connection], T]) -> T:
        """Run a write, and return what it returns once that is stored; its errors are raised here.

        It may be run twice, as its transaction may fail because of another one, so it must not do anything else.
        """
        mine = _Waiting(write)
        with self._listing:
            self.waiting.append(mine)
        with self._turn:
            # Whoever gets here first commits for all who wait; the others find theirs done.
            if not mine.done:
                with self._listing:
                    group, self.waiting = self.waiting, []
                self._commit(group)
        if mine.error:
            raise mine.error
        result: T = mine.result
        return result

    def _commit(self, group: list[_Waiting]) -> None:
        try:
            with self._engine.begin() as connection:
                results = [one.write(connection) for one in group]
        except Exception as error:  # noqa: BLE001 -- each thread gets its own write's error
            if len(group) > 1:
                for one in group:
                    self._commit([one])
                return
            group[0].error, group[0].done = error, True
            return
        for one, result in zip(group, results, strict=True):
            one.result, one.done = result, True
