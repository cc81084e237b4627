"""What hypothesis makes up for the unit tests: people, numbers, reports and whole conferences."""

import itertools
import operator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import phonenumbers
from hypothesis import strategies as st

from conference.calls import CallState, Charge, NotRung, Participant, Report
from conference.invitation import CallerWish, Group, Guest, Invitation, Invitee, Person
from conference.limits import Limit, LimitReached
from conference.lines import LinesHeld, LinesShort
from conference.model import Conference, ConferenceState, LeftOut, LeftOutReason, Reason

BEGUN_AT = datetime(2026, 11, 20, 1, 30, 0, 250_000, tzinfo=UTC)

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def _written_out(region: str) -> str:
    number = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    assert number is not None, region
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


_REGIONS = ("SG", "GB", "US", "DE", "IN", "BR", "JP", "AR", "MX", "CI", "AU", "CN")
NUMBERS = (*map(_written_out, _REGIONS), "+6591234567", "+6581234567", "+390612345678")
"""Mobile numbers of many countries, two of one country, and one whose leading zero belongs to it."""

numbers = st.sampled_from(NUMBERS)
_ids = st.text(_ALPHABET, min_size=1, max_size=10)
user_ids = st.builds(operator.add, st.sampled_from("UW"), _ids)
group_ids = _ids.map("S{}".format)

_invitees: st.SearchStrategy[Invitee] = st.one_of(
    st.builds(Person, user_ids), st.builds(Group, group_ids), st.builds(Guest, numbers)
)
invitations = st.builds(
    lambda invitees, caller: Invitation(tuple(dict.fromkeys(invitees)), caller),
    st.lists(_invitees, max_size=12),
    st.sampled_from([wish for wish in CallerWish if wish is not CallerWish.AS_INVITED]),
).filter(lambda invitation: invitation.invitees or invitation.caller is not CallerWish.IF_POSSIBLE)
"""What can be typed."""
amounts = st.integers(0, 1_000_000).map(lambda thousandths: Decimal(thousandths).scaleb(-3))
"""What something may cost; `st.decimals` takes several times as long."""
charges = st.builds(Charge, st.sampled_from(["SGD", "USD"]), amounts)
_OURS = {CallState.NOT_RUNG, CallState.QUEUED, CallState.WAITING, CallState.UNKNOWN}
"""States that no carrier reports."""

reported_states = st.sampled_from([state for state in CallState if state not in _OURS])


def reports_about(txn_ref: str, dest: str) -> st.SearchStrategy[Report]:
    """Anything that a carrier may say of one call."""
    return st.builds(
        Report,
        reported_states,
        st.just(txn_ref),
        st.just(dest),
        st.none() | st.integers(0, 600),
        st.none() | charges,
    )


TIMED = {LeftOutReason.QUIET_HOURS, LeftOutReason.RUNG_TOO_OFTEN}
"""Reasons that pass by themselves."""

