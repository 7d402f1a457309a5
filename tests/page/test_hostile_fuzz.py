"""Random texts, none of which is shown as anything but itself. For more of them: `benchmarks/fuzz_escape.py`."""

import pytest

from tests.fuzzing import shown_otherwise, strings

pytestmark = pytest.mark.jekyll


@pytest.mark.long
def test_random_texts_from_a_fixed_seed() -> None:
    assert shown_otherwise(strings(5_000, seed=20211108)) == []


def test_the_check_sees_what_is_shown_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzzing.sections", lambda text: [text])
    assert [text for text, _ in shown_otherwise(["plain", "*x*", "{% x %}"])] == ["*x*", "{% x %}"]
