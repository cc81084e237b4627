"""The parts of the running bot, and how they are put together."""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, partial
from pathlib import Path

import httpx
from aiohttp import web

from calendars.fetching import Fetcher
from calendars.reading import WebCalendars, own_calendars
from conference.clock import Clock
from conference.credit import CreditWatch
from conference.model import ConferenceKey
from conference.ports import NotifyAddress, StorageUnavailableError
from conference.registration import Registration
from conference.right_of_way import RightOfWay
from conference.seating import Seating
from conference.service import Conferences
from conference.standups.holidays import HolidayWatch
from conference.standups.model import OccurrenceKey
from conference.standups.timetable import Timetable
from conference.tasks import Tasks
from handlers import contact_card, healthz, hoiio_notification, metrics_page, slack_events
from handlers.measured import measuring
from handlers.parts import Parts
from handlers.slack_app import made_slack_app
from handlers.slack_socket import SocketMode
from messages.credit_alerts import CreditAlerts
from messages.directory import SlackDirectory
from messages.drawing import Drawing
from messages.number_requests import NumberRequests
from messages.slack import SlackError, SlackGateway, SlackRefused, web_client, web_session
from messages.standups.announcing import Announcing
from messages.updater import Updater
from observability.measured_carrier import MeasuredCarrier
from observability.metrics import CONTENT_TYPE, Metrics, Sources
from settings import Settings
from storage import Storage
from telephony.hoiio import Credentials, Hoiio, read_notification

log = logging.getLogger("rollcall")

LARGEST_SLACK_REQUEST_BYTES = 1024 * 1024


class StartError(Exception):
    """The bot can't run. The text says what stands in the way and what to do."""


@dataclass
class Bot:
    """The running parts."""

    parts: Parts
    updater: Updater[ConferenceKey]
    announcer: Updater[OccurrenceKey]
    credit: CreditWatch
    credit_alerts: CreditAlerts
    socket_mode: SocketMode | None
    web_app: web.Application
    retention: timedelta

    @property
    def in_hand(self) -> set[asyncio.Task[None]]:
        """What must not be broken off."""
        parts = self.parts
        shown = self.updater.in_hand | self.announcer.in_hand
        return parts.conferences.in_hand | parts.registration.in_hand | parts.behind.running | shown


@asynccontextmanager
async def assembled(settings: Settings, clock: Clock, fetcher: Fetcher) -> AsyncIterator[Bot]:
    """Put the parts together; afterwards everything that was opened is closed.

    `fetcher`: who goes to the addresses of people's calendars.
    """
    async with AsyncExitStack() as opened:
        with opening(settings.database):
            storage = await Storage.open(settings.database)
        opened.push_async_callback(storage.close)
        session = await opened.enter_async_context(web_session())
        hoiio = Hoiio(
            Credentials(settings.hoiio_app_id, settings.hoiio_access_token),
            api_url=settings.hoiio_api_url,
            tls=certificates(),
            caller_id=settings.hoiio_caller_id or None,
        )
        opened.push_async_callback(hoiio.aclose)

        metrics = Metrics(clock)
        carrier = MeasuredCarrier(hoiio, clock, metrics.carrier_asked)
        slack = web_client(settings.slack_bot_token, settings.slack_api_url, session)
        gateway = SlackGateway(slack, clock, metrics.slack_asked)
        right_of_way = RightOfWay()
        directory = SlackDirectory(gateway, clock, settings.admins)
        credit_alerts = CreditAlerts(storage, gateway, clock, directory.admins, settings.low_balance)
        credit = CreditWatch(carrier.balance, clock, (metrics.balance_seen, credit_alerts.seen))
        conferences = Conferences(
            storage=storage,
            carrier=carrier,
            seating=Seating(storage, directory, clock, settings.barring, settings.limits, settings.lines),
            clock=clock,
            notify_address=NotifyAddress(settings.public_url + hoiio_notification.PATH),
            read_notification=read_notification,
            heard=(lambda conference: updater.changed(conference.key), credit.hear),
            right_of_way=right_of_way,
            watched=(metrics.conference_changed,),
        )

        def drawing(key: ConferenceKey) -> Drawing:
            posted, refused = conferences.board_posted, conferences.board_refused
            wake = partial(updater.wake, key)
            return Drawing(key, storage, gateway, clock, posted, refused, directory.admins, wake)

        updater = Updater(clock, drawing, storage.unshown, right_of_way, partial(metrics.shown, "conference"))
        announcer = Updater[OccurrenceKey](
            clock,
            lambda key: Announcing(key, storage, gateway, clock),
            storage.unshown_occurrences,
            right_of_way,
            partial(metrics.shown, "standup"),
        )
        timetable = Timetable(
            storage=storage,
            conferences=conferences,
            clock=clock,
            heard=lambda occurrence: announcer.changed(occurrence.key),
        )
        registration = Registration(
            storage=storage,
            carrier=carrier,
            clock=clock,
            barring=settings.barring,
            codes_per_day=settings.max_codes_per_day,
            key=settings.proof_key,
        )
        parts = Parts(
            clock=clock,
            storage=storage,
            gateway=gateway,
            directory=directory,
            conferences=conferences,
            timetable=timetable,
            holiday_watch=HolidayWatch(
                storage,
                WebCalendars(fetcher),
                clock,
                own=own_calendars(settings.holidays_file, certificates()),
                own_source=settings.holidays,
                changed=timetable.look_anew,
            ),
            registration=registration,
            number_requests=NumberRequests(storage, gateway, clock, registration.is_missing),
            behind=Tasks(),
            barring=settings.barring,
            default_region=settings.default_region,
            lines=settings.lines,
            card_url=settings.public_url + contact_card.PATH if settings.shown_caller_id else None,
        )
        socket_mode, web_app = _doors(settings, parts, right_of_way, metrics, (updater, announcer))
        await _greet_slack(gateway)
        yield Bot(parts, updater, announcer, credit, credit_alerts, socket_mode, web_app, settings.retention)


