"""`bot.py check`: every setting tried against the real services."""

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx

from conference.carrier import AnswerLost, CarrierError, NotSent, Refused
from conference.ports import StorageUnavailableError
from messages.refusals import carrier_refusal
from messages.slack import SlackError, SlackGateway, SlackRefused, web_client, web_session
from settings import Settings
from storage import Storage
from telephony.hoiio import Credentials, Hoiio

NEEDED_SCOPES = frozenset({"commands", "chat:write"})
OPTIONAL_SCOPES = {
    "users:read": "bots and deactivated people are not told from others",
    "usergroups:read": "user groups can't be called",
    "channels:history": "a post whose confirmation is lost may appear twice in a public channel",
    "groups:history": "a post whose confirmation is lost may appear twice in a private channel",
    "mpim:history": "a post whose confirmation is lost may appear twice in a group message",
}
"""What does not work without a scope that the manifest asks for."""

REACH_TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True)
class Finding:
    """One thing that was tried: whether it is as it must be, and a sentence."""

    is_good: bool
    text: str

    def __str__(self) -> str:
        return f"{'ok  ' if self.is_good else 'FAIL'}  {self.text}"


async def check(settings: Settings) -> AsyncIterator[Finding]:
    """Try the settings one after another. Nobody is rung, and nothing is changed but the database's shape."""
    yield await _database(settings)
    async with web_session() as session:
        gateway = SlackGateway(web_client(settings.slack_bot_token, settings.slack_api_url, session))
        async for finding in _slack(gateway, settings):
            yield finding
    yield await _hoiio(settings)
    yield await _public_url(settings)


async def _database(settings: Settings) -> Finding:
    try:
        storage = await Storage.open(settings.database)
        try:
            await storage.check_writable()
        finally:
            await storage.close()
    except (OSError, sqlite3.Error, StorageUnavailableError) as error:
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


async def _hoiio(settings: Settings) -> Finding:
    carrier = Hoiio(Credentials(settings.hoiio_app_id, settings.hoiio_access_token), api_url=settings.hoiio_api_url)
    now = datetime.now(UTC)
    try:
        async for _ in carrier.history(now - timedelta(minutes=1), now, tag=""):
            pass
    except Refused as error:
        return Finding(False, f"HOIIO_APP_ID, HOIIO_ACCESS_TOKEN: {carrier_refusal(error.code)}")
    except NotSent as error:
        return Finding(False, f"HOIIO_API_URL: Hoiio could not be reached: {error}.")
    except (AnswerLost, CarrierError) as error:
        return Finding(False, f"HOIIO_API_URL: no answer that could be read: {error}.")
    finally:
        await carrier.aclose()
    return Finding(True, "HOIIO_APP_ID, HOIIO_ACCESS_TOKEN: Hoiio accepts them.")


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
