"""A person types `/conference history`, or presses *Newer* or *Older* below what it showed."""

import logging
from collections.abc import Awaitable, Callable

from slack_bolt.async_app import AsyncApp

from conference.overview import Page
from handlers.clicks import Answer, Click, on_click
from handlers.parts import Parts
from messages import history
from messages.mrkdwn import Message
from messages.slack import SlackError

log = logging.getLogger(__name__)

MOST_DIGITS = 9
"""As many of a page's number are read; no channel has so many pages."""


async def history_answer(parts: Parts, rest: str, team_id: str, channel_id: str) -> Message:
    """What ran in that channel. `rest` stood after the verb: nothing, or a page's number."""
    if not rest:
        return history.history(await parts.storage.past(team_id, channel_id, 1))
    if not (rest.isascii() and rest.isdecimal()):
        return history.no_page(rest)
    number = int(rest[:MOST_DIGITS])
    page = await parts.storage.past(team_id, channel_id, max(1, number))
    if not number or not page.conferences:
        return history.no_such_page(await parts.storage.pages(team_id, channel_id))
    return history.history(page)


def register(app: AsyncApp, parts: Parts) -> None:
    """Take the clicks on *Newer* and *Older*. The channel is the one in which Slack says that they happened."""

    for action_id, beside in (
        (history.NEWER_ACTION, parts.storage.past_after),
        (history.OLDER_ACTION, parts.storage.past_before),
    ):
        on_click(app, parts, action_id, _leaf(parts, beside))


def _leaf(parts: Parts, beside: Callable[[str, str, str], Awaitable[Page]]) -> Answer:
    """Shows the page beside the one on which a button stood, in its place."""

    async def leaf(click: Click) -> None:
        if click.channel_id and click.response_url:
            page = await beside(click.team_id, click.channel_id, click.value)
            parts.behind.start(_replace(parts, click.response_url, history.history(page)))

    return leaf


async def _replace(parts: Parts, response_url: str, message: Message) -> None:
    try:
        await parts.gateway.respond(response_url, message, replace=True)
    except SlackError as error:
        log.warning("a page of the history could not be shown: %s", error)
