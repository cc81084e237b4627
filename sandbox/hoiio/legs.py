"""One person's call within a conference: a leg."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, StrEnum

CURRENCY = "SGD"

_GMT_8 = timezone(timedelta(hours=8))
_DATE_FORMAT = "%Y-%m-%d %H:%M:%S"
_BILLED_BLOCK = timedelta(minutes=1)


class CallStatus(StrEnum):
    """`call_status_dest` of Hoiio conference/call, and `ongoing` of voice/query_status."""

    ONGOING = "ongoing"
    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    FAILED = "failed"
    BUSY = "busy"


class LegState(Enum):
    """Where a leg stands in its life; it only ever moves down this list."""

    QUEUED = "queued"
    DIALLING = "dialling"
    RINGING = "ringing"
    IN_CALL = "in call"
    ENDED = "ended"


@dataclass
class Leg:
    """One person's call. `rate` is SGD a minute; `placed_at` is the moment the request was taken."""

    txn_ref: str
    number: str
    room: str
    caller_id: str
    tag: str | None
    notify_url: str | None
    rate: Decimal
    placed_at: datetime
    state: LegState = LegState.QUEUED
    status: CallStatus = CallStatus.ONGOING
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    muted: bool = False

    @property
    def alive(self) -> bool:
        return self.state is not LegState.ENDED

    @property
    def minutes(self) -> int:
        """Whole minutes billed, each begun one counted; 0 for a call that was not answered or has not ended.

        Hoiio conference/call, Charges: per-minute blocks, starting when the destination answers.
        """
        if self.answered_at is None or self.ended_at is None:
            return 0
        return max(1, -((self.answered_at - self.ended_at) // _BILLED_BLOCK))

    @property
    def debit(self) -> Decimal:
        return self.rate * self.minutes

    @property
    def queried_status(self) -> str:
        """What voice/query_status says of it: `ongoing` from the answer on, and before that nothing yet.

        The documentation has no word for a phone that rings; were it `ongoing` too, nobody could tell the two apart.
        """
        return self.status if self.state in {LegState.IN_CALL, LegState.ENDED} else ""

    def notice(self) -> dict[str, str]:
        """The fields of a notification that are there in any state (Hoiio conference/call, Notifications)."""
        fields = {
            "dest": self.number,
            "call_status_dest": CallStatus.ANSWERED if self.state is LegState.IN_CALL else self.status,
            "txn_ref": self.txn_ref,
        }
        return fields | self._tag()

    def final_notice(self) -> dict[str, str]:
        """The fields of the notification of an ended call."""
        return self.notice() | {
            "date": gmt8(self.placed_at),
            "duration": str(self.minutes),
            "currency": CURRENCY,
            "rate": str(self.rate),
            "debit": str(self.debit),
        }

    def entry(self) -> dict[str, str]:
        """The fields of voice/query_status, and of one entry of voice/get_history."""
        fields = {
            "txn_ref": self.txn_ref,
            "dest1": self.number,
            "dest2": "",
            "call_status_dest1": self.queried_status,
            "call_status_dest2": "",
            "date": gmt8(self.placed_at),
            "currency": CURRENCY,
            "rate": str(self.rate),
        }
        if not self.alive:
            fields |= {"duration": str(self.minutes), "debit": str(self.debit)}
        return fields | self._tag()

    def _tag(self) -> dict[str, str]:
        return {} if self.tag is None else {"tag": self.tag}


def gmt8(moment: datetime) -> str:
    """An aware moment the way Hoiio writes it: `YYYY-MM-DD HH:mm:SS` in GMT+8."""
    return moment.astimezone(_GMT_8).strftime(_DATE_FORMAT)


def from_gmt8(text: str) -> datetime:
    """The moment that Hoiio writes so; raises ValueError for any other text."""
    moment = datetime.strptime(text, _DATE_FORMAT).replace(tzinfo=_GMT_8)
    if gmt8(moment) != text:
        raise ValueError(f"{text!r} is not YYYY-MM-DD HH:mm:SS")
    return moment
