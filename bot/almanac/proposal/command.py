"""The commands that people give in comments, such as `/almanac cancel`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal, get_args

from almanac.patterns import regex

ChangeCommand = Literal["cancel", "postpone", "reschedule", "recording", "slides", "remove"]
"""What changes an event that is published."""
Command = Literal["retry", "recreate", "adopt", "unknown"] | ChangeCommand
BEFORE: tuple[Command, ...] = ("retry", "recreate", "cancel")
"""The commands for an event that is not published yet."""
AFTER: tuple[Command, ...] = ("retry", "recreate", *get_args(ChangeCommand))
"""Those for an event that is."""
AUTHORS: tuple[Command, ...] = ("recording", "slides")
"""Those of the latter that the author of the event's issue may give."""
_KNOWN: dict[str, Command] = {command: command for command in (*AFTER, "adopt")}

_COMMAND = regex(r" {0,3}/almanac:?(?:\s++(\S.*)?)?+", re.IGNORECASE)
_FENCE = regex(r" {0,3}(?:(`{3,})[^`]*|(~{3,}+).*)")
_HIDDEN = regex(r"<!--.*?(-->|\Z)", re.DOTALL)
_CODE_INDENT = 4
_MOST = 10  # commands in one comment


@dataclass(frozen=True)
class Given:
    """A command as someone gives it: `words` are those behind its name."""

    name: Command
    words: str = ""


@dataclass(frozen=True)
class CommentCommand:
    """A comment that someone wrote, and that may give a command.

    `author` is a login, `place` the number of the issue or pull request that the comment is on.
    """

    id: int
    author: str
    text: str
    place: int


def command_of(text: str) -> Given | None:
    """Return the first command that a comment gives; None if it gives none."""
    return next(_commands(text), None)


def commands_of(text: str) -> tuple[Given, ...]:
    """Return the commands that a comment gives, each once as it is said last; what is beyond the tenth is not read."""
    found = {one.name: one for one in islice(_commands(text), _MOST)}
    return tuple(found.values())


def _commands(text: str) -> Iterator[Given]:
    """Give the commands in a comment.

    A command is a line of its own that begins with `/almanac`. In a quotation, a code block (fenced or indented) or an
    HTML comment it is only mentioned.
    """
    for line in unfenced(_HIDDEN.sub("", text)):
        if found := _COMMAND.fullmatch(line):
            word, words = (*(found[1] or "").split(maxsplit=1), "", "")[:2]
            yield Given(_KNOWN.get(word.lower().rstrip(".!"), "unknown"), words.strip())


def unfenced(text: str) -> Iterator[str]:
    """Give the lines of a Markdown text that are in no fenced code block."""
    fence = ""
    for line in text.splitlines():
        if fence:
            indent, closing = len(line) - len(line.lstrip(" ")), line.strip()
            if indent < _CODE_INDENT and closing.startswith(fence) and not closing.strip(fence[0]):
                fence = ""
        elif opened := _FENCE.fullmatch(line):
            fence = opened[1] or opened[2]
        else:
            yield line
