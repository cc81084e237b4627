"""A standup's day: the reminder with what people press there, the ring, and what comes of accidents around both."""

from datetime import UTC, datetime, timedelta

import pytest

from sandbox.slack import Message
from tests.harness.world import Actor, World, buttons, reading
from tests.scenarios.test_left_alone import around_now, says

DUE = datetime(2026, 11, 20, 1, 40, tzinfo=UTC)
"""09:40 in Singapore, ten minutes after the clock's first moment, on a Friday."""
MINUTE = timedelta(minutes=1)
AT = f"<!date^{int(DUE.timestamp())}^{{time}}|01:40 UTC>"
OTHER_NUMBER = "+6591239999"


async def is_set_up(world: World, whom: str = "@bob @carol", when: str = "daily 09:40 Asia/Singapore") -> None:
    """Alice sets the standup platform up."""
    result = await world.alice.types(f"/conference standup platform {whom} {when}")
    assert "Set up: `platform`" in result.ack_text, result.ack_text


async def comes_to(world: World, moment: datetime) -> None:
    await world.leap(moment - world.now - timedelta(seconds=1))


async def is_reminded(world: World, whom: str = "@bob @carol") -> None:
    await is_set_up(world, whom)
    await comes_to(world, DUE - 5 * MINUTE)
    await world.until(lambda: reminders(world))


def shown_as(world: World, name: str) -> list[Message]:
    return [message for message in world.boards if message.blocks[0].get("block_id", "").startswith(f"{name}:")]


def reminders(world: World) -> list[Message]:
    return shown_as(world, "reminder")


def reminder(world: World) -> Message:
    (only,) = reminders(world)
    return only


def call_boards(world: World) -> list[Message]:
    return shown_as(world, "board")


async def reminder_shows(world: World, *pieces: str) -> None:
    await world.until(lambda: all(piece in reading(reminder(world)) for piece in pieces))


async def rings(world: World, *actors: Actor) -> None:
    """It is due, and these phones ring, each once."""
    await comes_to(world, DUE)
    await world.until(lambda: sorted(world.dests) == sorted(actor.number for actor in actors))
    # They ring for half a minute.
    await world.advance(20)
    assert len(world.rung) == len(actors)
    assert len(call_boards(world)) == 1


# The reminder


async def test_five_minutes_before_the_channel_is_told_whom_it_rings(world: World) -> None:
    await is_set_up(world, "@bob @carol +6591239998")
    await comes_to(world, DUE - 5 * MINUTE - timedelta(seconds=2))
    assert world.boards == []
    await world.until(lambda: reminders(world), within=5)
    said = reading(reminder(world))
    assert said.startswith(f"*Standup platform* in 5 minutes, at {AT}\nRings @bob, @carol and +65 •••• 9998.")
    assert reminder(world).text.startswith(f"Standup platform in 5 minutes, at {AT}. Rings <@U0BOB>")
    assert buttons(reminder(world)) == ["I'm out today", "Ring me on another number", "Skip today"]
    assert world.dests == []


async def test_it_is_told_once_also_when_the_bot_is_started_again(world: World) -> None:
    await is_reminded(world)
    await world.kill_bot()
    await world.advance(60)
    await world.start_bot()
    await rings(world, world.bob, world.carol)
    assert len(reminders(world)) == 1


async def test_once_it_has_begun_the_reminder_has_no_buttons(world: World) -> None:
    await is_reminded(world)
    await rings(world, world.bob, world.carol)
    await reminder_shows(world, f"*Standup platform*, due at {AT}, has begun")
    assert buttons(reminder(world)) == []
    await world.board_shows("*Standup platform* · room", "set up by @alice", "@bob: ringing", "@carol: ringing")


async def test_many_people_are_named_as_far_as_there_is_room(world: World) -> None:
    guests = " ".join(f"+659123{number}" for number in range(1000, 1022))
    await is_reminded(world, f"@bob {guests}")
    said = reading(reminder(world))
    assert "and 3 more." in said
    assert "A call takes at most 8 phones: the first 8 are rung, and *Ring me*" in said


# Who is out


