"""What people type, and mistype."""

import pytest

from tests.harness.world import World


@pytest.mark.parametrize("typed", ["/conference", "/conference help"])
async def test_help_shows_examples_and_the_state_of_ones_number(world: World, typed: str) -> None:
    await world.alice.types(typed)
    assert "`/conference @alice @bob` rings Alice, Bob and you" in world.told(world.alice)
    assert "Your number is +65 9123 0001" in world.told(world.alice)
    await world.erin.types(typed)
    assert "You have no number on file" in world.told(world.erin)


async def test_a_number_is_set_shown_replaced_and_removed(world: World) -> None:
    for typed, answer in [
        ("number", "You have no number on file"),
        ("number remove", "There was no number of yours on file"),
        ("number 9123 4567", "Done: you can be rung on +65 9123 4567"),
        ("number", "Your number is +65 9123 4567"),
        ("number +6581234567", "Done: you can be rung on +65 8123 4567"),
        ("number", "Your number is +65 8123 4567"),
        ("number remove", "Done: your number is forgotten"),
        ("number remove", "There was no number of yours on file"),
        ("number", "You have no number on file"),
    ]:
        result = await world.erin.types(f"/conference {typed}")
        assert answer in result.ack_text


async def test_a_number_that_cannot_be_is_not_kept(world: World) -> None:
    for typed, answer in [
        ("number 12", "No such number can exist"),
        ("number call me maybe", "It is not a phone number"),
        ("number +65 9123 456", "No such number can exist"),
        ("number `<!channel>` & co", "It is not a phone number"),
    ]:
        result = await world.erin.types(f"/conference {typed}")
        assert answer in result.ack_text
        assert "<!channel>" not in result.ack_text
        assert "You have no number on file" in (await world.erin.types("/conference number")).ack_text


async def test_a_mistyped_command_rings_nobody_and_names_the_place(world: World) -> None:
    for typed, answer in [
        ("@bob @nobody", "`@nobody` (word 2) is no link to a person"),
        ("@bob plaese", "`plaese` (word 2) is no team, and no word that the command knows"),
        ("@bob 12345", "`12345` (word 2) can't be rung. No such number can exist"),
        ("@bob #standup", "`#standup` (word 2) is a channel"),
        ("@here", "(word 1)"),
        ("@bob without @carol", "`without` (word 2) goes with `me` only"),
        ("me without me", "`without me` (word 2) contradicts"),
        ("hlep", "`hlep` (word 1) is no team, and no word that the command knows. The closest is `help`."),
    ]:
        result = await world.alice.types(f"/conference {typed}")
        assert "Nobody was rung" in result.ack_text
        assert answer in result.ack_text
    await world.advance(5)
    assert (world.dests, world.boards) == ([], [])


async def test_a_command_that_is_not_from_slack_is_turned_away(world: World) -> None:
    body = b"command=%2Fconference&text=%3C%40U0BOB%3E&user_id=U0ALICE&team_id=T0ROLLCALL&channel_id=C0STANDUP"
    headers = world.slack.signed(body)
    assert await world.slack.deliver_raw(body + b"%20%3C%40U0CAROL%3E", headers) == 401
    assert await world.slack.deliver_raw(body, {}) == 401
    await world.advance(5)
    assert world.dests == []


async def test_a_database_that_cannot_be_written_is_said_so_and_rings_nobody(world: World) -> None:
    with world.locked_database():
        result = await world.alice.types("/conference @bob")
    assert "could not write to its database, so nothing was done and nobody was rung" in (result.ack_text or "")
    assert world.dests == []
