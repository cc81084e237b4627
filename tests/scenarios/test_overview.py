"""What runs, what ran, what it came to, and ending what one started."""

from collections.abc import Sequence

import pytest

from sandbox.slack import Channel, Message
from tests.harness.reading import reading
from tests.harness.world import Actor, World


def last_said(world: World, actor: Actor, channel: Channel | None = None) -> Message:
    """The newest of what only this person sees in a channel."""
    seen = world.slack.seen_by(actor.person, channel or world.channel)
    return [message for message in seen if message.ephemeral_to is not None][-1]


async def said(world: World, actor: Actor, typed: str, channel: Channel | None = None) -> str:
    result = await actor.types(typed, channel)
    assert result.error is None, result
    return reading(last_said(world, actor, channel))


async def home_of(world: World, actor: Actor) -> str:
    """What somebody's Home tab reads, opened anew."""
    before = world.slack.home(actor.person)
    drawn = before.hash if before else ""
    await world.slack.open_home(actor.person)
    await world.until(lambda: (view := world.slack.home(actor.person)) and view.hash != drawn)
    view = world.slack.home(actor.person)
    assert view
    texts = [block.get("text", {}).get("text", "") for block in view.blocks]
    buttons = [block["accessory"]["text"]["text"] for block in view.blocks if "accessory" in block]
    return "\n".join([*texts, *(f"[{label}]" for label in buttons)])


async def talks(world: World, caller: Actor, other: Actor, *, minutes: int) -> None:
    """A conference of two in the team's channel, from its beginning to its end."""
    for actor in (caller, other):
        actor.phone.will_answer(stay=minutes * 60 - 20)
    before = len(world.boards)
    await caller.types(f"/conference @{other.person.name}")
    await world.until(lambda: len(world.boards) > before and "Ended at" in world.board_text, within=minutes * 60 + 60)


async def test_status_shows_what_runs_here_and_ones_own_elsewhere_and_nothing_else(world: World) -> None:
    secret = world.slack.add_channel("secret", world.alice.person, world.bob.person, private=True)
    assert "Nothing is running in this channel" in await said(world, world.alice, "/conference status")
    world.bob.phone.will_answer()
    await world.alice.types("/conference @bob +65 8123 4567")
    await world.board_shows("@bob: ringing")
    here = await said(world, world.carol, "/conference status")
    assert "Conference by @alice* · room" in here
    assert ":bell: @bob: ringing" in here
    assert ":bell: +65 •••• 4567 (guest): ringing" in here
    assert "3 of the account's 8 lines are in use." in here
    assert "please" in await said(world, world.carol, "/conference status please")

    # Elsewhere it is shown to those alone who are named in it.
    assert f"@alice* in <#{world.channel.id}>" in await said(world, world.bob, "/conference status", secret)
    result = await world.dave.types("/conference status", world.slack.add_channel("other", world.dave.person))
    assert "Nothing is running in this channel, and you are in no conference elsewhere." in result.ack_text
    assert "Running now" not in await home_of(world, world.carol)
    running = await home_of(world, world.bob)
    assert running.startswith("Running now\n*Conference by <@U0ALICE>* in <#")
    # They are being rung, and need no ringing.
    assert "[Ring me]" not in running
    await world.until(lambda: world.bob.phone.room)
    world.bob.phone.hang_up()
    await world.board_shows("@bob: was in the call")
    assert "[Ring me]" in await home_of(world, world.bob)
    assert "81234567" not in running.replace(" ", "")


async def test_ring_me_below_the_status_rings_whoever_presses_it(world: World) -> None:
    for actor in (world.alice, world.bob):
        actor.phone.will_answer()
    await world.alice.types("/conference @bob")
    await world.until(lambda: world.rung == [world.alice.number, world.bob.number])
    await said(world, world.carol, "/conference status")
    await world.slack.click(world.carol.person, last_said(world, world.carol), "ring_me")
    await world.until(lambda: world.carol.number in world.rung)


async def test_history_is_leafed_through_in_place(world: World) -> None:
    assert "No conference has come to its end in this channel yet." in await said(
        world, world.bob, "/conference history"
    )
    for place in range(6):
        world.alice.phone.will_decline()
        await world.alice.types("/conference me")
        await world.until(lambda place=place: sum("Ended at" in reading(one) for one in world.boards) > place)  # type: ignore[misc]
        # A person's phone may be rung so often within ten minutes.
        await world.advance(130)
    await talks(world, world.alice, world.bob, minutes=2)

    newest = await said(world, world.bob, "/conference history")
    assert newest.count("Conference by @alice") == 5
    assert " · 2 min · Cost SGD 0.140.\nIn the call: @alice 2 min and @bob 2 min\n" in newest
    assert "Nobody was in the call.\nMissed: @alice (busy, or declined)" in newest
    page = last_said(world, world.bob)
    assert labels(page) == ["Older"]
    await world.slack.click(world.bob.person, page, "history_older")
    await world.until(lambda: reading(page).count("Conference by") == 2)
    assert labels(page) == ["Newer"]
    assert last_said(world, world.bob) is page
    await world.slack.click(world.bob.person, page, "history_newer")
    await world.until(lambda: reading(page) == newest)

    assert (await said(world, world.bob, "/conference history 2")).count("Conference by") == 2
    assert "fill 2, and the oldest stand on `/conference history 2`" in await said(
        world, world.bob, "/conference history 3"
    )
    for typed, answer in [("0", "There is no such page"), ("9" * 30, "There is no such page"), ("two", "is no page")]:
        assert answer in await said(world, world.bob, f"/conference history {typed}")

    # What ran here is shown here alone, whatever a button says that was pressed elsewhere.
    other = world.slack.add_channel("other", world.bob.person)
    assert "No conference has come to its end" in await said(world, world.bob, "/conference history", other)
    elsewhere = last_said(world, world.bob, other)
    elsewhere.blocks.append(page.blocks[-1])
    await world.slack.click(world.bob.person, elsewhere, "history_older")
    await world.until(lambda: elsewhere.edits)
    assert "No conference has come to its end" in reading(elsewhere)