async def test_who_is_out_today_is_not_rung_and_may_think_better_of_it(world: World) -> None:
    await is_reminded(world, "@bob @carol @dave")
    await world.bob.presses("standup_out", reminder(world))
    await world.bob.is_told("You are out of *Standup platform* today")
    await reminder_shows(world, "Out today: @bob.", "Rings @carol and @dave.")
    updates = len(world.slack.calls)
    await world.bob.presses("standup_out", reminder(world))
    await world.advance(3)
    assert [call.method for call in world.slack.calls[updates:]].count("chat.update") == 0
    await world.carol.presses("standup_out", reminder(world))
    await reminder_shows(world, "Out today: @bob and @carol.")
    await world.carol.is_told("You are out of *Standup platform* today")
    await world.carol.presses("standup_in", answers(world, world.carol)[-1])
    await world.carol.is_told("You are in: *Standup platform* rings you at")
    await rings(world, world.carol, world.dave)
    await world.board_shows("@bob: out today, so not rung")


async def test_whoever_is_out_is_rung_when_they_ask_for_it_on_the_board(world: World) -> None:
    await is_reminded(world, "@bob @carol @dave")
    await world.bob.presses("standup_out", reminder(world))
    await rings(world, world.carol, world.dave)
    await world.bob.presses("ring_me")
    await world.board_shows("@bob: ringing")
    assert "out today" not in world.board_text


async def test_one_who_is_left_is_not_rung_alone(world: World) -> None:
    await is_reminded(world)
    await world.bob.presses("standup_out", reminder(world))
    await comes_to(world, DUE)
    await world.board_shows("Nobody was rung: @carol would have been alone in the call. @bob is out today.")
    assert (world.dests, buttons(world.board)) == ([], ["Call again"])


async def test_somebody_whom_it_does_not_ring_is_told_so(world: World) -> None:
    await is_reminded(world)
    await world.dave.presses("standup_out", reminder(world))
    await world.dave.is_told("you are not among those whom *Standup platform* rings")
    assert "Out today" not in reading(reminder(world))


async def test_of_a_user_group_slack_is_asked_who_is_in_it(world: World) -> None:
    world.slack.add_group("oncall", world.bob.person)
    await is_reminded(world, "@carol @oncall")
    await world.dave.presses("standup_out", reminder(world))
    await world.dave.is_told("you are not among those whom *Standup platform* rings")
    await world.dave.opens("standup_other_number", reminder(world))
    await world.dave.is_told("you are not among those whom *Standup platform* rings")
    await world.bob.presses("standup_out", reminder(world))
    await world.bob.is_told("You are out of *Standup platform* today")
    assert "Slack did not say" not in world.told(world.bob)
    await reminder_shows(world, "Out today: @bob.")


async def test_where_slack_does_not_say_who_is_in_a_group_wishes_are_taken(world: World) -> None:
    world.slack.add_group("oncall", world.bob.person, world.dave.person)
    await is_reminded(world, "@carol @oncall")
    world.slack.workspace.scopes -= {"usergroups:read"}
    await world.bob.presses("standup_out", reminder(world))
    await world.bob.is_told(
        "Slack did not say in time whether you are in <!subteam^S0ONCALL>: *Standup platform* rings"
    )
    await reminder_shows(world, "Out today: @bob.")
    assert "whether you are in <!subteam^S0ONCALL>" in await gives(world, world.dave, OTHER_NUMBER)


# Another number


async def gives(world: World, actor: Actor, typed: str) -> str:
    """Fill in the form; returns what stands under its field, or in the form's place."""
    form = await actor.opens("standup_other_number", reminder(world))
    result = await world.slack.submit(actor.person, form, {"other_number": typed})
    assert result.acked
    shown = world.slack.views(actor.person)[-1]
    await world.slack.view_closed(actor.person, shown, everything=True)
    await world.advance(2)
    return result.errors.get("other_number") or str(shown.blocks)


async def test_somebody_is_rung_on_another_number_this_once_and_nobody_else_sees_it(world: World) -> None:
    await is_reminded(world)
    assert "rings you on +65 9123 9999, this time only" in await gives(world, world.bob, "9123 9999")
    await reminder_shows(world, "On another number this once: @bob.")
    await comes_to(world, DUE)
    await world.until(lambda: sorted(world.dests) == sorted([OTHER_NUMBER, world.carol.number]))
    await world.board_shows("@bob: ringing", "@carol: ringing")
    posts = world.slack.messages(world.channel)
    assert not [post for post in posts if "•••• 9999" in reading(post) + post.text]
    assert "91239999" not in world.log
    assert "•••• 9999" not in world.log


