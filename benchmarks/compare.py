"""Almanac beside its peers, as ratios: `python -m benchmarks.compare [--write] [--all]`; needs Jekyll, Node and npm.

With `--write` it fills docs/performance.md; with `--all` it goes on with what requests cost and with what the server
can do beside a bare one.

Processor time (user and system, children included) is measured, in rounds that have each command once, so that other
work of the machine falls on all of them alike; the least of a row's rounds counts, as other work can only add to it.
`Python alone`, an interpreter that does nothing, and Jekyll are there to compare with.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from almanac.event.model import Event
from almanac.form.schema import read_form
from almanac.packaged import template
from almanac.renderer import house_renderer

from benchmarks import parser
from benchmarks.server import share
from tests.server.serving import Served, app_environment
from tests.server.torture import COMMAND, FakeGitHub

ROUNDS, EVENTS = 7, 1000
MOST = 10_000
"""How many records Almanac reads at most, of a page that has 2 MiB at most."""
DOC = Path(__file__).parents[1] / "docs" / "performance.md"
BEGIN, END = "<!-- {} -->\n", "<!-- end -->\n"
PEERS = ("@github/issue-parser@2.0.0", "@zentered/issue-forms-body-parser@3.0.0")
ALMANAC = (sys.executable, "-m", "almanac")


def used(command: Sequence[str | Path], environment: Mapping[str, str]) -> float:
    """Run a command, and return the seconds of processor time that it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def large_site(folder: Path, count: int) -> None:
    """Make a Jekyll site whose page has so many events, and import it; of `MOST`, short ones."""
    render, day = house_renderer(), date(2025, 12, 30)
    parts = ["---\nlayout: default\ntitle: Events\n---\n\n# Events"]
    for number in range(count):
        day -= timedelta(days=2)
        event = Event(
            id=f"{day}-meeting",
            series=f"Governments & Agencies {number % 7}",
            title=f"Meeting number {number} about open source",
            date=f"{day}",
            when="9am ET",
            location="Online",
            description=None if count == MOST else f"We talked about compilers, {number} of them, and what comes next.",
            agenda=() if count == MOST else ("Welcome", f"Talk {number}"),
            recording=f"https://example.org/watch/{number}",
        )
        parts.append(render(event).strip("\n"))
    (folder / "_layouts").mkdir(parents=True)
    (folder / "_layouts/default.html").write_text("<html><body>{{ content }}</body></html>\n")
    (folder / "_config.yml").write_text("title: Site\n")
    (folder / "events.md").write_text("\n\n".join(parts) + "\n")
    subprocess.run([*ALMANAC, "import", folder / "events.md", "--site", folder], capture_output=True, check=True)


@dataclass(frozen=True)
class Row:
    """A command that is measured, and what it is to take at most: so many seconds, or so much of what Jekyll takes.

    Of what takes long, there are fewer `rounds`; it is measured without bytecode only where that matters.
    """

    name: str
    command: Sequence[str | Path]
    seconds: float | None = None
    of_jekyll: float | None = None
    events: int = EVENTS
    rounds: int = ROUNDS
    bare: bool = True
    jekyll: bool = False

    @property
    def aim(self) -> str:
        """How much it is to take at most, in words."""
        if self.seconds is not None:
            return f"{self.seconds:.2f} s"
        return f"{self.of_jekyll} of Jekyll's" if self.of_jekyll else ""


