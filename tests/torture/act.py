"""One act: conferences beside each other on one bot, with faults all the while; then quiet, and a comparison."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Final

import aiohttp

from sandbox.hoiio import Leg, LegState
from tests.model.watch import Amiss
from tests.torture.mix import mixed
from tests.torture.record import differences
from tests.torture.scene import STEP_SECONDS, Scene
from tests.torture.story import Stage, Story
from tests.torture.tally import Fault, Loss, Tally, chance_of
from tests.torture.troubles import Troubles

CONFERENCES_EVERY_SECONDS: Final = 4.5
LONGEST_PAUSE: Final = 0.3
"""Between two troubles: a share of the time within which conferences begin."""
END_WITHIN_SECONDS: Final = 3600.0
TOLD_WITHIN_SECONDS: Final = 300.0
LONGEST_STEP_SECONDS: Final = 8.0
"""Of the moved clock, while nothing is going on."""
_FORGED_SECONDS: Final = 12.0


class Act:
    """So many conferences; which, and what befalls them, is the seed's to say."""

    def __init__(self, directory: Path, seed: str, conferences: int, tally: Tally, *, everything: bool) -> None:
        chance = chance_of(seed, "act")
        self._mix = mixed(chance, everything=everything)
        self._tally = tally
        self.scene = scene = Scene(directory, self._mix, seed, chance, tally)
        self._stage = Stage(scene.world, scene.watch, lambda: scene.life)
        self._busy_seconds = CONFERENCES_EVERY_SECONDS * conferences
        self.stories = [
            Story(self._stage, seed, place, begins_within=self._busy_seconds) for place in range(conferences)
        ]
        self._troubles = Troubles(scene, self._stage)
        self._forging = chance_of(seed, "forged")
        self._forged: list[tuple[str, int]] = []
        self._pace = STEP_SECONDS
        self._traffic = 0

    async def play(self) -> list[Amiss]:
        """Play it to its end; returns what was not as it must be."""
        scene = self.scene
        await scene.open([person for story in self.stories for person in story.people])
        tasks = [asyncio.create_task(story.play()) for story in self.stories]
        forging = asyncio.create_task(self._forge())
        try:
            for trouble in self._mix.troubles:
                await scene.goes_by(scene.chance.uniform(1.0, LONGEST_PAUSE * self._busy_seconds))
                await self._troubles.befall(trouble)
            while not all(task.done() for task in tasks):
                await scene.goes_by(1.0)
            for task in tasks:
                task.result()
            forging.cancel()
            return await self._end()
        finally:
            for task in [*tasks, forging]:
                task.cancel()
            await asyncio.gather(*tasks, forging, return_exceptions=True)

    async def close(self) -> None:
        await self.scene.close()

    # Forged notifications

    async def _forge(self) -> None:
        world, chance = self.scene.world, self._forging
        while True:
            await world.clock.sleep(chance.uniform(1.0, _FORGED_SECONDS))
            legs = [leg for leg in self.scene.watch.own_legs if leg.alive]
            if legs:
                with suppress(aiohttp.ClientError):
                    await self._forge_one(legs[int(chance.random() * len(legs))])

    async def _forge_one(self, leg: Leg) -> None:
        """Tell of an end that this call did not come to, as somebody might who does not know all secrets."""
        hoiio, chance = self.scene.world.hoiio, self._forging
        told = {"call_status_dest": "answered", "duration": "59", "rate": "9", "debit": "531", "currency": "SGD"}
        fields, url = {**leg.final_notice(), **told}, str(leg.notify_url)
        match chance.choice(("signature", "address", "conference")):
            case "signature":
                status = await hoiio.notify(fields, url, signature="0" * 64)
            case "address":
                status = await hoiio.notify(fields, f"{url[:-6]}forged", signature=chance.choice(("right", None)))
            case _:
                base, _, secret = url.rsplit("/", 2)
                status = await hoiio.notify(fields, f"{base}/{'0' * 16}/{secret}")
        self._tally.struck[Fault.NEWS_FORGED] += 1
        self._forged.append((str(leg.tag), status))

    # The end

    async def _end(self) -> list[Amiss]:
        """No more faults; everybody hangs up, and time goes by until all is settled, or should be."""
        scene = self.scene
        scene.note("the end begins")
        scene.may_die = False
        scene.slack_faults.end()
        scene.hoiio_faults.is_on = False
        scene.hoiio_faults.news.end()
        end = scene.now + END_WITHIN_SECONDS
        while not scene.watch.is_all_over() and scene.now < end:
            for leg in scene.watch.own_legs:
                if leg.state is LegState.IN_CALL:
                    scene.world.hoiio.hang_up(leg)
            await self._waits()
        end = scene.now + TOLD_WITHIN_SECONDS
        while (amiss := self._differences()) and scene.now < end:
            await self._waits()
        # What is said or rung twice may come a little later.
        await scene.goes_by(5.0)
        self._count()
        return amiss or self._differences()

    async def _waits(self) -> None:
        """Let some time go by: the more, the longer nothing has crossed the network."""
        world = self.scene.world
        traffic = len(world.slack.calls) + len(world.hoiio.requests) + len(world.hoiio.notifications)
        self._pace = STEP_SECONDS if traffic != self._traffic else min(2 * self._pace, LONGEST_STEP_SECONDS)
        self._traffic = traffic
        await self.scene.goes_by(self._pace, step=self._pace)

    def _differences(self) -> list[Amiss]:
        ended = [Amiss(Loss.ENDED, "", f"the bot ended by itself: {how}") for how in self.scene.ended_by_itself]
        return [*ended, *differences(self._stage, self._forged)]

    def _count(self) -> None:
        world, seen = self.scene.world, self._tally.seen
        conferences = self.scene.watch.stored.conferences()
        rang = {leg.tag for leg in self.scene.watch.own_legs}
        played = [one for one in conferences if one.caller_id != world.alice.id]
        seen["conferences"] += len(played)
        seen["of them, with a phone that was rung"] += sum(one.conference_id in rang for one in played)
        seen["more, of one phone, begun while the storage failed or was about to"] += len(conferences) - len(played)
        seen["commands typed"] += len(self._stage.typed)
        seen["buttons pressed"] += self._stage.pressed
        seen["phones rung"] += len(self.scene.watch.own_legs)
        seen["calls of Slack's API"] += len(world.slack.calls)
        seen["calls of Hoiio's API"] += len(world.hoiio.requests)
        seen["notifications sent"] += len(world.hoiio.notifications)
        seen["notifications acknowledged"] += sum(one.http_status == 200 for one in world.hoiio.notifications)

    def explained(self, amiss: Amiss) -> str:
        """What there is to know of something that is amiss."""
        here = amiss.conference_id or "no conference"
        lines = [line for line in self.scene.watch.explained().split("\n") if here in line]
        logged = [line for line in self.scene.world.log.split("\n") if here in line]
        return "\n".join([amiss.what, *lines, "Log:", *logged])