async def test_the_number_is_forgotten_a_day_later_also_where_it_was_rung(world: World) -> None:
    world.hoiio.phone(OTHER_NUMBER).will_decline()
    world.carol.phone.will_decline()
    await is_reminded(world)
    await gives(world, world.bob, OTHER_NUMBER)
    await comes_to(world, DUE)
    await world.board_shows("Ended at", within=300)
    assert stored(world, "9999")
    await world.leap(timedelta(hours=24))
    # It is looked at every hour, and the last time was somewhere within the leap.
    for _ in range(2):
        await world.leap(timedelta(hours=1, minutes=1))
    await world.until(lambda: not stored(world, "9999"))


async def test_leaving_it_empty_has_ones_own_phone_rung(world: World) -> None:
    await is_reminded(world)
    await gives(world, world.bob, OTHER_NUMBER)
    assert "rings you on your own number" in await gives(world, world.bob, "")
    await rings(world, world.bob, world.carol)


async def test_out_and_then_another_number_rings_and_the_other_way_round_does_not(world: World) -> None:
    await is_reminded(world, "@bob @carol @dave")
    await world.bob.presses("standup_out", reminder(world))
    await gives(world, world.bob, OTHER_NUMBER)
    await gives(world, world.carol, "+65 9123 9998")
    await world.carol.presses("standup_out", reminder(world))
    await reminder_shows(world, "Out today: @carol.", "On another number this once: @bob.")
    await comes_to(world, DUE)
    await world.until(lambda: sorted(world.dests) == sorted([OTHER_NUMBER, world.dave.number]))


@pytest.mark.parametrize(
    ("typed", "why"), [("call me", "+65 9123 4567"), ("+65 1900 123 4567", "never rung"), ("999", "never rung")]
)
async def test_what_is_never_rung_is_not_taken(world: World, typed: str, why: str) -> None:
    await is_reminded(world)
    assert why in await gives(world, world.bob, typed)
    assert "On another number" not in reading(reminder(world))


async def test_where_typed_numbers_are_off_none_is_taken(quiet_world: World) -> None:
    world = quiet_world
    world.settings["GUESTS"] = "off"
    await world.start_bot()
    for actor in (world.bob, world.carol):
        await actor.has_number()
    await is_reminded(world)
    await world.bob.opens("standup_other_number", reminder(world))
    await world.bob.is_told("numbers that are typed are not rung here")


async def test_a_number_that_is_given_up_is_rung_no_more(world: World) -> None:
    await is_reminded(world, "@bob @carol @dave")
    await gives(world, world.bob, OTHER_NUMBER)
    await world.bob.types("/conference number remove")
    assert not stored(world, "9999")
    await rings(world, world.carol, world.dave)
    await world.board_shows("@bob: no number on file, so not rung")


async def test_a_guests_number_that_its_owner_gives_up_is_taken_out_and_the_standup_stays(world: World) -> None:
    await is_set_up(world, f"{world.bob.number} {world.carol.number}")
    await world.bob.types("/conference number remove")
    await world.carol.types("/conference number remove")
    await comes_to(world, DUE)
    await world.board_shows("Nobody was rung. It names nobody any more.")


def stored(world: World, digits: str) -> bool:
    return any(digits.encode() in path.read_bytes() for path in world.directory.glob("rollcall.db*"))


# Skipping


async def test_its_maker_skips_it_and_has_it_rung_after_all(world: World) -> None:
    await is_reminded(world)
    await world.bob.presses("standup_skip_day", reminder(world))
    await world.bob.is_told("only @alice, who set *Standup platform* up, and admins can skip a day of it")
    await world.alice.presses("standup_skip_day", reminder(world))
    await reminder_shows(world, "skipped today by @alice, so nobody is rung")
    assert buttons(reminder(world)) == ["Ring after all"]
    await world.bob.presses("standup_ring_after_all", reminder(world))
    assert buttons(reminder(world)) == ["Ring after all"]
    await world.alice.presses("standup_ring_after_all", reminder(world))
    await reminder_shows(world, f"*Standup platform* at {AT}", "Rings @bob and @carol.")
    await rings(world, world.bob, world.carol)


