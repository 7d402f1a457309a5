"""Typed text in a terminal, in a log, and in GitHub's workflow commands.

A terminal obeys escape sequences, a log is read line by line, and GitHub's runner takes a line that begins with `::`,
or that holds `##[`, for a command. So what cannot be printed is shown as its number, and such a beginning gets a
backslash.
"""

import re

_COMMAND = re.compile(r"\A(\s*):(?=:)")


def printable(text: str) -> str:
    r"""Return a text as one line that a terminal or a log shows and does not obey: `\n` and `\x1b` are spelled out."""
    shown = "".join(char if char.isprintable() else _spelled(char) for char in text)
    return _COMMAND.sub(r"\1\\:", shown.replace("##[", r"##\["))


def printable_lines(text: str) -> str:
    """Do the same for a text of several lines, which stay lines."""
    return "\n".join(map(printable, text.split("\n")))


def _spelled(char: str) -> str:
    # Joiners build emoji and letters, and unusual spaces are spaces: no terminal takes them for an order.
    if char in "\t\u200c\u200d\xa0\u202f\u3000":
        return char
    return char.encode("unicode_escape").decode()


def annotation(text: str) -> str:
    """Return a text as the message of a workflow command (`::error::...`); its lines stay lines."""
    shown = "\n".join("".join(c if c.isprintable() else _spelled(c) for c in line) for line in text.split("\n"))
    return shown.replace("%", "%25").replace("\n", "%0A")


def annotation_property(text: str) -> str:
    """Return a text as a property of a workflow command (`file=...`)."""
    return annotation(text).replace(":", "%3A").replace(",", "%2C")
