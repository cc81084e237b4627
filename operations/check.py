"""`bot.py check`: every setting tried against the real services. Nobody is rung, and no SMS is sent."""

import os
import ssl
import stat
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import httpx

from calendars.reading import own_calendars
from conference.carrier import Carrier, CarrierError, NotSent, Refused
from conference.lines import LINES
from conference.numbers import mask_number
from conference.ports import StorageUnavailableError
from conference.standups.holidays import CalendarError, shown_source
from messages.refusals import carrier_refusal
from messages.slack import SlackError, SlackGateway, SlackRefused, web_client, web_session
from operations.clocks import clocks
from operations.findings import Finding, failed, good, left_open, noted
from operations.guards import guards
from operations.reach import reach
from operations.scopes import scopes
from settings import READERS, Settings
from storage import Storage
from storage.shape import Shape, check_writable, shape_of
from telephony.hoiio import Credentials, Hoiio

REACH_TIMEOUT_SECONDS = 10.0


async def check(settings: Settings) -> AsyncIterator[Finding]:
    """Try the settings one after another. Nothing is changed; where there is no database, one is made."""
    async for finding in _database(settings):
        yield finding
    for finding in _env_file():
        yield finding
    async with web_session() as session:
        gateway = SlackGateway(web_client(settings.slack_bot_token, settings.slack_api_url, session))
        async for finding in _slack(gateway, settings):
            yield finding
    tls = httpx.create_ssl_context()
    async for finding in _hoiio(settings, tls):
        yield finding
    yield _caller_id(settings)
    async with httpx.AsyncClient(verify=tls, timeout=REACH_TIMEOUT_SECONDS) as client:
        yield await clocks(client, {"Slack": f"{settings.slack_api_url}api.test", "Hoiio": settings.hoiio_api_url})
        async for finding in reach(settings, client):
            yield finding
    for finding in _others(settings):
        yield finding
    yield await _holidays(settings, tls)
    for finding in guards(settings):
        yield finding


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    try:
        yield await _storage(settings.database)
    except StorageUnavailableError as error:
        yield failed(f"DATABASE: {settings.database} can't be opened and written: {error}.")
        return
    for finding in _permissions(settings.database):
        yield finding


async def _storage(database: Path) -> Finding:
    """Raises StorageUnavailableError."""
    match shape_of(database):
        case Shape.OLDER:
            check_writable(database)
            return noted(
                f"DATABASE: {database} is of an older Rollcall than this one, and was left as it is. The next start of "
                "this one brings it up to date, and then the older one can't use it: make a backup."
            )
        case Shape.NEWER:
            return failed(
                f"DATABASE: {database} is of a newer Rollcall than this one. Run that one, or restore a backup from "
                "before it."
            )
    storage = await Storage.open(database)
    try:
        await storage.check_writable()
    finally:
        await storage.close()
    return good(f"DATABASE: {database} can be opened and written.")


def _permissions(database: Path) -> Iterator[Finding]:
    database = Path(os.path.realpath(database))
    if database.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield failed(f"DATABASE: others on this machine can read people's numbers. chmod 600 {database}")
    mode = database.parent.stat().st_mode
    if mode & (stat.S_IWGRP | stat.S_IWOTH) and not mode & stat.S_ISVTX:
        yield failed(f"DATABASE: others on this machine can put another in its place. chmod go-w {database.parent}")


def _env_file() -> Iterator[Finding]:
    path = Path(".env")
    if path.exists() and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield left_open(".env: others on this machine can read the tokens in it. chmod 600 .env")


async def _slack(gateway: SlackGateway, settings: Settings) -> AsyncIterator[Finding]:
    try:
        identity = await gateway.identity()
    except SlackRefused as error:
        yield failed(f"SLACK_BOT_TOKEN: Slack says {error.code}. Copy it again from OAuth & Permissions.")
        return
    except SlackError as error:
        yield failed(f"SLACK_API_URL: Slack could not be reached: {error}. See whether this machine gets out to it.")
        return
    yield good(f"SLACK_BOT_TOKEN: in the workspace {identity.team_name}.")
    for finding in scopes(identity.scopes):
        yield finding
    async for finding in _socket_mode(gateway, settings.slack_app_token):
        yield finding
    for user_id in settings.admins:
        if why := await _no_admin(gateway, user_id):
            yield failed(f"ADMINS: {user_id} {why}. Take it out, or copy the right id from the person's profile.")


async def _socket_mode(gateway: SlackGateway, app_token: str) -> AsyncIterator[Finding]:
    if not app_token:
        yield good("SLACK_APP_TOKEN: not set, so Slack comes in over HTTP.")
        return
    try:
        await gateway.open_socket(app_token)
    except SlackError as error:
        yield failed(
            f"SLACK_APP_TOKEN: Slack says {error}. Make one with the scope connections:write on your Slack app's page, "
            "Basic Information, and switch Socket Mode on."
        )
    else:
        yield good("SLACK_APP_TOKEN: Socket Mode can be opened.")


