"""What becomes of a standup as its moments come: a day is rung once, or skipped, or missed, and that is told once."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from conference.invitation import Invitation, Invitee, Person
from conference.model import Conference
from conference.standups.holidays import Holidays
from conference.standups.model import (
    Occurrence,
    OccurrenceState,
    Standup,
    Step,
    decided,
    next_due,
    wakes_at,
)
from conference.standups.recurrence import Recurrence, Weekday
from tests.unit.generated import conference_of

MONDAY = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
"""09:30 in Singapore."""
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def a_standup(**changes: object) -> Standup:
    recurrence = Recurrence(frozenset(Weekday), time(9, 30), "Asia/Singapore")
    made = Standup("T1", "5a", "platform", "C1", "U0MAKER", recurrence, MONDAY - DAY, invitees=(Person("U1"),))
    return replace(made, **changes)  # type: ignore[arg-type]


@dataclass
class Kept:
    """A `StandupReading` of days that are kept, and what has been begun."""

    days: dict[date, Occurrence] = field(default_factory=dict)
    begun: list[Occurrence] = field(default_factory=list)

    def occurrence(self, day: date) -> Occurrence | None:
        return self.days.get(day)

    def last_rung(self, since: datetime, before: datetime) -> Occurrence | None:
        return None

    def announced(self, since: date) -> Occurrence | None:
        return next((day for day in self.days.values() if day.is_announced and day.day >= since), None)

    def holidays(self, calendar: str | None) -> Holidays:
        return {}

    def members(self, team_names: Iterable[str]) -> tuple[Invitee, ...]:
        return ()

    def begin(self, standup: Standup, occurrence: Occurrence, invitation: Invitation) -> Conference:
        self.begun.append(occurrence)
        return conference_of()

    def keep(self, step: Step) -> Standup:
        for occurrence in filter(None, (step.besides, step.occurrence)):
            self.days[occurrence.day] = occurrence
        return step.standup

    def looked_at(self, standup: Standup, now: datetime) -> Standup:
        """The standup, with everything done that is due."""
        while step := decided(standup, self, now, self.begin):
            standup = self.keep(step)
        return standup


def states(kept: Kept) -> list[OccurrenceState]:
    return [kept.days[day].state for day in sorted(kept.days)]


@given(st.lists(st.integers(-120, 60 * 24 * 4), min_size=1, max_size=40), st.integers(0, 60))
def test_whatever_a_clock_does_a_day_is_rung_once_at_most_and_never_rung_and_missed(
    minutes: list[int], remind_minutes: int
) -> None:
    kept = Kept()
    standup = a_standup(remind_minutes=remind_minutes)
    for at in minutes:
        now = MONDAY + at * MINUTE
        standup = kept.looked_at(standup, now)
        assert (wakes := wakes_at(standup, kept)) is None or wakes > now
    assert len({day.day for day in kept.begun}) == len(kept.begun)
    rung = {day.day for day in kept.days.values() if day.state is OccurrenceState.RUNG}
    assert rung == {day.day for day in kept.begun}


def test_before_its_channel_is_to_be_told_nothing_is_decided() -> None:
    """It may be looked at for another reason: its weekly report, say."""
    kept = Kept()
    standup = a_standup()
    assert kept.looked_at(standup, MONDAY - 5 * MINUTE - timedelta(seconds=1)) == standup
    assert kept.days == {}


def test_days_that_were_missed_are_told_of_by_the_last_and_what_was_announced_is_over_with_them() -> None:
    kept = Kept()
    standup = kept.looked_at(a_standup(), MONDAY - MINUTE)
    (before,) = kept.days.values()
    standup = kept.looked_at(standup, MONDAY + 2 * DAY + 10 * MINUTE)
    first, last = (kept.days[day] for day in sorted(kept.days))
    assert (first.state, first.missed) == (OccurrenceState.MISSED, 0)
    assert first.version > before.version
    assert (last.state, last.missed, last.due_at) == (OccurrenceState.MISSED, 3, MONDAY + 2 * DAY)
    assert next_due(standup, kept) == MONDAY + 3 * DAY


def test_a_day_that_was_skipped_is_not_missed_and_shown_anew_when_it_is_over() -> None:
    kept = Kept()
    standup = kept.looked_at(a_standup(), MONDAY - MINUTE)
    (day,) = kept.days.values()
    kept.days[day.day] = replace(day, state=OccurrenceState.SKIPPED, skipped_by="U1")
    kept.looked_at(standup, MONDAY + 2 * DAY)
    assert states(kept) == [OccurrenceState.SKIPPED, OccurrenceState.MISSED, OccurrenceState.RUNG]
    first, missed, _ = (kept.days[day] for day in sorted(kept.days))
    assert missed.missed == 1
    assert first.version > day.version


def test_it_is_paused() -> None:
    kept = Kept()
    kept.looked_at(a_standup(is_paused=True), MONDAY)
    assert kept.days == {}
    assert wakes_at(a_standup(is_paused=True), kept) is None
