"""Finds English in what is said in another language."""

import re
from functools import cache

from tests.test_catalogues import source

_WORDS = re.compile(
    r"\b(?:the|this|these|is|are|of|which|there|and|with|cannot|have|from|that|your|you)\b", re.IGNORECASE
)
_QUOTED = re.compile(r"```.*?```|`[^`\n]*`|[„«][^“»\n]*[“»]|<!--.*?-->|https?://\S+", re.DOTALL)
_VALUES = re.compile(r"\{[^{}]*\}|%\(\w+\)[sd]|`[^`]*`")
_FEWEST = 3


@cache
def _sources() -> tuple[str, ...]:
    """Return all that Almanac says in English, cut where values or code stand in it."""
    said = (one if isinstance(one, str) else one[0] for one in (message.id for message in source()) if one)
    parts = (part.strip(" .:,;()") for text in said for part in _VALUES.split(text))
    return tuple({part for part in parts if part.count(" ") + 1 >= _FEWEST})


def english_in(text: str) -> list[str]:
    """Return the lines of a text that are in English, and the texts of the catalogues in it, but for what is quoted."""
    plain = _QUOTED.sub("` `", text)
    lines = [line for line in plain.split("\n") if _WORDS.search(line)]
    return lines + [part for part in _sources() if part in plain]
