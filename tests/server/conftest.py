"""What the server's tests share. Without the server's packages, each file of them is skipped by name."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.tools import need_extra

if TYPE_CHECKING:
    from tests.server.postgres import Cluster

PACKAGES = ("dbos", "fastapi", "prometheus_client", "psycopg", "pydantic_settings", "structlog", "uvicorn")


class Unless(pytest.Module):
    """A file of tests that is only looked into where the server's packages are."""

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """Collect the tests, or skip them all."""
        need_extra("server", *PACKAGES)
        return super().collect()


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module:
    """Look before a file is imported."""
    made: pytest.Module = Unless.from_parent(parent, path=module_path)
    return made


@pytest.fixture(scope="session")
def cluster() -> Iterator["Cluster"]:
    """A PostgreSQL server; for tests with the marker `postgres`."""
    from tests.server.postgres import Cluster  # noqa: PLC0415 -- needs a package of the server's

    made = Cluster()
    try:
        yield made
    finally:
        made.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty job store, of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'jobs.sqlite'}"
    found: Cluster = request.getfixturevalue("cluster")
    return found.database()
