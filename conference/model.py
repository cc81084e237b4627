"""What a conference is: its states, the people in it, and what reports from the carrier do to it.

A conference goes `new → dialing → live → ended`, or to `queued` (it waits for lines), `refused` (the carrier said no),
`unconfirmed` (its answer was lost) or `abandoned` (no phone was rung).
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from conference.calls import CallState, Participant, Report
from conference.invitation import Invitation
from conference.limits import LimitReached, read_limit

MAX_PARTICIPANTS = 8
"""Active people in one room (Hoiio conference/call, `dest`: "A maximum of 8 numbers are allowed")."""


class ConferenceState(StrEnum):
    """Where a conference stands."""

    NEW = "new"
    QUEUED = "queued"
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
    ALONE = "alone"
    NO_LINES = "no_lines"
    WAITED_TOO_LONG = "waited_too_long"
    CALLED_OFF = "called_off"


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
    OUT_TODAY = "out_today"


class ConferenceKey(NamedTuple):
    """What names a conference: every row carries its workspace."""

    team_id: str
    conference_id: str


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
    asked_by: str | None = None
    """Slack id of whoever wanted them in, where that is not the caller."""


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
    hung_up_by: str | None = None
    """Slack id of whoever ended it for all."""
    limit_reached: str | None = None
    """Whose wish for more phones was refused last while it ran, and the LimitReached: `U0ALICE rings_per_hour|…`."""
    phones_ahead: int | None = None
    """How many phones of other conferences come before its own in the queue; None if it waits for no line."""
    standup: str | None = None
    """The name of the standup that it is a call of; `caller_id` is whoever set that up. Else None."""
    occurrence_id: str | None = None
    """Which of the standup's days it is for."""
    due_at: datetime | None = None
    """When the standup was due; None if somebody began the call."""
    version: int = 1

    @property
    def key(self) -> ConferenceKey:
        return ConferenceKey(self.team_id, self.conference_id)

    @property
    def is_by_itself(self) -> bool:
        """It was due, and nobody's wish began it."""
        return self.due_at is not None

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
    def open_people(self) -> frozenset[str]:
        """Slack ids of those who are being rung or in the call, on whatever number."""
        return frozenset(user_id for call in self.open_participants for user_id in call.people)

    @property
    def to_ring(self) -> tuple[Participant, ...]:
        """Those whose phones are about to ring."""
        return tuple(participant for participant in self.participants if participant.state is CallState.WAITING)

    def call_at(self, place: int) -> Participant | None:
        """The call in that place, None if there is none."""
        return self.participants[place] if place < len(self.participants) else None

    @property
    def queued(self) -> tuple[Participant, ...]:
        return tuple(participant for participant in self.participants if participant.state is CallState.QUEUED)

    @property
    def queued_places(self) -> list[int]:
        """The places, among the participants, of those who wait for a line."""
        return [place for place, call in enumerate(self.participants) if call.state is CallState.QUEUED]

    @property
    def waits_for_lines(self) -> bool:
        """Somebody is not rung for want of a line, and may be put into the queue."""
        return (self.state is ConferenceState.LIVE or self.reason is Reason.NO_LINES) and any(
            participant.can_wait_for_a_line for participant in self.participants
        )

    @property
    def phones(self) -> tuple[tuple[int, Participant], ...]:
        """Each phone once, by its latest call that came to be, with the place of that call among the participants."""
        latest: dict[str, tuple[int, Participant]] = {}
        for place, call in enumerate(self.participants):
            # A guest's number that was forgotten is told from others by its place.
            phone = call.phone or f"{place}"
            if phone not in latest or call.state is not CallState.NOT_RUNG:
                latest[phone] = (place, call)
        return tuple(latest.values())

    @property
    def missed(self) -> tuple[tuple[int, Participant], ...]:
        """The phones at which nobody came, and that can be rung again."""
        return tuple((place, call) for place, call in self.phones if call.state.can_be_rung_again and call.number)

    @property
    def can_be_rung_anew(self) -> bool:
        """The search for what became of the request is over, and found nothing."""
        return self.state is ConferenceState.UNCONFIRMED and not self.open_participants

    @property
    def length(self) -> timedelta | None:
        """From the first that came in to the last that left, as far as the carrier's words tell; None if nobody was."""
        talks = [
            (call.ended_at - timedelta(minutes=call.minutes), call.ended_at)
            for call in self.participants
            if call.state is CallState.ANSWERED and call.ended_at and call.minutes
        ]
        return max(end for _, end in talks) - min(begin for begin, _ in talks) if talks else None

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
        # Of two calls to one phone the later one is the one that rings.
        for participant in reversed(self.participants):
            if participant.state in _NEVER_ASKED_FOR:
                continue
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
            if merged.state is CallState.IN_CALL and participant.state is not CallState.IN_CALL:
                merged = replace(merged, answered_at=now)
            conference = conference.with_participant(participant, merged)
            if conference.state in _PROVED_WRONG_BY_A_REPORT:
                # A phone did ring after all.
                conference = replace(conference, state=ConferenceState.LIVE, reason=None, detail=None)
        if conference.state is ConferenceState.ENDED and conference.open_participants:
            # Somebody of whom nobody could tell any more is in the call.
            conference = replace(conference, state=ConferenceState.LIVE, ended_at=None)
            if conference.hung_up_by:
                conference = conference.with_participants(
                    lambda call: replace(call, hang_up=True) if call.state.is_open else call
                )
        return conference.settled(now)

    def with_participant(self, old: Participant, new: Participant) -> "Conference":
        return replace(
            self,
            participants=tuple(new if participant is old else participant for participant in self.participants),
        )

    def with_participants(self, change: Callable[[Participant], Participant]) -> "Conference":
        return replace(self, participants=tuple(map(change, self.participants)))

    def with_calls(self, places: Collection[int], change: Callable[[Participant], Participant]) -> "Conference":
        """The conference with the calls in these places changed."""
        participants = tuple(change(call) if place in places else call for place, call in enumerate(self.participants))
        return replace(self, participants=participants)

    def without_queue(self, why: str) -> "Conference":
        """The conference with nobody in the queue: those who waited are not rung."""
        return replace(self.with_calls(self.queued_places, lambda call: call.not_rung(why)), phones_ahead=None)

    def with_limit_reached(self, user_id: str, limit: LimitReached) -> "Conference":
        """The conference, of which admins hear that it was this limit that refused somebody more phones."""
        return replace(self, limit_reached=f"{user_id} {limit}")

    @property
    def limits_reached(self) -> list[tuple[str, LimitReached]]:
        """The limits that it ran into, each with the Slack id of whom it refused."""
        reached = [f"{self.caller_id} {self.detail}"] if self.reason is Reason.LIMIT else []
        reached += [self.limit_reached] if self.limit_reached else []
        refused = (one.split(" ", 1) for one in reached)
        return [(user_id, read_limit(limit)) for user_id, limit in refused]

    def abandoned(self, reason: Reason, detail: str | None = None) -> "Conference":
        return replace(self, state=ConferenceState.ABANDONED, reason=reason, detail=detail, phones_ahead=None)

    def settled(self, now: datetime) -> "Conference":
        """The conference, ended if it was live, no call of it is open, and none waits for a line."""
        if self.state is not ConferenceState.LIVE or self.open_participants or self.queued:
            return self
        ends = [participant.ended_at for participant in self.participants if participant.ended_at]
        # News comes a moment after the end; where it came much later, the carrier's own times tell more.
        came_late = bool(ends) and now - max(ends) > _NEWS_TAKES
        return replace(self, state=ConferenceState.ENDED, ended_at=max(ends) if came_late else now, phones_ahead=None)


_OVER = frozenset({ConferenceState.ENDED, ConferenceState.REFUSED, ConferenceState.ABANDONED})

_NEVER_ASKED_FOR = frozenset({CallState.NOT_RUNG, CallState.QUEUED})

_NEWS_TAKES = timedelta(minutes=2)

_PROVED_WRONG_BY_A_REPORT = frozenset({ConferenceState.UNCONFIRMED, ConferenceState.REFUSED, ConferenceState.ABANDONED})
