"""What all tests share."""

import gc
import os
import sys
from collections import Counter
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from tests.emulated import GitHubWorld


# No test asserts a time, and a machine under load is no finding. The same examples come each time, so that a change is
# judged by what it does and nobody meets a fault that is not theirs; .ci/thorough looks for others, and for many.
settings.register_profile(
    "almanac", deadline=None, max_examples=40, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("ci", settings.get_profile("almanac"), max_examples=20)
settings.register_profile("thorough", settings.get_profile("almanac"), max_examples=200, derandomize=False)
settings.load_profile("ci" if "CI" in os.environ else "almanac")
_CONSTANTS = "hypothesis.internal.conjecture.providers.HypothesisProvider._maybe_draw_constant"


@pytest.fixture(autouse=True, scope="session")
def _same_examples() -> Iterator[None]:
    """Keep Hypothesis from trying what stands in the modules that are loaded: the tests before would decide of it."""
    with pytest.MonkeyPatch.context() as patch:
        if settings().derandomize:
            # A later version may have another name for it.
            patch.setattr(_CONSTANTS, lambda *_, **__: None, raising="CI" in os.environ)
        yield


@pytest.fixture
def site() -> Iterator["GitHubWorld"]:
    """A new repository on the emulated GitHub; for tests with the marker `emulator`."""
    from tests.emulated import github_world  # noqa: PLC0415 - loads PyGithub

    with github_world() as world:
        yield world


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the long tests begin, each before a short one: pytest-xdist gives every worker two tests to begin with."""
    long = [item for item in items if item.get_closest_marker("long")]
    for item in long:
        item.add_marker(pytest.mark.no_cover)
    rest = [item for item in items if item not in long]
    first = [item for pair in zip(long, rest, strict=False) for item in pair]
    items[:] = [*first, *long[len(rest) :], *rest[len(long) :]]


def pytest_collection_finish() -> None:
    """Let the collector pass over what thousands of tests are made of: it stays to the end."""
    gc.freeze()


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Make `no_cover` hold in pytest-xdist's workers: there pytest-cov measures twice, and stops one of the two."""
    if not item.get_closest_marker("no_cover"):
        return (yield)
    trace = sys.gettrace()
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(trace)


def pytest_sessionfinish() -> None:
    """End the emulator, if a test started it."""
    if emulated := sys.modules.get("tests.emulated"):
        emulated.stop()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name each tool whose absence skipped tests, once."""
    reasons = Counter(str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", []))
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"{count} tests: {reason}")
