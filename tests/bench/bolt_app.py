"""What the bot is measured against: a Bolt app as Bolt documents it, which acknowledges and does nothing else.

With `EARLY=1` in the environment it is told `process_before_response=True`, as the bot is: Bolt then answers when the
listener has returned, and does not look every ten milliseconds whether it has acknowledged.
"""

import os

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

app = AsyncApp(
    client=AsyncWebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"]),
    signing_secret=os.environ["SLACK_SIGNING_SECRET"],
    process_before_response="EARLY" in os.environ,
)


@app.command("/conference")
async def acknowledged(ack: AsyncAck) -> None:
    await ack()


if __name__ == "__main__":
    app.start(port=int(os.environ["PORT"]), host="127.0.0.1")
