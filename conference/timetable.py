"""When standups ring: looked at as their moments come, and changed as people wish.

Every decision is one transaction that reads what it rests on and stores what comes of it, the conference included, so
that a day is rung once whoever looks at it, however often, and whenever the process ends.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar

from conference.clock import Clock, pause
from conference.holidays import CalendarRead
from conference.journal import log_day
from conference.ports import StorageUnavailableError
from conference.service import Conferences
from conference.standups import (
    Occurrence,
    OccurrenceKey,
    OccurrenceState,
    Planned,
    Standup,
    StandupChange,
    StandupKey,
    StandupReading,
    Step,
    decided,
    next_due,
    occurrence_at,
    planned,
)

log = logging.getLogger(__name__)

_Found = TypeVar("_Found")

LOOK_EVERY_SECONDS = 20.0
"""The hour of day may be set while nothing is due: how long that goes unnoticed."""

TRY_AGAIN_AFTER_SECONDS = 5.0


class StandupStorage(Protocol):
    """Where standups are kept. Each method is one transaction. Raises StorageUnavailableError."""

    async def add_standup(self, standup: Standup, calendar: CalendarRead | None = None) -> None:
        """Keep a new standup, and what was read of its calendar. Raises NameTakenError."""

    async def update_standup(
        self, key: StandupKey, change: StandupChange, calendar: CalendarRead | None = None
    ) -> Step:
        """Store what `change` makes of a standup; returns that, without an occurrence that is as it was.

        `calendar`: what was read of the calendar that it has afterwards. Raises UnknownStandupError and NameTakenError.
        """

    async def standups(self, team_id: str, look: Callable[[Standup, StandupReading], _Found]) -> list[_Found]:
        """What is seen of each standup of a workspace, by name."""

    async def occurrence(self, key: OccurrenceKey) -> Occurrence:
        """Raises UnknownStandupError."""

    async def standups_to_look_at(self, now: datetime) -> Sequence[StandupKey]:
        """Those about which there is something to decide."""

    async def touch_announced(self, team_id: str, now: datetime) -> Sequence[Occurrence]:
        """Have all days shown anew of which channels have been told, and which are still ahead; returns them."""

    async def plan_anew(self) -> None:
        """Work out anew when there is something to decide about each."""

    async def next_look(self) -> datetime | None:
        """When there will be something to decide about one; None for never."""


class NotDone(StrEnum):
    """Why a wish about a standup changed nothing."""

    ALREADY = "already"
    TOO_LATE = "too_late"
    NEVER = "never"
    """It has no next time."""


class Timetable:
    """Rings standups when they are due. `heard` is called with each occurrence that has changed."""

    def __init__(
        self, *, storage: StandupStorage, conferences: Conferences, clock: Clock, heard: Callable[[Occurrence], None]
    ) -> None:
        self._storage = storage
        self._conferences = conferences
        self._clock = clock
        self._heard = heard
        self._news = asyncio.Event()
        self._is_planned = False
        """The rules of time zones may be others than those by which an earlier process planned."""

    async def run(self) -> None:
        """Do whatever is due, now and as it comes. Returns never; cancel it."""
        while True:
            self._news.clear()
            try:
                wait = await self.look()
            except Exception as error:
                # Whatever it was, standups are still to be rung.
                foreseen = isinstance(error, StorageUnavailableError)
                log.warning("it is not known which standups are due: %s", error, exc_info=not foreseen)
                wait = TRY_AGAIN_AFTER_SECONDS
            await pause(self._clock, wait, self._news)

    async def look(self) -> float:
        """Do whatever is due now; returns the seconds until something else may be. Raises StorageUnavailableError."""
        if not self._is_planned:
            await self._storage.plan_anew()
            self._is_planned = True
        is_done = True
        for key in await self._storage.standups_to_look_at(self._clock.now()):
            try:
                while await self._looked_at(key):
                    pass
            except Exception as error:
                # Whatever it was, the others are still to be rung.
                foreseen = isinstance(error, StorageUnavailableError)
                log.warning("standup %s could not be looked at: %s", key.standup_id, error, exc_info=not foreseen)
                is_done = False
        if not is_done:
            return TRY_AGAIN_AFTER_SECONDS
        next_look = await self._storage.next_look()
        wait = (next_look - self._clock.now()).total_seconds() if next_look else LOOK_EVERY_SECONDS
        return max(0.0, min(wait, LOOK_EVERY_SECONDS))

    async def _looked_at(self, key: StandupKey) -> bool:
        """Do one thing that is due; says whether something was."""
        is_due = False

        def look(standup: Standup, reading: StandupReading) -> Step:
            nonlocal is_due
            step = decided(standup, reading, self._clock.now(), self._conferences.made_for)
            is_due = step is not None
            return step or Step(standup)

        await self._update(key, look)
        return is_due

    async def _update(self, key: StandupKey, change: StandupChange, calendar: CalendarRead | None = None) -> Step:
        before = dict[OccurrenceKey, OccurrenceState]()

        def noted(standup: Standup, reading: StandupReading) -> Step:
            step = change(standup, reading)
            stored = (reading.occurrence(day.day) for day in (step.besides, step.occurrence) if day)
            before.update({day.key: day.state for day in stored if day})
            return step

        step = await self._storage.update_standup(key, noted, calendar)
        for occurrence in filter(None, (step.besides, step.occurrence)):
            if before.get(occurrence.key) is not occurrence.state:
                log_day(occurrence)
            self._heard(occurrence)
        if step.conference:
            self._conferences.take_up(step.conference)
        return step

    # What people wish

    async def add(self, standup: Standup, calendar: CalendarRead | None = None) -> None:
        """Keep a new standup, and what was read of its calendar. Raises NameTakenError and StorageUnavailableError."""
        await self._storage.add_standup(standup, calendar)
        self._news.set()

    async def planned(self, team_id: str) -> list[Planned]:
        """The standups of a workspace, by name, and what lies ahead of each. Raises StorageUnavailableError."""
        now = self._clock.now()
        return await self._storage.standups(team_id, lambda standup, reading: planned(standup, reading, now))

    async def change(
        self,
        key: StandupKey,
        edit: Callable[[Standup], Standup],
        user_id: str,
        calendar: CalendarRead | None = None,
    ) -> Planned:
        """Give it other times, people or whatever `edit` changes; `calendar`: what was read of one that is new to it.

        What it was to ring before now stays unrung. A day of which its channel has been told is moved with it, or
        skipped if it is none of its days any more. Raises NameTakenError, UnknownStandupError and
        StorageUnavailableError, as all that follow raise the latter two.
        """
        # What is due at this very moment is rung as it was.
        while await self._looked_at(key):
            pass
        found = list[Planned]()

        def change(standup: Standup, reading: StandupReading) -> Step:
            announced = self._announced(standup, reading)
            edited = edit(standup)
            now = self._clock.now()
            edited = replace(edited, dealt_with=max(edited.dealt_with, now))
            due = next_due(replace(edited, is_paused=False), reading)
            if announced and due and edited.recurrence.local_day(due) == announced.day:
                # Shown anew, whatever was changed.
                announced = replace(announced, due_at=due, version=announced.version + 1)
            elif announced:
                announced = _skipped(announced, user_id)
            found.append(planned(edited, reading, now))
            return Step(edited, announced)

        await self._update(key, change, calendar)
        self._news.set()
        return found[-1]

    async def pause(self, key: StandupKey) -> NotDone | None:
        """Have it ring no more until it is resumed."""
        return await self._hold(key, is_paused=True)

    async def resume(self, key: StandupKey) -> NotDone | None:
        """Have it ring again; what was due meanwhile is not made up for."""
        result = await self._hold(key, is_paused=False)
        self._news.set()
        return result

    async def _hold(self, key: StandupKey, *, is_paused: bool) -> NotDone | None:
        """A day that is still ahead, and of which its channel has been told, stays as it is and is shown anew."""
        result: NotDone | None = None

        def hold(standup: Standup, reading: StandupReading) -> Step:
            nonlocal result
            if standup.is_paused is is_paused:
                result = NotDone.ALREADY
                return Step(standup)
            announced = self._announced(standup, reading)
            if standup.is_paused:
                standup = replace(standup, dealt_with=max(standup.dealt_with, self._clock.now()))
            shown_anew = announced and replace(announced, version=announced.version + 1)
            return Step(replace(standup, is_paused=is_paused), shown_anew)

        await self._update(key, hold)
        return result

    async def delete(self, key: StandupKey, user_id: str) -> None:
        """Have it ring never again; its name is free for another."""

        def delete(standup: Standup, reading: StandupReading) -> Step:
            announced = self._announced(standup, reading)
            if announced:
                announced = replace(
                    announced, state=OccurrenceState.SKIPPED, skipped_by=user_id, version=announced.version + 1
                )
            # Guests can't take their numbers out of it themselves any more.
            return Step(replace(standup, is_deleted=True, invitees=()), announced)

        await self._update(key, delete)

    async def skip_next(self, key: StandupKey, user_id: str) -> Occurrence | NotDone:
        """Have it not ring the next time."""

        def skip(standup: Standup, reading: StandupReading) -> Occurrence | NotDone:
            due = next_due(standup, reading)
            if due is None:
                return NotDone.NEVER
            occurrence = occurrence_at(standup, reading, due)
            return NotDone.ALREADY if occurrence.state is OccurrenceState.SKIPPED else _skipped(occurrence, user_id)

        return await self._change_day(key, skip)

    async def dont_skip(self, key: StandupKey) -> Occurrence | NotDone:
        """Have it ring the next time after all."""

        def unskip(standup: Standup, reading: StandupReading) -> Occurrence | NotDone:
            due = next_due(standup, reading)
            occurrence = occurrence_at(standup, reading, due) if due else None
            if occurrence is None or occurrence.state is not OccurrenceState.SKIPPED:
                return NotDone.ALREADY
            return _unskipped(occurrence)

        changed = await self._change_day(key, unskip)
        self._news.set()
        return changed

    async def report_weekly(self, key: StandupKey, *, wanted: bool) -> None:
        """Give its channel a report every Friday from now on, or no more."""

        def change(standup: Standup, _: StandupReading) -> Step:
            reported = self._clock.now() if wanted and not standup.reports_weekly else standup.reported
            return Step(replace(standup, reports_weekly=wanted, reported=reported))

        await self._update(key, change)
        self._news.set()

    # What people wish for one day

    async def skip_day(self, key: OccurrenceKey, user_id: str) -> Occurrence | NotDone:
        """Have it not ring that day."""

        def skip(occurrence: Occurrence, _: bool) -> Occurrence | NotDone:
            if occurrence.state is OccurrenceState.SKIPPED:
                return NotDone.ALREADY
            return _skipped(occurrence, user_id)

        return await self._change_planned(key, skip)

    async def dont_skip_day(self, key: OccurrenceKey) -> Occurrence | NotDone:
        """Have it ring that day after all."""

        def unskip(occurrence: Occurrence, is_due: bool) -> Occurrence | NotDone:
            if occurrence.state is not OccurrenceState.SKIPPED:
                return NotDone.ALREADY
            return _unskipped(occurrence) if is_due else NotDone.NEVER

        changed = await self._change_planned(key, unskip)
        self._news.set()
        return changed

    async def be_out(self, key: OccurrenceKey, user_id: str, *, is_out: bool) -> Occurrence | NotDone:
        """Have somebody not rung that day, or rung after all."""

        def change(occurrence: Occurrence, _: bool) -> Occurrence | NotDone:
            if (user_id in occurrence.out) is is_out:
                return NotDone.ALREADY
            others = tuple(one for one in occurrence.out if one != user_id)
            return replace(occurrence, out=(*others, user_id) if is_out else others)

        return await self._change_planned(key, change)

    async def ring_on(self, key: OccurrenceKey, user_id: str, number: str | None) -> Occurrence | NotDone:
        """Have somebody rung on that E.164 number that day, None for their own, and so not out."""

        def change(occurrence: Occurrence, _: bool) -> Occurrence | NotDone:
            others = tuple(one for one in occurrence.out if one != user_id)
            numbers = {who: theirs for who, theirs in occurrence.other_numbers.items() if who != user_id}
            if number:
                numbers[user_id] = number
            changed = replace(occurrence, other_numbers=numbers, out=others)
            return NotDone.ALREADY if changed == occurrence else changed

        return await self._change_planned(key, change)

    async def occurrence(self, key: OccurrenceKey) -> Occurrence:
        """What is stored of a day. Raises UnknownStandupError and StorageUnavailableError."""
        return await self._storage.occurrence(key)

    async def _change_planned(
        self, key: OccurrenceKey, change: Callable[[Occurrence, bool], Occurrence | NotDone]
    ) -> Occurrence | NotDone:
        """Change a day that is still ahead; `change` is told besides whether the standup, as it is now, is due then."""
        day = (found := await self._storage.occurrence(key)).day

        def of_day(standup: Standup, reading: StandupReading) -> Occurrence | NotDone:
            occurrence = reading.occurrence(day)
            if occurrence is None or occurrence.state.is_over or self._clock.now() >= occurrence.due_at:
                return NotDone.TOO_LATE
            due = next_due(standup, reading)
            return change(occurrence, due is not None and standup.recurrence.local_day(due) == day)

        return await self._change_day(StandupKey(key.team_id, found.standup_id), of_day)

    async def _change_day(
        self, key: StandupKey, change: Callable[[Standup, StandupReading], Occurrence | NotDone]
    ) -> Occurrence | NotDone:
        result = list[Occurrence | NotDone]()

        def of_standup(standup: Standup, reading: StandupReading) -> Step:
            result.append(change(standup, reading))
            changed = result[-1]
            return Step(standup, None if isinstance(changed, NotDone) else changed)

        return (await self._update(key, of_standup)).occurrence or result[-1]

    def _announced(self, standup: Standup, reading: StandupReading) -> Occurrence | None:
        """The next day, paused or not, if its channel has been told of it."""
        if standup.is_paused:
            standup = replace(standup, is_paused=False, dealt_with=max(standup.dealt_with, self._clock.now()))
        due = next_due(standup, reading)
        occurrence = reading.occurrence(standup.recurrence.local_day(due)) if due else None
        return occurrence if occurrence and occurrence.is_announced else None

    async def show_anew(self, team_id: str) -> None:
        """Have reminders show whom they ring: a team has changed, or somebody has given their number up.

        Raises StorageUnavailableError.
        """
        for occurrence in await self._storage.touch_announced(team_id, self._clock.now()):
            self._heard(occurrence)

    def look_anew(self) -> None:
        """Go by what is planned now: the days off have changed, and with them what is stored of the standups."""
        self._news.set()


def _skipped(occurrence: Occurrence, user_id: str) -> Occurrence:
    if occurrence.state is OccurrenceState.SKIPPED:
        return occurrence
    return replace(occurrence, state=OccurrenceState.SKIPPED, skipped_by=user_id)


def _unskipped(occurrence: Occurrence) -> Occurrence:
    return replace(occurrence, state=OccurrenceState.PLANNED, skipped_by=None)
