"""Group commit: short writes that wait for the database at the same time share one transaction.

To make a transaction last takes most of its time, and takes the same time for one write as for thirty.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import sqlalchemy as sa

from almanac.server.database import durable

T = TypeVar("T")


@dataclass(eq=False)
class _Waiting:
    """A write that a thread waits for; the thread is woken when it is done, or to commit for all that wait."""

    write: Callable[[sa.Connection], Any]
    woken: threading.Event = field(default_factory=threading.Event)
    done: bool = False
    result: Any = None
    error: Exception | None = None


class GroupCommit:
    """Runs writes of many threads, those together that wait when a transaction begins."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._is_busy = False  # whether a thread commits, or is woken to
        self.waiting: list[_Waiting] = []

    def run(self, write: Callable[[sa.Connection], T]) -> T:
        """Run a write, and return what it returns once that is stored; its errors are raised here.

        It may be run twice, as its transaction may fail because of another one, so it must not do anything else.
        """
        mine = _Waiting(write)
        with self._lock:
            self.waiting.append(mine)
            is_first, self._is_busy = not self._is_busy, True
        if not is_first:
            mine.woken.wait()
        if not mine.done:
            self._commit_all()
        if mine.error:
            raise mine.error
        result: T = mine.result
        return result

    def _commit_all(self) -> None:
        """Commit for all that wait, and leave those that came in the meantime to one of them."""
        with self._lock:
            group, self.waiting = self.waiting, []
        try:
            self._commit(group)
        finally:
            with self._lock:
                self._is_busy = bool(self.waiting)
                if self.waiting:
                    self.waiting[0].woken.set()
            for one in group:
                if not one.done:  # this thread was ended in the middle
                    one.done, one.error = True, RuntimeError("The write was cut off, and is not stored.")
                one.woken.set()

    def _commit(self, group: list[_Waiting]) -> None:
        try:
            with durable(self._engine) as connection:
                results = [one.write(connection) for one in group]
        except Exception as error:  # noqa: BLE001 -- each thread gets its own write's error
            if len(group) == 1:
                group[0].done, group[0].error = True, error
                return
            for one in group:
                self._commit([one])
        else:
            for one, result in zip(group, results, strict=True):
                one.done, one.result = True, result
