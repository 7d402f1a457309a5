"""The files that come with the package: templates, examples, and what only a wheel holds."""

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path


def _data(name: str) -> Traversable:
    """Find a folder of ours: in an installed wheel, or in a checkout."""
    packed = resources.files("almanac") / "_data" / name
    return packed if packed.is_dir() else Path(__file__).parents[2] / name


def data_text(name: str) -> str | None:
    """Return the text of a file that only a wheel holds; None if there is none."""
    file = resources.files("almanac") / "_data" / name
    return file.read_text(encoding="utf-8") if file.is_file() else None


def template(path: str) -> str:
    """Return the text of a file in `templates/`, given by its path there."""
    return (_data("templates") / path).read_text(encoding="utf-8")


def example(path: str) -> str:
    """Return the text of a file in `examples/`, given by its path there."""
    return (_data("examples") / path).read_bytes().decode()


def template_names(folder: str) -> list[str]:
    """List the files of a folder in `templates/`."""
    return sorted(file.name for file in (_data("templates") / folder).iterdir())
