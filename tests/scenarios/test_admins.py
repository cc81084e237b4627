"""What admins do with other people's numbers: they may, it is logged, and whom it concerns is told."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from sandbox.slack import Message
from tests.harness.world import Actor, World


@pytest.fixture
async def carol(world: World) -> Actor:
    """An admin of the workspace."""
    world.carol.person.is_admin = True
    return world.carol


def log_of(world: World) -> list[tuple[str, str, str]]:
    """Who did what to whom."""
    with closing(sqlite3.connect(world.database)) as db:
        return db.execute("SELECT who, act, whom FROM admin_log ORDER BY id").fetchall()


async def test_an_admin_puts_a_number_on_file_which_counts_as_proved(carol: Actor, world: World) -> None:
    said = (await carol.types("/conference number @erin 9123 0005")).ack_text
    assert "<@U0ERIN> can be rung on +65 9123 0005" in said
    await world.until(lambda: "@carol, an admin, put +65 9123 0005 on file as your number" in world.told(world.erin))
    assert "An admin put it on file" in (await world.erin.types("/conference number")).ack_text
    await world.alice.types("/conference @erin")
    await world.until(lambda: world.erin.number in world.dests)
    assert log_of(world) == [("U0CAROL", "set the number of", "U0ERIN")]


async def test_an_admin_sees_and_removes_a_number(carol: Actor, world: World) -> None:
    assert "+65 9123 0002, added by themselves" in (await carol.types("/conference number @bob")).ack_text
    assert "is forgotten" in (await carol.types("/conference number @bob remove")).ack_text
    await world.until(lambda: "@carol, an admin, removed your number" in world.told(world.bob))
    assert "has no number on file" in (await carol.types("/conference number @bob remove")).ack_text
    assert log_of(world) == [
        ("U0CAROL", "looked at the number of", "U0BOB"),
        ("U0CAROL", "removed the number of", "U0BOB"),
    ]


@pytest.mark.parametrize("role", ["is_admin", "is_owner", "ADMINS"])
async def test_admins_are_those_of_the_workspace_and_those_named_in_the_settings(world: World, role: str) -> None:
    if role == "ADMINS":
        world.settings["ADMINS"] = "U0DAVE"
        await world.terminate_bot()
        await world.start_bot()
    else:
        setattr(world.dave.person, role, True)
    assert "added by themselves" in (await world.dave.types("/conference number @bob")).ack_text


async def test_somebody_who_is_no_longer_an_admin_is_none_at_once(carol: Actor, world: World) -> None:
    await carol.types("/conference number @bob")
    carol.person.is_admin = False
    assert "only an admin can" in (await carol.types("/conference number @bob")).ack_text


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("@erin 12", "`12` was not kept as the number of <@U0ERIN>. No such number can exist"),
        ("@erin +65 1900 123 4567", "Nothing was changed. Premium-rate numbers are never rung."),
        ("@robo +65 9123 4567", "Nothing was changed: <@U0ROBO> is a bot or was deactivated"),
        ("@nobody +65 9123 4567", "Nothing was changed: `@nobody` is no link to a person."),
        ("@erin", "<@U0ERIN> has no number on file."),
    ],
)
async def test_what_an_admin_types_wrongly_changes_nothing(carol: Actor, world: World, typed: str, answer: str) -> None:
    world.slack.add_person("robo", is_bot=True)
    assert answer in (await carol.types(f"/conference number {typed}")).ack_text
    assert [entry for entry in log_of(world) if "looked at" not in entry[1]] == []


async def test_a_slack_that_does_not_say_who_is_an_admin_changes_nothing(carol: Actor, world: World) -> None:
    world.slack.scopes -= {"users:read"}
    said = (await carol.types("/conference number @bob remove")).ack_text
    assert "Nothing was done: Slack would not say whether you are an admin (missing_scope)" in said
    assert "Your number is" in (await world.bob.types("/conference number")).ack_text


async def test_a_slack_that_is_slow_to_say_who_is_an_admin_is_not_waited_for(carol: Actor, world: World) -> None:
    hold = world.slack.hold("users.info")
    result = await carol.types("/conference number @bob remove")
    hold.release()
    assert (result.error, "no answer in time" in result.ack_text) == (None, True)


def listing(world: World, admin: Actor) -> Message:
    """The newest list of those who have no number."""
    return [m for m in world.slack.seen_by(admin.person, world.channel) if "Ask them all" in str(m.blocks)][-1]


async def test_who_has_no_number_is_listed_and_asked_once(carol: Actor, world: World) -> None:
    world.channel.members.append(world.slack.add_person("robo", is_bot=True))
    world.channel.members.append(world.slack.add_person("gone", deleted=True))
    await world.slack.command(carol.person, world.channel, "/conference number missing")
    await world.until(lambda: "No number on file: @erin." in world.told(carol))
    listed = listing(world, carol)
    await world.slack.click(carol.person, listed, "ask_for_numbers")
    await world.until(lambda: "1 person is being asked" in world.told(carol))
    await world.until(lambda: "@carol, an admin, asks you to add your phone number" in world.told(world.erin))
    await world.slack.click(carol.person, listed, "ask_for_numbers")
    await world.until(lambda: "All of them were asked within the last week" in world.told(carol))
    await world.alice.types("/conference @bob @erin")
    await world.board_shows("@erin: no number on file")
    await world.advance(5)
    assert len(world.slack.direct_messages(world.erin.person)) == 1
    assert log_of(world) == [
        ("U0CAROL", "looked who has no number in", world.channel.id),
        ("U0CAROL", "asked for the number of", "U0ERIN"),
    ]


async def test_everybody_has_a_number(carol: Actor, world: World) -> None:
    await world.erin.has_number()
    await carol.types("/conference number missing")
    await world.until(lambda: "Everybody in this channel has a number on file." in world.told(carol))


async def test_a_channel_that_the_bot_is_not_in(carol: Actor, world: World) -> None:
    secret = world.slack.add_channel("secret", carol.person, bot_in=False, private=True)
    await carol.types("/conference number missing", secret)
    await world.until(lambda: "I am not in this channel" in world.told(carol, secret))


async def test_without_the_scope_for_it_the_list_says_what_is_missing(carol: Actor, world: World) -> None:
    world.slack.scopes -= {"channels:read"}
    await carol.types("/conference number missing")
    await world.until(lambda: "`channels:read`" in world.told(carol))


async def test_those_who_were_to_be_asked_are_asked_after_a_restart(carol: Actor, world: World) -> None:
    hold = world.slack.hold("chat.postMessage")
    await world.slack.command(carol.person, world.channel, "/conference number missing")
    await world.until(lambda: "No number on file" in world.told(carol))
    listed = listing(world, carol)
    await world.slack.click(carol.person, listed, "ask_for_numbers")
    await world.until(lambda: "1 person is being asked" in world.told(carol))
    await world.kill_bot()
    hold.release()
    await world.start_bot()
    await world.until(lambda: "an admin, asks you" in world.told(world.erin), within=200)


@pytest.fixture
def four(world: World) -> list[Actor]:
    """People of the team's channel who have no number on file."""
    return [world.erin, *(world.add_actor(name, "") for name in ("frank", "gina", "henry"))]


