"""Days off and calendars' addresses, as people type them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conference.standups.days_off import read_calendar_address, read_days_off, written_days_off


@given(st.frozensets(st.dates()), st.sampled_from([", ", "\n", " ; ", ",\r\n"]))
def test_dates_are_read_however_they_are_parted(days: frozenset[date], between: str) -> None:
    assert read_days_off(between.join(day.isoformat() for day in days)) == (days, ())
    assert read_days_off(written_days_off(days)) == (days, ())


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    days, others = read_days_off(text)
    assert all(day.isoformat() in text for day in days)
    assert all(word in text and word.strip() for word in others)
    address = read_calendar_address(text)
    assert address is None or address.startswith("https://")


def test_what_is_no_date_is_named_once() -> None:
    assert read_days_off("2026-12-25, 25.12.2026 2026-02-30, 25.12.2026, 20261225") == (
        frozenset({date(2026, 12, 25)}),
        ("25.12.2026", "2026-02-30", "20261225"),
    )


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("https://example.com/a.ics", "https://example.com/a.ics"),
        (" webcal://example.com/a.ics?year=2026 ", "https://example.com/a.ics?year=2026"),
        ("https://example.com:8443/a.ics", "https://example.com:8443/a.ics"),
        ("http://example.com/a.ics", None),
        ("https://localhost/a.ics", None),
        ("https://user@example.com/a.ics", None),
        ("https://example.com:99999/a.ics", None),
        ("https://example.com/a b.ics", None),
        ("https://[::1/a.ics", None),
        ("file:///etc/passwd", None),
        ("example.com/a.ics", None),
        ("", None),
    ],
)
def test_an_address_of_a_calendar(typed: str, address: str | None) -> None:
    assert read_calendar_address(typed) == address
