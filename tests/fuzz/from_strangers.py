"""Requests that neither Slack nor Hoiio sent: anybody on the internet can send these, so nothing about them is sure."""

from random import Random
from typing import Final

from tests.fuzz import mutation
from tests.fuzz.from_hoiio import notification
from tests.fuzz.from_slack import click, command, event, form
from tests.fuzz.inputs import FORM, JSON, TURNED_AWAY, Kind, Request, Signed

_CONTENT_TYPES: Final = (
    *(b"application/json", b"application/json; charset=utf-16", b"application/json; charset=no-such-charset", b""),
    *(b"text/plain; charset=\xff", b"multipart/form-data", b"multipart/form-data; boundary=x", b"application/xml"),
    *(b"application/x-www-form-urlencoded; charset=utf-7", b"application/x-www-form-urlencoded; charset=idna", b";"),
)
_TIMESTAMPS: Final = (
    b"0",
    b"-1",
    b"now",
    b"",
    b"1" * 400,
    b"9" * 5_000,
    "١".encode(),
    b"1e9",
    b"\xff",
    b"1.5",
    b"0x10",
)
_SIGNATURES: Final = (
    b"",
    b"v0=",
    b"v0=" + b"0" * 64,
    "v0=é".encode(),
    b"\xff",
    b"v1=" + b"a" * 64,
    b"v0=" + b"a" * 6_000,
)
_BODIES: Final = (
    *(
        b"",
        b"payload=",
        b"payload=%7B",
        b"payload=[]",
        b"payload=null",
        b"payload=1",
        b'payload="x"',
        b"{",
        b"[]",
        b"{}",
    ),
    *(
        b"null",
        b"{" * 5_000,
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"1" * 9_000,
        b"payload=" + b"[" * 100_000,
        b"\xff\xfe",
    ),
    *(b"ssl_check=1&token=x", b'{"type":"url_verification","challenge":"x"}', b'{"authorizations":[5],"enterprise":5}'),
    *(b'{"team":5,"user":[]}', b'{"event":{"event":{"event":5}}}', b'{"authorizations":{"a":1}}', b'{"enterprise":[]}'),
    *(b'{"is_ext_shared_channel":true,"type":"event_callback","event":5}', b'{"view":5,"type":"view_submission"}'),
)
_PATHS: Final = (
    *(
        b"/",
        b"/healthz",
        b"/contact.vcf",
        b"/slack/events?x=%ff&x",
        b"/slack/events/",
        b"//slack/events",
        b"/slack/%65vents",
    ),
    *(
        b"/hoiio/notifications",
        b"/hoiio/notifications/a/b",
        b"/hoiio/notifications/%00/%00",
        b"/slack/events?" + b"x&" * 3_000,
    ),
    *(
        b"/..%2f..%2fetc/passwd",
        b"/" + b"a" * 8_000,
        b"/" + b"a/" * 40_000,
        b"*",
        b"http://elsewhere.example/slack/events",
    ),
)
_METHODS: Final = (b"GET", b"PUT", b"DELETE", b"HEAD", b"OPTIONS", b"PATCH", b"TRACE", b"get", b"P\xd6ST", b"BREW")

_ANYTHING: Final = TURNED_AWAY | {200}


def stranger(random: Random) -> Request:
    """Something without a right signature."""
    match random.randrange(6):
        case 0:
            body = random.choice(_BODIES)
            return _unsigned(random, body, random.choice((FORM, JSON)))
        case 1:
            genuine = random.choice((command, form, click, event))(random)
            return _unsigned(random, mutation.octets(random, genuine.body), genuine.headers[0])
        case 2:
            return _unsigned(random, random.randbytes(random.choice((1, 40, 3_000))), random.choice((FORM, JSON)))
        case 3:
            body = random.choice((*_BODIES, command(random).body, notification(random).body))
            return _unsigned(random, body, (b"Content-Type", random.choice(_CONTENT_TYPES)))
        case 4:
            method, path = random.choice((b"POST", *_METHODS)), random.choice((b"/slack/events", *_PATHS))
            headers = _headers(random, FORM)
            return Request(Kind.STRANGER, b"", path, method, headers, Signed.NOBODY, _ANYTHING)
        case _:
            return _too_large(random)


def _unsigned(random: Random, body: bytes, content_type: tuple[bytes, bytes]) -> Request:
    is_check = b"ssl_check" in body
    right = _ANYTHING if is_check else TURNED_AWAY
    return Request(Kind.STRANGER, body, headers=_headers(random, content_type), signed=Signed.NOBODY, right=right)


def _headers(random: Random, content_type: tuple[bytes, bytes]) -> tuple[tuple[bytes, bytes], ...]:
    """Perhaps with what only looks like a signature, and with headers that mean something to what is inside."""
    headers = [content_type]
    if random.random() < 0.7:
        headers.append((b"X-Slack-Request-Timestamp", random.choice((b"ZZnow0ZZ", b"ZZnow0ZZ", *_TIMESTAMPS))))
        headers.append((b"X-Slack-Signature", random.choice(_SIGNATURES)))
    if random.random() < 0.1:
        headers.append((b"X-Slack-Bolt-Lazy-Only", b"1"))
        headers.append((b"X-Slack-Bolt-Lazy-Function-Name", b"open_number_form"))
    if random.random() < 0.1:
        headers.append(
            random.choice(((b"X-\xff", b"1"), (b"Bad Name", b"1"), (b"Cookie", b"a" * 9_000), (b"Expect", b"x")))
        )
    return tuple(headers)


def _too_large(random: Random) -> Request:
    """Now and then more than anybody takes in; most of the time a body of another shape."""
    if random.random() < 0.02:
        return _unsigned(random, b"text=" + b"x" * random.choice((1024 * 1024 - 5, 1024 * 1024, 1_200_000)), FORM)
    fields = b"&".join(b"f%d=%d" % (number, number) for number in range(random.choice((10, 1_000, 5_000))))
    return _unsigned(random, fields, FORM)
