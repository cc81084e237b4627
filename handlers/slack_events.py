"""Slack delivers commands, clicks and events over HTTP, where Socket Mode is not used."""

import logging

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier

from conference.right_of_way import RightOfWay

log = logging.getLogger(__name__)

PATH = "/slack/events"


def register(web_app: web.Application, *, slack_app: AsyncApp, signing_secret: str, right_of_way: RightOfWay) -> None:
    verifier = SignatureVerifier(signing_secret)

    async def slack_events(request: web.Request) -> web.Response:
        # Looked at before anything is read out of the body: Bolt parses first, and fails on what anybody may send.
        if not _is_signed(request, await request.read(), verifier):
            log.warning(
                "a request that Slack did not sign was turned away; if it was Slack's, see SLACK_SIGNING_SECRET"
            )
            return web.Response(status=401)
        try:
            asked = await to_bolt_request(request)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            log.warning("a request that Slack signed could not be read")
            return web.Response(status=400)
        with right_of_way.taken():
            answer = await slack_app.async_dispatch(asked)
        return await to_aiohttp_response(answer)

    web_app.router.add_post(PATH, slack_events)


def _is_signed(request: web.Request, body: bytes, verifier: SignatureVerifier) -> bool:
    try:
        return verifier.is_valid_request(body, {name.lower(): value for name, value in request.headers.items()})
    except (ArithmeticError, TypeError, ValueError):
        # A timestamp that is no number or none that can be, a body that is no text, a signature that is not ASCII.
        return False
