"""What is on file while a number is proved, changed or believed, and what admins do to it."""

from dataclasses import replace
from pathlib import Path

import pytest

from conference.barring import Barred, Barring
from conference.people import AdminAct, LoggedAct, NumberOnFile, PersonOnFile, Source
from conference.preferences import Preferences
from conference.registration import TRIES, CodeSent, Kept, NoCode, NotAllowed, WrongCode
from storage import Storage
from tests.unit.conftest import rows
from tests.unit.registration_desk import ADMIN, ALICE, HERS, HERS_TOO, PREMIUM, TEAM, Desk, nobody_is_told


@pytest.fixture
def desk(storage: Storage) -> Desk:
    return Desk(storage)


# What is on file meanwhile


async def test_changing_keeps_the_old_number_until_the_new_one_is_proved(desk: Desk) -> None:
    await desk.propose()
    await desk.enter(desk.code)
    await desk.propose(HERS_TOO)
    assert await desk.number() == HERS
    await desk.enter(desk.wrong_code)
    assert (await desk.number(), (await desk.person()).unproved) == (HERS, HERS_TOO)
    await desk.enter(desk.code)
    assert (await desk.number(), (await desk.person()).unproved) == (HERS_TOO, None)


async def test_proposing_the_number_on_file_sends_nothing_and_drops_the_other(desk: Desk) -> None:
    await desk.registration().vouch(TEAM, ALICE, HERS, admin_id=ADMIN)
    await desk.propose(HERS_TOO)
    assert await desk.propose(HERS) == Kept(HERS)
    assert len(desk.carrier.texts) == 1
    assert await desk.enter(desk.code) is NoCode.NEVER_SENT
    assert await desk.number() == HERS


