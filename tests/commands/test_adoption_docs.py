"""The documentation of adopting says what the commands say, and its templates do what it says."""

import re
from pathlib import Path

import pytest
from almanac.commands.places import find_places
from almanac.page.template import section_renderer

from tests.memory import memory_site
from tests.page.house import BARE, FULL

ROOT = Path(__file__).parent.parent.parent
TEMPLATES = re.findall(r"```jinja\n(.*?)```", (ROOT / "docs/templates.md").read_text(), re.DOTALL)
MESSAGES = [
    message
    for line in (ROOT / "docs/troubleshooting.md").read_text().splitlines()
    if line.startswith("| *")
    for message in re.findall(r"\*([^*]+)\*", line.split("|")[1])
]
LINES = """\
**When:** 9am ET, 3pm CET\x20\x20
**Where:** Room 5

About owls.

Two things:

- eyes
- ears"""
BY_GITHUB = {"GitHub Actions is not permitted to create or approve pull requests"}


@pytest.mark.parametrize(
    ("template", "bare", "full"),
    [
        ("bullets", "- Nov 15, 2021: Owls", "- Nov 15, 2021: Owls (with [Ada](https://example.org/ada), Grace)"),
        (
            "rows",
            "| 2021-11-15 | Owls |  |  |",
            "| 2021-11-15 | [Owls](https://www.example.org/register) | Ada, Grace | Room 5 |",
        ),
        (
            "headings",
            "## November 15th, 2021: Owls",
            "## November 15th, 2021: Owls\n\n" + LINES,
        ),
    ],
)
def test_each_template_in_the_documentation(template: str, bare: str, full: str) -> None:
    render = section_renderer(TEMPLATES[["bullets", "rows", "elements", "headings"].index(template)])
    assert render(BARE) == bare
    assert render(FULL) == full


def test_each_message_in_troubleshooting_is_one_of_ours() -> None:
    files = [*sorted((ROOT / "bot").rglob("*.py")), *sorted((ROOT / "templates").rglob("*.j2"))]
    code = "".join(path.read_text() for path in files)
    # Sentences that run over several lines of code are put together; what is filled in is anything.
    said = re.sub(r"\s+", " ", re.sub(r'"\s*\n\s*f?"', "", code))
    fragments = {part.strip() for message in {*MESSAGES} - BY_GITHUB for part in message.split("...")}
    assert not {fragment for fragment in fragments if fragment not in said}


ADOPTED = re.findall(
    r"```(?:yaml|toml)\n(.*?)```.*?```jinja\n(.*?)```", (ROOT / "docs/adopting.md").read_text(), re.DOTALL
)


@pytest.mark.parametrize(
    ("index", "files", "settings"),
    [
        (0, {"_meetups/2025-10-07-owls.md": ""}, {"files": "_meetups/{date}-{slug}.md"}),
        (1, {"_data/events.yml": ""}, {"list": "_data/events.yml"}),
        (
            2,
            {"hugo.toml": "x", "content/events/owls.md": "", "content/events/a.md": ""},
            {"files": "content/events/{slug}.md"},
        ),
    ],
)
def test_each_example_of_adopting(index: int, files: dict[str, str], settings: dict[str, str]) -> None:
    text, template = ADOPTED[index]
    [place] = find_places(memory_site({path: known or text for path, known in files.items()}), sorted(files))
    assert place.learned
    assert (place.learned.template, place.settings, place.reasons) == (template, settings, ())
