"""Compares the boards, what is stored and the stand-in's phones, at every look, and says what has been wrong too long.

News takes its time, and faults make it longer: for each thing that may be out of step for a while it is known how long.
All times are seconds of the moved clock.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, StrEnum

from sandbox.hoiio import ApiRequest, Leg, LegState
from sandbox.slack import Message
from tests.harness.reading import reading
from tests.harness.world import World
from tests.model.shown import buttons, conference_of, one_name, outcome, picture_of, read_board, texts
from tests.model.stored import FINAL, OPEN, Stored, StoredCall, StoredConference

LINES = 8
LINES_TAKEN = "error_concurrent_call_limit_reached"

BOARD_SECONDS = 8.0
"""A board is redrawn at most once a second; several share the posts of a channel, and a redraw needs an answer."""
NEWS_SECONDS = 6.0
"""From a notification that was taken to its being stored, or from the carrier's answer."""
RINGING_OR_IN_SECONDS = 15.0
"""Between two looks at phones that ring: ten for one conference, more where two share the budget of questions."""
LOST_NEWS_SECONDS = 330.0
"""Until a call that is known to be going on is surely asked about again: five minutes, and its turn in the budget."""
SEARCH_SECONDS = 50.0
"""Between two searches for a request whose answer was lost: half a minute, and its turn in the budget."""
GIVE_UP_SECONDS = 700.0
"""The search goes on for ten minutes; then nobody knows."""
OTHERS_LINES_SECONDS = 5.0

REAL_SECONDS = 1.5
"""With the clock standing, for whatever is under way over the network when something looks wrong."""
_LOOK_AGAIN_SECONDS = 0.05


class Wait(Enum):
    """Through whose troubles something may last longer."""

    CARRIER = "carrier"
    SLACK = "slack"


class Kind(StrEnum):
    """What may be amiss once everything is over."""

    GOES_ON = "conferences that have not ended"
    BOARD = "wrong boards"
    UNTOLD = "threads with a missing outcome"
    TOLD_TWICE = "threads that tell an outcome twice"


@dataclass(frozen=True)
class Amiss:
    """Something that is not as it must be once everything is over."""

    kind: StrEnum
    conference_id: str
    what: str

    def __str__(self) -> str:
        return self.what


@dataclass(frozen=True)
class Problem:
    """Something out of step: what names it while it lasts, what is wrong, how long it may last and through what."""

    key: tuple[str, ...]
    what: str
    seconds: float = 0.0
    waits_for: Wait | None = Wait.CARRIER


