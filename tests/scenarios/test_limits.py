"""A bot that can't be made to burn money: each limit says which, how much, and when it opens again."""

from datetime import timedelta

import pytest

from messages.updater import STEPS_AT_ONCE
from tests.harness.database import lay_empty_database
from tests.harness.reading import buttons
from tests.harness.world import World


@pytest.fixture
async def world(quiet_world: World) -> World:
    """An operator with small limits; Dave is the workspace's admin."""
    quiet_world.settings |= {
        "MAX_CONFERENCES_PER_HOUR": "3",
        "MAX_RINGS_PER_HOUR": "8",
        "MAX_RINGS_PER_NUMBER": "2",
        "MAX_MINUTES_PER_DAY": "10",
        "MAX_SPEND_PER_DAY": "1",
    }
    quiet_world.dave.person.is_admin = True
    lay_empty_database(quiet_world.database)
    await quiet_world.start_bot()
    for actor in (quiet_world.alice, quiet_world.bob, quiet_world.carol):
        await actor.has_number()
    return quiet_world


async def ring_one(world: World, number: str, *, minutes: float = 0) -> None:
    """Alice has one guest rung, who declines, or stays so long."""
    phone = world.hoiio.phone(number)
    if minutes:
        phone.will_answer(after=1, stay=minutes * 60)
    else:
        phone.will_decline()
    rung = len(world.dests)
    boards = len(world.boards)
    await world.alice.types(f"/conference without me {number}")
    await world.until(lambda: len(world.dests) == rung + 1)
    await world.until(lambda: len(world.boards) > boards and "Ended at" in world.board_text, within=minutes * 60 + 200)


async def test_conferences_of_one_person_within_an_hour(world: World) -> None:
    for n in range(3):
        await ring_one(world, f"+6591239{n:03}")
    await world.alice.types("/conference without me +65 9123 9004")
    await world.until(lambda: "3 conferences started by one person within an hour" in world.told(world.alice))
    assert "It opens again at" in world.told(world.alice)
    await world.advance(5)
    assert len(world.dests) == 3
    await world.bob.types("/conference without me +65 9123 9005")
    await world.until(lambda: len(world.dests) == 4)
    await world.leap(timedelta(hours=1))
    await ring_one(world, "+6591239006")


async def test_phones_rung_for_one_person_within_an_hour(world: World) -> None:
    numbers = " ".join(f"+6591239{n:03}" for n in range(7))
    await world.alice.types(f"/conference without me {numbers}")
    await world.until(lambda: len(world.dests) == 7)
    await world.alice.types("/conference without me +65 9123 9101 +65 9123 9102")
    await world.until(lambda: "8 phones rung for one person within an hour" in world.told(world.alice))
    await ring_one(world, "+6591239103")


async def test_rings_of_one_number_from_all_callers_together(world: World) -> None:
    world.bob.phone.will_decline()
    for caller in (world.alice, world.carol):
        rung = len(world.dests)
        await caller.types("/conference @bob without me")
        await world.until(lambda rung=rung: len(world.dests) > rung)  # type: ignore[misc]
        await world.until(lambda: "Ended at" in world.board_text, within=200)
    await world.alice.types("/conference @bob @carol without me")
    await world.board_shows("@bob: not rung: rung 2 times within ten minutes, so left alone until", "@carol")
    await world.leap(timedelta(minutes=10))
    await world.alice.types("/conference @bob without me")
    await world.until(lambda: world.dests.count(world.bob.number) == 3)


async def test_minutes_of_a_workspace_within_a_day(world: World) -> None:
    world.hoiio.rate_limits.clear()
    await ring_one(world, "+6591239001", minutes=10.5)
    await world.bob.types("/conference without me +65 9123 9002")
    await world.until(lambda: "10 minutes of calls within a day" in world.told(world.bob))
    assert "this workspace would have passed a limit" in world.told(world.bob)
    assert "+6591239002" not in world.dests
    await world.leap(timedelta(hours=25))
    await world.bob.types("/conference without me +65 9123 9002")
    await world.until(lambda: "+6591239002" in world.dests)


async def test_what_a_workspace_spends_within_a_day(world: World) -> None:
    world.settings |= {"MAX_MINUTES_PER_DAY": "off", "MAX_SPEND_PER_DAY": "0.1"}
    await world.terminate_bot()
    await world.start_bot()
    await ring_one(world, "+6591239001", minutes=5)
    await world.bob.types("/conference without me +65 9123 9002")
    await world.until(lambda: "0.1 SGD spent on calls within a day" in world.told(world.bob))