def _doors(
    settings: Settings,
    parts: Parts,
    right_of_way: RightOfWay,
    metrics: Metrics,
    shown: tuple[Updater[ConferenceKey], Updater[OccurrenceKey]],
) -> tuple[SocketMode | None, web.Application]:
    """What Slack, Hoiio, browsers and monitors come in by. Without Socket Mode, Slack comes in by the web, too."""
    slack_app = made_slack_app(
        parts,
        bot_token=settings.slack_bot_token,
        signing_secret=settings.slack_signing_secret,
        api_url=settings.slack_api_url,
    )
    web_app = web.Application(
        client_max_size=LARGEST_SLACK_REQUEST_BYTES, middlewares=[measuring(parts.clock, metrics)]
    )
    contact_card.register(web_app, caller_id=settings.shown_caller_id)
    hoiio_notification.register(
        web_app,
        conferences=parts.conferences,
        clock=parts.clock,
        access_token=settings.hoiio_access_token,
        right_of_way=right_of_way,
    )
    socket_mode = None
    if settings.slack_app_token:
        socket_mode = SocketMode(
            slack_app, parts.gateway, settings.slack_app_token, right_of_way, parts.clock, metrics.acknowledged
        )
    else:
        slack_events.register(
            web_app, slack_app=slack_app, signing_secret=settings.slack_signing_secret, right_of_way=right_of_way
        )
    healthz.register(web_app, storage=parts.storage, gateway=parts.gateway, socket_mode=socket_mode)
    sources = Sources(parts.storage, settings.lines, shown, socket_mode)
    metrics_page.register(
        web_app, token=settings.metrics_token, page=lambda: metrics.page(sources), content_type=CONTENT_TYPE
    )
    return socket_mode, web_app


@cache
def certificates() -> ssl.SSLContext:
    """The authorities whose certificates are believed. Reading them takes a while: once is enough."""
    return httpx.create_ssl_context()


@contextmanager
def opening(database: Path) -> Iterator[None]:
    """Raises StartError where that database can't be opened within."""
    try:
        yield
    except StorageUnavailableError as error:
        raise StartError(f"The database {database} can't be opened: {error}. See DATABASE.") from error


async def _greet_slack(gateway: SlackGateway) -> None:
    try:
        identity = await gateway.identity()
    except SlackRefused as error:
        raise StartError(f"Slack does not accept SLACK_BOT_TOKEN: {error.code}. `bot.py check` tells more.") from None
    except SlackError as error:
        log.warning("Slack could not be reached yet: %s", error)
    else:
        log.info("in the workspace %s", identity.team_name)