async def _no_admin(gateway: SlackGateway, user_id: str) -> str | None:
    """Why nobody is admin by that id; None if somebody is, or that can't be told."""
    try:
        user = await gateway.user(user_id)
    except SlackRefused as error:
        return "is nobody in this workspace" if error.code in {"user_not_found", "user_not_visible"} else None
    except SlackError:
        return None
    return "is deactivated" if user.get("deleted") else "is a bot" if user.get("is_bot") else None


async def _hoiio(settings: Settings, tls: ssl.SSLContext) -> AsyncIterator[Finding]:
    credentials = Credentials(settings.hoiio_app_id, settings.hoiio_access_token)
    carrier = Hoiio(credentials, api_url=settings.hoiio_api_url, tls=tls)
    now = datetime.now(UTC)
    try:
        async for _ in carrier.history(now - timedelta(minutes=1), now):
            pass
    except Refused as error:
        yield failed(f"HOIIO_APP_ID, HOIIO_ACCESS_TOKEN: {carrier_refusal(error.code)}")
    except NotSent as error:
        yield failed(f"HOIIO_API_URL: Hoiio could not be reached: {error}. See whether this machine gets out to it.")
    except CarrierError as error:
        yield failed(f"HOIIO_API_URL: no answer that could be read: {error}. Leave it out to use Hoiio itself.")
    else:
        yield good("HOIIO_APP_ID, HOIIO_ACCESS_TOKEN: Hoiio accepts them.")
        yield await _credit(carrier, settings.low_balance)
    finally:
        await carrier.aclose()


async def _credit(carrier: Carrier, low: Decimal | None) -> Finding:
    try:
        balance = await carrier.balance()
    except CarrierError as error:
        return failed(f"LOW_BALANCE: Hoiio does not say what is left in the account: {error}.")
    left = f"the Hoiio account has {balance} left"
    if low is None:
        return left_open(f"LOW_BALANCE: off. Admins are not told when credit runs out; {left}.")
    if balance.amount < low:
        return failed(f"LOW_BALANCE: {left}, less than {low}. Top it up.")
    return good(f"LOW_BALANCE: {left}; admins are told when it is less than {low}.")


def _caller_id(settings: Settings) -> Finding:
    number = settings.shown_caller_id
    if number:
        return good(
            f"HOIIO_CALLER_ID: phones show {mask_number(number)}. It must be registered with Hoiio or be one of "
            "Hoiio's; only a call can tell: if Hoiio refuses that, the board says so."
        )
    if settings.hoiio_caller_id:
        return noted(
            "HOIIO_CALLER_ID: private. Phones show no number, so nobody can let the calls through Do Not Disturb."
        )
    return good("HOIIO_CALLER_ID: not set; phones show the number that is registered with Hoiio.")


def _others(settings: Settings) -> Iterator[Finding]:
    for name, url in (("SLACK_API_URL", settings.slack_api_url), ("HOIIO_API_URL", settings.hoiio_api_url)):
        real = (READERS[name][1] or "").rstrip("/")
        is_real = url.rstrip("/") == real
        yield good(f"{name}: the real one.") if is_real else noted(f"{name}: {url}, in the place of {real}.")
    if settings.default_region:
        yield good(f"DEFAULT_REGION: numbers typed without + are of {settings.default_region}.")
    else:
        yield noted("DEFAULT_REGION: not set, so every number must be typed with + and its country's code.")
    if settings.lines == LINES:
        yield good(f"LINES: {LINES}, which every Hoiio account has.")
    else:
        yield noted(f"LINES: {settings.lines}. Hoiio does not say how many it has granted: see your contract.")
    yield good(f"LOG_FORMAT: {settings.log_format}.")


async def _holidays(settings: Settings, tls: ssl.SSLContext) -> Finding:
    if not settings.holidays:
        return good("HOLIDAYS: not set; standups ring on holidays, too, but for their own days off.")
    today = datetime.now(UTC).date()
    try:
        days = await own_calendars(settings.holidays_file, tls).read(
            settings.holidays, today, today + timedelta(days=365)
        )
    except CalendarError as error:
        return failed(f"HOLIDAYS: {shown_source(settings.holidays)} could not be read: {error}.")
    if not days:
        return failed("HOLIDAYS: the calendar has no day in the next year. Is it an old one?")
    count = "1 day" if len(days) == 1 else f"{len(days)} days"
    return good(
        f"HOLIDAYS: {count} in the next year on which no standup rings; the next is {min(days)}, {days[min(days)]}."
    )
