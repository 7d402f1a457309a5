"""The value of a field that says nothing, as a template meets it."""

from collections.abc import Iterator
from typing import Any, Self


class Blank(str):
    """An empty text that also passes for an empty list, an empty group and a field's absence.

    A template is written while every question has an answer, and read when one has none. So whatever a template does
    with an answer (put it out, walk through it, look for a part of it, ask one of its methods) it can do with this:
    nothing comes of it, and nothing fails.
    """

    __slots__ = ()

    def __new__(cls) -> Self:
        """Make it: it is always empty."""
        return super().__new__(cls, "")

    def __call__(self, *_: Any, **__: Any) -> "Blank":
        """Answer for a method of the group that is not there."""
        return self

    def items(self) -> Iterator[tuple[str, Any]]:
        """Give the entries of a group: none."""
        return iter(())


BLANK = Blank()


def is_none(value: Any) -> bool:
    """Tell whether a value is absent: the test `is none`."""
    return value is None or isinstance(value, Blank)


def filled(value: Any) -> Any:
    """Put `BLANK` in the place of each None in a record's values, however deep."""
    if value is None:
        return BLANK
    if isinstance(value, dict):
        return {key: filled(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return tuple(map(filled, value))
    return value
