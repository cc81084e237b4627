"""An account has eight lines: who holds them is said, and whoever wants to wait for one does so in a queue."""

from datetime import timedelta

from sandbox.hoiio import Leg
from tests.harness.reading import buttons
from tests.harness.world import World

GUESTS = [f"+659123001{place}" for place in range(8)]


async def holds(world: World, lines: int) -> None:
    """Carol's conference holds so many lines, hers among them."""
    for number in GUESTS[: lines - 1]:
        world.hoiio.phone(number).will_answer()
    world.carol.phone.will_answer()
    await world.carol.types(f"/conference {' '.join(GUESTS[: lines - 1])}")
    await world.until(lambda: world.board_text.count("in the call since") == lines)


async def test_too_few_lines_ring_nobody_and_say_who_holds_them_since_when(world: World) -> None:
    await holds(world, 6)
    since = int(world.hoiio.legs[0].placed_at.timestamp())
    await world.alice.types("/conference @bob @dave")
    await world.board_shows(
        "Nobody was rung: the call needs 3 lines at once, and only 2 are free. @carol's conference holds 6 since "
        f"<!date^{since}^",
        "@alice: not rung: no line was free",
    )
    await world.thread_says("Nobody was rung: the call needs 3 lines at once")
    assert buttons(world.board) == ["Ring as lines get free"]
    assert len(world.dests) == 6


async def test_phones_that_wait_are_rung_as_lines_get_free_first_come_first_served(world: World) -> None:
    await holds(world, 7)
    await world.alice.types("/conference @bob")
    await world.board_shows("the call needs 2 lines at once, and only 1 is free")
    first = world.board
    await world.bob.presses("ring_as_lines_get_free", first)
    # One line was free: whoever started it comes first, and the other one waits.
    await world.until(lambda: world.alice.phone.rings == 1)
    await world.board_shows(
        "@alice: ringing", "@bob: waiting for a line", "1 phone waits for a line; next in the queue."
    )

    await world.dave.types("/conference without me +6591230019")
    await world.board_shows("the call needs a line, and none is free.", "1 phone waits for a line already.")
    await world.dave.presses("ring_as_lines_get_free")
    await world.board_shows("Nobody is rung yet. 1 phone waits for a line; 1 phone comes first.")

    world.hoiio.phone(GUESTS[0]).hang_up()
    await world.until(lambda: world.bob.phone.rings == 1)
    await world.board_shows("1 phone waits for a line; next in the queue.")
    world.hoiio.phone(GUESTS[1]).hang_up()
    await world.board_shows("+65 •••• 0019 (guest): ringing")
    assert world.hoiio.active_lines == 8
    assert len(world.dests) == len(set(world.dests)) == 10


async def test_waiting_can_be_given_up_and_taken_up_again_and_ends_by_itself(world: World) -> None:
    await holds(world, 8)
    await world.alice.types("/conference @bob")
    await world.until(lambda: buttons(world.board) == ["Ring as lines get free"])
    await world.bob.presses("ring_as_lines_get_free")
    await world.bob.presses("ring_as_lines_get_free")
    await world.board_shows("2 phones wait for lines; next in the queue.")
    await world.bob.is_told("nobody of this conference is waiting to be rung")
    await world.dave.presses("stop_waiting")
    await world.board_shows("Nobody was rung", "@bob: not rung: no line was free")
    await world.alice.presses("ring_as_lines_get_free")
    await world.board_shows("2 phones wait for lines; next in the queue.")
    await world.leap(timedelta(minutes=31))
    await world.board_shows("No line became free within half an hour, so nobody was rung. @alice")
    assert buttons(world.board) == []
    world.hoiio.phone(GUESTS[0]).hang_up()
    world.hoiio.phone(GUESTS[1]).hang_up()
    await world.advance(60)
    assert len(world.dests) == 8