def small_rows(folder: Path) -> Iterator[Row]:
    """Give the commands for one event."""
    form = read_form(template("site/new-event.yml"))
    answers = {"title": "Demo Day", "date": "2022-01-20", "when": "9am ET, 3pm CET"}
    body = "\n\n".join(f"### {field.label}\n\n{answers.get(field.id, '_No response_')}" for field in form.fields)
    (folder / "body.md").write_text(body + "\n")
    (folder / "form.yml").write_text(template("site/new-event.yml"))
    issue = {"number": 77, "title": "New event", "body": body, "labels": [{"name": "event"}], "state": "open"}
    (folder / "issue.json").write_text(json.dumps({**issue, "user": {"login": "ann"}}))
    talk = {"action": "created", "issue": {"number": 1, "labels": [], "comments": 2}, "comment": {"body": "Thanks!"}}
    (folder / "talk.json").write_text(json.dumps(talk))
    subprocess.run([*ALMANAC, "demo", "--dir", folder / "site"], capture_output=True, check=True)
    propose: list[str | Path] = [*ALMANAC, "propose", folder / "issue.json", "--site", folder / "site"]
    subprocess.run(propose, capture_output=True, check=True)
    yield Row("Python alone", [sys.executable, "-c", "pass"])
    yield Row("`almanac action`, a comment that is none of Almanac's", [*ALMANAC, "action"], seconds=0.1)
    parse: list[str | Path] = [*ALMANAC, "parse", folder / "body.md", "--form", folder / "form.yml"]
    yield Row("`almanac parse`", parse, seconds=0.25)
    yield Row("`almanac when`", [*ALMANAC, "when", "2022-01-20", "9am ET, 3pm CET"], seconds=0.35)
    yield Row("`almanac propose`, unchanged", propose, seconds=0.35)


