"""Slack limits, fails or forgets to answer: what it shows in the end is what is stored, once."""

import itertools
from datetime import timedelta

import pytest

from tests.harness.world import World


def play_ends(world: World) -> None:
    world.alice.phone.will_answer(stay=20)
    world.bob.phone.will_decline()
    world.carol.phone.will_ignore()


async def shows_everything_once(world: World) -> None:
    await world.board_shows("Ended at", "@alice: was in the call, 1 min", "@bob: busy", "@carol: did not", within=400)
    await world.thread_says("@alice: was", "@bob: busy", "@carol: did", within=400)
    await world.advance(5)
    said = "\n".join(world.replies)
    assert [said.count(f"@{name}:") for name in ("alice", "bob", "carol")] == [1, 1, 1]
    assert len(world.boards) == 1
    assert world.dests == [world.alice.number, world.bob.number, world.carol.number]


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update", "*"])
@pytest.mark.parametrize("status", [429, 503])
async def test_slack_says_no_for_a_while(world: World, method: str, status: int) -> None:
    play_ends(world)
    if status == 429:
        world.slack.faults.fail(method, status=429, retry_after=7, times=3)
    else:
        world.slack.faults.fail(method, status=503, times=3)
    await world.alice.types("/conference @bob @carol")
    await shows_everything_once(world)


async def test_retry_after_is_honoured(world: World) -> None:
    world.slack.faults.fail("chat.postMessage", status=429, retry_after=20, times=1)
    await world.alice.types("/conference @bob")
    await world.board_shows("@bob: ringing")
    posts = [call.at for call in world.slack.calls if call.method == "chat.postMessage"]
    assert (posts[1] - posts[0]).total_seconds() >= 20


async def test_a_channel_that_is_full_holds_up_no_other(world: World) -> None:
    elsewhere = world.slack.add_channel("elsewhere", world.carol.person, world.dave.person)
    world.slack.faults.fail("chat.postMessage", status=429, retry_after=50, times=1)
    await world.alice.types("/conference @bob")
    await world.until(lambda: [call for call in world.slack.calls if call.method == "chat.postMessage"], within=10)
    await world.carol.types("/conference @dave", elsewhere)
    await world.until(lambda: world.carol.phone.number in world.dests, within=10)
    assert world.bob.phone.number not in world.dests
    await world.board_shows("@bob: ringing")


async def test_a_conference_whose_board_cannot_be_posted_within_a_minute_is_given_up(world: World) -> None:
    world.slack.faults.fail("chat.postMessage", status=429, retry_after=90, times=1)
    await world.alice.types("/conference @bob")
    await world.board_shows("could not start within a minute", "nobody was rung", within=200)
    assert world.dests == []


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_the_connection_breaks(world: World, method: str, when: str) -> None:
    play_ends(world)
    world.slack.faults.reset(method, "after" if when == "after" else "before", times=2)
    await world.alice.types("/conference @bob @carol")
    await shows_everything_once(world)


async def test_an_outcome_whose_reply_was_posted_without_an_answer_is_not_told_twice(world: World) -> None:
    await world.alice.types("/conference @bob")
    await world.board_shows("@bob: ringing")
    world.slack.faults.reset("chat.postMessage", "after", times=1)
    world.alice.phone.will_decline()
    world.bob.phone.will_decline()
    await world.until(lambda: world.hoiio.active_lines == 0, within=90)
    await world.thread_says("@alice:", "@bob:")
    await world.advance(10)
    assert "\n".join(world.replies).count("@bob:") == 1


async def test_without_the_scope_to_look_the_message_is_said_again(world: World) -> None:
    world.slack.scopes -= {"channels:history"}
    world.slack.faults.reset("chat.postMessage", "after", times=1)
    await world.alice.types("/conference @bob")
    await world.board_shows("@bob: ringing")
    assert len(world.boards) == 2


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
@pytest.mark.parametrize("error", ["invalid_auth", "rate_limited", "something_new"])
async def test_a_refusal_that_may_pass_is_waited_out(world: World, method: str, error: str) -> None:
    play_ends(world)
    await world.alice.types("/conference @bob @carol")
    await world.board_shows("@alice: ringing")
    world.slack.faults.fail(method, error=error, until=world.now + timedelta(seconds=40))
    await shows_everything_once(world)