async def test_the_queue_outlives_the_process(world: World) -> None:
    await holds(world, 8)
    await world.alice.types("/conference @bob")
    await world.until(lambda: buttons(world.board) == ["Ring as lines get free"])
    await world.alice.presses("ring_as_lines_get_free")
    await world.board_shows("2 phones wait for lines")
    await world.kill_bot()
    for number in GUESTS[:3]:
        world.hoiio.phone(number).hang_up()
    await world.advance(1)
    await world.start_bot()
    await world.until(lambda: world.alice.phone.rings == world.bob.phone.rings == 1, within=120)
    assert len(world.dests) == 10


async def test_lines_that_something_else_takes_lead_to_the_same_offer(world: World) -> None:
    world.hoiio.place(GUESTS[:7], room="another", caller_id="private", tag=None, notify_url=None)
    await world.alice.types("/conference @bob")
    await world.board_shows("the account's lines are taken by something else", "@bob: not rung: no line was free")
    world.alice.phone.will_answer()
    await world.alice.presses("ring_as_lines_get_free")
    # How many are free is found out one by one.
    await world.board_shows("@alice: in the call since", "@bob: waiting for a line")
    asked = len(world.call_requests)
    await world.advance(15)
    # It isn't tried over and over while nothing can have changed.
    assert len(world.call_requests) <= asked + 1
    await world.board_shows("@bob: ringing", within=120)
    assert (world.alice.phone.rings, world.bob.phone.rings) == (1, 1)


async def test_a_ninth_person_is_told_that_the_call_is_full_and_may_wait_for_a_place(world: World) -> None:
    world.settings["LINES"], world.hoiio.lines = "20", 20
    await world.terminate_bot()
    await world.start_bot()
    await holds(world, 8)
    await world.bob.presses("ring_me")
    await world.bob.is_told(
        "You were not rung: the call is full, since a room takes at most 8 phones.", "Ring as lines get free"
    )
    await world.board_shows("@bob: not rung: a call takes at most 8 phones")
    answer = next(
        m for m in world.slack.seen_by(world.bob.person, world.channel) if m.ephemeral_to and "call is full" in m.text
    )
    await world.bob.presses("ring_as_lines_get_free", answer)
    await world.board_shows("@bob: waiting for a line")
    world.hoiio.phone(GUESTS[0]).hang_up()
    await world.until(lambda: world.bob.phone.rings == 1)
    assert world.hoiio.active_in(world.hoiio.legs[0].room) == 8


async def test_people_brought_into_a_call_wait_for_lines_too(world: World) -> None:
    await holds(world, 5)
    await world.alice.types("/conference +6591230019")
    await world.board_shows("@alice: ringing")
    form = await world.bob.opens("invite")
    await world.slack.submit(world.bob.person, form, {"people": [world.bob.id, world.dave.id]})
    await world.bob.is_told("Nobody was rung: the call needs 2 lines at once, and only 1 is free.")
    await world.board_shows("@bob: not rung: no line was free", "@dave: not rung: no line was free")
    await world.bob.presses("ring_as_lines_get_free")
    await world.board_shows("@bob: ringing", "@dave: waiting for a line")
    await world.alice.presses("hang_up")
    await world.board_shows("Ended at", "@dave: not rung: the call was ended before")
    await world.until(lambda: world.hoiio.active_lines == 5)
    assert world.dave.phone.rings == 0


async def others_hold(world: World, lines: int) -> list[Leg]:
    """Something that is none of the bot's holds so many lines, with phones that ring until they are hung up."""
    world.hoiio.ring_seconds = 3600
    return world.hoiio.place(GUESTS[:lines], room="another", caller_id="private", tag=None, notify_url=None)


async def test_hanging_up_while_the_queue_asks_hoiio_in_vain_takes_its_phones_out_of_the_queue(world: World) -> None:
    others = await others_hold(world, 8)
    await world.alice.types("/conference @bob")
    await world.board_shows("Ring as lines get free")
    hold = world.hoiio.hold("conference/call", "before")
    await world.alice.presses("ring_as_lines_get_free")
    await world.until(lambda: hold.is_reached)
    await world.board_shows("Hoiio is being asked")
    await world.alice.presses("hang_up")
    hold.release()
    await world.board_shows("@alice called it off: nobody was rung.", "@bob: not rung")
    for leg in others:
        world.hoiio.hang_up(leg)
    await world.advance(45)
    assert world.alice.phone.rings == world.bob.phone.rings == 0
    assert buttons(world.board) == []


