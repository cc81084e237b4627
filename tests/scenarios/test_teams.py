"""Saved groups of people: saved, shown, changed, deleted, and rung by name."""

import asyncio
from datetime import timedelta

import pytest

from sandbox.slack import View
from tests.harness.world import Actor, World
from tests.scenarios.test_forgetting import holding

GUEST = "+6591239999"
MASKED = "+65 •••• 9999"


async def says(actor: Actor, text: str) -> str:
    """What somebody is answered, with people by name."""
    answer = (await actor.types(f"/conference {text}")).ack_text
    for name in ("ALICE", "BOB", "CAROL", "DAVE", "ERIN", "BOSS"):
        answer = answer.replace(f"<@U0{name}>", f"@{name.lower()}")
    return answer


async def test_a_team_is_saved_shown_changed_listed_and_deleted(world: World) -> None:
    alice = world.alice
    world.slack.add_group("oncall", world.dave.person)
    assert "No team is saved yet" in await says(alice, "team")
    for typed, answer in [
        (
            f"team Platform @bob me @oncall {GUEST} @bob",
            f"Saved: `platform` is @alice, @bob, <!subteam^S0ONCALL> and {MASKED}.",
        ),
        ("team platform", f"`platform`: @alice, @bob, <!subteam^S0ONCALL> and {MASKED}. Saved by @alice."),
        ("team platform add @carol @bob", "Added: @carol. @bob was in it already. `platform` is now @alice, @bob,"),
        (
            f"team platform remove @carol {GUEST} @dave",
            f"Removed: @carol and {MASKED}. @dave was not in it by name; whoever",
        ),
        ("team platform", "`platform`: @alice, @bob and <!subteam^S0ONCALL>. Saved by @alice."),
        ("team platform remove @dave", "Nothing was changed. @dave was not in it by name"),
        ("team backend @carol", "Saved: `backend` is @carol. `/conference backend` rings it."),
        ("team", "`backend`: @carol. Saved by @alice.\n`platform`: @alice, @bob and <!subteam^S0ONCALL>."),
        ("team platform @bob", "Before, it was @alice, @bob and <!subteam^S0ONCALL>: to put that back, type"),
        ("team platform @bob", "Saved: `platform` is now @bob. That is whom it was before, too."),
        ("team platform remove @bob", "nobody would be left in `platform`. `/conference team platform delete` deletes"),
        ("team platform delete", "Deleted: `platform`. It was @bob"),
        ("team platform delete", "Nothing was done: there is no team `platform`."),
    ]:
        assert answer in await says(alice, typed), typed
    await world.advance(2)
    assert (world.dests, world.boards) == ([], [])
    assert GUEST not in world.log


async def test_whoever_made_it_and_admins_change_it_and_anybody_takes_themselves_out(world: World) -> None:
    boss = Actor(world, world.slack.add_person("boss", is_admin=True), "+6591230099")
    world.channel.members.append(boss.person)
    await says(world.alice, "team platform @bob @carol @dave")
    for typed in (
        "team platform @bob",
        "team platform add @erin",
        "team platform remove @carol",
        "team platform delete",
    ):
        answer = await says(world.bob, typed)
        assert "Nothing was changed: `platform` was saved by @alice, and only they and admins change it." in answer
        assert "take yourself out: `/conference team platform remove me`" in answer
    assert "`platform` is now @bob and @dave." in await says(world.carol, "team platform remove me")
    assert "`platform` is now @bob." in await says(world.dave, "team platform remove @dave")
    alone = "nobody would be left in `platform`. `/conference team platform delete` deletes it."
    assert alone in await says(world.bob, "team platform remove me")
    assert "`platform` is now @bob and @erin." in await says(boss, "team platform add @erin")
    assert "Saved by @alice." in await says(boss, "team platform")
    assert "Deleted: `platform`." in await says(boss, "team platform delete")


async def test_when_slack_does_not_say_who_is_an_admin_nobody_elses_team_is_changed(world: World) -> None:
    boss = Actor(world, world.slack.add_person("boss", is_admin=True), "+6591230099")
    world.channel.members.append(boss.person)
    await says(world.alice, "team platform @bob")
    hold = world.slack.hold("users.info")
    typing = asyncio.create_task(says(boss, "team platform delete"))
    await hold.reached()
    await world.advance(2)
    assert "only they and admins change it" in await typing
    hold.release()
    assert "`platform`: @bob." in await says(world.alice, "team platform")


async def test_a_team_is_rung_by_its_name_alone_or_among_others(world: World) -> None:
    await says(world.alice, f"team platform @alice @bob {GUEST}")
    await world.carol.types("/conference PLATFORM @dave without me")
    await world.board_shows("Conference by @carol", "@bob: ringing", "@dave: ringing", f"{MASKED} (guest)")
    assert sorted(world.dests) == sorted([world.alice.number, world.bob.number, world.dave.number, GUEST])


async def test_who_is_in_a_user_group_of_a_team_is_looked_up_when_it_rings(world: World) -> None:
    group = world.slack.add_group("oncall", world.bob.person)
    await says(world.alice, "team platform @oncall")
    group.members[:] = [world.carol.person]
    await world.alice.types("/conference platform")
    await world.board_shows("@carol: ringing")
    assert sorted(world.dests) == sorted([world.alice.number, world.carol.number])


async def test_two_who_add_somebody_at_once_lose_nobody(world: World) -> None:
    await says(world.alice, "team platform @alice")
    await asyncio.gather(
        *(says(world.alice, f"team platform add @{name}") for name in ("bob", "carol", "dave", "erin"))
    )
    answer = await says(world.alice, "team platform")
    assert all(f"@{name}" in answer for name in ("alice", "bob", "carol", "dave", "erin"))


