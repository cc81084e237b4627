"""Who of those asked for is rung, and who is left out and why."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conference.calls import Participant
from conference.dests import Circumstances, DestList, Profile, compose, invited, refusal, same_people
from conference.invitation import CallerWish, Group, Guest, Invitation, Person
from conference.model import Conference, ConferenceState, LeftOut, LeftOutReason, Reason
from tests.unit.generated import BEGUN_AT, NUMBERS, conference_of, invitations

CALLER, ALICE, BOB = "U0CALLER", "U0ALICE", "U0BOB"
GROUP = Group("S1")
MINE, HERS, HIS, GUEST = "+6591230000", "+6591230001", "+6591230002", "+6581234567"
NOW = BEGUN_AT
ON_FILE = {CALLER: MINE, ALICE: HERS, BOB: HIS}


def asked(*invitees: Person | Group | Guest, caller: CallerWish = CallerWish.IF_POSSIBLE) -> Invitation:
    return Invitation(invitees, caller)


def dests(invitation: Invitation, *, members: tuple[str, ...] = (), **circumstances: Any) -> DestList:
    """Under these circumstances, besides those that every test has."""
    everybody = invited(invitation, CALLER, {GROUP.group_id: members})
    given = Circumstances(**{"team_id": "T1", "now": NOW, "numbers": ON_FILE, **circumstances})
    return compose(everybody, given, caller_id=CALLER, wish=invitation.caller)


def rung(dest_list: DestList) -> list[tuple[str, tuple[str, ...]]]:
    return [(participant.number, participant.people) for participant in dest_list.participants]


def test_the_caller_comes_first_and_then_the_order_typed() -> None:
    result = dests(asked(Guest(GUEST), Person(BOB), Person(ALICE)))
    assert rung(result) == [(MINE, (CALLER,)), (GUEST, ()), (HIS, (BOB,)), (HERS, (ALICE,))]
    assert result.left_out == ()


def test_nobody_is_rung_twice_who_is_named_and_in_a_group() -> None:
    result = dests(asked(Person(ALICE), GROUP, Person(CALLER)), members=(BOB, ALICE, CALLER, BOB))
    assert rung(result) == [(MINE, (CALLER,)), (HERS, (ALICE,)), (HIS, (BOB,))]


def test_two_people_with_one_number_share_one_call() -> None:
    result = dests(asked(Person(ALICE), Person(BOB)), numbers={**ON_FILE, BOB: HERS})
    assert rung(result) == [(MINE, (CALLER,)), (HERS, (ALICE, BOB))]


@pytest.mark.parametrize("order", [(Person(ALICE), Guest(HERS)), (Guest(HERS), Person(ALICE))])
def test_a_guest_who_is_somebody_named_is_that_person(order: tuple[Person | Guest, ...]) -> None:
    assert rung(dests(asked(*order))) == [(MINE, (CALLER,)), (HERS, (ALICE,))]


@pytest.mark.parametrize(
    ("profiles", "numbers", "open_numbers", "reason"),
    [
        ({BOB: Profile(is_bot=True)}, ON_FILE, frozenset(), LeftOutReason.BOT),
        ({BOB: Profile(is_bot=True)}, {CALLER: MINE, ALICE: HERS}, frozenset(), LeftOutReason.BOT),
        ({BOB: Profile(is_deactivated=True)}, ON_FILE, frozenset(), LeftOutReason.DEACTIVATED),
        ({}, {CALLER: MINE, ALICE: HERS}, frozenset(), LeftOutReason.NO_NUMBER),
        ({}, ON_FILE, frozenset({HIS}), LeftOutReason.IN_ANOTHER_CALL),
    ],
)
def test_who_can_not_be_rung_is_left_out_with_the_reason(
    profiles: dict[str, Profile], numbers: dict[str, str], open_numbers: frozenset[str], reason: LeftOutReason
) -> None:
    result = dests(asked(Person(BOB), Person(ALICE)), profiles=profiles, numbers=numbers, open_numbers=open_numbers)
    assert rung(result) == [(MINE, (CALLER,)), (HERS, (ALICE,))]
    assert result.left_out == (LeftOut(reason, user_id=BOB),)


def test_a_guest_in_another_call_is_left_out_by_number() -> None:
    result = dests(asked(Guest(GUEST), Person(ALICE)), open_numbers=frozenset({GUEST}))
    assert rung(result) == [(MINE, (CALLER,)), (HERS, (ALICE,))]
    assert result.left_out == (LeftOut(LeftOutReason.IN_ANOTHER_CALL, number=GUEST),)


@pytest.mark.parametrize("also", [(), (Person(CALLER),), (GROUP,)])
def test_without_me_leaves_the_caller_out_however_else_they_are_named(also: tuple[Person | Group, ...]) -> None:
    result = dests(asked(Person(ALICE), *also, caller=CallerWish.LEFT_OUT), members=(CALLER, BOB))
    assert all(CALLER not in people for _, people in rung(result))
    assert result.left_out == ()


@pytest.mark.parametrize(
    ("invitation", "numbers", "reason"),
    [
        (asked(Person(ALICE)), ON_FILE, None),
        (asked(Person(ALICE)), {CALLER: MINE}, Reason.ONLY_THE_CALLER),
        (asked(Person(CALLER)), {CALLER: MINE}, Reason.ONLY_THE_CALLER),
        (asked(Guest(MINE)), {CALLER: MINE}, Reason.ONLY_THE_CALLER),
        (asked(Person(ALICE), caller=CallerWish.ASKED), {CALLER: MINE}, None),
        (asked(caller=CallerWish.ASKED), ON_FILE, None),
        (asked(caller=CallerWish.ASKED), {}, Reason.NOBODY_TO_RING),
        (asked(caller=CallerWish.LEFT_OUT), ON_FILE, Reason.NOBODY_TO_RING),
        (asked(Person(ALICE), caller=CallerWish.LEFT_OUT), ON_FILE, None),
        (asked(Guest(GUEST)), {}, None),
        (asked(Person(ALICE)), {}, Reason.NOBODY_TO_RING),
    ],
)
def test_a_call_that_makes_no_sense_is_refused(
    invitation: Invitation, numbers: dict[str, str], reason: Reason | None
) -> None:
    assert refusal(dests(invitation, numbers=numbers).participants, invitation, CALLER) is reason


@pytest.mark.parametrize(("guests", "reason"), [(7, None), (8, Reason.TOO_MANY)])
def test_eight_phones_may_ring_and_not_nine(guests: int, reason: Reason | None) -> None:
    invitation = asked(*(Guest(f"+6581230{number:03}") for number in range(guests)))
    assert refusal(dests(invitation).participants, invitation, CALLER) is reason


def test_those_left_out_and_those_who_share_take_no_place_among_the_eight() -> None:
    people = [f"U{number}" for number in range(20)]
    numbers = {person: f"+658123000{place % 7}" for place, person in enumerate(people[:14])}
    invitation = asked(*map(Person, people))
    result = dests(invitation, numbers={**numbers, CALLER: MINE})
    assert (len(result.participants), len(result.left_out)) == (8, 6)
    assert refusal(result.participants, invitation, CALLER) is None


# The same people again

SHE, HE = Person(ALICE), Person(BOB)


def old(*calls: Participant, by: CallerWish = CallerWish.IF_POSSIBLE, left: tuple[str, ...] = ()) -> Conference:
    """A conference in which the caller asked for Alice."""
    left_out = tuple(LeftOut(LeftOutReason.NO_NUMBER, user_id) for user_id in left)
    return replace(
        conference_of(Participant(HERS, (ALICE,)), *calls, state=ConferenceState.ENDED),
        invitation=asked(SHE, caller=by),
        left_out=left_out,
    )


THE_CALLER = Participant(MINE, (CALLER,))


def test_the_caller_asks_for_the_same_people_in_the_same_way() -> None:
    for wish in (CallerWish.IF_POSSIBLE, CallerWish.ASKED):
        assert same_people(old(THE_CALLER, by=wish), CALLER) == asked(SHE, caller=wish)
    assert same_people(old(by=CallerWish.LEFT_OUT), CALLER) == asked(SHE, caller=CallerWish.LEFT_OUT)


def test_somebody_else_asks_for_the_caller_too_and_is_rung_only_if_they_were_among_them() -> None:
    assert same_people(old(THE_CALLER), ALICE) == asked(Person(CALLER), SHE)
    assert same_people(old(THE_CALLER, left=(BOB,)), BOB) == asked(Person(CALLER), SHE)
    assert same_people(old(THE_CALLER), BOB) == asked(Person(CALLER), SHE, caller=CallerWish.LEFT_OUT)
    assert same_people(old(by=CallerWish.LEFT_OUT), BOB) == asked(SHE, caller=CallerWish.LEFT_OUT)


def test_those_who_were_added_while_it_ran_are_among_the_same_people() -> None:
    added = (
        Participant(HIS, (BOB, "U0EVE"), asked_by=ALICE),
        Participant(GUEST, asked_by=BOB),
        Participant(HERS, (ALICE,), asked_by=ALICE),
        Participant("", asked_by=ALICE),
    )
    again = same_people(old(THE_CALLER, *added), CALLER)
    assert again == asked(SHE, HE, Person("U0EVE"), Guest(GUEST))
    assert same_people(old(THE_CALLER, *added), BOB) == asked(Person(CALLER), *again.invitees)


def test_a_caller_who_came_in_later_is_among_the_same_people() -> None:
    later = replace(THE_CALLER, asked_by=CALLER)
    again = same_people(old(later, by=CallerWish.LEFT_OUT), CALLER)
    assert Person(CALLER) in invited(again, CALLER, {})
    assert set(invited(same_people(old(later, by=CallerWish.LEFT_OUT), ALICE), ALICE, {})) == {Person(CALLER), SHE}


@given(invitations, st.data())
@settings(max_examples=150, deadline=None)
def test_everybody_asked_for_is_rung_once_or_left_out_once(invitation: Invitation, data: st.DataObject) -> None:
    members = {
        invitee.group_id: data.draw(st.lists(st.sampled_from(["U1", "U2", CALLER])))
        for invitee in invitation.invitees
        if isinstance(invitee, Group)
    }
    everybody = invited(invitation, CALLER, members)
    people = [invitee.user_id for invitee in everybody if isinstance(invitee, Person)]
    on_file = data.draw(st.fixed_dictionaries({person: st.none() | st.sampled_from(NUMBERS) for person in people}))
    flags = st.builds(Profile, st.booleans(), st.booleans())
    result = compose(
        everybody,
        Circumstances(
            team_id="T1",
            now=NOW,
            profiles=data.draw(st.dictionaries(st.sampled_from(people), flags)) if people else {},
            numbers={person: number for person, number in on_file.items() if number},
            open_numbers=data.draw(st.frozensets(st.sampled_from(NUMBERS), max_size=3)),
        ),
        caller_id=CALLER,
        wish=invitation.caller,
    )
    rung_people = [person for participant in result.participants for person in participant.people]
    left_people = [left.user_id for left in result.left_out if left.user_id]
    assert sorted(rung_people + left_people) == sorted(people)
    called = [participant.number for participant in result.participants]
    assert len(set(called)) == len(called)
    guests = {invitee.number for invitee in everybody if isinstance(invitee, Guest)}
    left_numbers = {left.number or on_file[str(left.user_id)] for left in result.left_out}
    assert guests <= {*called, *left_numbers}


# Who is in another call


def test_who_is_in_a_call_on_another_number_is_left_out_and_who_shares_their_phone_is_rung() -> None:
    result = dests(asked(Person(ALICE), Person(BOB)), numbers={**ON_FILE, BOB: HERS}, open_people={BOB})
    assert rung(result) == [(MINE, (CALLER,)), (HERS, (ALICE,))]
    assert result.left_out == (LeftOut(LeftOutReason.IN_ANOTHER_CALL, user_id=BOB),)


@pytest.mark.parametrize(
    ("owners", "is_rung"),
    [({}, True), ({HIS: (BOB,)}, False), ({HIS: (BOB, CALLER)}, False), ({HIS: (ALICE, BOB)}, True)],
)
def test_a_typed_number_all_whose_owners_are_in_a_call_is_left_out(
    owners: dict[str, tuple[str, ...]], is_rung: bool
) -> None:
    result = dests(asked(Guest(HIS), caller=CallerWish.LEFT_OUT), owners=owners, open_people={BOB, CALLER})
    assert rung(result) == ([(HIS, ())] if is_rung else [])
    assert result.left_out == (() if is_rung else (LeftOut(LeftOutReason.IN_ANOTHER_CALL, number=HIS),))


@pytest.mark.parametrize(
    ("owners", "is_rung"), [({HERS: (ALICE,)}, False), ({HERS: (ALICE, BOB)}, True), ({HERS: (BOB,)}, True)]
)
@pytest.mark.parametrize("order", [(Person(ALICE), Guest(HERS)), (Guest(HERS), Person(ALICE))])
def test_a_guest_who_is_somebody_named_that_is_rung_elsewhere_is_that_person(
    order: tuple[Person | Guest, ...], owners: dict[str, tuple[str, ...]], is_rung: bool
) -> None:
    elsewhere: dict[str, Any] = {"numbers": {**ON_FILE, ALICE: GUEST}, "borrowing": {ALICE}, "owners": owners}
    result = dests(asked(*order, caller=CallerWish.LEFT_OUT), **elsewhere)
    assert set(rung(result)) == ({(GUEST, (ALICE,)), (HERS, ())} if is_rung else {(GUEST, (ALICE,))})
    assert result.left_out == ()
