"""How well strangers' pages are adopted: `python benchmarks/adoption.py FOLDER [--out REPORT]`.

FOLDER holds history pages (`*.md`, in any depth). Each becomes the page of a site that `almanac init` sets up; then a
short and a full issue are proposed there. Printed for each page: whether it is taken, how many events are found, and
whether it comes back byte for byte. With an `index.json` that counts a page's events by a regular expression, as
`{"pages": [{"file": "pages/1.md", "event_start_regex": "^- "}]}`, the events missed, and those merged into another one.

The report is a page to look through: each new entry beside its neighbours, as source and, where Jekyll is installed, as
readers see it.
"""

import argparse
import difflib
import html
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from almanac.commands.adoption import plan_adoption
from almanac.commands.shapes import Unproven
from almanac.errors import AlmanacError, UserError
from almanac.event.model import Event, Link, Person, event_id
from almanac.page.imitate import page_questions
from almanac.page.outline import outline
from almanac.site import Site
from almanac.sitefiles import Folder
from almanac.views import views_of
from almanac.views.protocol import completed, put_event

PAGE = "history.md"
SHORT: dict[str, Any] = {"title": "Borrow checking without tears", "date": "2026-12-10"}
FULL: dict[str, Any] = {
    "series": "Lightning talks",
    "title": "Analytical engines at scale",
    "date": "2026-12-17",
    "when": "6pm ET",
    "starts": "2026-12-17T18:00:00-05:00",
    "time_zone": "America/New_York",
    "location": "Babbage Room",
    "url": "https://example.org/register",
    "people": (
        Person(name="Ada Lovelace", url="https://example.org/ada", affiliation="Analytical Engines"),
        Person(name="Grace Hopper", affiliation="Navy Computing"),
    ),
    "description": "How engines grow.\n\nBring:\n- a laptop\n- a question",
    "agenda": ("Welcome", "Two talks"),
    "links": (Link(label="Slides", url="https://example.org/slides"),),
    "recording": "https://example.org/recording",
}
CONTEXT = 9
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; }
pre { background: #f6f8fa; padding: .7rem; overflow-x: auto; white-space: pre-wrap; font-size: 13px; }
ins { background: #aceebb; text-decoration: none; } del { background: #ffcecb; text-decoration: none; }
section { border-top: 1px solid #999; } small { color: #555; }
"""


@dataclass
class Result:
    """What became of one page."""

    name: str
    expected: int | None = None  # how many events a person counts
    refusal: str = ""
    found: int = 0
    missed: int = 0
    merged: int = 0
    structured: int = 0
    rich: int = 0  # have more fields than date, title and links
    family: str = ""
    notes: tuple[str, ...] = ()
    # What was filed -> the page before and after, or why there is none
    entries: dict[str, tuple[str, str] | str] = field(default_factory=dict)


def measure(name: str, text: str, starts: str | None) -> Result:
    """Adopt one page, and propose the two events on it."""
    result = Result(name)
    lines = text.splitlines()
    marked = [number for number, line in enumerate(lines, 1) if starts and re.search(starts, line)]
    result.expected = len(marked) if starts else None
    with tempfile.TemporaryDirectory() as scratch:
        folder = Folder(Path(scratch))
        folder.write({PAGE: text})
        try:
            plan = plan_adoption(Site(folder), [PAGE], "main", today=datetime.now(UTC).date(), page=PAGE)
        except UserError as error:
            asked = "asked which shape: " if isinstance(error, Unproven) else ""
            result.refusal = asked + "; ".join(f"{one.line or ''}: {one.message}" for one in error.problems)
            return result
        folder.write(plan.written)
        cut = outline(text)
        firsts = {section.line for section in cut.sections}
        inside = {
            line
            for section in cut.sections
            for line in range(section.line + 1, section.line + len(section.text.splitlines()))
        }
        result.found = len(cut.sections)
        result.merged = sum(line in inside - firsts for line in marked)
        result.missed = sum(line not in firsts and line not in inside for line in marked)
        result.structured = plan.imported.structured if plan.imported else 0
        result.rich = sum(map(is_rich, plan.imported.events)) if plan.imported else 0
        result.family = cut.alive_list[0].style.family
        warnings = [one.message for one in plan.imported.warnings] if plan.imported else []
        result.notes = (*plan.notes, *warnings)
        site = Site(folder)
        questions = {one.id: one.example for one in page_questions(cut)}
        for kind, answers in (("short", SHORT), ("full", {**FULL, "extra": questions})):
            event = Event(id=event_id(answers["date"], answers["title"], ()), **answers)
            result.entries[kind] = proposed(site, event, text)
    return result


def is_rich(event: Event) -> bool:
    """Tell whether an imported event has more fields than its date, title and links, and its text."""
    plain = {"id", "title", "date", "links", "markdown", "rendered", "duplicate_of"}
    return bool(event.model_dump(exclude=plain, exclude_defaults=True))


def proposed(site: Site, event: Event, text: str) -> tuple[str, str] | str:
    """Return the page before and after an event was put onto it, or why that is refused."""
    views = views_of(site.publisher, site.renderers())
    try:
        files = put_event(views, site.text, completed(views, event, site.text), None)
    except AlmanacError as error:
        return str(error)
    return text, files.get(PAGE) or text


def changed(before: str, after: str) -> Iterator[str]:
    """Show what differs between two texts, with the lines around it, as HTML."""
    marks = {"+": "ins", "-": "del"}
    for line in list(difflib.unified_diff(before.splitlines(), after.splitlines(), n=CONTEXT, lineterm=""))[2:]:
        mark, text = marks.get(line[:1]), html.escape(line.replace("\t", "→   ")[:600])
        yield f"<{mark}>{text}</{mark}>" if mark else text


def built(pages: Mapping[str, str], out: Path) -> bool:
    """Build pages with Jekyll, where there is one: name -> Markdown."""
    if not shutil.which("jekyll"):
        return False
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch)
        (source / "_config.yml").write_text("theme: null\n")
        for name, text in pages.items():
            body = re.sub(r"\A---\r?\n.*?\r?\n---\r?\n", "", text, count=1, flags=re.DOTALL)
            body = "{% raw %}" + re.sub(r"{%-?\s*(end)?raw\s*-?%}", "", body) + "{% endraw %}"
            (source / f"{name}.md").write_text(f"---\n---\n{body}", newline="")
        command = ["jekyll", "build", "--quiet", "--source", str(source), "--destination", str(out / "built")]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


def report(results: Iterable[Result], out: Path) -> None:
    """Write the page to look through."""
    results = list(results)
    pages = {
        f"{result.name.replace('/', '-').removesuffix('.md')}-{kind}": entry[1]
        for result in results
        for kind, entry in result.entries.items()
        if not isinstance(entry, str)
    }
    out.mkdir(parents=True, exist_ok=True)
    is_built = built(pages, out)
    parts = [f"<!doctype html><meta charset=utf-8><title>Adoption</title><style>{STYLE}</style><h1>Adoption</h1>"]
    for result in results:
        parts.append(f"<section><h2>{html.escape(result.name)}</h2><p>{html.escape(summary(result))}</p>")
        parts += [f"<p><small>{html.escape(note)}</small></p>" for note in result.notes]
        for kind, entry in result.entries.items():
            if isinstance(entry, str):
                parts.append(f"<h3>{kind}</h3><p>{html.escape(entry)}</p>")
                continue
            name = f"{result.name.replace('/', '-').removesuffix('.md')}-{kind}"
            link = f' (<a href="built/{name}.html">built</a>)' if is_built else ""
            parts.append(f"<h3>{kind}{link}</h3><pre>" + "\n".join(changed(*entry)) + "</pre>")
        parts.append("</section>")
    (out / "index.html").write_text("\n".join(parts))


def summary(result: Result) -> str:
    """Say in one line what became of a page."""
    if result.refusal:
        return f"refused: {result.refusal}"
    counted = (
        "" if result.expected is None else f" of {result.expected}, {result.missed} missed, {result.merged} merged"
    )
    fields = f"{result.structured} split into fields, {result.rich} with more than date, title and links"
    return f"{result.family}: {result.found} events{counted}; {fields}"


def main() -> None:
    """Measure all pages of a folder."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, help="where the report is written")
    options = parser.parse_args()
    index = options.folder / "index.json"
    listed = json.loads(index.read_text())["pages"] if index.exists() else []
    starts = {one["file"]: one.get("event_start_regex") for one in listed}
    paths = [
        path
        for path in sorted(options.folder.rglob("*.md"))
        if path.name != "README.md" and path.parent.name != "sites"
    ]
    results = []
    for path in paths:
        name = path.relative_to(options.folder).as_posix()
        result = measure(name, path.read_bytes().decode(), starts.get(name))
        results.append(result)
        print(f"{name:16} {summary(result)}", flush=True)
    taken = [result for result in results if not result.refusal]
    whole = [result for result in taken if not result.missed and not result.merged]
    print(f"\n{len(taken)} of {len(results)} pages taken; on {len(whole)} of them every event was found")
    events, fields = sum(result.found for result in taken), sum(result.structured for result in taken)
    print(f"{fields} of {events} events are split into fields ({fields / max(events, 1):.0%})")
    rich = sum(result.rich for result in taken)
    print(f"{rich} have more fields than date, title and links ({rich / max(events, 1):.0%})")
    if options.out:
        report(results, options.out)
        print(f"The report is {options.out / 'index.html'}")


if __name__ == "__main__":
    main()
