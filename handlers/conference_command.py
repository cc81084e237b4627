"""A person types `/conference …`."""

from slack_bolt.async_app import AsyncAck, AsyncApp

from conference.invitation import CallerWish, Invitation, Unreadable, Verb, VerbCall, read_invitation
from conference.service import Conferences
from handlers.number_command import NumberCommand
from messages import private
from messages.mrkdwn import Message
from storage import Storage

COMMAND = "/conference"


def register(
    app: AsyncApp,
    *,
    conferences: Conferences,
    storage: Storage,
    number_command: NumberCommand,
    default_region: str | None,
) -> None:
    """Answer the command. Nothing is waited for but the storage: the phones come after the acknowledgement."""

    async def answer(command: dict[str, str]) -> Message:
        team_id, user_id = command["team_id"], command["user_id"]
        match asked := read_invitation(command.get("text") or "", default_region):
            case Unreadable():
                return private.unreadable(asked)
            case VerbCall(Verb.HELP):
                stored = await storage.number(team_id, user_id)
                return private.help_text(stored.number if stored else None)
            case VerbCall(_, rest):
                return await number_command.answer(rest, team_id=team_id, user_id=user_id)
            case Invitation():
                wants_no_number = asked.caller is CallerWish.LEFT_OUT
                is_reachable = wants_no_number or await storage.number(team_id, user_id)
                await conferences.begin(
                    asked,
                    team_id=team_id,
                    channel_id=command["channel_id"],
                    caller_id=user_id,
                    response_url=command.get("response_url"),
                )
                return private.accepted() if is_reachable else private.accepted_without_caller()

    @app.command(COMMAND)
    async def conference_command(ack: AsyncAck, command: dict[str, str]) -> None:
        message = await answer(command)
        await ack(text=message.text, blocks=message.blocks, response_type="ephemeral")
