"""A conference is started by a form: from anywhere, or from a message for those who wrote below it."""

from tests.harness.world import World


async def test_start_a_conference_by_a_form(world: World) -> None:
    world.slack.add_group("oncall", world.dave.person)
    await world.slack.shortcut(world.alice.person, "start_conference", channel=world.channel)
    form = await world.alice.sees_form()
    result = await world.slack.submit(
        world.alice.person, form, {"people": [world.bob.id], "groups": ["S0ONCALL"], "numbers": "9123 0009"}
    )
    assert not result.errors
    await world.board_shows(
        "Conference by @alice", "@alice: ringing", "@bob: ringing", "@dave: ringing", "0009 (guest)"
    )


async def test_whoever_does_not_want_to_be_rung_is_not(world: World) -> None:
    await world.slack.shortcut(world.alice.person, "start_conference", channel=world.channel)
    form = await world.alice.sees_form()
    await world.slack.submit(world.alice.person, form, {"people": [world.bob.id], "me": []})
    await world.board_shows("@bob: ringing")
    assert world.dests == [world.bob.number]


async def test_what_is_wrong_with_such_a_form_is_said_in_it_and_later_in_a_direct_message(world: World) -> None:
    elsewhere = world.slack.add_channel("lounge", world.alice.person, bot_in=False)
    await world.slack.shortcut(world.alice.person, "start_conference", channel=elsewhere)
    form = await world.alice.sees_form()
    result = await world.slack.submit(world.alice.person, form, {})
    assert "Nobody was rung: choose somebody" in result.errors["people"]
    await world.slack.submit(world.alice.person, form, {"people": [world.bob.id]})
    await world.alice.is_told(f"Nobody was rung: I am not in <#{elsewhere.id}>", "Type `/invite @Rollcall` there")
    assert world.dests == []


async def test_conference_with_a_thread_offers_those_who_wrote_in_it(world: World) -> None:
    root = world.slack.say(world.bob.person, world.channel, "It is down again.")
    for actor in (world.carol, world.alice, world.bob):
        world.slack.say(actor.person, world.channel, "Looking.", thread=root)
    await world.slack.shortcut(world.alice.person, "conference_with_thread", root)
    form = await world.alice.sees_form()
    await world.slack.submit(world.alice.person, form)
    await world.board_shows("@alice: ringing", "@bob: ringing", "@carol: ringing")
    assert len(world.dests) == 3


async def test_without_the_scope_for_reading_whoever_wrote_the_message_is_offered(world: World) -> None:
    world.slack.workspace.scopes -= {"channels:history", "usergroups:read"}
    root = world.slack.say(world.bob.person, world.channel, "It is down again.")
    world.slack.say(world.carol.person, world.channel, "Looking.", thread=root)
    await world.slack.shortcut(world.alice.person, "conference_with_thread", root)
    form = await world.alice.sees_form()
    await world.slack.submit(world.alice.person, form)
    await world.board_shows("@alice: ringing", "@bob: ringing")
    assert len(world.dests) == 2
