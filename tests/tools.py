"""Programs and packages that some tests need and that a machine may not have."""

import os
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

import pytest


def need(tool: str) -> str:
    """Return a tool's path; where it is missing, skip the test with its name, or fail it on CI."""
    found = shutil.which(tool)
    return found or _miss(tool)


def need_extra(extra: str, *packages: str) -> None:
    """Skip a whole file of tests, with its name, where an extra of ours is not installed; fail it on CI."""
    if not all(map(find_spec, packages)):
        _miss(f"almanac-events[{extra}]", whole_file=True)


def need_postgres() -> Path:
    """Return the folder of PostgreSQL's programs, which Debian keeps off the path."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists():
            return folder
    return Path(need("initdb")).resolve().parent


def _miss(what: str, *, whole_file: bool = False) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(f"{what} is not installed, and CI has to run this test")
    pytest.skip(f"{what} is not installed", allow_module_level=whole_file)
