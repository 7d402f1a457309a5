"""What a person asks of `almanac init`, and what it will do to the site, as plain values."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from bot.commands.site_search import Candidate
from bot.errors import Problem
from bot.pages.importer import Imported
from bot.pages.shape.imitate import Imitation

State = Literal["new", "replaced", "kept", "same"]
Ask = Callable[[Sequence[Candidate]], Candidate]


@dataclass(frozen=True)
class Choices:
    """What the command line says.

    Attributes:
        page: The history page, or None.
        new: Whether the page holds no events yet, and is made where it is not there.
        force: Whether files that are there and differ are replaced; the config never is.
        ask: Asks the person which page is meant; None where nobody can be asked.
    """

    page: Path | None = None
    new: bool = False
    force: bool = False
    ask: Ask | None = None


@dataclass
class Setup:
    """What will be done to a site.

    Attributes:
        page: The page's path in the site.
        records: Path -> text of the records that are written.
        files: The same of all other files that Almanac needs, whether they are there already or not.
        states: What becomes of each of those.
        imported: What the page gave, or None where nothing was to be taken over.
        style: How the page writes its events, or None where that does not matter.
        notes: What the person has to know.
        problems: What has to be mended in files that are the site's own.
        labels: The labels that the form gives.
        has_records: Whether the site has records, or will have some.
    """

    page: str
    records: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    states: dict[str, State] = field(default_factory=dict)
    imported: Imported | None = None
    style: Imitation | None = None
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    labels: tuple[str, ...] = ()
    has_records: bool = False

    @property
    def written(self) -> dict[str, str]:
        """What is to be written, in the order in which it is shown: path -> text."""
        return {
            path: text for path, text in self.files.items() if self.states[path] in ("new", "replaced")
        } | self.records
