"""A Hoiio to call, a bot's ear for its notifications, a clock to move, an office in Slack, and the demo's page."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import httpx
import pytest
from aiohttp import web

from sandbox.clock import MovedClock
from sandbox.hoiio import Hoiio
from tests.sandbox.page_site import Site, running_site
from tests.sandbox.slack_fixtures import Office, running_office
from tests.sandbox.waiting import until
from tests.serving import serving

APP_ID = "app-1"
ACCESS_TOKEN = "token-1"


@dataclass(frozen=True)
class Heard:
    """A request that reached the ear."""

    method: str
    query: dict[str, str]
    body: bytes
    signature: str | None

    @property
    def fields(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


class Ear:
    """The bot's side of notify_url. It answers `status`."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.status = 200
        self.url = ""

    async def hears(self, count: int) -> list[Heard]:
        """Wait until so many have come, and give them all."""
        await until(lambda: len(self.heard) >= count)
        return self.heard

    async def final(self) -> dict[str, str]:
        """The fields of the one notification that comes."""
        (only,) = await self.hears(1)
        return only.fields

    async def handle(self, request: web.Request) -> web.Response:
        heard = Heard(
            request.method,
            dict(request.query),
            await request.read(),
            request.headers.get("X-Hoiio-Signature"),
        )
        self.heard.append(heard)
        return web.Response(status=self.status)


class Api:
    """The bot's side of the API."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def ask(self, path: str, **parameters: str | None) -> dict[str, object]:
        """POST with the credentials; a parameter that is None is left out."""
        given = {"app_id": APP_ID, "access_token": ACCESS_TOKEN} | parameters
        sent = {name: value for name, value in given.items() if value is not None}
        answer: dict[str, object] = (await self.http.post(path, data=sent)).json()
        return answer

    async def call(self, dest: str | None, **parameters: str | None) -> dict[str, object]:
        return await self.ask("conference/call", dest=dest, **parameters)

    async def status_of(self, dest: str | None, **parameters: str | None) -> object:
        """The status code of a conference/call."""
        return (await self.call(dest, **parameters))["status"]

    async def txn_refs(self, dest: str, **parameters: str | None) -> list[str]:
        """The references of a conference/call that is taken."""
        refs = (await self.call(dest, **parameters))["txn_refs"]
        assert isinstance(refs, list)
        return refs

    async def query(self, txn_ref: str) -> dict[str, object]:
        return await self.ask("voice/query_status", txn_ref=txn_ref)


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock(datetime(2026, 11, 20, 1, 30, tzinfo=UTC))


@pytest.fixture
async def hoiio(clock: MovedClock) -> AsyncIterator[Hoiio]:
    standing_in = Hoiio(clock, app_id=APP_ID, access_token=ACCESS_TOKEN)
    await standing_in.start()
    yield standing_in
    await standing_in.stop()


@pytest.fixture
async def api(hoiio: Hoiio) -> AsyncIterator[Api]:
    async with httpx.AsyncClient(base_url=hoiio.url, trust_env=False) as http:
        yield Api(http)


@pytest.fixture
async def ear() -> AsyncIterator[Ear]:
    listening = Ear()
    app = web.Application()
    app.router.add_route("*", "/notify", listening.handle)
    async with serving(app) as url:
        listening.url = f"{url}/notify"
        yield listening


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    async with running_office() as running:
        yield running


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with running_site() as site:
        yield site
