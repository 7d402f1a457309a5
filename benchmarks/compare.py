"""Almanac beside its peers, as ratios: `python -m benchmarks.compare [--write] [--all]`; needs Jekyll, Node and npm.

With `--write` it fills docs/performance.md; with `--all` it goes on with what requests cost and with what the server
can do beside a bare one.

Processor time (user and system, children included) is measured, in rounds that have each command once, so that other
work of the machine falls on all of them alike; the median of a row's rounds counts. `Python alone`, an interpreter that
does nothing, and Jekyll are there to compare with.
"""

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

from almanac.event.model import Event
from almanac.form.schema import read_form
from almanac.packaged import template
from almanac.renderer import house_renderer

from benchmarks import parser

ROUNDS, EVENTS = 5, 1000
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
    """Make a Jekyll site whose page has so many events, and import it."""
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
            description=f"We talked about compilers and the history of number {number}, and what comes next.",
            agenda=("Welcome", f"Talk {number}"),
            recording=f"https://example.org/watch/{number}",
        )
        parts.append(render(event).strip("\n"))
    (folder / "_layouts").mkdir(parents=True)
    (folder / "_layouts/default.html").write_text("<html><body>{{ content }}</body></html>\n")
    (folder / "_config.yml").write_text("title: Site\n")
    (folder / "events.md").write_text("\n\n".join(parts) + "\n")
    subprocess.run([*ALMANAC, "import", folder / "events.md", "--site", folder], capture_output=True, check=True)


def commands(folder: Path) -> tuple[dict[str, Sequence[str | Path]], dict[str, str]]:
    """Return what is measured, by the name of its row, and the environment that it needs."""
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
    large_site(folder / "large", EVENTS)
    runner = {
        "GITHUB_TOKEN": "x",
        "GITHUB_REPOSITORY": "octo/site",
        "GITHUB_EVENT_NAME": "issue_comment",
        "GITHUB_EVENT_PATH": str(folder / "talk.json"),
    }
    jekyll: list[str | Path] = ["jekyll", "build", "-q", "--disable-disk-cache"]
    jekyll += ["-s", folder / "large", "-d", folder / "built"]
    return {
        "Python alone": [sys.executable, "-c", "pass"],
        "`almanac action`, a comment that is none of Almanac's": [*ALMANAC, "action"],
        "`almanac parse`": [*ALMANAC, "parse", folder / "body.md", "--form", folder / "form.yml"],
        "`almanac when`": [*ALMANAC, "when", "2022-01-20", "9am ET, 3pm CET"],
        "`almanac propose`, unchanged": propose,
        f"`almanac build --check`, {EVENTS:,} events": [*ALMANAC, "build", "--check", "--site", folder / "large"],
        f"Jekyll, the page of these {EVENTS:,} events": jekyll,
    }, runner


def measure() -> list[str]:
    """Return the lines of the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        measured, runner = commands(folder)
        kept = os.environ | runner
        kept.pop("PYTHONDONTWRITEBYTECODE", None)
        compiled, bare = folder / "compiled", folder / "bare"
        for command in measured.values():
            used(command, kept | {"PYTHONPYCACHEPREFIX": str(compiled)})
        # Python's own modules are always compiled.
        shutil.copytree(compiled, bare)
        for own in (Path(sys.prefix), DOC.parents[1] / "bot"):
            shutil.rmtree(bare / own.relative_to("/"), ignore_errors=True)
        kept["PYTHONDONTWRITEBYTECODE"] = "1"
        times: dict[tuple[str, Path], list[float]] = {}
        for _ in range(ROUNDS):
            for row, command in measured.items():
                for cache in (compiled, bare):
                    seconds = used(command, kept | {"PYTHONPYCACHEPREFIX": str(cache)})
                    times.setdefault((row, cache), []).append(seconds)
    found = {key: statistics.median(values) for key, values in times.items()}
    jekyll = found[f"Jekyll, the page of these {EVENTS:,} events", compiled]
    lines = ["| processor time | with bytecode | without | of Jekyll's |", "| --- | --- | --- | --- |"]
    for row in measured:
        first, second = found[row, compiled], found[row, bare]
        lines.append(f"| {row} | {first:.2f} s | {second:.2f} s | {first / jekyll:.2f} |")
    return lines


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
