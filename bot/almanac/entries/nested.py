"""Keys in groups, such as `venue: {name: Barn, city: Lyon}`: they are learned as if they stood beside the others.

Each is known by its path, `venue.name`, and is written in its group again, as the newest event has that: below the
group's name, in brackets, or as a table of TOML.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from almanac.entries.keys import is_blank
from almanac.entries.styles import KeyPiece, Language, Part, braced, parts_of

_TABLE = "["


def groups_in(entries: Sequence[tuple[Mapping[str, Any], Mapping[str, Part]]], language: Language) -> frozenset[str]:
    """Return the keys that hold groups of keys whenever they hold anything, given the values and texts of entries.

    They are none where their text cannot be cut into their keys, as that of an inline table in TOML.
    """
    found: dict[str, bool] = {}
    for data, parts in entries:
        for name, value in data.items():
            if not is_blank(value):
                found[name] = found.get(name, True) and _is_group(value, parts.get(name), language)
    return frozenset(name for name, is_group in found.items() if is_group)


def _is_group(value: Any, part: Part | None, language: Language) -> bool:
    return isinstance(value, dict) and part is not None and [one.key for one in _inner(part, language)] == [*value]


def _inner(part: Part, language: Language) -> list[Part]:
    """Cut a group's text into its keys."""
    if language == "csv" or (language == "toml" and not part.lead.startswith(_TABLE)):
        return []
    return parts_of(f"{space_of(part)}{part.value}\n" if language == "yaml" else part.value, language)


def space_of(part: Part) -> str:
    """Return what the lines of a value are indented by that begins below its key."""
    return part.lead.rpartition("\n")[2] if "\n" in part.lead else ""


def path_of(group: str, key: str) -> str:
    """Return the name by which a key in a group is known."""
    return f"{group}.{key}"


def values_beside(data: Mapping[str, Any], groups: Collection[str]) -> dict[str, Any]:
    """Return an entry's values with those of its groups beside the others, by their paths."""
    found: dict[str, Any] = {}
    for name, value in data.items():
        if name not in groups:
            found[name] = value
        elif isinstance(value, dict):
            found |= {path_of(name, key): one for key, one in value.items()}
    return found


def parts_beside(parts: Mapping[str, Part], groups: Collection[str], language: Language) -> dict[str, Part]:
    """Return the texts of an entry's keys in the same way."""
    found: dict[str, Part] = {}
    for name, part in parts.items():
        if name not in groups:
            found[name] = part
        else:
            found |= {path_of(name, one.key): one for one in _inner(part, language)}
    return found


def group_piece(pieces: Sequence[KeyPiece], part: Part, language: Language) -> KeyPiece:
    """Put the pieces of a group together, given the text of one as a model for what is around them.

    It is left out where none of its keys is written.
    """
    conditions = dict.fromkeys(piece.condition for piece in pieces)
    condition = "" if "" in conditions else " or ".join(conditions)
    if part.value.startswith("{"):
        return KeyPiece(part.lead, braced(pieces, part.value, language), condition if language == "yaml" else "")
    space = space_of(part)
    lines = [(f"{space}{one.lead}{one.value}\n", one.condition if one.condition != condition else "") for one in pieces]
    written = "".join(f"{{% if {needed} %}}\n{line}{{% endif %}}\n" if needed else line for line, needed in lines)
    return KeyPiece(part.lead[: len(part.lead) - len(space)], written.removesuffix("\n"), condition)
