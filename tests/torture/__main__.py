"""`python -m tests.torture --conferences 500 --seed 7`: the bot under everything that can go wrong, and a table of it.

An act that failed is played again, by itself, with the same seed and `--act`.
"""

import argparse
import asyncio
import os
import sys
import time
from datetime import UTC, datetime

from tests.torture.campaign import Campaign
from tests.torture.disk import CAN_MOUNT, enter_namespace
from tests.torture.tally import Fault


def main() -> int:
    """Play what the command line asks for; the exit status is 1 if anything is amiss, or a fault never struck."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description="Conferences among faults.")
    parser.add_argument("--conferences", type=int, default=500, help="how many, or a few more")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of all that is drawn; now, if left out")
    parser.add_argument("--act", type=int, help="play this act alone")
    asked = parser.parse_args()
    enter_namespace(["--seed", str(asked.seed)])
    began = time.monotonic()
    if not CAN_MOUNT:
        _say("No file system can be mounted here: a full disk is played by a limit on the size of files.")
    campaign = Campaign(asked.seed, _say)
    asyncio.run(campaign.play_act(asked.act) if asked.act is not None else campaign.play(asked.conferences))
    tally, seconds = campaign.tally, time.monotonic() - began
    _say("")
    _say("\n".join(tally.table()))
    _say("")
    _say(
        f"`make torture CONFERENCES={asked.conferences} SEED={asked.seed}`: {seconds / 60:.0f} minutes on "
        f"{os.cpu_count()} cores, {datetime.now(UTC):%Y-%m-%d}. Nobody waited longer than "
        f"{tally.slowest_refusal:.1f} s to be told that nothing could be stored."
    )
    can_strike = set(Fault) if CAN_MOUNT else set(Fault) - {Fault.READ_ONLY_START}
    never = [fault for fault in tally.never_struck() if fault in can_strike and asked.act is None]
    for fault in never:
        _say(f"FAILED: it never came to this: {fault}")
    return 1 if never or tally.amiss else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
