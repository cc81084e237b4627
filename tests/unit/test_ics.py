"""ICS calendars: which days are holidays, and that whatever somebody sends is holidays or a sentence, and soon."""

import itertools
import time
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from calendars.ics import (
    MAX_EVENTS,
    MAX_LINES,
    BrokenCalendarError,
    NotACalendarError,
    OversizedCalendarError,
    UnreadableCalendarError,
    read_holidays,
)
from calendars.recurrence import read_rule

FIRST, LAST = date(2026, 11, 21), date(2028, 11, 22)
CHRISTMAS = date(2026, 12, 25)
WITHIN_SECONDS = 1.0
"""Of the processor's time."""


def calendar_of(*events: str) -> bytes:
    body = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\n{body}END:VCALENDAR\n".replace("\n", "\r\n").encode()


def days(*events: str) -> list[str]:
    return [f"{day} {name}" for day, name in sorted(read_holidays(calendar_of(*events), FIRST, LAST).items())]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("DTSTART;VALUE=DATE:20261225\nSUMMARY:Christmas Day", ["2026-12-25 Christmas Day"]),
        (
            "DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261227\nSUMMARY:Xmas",
            ["2026-12-25 Xmas", "2026-12-26 Xmas"],
        ),
        ("DTSTART:20261225\nDURATION:P2D\nSUMMARY:Xmas", ["2026-12-25 Xmas", "2026-12-26 Xmas"]),
        ("DTSTART:20261225\nDTEND:20261225\nSUMMARY:Xmas", ["2026-12-25 Xmas"]),
        ("DTSTART;VALUE=DATE:20261225", ["2026-12-25 Holiday"]),
        ("DTSTART:20261225\nSUMMARY;LANGUAGE=en:Boxing\\, \\nDay\x07  off", ["2026-12-25 Boxing, Day off"]),
        ("DTSTART:20261225\nSUMMARY:Christ\n mas", ["2026-12-25 Christmas"]),
        ("dtstart;value=date:20261225\nsummary:Lower", ["2026-12-25 Lower"]),
        ("DTSTART:20261225\nSUMMARY:" + "x" * 100, ["2026-12-25 " + "x" * 79 + "…"]),
        ("DTSTART:20261225T090000Z\nDTEND:20261225T100000Z\nSUMMARY:A meeting", []),
        ("DTSTART;TZID=Asia/Singapore:20261225T000000\nSUMMARY:A meeting", []),
        ("DTSTART:20261225\nSTATUS:CANCELLED\nSUMMARY:Not this year", []),
        ("DTSTART:20261225\nSTATUS:CONFIRMED\nTRANSP:TRANSPARENT\nSUMMARY:Xmas", ["2026-12-25 Xmas"]),
        ("DTSTART:20261120\nSUMMARY:Before", []),
        ("DTSTART:20281123\nSUMMARY:After", []),
        ("DTSTART:20261120\nDTEND:20261122\nSUMMARY:Half", ["2026-11-21 Half"]),
        ("DTSTART:20281122\nDTEND:20281130\nSUMMARY:Half", ["2028-11-22 Half"]),
        (
            "DTSTART:20261225\nSUMMARY:Xmas\nBEGIN:VALARM\nTRIGGER:-PT1H\nSUMMARY:Ding\nDTSTART:1\nEND:VALARM",
            ["2026-12-25 Xmas"],
        ),
        (
            "DTSTART:20201225\nRRULE:FREQ=YEARLY\nSUMMARY:Xmas",
            ["2026-12-25 Xmas", "2027-12-25 Xmas"],
        ),
        (
            "DTSTART:20201225\nDTEND:20201227\nRRULE:FREQ=YEARLY;UNTIL=20271001T000000Z\nSUMMARY:Xmas",
            ["2026-12-25 Xmas", "2026-12-26 Xmas"],
        ),
        (
            "DTSTART:20201225\nRRULE:FREQ=YEARLY\nEXDATE;VALUE=DATE:20261225,20251225\nRDATE:20261228\nSUMMARY:Xmas",
            ["2026-12-28 Xmas", "2027-12-25 Xmas"],
        ),
        ("DTSTART:20161225\nRRULE:FREQ=YEARLY;COUNT=11\nSUMMARY:Xmas", ["2026-12-25 Xmas"]),
        (
            "DTSTART:20261120\nDTEND:20261123\nRRULE:FREQ=WEEKLY;COUNT=2\nSUMMARY:Off",
            ["2026-11-21 Off", "2026-11-22 Off", "2026-11-27 Off", "2026-11-28 Off", "2026-11-29 Off"],
        ),
    ],
)
def test_events_of_whole_days_are_holidays(event: str, expected: list[str]) -> None:
    assert days(event) == expected


