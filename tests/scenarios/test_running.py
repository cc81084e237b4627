"""People act on a call where they look at it: they get in, try others again, bring more, end it."""

import asyncio
from datetime import timedelta

import pytest

from tests.harness.reading import buttons, menu_option
from tests.harness.world import Actor, World

GUESTS = [f"+659123001{place}" for place in range(8)]


async def is_running(world: World, *in_it: Actor, typed: str = "@bob") -> None:
    """Alice has begun a conference, and those are in it."""
    for actor in in_it:
        actor.phone.will_answer()
    await world.alice.types(f"/conference {typed}")
    await world.until(lambda: all(actor.phone.room for actor in in_it) and "Ring me" in world.board_text)


def in_the_room(world: World) -> set[str]:
    return {number for numbers in world.hoiio.rooms().values() for number in numbers}


def muted_phones(world: World) -> list[str]:
    return [phone.number for phone in world.hoiio.phones if phone.muted]


async def test_ring_me_rings_whoever_presses_it_into_the_room(world: World) -> None:
    await is_running(world, world.alice, world.bob)
    world.carol.phone.will_answer()
    await world.carol.presses("ring_me")
    await world.board_shows("@carol: in the call since")
    assert len(world.hoiio.rooms()) == 1
    assert in_the_room(world) == {world.alice.number, world.bob.number, world.carol.number}
    assert len(world.boards) == 1


async def test_two_who_press_ring_me_at_once_and_one_who_presses_it_twice_are_each_rung_once(world: World) -> None:
    await is_running(world, world.alice)
    for actor in (world.carol, world.dave, world.carol, world.alice):
        await actor.presses("ring_me")
    await world.board_shows("@carol: ringing", "@dave: ringing")
    await world.carol.is_told("You are being rung, or are in the call already.")
    await world.alice.is_told("You are being rung, or are in the call already.")
    assert sorted(world.dests) == sorted(actor.number for actor in (world.alice, world.bob, world.carol, world.dave))


async def test_whoever_has_no_number_is_offered_the_form_for_it_and_the_board_says_nothing_of_it(world: World) -> None:
    await is_running(world, world.alice)
    await world.erin.presses("ring_me")
    await world.erin.is_told("You were not rung: there is no number of yours on file.", "Add my number")
    assert "@erin" not in world.board_text
    await world.erin.has_number()
    await world.erin.presses("ring_me")
    await world.board_shows("@erin: ringing")


async def test_ring_again_rings_those_who_were_missed_and_nobody_else(world: World) -> None:
    world.bob.phone.will_decline()
    world.carol.phone.is_unreachable()
    await is_running(world, world.alice, typed="@bob @carol @dave")
    await world.board_shows("@bob: busy", "@carol: could not be reached", "@dave: ringing")
    assert "Ring 2 again" in buttons(world.board)
    world.carol.phone.will_answer()
    world.bob.phone.does_nothing()
    await world.dave.presses("ring_again")
    await world.board_shows("@bob: ringing again", "@carol: in the call since", "@dave: ringing")
    assert [world.dests.count(actor.number) for actor in (world.alice, world.bob, world.carol, world.dave)] == [
        1,
        2,
        2,
        1,
    ]
    assert not any("again" in name for name in buttons(world.board) if name.startswith("Ring "))


async def test_ring_again_twice_at_once_rings_once(world: World) -> None:
    world.bob.phone.will_decline()
    await is_running(world, world.alice)
    await world.board_shows("@bob: busy")
    world.bob.phone.does_nothing()
    option = menu_option(world.board, "Ring again", world.bob.id)
    await asyncio.gather(
        world.carol.presses("ring_again"),
        world.dave.presses("ring_again"),
        world.slack.click(world.alice.person, world.board, "call_menu", value=option),
    )
    await world.board_shows("@bob: ringing again")
    told = "".join(map(world.told, (world.alice, world.carol, world.dave)))
    assert told.count("Already in, or being rung: @bob") + told.count("nobody is left who could be rung again") == 2
    assert world.dests.count(world.bob.number) == 2


async def test_invite_rings_people_groups_and_numbers_while_others_still_ring(world: World) -> None:
    world.slack.add_group("oncall", world.carol.person, world.bob.person)
    await is_running(world, world.alice)
    form = await world.dave.opens("invite")
    result = await world.slack.submit(
        world.dave.person,
        form,
        {"people": [world.dave.id, world.erin.id], "groups": ["S0ONCALL"], "numbers": "+65 9123 0009"},
    )
    assert not result.errors
    await world.board_shows(
        "@dave: ringing", "@carol: ringing", "+65 •••• 0009 (guest): ringing", "@erin: no number on"
    )
    await world.dave.is_told("@erin has no number on file", "Already in, or being rung: @bob.")
    assert world.dests.count(world.bob.number) == 1
    await world.erin.is_told("@dave wanted you in a conference call", "there is no phone number of yours on file")


