"""Somebody asks whether the bot is well."""

import asyncio
import logging

from aiohttp import web

from storage import Storage

log = logging.getLogger(__name__)

ANSWER_WITHIN_SECONDS = 2.0


def register(app: web.Application, *, storage: Storage) -> None:
    async def healthz(_: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(ANSWER_WITHIN_SECONDS):
                await storage.check()
        except Exception:
            log.exception("the storage does not answer")
            return web.json_response({"status": "storage does not answer"}, status=503)
        return web.json_response({"status": "ok"})

    app.router.add_get("/healthz", healthz)
