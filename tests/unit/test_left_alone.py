"""Who is left alone: at their own wish, because of the operator's guards, or because it is enough for now."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conference.barring import Barring
from conference.calls import Participant
from conference.dests import Circumstances, DestList, Profile, compose, invited
from conference.invitation import CallerWish, Guest, Invitation, Person
from conference.limits import RINGS_WINDOW
from conference.model import Conference, ConferenceState, LeftOut, LeftOutReason, Reason
from conference.preferences import Preferences, QuietHours
from conference.seating import reseated
from tests.unit.generated import conference_of

CALLER, ALICE, BOB = "U0CALLER", "U0ALICE", "U0BOB"
MINE, HERS, HIS, GUEST = "+6591230000", "+6591230001", "+6591230002", "+6581234567"
ON_FILE = {CALLER: MINE, ALICE: HERS, BOB: HIS}
OWNERS = {number: (user_id,) for user_id, number in ON_FILE.items()}
NOW = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
"""Half past eleven at night in Singapore."""

OFF = Preferences(wants_rings=False)
NIGHT = Preferences(quiet_hours=QuietHours(time(22), time(8), "Asia/Singapore"))
MORNING = datetime(2026, 11, 21, 0, 0, tzinfo=UTC)
IF_POSSIBLE, ASKED, WITHOUT = CallerWish.IF_POSSIBLE, CallerWish.ASKED, CallerWish.LEFT_OUT


def dests(*invitees: Person | Guest, wish: CallerWish = IF_POSSIBLE, **circumstances: Any) -> DestList:
    given = Circumstances(**{"team_id": "T1", "now": NOW, "numbers": ON_FILE, "owners": OWNERS, **circumstances})
    return compose(invited(Invitation(invitees, wish), CALLER, {}), given, caller_id=CALLER, wish=wish)


def rung(result: DestList) -> set[str]:
    return {participant.number for participant in result.participants}


FIVE_RINGS = {HIS: tuple(NOW - timedelta(minutes=ago) for ago in (9, 7, 5, 3, 1))}


@pytest.mark.parametrize(
    ("circumstances", "left_out"),
    [
        ({"preferences": {BOB: OFF}}, LeftOut(LeftOutReason.NOT_WANTED, BOB)),
        ({"preferences": {BOB: NIGHT}}, LeftOut(LeftOutReason.QUIET_HOURS, BOB, until=MORNING)),
        (
            {"rings": FIVE_RINGS, "rings_per_number": 5},
            LeftOut(LeftOutReason.RUNG_TOO_OFTEN, BOB, until=NOW + timedelta(minutes=1), most=5),
        ),
        (
            {"rings": FIVE_RINGS, "rings_per_number": 2},
            LeftOut(LeftOutReason.RUNG_TOO_OFTEN, BOB, until=NOW + timedelta(minutes=7), most=2),
        ),
        ({"numbers": {**ON_FILE, BOB: "+60123456789"}}, LeftOut(LeftOutReason.NOT_ALLOWED, BOB)),
        ({"numbers": {**ON_FILE, BOB: "+6519001234567"}}, LeftOut(LeftOutReason.NOT_ALLOWED, BOB)),
        (
            {"numbers": {CALLER: MINE, ALICE: HERS}, "profiles": {BOB: Profile(teams=frozenset({"T2"}))}},
            LeftOut(LeftOutReason.EXTERNAL, BOB),
        ),
        (
            {"numbers": {CALLER: MINE, ALICE: HERS}, "profiles": {BOB: Profile(teams=frozenset({"T1", "T2"}))}},
            LeftOut(LeftOutReason.NO_NUMBER, BOB),
        ),
    ],
)
def test_somebody_is_left_out_with_the_reason_and_everybody_else_is_rung(
    circumstances: dict[str, Any], left_out: LeftOut
) -> None:
    result = dests(Person(BOB), Person(ALICE), **{"barring": Barring(frozenset({"SG"})), **circumstances})
    assert rung(result) == {MINE, HERS}
    assert result.left_out == (left_out,)


@pytest.mark.parametrize(
    ("circumstances", "left_out"),
    [
        ({"barring": Barring(guests=False)}, LeftOut(LeftOutReason.GUESTS_OFF, number=HIS)),
        ({"barring": Barring(frozenset({"MY"}))}, LeftOut(LeftOutReason.NOT_ALLOWED, number=HIS)),
        ({"preferences": {BOB: OFF}}, LeftOut(LeftOutReason.NOT_WANTED, number=HIS)),
        ({"preferences": {BOB: NIGHT}}, LeftOut(LeftOutReason.QUIET_HOURS, number=HIS, until=MORNING)),
        ({"owners": {HIS: (ALICE, BOB)}, "preferences": {BOB: OFF}}, LeftOut(LeftOutReason.NOT_WANTED, number=HIS)),
        ({"open_numbers": {HIS}}, LeftOut(LeftOutReason.IN_ANOTHER_CALL, number=HIS)),
        (
            {"rings": FIVE_RINGS, "rings_per_number": 5},
            LeftOut(LeftOutReason.RUNG_TOO_OFTEN, number=HIS, until=NOW + timedelta(minutes=1), most=5),
        ),
    ],
)
def test_a_number_that_is_typed_is_left_out_as_its_owner_would_be_and_names_nobody(
    circumstances: dict[str, Any], left_out: LeftOut
) -> None:
    result = dests(Guest(HIS), **circumstances)
    assert HIS not in rung(result)
    assert left_out in result.left_out


@pytest.mark.parametrize("preferences", [OFF, NIGHT])
@pytest.mark.parametrize("invitees", [(Person(BOB), Guest(HIS)), (Guest(HIS), Person(BOB)), (Guest(HIS),)])
@pytest.mark.parametrize("wish", CallerWish)
def test_nobody_gets_round_it_by_typing_the_number_beside_the_name(
    preferences: Preferences, invitees: tuple[Person | Guest, ...], wish: CallerWish
) -> None:
    result = dests(*invitees, Person(ALICE), wish=wish, preferences={BOB: preferences})
    assert HIS not in rung(result)
    assert len(result.left_out) == 1


def test_fewer_rings_than_are_too_many_keep_nobody_out() -> None:
    assert HIS in rung(dests(Person(BOB), rings=FIVE_RINGS, rings_per_number=6))
    assert HIS in rung(dests(Person(BOB), rings=FIVE_RINGS, rings_per_number=None))


@given(st.lists(st.integers(0, 599), min_size=1, max_size=12), st.integers(1, 8))
def test_who_was_rung_too_often_is_rung_again_as_soon_as_it_is_said(seconds_ago: list[int], most: int) -> None:
    times = tuple(sorted(NOW - timedelta(seconds=ago) for ago in seconds_ago))

    def left_out(now: datetime) -> tuple[LeftOut, ...]:
        still = tuple(at for at in times if at > now - RINGS_WINDOW)
        return dests(Person(BOB), now=now, rings={HIS: still}, rings_per_number=most).left_out

    assert bool(left_out(NOW)) is (len(times) >= most)
    if left_out(NOW):
        (bob,) = left_out(NOW)
        assert bob.until is not None
        assert left_out(bob.until - timedelta(microseconds=1))
        assert not left_out(bob.until)


# The caller's own wishes


@pytest.mark.parametrize(
    ("preferences", "wish", "is_rung"),
    [
        (NIGHT, IF_POSSIBLE, True),
        (NIGHT, ASKED, True),
        (NIGHT, WITHOUT, False),
        (OFF, IF_POSSIBLE, False),
        (OFF, ASKED, True),
        (OFF, WITHOUT, False),
        (replace(OFF, quiet_hours=NIGHT.quiet_hours), ASKED, True),
    ],
)
def test_who_starts_a_call_is_awake_but_rung_against_their_wish_only_if_they_say_me(
    preferences: Preferences, wish: CallerWish, is_rung: bool
) -> None:
    result = dests(Person(ALICE), wish=wish, preferences={CALLER: preferences})
    assert rung(result) == ({MINE, HERS} if is_rung else {HERS})


@pytest.mark.parametrize("preferences", [NIGHT, OFF])
def test_me_asks_for_nobody_else(preferences: Preferences) -> None:
    result = dests(Person(ALICE), wish=ASKED, preferences={ALICE: preferences})
    assert rung(result) == {MINE}


def test_the_zone_in_which_somebody_is_counts_before_the_one_they_were_in() -> None:
    away = dests(Person(BOB), preferences={BOB: NIGHT}, profiles={BOB: Profile(zone="America/New_York")})
    assert HIS in rung(away)


def test_people_of_another_workspace_whose_number_is_on_file_are_rung() -> None:
    assert HIS in rung(dests(Person(BOB), profiles={BOB: Profile(teams=frozenset({"T2"}))}))


# What has changed before the phones ring


def seated(*participants: Participant, wish: CallerWish = IF_POSSIBLE) -> Conference:
    conference = conference_of(*participants, state=ConferenceState.NEW)
    return replace(conference, invitation=Invitation((Person(ALICE), Person(BOB)), wish))


ALL = seated(Participant(MINE, (CALLER,)), Participant(HERS, (ALICE, BOB)), Participant(GUEST))


def still_seated(conference: Conference, numbers: dict[str, str], **circumstances: Any) -> Conference:
    return reseated(conference, Circumstances(team_id=conference.team_id, now=NOW, numbers=numbers, **circumstances))


def test_nothing_changes_while_everybody_is_still_on_file() -> None:
    assert still_seated(ALL, {CALLER: MINE, ALICE: HERS, BOB: HERS}) is ALL


@pytest.mark.parametrize("on_file", [{CALLER: MINE, ALICE: HERS}, {CALLER: MINE, ALICE: HERS, BOB: HIS}])
def test_who_took_their_number_off_file_is_not_rung_on_it(on_file: dict[str, str]) -> None:
    after = still_seated(ALL, on_file)
    assert after.participants == (Participant(MINE, (CALLER,)), Participant(HERS, (ALICE,)), Participant(GUEST))
    why = LeftOutReason.NUMBER_CHANGED if BOB in on_file else LeftOutReason.NO_NUMBER
    assert after.left_out == (LeftOut(why, BOB),)
    assert after.state is ConferenceState.NEW


def test_a_phone_that_is_nobodys_any_more_is_not_rung() -> None:
    after = still_seated(ALL, {CALLER: MINE})
    assert after.participants == (Participant(MINE, (CALLER,)), Participant(GUEST))
    assert {left.user_id for left in after.left_out} == {ALICE, BOB}


@pytest.mark.parametrize(
    ("on_file", "wish", "reason"),
    [
        ({CALLER: MINE}, IF_POSSIBLE, Reason.ONLY_THE_CALLER),
        ({CALLER: MINE}, ASKED, None),
        ({}, IF_POSSIBLE, Reason.NOBODY_TO_RING),
    ],
)
def test_a_call_that_makes_no_sense_any_more_is_given_up(
    on_file: dict[str, str], wish: CallerWish, reason: Reason | None
) -> None:
    conference = seated(Participant(MINE, (CALLER,)), Participant(HERS, (ALICE,)), wish=wish)
    after = still_seated(conference, on_file)
    assert after.reason is reason
    assert after.state is (ConferenceState.ABANDONED if reason else ConferenceState.NEW)
    assert LeftOut(LeftOutReason.NO_NUMBER, ALICE) in after.left_out


THREE = {CALLER: MINE, ALICE: HERS, BOB: HIS}


@pytest.mark.parametrize(
    ("circumstances", "still", "left_out"),
    [
        (
            {"barring": Barring(guests=False)},
            {MINE, HERS, HIS},
            (LeftOut(LeftOutReason.GUESTS_OFF, number=GUEST),),
        ),
        ({"preferences": {BOB: OFF}}, {MINE, HERS, GUEST}, (LeftOut(LeftOutReason.NOT_WANTED, BOB),)),
        (
            {"owners": {GUEST: ("U0CAROL",)}, "preferences": {"U0CAROL": OFF}},
            {MINE, HERS, HIS},
            (LeftOut(LeftOutReason.NOT_WANTED, number=GUEST),),
        ),
        (
            {"numbers": {**THREE, BOB: "+6591230009"}},
            {MINE, HERS, GUEST},
            (LeftOut(LeftOutReason.NUMBER_CHANGED, BOB),),
        ),
        ({"numbers": {CALLER: MINE, ALICE: HERS}}, {MINE, HERS, GUEST}, (LeftOut(LeftOutReason.NO_NUMBER, BOB),)),
        ({"preferences": {CALLER: OFF}}, {HERS, HIS, GUEST}, (LeftOut(LeftOutReason.NOT_WANTED, CALLER),)),
    ],
)
def test_who_must_not_be_rung_any_more_is_not_and_everybody_else_is(
    circumstances: dict[str, Any], still: set[str], left_out: tuple[LeftOut, ...]
) -> None:
    conference = seated(
        Participant(MINE, (CALLER,)), Participant(HERS, (ALICE,)), Participant(HIS, (BOB,)), Participant(GUEST)
    )
    before = replace(conference, left_out=(LeftOut(LeftOutReason.BOT, "U0BOT"),))
    after = still_seated(before, **{"numbers": THREE, **circumstances})
    assert {participant.number for participant in after.participants} == still
    assert after.left_out == (*before.left_out, *left_out)
    assert (after.state, after.reason) == (ConferenceState.NEW, None)


@pytest.mark.parametrize("barred", ["+60123456789", "+6519001234567", "+61145123456"])
def test_a_number_that_is_barred_by_now_is_not_rung_whoever_it_is_of(barred: str) -> None:
    strict = Barring(frozenset({"SG"}))
    numbers = {CALLER: MINE, ALICE: HERS, BOB: barred}
    calls = (Participant(MINE, (CALLER,)), Participant(HERS, (ALICE,)))
    named = still_seated(seated(*calls, Participant(barred, (BOB,))), numbers, barring=strict)
    assert named.participants == calls
    assert named.left_out == (LeftOut(LeftOutReason.NOT_ALLOWED, BOB),)
    typed = still_seated(seated(*calls, Participant(barred)), numbers, barring=strict)
    assert typed.participants == calls
    assert typed.left_out == (LeftOut(LeftOutReason.NOT_ALLOWED, number=barred),)


def test_a_phone_rings_on_for_those_who_share_it_and_want_it_to() -> None:
    after = still_seated(ALL, {CALLER: MINE, ALICE: HERS, BOB: HERS}, preferences={ALICE: OFF})
    assert after.participants == (Participant(MINE, (CALLER,)), Participant(HERS, (BOB,)), Participant(GUEST))
    assert after.left_out == (LeftOut(LeftOutReason.NOT_WANTED, ALICE),)


def test_me_is_rung_also_after_switching_rings_off() -> None:
    conference = seated(Participant(MINE, (CALLER,)), Participant(HERS, (ALICE,)), wish=ASKED)
    assert still_seated(conference, {CALLER: MINE, ALICE: HERS}, preferences={CALLER: OFF}) is conference


def test_a_number_given_up_goes_out_of_the_invitation_too_if_it_was_typed_beside_the_name() -> None:
    conference = seated(Participant(MINE, (CALLER,)), Participant(HIS, (BOB,)), Participant(GUEST))
    both = Invitation((Person(BOB), Guest(HIS), Guest(GUEST)), IF_POSSIBLE)
    after = still_seated(replace(conference, invitation=both), {CALLER: MINE})
    assert after.invitation == Invitation((Person(BOB), Guest(GUEST)), IF_POSSIBLE)


def test_where_no_guest_may_be_rung_any_more_a_call_with_guests_alone_is_given_up() -> None:
    conference = seated(Participant(MINE, (CALLER,)), Participant(GUEST))
    after = still_seated(conference, {CALLER: MINE}, barring=Barring(guests=False))
    assert (after.state, after.reason) == (ConferenceState.ABANDONED, Reason.ONLY_THE_CALLER)
    assert after.left_out == (LeftOut(LeftOutReason.GUESTS_OFF, number=GUEST),)
