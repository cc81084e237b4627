"""Rollcall: one slash command rings a team's real phones and puts them in one conference call.

The front door: it reads the settings, puts the parts together, and runs them until it is told to stop.
"""

import asyncio
import gc
import logging
import signal
import ssl
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path

import httpx
from aiohttp import web

from calendars.fetching import Fetcher
from calendars.reading import WebCalendars, own_calendars
from conference.clock import Clock, SystemClock
from conference.credit import CreditWatch
from conference.housekeeping import keep_house
from conference.model import ConferenceKey
from conference.ports import NotifyAddress, StorageUnavailableError
from conference.registration import Registration
from conference.restoring import take_up_backup
from conference.right_of_way import RightOfWay
from conference.seating import Seating
from conference.service import Conferences
from conference.standups.holidays import CalendarError, HolidayWatch
from conference.standups.model import OccurrenceKey
from conference.standups.timetable import Timetable
from conference.tasks import Tasks
from handlers import contact_card, healthz, hoiio_notification, metrics_page, slack_events
from handlers.measured import measuring
from handlers.parts import Parts
from handlers.slack_app import made_slack_app
from handlers.slack_socket import SocketMode
from handlers.waiting_room import WaitingRoom
from messages.credit_alerts import CreditAlerts
from messages.directory import SlackDirectory
from messages.drawing import Drawing
from messages.number_requests import NumberRequests
from messages.slack import SlackError, SlackGateway, SlackRefused, web_client, web_session
from messages.standups.announcing import Announcing
from messages.updater import Updater
from observability.logs import LogFormat, log_loop_errors, set_up_logging
from observability.measured_carrier import MeasuredCarrier
from observability.metrics import CONTENT_TYPE, Metrics, Sources
from operations.command_line import EXIT_FAILED, EXIT_USAGE, operate, read_command
from operations.errors import OperationError
from settings import Settings, SettingsError, read_environment, read_settings
from storage import Storage, Turn
from telephony.hoiio import Credentials, Hoiio, read_notification

log = logging.getLogger("rollcall")

STOP_WITHIN_SECONDS = 30.0
"""How long a stop waits for phones that are about to ring, and for what is on its way to Slack."""

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
        with _opening(settings.database):
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
            return Drawing(key, storage, gateway, clock, posted, refused, directory.admins)

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
        slack_app = made_slack_app(
            parts,
            bot_token=settings.slack_bot_token,
            signing_secret=settings.slack_signing_secret,
            api_url=settings.slack_api_url,
        )
        web_app = web.Application(client_max_size=LARGEST_SLACK_REQUEST_BYTES, middlewares=[measuring(clock, metrics)])
        contact_card.register(web_app, caller_id=settings.shown_caller_id)
        hoiio_notification.register(
            web_app,
            conferences=conferences,
            clock=clock,
            access_token=settings.hoiio_access_token,
            right_of_way=right_of_way,
        )
        socket_mode = None
        if settings.slack_app_token:
            socket_mode = SocketMode(
                slack_app, gateway, settings.slack_app_token, right_of_way, clock, metrics.acknowledged
            )
        else:
            slack_events.register(
                web_app, slack_app=slack_app, signing_secret=settings.slack_signing_secret, right_of_way=right_of_way
            )
        healthz.register(web_app, storage=storage, gateway=gateway, socket_mode=socket_mode)
        sources = Sources(storage, settings.lines, (updater, announcer), socket_mode)
        metrics_page.register(
            web_app, token=settings.metrics_token, page=lambda: metrics.page(sources), content_type=CONTENT_TYPE
        )
        await _greet_slack(gateway)
        yield Bot(parts, updater, announcer, credit, credit_alerts, socket_mode, web_app, settings.retention)


@cache
def certificates() -> ssl.SSLContext:
    """The authorities whose certificates are believed. Reading them takes a while: once is enough."""
    return httpx.create_ssl_context()


@contextmanager
def _opening(database: Path) -> Iterator[None]:
    """Raises StartError where the database can't be opened."""
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


async def serve(settings: Settings, clock: Clock, stop: asyncio.Event, *, fetcher: Fetcher | None = None) -> None:
    """Run the bot until `stop` is set; while another process works on its database, wait. Raises StartError."""
    log_loop_errors(asyncio.get_running_loop())
    turn, room = Turn(settings.database), WaitingRoom(settings.host, settings.port)
    try:
        with _opening(settings.database):
            has_come = await turn.has_come(stop, room.look)
        if has_come:
            await room.open()
            await _work(settings, clock, stop, fetcher or Fetcher(tls=certificates()), room)
    finally:
        await room.close()
        turn.end()