@pytest.mark.parametrize(
    ("filled", "block", "said"),
    [
        ({}, "people", "Nobody was rung: choose somebody"),
        ({"numbers": "hello"}, "numbers", "here stand numbers only, like +65 9123 4567"),
        ({"numbers": "+65 9123 4567 @carol"}, "numbers", "here stand numbers only"),
        ({"numbers": "+65 1900 123 4567"}, "numbers", "+65 •••• 4567: Premium-rate numbers are never rung."),
    ],
)
async def test_what_can_not_be_rung_is_said_under_its_field(
    world: World, filled: dict[str, str], block: str, said: str
) -> None:
    await is_running(world, world.alice)
    form = await world.carol.opens("invite")
    result = await world.slack.submit(world.carol.person, form, filled)
    assert said in result.errors[block]
    assert "`" not in result.errors[block]
    assert len(world.dests) == 2


async def test_hang_up_ends_the_call_for_all_and_calls_no_phone_any_more(world: World) -> None:
    world.hoiio.ring_gap_seconds = 5
    await is_running(world, world.alice, typed="@bob @carol")
    assert world.carol.phone.rings == 0
    await world.bob.presses("hang_up")
    await world.bob.is_told("only @alice, who started the call, and admins can hang up")
    await world.alice.presses("hang_up")
    await world.thread_says("The call is over.", "In it: @alice for 1 min.", "@carol: was hung up while it rang")
    await world.board_shows("Ended at", "by @alice")
    assert world.hoiio.active_lines == 0
    assert world.carol.phone.rings == 0
    assert buttons(world.board) == ["Call again"]


async def test_an_admin_may_hang_up_too(world: World) -> None:
    world.dave.person.is_admin = True
    await is_running(world, world.alice)
    await world.dave.presses("hang_up")
    await world.board_shows("Ended at", "by @dave")


async def test_hang_up_while_the_request_is_under_way_holds_for_its_phones(world: World) -> None:
    hold = world.hoiio.hold("conference/call", "after")
    await world.alice.types("/conference @bob @carol")
    await world.until(lambda: hold.is_reached and "Hoiio is being asked" in world.board_text)
    await world.alice.presses("hang_up")
    await world.board_shows("@alice hung up for everybody")
    assert world.hoiio.active_lines == 3
    hold.release()
    await world.board_shows("Ended at", "by @alice")
    assert world.hoiio.active_lines == 0
    assert world.hoiio.rooms() == {}


async def test_hang_up_before_any_phone_rings_calls_it_off(world: World) -> None:
    # The board stands, and its confirmation is on the way: until that has come, no phone rings.
    hold = world.slack.hold("chat.postMessage", "after")
    await world.alice.types("/conference @bob")
    await world.until(lambda: hold.is_reached)
    await world.alice.presses("hang_up")
    hold.release()
    await world.board_shows("@alice called it off: nobody was rung.", "@bob: not rung")
    assert (world.dests, buttons(world.board)) == ([], [])


async def test_somebody_is_muted_heard_again_and_put_out_and_gets_back_in(world: World) -> None:
    await is_running(world, world.alice, world.bob)
    await world.board_shows("@bob: in the call since")
    await world.carol.chooses("Mute", world.bob)
    await world.board_shows("@bob: in the call since", ", muted")
    assert muted_phones(world) == [world.bob.number]
    await world.carol.chooses("Unmute", world.bob)
    await world.until(lambda: "muted" not in world.board_text)
    assert muted_phones(world) == []

    await world.carol.chooses("Remove from the call", world.bob)
    await world.carol.is_told("only @alice, who started the call, an admin, or @bob can end that call")
    await world.alice.chooses("Remove from the call", world.bob)
    await world.board_shows("@bob: was in the call, 1 min")
    assert world.bob.phone.room is None
    assert [
        request.parameters["action"] for request in world.hoiio.requests if request.path == "conference/moderate"
    ] == [
        "mute",
        "unmute",
        "kick",
    ]

    await world.bob.presses("ring_me")
    await world.board_shows("@bob: in the call since")
    assert in_the_room(world) == {world.alice.number, world.bob.number}


async def test_a_phone_that_rings_in_vain_is_stopped(world: World) -> None:
    await is_running(world, world.alice, typed="@bob @carol")
    await world.board_shows("@bob: ringing")
    await world.bob.chooses("Stop ringing", world.bob)
    await world.board_shows("@bob: was hung up while it rang", "@carol: ringing")
    await world.alice.chooses("Ring again", world.bob)
    await world.board_shows("@bob: ringing again")


