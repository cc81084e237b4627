"""What people wish about a standup, or about one of its days, and what that makes of it. Pure.

Whatever changes a day of which its channel has been told has that day shown anew.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum

from conference.standups.model import (
    Occurrence,
    OccurrenceState,
    Standup,
    StandupReading,
    Step,
    next_due,
    occurrence_at,
)


class NotDone(StrEnum):
    """Why a wish about a standup changed nothing."""

    ALREADY = "already"
    TOO_LATE = "too_late"
    NEVER = "never"
    """It has no next time."""


Wish = Callable[[Standup, StandupReading], Step | NotDone]

DayWish = Callable[[Occurrence, bool], Occurrence | NotDone]
"""A wish for a day that is still ahead; it is told besides whether the standup, as it is now, is due then."""


def edited(
    standup: Standup, reading: StandupReading, edit: Callable[[Standup], Standup], user_id: str, now: datetime
) -> Step:
    """It has other times, people or whatever `edit` changes; what it was to ring before now stays unrung.

    A day of which its channel has been told is moved with it, or skipped if it is none of its days any more.
    """
    announced = _announced(standup, reading, now)
    standup = edit(standup)
    standup = replace(standup, dealt_with=max(standup.dealt_with, now))
    due = next_due(replace(standup, is_paused=False), reading)
    if announced and due and standup.recurrence.local_day(due) == announced.day:
        return Step(standup, replace(announced, due_at=due, version=announced.version + 1))
    return Step(standup, _skipped(announced, user_id) if announced else None)


def held(standup: Standup, reading: StandupReading, now: datetime, *, is_paused: bool) -> Step | NotDone:
    """It is paused, or rings again; what was due meanwhile is not made up for.

    A day that is still ahead, and of which its channel has been told, stays as it is.
    """
    if standup.is_paused is is_paused:
        return NotDone.ALREADY
    announced = _announced(standup, reading, now)
    if standup.is_paused:
        standup = replace(standup, dealt_with=max(standup.dealt_with, now))
    shown_anew = announced and replace(announced, version=announced.version + 1)
    return Step(replace(standup, is_paused=is_paused), shown_anew)


def deleted(standup: Standup, reading: StandupReading, user_id: str, now: datetime) -> Step:
    """It rings never again."""
    announced = _announced(standup, reading, now)
    if announced:
        announced = replace(announced, state=OccurrenceState.SKIPPED, skipped_by=user_id, version=announced.version + 1)
    # Guests can't take their numbers out of it themselves any more.
    return Step(replace(standup, is_deleted=True, invitees=()), announced)


def next_skipped(standup: Standup, reading: StandupReading, user_id: str) -> Step | NotDone:
    """It does not ring the next time."""
    due = next_due(standup, reading)
    if due is None:
        return NotDone.NEVER
    occurrence = occurrence_at(standup, reading, due)
    if occurrence.state is OccurrenceState.SKIPPED:
        return NotDone.ALREADY
    return Step(standup, _skipped(occurrence, user_id))


def next_unskipped(standup: Standup, reading: StandupReading) -> Step | NotDone:
    """It rings the next time after all."""
    due = next_due(standup, reading)
    occurrence = occurrence_at(standup, reading, due) if due else None
    if occurrence is None or occurrence.state is not OccurrenceState.SKIPPED:
        return NotDone.ALREADY
    return Step(standup, _unskipped(occurrence))


def reported_weekly(standup: Standup, now: datetime, *, wanted: bool) -> Step:
    """Its channel gets a report every Friday from now on, or no more."""
    reported = now if wanted and not standup.reports_weekly else standup.reported
    return Step(replace(standup, reports_weekly=wanted, reported=reported))


def _announced(standup: Standup, reading: StandupReading, now: datetime) -> Occurrence | None:
    """The next day, paused or not, if its channel has been told of it."""
    if standup.is_paused:
        standup = replace(standup, is_paused=False, dealt_with=max(standup.dealt_with, now))
    due = next_due(standup, reading)
    occurrence = reading.occurrence(standup.recurrence.local_day(due)) if due else None
    return occurrence if occurrence and occurrence.is_announced else None


# For one day


def for_day(standup: Standup, reading: StandupReading, day: date, now: datetime, wish: DayWish) -> Step | NotDone:
    """What is wished for a day, if that is still ahead."""
    occurrence = reading.occurrence(day)
    if occurrence is None or occurrence.state.is_over or now >= occurrence.due_at:
        return NotDone.TOO_LATE
    due = next_due(standup, reading)
    changed = wish(occurrence, due is not None and standup.recurrence.local_day(due) == day)
    return changed if isinstance(changed, NotDone) else Step(standup, changed)


def day_skipped(occurrence: Occurrence, user_id: str) -> Occurrence | NotDone:
    """It does not ring that day."""
    if occurrence.state is OccurrenceState.SKIPPED:
        return NotDone.ALREADY
    return _skipped(occurrence, user_id)


def day_unskipped(occurrence: Occurrence, is_due: bool) -> Occurrence | NotDone:
    """It rings that day after all."""
    if occurrence.state is not OccurrenceState.SKIPPED:
        return NotDone.ALREADY
    return _unskipped(occurrence) if is_due else NotDone.NEVER


def out(occurrence: Occurrence, user_id: str, *, is_out: bool) -> Occurrence | NotDone:
    """Somebody is not rung that day, or rung after all."""
    if (user_id in occurrence.out) is is_out:
        return NotDone.ALREADY
    others = tuple(one for one in occurrence.out if one != user_id)
    return replace(occurrence, out=(*others, user_id) if is_out else others)


def rung_on(occurrence: Occurrence, user_id: str, number: str | None) -> Occurrence | NotDone:
    """Somebody is rung on that E.164 number that day, None for their own, and so not out."""
    others = tuple(one for one in occurrence.out if one != user_id)
    numbers = {who: theirs for who, theirs in occurrence.other_numbers.items() if who != user_id}
    if number:
        numbers[user_id] = number
    changed = replace(occurrence, other_numbers=numbers, out=others)
    return NotDone.ALREADY if changed == occurrence else changed


def _skipped(occurrence: Occurrence, user_id: str) -> Occurrence:
    if occurrence.state is OccurrenceState.SKIPPED:
        return occurrence
    return replace(occurrence, state=OccurrenceState.SKIPPED, skipped_by=user_id)


def _unskipped(occurrence: Occurrence) -> Occurrence:
    return replace(occurrence, state=OccurrenceState.PLANNED, skipped_by=None)
