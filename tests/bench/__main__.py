import asyncio
import sys
import tempfile
from pathlib import Path

from tests.bench import ack

with tempfile.TemporaryDirectory(prefix="rollcall-bench-") as directory:
    print(asyncio.run(ack.measure(Path(directory), rounds=5, requests=500, limited="free" not in sys.argv)))
