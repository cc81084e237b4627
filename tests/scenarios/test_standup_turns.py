"""Standups on a database that two processes share, of which the one that works is killed again and again."""

import random
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

import pytest

from conference.invitation import Guest
from conference.standups.model import Standup
from conference.standups.recurrence import Recurrence, Weekday
from storage import Storage
from tests.harness.reading import reading
from tests.harness.world import World

STANDUPS = 25

SEED = 6

LIMITS = ("MAX_CONFERENCES_PER_HOUR", "MAX_RINGS_PER_HOUR", "MAX_MINUTES_PER_DAY", "MAX_SPEND_PER_DAY")

NEVER_HEARD = "nothing has been heard of it since"


def number(standup: int, place: int) -> str:
    return f"+65912{standup:04}{place}"


async def set_up(world: World, first_day: date) -> None:
    """Standups of two phones each, all due at the same minute of every day."""
    storage = await Storage.open(world.database)
    for place in range(STANDUPS):
        guests = Guest(number(place, 0)), Guest(number(place, 1))
        for guest in guests:
            world.hoiio.phone(guest.number).will_decline()
        await storage.add_standup(
            Standup(
                world.slack.workspace.team_id,
                f"standup{place}",
                f"team-{place}",
                world.channel.id,
                world.alice.person.id,
                Recurrence(frozenset(Weekday), time(9), "UTC"),
                dealt_with=datetime.combine(first_day, time(0), UTC),
                invitees=guests,
                remind_minutes=0,
            )
        )
    await storage.close()


def are_rung(world: World, enough: int) -> bool:
    return len(world.rung) >= enough


def are_over(world: World, stood: int, *words: str) -> bool:
    """Whether the boards that came since so many stood there are all for a standup that is over, in these words."""
    texts = [reading(board) for board in world.boards[stood:]]
    return sum(any(word in text for word in words) for text in texts) == STANDUPS


@pytest.mark.timeout(0)
async def test_due_moments_are_each_rung_once_while_processes_are_killed_at_random(
    quiet_world: World, days_to_ring: int
) -> None:
    """A request that a kill may have cut off is in doubt: it is shown so, and rung when somebody presses the button."""
    world, chance = quiet_world, random.Random(SEED)  # noqa: S311 - nothing is kept secret by it
    world.settings |= dict.fromkeys(LIMITS, "off") | {"LINES": str(2 * STANDUPS)}
    world.hoiio.lines = 2 * STANDUPS
    world.hoiio.ring_gap_seconds = 0
    first_day = world.now.date() + timedelta(days=1)
    await set_up(world, first_day)
    await world.start_bot()
    await world.start_spare()
    for day in range(days_to_ring):
        stood, rung = len(world.boards), len(world.rung)

        due_at = datetime.combine(first_day + timedelta(days=day), time(9), UTC)
        await world.leap(due_at - world.now - timedelta(seconds=2))
        enough = rung + chance.randrange(2 * STANDUPS)
        await world.until(partial(are_rung, world, enough))
        await world.kill_bot()
        await world.spare_takes_over()
        await world.start_spare()
        await world.until(partial(are_over, world, stood, "Ended at", NEVER_HEARD), within=1200)
        for board in world.boards[stood:]:
            if NEVER_HEARD in reading(board):
                await world.slack.click(world.alice.person, board, "ring_anew")
        await world.until(partial(are_over, world, stood, "Ended at"))
    phones = [number(standup, place) for standup in range(STANDUPS) for place in range(2)]
    assert Counter(world.rung) == dict.fromkeys(phones, days_to_ring)
