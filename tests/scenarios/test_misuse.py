"""Attempts to misuse the bot. Each is refused: nobody is rung, nothing half done is kept, and it is said what to do."""

import asyncio
import json
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, field
from urllib.parse import urlencode

import pytest

from tests.harness.world import Actor, World

Attempt = Callable[[World], Awaitable[object]]


def types(text: str) -> Attempt:
    """Alice types it."""
    return lambda world: world.alice.types(text)


@dataclass(frozen=True)
class Misuse:
    """An attempt, and what whoever makes it is told: what happened, and what to do."""

    attempt: Attempt
    told: tuple[str, str]
    settings: dict[str, str] = field(default_factory=dict)
    who: Callable[[World], Actor] = lambda world: world.alice


ALL_COUNTRIES = {"ALLOWED_COUNTRIES": "all"}
NINE = " ".join(f"+6591239{n:03}" for n in range(9))
NEVER = "Nobody was rung. Run the command again without these numbers"


async def invites_a_bot(world: World) -> object:
    world.slack.add_person("robo", is_bot=True)
    return await world.alice.types("/conference @robo without me")


async def guesses_a_code(world: World) -> object:
    return await world.alice.types("/conference number code 000000")


MISUSES = {
    "a premium-rate number": Misuse(
        types("/conference +1 900 555 0199 +6591230002"), (NEVER, "Premium-rate numbers are never rung"), ALL_COUNTRIES
    ),
    "a premium-rate number at home": Misuse(
        types("/conference +65 1900 123 4567"), (NEVER, "Premium-rate numbers are never rung")
    ),
    "a shared-cost number": Misuse(
        types("/conference +49 180 5 012345"), (NEVER, "Shared-cost numbers are never rung"), ALL_COUNTRIES
    ),
    "a personal number": Misuse(
        types("/conference +44 70 1234 5678"), (NEVER, "forward to anywhere, are never rung"), ALL_COUNTRIES
    ),
    "a pager": Misuse(types("/conference +44 76 4012 3456"), (NEVER, "Pagers are never rung"), ALL_COUNTRIES),
    "a satellite phone": Misuse(
        types("/conference +881 612 345 678"), (NEVER, "Satellite phones and numbers"), ALL_COUNTRIES
    ),
    "a country that is not allowed": Misuse(
        types("/conference @bob +44 7911 123456"), (NEVER, "Numbers of that country are not rung from here")
    ),
    "an island that shares a country code": Misuse(
        types("/conference +1 876 555 0123"),
        (NEVER, "Numbers of that country are not rung from here"),
        {"ALLOWED_COUNTRIES": "US,CA"},
    ),
    "an emergency number": Misuse(
        types("/conference 999"), ("Short and emergency numbers are never rung", "Write a full number")
    ),
    "guests where there are none": Misuse(
        types("/conference @bob +65 9123 9999"),
        ("numbers typed in the command are not rung here", "Name people in this workspace"),
        {"GUESTS": "off"},
    ),
    "nine numbers": Misuse(
        types(f"/conference without me {NINE}"),
        ("Nobody was rung: that is 9 phones", "Run the command again with fewer people"),
    ),
    "a bot as a guest": Misuse(invites_a_bot, ("Nobody was rung", "@robo is a bot")),
    "somebody else's number": Misuse(
        types("/conference number @bob +65 9123 9999"),
        (
            "Nothing was done: only an admin can see or change other people's numbers",
            "Ask the person to type `/conference number`",
        ),
    ),
    "somebody else's number, removed": Misuse(
        types("/conference number @bob remove"), ("Nothing was done: only an admin can", "ask an admin")
    ),
    "somebody else's number, looked at": Misuse(
        types("/conference number @bob"), ("Nothing was done: only an admin can", "ask an admin")
    ),
    "who has no number": Misuse(
        types("/conference number missing"), ("Nothing was done: only an admin can", "ask an admin")
    ),
    "a premium-rate number as one's own": Misuse(
        types("/conference number +65 1900 123 4567"),
        ("Nothing was changed. Premium-rate numbers are never rung", "Use another number"),
    ),
    "a code that nobody sent": Misuse(
        guesses_a_code, ("There is no code waiting to be entered", "Type `/conference number` and your number")
    ),
    "a command too long to be read": Misuse(
        types("/conference " + "9" * 5000), ("That is too long to be read", "at most 8 phones")
    ),
}


@pytest.mark.parametrize("misuse", MISUSES.values(), ids=MISUSES)
async def test_it_is_refused(quiet_world: World, misuse: Misuse) -> None:
    world = quiet_world
    world.settings |= misuse.settings
    await world.start_bot()
    for actor in (world.alice, world.bob):
        await actor.types(f"/conference number {actor.number}")
    before = kept(world)
    await misuse.attempt(world)
    what, what_to_do = misuse.told
    await world.until(lambda: what in world.told(world.alice) and what_to_do in world.told(world.alice))
    await world.advance(5)
    assert (world.dests, world.boards, texts(world)) == ([], [], [])
    assert kept(world) == before
    assert "Traceback" not in world.log


def kept(world: World) -> list[tuple[object, ...]]:
    """All that may be rung: numbers on file and those waiting for a code, and people in conferences to come."""
    with closing(sqlite3.connect(world.database)) as db:
        return [
            *db.execute("SELECT user_id, number FROM numbers ORDER BY 1"),
            *db.execute("SELECT user_id, number FROM proofs"),
            *db.execute("SELECT conference_id, state FROM conferences WHERE state NOT IN ('abandoned')"),
            *db.execute("SELECT who, act, whom FROM admin_log"),
        ]