async def test_a_conference_that_was_hung_up_does_not_wait_for_a_phone_that_hoiio_has_no_line_for(world: World) -> None:
    await is_in_with_one_line_left(world)
    await others_hold(world, 1)
    await world.board_shows("@alice: in the call since")
    await world.bob.presses("ring_me")
    await world.board_shows("@bob: not rung: no line was free")
    hold = world.hoiio.hold("conference/call", "before")
    await world.bob.presses("ring_as_lines_get_free")
    await world.until(lambda: hold.is_reached)
    await world.alice.presses("hang_up")
    hold.release()
    await world.board_shows("Ended at", "by @alice", "@bob: not rung: the call was ended before")
    assert world.bob.phone.rings == 0


async def is_in_with_one_line_left(world: World) -> None:
    """Alice is in a call that is to have no more than a line besides."""
    world.hoiio.lines = 2
    world.alice.phone.will_answer()
    await world.alice.types("/conference me")
    await world.until(lambda: world.alice.phone.room)


async def test_what_hoiio_refuses_to_one_of_the_queue_is_refused_to_all_of_its_conference(world: World) -> None:
    await holds(world, 7)
    await world.alice.types("/conference @bob")
    await world.board_shows("the call needs 2 lines at once, and only 1 is free")
    world.hoiio.faults.refuse_with = "error_dest_invalid"
    await world.alice.presses("ring_as_lines_get_free")
    await world.board_shows("one of the numbers is no phone number", "Nobody was rung.")
    assert buttons(world.board) == []
    world.hoiio.phone(GUESTS[0]).hang_up()
    world.hoiio.phone(GUESTS[1]).hang_up()
    await world.advance(45)
    assert (world.alice.phone.rings, world.bob.phone.rings) == (0, 0)


async def test_while_one_of_the_queue_is_in_doubt_a_refusal_of_another_does_not_say_that_nobody_was_rung(
    world: World,
) -> None:
    await holds(world, 7)
    await world.alice.types("/conference @bob")
    await world.board_shows("the call needs 2 lines at once, and only 1 is free")
    world.hoiio.faults.answer_lost = "before"
    await world.alice.presses("ring_as_lines_get_free")
    await world.board_shows("@alice: not known yet", "@bob: waiting for a line")
    # When the search for the one is given up, there is a line for the other; and that one is refused.
    world.hoiio.faults.refuse_with = "error_dest_invalid"
    await world.board_shows("@alice: nobody can tell", "@bob: not rung", "nothing has been heard", within=700)
    assert buttons(world.board) == ["Ring everybody anew"]
    assert "Nobody was rung" not in world.board_text


async def test_the_thread_hears_what_became_of_those_who_waited(world: World) -> None:
    await holds(world, 8)
    await world.alice.types("/conference @bob")
    await world.thread_says("Nobody was rung: the call needs 2 lines at once")
    await world.alice.presses("ring_as_lines_get_free")
    await world.board_shows("2 phones wait for lines")
    await world.leap(timedelta(minutes=31))
    await world.thread_says("No line became free within half an hour, so nobody was rung. @alice")
    assert len(world.replies) == 2


async def test_a_bot_that_is_stopped_while_it_rings_one_of_the_queue_hears_the_answer_out(world: World) -> None:
    await holds(world, 8)
    await world.alice.types("/conference @bob")
    await world.board_shows("the call needs 2 lines at once, and none is free")
    await world.alice.presses("ring_as_lines_get_free")
    await world.board_shows("2 phones wait for lines")
    hold = world.hoiio.hold("conference/call", "after")
    world.hoiio.phone(GUESTS[0]).hang_up()
    await world.until(lambda: hold.is_reached)
    world.tell_bot_to_stop()
    await world.until(lambda: "stopping" in world.log)
    hold.release()
    assert await world.terminate_bot() == 0
    assert "@alice: ringing" in world.board_text
    await world.start_bot()
    await world.advance(5)
    await world.board_shows("@alice: ringing", "@bob: waiting for a line")
    assert world.alice.phone.rings == 1


