"""Whether the bot is reached where it must be: at HOST and PORT, and from outside at PUBLIC_URL."""

import json
import socket
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import closing
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx
from slack_sdk.signature import SignatureVerifier

from calendars.fetching import PORTS, is_public, look_up
from operations.findings import Finding, failed, good, left_open, noted
from settings import Settings

RENEW_WITHIN_DAYS = 14
"""A certificate that is good for no longer should have been renewed by itself."""

_INSIDE = (".local", ".localhost", ".internal", ".lan", ".home.arpa")
"""Endings of names that mean nothing outside."""

_EVERY_ADDRESS = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - that is what is looked for


class Rollcall:
    """What answers as a bot at an address; `instance` tells one process from another, None if it is not known."""

    def __init__(self, answer: httpx.Response) -> None:
        try:
            said: Any = answer.json()
        except ValueError:
            said = None
        self.said = said if isinstance(said, dict) else {}
        self.http_status = answer.status_code
        self.instance = str(self.said["instance"]) if "instance" in self.said else None

    @property
    def is_one(self) -> bool:
        """One that starts or waits for its turn has no name yet."""
        return self.instance is not None or (self.http_status == httpx.codes.SERVICE_UNAVAILABLE and bool(self.said))


async def reach(settings: Settings, client: httpx.AsyncClient) -> AsyncIterator[Finding]:
    """HOST and PORT, PUBLIC_URL, and what Slack and Prometheus find there."""
    finding, here = await _here(settings, client)
    yield finding
    if settings.host not in {"127.0.0.1", "::1", "localhost"}:
        yield left_open(
            f"HOST: {settings.host or 'every address'} of this machine, without TLS. Unless the proxy runs on another "
            "machine, or the bot in a container, set HOST=127.0.0.1."
        )
    is_reached = True
    async for finding in _public_url(settings, client, here):
        is_reached &= finding.is_good
        yield finding
    if not settings.slack_app_token:
        yield await _slack_events(settings, client, is_reached=is_reached)
    yield await _metrics(settings, client, here)


async def _here(settings: Settings, client: httpx.AsyncClient) -> tuple[Finding, Rollcall | None]:
    name = f"{settings.host}:{settings.port}"
    try:
        answer = await client.get(f"{_own_url(settings)}/healthz")
    except httpx.HTTPError:
        return _free(settings, name), None
    here = Rollcall(answer)
    if not here.is_one:
        return failed(f"HOST, PORT: something else than this bot answers at {name}. Set another PORT, or end it."), None
    if here.http_status != httpx.codes.OK:
        return noted(f"HOST, PORT: the bot at {name} is not at work: {here.said.get('status')}."), here
    return good(f"HOST, PORT: the bot runs, and listens on {name}."), here


