"""What a conference is: its states, the people in it, and what one report from the carrier does to it.

A person's call goes `waiting → ringing → in_call → answered | unanswered | busy | failed`, or to `unknown` when
nobody can tell any more. A conference goes `new → dialing → live → ended`, or to `refused` (the carrier said no),
`unconfirmed` (its answer was lost) or `abandoned` (no phone was rung).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from conference.invitation import Invitation

MAX_PARTICIPANTS = 8
"""Active people in one room (Hoiio conference/call, `dest`: "A maximum of 8 numbers are allowed")."""


class CallState(StrEnum):
    """Where one person's call stands."""

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


_OPEN = frozenset({CallState.WAITING, CallState.RINGING, CallState.IN_CALL})
_FINAL = frozenset({CallState.ANSWERED, CallState.UNANSWERED, CallState.BUSY, CallState.FAILED})
_RANK = {state: rank for rank, state in enumerate(CallState)}


class ConferenceState(StrEnum):
    """Where a conference stands."""

    NEW = "new"
    DIALING = "dialing"
    LIVE = "live"
    UNCONFIRMED = "unconfirmed"
    ENDED = "ended"
    REFUSED = "refused"
    ABANDONED = "abandoned"


class Reason(StrEnum):
    """Why a conference was abandoned: no phone was rung."""

    NOBODY_TO_RING = "nobody_to_ring"
    ONLY_THE_CALLER = "only_the_caller"
    TOO_MANY = "too_many"
    GROUP_UNREADABLE = "group_unreadable"
    NO_BOARD = "no_board"
    TOO_LATE = "too_late"
    NOT_SENT = "not_sent"
    LIMIT = "limit"
    CALLER_IS_EXTERNAL = "caller_is_external"
    RUNG_ANEW = "rung_anew"


class LeftOutReason(StrEnum):
    """Why somebody who was asked for is not rung."""

    NO_NUMBER = "no_number"
    BOT = "bot"
    DEACTIVATED = "deactivated"
    IN_ANOTHER_CALL = "in_another_call"
    EXTERNAL = "external"
    NOT_ALLOWED = "not_allowed"
    GUESTS_OFF = "guests_off"
    NOT_WANTED = "not_wanted"
    QUIET_HOURS = "quiet_hours"
    RUNG_TOO_OFTEN = "rung_too_often"
    NUMBER_CHANGED = "number_changed"


class ConferenceKey(NamedTuple):
    """What names a conference: every row carries its workspace."""

    team_id: str
    conference_id: str


@dataclass(frozen=True)
class Charge:
    """What one call cost: decimal money in the carrier's currency code."""

    currency: str
    debit: Decimal


@dataclass(frozen=True)
class Report:
    """What the carrier says of one call, in a notification or when asked.

    `state` is never `waiting` or `unknown`. `minutes` and `charge` are there once the call has ended, if the
    carrier said so.
    """

    state: CallState
    txn_ref: str | None = None
    dest: str | None = None
    minutes: int | None = None
    charge: Charge | None = None
    ended_at: datetime | None = None
    """When the call was over, as far as the carrier's words tell."""


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

    def merged(self, report: Report) -> "Participant":
        """This call with a report taken in.

        Reports form an order: states by their rank, final ones by minutes and cost, which only grow. The higher
        of the two stays, so that any number of reports end in the same state, whatever their order, and however
        often each one comes.
        """
        txn_ref = self.txn_ref or report.txn_ref
        if _order(report) <= _order(self):
            return replace(self, txn_ref=txn_ref)
        return replace(
            self,
            state=report.state,
            minutes=report.minutes,
            charge=report.charge,
            ended_at=report.ended_at,
            txn_ref=txn_ref,
        )


def _order(call: Participant | Report) -> tuple[int, int, Decimal, str, int, float]:
    """Where a call's news stands among all that may be said of it. All ends of a call are of one height."""
    rank = _RANK[call.state]
    height = len(_RANK) if call.state.is_final else rank
    debit, currency = (call.charge.debit, call.charge.currency) if call.charge else (Decimal(-1), "")
    ended_at = call.ended_at.timestamp() if call.ended_at else 0.0
    return height, -1 if call.minutes is None else call.minutes, debit, currency, rank, ended_at


@dataclass(frozen=True)
class LeftOut:
    """Somebody who was asked for and is not rung: a person in the workspace, or a guest's number."""

    reason: LeftOutReason
    user_id: str | None = None
    number: str | None = None
    """A guest's; empty once it has been forgotten, as it is in a Participant."""
    until: datetime | None = None
    """When the reason passes by itself, if it does."""
    most: int | None = None
    """How much is enough, where the reason is a limit."""


