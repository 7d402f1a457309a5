"""What runs in the sandbox's own process, and so what only that process loads: it renders a site's own templates."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from almanac.entries.template import entry_writer
from almanac.errors import Candidate, ConfigError, Problem
from almanac.event.model import Event
from almanac.languages import load_named
from almanac.page.template import section_renderer
from almanac.phrases import Glossary, packed
from almanac.proposal.messages import write_text
from almanac.sandbox import CAN_FORK, DONE, MAX_OUTPUT, MEMORY, PROBLEM, SECONDS


def main() -> None:
    """Answer the requests on standard input, a line each: the text goes to standard error, a status to standard output.

    Where a system cannot fork, only the first is answered.
    """
    _warm_up()
    for line in sys.stdin.buffer:
        if not CAN_FORK:
            _respond(line)
            os.write(1, DONE)
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
    if found.keys() != {PROBLEM}:
        return found
    about = found[PROBLEM]
    candidates = tuple(Candidate(**one) for one in about["candidates"])
    return Problem(**{**about, "choices": tuple(about["choices"]), "candidates": candidates})


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
        return {"problems": [(packed(one.message), one.file, one.line) for one in error.problems]}


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
        "RLIMIT_AS": MEMORY,
        "RLIMIT_FSIZE": MAX_OUTPUT,
    }
    for name, limit in limits.items():
        try:
            resource.setrlimit(getattr(resource, name), (limit, limit))
        except (AttributeError, OSError, ValueError):
            continue  # a system without this one still has the others, and the parent's clock
