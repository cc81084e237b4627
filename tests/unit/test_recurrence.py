"""When something that recurs is due, held against python-dateutil, which has time zones and recurrence of its own."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import islice, pairwise, takewhile
from time import process_time
from zoneinfo import ZoneInfo, available_timezones

import pytest
from dateutil import tz
from dateutil.rrule import DAILY, rrule
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conference.standups.recurrence import Recurrence, Weekday, read_recurrence

BERLIN, NEW_YORK, ADELAIDE, LORD_HOWE = "Europe/Berlin", "America/New_York", "Australia/Adelaide", "Australia/Lord_Howe"
KOLKATA, SINGAPORE, SANTIAGO, CAIRO = "Asia/Kolkata", "Asia/Singapore", "America/Santiago", "Africa/Cairo"
NUUK, APIA, HAVANA, CASABLANCA = "America/Nuuk", "Pacific/Apia", "America/Havana", "Africa/Casablanca"
ZONES = (*(BERLIN, NEW_YORK, ADELAIDE, LORD_HOWE, KOLKATA, SINGAPORE, SANTIAGO, CAIRO, NUUK, HAVANA, CASABLANCA), "UTC")
"""Adelaide is half an hour off the rest, and Lord Howe moves its clocks by half an hour; in Santiago and Cairo the day
of the change begins at 01:00, and in Nuuk the one before it ends at 23:00."""

EVERY_DAY = frozenset(Weekday)
WEEKDAYS = EVERY_DAY - {Weekday.SATURDAY, Weekday.SUNDAY}


def due(days: frozenset[Weekday], at: time, zone: str, begin: datetime, end: datetime) -> list[datetime]:
    return list(takewhile(lambda moment: moment < end, Recurrence(days, at, zone).after(begin)))


def due_by_dateutil(days: frozenset[Weekday], at: time, zone: str, begin: datetime, end: datetime) -> list[datetime]:
    return [moment for day, moment in every_day_by_dateutil(at, zone, begin, end) if day in days]


@cache
def every_day_by_dateutil(at: time, zone: str, begin: datetime, end: datetime) -> list[tuple[Weekday, datetime]]:
    here = tz.gettz(zone)
    assert here is not None
    first, last = (datetime.combine(edge.date(), at) for edge in (begin - timedelta(days=2), end + timedelta(days=2)))
    found = []
    for wall in rrule(DAILY, dtstart=first, until=last):
        local = wall.replace(tzinfo=here)
        if tz.datetime_ambiguous(local):
            local = tz.enfold(local, fold=0)
        resolved = tz.resolve_imaginary(local)
        while not tz.datetime_exists(local):
            local += timedelta(minutes=1)
        assert local <= resolved
        if begin < local.astimezone(UTC) < end:
            found.append((Weekday(wall.isoweekday()), local.astimezone(UTC)))
    return found


@pytest.mark.parametrize("days", [EVERY_DAY, WEEKDAYS, frozenset({Weekday.SATURDAY, Weekday.SUNDAY})], ids=len)
@pytest.mark.parametrize("at", ["00:00", "00:30", "01:30", "02:00", "02:15", "02:30", "03:00", "09:30", "23:30"])
@pytest.mark.parametrize("zone", ZONES)
def test_for_two_years_every_due_moment_is_the_one_that_another_library_finds(
    zone: str, at: str, days: frozenset[Weekday]
) -> None:
    span = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))
    found = due(days, time.fromisoformat(at), zone, *span)
    assert found == due_by_dateutil(days, time.fromisoformat(at), zone, *span)
    assert all(moment.tzinfo is UTC for moment in found)


@pytest.mark.parametrize(
    ("zone", "at", "day", "moments"),
    [
        # Clocks go forward: 02:00 to 03:00.
        (BERLIN, "01:30", "2026-03-29", "2026-03-29T00:30"),
        (BERLIN, "02:00", "2026-03-29", "2026-03-29T01:00"),
        (BERLIN, "02:30", "2026-03-29", "2026-03-29T01:00"),
        (BERLIN, "03:00", "2026-03-29", "2026-03-29T01:00"),
        (BERLIN, "09:30", "2026-03-28", "2026-03-28T08:30"),
        (BERLIN, "09:30", "2026-03-29", "2026-03-29T07:30"),
        (NEW_YORK, "02:30", "2026-03-08", "2026-03-08T07:00"),
        (ADELAIDE, "02:30", "2026-10-04", "2026-10-03T16:30"),
        (ADELAIDE, "09:30", "2026-10-03", "2026-10-03T00:00"),
        (ADELAIDE, "09:30", "2026-10-04", "2026-10-03T23:00"),
        # 02:00 to 02:30.
        (LORD_HOWE, "02:00", "2026-10-04", "2026-10-03T15:30"),
        (LORD_HOWE, "02:15", "2026-10-04", "2026-10-03T15:30"),
        (LORD_HOWE, "02:30", "2026-10-04", "2026-10-03T15:30"),
        # 00:00 to 01:00.
        (SANTIAGO, "00:00", "2026-09-06", "2026-09-06T04:00"),
        (SANTIAGO, "00:30", "2026-09-06", "2026-09-06T04:00"),
        (SANTIAGO, "23:30", "2026-09-05", "2026-09-06T03:30"),
        (CAIRO, "00:30", "2026-04-24", "2026-04-23T22:00"),
        # 23:00 to 00:00 of the next day, and back.
        (NUUK, "23:30", "2026-03-27", "2026-03-28T01:30"),
        (NUUK, "23:30", "2026-03-28", "2026-03-29T01:00"),
        (NUUK, "23:30", "2026-03-29", "2026-03-30T00:30"),
        (NUUK, "00:00", "2026-03-29", "2026-03-29T01:00"),
        (NUUK, "23:30", "2026-10-24", "2026-10-25T00:30"),
        # A day that does not exist.
        (APIA, "09:30", "2011-12-29", "2011-12-29T19:30"),
        (APIA, "00:00", "2011-12-30", None),
        (APIA, "09:30", "2011-12-30", None),
        (APIA, "23:59", "2011-12-30", None),
        (APIA, "00:00", "2011-12-31", "2011-12-30T10:00"),
        (APIA, "09:30", "2011-12-31", "2011-12-30T19:30"),
        # Clocks go back: 03:00 to 02:00, 02:00 to 01:00, 02:00 to 01:30, 00:00 to 23:00, 01:00 to 00:00.
        (BERLIN, "02:30", "2026-10-25", "2026-10-25T00:30"),
        (BERLIN, "03:00", "2026-10-25", "2026-10-25T02:00"),
        (NEW_YORK, "01:30", "2026-11-01", "2026-11-01T05:30"),
        (NEW_YORK, "09:30", "2026-11-01", "2026-11-01T14:30"),
        (ADELAIDE, "02:30", "2026-04-05", "2026-04-04T16:00"),
        (LORD_HOWE, "01:45", "2026-04-05", "2026-04-04T14:45"),
        (SANTIAGO, "23:30", "2026-04-04", "2026-04-05T02:30"),
        (HAVANA, "00:30", "2026-11-01", "2026-11-01T04:30"),
        # In Ramadan clocks go back.
        (CASABLANCA, "02:30", "2026-02-15", "2026-02-15T01:30"),
        (KOLKATA, "09:30", "2026-03-29", "2026-03-29T04:00"),
        (SINGAPORE, "09:30", "2026-03-29", "2026-03-29T01:30"),
    ],
)
def test_on_the_days_when_clocks_change(zone: str, at: str, day: str, moments: str | None) -> None:
    wanted = date.fromisoformat(day)
    around = datetime.combine(wanted, time(), UTC)
    for days in (EVERY_DAY, frozenset({Weekday(wanted.isoweekday())})):
        recurrence = Recurrence(days, time.fromisoformat(at), zone)
        nearby = takewhile(
            lambda moment: moment < around + timedelta(days=3), recurrence.after(around - timedelta(days=3))
        )
        found = [f"{moment:%Y-%m-%dT%H:%M}" for moment in nearby if recurrence.local_day(moment) == wanted]
        assert found == ([moments] if moments else [])


def test_what_is_due_now_is_not_due_after_now() -> None:
    recurrence = Recurrence(WEEKDAYS, time(9, 30), SINGAPORE)
    monday = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
    tuesday = monday + timedelta(days=1)
    assert next(recurrence.after(monday - timedelta.resolution)) == monday
    assert next(recurrence.after(monday)) == tuesday
    assert next(recurrence.after(monday + timedelta.resolution)) == tuesday


@pytest.mark.parametrize("minutes", [0, 15, 30, 59, 60, 75, 90, 119])
def test_between_the_two_times_of_a_clock_that_goes_back_it_is_not_due_again(minutes: int) -> None:
    first = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    recurrence = Recurrence(EVERY_DAY, time(1, 30), NEW_YORK)
    assert next(recurrence.after(first - timedelta.resolution)) == first
    assert next(recurrence.after(first + timedelta(minutes=minutes))) == datetime(2026, 11, 2, 6, 30, tzinfo=UTC)


day_sets = st.frozensets(st.sampled_from(Weekday), min_size=1)
times = st.sampled_from([time(0), time(0, 30), time(1, 30), time(2), time(2, 15), time(2, 30), time(23, 30)]) | (
    st.times().map(lambda at: at.replace(second=0, microsecond=0))
)
zones = st.sampled_from(sorted(available_timezones() - {"localtime"}))
recurrences = st.builds(Recurrence, day_sets, times, zones)
moments = st.datetimes(datetime(1995, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def day_exists(day: date, here: ZoneInfo) -> bool:
    midday = datetime.combine(day, time(12), here)
    return midday.astimezone(UTC).astimezone(here).date() == day


@given(recurrences, moments)
@example(Recurrence(EVERY_DAY, time(23, 30), NUUK), datetime(2026, 3, 28, tzinfo=UTC))
@example(Recurrence(EVERY_DAY, time(9, 30), APIA), datetime(2011, 12, 1, tzinfo=UTC))
@example(Recurrence(frozenset({Weekday.FRIDAY}), time(0), APIA), datetime(2011, 12, 1, tzinfo=UTC))
@settings(max_examples=100, deadline=None)
def test_every_day_that_is_wanted_and_exists_has_one_due_moment_at_its_time(
    recurrence: Recurrence, moment: datetime
) -> None:
    here = ZoneInfo(recurrence.zone)
    found = list(islice(recurrence.after(moment), 300))
    assert all(earlier < later for earlier, later in pairwise([moment, *found]))
    days = [recurrence.local_day(due) for due in found]
    assert all(earlier < later for earlier, later in pairwise(days))
    span = [days[0] + timedelta(days=count) for count in range((days[-1] - days[0]).days + 1)]
    assert days == [day for day in span if Weekday(day.isoweekday()) in recurrence.days and day_exists(day, here)]
    for moment_due, day in zip(found, days, strict=True):
        local, meant = moment_due.astimezone(here), datetime.combine(day, recurrence.at, here)
        assert local.fold == 0
        if local.replace(tzinfo=None) != meant.replace(tzinfo=None):
            before = (moment_due - timedelta.resolution).astimezone(here)
            assert before.replace(tzinfo=None) < meant.replace(tzinfo=None) < local.replace(tzinfo=None)


@given(recurrences, moments)
def test_what_follows_does_not_depend_on_where_one_begins(recurrence: Recurrence, moment: datetime) -> None:
    first, second, third = islice(recurrence.after(moment), 3)
    assert next(recurrence.after(first)) == second
    assert next(recurrence.after(second - timedelta.resolution)) == second
    assert next(recurrence.after(second)) == third


@given(recurrences)
def test_reading_what_a_recurrence_writes_gives_it_back(recurrence: Recurrence) -> None:
    assert read_recurrence(str(recurrence)) == recurrence


def test_a_recurrence_is_stored_with_its_days_in_order() -> None:
    days = frozenset({Weekday.SUNDAY, Weekday.MONDAY, Weekday.THURSDAY})
    assert str(Recurrence(days, time(7, 5), NEW_YORK)) == "mon,thu,sun 07:05 America/New_York"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "mon",
            "mon 09:30",
            "mon 09:30 ",
            "09:30 Asia/Singapore",
            " mon 09:30 Asia/Singapore",
            "mon,,tue 09:30 UTC",
        ),
        *("monday 09:30 UTC", "mon 9:30 UTC", "mon 24:00 UTC", "mon 09:60 UTC", "mon 09:30 UTC\n", "mon 09:30 Asia"),
        *("mon 09:30 Asia/Singapur", "mon 09:30 ../UTC", "mon 09:30 /etc/passwd", "mon ٠٩:٣٠ UTC", ", 09:30 UTC"),
    ],
)
def test_what_was_not_written_here_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"recurrence|hour|minute"):
        read_recurrence(text)


@pytest.mark.parametrize(
    ("days", "at", "zone"),
    [
        (frozenset(), time(9, 30), SINGAPORE),
        (WEEKDAYS, time(9, 30, 1), SINGAPORE),
        (WEEKDAYS, time(9, 30, tzinfo=UTC), SINGAPORE),
        (WEEKDAYS, time(9, 30), "Asia/Singapur"),
        (WEEKDAYS, time(9, 30), ""),
    ],
)
def test_what_can_never_be_due_is_no_recurrence(days: frozenset[Weekday], at: time, zone: str) -> None:
    with pytest.raises(ValueError, match="a recurrence"):
        Recurrence(days, at, zone)


@pytest.mark.parametrize("zone", ZONES)
def test_after_a_year_of_rest_the_next_due_moment_is_found_at_once(zone: str) -> None:
    recurrence = Recurrence(frozenset({Weekday.MONDAY}), time(2, 30), zone)
    earlier = next(recurrence.after(datetime(2026, 1, 1, tzinfo=UTC)))
    taken = []
    for _ in range(5):
        begun = process_time()
        found = next(recurrence.after(earlier + timedelta(days=365)))
        taken.append(process_time() - begun)
        assert timedelta(days=365) < found - earlier < timedelta(days=365 + 8)
    assert min(taken) < 0.003
