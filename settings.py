"""Settings, from the environment or a `.env` file. Every fault is one line that says what to do about it."""

import hashlib
import os
import re
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field, fields
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import phonenumbers
from dotenv import dotenv_values

from conference.barring import Barring
from conference.limits import Limits
from conference.lines import LINES
from conference.model import MAX_PARTICIPANTS
from conference.numbers import NumberUnreadableError, read_number
from observability.logs import LogFormat

PRIVATE_CALLER_ID = "private"
"""Hoiio conference/call, `caller_id`: hides the number."""

SHORTEST_METRICS_TOKEN = 16
"""Characters. The address at which it is asked for may be the internet's."""

NO_LIMIT = "off"
ALL_COUNTRIES = "all"


@dataclass(frozen=True)
class Settings:
    """All settings, read and checked. Secrets and numbers are left out of its repr."""

    slack_bot_token: str = field(repr=False)
    slack_signing_secret: str = field(repr=False)
    slack_app_token: str = field(repr=False)
    slack_api_url: str
    hoiio_app_id: str = field(repr=False)
    hoiio_access_token: str = field(repr=False)
    hoiio_api_url: str
    hoiio_caller_id: str = field(repr=False)
    public_url: str
    host: str
    port: int
    database: Path
    default_region: str | None
    verify_numbers: bool
    admins: tuple[str, ...]
    allowed_countries: frozenset[str] | None
    """As it was set: None if it was not, and empty for all."""
    guests: bool
    max_conferences_per_hour: int | None
    max_rings_per_hour: int | None
    max_rings_per_number: int | None
    max_minutes_per_day: int | None
    max_spend_per_day: Decimal | None
    max_codes_per_day: int | None
    low_balance: Decimal | None
    retention_days: int
    lines: int
    holidays: str = field(repr=False)
    """A file or an address, which may hold a secret; empty for none."""
    log_format: LogFormat
    metrics_token: str = field(repr=False)
    """What whoever reads the metrics has to show; empty if nobody may read them."""

    @property
    def barring(self) -> Barring:
        countries = _countries(self.allowed_countries, self.default_region)
        return Barring(countries, self.guests, believed=not self.verify_numbers)

    @property
    def limits(self) -> Limits:
        return Limits(
            conferences_per_hour=self.max_conferences_per_hour,
            rings_per_hour=self.max_rings_per_hour,
            rings_per_number=self.max_rings_per_number,
            minutes_per_day=self.max_minutes_per_day,
            spend_per_day=self.max_spend_per_day,
        )

    @property
    def proof_key(self) -> bytes:
        """What codes are digested with. It stands in no database, so that a copy of one proves nobody's number."""
        return hashlib.sha256(f"rollcall number proofs {self.hoiio_access_token}".encode()).digest()

    @property
    def retention(self) -> timedelta:
        return timedelta(days=self.retention_days)

    @property
    def holidays_file(self) -> Path | None:
        return Path(self.holidays) if self.holidays and not _is_address(self.holidays) else None

    @property
    def shown_caller_id(self) -> str | None:
        """The number that phones show, E.164, as far as it is known here."""
        return None if self.hoiio_caller_id in {"", PRIVATE_CALLER_ID} else self.hoiio_caller_id


def _countries(allowed: frozenset[str] | None, default_region: str | None) -> frozenset[str] | None:
    """The countries that may be rung, None for all."""
    if allowed is None:
        return frozenset({default_region}) if default_region else None
    return allowed or None


class SettingsError(Exception):
    """Settings that are missing or malformed: `lines` has one for each, and holds no secret."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def read_environment() -> dict[str, str]:
    """Variables, those of the process before those of `.env`."""
    return {name: value for name, value in dotenv_values(".env").items() if value is not None} | dict(os.environ)


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Read all settings. Raises SettingsError, which names everything that is wrong with them."""
    values, faults = _read(environ, set(READERS))
    if not environ.get("SLACK_APP_TOKEN", "").strip() and not values.get("SLACK_SIGNING_SECRET"):
        faults.append(
            "SLACK_SIGNING_SECRET is missing. Copy it from your Slack app's page, Basic Information; "
            "or set SLACK_APP_TOKEN to use Socket Mode."
        )
    if faults:
        raise SettingsError(faults)
    return Settings(**{name.lower(): value for name, value in values.items()})


@dataclass(frozen=True)
class ImportSettings:
    """What the import of numbers needs."""

    slack_bot_token: str = field(repr=False)
    slack_api_url: str
    database: Path
    default_region: str | None
    allowed_countries: frozenset[str] | None

    @property
    def barring(self) -> Barring:
        return Barring(_countries(self.allowed_countries, self.default_region))