async def test_admins_hear_of_a_limit_once(world: World) -> None:
    for n in range(3):
        await ring_one(world, f"+6591239{n:03}")
    for n in range(3):
        await world.alice.types(f"/conference without me +65 9123 91{n:02}")
    await world.until(lambda: "@alice has reached a limit of Rollcall" in world.told(world.dave))
    await world.advance(30)
    (alert,) = world.slack.direct_messages(world.dave.person)
    assert "`MAX_CONFERENCES_PER_HOUR`" in alert.text
    assert world.slack.direct_messages(world.carol.person) == []


async def test_the_operator_says_who_hears_of_limits(world: World) -> None:
    world.settings["ADMINS"] = "U0CAROL"
    await world.terminate_bot()
    await world.start_bot()
    for n in range(3):
        await ring_one(world, f"+6591239{n:03}")
    await world.alice.types("/conference without me +65 9123 9104")
    await world.until(lambda: "has reached a limit" in world.told(world.carol))
    await world.advance(5)
    assert world.slack.direct_messages(world.dave.person) == []


async def test_a_refused_command_counts_for_nothing(world: World) -> None:
    """Whoever mistypes, or meets a Hoiio that says no, has used nothing up."""
    for _ in range(5):
        await world.alice.types("/conference @erin without me")
        await world.alice.types("/conference oops")
    world.hoiio.faults.paths = {"conference/call"}
    for n in range(4):
        world.hoiio.faults.refuse_with = "error_insufficient_credit"
        await world.alice.types(f"/conference without me +65 9123 920{n}")
        await world.until(lambda n=n: world.transcript.count("(guest): not rung") == n + 1)  # type: ignore[misc]
    world.hoiio.faults.refuse_with = None
    await ring_one(world, "+6591239001")


async def test_admins_hear_also_of_a_limit_that_somebody_runs_into_while_a_call_runs(quiet_world: World) -> None:
    world = quiet_world
    world.settings |= {"MAX_RINGS_PER_HOUR": "8", "ADMINS": world.dave.id}
    await world.start_bot()
    await world.alice.has_number()
    guests = [f"+659123001{place}" for place in range(6)]
    for number in guests:
        world.hoiio.phone(number).will_decline()
    world.alice.phone.will_answer()
    await world.alice.types(f"/conference {' '.join(guests)}")
    await world.until(lambda: world.boards and "Ring 6 again" in buttons(world.board))
    for _ in range(2):
        await world.alice.presses("ring_again")
    await world.alice.is_told("you would have passed a limit, 8 phones rung for one person", "press it again then")
    await world.dave.is_told("@alice has reached a limit of Rollcall")
    await world.advance(5)
    assert world.told(world.dave).count("has reached a limit") == 1
    assert len(world.dests) == 7


async def test_looking_up_the_admins_is_done_once_for_all_and_holds_up_no_board(world: World) -> None:
    """As many conferences run into a limit as are drawn at once, while Slack is slow to say who is an admin."""
    for n in range(3):
        await ring_one(world, f"+6591239{n:03}")
    outage = world.slack.faults.fail("users.list", status=429, retry_after=15, times=2)
    for n in range(STEPS_AT_ONCE):
        await world.alice.types(f"/conference without me +65 9123 91{n:02}")
    await world.until(lambda: outage.hits and world.told(world.alice).count("3 conferences") == STEPS_AT_ONCE)
    await world.bob.types("/conference @carol")
    await world.board_shows("@bob: ringing", "@carol: ringing", within=5)
    assert outage.hits == 1
    await world.until(lambda: "@alice has reached a limit of Rollcall" in world.told(world.dave))
    await world.advance(30)
    assert world.told(world.dave).count("has reached a limit") == 1
    assert [call.method for call in world.slack.calls].count("users.list") == 3


async def test_admins_hear_of_a_limit_after_an_outage_in_which_nobody_could_say_who_they_are(world: World) -> None:
    for n in range(3):
        await ring_one(world, f"+6591239{n:03}")
    world.slack.faults.fail("users.list", status=503, until=world.now + timedelta(minutes=5))
    await world.alice.types("/conference without me +65 9123 9101")
    await world.advance(290)
    assert [call.method for call in world.slack.calls].count("users.list") <= 15
    await world.until(lambda: "@alice has reached a limit of Rollcall" in world.told(world.dave), within=90)
