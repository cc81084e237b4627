"""`python -m tests.bench [SECTION …] [--soak N]`: ratios measured in one run, as tables for the README.

Whatever is compared is measured in turn, a round each, so that the machine's mood strikes both; a ratio is the median
of the rounds' ratios. The exit status says that it measured, not that goals are met.
"""

import argparse
import asyncio
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from tests.bench import ack, big_database, footprint, notifications, slack_calls, soak, storm
from tests.bench.figures import Table

Section = Callable[[Path], Coroutine[None, None, Table]]

SOAK = 3_000


def main() -> int:
    sections: dict[str, Section] = {
        "ack": ack.measure,
        "notifications": notifications.measure,
        "storm": storm.measure,
        "slack-calls": slack_calls.measure,
        "big-database": big_database.measure,
        "footprint": footprint.measure,
        "soak": soak.measure,
    }
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure the bot against bare programs.")
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"of {', '.join(sections)}; all, if left out")
    parser.add_argument("--soak", type=int, default=SOAK, help="how many conferences the soak plays")
    asked = parser.parse_args()
    if unknown := set(asked.sections) - set(sections):
        parser.error(f"there is no section {', '.join(sorted(unknown))}")
    sections["soak"] = partial(soak.measure, conferences=asked.soak)
    _say(
        f"`make bench`, {datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores ({platform.machine()}), "
        f"Python {platform.python_version()}. The bot, the stand-ins for Slack and Hoiio and the load generator are "
        "processes that share these cores."
    )
    for name in asked.sections or sections:
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="rollcall-bench-") as directory:
            table = asyncio.run(sections[name](Path(directory)))
        _say(f"\n{table}\n- `{name}` took {time.monotonic() - began:.0f} s.")
    return 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