async def asks_them_all(admin: Actor, world: World) -> None:
    await world.slack.command(admin.person, world.channel, "/conference number missing")
    await world.until(lambda: "No number on file" in world.told(admin))
    await world.slack.click(admin.person, listing(world, admin), "ask_for_numbers")
    await world.until(lambda: "4 people are being asked" in world.told(admin))


def times_asked(world: World, people: list[Actor]) -> list[int]:
    """How often each of them was, the least first."""
    return sorted(len(world.slack.direct_messages(one.person)) for one in people)


@pytest.mark.parametrize(
    ("outage", "lost"), [({"status": 503}, 1), ({"error": "token_revoked"}, 0), ({"error": "account_inactive"}, 0)]
)
async def test_an_outage_of_slack_puts_off_asking_people(
    carol: Actor, world: World, four: list[Actor], outage: dict[str, Any], lost: int
) -> None:
    """But for whoever was perhaps asked as it began, who must not be asked twice."""
    await asks_them_all(carol, world)
    await world.until(lambda: sum(times_asked(world, four)) == 1)
    world.slack.faults.fail("*", until=world.now + timedelta(minutes=3), **outage)
    await world.advance(170)
    assert sum(times_asked(world, four)) == 1
    await world.until(lambda: sum(times_asked(world, four)) == 4 - lost)
    await world.advance(60)
    assert times_asked(world, four) == [0] * lost + [1] * (4 - lost)


async def test_while_only_messages_are_lost_few_people_are_perhaps_asked(
    carol: Actor, world: World, four: list[Actor]
) -> None:
    world.slack.faults.fail("chat.postMessage", status=503, until=world.now + timedelta(seconds=50))
    await asks_them_all(carol, world)
    await world.until(lambda: sum(times_asked(world, four)) == 2, within=120)


async def test_without_the_scope_to_write_people_are_asked_once_it_is_granted(
    carol: Actor, world: World, four: list[Actor]
) -> None:
    world.slack.scopes -= {"chat:write"}
    await asks_them_all(carol, world)
    await world.advance(90)
    world.slack.scopes |= {"chat:write"}
    await world.until(lambda: times_asked(world, four) == [1, 1, 1, 1])


@pytest.mark.parametrize(("error", "asked"), [("restricted_action", [1, 1, 1, 1]), ("user_disabled", [0, 1, 1, 1])])
async def test_somebody_who_can_not_be_asked_holds_up_nobody(
    carol: Actor, world: World, four: list[Actor], error: str, asked: list[int]
) -> None:
    """Somebody who can't be asked just now is asked later, and somebody who has left never."""
    world.slack.faults.fail("chat.postMessage", error=error, times=1)
    await asks_them_all(carol, world)
    await world.until(lambda: times_asked(world, four) == [0, 1, 1, 1], within=10)
    await world.advance(60)
    assert times_asked(world, four) == asked