EXCHANGE = """\
BEGIN:VCALENDAR
METHOD:PUBLISH
PRODID:Microsoft Exchange Server 2010
VERSION:2.0
X-WR-CALNAME:Calendar
BEGIN:VTIMEZONE
TZID:Singapore Standard Time
BEGIN:STANDARD
DTSTART:16010101T000000
TZOFFSETFROM:+0800
TZOFFSETTO:+0800
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:1
SUMMARY:Christmas Day
DTSTART;TZID=Singapore Standard Time:20261225T000000
DTEND;TZID=Singapore Standard Time:20261226T000000
CLASS:PUBLIC
TRANSP:TRANSPARENT
X-MICROSOFT-CDO-ALLDAYEVENT:TRUE
X-MICROSOFT-CDO-BUSYSTATUS:OOF
END:VEVENT
BEGIN:VEVENT
UID:2
SUMMARY:Planning
DTSTART;TZID=Singapore Standard Time:20261222T000000
DTEND;TZID=Singapore Standard Time:20261222T010000
X-MICROSOFT-CDO-ALLDAYEVENT:FALSE
END:VEVENT
BEGIN:VEVENT
UID:3
SUMMARY:On duty
DTSTART;TZID=Singapore Standard Time:20261223T000000
DTEND;TZID=Singapore Standard Time:20261224T000000
X-MICROSOFT-CDO-ALLDAYEVENT:FALSE
END:VEVENT
BEGIN:VEVENT
UID:4
SUMMARY:Company rest
DTSTART;TZID=Singapore Standard Time:20261229T000000
DTEND;TZID=Singapore Standard Time:20261231T000000
END:VEVENT
END:VCALENDAR
"""


def test_whole_days_as_exchange_writes_them_are_holidays() -> None:
    found = read_holidays(EXCHANGE.replace("\n", "\r\n").encode(), date(2026, 12, 1), date(2026, 12, 31))
    assert found == {
        date(2026, 12, 25): "Christmas Day",
        date(2026, 12, 29): "Company rest",
        date(2026, 12, 30): "Company rest",
    }


@pytest.mark.parametrize(
    ("event", "is_off"),
    [
        ("DTSTART;TZID=Asia/Singapore:20261225T000000\nDTEND;TZID=Asia/Tokyo:20261226T000000", False),
        ("DTSTART:20261225T000000\nDTEND:20261225T120000", False),
        ("DTSTART:20261225T000000\nDTEND:20261225T000000", False),
        ("DTSTART:20261225T000000\nDURATION:P1D", True),
        ("DTSTART:20261225T000000\nDURATION:PT1H", False),
        ("DTSTART:20261225T000000\nX-MICROSOFT-CDO-ALLDAYEVENT:TRUE", True),
    ],
)
def test_from_midnight_to_midnight_in_one_zone_is_a_whole_day(event: str, is_off: bool) -> None:
    assert (CHRISTMAS in read_holidays(calendar_of(event), CHRISTMAS, CHRISTMAS)) is is_off