async def test_a_day_that_is_skipped_rings_nobody_and_the_next_one_does(world: World) -> None:
    await is_reminded(world)
    first = reminder(world)
    with_buttons = first.blocks
    await world.alice.presses("standup_skip_day", first)
    await world.until(lambda: buttons(first) == ["Ring after all"])
    seen_before, first.blocks = first.blocks, with_buttons
    await world.alice.presses("standup_skip_day", first)
    await world.alice.is_told("*Standup platform* is skipped today already by @alice.")
    await comes_to(world, DUE)
    await world.until(lambda: buttons(first) == [])
    await world.advance(30)
    assert (world.dests, call_boards(world)) == ([], [])
    first.blocks = seen_before
    await world.alice.presses("standup_ring_after_all", first)
    await world.alice.is_told("that day of *Standup platform* is over. It was skipped")
    await comes_to(world, DUE + timedelta(days=1))
    await world.until(lambda: len(world.dests) == 2)


async def test_what_is_pressed_too_late_says_so_and_what_to_do(world: World) -> None:
    await is_reminded(world)
    before = reminder(world)
    await world.bob.opens("standup_other_number", before)
    form = world.slack.views(world.bob.person)[-1]
    with_buttons = before.blocks
    await rings(world, world.bob, world.carol)
    await reminder_shows(world, "has begun")
    # Their Slack has not redrawn it yet.
    before.blocks = with_buttons
    await world.bob.presses("standup_out", before)
    await world.alice.presses("standup_skip_day", before)
    await world.alice.is_told("has begun. *Ring me* on its board")
    await world.slack.submit(world.bob.person, form, {"other_number": OTHER_NUMBER})
    await world.bob.is_told("has begun. *Ring me* on its board rings you on your own number.")


# The ring, by the rules of any other


async def test_quiet_hours_and_wishes_hold_also_for_whoever_set_it_up(world: World) -> None:
    await is_set_up(world, "@alice @bob @carol @dave")
    await says(world.alice, "quiet_hours", **around_now(world))
    await says(world.bob, "never")
    await rings(world, world.carol, world.dave)
    await world.board_shows("@bob: not rung, as they asked", "@alice: not rung: quiet hours until")


async def test_who_has_no_number_is_asked_once(world: World) -> None:
    await is_set_up(world, "@bob @carol @erin")
    await rings(world, world.bob, world.carol)
    await world.board_shows("@erin: no number on file, so not rung")
    await world.erin.is_told("*Standup platform* in <#C0STANDUP> was to ring you, but there is no phone number")
    await comes_to(world, DUE + timedelta(days=1))
    await world.until(lambda: len(call_boards(world)) == 2)
    await world.advance(30)
    assert len(world.slack.direct_messages(world.erin.person)) == 1


async def test_whoever_set_it_up_is_asked_like_everybody_else(world: World) -> None:
    await world.erin.types("/conference standup platform @bob @carol @erin daily 09:40 Asia/Singapore")
    await rings(world, world.bob, world.carol)
    await world.erin.is_told("*Standup platform* in <#C0STANDUP> was to ring you, but there is no phone number")


async def test_of_eleven_people_eight_are_rung_and_the_others_come_in_as_places_get_free(world: World) -> None:
    more = [world.add_actor(f"p{place}", f"+659123010{place}") for place in range(7)]
    everybody = [world.alice, world.bob, world.carol, world.dave, *more]
    for actor in more:
        await actor.has_number()
    for actor in everybody:
        actor.phone.will_answer()
    await is_set_up(world, " ".join(f"@{actor.person.name}" for actor in everybody))
    await comes_to(world, DUE)
    await world.until(lambda: world.board_text.count("in the call since") == 8)
    assert world.dests == [actor.number for actor in everybody[:8]]
    last = everybody[8:]
    await world.thread_says(
        *(f"@{actor.person.name}: not rung: a call takes at most 8 phones" for actor in last),
        "*Ring me* on the board rings whoever presses it as soon as a place is free",
    )
    await last[0].presses("ring_me")
    await last[0].is_told("You were not rung: the call is full, since a room takes at most 8 phones.")
    everybody[0].phone.hang_up()
    await world.until(lambda: world.board_text.count("in the call since") == 7)
    await last[0].presses("ring_me")
    await world.until(lambda: last[0].phone.rings == 1)
    await world.alice.presses("ring_as_lines_get_free")
    await world.board_shows(f"@{last[1].person.name}: waiting for a line")
    everybody[1].phone.hang_up()
    await world.until(lambda: last[1].phone.rings == 1)
    everybody[2].phone.hang_up()
    await world.until(lambda: last[2].phone.rings == 1)
    assert len(world.dests) == len(set(world.dests)) == 11


