"""The blocks of code in the documentation, and what the comments above them say of them.

| comment | means |
| --- | --- |
| `<!-- not run: REASON -->` | its commands are not run here |
| `<!-- demo -->`, `<!-- tests -->` | `.ci/run` runs it, in a fresh clone |
| `<!-- site: NAME -->` | a new site begins here: one of `SITES` |
| `<!-- file: PATH -->` | it is a file of the site, written before the next commands run |
| `<!-- status: 1 -->` | its last command ends with this status; otherwise each ends with 0 |
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
SHELLS = ("bash", "console")
_BLOCK = re.compile(
    r"(?P<said>(?:^ *<!-- [^\n]* -->\n\n?)*)"
    r"^(?P<indent> *)(?P<fence>`{3,})(?P<lang>[\w-]*)[^\n]*\n(?P<text>.*?)^ *(?P=fence)\n",
    re.DOTALL | re.MULTILINE,
)
_SAID = re.compile(r"<!-- ([a-z ]+?)(?:: (.*?))? -->")


@dataclass(frozen=True)
class Block:
    """A block of code; `said` is what the comments above it say."""

    page: str
    line: int
    lang: str
    text: str
    said: dict[str, str] = field(default_factory=dict)

    @property
    def commands(self) -> list[tuple[str, str | None]]:
        """Its commands, each with what it prints; None where that is not shown."""
        if self.lang == "bash":
            text = self.text.replace("\\\n", " ")
            return [(line, None) for line in text.splitlines() if line.strip() and not line.startswith("#")]
        parts = re.split(r"^\$ (.*)\n", self.text, flags=re.MULTILINE)
        assert parts[0] == "", (self.page, self.line, "it begins with `$ `")
        return list(zip(parts[1::2], parts[2::2], strict=True))


def pages() -> list[Path]:
    """Return all pages that people read."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "tests/README.md"])


def blocks(page: Path) -> Iterator[Block]:
    """Yield the blocks of a page, in their order."""
    text = page.read_text(encoding="utf-8")
    for found in _BLOCK.finditer(text):
        inside = re.sub(rf"^{found['indent']}", "", found["text"], flags=re.MULTILINE)
        line = text.count("\n", 0, found.start("fence")) + 1
        said = {name: value or "" for name, value in _SAID.findall(found["said"])}
        yield Block(str(page.relative_to(ROOT)), line, found["lang"], inside, said)