async def test_a_call_that_is_over_is_begun_again_with_all_who_were_asked(world: World) -> None:
    await is_running(world, world.alice)
    await world.carol.presses("ring_me")
    await world.board_shows("@carol: ringing")
    await world.alice.presses("hang_up")
    await world.until(lambda: buttons(world.board) == ["Call again"])
    over = world.board
    await world.bob.presses("call_again", over)
    await world.until(lambda: len(world.boards) == 2)
    await world.board_shows("Conference by @bob", "@alice: ringing", "@carol: ringing", "@bob: ringing")
    await world.dave.presses("call_again", over)
    await world.dave.is_told("are in another call already")
    assert len(world.boards) == 2


async def test_the_buttons_of_an_old_board_say_that_the_call_is_over(world: World) -> None:
    await is_running(world, world.alice)
    message = world.board
    world.bob.phone.decline()
    await world.board_shows("@bob: busy")
    bob_again = menu_option(world.board, "Ring again", world.bob.id)
    then = [dict(block) for block in message.blocks]
    world.alice.phone.hang_up()
    await world.board_shows("Ended at")
    rung = list(world.dests)
    await world.leap(timedelta(days=30))
    # Somebody whose Slack has not redrawn the board since.
    message.blocks[:] = then
    for action in ("ring_me", "ring_again", "hang_up"):
        await world.carol.presses(action, message)
    await world.slack.click(world.carol.person, message, "call_menu", value=bob_again)
    await world.until(lambda: world.told(world.carol).count("this call is over") == 4)
    form = await world.carol.opens("invite", message)
    assert "this call is over" in str(form.blocks)
    assert world.dests == rung


async def test_the_end_is_one_reply_that_says_everything(world: World) -> None:
    world.bob.phone.will_decline()
    world.carol.phone.is_unreachable()
    await is_running(world, world.alice, world.dave, typed="@bob @carol @dave")
    await world.advance(150)
    world.dave.phone.hang_up()
    await world.thread_says("@dave: was in the call, 3 min")
    await world.advance(120)
    world.alice.phone.hang_up()
    await world.thread_says("The call is over.")
    end = world.replies[-1]
    assert end.splitlines() == [
        "@alice: was in the call, 5 min",
        "The call is over. It lasted 5 min. Cost SGD 0.280.",
        "In it: @alice for 5 min and @dave for 3 min.",
        "Missed: @bob and @carol.",
    ]
    await world.advance(30)
    assert world.replies[-1] == end


async def test_the_board_tells_ringing_from_in_the_call_within_ten_seconds(world: World) -> None:
    world.hoiio.ring_gap_seconds, world.hoiio.ring_seconds = 1, 110
    phones = [world.alice.phone, world.bob.phone, *(world.hoiio.phone(number) for number in GUESTS[:6])]
    await world.alice.types(f"/conference @bob {' '.join(GUESTS[:6])}")
    await world.until(lambda: all(phone.rings for phone in phones))
    waiting = list(phones)
    while waiting:
        waiting.pop().answer()
        await world.until(lambda: world.board_text.count("in the call since") == len(phones) - len(waiting), within=10)
    questions = [request.at for request in world.hoiio.requests if request.path.startswith("voice/")]
    for at in questions:
        assert sum(timedelta(0) <= other - at < timedelta(minutes=1) for other in questions) <= 30


async def test_a_mute_that_takes_hoiio_long_is_acknowledged_at_once(world: World) -> None:
    await is_running(world, world.alice, world.bob)
    await world.board_shows("@bob: in the call since")
    hold = world.hoiio.hold("conference/moderate", "after")
    await world.carol.chooses("Mute", world.bob)
    await world.until(lambda: hold.is_reached)
    assert ", muted" not in world.board_text
    hold.release()
    await world.board_shows(", muted")


async def test_who_left_and_came_back_is_named_once_at_the_end_and_rung_again_with_the_others(world: World) -> None:
    await is_running(world, world.bob, typed="@bob @carol without me")
    world.alice.phone.will_answer()
    await world.alice.presses("ring_me")
    await world.board_shows("@alice: in the call since", "@bob: in the call since")
    world.bob.phone.hang_up()
    await world.board_shows("@bob: was in the call")
    await world.bob.presses("ring_me")
    await world.board_shows("@bob: in the call since")
    await world.alice.presses("hang_up")
    await world.thread_says("In it: @bob for 2 min and @alice for 1 min.", "Missed: @carol.")
    await world.until(lambda: buttons(world.board) == ["Call again"])
    await world.alice.presses("call_again")
    await world.board_shows("@alice: ringing", "@bob: ringing", "@carol: ringing")
