"""One person's call within a conference: its states, and what one report from the carrier does to it.

A call goes `waiting → ringing → in_call → answered | unanswered | busy | failed`, or to `unknown` when nobody can tell
any more. Before, it may be `queued` until a line gets free; `not_rung` is one that was wanted while the conference ran,
and never came to be. Somebody rung again has a call more.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class CallState(StrEnum):
    """Where one person's call stands."""

    NOT_RUNG = "not_rung"
    QUEUED = "queued"
    WAITING = "waiting"
    RINGING = "ringing"
    UNKNOWN = "unknown"
    IN_CALL = "in_call"
    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    BUSY = "busy"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        """The call is over and how it went is known."""
        return self in _FINAL

    @property
    def is_open(self) -> bool:
        """The phone may ring, or the person may be in the call, for all that is known."""
        return self in _OPEN

    @property
    def can_be_rung_again(self) -> bool:
        """The phone was rung, and nobody came."""
        return self in _MISSED


_MISSED = frozenset({CallState.UNANSWERED, CallState.BUSY, CallState.FAILED})
_OPEN = frozenset({CallState.WAITING, CallState.RINGING, CallState.IN_CALL})
_FINAL = frozenset({CallState.ANSWERED, CallState.UNANSWERED, CallState.BUSY, CallState.FAILED})
_RANK = {state: rank for rank, state in enumerate(CallState)}


class NotRung(StrEnum):
    """Why a call that was wanted came to nothing, where the carrier was not even asked."""

    NO_LINES = "no_lines"
    ROOM_FULL = "room_full"
    NOT_SENT = "not_sent"
    CALLED_OFF = "called_off"
    WAITED_TOO_LONG = "waited_too_long"
    CALL_OVER = "call_over"
    NOT_ANY_MORE = "not_any_more"


@dataclass(frozen=True)
class Charge:
    """What one call cost: decimal money in the carrier's currency code."""

    currency: str
    debit: Decimal


@dataclass(frozen=True)
class Report:
    """What the carrier says of one call, in a notification or when asked.

    `state` is `ringing`, `in_call`, or one of a call that is over. `minutes` and `charge` are there once the call has
    ended, if the carrier said so.
    """

    state: CallState
    txn_ref: str | None = None
    dest: str | None = None
    minutes: int | None = None
    charge: Charge | None = None
    ended_at: datetime | None = None
    """When the call was over, as far as the carrier's words tell."""
    tag: str | None = None
    """What its request was tagged with: the conference's id."""


@dataclass(frozen=True)
class Participant:
    """One phone in a conference: a dest of the request, and those who share it."""

    number: str
    """E.164; empty once it has been forgotten."""
    people: tuple[str, ...] = ()
    """Slack ids of whose number it is; empty for a guest, whose number was typed."""
    state: CallState = CallState.WAITING
    txn_ref: str | None = None
    minutes: int | None = None
    charge: Charge | None = None
    ended_at: datetime | None = None
    told: CallState | None = None
    """The outcome that the thread has been told."""
    asked_by: str | None = None
    """Slack id of whoever had it rung, where that is not the caller."""
    asked_at: datetime | None = None
    """When that was, or when it was put into the queue."""
    dialed_at: datetime | None = None
    """When its request was about to leave."""
    answered_at: datetime | None = None
    """Since when somebody is in the call, as far as was learnt."""
    why: str | None = None
    """Why it was not rung, or why nobody knows whether it was: a NotRung, or the carrier's code."""
    is_muted: bool = False
    hang_up: bool = False
    """Somebody wants this call to be over."""

    @property
    def phone(self) -> str:
        """What all calls to one phone have in common; empty for a guest's whose number has been forgotten."""
        return self.number or " ".join(self.people)

    @property
    def is_in_doubt(self) -> bool:
        """Its request left, and whether it was taken is not known."""
        return self.state is CallState.WAITING and self.why is not None

    @property
    def is_under_way(self) -> bool:
        """Its request is about to leave or has left, and has not been answered."""
        return self.state is CallState.WAITING and self.dialed_at is not None and self.why is None

    @property
    def can_wait_for_a_line(self) -> bool:
        return self.state is CallState.NOT_RUNG and self.why in _PASSES_WITH_A_LINE and bool(self.number)

    def not_rung(self, why: str) -> "Participant":
        return replace(self, state=CallState.NOT_RUNG, why=why, dialed_at=None)

    def merged(self, report: Report) -> "Participant":
        """This call with a report taken in.

        Reports form an order: states by their rank, final ones by minutes and cost, which only grow. The higher
        of the two stays, so that any number of reports end in the same state, whatever their order, and however
        often each one comes.
        """
        txn_ref = self.txn_ref or report.txn_ref
        why = None if txn_ref else self.why
        if _order(report) <= _order(self):
            return replace(self, txn_ref=txn_ref, why=why)
        return replace(
            self,
            state=report.state,
            minutes=report.minutes,
            charge=report.charge,
            ended_at=report.ended_at,
            answered_at=self.answered_at if report.state is CallState.IN_CALL else None,
            txn_ref=txn_ref,
            why=why,
        )


_PASSES_WITH_A_LINE = frozenset({NotRung.NO_LINES, NotRung.ROOM_FULL})


def _order(call: Participant | Report) -> tuple[int, int, Decimal, str, int, float]:
    """Where a call's news stands among all that may be said of it. All ends of a call are of one height."""
    rank = _RANK[call.state]
    height = len(_RANK) if call.state.is_final else rank
    debit, currency = (call.charge.debit, call.charge.currency) if call.charge else (Decimal(-1), "")
    ended_at = call.ended_at.timestamp() if call.ended_at else 0.0
    return height, -1 if call.minutes is None else call.minutes, debit, currency, rank, ended_at
