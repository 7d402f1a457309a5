"""The gallery: what becomes of one event on pages of many shapes, found out when the site is built."""

import re
from collections.abc import Iterator
from datetime import date
from difflib import unified_diff

from almanac.commands.adoption import plan_adoption
from almanac.form.filled import issue_body

from tests.memory import memory_site, proposed_files

TODAY = date(2025, 10, 20)
EVENT = {
    "title": "Why owls turn their heads",
    "date": "November 12th, 2025",
    "when": "7pm CET",
    "location": "Room 5",
    "people": "[Ida Brook](https://example.org/ida), Hill Centre",
    "description": "They *cannot* move their eyes.",
    "url": "https://example.org/owls",
}
"""What somebody answers to a form, as far as it asks."""
_SHAPE = re.compile(r"^<!-- shape: (?P<path>\S+) -->\n```\w+\n(?P<text>.*?)^```\n", re.DOTALL | re.MULTILINE)


def with_results(markdown: str) -> str:
    """Put below each shape of the page what becomes of it."""
    return _SHAPE.sub(lambda shape: f"{shape[0]}\n{_result(shape['path'], shape['text'])}", markdown)


def shapes(markdown: str) -> Iterator[tuple[str, str]]:
    """Yield the shapes of the page: the path of each, and its text."""
    for shape in _SHAPE.finditer(markdown):
        yield shape["path"], shape["text"]


def proposal(path: str, text: str) -> dict[str, str]:
    """Return the files as the pull request has them, records left out, if a site has just this one file of events."""
    files = {path: text, "_config.yml": "collections: {talks: {output: true}}\n"}
    plan = plan_adoption(memory_site(files), [*files], "main", today=TODAY, page=_place(path))
    adopted = {**files, **plan.written}
    changed = proposed_files(adopted, 12, issue_body(memory_site(adopted).form, EVENT))
    records = plan.config.records
    return {name: new for name, new in changed.items() if isinstance(new, str) and not name.startswith(records)}


def _place(path: str) -> str:
    """Return what is taken over: a page, a list, or the folder of a file with front matter."""
    folder = path.rpartition("/")[0]
    return folder if folder.startswith("_") and path.endswith(".md") else path


def _result(path: str, text: str) -> str:
    [(name, after)] = proposal(path, text).items()
    if name != path:
        return f"One more file, `{name}`:\n\n```yaml\n{after.rstrip()}\n```\n"
    lines = [*unified_diff(text.splitlines(), after.splitlines(), lineterm="", n=2)][3:]
    return "\n".join(["With the new event:", "", "```diff", *(line.rstrip() for line in lines), "```", ""])
