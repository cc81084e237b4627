"""The phones that Hoiio rings, and the people who hold them."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from sandbox.hoiio.errors import PhoneError
from sandbox.hoiio.legs import CallStatus, Leg, LegState


class PhoneState(Enum):
    IDLE = "idle"
    RINGING = "ringing"
    IN_CALL = "in_call"


@dataclass(frozen=True)
class Text:
    """An SMS as the phone received it (Hoiio sms/send)."""

    message: str
    sender_name: str
    tag: str | None
    at: datetime


@dataclass(frozen=True)
class Answers:
    """Picks up `after` seconds of ringing, and hangs up after `stay` seconds in the call (None: stays)."""

    after: float
    stay: float | None


@dataclass(frozen=True)
class Declines:
    """Presses the red button `after` seconds of ringing."""

    after: float


@dataclass(frozen=True)
class Rings:
    """Rings until acted on, or until the exchange gives up."""


@dataclass(frozen=True)
class Unreachable:
    """Switched off: never rings, the network gives up on it."""


Behaviour = Answers | Declines | Rings | Unreachable


class Network(Protocol):
    """What a phone needs of the exchange it hangs on."""

    def answer(self, leg: Leg) -> None: ...

    def end(self, leg: Leg, status: CallStatus) -> None: ...

    def changed(self) -> None: ...


class Phone:
    """A phone. `will_answer` and its like set what it does when rung; an act may come before that."""

    def __init__(self, number: str, network: Network) -> None:
        self.number = number
        self.rings = 0
        """How many times it ever rang; a call that found it engaged or unreachable did not ring."""
        self.texts: list[Text] = []
        self.behaviour: Behaviour = Rings()
        self.leg: Leg | None = None
        """The call that rings here or that it is in."""
        self._network = network

    @property
    def state(self) -> PhoneState:
        if self.leg is None:
            return PhoneState.IDLE
        return PhoneState.IN_CALL if self.leg.state is LegState.IN_CALL else PhoneState.RINGING

    @property
    def room(self) -> str | None:
        """The conference room it is in; None until it has answered."""
        return self.leg.room if self.leg is not None and self.leg.state is LegState.IN_CALL else None

    @property
    def caller_id(self) -> str | None:
        """The number on its display while it rings or talks: a number, or `private`."""
        return None if self.leg is None else self.leg.caller_id

    @property
    def in_reach(self) -> bool:
        """Whether it rings when it is called."""
        return not isinstance(self.behaviour, Unreachable)

    @property
    def muted(self) -> bool:
        return self.leg is not None and self.leg.muted

    def answer(self) -> None:
        """Pick up. Raises PhoneError if it does not ring."""
        self._network.answer(self._leg_in(PhoneState.RINGING))

    def decline(self) -> None:
        """Press the red button: the caller hears it is busy. Raises PhoneError if it does not ring."""
        self._network.end(self._leg_in(PhoneState.RINGING), CallStatus.BUSY)

    def hang_up(self) -> None:
        """Leave the call. Raises PhoneError if it is in none."""
        self._network.end(self._leg_in(PhoneState.IN_CALL), CallStatus.ANSWERED)

    def will_answer(self, after: float = 3.0, stay: float | None = None) -> None:
        """From its next ring on: answer `after` seconds, hang up `stay` seconds later (None: never)."""
        self._behave(Answers(after, stay))

    def will_decline(self, after: float = 2.0) -> None:
        """From its next ring on: decline `after` seconds, so the call is `busy`."""
        self._behave(Declines(after))

    def will_ignore(self) -> None:
        """From its next ring on: let it ring out, so the call is `unanswered`."""
        self._behave(Rings())

    def does_nothing(self) -> None:
        """The default: ring until acted on or rung out."""
        self._behave(Rings())

    def is_unreachable(self) -> None:
        """From the next call on: never ring, so the call is `failed` after a couple of seconds."""
        self._behave(Unreachable())

    def _behave(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self._network.changed()

    def _leg_in(self, state: PhoneState) -> Leg:
        if self.leg is None or self.state is not state:
            raise PhoneError(f"{self.number} is {self.state.value}, not {state.value}: nothing was done.")
        return self.leg
