"""Hoiio tells of a call, at the notify_url that it was handed.

Facts from Hoiio conference/call, Notification Parameters, and from what the documentation leaves open: the fields
stand in the body or in the query string; they are sent once, and HTTP 200 is all that is looked at.
"""

import hmac
import logging
from urllib.parse import parse_qsl

from aiohttp import web

from conference.clock import Clock
from conference.journal import about
from conference.ports import StorageUnavailableError, TooManyNotificationsError
from conference.right_of_way import RightOfWay
from conference.service import Conferences

log = logging.getLogger(__name__)

PATH = "/hoiio/notifications"
SIGNATURE_HEADER = "X-Hoiio-Signature"
MAX_BODY_BYTES = 64 * 1024


def register(
    app: web.Application, *, conferences: Conferences, clock: Clock, access_token: str, right_of_way: RightOfWay
) -> None:
    """Take notifications in. aiohttp answers other methods with 405."""

    async def hoiio_notification(request: web.Request) -> web.Response:
        body = await _body(request)
        if body is None:
            log.warning("a notification of more than 64 KiB was turned away")
            return web.Response(status=413)
        signature = request.headers.get(SIGNATURE_HEADER)
        if signature is not None and not _is_right(signature, body, access_token):
            log.warning("a notification with a wrong signature was turned away")
            return web.Response(status=403)
        try:
            with right_of_way.taken():
                known = await conferences.notified(
                    request.match_info["conference_id"],
                    request.match_info["secret"],
                    _fields(request.rel_url.raw_query_string) | _fields(body.decode("utf-8", "replace")),
                    now=clock.now(),
                )
        except StorageUnavailableError as error:
            log.warning("a notification could not be stored; what it told will be asked for: %s", error)
            return web.Response(status=503)
        except TooManyNotificationsError:
            about(log, request.match_info["conference_id"]).warning(
                "a notification was turned away: no conference has so many"
            )
            return web.Response(status=429)
        if not known:
            log.warning("a notification at an address that was never handed out was turned away")
        return web.Response(status=200 if known else 404)

    app.router.add_post(f"{PATH}/{{conference_id}}/{{secret}}", hoiio_notification)


async def _body(request: web.Request) -> bytes | None:
    """None of one that is too large."""
    try:
        body = await request.read()
    except web.HTTPRequestEntityTooLarge:
        return None
    return body if len(body) <= MAX_BODY_BYTES else None


def _fields(encoded: str) -> dict[str, str]:
    """Form fields; of one that is repeated, the last."""
    return dict(parse_qsl(encoded, keep_blank_values=True))


def _is_right(signature: str, body: bytes, access_token: str) -> bool:
    """Whether it is the hex HMAC-SHA256 of the body. Of an empty body it is a constant, which proves nothing."""
    right = hmac.digest(access_token.encode(), body, "sha256").hex()
    return hmac.compare_digest(right.encode(), signature.strip().lower().encode("utf-8", "replace"))
