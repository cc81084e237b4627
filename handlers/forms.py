"""What all forms have in common: a button or a shortcut opens one, within the three seconds of its trigger."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncBoltContext

from handlers.errors import Behind, told
from handlers.parts import Parts
from messages.slack import SlackError

log = logging.getLogger(__name__)


def opens(parts: Parts, listen: Callable[..., Any], work: Behind) -> None:
    """Have what `listen` hears of acknowledged at once, and the work that opens a form follow behind.

    `listen` is what Bolt's `app.action(…)` or `app.shortcut(…)` returns.
    """

    async def acknowledge(ack: AsyncAck) -> None:
        await ack()

    listen(ack=acknowledge, lazy=[behind(parts, told(parts, work))])


def behind(parts: Parts, work: Behind) -> Behind:
    """That work as Bolt's lazy listener, for which a stop waits: Bolt itself forgets what it has begun.

    Somebody waits for it, though for no answer: a trigger is good for three seconds.
    """

    async def begin(body: dict[str, Any], context: AsyncBoltContext) -> None:
        parts.behind.start(work(body, context), is_behind=False)

    return begin


async def open_form(parts: Parts, trigger_id: str, view: Mapping[str, Any]) -> None:
    """Open a form; that it fails is logged: the same button once more brings another trigger."""
    try:
        await parts.gateway.open_view(trigger_id, view)
    except SlackError as error:
        log.warning("a form could not be opened: %s", error)
