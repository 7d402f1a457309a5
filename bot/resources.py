"""Almanac's own templates and examples, found in a checkout and in an installed wheel alike."""

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

_MESSAGES = (
    "proposed",
    "problems",
    "held",
    "stuck",
    "closed",
    "withdrawn",
    "merged",
    "refused",
    "note",
    "pull",
    "edits",
)


def _folder(name: str) -> Traversable:
    packed = resources.files("bot") / "_data" / name
    return packed if packed.is_dir() else Path(__file__).parent.parent / name


def template(path: str) -> str:
    """Return the text of a file in `templates/`, given by its path there."""
    return (_folder("templates") / path).read_text(encoding="utf-8")


def example(path: str) -> str:
    """Return the text of a file in `examples/`, given by its path there."""
    return (_folder("examples") / path).read_bytes().decode()


def messages() -> dict[str, str]:
    """Return the templates of all messages by name."""
    return {name: template(f"messages/{name}.md.j2") for name in _MESSAGES}
