"""What reports do to a call and to its conference."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import reduce
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conference.calls import CallState, Charge, NotRung, Participant, Report
from conference.model import Conference, ConferenceState, Reason
from tests.unit.generated import BEGUN_AT, charge, charges, conference_of, reports_about

NOW = BEGUN_AT + timedelta(minutes=3)
FIRST = Participant("+6591230001", ("U1",), CallState.RINGING, "AA-1")
SECOND = Participant("+6591230002", ("U2",), CallState.RINGING, "AA-2")

reports = reports_about("AA-1", FIRST.number)
calls = st.sampled_from([replace(FIRST, state=state, txn_ref=None) for state in CallState] + [FIRST])


def taken_in(call: Participant, news: Sequence[Report]) -> Participant:
    return reduce(Participant.merged, news, call)


@given(calls, reports, reports)
def test_two_reports_of_a_call_may_come_in_either_order(call: Participant, one: Report, other: Report) -> None:
    assert taken_in(call, [one, other]) == taken_in(call, [other, one])


@given(calls, st.lists(reports, min_size=1, max_size=6))
def test_reports_of_a_call_may_come_in_any_order_and_again(call: Participant, news: list[Report]) -> None:
    result = taken_in(call, news)
    assert taken_in(call, [*reversed(news), *news]) == result
    assert taken_in(result, news) == result


@given(calls, reports, reports, reports)
def test_it_makes_no_difference_which_reports_come_together(
    call: Participant, one: Report, two: Report, three: Report
) -> None:
    together = taken_in(call, [two, three])
    as_one = Report(together.state, "AA-1", call.number, together.minutes, together.charge)
    assert taken_in(call, [one, as_one]) == taken_in(call, [one, two, three])


@given(reports, reports)
def test_a_final_report_is_never_undone_by_an_early_one(one: Report, other: Report) -> None:
    ended = replace(FIRST, state=CallState.WAITING).merged(one)
    if ended.state.is_final and not other.state.is_final:
        assert ended.merged(other) == ended


def test_answered_at_the_end_wins_over_being_in_the_call() -> None:
    news = [
        Report(CallState.IN_CALL, "AA-1"),
        Report(CallState.ANSWERED, "AA-1", minutes=7, charge=charge("SGD", "0.140")),
    ]
    for order in permutations(news):
        call = taken_in(FIRST, order)
        assert (call.state, call.minutes, call.charge) == (CallState.ANSWERED, 7, charge("SGD", "0.14"))


def test_of_two_ends_the_one_that_lasted_longer_stays() -> None:
    news = [
        Report(CallState.ANSWERED, "AA-1", minutes=3),
        Report(CallState.BUSY, "AA-1"),
        Report(CallState.FAILED, "AA-1"),
    ]
    for order in permutations(news):
        assert taken_in(FIRST, order).state is CallState.ANSWERED


def test_a_call_that_was_given_up_takes_late_news_but_not_that_it_rings() -> None:
    lost = replace(FIRST, state=CallState.UNKNOWN)
    assert lost.merged(Report(CallState.RINGING, "AA-1")).state is CallState.UNKNOWN
    assert lost.merged(Report(CallState.IN_CALL, "AA-1")).state is CallState.IN_CALL
    assert lost.merged(Report(CallState.BUSY, "AA-1")).state is CallState.BUSY


@pytest.mark.parametrize(
    "news",
    [
        Report(CallState.RINGING, "AA-1"),
        Report(CallState.IN_CALL, "AA-1", "+6591230001"),
        Report(CallState.FAILED, "AA-1", minutes=0),
    ],
)
def test_a_report_gives_a_call_its_reference(news: Report) -> None:
    assert replace(FIRST, txn_ref=None).merged(news).txn_ref == "AA-1"


both_calls = st.lists(st.one_of(reports, reports_about("AA-2", SECOND.number)), max_size=8)
unfinished = st.sampled_from([ConferenceState.DIALING, ConferenceState.LIVE, ConferenceState.UNCONFIRMED])


@st.composite
def reordered(draw: st.DrawFn) -> tuple[list[Report], list[Report]]:
    """Some reports, and the same ones in another order, some of them more than once."""
    news = draw(both_calls)
    again = draw(st.lists(st.sampled_from(news))) if news else []
    return news, draw(st.permutations([*news, *again]))


@given(reordered(), unfinished, st.booleans())
@settings(max_examples=300, deadline=None)
def test_reports_in_any_order_and_any_number_make_the_same_conference(
    lists: tuple[list[Report], list[Report]], state: ConferenceState, are_named: bool
) -> None:
    calls = [FIRST, SECOND] if are_named else [replace(FIRST, txn_ref=None), replace(SECOND, txn_ref=None)]
    conference = conference_of(*calls, state=state)
    straight, shuffled = lists
    expected = conference.with_reports(straight, NOW)
    assert conference.with_reports(shuffled, NOW) == expected
    assert reduce(lambda so_far, report: so_far.with_reports([report], NOW), shuffled, conference) == expected


def test_a_conference_ends_when_its_last_call_does() -> None:
    conference = conference_of(FIRST, SECOND).with_reports([Report(CallState.BUSY, "AA-1")], NOW)
    assert conference.state is ConferenceState.LIVE
    ended = conference.with_reports([Report(CallState.ANSWERED, "AA-2", minutes=1)], NOW)
    assert (ended.state, ended.ended_at) == (ConferenceState.ENDED, NOW)
    again = ended.with_reports([Report(CallState.ANSWERED, "AA-2", minutes=2)], NOW + timedelta(hours=1))
    assert (again.participants[1].minutes, again.ended_at) == (2, NOW)


def test_whoever_turns_out_to_be_in_a_call_that_was_hung_up_for_all_is_put_out_too() -> None:
    lost = replace(SECOND, state=CallState.UNKNOWN)
    over = replace(conference_of(replace(FIRST, state=CallState.ANSWERED), lost), hung_up_by="U1").settled(NOW)
    assert over.state is ConferenceState.ENDED
    again = over.with_reports([Report(CallState.IN_CALL, "AA-2")], NOW)
    assert again.state is ConferenceState.LIVE
    assert [call.hang_up for call in again.participants] == [False, True]


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (ConferenceState.UNCONFIRMED, None),
        (ConferenceState.REFUSED, None),
        (ConferenceState.ABANDONED, Reason.NOT_SENT),
    ],
)
def test_a_report_of_a_call_proves_that_phones_did_ring(state: ConferenceState, reason: Reason | None) -> None:
    conference = replace(conference_of(FIRST, SECOND, state=state), reason=reason, detail="code")
    proved = conference.with_reports([Report(CallState.IN_CALL, "AA-1")], NOW)
    assert (proved.state, proved.reason, proved.detail) == (ConferenceState.LIVE, None, None)


def test_a_report_about_an_unknown_call_changes_nothing() -> None:
    conference = conference_of(FIRST, state=ConferenceState.UNCONFIRMED)
    assert conference.with_reports([Report(CallState.BUSY, "AA-9", "+6591239999")], NOW) == conference


@pytest.mark.parametrize(
    ("report", "found"),
    [
        (Report(CallState.BUSY, "AA-2", FIRST.number), SECOND),
        (Report(CallState.BUSY, "AA-9", FIRST.number), None),
        (Report(CallState.BUSY, "AA-9", "+6591230003"), Participant("+6591230003")),
        (Report(CallState.BUSY, None, "+6591230003"), Participant("+6591230003")),
        (Report(CallState.BUSY, None, None), None),
    ],
)
def test_a_report_finds_its_call_by_reference_or_else_by_a_number_without_one(
    report: Report, found: Participant | None
) -> None:
    assert conference_of(FIRST, SECOND, Participant("+6591230003")).find(report) == found


def test_costs_are_added_exactly_and_by_currency() -> None:
    conference: Conference = conference_of(
        replace(FIRST, charge=charge("SGD", "0.1")),
        replace(SECOND, charge=charge("SGD", "0.2")),
        Participant("+441", charge=charge("USD", "1")),
        Participant("+442"),
    )
    assert conference.costs == {"SGD": Decimal("0.3"), "USD": Decimal(1)}


@given(st.lists(charges, max_size=8))
def test_no_cost_is_lost_in_the_sum(each: list[Charge]) -> None:
    conference = conference_of(*(Participant(f"+{place}", charge=cost) for place, cost in enumerate(each)))
    assert sum(conference.costs.values()) == sum(cost.debit for cost in each)


@pytest.mark.parametrize(
    ("state", "calls", "can_be"),
    [
        (ConferenceState.UNCONFIRMED, (FIRST,), False),
        (ConferenceState.UNCONFIRMED, (replace(FIRST, state=CallState.UNKNOWN), SECOND), False),
        (ConferenceState.UNCONFIRMED, (replace(FIRST, state=CallState.UNKNOWN),), True),
        (ConferenceState.ENDED, (replace(FIRST, state=CallState.UNKNOWN),), False),
    ],
)
def test_a_conference_can_be_rung_anew_only_when_the_search_has_found_nothing(
    state: ConferenceState, calls: tuple[Participant, ...], can_be: bool
) -> None:
    assert conference_of(*calls, state=state).can_be_rung_anew is can_be


def test_a_report_without_a_txn_ref_is_about_its_dest_before_and_after_the_txn_ref_is_known() -> None:
    ringing = Report(CallState.RINGING, "AA-1", FIRST.number)
    busy = Report(CallState.BUSY, None, FIRST.number)
    for order in permutations([ringing, busy]):
        conference = conference_of(replace(FIRST, txn_ref=None)).with_reports(order, NOW)
        assert conference.participants[0].state is CallState.BUSY


# Several calls to one phone, and those that never came to be


def test_each_phone_stands_by_its_latest_call_that_came_to_be() -> None:
    missed = replace(FIRST, state=CallState.BUSY)
    lacking = Participant(FIRST.number, ("U1",), CallState.NOT_RUNG, why=NotRung.NO_LINES)
    other = Participant("+6591230003", ("U3",), CallState.NOT_RUNG, why=NotRung.NO_LINES)
    conference = conference_of(missed, SECOND, replace(FIRST, txn_ref="AA-3"), lacking, other)
    assert conference.phones == ((2, conference.participants[2]), (1, SECOND), (4, other))


def test_calls_to_somebody_whose_number_was_forgotten_are_still_calls_to_one_phone() -> None:
    first, again = (Participant("", ("U1",), state) for state in (CallState.BUSY, CallState.ANSWERED))
    assert conference_of(first, SECOND, again).phones == ((2, again), (1, SECOND))


def test_forgotten_numbers_of_guests_are_told_apart_by_their_place() -> None:
    forgotten = [Participant("", (), state) for state in (CallState.BUSY, CallState.ANSWERED)]
    conference = conference_of(*forgotten)
    assert [place for place, _ in conference.phones] == [0, 1]
    assert conference.missed == ()


def test_missed_are_those_at_whose_phones_nobody_came_in_the_end() -> None:
    later = replace(FIRST, state=CallState.ANSWERED, txn_ref="AA-3")
    conference = conference_of(replace(FIRST, state=CallState.BUSY), replace(SECOND, state=CallState.FAILED), later)
    assert [place for place, _ in conference.missed] == [1]


def test_news_without_a_reference_is_of_the_later_of_two_calls_to_a_phone() -> None:
    missed, again = replace(FIRST, state=CallState.BUSY, txn_ref=None), replace(FIRST, txn_ref=None)
    asked_for = Participant(FIRST.number, ("U1",), CallState.QUEUED)
    conference = conference_of(missed, again, asked_for)
    assert conference.find(Report(CallState.ANSWERED, "AA-9", FIRST.number)) is conference.participants[1]


def test_since_when_somebody_is_in_the_call_is_when_it_was_first_learnt() -> None:
    later = NOW + timedelta(minutes=1)
    conference = conference_of(FIRST, SECOND).with_reports([Report(CallState.IN_CALL, "AA-1")], NOW)
    conference = conference.with_reports([Report(CallState.IN_CALL, "AA-1", minutes=1)], later)
    assert [call.answered_at for call in conference.participants] == [NOW, None]
    ended = conference.with_reports([Report(CallState.ANSWERED, "AA-1", minutes=2)], later)
    assert ended.participants[0].answered_at is None


def test_the_answer_to_a_request_that_was_in_doubt_is_in_doubt_no_more() -> None:
    in_doubt = Participant(FIRST.number, ("U1",), dialed_at=NOW, why="ReadTimeout")
    assert in_doubt.is_in_doubt
    found = in_doubt.merged(Report(CallState.RINGING, "AA-1", FIRST.number))
    assert (found.is_in_doubt, found.why, found.state) == (False, None, CallState.RINGING)


def test_a_conference_lasts_from_the_first_who_came_to_the_last_who_left() -> None:
    def talked(begin: int, end: int) -> Participant:
        ended_at = NOW + timedelta(minutes=end)
        return Participant("+1", (), CallState.ANSWERED, minutes=end - begin, ended_at=ended_at)

    assert conference_of(talked(4, 9), talked(0, 5), talked(2, 3), SECOND).length == timedelta(minutes=9)
    assert conference_of(FIRST, replace(SECOND, state=CallState.BUSY, ended_at=NOW)).length is None


def test_a_conference_of_which_somebody_waits_for_a_line_goes_on() -> None:
    over = replace(FIRST, state=CallState.ANSWERED)
    queued = Participant(SECOND.number, ("U2",), CallState.QUEUED)
    assert conference_of(over, queued).settled(NOW).state is ConferenceState.LIVE
    assert conference_of(over, queued.not_rung(NotRung.NO_LINES)).settled(NOW).state is ConferenceState.ENDED


def test_who_was_given_up_and_is_in_the_call_after_all_opens_it_again() -> None:
    lost = replace(conference_of(replace(FIRST, state=CallState.UNKNOWN), state=ConferenceState.ENDED), ended_at=NOW)
    again = lost.with_reports([Report(CallState.IN_CALL, "AA-1")], NOW)
    assert (again.state, again.ended_at) == (ConferenceState.LIVE, None)


@pytest.mark.parametrize("why", NotRung)
def test_only_who_lacks_a_line_or_a_place_may_wait_for_one(why: NotRung) -> None:
    may_wait = why in {NotRung.NO_LINES, NotRung.ROOM_FULL}
    unrung = replace(SECOND, state=CallState.WAITING).not_rung(why)
    assert unrung.can_wait_for_a_line is conference_of(FIRST, unrung).waits_for_lines is may_wait
    abandoned = conference_of(unrung, state=ConferenceState.ABANDONED)
    assert replace(abandoned, reason=Reason.NO_LINES).waits_for_lines is may_wait
    assert not replace(abandoned, reason=Reason.CALLED_OFF).waits_for_lines
