"""What the tests of the engine share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenes import Scene, new_scene


@pytest.fixture
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scene]:
    """A site that has taken over the reference page, on this disk; on the emulated GitHub too with `both_forges`."""
    with new_scene(getattr(request, "param", "local"), tmp_path) as made:
        yield made
