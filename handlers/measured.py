"""How long Slack and Hoiio wait for an answer, and what is turned away."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Protocol

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from conference.clock import Clock
from handlers import hoiio_notification, slack_events


class Watch(Protocol):
    """Whoever wants to know."""

    def acknowledged(self, seconds: float) -> None:
        """Something that Slack sent was acknowledged."""

    def notified(self, seconds: float) -> None:
        """A notification was answered with 200."""

    def turned_away(self, route: str, status: int) -> None:
        """A request was answered with something else."""


def measuring(clock: Clock, watch: Watch) -> Middleware:
    """Tells of each request to an address that is Slack's or Hoiio's; of others nothing, whatever they name.

    With Socket Mode Slack has none: whoever asks there is a stranger.
    """

    @web.middleware
    async def measured(request: web.Request, handler: Handler) -> web.StreamResponse:
        route, answered = _route(request.path, watch)
        if answered is None or (route == "slack" and isinstance(request.match_info.http_exception, web.HTTPNotFound)):
            return await handler(request)
        began = clock.monotonic()
        try:
            response = await handler(request)
        except Exception as error:
            status = error.status if isinstance(error, web.HTTPException) else HTTPStatus.INTERNAL_SERVER_ERROR.value
            watch.turned_away(route, status)
            raise
        if response.status == HTTPStatus.OK:
            answered(clock.monotonic() - began)
        else:
            watch.turned_away(route, response.status)
        return response

    return measured


def _route(path: str, watch: Watch) -> tuple[str, Callable[[float], None] | None]:
    if path == slack_events.PATH:
        return "slack", watch.acknowledged
    if path.startswith(f"{hoiio_notification.PATH}/"):
        return "hoiio", watch.notified
    return "", None
