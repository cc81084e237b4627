"""What is counted of a standup's days, and how it is said."""

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
from conference.preferences import Preferences, QuietHours
from conference.standups.model import (
    Occurrence,
    OccurrenceState,
    Standup,
    StandupChange,
    StandupReading,
    Step,
    next_report,
)
from conference.standups.recurrence import Recurrence, Weekday
from conference.standups.reports import (
    MOST_CALLS_A_DAY,
    HeldDay,
    Report,
    ReportGround,
    ReportKey,
    Turnout,
    everybody,
    read_report_key,
    report,
    weekly_report,
)
from messages.standups import report as words
from sandbox.slack.block_kit import message_problems
from storage import Storage
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


# Which one it is


@given(st.from_regex(r"[0-9a-f]{16}", fullmatch=True), st.sampled_from(["", "0123456789abcdef"]))
def test_which_report_it_is_stands_in_its_button(standup_id: str, occurrence_id: str) -> None:
    key = ReportKey(standup_id, DUE, occurrence_id)
    assert read_report_key(str(key)) == key


@given(st.text() | st.from_regex(r"\S+ [0-9]+( \S+)?", fullmatch=True))
def test_anything_else_in_a_button_is_no_report_or_one(text: str) -> None:
    key = read_report_key(text)
    assert key is None or read_report_key(str(key)) == key


@pytest.mark.parametrize("place", range(-6, 8))
def test_a_day_stands_for_the_report_of_its_own_week(place: int) -> None:
    """Weeks of reports end on Friday evening."""
    occurrence = day(place=place).occurrence
    key = weekly_report(STANDUP, occurrence)
    friday = MONDAY + timedelta(days=4 if -2 <= place <= 4 else -3 if place < -2 else 11)
    assert key == ReportKey(
        "s1", datetime(friday.year, friday.month, friday.day, 9, tzinfo=UTC), occurrence.occurrence_id
    )
    began = replace(STANDUP, reports_weekly=True, reported=key.until - timedelta(days=7))
    assert next_report(began) == key.until


# Words

KEY = ReportKey("a" * 16, DUE, "b" * 16)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Report("platform"), "It has not rung in the last four weeks."),
        (Report("platform", skipped=2), "It has not rung in the last four weeks. It was skipped on 2 days."),
        (
            Report("platform", rang=1, missed=2, length=timedelta(minutes=9.4), costs={"SGD": Decimal("1.20")}),
            "It rang on 1 day and was missed on 2 days. A call lasted 9 min on average. Cost SGD 1.20.",
        ),
    ],
)
def test_a_report_begins_with_how_often_it_rang(found: Report, said: str) -> None:
    message = words.report(found, KEY)
    assert message.text.splitlines()[1] == said
    assert message.blocks[1]["text"]["text"] == said


@pytest.mark.parametrize(
    ("turnout", "said"),
    [
        (Turnout(4, 5), "in on 4 of 5 days"),
        (Turnout(0, 1), "in on 0 of 1 day"),
        (Turnout(1, 1, 2), "in on 1 of 1 day, out on 2 days"),
        (Turnout(out=1), "out on 1 day"),
    ],
)
def test_each_person_has_a_row_which_screen_readers_get_as_a_sentence(turnout: Turnout, said: str) -> None:
    message = words.report(Report("platform", {"U1": turnout}), KEY)
    assert [field["text"] for field in message.blocks[2]["fields"]] == ["<@U1>", said]
    assert f"<@U1>: {said}." in message.text.splitlines()


def test_guests_are_named_by_masked_numbers_while_they_are_few() -> None:
    few, many = ((GUEST,) * count for count in (3, 4))
    assert "Guests +65 •••• 9999, +65 •••• 9999 and +65 •••• 9999: in 1 of 3 times." in _text(few)
    assert "Guests: in 1 of 3 times." in _text(many)


def _text(numbers: tuple[str, ...]) -> str:
    return words.report(Report("platform", guests=Turnout(1, 3), guest_numbers=numbers), KEY).text


@pytest.mark.parametrize("count", [0, 1, 5, 6, 100, 101, 3_000])
def test_slack_takes_a_report_of_however_many(count: int) -> None:
    people = {f"U{place:010}": Turnout(1_000, 1_000, 1_000) for place in range(count)}
    costs = {currency: Decimal("1234567.123456") for currency in ("SGD", "USD", "EUR")}
    found = Report("p" * 30, people, Turnout(1, 9), (GUEST,) * 9, 9, 28, 28, 28, timedelta(hours=9), costs)
    message = words.report(found, KEY)
    assert message_problems(list(message.blocks)) == []
    assert len(message.text) < 40_000
    assert (f"And {count - words.MOST_PEOPLE} more." in message.text) is (count > words.MOST_PEOPLE)


