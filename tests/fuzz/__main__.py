"""`python -m tests.fuzz --inputs 200000 --seed 7`: thousands of odd inputs to the real bot, none of which may hurt it.

An input that failed is sent again, by itself, with the same seed, its number for `--first`, and `--inputs 1`.
"""

import argparse
import asyncio
import sys
import time

from tests.fuzz.run import Run


def main() -> int:
    """Run what the command line asks for; the exit status is 1 if anything failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Send odd inputs to the bot.")
    parser.add_argument("--inputs", type=int, default=200_000, help="how many")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="from which they are made; now, if left out")
    parser.add_argument("--first", type=int, default=0, help="the number of the first of them")
    asked = parser.parse_args()
    first, last = asked.first, asked.first + asked.inputs
    _say(f"seed {asked.seed}, inputs {first} to {last - 1}")
    began = time.monotonic()
    tally = asyncio.run(Run(asked.seed, first, last, progress=_say).all())
    _say("\n".join(tally.table()))
    for what, times in tally.times_failed.most_common():
        _say(f"FAILED {times} times: {what}")
    failures, seconds = tally.times_failed.total(), time.monotonic() - began
    _say(f"{tally.count} inputs in {seconds:.0f} s, {failures} failures, seed {asked.seed}")
    return 1 if tally.failures else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
