"""What a person of the demo sees, as JSON for the page."""

from collections.abc import Callable
from dataclasses import asdict

from sandbox.hoiio import Phone
from sandbox.page.masking import masked_number
from sandbox.slack import EMOJI, Channel, JsonObject, Message, Person, View
from sandbox.world import SHORTCUTS, World

_TEXTS_SHOWN = 3


def person(world: World, somebody: Person) -> JsonObject:
    return {
        "id": somebody.id,
        "name": somebody.name,
        "real_name": somebody.real_name,
        "tz": somebody.tz,
        "is_bot": somebody.is_bot,
        "is_admin": somebody.is_admin,
        "acts": somebody.name in world.people,
    }


def channel(its: Channel) -> JsonObject:
    return {
        "id": its.id,
        "name": its.name,
        "is_direct": its.is_direct,
        "bot_in": its.bot_in,
        "members": [member.id for member in its.members],
    }


def channels(world: World, viewer: Person) -> list[JsonObject]:
    """The channels that the viewer is in, and their direct message with the bot."""
    joined = [c for c in world.channels.values() if viewer in c.members]
    return [channel(c) for c in (*joined, world.slack.direct_channel(viewer))]


def all_channels(world: World) -> list[JsonObject]:
    """Every channel that has a name, for what mentions it."""
    return [channel(c) for c in world.channels.values()]


def sees(world: World, viewer: Person, message: Message) -> bool:
    if viewer not in message.channel.members or message.deleted:
        return False
    return message.ephemeral_to in (None, viewer)


def message(its: Message) -> JsonObject:
    return {
        "ts": its.ts,
        "channel": its.channel.id,
        "user": its.user.id,
        "text": its.text,
        "blocks": its.blocks,
        "thread_ts": its.thread_ts if its.is_reply else None,
        "broadcast": its.broadcast,
        "edited": its.edited,
        "only_you": its.ephemeral_to is not None,
    }


def messages(world: World, viewer: Person) -> list[JsonObject]:
    return [message(m) for m in world.slack.workspace.messages if sees(world, viewer, m)]


def view(its: View | None) -> JsonObject | None:
    return None if its is None else {"id": its.id, "hash": its.hash, **its.body}


def views(world: World, viewer: Person) -> JsonObject:
    """The modals open in front of the viewer, the top one last, and their Home tab."""
    return {"modals": [view(v) for v in world.slack.views(viewer)], "home": view(world.slack.home(viewer))}


def phone(world: World, its: Phone, place: int, is_silenced: Callable[[str], bool]) -> JsonObject:
    """A phone. Its number is masked to everybody: its owner's name is what it is known by.

    Whatever lies on the table is read by whoever stands there: texts stand in full, and so does who calls.
    """
    owner, leg = world.owner(its.number), its.leg
    return {
        "id": f"phone-{place}",
        "owner": None if owner is None else owner.id,
        "number": masked_number(its.number),
        "state": its.state.value,
        "silenced": leg is not None and is_silenced(leg.txn_ref),
        "in_reach": its.in_reach,
        "room": None if leg is None else leg.room,
        "caller": None if its.caller_id is None else _caller(its.caller_id),
        "answered_at": None if leg is None or leg.answered_at is None else leg.answered_at.timestamp(),
        "rate": None if leg is None else str(leg.rate),
        "muted": its.muted,
        "texts_received": len(its.texts),
        "texts": [
            {"from": text.sender_name, "text": text.message, "at": text.at.timestamp()}
            for text in its.texts[-_TEXTS_SHOWN:]
        ],
    }


def workspace(world: World) -> JsonObject:
    """What is the same for everybody and stays so."""
    everybody = world.slack.workspace.people.values()
    return {
        "people": [person(world, somebody) for somebody in everybody],
        "groups": [
            {"id": g.id, "handle": g.handle, "members": [m.id for m in g.members]}
            for g in world.slack.workspace.groups.values()
        ],
        "bot": world.slack.bot.id,
        "shortcuts": [asdict(shortcut) for shortcut in SHORTCUTS],
        "emoji": EMOJI,
    }


def me(world: World, viewer: Person) -> JsonObject:
    """What the viewer alone knows: their number in full, as they would type it."""
    return {
        "id": viewer.id,
        "number": _written(world.numbers[viewer.name]),
        "starts_with_number": viewer.name in world.on_file,
    }


def _caller(caller_id: str) -> str:
    return _written(caller_id) if caller_id.startswith("+") else caller_id


def _written(number: str) -> str:
    """A number of Singapore as people write it."""
    return f"{number[:3]} {number[3:7]} {number[7:]}"
