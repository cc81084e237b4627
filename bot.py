"""Rollcall: one slash command rings a team's real phones and puts them in one conference call.

The front door: it reads what is asked for and the settings, and runs the parts until it is told to stop.
"""

import asyncio
import gc
import logging
import signal
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime

from aiohttp import web

from assembly import Bot, StartError, assembled, certificates, opening
from calendars.fetching import Fetcher
from conference.clock import Clock, SystemClock
from conference.housekeeping import keep_house
from conference.ports import StorageUnavailableError
from conference.restoring import take_up_backup
from conference.standups.holidays import CalendarError
from conference.tasks import Tasks
from handlers.slack_socket import SocketMode
from handlers.waiting_room import WaitingRoom
from messages.slack import SlackRefused
from observability.logs import LogFormat, log_loop_errors, set_up_logging
from operations.command_line import EXIT_FAILED, EXIT_USAGE, operate, read_command
from operations.errors import OperationError
from settings import Settings, SettingsError, read_environment, read_settings
from storage import Storage, Turn

log = logging.getLogger("rollcall")

ANSWERS_WITHIN_SECONDS = 3.0
"""How long a stop waits for who is being answered. Slack waits no longer; who sends half a request waits for ever."""

STOP_WITHIN_SECONDS = 30.0
"""How long a stop waits for phones that are about to ring, and for what is on its way to Slack."""


async def serve(settings: Settings, clock: Clock, stop: asyncio.Event, *, fetcher: Fetcher | None = None) -> None:
    """Run the bot until `stop` is set; while another process works on its database, wait. Raises StartError."""
    log_loop_errors(asyncio.get_running_loop())
    turn, room = Turn(settings.database), WaitingRoom(settings.host, settings.port)
    try:
        with opening(settings.database):
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
        runner = web.AppRunner(bot.web_app, access_log=None, shutdown_timeout=ANSWERS_WITHIN_SECONDS)
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
            gc.collect()
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