async def test_lines_that_are_taken_keep_it_waiting_in_the_open(world: World) -> None:
    for number in ("+6591230010", "+6591230011"):
        world.hoiio.phone(number).will_answer()
    world.dave.phone.will_answer()
    world.settings["LINES"] = "3"
    await world.terminate_bot()
    await world.start_bot()
    await is_set_up(world)
    await comes_to(world, DUE - MINUTE)
    await world.dave.types("/conference +6591230010 +6591230011")
    await world.until(lambda: len(world.dests) == 3)
    await comes_to(world, DUE)
    await world.board_shows("Nobody was rung: the call needs 2 lines at once, and none is free.")
    assert buttons(world.board) == ["Ring as lines get free", "Call again"]


async def test_a_limit_is_said_in_the_open_and_whose_it_is(quiet_world: World) -> None:
    world = quiet_world
    world.settings["MAX_CONFERENCES_PER_HOUR"] = "1"
    await world.start_bot()
    for actor in (world.bob, world.carol):
        await actor.has_number()
    await is_set_up(world)
    await world.alice.types("/conference without me +6591230010")
    await world.until(lambda: len(world.dests) == 1)
    await comes_to(world, DUE)
    await world.board_shows("Nobody was rung: @alice, who set the standup up, would have passed a limit, 1 conferences")
    assert len(world.dests) == 1


async def test_a_group_and_a_team_are_looked_up_when_it_rings(world: World) -> None:
    group = world.slack.add_group("oncall", world.bob.person)
    await world.alice.types("/conference team core @carol")
    await is_reminded(world, "core @oncall")
    assert "Rings @carol and <!subteam^S0ONCALL>." in reading(reminder(world))
    group.members.append(world.dave.person)
    await world.alice.types("/conference team core add @alice")
    await rings(world, world.alice, world.bob, world.carol, world.dave)


async def test_called_again_it_rings_the_same_people_and_is_still_the_standup(world: World) -> None:
    for actor in (world.bob, world.carol):
        actor.phone.will_decline()
    await is_set_up(world)
    await comes_to(world, DUE)
    await world.until(lambda: buttons(world.board) == ["Call again"], within=120)
    await world.dave.presses("call_again")
    await world.board_shows("*Standup platform* · room", "called again by @dave", "@bob: ringing", "@carol: ringing")
    assert len(world.dests) == 4


async def test_where_the_bot_may_not_post_its_maker_is_told(world: World) -> None:
    secret = world.slack.add_channel("secret", world.alice.person, world.bob.person, bot_in=False)
    await world.alice.types("/conference standup platform @bob @carol daily 09:40 Asia/Singapore", secret)
    await comes_to(world, DUE)
    await world.alice.is_told(f"*Standup platform* in <#{secret.id}>: Nobody was rung: I am not in that channel")
    assert world.dests == []


# Late, missed, and clocks


async def is_down(world: World, until: datetime) -> None:
    """The bot is down, and started again at that moment."""
    await world.kill_bot()
    await comes_to(world, until)
    await world.start_bot()


async def test_four_minutes_late_it_is_rung(world: World) -> None:
    await is_set_up(world)
    await is_down(world, DUE + 4 * MINUTE)
    await world.until(lambda: len(world.dests) == 2)
    assert reminders(world) == []


async def test_six_minutes_late_it_is_missed_with_one_word(world: World) -> None:
    await is_reminded(world)
    await is_down(world, DUE + 6 * MINUTE)
    await world.until(lambda: shown_as(world, "missed"))
    (word,) = shown_as(world, "missed")
    assert reading(word).startswith("*Standup platform* was due at <!date^")
    assert "Rollcall was not running: nobody was rung. To call now, use the shortcut *Start a conference*." in reading(
        word
    )
    await reminder_shows(world, "Rollcall was not running; nobody was rung")
    assert buttons(reminder(world)) == []
    await world.advance(120)
    await world.kill_bot()
    await world.start_bot()
    await world.advance(30)
    assert (world.dests, len(shown_as(world, "missed"))) == ([], 1)


