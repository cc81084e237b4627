"""The calls of Hoiio's API: each takes its parameters and gives its answer, or raises RefusalError."""

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sandbox.hoiio.errors import RefusalError
from sandbox.hoiio.exchange import PEOPLE_PER_ROOM, Exchange
from sandbox.hoiio.legs import CURRENCY, Leg, LegState, from_gmt8
from sandbox.hoiio.phone import Text

Parameters = Mapping[str, str]
Answer = dict[str, str | list[str] | list[dict[str, str]]]

SUCCESS = "success_ok"
MAX_DEST = 8
MAX_TAG_CHARACTERS = 256
ENTRIES_PER_PAGE = 100

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_ROOM = re.compile(r"[A-Za-z0-9._]{1,32}")
_ASCII_CHARACTERS_PER_TEXT = 160
_UNICODE_CHARACTERS_PER_TEXT = 70


def conference_call(exchange: Exchange, given: Parameters) -> Answer:
    """Hoiio conference/call: rings every number of `dest` into one room."""
    numbers = given["dest"].split(",")
    _check_dest(exchange, numbers)
    tag = _tag(given)
    room = given.get("room")
    if room is not None and not _ROOM.fullmatch(room):
        raise RefusalError("error_invalid_room")
    caller_id = _caller_id(exchange, given)
    _check_notify_url(exchange, given)
    if exchange.balance <= 0:
        raise RefusalError("error_insufficient_credit")
    if exchange.active_lines + len(numbers) > exchange.lines:
        raise RefusalError("error_concurrent_call_limit_reached")
    # "Result Status" has no code for a full room. error_invalid_room would say that the ID is ill-formed,
    # which waiting cannot mend; this one says what is so: too many calls at once.
    if room is not None and exchange.active_in(room) + len(numbers) > PEOPLE_PER_ROOM:
        raise RefusalError("error_concurrent_call_limit_reached")
    if room is None:
        room = exchange.new_room()
    placed = exchange.place(numbers, room=room, caller_id=caller_id, tag=tag, notify_url=given.get("notify_url"))
    return {"status": SUCCESS, "txn_refs": [leg.txn_ref for leg in placed], "room": room}


def conference_moderate(exchange: Exchange, given: Parameters) -> Answer:
    """Hoiio conference/moderate: `kick`, `mute` or `unmute` somebody who is in a room."""
    leg = _leg(exchange, given)
    # Nobody who has not answered yet is in the conference: there is nothing to moderate, only to hang up.
    if leg.state is not LegState.IN_CALL:
        raise RefusalError("error_invalid_txn_ref")
    match given["action"]:
        case "kick":
            exchange.hang_up(leg)
        case "mute" | "unmute" as action:
            leg.muted = action == "mute"
            exchange.changed()
        case _:
            # Not in the documentation, which names no code for this.
            raise RefusalError("error_invalid_action")
    return {"status": SUCCESS}


def voice_hangup(exchange: Exchange, given: Parameters) -> Answer:
    """Hoiio voice/hangup: ends one call, ringing or answered; one not yet rung is never rung."""
    leg = _leg(exchange, given)
    if not leg.alive:
        raise RefusalError("error_invalid_txn_ref")
    exchange.hang_up(leg)
    return {"status": SUCCESS}


def voice_query_status(exchange: Exchange, given: Parameters) -> Answer:
    """Hoiio voice/query_status: how one call stands."""
    return {"status": SUCCESS, **_leg(exchange, given).entry()}


def voice_get_history(exchange: Exchange, given: Parameters) -> Answer:
    """Hoiio voice/get_history: calls by the moment they were taken, both ends included, the oldest first."""
    begin = _moment(given, "from")
    end = _moment(given, "to")
    if begin is not None and end is not None and end < begin:
        raise RefusalError("error_to_before_from")
    page = given.get("page", "1")
    if not re.fullmatch(r"[1-9][0-9]{0,8}", page):
        raise RefusalError("error_page_invalid")
    found = _between(exchange.legs, begin, end)
    first = (int(page) - 1) * ENTRIES_PER_PAGE
    entries = [leg.entry() for leg in found[first : first + ENTRIES_PER_PAGE]]
    return {
        "status": SUCCESS,
        "total_entries_count": str(len(found)),
        "entries_count": str(len(entries)),
        "entries": entries,
    }


