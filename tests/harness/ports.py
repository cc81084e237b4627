"""Ports for the bots of the tests."""

import atexit
import itertools
import socket
from collections.abc import Iterator
from contextlib import suppress
from functools import cache

FIRST_PORT = 24_000
LAST_PORT = 32_000
PORTS_PER_WORKER = 500


def free_port() -> int:
    """A port that nobody else will take before the bot does: none that systems hand out when asked for any."""
    for port in _ports():
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("the ports go round for ever")


@cache
def _ports() -> Iterator[int]:
    """Round and round, the ports of a block that is this process's own while it lives: other runs may go on beside."""
    for first in range(FIRST_PORT, LAST_PORT, PORTS_PER_WORKER):
        # Bound for UDP, the first of a block says that it is taken, and for TCP it is as free as the others.
        taken = socket.socket(type=socket.SOCK_DGRAM)
        try:
            taken.bind(("127.0.0.1", first))
        except OSError:
            taken.close()
        else:
            atexit.register(taken.close)
            return itertools.cycle(range(first, first + PORTS_PER_WORKER))
    raise AssertionError("every block of ports is taken")