def test_a_day_of_a_series_can_be_moved_and_cancelled() -> None:
    series = "UID:1\nDTSTART:20201225\nRRULE:FREQ=YEARLY\nSUMMARY:Xmas"
    moved = "UID:1\nRECURRENCE-ID;VALUE=DATE:20261225\nDTSTART:20261228\nSUMMARY:Xmas, later"
    cancelled = "UID:1\nRECURRENCE-ID;VALUE=DATE:20271225\nDTSTART:20271225\nSTATUS:CANCELLED"
    elsewhere = "UID:2\nRECURRENCE-ID;VALUE=DATE:20261225\nDTSTART:20301228"
    assert days(series, moved, elsewhere) == ["2026-12-28 Xmas, later", "2027-12-25 Xmas"]
    assert days(cancelled, moved, series) == ["2026-12-28 Xmas, later"]


def test_of_two_holidays_on_one_day_the_first_gives_its_name() -> None:
    assert days("DTSTART:20261225\nSUMMARY:A", "DTSTART:20261225\nSUMMARY:B") == ["2026-12-25 A"]


def test_a_byte_order_mark_and_a_second_calendar_are_understood() -> None:
    text = b"\xef\xbb\xbf" + calendar_of("DTSTART:20261225") + b"\n" + calendar_of("DTSTART:20261226")
    assert sorted(read_holidays(text, FIRST, LAST)) == [CHRISTMAS, CHRISTMAS + timedelta(days=1)]
    assert read_holidays(b"BEGIN:VCALENDAR\nEND:VCALENDAR", FIRST, LAST) == {}


EVENT = "DTSTART:20200101\nSUMMARY:Off\n"


@pytest.mark.parametrize(
    ("text", "error", "why"),
    [
        (b"", NotACalendarError, "it is no calendar (ICS)"),
        (b"<!doctype html><title>Sign in</title>", NotACalendarError, "it is no calendar (ICS)"),
        (b"BEGIN:VCARD\nEND:VCARD\n", NotACalendarError, "it is no calendar (ICS)"),
        (calendar_of("DTSTART:20261225").decode().encode("utf-16"), NotACalendarError, "it is not written in UTF-8"),
        ("BEGIN:VCALENDAR\nX:é\nEND:VCALENDAR".encode("latin-1"), NotACalendarError, "it is not written in UTF-8"),
        (calendar_of("DTSTART:20261225")[:-15], NotACalendarError, "it ends too early"),
        (b"BEGIN:VCALENDAR\nEND:VEVENT\n", NotACalendarError, "a line out of place: “END:VEVENT”"),
        (b"BEGIN:VCALENDAR\nEND:VCALENDAR\nSUMMARY:x\n", NotACalendarError, "a line out of place: “SUMMARY:x”"),
        (calendar_of("SUMMARY:Xmas"), BrokenCalendarError, "it has an event without a beginning"),
        (calendar_of("DTSTART:20261325"), BrokenCalendarError, "can't be understood: “DTSTART:20261325”"),
        (calendar_of("DTSTART:tomorrow"), BrokenCalendarError, "can't be understood: “DTSTART:tomorrow”"),
        (calendar_of("DTSTART:20261225\nDTSTART:20261226"), BrokenCalendarError, "“DTSTART:20261226”"),
        (calendar_of("DTSTART:20261225\nDURATION:P1Y"), BrokenCalendarError, "“DURATION:P1Y”"),
        (calendar_of("DTSTART:20261225\nDTEND:100000101"), BrokenCalendarError, "“DTEND:100000101”"),
        (calendar_of(EVENT + "RRULE:FREQ=SECONDLY"), BrokenCalendarError, "“RRULE:FREQ=SECONDLY”"),
        (calendar_of(EVENT + "RRULE:FREQ=DAILY;INTERVAL=0"), BrokenCalendarError, "INTERVAL=0”"),
        (calendar_of(EVENT + "RRULE:FREQ=YEARLY;BYHOUR=9"), BrokenCalendarError, "BYHOUR=9”"),
        (calendar_of(EVENT + "RRULE:RSCALE=CHINESE;FREQ=YEARLY"), BrokenCalendarError, "RSCALE"),
        (calendar_of(EVENT + "RRULE:FREQ=YEARLY\nEXDATE:never"), BrokenCalendarError, "“EXDATE:never”"),
        (calendar_of("DTSTART:20260101\nDTEND:99991231\nSUMMARY:Æon"), OversizedCalendarError, "“Æon” lasts longer"),
        (calendar_of("DTSTART:20261225\nSUMMARY:" + "x" * 20_000), OversizedCalendarError, "a line of more than 20000"),
    ],
)
def test_what_is_no_calendar_or_a_broken_one_is_told_why(
    text: bytes, error: type[UnreadableCalendarError], why: str
) -> None:
    with pytest.raises(error) as raised:
        read_holidays(text, FIRST, LAST)
    assert why in str(raised.value)
    assert "\n" not in str(raised.value)