def labels(message: Message) -> Sequence[str]:
    return [one["text"]["text"] for one in message.blocks[-1].get("elements", []) if one["type"] == "button"]


@pytest.mark.parametrize("typed", ["/conference hangup", "/conference hang up"])
async def test_hangup_ends_what_one_started_for_everybody(world: World, typed: str) -> None:
    assert "no conference that you started is running" in await said(world, world.alice, typed)
    for actor in (world.alice, world.bob):
        actor.phone.will_answer()
    await world.alice.types("/conference @bob @carol")
    await world.until(lambda: len(world.rung) == 3)
    room = world.hoiio.rings[0].room
    assert "started by @alice. Only whoever started" in await said(world, world.bob, typed)
    ending = await said(world, world.alice, typed)
    assert f"Your conference in this channel, room `{room}`, is being ended: 3 phones are hung up." in ending
    await world.board_shows("Ended at", "by @alice")
    assert world.hoiio.active_lines == 0
    assert "no conference that you started is running" in await said(world, world.alice, typed)


async def test_hangup_takes_ones_own_here_first_then_elsewhere_and_an_admin_the_one_that_runs_here(
    world: World,
) -> None:
    other = world.slack.add_channel("other", world.alice.person, world.bob.person, world.carol.person)
    for actor in (world.alice, world.bob, world.carol, world.dave):
        actor.phone.will_answer()
    await world.alice.types("/conference @bob")
    await world.board_shows("ringing")
    await world.alice.types("/conference +65 9123 0009 +65 9123 0008 without me", other)
    await world.until(lambda: world.hoiio.active_lines == 4)
    assert "Nothing was done, because of `bob`" in await said(world, world.alice, "/conference hangup @bob")
    assert "conference in this channel" in await said(world, world.alice, "/conference hangup")
    await world.board_shows("Ended at", "by @alice")
    elsewhere = await said(world, world.alice, "/conference hangup")
    assert f"Your conference in <#{other.id}>, room" in elsewhere
    assert "2 phones are hung up" in elsewhere
    await world.until(lambda: world.hoiio.active_lines == 0)

    world.dave.person.is_admin = True
    await world.alice.types("/conference @bob")
    await world.until(lambda: world.hoiio.active_lines == 2)
    assert "@alice's conference in this channel" in await said(world, world.dave, "/conference hangup")
    await world.until(lambda: world.hoiio.active_lines == 0)


async def test_the_home_tab_shows_ones_last_conferences_and_what_they_cost_and_admins_the_workspaces(
    world: World,
) -> None:
    world.dave.person.is_admin = True
    await talks(world, world.alice, world.bob, minutes=3)
    month = f"{world.now:%B}"
    own = await home_of(world, world.alice)
    assert "Your number is +65 9123 0001" in own
    assert f"Your last conferences\n*Conference by <@U0ALICE>* in <#{world.channel.id}>" in own
    assert f"*{month}:* the conferences that you started came to 6 min of calls, and cost SGD 0.210." in own
    assert "everybody" not in own.replace("for everybody", "")
    assert "have come to no minutes yet." in (bobs := await home_of(world, world.bob))
    assert "Your last conferences" in bobs
    everybodys = await home_of(world, world.dave)
    assert "Your last conferences" not in everybodys
    assert f"*{month}, everybody:* all conferences together came to 6 min of calls, and cost SGD 0.210." in everybodys
    assert "▇▇▇▇▇▇▇▇▇▇ 6 min, SGD 0.210```" in everybodys
    # Where Slack does not say who is an admin, nobody is one.
    world.slack.scopes -= {"users:read"}
    assert "▇" not in await home_of(world, world.dave)


async def test_who_was_left_out_in_a_private_channel_is_not_shown_what_goes_on_there(world: World) -> None:
    secret = world.slack.add_channel("secret", world.alice.person, world.bob.person, private=True)
    world.alice.phone.will_answer()
    await world.alice.types("/conference @bob @erin", secret)
    await world.until(lambda: world.alice.phone.room)
    assert "Running now" in await home_of(world, world.bob)
    assert "Running now" not in await home_of(world, world.erin)
    assert "@alice" not in await said(world, world.erin, "/conference status")


async def test_the_home_tab_shows_the_standups_that_ring_somebody_or_that_they_set_up(world: World) -> None:
    await world.alice.types("/conference team platform @bob")
    await world.alice.types("/conference standup platform weekdays 09:30 Asia/Singapore")
    await world.alice.types("/conference standup early @dave daily 07:00 Asia/Singapore")
    alices = await home_of(world, world.alice)
    assert alices.index("*early* · every day at 07:00") < alices.index("*platform* · weekdays at 09:30, Singapore time")
    bobs = await home_of(world, world.bob)
    assert "Your standups" in bobs
    assert "*early*" not in bobs
    assert "Your standups" not in await home_of(world, world.carol)
