"""One conference of a campaign: who types what, how the phones behave, and what people press meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from sandbox.slack import CommandResult
from tests.harness.world import Actor, World
from tests.model.pressing import Buttons, Press
from tests.model.watch import Watch
from tests.torture.asked import Asked
from tests.torture.tally import chance_of

MOST_PHONES: Final = 8
LONGEST_WAIT_SECONDS: Final = 40.0
"""Until somebody presses something."""
TAKEN: Final = "On it: the board appears here in a moment."
NOT_KEPT: Final = "Rollcall could not write to its database, so nothing was done and nobody was rung."
"""There is no third answer: whoever types here has a number on file, what they type can be read, and whatever else goes
wrong does so later. "Something went wrong inside Rollcall" tells of an error that nobody foresaw."""

_TRIES: Final = 6
_BEGINS_ANOTHER: Final = ("call_again", "ring_anew")
_ACTIONS: Final = (
    *("ring_me", "ring_again", "hang_up", "call_menu", *_BEGINS_ANOTHER),
    *("ring_as_lines_get_free", "stop_waiting"),
)


@dataclass(frozen=True)
class Typed:
    """A command, and what came of it. `could_answer`: the bot listened all the while."""

    numbers: tuple[str, ...]
    result: CommandResult
    could_answer: bool

    @property
    def was_taken(self) -> bool:
        return self.result.acked and self.result.ack_text == TAKEN

    @property
    def was_refused(self) -> bool:
        return self.result.acked and self.result.ack_text.startswith(NOT_KEPT)

    @property
    def was_answered_wrongly(self) -> bool:
        """Also if Slack could not show the answer."""
        is_known = (self.was_taken or self.was_refused) and self.result.error is None
        return self.result.acked and not is_known


@dataclass
class Stage:
    """What the people of all conferences share. `life` says which life of the bot's it is, None while it is down."""

    world: World
    watch: Watch
    life: Callable[[], int | None]
    asked: Asked = field(default_factory=Asked)
    typed: list[Typed] = field(default_factory=list)
    pressed: int = 0

    async def type(self, person: Actor, text: str, numbers: tuple[str, ...]) -> Typed:
        """Type a command that asks for these phones."""
        before = self.life()
        result = await person.types(text)
        if not result.acked:
            # If the bot has just died, that is known by now.
            await self.world.clock.sleep(2.0)
        typed = Typed(numbers, result, before is not None and before == self.life())
        self.typed.append(typed)
        if not typed.was_refused:
            self.asked.for_conference(result.response_url, numbers)
        return typed


class Story:
    """A conference of one to eight phones that no other conference of the act rings."""

    def __init__(self, stage: Stage, seed: str, place: int, *, begins_within: float) -> None:
        self.name = f"conference {place}"
        self.steps: list[str] = []
        self._stage = stage
        self._chance = chance = chance_of(seed, self.name)
        phones = chance.randint(1, MOST_PHONES)
        self._calls_alone = phones == 1 or chance.random() < 0.2
        people = 1 + chance.randint(0, phones - 1)
        self.people = [
            stage.world.add_actor(f"c{place}p{one}", _number(place, one)) for one in range(people + self._calls_alone)
        ]
        guests = [_number(place, one) for one in range(len(self.people), phones + self._calls_alone)]
        self._guests = guests
        self._buttons = Buttons(stage.world, stage.watch, self.people)
        self._begins_at = chance.uniform(0.0, begins_within)
        self._presses = [chance.uniform(1.0, LONGEST_WAIT_SECONDS) for _ in range(chance.choice((0, 0, 0, 1, 1, 2, 3)))]
        for number in self.numbers:
            self._behave(number)

    @property
    def caller(self) -> Actor:
        return self.people[0]

    @property
    def numbers(self) -> list[str]:
        return [*(person.number for person in self.people), *self._guests]

    def _behave(self, number: str) -> None:
        phone, chance = self._stage.world.hoiio.phone(number), self._chance
        what = chance.random()
        if what < 0.55:
            phone.will_answer(chance.uniform(1.0, 20.0), chance.choice((None, 3.0, 30.0, 70.0, 150.0)))
        elif what < 0.75:
            phone.will_decline(chance.uniform(1.0, 15.0))
        elif what < 0.9:
            phone.will_ignore()
        else:
            phone.is_unreachable()

    async def play(self) -> None:
        clock = self._stage.world.clock
        await clock.sleep(self._begins_at)
        for _ in range(_TRIES):
            if await self._types():
                break
            await clock.sleep(self._chance.uniform(2.0, 20.0))
        for wait in self._presses:
            await clock.sleep(wait)
            await self._presses_something()

    async def _types(self) -> bool:
        """Type the command; whether they leave it at that."""
        others = self.people[1:]
        words = [*(f"@{person.person.name}" for person in others), *self._guests]
        if self._calls_alone:
            words.append("without me")
        called = tuple(self.numbers[1:] if self._calls_alone else self.numbers)
        typed = await self._stage.type(self.caller, " ".join(["/conference", *words]), called)
        said = typed.result.ack_text.split("\n")[0] if typed.result.acked else typed.result.error
        self._note(f"typed {' '.join(words)}: {said}")
        # Who was not answered may take it that it was done.
        return typed.was_taken or not (typed.was_refused or self._chance.random() < 0.85)

    async def _presses_something(self) -> None:
        stage = self._stage
        action, person = self._chance.choice(_ACTIONS), self._chance.choice(self.people)
        which = self._chance.random()
        ids = {person.id for person in self.people}
        mine = {one.conference_id for one in stage.watch.stored.conferences() if one.caller_id in ids}
        found = [
            press
            for press in self._buttons.can_be_pressed(action_id=action)
            if press.conference_id in mine and self._makes_sense(press)
        ]
        if not found:
            return
        press = found[int(which * len(found))]
        may_ring = self._buttons.rung_by(press, person)
        pressed = await self._buttons.press(person, press)
        if action in _BEGINS_ANOTHER:
            stage.asked.for_conference(pressed.response_url, self.numbers)
        else:
            stage.asked.besides(press.conference_id, may_ring)
        stage.pressed += 1
        self._note(f"{person.person.name} pressed {press.text} on {press.conference_id}")

    def _makes_sense(self, press: Press) -> bool:
        """Nobody has everybody rung anew whose phone has rung; the button asks for just that."""
        rang = any(leg.tag == press.conference_id for leg in self._stage.watch.own_legs)
        return press.action_id != "ring_anew" or not rang

    def _note(self, what: str) -> None:
        self.steps.append(f"{self._stage.world.clock.monotonic():7.1f}  {self.name}: {what}")


def _number(conference: int, place: int) -> str:
    return f"+6581{conference:02}{place:04}"
