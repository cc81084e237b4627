"""The standup platform on its day: set up, told of and rung, and what people do meanwhile. Tests share this."""

from datetime import UTC, datetime, timedelta

from sandbox.slack import Message
from tests.harness.reading import reading
from tests.harness.world import Actor, World

DUE = datetime(2026, 11, 20, 1, 40, tzinfo=UTC)
"""09:40 in Singapore, ten minutes after the clock's first moment, on a Friday."""
MINUTE = timedelta(minutes=1)
AT = f"<!date^{int(DUE.timestamp())}^{{time}}|01:40 UTC>"
OTHER_NUMBER = "+6591239999"


async def is_set_up(world: World, whom: str = "@bob @carol") -> None:
    """Alice sets the standup platform up."""
    result = await world.alice.types(f"/conference standup platform {whom} daily 09:40 Asia/Singapore")
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


async def gives(world: World, actor: Actor, typed: str) -> str:
    """Fill in the form; returns what stands under its field, or in the form's place."""
    form = await actor.opens("standup_other_number", reminder(world))
    result = await world.slack.submit(actor.person, form, {"other_number": typed})
    assert result.acked
    shown = world.slack.views(actor.person)[-1]
    await world.slack.view_closed(actor.person, shown, everything=True)
    await world.advance(2)
    return result.errors.get("other_number") or str(shown.blocks)


def answers(world: World, actor: Actor) -> list[Message]:
    """What only they see in the channel."""
    return [one for one in world.slack.seen_by(actor.person, world.channel) if one.ephemeral_to]
