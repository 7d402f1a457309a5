"""Servers that are killed at any moment lose nothing that they accepted.

`python -m benchmarks.torture` is the long run of the same.
"""

from pathlib import Path

import pytest

from tests.server.torture import Trial, torture


@pytest.mark.long
def test_nothing_is_lost_and_nothing_happens_twice_at_once(database: str, tmp_path: Path) -> None:
    servers = 2 if database.startswith("postgresql") else 1
    trial = Trial(deliveries=300, repositories=10, issues=40, kills=2, servers=servers, pause=0.03)
    result = torture(trial, tmp_path, database)
    assert (result.accepted, result.kills) == (300, 2)
    assert result.wrong == []
    assert result.clashes == []
    # Else nothing would have been in danger.
    assert result.broken_off > 0
    # Bursts become few looks.
    assert result.looks < 300
