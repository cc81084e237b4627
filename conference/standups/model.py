"""What a standup is, and what becomes of it on each of its days. Pure.

On a day of its own a standup has an occurrence: `planned → rung`, or `skipped` (somebody wished so), `missed`
(nothing ran when it was due) or `unknown` (the database was restored since). It rings at most once a local day,
whatever happens to the clock or to its times.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol

from conference.invitation import CallerWish, Invitation, Invitee, Person
from conference.model import Conference
from conference.standups.holidays import Holidays
from conference.standups.recurrence import Recurrence, Weekday

RING_WITHIN = timedelta(minutes=5)
"""How long after it was due a standup is still rung."""

LOOK_AHEAD = timedelta(days=800)
"""How far days off are passed over; a standup that would not ring for longer has no next time."""

WEEK = timedelta(days=7)

DAY_OFF_AHEAD = 2 * WEEK
"""How far ahead a standup's next day off is told."""

REPORT_DAYS = frozenset({Weekday.FRIDAY})
REPORT_AT = time(17)
"""When the weekly report is due, in the standup's own zone."""

CLOCK_RAN_AHEAD = timedelta(minutes=5)
"""How far ahead of the present something dealt with shows that the hour of day was set back."""

REPORT_WITHIN = timedelta(hours=12)
"""A report that could not be given for longer is left out."""


class UnknownStandupError(LookupError):
    """There is no such standup, or no such day of one."""


class NameTakenError(Exception):
    """There is a standup of that name already."""


class StandupKey(NamedTuple):
    """What names a standup: every row carries its workspace."""

    team_id: str
    standup_id: str


@dataclass(frozen=True)
class Standup:
    """A recurring call, as its maker meant it: in local time, of teams and groups that are looked up when it rings."""

    team_id: str
    standup_id: str
    name: str
    channel_id: str
    maker_id: str
    """Slack id of whoever set it up."""
    recurrence: Recurrence
    dealt_with: datetime
    """Whatever was due until then rings no more."""
    team_names: tuple[str, ...] = ()
    invitees: tuple[Invitee, ...] = ()
    """Who is rung besides the people of the teams."""
    remind_minutes: int = 5
    """How long before it rings its channel is told; 0 for not at all."""
    days_off: frozenset[date] = frozenset()
    calendar: str | None = None
    """Address of an ICS calendar of more days off."""
    is_paused: bool = False
    is_deleted: bool = False
    reports_weekly: bool = False
    reported: datetime | None = None
    """Until when weekly reports have been dealt with."""

    @property
    def key(self) -> StandupKey:
        return StandupKey(self.team_id, self.standup_id)

    @property
    def reminds(self) -> timedelta:
        return timedelta(minutes=self.remind_minutes)


class OccurrenceState(StrEnum):
    """What became of a standup on one of its days."""

    PLANNED = "planned"
    SKIPPED = "skipped"
    RUNG = "rung"
    MISSED = "missed"
    UNKNOWN = "unknown"
    """Nobody can tell any more: it went by after the backup from which the database was restored."""

    @property
    def is_over(self) -> bool:
        """Nothing that people wish changes that day any more."""
        return self in {OccurrenceState.RUNG, OccurrenceState.MISSED, OccurrenceState.UNKNOWN}


class OccurrenceKey(NamedTuple):
    """What names an occurrence. The conference that it becomes has the same name."""

    team_id: str
    occurrence_id: str


@dataclass(frozen=True)
class Occurrence:
    """A standup on one local day. `version` grows with every change."""

    team_id: str
    occurrence_id: str
    standup_id: str
    channel_id: str
    day: date
    due_at: datetime
    state: OccurrenceState = OccurrenceState.PLANNED
    is_announced: bool = False
    """The channel has been told, or is about to be."""
    out: tuple[str, ...] = ()
    """Slack ids of those who are out that day."""
    other_numbers: Mapping[str, str] = field(default_factory=dict)
    """E.164 numbers on which people want to be rung this once, by Slack id."""
    skipped_by: str | None = None
    missed: int = 0
    """How many days in a row were missed, this one the last; 0 where a later one tells of it."""
    is_reported: bool = False
    """The weekly report is owed to the channel, or has been given."""
    version: int = 1

    @property
    def key(self) -> OccurrenceKey:
        return OccurrenceKey(self.team_id, self.occurrence_id)