async def no_line_for(world: World, typed: str) -> None:
    before = len(world.boards)
    await world.alice.types(f"/conference {typed}")
    await world.until(lambda: len(world.boards) > before and buttons(world.board) == ["Ring as lines get free"])


def end_all(world: World) -> None:
    for number in (world.carol.number, *GUESTS[:7]):
        world.hoiio.phone(number).hang_up()


async def test_a_number_that_was_forgotten_is_not_rung_and_holds_nobody_up(world: World) -> None:
    await holds(world, 8)
    await no_line_for(world, f"without me {world.bob.number} +6591230018")
    await world.bob.types("/conference number remove")
    await world.alice.presses("ring_as_lines_get_free")
    await world.board_shows("1 phone waits for a line")
    await world.dave.types("/conference without me +6591230019")
    await world.until(lambda: buttons(world.board) == ["Ring as lines get free"])
    await world.dave.presses("ring_as_lines_get_free")
    end_all(world)
    await world.until(lambda: world.hoiio.phone("+6591230018").rings == world.hoiio.phone("+6591230019").rings == 1)
    assert world.bob.phone.rings == 0


async def test_an_old_board_puts_nobody_into_the_queue(world: World) -> None:
    await holds(world, 8)
    await no_line_for(world, "@bob")
    old = world.board
    end_all(world)
    await world.leap(timedelta(days=30))
    await world.dave.presses("ring_as_lines_get_free", old)
    await world.dave.is_told("Nobody was put into the queue, or rung: that was too long ago", "Call again")
    await world.advance(5)
    assert (world.bob.phone.rings, len(world.dests)) == (0, 8)


async def test_the_queue_is_no_way_round_the_limits(world: World) -> None:
    world.settings["MAX_RINGS_PER_HOUR"] = "8"
    await world.terminate_bot()
    await world.start_bot()
    await holds(world, 8)
    more = [f"+65912340{place:02}" for place in range(12)]
    await no_line_for(world, f"without me {' '.join(more[:6])}")
    first = world.board
    await no_line_for(world, f"without me {' '.join(more[6:])}")
    await world.alice.presses("ring_as_lines_get_free", first)
    await world.until(lambda: "Stop waiting" in buttons(first))
    await world.alice.presses("ring_as_lines_get_free")
    await world.bob.presses("ring_as_lines_get_free")
    limit = "would have passed a limit, 8 phones rung for one person within an hour"
    await world.alice.is_told(f"you {limit}")
    await world.bob.is_told(f"@alice {limit}")
    assert all("with fewer people" not in world.told(actor) for actor in (world.alice, world.bob))
    end_all(world)
    await world.until(lambda: len(world.dests) == 14)
    await world.advance(60)
    assert sorted(set(world.dests) & set(more)) == more[:6]


async def test_whoever_waits_for_a_place_in_a_full_room_keeps_no_line_from_others(world: World) -> None:
    world.settings["LINES"], world.hoiio.lines = "20", 20
    await world.terminate_bot()
    await world.start_bot()
    await holds(world, 8)
    for actor in (world.dave, world.bob):
        await actor.presses("ring_me")
        await actor.is_told("the call is full")
    told = world.slack.seen_by(world.bob.person, world.channel)
    await world.bob.presses("ring_as_lines_get_free", next(one for one in told if "call is full" in one.text))
    await world.board_shows("@bob: waiting for a line", "@dave: not rung")
    # Dave has not asked for it.
    await world.bob.presses("ring_me")
    await world.bob.is_told("You are in the queue already, and are rung as soon as a line is free.")
    await world.alice.types("/conference +6591230019")
    await world.board_shows("@alice: ringing")
    world.hoiio.phone(GUESTS[0]).hang_up()
    world.hoiio.phone(GUESTS[1]).hang_up()
    await world.until(lambda: world.bob.phone.rings == 1)
    assert world.dave.phone.rings == 0
