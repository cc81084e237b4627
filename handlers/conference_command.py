"""A person types `/conference …`."""

from itertools import chain

from slack_bolt.async_app import AsyncAck, AsyncApp

from conference.barring import barred_guests
from conference.invitation import CallerWish, Invitation, Teams, Unreadable, Verb, VerbCall, read_invitation
from conference.standups.command import Planned
from conference.standups.command_text import read_standup
from handlers.hangup_command import hangup_answer
from handlers.history_command import history_answer
from handlers.number_command import NumberCommand, Typed
from handlers.parts import Parts
from handlers.standups.standup_command import StandupCommand, TypedStandup
from handlers.status_command import status_answer
from handlers.team_command import TeamCommand
from messages import private
from messages.mrkdwn import Message
from messages.standups.wording import as_command

COMMAND = "/conference"


class ConferenceCommand:
    """Answers it. Nothing is waited for but the storage, and Slack for a moment: the phones come afterwards."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._number_command = NumberCommand(parts)
        self._team_command = TeamCommand(parts)
        self._standup_command = StandupCommand(parts)

    async def answer(self, command: dict[str, str]) -> Message:
        text, region = command.get("text") or "", self._parts.default_region
        teams: Teams = {}
        asked = read_invitation(text, region)
        if isinstance(asked, Unreadable) and asked.has_unknown_words:
            teams = {team.name: team.invitees for team in await self._parts.storage.teams(command["team_id"])}
            asked = read_invitation(text, region, teams)
        match asked:
            case Unreadable():
                # With a time but without its verb, a standup is a row of unknown words.
                meant = read_standup(text, region, teams) if asked.has_unknown_words else None
                recurring = as_command(str(meant)) if isinstance(meant, Planned) else ""
                return private.unreadable(asked, teams, recurring=recurring)
            case VerbCall():
                return await self._answer_verb(asked, command)
            case Invitation():
                return await self._begin(asked, teams, command)

    async def _answer_verb(self, asked: VerbCall, command: dict[str, str]) -> Message:
        team_id, user_id, channel_id = command["team_id"], command["user_id"], command["channel_id"]
        match asked.verb:
            case Verb.HELP:
                return private.help_text(await self._parts.registration.on_file(team_id, user_id))
            case Verb.NUMBER:
                typed = Typed(asked.rest, team_id, user_id, channel_id, command.get("response_url"))
                return await self._number_command.answer(typed)
            case Verb.STATUS:
                return await status_answer(self._parts, asked.rest, team_id, user_id, channel_id)
            case Verb.HISTORY:
                return await history_answer(self._parts, asked.rest, team_id, channel_id)
            case Verb.HANGUP:
                return await hangup_answer(self._parts, asked.rest, team_id, user_id, channel_id)
            case Verb.TEAM:
                return await self._team_command.answer(asked.rest, team_id, user_id, channel_id)
            case Verb.STANDUP:
                return await self._standup_command.answer(
                    TypedStandup(asked.rest, team_id, user_id, channel_id, command.get("trigger_id"))
                )

    async def _begin(self, invitation: Invitation, teams: Teams, command: dict[str, str]) -> Message:
        team_id, user_id = command["team_id"], command["user_id"]
        # A team's numbers that are never rung are left out, on its board: nobody can type its name without them.
        saved = set(chain(*teams.values()))
        typed = Invitation(tuple(invitee for invitee in invitation.invitees if invitee not in saved))
        if barred := barred_guests(typed, self._parts.barring):
            return private.guests_refused(barred)
        wants_no_number = invitation.caller is CallerWish.LEFT_OUT
        is_reachable = wants_no_number or (await self._parts.registration.on_file(team_id, user_id)).number
        await self._parts.conferences.begin(
            invitation,
            team_id=team_id,
            channel_id=command["channel_id"],
            caller_id=user_id,
            response_url=command.get("response_url"),
        )
        return private.accepted() if is_reachable else private.accepted_without_caller()


def register(app: AsyncApp, parts: Parts) -> None:
    conference_command = ConferenceCommand(parts)

    @app.command(COMMAND)
    async def typed(ack: AsyncAck, command: dict[str, str]) -> None:
        message = await conference_command.answer(command)
        await ack(text=message.text, blocks=message.blocks, response_type="ephemeral")
