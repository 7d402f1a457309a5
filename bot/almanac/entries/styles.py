"""How the keys of one entry are written: an entry's text cut into its keys, and keys written as a template of them."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import yaml

from almanac.entries.intoml import toml_keys
from almanac.patterns import regex
from almanac.yamlfile import MAX_CHARACTERS, compose

Language = Literal["yaml", "toml", "json", "csv"]

Within = Literal["lines", "brackets", "table", "dots"]
DEEPEST = 4
"""How many keys lead to a value at most."""

_JINJA = regex(r"\{[{%#]")
_JSON_KEY = regex(r'[ \t\r\n]*("(?:[^"\\]|\\.)*")[ \t\r\n]*:[ \t\r\n]*')
_JSON_GAP = regex(r"[ \t\r\n]*,?")
_BLOCK = regex(r"[|>][-+0-9]*")
_FILLED = regex(r"\{\{[^{}]*\}\}|\{%[^{}]*%\}")
_NEEDS_QUOTES = regex(r'[,;\t"\r\n]')


@dataclass(frozen=True)
class Part:
    """One key as an entry's text has it: what leads to its value, from the beginning of the key, and the value.

    One in a group has its path for a key, as in `venue.name`. `within` is how it stands in its group: on a line of its
    own behind an `indent`, in brackets, in a table of TOML, or with its whole path. So many lines are above its `line`.
    """

    key: str
    lead: str
    value: str
    group: str = ""
    within: Within = "lines"
    indent: str = ""
    line: int = 0

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
    """Cut the text of one entry into its keys and those of its groups; a row says nothing that its cells do not.

    Raises:
        UserError: It is not valid YAML.
    """
    return {"yaml": _yaml, "toml": _toml, "json": _json}[language](text)


def _yaml(text: str) -> list[Part]:
    node = compose(text, "", MAX_CHARACTERS)
    if isinstance(node, yaml.SequenceNode):
        node = node.value[0] if node.value else None
    if not isinstance(node, yaml.MappingNode) or node.flow_style:
        return []
    return [*_of_mapping(node, text, ())]


def _of_mapping(node: yaml.MappingNode, text: str, path: tuple[str, ...]) -> Iterator[Part]:
    within: Within = "brackets" if node.flow_style else "lines"
    for key, child in node.value:
        start, middle = key.start_mark.index, child.start_mark.index
        if middle < key.end_mark.index:
            continue  # it stands elsewhere, under a name
        own = (*path, key.value)
        indent = " " * key.start_mark.column if path and within == "lines" else ""
        value = text[middle : child.end_mark.index].rstrip()
        yield Part(".".join(own), text[start:middle], value, ".".join(path), within, indent, key.start_mark.line)
        if isinstance(child, yaml.MappingNode) and len(own) < DEEPEST:
            yield from _of_mapping(child, text, own)


def _toml(text: str) -> list[Part]:
    parts = []
    for path, within, lead, value, at in toml_keys(text):
        space = lead[: len(lead) - len(lead.lstrip(" \t"))]
        parts.append(
            Part(".".join(path), lead[len(space) :], value, ".".join(path[:-1]), within, space, text.count("\n", 0, at))
        )
    return parts


def _json(text: str) -> list[Part]:
    return [*_of_object(text, text.find("{"), ())]


def _of_object(text: str, at: int, path: tuple[str, ...]) -> Iterator[Part]:
    at += 1
    while match := _JSON_KEY.match(text, at):
        end = json.JSONDecoder().raw_decode(text, match.end())[1]
        own = (*path, json.loads(match[1]))
        lead, value, line = text[at : match.end()], text[match.end() : end], text.count("\n", 0, match.start(1))
        yield Part(".".join(own), lead, value, ".".join(path), "brackets", line=line)
        if text[match.end()] == "{" and len(own) < DEEPEST:
            yield from _of_object(text, match.end(), own)
        gap = _JSON_GAP.match(text, end)
        at = gap.end() if gap else end


# ------------------------------------------------------------------------------- a template


def copied(text: str) -> str:
    """Write the site's own words in a template as they are."""
    return f"{{% raw %}}{text}{{% endraw %}}" if _JINJA.search(text) else text


def entry_template(pieces: Sequence[KeyPiece], text: str, language: Language) -> str:
    """Put pieces together to the template of one entry, given the text of one as a model for what is around them."""
    if language == "json":
        start = text.find("{") + 1
        parts = ",".join(piece.lead + piece.value for piece in pieces)
        return text[:start].lstrip() + parts + closing(text) + "\n"
    before = space = ""
    if language == "yaml" and text.lstrip(" ").startswith("-"):
        before = re.match(r"[ ]*-[ \r\n]+", text)[0]  # type: ignore[index] # that is what it begins with
        space = " " * (len(before) - before.rfind("\n") - 1)
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


def closing(text: str) -> str:
    """Return the end of an object in JSON, with the white space before it."""
    end = text.rfind("}")
    return text[len(text[:end].rstrip()) : end + 1]
