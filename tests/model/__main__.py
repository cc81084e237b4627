"""`python -m tests.model --examples 300 --seed 7`: the bot under random people, carrier and network, for long.

The examples come in batches, each with a seed of its own: a batch that failed is run again, by itself, with
`--seed` as it is printed and `--examples` as many as a batch has.
"""

import argparse
import sys
import time

from tests.model.machine import Conferences
from tests.model.run import EXAMPLES_PER_BATCH, STEPS, run


def main() -> int:
    """Run what the command line asks for; the exit status is 1 if anything failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.model", description="Random conferences on the real bot.")
    parser.add_argument("--examples", type=int, default=300, help="how many")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of the first batch; now, if left out")
    parser.add_argument("--steps", type=int, default=STEPS, help="the most steps of an example")
    asked = parser.parse_args()
    began, failures = time.monotonic(), 0
    for batch, first in enumerate(range(0, asked.examples, EXAMPLES_PER_BATCH)):
        seed = asked.seed + batch
        try:
            run(min(EXAMPLES_PER_BATCH, asked.examples - first), seed=seed, steps=asked.steps)
        except Exception as error:
            failures += 1
            _say(f"FAILED, seed {seed}: {_told(error)}")
        done = min(asked.examples, first + EXAMPLES_PER_BATCH)
        _say(f"{done} examples, seed {seed}; {failures} batches failed; {time.monotonic() - began:.0f} s")
    _say("\n".join(f"{count:7}  {name}" for name, count in sorted(Conferences.counts.items())))
    steps = sum(count for name, count in Conferences.counts.items() if "nothing" not in name)
    seconds = time.monotonic() - began
    _say(
        f"{Conferences.examples} examples, {steps} steps, {failures} batches failed, {seconds:.0f} s, seed {asked.seed}"
    )
    return 1 if failures else 0


def _told(error: BaseException) -> str:
    """What an error says, with its notes, and what it holds."""
    lines = [f"{type(error).__name__}: {error}", *getattr(error, "__notes__", [])]
    if isinstance(error, BaseExceptionGroup):
        lines += map(_told, error.exceptions)
    return "\n".join(lines)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
