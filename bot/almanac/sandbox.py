"""Renders a site's own templates in processes that can do no harm.

Jinja2's sandbox is the first wall. The process is the second: it has no environment (so no tokens), gives up the right
to open files and start processes before it reads the template, and is killed if it takes too long.

Python and Jinja2 take half a second to start, so they are started once, in a fork server. It touches no template:
each request is answered by a process that is forked for it (`almanac.sandboxed`).
"""

import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from threading import Timer
from typing import IO, Any, cast

from almanac.errors import ConfigError, Problem
from almanac.event.model import Event
from almanac.phrases import say, unpacked

SECONDS = 5
"""How much of the processor's time a template may take."""
PATIENCE = 30
"""After how many seconds by the clock it is stopped in any case. On a busy machine it has to wait for its time."""
MAX_OUTPUT = 64_000_000
MEMORY = 512_000_000
PROBLEM = "almanac:problem"
_REMEDY = say("Look for a loop or a number in it that is too large.")
_START = "import sys; sys.path.insert(0, sys.argv[1]); from almanac.sandboxed import main; main()"
DONE = b"0\n"


def render_in_child(source: str, events: Sequence[Event], file: str, *, as_entry: bool = False) -> list[str]:
    """Write the section of each event with a site's own template, all in one child process; or the entry of each.

    Raises:
        ConfigError: The template has a mistake, takes more than 5 seconds of the processor's time for all events, or
            writes more than a million characters for one.
    """
    dumped = [event.model_dump(mode="json", exclude_defaults=True) for event in events]
    return list(_ask({"source": source, "file": file, "events": dumped, "as_entry": as_entry}))


def write_in_child(source: str, values: Mapping[str, Any], file: str, words: Mapping[str, str]) -> str:
    """Write a message with a site's own template in a child process, with the same limits as for a section.

    What is in `values` is said in the site's language already; `words` are what a filter says by itself.
    """
    return str(_ask({"source": source, "file": file, "values": values, "words": words}))


def _plain(value: Any) -> Any:
    return {PROBLEM: asdict(value)} if isinstance(value, Problem) else asdict(value)


def _ask(request: Mapping[str, Any]) -> Any:
    """Let a child process answer a request; refuse with its problems, or because it was stopped."""
    line = json.dumps(request, default=_plain).encode() + b"\n"
    server = _idle.pop() if _idle else _ForkServer()
    try:
        written = server.answer(line)
    except BaseException:
        server.end()
        raise
    if server.is_fit:
        _idle.append(server)
    else:
        server.end()
    if server.was_slow:
        message = say(
            "The template took longer than {number} seconds and was stopped. {remedy}", number=PATIENCE, remedy=_REMEDY
        )
        raise ConfigError(Problem(message, file=request["file"]))
    if written is None:
        message = say(
            "The template used up its share of time, memory or output and was stopped. {remedy}", remedy=_REMEDY
        )
        raise ConfigError(Problem(message, file=request["file"]))
    answer = json.loads(written)
    if "problems" in answer:
        raise ConfigError(
            Problem(unpacked(message), file=path, line=line) for message, path, line in answer["problems"]
        )
    return answer["written"]


class _ForkServer:
    """A process that is ready to answer; for one thread at a time."""

    def __init__(self) -> None:
        # -I: no user site, no current folder, no PYTHON* variables. -X utf8: the locale went with the environment.
        command = [sys.executable, "-I", "-X", "utf8", "-c", _START, str(Path(__file__).parent.parent)]
        self._output = tempfile.TemporaryFile()  # noqa: SIM115  # closed by `end`
        self._process = subprocess.Popen(  # noqa: S603  # our own interpreter with our own code
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._output,
            env={},
            cwd="/",
            start_new_session=True,
        )
        self.is_fit = True  # for another request
        self.was_slow = False

    def answer(self, line: bytes) -> bytes | None:
        """Return what was written in answer to a request; None if the process that answered was stopped."""
        wire, status = cast(IO[bytes], self._process.stdin), cast(IO[bytes], self._process.stdout)
        self._output.seek(0)
        self._output.truncate()
        timer = Timer(PATIENCE, self._stop)
        timer.start()
        try:
            with suppress(BrokenPipeError):
                wire.write(line)
                wire.flush()
            said = status.readline()
        finally:
            timer.cancel()
        self.is_fit = bool(said) and CAN_FORK
        if said != DONE:
            return None
        self._output.seek(0)
        written = self._output.read(MAX_OUTPUT + 1)
        return written if len(written) <= MAX_OUTPUT else None

    def _stop(self) -> None:
        self.was_slow = True
        self._kill()

    def _kill(self) -> None:
        with suppress(ProcessLookupError):
            if CAN_FORK:
                os.killpg(self._process.pid, signal.SIGKILL)  # what it has forked, too
            else:
                self._process.kill()

    def end(self) -> None:
        """Kill it, and give back what it holds."""
        if self._process.poll() is None:
            self._kill()
        with suppress(BrokenPipeError):
            self._process.communicate()
        self._output.close()


CAN_FORK = hasattr(os, "fork")
_idle: list[_ForkServer] = []
"""Those that wait for a request: as many as have been needed at once."""


def _end_all() -> None:
    while _idle:
        _idle.pop().end()


atexit.register(_end_all)
