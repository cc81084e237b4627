"""A person types `/conference standup platform report`, or presses *Keep me out of reports* below one."""

import logging

from slack_bolt.async_app import AsyncApp

from conference.model import ConferenceKey
from conference.ports import StorageUnavailableError
from conference.standups.command import StandupAct
from conference.standups.model import OccurrenceKey, StandupKey, UnknownStandupError
from conference.standups.reports import ReportKey, read_report_key, report
from handlers.clicks import Click, on_click
from handlers.parts import Parts
from handlers.standups.access import Meant, may_change
from messages.mrkdwn import Message
from messages.slack import SlackError
from messages.standups import menu
from messages.standups import report as words
from messages.standups.announcing import REPORT

log = logging.getLogger(__name__)

REPORT_ACTS = frozenset(act for act in StandupAct if act.split()[:1] == [StandupAct.REPORT])


async def report_answer(parts: Parts, act: StandupAct, found: Meant, user_id: str, channel_id: str) -> Message:
    """Does one of `REPORT_ACTS` with a standup that they meant."""
    standup = found.standup
    match act:
        case StandupAct.REPORT_WITH_ME | StandupAct.REPORT_WITHOUT_ME:
            wanted = act is StandupAct.REPORT_WITH_ME
            await parts.storage.show_in_reports(standup.team_id, user_id, wanted=wanted)
            return words.shown_in_reports(wanted=wanted, name=standup.name)
        case StandupAct.REPORT_WEEKLY | StandupAct.REPORT_OFF:
            if not await may_change(parts, found, user_id):
                return menu.not_in_charge(standup)
            wanted = act is StandupAct.REPORT_WEEKLY
            await parts.timetable.report_weekly(standup.key, wanted=wanted)
            return words.weekly(standup, wanted=wanted)
        case _:
            # Whoever types in a channel is in it.
            if channel_id != standup.channel_id:
                return words.elsewhere(standup)
            return await _drawn(parts, standup.team_id, ReportKey(standup.standup_id, parts.clock.now()))


async def _drawn(parts: Parts, team_id: str, key: ReportKey) -> Message:
    """Raises UnknownStandupError."""
    ground = await parts.storage.report_ground(StandupKey(team_id, key.standup_id), key.until)
    return words.report(report(ground), key)


def register(app: AsyncApp, parts: Parts) -> None:
    async def keep_out(click: Click) -> Message:
        await parts.storage.show_in_reports(click.team_id, click.user_id, wanted=False)
        if key := read_report_key(click.value):
            parts.behind.start(_redraw(parts, click, key))
        return words.shown_in_reports(wanted=False)

    on_click(app, parts, words.KEEP_OUT_ACTION, keep_out)


async def _redraw(parts: Parts, click: Click, key: ReportKey) -> None:
    """Have the report in which somebody clicked show what it may now: the channel's to all, any other to them alone."""
    try:
        message = await _drawn(parts, click.team_id, key)
        if key.occurrence_id:
            await _redraw_weekly(parts, OccurrenceKey(click.team_id, key.occurrence_id), message)
        elif click.response_url:
            await parts.gateway.respond(click.response_url, message, replace=True)
    except (SlackError, StorageUnavailableError, UnknownStandupError) as error:
        log.warning("a report could not be drawn anew: %s", error)


async def _redraw_weekly(parts: Parts, key: OccurrenceKey, message: Message) -> None:
    occurrence = await parts.storage.occurrence(key)
    posts = {post.name: post for post in await parts.storage.posts(ConferenceKey(*key))}
    if REPORT in posts and (ts := posts[REPORT].ts):
        await parts.gateway.update(occurrence.channel_id, ts, message)
