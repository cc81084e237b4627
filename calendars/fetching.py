"""Fetches a calendar from an address that anybody may have typed, and from nowhere inside.

CalendarError
└── NotFetchedError
    ├── AddressRefusedError  the address is none that is gone to, whatever is there
    ├── NotReachedError      nobody answered
    └── AnswerRefusedError   the answer is no calendar's, or too large

A host is looked up once, all its addresses are checked, and the connection goes to one that was: a name that leads
elsewhere the next time it is looked up leads nowhere.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from socket import SOCK_STREAM, gaierror

import httpx

from conference.standups.holidays import CalendarError

MAX_BYTES = 1024 * 1024
MAX_REDIRECTS = 3
MAX_ADDRESS_CHARACTERS = 2000
MAX_TRIED = 4
"""Of a host's addresses."""
CONNECT_TIMEOUT_SECONDS = 3.0
PORTS = {"http": 80, "https": 443}

_IPV4_OF_NO_HOST = IPv4Network("192.0.0.0/24")
"""Protocols. Python took most of it for public once."""

_IPV6_OF_THE_WORLD = IPv6Network("2000::/3")
_IPV6_OF_NO_HOST = (
    IPv6Network("2001::/23"),  # protocols, Teredo among them
    IPv6Network("2001:db8::/32"),  # documentation
    IPv6Network("2002::/16"),  # 6to4, which leads to the IPv4 address within
    IPv6Network("3fff::/20"),  # documentation
)
_NAT64 = IPv6Network("64:ff9b::/96")
"""Leads to the IPv4 address in its last 32 bits. Where there is IPv6 alone, all of IPv4 is reached so."""

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The IP addresses of a host, for a port. Raises OSError."""

MayReach = Callable[[str], bool]
"""Whether an IP address may be connected to."""


class NotFetchedError(CalendarError):
    """Nothing was got from an address."""


class AddressRefusedError(NotFetchedError):
    """The address, or one that it leads to, is none that is gone to."""


class NotReachedError(NotFetchedError):
    """Nobody answered, or not in time."""


class AnswerRefusedError(NotFetchedError):
    """What was answered is not taken."""


async def look_up(host: str, port: int) -> Sequence[str]:
    """As this machine knows it. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def is_public(address: str) -> bool:
    """Whether an IP address is one of the world's, that of a host, and leads to no private one."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        embedded = ip.ipv4_mapped or (IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None)
        if embedded is None:
            return ip in _IPV6_OF_THE_WORLD and not any(ip in network for network in _IPV6_OF_NO_HOST)
        ip = embedded
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip in _IPV4_OF_NO_HOST)


def is_anything(address: str) -> bool:
    """For an address that the operator set: it may well be inside."""
    return True


class Fetcher:
    """Gets what is at an address. `tls`: the certificates that are believed."""

    def __init__(self, *, tls: ssl.SSLContext, resolve: Resolve = look_up, may_reach: MayReach = is_public) -> None:
        self._resolve = resolve
        self._may_reach = may_reach
        self._tls = tls

    async def fetch(self, address: str, *, within_seconds: float) -> bytes:
        """At most MAX_BYTES, from an address beginning with https://, http:// or webcal://. Raises NotFetchedError."""
        try:
            async with asyncio.timeout(within_seconds):
                return await self._follow(_read_address(address))
        except TimeoutError:
            raise NotReachedError(f"it took longer than {within_seconds:g} seconds") from None

    async def _follow(self, url: httpx.URL) -> bytes:
        for _ in range(MAX_REDIRECTS + 1):
            answer = await self._get(url)
            if isinstance(answer, bytes):
                return answer
            url = answer
        raise AnswerRefusedError(f"it leads on more than {MAX_REDIRECTS} times")

    async def _get(self, url: httpx.URL) -> bytes | httpx.URL:
        """What is there, or where it leads on to."""
        host = url.raw_host.decode("ascii")
        port = url.port or PORTS[url.scheme]
        ways = await self._ways(host, port)
        # Of a client that is kept, cookies and connections would go from one host to another with the same address.
        async with httpx.AsyncClient(
            verify=self._tls,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(None, connect=CONNECT_TIMEOUT_SECONDS),
        ) as client:
            for way in ways:
                request = client.build_request(
                    "GET",
                    url.copy_with(host=way, port=port),
                    headers={
                        "Host": url.netloc.decode("ascii"),
                        "Accept": "text/calendar, */*;q=0.1",
                        "Accept-Encoding": "identity",
                        "User-Agent": "Rollcall",
                    },
                    extensions={"sni_hostname": host},
                )
                try:
                    return await self._read(await client.send(request, stream=True), url)
                except (httpx.ConnectError, httpx.ConnectTimeout):
                    continue
                except (httpx.HTTPError, httpx.InvalidURL) as error:
                    raise NotReachedError(f"it gives no answer that can be read ({type(error).__name__})") from None
        raise NotReachedError("it can't be connected to")

    async def _ways(self, host: str, port: int) -> Sequence[str]:
        """The IP addresses of a host, all of them checked."""
        try:
            found = list(dict.fromkeys(await self._resolve(host, port)))
        except (OSError, UnicodeError) as error:
            unknown = isinstance(error, (gaierror, UnicodeError))
            raise NotReachedError("its host is not known" if unknown else "its host can't be looked up") from None
        if not all(map(self._may_reach, found)):
            raise AddressRefusedError("it leads to an address inside a private network")
        return found[:MAX_TRIED]

    async def _read(self, answer: httpx.Response, url: httpx.URL) -> bytes | httpx.URL:
        try:
            if answer.has_redirect_location:
                return _read_address(answer.headers["Location"], url)
            if answer.status_code != httpx.codes.OK:
                raise AnswerRefusedError(f"it answers with {answer.status_code}")
            if answer.headers.get("Content-Encoding", "identity").strip().lower() not in {"", "identity"}:
                raise AnswerRefusedError("it is sent compressed, which was not asked for")
            got = bytearray()
            async for some in answer.aiter_raw():
                got += some
                if len(got) > MAX_BYTES:
                    raise AnswerRefusedError("it is larger than 1 MiB")
            return bytes(got)
        finally:
            await answer.aclose()


def _read_address(text: str, base: httpx.URL | None = None) -> httpx.URL:
    """Raises AddressRefusedError."""
    try:
        if len(text) > MAX_ADDRESS_CHARACTERS:
            raise AddressRefusedError(f"it is longer than {MAX_ADDRESS_CHARACTERS} characters")
        url = base.join(text) if base else httpx.URL(text)
        if url.scheme == "webcal":
            url = url.copy_with(scheme="https")
        if url.scheme not in PORTS or not url.raw_host or url.port == 0:
            raise AddressRefusedError("it is no web address that begins with https:// or http://")
        if url.userinfo:
            raise AddressRefusedError("it has a name or a password in it")
    except (httpx.InvalidURL, ValueError):
        raise AddressRefusedError("it is no web address") from None
    return url.copy_with(fragment=None)
