"""A standup that is late or missed, clocks that are set, and accidents around its reminder and its ring."""

from datetime import datetime, timedelta

import pytest

from tests.harness.reading import buttons, reading
from tests.harness.world import World
from tests.scenarios.standup_day import (
    AT,
    DUE,
    MINUTE,
    answers,
    call_boards,
    comes_to,
    is_reminded,
    is_set_up,
    reminder,
    reminder_shows,
    reminders,
    rings,
    shown_as,
)

# Late, missed, and clocks


async def is_down(world: World, until: datetime) -> None:
    """The bot is down, and started again at that moment."""
    await world.kill_bot()
    await comes_to(world, until)
    await world.start_bot()


async def test_four_minutes_late_it_is_rung(world: World) -> None:
    await is_set_up(world)
    await is_down(world, DUE + 4 * MINUTE)
    await world.until(lambda: len(world.dests) == 2)
    assert reminders(world) == []


async def test_six_minutes_late_it_is_missed_with_one_word(world: World) -> None:
    await is_reminded(world)
    await is_down(world, DUE + 6 * MINUTE)
    await world.until(lambda: shown_as(world, "missed"))
    (word,) = shown_as(world, "missed")
    assert reading(word).startswith("*Standup platform* was due at <!date^")
    assert "Rollcall was not running: nobody was rung. To call now, use the shortcut *Start a conference*." in reading(
        word
    )
    await reminder_shows(world, "Rollcall was not running; nobody was rung")
    assert buttons(reminder(world)) == []
    await world.advance(120)
    await world.kill_bot()
    await world.start_bot()
    await world.advance(30)
    assert (world.dests, len(shown_as(world, "missed"))) == ([], 1)


async def test_a_week_of_downtime_is_one_word_and_no_old_reminder_promises_a_ring(world: World) -> None:
    await world.alice.types("/conference team platform @bob @carol")
    await is_set_up(world, "")
    await comes_to(world, DUE - 5 * MINUTE)
    await world.until(lambda: reminders(world))
    await is_down(world, DUE + timedelta(days=6, minutes=30))
    await world.until(lambda: shown_as(world, "missed"))
    (word,) = shown_as(world, "missed")
    assert "it was missed 7 times in a row. To call now, type `/conference platform`." in reading(word)
    await reminder_shows(world, f"it was due at {AT}, and Rollcall was not running; nobody was rung")
    await world.advance(60)
    assert (world.dests, len(world.boards)) == ([], 2)


async def test_a_clock_that_is_set_back_after_it_rang_rings_nobody_again(world: World) -> None:
    await is_reminded(world)
    await rings(world, world.bob, world.carol)
    await world.kill_bot()
    await world.start_bot(now=world.now - timedelta(hours=1))
    # Its clock goes through the same hour once more.
    await world.advance(120)
    assert len(world.dests) == 2
    assert len(reminders(world)) == 1


@pytest.mark.parametrize(("ahead", "is_rung"), [(12 * MINUTE, True), (3 * 60 * MINUTE, False)])
async def test_a_clock_that_is_set_forward_rings_or_misses_it_and_not_both(
    world: World, ahead: timedelta, is_rung: bool
) -> None:
    await is_set_up(world)
    await world.kill_bot()
    await world.start_bot(now=world.now + ahead)
    await world.until(lambda: len(world.dests) == 2 if is_rung else shown_as(world, "missed"))
    await comes_to(world, DUE + MINUTE)
    assert (len(world.dests), len(shown_as(world, "missed"))) == ((2, 0) if is_rung else (0, 1))


# Accidents
TRANSACTIONS = 12
"""As many as a day surely has, from its reminder until it is a conference; what follows is played in test_restarts."""


@pytest.mark.parametrize("where", ["before", "after"])
@pytest.mark.parametrize("transaction", range(1, TRANSACTIONS + 1))
async def test_killed_around_a_commit(world: World, where: str, transaction: int) -> None:
    await is_set_up(world)
    await world.terminate_bot()
    await comes_to(world, DUE - 5 * MINUTE - timedelta(seconds=5))
    await world.start_bot(kill_at=f"{where}:{transaction}")
    await world.advance(15)
    if world.bot_is_running:
        await comes_to(world, DUE - timedelta(seconds=5))
    await world.until(lambda: not world.bot_is_running, within=60)
    await world.start_bot()
    await comes_to(world, max(DUE, world.now))
    await world.until(
        lambda: len(world.dests) == 2 or "nothing has been heard of it since" in world.board_text, within=900
    )
    await world.advance(60)
    assert len(world.rung) == len(set(world.rung))
    assert (len(reminders(world)), len(call_boards(world))) == (1, 1)
    assert "has begun" in reading(reminder(world))


@pytest.mark.parametrize("fault", ["429", "503", "before", "after"])
@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update", "*"])
async def test_slack_is_down_when_the_reminder_is_due(world: World, method: str, fault: str) -> None:
    await is_set_up(world)
    await comes_to(world, DUE - 5 * MINUTE - timedelta(seconds=2))
    match fault:
        case "429" | "503":
            world.slack.faults.fail(method, status=int(fault), retry_after=7 if fault == "429" else None, times=3)
        case _:
            world.slack.faults.reset(method, "after" if fault == "after" else "before", times=2)
    await world.until(lambda: reminders(world), within=60)
    await world.advance(30)
    await world.bob.presses("standup_out", reminder(world))
    await world.bob.is_told("You are out of *Standup platform* today")
    await world.bob.presses("standup_in", answers(world, world.bob)[-1])
    await rings(world, world.bob, world.carol)
    await reminder_shows(world, "has begun")


async def test_a_reminder_that_could_not_be_posted_in_time_is_not_posted_later(world: World) -> None:
    await is_set_up(world)
    world.slack.faults.fail("chat.postMessage", status=503, until=DUE + timedelta(seconds=20))
    await comes_to(world, DUE)
    await world.until(lambda: len(world.dests) == 2, within=200)
    await world.advance(60)
    assert reminders(world) == []
