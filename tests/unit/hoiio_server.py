"""A server that plays Hoiio and says what a test has it say. Tests of telephony.hoiio share this."""

import asyncio
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import httpx
import pytest
from aiohttp import web

from conference.carrier import CarrierError, Placed
from telephony.hoiio import Credentials, Hoiio
from tests.serving import serving

APP_ID, ACCESS_TOKEN, NOTIFY_URL = "app-id-secret", "access-token-secret", "https://bot.test/n/notify-secret"
DESTS = ["+6591230001", "+6591230002"]
SECRETS = (APP_ID, ACCESS_TOKEN, "notify-secret", *DESTS)

Answer = Callable[[dict[str, str]], web.Response]


class Server:
    """Answers everything as it is told, and remembers what it was asked."""

    def __init__(self) -> None:
        self.answer: Answer = lambda form: web.json_response({"status": "success_ok"})
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.url = ""
        self.connection: asyncio.Transport | None = None
        self.callers: set[tuple[str, int]] = set()
        """Where connections came from: each has an address of its own."""
        self.may_answer = asyncio.Event()
        """Until this is set, nobody is answered."""
        self.may_answer.set()

    async def handle(self, request: web.Request) -> web.Response:
        self.connection = request.transport
        if request.transport:
            self.callers.add(request.transport.get_extra_info("peername"))
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.asked.append((request.path, form))
        await self.may_answer.wait()
        return self.answer(form)

    def says(self, answer: object, status: int = 200) -> None:
        self.answer = lambda form: web.json_response(answer, status=status)


@asynccontextmanager
async def running_server() -> AsyncIterator[Server]:
    standing_in = Server()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", standing_in.handle)
    async with serving(app) as url:
        standing_in.url = f"{url}/open"
        yield standing_in


@asynccontextmanager
async def hoiio_at(url: str, caller_id: str | None = None) -> AsyncIterator[Hoiio]:
    credentials = Credentials(APP_ID, ACCESS_TOKEN)
    carrier = Hoiio(credentials, api_url=url, tls=httpx.create_ssl_context(), caller_id=caller_id)
    yield carrier
    await carrier.aclose()


async def call(hoiio: Hoiio) -> Placed:
    return await hoiio.call(DESTS, room="R1", tag="c0ffee", notify_url=NOTIFY_URL)


@contextmanager
def raises(kind: type[CarrierError], text: str | None = None) -> Iterator[None]:
    """Expects just this error, without a secret anywhere that it may be printed."""
    with pytest.raises(kind) as raised:
        yield
    printed = "".join(traceback.format_exception(raised.value)) + repr(raised.value)
    assert not [secret for secret in SECRETS if secret in printed]
    assert type(raised.value) is kind
    assert text is None or str(raised.value) == text
