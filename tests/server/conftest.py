"""What the server's tests share. Without the server's packages, each file of them is skipped by name."""

import logging
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.tools import need_extra

if TYPE_CHECKING:
    from almanac.server.children import Children

    from tests.server.github import AppWorld
    from tests.server.postgres import Cluster

PACKAGES = ("dbos", "fastapi", "prometheus_client", "psycopg", "pydantic_settings", "structlog", "uvicorn")


class NeedsServerPackages(pytest.Module):
    """A file of tests that is only looked into where the server's packages are."""

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """Collect the tests, or skip them all."""
        need_extra("server", *PACKAGES)
        return super().collect()


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module:
    """Look before a file is imported."""
    made: pytest.Module = NeedsServerPackages.from_parent(parent, path=module_path)
    return made


@pytest.fixture
def logs() -> Iterator[None]:
    """Leave the process's logging as it was."""
    import structlog  # noqa: PLC0415

    root, engine = logging.getLogger(), logging.getLogger("dbos")
    before = (root.handlers, root.level, engine.handlers, engine.propagate, engine.filters)
    yield
    root.handlers, engine.handlers, engine.propagate, engine.filters = before[0], before[2], before[3], before[4]
    root.setLevel(before[1])
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def cluster() -> Iterator["Cluster"]:
    """A PostgreSQL server; for tests with the marker `postgres`."""
    from tests.server.postgres import Cluster  # noqa: PLC0415 -- needs a package of the server's

    made = Cluster()
    try:
        yield made
    finally:
        made.close()


@pytest.fixture(scope="session")
def children() -> Iterator["Children"]:
    """The processes that read the files of sites."""
    from almanac.server.children import Children  # noqa: PLC0415 -- needs packages of the server's

    made = Children()
    yield made
    made.close()


@pytest.fixture(scope="session")
def app_github() -> Iterator["AppWorld"]:
    """An emulated GitHub with the App on it; for tests with the marker `emulator`."""
    from tests.server.github import app_world  # noqa: PLC0415 -- needs packages of the server's

    with app_world() as made:
        yield made


@pytest.fixture
def world(app_github: "AppWorld") -> Iterator["AppWorld"]:
    """A new site on it."""
    from tests.server.github import AppWorld  # noqa: PLC0415

    app_github.emulator.proxy.clear()
    made = AppWorld(app_github.emulator, app_github.hook)
    yield made
    made.hook.target = ""
    made.emulator.proxy.clear()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty job store, of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'jobs.sqlite'}"
    found: Cluster = request.getfixturevalue("cluster")
    return found.database()
