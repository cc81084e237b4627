"""The Web API's methods that read: people, groups, conversations, and who the bot is."""

import re
from typing import Final
from zoneinfo import ZoneInfo

from sandbox.slack.chat_methods import described, open_direct
from sandbox.slack.model import Channel, Group, JsonObject, Message, Person, SlackError
from sandbox.slack.paging import page_of
from sandbox.slack.workspace import Workspace

_TS: Final = re.compile(r"\d+(\.\d{1,6})?")
_HISTORY_PAGE: Final = 100
_REPLIES_PAGE: Final = 999
_MEMBERS_PAGE: Final = 100


def auth_test(workspace: Workspace, given: JsonObject) -> JsonObject:
    """auth.test: whose token it is."""
    return {
        "url": f"https://{workspace.team_domain}.slack.com/",
        "team": "Rollcall",
        "user": workspace.bot.name,
        "team_id": workspace.team_id,
        "user_id": workspace.bot.id,
        "bot_id": workspace.bot.bot_id,
        "is_enterprise_install": False,
    }


def users_info(workspace: Workspace, given: JsonObject) -> JsonObject:
    """users.info: one person, somebody of another workspace as well."""
    return {"user": _user(workspace, _person(workspace, given["user"]))}


def users_list(workspace: Workspace, given: JsonObject) -> JsonObject:
    """users.list: the workspace's own people, bots and those who have left too; all at once without a `limit`.

    Nobody of another workspace is in it: only users.info knows them (Slack documentation, Understanding Slack
    Connect, Support strategies by feature, Web API).
    """
    own = [person for person in workspace.people.values() if not workspace.is_external(person)]
    page = page_of(own, lambda person: person.id, given, None)
    return {
        "members": [_user(workspace, person) for person in page.items],
        "cache_ts": int(workspace.clock.now().timestamp()),
        "response_metadata": {"next_cursor": page.next_cursor},
    }


def _user(workspace: Workspace, person: Person) -> JsonObject:
    """The user object, without the phone, which only users.profile.get gives.

    `is_stranger` does not say that somebody is of another workspace: it is false for those who are in a channel
    that the app can see. Then `team_id` alone tells them from colleagues, for whom the field is left out (Slack
    documentation, User object; Understanding Slack Connect, Determining whether a user is external).
    """
    now = workspace.clock.now()
    offset = now.astimezone(ZoneInfo(person.tz)).utcoffset()
    profile = {key: value for key, value in _profile(person).items() if key != "phone"}
    user: JsonObject = {
        "id": person.id,
        "team_id": workspace.team_of(person),
        "name": person.name,
        "deleted": person.deleted,
        "real_name": person.real_name,
        "tz": person.tz,
        "tz_label": person.tz,
        "tz_offset": int(offset.total_seconds()) if offset is not None else 0,
        "profile": {**profile, "team": workspace.team_of(person)},
        "is_admin": person.is_admin,
        "is_owner": person.is_owner,
        "is_primary_owner": False,
        "is_restricted": person.is_restricted,
        "is_ultra_restricted": False,
        "is_bot": person.is_bot,
        "is_app_user": False,
        "updated": int(now.timestamp()),
    }
    if workspace.is_external(person):
        user["is_stranger"] = not workspace.shares_channel(person)
    return user


def users_profile_get(workspace: Workspace, given: JsonObject) -> JsonObject:
    """users.profile.get: what the person typed about themselves, `phone` included."""
    person = _person(workspace, given["user"]) if given.get("user") else workspace.bot
    return {"profile": _profile(person)}


def _profile(person: Person) -> JsonObject:
    return {
        "title": "",
        "phone": person.phone,
        "skype": "",
        "real_name": person.real_name,
        "real_name_normalized": person.real_name,
        "display_name": person.name,
        "display_name_normalized": person.name,
        "status_text": "",
        "status_emoji": "",
    }


def _person(workspace: Workspace, user_id: object) -> Person:
    person = workspace.people.get(str(user_id))
    if person is None:
        raise SlackError("user_not_found")
    return person


def usergroups_list(workspace: Workspace, given: JsonObject) -> JsonObject:
    """usergroups.list: `include_disabled`, `include_users` and `include_count` as Slack has them."""
    groups = [g for g in workspace.groups.values() if given.get("include_disabled") or not g.disabled]
    return {"usergroups": [_group(workspace, group, given) for group in groups]}


def _group(workspace: Workspace, group: Group, given: JsonObject) -> JsonObject:
    shown: JsonObject = {
        "id": group.id,
        "team_id": workspace.team_id,
        "is_usergroup": True,
        "name": group.handle.title(),
        "handle": group.handle,
        "date_delete": 1 if group.disabled else 0,
    }
    if given.get("include_users"):
        shown["users"] = [person.id for person in group.members]
    if given.get("include_count"):
        shown["user_count"] = len(group.members)
    return shown


