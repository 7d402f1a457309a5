"""What the tests of commands share."""

import pytest

from tests.commands.running import Almanac


@pytest.fixture
def almanac(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Almanac:
    return Almanac(monkeypatch, capsys)
