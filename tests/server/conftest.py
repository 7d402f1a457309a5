"""What the server's tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.postgres import Cluster


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server; for tests with the marker `postgres`."""
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
