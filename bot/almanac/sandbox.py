"""Renders a site's own templates in processes that can do no harm.

Jinja2's sandbox is the first wall. The process is the second: it has no environment (so no tokens), gives up the right
to open files and start processes before it reads the template, and is killed if it takes too long.

Python and Jinja2 take half a second to start, so they are started once, in a fork server. It touches no template:
each request is answered by a process that is forked for it.
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

from almanac.entries.template import entry_writer
from almanac.errors import ConfigError, Problem
from almanac.event.model import Event
from almanac.languages import load_named
from almanac.page.template import section_renderer
from almanac.phrases import Glossary, Tongue, said, say
from almanac.proposal.messages import OWN_WORDS, write_text

SECONDS = 5
"""How much of the processor's time a template may take."""
PATIENCE = 30
"""After how many seconds by the clock it is stopped in any case. On a busy machine it has to wait for its time."""
MAX_OUTPUT = 64_000_000
_MEMORY = 512_000_000
_PROBLEM = "almanac:problem"
_START = "import sys; sys.path.insert(0, sys.argv[1]); from almanac.sandbox import main; main()"
_DONE = b"0\n"


def render_in_child(source: str, events: Sequence[Event], file: str, *, as_entry: bool = False) -> list[str]:
    """Write the section of each event with a site's own template, all in one child process; or the entry of each.

    Raises:
        ConfigError: The template has a mistake, takes more than 5 seconds of the processor's time for all events, or
            writes more than a million characters for one.
    """
    dumped = [event.model_dump(mode="json", exclude_defaults=True) for event in events]
    return list(_ask({"source": source, "file": file, "events": dumped, "as_entry": as_entry}))


def write_in_child(source: str, values: Mapping[str, Any], file: str, tongue: Tongue | None = None) -> str:
    """Write a message with a site's own template in a child process, with the same limits as for a section.

    What is in `values` is said in the site's language already; of that `tongue`, only a filter's own words are needed.
    """
    words = {source: said(source, tongue) for source in OWN_WORDS} if tongue else {}
    return str(_ask({"source": source, "file": file, "values": values, "words": words}))


def _plain(value: Any) -> Any:
    return {_PROBLEM: asdict(value)} if isinstance(value, Problem) else asdict(value)


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
        raise _too_much(request["file"], f"took longer than {PATIENCE} seconds")
    if written is None:
        raise _too_much(request["file"], "used up its share of time, memory or output")
    answer = json.loads(written)
    if "problems" in answer:
        raise ConfigError([Problem(**problem) for problem in answer["problems"]])
    return answer["written"]


def _too_much(file: str, what: str) -> ConfigError:
    message = say(
        "The template {what} and was stopped. Look for a loop or a number in it that is too large.", what=what
    )
    return ConfigError(Problem(message, file=file))


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
        self.is_fit = bool(said) and _CAN_FORK
        if said != _DONE:
            return None
        self._output.seek(0)
        written = self._output.read(MAX_OUTPUT + 1)
        return written if len(written) <= MAX_OUTPUT else None

    def _stop(self) -> None:
        self.was_slow = True
        self._kill()

    def _kill(self) -> None:
        with suppress(ProcessLookupError):
            if _CAN_FORK:
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


_CAN_FORK = hasattr(os, "fork")
_idle: list[_ForkServer] = []
"""Those that wait for a request: as many as have been needed at once."""


def _end_all() -> None:
    while _idle:
        _idle.pop().end()


atexit.register(_end_all)


# ------------------------------------------------------------- in the child


def main() -> None:
    """Answer the requests on standard input, a line each: the text goes to standard error, a status to standard output.

    Where a system cannot fork, only the first is answered.
    """
    _warm_up()
    for line in sys.stdin.buffer:
        if not _CAN_FORK:
            _respond(line)
            os.write(1, _DONE)
            return
        child = os.fork()
        if child == 0:
            _respond_and_exit(line)
        status = os.waitpid(child, 0)[1]
        os.write(1, b"%d\n" % status)


def _respond_and_exit(line: bytes) -> None:
    """Answer in a process of its own, which sees no other request."""
    status = 1
    try:
        os.close(0)
        os.close(1)
        _respond(line)
        status = 0
    finally:
        os._exit(status)


def _respond(line: bytes) -> None:
    request = json.loads(line, object_hook=_revived)
    if "events" in request:
        request["events"] = [Event.model_validate(event, strict=False) for event in request["events"]]
    load_named(request["source"])
    _give_up_rights()
    sys.stderr.write(json.dumps(_answer(**request)))
    sys.stderr.flush()


def _revived(found: dict[str, Any]) -> Any:
    """Make a problem of what `_plain` made of one."""
    if found.keys() != {_PROBLEM}:
        return found
    about = found[_PROBLEM]
    return Problem(**{**about, "choices": tuple(about["choices"])})


def _answer(  # noqa: PLR0913 -- the parts of a request
    source: str,
    file: str,
    events: Sequence[Event] = (),
    values: Mapping[str, Any] | None = None,
    words: Mapping[str, str] | None = None,
    *,
    as_entry: bool = False,
) -> dict[str, Any]:
    """Write a message if there are values for one, else a section or an entry for each event."""
    try:
        if values is not None:
            return {"written": write_text(source, values, file, Glossary(words) if words else None)}
        write = entry_writer(source, file) if as_entry else section_renderer(source, file)
        return {"written": list(map(write, events))}
    except ConfigError as error:
        return {"problems": [{"message": one.message, "file": one.file, "line": one.line} for one in error.problems]}


def _warm_up() -> None:
    """Use once whatever Python and Jinja2 import late: when files cannot be opened any more, that would fail."""
    event = Event(id="2021", title="ü", date="2021", url="https://bücher.example")
    late = "{{ title | slug }}{{ url | url }}{{ 'x' | wordwrap }}{{ 'x' | pprint }}"
    for template in (late, "{{ nothing }}", "{% if %}", "{% include 'x' %}"):
        _answer(template, "", [event])
        _answer(template, "", [event], as_entry=True)
        _answer(template, "", values={"problem": Problem("x")})
    _answer("{{ '| @x | **1** |' | quotation }}", "", values={})


def _give_up_rights() -> None:
    """Take from this process what a template has no use for, as far as the system knows such limits."""
    try:
        import resource  # noqa: PLC0415  # not on every system
    except ImportError:
        return
    limits = {
        "RLIMIT_NOFILE": 0,  # no file can be opened; standard error is open already
        "RLIMIT_NPROC": 0,
        "RLIMIT_CORE": 0,
        "RLIMIT_CPU": SECONDS,
        "RLIMIT_AS": _MEMORY,
        "RLIMIT_FSIZE": MAX_OUTPUT,
    }
    for name, limit in limits.items():
        try:
            resource.setrlimit(getattr(resource, name), (limit, limit))
        except (AttributeError, OSError, ValueError):
            continue  # a system without this one still has the others, and the parent's clock