async def test_a_week_of_downtime_is_one_word_and_no_old_reminder_promises_a_ring(world: World) -> None:
    await world.alice.types("/conference team platform @bob @carol")
    await is_set_up(world, "")
    await comes_to(world, DUE - 5 * MINUTE)
    await world.until(lambda: reminders(world))
    await is_down(world, DUE + timedelta(days=6, minutes=30))
    await world.until(lambda: shown_as(world, "missed"))
    (word,) = shown_as(world, "missed")
    assert "it was missed 7 times in a row. To call now, type `/conference platform`." in reading(word)
    await reminder_shows(world, f"it was due at {AT}, and Rollcall was not running; nobody was rung")
    await world.advance(60)
    assert (world.dests, len(world.boards)) == ([], 2)


async def test_a_clock_that_is_set_back_after_it_rang_rings_nobody_again(world: World) -> None:
    await is_reminded(world)
    await rings(world, world.bob, world.carol)
    await world.kill_bot()
    await world.start_bot(now=world.now - timedelta(hours=1))
    # Its clock goes through the same hour once more.
    await world.advance(120)
    assert len(world.dests) == 2
    assert len(reminders(world)) == 1


@pytest.mark.parametrize(("ahead", "is_rung"), [(12 * MINUTE, True), (3 * 60 * MINUTE, False)])
async def test_a_clock_that_is_set_forward_rings_or_misses_it_and_not_both(
    world: World, ahead: timedelta, is_rung: bool
) -> None:
    await is_set_up(world)
    await world.kill_bot()
    await world.start_bot(now=world.now + ahead)
    await world.until(lambda: len(world.dests) == 2 if is_rung else shown_as(world, "missed"))
    await comes_to(world, DUE + MINUTE)
    assert (len(world.dests), len(shown_as(world, "missed"))) == ((2, 0) if is_rung else (0, 1))


# What is done by command while its channel has been told


async def is_moved(world: World, **filled: object) -> None:
    """Alice fills in the form for changes."""
    message = (await world.alice.types("/conference standup platform")).message
    assert message
    form = await world.alice.opens("standup_change", message)
    result = await world.slack.submit(world.alice.person, form, filled)  # type: ignore[arg-type]
    assert result.acked
    assert not result.errors
    await world.slack.view_closed(world.alice.person, world.slack.views(world.alice.person)[-1], everything=True)


async def test_moved_to_another_time_of_the_day_it_rings_then_and_the_reminder_says_so(world: World) -> None:
    await is_reminded(world)
    await world.bob.presses("standup_out", reminder(world))
    later = DUE + 20 * MINUTE
    await is_moved(world, time="10:00")
    await reminder_shows(world, f"at <!date^{int(later.timestamp())}^", "Out today: @bob.")
    await world.alice.presses("standup_skip_day", reminder(world))
    await is_moved(world, time="10:10")
    later += 10 * MINUTE
    await comes_to(world, later - 5 * MINUTE)
    assert world.dests == []
    await world.alice.presses("standup_ring_after_all", reminder(world))
    await world.bob.presses("standup_in", answers(world, world.bob)[-1])
    await comes_to(world, later)
    await world.until(lambda: sorted(world.dests) == [world.bob.number, world.carol.number])
    assert len(reminders(world)) == 1


async def test_moved_to_an_earlier_time_that_is_past_it_rings_no_more_that_day(world: World) -> None:
    await is_reminded(world)
    await is_moved(world, time="09:00")
    await reminder_shows(world, "skipped today by @alice, so nobody is rung")
    await world.alice.presses("standup_ring_after_all", reminder(world))
    await world.alice.is_told("Nothing was changed: *Standup platform* is not due today any more.")
    await comes_to(world, DUE)
    await world.advance(30)
    assert world.dests == []


async def test_paused_while_its_channel_has_been_told_it_rings_nobody(world: World) -> None:
    await is_reminded(world)
    with_buttons = reminder(world).blocks
    await world.alice.types("/conference standup platform pause")
    await reminder_shows(world, "it is paused, so nobody is rung")
    assert buttons(reminder(world)) == []
    reminder(world).blocks = with_buttons
    assert "It is paused, though" in await gives(world, world.bob, OTHER_NUMBER)
    await comes_to(world, DUE)
    await world.advance(30)
    await world.alice.types("/conference standup platform resume")
    await world.advance(30)
    assert world.dests == []
    assert "it is paused, so nobody is rung" in reading(reminder(world))


