"""Cleaning typed text, before anything is stored: what is left is what a reader can see.

And how long a text may be. Both are by field, and pure.
"""

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

# Unicode's line ends (its newline guidelines), CRLF first so that it counts once.
_LINE_END = re.compile(r"\r\n|[\r\v\f\x85\u2028\u2029]")
_SPACE = re.compile(r"[\t\xa0]")
_DROPPED = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f"  # controls; the line ends and the tab are something else by now
    r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidirectional controls: they show a text in another order
    r"\u200b\u2060\ufeff"  # no width, and no meaning in a text
    r"\ud800-\udfff\ufdd0-\ufdef"  # halves of characters, and code points that are none
    r"\U000e0000-\U000e007f"  # tags: a text within the text that nobody sees
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)
# Unicode's Stream-Safe Text Format: no language needs more marks on one letter, and sorting them costs their square.
MAX_MARKS = 30

CAPS: Mapping[str, int] = MappingProxyType(
    {
        "series": 200,
        "title": 300,
        "date": 100,
        "when": 200,
        "duration": 50,
        "location": 500,
        "url": 2_000,
        "people_label": 200,
        "people": 40_000,
        "description": 20_000,
        "agenda": 20_000,
        "recording": 2_000,
        "links": 40_000,
    }
)
"""Field id -> how many characters it may have. A field of the site's own has `CAP_ELSEWHERE`."""
CAP_ELSEWHERE = 10_000

COUNT_CAPS: Mapping[str, int] = MappingProxyType({"people": 100, "agenda": 100, "links": 50})
"""Field id -> how many entries it may have."""

ENTRY_CAPS: Mapping[str, int] = MappingProxyType(
    {"name": 200, "affiliation": 300, "role": 200, "label": 300, "point": 1_000}
)
"""Part of one entry -> how many characters it may have: of a person, of a link, of a point of the agenda."""

_ENTRIES = {"people": "people", "agenda": "points", "links": "links"}


def clean_text(value: str) -> str:
    """Clean a text of several lines. Cleaning twice changes nothing more.

    Every kind of line end becomes LF; tabs and no-break spaces become spaces; what cannot be seen goes, but for the
    joiners and variation selectors that scripts and emoji need; letters are composed (Unicode's NFC); blank lines and
    spaces go from both ends. A text in which nothing can be seen is empty.
    """
    kept = _DROPPED.sub("", _SPACE.sub(" ", _LINE_END.sub("\n", value)))
    composed = unicodedata.normalize("NFC", kept if kept.isascii() else _few_marks(kept)).strip()
    return composed if any(map(_visible, composed)) else ""


def clean_line(value: str) -> str:
    """Clean a text that is one line: as `clean_text`, and each line end, with the spaces around it, becomes a space."""
    return " ".join(filter(None, map(str.strip, clean_text(value).split("\n"))))


def _few_marks(value: str) -> str:
    kept = []
    marks = 0
    for char in value:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= MAX_MARKS:
            kept.append(char)
    return "".join(kept)


def _visible(char: str) -> bool:
    category = unicodedata.category(char)
    # Spaces and line ends; marks on nothing and variation selectors; joiners. A character that is newer than Python's
    # tables (Cn) may well be an emoji.
    return category[0] not in "ZM" and category not in {"Cc", "Cf"}


def too_long(field: str, value: str) -> str | None:
    """Say that a field's text is over its cap, and state the cap; None where it is not.

    Args:
        field: The field's id.
        value: The text, cleaned or not.
    """
    return over(CAPS.get(field, CAP_ELSEWHERE), value)


def entry_too_long(part: str, value: str) -> str | None:
    """Say that a part of one entry (see `ENTRY_CAPS`) is over its cap; None where it is not."""
    return over(ENTRY_CAPS[part], value)


def over(cap: int, value: str) -> str | None:
    """Say that a text has more characters than the cap; None where it has not."""
    if len(value) <= cap:
        return None
    return f"This is {len(value):,} characters long. The limit is {cap:,}. Please shorten it."


def too_many(field: str, count: int) -> str | None:
    """Say that a field has more entries than its cap, and state the cap; None where it has not."""
    cap = COUNT_CAPS.get(field)
    if cap is None or count <= cap:
        return None
    return f"There are {count:,} {_ENTRIES[field]} here. The limit is {cap:,}. Please leave some out."
