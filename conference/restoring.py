"""Taking up a database that was restored from a backup.

What the backup shows as about to happen may have happened since it was made: in what was lost, phones may have rung.
So nothing that was due before is rung. Calls are taken for such whose request was broken off: they are searched for by
their tag, and what came of them is found, or people decide. Days of standups are left as they are.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from conference.calls import CallState
from conference.journal import about
from conference.model import Conference, ConferenceKey, ConferenceState, Reason
from conference.ports import Change, Reading
from conference.standups.model import (
    Occurrence,
    OccurrenceState,
    Standup,
    StandupChange,
    StandupKey,
    StandupReading,
    Step,
    next_due,
    occurrence_at,
    settled,
)

log = logging.getLogger(__name__)


class RestoredStorage(Protocol):
    """Each method is one transaction. Raises StorageUnavailableError."""

    async def is_backup(self) -> bool:
        """Whether it is a backup that nobody has worked on."""

    async def unfinished(self) -> Sequence[ConferenceKey]:
        """Conferences that are new, queued, dialing, live or unconfirmed, oldest first."""

    async def expect_board(self, key: ConferenceKey) -> None:
        """Have a conference's board looked for in its channel before it is posted, if it is not known to stand."""

    async def update(self, key: ConferenceKey, change: Change) -> tuple[Conference, Conference]:
        """Store what `change` makes of a conference; returns it as it was and as it is."""

    async def mark_shown(self, key: ConferenceKey, version: int) -> None:
        """Note that there is nothing to show of a conference up to a version."""

    async def standup_keys(self) -> Sequence[StandupKey]:
        """All that are not deleted."""

    async def update_standup(self, key: StandupKey, change: StandupChange) -> Step:
        """Store what `change` makes of a standup."""

    async def no_backup_any_more(self) -> None:
        """Note that somebody works on it from now on."""


async def take_up_backup(storage: RestoredStorage, now: datetime) -> None:
    """See to it that nothing rings that was due before `now`, if the database is a backup. May be broken off anywhere.

    To be called before anything else is done with it. Raises StorageUnavailableError.
    """
    if not await storage.is_backup():
        return

    def take_up_conference(conference: Conference, _: Reading) -> Conference:
        return maybe_rung(conference)

    def take_up_standup(standup: Standup, reading: StandupReading) -> Step:
        return maybe_gone_by(standup, reading, now)

    log.warning("the database was restored from a backup: nothing is rung that was due before")
    for key in await storage.unfinished():
        await storage.expect_board(key)
        before, after = await storage.update(key, take_up_conference)
        if after.state is ConferenceState.ABANDONED:
            # If it has a board by now, that tells more.
            await storage.mark_shown(key, after.version)
        if after is not before:
            about(log, key.conference_id).warning("it may have been rung since the backup, so it is not rung")
    for standup in await storage.standup_keys():
        await storage.update_standup(standup, take_up_standup)
    await storage.no_backup_any_more()


def maybe_rung(conference: Conference) -> Conference:
    """The conference with whatever was about to be rung under way, as it would be after a crash in the midst of it.

    Of one that was not known yet whom it rings, nothing can be found out: it is given up.
    """
    if not conference.is_prepared:
        return conference.abandoned(Reason.TOO_LATE)

    def as_if_asked(call_state: CallState) -> bool:
        return call_state is CallState.QUEUED or (
            call_state is CallState.WAITING and conference.state is ConferenceState.NEW
        )

    calls = tuple(
        replace(call, state=CallState.WAITING, dialed_at=call.asked_at or conference.created_at, why=None)
        if as_if_asked(call.state)
        else call
        for call in conference.participants
    )
    changed = replace(conference, participants=calls, phones_ahead=None)
    if conference.state in {ConferenceState.NEW, ConferenceState.QUEUED}:
        return replace(changed, state=ConferenceState.DIALING, dialed_at=conference.created_at)
    return changed


def maybe_gone_by(standup: Standup, reading: StandupReading, now: datetime) -> Step:
    """The standup with all that was due until now dealt with, and what its channel may have been given taken as given.

    Of the days that went by, the last is kept, so that it is not rung at a later time of the same day.
    """
    days = list[Occurrence]()
    gone = standup
    while (due := next_due(gone, reading)) and due <= now:
        days.append(occurrence_at(gone, reading, due))
        gone = settled(gone, due)
    planned = [day for day in days if day.state is OccurrenceState.PLANNED]
    last = replace(planned[-1], state=OccurrenceState.UNKNOWN) if planned else None
    told = next((day for day in planned[:-1] if day.is_announced), None)
    return Step(
        replace(
            standup,
            dealt_with=max(standup.dealt_with, now),
            reported=max(standup.reported, now) if standup.reported else None,
        ),
        last,
        besides=replace(told, state=OccurrenceState.UNKNOWN) if told else None,
    )
