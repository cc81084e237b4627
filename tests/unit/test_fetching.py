"""Fetching calendars over real HTTP: where a fetch may lead, how much it takes, and how long."""

import asyncio
import gzip
import socket
import ssl
import time
from collections.abc import AsyncIterator, Sequence
from datetime import date
from pathlib import Path

import httpx
import pytest
from aiohttp import web

from calendars.fetching import (
    MAX_BYTES,
    AddressRefusedError,
    AnswerRefusedError,
    Fetcher,
    NotFetchedError,
    NotReachedError,
    is_public,
    look_up,
)
from calendars.ics import NotACalendarError
from calendars.reading import WebCalendars

CALENDAR = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20261225\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
CERTIFICATE = Path(__file__).parent / "certificates" / "calendars.example.pem"
"""Signed by itself, for calendars.example and localhost alone."""
PUBLIC = httpx.create_ssl_context()
"""The authorities whose certificates everybody believes."""
WITHIN_SECONDS = 5.0


class Network:
    """A web server at 127.0.0.1, which the check takes for one of the world's, and names that lead where they are told.

    127.0.0.2 is private, as everything else is that the real check refuses.
    """

    def __init__(self) -> None:
        self.names: dict[str, list[list[str]]] = {}
        """What each look-up of a name answers; the last answer stays."""
        self.looked_up: list[str] = []
        self.requests: list[web.Request] = []
        self.at: list[str] = []
        """At which of its own addresses each request arrived."""
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        """By path: status, headers and body. Elsewhere there is a calendar."""
        self.port = self.tls_port = 0

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        self.looked_up.append(host)
        if host not in self.names:
            raise socket.gaierror
        answers = self.names[host]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def fetcher(self, tls: ssl.SSLContext = PUBLIC) -> Fetcher:
        return Fetcher(resolve=self.resolve, may_reach=lambda ip: ip == "127.0.0.1" or is_public(ip), tls=tls)

    def url(self, path: str, host: str = "calendars.example") -> str:
        return f"http://{host}:{self.port}{path}"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        assert request.transport
        self.at.append(request.transport.get_extra_info("sockname")[0])
        if request.path == "/slow":
            return await self._drip(request)
        status, headers, body = self.answers.get(request.path, (200, {}, CALENDAR))
        return web.Response(status=status, headers=headers, body=body)

    async def _drip(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        while True:
            await answer.write(b"B")
            await asyncio.sleep(0.02)


@pytest.fixture
async def network() -> AsyncIterator[Network]:
    network = Network()
    network.names["calendars.example"] = [["127.0.0.1"]]
    app = web.Application()
    app.router.add_get("/{path:.*}", network.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(CERTIFICATE)
    # All of 127.0.0.0/8 is this machine.
    await web.TCPSite(runner, "0.0.0.0", 0).start()  # noqa: S104
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    (_, network.port), (_, network.tls_port) = runner.addresses
    yield network
    await runner.cleanup()


async def refused(network: Network, url: str, error: type[NotFetchedError], why: str) -> None:
    with pytest.raises(error) as raised:
        await network.fetcher().fetch(url, within_seconds=WITHIN_SECONDS)
    assert str(raised.value) == why


async def test_a_calendar_is_fetched(network: Network) -> None:
    assert await network.fetcher().fetch(network.url("/a?token=1#top"), within_seconds=WITHIN_SECONDS) == CALENDAR
    (request,) = network.requests
    assert (request.path_qs, request.host) == ("/a?token=1", f"calendars.example:{network.port}")
    assert request.headers["Accept-Encoding"] == "identity"
    assert not {"Cookie", "Authorization", "Referer"} & request.headers.keys()


async def test_a_proxy_of_the_environment_is_not_asked(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("all_proxy", "http://127.0.0.1:1")
    assert await network.fetcher().fetch(network.url("/"), within_seconds=WITHIN_SECONDS) == CALENDAR


@pytest.mark.parametrize(
    "url",
    ["ftp://calendars.example/a", "file:///etc/passwd", "calendars.example/a", "", "https://", "http://[::1", "x" * 3],
)
async def test_what_is_no_web_address_is_not_gone_to(network: Network, url: str) -> None:
    with pytest.raises(AddressRefusedError, match=r"^it is no web address"):
        await network.fetcher().fetch(url, within_seconds=WITHIN_SECONDS)
    assert network.looked_up == []


async def test_credentials_and_endless_addresses_are_refused(network: Network) -> None:
    url = network.url("/").replace("://", "://me:secret@")
    await refused(network, url, AddressRefusedError, "it has a name or a password in it")
    await refused(network, network.url("/" + "x" * 2000), AddressRefusedError, "it is longer than 2000 characters")
    assert network.looked_up == []


PRIVATE = [
    *("127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254"),
    "0.0.0.0",  # noqa: S104
    *("224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "192.0.0.8"),
    *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1", "2001:db8::1"),
    *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1"),
    *("64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:a00:1::1", "2001::1", "100::1", "here"),
]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_of_the_world(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_an_address_of_the_world(address: str) -> None:
    assert is_public(address)


INSIDE = "it leads to an address inside a private network"


async def test_a_name_that_leads_inside_is_not_gone_to(network: Network) -> None:
    network.names |= {"inside.example": [["127.0.0.2"]], "both.example": [["127.0.0.1", "127.0.0.2"]]}
    await refused(network, network.url("/", "inside.example"), AddressRefusedError, INSIDE)
    await refused(network, network.url("/", "both.example"), AddressRefusedError, INSIDE)
    assert network.requests == []


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f.1", "127.1", "[::1]", "[::ffff:7f00:1]", "localhost"]
)
async def test_a_host_written_in_another_way_leads_inside_too(network: Network, host: str) -> None:
    with pytest.raises(AddressRefusedError, match=INSIDE):
        await Fetcher(resolve=look_up, tls=PUBLIC).fetch(network.url("/", host), within_seconds=WITHIN_SECONDS)
    assert network.requests == []


async def test_a_name_that_leads_inside_once_it_was_checked_leads_nowhere(network: Network) -> None:
    network.names["rebinding.example"] = [["127.0.0.1"], ["127.0.0.2"]]
    url = network.url("/", "rebinding.example")
    assert await network.fetcher().fetch(url, within_seconds=WITHIN_SECONDS) == CALENDAR
    assert (network.looked_up, network.at) == (["rebinding.example"], ["127.0.0.1"])


async def test_redirects_are_followed_and_each_is_checked(network: Network) -> None:
    network.names |= {"other.example": [["127.0.0.1"]], "inside.example": [["127.0.0.2"]]}

    def leads(path: str, to: str) -> None:
        network.answers[path] = (302, {"Location": to, "Set-Cookie": "a=b"}, b"")

    leads("/1", "/2")
    leads("/2", network.url("/3", "other.example"))
    leads("/3", network.url("/4"))
    assert await network.fetcher().fetch(network.url("/1"), within_seconds=WITHIN_SECONDS) == CALENDAR
    assert [request.host.partition(":")[0] for request in network.requests[1:3]] == [
        "calendars.example",
        "other.example",
    ]
    assert all("Cookie" not in request.headers for request in network.requests)
    leads("/0", "/1")
    await refused(network, network.url("/0"), AnswerRefusedError, "it leads on more than 3 times")
    leads("/in", network.url("/secret", "inside.example"))
    await refused(network, network.url("/in"), AddressRefusedError, INSIDE)
    leads("/file", "file:///etc/passwd")
    await refused(
        network,
        network.url("/file"),
        AddressRefusedError,
        "it is no web address that begins with https:// or http://",
    )
    leads("/me", network.url("/").replace("://", "://me:secret@"))
    await refused(network, network.url("/me"), AddressRefusedError, "it has a name or a password in it")
    assert "/secret" not in {request.path for request in network.requests}


async def test_what_is_larger_than_it_may_be_is_not_taken(network: Network) -> None:
    network.answers["/most"] = (200, {}, b"x" * MAX_BYTES)
    network.answers["/more"] = (200, {}, b"x" * (MAX_BYTES + 1))
    got = await network.fetcher().fetch(network.url("/most"), within_seconds=WITHIN_SECONDS)
    assert len(got) == MAX_BYTES
    await refused(network, network.url("/more"), AnswerRefusedError, "it is larger than 1 MiB")


async def test_what_is_small_only_as_long_as_it_is_compressed_is_not_unpacked(network: Network) -> None:
    bomb = gzip.compress(b"x" * 50 * MAX_BYTES)
    assert len(bomb) < MAX_BYTES
    network.answers["/bomb"] = (200, {"Content-Encoding": "gzip"}, bomb)
    await refused(network, network.url("/bomb"), AnswerRefusedError, "it is sent compressed, which was not asked for")


async def test_an_answer_that_comes_in_drops_is_waited_for_only_so_long(network: Network) -> None:
    began = time.monotonic()
    with pytest.raises(NotReachedError, match=r"^it took longer than 0\.5 seconds$"):
        await network.fetcher().fetch(network.url("/slow"), within_seconds=0.5)
    assert time.monotonic() - began < WITHIN_SECONDS


async def test_a_name_that_takes_long_to_look_up_is_waited_for_only_so_long() -> None:
    async def never(host: str, port: int) -> Sequence[str]:
        return await asyncio.Future[Sequence[str]]()

    with pytest.raises(NotReachedError, match=r"^it took longer than 0\.1 seconds$"):
        await Fetcher(resolve=never, tls=PUBLIC).fetch("https://calendars.example/", within_seconds=0.1)


async def test_nothing_there(network: Network) -> None:
    network.answers["/gone"] = (404, {}, b"")
    await refused(network, network.url("/gone"), AnswerRefusedError, "it answers with 404")
    await refused(network, network.url("/", "unknown.example"), NotReachedError, "its host is not known")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        await refused(network, f"http://calendars.example:{port}/", NotReachedError, "it can't be connected to")


async def test_where_one_address_of_a_host_is_dead_the_next_is_tried(network: Network) -> None:
    def may_reach(address: str) -> bool:
        return True

    network.names["two.example"] = [["::1", "127.0.0.1"]]
    fetcher = Fetcher(resolve=network.resolve, may_reach=may_reach, tls=PUBLIC)
    assert await fetcher.fetch(network.url("/", "two.example"), within_seconds=WITHIN_SECONDS) == CALENDAR


async def test_what_is_no_calendar(network: Network) -> None:
    network.answers["/page"] = (200, {"Content-Type": "text/html"}, b"<title>Sign in</title>")
    calendars = WebCalendars(network.fetcher())
    span = date(2026, 1, 1), date(2026, 12, 31)
    assert await calendars.read(network.url("/"), *span) == {date(2026, 12, 25): "Holiday"}
    with pytest.raises(NotACalendarError, match=r"^it is no calendar \(ICS\)$"):
        await calendars.read(network.url("/page"), *span)


async def test_over_https_the_certificate_is_that_of_the_host_and_not_of_its_address(network: Network) -> None:
    network.names["other.example"] = [["127.0.0.1"]]
    believing = ssl.create_default_context(cafile=str(CERTIFICATE))
    fetcher = network.fetcher(believing)
    for scheme in ("https", "webcal"):
        url = f"{scheme}://calendars.example:{network.tls_port}/"
        assert await fetcher.fetch(url, within_seconds=WITHIN_SECONDS) == CALENDAR
    for wrong, believed in (("other.example", believing), ("calendars.example", PUBLIC)):
        with pytest.raises(NotReachedError, match="can't be connected to"):
            await network.fetcher(believed).fetch(f"https://{wrong}:{network.tls_port}/", within_seconds=WITHIN_SECONDS)
    assert len(network.requests) == 2
