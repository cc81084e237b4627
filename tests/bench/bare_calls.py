"""What the storm is measured against: the calls that the bot made, with bare clients and nothing in between.

The argument is what `StandIns.write_calls` wrote: Slack's calls and Hoiio's, made anew in their order, as many at a
time as the bot has connections. `notify_url` is left out: nobody listens there any more. Prints the seconds that they
took, and the processor time. An answer that is not what the bot got ends it.
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
from telephony.hoiio import MAX_CONNECTIONS, SUCCESS

Calls = Iterator[tuple[str, dict[str, Any]]]


async def _to_slack(calls: Calls, session: aiohttp.ClientSession) -> None:
    headers = {"Authorization": f"Bearer {os.environ['SLACK_BOT_TOKEN']}"}
    for method, arguments in calls:
        async with session.post(f"{os.environ['SLACK_API_URL']}{method}", json=arguments, headers=headers) as answer:
            if not (await answer.json())["ok"]:
                raise RuntimeError(f"Slack refused {method}: {await answer.text()}")


async def _to_hoiio(calls: Calls, client: httpx.AsyncClient) -> None:
    for path, parameters in calls:
        form = {**parameters, "access_token": os.environ["HOIIO_ACCESS_TOKEN"]}
        form.pop("notify_url", None)
        answer = await client.post(path, data=form)
        if answer.json()["status"] != SUCCESS:
            raise RuntimeError(f"Hoiio refused {path}: {answer.text}")


async def main(slack: Calls, hoiio: Calls) -> float:
    began = time.perf_counter()
    async with (
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=SESSION_CONNECTIONS)) as session,
        httpx.AsyncClient(
            base_url=os.environ["HOIIO_API_URL"] + "/",
            limits=httpx.Limits(max_connections=MAX_CONNECTIONS),
            timeout=60.0,
        ) as client,
    ):
        await asyncio.gather(
            *(_to_slack(slack, session) for _ in range(SESSION_CONNECTIONS)),
            *(_to_hoiio(hoiio, client) for _ in range(MAX_CONNECTIONS)),
        )
    return time.perf_counter() - began


if __name__ == "__main__":
    to_slack, to_hoiio = json.loads(Path(sys.argv[1]).read_text())
    seconds = asyncio.run(main(iter(to_slack), iter(to_hoiio)))
    sys.stdout.write(f"{seconds} {time.process_time()}\n")