def many(event: str, times: int) -> bytes:
    return calendar_of(*[event] * times)


NEVER = "BYMONTH=2;BYMONTHDAY=30"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (many("DTSTART:20261225", MAX_EVENTS + 1), f"it has more than {MAX_EVENTS} events"),
        (many("DTSTART:20261225", 10_000), f"it has more than {MAX_EVENTS} events"),
        (b"BEGIN:VCALENDAR\n" + b"A\n" * 500_000, f"it has more than {MAX_LINES} lines"),
        (many("DTSTART:19600101\nRRULE:FREQ=DAILY;COUNT=5;" + NEVER, 100), "its events repeat too often"),
        (calendar_of("DTSTART:00010101\nRRULE:FREQ=DAILY;COUNT=5;" + NEVER), "its events repeat too often"),
        (many("DTSTART:20200101\nDURATION:P366D\nRRULE:FREQ=DAILY", 10), "its events repeat too often"),
        (
            calendar_of("DTSTART:19600101" + "\nRRULE:FREQ=YEARLY;BYDAY=5MO;BYSETPOS=366" * 15_000),
            "its events repeat too often",
        ),
        (b"BEGIN:VCALENDAR\n" + b"BEGIN:X\n" * 45_000, "it ends too early"),
        (many("DTSTART:20061225", 10_000), None),
        (many("DTSTART:20261225T090000Z\nRRULE:FREQ=SECONDLY", 10_000), None),
        (many("DTSTART:19600229\nRRULE:FREQ=YEARLY", MAX_EVENTS), None),
        (many("DTSTART:00010101\nRRULE:FREQ=DAILY;" + NEVER, 100), None),
        (calendar_of("DTSTART:20261225" + "\nEXDATE:20270101" * 45_000), None),
        (calendar_of("DTSTART:20261225\nDESCRIPTION:" + '"\\;' * 330_000), None),
    ],
    ids=range(14),
)
def test_the_largest_and_the_worst_are_read_or_refused_within_a_second(text: bytes, why: str | None) -> None:
    began = time.process_time()
    try:
        read_holidays(text, FIRST, LAST)
        refused = None
    except OversizedCalendarError as error:
        refused = str(error)
    except NotACalendarError as error:
        refused = str(error)
    assert time.process_time() - began < WITHIN_SECONDS
    assert refused == why


WORDS = ["BEGIN:", "END:", "VCALENDAR", "VEVENT", "VALARM", "DTSTART", "DTEND", "RRULE", "EXDATE", "RDATE", "UID:1"]
VALUES = [";VALUE=DATE:", ":", "20261225", "20261225T0900", ",", "FREQ=YEARLY", ";COUNT=3", ";BYDAY=-1MO", "P1D", "\\"]
JUNK = st.lists(st.sampled_from([*WORDS, *VALUES, "\n", "\r\n ", "SUMMARY:é", '"', "\x00", "٣"]), max_size=30)


