"""What a standup's report counts."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conference.calls import CallState, NotRung, Participant
from conference.model import Conference, ConferenceState, LeftOut, LeftOutReason, Reason
from conference.standups.model import Occurrence, OccurrenceState, Standup
from conference.standups.recurrence import Recurrence, Weekday
from conference.standups.reports import HeldDay, Report, ReportGround, Turnout, everybody, report
from tests.unit.generated import BEGUN_AT, charge, charges, conference_of

MONDAY = date(2026, 11, 23)
STANDUP = Standup(
    team_id="T1",
    standup_id="s1",
    name="platform",
    channel_id="C1",
    maker_id="U1",
    recurrence=Recurrence(frozenset(Weekday), time(9, 30), "Asia/Singapore"),
    dealt_with=BEGUN_AT,
)
DUE = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
GUEST = "+6591239999"


def call(*people: str, state: CallState = CallState.ANSWERED, number: str = "", **changes: object) -> Participant:
    number = number or f"+65912300{people[0][1:]:>02}"
    return replace(Participant(number, people, state), **changes)  # type: ignore[arg-type]


def missed(*people: str, **changes: object) -> Participant:
    return call(*people, state=CallState.UNANSWERED, **changes)  # type: ignore[arg-type]


def held(*calls: Participant, left_out: Iterable[LeftOut] = (), **changes: object) -> Conference:
    conference = replace(conference_of(*calls, state=ConferenceState.ENDED), left_out=tuple(left_out))
    return replace(conference, **changes)  # type: ignore[arg-type]


def day(
    *conferences: Conference, place: int = 0, state: OccurrenceState = OccurrenceState.RUNG, **changes: object
) -> HeldDay:
    due = DUE + timedelta(days=place)
    occurrence = Occurrence("T1", f"o{place}", "s1", "C1", MONDAY + timedelta(days=place), due, state)
    return HeldDay(replace(occurrence, **changes), conferences)  # type: ignore[arg-type]


def of(*days: HeldDay, kept_out: Iterable[str] = (), numbers: Iterable[str] = ()) -> Report:
    return report(ReportGround(STANDUP, days, frozenset(kept_out), frozenset(numbers)))


def out(user_id: str) -> LeftOut:
    return LeftOut(LeftOutReason.OUT_TODAY, user_id)


def test_who_answered_any_call_of_a_day_was_in() -> None:
    found = of(
        day(held(missed("U1"), call("U1"), missed("U2"))),
        day(held(missed("U1"), missed("U2")), held(call("U2")), place=1),
    )
    assert found.people == {"U1": Turnout(1, 2), "U2": Turnout(1, 2)}
    assert found.rang == 2


@pytest.mark.parametrize("reason", LeftOutReason)
def test_who_was_asked_and_not_rung_missed_it_but_for_those_who_were_out_and_those_who_are_nobody(
    reason: LeftOutReason,
) -> None:
    turnout = of(day(held(call("U1"), left_out=[LeftOut(reason, "U2")]))).people.get("U2")
    if reason is LeftOutReason.OUT_TODAY:
        assert turnout == Turnout(out=1)
    elif reason in {LeftOutReason.BOT, LeftOutReason.DEACTIVATED, LeftOutReason.EXTERNAL}:
        assert turnout is None
    else:
        assert turnout == Turnout(asked=1)


def test_a_call_of_those_who_were_left_out_after_all_counts_once() -> None:
    given_up = call("U2", state=CallState.NOT_RUNG, why=NotRung.NOT_ANY_MORE)
    found = of(day(held(call("U1"), given_up, left_out=[out("U2")])))
    assert found.people == {"U1": Turnout(1, 1), "U2": Turnout(out=1)}


def test_people_of_one_phone_were_all_in() -> None:
    assert of(day(held(call("U1", "U2")))).people == {"U1": Turnout(1, 1), "U2": Turnout(1, 1)}


def test_those_come_first_who_were_in_most_often() -> None:
    found = of(day(held(call("U3"), missed("U1"), call("U2"))), day(held(call("U3")), place=1))
    assert list(found.people) == ["U3", "U2", "U1"]


def test_guests_count_together() -> None:
    forgotten = Participant("", (), CallState.ANSWERED)
    found = of(
        day(held(Participant(GUEST, (), CallState.BUSY), forgotten, forgotten)),
        day(held(Participant(GUEST, (), CallState.ANSWERED)), held(Participant(GUEST)), place=1),
        day(held(call("U1"), left_out=[LeftOut(LeftOutReason.NOT_ALLOWED, number=GUEST)]), place=2),
    )
    assert (found.guests, found.guest_numbers) == (Turnout(3, 5), (GUEST,))


def test_a_day_on_which_no_phone_was_rung_is_missed_and_nobody_missed_it() -> None:
    given_up = held(left_out=[out("U1")], state=ConferenceState.ABANDONED, reason=Reason.NOBODY_TO_RING)
    refused = held(missed("U1"), state=ConferenceState.REFUSED)
    found = of(day(given_up), day(refused, place=1), day(refused, held(call("U1")), place=2))
    assert (found.rang, found.missed, found.people) == (1, 2, {"U1": Turnout(1, 1)})


@pytest.mark.parametrize("state", ConferenceState)
def test_a_day_counts_when_all_its_calls_are_over(state: ConferenceState) -> None:
    running = held(call("U1", state=CallState.RINGING), state=state)
    found = of(day(held(call("U2")), running))
    assert (found.rang == 1) is running.is_over
    assert ("U2" in found.people) is running.is_over


def test_days_of_all_kinds_are_told_apart() -> None:
    found = of(
        day(held(call("U1"))),
        day(place=1, state=OccurrenceState.SKIPPED),
        day(place=2, state=OccurrenceState.MISSED, missed=3),
        day(place=3, state=OccurrenceState.PLANNED),
    )
    assert (found.rang, found.skipped, found.missed) == (1, 1, 3)


def test_length_is_that_of_an_average_call_and_costs_add_up_by_currency() -> None:
    ten = call("U1", minutes=10, ended_at=DUE, charge=charge("SGD", "0.35"))
    five = call("U1", minutes=5, ended_at=DUE, charge=charge("USD", "1"))
    found = of(day(held(ten)), day(held(five), held(missed("U1", charge=charge("SGD", "0.05"))), place=1))
    assert found.length == timedelta(minutes=7, seconds=30)
    assert found.costs == {"SGD": Decimal("0.40"), "USD": Decimal(1)}


_people = st.sampled_from(["U1", "U2", "U3", "U4"])
_numbers = st.sampled_from([GUEST, "+6591230002", "+6591230003", ""])
_calls = st.builds(
    Participant,
    _numbers,
    st.lists(_people, unique=True, max_size=2).map(tuple),
    st.sampled_from(CallState),
    minutes=st.none() | st.integers(1, 90),
    charge=st.none() | charges,
    ended_at=st.none() | st.just(DUE),
    why=st.none() | st.sampled_from(NotRung),
)
_left_out = st.sampled_from(LeftOutReason).flatmap(
    lambda reason: st.builds(LeftOut, st.just(reason), _people) | st.builds(LeftOut, st.just(reason), number=_numbers)
)
_states = st.sampled_from([ConferenceState.ENDED, *ConferenceState])
_conferences = st.builds(
    lambda calls, left_out, state: held(*calls, left_out=left_out, state=state),
    st.lists(_calls, max_size=4),
    st.lists(_left_out, max_size=2),
    _states,
)
days_of = st.lists(
    st.tuples(st.lists(_conferences, max_size=3), st.sampled_from([OccurrenceState.RUNG, *OccurrenceState])), max_size=4
).map(
    lambda found: tuple(
        day(
            *(replace(one, conference_id=f"c{place}x{count}") for count, one in enumerate(of_day)),
            place=place,
            state=state,
        )
        for place, (of_day, state) in enumerate(found)
    )
)


@given(days_of, st.randoms(use_true_random=False))
def test_the_order_of_days_and_calls_means_nothing(days: tuple[HeldDay, ...], random: Random) -> None:
    turned = [replace(one, conferences=tuple(random.sample(one.conferences, len(one.conferences)))) for one in days]
    assert of(*random.sample(turned, len(turned))) == of(*days)


@given(days_of)
def test_nobody_was_in_more_often_than_asked_or_asked_more_often_than_it_rang(days: tuple[HeldDay, ...]) -> None:
    found = of(*days)
    for turnout in found.people.values():
        assert 0 <= turnout.was_in <= turnout.asked
        assert 1 <= turnout.asked + turnout.out <= sum(bool(one.held) for one in days if one.is_over)
    assert 0 <= found.guests.was_in <= found.guests.asked
    assert found.rang + found.skipped + found.missed <= len(days)


@given(days_of, st.data())
def test_who_keeps_out_leaves_nothing_behind_but_that_somebody_does(
    days: tuple[HeldDay, ...], data: st.DataObject
) -> None:
    """It is the same report as if they had never been asked. Days that are not over count for nobody anyhow."""
    days = tuple(one for one in days if one.is_over)
    names = sorted({who for one in days for conference in one.conferences for who in everybody(conference)})
    away = set(data.draw(st.lists(st.sampled_from(names), max_size=3))) if names else set[str]()
    found = of(*days, kept_out=away, numbers=away)
    never_there = tuple(replace(one, conferences=tuple(_without(two, away) for two in one.conferences)) for one in days)
    assert replace(found, kept_out=0) == of(*never_there)
    assert away.isdisjoint({*found.people, *found.guest_numbers})
    assert found.kept_out <= len(away)


def _without(conference: Conference, away: set[str]) -> Conference:
    others = [
        replace(one, people=tuple(who for who in one.people if who not in away)) for one in conference.participants
    ]
    calls = [
        after
        for before, after in zip(conference.participants, others, strict=True)
        if (after.people if before.people else before.number not in away)
    ]
    left = [one for one in conference.left_out if (one.user_id or one.number) not in away]
    return replace(conference, participants=tuple(calls), left_out=tuple(left))