def large_rows(folder: Path) -> Iterator[Row]:
    """Give the commands for sites with many events, and Jekyll for the same."""
    for events, rounds in ((EVENTS, ROUNDS), (5 * EVENTS, 3), (MOST, 1)):
        site = folder / f"large-{events}"
        large_site(site, events)
        aim: dict[str, Any] = {"seconds": 20.0} if events == MOST else {"of_jekyll": 0.6}
        aim |= {"events": events, "rounds": rounds, "bare": events == EVENTS}
        check: list[str | Path] = [*ALMANAC, "build", "--check", "--site", site]
        yield Row(f"`almanac build --check`, {events:,} events", check, **aim)
        read: list[str | Path] = [*ALMANAC, "import", site / "events.md", "--site", site, "--dry-run"]
        yield Row(f"`almanac import`, {events:,} events", read, **{**aim, "rounds": 1 + rounds // 3, "bare": False})
        if "of_jekyll" in aim:
            jekyll: list[str | Path] = ["jekyll", "build", "-q", "--disable-disk-cache"]
            jekyll += ["-s", site, "-d", folder / "built"]
            yield Row(
                f"Jekyll, the page of {events:,} events", jekyll, events=events, rounds=rounds, bare=False, jekyll=True
            )


def measure() -> list[str]:
    """Return the lines of the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = [*small_rows(folder), *large_rows(folder)]
        kept = os.environ | {
            "GITHUB_TOKEN": "x",
            "GITHUB_REPOSITORY": "octo/site",
            "GITHUB_EVENT_NAME": "issue_comment",
            "GITHUB_EVENT_PATH": str(folder / "talk.json"),
        }
        kept.pop("PYTHONDONTWRITEBYTECODE", None)
        compiled, bare = folder / "compiled", folder / "bare"
        for row in rows:
            if row.events == EVENTS:
                used(row.command, kept | {"PYTHONPYCACHEPREFIX": str(compiled)})
        # Python's own modules are always compiled.
        shutil.copytree(compiled, bare)
        for own in (Path(sys.prefix), DOC.parents[1] / "bot"):
            shutil.rmtree(bare / own.relative_to("/"), ignore_errors=True)
        kept["PYTHONDONTWRITEBYTECODE"] = "1"
        times: dict[tuple[str, Path], float] = {}
        for number in range(ROUNDS):
            for row in rows:
                for cache in (compiled, bare) if row.bare else (compiled,):
                    if number < row.rounds:
                        seconds = used(row.command, kept | {"PYTHONPYCACHEPREFIX": str(cache)})
                        times[row.name, cache] = min(seconds, times.get((row.name, cache), seconds))
    jekyll = {row.events: times[row.name, compiled] for row in rows if row.jekyll}
    lines = ["| processor time | at most | with bytecode | without | of Jekyll's |", "| --- | --- | --- | --- | --- |"]
    for row in rows:
        first, second = times[row.name, compiled], times.get((row.name, bare))
        without = f"{second:.2f} s" if second else ""
        ratio = f"{first / jekyll[row.events]:.2f}" if row.events in jekyll else ""
        lines.append(f"| {row.name} | {row.aim} | {first:.2f} s | {without} | {ratio} |")
    return [*lines, installed(), resting()]


def installed() -> str:
    """Return the row for a runner: the Action's packages, with an empty cache, and all that a run needs loaded."""
    root = DOC.parents[1]
    script = " ".join((root / "action.yml").read_text().partition("uv sync")[2].partition("# ")[0].split())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        own = os.environ | {"UV_CACHE_DIR": str(folder / "cache"), "UV_PROJECT_ENVIRONMENT": str(folder / "venv")}
        own |= {"GITHUB_ACTION_PATH": str(root), "PYTHONPATH": str(root / "bot"), "PYTHONDONTWRITEBYTECODE": "1"}
        sync = used(["bash", "-c", f"uv sync {script}"], own)
        needed = "import almanac.action, almanac.defaults, almanac.engine.sweep, almanac.forge.github.repository"
        first = used([folder / "venv/bin/python", "-P", "-s", "-c", needed], own)
    name = "the Action's packages installed with an empty cache, and what a run needs loaded"
    return f"| {name} | 2.50 s | | {sync + first:.2f} s | |"


def resting() -> str:
    """Return the row for a server that has nothing to do."""
    github = FakeGitHub(0)
    with tempfile.TemporaryDirectory() as name:
        environment = app_environment(
            GITHUB_API_URL=github.url,
            ALMANAC_DATABASE_URL=f"sqlite:///{name}/jobs.sqlite",
            ALMANAC_LOG_LEVEL="error",
            ALMANAC_SWEEP_MINUTES="600",
        )
        served = Served(Path(name), environment, command=COMMAND)
        try:
            time.sleep(15)
            taken = share(served.process.pid, 20)
        finally:
            served.stop()
            github.close()
    return f"| `almanac serve`, of one processor, with nothing to do | 1.0% | {taken:.1%} | | |"


def parsers() -> list[str]:
    """Return the lines of the table of parsers: the same issue of ten fields, read by each."""
    text = parser.body_of("A sentence that somebody typed, of common length.\n\n" * 13)
    head = "name: An event\ndescription: An event\nbody:\n"
    fields = (
        f"- type: {'textarea' if label in parser.FREE else 'input'}\n  id: {label.lower()}\n"
        f"  attributes:\n    label: {label}\n"
        for label in parser.TEN
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "package.json").write_text("{}")
        (folder / "body.md").write_text(text)
        (folder / "form.yml").write_text(head + "".join(fields))
        subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", *PEERS], cwd=folder, check=True)
        command: list[str | Path] = ["node", Path(__file__).with_name("peers.mjs"), "body.md", "form.yml"]
        peers = json.loads(subprocess.run(command, cwd=folder, capture_output=True, check=True).stdout)
    ours = 1 / parser.measure(text, 2_000)[0]
    lines = ["| parser | bodies a second | of Almanac's |", "| --- | --- | --- |", f"| Almanac | {ours:,.0f} | 1.000 |"]
    return [*lines, *(f"| {peer} | {count:,.0f} | {count / ours:.3f} |" for peer, count in peers.items())]


def main() -> int:
    """Print the tables, and write them into the page if that is asked for."""
    text = DOC.read_text()
    for name, lines in (("table", measure()), ("parsers", parsers())):
        print("\n".join(lines), end="\n\n", flush=True)
        before, mark, rest = text.partition(BEGIN.format(name))
        text = before + mark + "\n" + "\n".join(lines) + "\n\n" + END + rest.partition(END)[2]
    if "--write" in sys.argv[1:]:
        DOC.write_text(text)
    if "--all" in sys.argv[1:]:
        for other in ("requests", "server"):
            subprocess.run([sys.executable, "-m", f"benchmarks.{other}"], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
