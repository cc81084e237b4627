"""What becomes of a standup in a database that was restored from a backup."""

from dataclasses import replace
from datetime import time, timedelta

from conference.restoring import maybe_gone_by
from conference.standups.model import OccurrenceState
from conference.standups.recurrence import Recurrence
from tests.unit.test_standups import DAY, MINUTE, MONDAY, Kept, a_standup, states


def test_what_may_have_rung_is_not_rung_at_a_later_time_of_that_day() -> None:
    kept = Kept()
    standup = kept.keep(maybe_gone_by(a_standup(), kept, MONDAY + MINUTE))
    later = Recurrence(standup.recurrence.days, time(18), standup.recurrence.zone)
    standup = kept.looked_at(replace(standup, recurrence=later), MONDAY + timedelta(hours=9))
    assert kept.begun == []
    kept.looked_at(standup, MONDAY + DAY + timedelta(hours=8.5))
    assert [day.day for day in kept.begun] == [(MONDAY + DAY).date()]


def test_of_weeks_the_last_day_is_kept_and_what_was_announced_is_over() -> None:
    kept = Kept()
    standup = kept.looked_at(a_standup(), MONDAY - MINUTE)
    standup = kept.keep(maybe_gone_by(standup, kept, MONDAY + 20 * DAY + MINUTE))
    assert sorted(kept.days) == [MONDAY.date(), (MONDAY + 20 * DAY).date()]
    assert states(kept) == [OccurrenceState.UNKNOWN] * 2
    assert all(day.missed == 0 for day in kept.days.values()), "nobody is told that it was missed"
    assert kept.looked_at(standup, MONDAY + 20 * DAY + 2 * MINUTE).dealt_with == MONDAY + 20 * DAY + MINUTE


def test_what_is_still_to_come_rings_and_reports_are_taken_as_given() -> None:
    kept, now = Kept(), MONDAY - MINUTE
    before = a_standup(reports_weekly=True, reported=MONDAY - 9 * DAY)
    standup = kept.keep(maybe_gone_by(before, kept, now))
    assert (standup.dealt_with, standup.reported, kept.days) == (now, now, {})
    kept.looked_at(standup, MONDAY)
    assert len(kept.begun) == 1


def test_one_that_is_paused_stays_so() -> None:
    kept = Kept()
    standup = kept.keep(maybe_gone_by(a_standup(is_paused=True), kept, MONDAY + MINUTE))
    assert (standup.is_paused, kept.days) == (True, {})
