"""What a stand-in's server is answering at the moment."""

from aiohttp import web
from aiohttp.typedefs import Handler


class InHand:
    """Counts requests that have come and are not answered yet. A WebSocket is none of them."""

    def __init__(self) -> None:
        self.requests = 0

    @web.middleware
    async def counting(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """To be among the middlewares of the application whose requests are to be counted."""
        if "Upgrade" in request.headers:
            return await handler(request)
        self.requests += 1
        try:
            return await handler(request)
        finally:
            self.requests -= 1