async def test_paused_and_resumed_before_it_is_due_it_rings(world: World) -> None:
    await is_reminded(world)
    await world.alice.types("/conference standup platform pause")
    await reminder_shows(world, "it is paused, so nobody is rung")
    await world.alice.types("/conference standup platform resume")
    await reminder_shows(world, f"*Standup platform* at {AT}", "Rings @bob and @carol.")
    await rings(world, world.bob, world.carol)


async def test_a_day_that_was_skipped_stays_so_when_it_is_paused_and_resumed(world: World) -> None:
    await is_reminded(world)
    await world.alice.presses("standup_skip_day", reminder(world))
    await world.alice.types("/conference standup platform pause")
    await world.until(lambda: buttons(reminder(world)) == [])
    await world.alice.types("/conference standup platform resume")
    await reminder_shows(world, "skipped today by @alice")
    await world.until(lambda: buttons(reminder(world)) == ["Ring after all"])
    await comes_to(world, DUE)
    await world.advance(30)
    assert world.dests == []


async def test_deleted_while_its_channel_has_been_told_it_rings_nobody(world: World) -> None:
    await is_reminded(world)
    await world.alice.types("/conference standup platform delete")
    await reminder_shows(world, "it was deleted by @alice, so nobody is rung")
    await comes_to(world, DUE)
    await world.advance(30)
    assert world.dests == []


# Accidents

TRANSACTIONS = 12
"""As many as a day surely has, from its reminder until it is a conference; what follows is played in test_restarts."""


@pytest.mark.parametrize("where", ["before", "after"])
@pytest.mark.parametrize("transaction", range(1, TRANSACTIONS + 1))
async def test_killed_around_a_commit(world: World, where: str, transaction: int) -> None:
    await is_set_up(world)
    await world.terminate_bot()
    await comes_to(world, DUE - 5 * MINUTE - timedelta(seconds=5))
    await world.start_bot(kill_at=f"{where}:{transaction}")
    await world.advance(15)
    if world.bot_is_running:
        await comes_to(world, DUE - timedelta(seconds=5))
    await world.until(lambda: not world.bot_is_running, within=60)
    await world.start_bot()
    await comes_to(world, max(DUE, world.now))
    await world.until(
        lambda: len(world.dests) == 2 or "nothing has been heard of it since" in world.board_text, within=900
    )
    await world.advance(60)
    assert len(world.rung) == len(set(world.rung))
    assert (len(reminders(world)), len(call_boards(world))) == (1, 1)
    assert "has begun" in reading(reminder(world))


@pytest.mark.parametrize("fault", ["429", "503", "before", "after"])
@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update", "*"])
async def test_slack_is_down_when_the_reminder_is_due(world: World, method: str, fault: str) -> None:
    await is_set_up(world)
    await comes_to(world, DUE - 5 * MINUTE - timedelta(seconds=2))
    match fault:
        case "429" | "503":
            world.slack.faults.fail(method, status=int(fault), retry_after=7 if fault == "429" else None, times=3)
        case _:
            world.slack.faults.reset(method, "after" if fault == "after" else "before", times=2)
    await world.until(lambda: reminders(world), within=60)
    await world.advance(30)
    await world.bob.presses("standup_out", reminder(world))
    await world.bob.is_told("You are out of *Standup platform* today")
    await world.bob.presses("standup_in", answers(world, world.bob)[-1])
    await rings(world, world.bob, world.carol)
    await reminder_shows(world, "has begun")


def answers(world: World, actor: Actor) -> list[Message]:
    """What only they see in the channel."""
    return [one for one in world.slack.seen_by(actor.person, world.channel) if one.ephemeral_to]


async def test_a_reminder_that_could_not_be_posted_in_time_is_not_posted_later(world: World) -> None:
    await is_set_up(world)
    world.slack.faults.fail("chat.postMessage", status=503, until=DUE + timedelta(seconds=20))
    await comes_to(world, DUE)
    await world.until(lambda: len(world.dests) == 2, within=200)
    await world.advance(60)
    assert reminders(world) == []