MICROSECOND = timedelta(microseconds=1)
_FIRST = datetime(2026, 1, 1, tzinfo=UTC)
moments = st.integers(0, timedelta(days=729) // MICROSECOND).map(lambda micros: _FIRST + micros * MICROSECOND)
limits_reached = st.builds(
    LimitReached, st.sampled_from(Limit), st.from_regex(r"[1-9][0-9]{0,8}( [A-Z]{3})?", fullmatch=True), moments
)


_held = st.builds(LinesHeld, st.sampled_from(["T1", "T2"]), user_ids, st.integers(1, 8), moments)
lines_shorts = st.builds(
    LinesShort, st.integers(1, 8), st.integers(0, 7), st.lists(_held, max_size=9).map(tuple), st.integers(0, 99)
)
_codes = st.none() | st.text(max_size=120)
whys = st.none() | st.sampled_from(NotRung) | st.sampled_from(["error_dest_invalid", "restart", "ReadTimeout"]) | _codes
"""Why a call was not rung, or why nobody knows whether it was."""


def details(reason: Reason | None) -> st.SearchStrategy[str | None]:
    """What may stand behind a refusal: of a limit, which it was; of lines, how many there were."""
    match reason:
        case Reason.LIMIT:
            return limits_reached.map(str)
        case Reason.NO_LINES:
            return lines_shorts.map(str) | st.just("error_concurrent_call_limit_reached")
        case _:
            return _codes


def _until(reason: LeftOutReason) -> st.SearchStrategy[datetime | None]:
    return moments if reason in TIMED else st.none()


def _most(reason: LeftOutReason) -> st.SearchStrategy[int | None]:
    return st.integers(1, 999_999_999) if reason is LeftOutReason.RUNG_TOO_OFTEN else st.none()


_left_out = st.sampled_from(LeftOutReason).flatmap(
    lambda reason: (
        st.builds(LeftOut, st.just(reason), user_ids, until=_until(reason), most=_most(reason))
        | st.builds(LeftOut, st.just(reason), number=numbers | st.just(""), until=_until(reason), most=_most(reason))
    )
)


def _calls_to(number: st.SearchStrategy[str]) -> st.SearchStrategy[Participant]:
    return st.builds(
        Participant,
        number,
        st.lists(user_ids, unique=True, max_size=3).map(tuple),
        st.sampled_from(CallState),
        st.none() | st.just("AA-C-"),
        st.none() | st.integers(0, 600),
        st.none() | charges,
        asked_by=st.none() | user_ids,
        asked_at=st.none() | moments,
        dialed_at=st.none() | moments,
        answered_at=st.none() | moments,
        why=whys,
        is_muted=st.booleans(),
        hang_up=st.booleans(),
    )


# Made once: to make a strategy takes longer than to draw from it.
_calls = st.lists(_calls_to(numbers), max_size=9)
_forgotten = st.lists(_calls_to(st.just("")), max_size=1)
_some_left_out = st.lists(_left_out, max_size=4)
_times_left_out = st.sampled_from([1, 1, 150])
_states = st.sampled_from(ConferenceState)
_details = {reason: details(reason) for reason in (None, *Reason)}
_reasons = st.sampled_from(Reason)
_standups: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [{}, {"standup": "platform", "due_at": BEGUN_AT}, {"standup": "platform"}]
)
"""What is stored besides of a conference that was due, and of one that called its people again."""
_rest: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "dialed_at": st.none() | st.just(BEGUN_AT + timedelta(seconds=1)),
        "ended_at": st.none() | st.just(BEGUN_AT + timedelta(minutes=12)),
        "hung_up_by": st.none() | user_ids,
        "phones_ahead": st.none() | st.integers(0, 99),
    }
)


@st.composite
def conferences(draw: st.DrawFn) -> Conference:
    """Any conference that may come to be shown; an empty number has been forgotten, one that comes twice rung again."""
    calls = [*draw(_calls), *draw(_forgotten)]
    left_out = draw(_some_left_out) * draw(_times_left_out)
    state = draw(_states)
    reason = draw(_reasons) if state is ConferenceState.ABANDONED else None
    return replace(
        conference_of(*(replace(call, txn_ref=call.txn_ref and f"AA-C-{place}") for place, call in enumerate(calls))),
        left_out=tuple(left_out),
        state=state,
        reason=reason,
        detail=draw(_details[reason]),
        **draw(_rest),
        **draw(_standups),
    )


def several_conferences(most: int) -> st.SearchStrategy[list[Conference]]:
    """Up to so many, of two kinds at most: to make up each by itself takes longer than whatever is done with them."""
    return st.builds(
        lambda kinds, count: list(itertools.islice(itertools.cycle(kinds), count)),
        st.lists(conferences(), min_size=1, max_size=2),
        st.integers(0, most),
    )


def conference_of(*participants: Participant, state: ConferenceState = ConferenceState.LIVE) -> Conference:
    """A conference of these calls, begun by U0CALLER."""
    return Conference(
        team_id="T1",
        conference_id="c0ffee",
        channel_id="C1",
        caller_id="U0CALLER",
        invitation=Invitation((Person("U1"), Guest("+6591234567")), CallerWish.ASKED),
        room="R0000001",
        notify_secret="secret-part",
        created_at=BEGUN_AT,
        response_url="https://hooks.slack.test/commands/1",
        participants=participants,
        state=state,
    )


def charge(currency: str, debit: str) -> Charge:
    return Charge(currency, Decimal(debit))