async def test_the_code_is_nowhere_and_no_other_key_makes_its_digest(desk: Desk, database: Path) -> None:
    await desk.propose()
    tables = rows(database, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%migrations%'")
    kept = {value for (table,) in tables for row in rows(database, f"SELECT * FROM {table}") for value in row}  # noqa: S608
    (made,) = rows(database, "SELECT salt, digest, number_digest FROM proofs JOIN codes_sent USING (team_id, user_id)")
    # Among so many random digits the code's own may stand by chance: there is no room for it besides.
    assert [len(str(one)) for one in made] == [32, 64, 64]
    assert kept.difference(made) == {TEAM, ALICE, HERS, desk.clock.now().isoformat(), 0}
    assert await desk.registration(key=b"another").enter(TEAM, ALICE, desk.code) == WrongCode(TRIES - 1)
    await desk.propose()
    (stored,), code = rows(database, "SELECT digest, salt FROM proofs"), desk.code
    await desk.propose()
    (again,) = rows(database, "SELECT digest, salt FROM proofs")
    assert not set(stored) & set(again)
    # Chance puts one of them among those digits, but not both.
    assert not (code in str(stored) and desk.code in str(again))


async def test_without_sms_a_number_is_believed_and_nothing_is_sent(desk: Desk) -> None:
    registration = desk.registration(by_sms=False)
    assert await registration.propose(TEAM, ALICE, HERS, undelivered=nobody_is_told) == Kept(HERS)
    assert (registration.in_hand, desk.carrier.texts) == (set(), [])
    assert await desk.person() == PersonOnFile(NumberOnFile(HERS, Source.BELIEVED, desk.clock.now()))


async def test_a_number_that_was_believed_is_unproved_where_proof_is_wanted(desk: Desk) -> None:
    believing, wanting = desk.registration(by_sms=False), desk.registration()
    await believing.propose(TEAM, ALICE, HERS, undelivered=nobody_is_told)
    believed = PersonOnFile(NumberOnFile(HERS, Source.BELIEVED, desk.clock.now()))
    await desk.storage.set_preferences(TEAM, ALICE, Preferences(wants_rings=False))
    off = Preferences(wants_rings=False)
    assert await believing.on_file(TEAM, ALICE) == replace(believed, preferences=off)
    assert await believing.is_missing(TEAM, ALICE) is False
    assert await wanting.on_file(TEAM, ALICE) == PersonOnFile(None, HERS, off)
    assert await wanting.is_missing(TEAM, ALICE) is True


async def test_a_believed_number_is_proved_by_a_code_of_its_own(desk: Desk) -> None:
    await desk.registration(by_sms=False).propose(TEAM, ALICE, HERS, undelivered=nobody_is_told)
    assert await desk.propose(HERS) == CodeSent(HERS)
    assert [number for number, _ in desk.carrier.texts] == [HERS]
    assert await desk.registration().is_missing(TEAM, ALICE) is True
    assert await desk.enter(desk.code) == Kept(HERS)
    proved = PersonOnFile(NumberOnFile(HERS, Source.SELF, desk.clock.now()))
    assert await desk.registration().on_file(TEAM, ALICE) == await desk.person() == proved
    assert await desk.propose(HERS) == Kept(HERS)
    assert len(desk.carrier.texts) == 1


async def test_the_number_that_a_code_went_to_stands_before_one_that_was_believed(desk: Desk) -> None:
    await desk.registration(by_sms=False).propose(TEAM, ALICE, HERS, undelivered=nobody_is_told)
    assert await desk.propose(HERS_TOO) == CodeSent(HERS_TOO)
    assert await desk.registration().on_file(TEAM, ALICE) == PersonOnFile(None, HERS_TOO)


@pytest.mark.parametrize("source", [source for source in Source if source is not Source.BELIEVED])
async def test_a_number_that_somebody_vouched_for_needs_no_other_proof(desk: Desk, source: Source) -> None:
    number = NumberOnFile(HERS, source, desk.clock.now())
    await desk.storage.proving(TEAM, ALICE, lambda book: book.set_number(number))
    for by_sms in (True, False):
        registration = desk.registration(by_sms=by_sms)
        assert await registration.on_file(TEAM, ALICE) == PersonOnFile(number)
        assert await registration.is_missing(TEAM, ALICE) is False
        assert await registration.propose(TEAM, ALICE, HERS, undelivered=nobody_is_told) == Kept(HERS)
    assert desk.carrier.texts == []
    assert await desk.person() == PersonOnFile(number)


@pytest.mark.parametrize("by_sms", [True, False])
async def test_who_has_no_number_is_missing(desk: Desk, by_sms: bool) -> None:
    assert await desk.registration(by_sms=by_sms).is_missing(TEAM, ALICE) is True
    assert await desk.registration(by_sms=by_sms).on_file(TEAM, ALICE) == PersonOnFile()


@pytest.mark.parametrize("by_sms", [True, False])
async def test_a_number_that_is_never_rung_is_not_kept_and_not_texted(desk: Desk, by_sms: bool) -> None:
    registration = desk.registration(by_sms=by_sms)
    proposal = await registration.propose(TEAM, ALICE, PREMIUM, undelivered=nobody_is_told)
    assert proposal == NotAllowed(Barred.PREMIUM_RATE)
    assert await registration.vouch(TEAM, ALICE, PREMIUM, admin_id=ADMIN) == NotAllowed(Barred.PREMIUM_RATE)
    assert (registration.in_hand, desk.carrier.texts) == (set(), [])
    assert await desk.person() == PersonOnFile()
    assert await desk.storage.logged_acts() == []


async def test_a_country_that_is_barred_meanwhile_is_not_proved_any_more(desk: Desk) -> None:
    await desk.propose()
    strict = desk.registration(barring=Barring(frozenset({"MY"})))
    assert await strict.enter(TEAM, ALICE, desk.code) is NoCode.NEVER_SENT
    assert await desk.person() == PersonOnFile()


# Admins


async def test_an_admin_vouches_and_removes_and_each_is_logged(desk: Desk) -> None:
    now = desk.clock.now()
    await desk.propose(HERS_TOO)
    assert await desk.registration().vouch(TEAM, ALICE, HERS, admin_id=ADMIN) == Kept(HERS)
    assert await desk.person() == PersonOnFile(NumberOnFile(HERS, Source.ADMIN, now))
    assert await desk.registration().remove(TEAM, ALICE, admin_id=ADMIN) is True
    assert await desk.registration().remove(TEAM, ALICE, admin_id=ADMIN) is False
    assert await desk.storage.logged_acts() == [
        LoggedAct(now, TEAM, ADMIN, AdminAct.SET, ALICE),
        LoggedAct(now, TEAM, ADMIN, AdminAct.REMOVED, ALICE),
    ]


async def test_what_people_do_with_their_own_number_is_not_logged(desk: Desk) -> None:
    await desk.propose()
    await desk.enter(desk.code)
    assert await desk.registration().remove(TEAM, ALICE) is True
    assert await desk.storage.logged_acts() == []
