"""The telephone exchange behind Hoiio's API: an account, its lines, its rooms, and the phones."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sandbox.clock import MovedClock
from sandbox.hoiio.agenda import Agenda
from sandbox.hoiio.legs import CallStatus, Leg, LegState
from sandbox.hoiio.phone import Answers, Declines, Phone, Text, Unreachable

LINES_PER_ACCOUNT = 8
"""Hoiio conference/call, Result Status: each account is allowed only 8 active calls at any point of time."""

PEOPLE_PER_ROOM = 8
"""Hoiio conference/call, Documentation: each room allows a maximum of 8 active participants."""

_FIRST_TXN_NUMBER = 141147
_FIRST_ROOM_NUMBER = 123
_RING_SECONDS = 30.0
_RING_GAP_SECONDS = 2.0
_UNREACHABLE_SECONDS = 2.0
_ENGAGED_SECONDS = 1.0


@dataclass(frozen=True)
class Ring:
    """A phone began to ring."""

    number: str
    txn_ref: str
    room: str
    tag: str | None
    at: datetime


class Exchange:
    """Rings phones one after another, joins those who answer, bills those who leave.

    Its settings are plain attributes, to be changed at any moment.
    """

    def __init__(self, clock: MovedClock) -> None:
        self.clock = clock
        self.agenda = Agenda(clock)

        self.balance = Decimal("100.000")
        """SGD left in the account."""
        self.rates = {"+": Decimal("0.035")}
        """SGD a minute by prefix; the longest prefix that fits the number counts."""
        self.text_rate = Decimal("0.050")
        """SGD an SMS."""
        self.trial = False
        """A trial account may call its registered number only."""
        self.registered_number = "+6560000000"
        """The account's registered number, which is also its default caller ID."""
        self.hoiio_numbers: set[str] = set()
        """Further numbers allowed as caller ID."""
        self.lines = LINES_PER_ACCOUNT
        """Calls that may be active at any moment."""
        self.unsupported_prefixes = {"+850"}
        """Prefixes that cannot be called."""
        self.unresolvable_hosts: set[str] = set()
        """Host names, in lower case, that Hoiio cannot look up."""
        self.rate_limits = {"conference/moderate": 60, "voice/hangup": 60, "user/get_balance": 60}
        """Requests a minute by call; one that is not here has no limit."""
        self.ring_seconds = _RING_SECONDS
        """How long a phone rings before it is `unanswered`."""
        self.ring_gap_seconds = _RING_GAP_SECONDS
        """How long after the previous phone of a request the next begins to ring."""
        self.on_change: Callable[[], None] | None = None
        """Called after any phone has changed."""

        self.legs: list[Leg] = []
        """Every call ever taken, in the order taken."""
        self.rings: list[Ring] = []
        """Every time a phone began to ring, in order."""

        self._alive: dict[str, Leg] = {}
        """The calls alive now, by txn_ref: to go through all that ever were takes long after a storm."""
        self._rooms_used: set[str] = set()
        self._phones: dict[str, Phone] = {}
        self._txn_numbers = itertools.count(_FIRST_TXN_NUMBER)
        self._room_numbers = itertools.count(_FIRST_ROOM_NUMBER)

    def phone(self, number: str) -> Phone:
        """The phone of that E.164 number, made at its first mention."""
        if number not in self._phones:
            self._phones[number] = Phone(number, self)
        return self._phones[number]

    @property
    def phones(self) -> tuple[Phone, ...]:
        """Every phone mentioned so far."""
        return tuple(self._phones.values())

    @property
    def active_lines(self) -> int:
        """Calls alive now: waiting for their turn, ringing, or in a room."""
        return len(self._alive)

    def active_in(self, room: str) -> int:
        """Calls alive now that lead to that room."""
        return sum(leg.room == room for leg in self._alive.values())

    def rooms(self) -> dict[str, tuple[str, ...]]:
        """The numbers in each room that has somebody in it."""
        rooms: dict[str, tuple[str, ...]] = {}
        for leg in self._alive.values():
            if leg.state is LegState.IN_CALL:
                rooms[leg.room] = (*rooms.get(leg.room, ()), leg.number)
        return rooms

    def leg(self, txn_ref: str) -> Leg | None:
        return self._alive.get(txn_ref) or next((leg for leg in self.legs if leg.txn_ref == txn_ref), None)

    def rate(self, number: str) -> Decimal:
        """SGD a minute to that number."""
        fitting = [prefix for prefix in self.rates if number.startswith(prefix)]
        return self.rates[max(fitting, key=len)]

    def new_room(self) -> str:
        """A room ID that no call has used yet."""
        return next(room for number in self._room_numbers if (room := f"R{number}") not in self._rooms_used)

    def place(
        self, numbers: list[str], *, room: str, caller_id: str, tag: str | None, notify_url: str | None
    ) -> list[Leg]:
        """Take a request: the first phone is called at once, the others one after another."""
        placed = [
            Leg(
                txn_ref=f"AA-C-{next(self._txn_numbers)}",
                number=number,
                room=room,
                caller_id=caller_id,
                tag=tag,
                notify_url=notify_url,
                rate=self.rate(number),
                placed_at=self.clock.now(),
            )
            for number in numbers
        ]
        self.legs.extend(placed)
        self._alive.update((leg.txn_ref, leg) for leg in placed)
        self._rooms_used.add(room)
        for turn, leg in enumerate(placed):
            if turn == 0:
                self._dial(leg)
            else:
                self._later(turn * self.ring_gap_seconds, leg, LegState.QUEUED, self._dial)
        return placed

    def answer(self, leg: Leg) -> None:
        """The phone of a ringing leg picks up: it is in the room, and billing starts."""
        leg.state = LegState.IN_CALL
        leg.answered_at = self.clock.now()
        self.leg_answered(leg)
        self.changed()

    def end(self, leg: Leg, status: CallStatus) -> None:
        """A leg ends so; one that has ended stays as it ended."""
        if not leg.alive:
            return
        leg.state = LegState.ENDED
        leg.status = status
        leg.ended_at = self.clock.now()
        self._alive.pop(leg.txn_ref, None)
        self.balance -= leg.debit
        phone = self.phone(leg.number)
        if phone.leg is leg:
            phone.leg = None
        self.leg_ended(leg)
        self.changed()

    def hang_up(self, leg: Leg) -> None:
        """Hoiio ends a leg, wherever it stands; one that was never answered is `unanswered`."""
        self.end(leg, CallStatus.ANSWERED if leg.state is LegState.IN_CALL else CallStatus.UNANSWERED)

    def deliver(self, number: str, text: Text) -> str:
        """Put an SMS on a phone; gives its reference."""
        self.phone(number).texts.append(text)
        self.changed()
        return f"AA-S-{next(self._txn_numbers)}"

    def changed(self) -> None:
        if self.on_change is not None:
            self.on_change()

    def leg_answered(self, leg: Leg) -> None:
        """For the API in front of the exchange: that leg was just answered."""

    def leg_ended(self, leg: Leg) -> None:
        """For the API in front of the exchange: that leg has just ended."""

    def _dial(self, leg: Leg) -> None:
        phone = self.phone(leg.number)
        if phone.leg is not None:
            leg.state = LegState.DIALLING
            self._end_later(_ENGAGED_SECONDS, leg, CallStatus.BUSY)
        elif isinstance(phone.behaviour, Unreachable):
            leg.state = LegState.DIALLING
            self._end_later(_UNREACHABLE_SECONDS, leg, CallStatus.FAILED)
        else:
            self._ring(phone, leg)

    def _ring(self, phone: Phone, leg: Leg) -> None:
        leg.state = LegState.RINGING
        phone.leg = leg
        phone.rings += 1
        self.rings.append(Ring(leg.number, leg.txn_ref, leg.room, leg.tag, self.clock.now()))
        match phone.behaviour:
            case Answers(after, stay):
                self._later(after, leg, LegState.RINGING, lambda leg: self._pick_up(leg, stay))
            case Declines(after):
                self._end_later(after, leg, CallStatus.BUSY)
        self._end_later(self.ring_seconds, leg, CallStatus.UNANSWERED)
        self.changed()

    def _pick_up(self, leg: Leg, stay: float | None) -> None:
        self.answer(leg)
        if stay is not None:
            self._end_later(stay, leg, CallStatus.ANSWERED)

    def _end_later(self, seconds: float, leg: Leg, status: CallStatus) -> None:
        self._later(seconds, leg, leg.state, lambda leg: self.end(leg, status))

    def _later(self, seconds: float, leg: Leg, state: LegState, act: Callable[[Leg], None]) -> None:
        """Do that in so many seconds, if the leg is in that state then."""

        def act_if_so() -> None:
            if leg.state is state:
                act(leg)

        self.agenda.after(seconds, act_if_so)
