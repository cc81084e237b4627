"""A person types `/conference …`."""

from slack_bolt.async_app import AsyncAck, AsyncApp

from conference.barring import barred_guests
from conference.invitation import CallerWish, Invitation, Unreadable, Verb, VerbCall, read_invitation
from handlers.number_command import NumberCommand, Typed
from handlers.parts import Parts
from messages import private
from messages.mrkdwn import Message

COMMAND = "/conference"


def register(app: AsyncApp, parts: Parts) -> None:
    """Answer the command. Nothing is waited for but the storage: the phones come after the acknowledgement."""
    number_command = NumberCommand(parts)

    async def answer(command: dict[str, str]) -> Message:
        team_id, user_id = command["team_id"], command["user_id"]
        match asked := read_invitation(command.get("text") or "", parts.default_region):
            case Unreadable():
                return private.unreadable(asked)
            case VerbCall(Verb.HELP):
                return private.help_text(await parts.registration.on_file(team_id, user_id))
            case VerbCall(_, rest):
                return await number_command.answer(
                    Typed(rest, team_id, user_id, command["channel_id"], command.get("response_url"))
                )
            case Invitation():
                if barred := barred_guests(asked, parts.barring):
                    return private.guests_refused(barred)
                wants_no_number = asked.caller is CallerWish.LEFT_OUT
                is_reachable = wants_no_number or (await parts.registration.on_file(team_id, user_id)).number
                await parts.conferences.begin(
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
