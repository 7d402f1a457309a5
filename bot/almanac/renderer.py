"""Almanac's own templates, and a site's own, which are rendered in a child process that can do no harm.

Jinja2's sandbox is the first wall. The child process is the second: it starts without environment (so without tokens),
gets the template and the values on standard input, gives up the right to open files and start processes before it
reads the template, and is killed if it takes too long.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from almanac.entries.template import EntryWriter, entry_writer
from almanac.errors import ConfigError, Problem
from almanac.event.model import Event
from almanac.event.record import write_record
from almanac.form.schema import Form, read_form
from almanac.languages import load_named
from almanac.page.proof import check_section
from almanac.page.section import Renderer
from almanac.page.template import section_renderer
from almanac.proposal.messages import SUFFIX, Messages, write_text


def _data(name: str) -> Traversable:
    """Find a folder of ours: in an installed wheel, or in a checkout."""
    packed = resources.files("almanac") / "_data" / name
    return packed if packed.is_dir() else Path(__file__).parents[2] / name


def template(path: str) -> str:
    """Return the text of a file in `templates/`, given by its path there."""
    return (_data("templates") / path).read_text(encoding="utf-8")


def example(path: str) -> str:
    """Return the text of a file in `examples/`, given by its path there."""
    return (_data("examples") / path).read_bytes().decode()


def load_messages() -> Messages:
    """Read our message templates."""
    found = (file.name for file in (_data("templates") / "messages").iterdir())
    names = sorted(name.removesuffix(SUFFIX) for name in found if name.endswith(SUFFIX))
    return Messages({name: template(f"messages/{name}{SUFFIX}") for name in names}, write_in_child)


@cache
def house_form() -> Form:
    """Return Almanac's own issue form."""
    return read_form(template("site/new-event.yml"))


def house_renderer() -> Renderer:
    """Return what writes sections in the house style."""
    return section_renderer(template("section.md.j2"))


def own_entry_writer(source: str, path: str) -> EntryWriter:
    """Return what writes a site's own files or entries with its template, in a child process, for `EntryTemplate`.

    Raises:
        ConfigError: By what is returned: the template fails for an event.
    """
    done: dict[str, str] = {}

    def write(event: Event) -> str:
        key = write_record(event)
        if key not in done:
            done[key] = render_in_child(source, [event], path, as_entry=True)[0]
        return done[key]

    return write


def own_renderer(source: str, path: str, prepared: Sequence[Event] = ()) -> Renderer:
    """Return what writes sections with a site's own template, in a child process.

    `prepared` are events whose sections will be needed: one process writes them all.

    Raises:
        ConfigError: By what is returned: the template fails for an event, or its section could not be found again.
    """
    done: dict[str, str] = {}
    sound: set[str] = set()

    def key_of(event: Event) -> str:
        # A template does not see how its section was written before.
        return write_record(event.model_copy(update={"rendered": None}))

    def write(events: Sequence[Event]) -> None:
        done.update(zip(map(key_of, events), render_in_child(source, events, path), strict=True))

    def render(event: Event) -> str:
        if event.markdown is not None:
            return event.markdown
        key = key_of(event)
        if key not in done:
            write([event])
        if key not in sound:
            check_section(done[key], event, path, source)
            sound.add(key)
        return done[key]

    if prepared:
        write(prepared)
    return render


SECONDS = 5
"""How much of the processor's time a template may take."""
PATIENCE = 30
"""After how many seconds by the clock it is stopped in any case. On a busy machine it has to wait for its time."""
MAX_OUTPUT = 64_000_000
_MEMORY = 512_000_000
_PROBLEM = "almanac:problem"
_START = "import sys; sys.path.insert(0, sys.argv[1]); from almanac.renderer import main; main()"


def render_in_child(source: str, events: Sequence[Event], file: str, *, as_entry: bool = False) -> list[str]:
    """Write the section of each event with a site's own template, all in one child process; or the entry of each.

    Raises:
        ConfigError: The template has a mistake, takes more than 5 seconds of the processor's time for all events, or
            writes more than a million characters for one.
    """
    dumped = [event.model_dump(mode="json", exclude_defaults=True) for event in events]
    return list(_ask({"source": source, "file": file, "events": dumped, "as_entry": as_entry}))


def write_in_child(source: str, values: Mapping[str, Any], file: str) -> str:
    """Write a message with a site's own template in a child process, with the same limits as for a section."""
    return str(_ask({"source": source, "file": file, "values": values}))


def _plain(value: Any) -> Any:
    return {_PROBLEM: asdict(value)} if isinstance(value, Problem) else asdict(value)


def _ask(request: Mapping[str, Any]) -> Any:
    """Let a child process answer a request; refuse with its problems, or because it was stopped."""
    # -I: no user site, no current folder, no PYTHON* variables. -X utf8: the locale went with the environment.
    command = [sys.executable, "-I", "-X", "utf8", "-c", _START, str(Path(__file__).parent.parent)]
    with tempfile.TemporaryFile() as output:
        try:
            done = subprocess.run(  # noqa: S603  # our own interpreter with our own code
                command,
                input=json.dumps(request, default=_plain).encode(),
                stdout=output,
                stderr=subprocess.DEVNULL,
                env={},
                cwd="/",
                timeout=PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise _too_much(request["file"], f"took longer than {PATIENCE} seconds") from None
        output.seek(0)
        written = output.read(MAX_OUTPUT + 1)
    if done.returncode or len(written) > MAX_OUTPUT:
        raise _too_much(request["file"], "used up its share of time, memory or output")
    answer = json.loads(written)
    if "problems" in answer:
        raise ConfigError([Problem(**problem) for problem in answer["problems"]])
    return answer["written"]


def _too_much(file: str, what: str) -> ConfigError:
    message = f"The template {what} and was stopped. Look for a loop or a number in it that is too large."
    return ConfigError(Problem(message, file=file))


# ------------------------------------------------------------- in the child


def main() -> None:
    """Answer one request, from standard input to standard output."""
    request = json.load(sys.stdin, object_hook=_revived)
    if "events" in request:
        request["events"] = [Event.model_validate(event, strict=False) for event in request["events"]]
    load_named(request["source"])
    _give_up_rights()
    json.dump(_answer(**request), sys.stdout)


def _revived(found: dict[str, Any]) -> Any:
    """Make a problem of what `_plain` made of one."""
    if found.keys() != {_PROBLEM}:
        return found
    about = found[_PROBLEM]
    return Problem(**{**about, "choices": tuple(about["choices"])})


def _answer(
    source: str,
    file: str,
    events: Sequence[Event] = (),
    values: Mapping[str, Any] | None = None,
    *,
    as_entry: bool = False,
) -> dict[str, Any]:
    """Write a message if there are values for one, else a section or an entry for each event."""
    try:
        if values is not None:
            return {"written": write_text(source, values, file)}
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
    _warm_up()
    try:
        import resource  # noqa: PLC0415  # not on every system
    except ImportError:
        return
    limits = {
        "RLIMIT_NOFILE": 0,  # no file can be opened; standard input and output are open already
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
