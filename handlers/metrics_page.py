"""Prometheus asks how things stand. It shows the token that was set, and without one nothing is there to be asked."""

import hmac
from collections.abc import Awaitable, Callable

from aiohttp import web

PATH = "/metrics"
SCHEME = "Bearer "

Page = Callable[[], Awaitable[bytes]]


def register(app: web.Application, *, token: str, page: Page, content_type: str) -> None:
    async def metrics(request: web.Request) -> web.Response:
        shown = request.headers.get("Authorization", "")
        if not shown.startswith(SCHEME) or not hmac.compare_digest(
            shown.removeprefix(SCHEME).strip().encode("utf-8", "replace"), token.encode()
        ):
            return web.Response(status=401, headers={"WWW-Authenticate": "Bearer"})
        return web.Response(body=await page(), headers={"Content-Type": content_type})

    if token:
        app.router.add_get(PATH, metrics)