class StandupReading(Protocol):
    """What a decision about a standup may look up: it all belongs to the same transaction as the decision."""

    def occurrence(self, day: date) -> Occurrence | None:
        """What is stored of that day."""

    def last_rung(self, since: datetime, before: datetime) -> Occurrence | None:
        """The last day due between these moments on which it rang, in the channel that it has now."""

    def announced(self, since: date) -> Occurrence | None:
        """The last day since then of which its channel has been told, and which is still planned."""

    def holidays(self, calendar: str | None) -> Holidays:
        """The days off of the calendar at that address, if there is one, and those of everybody."""

    def members(self, team_names: Iterable[str]) -> tuple[Invitee, ...]:
        """The people of these teams; a team that is gone has none."""


@dataclass(frozen=True)
class Step:
    """What a decision makes of a standup: what of it is stored, and the conference that begins."""

    standup: Standup
    occurrence: Occurrence | None = None
    conference: Conference | None = None
    besides: Occurrence | None = None
    """A day before that, which is over with it."""


StandupChange = Callable[[Standup, StandupReading], Step]
"""A decision about one standup. Pure; it runs inside the transaction that stores what it returns."""


def next_due(standup: Standup, reading: StandupReading) -> datetime | None:
    """When it rings next, if nobody skips that; None if it is paused, or has no day for years to come."""
    if standup.is_paused or standup.is_deleted:
        return None
    holidays = reading.holidays(standup.calendar)
    for due in standup.recurrence.after(standup.dealt_with):
        if due - standup.dealt_with > LOOK_AHEAD:
            return None
        day = standup.recurrence.local_day(due)
        if day in standup.days_off or day in holidays:
            continue
        # The hour of day may have been set back, or the standup moved to a later one, since the day was rung.
        stored = reading.occurrence(day)
        if stored is None or not stored.state.is_over:
            return due
    return None


def next_report(standup: Standup) -> datetime | None:
    """When the next weekly report is due; None if none is wanted."""
    if not standup.reports_weekly or standup.reported is None or standup.is_deleted:
        return None
    return next(weekly_reports(standup).after(standup.reported))


def weekly_reports(standup: Standup) -> Recurrence:
    """When weekly reports are due, where they are wanted."""
    return Recurrence(REPORT_DAYS, REPORT_AT, standup.recurrence.zone)


def wakes_at(standup: Standup, reading: StandupReading) -> datetime | None:
    """When there is something to decide about it, if nobody wishes anything; None for never."""
    due, report = next_due(standup, reading), next_report(standup)
    if due is not None:
        occurrence = reading.occurrence(standup.recurrence.local_day(due))
        due = due if occurrence and occurrence.is_announced else due - standup.reminds
    called_off = _called_off(standup, reading)
    redrawn = called_off.due_at - standup.reminds if called_off else None
    return min(filter(None, (due, report, redrawn)), default=None)


class DayOff(NamedTuple):
    """A day on which a standup does not ring, and the name that a calendar has for it, `""` for none."""

    day: date
    name: str


@dataclass(frozen=True)
class Planned:
    """A standup, when it rings next if at all, the day before that which somebody wants skipped, and the next day off.

    `day_off` is one soon, on which it would ring otherwise.
    """

    standup: Standup
    next_at: datetime | None
    skipped: Occurrence | None = None
    day_off: DayOff | None = None


def planned(standup: Standup, reading: StandupReading, now: datetime) -> Planned:
    """What lies ahead of a standup."""
    due, day_off = next_due(standup, reading), _day_off(standup, reading.holidays(standup.calendar), now)
    if due is None:
        return Planned(standup, None, day_off=day_off)
    occurrence = reading.occurrence(standup.recurrence.local_day(due))
    if occurrence is None or occurrence.state is not OccurrenceState.SKIPPED:
        return Planned(standup, due, day_off=day_off)
    return Planned(standup, next_due(settled(standup, due), reading), occurrence, day_off)


def _day_off(standup: Standup, holidays: Holidays, now: datetime) -> DayOff | None:
    """The next day soon on which it would ring if that were none off."""
    if standup.is_paused or standup.is_deleted:
        return None
    for due in standup.recurrence.after(max(now, standup.dealt_with)):
        if due - now > DAY_OFF_AHEAD:
            return None
        day = standup.recurrence.local_day(due)
        if day in holidays or day in standup.days_off:
            return DayOff(day, holidays.get(day, ""))
    return None


def settled(standup: Standup, due: datetime) -> Standup:
    """The standup with that moment dealt with."""
    return replace(standup, dealt_with=due)


def invitation(standup: Standup, reading: StandupReading) -> Invitation:
    """Everybody whom it rings now."""
    everybody = (*reading.members(standup.team_names), *standup.invitees)
    return Invitation(tuple(dict.fromkeys(everybody)), CallerWish.AS_INVITED)


