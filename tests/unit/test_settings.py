"""Settings: each fault is one line that begins with the setting's name, and no line holds a secret."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conference.barring import Barring
from conference.limits import Limits
from observability.logs import LogFormat
from settings import READERS, Settings, SettingsError, read_database, read_import_settings, read_settings

SECRETS = {
    "SLACK_BOT_TOKEN": "xoxb-secret-1",
    "SLACK_SIGNING_SECRET": "secret-2",
    "SLACK_APP_TOKEN": "xapp-secret-3",
    "HOIIO_APP_ID": "secret-4",
    "HOIIO_ACCESS_TOKEN": "secret-5",
    "HOIIO_CALLER_ID": "+6591234567",
    "METRICS_TOKEN": "secret-6-of-more-letters",
}
ENOUGH = {
    name: SECRETS[name] for name in SECRETS if name not in {"SLACK_APP_TOKEN", "HOIIO_CALLER_ID", "METRICS_TOKEN"}
} | {"PUBLIC_URL": "https://rollcall.example.com"}
NAMES = [
    *SECRETS,
    *("SLACK_API_URL", "HOIIO_API_URL", "PUBLIC_URL", "HOST", "PORT", "DATABASE", "DEFAULT_REGION"),
    *("VERIFY_NUMBERS", "ADMINS", "ALLOWED_COUNTRIES", "GUESTS", "RETENTION_DAYS"),
    *("MAX_CONFERENCES_PER_HOUR", "MAX_RINGS_PER_HOUR", "MAX_RINGS_PER_NUMBER"),
    *("MAX_MINUTES_PER_DAY", "MAX_SPEND_PER_DAY", "MAX_CODES_PER_DAY", "LOW_BALANCE", "LINES", "HOLIDAYS"),
    "LOG_FORMAT",
]


def test_every_setting_is_tried_here() -> None:
    assert set(NAMES) == READERS.keys()


def faults(environ: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as raised:
        read_settings(environ)
    assert str(raised.value) == "\n".join(raised.value.lines)
    return raised.value.lines


def test_what_is_left_out_has_the_documented_default() -> None:
    assert read_settings(ENOUGH) == Settings(
        slack_bot_token="xoxb-secret-1",
        slack_signing_secret="secret-2",
        slack_app_token="",
        slack_api_url="https://slack.com/api/",
        hoiio_app_id="secret-4",
        hoiio_access_token="secret-5",
        hoiio_api_url="https://secure.hoiio.com/open",
        hoiio_caller_id="",
        public_url="https://rollcall.example.com",
        host="127.0.0.1",
        port=3000,
        database=Path("data/rollcall.db"),
        default_region=None,
        verify_numbers=True,
        admins=(),
        allowed_countries=None,
        guests=True,
        max_conferences_per_hour=20,
        max_rings_per_hour=60,
        max_rings_per_number=5,
        max_minutes_per_day=3000,
        max_spend_per_day=Decimal(100),
        max_codes_per_day=500,
        low_balance=Decimal(5),
        retention_days=90,
        lines=8,
        holidays="",
        log_format=LogFormat.HUMAN,
        metrics_token="",
    )


def test_settings_are_brought_to_one_form() -> None:
    given_settings = {
        "SLACK_API_URL": "http://127.0.0.1:9/api",
        "HOIIO_API_URL": "http://127.0.0.1:8/open/",
        "PUBLIC_URL": " https://rollcall.example.com/bot/ ",
        "HOIIO_CALLER_ID": "+65 9123 4567",
        "PORT": " 65535 ",
        "DEFAULT_REGION": "sg",
    }
    read = read_settings(ENOUGH | given_settings)
    assert read.slack_api_url == "http://127.0.0.1:9/api/"
    assert read.hoiio_api_url == "http://127.0.0.1:8/open"
    assert read.public_url == "https://rollcall.example.com/bot"
    assert (read.hoiio_caller_id, read.port, read.default_region) == ("+6591234567", 65535, "SG")
    assert read_settings(ENOUGH | {"HOIIO_CALLER_ID": "private"}).hoiio_caller_id == "private"


@pytest.mark.parametrize("name", ENOUGH)
@pytest.mark.parametrize("emptied", [False, True])
def test_each_setting_that_is_needed_is_named_when_it_is_missing(name: str, emptied: bool) -> None:
    environ = {other: value for other, value in ENOUGH.items() if other != name} | ({name: "  "} if emptied else {})
    (line,) = faults(environ)
    assert line.startswith(f"{name} is missing. ")
    assert line.endswith(".")


def test_everything_that_is_missing_is_named_at_once() -> None:
    assert sorted(line.split()[0] for line in faults({})) == sorted(ENOUGH)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLACK_BOT_TOKEN", "xoxp-not-this"),
        ("SLACK_APP_TOKEN", "xoxb-not-this"),
        ("SLACK_API_URL", "slack.com/api"),
        ("SLACK_API_URL", "ftp://slack.com/api"),
        ("HOIIO_API_URL", "https://"),
        ("HOIIO_API_URL", "https://secure.hoiio.com/open?x=1"),
        ("HOIIO_CALLER_ID", "9876 5432"),
        ("HOIIO_CALLER_ID", "Private"),
        ("PUBLIC_URL", "rollcall.example.com"),
        ("PUBLIC_URL", "https://rollcall.example.com:99999"),
        ("PUBLIC_URL", "https://rollcall.example.com:x"),
        ("PUBLIC_URL", "https://[::1"),
        ("PUBLIC_URL", "https://rollcall.example.com/#top"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("PORT", "٣٠٠٠"),
        ("PORT", "http"),
        ("DATABASE", "/"),
        ("DEFAULT_REGION", "65"),
        ("DEFAULT_REGION", "Singapore"),
        ("VERIFY_NUMBERS", "on"),
        ("VERIFY_NUMBERS", "no"),
        ("ADMINS", "alice"),
        ("ADMINS", "U0ALICE,@bob"),
        ("ADMINS", "<@U0ALICE>"),
        ("ADMINS", "u0alice"),
        ("ALLOWED_COUNTRIES", "Singapore"),
        ("ALLOWED_COUNTRIES", "SG,XX"),
        ("ALLOWED_COUNTRIES", "SG;MY"),
        ("ALLOWED_COUNTRIES", "all,SG"),
        ("ALLOWED_COUNTRIES", "001"),
        ("ALLOWED_COUNTRIES", ","),
        ("ALLOWED_COUNTRIES", "+65"),
        ("ALLOWED_COUNTRIES", "ﬁ"),
        ("GUESTS", "yes"),
        ("GUESTS", "false"),
        ("MAX_CONFERENCES_PER_HOUR", "0"),
        ("MAX_CONFERENCES_PER_HOUR", "-1"),
        ("MAX_CONFERENCES_PER_HOUR", "1.5"),
        ("MAX_CONFERENCES_PER_HOUR", "none"),
        ("MAX_CONFERENCES_PER_HOUR", "9" * 10),
        ("MAX_RINGS_PER_HOUR", "7"),
        ("MAX_RINGS_PER_NUMBER", "0"),
        ("MAX_MINUTES_PER_DAY", "٣٠"),
        ("MAX_SPEND_PER_DAY", "0"),
        ("MAX_SPEND_PER_DAY", "0.000000"),
        ("MAX_SPEND_PER_DAY", "SGD 100"),
        ("MAX_SPEND_PER_DAY", "1e3"),
        ("MAX_SPEND_PER_DAY", "1,000"),
        ("MAX_SPEND_PER_DAY", "NaN"),
        ("MAX_SPEND_PER_DAY", "Infinity"),
        ("MAX_SPEND_PER_DAY", "-5"),
        ("LOW_BALANCE", "0"),
        ("LOW_BALANCE", "SGD 5"),
        ("LOW_BALANCE", "none"),
        ("RETENTION_DAYS", "0"),
        ("RETENTION_DAYS", "off"),
        ("RETENTION_DAYS", "90d"),
        ("RETENTION_DAYS", "100000"),
        ("LINES", "0"),
        ("LINES", "-8"),
        ("LINES", "off"),
        ("LINES", "8.0"),
        ("LINES", "٨"),
        ("LINES", "10000"),
        ("LOG_FORMAT", "xml"),
        ("LOG_FORMAT", "json human"),
        ("METRICS_TOKEN", "fifteen-letters"),
        ("METRICS_TOKEN", "with a blank in it, though long"),
        ("METRICS_TOKEN", "über-sixteen-letters"),
        ("HOLIDAYS", "/"),
        ("HOLIDAYS", "ftp://calendars.example/a.ics"),
        ("HOLIDAYS", "file:///etc/holidays.ics"),
        ("HOLIDAYS", "https://"),
        ("HOLIDAYS", "https://[::1"),
        ("HOLIDAYS", "https://calendars.example:0/a.ics"),
        ("HOLIDAYS", "https://me:secret@calendars.example/a.ics"),
        ("HOLIDAYS", "https://calendars.example/a b.ics"),
    ],
)
def test_each_malformed_setting_is_one_line(name: str, value: str) -> None:
    (line,) = faults(ENOUGH | {name: value})
    assert line.startswith(f"{name} ")
    assert line.endswith(".")


def test_socket_mode_takes_the_place_of_the_signing_secret() -> None:
    environ = {name: value for name, value in ENOUGH.items() if name != "SLACK_SIGNING_SECRET"}
    assert read_settings(environ | {"SLACK_APP_TOKEN": "xapp-1"}).slack_app_token == "xapp-1"
    (line,) = faults(environ | {"SLACK_APP_TOKEN": "not-one"})
    assert line.startswith("SLACK_APP_TOKEN ")


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("VERIFY_NUMBERS", "OFF", False),
        ("VERIFY_NUMBERS", "sms", True),
        ("ADMINS", "U0ALICE, W0BOB,,U0ALICE", ("U0ALICE", "W0BOB")),
        ("ADMINS", "U0ALICE W0BOB", ("U0ALICE", "W0BOB")),
        ("ALLOWED_COUNTRIES", "sg, MY,sg", frozenset({"SG", "MY"})),
        ("ALLOWED_COUNTRIES", "All", frozenset()),
        ("GUESTS", "Off", False),
        ("GUESTS", "on", True),
        ("MAX_CONFERENCES_PER_HOUR", "1", 1),
        ("MAX_RINGS_PER_HOUR", "8", 8),
        ("MAX_RINGS_PER_NUMBER", "OFF", None),
        ("MAX_MINUTES_PER_DAY", "999999999", 999_999_999),
        ("MAX_SPEND_PER_DAY", "49.50", Decimal("49.50")),
        ("MAX_SPEND_PER_DAY", "0.000001", Decimal("0.000001")),
        ("MAX_SPEND_PER_DAY", "off", None),
        ("LOW_BALANCE", "7.50", Decimal("7.50")),
        ("LOW_BALANCE", "Off", None),
        ("RETENTION_DAYS", "1", 1),
        ("RETENTION_DAYS", "99999", 99_999),
        ("LINES", "1", 1),
        ("LINES", "9999", 9999),
        ("HOLIDAYS", "data/holidays.ics", "data/holidays.ics"),
        ("HOLIDAYS", "https://calendars.example/a.ics?key=secret", "https://calendars.example/a.ics?key=secret"),
        ("HOLIDAYS", "webcal://calendars.example/a.ics", "webcal://calendars.example/a.ics"),
    ],
)
def test_each_guard_is_read(name: str, value: str, read: object) -> None:
    settings = read_settings(ENOUGH | {name: f" {value} "})
    assert getattr(settings, name.lower()) == read


@pytest.mark.parametrize(
    ("countries", "region", "rung"),
    [
        ("", "", None),
        ("", "SG", {"SG"}),
        ("all", "SG", None),
        ("all", "", None),
        ("MY", "SG", {"MY"}),
        ("MY,SG", "", {"MY", "SG"}),
    ],
)
def test_countries_that_are_not_named_are_the_default_one_or_all(
    countries: str, region: str, rung: set[str] | None
) -> None:
    environ = ENOUGH | {"ALLOWED_COUNTRIES": countries, "DEFAULT_REGION": region}
    expected = None if rung is None else frozenset(rung)
    assert read_settings(environ).barring == Barring(expected, believed=False)
    assert read_import_settings(environ).barring == Barring(expected)


def test_the_guards_are_put_together_for_those_who_ask() -> None:
    limits = {name: "off" for name in NAMES if name.startswith("MAX_")}
    read = read_settings(ENOUGH | limits | {"GUESTS": "off", "RETENTION_DAYS": "7"})
    assert read.limits == Limits(None, None, None, None, None)
    assert read.barring == Barring(guests=False, believed=False)
    assert read_settings(ENOUGH | {"VERIFY_NUMBERS": "off"}).barring == Barring()
    assert read.retention == timedelta(days=7)
    assert read_settings(ENOUGH).limits == Limits()


@pytest.mark.parametrize(("caller_id", "shown"), [("", None), ("private", None), ("+65 9123 4567", "+6591234567")])
def test_the_number_that_phones_show_is_known_only_if_it_is_one(caller_id: str, shown: str | None) -> None:
    assert read_settings(ENOUGH | {"HOIIO_CALLER_ID": caller_id}).shown_caller_id == shown


def test_holidays_are_in_a_file_or_at_an_address() -> None:
    assert read_settings(ENOUGH).holidays_file is None
    assert read_settings(ENOUGH | {"HOLIDAYS": "https://calendars.example/a.ics"}).holidays_file is None
    assert read_settings(ENOUGH | {"HOLIDAYS": "data/holidays.ics"}).holidays_file == Path("data/holidays.ics")


def test_some_commands_need_nothing_but_the_database() -> None:
    assert read_database({"DATABASE": "here.db", "PORT": "x"}) == Path("here.db")
    assert read_database({}) == Path("data/rollcall.db")
    with pytest.raises(SettingsError, match=r"^DATABASE is a directory"):
        read_database({"DATABASE": "/"})


@given(st.dictionaries(st.sampled_from(NAMES), st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)))
@settings(max_examples=300, deadline=None)
def test_any_values_are_settings_or_a_line_for_each_fault(environ: dict[str, str]) -> None:
    try:
        read_settings(environ)
    except SettingsError as error:
        named = [line.split()[0] for line in error.lines]
        assert set(named) <= set(NAMES)
        assert len(set(named)) == len(named)


def test_secrets_and_numbers_are_in_no_repr() -> None:
    shown = repr(read_settings(ENOUGH | SECRETS)) + repr(read_import_settings(ENOUGH))
    assert not [secret for secret in SECRETS.values() if secret in shown]


def test_secrets_are_in_no_line() -> None:
    malformed = {"SLACK_BOT_TOKEN": "secret-1", "SLACK_APP_TOKEN": "secret-3", "HOIIO_CALLER_ID": "9876 5432"}
    text = "".join(faults(ENOUGH | SECRETS | malformed))
    assert text.count("SLACK_") + text.count("HOIIO_") >= len(malformed)
    assert not [secret for secret in [*SECRETS.values(), *malformed.values()] if secret in text]


def test_the_import_needs_few_settings() -> None:
    assert read_import_settings({"SLACK_BOT_TOKEN": "xoxb-1", "PORT": "x"}).database == Path("data/rollcall.db")
    with pytest.raises(SettingsError, match=r"^SLACK_BOT_TOKEN is missing\. .*\.$"):
        read_import_settings({})
