"""A number is rung only once its owner has proved it: a code goes there by SMS, and comes back through Slack."""

import asyncio
from datetime import timedelta

import pytest

from tests.harness.database import lay_empty_database
from tests.harness.world import Actor, World

WRONG = "That is not the code that was sent."


@pytest.fixture
async def world(quiet_world: World) -> World:
    """The bot is running as it does when nobody sets anything; Alice and Bob have proved their numbers."""
    quiet_world.settings["VERIFY_NUMBERS"] = "sms"
    lay_empty_database(quiet_world.database)
    await quiet_world.start_bot()
    for actor in (quiet_world.alice, quiet_world.bob):
        await actor.types(f"/conference number {actor.number}")
        await actor.is_texted()
        assert "you can be rung" in (await actor.types(f"/conference number code {actor.code}")).ack_text
    return quiet_world


async def asks_for_code(actor: Actor, number: str | None = None) -> str:
    """Propose a number; returns what is said, and waits for what comes of it."""
    said = (await actor.types(f"/conference number {number or actor.number}")).ack_text
    await actor.world.advance(2)
    return said


async def enters(actor: Actor, code: str) -> str:
    return (await actor.types(f"/conference number code {code}")).ack_text


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


async def is_on_file(actor: Actor) -> bool:
    return "Your number is" in (await actor.types("/conference number")).ack_text


async def test_an_unproved_number_is_never_rung(world: World) -> None:
    assert "A code is on its way by SMS to +65 9123 0005" in await asks_for_code(world.erin)
    await world.alice.types("/conference @bob @erin")
    await world.board_shows("@erin: no number on file, so not rung", "@bob")
    assert world.erin.number not in world.dests
    assert "+65 9123 0005 is not proved yet" in (await world.erin.types("/conference number")).ack_text
    assert "Done: you can be rung on +65 9123 0005" in await enters(world.erin, world.erin.code)
    await world.erin.types("/conference me")
    await world.until(lambda: world.erin.number in world.dests)


async def test_six_digits_alone_are_the_code_while_one_is_awaited(world: World) -> None:
    await asks_for_code(world.erin)
    code = world.erin.code
    assert "Done" in (await world.erin.types(f"/conference number {code[:3]} {code[3:]}")).ack_text


async def test_a_code_in_the_form_with_a_slip_and_another_code(world: World) -> None:
    help_message = (await world.erin.types("/conference help")).message
    assert help_message
    form = await world.erin.opens("open_number_form", help_message)
    await world.slack.submit(world.erin.person, form, {"number": world.erin.number})
    await world.erin.is_texted()
    first = world.erin.code
    form = await world.erin.sees_form()
    slip = await world.slack.submit(world.erin.person, form, {"code": wrong(first)})
    assert slip.errors == {"code": f"{WRONG} You can try 4 more times."}
    await world.slack.click(world.erin.person, form, "send_another_code")
    await world.erin.is_texted(2)
    stale = await world.slack.submit(world.erin.person, await world.erin.sees_form(), {"code": first})
    assert "code" in stale.errors or first == world.erin.code
    kept = await world.slack.submit(world.erin.person, await world.erin.sees_form(), {"code": world.erin.code})
    assert "you can be rung on +65 9123 0005" in str(kept.view and kept.view.blocks)


@pytest.mark.parametrize(
    ("typed_in_profile", "filled_in"),
    [("+65 9123 0005", "+65 9123 0005"), ("9123-0005", "+65 9123 0005"), ("call my desk", None), ("", None)],
)
async def test_the_form_is_filled_in_from_the_slack_profile_where_that_is_a_number(
    world: World, typed_in_profile: str, filled_in: str | None
) -> None:
    world.erin.person.phone = typed_in_profile
    await world.slack.open_home(world.erin.person)
    await world.until(lambda: world.slack.home(world.erin.person))
    home = world.slack.home(world.erin.person)
    assert home
    form = await world.erin.opens("open_number_form", home)
    (field,) = [block["element"] for block in form.blocks if block["type"] == "input"]
    assert field.get("initial_value") == filled_in


async def test_a_form_that_slack_would_not_fill_in_opens_all_the_same(world: World) -> None:
    world.erin.person.phone = world.erin.number
    world.slack.scopes -= {"users.profile:read"}
    help_message = (await world.erin.types("/conference help")).message
    assert help_message
    form = await world.erin.opens("open_number_form", help_message)
    assert "initial_value" not in str(form.blocks)


async def test_changing_a_number_keeps_the_old_one_until_the_new_one_is_proved(world: World) -> None:
    await asks_for_code(world.bob, world.erin.number)
    await world.alice.types("/conference @bob")
    await world.until(lambda: world.bob.number in world.dests)
    assert world.erin.number not in world.dests
    assert "Done" in await enters(world.bob, world.erin.code)
    assert "Your number is +65 9123 0005" in (await world.bob.types("/conference number")).ack_text


async def test_a_code_is_good_for_ten_minutes(world: World) -> None:
    await asks_for_code(world.erin)
    await world.leap(timedelta(minutes=10))
    assert "older than 10 minutes" in await enters(world.erin, world.erin.code)
    assert not await is_on_file(world.erin)


async def test_a_code_is_good_for_five_tries(world: World) -> None:
    await asks_for_code(world.erin)
    code = world.erin.code
    said = [await enters(world.erin, wrong(code)) for _ in range(5)]
    assert all(WRONG in text for text in said[:4])
    assert "entered wrongly too often" in said[4]
    assert "entered wrongly too often" in await enters(world.erin, code)
    assert not await is_on_file(world.erin)


