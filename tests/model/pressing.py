"""What can be pressed on the boards, and whose phones may ring by it."""

import asyncio
import copy
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.slack import ActionResult, Message
from tests.harness.world import Actor, World
from tests.model.stored import StoredConference
from tests.model.watch import Watch

OLD_PICTURES = 40


@dataclass(frozen=True)
class Press:
    """Something to press on a board, as it is or once was: a button, or an option of a menu."""

    board: Message
    blocks: list[dict[str, Any]]
    action_id: str
    value: str | None
    text: str

    @property
    def conference_id(self) -> str:
        return (self.value or "").rpartition(":")[2]


class Buttons:
    """What stands on the boards, and the hands of these people that press it."""

    def __init__(self, world: World, watch: Watch, people: Sequence[Actor]) -> None:
        self._world = world
        self._watch = watch
        self._people = people
        self._old: deque[Press] = deque(maxlen=OLD_PICTURES)

    def can_be_pressed(self, *, action_id: str | None = None) -> list[Press]:
        """What stands on the boards, those of running conferences first, the newest of them first."""
        running = {one.conference_id for one in self._watch.stored.conferences() if one.is_running}
        boards = list(self._watch.boards.items())[::-1]
        boards.sort(key=lambda board: board[0] not in running)
        found = [press for _, board in boards for press in _on(board)]
        known = {(press.action_id, press.value) for press in self._old}
        self._old += [press for press in found if (press.action_id, press.value) not in known]
        return [press for press in found if action_id in {None, press.action_id}]

    def old_pictures(self) -> list[Press]:
        """What stood on a board at one time or other."""
        self.can_be_pressed()
        return list(self._old)

    async def press(self, person: Actor, press: Press) -> ActionResult:
        now = list(press.board.blocks)
        press.board.blocks[:] = press.blocks
        try:
            click = self._world.slack.click(person.person, press.board, press.action_id, value=press.value)
            clicking = asyncio.ensure_future(click)
            # What is sent along is put together before anything else can happen.
            await asyncio.sleep(0)
        finally:
            press.board.blocks[:] = now
        return await clicking

    def rung_by(self, press: Press, person: Actor) -> set[str]:
        """The numbers that may be rung once more when this is pressed, also if they are in a call at the moment."""
        conference = self.conference(press)
        if conference is None:
            return set()
        everybody = {call.number for call in conference.calls if call.number}
        everybody |= {self._number_of(user) for call in conference.calls for user in call.people}
        match press.action_id:
            case "ring_me":
                return {person.number}
            case "ring_again":
                return everybody
            case "call_menu":
                act, place, _ = str(press.value).split(":")
                call = conference.calls[int(place)] if int(place) < len(conference.calls) else None
                if act != "ring_again" or call is None:
                    return set()
                return {call.number} | {self._number_of(user) for user in call.people}
            case "call_again" | "ring_anew":
                left_out = {self._number_of(one) for one in (*conference.left_out, conference.caller_id)}
                return everybody | left_out | {person.number}
            case _:
                return set()

    def conference(self, press: Press) -> StoredConference | None:
        """The conference on whose board it stands."""
        found = (one for one in self._watch.stored.conferences() if one.conference_id == press.conference_id)
        return next(found, None)

    def _number_of(self, user_id: str) -> str:
        return next((actor.number for actor in self._people if actor.id == user_id), user_id)


def _on(board: Message) -> list[Press]:
    blocks = copy.deepcopy(board.blocks)
    found = []
    for block in blocks:
        for element in [*block.get("elements", []), block.get("accessory", {})]:
            match element:
                case {"type": "button", "action_id": str(action_id), "value": str(value)}:
                    found.append(Press(board, blocks, action_id, value, element["text"]["text"]))
                case {"type": "overflow", "action_id": str(action_id), "options": list(options)}:
                    found += [
                        Press(board, blocks, action_id, option["value"], option["text"]["text"]) for option in options
                    ]
    return found
