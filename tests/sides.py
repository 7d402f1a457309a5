"""The two sides of an event, its record and its section of the page: whether they agree, and how people edit them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from almanac.event.model import Event
from almanac.event.record import read_record
from almanac.page.insert import fitted
from almanac.page.lines import fingerprints, newline_of
from almanac.page.match import own_section
from almanac.page.outline import Section, outline
from almanac.renderer import house_renderer

from tests.scenes import PAGE, RECORDS

RENDER = house_renderer()
_LINES = {"description": ("- {}", r"- token\d+x"), "recording": ("- Recording: [example.org]({})", "- Recording: .*")}


@dataclass(frozen=True)
class Side:
    """An event as a branch has it: its record, and its section of the page."""

    path: str
    source: str
    record: Event
    page: str
    section: Section

    @property
    def text(self) -> str:
        """The section as the record gives it."""
        return fitted(self.record, RENDER(self.record), newline_of(self.page))

    @property
    def record_edited(self) -> bool:
        """Whether someone edited the record since they last agreed."""
        return self.record.rendered not in fingerprints(self.text)

    @property
    def section_edited(self) -> bool:
        """Whether someone edited the section since."""
        return self.record.rendered not in fingerprints(self.section.text)

    @property
    def torn(self) -> bool:
        """Whether both were edited and disagree, so that only a person can decide."""
        return self.record_edited and self.section_edited and self.text != self.section.text

    def with_value(self, name: str, value: str) -> tuple[str, str]:
        """Return the record's path and its text with another value of a field."""
        lines = [line for line in self.source.splitlines() if not line.startswith(f"{name}:")]
        return self.path, "\n".join([*lines, f'{name}: "{value}"', ""])

    def with_line(self, name: str, value: str) -> tuple[str, str]:
        """Return the page's path and its text with another line in the section."""
        (written, known), old = _LINES[name], self.section.text
        line = written.format(value)
        new, replaced = re.subn(f"(?m)^{known}$", line, old, count=1)
        if not replaced and name == "description" and "\n- Recording: " in old:
            new = old.replace("\n- Recording: ", f"\n{line}\n\n- Recording: ")
        elif not replaced:
            new = f"{old.rstrip()}\n\n{line}{old[len(old.rstrip()) :]}"
        start, end = self.section.start, self.section.end
        return PAGE, self.page[:start] + new + self.page[end:]


def records_of(files: Mapping[str, bytes]) -> dict[str, Event]:
    """Read all records."""
    return {path: read_record(files[path].decode(), path) for path in sorted(files) if path.startswith(f"{RECORDS}/")}


def sides_of(files: Mapping[str, bytes]) -> Iterator[Side]:
    """Give the events of issues whose section is on the page."""
    page = files[PAGE].decode()
    cut = outline(page)
    for path, record in records_of(files).items():
        section = own_section(cut, record) if record.issue else None
        if section:
            yield Side(path, files[path].decode(), record, page, section)
