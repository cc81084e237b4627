"""Running the machine: in the same way each time, or at random."""

from typing import Final

from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis import seed as seeded
from hypothesis.stateful import run_state_machine_as_test

from tests.model.machine import Conferences

STEPS: Final = 30
EXAMPLES_PER_BATCH: Final = 10


def run(examples: int, *, seed: int | None = None, steps: int = STEPS) -> None:
    """Run so many examples: those of a seed, or without one always the same. Raises what the first failure raises.

    None is made smaller: each takes seconds, and its steps are told with the failure.
    """
    # Of the random ones, every third batch has examples in which few things happen, and those often.
    machine = type("Machine", (Conferences,), {"is_mixed": seed is None or seed % 3 != 0})
    how = settings(
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=seed is None,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        print_blob=False,
        report_multiple_bugs=False,
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )
    Conferences.failures.clear()
    try:
        run_state_machine_as_test(machine if seed is None else seeded(seed)(machine), settings=how)
    except Exception:
        if Conferences.failures:
            raise Conferences.failures[0] from None
        raise