async def test_somebody_deactivated_is_not_rung_because_slack_was_busy(world: World) -> None:
    left = world.slack.add_person("oscar", deleted=True)
    world.slack.faults.fail("users.info", status=429, retry_after=5, times=2)
    typed = f"/conference {world.bob.person.mention} {left.mention}"
    await world.slack.command(world.alice.person, world.channel, typed, escape=False)
    await world.board_shows("@bob: ringing", "@oscar: deactivated")


async def test_somebody_without_a_number_is_asked_once_a_week(world: World) -> None:
    for _ in range(2):
        world.alice.phone.will_decline()
        world.bob.phone.will_decline()
        await world.alice.types("/conference @bob @erin")
        await world.board_shows("@erin: no number on file", "Ended at")
        await world.advance(10)
    assert len(world.slack.direct_messages(world.erin.person)) == 1


async def test_socket_mode_comes_back_after_a_handshake_that_failed_and_tells_no_ticket(quiet_world: World) -> None:
    world = quiet_world
    world.socket_mode = True
    world.slack.faults.fail("handshake", status=503, times=1)
    await world.start_bot()
    assert "Your number" not in (await world.alice.types("/conference help")).ack_text
    # The library waits in real time before it tries again.
    await world.until_really(lambda: "connected to Slack" in world.log)
    assert "ticket" not in world.log


async def test_bot_not_in_the_channel_rings_nobody_and_says_what_to_do(world: World) -> None:
    elsewhere = world.slack.add_channel("secret", world.alice.person, world.bob.person, bot_in=False)
    await world.alice.types("/conference @bob", elsewhere)
    await world.until(lambda: "/invite @Rollcall" in world.told(world.alice, elsewhere))
    assert (world.dests, world.slack.messages(elsewhere)) == ([], [])


async def test_without_users_read_everybody_counts_as_a_person(world: World) -> None:
    world.slack.scopes -= {"users:read"}
    await world.alice.types("/conference @bob")
    await world.board_shows("@bob: ringing")


async def test_a_user_group_that_slack_will_not_open_rings_nobody(world: World) -> None:
    world.slack.scopes -= {"usergroups:read"}
    world.slack.add_group("oncall", world.bob.person)
    await world.alice.types("/conference @oncall")
    await world.until(lambda: "would not say who is in the user group" in world.told(world.alice))
    assert world.dests == []


async def test_an_answer_that_no_longer_reaches_the_command_comes_as_a_direct_message(world: World) -> None:
    world.slack.faults.fail("response_url", status=404, error="expired_url")
    await world.alice.types("/conference @erin without me")
    await world.until(
        lambda: "Nobody was rung" in str([m.text for m in world.slack.direct_messages(world.alice.person)])
    )


async def test_a_board_that_somebody_deleted_leaves_the_thread_telling(world: World) -> None:
    await world.alice.types("/conference @bob")
    await world.board_shows("@bob: ringing")
    world.slack.faults.fail("chat.update", error="message_not_found", until=world.clock.now().replace(year=2030))
    await world.thread_says("@bob: did not pick up")


@pytest.mark.parametrize("error", ["restricted_action", "something_new"])
async def test_somebody_whom_slack_will_not_have_written_to_holds_up_nothing_else(world: World, error: str) -> None:
    """Erin is refused each time: what becomes of the calls is shown as soon as ever, and Frank is asked."""
    world.erin.person.refused = error
    frank = world.add_actor("frank", "")
    for actor in (world.alice, world.bob, world.carol):
        actor.phone.will_answer()
    await world.alice.types("/conference @bob @carol @erin @frank")
    await world.board_shows("@bob: in the call")
    await world.until(lambda: world.told(frank), within=10)
    for actor in (world.bob, world.carol):
        await world.advance(45)
        actor.phone.hang_up()
        await world.board_shows(f"@{actor.person.name}: was in the call", within=10)
        await world.thread_says(f"@{actor.person.name}: was in the call", within=10)
    world.erin.person.refused = ""
    await world.until(lambda: world.told(world.erin), within=61)


async def test_somebody_whom_slack_refuses_is_tried_ever_more_seldom(world: World) -> None:
    world.erin.person.refused = "restricted_action"
    world.alice.phone.will_answer()
    await world.alice.types("/conference @bob @erin")
    await world.board_shows("@alice: in the call")
    await world.advance(300)
    tries = [call.at for call in world.slack.calls if call.arguments.get("channel") == world.erin.id]
    waits = [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(tries)]
    assert waits == pytest.approx([5, 10, 20, 40, 60, 60, 60], abs=1.5)
