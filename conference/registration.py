"""How a number comes on file: proved by a code that goes there by SMS and comes back through Slack, or by an admin."""

import asyncio
import hashlib
import hmac
import logging
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol, TypeVar

from conference.barring import Barred, Barring
from conference.carrier import AnswerLost, Carrier, CarrierError
from conference.clock import Clock
from conference.people import AdminAct, LoggedAct, NumberOnFile, PersonOnFile, Source
from conference.tasks import Tasks

log = logging.getLogger(__name__)

_Result = TypeVar("_Result")

CODE_DIGITS = 6
CODE_GOOD_FOR = timedelta(minutes=10)
TRIES = 5
"""How often a code may be entered wrongly. With CODES_PER_NUMBER that makes fifteen guesses a day at a number."""

FORGET_AT_ONCE = 50
"""Conferences in one transaction: few enough that no acknowledgement waits for it."""

FORGET_BEFORE_ANSWERING = 10
"""Transactions: enough for all but those who were in hundreds of conferences, for whom the rest goes on behind."""

_CODE = re.compile(rf"[0-9]{{{CODE_DIGITS}}}")

CODES_PER_PERSON = 3
PERSON_WINDOW = timedelta(hours=1)
CODES_PER_NUMBER = 3
NUMBER_WINDOW = timedelta(days=1)
WORKSPACE_WINDOW = timedelta(days=1)
CODES_COUNT_FOR = max(PERSON_WINDOW, NUMBER_WINDOW, WORKSPACE_WINDOW)


@dataclass(frozen=True)
class Proof:
    """A code that is under way. The code itself is nowhere, only a digest that can't be undone without the key."""

    number: str
    salt: str
    digest: str
    sent_at: datetime
    tries: int = 0


class ProofBook(Protocol):
    """One person's number and proofs, inside one transaction."""

    def number(self) -> NumberOnFile | None: ...

    def set_number(self, number: NumberOnFile) -> None: ...

    def pending(self) -> Proof | None: ...

    def keep(self, proof: Proof | None) -> None:
        """Put this in the place of whatever is pending."""

    def codes_to_person(self, since: datetime) -> list[datetime]:
        """When codes were sent for this person, oldest first."""

    def codes_to_number(self, digest: str, since: datetime) -> list[datetime]:
        """When codes were sent to the number with this digest, for whomever, oldest first."""

    def codes_to_workspace(self, since: datetime) -> list[datetime]:
        """When codes were sent for anybody of this person's workspace, oldest first."""

    def count_code(self, digest: str, at: datetime) -> None: ...

    def uncount_code(self, digest: str, at: datetime) -> None: ...


class RegistrationStorage(Protocol):
    """Each method is one transaction, and has been made durable when it returns."""

    async def person(self, team_id: str, user_id: str) -> PersonOnFile:
        """All that is on file of a person."""

    async def proving(self, team_id: str, user_id: str, work: Callable[[ProofBook], _Result]) -> _Result: ...

    async def vouch(self, team_id: str, user_id: str, number: NumberOnFile, act: LoggedAct) -> None:
        """Put a number on file and drop what is pending, and log who did it."""

    async def forget(self, team_id: str, user_id: str, act: LoggedAct | None = None) -> bool:
        """Take a person's number off file and out of teams, and mark it elsewhere; says whether there was one.

        `act` is logged if there was.
        """

    async def forget_marked(self, *, at_most: int) -> int:
        """Forget what was marked in conferences that are over; says in how many, and 0 when that was all."""


@dataclass(frozen=True)
class Kept:
    """The number is on file, and may be rung."""

    number: str


@dataclass(frozen=True)
class CodeSent:
    """A code is on its way to the number; until it is entered, nothing has changed."""

    number: str


@dataclass(frozen=True)
class NotAllowed:
    """The number is never rung, so it is not kept."""

    why: Barred


class CodesTo(Enum):
    """Whom so many codes were sent to that no more are."""

    PERSON = "this person"
    NUMBER = "this number, for whomever"
    WORKSPACE = "this person's workspace"


@dataclass(frozen=True)
class TooManyCodes:
    """No code was sent: `most` were within the window."""

    to: CodesTo
    most: int
    opens_at: datetime


