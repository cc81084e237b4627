"""Quiet hours: over midnight, by day, and where the clocks go forward or back."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from conference.preferences import QuietHours

NEW_YORK, LONDON, SYDNEY = "America/New_York", "Europe/London", "Australia/Sydney"
LORD_HOWE, KOLKATA, SINGAPORE, UTC_ZONE = "Australia/Lord_Howe", "Asia/Kolkata", "Asia/Singapore", "Etc/UTC"
ZONES = (NEW_YORK, LONDON, SYDNEY, LORD_HOWE, KOLKATA, SINGAPORE, UTC_ZONE)
"""Lord Howe moves its clocks by half an hour; Kolkata is half an hour off the rest."""

NIGHT, NOON = (time(22), time(8)), (time(12), time(13, 30))


def until(hours: tuple[time, time], local: str, zone: str = SINGAPORE) -> str | None:
    """Until when it is quiet, in that zone, at a local time there; `EST` or the like may follow for one of two."""
    moment, _, name = local.partition(" ")
    now = datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(zone))
    if name and now.tzname() != name:
        now = now.replace(fold=1)
        assert now.tzname() == name
    end = QuietHours(*hours, zone).until(now.astimezone(UTC))
    assert end is None or end.tzinfo is UTC
    return f"{end.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M %Z}" if end else None


@pytest.mark.parametrize(
    ("hours", "local", "end"),
    [
        (NIGHT, "2026-11-20T21:59:59.999999", None),
        (NIGHT, "2026-11-20T22:00", "2026-11-21T08:00 +08"),
        (NIGHT, "2026-11-20T23:59:59", "2026-11-21T08:00 +08"),
        (NIGHT, "2026-11-21T00:00", "2026-11-21T08:00 +08"),
        (NIGHT, "2026-11-21T07:59:59.999999", "2026-11-21T08:00 +08"),
        (NIGHT, "2026-11-21T08:00", None),
        (NIGHT, "2026-12-31T22:30", "2027-01-01T08:00 +08"),
        (NOON, "2026-11-20T11:59:59", None),
        (NOON, "2026-11-20T12:00", "2026-11-20T13:30 +08"),
        (NOON, "2026-11-20T13:29:59", "2026-11-20T13:30 +08"),
        (NOON, "2026-11-20T13:30", None),
        ((time(22), time(0)), "2026-11-20T23:00", "2026-11-21T00:00 +08"),
        ((time(22), time(0)), "2026-11-21T00:00", None),
        ((time(0), time(6)), "2026-11-21T00:00", "2026-11-21T06:00 +08"),
    ],
)
def test_quiet_hours_begin_with_their_first_moment_and_end_before_their_last(
    hours: tuple[time, time], local: str, end: str | None
) -> None:
    assert until(hours, local) == end


@pytest.mark.parametrize(
    ("zone", "hours", "local", "end"),
    [
        # Clocks go forward while it is quiet, and back.
        (NEW_YORK, NIGHT, "2026-03-07T23:00", "2026-03-08T08:00 EDT"),
        (NEW_YORK, NIGHT, "2026-10-31T23:00", "2026-11-01T08:00 EST"),
        (SYDNEY, NIGHT, "2026-10-03T23:00", "2026-10-04T08:00 AEDT"),
        (SYDNEY, NIGHT, "2026-04-04T23:00", "2026-04-05T08:00 AEST"),
        (LORD_HOWE, NIGHT, "2026-10-03T23:00", "2026-10-04T08:00 +11"),
        (LORD_HOWE, NIGHT, "2026-04-04T23:00", "2026-04-05T08:00 +1030"),
        (KOLKATA, NIGHT, "2026-11-20T23:00", "2026-11-21T08:00 IST"),
        # An end that comes twice that day.
        (NEW_YORK, (time(22), time(1, 30)), "2026-10-31T23:00", "2026-11-01T01:30 EDT"),
        (NEW_YORK, (time(22), time(1, 30)), "2026-11-01T01:15 EDT", "2026-11-01T01:30 EDT"),
        (NEW_YORK, (time(22), time(1, 30)), "2026-11-01T01:15 EST", "2026-11-01T01:30 EST"),
        (SYDNEY, (time(22), time(2, 30)), "2026-04-05T02:15 AEST", "2026-04-05T02:30 AEST"),
        # An end that never comes that day: it is over when the clocks have gone forward.
        (NEW_YORK, (time(22), time(2, 30)), "2026-03-08T03:00", None),
        (SYDNEY, (time(22), time(2, 30)), "2026-10-04T03:00", None),
    ],
)
def test_quiet_hours_go_by_the_clock_on_the_wall(
    zone: str, hours: tuple[time, time], local: str, end: str | None
) -> None:
    assert until(hours, local, zone) == end


def test_where_the_person_is_at_present_counts_before_where_they_were() -> None:
    quiet, now = QuietHours(*NIGHT, SINGAPORE), datetime(2026, 11, 20, 1, tzinfo=UTC)
    assert quiet.until(now) is None
    assert quiet.until(now, NEW_YORK) is None
    assert quiet.until(now + timedelta(hours=2), NEW_YORK) == datetime(2026, 11, 20, 13, tzinfo=UTC)


minutes = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))
near_changes = st.sampled_from(
    [
        *(datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC)),
        *(datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)),
        *(datetime(2026, 10, 3, 16, tzinfo=UTC), datetime(2026, 4, 4, 16, tzinfo=UTC)),
        *(datetime(2026, 10, 3, 15, 30, tzinfo=UTC), datetime(2026, 4, 4, 15, tzinfo=UTC)),
    ]
).flatmap(lambda change: st.integers(-200, 200).map(lambda m: change + timedelta(minutes=m)))
at_any_time = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda d: d.replace(tzinfo=UTC))  # noqa: DTZ001


@given(minutes, minutes, st.sampled_from(ZONES), near_changes | at_any_time)
@example(time(22), time(1, 30), NEW_YORK, datetime(2026, 11, 1, 6, 15, tzinfo=UTC))
def test_they_end_later_than_now_within_a_day_and_at_their_end_by_the_clock_there(
    start: time, end: time, zone: str, now: datetime
) -> None:
    result = QuietHours(start, end, zone).until(now)
    here = ZoneInfo(zone)
    clock = now.astimezone(here).time()
    assert (result is not None) is (start <= clock < end if start < end else clock >= start or clock < end)
    if result is not None:
        assert now < result <= now + timedelta(hours=25)
        exists = datetime.combine(result.astimezone(here), end, here).astimezone(UTC).astimezone(here).time() == end
        assert result.astimezone(here).time() == end or not exists
