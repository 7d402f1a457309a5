"""Cases of what is learned from sites that keep their events in files or a list: `tests/cases/learn/`.

Each file of a case begins with a line of `=== ` and its path. What is learned of each place follows behind `=== =` and
the place's path: what was seen, the settings, what fills each key, the questions, reasons and
remarks, and then the template.
"""

import re
from pathlib import Path

from almanac.commands.places import Place, find_places

from tests.memory import memory_site

ROOT = Path(__file__).parents[2]
CASES = {file.stem: file.read_text(encoding="utf-8") for file in sorted((ROOT / "tests/cases/learn").glob("*.txt"))}
_FILE = re.compile(r"^=== (.*)\n", re.MULTILINE)


def parts(case: str) -> tuple[dict[str, str], dict[str, str]]:
    """Cut a case into the site's files and what is expected of each place."""
    _, *found = _FILE.split(case)
    pairs = dict(zip(found[::2], found[1::2], strict=True))
    files = {path: text for path, text in pairs.items() if not path.startswith("=")}
    return files, {path[1:]: text for path, text in pairs.items() if path.startswith("=")}


def told(place: Place) -> str:
    """Write all that is known of a place."""
    learned = place.learned
    lines = [place.seen, *(f"{key}: {value}" for key, value in place.settings.items())]
    if learned:
        lines += [f"- {key} = {held}".rstrip() for key, held in learned.keys.items()]
        for one in learned.questions:
            lines.append(f"? {one.id}: {one.label} ({one.example}) {one.purpose}{' long' * one.is_long}")
        lines.append(f"shows {', '.join(sorted(learned.fields))}")
    lines += [f"! {reason}" for reason in place.reasons]
    lines += [f"~ {remark}" for remark in place.remarks]
    return "\n".join(lines) + "\n" + (learned.template if learned else "")


def places(files: dict[str, str]) -> dict[str, str]:
    """Find the places of a site and tell of each."""
    return {place.path: told(place) for place in find_places(memory_site(files), sorted(files))}