@dataclass(frozen=True)
class WrongCode:
    """That is not the code, and it may be tried so often again."""

    tries_left: int


class NoCode(Enum):
    """Nothing was tried: there is no code that could be entered, or what was typed is none."""

    UNREADABLE = "not six digits"
    NEVER_SENT = "never sent, or used"
    EXPIRED = "expired"
    TOO_MANY_TRIES = "too many tries"


Proposal = Kept | CodeSent | NotAllowed | TooManyCodes
Entry = Kept | WrongCode | NoCode
Undelivered = Callable[[CarrierError], Awaitable[None]]
"""Called if a code surely was not sent."""


class Registration:
    """Takes numbers in, proves them and gives them up again.

    `codes_per_day`: how many are sent for one workspace, None where the operator wants no limit; each costs money.
    `key` is what codes are digested with: it must not stand in the storage.
    """

    def __init__(
        self,
        *,
        storage: RegistrationStorage,
        carrier: Carrier,
        clock: Clock,
        barring: Barring,
        codes_per_day: int | None,
        key: bytes,
    ) -> None:
        self._storage = storage
        self._carrier = carrier
        self._clock = clock
        self._barring = barring
        self._codes_per_day = codes_per_day
        self._key = key
        self._tasks = Tasks()

    def _is_good(self, number: NumberOnFile) -> bool:
        """Whether it may be rung, as far as somebody vouches for it."""
        return self._barring.believed or number.source is not Source.BELIEVED

    async def on_file(self, team_id: str, user_id: str) -> PersonOnFile:
        """What is on file of a person. A number that was believed once and must be proved now is an unproved one."""
        person = await self._storage.person(team_id, user_id)
        if person.number is None or self._is_good(person.number):
            return person
        return replace(person, number=None, unproved=person.unproved or person.number.number)

    async def is_missing(self, team_id: str, user_id: str) -> bool:
        """Whether a person has no number that may be rung."""
        return (await self.on_file(team_id, user_id)).number is None

    async def propose(self, team_id: str, user_id: str, number: str, *, undelivered: Undelivered) -> Proposal:
        """Take in a person's own number, E.164. The code leaves behind this answer, at most once."""
        if why := self._barring.why_not(number):
            return NotAllowed(why)
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
        now = self._clock.now()
        salt = secrets.token_hex(16)
        proof = Proof(number, salt, self._digest(team_id, user_id, number, salt, code), now)
        number_digest = self._digest(number)

        earlier: Proof | None = None

        def decide(book: ProofBook) -> Proposal:
            nonlocal earlier
            on_file, earlier = book.number(), book.pending()
            if on_file and on_file.number == number and self._is_good(on_file):
                book.keep(None)
                return Kept(number)
            if self._barring.believed:
                book.set_number(NumberOnFile(number, Source.BELIEVED, now))
                book.keep(None)
                return Kept(number)
            too_many = self._too_many(book, number_digest, now)
            if too_many is None:
                book.keep(proof)
                book.count_code(number_digest, now)
            return too_many or CodeSent(number)

        proposal = await self._storage.proving(team_id, user_id, decide)
        if isinstance(proposal, CodeSent):
            self._tasks.start(self._send(team_id, user_id, proof, earlier, code, undelivered))
        elif isinstance(proposal, TooManyCodes) and proposal.to is CodesTo.WORKSPACE:
            log.warning("no code is sent: MAX_CODES_PER_DAY is reached")
        return proposal

    async def _send(
        self, team_id: str, user_id: str, proof: Proof, earlier: Proof | None, code: str, undelivered: Undelivered
    ) -> None:
        """Send the code; if it surely was not sent, the one before it is good again, if there was one."""
        text = (
            f"{code} is your Rollcall code. Enter it in Slack, and tell nobody. If you did not ask for it, ignore it."
        )
        try:
            await self._carrier.text(proof.number, text)
        except AnswerLost as error:
            # It may have been sent, and is not sent a second time.
            log.warning("no answer to the sending of a code: %s", error)
        except CarrierError as error:
            log.warning("a code was not sent: %s", error)
            number_digest = self._digest(proof.number)

            def take_back(book: ProofBook) -> None:
                book.uncount_code(number_digest, proof.sent_at)
                pending = book.pending()
                if pending and pending.salt == proof.salt:
                    book.keep(earlier)

            try:
                await self._storage.proving(team_id, user_id, take_back)
            finally:
                await undelivered(error)

    async def enter(self, team_id: str, user_id: str, code: str) -> Entry:
        """Take a code as typed. A right one puts its number on file; each can be used once."""
        now = self._clock.now()
        typed = "".join(code.split())
        if not _CODE.fullmatch(typed):
            return NoCode.UNREADABLE

        def judge(book: ProofBook) -> Entry:
            proof = book.pending()
            if proof is None:
                return NoCode.NEVER_SENT
            # A clock that was set back makes no code younger.
            if abs(now - proof.sent_at) > CODE_GOOD_FOR:
                return NoCode.EXPIRED
            if proof.tries >= TRIES:
                return NoCode.TOO_MANY_TRIES
            if self._barring.why_not(proof.number):
                book.keep(None)
                return NoCode.NEVER_SENT
            digest = self._digest(team_id, user_id, proof.number, proof.salt, typed)
            if not hmac.compare_digest(digest, proof.digest):
                book.keep(replace(proof, tries=proof.tries + 1))
                left = TRIES - proof.tries - 1
                return WrongCode(left) if left else NoCode.TOO_MANY_TRIES
            book.set_number(NumberOnFile(proof.number, Source.SELF, now))
            book.keep(None)
            return Kept(proof.number)

        return await self._storage.proving(team_id, user_id, judge)

    async def vouch(self, team_id: str, user_id: str, number: str, *, admin_id: str) -> Kept | NotAllowed:
        """Put a number on file on the word of an admin."""
        if why := self._barring.why_not(number):
            return NotAllowed(why)
        now = self._clock.now()
        act = LoggedAct(now, team_id, admin_id, AdminAct.SET, user_id)
        await self._storage.vouch(team_id, user_id, NumberOnFile(number, Source.ADMIN, now), act)
        return Kept(number)

    async def remove(self, team_id: str, user_id: str, *, admin_id: str | None = None) -> bool:
        """Forget a person's number wherever it stands, for themselves or for an admin; says whether there was one."""
        act = LoggedAct(self._clock.now(), team_id, admin_id, AdminAct.REMOVED, user_id) if admin_id else None
        was_there = await self._storage.forget(team_id, user_id, act)
        if was_there and not await self._forget_marked(FORGET_BEFORE_ANSWERING):
            self._tasks.start(self._forget_the_rest())
        return was_there

    async def _forget_marked(self, pieces: int) -> bool:
        """Forget so many pieces, between which others are served; says whether that was all."""
        for _ in range(pieces):
            if not await self._storage.forget_marked(at_most=FORGET_AT_ONCE):
                return True
        return False

    async def _forget_the_rest(self) -> None:
        """What is left when the bot stops is marked for the next start."""
        while not await self._forget_marked(FORGET_BEFORE_ANSWERING):
            pass

    def _too_many(self, book: ProofBook, number_digest: str, now: datetime) -> TooManyCodes | None:
        to_person = book.codes_to_person(now - PERSON_WINDOW)
        to_number = book.codes_to_number(number_digest, now - NUMBER_WINDOW)
        to_workspace = book.codes_to_workspace(now - WORKSPACE_WINDOW)
        for to, most, sent, window in (
            (CodesTo.PERSON, CODES_PER_PERSON, to_person, PERSON_WINDOW),
            (CodesTo.NUMBER, CODES_PER_NUMBER, to_number, NUMBER_WINDOW),
            (CodesTo.WORKSPACE, self._codes_per_day, to_workspace, WORKSPACE_WINDOW),
        ):
            if most is not None and len(sent) >= most:
                return TooManyCodes(to, most, sent[-most] + window)
        return None

    def _digest(self, *parts: str) -> str:
        return hmac.new(self._key, "\n".join(parts).encode(errors="surrogatepass"), hashlib.sha256).hexdigest()

    @property
    def in_hand(self) -> set[asyncio.Task[None]]:
        """Codes that are being sent."""
        return self._tasks.running