def is_shown_to(user_id: str, channel_id: str | None, standup: Standup, everybody: Iterable[Invitee]) -> bool:
    """Whether somebody in that channel sees it: there, whoever set it up, and `everybody` whom it rings see it."""
    return channel_id == standup.channel_id or user_id == standup.maker_id or Person(user_id) in everybody


Begin = Callable[[Standup, Occurrence, Invitation], Conference]
"""Makes the conference of an occurrence; nothing is stored yet."""


def decided(standup: Standup, reading: StandupReading, now: datetime, begin: Begin) -> Step | None:
    """The next of the things that are due now; None if nothing is. To be asked again until it says so."""
    if max(standup.dealt_with, standup.reported or standup.dealt_with) - now > CLOCK_RAN_AHEAD:
        return Step(_drawn_back(standup, now))
    if (report := next_report(standup)) and report <= now:
        return _reported(standup, reading, report, now)
    if called_off := _called_off(standup, reading):
        return Step(standup, replace(called_off, state=OccurrenceState.SKIPPED))
    due = next_due(standup, reading)
    if due is None or now < due - standup.reminds:
        return None
    occurrence = occurrence_at(standup, reading, due)
    if now < due:
        return None if occurrence.is_announced else Step(standup, replace(occurrence, is_announced=True))
    is_fresh = now - due <= RING_WITHIN
    if occurrence.state is OccurrenceState.SKIPPED:
        is_announced = occurrence.is_announced or is_fresh
        return Step(settled(standup, due), _closed(replace(occurrence, is_announced=is_announced)))
    if is_fresh:
        rung = replace(occurrence, state=OccurrenceState.RUNG)
        return Step(settled(standup, due), rung, begin(standup, rung, invitation(standup, reading)))
    return _missed(standup, reading, now)


def _drawn_back(standup: Standup, now: datetime) -> Standup:
    """After a clock that ran ahead has been set right: the days that it went through are still to come."""
    return replace(
        standup,
        dealt_with=min(standup.dealt_with, now - RING_WITHIN),
        reported=min(standup.reported, now) if standup.reported else None,
    )


def _called_off(standup: Standup, reading: StandupReading) -> Occurrence | None:
    """A day of which its channel has been told that it rings, and that has become a day off since."""
    announced = reading.announced(standup.recurrence.local_day(standup.dealt_with))
    return announced if announced and announced.day in reading.holidays(standup.calendar) else None


def occurrence_at(standup: Standup, reading: StandupReading, due: datetime) -> Occurrence:
    """What is stored of the day on which it is due then, or what that day begins with."""
    day = standup.recurrence.local_day(due)
    stored = reading.occurrence(day)
    if stored:
        # A day of which a channel has been told stays there.
        return replace(stored, due_at=due, channel_id=stored.channel_id if stored.is_announced else standup.channel_id)
    return Occurrence(standup.team_id, secrets.token_hex(8), standup.standup_id, standup.channel_id, day, due)


def _missed(standup: Standup, reading: StandupReading, now: datetime) -> Step:
    """All days that went by while nothing ran are one word in the channel, about the last of them."""
    days = list[Occurrence]()
    while (due := next_due(standup, reading)) and now - due > RING_WITHIN:
        days.append(occurrence_at(standup, reading, due))
        standup = settled(standup, due)
    missed = [day for day in days if day.state is OccurrenceState.PLANNED]
    told = replace(missed[-1], state=OccurrenceState.MISSED, missed=len(missed)) if missed else None
    # What its channel was told of, before nothing ran any more, must not go on saying that it rings.
    announced = next((day for day in days if day.is_announced and day not in missed[-1:]), None)
    return Step(standup, told, besides=announced and _closed(announced))


def _closed(day: Occurrence) -> Occurrence:
    """A day on which nobody was rung, over: what is shown of it changes, even if nothing else does."""
    state = OccurrenceState.MISSED if day.state is OccurrenceState.PLANNED else day.state
    return replace(day, state=state, version=day.version + 1)


def _reported(standup: Standup, reading: StandupReading, report: datetime, now: datetime) -> Step:
    """A week in which it never rang has no report, and neither has one that is long over."""
    standup = replace(standup, reported=report)
    before = next(weekly_reports(standup).after(report - timedelta(days=8)))
    last = reading.last_rung(before, report)
    is_owed = last is not None and now - report <= REPORT_WITHIN
    return Step(standup, replace(last, is_reported=True) if last and is_owed else None)
