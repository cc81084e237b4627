"""The main job: phones ring, and board and thread tell what became of it."""

from tests.harness.world import World


async def test_four_outcomes(either_world: World) -> None:
    world = either_world
    await world.start_bot()
    for actor in (world.alice, world.bob, world.carol, world.dave):
        await actor.has_number()
    world.alice.phone.will_answer(stay=125)
    world.bob.phone.will_decline()
    world.carol.phone.will_ignore()
    world.dave.phone.is_unreachable()

    await world.alice.types("/conference @bob @carol @dave")

    await world.thread_says("@bob: busy, or declined", "@carol: did not pick up", "@dave: could not be reached")
    await world.thread_says("@alice: was in the call, 3 min", within=200)
    await world.board_shows("@alice: was in the call, 3 min", "@bob: busy", "Ended at", "Cost SGD 0.105.")
    assert world.rung == [world.alice.number, world.bob.number, world.carol.number]
    assert f"room `{world.hoiio.rings[0].room}`" in world.board_text


async def test_the_caller_is_rung_first_and_then_the_order_typed(world: World) -> None:
    await world.carol.types("/conference @dave @alice +65 9123 0009 @bob @dave")
    await world.board_shows("+65 •••• 0009 (guest): ringing")
    in_order = [world.carol.number, world.dave.number, world.alice.number, "+6591230009", world.bob.number]
    assert world.dests == in_order
    await world.until(lambda: world.rung == in_order)


async def test_the_board_tells_who_is_in_the_call_when_hoiio_says_so_early(world: World) -> None:
    world.hoiio.early_notifications = True
    world.bob.phone.will_answer()
    await world.alice.types("/conference @bob")
    await world.board_shows("@alice: ringing", "@bob: in the call")
    world.bob.phone.hang_up()
    await world.board_shows("@bob: was in the call, 1 min")


async def test_a_burst_of_eight_outcomes_is_two_redraws_and_two_replies_at_most(world: World) -> None:
    world.hoiio.ring_gap_seconds = 0.0
    guests = [f"+659123001{place}" for place in range(6)]
    await world.alice.types(f"/conference @bob {' '.join(guests)}")
    await world.until(lambda: world.hoiio.active_lines == 8 and "ringing" in world.board_text)
    await world.advance(3)
    edits, replies = len(world.board.edits), len(world.replies)
    for number in [world.alice.number, world.bob.number, *guests]:
        world.hoiio.phone(number).decline()
    await world.board_shows("Ended at")
    await world.advance(5)
    assert len(world.board.edits) - edits <= 2
    assert len(world.replies) - replies <= 2
    assert world.board_text.count("busy, or declined") == 8
    assert "\n".join(world.replies).count("busy, or declined") == 8


async def test_two_people_who_share_a_number_are_one_call_and_both_are_named(world: World) -> None:
    await world.erin.types(f"/conference number {world.bob.number}")
    await world.alice.types("/conference @bob @erin")
    await world.board_shows("@bob and @erin (one phone): ringing")
    assert world.dests == [world.alice.number, world.bob.number]


async def test_people_without_a_number_are_named_and_asked_and_the_rest_are_rung_at_once(world: World) -> None:
    await world.alice.types("/conference @bob @erin")
    await world.board_shows("@bob: ringing", "@erin: no number on file")
    await world.until(lambda: "there is no phone number of yours on file" in world.told(world.erin))
    assert world.dests == [world.alice.number, world.bob.number]


async def test_a_caller_without_a_number_is_told_that_they_are_not_in_it(world: World) -> None:
    result = await world.erin.types("/conference @bob @carol")
    assert "You are not in this call" in result.ack_text
    await world.board_shows("@bob: ringing", "@carol: ringing", "@erin: no number on file")
    assert world.dests == [world.bob.number, world.carol.number]
    assert world.slack.direct_messages(world.erin.person) == []


async def test_without_me_leaves_the_caller_out(world: World) -> None:
    await world.alice.types("/conference @bob @carol without me")
    await world.board_shows("@bob: ringing", "@carol: ringing")
    assert "@alice:" not in world.board_text
    assert world.dests == [world.bob.number, world.carol.number]


async def test_me_alone_rings_the_caller(world: World) -> None:
    await world.alice.types("/conference me")
    await world.board_shows("@alice: ringing")


async def test_a_user_group_rings_its_people_each_once(world: World) -> None:
    world.slack.add_group("oncall", world.bob.person, world.carol.person, world.alice.person)
    await world.alice.types("/conference @carol @oncall")
    await world.board_shows("@alice: ringing", "@carol: ringing", "@bob: ringing")
    assert world.dests == [world.alice.number, world.carol.number, world.bob.number]


async def test_bots_and_deactivated_people_are_named_and_left_out(world: World) -> None:
    robot = world.slack.add_person("deploybot", is_bot=True)
    left = world.slack.add_person("oscar", deleted=True)
    typed = f"/conference {world.bob.person.mention} {robot.mention} {left.mention}"
    await world.slack.command(world.alice.person, world.channel, typed, escape=False)
    await world.board_shows("@bob: ringing", "@deploybot: a bot", "@oscar: deactivated")
    assert world.dests == [world.alice.number, world.bob.number]


async def test_when_nobody_is_left_to_ring_the_caller_is_told_why(world: World) -> None:
    await world.alice.types("/conference @erin without me")
    await world.until(lambda: "Nobody was rung. @erin has no number on file." in world.told(world.alice))
    assert (world.dests, world.boards) == ([], [])
    await world.until(lambda: "wanted you in a conference call" in world.told(world.erin))


async def test_nobody_is_rung_to_be_alone_in_a_call(world: World) -> None:
    await world.alice.types("/conference @erin")
    await world.until(lambda: "you would have been alone" in world.told(world.alice))
    assert (world.dests, world.boards) == ([], [])


async def test_a_command_typed_twice_rings_nobody_twice(world: World) -> None:
    await world.alice.types("/conference @bob @carol")
    await world.alice.types("/conference @bob @carol")
    await world.board_shows("@bob: ringing")
    await world.until(lambda: "are in another call already" in world.told(world.alice))
    assert world.dests == [world.alice.number, world.bob.number, world.carol.number]


async def test_somebody_in_another_call_is_not_rung_into_a_second_one(world: World) -> None:
    world.bob.phone.will_answer()
    await world.alice.types("/conference @bob")
    await world.board_shows("@bob: ringing")
    await world.carol.types("/conference @bob @dave")
    await world.board_shows("@dave: ringing", "@bob: in another call already")
    assert world.dests.count(world.bob.number) == 1


async def test_hoiio_that_cannot_be_reached_rings_nobody_and_says_so(world: World) -> None:
    await world.hoiio.stop()
    await world.alice.types("/conference @bob")
    await world.board_shows("Hoiio could not be reached: nobody was rung.", "@bob: not rung")
    await world.thread_says("Hoiio could not be reached: nobody was rung. @alice")


async def test_every_message_has_a_text_for_screen_readers(world: World) -> None:
    world.alice.phone.will_decline()
    await world.alice.types("/conference @bob @erin")
    await world.thread_says("@alice: busy")
    assert all(message.text for message in world.slack.workspace.messages)
    assert f"<@{world.bob.id}>: ringing" in world.board.text
