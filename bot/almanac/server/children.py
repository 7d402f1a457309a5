"""The processes that do the server's work on the files of sites: started, handed their jobs, watched and killed."""

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from signal import SIGXCPU
from typing import Any

from almanac.server.jobs import CutOff, Postponed
from almanac.server.pagework import CPU_SECONDS, IDLE, PageWork, PageWorkError, Worked

# -P: no module is taken from the folder that the server happens to be started in.
COMMAND = (sys.executable, "-P", "-c", "from almanac.server.pagework import main; main()")
SECONDS = 300.0
"""After how many seconds by the clock without a sign of life a child is killed."""


@dataclass(eq=False)
class Child:
    """One process, which does one job at a time and says how far it is."""

    process: subprocess.Popen[bytes]
    wire: "Connection[Any, Any]"
    used: float = field(default_factory=time.monotonic)  # when it did its last job
    is_fit: bool = False  # for another job

    def end(self) -> int:
        """Kill it, if it is not dead yet, and return its exit status."""
        self.process.kill()
        self.wire.close()
        return self.process.wait()


class Children:
    """The processes of one server, as many as there are jobs at once; for several threads."""

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        """Take what a child is started with. Nothing is started yet."""
        self._command = command
        self._lock = threading.Lock()
        self._idle: list[Child] = []
        self._busy: set[Child] = set()
        self._closed = False

    def perform(self, work: PageWork) -> Worked:
        """Have a job done, and return what became of it.

        Raises:
            CutOff: It took too long, or its process died.
            Postponed: The server stops.
            PageWorkError: The process died before it began.
        """
        child = self._take()
        try:
            return self._watched(child, work)
        finally:
            self._give_back(child)

    def close(self) -> None:
        """Kill all children. What they were doing is postponed."""
        with self._lock:
            self._closed = True
            for child in self._busy:
                child.process.kill()
            while self._idle:
                self._idle.pop().end()

    def _take(self) -> Child:
        with self._lock:
            if self._closed:
                raise Postponed(0, "The server stops.")
            fresh = time.monotonic() - IDLE
            for child in [one for one in self._idle if one.used < fresh or one.process.poll() is not None]:
                self._idle.remove(child)
                child.end()
            child = self._idle.pop() if self._idle else self._start()
            child.is_fit = False
            self._busy.add(child)
            return child

    def _start(self) -> Child:
        ours, theirs = Pipe()
        # A job brings what it needs, and nothing else of the server's secrets.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ALMANAC_")}
        with theirs:
            process = subprocess.Popen(  # noqa: S603  # our own interpreter with our own code
                self._command, stdin=theirs.fileno(), stdout=subprocess.DEVNULL, env=environment
            )
        return Child(process, ours)

    def _give_back(self, child: Child) -> None:
        with self._lock:
            self._busy.remove(child)
            if child.is_fit and not self._closed:
                child.used = time.monotonic()
                self._idle.append(child)
            else:
                child.end()

    def _watched(self, child: Child, work: PageWork) -> Worked:
        issue: int | None = None
        place = ""
        try:
            child.wire.send(work)
            while child.wire.poll(SECONDS):
                match child.wire.recv():
                    case Worked() as worked:
                        child.is_fit = not worked.last
                        return worked
                    case logging.LogRecord() as record:
                        logging.getLogger(record.name).handle(record)
                    case str(place):
                        pass
                    case number:
                        issue, place = number, ""
            what = f"gave no sign of life for {SECONDS:.0f} seconds"
        except (EOFError, OSError):
            status = child.end()
            what = f"ended with status {status}; perhaps there was not enough memory"
            if status == -SIGXCPU:
                what = f"took more than {CPU_SECONDS} seconds of the processor's time"
        if self._closed:
            raise Postponed(0, "The server stops.")
        if issue is None:
            raise PageWorkError(f"The process that reads the site's files {what}.")
        where = f"issue {issue}" if issue else "the page and the records"
        raise CutOff(f"The work on {where}{place and f', last on {place},'} {what}.", issue)
