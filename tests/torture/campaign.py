"""A campaign: acts, one after another."""

import itertools
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.torture.act import Act
from tests.torture.tally import Tally

CONFERENCES_PER_ACT: Final = 20


class Campaign:
    """What acts of a seed came to. `say` is told what is amiss, and of each act."""

    def __init__(
        self, seed: int, say: Callable[[str], None], *, conferences_per_act: int = CONFERENCES_PER_ACT
    ) -> None:
        self.tally = Tally()
        self._seed = seed
        self._say = say
        self._conferences = conferences_per_act

    async def play(self, conferences: int) -> None:
        """Play acts until there have been so many conferences. In the first act everything goes wrong that can."""
        for number in itertools.count():
            if self.tally.seen["conferences"] >= conferences:
                break
            await self.play_act(number)

    async def play_act(self, number: int) -> None:
        """Play the act of that number."""
        with tempfile.TemporaryDirectory() as directory:
            everything = number == 0
            act = Act(Path(directory), f"{self._seed} {number}", self._conferences, self.tally, everything=everything)
            try:
                await self._play(number, act)
            finally:
                await act.close()

    async def _play(self, number: int, act: Act) -> None:
        try:
            amiss = await act.play()
        except Exception as error:
            error.add_note(self._where(number))
            error.add_note("\n".join(act.scene.steps))
            raise
        self.tally.amiss.update(one.kind for one in amiss)
        for one in amiss:
            self._say(f"FAILED, {self._where(number)}: {one.kind}\n{act.explained(one)}")
        if amiss:
            self._say("\n".join(sorted([*act.scene.steps, *(step for story in act.stories for step in story.steps)])))
        self._say(f"act {number}: {len(act.stories)} conferences, {len(amiss)} amiss, {act.scene.now:.0f} s of play")

    def _where(self, number: int) -> str:
        return f"seed {self._seed}, act {number}"
