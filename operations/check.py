"""`bot.py check`: every setting tried against the real services."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx

from calendars.reading import own_calendars
from conference.carrier import AnswerLost, Carrier, CarrierError, NotSent, Refused
from conference.ports import StorageUnavailableError
from conference.standups.holidays import CalendarError, shown_source
from messages.refusals import carrier_refusal
from messages.slack import SlackError, SlackGateway, SlackRefused, web_client, web_session
from settings import Settings
from storage import Storage
from telephony.hoiio import Credentials, Hoiio

NEEDED_SCOPES = frozenset({"commands", "chat:write"})
OPTIONAL_SCOPES = {
    "users:read": (
        "bots, deactivated people and people of other workspaces are not told from others, only those in ADMINS are "
        "admins, and quiet hours are in UTC"
    ),
    "usergroups:read": "user groups can't be called",
    "users.profile:read": "the form for a number is not filled in from people's Slack profiles",
    "channels:read": "`number missing` can't see who is in a public channel",
    "groups:read": "`number missing` can't see who is in a private channel",
    "mpim:read": "`number missing` can't see who is in a group message",
    "channels:history": "a post whose confirmation is lost may appear twice in a public channel",
    "groups:history": "a post whose confirmation is lost may appear twice in a private channel",
    "mpim:history": "a post whose confirmation is lost may appear twice in a group message",
}
"""What does not work without a scope that the manifest asks for."""

REACH_TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True)
class Finding:
    """One thing that was tried: whether it is as it must be, and a sentence. A guard may be open without a fault."""

    is_good: bool
    text: str
    is_open: bool = False

    def __str__(self) -> str:
        mark = "FAIL" if not self.is_good else "open" if self.is_open else "ok"
        return f"{mark:4}  {self.text}"


async def check(settings: Settings) -> AsyncIterator[Finding]:
    """Try the settings one after another. Nobody is rung, and nothing is changed but the database's shape."""
    yield await _database(settings)
    async with web_session() as session:
        gateway = SlackGateway(web_client(settings.slack_bot_token, settings.slack_api_url, session))
        async for finding in _slack(gateway, settings):
            yield finding
    async for finding in _hoiio(settings):
        yield finding
    yield await _public_url(settings)
    if settings.holidays:
        yield await _holidays(settings)
    for finding in guards(settings):
        yield finding


async def _database(settings: Settings) -> Finding:
    try:
        storage = await Storage.open(settings.database)
        try:
            await storage.check_writable()
        finally:
            await storage.close()
    except StorageUnavailableError as error:
        return Finding(False, f"DATABASE: {settings.database} can't be opened and written: {error}.")
    return Finding(True, f"DATABASE: {settings.database} can be opened and written.")


async def _slack(gateway: SlackGateway, settings: Settings) -> AsyncIterator[Finding]:
    try:
        identity = await gateway.identity()
    except SlackRefused as error:
        yield Finding(False, f"SLACK_BOT_TOKEN: Slack says {error.code}. Copy it again from OAuth & Permissions.")
        return
    except SlackError as error:
        yield Finding(False, f"SLACK_API_URL: Slack could not be reached: {error}.")
        return
    yield Finding(True, f"SLACK_BOT_TOKEN: in the workspace {identity.team_name}.")
    for scope in sorted(NEEDED_SCOPES - identity.scopes):
        yield Finding(
            False, f"SLACK_BOT_TOKEN: lacks the scope {scope}, without which nothing works. Reinstall the app."
        )
    for scope, loss in OPTIONAL_SCOPES.items():
        if scope not in identity.scopes:
            yield Finding(True, f"SLACK_BOT_TOKEN: lacks the scope {scope}: {loss}.")
    if not settings.slack_app_token:
        yield Finding(True, "SLACK_SIGNING_SECRET: set. Only a command from Slack can tell whether it is right.")
        return
    try:
        await gateway.open_socket(settings.slack_app_token)
    except SlackError as error:
        yield Finding(False, f"SLACK_APP_TOKEN: Slack says {error}. It needs the scope connections:write.")
    else:
        yield Finding(True, "SLACK_APP_TOKEN: Socket Mode can be opened.")


async def _hoiio(settings: Settings) -> AsyncIterator[Finding]:
    carrier = Hoiio(Credentials(settings.hoiio_app_id, settings.hoiio_access_token), api_url=settings.hoiio_api_url)
    now = datetime.now(UTC)
    try:
        async for _ in carrier.history(now - timedelta(minutes=1), now):
            pass
    except Refused as error:
        yield Finding(False, f"HOIIO_APP_ID, HOIIO_ACCESS_TOKEN: {carrier_refusal(error.code)}")
    except NotSent as error:
        yield Finding(False, f"HOIIO_API_URL: Hoiio could not be reached: {error}.")
    except (AnswerLost, CarrierError) as error:
        yield Finding(False, f"HOIIO_API_URL: no answer that could be read: {error}.")
    else:
        yield Finding(True, "HOIIO_APP_ID, HOIIO_ACCESS_TOKEN: Hoiio accepts them.")
        yield await _credit(carrier, settings.low_balance)
    finally:
        await carrier.aclose()


