"""How a number comes on file: proved by a code, over a real database and a carrier that only keeps what it is sent."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from conference.barring import Barred, Barring
from conference.calls import Report
from conference.carrier import AnswerLost, Balance, CarrierError, Moderation, NotSent, Placed, Refused
from conference.people import AdminAct, LoggedAct, NumberOnFile, PersonOnFile, Source
from conference.preferences import Preferences
from conference.registration import (
    CODES_PER_NUMBER,
    CODES_PER_PERSON,
    TRIES,
    CodeSent,
    Entry,
    Kept,
    NoCode,
    NotAllowed,
    Proposal,
    Registration,
    TooManyCodes,
    WrongCode,
)
from sandbox.clock import MovedClock
from storage import Storage
from tests.unit.conftest import bytes_on_disk, rows

TEAM, ALICE, BOB, ADMIN = "T1", "U0ALICE", "U0BOB", "U0ADMIN"
HERS, HERS_TOO, HIS = "+6591230001", "+6591230009", "+6591230002"
PREMIUM = "+6519001234567"
KEY = b"a key that stands in no database"
MINUTE, HOUR, DAY = 60, 3600, 86_400


class TextCarrier:
    """Keeps the texts that it is given; `error` is what it meets each with, once it `answers`."""

    def __init__(self, error: CarrierError | None = None, answers: asyncio.Event | None = None) -> None:
        self.texts: list[tuple[str, str]] = []
        self.error = error
        self.asked = asyncio.Event()
        self.answers = answers or asyncio.Event()
        if answers is None:
            self.answers.set()

    async def text(self, number: str, message: str) -> None:
        self.texts.append((number, message))
        self.asked.set()
        await self.answers.wait()
        if self.error:
            raise self.error

    async def call(self, dests: Sequence[str], *, room: str, tag: str, notify_url: str) -> Placed:
        raise AssertionError("nobody is rung to prove a number")

    async def balance(self) -> Balance:
        raise AssertionError("nobody asks for it to prove a number")

    async def status(self, txn_ref: str) -> Report:
        raise AssertionError("nobody was rung")

    async def hang_up(self, txn_ref: str) -> None:
        raise AssertionError("nobody was rung")

    async def moderate(self, txn_ref: str, action: Moderation) -> None:
        raise AssertionError("nobody was rung")

    def history(self, since: datetime, until: datetime) -> AsyncGenerator[list[Report]]:
        raise AssertionError("nobody was rung")


@dataclass
class Desk:
    """Where people bring their numbers."""

    storage: Storage
    clock: MovedClock = field(default_factory=MovedClock)
    carrier: TextCarrier = field(default_factory=TextCarrier)
    undelivered: list[CarrierError] = field(default_factory=list)

    def registration(self, *, by_sms: bool = True, barring: Barring | None = None, key: bytes = KEY) -> Registration:
        return Registration(
            storage=self.storage,
            carrier=self.carrier,
            clock=self.clock,
            barring=replace(barring or Barring(), believed=not by_sms),
            key=key,
        )

    async def propose(self, number: str = HERS, user_id: str = ALICE, team_id: str = TEAM) -> Proposal:
        """Propose a number, and wait until its code has left."""

        async def undelivered(error: CarrierError) -> None:
            self.undelivered.append(error)

        registration = self.registration()
        proposal = await registration.propose(team_id, user_id, number, undelivered=undelivered)
        await asyncio.gather(*registration.in_hand)
        return proposal

    async def enter(self, code: str, user_id: str = ALICE, team_id: str = TEAM) -> Entry:
        return await self.registration().enter(team_id, user_id, code)

    @property
    def code(self) -> str:
        """The one that was sent last."""
        return self.carrier.texts[-1][1][:6]

    @property
    def wrong_code(self) -> str:
        return f"{(int(self.code) + 1) % 1_000_000:06}"

    async def person(self, user_id: str = ALICE) -> PersonOnFile:
        return await self.storage.person(TEAM, user_id)

    async def number(self, user_id: str = ALICE) -> str | None:
        on_file = (await self.person(user_id)).number
        return on_file.number if on_file else None


async def nobody_is_told(error: CarrierError) -> None:
    raise AssertionError(error)


@pytest.fixture
def desk(storage: Storage) -> Desk:
    return Desk(storage)


async def test_a_code_goes_to_the_number_and_proves_it_when_it_comes_back(desk: Desk) -> None:
    assert await desk.propose() == CodeSent(HERS)
    ((number, text),) = desk.carrier.texts
    assert number == HERS
    assert text.isascii()
    assert len(text) <= 160
    assert await desk.person() == PersonOnFile(None, HERS)
    assert await desk.enter(desk.code) == Kept(HERS)
    assert await desk.person() == PersonOnFile(NumberOnFile(HERS, Source.SELF, desk.clock.now()))


@pytest.mark.parametrize("space", [" ", "  ", "\u00a0"])
async def test_a_code_may_be_typed_with_spaces(desk: Desk, space: str) -> None:
    await desk.propose()
    assert await desk.enter(f" {desk.code[:3]}{space}{desk.code[3:]} ") == Kept(HERS)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "0" * 5_000, "\x00", "\ud83d"])
async def test_what_is_no_code_costs_no_try(desk: Desk, typed: str) -> None:
    await desk.propose()
    for _ in range(TRIES):
        assert await desk.enter(typed) is NoCode.UNREADABLE
    assert await desk.person() == PersonOnFile(None, HERS)
    assert await desk.enter(desk.wrong_code) == WrongCode(TRIES - 1)
    assert await desk.enter(typed) is NoCode.UNREADABLE
    assert await desk.enter(desk.code) == Kept(HERS)


async def test_a_wrong_code_counts_and_after_five_the_right_one_proves_nothing(desk: Desk) -> None:
    await desk.propose()
    answers = [await desk.enter(desk.wrong_code) for _ in range(TRIES)]
    assert answers == [*(WrongCode(left) for left in range(TRIES - 1, 0, -1)), NoCode.TOO_MANY_TRIES]
    assert await desk.enter(desk.code) is NoCode.TOO_MANY_TRIES
    assert await desk.number() is None


async def test_the_last_try_may_be_right(desk: Desk) -> None:
    await desk.propose()
    for _ in range(TRIES - 1):
        await desk.enter(desk.wrong_code)
    assert await desk.enter(desk.code) == Kept(HERS)


async def test_a_code_is_used_once(desk: Desk) -> None:
    await desk.propose()
    await desk.enter(desk.code)
    await desk.registration().remove(TEAM, ALICE)
    assert await desk.enter(desk.code) is NoCode.NEVER_SENT
    assert await desk.number() is None


async def test_a_new_code_takes_the_place_of_the_old_one_and_has_tries_of_its_own(desk: Desk) -> None:
    await desk.propose()
    old = desk.code
    for _ in range(TRIES):
        await desk.enter(desk.wrong_code)
    await desk.propose()
    if old != desk.code:
        assert await desk.enter(old) == WrongCode(TRIES - 1)
    assert await desk.enter(desk.code) == Kept(HERS)


async def test_nobody_enters_the_code_of_somebody_else_or_of_another_workspace(desk: Desk) -> None:
    await desk.propose()
    assert await desk.enter(desk.code, BOB) is NoCode.NEVER_SENT
    assert await desk.enter(desk.code, ALICE, "T2") is NoCode.NEVER_SENT
    hers = desk.code
    await desk.propose(HIS, BOB)
    if hers != desk.code:
        assert await desk.enter(hers, BOB) == WrongCode(TRIES - 1)


@pytest.mark.parametrize(
    ("seconds", "entry"), [(10 * MINUTE, Kept(HERS)), (10 * MINUTE + 1, NoCode.EXPIRED), (DAY, NoCode.EXPIRED)]
)
async def test_a_code_is_good_for_ten_minutes(desk: Desk, seconds: float, entry: Entry) -> None:
    await desk.propose()
    await desk.clock.advance(seconds)
    assert await desk.enter(desk.code) == entry


async def test_a_clock_that_is_set_back_makes_no_code_younger(desk: Desk) -> None:
    await desk.propose()
    desk.clock = MovedClock(desk.clock.now() - timedelta(minutes=11))
    assert await desk.enter(desk.code) is NoCode.EXPIRED


async def test_two_right_codes_at_once_are_one(desk: Desk) -> None:
    await desk.propose()
    entries = await asyncio.gather(*(desk.enter(desk.code) for _ in range(8)))
    assert sorted(map(str, entries)) == sorted(map(str, [Kept(HERS), *[NoCode.NEVER_SENT] * 7]))


async def test_many_wrong_codes_at_once_are_counted_each(desk: Desk) -> None:
    await desk.propose()
    entries = await asyncio.gather(*(desk.enter(desk.wrong_code) for _ in range(50)))
    assert sum(isinstance(entry, WrongCode) for entry in entries) == TRIES - 1
    assert await desk.enter(desk.code) is NoCode.TOO_MANY_TRIES


# How many codes are sent


async def test_a_person_is_sent_three_codes_an_hour_to_whatever_numbers(desk: Desk) -> None:
    began = desk.clock.now()
    for place in range(CODES_PER_PERSON):
        assert isinstance(await desk.propose(f"+659123001{place}"), CodeSent)
        await desk.clock.advance(MINUTE)
    opens_at = began + timedelta(hours=1)
    assert await desk.propose("+6591230020") == TooManyCodes(False, CODES_PER_PERSON, opens_at)
    assert len(desk.carrier.texts) == CODES_PER_PERSON
    assert (await desk.person()).unproved == "+6591230012"
    await desk.clock.advance_to(opens_at - timedelta(seconds=1))
    assert isinstance(await desk.propose("+6591230020"), TooManyCodes)
    await desk.clock.advance_to(opens_at)
    assert await desk.propose("+6591230020") == CodeSent("+6591230020")


async def test_a_number_is_sent_three_codes_a_day_for_whomever(desk: Desk) -> None:
    began = desk.clock.now()
    for place, team_id in enumerate([TEAM, TEAM, "T2"]):
        assert isinstance(await desk.propose(HERS, f"U{place}", team_id), CodeSent)
        await desk.clock.advance(HOUR)
    opens_at = began + timedelta(days=1)
    assert await desk.propose(HERS, "U9") == TooManyCodes(True, CODES_PER_NUMBER, opens_at)
    assert await desk.propose(HIS, "U9") == CodeSent(HIS)
    assert len(desk.carrier.texts) == CODES_PER_NUMBER + 1
    await desk.clock.advance_to(opens_at)
    assert await desk.propose(HERS, "U8") == CodeSent(HERS)


async def test_a_flood_at_once_is_three_codes(desk: Desk) -> None:
    proposals = await asyncio.gather(*(desk.propose(HERS, f"U{place}") for place in range(50)))
    assert sum(isinstance(proposal, CodeSent) for proposal in proposals) == CODES_PER_NUMBER
    assert [number for number, _ in desk.carrier.texts] == [HERS] * CODES_PER_NUMBER


async def test_removing_the_number_brings_no_codes_back(desk: Desk) -> None:
    for _ in range(CODES_PER_NUMBER):
        await desk.propose()
        await desk.enter(desk.code)
        await desk.registration().remove(TEAM, ALICE)
    assert isinstance(await desk.propose(), TooManyCodes)
    assert isinstance(await desk.propose(HERS, BOB), TooManyCodes)


@pytest.mark.parametrize("error", [Refused("error_dest_not_supported"), NotSent("refused")])
async def test_a_code_that_surely_was_not_sent_is_told_and_does_not_count(desk: Desk, error: CarrierError) -> None:
    desk.carrier.error = error
    for _ in range(CODES_PER_PERSON + 2):
        assert await desk.propose() == CodeSent(HERS)
        assert await desk.person() == PersonOnFile()
        await desk.clock.advance(1)
    assert desk.undelivered == [error] * (CODES_PER_PERSON + 2)
    assert len(desk.carrier.texts) == CODES_PER_PERSON + 2
    assert await desk.enter(desk.code) is NoCode.NEVER_SENT


async def test_a_code_whose_answer_was_lost_counts_is_good_and_is_not_sent_again(desk: Desk) -> None:
    desk.carrier.error = AnswerLost("timeout")
    for _ in range(CODES_PER_PERSON):
        assert await desk.propose() == CodeSent(HERS)
    assert isinstance(await desk.propose(), TooManyCodes)
    assert len(desk.carrier.texts) == CODES_PER_PERSON
    assert desk.undelivered == []
    assert await desk.enter(desk.code) == Kept(HERS)


async def test_a_refusal_takes_back_nothing_that_came_after_it(desk: Desk) -> None:
    slow = Desk(desk.storage, desk.clock, TextCarrier(Refused("error_dest_not_supported"), asyncio.Event()))
    refused = asyncio.create_task(slow.propose(HERS_TOO))
    await slow.carrier.asked.wait()
    await desk.clock.advance(1)
    assert await desk.propose(HERS) == CodeSent(HERS)
    slow.carrier.answers.set()
    await refused
    assert await desk.person() == PersonOnFile(None, HERS)
    assert await desk.enter(desk.code) == Kept(HERS)


@pytest.mark.parametrize("error", [Refused("error_dest_not_supported"), NotSent("refused")])
@pytest.mark.parametrize("number", [HERS, HERS_TOO])
async def test_a_code_is_good_again_when_the_one_after_it_was_not_sent(
    desk: Desk, error: CarrierError, number: str
) -> None:
    await desk.propose(HERS)
    first = desk.code
    await desk.enter(desk.wrong_code)
    await desk.clock.advance(1)
    desk.carrier.error = error
    assert await desk.propose(number) == CodeSent(number)
    assert desk.undelivered == [error]
    assert await desk.person() == PersonOnFile(None, HERS)
    assert await desk.enter(f"{(int(first) + 1) % 1_000_000:06}") == WrongCode(TRIES - 2)
    assert await desk.enter(first) == Kept(HERS)


async def test_an_earlier_code_is_no_younger_for_being_put_back(desk: Desk) -> None:
    await desk.propose(HERS)
    first = desk.code
    await desk.clock.advance(9 * MINUTE)
    desk.carrier.error = NotSent("refused")
    await desk.propose(HERS_TOO)
    await desk.clock.advance(MINUTE + 1)
    assert await desk.enter(first) is NoCode.EXPIRED


async def test_a_code_whose_answer_was_lost_puts_nothing_back(desk: Desk) -> None:
    await desk.propose(HERS)
    first = desk.code
    desk.carrier.error = AnswerLost("timeout")
    await desk.propose(HERS_TOO)
    assert await desk.person() == PersonOnFile(None, HERS_TOO)
    if first != desk.code:
        assert await desk.enter(first) == WrongCode(TRIES - 1)
    assert await desk.enter(desk.code) == Kept(HERS_TOO)


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
    assert desk.code.encode() not in bytes_on_disk(database)
    assert await desk.registration(key=b"another").enter(TEAM, ALICE, desk.code) == WrongCode(TRIES - 1)
    await desk.propose()
    (stored,) = rows(database, "SELECT digest, salt FROM proofs")
    await desk.propose()
    (again,) = rows(database, "SELECT digest, salt FROM proofs")
    assert not set(stored) & set(again)


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
