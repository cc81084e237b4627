"""What the visitor does: each act goes through the stand-ins' own people and phones, as a test's would."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final

from sandbox.hoiio import Phone, PhoneError, PhoneState
from sandbox.page.faults import FaultSwitches
from sandbox.page.pace import RATES, Pace
from sandbox.slack import Channel, JsonObject, Message, Person, View
from sandbox.slack.escaping import escape_typed
from sandbox.world import SHORTCUTS, NextLook, World

COMMAND: Final = "/conference"
_INVITE: Final = "/invite"
_WORD: Final = re.compile(r"/\S*")
_BEFORE_STANDUP: Final = timedelta(seconds=3)
"""How long before a standup the clock comes to: what the bot does then, the visitor sees happen."""


class ActError(Exception):
    """An act that could not be done. The text is for the visitor."""


class Acts:
    """Carries out acts. `refresh` redraws for everybody what has no observer of its own."""

    def __init__(
        self, world: World, pace: Pace, next_look: NextLook, faults: FaultSwitches, refresh: Callable[[], None]
    ) -> None:
        self.silenced: set[str] = set()
        """The calls, by txn_ref, that somebody hears and lets ring."""
        self._world = world
        self._pace = pace
        self._next_look = next_look
        self._faults = faults
        self._refresh = refresh
        self._by_name: dict[str, Callable[[Person, JsonObject], Awaitable[JsonObject]]] = {
            "type": self._type,
            "click": self._click,
            "submit": self._submit,
            "close": self._close,
            "shortcut": self._shortcut,
            "home": self._home,
            "phone": self._phone,
            "clock": self._clock,
            "next_standup": self._next_standup,
            "fault": self._fault,
            "forge": self._forge,
        }

    async def do(self, person: Person, asked: JsonObject) -> JsonObject:
        """Do what was asked, as that person. Raises ActError."""
        act = self._by_name.get(str(asked.get("act")))
        if act is None:
            raise ActError("The page asked for something that the demo does not know.")
        try:
            return await act(person, asked)
        except PhoneError as error:
            # It names the phone by its number, which only its owner may read.
            raise ActError("That phone has changed in the meantime: nothing was done.") from error
        except (LookupError, ValueError, TypeError) as error:
            # Things change while a person looks: a button is gone, a menu has other options.
            raise ActError("That is no longer there to be done.") from error

    # In the workspace

    async def _type(self, person: Person, asked: JsonObject) -> JsonObject:
        channel, text = self._channel(person, asked), str(asked["text"]).strip()
        root = self._message(person, asked["thread"]) if asked.get("thread") else None
        word = _WORD.match(text)
        if not text:
            raise ActError("There is nothing to send.")
        if word is None:
            self._world.slack.say(person, channel, escape_typed(self._world.slack.workspace, text), thread=root)
        elif root is not None:
            self._slackbot(person, channel, f"`{word[0]}` is not supported in threads. Sorry!", root)
        elif word[0] == COMMAND:
            with self._pace.unhurried():
                await self._world.slack.command(person, channel, text)
        elif word[0] == _INVITE:
            self._invite(person, channel, text)
        else:
            self._slackbot(
                person,
                channel,
                f"`{word[0]}` is not a valid command. In Slack, all messages that start with the “/” character are "
                "interpreted as commands.",
            )
        return {}

    def _invite(self, person: Person, channel: Channel, text: str) -> None:
        bot = self._world.slack.bot
        if f"@{bot.name}" not in text.lower():
            self._slackbot(person, channel, f"This workspace has nobody else to invite. Try `/invite @{bot.name}`.")
        elif channel.bot_in:
            self._slackbot(person, channel, f"{bot.mention} is already in this channel.")
        else:
            channel.bot_in = True
            self._world.slack.say(person, channel, f"_invited {bot.mention} to this channel_")
            self._refresh()

    def _slackbot(self, person: Person, channel: Channel, text: str, root: Message | None = None) -> None:
        workspace = self._world.slack.workspace
        thread_ts = None if root is None else root.thread_ts or root.ts
        workspace.post(channel, workspace.slackbot, text, ephemeral_to=person, thread_ts=thread_ts, via="slackbot")

    async def _click(self, person: Person, asked: JsonObject) -> JsonObject:
        where = self._view(person, asked["view"]) if asked.get("view") else self._message(person, asked["message"])
        with self._pace.unhurried():
            went = await self._world.slack.click(
                person,
                where,
                str(asked["action_id"]),
                value=asked.get("value"),
                state=asked.get("state") or {},
                block_id=asked.get("block_id"),
            )
        return _unanswered(went.error)

    async def _submit(self, person: Person, asked: JsonObject) -> JsonObject:
        view = self._view(person, asked["view"])
        with self._pace.unhurried():
            went = await self._world.slack.submit(person, view, asked.get("values") or {})
        return {"errors": went.errors, **_unanswered(went.error)}

    async def _close(self, person: Person, asked: JsonObject) -> JsonObject:
        view = self._view(person, asked["view"])
        with self._pace.unhurried():
            await self._world.slack.view_closed(person, view)
        return {}

    async def _shortcut(self, person: Person, asked: JsonObject) -> JsonObject:
        (shortcut,) = (one for one in SHORTCUTS if one.callback_id == asked["callback_id"])
        # A message has its channel; a global one may be chosen where there is none, as on the Home tab.
        message = self._message(person, asked["message"]) if shortcut.type == "message" else None
        channel = self._channel(person, asked) if message is None and asked.get("channel") else None
        with self._pace.unhurried():
            went = await self._world.slack.shortcut(person, shortcut.callback_id, message, channel=channel)
        return _unanswered(went.error)

    async def _home(self, person: Person, _: JsonObject) -> JsonObject:
        with self._pace.unhurried():
            went = await self._world.slack.open_home(person)
        return _unanswered(went.error)

    # At the phones

    async def _phone(self, _: Person, asked: JsonObject) -> JsonObject:
        phone = self._phone_of(str(asked["phone"]))
        match asked["does"]:
            case "answer":
                phone.answer()
            case "decline":
                phone.decline()
            case "hang_up":
                phone.hang_up()
            case "let_ring" if phone.leg is not None:
                self.silenced.add(phone.leg.txn_ref)
            case "out_of_reach":
                phone.is_unreachable()
            case "in_reach":
                phone.does_nothing()
            case other:
                raise ActError(f"A phone can't {other} just now.")
        self._refresh()
        return {}

    def _phone_of(self, phone_id: str) -> Phone:
        return {f"phone-{place}": phone for place, phone in enumerate(self._world.hoiio.phones)}[phone_id]

    # Above the world

    async def _clock(self, _: Person, asked: JsonObject) -> JsonObject:
        self._pace.choose(int(asked["rate"]))
        self._refresh()
        return {}

    async def _next_standup(self, _: Person, _asked: JsonObject) -> JsonObject:
        """Move on to where the bot says something about a standup, or rings it; from there at real speed."""
        if any(phone.state is not PhoneState.IDLE for phone in self._world.hoiio.phones):
            raise ActError("A call is going on, and would last until then. Hang up first.")
        moment = await self._next_look()
        if moment is None:
            raise ActError(
                "No standup lies ahead. Send /conference standup sync @bob @carol weekdays 09:30, and press this again."
            )
        self._pace.choose(RATES[0])
        await self._world.clock.advance_to(moment - _BEFORE_STANDUP)
        self._refresh()
        return {}

    async def _fault(self, _: Person, asked: JsonObject) -> JsonObject:
        self._faults.turn(str(asked["name"]), bool(asked["on"]))
        self._refresh()
        return {}

    async def _forge(self, _: Person, _asked: JsonObject) -> JsonObject:
        if not await self._faults.forge():
            raise ActError("Hoiio has no address to tell yet: start a conference first.")
        return {}

    # Whatever was named

    def _channel(self, person: Person, asked: JsonObject) -> Channel:
        channel = self._world.slack.workspace.channels[str(asked["channel"])]
        if person not in channel.members:
            raise ActError(f"{person.real_name} is not in that channel.")
        return channel

    def _message(self, person: Person, ts: Any) -> Message:
        for message in self._world.slack.workspace.messages:
            if message.ts == ts and not message.deleted and person in message.channel.members:
                return message
        raise ActError("That message is gone.")

    def _view(self, person: Person, view_id: Any) -> View:
        home = self._world.slack.home(person)
        for view in (*self._world.slack.views(person), *([home] if home else [])):
            if view.id == view_id:
                return view
        raise ActError("That form is closed.")


def _unanswered(error: str | None) -> JsonObject:
    """What a person is shown when the app does not acknowledge what they did."""
    if error is None:
        return {}
    if error == "operation_timeout":
        return {"error": "Rollcall did not answer within 3 seconds. Try again."}
    return {"error": f"Something went wrong: {error}. Try again."}
