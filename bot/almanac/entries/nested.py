"""How the keys of groups are put together again in a template: `venue.name` and `venue.url` to `venue`."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from almanac.entries.examples import Models
from almanac.entries.styles import KeyPiece, closing
from almanac.patterns import regex

_NAMED = regex(r"(?:\"[^\"\n]*\"|'[^'\n]*'|[^:#\n]*):")
_Named = tuple[str, KeyPiece]


def grouped(pieces: Iterable[_Named], models: Models) -> list[KeyPiece]:
    """Write keys, each with its path, as the newest events have their groups: on lines, in brackets or in tables."""
    return _inner([*pieces], models, "")


def _inner(pieces: Sequence[_Named], models: Models, group: str) -> list[KeyPiece]:
    """Write the keys of a group; tables come behind all other keys, as nothing else tells where they end."""
    order: dict[str, list[_Named]] = {}
    for path, piece in pieces:
        name = path[len(group) :].lstrip(".").partition(".")[0]
        own = f"{group}.{name}" if group else name
        order.setdefault(own if own in models.groups else path, []).append((path, piece))
    found: list[KeyPiece] = []
    for path, own_pieces in order.items():
        in_group = path in models.groups
        found += _group(own_pieces, models, path) if in_group else [piece for _, piece in own_pieces]
    return sorted(found, key=lambda piece: piece.lead.lstrip().startswith("["))


def _group(pieces: Sequence[_Named], models: Models, path: str) -> list[KeyPiece]:
    inner = _inner(pieces, models, path)
    part, first = models.group(path)
    if first.within in ("dots", "table"):
        return inner
    conditions = dict.fromkeys(piece.condition for piece in inner)
    condition = "" if "" in conditions else " or ".join(conditions)
    inner = [replace(piece, condition=piece.condition if piece.condition != condition else "") for piece in inner]
    if first.within == "brackets":
        return [KeyPiece(part.lead, _in_brackets(inner, part.value, models), condition)]
    lines = "".join(_line(piece, first.indent) for piece in inner).removesuffix("\n")
    if models.source.language == "toml":
        return [KeyPiece(part.lead, f"\n{lines}", condition)]
    name = _NAMED.match(part.lead)
    return [KeyPiece(name[0] if name else part.lead.strip(), f"\n{lines}", condition)]


def _line(piece: KeyPiece, indent: str) -> str:
    line = f"{'' if piece.lead.startswith(chr(10)) else indent}{piece.lead}{piece.value}\n"
    return f"{{% if {piece.condition} %}}\n{line}{{% endif %}}\n" if piece.condition else line


def _in_brackets(pieces: Sequence[KeyPiece], model: str, models: Models) -> str:
    """Write a group in brackets: its first key always, as nothing stands before the comma of the second without it."""
    if models.source.language == "json":
        return "{" + ",".join(piece.lead + piece.value for piece in pieces) + closing(model)
    space = " " if model.startswith("{ ") or (models.source.language == "toml" and not model) else ""
    written = ""
    for piece in pieces:
        lead = " ".join(line.strip() for line in piece.lead.split("\n")).strip()
        own = f"{', ' if written else ''}{lead} {piece.value}"
        written += f"{{% if {piece.condition} %}}{own}{{% endif %}}" if written and piece.condition else own
    return f"{{{space}{written}{space}}}"