async def _credit(carrier: Carrier, low: Decimal | None) -> Finding:
    try:
        balance = await carrier.balance()
    except CarrierError as error:
        return Finding(False, f"LOW_BALANCE: Hoiio does not say what is left in the account: {error}.")
    left = f"the Hoiio account has {balance} left"
    if low is None:
        return _open(f"LOW_BALANCE: off. Admins are not told when credit runs out; {left}.")
    if balance.amount < low:
        return Finding(False, f"LOW_BALANCE: {left}, less than {low}. Top it up.")
    return Finding(True, f"LOW_BALANCE: {left}; admins are told when it is less than {low}.")


async def _holidays(settings: Settings) -> Finding:
    today = datetime.now(UTC).date()
    try:
        days = await own_calendars(settings.holidays_file).read(settings.holidays, today, today + timedelta(days=365))
    except CalendarError as error:
        return Finding(False, f"HOLIDAYS: {shown_source(settings.holidays)} could not be read: {error}.")
    if not days:
        return Finding(False, "HOLIDAYS: the calendar has no day in the next year. Is it an old one?")
    count = "1 day" if len(days) == 1 else f"{len(days)} days"
    return Finding(
        True,
        f"HOLIDAYS: {count} in the next year on which no standup rings; the next is {min(days)}, {days[min(days)]}.",
    )


async def _public_url(settings: Settings) -> Finding:
    try:
        async with httpx.AsyncClient(timeout=REACH_TIMEOUT_SECONDS) as client:
            answer = await client.get(f"{settings.public_url}/healthz")
    except httpx.HTTPError as error:
        return Finding(
            False,
            f"PUBLIC_URL: nothing answers there ({type(error).__name__}). Start the bot, and see that your proxy "
            f"passes {settings.public_url} on to {settings.host}:{settings.port}.",
        )
    if answer.status_code != httpx.codes.OK:
        return Finding(False, f"PUBLIC_URL: /healthz answers {answer.status_code}. Is it this bot?")
    return Finding(True, "PUBLIC_URL: the bot answers there, as seen from here. Hoiio must reach it from outside too.")


def guards(settings: Settings) -> Iterator[Finding]:
    """What keeps the bot from being misused, and whether it is open."""
    if settings.verify_numbers:
        yield _shut("VERIFY_NUMBERS: people prove their numbers with a code by SMS.")
    else:
        yield _open(
            "VERIFY_NUMBERS: off. Anybody can put anybody's number on file as their own and have it rung, also past "
            "the limit for one number, and against its owner's wish to be left alone."
        )
    yield _countries(settings)
    if settings.guests:
        yield _open("GUESTS: on. Anybody can have any such number rung by typing it. Set GUESTS=off to forbid that.")
    else:
        yield _shut("GUESTS: off. Only people with a number on file are rung.")
    yield _shut(
        "Premium-rate, shared-cost, personal, pager, voicemail, satellite, short and emergency numbers are never rung."
    )
    if settings.admins:
        yield _shut(f"ADMINS: {len(settings.admins)} named, besides the workspace's own admins and owners.")
    else:
        yield _shut("ADMINS: none named; the workspace's own admins and owners are admins here.")
    for name, limit, words in (
        ("MAX_CONFERENCES_PER_HOUR", settings.max_conferences_per_hour, "conferences started by one person in an hour"),
        ("MAX_RINGS_PER_HOUR", settings.max_rings_per_hour, "phones rung for one person in an hour"),
        ("MAX_RINGS_PER_NUMBER", settings.max_rings_per_number, "rings of one number in ten minutes"),
        ("MAX_MINUTES_PER_DAY", settings.max_minutes_per_day, "minutes of calls in a day"),
        ("MAX_SPEND_PER_DAY", settings.max_spend_per_day, "spent on calls in a day, in each currency that Hoiio bills"),
    ):
        if limit is None:
            yield _open(f"{name}: off. There is no limit to {words.replace('spent', 'what is spent')}.")
        else:
            yield _shut(f"{name}: at most {limit} {words}.")
    yield _shut(f"RETENTION_DAYS: numbers are forgotten {settings.retention_days} days after their conference.")


def _countries(settings: Settings) -> Finding:
    countries = settings.barring.countries
    if countries is None:
        return _open(
            "ALLOWED_COUNTRIES: all. Numbers of every country are rung, also of costly ones. Name yours, like SG,MY."
        )
    listed = ", ".join(sorted(countries))
    default = ", which is DEFAULT_REGION" if settings.allowed_countries is None else ""
    return _shut(f"ALLOWED_COUNTRIES: only numbers of {listed} are rung{default}.")


def _shut(text: str) -> Finding:
    return Finding(True, text)


def _open(text: str) -> Finding:
    return Finding(True, text, is_open=True)
