"""How the keys of one entry are written: an entry's text cut into its keys, and keys written as a template of them."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import yaml

from almanac.patterns import regex
from almanac.yamlfile import MAX_CHARACTERS, compose

Language = Literal["yaml", "toml", "json", "csv"]

_JINJA = regex(r"\{[{%#]")
_TOML_KEY = regex(r"([ \t]*[A-Za-z0-9_-]+[ \t]*=[ \t]*)(\S.*)?")
_TOML_TABLE = regex(r"^([ \t]*\[.*)$", re.MULTILINE)
_TOML_NAME = regex(r"[ \t]*\[([A-Za-z0-9_-]+)\][ \t\r]*")
_JSON_KEY = regex(r'[ \t\r\n]*("(?:[^"\\]|\\.)*")[ \t\r\n]*:[ \t\r\n]*')
_JSON_GAP = regex(r"[ \t\r\n]*,?")
_BLOCK = regex(r"[|>][-+0-9]*")
_FILLED = regex(r"\{\{[^{}]*\}\}|\{%[^{}]*%\}")
_NEEDS_QUOTES = regex(r'[,;\t"\r\n]')


@dataclass(frozen=True)
class Part:
    """One key as an entry's text has it: what leads to its value, from the beginning of the key, and the value."""

    key: str
    lead: str
    value: str

    @property
    def quote(self) -> str:
        """The mark around the value, if it is in quotes."""
        return self.value[0] if self.value[:1] in ('"', "'") else ""


@dataclass(frozen=True)
class KeyPiece:
    """One key of a template: what leads to its value, the value, and the condition under which it is written at all."""

    lead: str
    value: str
    condition: str = ""


def parts_of(text: str, language: Language) -> list[Part]:
    """Cut the text of one entry into its keys; a table's row says nothing that its cells do not.

    Raises:
        UserError: It is not valid YAML.
    """
    return {"yaml": _yaml, "toml": _toml, "json": _json}[language](text)


def _yaml(text: str) -> list[Part]:
    node = compose(text, "", MAX_CHARACTERS)
    if isinstance(node, yaml.SequenceNode):
        node = node.value[0] if node.value else None
    parts: list[Part] = []
    if not isinstance(node, yaml.MappingNode) or (node.flow_style and not text.lstrip().startswith("{")):
        return parts
    for key, child in node.value:
        start, middle = key.start_mark.index, child.start_mark.index
        parts.append(Part(key.value, text[start:middle], text[middle : child.end_mark.index].rstrip()))
    return parts


def _toml(text: str) -> list[Part]:
    top, *tables = _TOML_TABLE.split(text)
    lines = (_TOML_KEY.fullmatch(line.rstrip("\r")) for line in top.split("\n"))
    parts = [Part(line[1].split("=")[0].strip(), line[1], (line[2] or "").rstrip()) for line in lines if line]
    for head, table in zip(tables[::2], tables[1::2], strict=True):
        if name := _TOML_NAME.fullmatch(head):
            parts.append(Part(name[1], f"{head}\n", table.strip("\r\n")))
    return parts


def _json(text: str) -> list[Part]:
    parts = []
    at = text.find("{") + 1
    while match := _JSON_KEY.match(text, at):
        end = json.JSONDecoder().raw_decode(text, match.end())[1]
        parts.append(Part(json.loads(match[1]), text[at : match.end()], text[match.end() : end]))
        gap = _JSON_GAP.match(text, end)
        at = gap.end() if gap else end
    return parts


# ------------------------------------------------------------------------------- a template


def copied(text: str) -> str:
    """Write the site's own words in a template as they are."""
    return f"{{% raw %}}{text}{{% endraw %}}" if _JINJA.search(text) else text


def entry_template(pieces: Sequence[KeyPiece], text: str, language: Language) -> str:
    """Put pieces together to the template of one entry, given the text of one as a model for what is around them."""
    if language == "json":
        return braced(pieces, text, language) + "\n"
    before = ""
    space = ""
    if language == "yaml" and text.lstrip(" ").startswith("-"):
        space = re.match(r"[ ]*-[ ]+", text)[0]  # type: ignore[index] # that is what it begins with
        before, space = space, " " * len(space)
    written = ""
    for at, piece in enumerate(pieces):
        line = f"{(before or space) if at == 0 else space}{piece.lead}{piece.value}\n"
        written += f"{{% if {piece.condition} %}}\n{line}{{% endif %}}\n" if piece.condition and at else line
    return written


def row_template(cells: Sequence[str], mark: str) -> str:
    """Write a row of a table with a mark between its cells: the site's own words are in quotes where they need them."""
    return mark.join(map(_cell, cells)) + "\n"


def _cell(text: str) -> str:
    words = _FILLED.split(text)
    if not any(map(_NEEDS_QUOTES.search, words)):
        return text
    marks = [*_FILLED.findall(text), ""]
    return '"' + "".join(own.replace('"', '""') + mark for own, mark in zip(words, marks, strict=True)) + '"'


def braced(pieces: Sequence[KeyPiece], text: str, language: Language) -> str:
    """Write pieces in the curly brackets of a text, with its white space; all of them are always there."""
    start, end = text.find("{") + 1, text.rfind("}")
    start += len(text[start:]) - len(text[start:].lstrip(" ")) if language == "yaml" else 0
    between = "," if language == "json" else ", "
    parts = between.join(piece.lead + piece.value for piece in pieces)
    return text[:start].lstrip() + parts + text[len(text[:end].rstrip()) : end + 1]
