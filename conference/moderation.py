"""Ending calls, and muting people in them, while a conference runs.

That a call is to be over is stored before the carrier is asked: so it holds for a phone whose request is still under
way, and after a restart. Hanging up twice does no harm, and is tried until the carrier has surely heard of it.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from itertools import chain, repeat

from conference.calls import CallState, NotRung, Participant
from conference.carrier import Carrier, CarrierError, Moderation, NoSuchCall
from conference.clock import Clock
from conference.dialing import called_off
from conference.journal import about
from conference.ledger import Ledger
from conference.model import Conference, ConferenceKey, ConferenceState
from conference.pace import Pace
from conference.ports import Reading
from conference.tasks import Tasks

log = logging.getLogger(__name__)

REQUESTS_PER_MINUTE = 55
"""A little less than Hoiio allows an app of each: voice/hangup and conference/moderate, 60 a minute."""

TRY_AGAIN_AFTER_SECONDS = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
"""Waits before a hanging up that the carrier did not surely hear of is tried again; the last one is repeated."""


class Moderated(StrEnum):
    """What became of the wish to do something to a call."""

    DONE = "done"
    OVER = "over"
    """The call, or the whole conference, is over already."""
    NOT_IN = "not_in"
    """The person is not in the call, or not any more."""
    FAILED = "failed"
    """The carrier did not do it, or did not say whether it did."""


class Moderator:
    """Hangs up, mutes and unmutes."""

    def __init__(self, *, ledger: Ledger, carrier: Carrier, clock: Clock) -> None:
        self._ledger = ledger
        self._carrier = carrier
        self._clock = clock
        self._hanging_up: set[str] = set()
        self._hangups = Pace(clock, REQUESTS_PER_MINUTE)
        self._moderations = Pace(clock, REQUESTS_PER_MINUTE)
        self._tasks = Tasks()

    async def hang_up_all(self, key: ConferenceKey, user_id: str) -> Moderated:
        """End a conference, or call it off before a phone rings."""

        def hang_up(conference: Conference, _: Reading) -> Conference:
            return hung_up(conference, user_id, self._clock.now())

        before, after = await self._ledger.update(key, hang_up)
        return Moderated.OVER if after is before and before.hung_up_by is None else Moderated.DONE

    async def hang_up(self, key: ConferenceKey, place: int) -> Moderated:
        """End the call in that place: a phone that rings stops, and whoever is in the room is put out of it."""
        return await self._mark(key, place, lambda call: replace(call, hang_up=True))

    async def _mark(self, key: ConferenceKey, place: int, change: Callable[[Participant], Participant]) -> Moderated:
        result = Moderated.OVER

        def mark(conference: Conference, _: Reading) -> Conference:
            nonlocal result
            call = conference.call_at(place)
            result = Moderated.OVER if conference.is_over else Moderated.NOT_IN
            if call is None or conference.is_over or not call.state.is_open:
                return conference
            result = Moderated.DONE
            return conference.with_participant(call, change(call))

        await self._ledger.update(key, mark)
        return result

    async def mute(self, key: ConferenceKey, place: int, *, is_muted: bool) -> Moderated:
        """Mute somebody who is in the call, or let them be heard again."""
        conference = await self._ledger.storage.conference(key)
        call = conference.call_at(place)
        if call is None or call.state is not CallState.IN_CALL or call.txn_ref is None:
            return Moderated.OVER if conference.is_over else Moderated.NOT_IN
        await self._moderations.wait()
        try:
            await self._carrier.moderate(call.txn_ref, Moderation.MUTE if is_muted else Moderation.UNMUTE)
        except NoSuchCall:
            return Moderated.NOT_IN
        except CarrierError as error:
            about(log, key.conference_id).warning("not muted: %s", error)
            return Moderated.FAILED
        return await self._mark(key, place, lambda call: replace(call, is_muted=is_muted))

    def hear(self, conference: Conference) -> None:
        """Hang up whatever is to be over and is known to the carrier."""
        for call in conference.participants:
            if not call.hang_up or call.txn_ref is None:
                continue
            if not _may_go_on(call):
                self._hanging_up.discard(call.txn_ref)
            elif call.txn_ref not in self._hanging_up:
                self._hanging_up.add(call.txn_ref)
                is_kicked = call.state is CallState.IN_CALL and conference.hung_up_by is None
                hanging_up = self._hang_up(conference.key, call.txn_ref, is_kicked=is_kicked)
                self._tasks.start(hanging_up, conference.conference_id)

    async def close(self) -> None:
        """Stop trying: the next start goes on."""
        await self._tasks.close()

    async def _hang_up(self, key: ConferenceKey, txn_ref: str, *, is_kicked: bool) -> None:
        for wait in chain(TRY_AGAIN_AFTER_SECONDS, repeat(TRY_AGAIN_AFTER_SECONDS[-1])):
            try:
                await self._ask_to_hang_up(txn_ref, is_kicked=is_kicked)
            except NoSuchCall:
                # Whoever is not in the room can't be put out of it; and what is over needs no hanging up.
                if not is_kicked:
                    return
                is_kicked = False
            except CarrierError as error:
                about(log, key.conference_id).warning("not hung up: %s", error)
            except Exception:
                # Whatever it was, the call is still to be over.
                about(log, key.conference_id).exception("not hung up")
            else:
                return
            await self._clock.sleep(wait)
            if txn_ref not in self._hanging_up:
                # It has ended by itself.
                return

    async def _ask_to_hang_up(self, txn_ref: str, *, is_kicked: bool) -> None:
        if is_kicked:
            await self._moderations.wait()
            await self._carrier.moderate(txn_ref, Moderation.KICK)
        else:
            await self._hangups.wait()
            await self._carrier.hang_up(txn_ref)


def hung_up(conference: Conference, user_id: str, now: datetime) -> Conference:
    """The conference, ended by somebody: what rings or talks is to be over, and what waits is not rung."""
    if conference.state in {ConferenceState.NEW, ConferenceState.QUEUED}:
        return called_off(replace(conference, hung_up_by=user_id))
    if conference.is_over or conference.hung_up_by:
        return conference
    marked = conference.without_queue(NotRung.CALLED_OFF).with_participants(
        lambda call: replace(call, hang_up=True) if _may_go_on(call) else call
    )
    return replace(marked, hung_up_by=user_id).settled(now)


def _may_go_on(call: Participant) -> bool:
    """Whether it is open, or nobody can tell."""
    return call.state.is_open or call.state is CallState.UNKNOWN