# Stored


async def stored(storage: Storage, *days: HeldDay) -> None:
    for one in days:
        await storage.update_standup(STANDUP.key, _keeping(one.occurrence))
        for conference in one.conferences:
            await storage.add(replace(conference, occurrence_id=one.occurrence.occurrence_id))


def _keeping(occurrence: Occurrence) -> StandupChange:
    def keep(standup: Standup, _: StandupReading) -> Step:
        return Step(standup, occurrence)

    return keep


def times(place: int, count: int = 1) -> list[Conference]:
    return [held(call("U1"), conference_id=f"c{place}x{one}") for one in range(count)]


async def test_the_days_of_four_weeks_that_were_due_are_read_with_all_their_calls(storage: Storage) -> None:
    await storage.add_standup(STANDUP)
    await stored(storage, *(day(*times(place, 2), place=place) for place in range(-30, 3)))
    await storage.add(held(call("U1"), conference_id="another"))
    ground = await storage.report_ground(STANDUP.key, DUE)
    places = [int(one.occurrence.occurrence_id[1:]) for one in ground.days]
    assert places == list(range(-27, 1))
    assert all(
        [two.conference_id for two in one.conferences] == [f"c{place}x0", f"c{place}x1"]
        for place, one in zip(places, ground.days, strict=True)
    )
    assert len((await storage.report_ground(STANDUP.key, DUE - timedelta(seconds=1))).days) == 27


async def test_of_very_many_calls_a_day_not_all_are_read(storage: Storage) -> None:
    await storage.add_standup(STANDUP)
    await stored(storage, day(*times(0, MOST_CALLS_A_DAY + 1)))
    (one,) = (await storage.report_ground(STANDUP.key, DUE)).days
    assert len(one.conferences) == MOST_CALLS_A_DAY


async def test_it_is_known_who_keeps_out_and_which_typed_numbers_are_theirs(storage: Storage) -> None:
    await storage.add_standup(STANDUP)
    guest = Participant(GUEST, (), CallState.ANSWERED)
    await stored(storage, day(held(call("U1"), call("U2"), guest)))
    for user_id in ("U1", "U3", "U4"):
        await storage.show_in_reports("T1", user_id, wanted=False)
    await storage.show_in_reports("T1", "U4", wanted=True)
    await storage.show_in_reports("T2", "U2", wanted=False)
    await storage._run(
        lambda: storage._db.execute(
            "INSERT INTO numbers (team_id, user_id, number, source, set_at) VALUES ('T1', 'U3', ?, 'admin', '')",
            [GUEST],
        )
    )
    ground = await storage.report_ground(STANDUP.key, DUE)
    assert (ground.kept_out, ground.kept_out_numbers) == (frozenset({"U1"}), frozenset({GUEST}))
    assert report(ground).people == {"U2": Turnout(1, 1)}
    assert report(ground).guests == Turnout()


async def test_what_else_somebody_said_stays_when_they_keep_out(storage: Storage) -> None:
    quiet = Preferences(wants_rings=False, quiet_hours=QuietHours(time(22), time(8), "Asia/Singapore"))
    await storage.set_preferences("T1", "U1", quiet)
    await storage.show_in_reports("T1", "U1", wanted=False)
    assert (await storage.person("T1", "U1")).preferences == replace(quiet, in_reports=False)
    await storage.note_zone("T1", "U1", "Europe/London")
    assert not (await storage.person("T1", "U1")).preferences.in_reports


async def test_no_report_goes_through_the_whole_past(storage: Storage) -> None:
    await storage.add_standup(STANDUP)
    await stored(storage, day(*times(0)))
    sqls = list[str]()
    await storage._run(lambda: storage._db.conn.set_trace_callback(sqls.append))
    await storage.report_ground(STANDUP.key, DUE)
    await storage._run(lambda: storage._db.conn.set_trace_callback(None))
    plans = [
        step
        for sql in sqls
        for *_, step in await storage._run(lambda sql=sql: storage._db.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall())  # type: ignore[misc]
    ]
    assert any("conferences_of_standups (team_id=? AND occurrence_id=?)" in step for step in plans), plans
    assert any("occurrences" in step and "day>?" in step for step in plans), plans
    assert not [step for step in plans if step.startswith("SCAN") and "json_each" not in step], plans
