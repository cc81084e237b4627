import asyncio
import sys
import tempfile
from pathlib import Path

from tests.bench import ack, notifications

with tempfile.TemporaryDirectory(prefix="rollcall-bench-") as directory:
    if "ack" in sys.argv:
        print(asyncio.run(ack.measure(Path(directory), rounds=5, requests=500, limited="free" not in sys.argv)))
    if "notifications" in sys.argv:
        print(asyncio.run(notifications.measure(Path(directory))))
    if "storm" in sys.argv:
        from tests.bench import storm
        print(asyncio.run(storm.measure(Path(directory), conferences=int(sys.argv[-1]))))
    if "slack" in sys.argv:
        from tests.bench import slack_calls
        print(asyncio.run(slack_calls.measure(Path(directory))))
    if "footprint" in sys.argv:
        from tests.bench import footprint
        print(asyncio.run(footprint.measure(Path(directory))))
