"""A forge that fails at a chosen write, before or after it took effect, as a process that is killed would."""

from collections.abc import Callable
from typing import Any

from almanac.errors import ForgeError
from almanac.forge.local.forge import LocalForge
from almanac.forge.protocol import Forge

WRITES = (
    *("propose", "put_branch", "open_pull", "add_labels", "request_reviews", "edit_pull"),
    *("create_comment", "add_comment", "edit_comment", "delete_comment", "close_issue", "delete_branch"),
    *("open_issue", "edit_issue"),
)


class BrokenError(ForgeError):
    """The run ended here."""


class Breaking:
    """Passes everything on to a real forge, up to the write at which it breaks; from then on nothing works.

    Attributes:
        written: The writes that were attempted, in order.
        between: Called before each write with its number, counted from 0: what other people do at that moment.
    """

    def __init__(self, forge: Forge, *, at: int = -1, after: bool = False, singly: bool = False) -> None:
        """Take the forge, the number of the write at which it breaks (-1: none), and whether it takes effect.

        With `singly`, branch and pull request are made one after the other, as by a forge that cannot do both at once.
        """
        self._forge, self._at, self._after = forge, at, after
        self._singly = singly or isinstance(forge, LocalForge)
        self._broken = False
        self.written: list[str] = []
        self.between: Callable[[int], object] = lambda _: None

    def __getattr__(self, name: str) -> Any:
        """Return what the forge has, watched."""
        found = getattr(self._forge, name)
        if name == "has_accounts" or not callable(found):
            return found
        return lambda *values, **named: self._call(name, found, *values, **named)

    def _call(self, name: str, found: Callable[..., Any], *values: Any, **named: Any) -> Any:
        if self._broken:
            raise BrokenError("The process is dead.")
        if name == "propose" and self._singly:
            return None
        if name not in WRITES:
            return found(*values, **named)
        number = len(self.written)
        self.written.append(name)
        self.between(number)
        if number != self._at:
            return found(*values, **named)
        self._broken = True
        if self._after:
            found(*values, **named)
        raise BrokenError(f"The process was killed at {name}.")
