"""What the storm is measured against: the calls that the bot made, with bare clients and nothing in between.

The argument is what `StandIns.write_calls` wrote: Slack's calls and Hoiio's, made anew in their order, as many at a time
as the bot has connections. Prints the seconds that they took. `notify_url` is left out: nobody listens there any more.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import httpx

from messages.slack import SESSION_CONNECTIONS
from telephony.hoiio import MAX_CONNECTIONS

Calls = Iterator[tuple[str, str, dict[str, Any]]]


async def _to_slack(calls: Calls, session: aiohttp.ClientSession) -> None:
    headers = {"Authorization": f"Bearer {os.environ['SLACK_BOT_TOKEN']}"}
    for _, method, arguments in calls:
        async with session.post(f"{os.environ['SLACK_API_URL']}{method}", json=arguments, headers=headers) as answer:
            await answer.json()


async def _to_hoiio(calls: Calls, client: httpx.AsyncClient) -> None:
    for _, path, parameters in calls:
        form = {**parameters, "access_token": os.environ["HOIIO_ACCESS_TOKEN"]}
        form.pop("notify_url", None)
        answer = await client.post(path, data=form)
        answer.json()


async def main(path: Path) -> float:
    slack, hoiio = (iter(calls) for calls in json.loads(path.read_text()))
    began = time.perf_counter()
    async with (
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=SESSION_CONNECTIONS)) as session,
        httpx.AsyncClient(
            base_url=os.environ["HOIIO_API_URL"] + "/", limits=httpx.Limits(max_connections=MAX_CONNECTIONS), timeout=60.0
        ) as client,
    ):
        await asyncio.gather(
            *(_to_slack(slack, session) for _ in range(SESSION_CONNECTIONS)),
            *(_to_hoiio(hoiio, client) for _ in range(MAX_CONNECTIONS)),
        )
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.stdout.write(f"{asyncio.run(main(Path(sys.argv[1])))}\n")
