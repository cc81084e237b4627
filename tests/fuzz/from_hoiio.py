"""Notifications: the fields that Hoiio sends, in every state of decay, at addresses right and wrong."""

from random import Random
from typing import Final
from urllib.parse import quote, urlencode

from tests.fuzz import corpus, mutation
from tests.fuzz.inputs import FORM, Kind, Request, Signed

_HUGE: Final = (
    "9" * 19,
    "9" * 400,
    "-9999999999",
    "1e9999999",
    "0.0000000000001",
    "NaN",
    "Infinity",
    "0x10",
    "٣",
    "²",
    "",
)
_DATES: Final = (
    *("2026-11-20 09:30:00", "0001-01-01 00:00:00", "9999-12-31 23:59:59", "2026-02-30 00:00:00", "2026-11-20T09:30"),
    *(
        "20-11-2026",
        "2026-11-20 25:00:00",
        "٢٠٢٦-١١-٢٠ ٠٩:٣٠:٠٠",
        "0000-00-00 00:00:00",
        "\x00",
        "99999-01-01 00:00:00",
    ),
)
_STATUSES: Final = ("answered", "unanswered", "busy", "failed", "ongoing", "ANSWERED ", "", "ended", "rejected", "\x00")
_ODD_ENDS: Final = (
    *(b"%00", b"%ff", b"%ED%A0%80", b"%2f", b"%", b"..%2f", b"\xff\xfe", b"\xc3\xa9", b"%F0%9F%98%80", b"?", b";x=1"),
)
_CONTENT_TYPES: Final = (FORM, (b"Content-Type", b"application/json"), (b"Content-Type", b"text/plain; charset=utf-16"))
_SECRET_IS_LONGER_BY: Final = 40
_LONGEST_LINE: Final = 8_190
"""Bytes of a request line that aiohttp takes."""
_LARGEST_BODY: Final = 64 * 1024


def notification(random: Random) -> Request:
    """At an address that was handed out, most of the time."""
    which = random.choice("012345")
    fields = _fields(random, which)
    pairs = list(fields.items())
    random.shuffle(pairs)
    if random.random() < 0.3:
        pairs += [(name, mutation.text(random, text)) for name, text in random.choices(pairs or [("dest", "")], k=2)]
    encoded = urlencode(pairs, errors="surrogatepass").encode()
    if random.random() < 0.25:
        encoded = mutation.octets(random, encoded)
    if random.random() < 0.002:
        encoded += b"&tag=" + b"x" * random.choice((_LARGEST_BODY - len(encoded), _LARGEST_BODY, 200_000))
    path, right = _path(random, which)
    query, body = b"", encoded
    if random.random() < 0.25:
        query, body = encoded.replace(b" ", b"+").replace(b"\r\n", b"").replace(b"#", b""), b""
    elif random.random() < 0.1:
        query = b"dest=" + quote(corpus.number(random)).encode() + b"&debit=1"
    target = path + (b"?" + query if query else b"")
    if len(body) > _LARGEST_BODY:
        right = right - {200} | {413}
    # What stands for a secret gives way to one, which is longer.
    longest = len(target) + _SECRET_IS_LONGER_BY * target.count(b"ZZsecret")
    if not _is_plain(target) or longest > _LONGEST_LINE - 50:
        right |= {400}
    headers, signed = _signature(random)
    if signed is Signed.NOBODY and len(headers) > 1:
        right |= {400, 403}
    return Request(Kind.NOTIFICATION, body, target, headers=headers, signed=signed, right=right)


def _fields(random: Random, which: str) -> dict[str, str]:
    """What Hoiio says of a call, with up to four fields that it would not have."""
    fields = {
        "dest": f"ZZdest{which}ZZ",
        "call_status_dest": random.choice(_STATUSES[:5]),
        "txn_ref": f"ZZtxn{which}ZZ",
        "tag": f"ZZconference{which}ZZ",
        "date": _DATES[0],
        "duration": str(random.randrange(3)),
        "currency": random.choice(("SGD", "USD")),
        "rate": "0.035",
        "debit": random.choice(("0.035", "0.070", "999999999.999999")),
    }
    odd = {
        "dest": (corpus.number(random), corpus.number(random).lstrip("+"), ""),
        "call_status_dest": _STATUSES,
        "txn_ref": ("ZZtxn0ZZ", "AA-C-0", "x" * 500, ""),
        "tag": ("ZZconference1ZZ", "", "0"),
        "date": _DATES,
        "duration": ("999999", "1000000", "-1", "1.5", *_HUGE),
        "currency": ("sgd", "S$", "", "XXXX", "\ufeff"),
        "rate": _HUGE,
        "debit": _HUGE,
    }
    for name in random.sample(sorted(odd), random.randrange(5)):
        fields[name] = random.choice(odd[name])
    if random.random() < 0.3:
        for name in random.sample(sorted(fields), random.randint(1, 7)):
            del fields[name]
    if random.random() < 0.3 and fields:
        name = random.choice(sorted(fields))
        fields[name] = mutation.text(random, fields[name], surrogates=True)
    return fields


def _path(random: Random, which: str) -> tuple[bytes, frozenset[int]]:
    known = f"/hoiio/notifications/ZZconference{which}ZZ/ZZsecret{which}ZZ".encode()
    match random.randrange(14):
        case 0:
            return f"/hoiio/notifications/ZZconference{which}ZZ/{'s' * 43}".encode(), frozenset({404})
        case 1:
            return b"/hoiio/notifications/" + b"0" * 16 + b"/" + b"s" * 43, frozenset({404})
        case 2:
            return mutation.octets(random, known), frozenset({200, 404, 405})
        case 3:
            odd = random.choice(_ODD_ENDS)
            end = random.choice((b"/ZZsecret0ZZ", b"/" + odd, b"/ZZsecret0ZZ" + odd, b"//", b""))
            return b"/hoiio/notifications/ZZconference0ZZ" + odd + end, frozenset({404})
        case _:
            return known, frozenset({200, 404})


def _is_plain(target: bytes) -> bool:
    """Whether it may stand in a request line as it is."""
    return target.startswith(b"/") and all(0x21 <= octet <= 0x7E for octet in target)


def _signature(random: Random) -> tuple[tuple[tuple[bytes, bytes], ...], Signed]:
    content = random.choices(_CONTENT_TYPES, weights=(20, 1, 1))[0]
    match random.randrange(8):
        case 0:
            wrong = random.choice((b"", b"0" * 64, b"\xff", b"sha256=", "é".encode(), b"a" * 4_000))
            return (content, (b"X-Hoiio-Signature", wrong)), Signed.NOBODY
        case 1 | 2:
            return (content,), Signed.NOBODY
        case _:
            return (content,), Signed.HOIIO