def user_get_balance(exchange: Exchange, _given: Parameters) -> Answer:
    """Hoiio user/get_balance: what is left in the account."""
    balance = str(exchange.balance)
    return {"status": SUCCESS, "currency": CURRENCY, "balance": balance, "points": balance, "bonus": "0.000"}


def sms_send(exchange: Exchange, given: Parameters) -> Answer:
    """Hoiio sms/send: puts a text on one phone, billed by the SMS."""
    number, message = given["dest"], given["msg"]
    _check_dest(exchange, [number])
    tag = _tag(given)
    _check_notify_url(exchange, given)
    if exchange.balance <= 0:
        raise RefusalError("error_insufficient_credit")
    exchange.balance -= exchange.text_rate * _texts_in(message)
    text = Text(message, given.get("sender_name", ""), tag, exchange.clock.now())
    return {"status": SUCCESS, "txn_ref": exchange.deliver(number, text)}


VERBS: dict[str, tuple[tuple[str, ...], Callable[[Exchange, Parameters], Answer]]] = {
    "conference/call": (("dest",), conference_call),
    "conference/moderate": (("txn_ref", "action"), conference_moderate),
    "voice/hangup": (("txn_ref",), voice_hangup),
    "voice/query_status": (("txn_ref",), voice_query_status),
    "voice/get_history": ((), voice_get_history),
    "user/get_balance": ((), user_get_balance),
    "sms/send": (("dest", "msg"), sms_send),
}
"""By path: the parameters required beside the credentials, and the function."""


def _check_dest(exchange: Exchange, numbers: list[str]) -> None:
    if len(numbers) > MAX_DEST or not all(_E164.fullmatch(number) for number in numbers):
        raise RefusalError("error_dest_invalid")
    if any(number.startswith(tuple(exchange.unsupported_prefixes)) for number in numbers):
        raise RefusalError("error_dest_not_supported")
    if exchange.trial and any(number != exchange.registered_number for number in numbers):
        raise RefusalError("error_not_allowed_for_trial")


def _tag(given: Parameters) -> str | None:
    tag = given.get("tag")
    if tag is not None and len(tag) > MAX_TAG_CHARACTERS:
        raise RefusalError("error_tag_invalid_length")
    return tag or None


def _caller_id(exchange: Exchange, given: Parameters) -> str:
    caller_id = given.get("caller_id", exchange.registered_number)
    if caller_id not in {exchange.registered_number, "private", *exchange.hoiio_numbers}:
        # Not in "Result Status" of conference/call, but among the codes of the official SDKs.
        raise RefusalError("error_caller_id_invalid")
    return caller_id


def _check_notify_url(exchange: Exchange, given: Parameters) -> None:
    url = given.get("notify_url")
    if url is None:
        return
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise RefusalError("error_invalid_notify_url") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise RefusalError("error_invalid_notify_url")
    if host in exchange.unresolvable_hosts:
        raise RefusalError("error_unable_to_resolve_notify_url")


def _leg(exchange: Exchange, given: Parameters) -> Leg:
    leg = exchange.leg(given["txn_ref"])
    if leg is None:
        raise RefusalError("error_invalid_txn_ref")
    return leg


def _moment(given: Parameters, name: str) -> datetime | None:
    if name not in given:
        return None
    try:
        return from_gmt8(given[name])
    except ValueError:
        # error_from_invalid and error_to_invalid, among the codes of the official SDKs.
        raise RefusalError(f"error_{name}_invalid") from None


def _between(legs: list[Leg], begin: datetime | None, end: datetime | None) -> list[Leg]:
    """Those taken from `begin` to `end`, both whole seconds; `legs` are in the order in which they were taken."""
    # Hoiio writes whole seconds, so a call is found by the very date it is listed with.
    first = 0 if begin is None else bisect_left(legs, begin, key=_placed_at)
    last = len(legs) if end is None else bisect_left(legs, end + timedelta(seconds=1), key=_placed_at)
    return legs[first:last]


def _placed_at(leg: Leg) -> datetime:
    return leg.placed_at


def _texts_in(message: str) -> int:
    length = _ASCII_CHARACTERS_PER_TEXT if message.isascii() else _UNICODE_CHARACTERS_PER_TEXT
    return -(-len(message) // length)
