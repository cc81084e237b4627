"""What befalls the machine that the bot runs on."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from typing import Final

from tests.torture.scene import Scene
from tests.torture.story import Stage, Typed
from tests.torture.tally import Fault

_LOCKED_SECONDS: Final = 2.5
"""Real time, as is that which the bot waits for a lock."""
_LONGEST_STEP_OF_CLOCK_SECONDS: Final = 100.0
_EXIT_FAILED: Final = 1
_TRIES: Final = 3
_MOST_BEGUN: Final = 20
_BEGUN_AT_ONCE: Final = 4
_OF_STORAGE: Final = frozenset({Fault.DISK_FULL, Fault.LOCKED, Fault.READ_ONLY})


class Troubles:
    """Brings them about, one at a time. In each, somebody types a command, which must be answered."""

    def __init__(self, scene: Scene, stage: Stage) -> None:
        self._scene = scene
        self._stage = stage
        self._guests = itertools.count(1)
        self._doing: dict[Fault, Callable[[], Awaitable[bool]]] = {
            Fault.KILLED: self._kill,
            Fault.KILLED_AT_COMMIT: self._kill_at_commit,
            Fault.DISK_FULL: self._fill_disk,
            Fault.LOCKED: self._lock,
            Fault.READ_ONLY: self._make_read_only,
            Fault.READ_ONLY_START: self._start_read_only,
            Fault.CLOCK_FORWARD: self._set_clock_forward,
            Fault.CLOCK_BACK: self._set_clock_back,
        }

    async def befall(self, fault: Fault) -> None:
        """Bring it about, once more if the bot happened to be down."""
        for _ in range(_TRIES):
            while self._scene.life is None:
                await self._scene.goes_by(1.0)
            if fault in _OF_STORAGE:
                # What is begun just before is in the middle of its ringing.
                await self._begin(_BEGUN_AT_ONCE)
            self._scene.note(fault)
            if await self._doing[fault]():
                break

    async def _kill(self) -> bool:
        await self._scene.kill()
        await self._scene.stays_down()
        await self._scene.start()
        return True

    async def _kill_at_commit(self) -> bool:
        scene = self._scene
        await scene.kill()
        await scene.start(dies=True)
        life, begun = scene.life, 0
        while scene.life == life and begun < _MOST_BEGUN:
            await self._begin(1)
            begun += 1
        return scene.life != life

    async def _fill_disk(self) -> bool:
        scene = self._scene
        process = scene.world._process
        assert process
        scene.disk.fill(process._pid)
        try:
            has_struck = await self._ask(Fault.DISK_FULL)
            await scene.goes_by(scene.chance.uniform(1.0, 12.0))
        finally:
            scene.disk.free(process._pid)
        return has_struck

    async def _lock(self) -> bool:
        async def lock() -> None:
            with self._scene.world.locked_database():
                await asyncio.sleep(_LOCKED_SECONDS)

        locking = asyncio.create_task(lock())
        has_struck = await self._ask(Fault.LOCKED)
        while not locking.done():
            await self._scene.step()
        await locking
        return has_struck

    async def _make_read_only(self) -> bool:
        scene = self._scene
        await scene.world.make_bot_read_only()
        has_struck = await self._ask(Fault.READ_ONLY)
        await scene.goes_by(scene.chance.uniform(1.0, 12.0))
        await scene.world.make_bot_read_only(on=False)
        return has_struck

    async def _start_read_only(self) -> bool:
        """It must not start, and say so."""
        scene = self._scene
        await scene.kill()
        said = len(scene.world.log)
        with scene.disk.read_only() as directory:
            scene.world.settings["DATABASE"] = str(directory / scene.world.database.name)
            is_started = await scene.is_started()
        del scene.world.settings["DATABASE"]
        assert scene.world._process
        assert not is_started, "the bot has started on a database that it can't write"
        assert scene.world._process.returncode == _EXIT_FAILED, scene.world.log[said:]
        assert "See DATABASE." in scene.world.log[said:], scene.world.log[said:]
        scene.tally.struck[Fault.READ_ONLY_START] += 1
        await scene.start()
        return True

    async def _set_clock_forward(self) -> bool:
        await self._set_clock(self._scene.chance.uniform(1.0, _LONGEST_STEP_OF_CLOCK_SECONDS))
        self._scene.tally.struck[Fault.CLOCK_FORWARD] += 1
        return True

    async def _set_clock_back(self) -> bool:
        await self._set_clock(-self._scene.chance.uniform(1.0, _LONGEST_STEP_OF_CLOCK_SECONDS))
        self._scene.tally.struck[Fault.CLOCK_BACK] += 1
        return True

    async def _set_clock(self, seconds: float) -> None:
        self._scene.note(f"the bot's clock is set by {seconds:.1f} s")
        await self._scene.world.step_bot_clock(seconds)

    async def _begin(self, conferences: int) -> None:
        """Begin so many at once, and let a moment go by."""
        await self._scene.meanwhile(asyncio.gather(*(self._type() for _ in range(conferences))))
        await self._scene.goes_by(self._scene.chance.uniform(0.1, 4.0))

    async def _ask(self, fault: Fault) -> bool:
        """Type a command. The fault has struck if the answer is that nothing could be stored."""
        scene = self._scene
        typed = await scene.meanwhile(self._type())
        if not typed.was_refused:
            return False
        scene.tally.struck[fault] += 1
        scene.tally.slowest_refusal = max(scene.tally.slowest_refusal, typed.result.took_seconds)
        return True

    async def _type(self) -> Typed:
        """Have one more guest rung, who declines."""
        scene = self._scene
        guest = f"+6582{next(self._guests):06}"
        scene.world.hoiio.phone(guest).will_decline(3.0)
        typed = await self._stage.type(scene.world.alice, f"/conference without me {guest}", (guest,))
        scene.note(f"{guest}: {typed.result.ack_text or typed.result.error}")
        return typed