def read_import_settings(environ: Mapping[str, str]) -> ImportSettings:
    """Read what the import of numbers needs. Raises SettingsError."""
    values, faults = _read(environ, {field.name.upper() for field in fields(ImportSettings)})
    if faults:
        raise SettingsError(faults)
    return ImportSettings(**{name.lower(): value for name, value in values.items()})


def read_database(environ: Mapping[str, str]) -> Path:
    """Read where the database is, which is all that some commands need. Raises SettingsError."""
    values, faults = _read(environ, {"DATABASE"})
    if faults:
        raise SettingsError(faults)
    return Path(values["DATABASE"])


def _read(environ: Mapping[str, str], names: set[str]) -> tuple[dict[str, Any], list[str]]:
    values, faults = {}, []
    for name, (reader, default, help_line) in READERS.items():
        if name not in names:
            continue
        text = environ.get(name, "").strip()
        if not text and default is None:
            faults.append(f"{name} is missing. {help_line}")
            continue
        try:
            values[name] = reader(text or default or "")
        except ValueError as error:
            faults.append(f"{name} {error}. {help_line}")
    return values, faults


def _token(prefix: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text and not re.fullmatch(re.escape(prefix) + r"[A-Za-z0-9-]+", text):
            raise ValueError(f"is not a token that begins with {prefix}")
        return text

    return read


def _url(text: str) -> str:
    if not _is_sound_address(text, {"http", "https"}) or re.search(r"[?#]", text):
        raise ValueError("is not a web address beginning with https:// or http://, without user, ? or #")
    return text.rstrip("/")


def _is_sound_address(text: str, schemes: Set[str]) -> bool:
    """Whether it has one of these schemes and a host, no user, and no port that can't be."""
    try:
        parts = urlsplit(text)
        # Asking for it is what finds a port that is none.
        is_sound = parts.scheme in schemes and bool((parts.hostname or "").strip(".")) and parts.port != 0
    except ValueError:
        return False
    return is_sound and parts.username is None and not re.search(r"\s", text)


def _api_url(text: str) -> str:
    return _url(text) + "/"


def _port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 0 < int(text) < 65536:
        raise ValueError("is not a port number between 1 and 65535")
    return int(text)


def _caller_id(text: str) -> str:
    if text in {"", PRIVATE_CALLER_ID}:
        return text
    try:
        return read_number(text, None)
    except NumberUnreadableError:
        raise ValueError(f"is neither `{PRIVATE_CALLER_ID}` nor a number with its country code") from None


def _file(text: str) -> Path:
    path = Path(text)
    try:
        is_directory = path.is_dir()
    except OSError as error:
        raise ValueError(f"can't be looked at: {error.strerror}") from None
    if is_directory:
        raise ValueError("is a directory, not a file")
    return path


def _region(text: str) -> str | None:
    if text and (not text.isascii() or text.upper() not in phonenumbers.SUPPORTED_REGIONS):
        raise ValueError("is not an ISO country code of two letters")
    return text.upper() or None


def _switch(on: str) -> Callable[[str], bool]:
    def read(text: str) -> bool:
        if text.lower() not in {on, "off"}:
            raise ValueError(f"is neither {on} nor off")
        return text.lower() == on

    return read


def _admins(text: str) -> tuple[str, ...]:
    admins = _words(text)
    if not all(re.fullmatch(r"[UW][A-Z0-9]+", admin) for admin in admins):
        raise ValueError("is not a list of Slack ids like U012ABCDEF, with commas between them")
    return tuple(dict.fromkeys(admins))


def _allowed_countries(text: str) -> frozenset[str] | None:
    if text.lower() in {"", ALL_COUNTRIES}:
        return frozenset() if text else None
    countries = frozenset(country.upper() for country in _words(text))
    if not text.isascii() or not countries or not countries <= phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f"is neither a list of ISO country codes like SG,MY nor {ALL_COUNTRIES}")
    return countries


def _words(text: str) -> list[str]:
    return text.replace(",", " ").split()


def _limit(least: int) -> Callable[[str], int | None]:
    def read(text: str) -> int | None:
        if text.lower() == NO_LIMIT:
            return None
        if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) < least:
            raise ValueError(f"is neither a whole number from {least} nor {NO_LIMIT}")
        return int(text)

    return read


def _money(text: str) -> Decimal | None:
    if text.lower() == NO_LIMIT:
        return None
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", text) or not Decimal(text):
        raise ValueError(f"is neither an amount of money like 100 or 49.50 nor {NO_LIMIT}")
    return Decimal(text)


