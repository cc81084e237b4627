"""Ringing more phones into a conference that runs: somebody who wants in, somebody who was missed, somebody invited."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain

from conference.calls import CallState, NotRung, Participant
from conference.dests import Circumstances, Profile, asked_for, compose
from conference.dialing import Dialer, claimed
from conference.invitation import CallerWish, Guest, Invitation, Person
from conference.ledger import Ledger
from conference.limits import LimitReached, reached
from conference.lines import LinesShort, free_places
from conference.model import Conference, ConferenceKey, ConferenceState, LeftOut
from conference.ports import Reading
from conference.seating import Seating, with_left_out

_Wanted = Callable[[Conference], Sequence[Person | Guest]]


class NotAdded(StrEnum):
    """Why nobody was rung into a conference."""

    OVER = "over"
    NOT_YET = "not_yet"
    ENDING = "ending"
    ALREADY_IN = "already_in"
    NOBODY = "nobody"
    NO_LINES = "no_lines"
    ROOM_FULL = "room_full"


@dataclass(frozen=True)
class Added:
    """What became of the wish to ring somebody into a conference.

    `why_not`: nobody was rung; `in_already`: the calls of those asked for that are open.
    """

    conference: Conference
    rung: tuple[Participant, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    in_already: tuple[Participant, ...] = ()
    why_not: NotAdded | LimitReached | None = None
    short: LinesShort | None = None
    places: int = 0
    """How many more the room would have taken."""


class Additions:
    """Rings people into a running conference. Each method is one transaction; the phones ring behind it."""

    def __init__(self, *, ledger: Ledger, dialer: Dialer, seating: Seating) -> None:
        self._ledger = ledger
        self._dialer = dialer
        self._seating = seating

    async def ring_me(self, key: ConferenceKey, user_id: str) -> Added:
        """Ring whoever asks for it, whatever they said of being rung."""
        return await self._add(key, lambda _: [Person(user_id)], user_id, CallerWish.ASKED, is_noted=False)

    async def ring_again(self, key: ConferenceKey, user_id: str, place: int | None = None) -> Added:
        """Ring the phones at which nobody came; or the one in that place, whatever came of it."""

        def wanted(conference: Conference) -> list[Person | Guest]:
            if place is None:
                calls = [call for _, call in conference.missed]
            else:
                calls = list(conference.participants[place : place + 1])
            return list(chain(*map(asked_for, calls)))

        return await self._add(key, wanted, user_id, CallerWish.IF_POSSIBLE)

    async def invite(self, key: ConferenceKey, invitation: Invitation, user_id: str, *, within: float) -> Added:
        """Ring these people, groups and numbers too.

        Raises GroupUnreadableError and, where it takes longer than `within` seconds to learn who they are,
        TimeoutError: then nothing was done.
        """
        async with asyncio.timeout(within):
            everybody = await self._seating.everybody(invitation, user_id)
            profiles = await self._seating.profiles(key.team_id, everybody, user_id)
        return await self._add(key, lambda _: everybody, user_id, invitation.caller, profiles=profiles)

    async def _add(
        self,
        key: ConferenceKey,
        wanted: _Wanted,
        user_id: str,
        wish: CallerWish,
        *,
        profiles: Mapping[str, Profile] | None = None,
        is_noted: bool = True,
    ) -> Added:
        """Ring who is `wanted` of a conference; `is_noted`: its board shows who of them is left out."""
        added = list[Added]()

        def add(conference: Conference, reading: Reading) -> Conference:
            made = self._added(conference, reading, wanted(conference), user_id, wish, profiles or {})
            added.append(made)
            return conference if made.left_out and not made.rung and not is_noted else made.conference

        before, after = await self._ledger.update(key, add)
        self._dialer.begin(before, after)
        return replace(added[-1], conference=after)

    def _added(
        self,
        conference: Conference,
        reading: Reading,
        wanted: Sequence[Person | Guest],
        user_id: str,
        wish: CallerWish,
        profiles: Mapping[str, Profile],
    ) -> Added:
        if why_not := _why_closed(conference):
            return Added(conference, why_not=why_not)
        circumstances = self._seating.circumstances(conference, reading, wanted, profiles)
        calls_here = [_call_here(one, conference, circumstances) for one in wanted]
        there = [one for one, call in zip(wanted, calls_here, strict=True) if call is None]
        in_already = tuple(call for call in calls_here if call is not None)
        dests = compose(there, circumstances, caller_id=user_id, wish=wish)
        left_out = tuple(replace(left, asked_by=user_id) for left in dests.left_out)
        noted = with_left_out(conference, left_out, dests.participants)
        phones = len(dests.participants)
        if not phones:
            why_not = NotAdded.ALREADY_IN if in_already and not left_out else NotAdded.NOBODY
            return Added(noted, left_out=left_out, in_already=in_already, why_not=why_not)
        if limit := reached(self._seating.limits, reading.usage(user_id, circumstances.now), phones, is_begun=True):
            return Added(conference.with_limit_reached(user_id, limit), why_not=limit)
        now = circumstances.now
        calls = [replace(call, asked_by=user_id, asked_at=now) for call in dests.participants]
        free = free_places(len(conference.open_participants) + len(conference.queued))
        if phones > free:
            unrung, _ = _with_calls(noted, [call.not_rung(NotRung.ROOM_FULL) for call in calls])
            return Added(unrung, left_out=left_out, why_not=NotAdded.ROOM_FULL, places=free)
        if short := self._seating.lines_short(conference, reading, phones):
            unrung, _ = _with_calls(noted, [call.not_rung(NotRung.NO_LINES) for call in calls])
            return Added(unrung, left_out=left_out, why_not=NotAdded.NO_LINES, short=short)
        noted, places = _with_calls(noted, calls)
        rung = claimed(noted, places, now)
        return Added(rung, tuple(rung.participants[place] for place in places), left_out, in_already)


def _why_closed(conference: Conference) -> NotAdded | None:
    if conference.state in {ConferenceState.NEW, ConferenceState.QUEUED, ConferenceState.DIALING}:
        return NotAdded.NOT_YET
    if conference.state is not ConferenceState.LIVE:
        return NotAdded.OVER
    return NotAdded.ENDING if conference.hung_up_by else None


def _call_here(one: Person | Guest, conference: Conference, circumstances: Circumstances) -> Participant | None:
    """Their call in this conference, if they are in it, being rung or waiting for a line.

    Whoever is in it is so whatever number of theirs is on file by now.
    """
    if isinstance(one, Person):
        number, people = circumstances.numbers.get(one.user_id), {one.user_id}
    else:
        number, people = one.number, set(circumstances.owners.get(one.number, ()))
    for call in (*conference.open_participants, *conference.queued):
        if call.number == number:
            return call
    if not people <= conference.open_people:
        return None
    return next((call for call in conference.open_participants if people & set(call.people)), None)


def _with_calls(conference: Conference, calls: Iterable[Participant]) -> tuple[Conference, list[int]]:
    """The conference with these calls, and their places: one that never came to be gives its place up for the next."""
    participants, places = list(conference.participants), list[int]()
    for call in calls:
        for place, earlier in enumerate(participants):
            if earlier.state is CallState.NOT_RUNG and earlier.number == call.number:
                participants[place] = call
                break
        else:
            place = len(participants)
            participants.append(call)
        places.append(place)
    return replace(conference, participants=tuple(participants)), places