@given(JUNK.map("".join))
@settings(max_examples=400, deadline=None)
def test_whatever_stands_in_an_event_is_holidays_or_a_sentence(junk: str) -> None:
    for text in (calendar_of("DTSTART:20261225\n" + junk), junk.encode(), b"BEGIN:VCALENDAR\n" + junk.encode()):
        try:
            found = read_holidays(text, FIRST, LAST)
        except UnreadableCalendarError as error:
            assert str(error).isprintable()  # noqa: PT017 - that it is raised is not sure
        else:
            assert all(FIRST <= day <= LAST and name.isprintable() for day, name in found.items())


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_holidays_or_a_sentence(junk: bytes) -> None:
    for text in (junk, b"BEGIN:VCALENDAR\n" + junk, calendar_of("DTSTART:20261225\nX:y").replace(b"y", junk)):
        try:
            read_holidays(text, FIRST, LAST)
        except UnreadableCalendarError as error:
            assert str(error).isprintable()  # noqa: PT017 - that it is raised is not sure


def listed(name: str, values: st.SearchStrategy[object]) -> st.SearchStrategy[str]:
    some = st.lists(values.map(str), min_size=1, max_size=3, unique=True).map(lambda found: f"{name}={','.join(found)}")
    return st.one_of(st.just(""), some)


WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
MONTHS = listed("BYMONTH", st.integers(1, 12))
MONTH_DAYS = listed("BYMONTHDAY", st.integers(-31, 31).filter(bool))
EVERY_WEEKDAY = listed("BYDAY", st.sampled_from(WEEKDAYS))
PLACES = listed("BYSETPOS", st.integers(-4, 4).filter(bool))


@st.composite
def rules(draw: st.DrawFn) -> str:
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    numbered = st.builds("{}{}".format, st.integers(-5, 5).filter(bool), st.sampled_from(WEEKDAYS))
    weekdays = draw(EVERY_WEEKDAY if frequency in {"DAILY", "WEEKLY"} else listed("BYDAY", numbered) | EVERY_WEEKDAY)
    parts = [f"FREQ={frequency}", f"INTERVAL={draw(st.integers(1, 5))}", draw(MONTHS), weekdays]
    # RFC 5545: in a week there are no days of a month.
    parts.append(draw(MONTH_DAYS) if frequency != "WEEKLY" else "")
    # In the week in which a rule begins dateutil counts places from that day on, RFC 5545 from the week's first.
    if frequency != "WEEKLY" and any(part.startswith("BY") for part in parts):
        parts.append(draw(PLACES))
    parts.append(draw(st.sampled_from(["", "COUNT=7", "UNTIL=20270615"])))
    parts.append(f"WKST={draw(st.sampled_from(WEEKDAYS))}")
    return ";".join(filter(None, parts))


def test_places_in_a_week_count_from_its_first_day_also_where_the_rule_begins_later() -> None:
    rule = read_rule("FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=1;COUNT=3")
    tuesday = date(2026, 12, 1)
    mondays = [date(2026, 12, 7), date(2026, 12, 14), date(2026, 12, 21)]
    assert list(rule.days(tuesday, tuesday, date(2027, 1, 31), lambda _: None)) == mondays


@given(rules(), st.dates(date(2019, 1, 1), date(2027, 1, 1)))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
def test_a_rule_names_the_days_that_dateutil_finds(rule: str, start: date) -> None:
    # For a rule that names no day, dateutil looks on to the year 9999.
    endless = replace(read_rule(rule), count=None, until=None)
    assume(any(True for _ in endless.days(start, LAST, date(2050, 1, 1), lambda _: None)))
    begin = datetime(start.year, start.month, start.day)  # noqa: DTZ001
    theirs = itertools.takewhile(lambda day: day <= LAST, (moment.date() for moment in rrulestr(rule, dtstart=begin)))
    expected = [day for day in theirs if day >= FIRST]
    assert list(read_rule(rule).days(start, FIRST, LAST, lambda _: None)) == expected
