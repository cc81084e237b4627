"""Who comes to the door just as it is closed."""

import asyncio
import socket
from contextlib import suppress

import pytest

from handlers.waiting_room import WaitingRoom
from tests.harness.ports import free_port

HUNG_AFTER_SECONDS = 5.0


@pytest.mark.parametrize("turns", range(6))
async def test_whoever_comes_as_it_closes_is_not_left_waiting(turns: int) -> None:
    port = free_port()
    room = WaitingRoom("127.0.0.1", port)
    await room.open()
    with socket.create_connection(("127.0.0.1", port)) as visitor:
        visitor.setblocking(False)
        # By then the connection is not accepted yet, or half, or wholly.
        for _ in range(turns):
            await asyncio.sleep(0)
        await room.close()
        with suppress(ConnectionResetError):
            heard = asyncio.get_running_loop().sock_recv(visitor, 1)
            assert await asyncio.wait_for(heard, HUNG_AFTER_SECONDS) == b""
