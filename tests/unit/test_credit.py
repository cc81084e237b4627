"""The balance: when the carrier is asked for it, what a refusal keeps of it, who is told that it is low."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conference import credit
from conference.calls import Participant
from conference.carrier import AnswerLost, Balance, CarrierError, NotEnoughCredit, NotSent, Refused
from conference.credit import CreditWatch, Shortage, read_shortage, why_refused
from conference.ledger import Ledger
from conference.model import ConferenceState
from messages.board import board
from messages.refusals import CARRIER_CODES, carrier_refusal
from messages.thread import untold
from sandbox.clock import MovedClock
from storage import Storage
from tests.unit.generated import BEGUN_AT, conference_of

TEAM, CAROL, DAVE = "T1", "U0CAROL", "U0DAVE"
LEFT = Balance("SGD", Decimal("4.20"))
NO_CREDIT = "error_insufficient_credit"
ALICE = Participant("+6591230001", ("U1",))
ENDED = conference_of(ALICE, state=ConferenceState.ENDED)


class Account:
    """Answers what it is told to, and keeps when it was asked."""

    def __init__(self, clock: MovedClock, answer: Balance | Exception = LEFT) -> None:
        self._clock = clock
        self.answer = answer
        self.asked_at: list[float] = []

    async def balance(self) -> Balance:
        self.asked_at.append(self._clock.monotonic())
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@asynccontextmanager
async def watching(account: Account, clock: MovedClock, seen: Callable[[Balance], None]) -> AsyncIterator[CreditWatch]:
    watch = CreditWatch(account.balance, clock, (seen,))
    running = asyncio.create_task(watch.run())
    await go_on(clock, 0)
    yield watch
    assert not running.done()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def go_on(clock: MovedClock, seconds: float) -> None:
    """Let time go by, and whatever it sets off settle."""
    await clock.advance(seconds)
    for _ in range(10):
        await asyncio.sleep(0)


async def test_the_balance_is_asked_for_at_once_and_every_ten_minutes() -> None:
    clock = MovedClock()
    account, seen = Account(clock), list[Balance]()
    async with watching(account, clock, seen.append):
        await go_on(clock, 599)
        assert account.asked_at == [0]
        await go_on(clock, 1201)
    assert account.asked_at == [0, 600, 1200, 1800]
    assert seen == [LEFT] * 4


async def test_conferences_that_end_together_are_one_question_and_the_next_is_later() -> None:
    clock = MovedClock()
    account = Account(clock)
    async with watching(account, clock, lambda _: None) as watch:
        await go_on(clock, 100)
        for _ in range(50):
            watch.hear(ENDED)
            await go_on(clock, 0)
            await go_on(clock, 0.02)
        await go_on(clock, 10)
        assert account.asked_at == [0, 105]
        await go_on(clock, 588)
        assert len(account.asked_at) == 2
        await go_on(clock, 7)
        assert account.asked_at == [0, 105, 705]


@given(st.lists(st.floats(0, 300), max_size=60))
async def test_questions_are_never_closer_than_five_seconds(waits: list[float]) -> None:
    clock = MovedClock()
    account = Account(clock)
    async with watching(account, clock, lambda _: None) as watch:
        ended = 0.0
        for wait in waits:
            ended = clock.monotonic()
            watch.hear(ENDED)
            await go_on(clock, 0)
            await go_on(clock, wait)
        await go_on(clock, 6)
    gaps = [later - earlier for earlier, later in zip(account.asked_at, account.asked_at[1:], strict=False)]
    assert all(gap > 4.999 for gap in gaps)
    assert account.asked_at[-1] >= ended
    assert len(account.asked_at) > 1 or not waits


@pytest.mark.parametrize("error", [NotSent("user/get_balance: ConnectError"), AnswerLost("x"), RuntimeError("oops")])
async def test_a_question_that_fails_is_one_line_and_asked_again_at_the_next_time(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    clock = MovedClock()
    account, seen = Account(clock, error), list[Balance]()
    async with watching(account, clock, seen.append):
        await go_on(clock, 599)
        assert (account.asked_at, seen) == ([0], [])
        account.answer = LEFT
        await go_on(clock, 1)
        assert seen == [LEFT]
        account.answer = error
        await go_on(clock, 600)
        assert seen == [LEFT]
    assert [bool(record.exc_info) for record in caplog.records] == [not isinstance(error, CarrierError)] * 2


# What a refusal keeps

balances = st.builds(
    Balance, st.sampled_from(["SGD", "USD"]), st.decimals(-1000, 10**9, places=6, allow_nan=False, allow_infinity=False)
)


@given(balances)
def test_a_shortage_comes_back_as_it_was_written(balance: Balance) -> None:
    shortage = Shortage(NO_CREDIT, balance)
    assert read_shortage(str(shortage)) == shortage
    sentence = carrier_refusal(str(shortage))
    assert sentence.startswith(f"The Hoiio account has {balance} left, which is not enough for this call.")
    assert "|" not in sentence


@pytest.mark.parametrize("code", [*CARRIER_CODES, "", "error_dest_param_missing", "a|b|c", f"{NO_CREDIT}|SGD|", "|||"])
def test_a_code_alone_is_no_shortage_and_reads_as_ever(code: str) -> None:
    assert read_shortage(code) is None
    assert CARRIER_CODES.get(code, "") in carrier_refusal(code)


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (NotEnoughCredit(NO_CREDIT), f"{NO_CREDIT}|SGD|4.20"),
        (Refused("error_dest_invalid"), "error_dest_invalid"),
    ],
)
async def test_only_a_lack_of_credit_has_the_balance_asked_for(error: Refused, why: str) -> None:
    account = Account(MovedClock())
    assert await why_refused(error, account.balance, "0123") == why
    assert len(account.asked_at) == isinstance(error, NotEnoughCredit)


@pytest.mark.parametrize("failure", [NotSent("x"), AnswerLost("x"), Refused("error_rate_limit_exceeded"), KeyError()])
async def test_a_balance_that_can_not_be_had_leaves_the_code(failure: Exception) -> None:
    assert await why_refused(NotEnoughCredit(NO_CREDIT), Account(MovedClock(), failure).balance, "0123") == NO_CREDIT


async def test_a_balance_is_not_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credit, "WITHIN_SECONDS", 0.01)

    async def answers_never() -> Balance:
        await asyncio.Event().wait()
        return LEFT

    assert await why_refused(NotEnoughCredit(NO_CREDIT), answers_never, "0123") == NO_CREDIT


@pytest.mark.parametrize(
    ("detail", "said"),
    [
        (f"{NO_CREDIT}|SGD|0.010", "The Hoiio account has SGD 0.01 left, which is not enough for this call."),
        (NO_CREDIT, "The Hoiio account has not enough credit for this call."),
    ],
)
def test_board_and_thread_say_what_is_left_where_it_is_known(detail: str, said: str) -> None:
    conference = replace(conference_of(ALICE, state=ConferenceState.REFUSED), detail=detail)
    assert said in board(conference).text
    assert said in untold(conference)[1][0]


# The end of a conference, whatever stored it


@pytest.mark.parametrize("state", ConferenceState)
async def test_only_what_may_have_cost_something_has_the_balance_asked_for(state: ConferenceState) -> None:
    clock = MovedClock()
    account = Account(clock)
    async with watching(account, clock, lambda _: None) as watch:
        watch.hear(conference_of(ALICE, state=state))
        await go_on(clock, 0)
        await go_on(clock, 100)
    assert account.asked_at == [0, 5][: 1 + (state in {ConferenceState.ENDED, ConferenceState.REFUSED})]


@pytest.mark.parametrize(
    ("before", "after", "times"),
    [
        (ConferenceState.LIVE, ConferenceState.ENDED, 1),
        (ConferenceState.DIALING, ConferenceState.REFUSED, 1),
        (ConferenceState.ENDED, ConferenceState.ENDED, 0),
    ],
)
async def test_an_end_that_is_stored_is_told_once(
    storage: Storage, before: ConferenceState, after: ConferenceState, times: int
) -> None:
    clock = MovedClock()
    account, ledger = Account(clock), Ledger(storage, clock)
    conference = conference_of(ALICE, state=before)
    await storage.add(conference)
    async with watching(account, clock, lambda _: None) as watch:
        ledger.listeners.append(watch.hear)
        for _ in range(3):
            await ledger.update(conference.key, lambda conference, _: replace(conference, state=after))
            await go_on(clock, 0)
            await go_on(clock, 100)
    assert len(account.asked_at) == 1 + times
    assert (await storage.conference(conference.key)).state is after


# Who was told


async def test_each_admin_is_noted_once_until_it_is_forgotten(storage: Storage) -> None:
    assert await storage.begin_credit_alert(TEAM, CAROL, BEGUN_AT) is True
    assert await storage.begin_credit_alert(TEAM, CAROL, BEGUN_AT) is False
    assert await storage.begin_credit_alert("T2", CAROL, BEGUN_AT) is True
    assert await storage.begin_credit_alert(TEAM, DAVE, BEGUN_AT) is True
    await storage.take_back_credit_alert(TEAM, DAVE)
    assert await storage.credit_alerts() == {(TEAM, CAROL), ("T2", CAROL)}
    await storage.forget_credit_alerts(TEAM)
    assert await storage.credit_alerts() == {("T2", CAROL)}
    assert await storage.begin_credit_alert(TEAM, CAROL, BEGUN_AT) is True