async def test_whoever_has_no_number_is_named_when_a_team_is_saved_and_shown(world: World) -> None:
    for typed in ("team platform @bob @erin", "team platform", "team platform add @carol"):
        answer = await says(world.alice, typed)
        assert "No number on file, so not rung: @erin. They add it with `/conference number +65 9123 4567`" in answer
    assert "No number on file" not in await says(world.alice, "team platform remove @erin")
    await says(world.alice, "team platform add @erin")
    world.erin.person.deleted = True
    # Slack is asked anew who somebody is.
    await world.leap(timedelta(minutes=11))
    assert "No number on file" not in await says(world.alice, "team platform")


async def test_a_guest_that_is_never_rung_is_not_saved(world: World) -> None:
    answer = await says(world.alice, "team platform @bob +6519001234567")
    assert "Nothing was changed in `platform`. Run the command again without these numbers:" in answer
    assert "there is no team `platform`" in await says(world.alice, "team platform")


async def test_a_guest_of_a_team_that_is_not_rung_any_more_is_left_out(world: World) -> None:
    await says(world.alice, f"team platform @bob {GUEST}")
    await world.terminate_bot()
    world.settings["GUESTS"] = "off"
    await world.start_bot()
    assert "numbers typed in the command are not rung here" in await says(world.alice, f"team platform add {GUEST}")
    await world.alice.types("/conference platform")
    await world.board_shows("@bob: ringing", MASKED)
    assert GUEST not in world.dests


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("team add platform @bob", "`/conference team platform add` @bob"),
        ("team delete platform", "`/conference team platform delete`"),
        ("team platform @bbo", "`@bbo` (word 3) is no link to a person"),
        ("team platform bob", "`bob` (word 3) is no link to a person. Type `@` and pick the name from Slack's list."),
        ("team platfrom", "there is no team `platfrom`. The closest name is `platform`: `/conference team platform`."),
        ("team platfrom add @bob", "The closest name is `platform`: `/conference team platform add` @bob."),
        ("team status @bob", "`status` is a word that the command reads otherwise, so no team can be called that"),
        ("team platform @bob 12345", "`12345` (word 4) can't be rung. No such number can exist"),
        ("team platform add", "It is not said who: `/conference team platform add @alice`."),
        ("team @bob @carol", "The team's name is missing, one word such as `platform`: `/conference"),
        ("platfrom", "`platfrom` (word 1) is no team, and no word that the command knows. The closest is `platform`."),
        ("@bob qqq", "`qqq` (word 2) is no team, and no word that the command knows."),
    ],
)
async def test_a_mistyped_team_is_answered_with_the_right_form_and_nothing_is_done(
    world: World, typed: str, answer: str
) -> None:
    await says(world.alice, "team platform @carol")
    said = await says(world.alice, typed)
    assert answer in said
    assert any(nothing in said for nothing in ("Nothing was changed", "Nothing was done", "Nobody was rung"))
    assert "`platform`: @carol. Saved by @alice." in await says(world.alice, "team platform")
    assert world.dests == []


async def started(world: World) -> View:
    await world.slack.shortcut(world.alice.person, "start_conference", channel=world.channel)
    return await world.alice.sees_form()


def fields(form: View) -> list[str]:
    return [block["block_id"] for block in form.blocks]


async def test_a_form_offers_no_teams_where_there_are_none(world: World) -> None:
    assert fields(await started(world)) == ["people", "numbers", "me", "channel"]


async def test_a_form_offers_teams_and_rings_those_who_are_in_them(world: World) -> None:
    await says(world.alice, f"team platform @bob {GUEST}")
    await says(world.alice, "team backend @bob @carol")
    form = await started(world)
    result = await world.slack.submit(world.alice.person, form, {"teams": ["platform", "backend"], "people": []})
    assert not result.errors
    await world.board_shows("@alice: ringing", "@bob: ringing", "@carol: ringing", f"{MASKED} (guest)")
    assert len(world.dests) == 4


async def test_a_team_that_was_deleted_in_the_meantime_rings_nobody(world: World) -> None:
    await says(world.alice, "team platform @bob")
    form = await started(world)
    await says(world.alice, "team platform delete")
    result = await world.slack.submit(world.alice.person, form, {"teams": ["platform"]})
    assert "there is no team platform any more" in result.errors["teams"]
    assert world.dests == []


async def test_a_team_is_invited_into_a_call_that_runs(world: World) -> None:
    await says(world.alice, "team platform @carol @dave")
    world.bob.phone.will_answer(after=1, stay=60)
    await world.alice.types("/conference @bob without me")
    await world.board_shows("@bob: in the call")
    form = await world.alice.opens("invite")
    assert not (await world.slack.submit(world.alice.person, form, {"teams": ["platform"]})).errors
    await world.board_shows("@carol: ringing", "@dave: ringing")


async def test_whoever_gives_their_number_up_is_in_no_team_as_a_guest(world: World) -> None:
    await says(world.bob, f"team platform @bob {world.erin.number}")
    await says(world.bob, f"team emergency {world.erin.number}")
    await world.erin.has_number()
    await says(world.erin, "number remove")
    assert "`platform`: @bob. Saved by @bob." in await says(world.bob, "team")
    assert "there is no team `emergency`" in await says(world.bob, "team emergency")
    assert holding(world, world.erin.number) == []


async def test_teams_outlive_the_bot(world: World) -> None:
    await says(world.alice, f"team platform @bob {GUEST}")
    await world.kill_bot()
    await world.start_bot()
    assert f"`platform`: @bob and {MASKED}." in await says(world.alice, "team platform")
    await world.alice.types("/conference platform")
    await world.board_shows("@alice: ringing", "@bob: ringing", MASKED)
