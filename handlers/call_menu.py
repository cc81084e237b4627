"""A person chooses something from the menu beside somebody on a board."""

from slack_bolt.async_app import AsyncApp

from conference.calls import Participant
from conference.model import Conference, ConferenceKey
from conference.moderation import Moderated
from handlers.admins import is_in_charge
from handlers.clicks import Click, on_click, tell
from handlers.parts import Parts
from messages import running
from messages.board_buttons import CALL_MENU_ACTION, CallAct, read_call_act
from messages.mrkdwn import Message


def register(app: AsyncApp, parts: Parts) -> None:
    async def choose(click: Click) -> Message | None:
        asked = read_call_act(click.value, click.team_id)
        if asked is None:
            return running.unknown()
        act, place, key = asked
        conference = await parts.storage.conference(key)
        if place >= len(conference.participants):
            return running.unknown()
        match act:
            case CallAct.RING_AGAIN:
                added = await parts.conferences.additions.ring_again(key, click.user_id, place)
                return running.not_rung_again(added, click.user_id)
            case CallAct.MUTE | CallAct.UNMUTE:
                # Hoiio may take longer than Slack waits.
                parts.behind.start(_mute(click, conference, place, is_muted=act is CallAct.MUTE))
                return None
            case _:
                return await _hang_up(click, conference, key, place)

    async def _mute(click: Click, conference: Conference, place: int, *, is_muted: bool) -> None:
        done = await parts.conferences.moderator.mute(conference.key, place, is_muted=is_muted)
        if message := _said(done, conference, conference.participants[place]):
            await tell(parts, click, message)

    async def _hang_up(click: Click, conference: Conference, key: ConferenceKey, place: int) -> Message | None:
        call = conference.participants[place]
        others = (conference.caller_id, call.asked_by, *call.people)
        if not await is_in_charge(parts, click.user_id, click.team_id, *others):
            return running.not_in_charge_of(conference, call)
        return _said(await parts.conferences.moderator.hang_up(key, place), conference, call)

    on_click(app, parts, CALL_MENU_ACTION, choose)


def _said(done: Moderated, conference: Conference, call: Participant) -> Message | None:
    match done:
        case Moderated.DONE:
            return None
        case Moderated.OVER:
            return running.over(conference)
        case Moderated.NOT_IN:
            return running.not_in(call)
        case Moderated.FAILED:
            return running.not_moderated(call)
