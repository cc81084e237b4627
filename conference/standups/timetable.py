"""When standups ring: looked at as their moments come, and changed as people wish.

Every decision is one transaction that reads what it rests on and stores what comes of it, the conference included, so
that a day is rung once whoever looks at it, however often, and whenever the process ends.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from conference.clock import Clock, pause
from conference.journal import log_day
from conference.ports import StorageUnavailableError
from conference.service import Conferences
from conference.standups import wishes
from conference.standups.holidays import CalendarRead
from conference.standups.model import (
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
    planned,
)
from conference.standups.wishes import DayWish, NotDone, Wish

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
        """Store what `change` makes of a standup; returns that, without occurrences that are as they were.

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

        What it was to ring before now stays unrung. Raises NameTakenError, UnknownStandupError and
        StorageUnavailableError, as all that follow raise the latter two.
        """
        # What is due at this very moment is rung as it was.
        while await self._looked_at(key):
            pass
        found = list[Planned]()

        def change(standup: Standup, reading: StandupReading) -> Step:
            now = self._clock.now()
            step = wishes.edited(standup, reading, edit, user_id, now)
            found.append(planned(step.standup, reading, now))
            return step

        await self._update(key, change, calendar)
        self._news.set()
        return found[-1]

    async def pause(self, key: StandupKey) -> NotDone | None:
        """Have it ring no more until it is resumed."""
        return await self._wish(
            key, lambda standup, reading: wishes.held(standup, reading, self._clock.now(), is_paused=True)
        )

    async def resume(self, key: StandupKey) -> NotDone | None:
        """Have it ring again; what was due meanwhile is not made up for."""
        result = await self._wish(
            key, lambda standup, reading: wishes.held(standup, reading, self._clock.now(), is_paused=False)
        )
        self._news.set()
        return result

    async def delete(self, key: StandupKey, user_id: str) -> None:
        """Have it ring never again; its name is free for another."""
        await self._wish(key, lambda standup, reading: wishes.deleted(standup, reading, user_id, self._clock.now()))

    async def skip_next(self, key: StandupKey, user_id: str) -> NotDone | None:
        """Have it not ring the next time."""
        return await self._wish(key, lambda standup, reading: wishes.next_skipped(standup, reading, user_id))

    async def dont_skip(self, key: StandupKey) -> NotDone | None:
        """Have it ring the next time after all."""
        result = await self._wish(key, wishes.next_unskipped)
        self._news.set()
        return result

    async def report_weekly(self, key: StandupKey, *, wanted: bool) -> None:
        """Give its channel a report every Friday from now on, or no more."""
        await self._wish(key, lambda standup, _: wishes.reported_weekly(standup, self._clock.now(), wanted=wanted))
        self._news.set()

    # What people wish for one day

    async def skip_day(self, key: OccurrenceKey, user_id: str) -> NotDone | None:
        """Have it not ring that day."""
        return await self._wish_for_day(key, lambda day, _: wishes.day_skipped(day, user_id))

    async def dont_skip_day(self, key: OccurrenceKey) -> NotDone | None:
        """Have it ring that day after all."""
        result = await self._wish_for_day(key, wishes.day_unskipped)
        self._news.set()
        return result

    async def be_out(self, key: OccurrenceKey, user_id: str, *, is_out: bool) -> NotDone | None:
        """Have somebody not rung that day, or rung after all."""
        return await self._wish_for_day(key, lambda day, _: wishes.out(day, user_id, is_out=is_out))

    async def ring_on(self, key: OccurrenceKey, user_id: str, number: str | None) -> NotDone | None:
        """Have somebody rung on that E.164 number that day, None for their own, and so not out."""
        return await self._wish_for_day(key, lambda day, _: wishes.rung_on(day, user_id, number))

    async def occurrence(self, key: OccurrenceKey) -> Occurrence:
        """What is stored of a day. Raises UnknownStandupError and StorageUnavailableError."""
        return await self._storage.occurrence(key)

    async def _wish_for_day(self, key: OccurrenceKey, wish: DayWish) -> NotDone | None:
        """Change a day that is still ahead."""
        found = await self._storage.occurrence(key)
        return await self._wish(
            StandupKey(key.team_id, found.standup_id),
            lambda standup, reading: wishes.for_day(standup, reading, found.day, self._clock.now(), wish),
        )

    async def _wish(self, key: StandupKey, wish: Wish) -> NotDone | None:
        """Do what is wished; returns what kept that from being done, if anything did."""
        results = list[Step | NotDone]()

        def change(standup: Standup, reading: StandupReading) -> Step:
            result = wish(standup, reading)
            results.append(result)
            return Step(standup) if isinstance(result, NotDone) else result

        await self._update(key, change)
        result = results[-1]
        return result if isinstance(result, NotDone) else None

    async def show_anew(self, team_id: str) -> None:
        """Have reminders show whom they ring: a team has changed, or somebody has given their number up.

        Raises StorageUnavailableError.
        """
        for occurrence in await self._storage.touch_announced(team_id, self._clock.now()):
            self._heard(occurrence)

    def look_anew(self) -> None:
        """Go by what is planned now: the days off have changed, and with them what is stored of the standups."""
        self._news.set()
