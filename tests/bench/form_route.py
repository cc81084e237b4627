"""What the bot is measured against: an aiohttp route that reads the same form and does nothing with it."""

import os

from aiohttp import web


async def read_form(request: web.Request) -> web.Response:
    await request.post()
    return web.Response()


if __name__ == "__main__":
    app = web.Application()
    app.router.add_post("/hoiio/notifications/{conference_id}/{secret}", read_form)
    web.run_app(app, host="127.0.0.1", port=int(os.environ["PORT"]), access_log=None, print=None)
