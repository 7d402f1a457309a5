"""The files of a site that have to change because of what people edited by hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from almanac.errors import Problem
from almanac.histories import MAIN
from almanac.phrases import say, say_number
from almanac.proposal.names import sync_branch


@dataclass(frozen=True)
class PageEdits:
    """The files that have to change because of what people edited by hand: path -> text, and as it is before.

    None is for one that is deleted.

    `problems` are what a person has to decide first (nothing changes then), `notes` what would be done, and `moved` how
    many events are over, and move to the history.
    """

    files: Mapping[str, str | None] = field(default_factory=dict)
    before: Mapping[str, str | None] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    moved: int = 0
    refused: str | None = None  # why the base takes no commit, if the site wants one for past events
    history: str = MAIN  # whose page and records these are

    @property
    def only_moves(self) -> bool:
        """Whether nothing but time has passed."""
        return 0 < self.moved == len(self.notes)

    @property
    def title(self) -> str:
        """What the proposal is called."""
        title = say("Carry over what was edited by hand")
        if self.only_moves:
            title = say_number(
                "Move {number} past event to the history", "Move {number} past events to the history", self.moved
            )
        elif self.files and not self.notes:
            title = say("Write the files that the settings ask for")
        return title + (f" ({self.history})" if self.history else "")

    @property
    def branch(self) -> str:
        """The branch of the proposal."""
        return sync_branch(self.history)