def texts(world: World) -> list[str]:
    return [text.message for phone in world.hoiio.phones for text in phone.texts]


async def test_one_number_fifty_times_over_is_one_call(world: World) -> None:
    await world.alice.types("/conference " + " ".join(["+65 9123 9999"] * 50))
    await world.until(lambda: world.dests)
    assert sorted(world.dests) == [world.alice.number, "+6591239999"]


async def test_numbers_on_file_from_before_are_held_to_the_same_rules(world: World) -> None:
    """The operator allows fewer countries than when Bob's number was put on file."""
    await world.terminate_bot()
    world.settings["ALLOWED_COUNTRIES"] = "GB"
    await world.start_bot()
    await world.alice.types("/conference @bob")
    await world.until(
        lambda: "You and @bob can't be rung: those numbers are not allowed here" in world.told(world.alice)
    )
    assert world.dests == []


async def test_somebody_of_another_workspace_starts_nothing(world: World) -> None:
    """Through Slack Connect they are in the channel. Slack keeps their commands away, but not their clicks."""
    stranger = world.slack.add_person("stranger", team_id="T0OTHER")
    world.channel.members.append(stranger)
    world.hoiio.faults.answer_lost = "before"
    await world.alice.types("/conference @bob")
    await world.board_shows("ring everybody anew", within=2000)
    rung = list(world.dests)
    await world.slack.click(stranger, world.board, "ring_anew")
    refusal = "only people of the workspace that Rollcall belongs to"
    await world.until(lambda: refusal in str(world.slack.seen_by(stranger, world.channel)))
    await world.advance(5)
    assert world.dests == rung
    assert len(world.boards) == 1


async def test_a_command_of_another_workspace_rings_nobody(world: World) -> None:
    """Should Slack ever let one through."""
    stranger = world.slack.add_person("stranger", team_id="T0OTHER")
    body = command_body(world, stranger.id, "<@U0ALICE> <@U0BOB>")
    assert await world.slack.deliver_raw(body, world.slack.signed(body)) == 200
    await world.until(lambda: ("abandoned", "caller_is_external") in reasons(world))
    await world.advance(5)
    assert (world.dests, world.boards) == ([], [])


def command_body(world: World, user_id: str, text: str) -> bytes:
    fields = {
        "command": "/conference",
        "text": text,
        "user_id": user_id,
        "team_id": "T0ROLLCALL",
        "channel_id": world.channel.id,
        "api_app_id": "A0ROLLCALL",
        "trigger_id": "1.2.3",
    }
    return urlencode(fields).encode()


def reasons(world: World) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(world.database)) as db:
        return db.execute("SELECT state, reason FROM conferences").fetchall()


async def test_somebody_of_another_workspace_has_no_number_here(world: World) -> None:
    """They are named on the board, and nobody asks them for one that they can't add."""
    stranger = world.slack.add_person("stranger", team_id="T0OTHER")
    world.channel.members.append(stranger)
    await world.alice.types("/conference @bob @stranger")
    await world.board_shows("@stranger: of another workspace, with no number on file, so not rung")
    await world.advance(5)
    assert world.slack.direct_messages(stranger) == []


async def test_an_admin_of_another_workspace_is_none_here(world: World) -> None:
    stranger = world.slack.add_person("stranger", team_id="T0OTHER", is_admin=True)
    body = command_body(world, stranger.id, "number <@U0BOB> remove")
    assert await world.slack.deliver_raw(body, world.slack.signed(body)) == 200
    assert "Your number is +65 9123 0002" in (await world.bob.types("/conference number")).ack_text


async def test_many_at_once_pass_no_limit(quiet_world: World) -> None:
    """Twenty people want Bob at the same moment; his phone may ring five times in ten minutes."""
    world = quiet_world
    await world.start_bot()
    crowd = [world.add_actor(f"caller{n}", f"+659124{n:04}") for n in range(20)]
    await asyncio.gather(*(actor.has_number() for actor in (world.bob, *crowd)))
    world.bob.phone.will_decline(after=0.1)
    world.hoiio.lines = 100
    for _ in range(8):
        await asyncio.gather(*(actor.types("/conference @bob without me") for actor in crowd))
        await world.advance(30)
    assert world.rung.count(world.bob.number) <= 5
    assert world.dests.count(world.bob.number) == 5
    assert "Traceback" not in world.log


async def test_many_commands_of_one_person_at_once_pass_no_limit(quiet_world: World) -> None:
    world = quiet_world
    world.settings |= {"MAX_CONFERENCES_PER_HOUR": "3"}
    world.hoiio.lines = 100
    await world.start_bot()
    await world.alice.has_number()
    await asyncio.gather(*(world.alice.types(f"/conference without me +65912390{n:02}") for n in range(12)))
    await world.until(lambda: len(world.dests) == 3)
    await world.advance(10)
    assert len(world.dests) == 3
    assert world.told(world.alice).count("you would have passed a limit") == 9


async def test_a_forged_form_puts_nothing_on_file(world: World) -> None:
    """Not signed by Slack."""
    payload = {"type": "view_submission", "user": {"id": "U0BOB"}, "view": {"callback_id": "number_form"}}
    body = b"payload=" + json.dumps(payload).encode()
    assert await world.slack.deliver_raw(body, {}) == 401
