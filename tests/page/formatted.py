"""What formatters make of a page in the house style; a reader sees no difference."""

import re
from collections.abc import Callable


def prettier(page: str) -> str:
    """Indent nested bullets by two, with hyphens, and leave single spaces."""
    page = re.sub(r"^    \* ", "  - ", page, flags=re.MULTILINE)
    return re.sub(r"(?<=\S)  +(?=\S)", " ", re.sub(r"[ ]+$", "", page, flags=re.MULTILINE))


def mdformat(page: str) -> str:
    """Put a blank line before each list, and plain characters in the place of references."""
    page = re.sub(r"^(- .*:) *\n    \* ", r"\1\n\n    * ", page, flags=re.MULTILINE)
    return prettier(page).replace("&#95;", "\\_").replace("&#38;", "&")


def markdownlint(page: str) -> str:
    """Write a closed heading, other marks of bullets, and no blank line between them."""
    page = re.sub(r"^(### .*?) *$", r"\1 ###", page, flags=re.MULTILINE)
    return re.sub(r"\n\n- ", "\n- ", page).replace("\n- ", "\n* ").replace("\n    * ", "\n  + ")


def dos(page: str) -> str:
    """End each line as Windows does."""
    return page.replace("\n", "\r\n")


def one_star(page: str) -> str:
    """Begin one bullet with another mark."""
    return page.replace("\n- When:", "\n* When:")


FORMATTERS: dict[str, Callable[[str], str]] = {
    formatter.__name__: formatter for formatter in (prettier, mdformat, markdownlint, dos, one_star)
}