async def test_a_code_that_was_used_proves_nothing_again(world: World) -> None:
    await asks_for_code(world.erin)
    code = world.erin.code
    assert "Done" in await enters(world.erin, code)
    await world.erin.types("/conference number remove")
    assert "There is no code waiting to be entered" in await enters(world.erin, code)
    assert not await is_on_file(world.erin)


async def test_somebody_elses_code_proves_nothing(world: World) -> None:
    """Carol proposes Erin's phone and Erin her own: neither code is good for the other."""
    await asks_for_code(world.carol, world.erin.number)
    for_carol = world.erin.code
    await asks_for_code(world.erin)
    for_erin = world.erin.code
    if for_carol != for_erin:
        assert WRONG in await enters(world.erin, for_carol)
        assert WRONG in await enters(world.carol, for_erin)


async def test_two_who_enter_the_code_at_once_prove_it_once(world: World) -> None:
    await asks_for_code(world.erin)
    said = await asyncio.gather(*(enters(world.erin, world.erin.code) for _ in range(4)))
    assert sorted("Done" in text for text in said) == [False, False, False, True]


async def test_a_person_gets_three_codes_an_hour(world: World) -> None:
    for number in (world.carol.number, world.dave.number, world.erin.number):
        assert "on its way" in await asks_for_code(world.erin, number)
    assert "You were sent 3 codes within an hour" in await asks_for_code(world.erin, "+6591239999")
    assert world.hoiio.phone("+6591239999").texts == []
    await world.leap(timedelta(hours=1))
    assert "on its way" in await asks_for_code(world.erin, "+6591239999")


async def test_a_phone_gets_three_codes_a_day_from_all_people_together(world: World) -> None:
    crowd = [world.add_actor(f"mallory{n}", f"+659124000{n}") for n in range(6)]
    typed = f"/conference number {world.erin.number}"
    said = [result.ack_text for result in await asyncio.gather(*(somebody.types(typed) for somebody in crowd))]
    await world.advance(5)
    assert len(world.erin.phone.texts) == 3
    assert sum("was sent 3 codes within a day" in text for text in said) == 3


async def test_a_workspace_gets_so_many_codes_a_day_whoever_asks_and_for_whatever_number(world: World) -> None:
    await world.kill_bot()
    world.settings["MAX_CODES_PER_DAY"] = "5"
    await world.start_bot()
    crowd = [world.add_actor(f"mallory{n}", f"+659124000{n}") for n in range(6)]
    said = [await asks_for_code(somebody) for somebody in crowd]
    # Two were sent to Alice and Bob.
    assert ["on its way" in text for text in said] == [True] * 3 + [False] * 3
    assert sum(len(somebody.phone.texts) for somebody in crowd) == 3
    assert "Nothing was changed. This workspace was sent 5 codes within a day" in said[-1]
    assert "can raise MAX_CODES_PER_DAY" in said[-1]
    assert world.log.count("no code is sent: MAX_CODES_PER_DAY is reached") == 3
    await world.leap(timedelta(days=1))
    assert "on its way" in await asks_for_code(crowd[-1])


async def test_the_codes_of_a_number_can_not_be_tried_out(world: World) -> None:
    """Two days of asking and guessing as fast as the bot allows: of a million codes, forty-five are ever compared."""
    compared = 0
    for _ in range(52):
        if "on its way" in await asks_for_code(world.carol, world.erin.number):
            for _ in range(7):
                said = await enters(world.carol, wrong(world.erin.code))
                compared += WRONG in said or ("too often" in said and compared % 5 == 4)
        await world.leap(timedelta(hours=1))
    assert (compared, len(world.erin.phone.texts)) == (45, 9)
    assert not await is_on_file(world.carol)


async def test_a_code_that_hoiio_refuses_is_told_and_not_counted(world: World) -> None:
    for _ in range(4):
        world.hoiio.faults.paths = {"sms/send"}
        world.hoiio.faults.refuse_with = "error_dest_not_supported"
        assert "on its way" in await asks_for_code(world.erin)
    await world.until(
        lambda: "No code could be sent to +65 9123 0005: Hoiio does not take that number" in world.told(world.erin)
    )
    world.hoiio.faults.refuse_with = None
    assert "on its way" in await asks_for_code(world.erin)
    await world.erin.is_texted()


async def test_a_code_that_hoiio_refuses_leaves_the_one_before_it_good_also_where_nobody_can_be_told(
    world: World,
) -> None:
    await asks_for_code(world.erin)
    await world.erin.is_texted()
    code = world.erin.code
    world.hoiio.faults.paths = {"sms/send"}
    world.hoiio.faults.refuse_with = "error_dest_not_supported"
    world.slack.faults.reset("response_url", until=world.now + timedelta(seconds=30))
    await asks_for_code(world.erin)
    await world.until(lambda: "a code was not sent" in world.log)
    await world.advance(40)
    assert "No code could be sent" not in world.told(world.erin)
    assert "Done" in await enters(world.erin, code)


async def test_a_code_whose_sending_hoiio_did_not_confirm_is_not_sent_again(world: World) -> None:
    world.hoiio.faults.paths = {"sms/send"}
    world.hoiio.faults.answer_lost = "after"
    await asks_for_code(world.erin)
    await world.advance(60)
    assert len(world.erin.phone.texts) == 1
    assert "Done" in await enters(world.erin, world.erin.code)


async def test_a_code_outlives_a_restart(world: World) -> None:
    await asks_for_code(world.erin)
    await world.kill_bot()
    await world.start_bot()
    assert "Done" in await enters(world.erin, world.erin.code)
