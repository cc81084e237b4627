"""A server of calendars, as people's standups have them: at an https address, with a name."""

import asyncio
import ssl
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from aiohttp import web

CALENDAR_HOST = "calendars.example"
CALENDAR_CERTIFICATE = Path(__file__).parents[1] / "unit" / "certificates" / "calendars.example.pem"


class CalendarServer:
    """Serves `days` as a calendar at any path, and counts how often it is asked for."""

    def __init__(self) -> None:
        self.days: Mapping[date, str] = {}
        self.status = 200
        self.leads_to = ""
        """Where it leads on to, in the place of an answer."""
        self.is_slow = False
        self.asked = 0
        self.url = ""
        self._runner: web.AppRunner | None = None

    async def start(self, *, secure: bool = True) -> None:
        app = web.Application()
        app.router.add_get("/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH) if secure else None
        if tls:
            tls.load_cert_chain(CALENDAR_CERTIFICATE)
        await web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=tls).start()
        host = f"https://{CALENDAR_HOST}" if secure else "http://127.0.0.1"
        self.url = f"{host}:{self._runner.addresses[0][1]}/secret-path.ics"

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def _answer(self, request: web.Request) -> web.Response:
        self.asked += 1
        if self.is_slow:
            await asyncio.sleep(60)
        if self.leads_to:
            raise web.HTTPFound(self.leads_to)
        return web.Response(status=self.status, text=calendar(self.days))


def calendar(days: Mapping[date, str]) -> str:
    """These days as an ICS file."""
    events = "".join(f"BEGIN:VEVENT\nDTSTART:{day:%Y%m%d}\nSUMMARY:{name}\nEND:VEVENT\n" for day, name in days.items())
    return f"BEGIN:VCALENDAR\n{events}END:VCALENDAR\n"
