"""Runs a stateful machine: through the same steps each time, unless `ALMANAC_EXAMPLES` says how many others to try."""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

EXAMPLES = int(os.environ.get("ALMANAC_EXAMPLES") or 0)
_CONSTANTS = "hypothesis.internal.conjecture.providers.HypothesisProvider._maybe_draw_constant"


def run_machine(machine: type[RuleBasedStateMachine], *, examples: int, steps: int) -> None:
    """Run a machine for a number of examples, each of so many steps at most."""
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=not EXAMPLES,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink) if EXAMPLES else (Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    with pytest.MonkeyPatch.context() as patch:
        # Hypothesis also tries numbers that stand in the modules that are loaded, even for the share of rules that it
        # leaves out, so the steps would depend on what was tested before. A later version may have another name.
        patch.setattr(_CONSTANTS, lambda *_, **__: None, raising="CI" in os.environ)
        run_state_machine_as_test(machine, settings=chosen)
