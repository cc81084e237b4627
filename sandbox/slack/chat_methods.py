"""The Web API's chat.* methods."""

from sandbox.slack.block_kit import message_problems
from sandbox.slack.model import Channel, JsonObject, Message, Person, SlackError
from sandbox.slack.workspace import Workspace

MAX_TEXT_CHARS = 40_000


def described(workspace: Workspace, message: Message, *, with_metadata: bool = True) -> JsonObject:
    """The message object of Slack's answers and payloads."""
    author = message.user
    shown: JsonObject = {"type": "message", "user": author.id, "ts": message.ts, "text": message.text}
    shown["team"] = workspace.team_of(author)
    if author.bot_id:
        shown |= {"bot_id": author.bot_id, "app_id": workspace.app_id}
        shown["bot_profile"] = {
            "id": author.bot_id,
            "app_id": workspace.app_id,
            "name": author.real_name,
            "deleted": False,
            "team_id": workspace.team_id,
        }
    if message.blocks:
        shown["blocks"] = message.blocks
    if message.edits:
        shown["edited"] = {"user": author.id, "ts": f"{int(message.edits[-1].until.timestamp())}.000000"}
    if message.metadata is not None and with_metadata:
        shown["metadata"] = message.metadata
    if message.broadcast:
        shown["subtype"] = "thread_broadcast"
    if message.is_reply:
        shown["thread_ts"] = message.thread_ts
    else:
        shown |= _thread_summary(workspace.thread(message)[1:], message)
    return shown


def _thread_summary(replies: list[Message], parent: Message) -> JsonObject:
    if not replies:
        return {}
    users = list(dict.fromkeys(reply.user.id for reply in replies))
    return {
        "thread_ts": parent.ts,
        "reply_count": len(replies),
        "reply_users_count": len(users),
        "reply_users": users,
        "latest_reply": replies[-1].ts,
    }


def checked_blocks(given: object) -> list[JsonObject] | None:
    """The blocks of a call, None when it has none; raises `invalid_blocks` with Slack's reasons."""
    if given is None or given == "":
        return None
    if not isinstance(given, list):
        raise SlackError("invalid_blocks_format")
    problems = message_problems(given)
    if problems:
        raise SlackError.with_messages("invalid_blocks", problems)
    return given


def post_message(workspace: Workspace, given: JsonObject) -> JsonObject:
    """chat.postMessage: into a channel the bot is in, or to a person's direct messages."""
    channel = _destination(workspace, str(given["channel"]))
    text, blocks = _content(given)
    message = workspace.post(
        channel,
        workspace.bot,
        text,
        blocks=blocks,
        thread_ts=_thread(workspace, channel, given.get("thread_ts")),
        broadcast=bool(given.get("reply_broadcast")) and bool(given.get("thread_ts")),
        metadata=_metadata(given.get("metadata")),
        via="chat.postMessage",
    )
    return {"channel": channel.id, "ts": message.ts, "message": described(workspace, message)}


def update(workspace: Workspace, given: JsonObject) -> JsonObject:
    """chat.update: a field that is left out keeps what it had; an empty list takes the blocks away."""
    channel = workspace.reachable(str(given["channel"]))
    message = _own_message(workspace, channel, str(given["ts"]), "cant_update_message")
    blocks = checked_blocks(given.get("blocks"))
    text = given.get("text")
    if text is None and blocks is None:
        raise SlackError("no_text")
    if isinstance(text, str) and len(text) > MAX_TEXT_CHARS:
        raise SlackError("msg_too_long")
    if "metadata" in given:
        message.metadata = _metadata(given["metadata"])
    workspace.edit(message, text, blocks)
    return {
        "channel": channel.id,
        "ts": message.ts,
        "text": message.text,
        "message": described(workspace, message),
    }


def post_ephemeral(workspace: Workspace, given: JsonObject) -> JsonObject:
    """chat.postEphemeral: for one member of a channel the bot is in."""
    channel = workspace.joined(str(given["channel"]))
    person = workspace.people.get(str(given["user"]))
    if person is None or person not in channel.members:
        raise SlackError("user_not_in_channel")
    if channel.archived:
        raise SlackError("is_archived")
    text, blocks = _content(given)
    message = workspace.post(
        channel,
        workspace.bot,
        text,
        blocks=blocks,
        thread_ts=given.get("thread_ts"),
        ephemeral_to=person,
        via="chat.postEphemeral",
    )
    return {"message_ts": message.ts}


def delete(workspace: Workspace, given: JsonObject) -> JsonObject:
    """chat.delete: one of the bot's own messages."""
    channel = workspace.reachable(str(given["channel"]))
    message = _own_message(workspace, channel, str(given["ts"]), "cant_delete_message")
    workspace.delete(message)
    return {"channel": channel.id, "ts": message.ts}


def _destination(workspace: Workspace, given: str) -> Channel:
    if (person := workspace.people.get(given)) is not None:
        return open_direct(workspace, person)
    channel = workspace.reachable(given)
    if not channel.bot_in and "chat:write.public" not in workspace.scopes:
        raise SlackError("not_in_channel")
    if channel.archived:
        raise SlackError("is_archived")
    return channel


def open_direct(workspace: Workspace, person: Person) -> Channel:
    """The direct message with that person; raises Slack's errors for bots and people who have left."""
    if person.is_bot:
        raise SlackError("cannot_dm_bot")
    if person.deleted:
        raise SlackError("user_disabled")
    if person.refused:
        raise SlackError(person.refused)
    return workspace.direct_channel(person)


def _own_message(workspace: Workspace, channel: Channel, ts: str, refusal: str) -> Message:
    message = workspace.find_message(channel, ts)
    if message is None:
        raise SlackError("message_not_found")
    if message.user is not workspace.bot:
        raise SlackError(refusal)
    return message


def _content(given: JsonObject) -> tuple[str, list[JsonObject]]:
    blocks = checked_blocks(given.get("blocks")) or []
    text = given.get("text") or ""
    if not isinstance(text, str):
        raise SlackError.with_messages("invalid_arguments", ["[ERROR] must be a string [json-pointer:/text]"])
    if not text and not blocks:
        raise SlackError("no_text")
    if len(text) > MAX_TEXT_CHARS:
        raise SlackError("msg_too_long")
    return text, blocks


def _thread(workspace: Workspace, channel: Channel, given: object) -> str | None:
    if given is None or given == "":
        return None
    whole, _, micros = str(given).partition(".")
    if not (whole.isdigit() and micros.isdigit()) or whole == "0":
        problem = f"[ERROR] {given} is not a valid thread_ts"
        raise SlackError.with_messages("invalid_thread_ts", [problem])
    parent = workspace.find_message(channel, str(given))
    if parent is None:
        raise SlackError("thread_not_found")
    if parent.is_reply:
        # Slack takes such a reply and shows it nowhere; refused here, so that a test sees it.
        raise SlackError("cannot_reply_to_message")
    return parent.ts


def _metadata(given: object) -> JsonObject | None:
    if given is None or given == {}:
        return None
    if (
        not isinstance(given, dict)
        or not isinstance(given.get("event_type"), str)
        or not isinstance(given.get("event_payload"), dict)
    ):
        raise SlackError("invalid_metadata_format")
    return given