@dataclass(frozen=True)
class Conference:
    """One conference, as stored. `version` grows with every change."""

    team_id: str
    conference_id: str
    """Also the `tag` of its calls."""
    channel_id: str
    caller_id: str
    """Slack id of the person who typed the command."""
    invitation: Invitation
    room: str
    notify_secret: str
    """The part of its notify_url that nobody can guess."""
    created_at: datetime
    response_url: str | None = None
    state: ConferenceState = ConferenceState.NEW
    reason: Reason | None = None
    detail: str | None = None
    """What is behind a refusal: Hoiio's code or Slack's, a LimitReached or a Shortage."""
    dialed_at: datetime | None = None
    ended_at: datetime | None = None
    told: ConferenceState | None = None
    """The state, of those that people must hear of, that the thread has been told."""
    board_ts: str | None = None
    """Slack's name for the board's message, once it is posted."""
    participants: tuple[Participant, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    version: int = 1

    @property
    def key(self) -> ConferenceKey:
        return ConferenceKey(self.team_id, self.conference_id)

    @property
    def is_prepared(self) -> bool:
        """Who is to be rung has been decided."""
        return bool(self.participants or self.left_out) or self.state is not ConferenceState.NEW

    @property
    def is_over(self) -> bool:
        """Nothing more will be rung or found out."""
        return self.state in _OVER or self.can_be_rung_anew

    @property
    def open_participants(self) -> tuple[Participant, ...]:
        return tuple(participant for participant in self.participants if participant.state.is_open)

    @property
    def can_be_rung_anew(self) -> bool:
        """The search for what became of the request is over, and found nothing."""
        return self.state is ConferenceState.UNCONFIRMED and not self.open_participants

    @property
    def costs(self) -> dict[str, Decimal]:
        """What all its calls cost together, by currency."""
        costs: dict[str, Decimal] = {}
        for participant in self.participants:
            if charge := participant.charge:
                costs[charge.currency] = costs.get(charge.currency, Decimal(0)) + charge.debit
        return costs

    def find(self, report: Report) -> Participant | None:
        """Whose call a report is about: by its txn_ref, or by its dest where only one of the two has a txn_ref."""
        for participant in self.participants:
            if report.txn_ref is not None and participant.txn_ref == report.txn_ref:
                return participant
        for participant in self.participants:
            if (
                participant.number
                and participant.number == report.dest
                and None in {participant.txn_ref, report.txn_ref}
            ):
                return participant
        return None

    def with_reports(self, reports: Iterable[Report], now: datetime) -> "Conference":
        """The conference with the carrier's reports taken in; those about calls it does not know change nothing."""
        conference = self
        for report in reports:
            participant = conference.find(report)
            if participant is None:
                continue
            merged = participant.merged(report)
            if merged == participant:
                continue
            conference = conference.with_participant(participant, merged)
            if conference.state in _PROVED_WRONG_BY_A_REPORT:
                # A phone did ring after all.
                conference = replace(conference, state=ConferenceState.LIVE, reason=None, detail=None)
        if conference.state is ConferenceState.ENDED and conference.open_participants:
            # Somebody of whom nobody could tell any more is in the call.
            conference = replace(conference, state=ConferenceState.LIVE, ended_at=None)
        return conference.settled(now)

    def with_participant(self, old: Participant, new: Participant) -> "Conference":
        return replace(
            self,
            participants=tuple(new if participant is old else participant for participant in self.participants),
        )

    def settled(self, now: datetime) -> "Conference":
        """The conference, ended if it was live and no call of it is open."""
        if self.state is not ConferenceState.LIVE or self.open_participants:
            return self
        ends = [participant.ended_at for participant in self.participants if participant.ended_at]
        # News comes a moment after the end; where it came much later, the carrier's own times tell more.
        came_late = bool(ends) and now - max(ends) > _NEWS_TAKES
        return replace(self, state=ConferenceState.ENDED, ended_at=max(ends) if came_late else now)


_OVER = frozenset({ConferenceState.ENDED, ConferenceState.REFUSED, ConferenceState.ABANDONED})

_NEWS_TAKES = timedelta(minutes=2)


_PROVED_WRONG_BY_A_REPORT = frozenset({ConferenceState.UNCONFIRMED, ConferenceState.REFUSED, ConferenceState.ABANDONED})
