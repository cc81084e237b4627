"""Numbers and secrets are seen by nobody they do not concern."""

import re

from tests.harness.world import ACCESS_TOKEN, SECRETS, World

GUEST = "+6591239999"


async def test_no_number_and_no_secret_in_any_log_line_message_or_exception(world: World) -> None:
    await play_everything_that_can_go_wrong(world)
    everybody = [world.alice, world.bob, world.carol, world.dave]
    numbers = [GUEST, *(actor.number for actor in everybody)]
    notify_secrets = [request["notify_url"].rsplit("/", 1)[1] for request in world.call_requests]

    assert "Traceback" in world.log, "something unforeseen was to be logged too"
    for number in numbers:
        assert number not in world.log
        assert digits(number)[2:] not in digits(world.log)
    for secret in (*SECRETS, *notify_secrets):
        assert secret not in world.log
        assert secret not in world.transcript

    for message in world.slack.workspace.messages:
        if message.ephemeral_to is not None:
            continue
        said = str([message.text, message.blocks, message.edits])
        for number in numbers:
            assert digits(number)[2:] not in digits(said)
    assert "+65 •••• 9999 (guest)" in str([message.blocks for message in world.slack.workspace.messages])


async def test_a_full_number_is_shown_to_its_owner_alone(world: World) -> None:
    await world.alice.types("/conference number")
    everything = world.slack.workspace.messages
    showing = [message for message in everything if "9123 0001" in str([message.text, message.blocks])]
    assert {message.ephemeral_to for message in showing} == {world.alice.person}


async def test_the_database_is_readable_by_its_owner_alone(quiet_world: World) -> None:
    await quiet_world.start_bot()
    made = list(quiet_world.directory.glob("rollcall.db*"))
    assert quiet_world.database in made
    for path in made:
        assert path.stat().st_mode & 0o077 == 0, path


async def play_everything_that_can_go_wrong(world: World) -> None:
    world.alice.phone.will_answer(stay=20)
    world.bob.phone.will_decline()
    await world.alice.types(f"/conference @bob {GUEST}")
    await world.board_shows("Ended at", within=200)
    world.hoiio.faults.refuse_with = "error_dest_invalid"
    await world.carol.types("/conference @dave")
    await world.board_shows("is no phone number")
    world.hoiio.faults.answer_lost = "after"
    await world.carol.types("/conference @dave")
    await world.board_shows("Ended at", "@dave: did not pick up", within=200)
    await world.hoiio.notify({"dest": GUEST}, world.call_requests[0]["notify_url"], signature="0" * 64)
    await world.hoiio.notify({"dest": GUEST}, world.call_requests[0]["notify_url"])
    with world.locked_database():
        await world.alice.types(f"/conference {GUEST} {ACCESS_TOKEN}")
        await world.alice.types(f"/conference {GUEST}")
    await world.alice.types(f"/conference number {GUEST}9")
    await world.slack.deliver_raw(f"text={GUEST}".encode(), {})
    port = int(world.hoiio.url.rsplit(":", 1)[1].split("/")[0])
    await world.hoiio.stop()
    await world.alice.types(f"/conference @bob {GUEST}")
    await world.board_shows("Hoiio could not be reached")
    await world.hoiio.start(port=port)


def digits(text: str) -> str:
    """A text without what may stand between a number's digits."""
    return re.sub(r"[ ().+\-]", "", text)