def _number_of(things: str, *, digits: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not re.fullmatch(rf"[0-9]{{1,{digits}}}", text) or not int(text):
            raise ValueError(f"is not a whole number of {things}, at least 1")
        return int(text)

    return read


def _log_format(text: str) -> LogFormat:
    if text.lower() not in set(LogFormat):
        raise ValueError("is neither human nor json")
    return LogFormat(text.lower())


def _metrics_token(text: str) -> str:
    if text and not re.fullmatch(rf"[!-~]{{{SHORTEST_METRICS_TOKEN},}}", text):
        raise ValueError(f"is shorter than {SHORTEST_METRICS_TOKEN} characters, or holds other ones than ASCII's")
    return text


def _holidays(text: str) -> str:
    if not text:
        return ""
    if not _is_address(text):
        return str(_file(text))
    if not _is_sound_address(text, {"http", "https", "webcal"}):
        raise ValueError("is neither a file nor a web address beginning with https:// or http://, without user")
    return text


def _is_address(text: str) -> bool:
    return "://" in text


READERS: dict[str, tuple[Callable[[str], Any], str | None, str]] = {
    "SLACK_BOT_TOKEN": (
        _token("xoxb-"),
        None,
        "Copy the Bot User OAuth Token from your Slack app's page, OAuth & Permissions.",
    ),
    "SLACK_SIGNING_SECRET": (str, "", ""),
    "SLACK_APP_TOKEN": (
        _token("xapp-"),
        "",
        "Make an app-level token with the scope connections:write on your Slack app's page, Basic Information.",
    ),
    "SLACK_API_URL": (_api_url, "https://slack.com/api/", "Leave it out to use Slack itself."),
    "HOIIO_APP_ID": (str, None, "Copy it from your app's page at Hoiio."),
    "HOIIO_ACCESS_TOKEN": (str, None, "Copy it from your app's page at Hoiio."),
    "HOIIO_API_URL": (_url, "https://secure.hoiio.com/open", "Leave it out to use Hoiio itself."),
    "HOIIO_CALLER_ID": (_caller_id, "", "Leave it out to show the number registered with Hoiio."),
    "PUBLIC_URL": (_url, None, "It is the address at which Hoiio reaches this bot, like https://rollcall.example.com."),
    "HOST": (str, "127.0.0.1", ""),
    "PORT": (_port, "3000", "Leave it out for 3000."),
    "DATABASE": (_file, "data/rollcall.db", "Leave it out for data/rollcall.db."),
    "DEFAULT_REGION": (_region, "", "It is the country of numbers typed without +, like SG."),
    "VERIFY_NUMBERS": (_switch("sms"), "sms", "Leave it out to have people prove their numbers by SMS."),
    "ADMINS": (_admins, "", "Slack shows an id in a person's profile, below the three dots."),
    "ALLOWED_COUNTRIES": (_allowed_countries, "", "Leave it out to ring DEFAULT_REGION only."),
    "GUESTS": (_switch("on"), "on", "Set it to off to forbid numbers typed in the command."),
    "MAX_CONFERENCES_PER_HOUR": (_limit(1), "20", "Leave it out for 20."),
    "MAX_RINGS_PER_HOUR": (_limit(MAX_PARTICIPANTS), "60", "Leave it out for 60."),
    "MAX_RINGS_PER_NUMBER": (_limit(1), "5", "Leave it out for 5."),
    "MAX_MINUTES_PER_DAY": (_limit(1), "3000", "Leave it out for 3000."),
    "MAX_SPEND_PER_DAY": (_money, "100", "Leave it out for 100."),
    "MAX_CODES_PER_DAY": (_limit(1), "500", "Leave it out for 500."),
    "LOW_BALANCE": (_money, "5", "Leave it out for 5."),
    "RETENTION_DAYS": (_number_of("days", digits=5), "90", "Leave it out for 90."),
    "LINES": (_number_of("lines", digits=4), str(LINES), f"Leave it out for {LINES}, which every Hoiio account has."),
    "HOLIDAYS": (_holidays, "", "It is an ICS calendar of days on which no standup rings. Leave it out for none."),
    "LOG_FORMAT": (_log_format, LogFormat.HUMAN.value, "Leave it out for lines that people read."),
    "METRICS_TOKEN": (_metrics_token, "", "Make one with: openssl rand -hex 32. Leave it out for no metrics."),
}
"""For each setting: how it is read, its default (None: it has none), and what to do if it is missing or malformed."""
