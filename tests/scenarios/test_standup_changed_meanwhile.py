"""A standup that is moved, paused, skipped or deleted while its channel has been told of the day."""

from tests.harness.reading import buttons, reading
from tests.harness.world import World
from tests.scenarios.standup_day import (
    AT,
    DUE,
    MINUTE,
    OTHER_NUMBER,
    answers,
    comes_to,
    gives,
    is_reminded,
    reminder,
    reminder_shows,
    reminders,
    rings,
)


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