def usergroups_users_list(workspace: Workspace, given: JsonObject) -> JsonObject:
    """usergroups.users.list: the ids of a group's members."""
    group = workspace.groups.get(str(given["usergroup"]))
    if group is None or (group.disabled and not given.get("include_disabled")):
        raise SlackError("no_such_subteam")
    return {"users": [person.id for person in group.members]}


def conversations_open(workspace: Workspace, given: JsonObject) -> JsonObject:
    """conversations.open: the direct message with one person."""
    if given.get("channel"):
        channel = workspace.reachable(str(given["channel"]))
        if not channel.is_direct:
            raise SlackError("method_not_supported_for_channel_type")
        return {"channel": {"id": channel.id}}
    wanted = [user_id for user_id in str(given.get("users", "")).split(",") if user_id]
    if not wanted:
        raise SlackError("users_list_not_supplied")
    if len(wanted) > 1:
        raise SlackError("not_enough_users")
    had = workspace.find_direct(_person(workspace, wanted[0]))
    channel = open_direct(workspace, _person(workspace, wanted[0]))
    opened = {"no_op": True, "already_open": True} if had else {}
    return {**opened, "channel": {"id": channel.id}}


def conversations_info(workspace: Workspace, given: JsonObject) -> JsonObject:
    """conversations.info: a channel the bot can see, whether or not it is in it."""
    return {"channel": _channel(workspace, workspace.reachable(str(given["channel"])))}


def conversations_members(workspace: Workspace, given: JsonObject) -> JsonObject:
    """conversations.members: the ids of who is in a channel the bot can see, people of other workspaces too."""
    channel = workspace.reachable(str(given["channel"]))
    members = [*channel.members, workspace.bot] if channel.bot_in else channel.members
    page = page_of([person.id for person in members], str, given, _MEMBERS_PAGE)
    return {"members": page.items, "response_metadata": {"next_cursor": page.next_cursor}}


def _channel(workspace: Workspace, channel: Channel) -> JsonObject:
    if channel.is_direct:
        return {"id": channel.id, "is_im": True, "user": channel.members[0].id, "is_archived": False}
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not channel.private,
        "is_group": channel.private,
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.private,
        "is_archived": channel.archived,
        "is_member": channel.bot_in,
        "is_general": False,
        "context_team_id": workspace.team_id,
    }


def conversations_history(workspace: Workspace, given: JsonObject) -> JsonObject:
    """conversations.history: what stands in the channel itself, newest first; threads by their first message."""
    channel = workspace.joined(str(given["channel"]))
    standing = [m for m in workspace.in_channel(channel) if not m.is_reply or m.broadcast]
    wanted = _between(standing, given)
    return _page(workspace, list(reversed(wanted)), given, _HISTORY_PAGE)


def conversations_replies(workspace: Workspace, given: JsonObject) -> JsonObject:
    """conversations.replies: a thread, its first message always first, then the replies, oldest first.

    Asked for a reply, Slack gives that reply alone (bolt-python issue 783).
    """
    channel = workspace.joined(str(given["channel"]))
    message = workspace.find_message(channel, str(given["ts"]))
    if message is None:
        raise SlackError("thread_not_found")
    parent, *replies = [message] if message.is_reply else workspace.thread(message)
    return _page(workspace, [parent, *_between(replies, given)], given, _REPLIES_PAGE)


def _between(messages: list[Message], given: JsonObject) -> list[Message]:
    oldest, latest = _moment(given, "oldest"), _moment(given, "latest")
    inclusive = bool(given.get("inclusive"))

    def wanted(message: Message) -> bool:
        ts = _micros(message.ts)
        if inclusive:
            return (oldest is None or ts >= oldest) and (latest is None or ts <= latest)
        return (oldest is None or ts > oldest) and (latest is None or ts < latest)

    return [message for message in messages if wanted(message)]


def _moment(given: JsonObject, name: str) -> int | None:
    value = str(given.get(name) or "")
    if value in {"", "now"}:
        return None
    if not _TS.fullmatch(value):
        raise SlackError(f"invalid_ts_{name}")
    return _micros(value)


def _micros(ts: str) -> int:
    # A ts is a decimal, not a float: a double has too few digits to tell neighbours apart.
    whole, _, fraction = ts.partition(".")
    return int(whole) * 1_000_000 + int(fraction.ljust(6, "0"))


def _page(workspace: Workspace, messages: list[Message], given: JsonObject, usual: int) -> JsonObject:
    page = page_of(messages, lambda message: message.ts, given, usual)
    with_metadata = bool(given.get("include_all_metadata"))
    answer: JsonObject = {
        "messages": [described(workspace, message, with_metadata=with_metadata) for message in page.items],
        "has_more": bool(page.next_cursor),
    }
    if page.next_cursor:
        answer["response_metadata"] = {"next_cursor": page.next_cursor}
    return answer