class Watch:
    """Looks at everything. `asked` has how often each number may have been rung by now, counted by whoever acts."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.stored = Stored(world.database)
        self.asked: Counter[str] = Counter()
        self.slack_trouble_until = 0.0
        self.carrier_trouble_until = 0.0
        """Until then news may be late through no fault of the bot's."""
        self.questions_lost = 0
        """How many questions about calls may have been lost; each is asked again in its turn."""
        self.refusals_made_up = 0
        """How often Hoiio may yet say that there is no line though there are some."""
        self._since: dict[tuple[str, ...], float] = {}
        self._requests_seen = 0
        self._unanswered: list[ApiRequest] = []
        self._lines_refused: list[float] = []
        self._delivered: set[str] = set()
        self._notifications_seen = 0

    @property
    def now(self) -> float:
        return self.world.clock.monotonic()

    @property
    def own_legs(self) -> list[Leg]:
        return [leg for leg in self.world.hoiio.legs if leg.tag is not None]

    @property
    def boards(self) -> dict[str, Message]:
        """The board of each conference, oldest first."""
        return {here: message for message in self.world.boards if (here := conference_of(message))}

    def close(self) -> None:
        self.stored.close()

    async def look(self) -> None:
        """Raise AssertionError if something has been wrong for longer than it may be."""
        problems = self._overdue()
        deadline = time.monotonic() + REAL_SECONDS
        while problems and time.monotonic() < deadline:
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
            problems = self._overdue()
        assert not problems, "\n".join(f"{one.what} [for {self._lasted(one):.1f} s]" for one in problems)

    def _lasted(self, problem: Problem) -> float:
        return self.now - self._since[problem.key]

    def _overdue(self) -> list[Problem]:
        problems = {problem.key: problem for problem in self._problems()}
        self._since = {key: self._since.get(key, self.now) for key in problems}
        return [
            problem
            for problem in problems.values()
            if self.now >= max(self._since[problem.key], self._trouble_until(problem.waits_for)) + problem.seconds
        ]

    def _trouble_until(self, wait: Wait | None) -> float:
        match wait:
            case Wait.SLACK:
                return self.slack_trouble_until
            case Wait.CARRIER:
                return self.carrier_trouble_until
            case None:
                return 0.0

    def _problems(self) -> Iterator[Problem]:
        # In this order: what is stored must have happened by the time the phones are looked at.
        conferences = self.stored.conferences()
        self._note_notifications()
        yield from self._never()
        yield from self._lines()
        for conference in conferences:
            yield from self._phones(conference)
        boards = self.boards
        for conference in conferences:
            yield from self._board(conference, boards.get(conference.conference_id))

    # What must never be so

    def _never(self) -> Iterator[Problem]:
        alive = Counter(leg.number for leg in self.own_legs if leg.alive)
        for number, calls in alive.items():
            if calls > 1:
                yield Problem(("twice", number), f"{number} is in {calls} calls at once", waits_for=None)
        if alive.total() > LINES:
            yield Problem(("lines",), f"{alive.total()} lines are in use", waits_for=None)
        for number, times in Counter(leg.number for leg in self.own_legs).items():
            if times > self.asked[number]:
                what = f"{number} was rung {times} times, and asked for {self.asked[number]} times"
                yield Problem(("rung", number), what, waits_for=None)

    def _lines(self) -> Iterator[Problem]:
        for request in self._newly_answered():
            if request.status == LINES_TAKEN and not self._others_had_lines(request.at):
                if self.refusals_made_up:
                    self.refusals_made_up -= 1
                else:
                    self._lines_refused.append(self.now)
        for at in self._lines_refused:
            yield Problem(
                ("refused", str(at)), "a request was refused for want of lines, and nobody else had any", waits_for=None
            )

    def _newly_answered(self) -> Iterator[ApiRequest]:
        requests = self.world.hoiio.requests
        self._unanswered += requests[self._requests_seen :]
        self._requests_seen = len(requests)
        answered = [request for request in self._unanswered if request.status is not None]
        self._unanswered = [request for request in self._unanswered if request.status is None]
        yield from answered

    def _others_had_lines(self, at: datetime) -> bool:
        """Whether something else had lines about that moment."""
        about = timedelta(seconds=OTHERS_LINES_SECONDS)
        return any(
            leg.tag is None and leg.placed_at <= at + about and (leg.ended_at is None or leg.ended_at >= at - about)
            for leg in self.world.hoiio.legs
        )

    # Stored, and really so

    def _note_notifications(self) -> None:
        sent = self.world.hoiio.notifications
        for one in sent[self._notifications_seen :]:
            if one.http_status == 200 and "duration" in one.fields:
                self._delivered.add(one.fields["txn_ref"])
        self._notifications_seen = len(sent)

    def _phones(self, conference: StoredConference) -> Iterator[Problem]:
        here = conference.conference_id
        legs = {leg.txn_ref: leg for leg in self.own_legs if leg.tag == here}
        named = {call.txn_ref: call for call in conference.calls if call.txn_ref}
        for txn_ref, leg in legs.items():
            if txn_ref in named:
                yield from self._one(conference, named[txn_ref], leg)
            else:
                what = f"{here}: {leg.number} ({txn_ref}) is {_words(leg)}, and no stored call has that reference"
                yield Problem((here, txn_ref, "unknown"), what, SEARCH_SECONDS * (1 + self.questions_lost))
        for place, call in enumerate(conference.calls):
            key = (here, str(place), call.number, call.state)
            if call.txn_ref and call.txn_ref not in legs:
                yield Problem(
                    key, f"{here}: {call.txn_ref} is stored, and is no call of this conference", waits_for=None
                )
            elif conference.state not in {"refused", "abandoned"} and not call.txn_ref and call.state in OPEN:
                if call.state != "waiting":
                    yield Problem(key, f"{here}: {call.number} is stored as {call.state} without a reference")
                elif call.is_in_doubt:
                    yield Problem((*key, "in doubt"), f"{here}: {call.number} stays in doubt", GIVE_UP_SECONDS)
                elif conference.state == "new":
                    yield Problem(key, f"{here}: {call.number} stays waiting, and nothing is done", 75.0)
                else:
                    yield Problem(key, f"{here}: {call.number} stays under way", NEWS_SECONDS)

    def _one(self, conference: StoredConference, call: StoredCall, leg: Leg) -> Iterator[Problem]:
        really = state_of(leg)
        if call.state == "unknown":
            # Nobody could tell any more; a later word of it is welcome.
            return
        if call.state == really and (call.state != "answered" or call.minutes == leg.minutes):
            return
        here = conference.conference_id
        what = f"{here}: {call.number or call.people} ({leg.txn_ref}) is stored as {call.state}, and is {_words(leg)}"
        seconds = 0.0
        match call.state, really:
            case "ringing" | "waiting", "in_call":
                seconds = RINGING_OR_IN_SECONDS * (1 + self.questions_lost)
            case (("ringing" | "waiting" | "in_call"), _) if really in FINAL:
                if leg.txn_ref in self._delivered:
                    seconds = NEWS_SECONDS
                else:
                    is_known = call.state == "in_call" or call.hang_up
                    seconds = LOST_NEWS_SECONDS if is_known else RINGING_OR_IN_SECONDS
                    seconds *= 1 + self.questions_lost
            case "waiting", "ringing":
                seconds = NEWS_SECONDS
        yield Problem((here, leg.txn_ref, call.state, really), what, seconds)

    # Shown, and stored

    def _board(self, conference: StoredConference, board: Message | None) -> Iterator[Problem]:
        here = conference.conference_id
        if board is None:
            if conference.state in {"dialing", "live", "ended", "unconfirmed", "refused"}:
                yield Problem((here, "board"), f"{here} is {conference.state}, and has no board", waits_for=Wait.SLACK)
            return
        shown, right = read_board(board), picture_of(conference)
        if shown != right:
            # What was right a moment ago may stand; only when it was shown too long is it wrong.
            what = f"the board of {here} shows:\n  {shown}\nand stored is:\n  {right}"
            yield Problem((here, "board", str(shown)), what, BOARD_SECONDS, waits_for=Wait.SLACK)

    def nothing_is_in_hand(self) -> None:
        """Raise AssertionError if the bot has left off in the middle of asking the carrier to ring somebody."""
        for conference in self.stored.conferences():
            for call in conference.calls:
                is_under_way = call.state == "waiting" and call.dialed_at is not None and call.why is None
                assert not is_under_way, f"{conference.conference_id}: {call.number} was left under way"

    # The end

    def is_all_over(self) -> bool:
        return not any(leg.alive for leg in self.own_legs) and not any(
            one.is_running for one in self.stored.conferences()
        )

    def is_all_told(self) -> bool:
        return not list(self.left_untold())

    def left_untold(self) -> Iterator[Amiss]:
        """What is not as it must be once everything is over."""
        boards = self.boards
        for name, times in Counter(filter(None, map(conference_of, self.world.boards))).items():
            if times > 1:
                yield Amiss(Kind.BOARD, name, f"there are {times} boards of {name}")
        for conference in self.stored.conferences():
            here = conference.conference_id
            if conference.is_running:
                yield Amiss(Kind.GOES_ON, here, f"{here} is still {conference.state}")
            if board := boards.get(here):
                if (shown := read_board(board)) != (right := picture_of(conference)):
                    yield Amiss(Kind.BOARD, here, f"the board of {here} shows:\n  {shown}\nand not:\n  {right}")
                if (pressed := buttons(board)) != (may_be := _last_buttons(conference)):
                    what = f"the board of {here}, {conference.state}, offers {pressed} and not {may_be}"
                    yield Amiss(Kind.BOARD, here, what)
                yield from self._thread(conference, board)

    def _thread(self, conference: StoredConference, board: Message) -> Iterator[Amiss]:
        here = conference.conference_id
        replies = self.world.slack.thread(board)[1:]
        names = [str(reply.blocks[0].get("block_id")) for reply in replies]
        for name, times in Counter(names).items():
            if times > 1:
                yield Amiss(Kind.TOLD_TWICE, here, f"the thread of {here} says {times} times what is in {name}")
        said = [line for reply in replies for text in texts(reply) for line in text.split("\n")]
        if conference.state == "ended":
            ends = [line for line in said if line.startswith("The call is over")]
            if len(ends) != 1:
                kind = Kind.TOLD_TWICE if ends else Kind.UNTOLD
                yield Amiss(kind, here, f"the thread of {here} says {len(ends)} times that the call is over")
            was_in = {one_name(call) for call in conference.calls if call.state == "answered"}
            for line in said:
                if line.startswith("Missed: ") and (named := [one for one in was_in if one in line]):
                    what = f"the thread of {here} says that {', '.join(named)} were missed, who were in"
                    yield Amiss(Kind.UNTOLD, here, what)
            for line, times in Counter(outcome(call) for call in conference.calls if call.state in FINAL).items():
                told = [one for one in said if one.startswith(line)]
                if len(told) != times:
                    kind = Kind.TOLD_TWICE if len(told) > times else Kind.UNTOLD
                    what = f"the thread of {here} says {len(told)} times {line!r}, and it came to that {times} times"
                    yield Amiss(kind, here, what)
        status = texts(board)[-1]
        if conference.state in {"refused", "abandoned"} and status not in said:
            what = f"the thread of {here} does not say how it ended: {status!r}"
            yield Amiss(Kind.UNTOLD, here, what)

    def explained(self) -> str:
        """Everything that there is to see, for whoever has to find out what went wrong."""
        calls = [
            f"{one.conference_id} {one.state} {one.reason or ''} hung up by {one.hung_up_by}: "
            + "; ".join(
                f"{call.number} {','.join(call.people)} {call.state} {call.txn_ref} {call.why or ''}"
                f"{' to be hung up' if call.hang_up else ''}"
                for call in one.calls
            )
            for one in self.stored.conferences()
        ]
        legs = [
            f"{leg.txn_ref} {leg.number} of {leg.tag}: {_words(leg)}, placed {leg.placed_at:%H:%M:%S.%f}"
            for leg in self.world.hoiio.legs
        ]
        replies = [
            f"{reading(board)}\n    " + "\n    ".join(reading(reply) for reply in self.world.slack.thread(board)[1:])
            for board in self.boards.values()
        ]
        return "\n".join(["Stored:", *calls, "Calls:", *legs, "Boards and threads:", *replies])


def _last_buttons(conference: StoredConference) -> list[str]:
    if conference.state == "ended":
        return ["Call again"]
    if conference.is_given_up:
        return ["Ring everybody anew"]
    waits = any(call.state == "not_rung" and call.why in {"no_lines", "room_full"} for call in conference.calls)
    return ["Ring as lines get free"] if conference.reason == "no_lines" and waits else []


def state_of(leg: Leg) -> str:
    match leg.state:
        case LegState.IN_CALL:
            return "in_call"
        case LegState.ENDED:
            return leg.status.value
        case _:
            return "ringing"


def _words(leg: Leg) -> str:
    return f"{state_of(leg)}, {leg.minutes} min" if leg.state is LegState.ENDED else state_of(leg)
