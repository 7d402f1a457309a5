"""Starts the jobs of the engine's queue as soon as they are due and a worker is free.

The engine itself looks for jobs at fixed times, and with several threads for what we do not use (schedules, timeouts,
other queues): a job then begins late, and a process that has nothing to do is busy all the same. Here one thread sleeps
until there is a reason to look: this process stored a job, or ended one, or one that it knows of is due. Jobs of other
processes it finds by looking every few seconds. What a look does is the engine's own, and not public.
"""

import heapq
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from typing import Any

import structlog
from dbos import DBOS, Queue, _core

_DELAYS_LOCK = "background_jobs"
"""Under this name the engine keeps two processes from waking the same jobs at the same time."""
_AGAIN = 0.2
_log = structlog.get_logger(__name__)


class Dispatcher:
    """The thread that starts jobs; `wake` may be called from any other."""

    def __init__(self, workers: int, longest: float, gap: float, say: Callable[[Exception], object]) -> None:
        """Take how many jobs there may be at once, and the most and the fewest seconds between two looks.

        `say` is told when the database does not answer.
        """
        self._workers, self._longest, self._gap, self._say = workers, longest, gap, say
        self._changed = threading.Condition()
        self._due: list[float] = []  # when to look, a heap
        self._held: set[str] = set()  # the names of the jobs that run
        self._taking = threading.Lock()
        self._stopped = False
        self._thread: threading.Thread | None = None

    def start(self, engine: DBOS, queue: Queue, executor: str, version: str) -> None:
        """Begin to start jobs."""

        def run() -> None:
            last = time.monotonic() - self._gap
            while self._wait(last):
                last = time.monotonic()
                try:
                    with self._taking:
                        self._look(engine, queue, executor, version)
                except Exception as error:  # noqa: BLE001 -- a database that is down now may be back the next time
                    self._say(error)

        # What the engine has for this; we have no schedules and no timeouts.
        for event in (*engine.background_thread_stop_events, engine._background_jobs_stop_event):  # noqa: SLF001
            event.set()
        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()
        self.wake()

    def stop(self, seconds: float) -> None:
        """Start no more jobs."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        if self._thread:
            self._thread.join(seconds)

    def wake(self, delay: float = 0) -> None:
        """Look for jobs after so many seconds."""
        at = time.monotonic() + delay
        with self._changed:
            heapq.heappush(self._due, at)
            if self._due[0] == at:
                self._changed.notify()

    @contextmanager
    def held(self) -> Iterator[frozenset[str]]:
        """Give the names of the jobs that run here, and take no others meanwhile.

        Any other that is stored as this process's was lost: it could not be started, or what became of it not stored.
        """
        with self._taking:
            with self._changed:
                held = frozenset(self._held)
            yield held

    def _wait(self, last: float) -> bool:
        """Sleep until it is time for a look; False if there is to be none."""
        with self._changed:
            while not self._stopped:
                now = time.monotonic()
                time_to_look = max(last + self._gap, min([last + self._longest, *self._due[:1]]))
                if time_to_look <= now:
                    while self._due and self._due[0] <= now:
                        heapq.heappop(self._due)
                    return True
                self._changed.wait(time_to_look - now)
        return False

    def _look(self, engine: DBOS, queue: Queue, executor: str, version: str) -> None:
        room = self._workers - len(self._held)
        if room <= 0:
            return  # the end of a job wakes us
        store, owner = engine._sys_db, str(uuid.uuid4())  # noqa: SLF001
        with store.background_job_lock(_DELAYS_LOCK) as is_ours:
            if is_ours:
                store.transition_delayed_workflows()
            else:
                self.wake(_AGAIN)
        # The last argument saves a request: no job is without a version, which only the latest would take.
        taken = store.start_queued_partitioned_workflows(
            queue, executor, version, room, owner_xid=owner, is_latest_version=False
        )
        for status in store.get_workflow_statuses(taken) if taken else ():
            try:
                handle = _core.execute_dequeued_workflow(engine, status, owner)
            except Exception as error:  # noqa: BLE001 -- the others are to run, and this one counts as lost
                _log.error("job could not be started", job=status["workflow_uuid"], exc_info=error)
                continue
            if isinstance(handle, _core.WorkflowHandleFuture):
                name = status["workflow_uuid"]
                with self._changed:
                    self._held.add(name)
                handle.future.add_done_callback(partial(self._ended, name))

    def _ended(self, name: str, _: Future[Any]) -> None:
        with self._changed:
            self._held.discard(name)
        self.wake()
