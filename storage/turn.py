"""Whose turn it is: one process at a time works on a database."""

import asyncio
import fcntl
import logging
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from conference.ports import StorageUnavailableError
from storage.owner import give_to_owner

LOOK_EVERY_SECONDS = 0.25
"""How often one that waits looks whether its turn has come: real time, in which processes end."""

log = logging.getLogger(__name__)

Look = Callable[[int], Awaitable[None]]
"""Awaited whenever it is seen that somebody else has the turn. What it is given is another when the turn passes on."""


class Turn:
    """A process's turn to work on a database. Wait for it with `has_come` before anything is opened; `end` it last.

    Two that worked at a time would each take the other's unfinished conferences for what a crash has left. So a lock
    is held on a file beside the database. The operating system keeps it, and lets go of it when the process ends,
    however it ends; the file is left there, and says nothing by itself. Let nobody delete it while a process works:
    one that is started after that makes another, and finds it free.

    For a database that several hosts share, a lock of its server's takes this one's place, such as PostgreSQL's
    `pg_try_advisory_lock`: it goes with the connection that took it, so whoever loses that connection must stop.
    """

    def __init__(self, database: Path) -> None:
        self._database = database
        # By whatever names the database goes, the lock is beside the file itself.
        self._path = Path(f"{os.path.realpath(database)}.lock")
        self._lock: int | None = None
        """The descriptor of the lock's file, while it is open. No process that this one starts inherits it."""

    async def has_come(self, stop: asyncio.Event, look: Look) -> bool:
        """Wait until no other process works on the database; False if `stop` was set meanwhile.

        Raises StorageUnavailableError.
        """
        if self.take():
            return True
        log.info("another Rollcall works on %s; this one waits, and takes over when that one ends", self._database)
        while not await _is_set_within(LOOK_EVERY_SECONDS, stop):
            if self.take():
                log.info("the other Rollcall has ended; this one takes over")
                return True
            await look(os.fstat(self._lock).st_mtime_ns if self._lock is not None else 0)
        return False

    def take(self) -> bool:
        """Take the turn if nobody has it; says whether it is this process's now. Raises StorageUnavailableError."""
        try:
            return self._take()
        except OSError as error:
            raise StorageUnavailableError(str(error)) from error

    def end(self) -> None:
        """Let another process have its turn."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _take(self) -> bool:
        if self._lock is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
            give_to_owner(self._path, Path(os.path.realpath(self._database)))
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        if not _is_open_at(self._path, self._lock):
            # It was deleted while this one waited, and another may hold the one that lies there now: look at that.
            self.end()
            return False
        # So that others who wait see that it has passed on.
        os.utime(self._lock)
        return True


def _is_open_at(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


async def _is_set_within(seconds: float, event: asyncio.Event) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()