async def _work(settings: Settings, clock: Clock, stop: asyncio.Event, fetcher: Fetcher, room: WaitingRoom) -> None:
    async with assembled(settings, clock, fetcher) as bot:
        # No access log: a notify_url's secret part stands in its path.
        runner = web.AppRunner(bot.web_app, access_log=None)
        always = Tasks()
        await runner.setup()
        try:
            await _begin_holidays(bot, settings)
            await _recover(bot)
            for work in (
                bot.parts.number_requests.run(),
                keep_house(bot.parts.storage, clock, bot.retention),
                bot.parts.timetable.run(),
                bot.credit.run(),
                bot.credit_alerts.run(),
                bot.parts.holiday_watch.run(),
            ):
                always.start(work)
            try:
                await room.give_way_to(runner)
            except OSError as error:
                raise StartError(
                    f"Can't listen on {settings.host}:{settings.port}: {error.strerror}. See HOST and PORT."
                ) from error
            # What is there by now stays: going through it again and again would hold up whoever is waiting.
            gc.freeze()
            log.info("listening on http://%s:%d", settings.host, settings.port)
            if bot.socket_mode:
                await _open_socket(bot.socket_mode)
            await stop.wait()
            log.info("stopping")
        finally:
            if bot.socket_mode:
                await bot.socket_mode.close()
            await runner.cleanup()
            await always.close()
            await _finish(bot)


async def _begin_holidays(bot: Bot, settings: Settings) -> None:
    """A file must be there, and is read before anything may ring. An address is read behind, and again if need be."""
    try:
        await bot.parts.holiday_watch.begin()
        if settings.holidays_file:
            await bot.parts.holiday_watch.read_own()
    except CalendarError as error:
        raise StartError(f"The calendar {settings.holidays_file} can't be used: {error}. See HOLIDAYS.") from None
    except StorageUnavailableError as error:
        raise StartError(f"The database can't be written: {error}. See DATABASE.") from None


async def _recover(bot: Bot) -> None:
    try:
        await take_up_backup(bot.parts.storage, bot.parts.clock.now())
        await bot.parts.conferences.recover()
        await bot.updater.recover()
        await bot.announcer.recover()
    except StorageUnavailableError as error:
        raise StartError(f"The database can't be read and written: {error}. See DATABASE.") from None


async def _open_socket(socket_mode: SocketMode) -> None:
    try:
        await socket_mode.open()
    except SlackRefused as error:
        raise StartError(f"Slack does not accept SLACK_APP_TOKEN: {error.code}. `bot.py check` tells more.") from None


async def _finish(bot: Bot) -> None:
    """Take what is in hand to a point from which the next start can go on."""
    bot.updater.finish()
    bot.announcer.finish()
    await bot.parts.conferences.close()
    try:
        async with asyncio.timeout(STOP_WITHIN_SECONDS):
            # Showing a board may set off a dialing, and that has something to show in turn.
            while in_hand := bot.in_hand:
                await asyncio.wait(in_hand)
    except TimeoutError:
        log.warning("stopping with work in hand; the next start goes on with it")
        for task in bot.in_hand:
            task.cancel()
    await bot.parts.conferences.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line asks for; returns the exit status."""
    asked = read_command(arguments)
    set_up_logging(logging.WARNING if asked.command == "demo" else logging.INFO)
    try:
        match asked.command:
            case "run":
                return asyncio.run(_run(read_settings(read_environment())))
            case "demo":
                return asyncio.run(_demo(asked.auto))
            case _:
                return asyncio.run(operate(asked, read_environment()))
    except (SettingsError, OperationError) as error:
        print(*error.lines, sep="\n", file=sys.stderr)
        return EXIT_USAGE if isinstance(error, SettingsError) else EXIT_FAILED
    except StartError as error:
        print(error, file=sys.stderr)
        return EXIT_FAILED


async def _run(settings: Settings) -> int:
    set_up_logging(logging.INFO, settings.log_format)
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    try:
        await serve(settings, SystemClock(), stop)
    except StartError as error:
        if settings.log_format is LogFormat.HUMAN:
            raise
        log.critical("%s", error)
        return EXIT_FAILED
    return 0


async def _demo(auto: bool) -> int:
    # Only here: the bot itself knows no stand-ins.
    from sandbox.demo import play
    from sandbox.page import open_page

    bot = DemoBot()
    return await (play(bot.serve) if auto else open_page(bot.serve, bot.next_look))


class DemoBot:
    """The bot as the demo runs it, and when it does something about a standup next."""

    async def serve(self, environ: Mapping[str, str], clock: Clock, stop: asyncio.Event) -> None:
        self._settings = read_settings(environ)
        await serve(self._settings, clock, stop)

    async def next_look(self) -> datetime | None:
        storage = await Storage.open(self._settings.database)
        try:
            return await storage.next_look()
        finally:
            await storage.close()


if __name__ == "__main__":
    sys.exit(main())
