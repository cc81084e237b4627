"""What a notification of Hoiio's says of a call."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conference.calls import CallState, Charge, Report
from telephony.hoiio import read_notification
from tests.unit.generated import charge

IN_THE_END = {
    "dest": "+6591230001",
    "call_status_dest": "answered",
    "txn_ref": "AA-1",
    "tag": "c0ffee",
    "date": "2026-11-20 09:30:00",
    "duration": "7",
    "currency": "SGD",
    "rate": "0.020",
    "debit": "0.140",
}
ENDED_FIELDS = ("date", "duration", "currency", "rate", "debit")


def without(*names: str, **others: str) -> dict[str, str]:
    return {name: value for name, value in IN_THE_END.items() if name not in names} | others


def test_a_whole_notification_says_how_a_call_went() -> None:
    assert read_notification(IN_THE_END) == Report(
        CallState.ANSWERED,
        "AA-1",
        "+6591230001",
        7,
        Charge("SGD", Decimal("0.140")),
        # Placed at 09:30 in Hoiio's GMT+8, and seven minutes long.
        ended_at=datetime(2026, 11, 20, 1, 37, tzinfo=UTC),
        tag="c0ffee",
    )


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("answered", CallState.ANSWERED),
        ("unanswered", CallState.UNANSWERED),
        ("busy", CallState.BUSY),
        ("failed", CallState.FAILED),
        ("ongoing", CallState.IN_CALL),
        (" Busy ", CallState.BUSY),
    ],
)
def test_each_status_is_known(status: str, state: CallState) -> None:
    report = read_notification(without(call_status_dest=status))
    assert report is not None
    assert report.state is state


@pytest.mark.parametrize("kept", ["duration", "debit"])
def test_what_only_an_ended_call_has_makes_answered_final(kept: str) -> None:
    report = read_notification(without(*(name for name in ENDED_FIELDS if name != kept)))
    assert report is not None
    assert report.state is CallState.ANSWERED


@pytest.mark.parametrize("fields", [without(*ENDED_FIELDS), without(**dict.fromkeys(ENDED_FIELDS, ""))])
def test_answered_without_the_fields_of_an_ended_call_is_somebody_in_the_call(fields: dict[str, str]) -> None:
    assert read_notification(fields) == Report(CallState.IN_CALL, "AA-1", "+6591230001", tag="c0ffee")


@pytest.mark.parametrize("status", ["unanswered", "busy", "failed"])
def test_other_ends_are_final_without_those_fields(status: str) -> None:
    report = read_notification(without(*ENDED_FIELDS, call_status_dest=status))
    assert report is not None
    assert report.state.is_final


@pytest.mark.parametrize(
    "fields",
    [
        {},
        without("call_status_dest"),
        without(call_status_dest=""),
        without(call_status_dest="ended"),
        without("txn_ref", "dest"),
        without(txn_ref=" ", dest=""),
    ],
)
def test_what_names_no_call_or_no_known_status_is_no_report(fields: dict[str, str]) -> None:
    assert read_notification(fields) is None


@pytest.mark.parametrize(
    ("fields", "txn_ref", "dest"),
    [
        (without("dest"), "AA-1", None),
        (without("txn_ref"), None, "+6591230001"),
        (without("tag"), "AA-1", "+6591230001"),
        (without(txn_ref=" AA-1\n"), "AA-1", "+6591230001"),
    ],
)
def test_either_name_of_a_call_is_enough(fields: dict[str, str], txn_ref: str | None, dest: str | None) -> None:
    report = read_notification(fields)
    assert report is not None
    assert (report.txn_ref, report.dest, report.minutes) == (txn_ref, dest, 7)


@pytest.mark.parametrize(
    ("duration", "minutes"),
    [("7", 7), ("0", 0), (" 12 ", 12), ("", None), ("-1", None), ("1.5", None), ("soon", None), ("9" * 99, None)],
)
def test_minutes_are_a_count_or_unknown(duration: str, minutes: int | None) -> None:
    report = read_notification(without(duration=duration))
    assert report is not None
    assert (report.state, report.minutes) == (CallState.ANSWERED, minutes)


@pytest.mark.parametrize(
    ("fields", "cost"),
    [
        ({"debit": "0"}, charge("SGD", "0")),
        ({"debit": "0.140001"}, charge("SGD", "0.140001")),
        ({"debit": ""}, None),
        ({"debit": "free"}, None),
        ({"debit": "1e9999999"}, None),
        ({"debit": "1_0"}, None),
        ({"debit": "-0"}, None),
        ({"currency": "<!channel>"}, None),
        ({"debit": "NaN"}, None),
        ({"debit": "sNaN"}, None),
        ({"debit": "Infinity"}, None),
        ({"debit": "-0.14"}, None),
        ({"currency": ""}, None),
    ],
)
def test_a_cost_is_exact_or_unknown(fields: dict[str, str], cost: Charge | None) -> None:
    report = read_notification(without(**fields))
    assert report is not None
    assert report.charge == cost


names = st.sampled_from([*IN_THE_END, "other"])
values = st.text(max_size=20) | st.sampled_from([*IN_THE_END.values(), "busy", "1e5", "٣", "²", "\x00"])


@given(st.dictionaries(names, values))
def test_no_notification_raises(fields: dict[str, str]) -> None:
    report = read_notification(fields)
    assert report is None or report.txn_ref or report.dest