def _own_url(settings: Settings) -> str:
    host = _EVERY_ADDRESS.get(settings.host, settings.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def _free(settings: Settings, name: str) -> Finding:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host or None, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with closing(socket.socket(family, kind, protocol)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return failed(f"HOST, PORT: it can't listen on {name}: {error.strerror}. Set others, or end what is there.")
    return good(f"HOST, PORT: {name} is free; the bot does not run.")


async def _public_url(settings: Settings, client: httpx.AsyncClient, here: Rollcall | None) -> AsyncIterator[Finding]:
    url = urlsplit(settings.public_url)
    if why := _is_inside(settings):
        yield failed(f"PUBLIC_URL: {why}")
        return
    if not _is_on_this_machine(settings.hoiio_api_url):
        if url.scheme != "https":
            yield failed(
                "PUBLIC_URL: begins with http://. What Hoiio sends has a conference's secret in its address: put a "
                "proxy that ends TLS, such as Caddy, in front of the bot, and write https://."
            )
        try:
            addresses = await look_up(str(url.hostname), url.port or PORTS[url.scheme])
        except (OSError, UnicodeError):
            yield failed(f"PUBLIC_URL: nobody knows the host {url.hostname}. Make a DNS record for it.")
            return
        if private := [address for address in addresses if not is_public(address)]:
            yield noted(
                f"PUBLIC_URL: seen from here, {url.hostname} is {private[0]}, which is in a private network. Unless "
                "it is another one outside, Hoiio does not get there: have its DNS record name a public address."
            )
    try:
        async with client.stream("GET", f"{settings.public_url}/healthz") as answer:
            days = _good_for_days(answer)
            await answer.aread()
        notifications = await client.get(f"{settings.public_url}/hoiio/notifications/check/check")
    except httpx.HTTPError as error:
        yield failed(f"PUBLIC_URL: {_not_reached(error, settings, here)}")
        return
    if days is not None and days < RENEW_WITHIN_DAYS:
        yield noted(f"PUBLIC_URL: its certificate is good for {days:.0f} more days. See why it was not renewed.")
    yield _who_answers(settings, Rollcall(answer), notifications.status_code, here)


def _is_inside(settings: Settings) -> str | None:
    """Why an address can't be reached from outside, by its name alone; None if it may."""
    host = str(urlsplit(settings.public_url).hostname)
    if _is_on_this_machine(settings.hoiio_api_url):
        # So is its Hoiio.
        return None
    try:
        ip_address(host)
    except ValueError:
        if "." in host.strip(".") and not host.endswith(_INSIDE):
            return None
    else:
        if is_public(host):
            return None
    return f"{host} leads nowhere from outside. Take a name or an address that all the world knows."


def _is_on_this_machine(url: str) -> bool:
    host = str(urlsplit(url).hostname)
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _good_for_days(answer: httpx.Response) -> float | None:
    """How long the certificate of who answered is still good; None without TLS."""
    stream = answer.extensions.get("network_stream")
    tls = stream.get_extra_info("ssl_object") if stream else None
    certificate = tls.getpeercert() if isinstance(tls, (ssl.SSLObject, ssl.SSLSocket)) else None
    if not certificate or "notAfter" not in certificate:
        return None
    return (ssl.cert_time_to_seconds(str(certificate["notAfter"])) - time.time()) / 86400


def _not_reached(error: httpx.HTTPError, settings: Settings, here: Rollcall | None) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not valid: {cause.verify_message}. Hoiio would not believe it either: renew it."
        cause = cause.__cause__ or cause.__context__
    start = "See" if here else "Start the bot, and see"
    return (
        f"nothing answers there ({type(error).__name__}). {start} that your proxy passes {settings.public_url} on to "
        f"{settings.host}:{settings.port}."
    )


def _who_answers(settings: Settings, there: Rollcall, notifications: int, here: Rollcall | None) -> Finding:
    if notifications != httpx.codes.METHOD_NOT_ALLOWED:
        # The bot takes POST alone there.
        return failed(
            f"PUBLIC_URL: /healthz answers {there.http_status}, and where Hoiio's notifications go {notifications}: "
            f"that is not this bot. See that your proxy passes /hoiio/ on to {settings.host}:{settings.port}."
        )
    outside = (
        "Hoiio must reach it from outside too, which can't be told from here: try it with a phone that is in no Wi-Fi."
    )
    if there.instance is None:
        return noted(f"PUBLIC_URL: a bot takes notifications there; /healthz does not tell whether this one. {outside}")
    if here is None:
        return noted(f"PUBLIC_URL: a bot answers there, and none at HOST and PORT. Does it run elsewhere? {outside}")
    if there.instance != here.instance:
        return failed(
            "PUBLIC_URL: another bot answers there than at HOST and PORT. See where your proxy passes it on to."
        )
    return good(f"PUBLIC_URL: this bot answers there, as seen from here. {outside}")


async def _slack_events(settings: Settings, client: httpx.AsyncClient, *, is_reached: bool) -> Finding:
    """What Slack sends to prove an address, signed as Slack would sign it: nobody is rung by that."""
    name, url = "SLACK_SIGNING_SECRET", f"{settings.public_url}/slack/events"
    unknown = "Only a command from Slack can tell whether it is right."
    if not is_reached:
        return noted(f"{name}: set, and not tried, since the bot is not reached. {unknown}")
    body, now = json.dumps({"type": "url_verification", "challenge": "check"}), str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": now,
        "X-Slack-Signature": SignatureVerifier(settings.slack_signing_secret).generate_signature(
            timestamp=now, body=body
        )
        or "",
    }
    try:
        answer = await client.post(url, content=body, headers=headers)
    except httpx.HTTPError as error:
        return failed(f"{name}: no answer from {url} ({type(error).__name__}).")
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        return failed(f"{name}: the bot that runs has another one. Start it anew, if you have changed it.")
    if answer.status_code != httpx.codes.OK:
        return failed(f"{name}: {url} answers {answer.status_code}. Have your proxy pass /slack/ on, too.")
    return good(
        f"{name}: the bot takes what is signed with it at {url}. {unknown} On your Slack app's page, the slash "
        "command, Interactivity and Event Subscriptions must name that address; Slack shows that to nobody but you."
    )


async def _metrics(settings: Settings, client: httpx.AsyncClient, here: Rollcall | None) -> Finding:
    if not settings.metrics_token:
        return good("METRICS_TOKEN: not set, so nobody reads metrics.")
    if here is None or here.instance is None:
        return good("METRICS_TOKEN: set; the bot does not run, so it was not tried.")
    headers = {"Authorization": f"Bearer {settings.metrics_token}"}
    try:
        status = (await client.get(f"{_own_url(settings)}/metrics", headers=headers)).status_code
    except httpx.HTTPError as error:
        return failed(f"METRICS_TOKEN: /metrics gives no answer ({type(error).__name__}).")
    if status != httpx.codes.OK:
        return failed(
            f"METRICS_TOKEN: the bot that runs has another one, or none. Start it anew; /metrics answers {status}."
        )
    return good("METRICS_TOKEN: whoever shows it reads /metrics.")
