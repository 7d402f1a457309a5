"""The names of the house: whoever looks for a thing finds one of it. What imports what is held by `lint-imports`."""

import ast
from collections import Counter
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "bot" / "almanac"
MODULES = sorted(PACKAGE.rglob("*.py"))
MIRRORED = {"__init__", "app", "entries", "files", "page", "protocol", "template"}
"""Packages that mirror each other use these names for the module that does the same in each."""


def test_no_class_name_occurs_twice() -> None:
    names = Counter(
        node.name
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
    )
    assert [name for name, count in names.items() if count > 1] == []


def test_no_module_name_occurs_twice() -> None:
    names = Counter(path.stem for path in MODULES if path.stem not in MIRRORED)
    assert [name for name, count in names.items() if count > 1] == []


def test_every_module_says_what_it_is() -> None:
    assert [
        path.name for path in MODULES if not ast.get_docstring(ast.parse(path.read_text())) and path.stat().st_size
    ] == []
