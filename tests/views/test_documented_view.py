"""The view that `docs/architecture.md` builds as an example works as it is printed there, and its tests pass."""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import indent
from types import ModuleType

import pytest

PAGE = Path(__file__).parents[2] / "docs/architecture.md"
[MODULE, KEY, LINE, TESTS] = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
NAMES = re.findall(r"^def (test_\w+)", TESTS, re.MULTILINE)


@pytest.fixture
def tests(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], None]]:
    view = ModuleType("almanac.views.table")
    exec(MODULE, view.__dict__)  # noqa: S102 -- our own documentation
    monkeypatch.setitem(sys.modules, view.__name__, view)
    scope: dict[str, Callable[[], None]] = {}
    exec(TESTS, scope)  # noqa: S102 -- the same
    return scope


@pytest.mark.parametrize("name", NAMES)
def test_the_example_passes_its_own_tests(tests: dict[str, Callable[[], None]], name: str) -> None:
    tests[name]()


def test_the_config_key_and_the_line_are_python() -> None:
    compile(KEY, "config.py", "exec")
    compile(f"def views_of():\n{indent(LINE, '    ')}", "views/__init__.py", "exec")
