"""The Web API's methods, as the SDK calls them."""

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import JsonObject, Message
from tests.sandbox.slack_fixtures import Office, actions, button, modal, section


def last(office: Office) -> Message:
    return office.slack.workspace.messages[-1]


async def test_auth_test_says_who_the_bot_is_and_what_it_may_do(office: Office) -> None:
    office.slack.scopes = {"chat:write", "commands"}
    answer = await office.client.auth_test()
    assert (answer["user_id"], answer["team_id"]) == ("U0ROLLCALL", "T0ROLLCALL")
    assert answer.headers["x-oauth-scopes"] == "chat:write,commands"


@pytest.mark.parametrize(
    ("token", "error"),
    [("xoxb-other", "invalid_auth"), (None, "not_authed"), ("xapp-sandbox-app-token", "not_allowed_token_type")],
)
async def test_a_wrong_token_is_refused(office: Office, token: str | None, error: str) -> None:
    client = AsyncWebClient(token, office.slack.api_url)
    with pytest.raises(SlackApiError, match=error):
        await client.auth_test()


async def test_an_unknown_method_is_refused(office: Office) -> None:
    assert await office.error("chat.shout", channel="C1") == "unknown_method"


async def test_a_call_without_its_scope_is_refused(office: Office) -> None:
    office.slack.scopes -= {"users:read"}
    answer = await office.refused("users.info", user=office.alice.id)
    assert (answer["error"], answer["needed"]) == ("missing_scope", "users:read")
    assert "chat:write" in answer["provided"]


async def test_the_scope_for_reading_depends_on_the_kind_of_channel(office: Office) -> None:
    office.slack.scopes -= {"groups:history"}
    office.secret.bot_in = True
    assert (await office.client.conversations_history(channel=office.standup.id))["ok"]
    assert await office.error("conversations.history", channel=office.secret.id) == "missing_scope"


async def test_a_form_with_its_token_inside_does_as_well_as_json(office: Office) -> None:
    form = {
        "token": office.slack.bot_token,
        "channel": office.standup.id,
        "text": "hi",
        "blocks": '[{"type":"divider","block_id":"line"}]',
    }
    async with aiohttp.ClientSession() as session:
        url = office.slack.api_url + "chat.postMessage"
        async with session.post(url, data=form) as response:
            assert (await response.json())["message"]["blocks"] == [{"type": "divider", "block_id": "line"}]
        async with session.post(url, data={**form, "blocks": "["}) as response:
            assert (await response.json())["error"] == "invalid_blocks_format"
    assert office.slack.calls[0].arguments.keys() == {"channel", "text", "blocks"}


async def test_posting_puts_a_message_into_the_channel(office: Office) -> None:
    answer = await office.client.chat_postMessage(
        channel=office.standup.id, text="Ringing", blocks=[section("Ringing <@U0BOB>")]
    )
    message = last(office)
    assert (message.channel, message.user, message.via) == (office.standup, office.slack.bot, "chat.postMessage")
    assert answer["ts"] == message.ts == "1795138200.000000"
    assert message.blocks[0]["block_id"]
    assert message.notified == {"U0BOB"}


async def test_a_thread_hangs_together(office: Office) -> None:
    parent = await office.client.chat_postMessage(channel=office.standup.id, text="A call")
    await office.client.chat_postMessage(channel=office.standup.id, text="busy", thread_ts=parent["ts"])
    await office.client.chat_postMessage(
        channel=office.standup.id, text="over", thread_ts=parent["ts"], reply_broadcast=True
    )
    thread = office.slack.thread(last(office))
    assert [message.text for message in thread] == ["A call", "busy", "over"]
    history = await office.client.conversations_history(channel=office.standup.id)
    assert [message["text"] for message in history["messages"]] == ["over", "A call"]
    assert history["messages"][1]["reply_count"] == 2
    replies = await office.client.conversations_replies(channel=office.standup.id, ts=parent["ts"])
    assert [message["text"] for message in replies["messages"]] == ["A call", "busy", "over"]
    of_a_reply = await office.client.conversations_replies(channel=office.standup.id, ts=replies["messages"][1]["ts"])
    assert [message["text"] for message in of_a_reply["messages"]] == ["busy"]


async def test_a_post_to_a_person_is_a_direct_message(office: Office) -> None:
    await office.client.chat_postMessage(channel=office.carol.id, text="You are on call")
    assert [message.text for message in office.slack.direct_messages(office.carol)] == ["You are on call"]
    assert last(office).notified == {"U0CAROL"}
    assert office.slack.direct_messages(office.bob) == []


POST_ERRORS: list[tuple[JsonObject, str]] = [
    ({"text": "hi"}, "invalid_arguments"),
    ({"channel": "C0NONE", "text": "hi"}, "channel_not_found"),
    ({"channel": "C0RANDOM", "text": "hi"}, "not_in_channel"),
    ({"channel": "C0SECRET", "text": "hi"}, "channel_not_found"),
    ({"channel": "USLACKBOT", "text": "hi"}, "cannot_dm_bot"),
    ({"channel": "C0STANDUP"}, "no_text"),
    ({"channel": "C0STANDUP", "text": "x" * 40_001}, "msg_too_long"),
    ({"channel": "C0STANDUP", "text": "hi", "blocks": [{"type": "poem"}]}, "invalid_blocks"),
    ({"channel": "C0STANDUP", "text": "hi", "thread_ts": "0"}, "invalid_thread_ts"),
    ({"channel": "C0STANDUP", "text": "hi", "thread_ts": "1795138200.000099"}, "thread_not_found"),
    ({"channel": "C0STANDUP", "text": "hi", "metadata": {"event_type": "x"}}, "invalid_metadata_format"),
]


@pytest.mark.parametrize(("arguments", "error"), POST_ERRORS)
async def test_a_post_that_slack_refuses(office: Office, arguments: JsonObject, error: str) -> None:
    assert await office.error("chat.postMessage", **arguments) == error
    assert office.slack.workspace.messages == []
    assert (office.slack.calls[-1].error, office.slack.calls[-1].processed) == (error, False)


async def test_refused_blocks_come_with_slacks_reasons(office: Office) -> None:
    answer = await office.refused("chat.postMessage", channel="C0STANDUP", text="x", blocks=[section("")])
    messages = answer["response_metadata"]["messages"]
    assert messages == ["[ERROR] must be more than 0 characters [json-pointer:/blocks/0/text/text]"]


async def test_an_archived_channel_takes_no_posts(office: Office) -> None:
    office.standup.archived = True
    assert await office.error("chat.postMessage", channel=office.standup.id, text="hi") == "is_archived"


async def test_an_update_is_recorded_and_notifies_nobody(office: Office) -> None:
    posted = await office.client.chat_postMessage(
        channel=office.standup.id, text="Ringing", blocks=[section("Ringing")]
    )
    await office.clock.advance(5)
    where = {"channel": office.standup.id, "ts": posted["ts"]}
    await office.client.chat_update(**where, text="<@U0BOB> is on")
    message = last(office)
    assert (message.text, message.blocks[0]["text"]["text"]) == ("<@U0BOB> is on", "Ringing")
    assert [(version.text, version.until) for version in message.edits] == [("Ringing", office.clock.now())]
    assert message.notified == frozenset()
    await office.client.chat_update(**where, text="over", blocks=[])
    assert message.blocks == []


async def test_updates_that_slack_refuses(office: Office) -> None:
    typed = office.slack.say(office.alice, office.standup, "mine")
    where = {"channel": office.standup.id, "ts": typed.ts}
    assert await office.error("chat.update", **where, text="yours") == "cant_update_message"
    assert await office.error("chat.update", **{**where, "ts": "1.000001"}, text="x") == "message_not_found"
    assert await office.error("chat.delete", **where) == "cant_delete_message"
    assert typed.text == "mine"


async def test_a_deleted_message_is_gone(office: Office) -> None:
    posted = await office.client.chat_postMessage(channel=office.standup.id, text="oops")
    await office.client.chat_delete(channel=office.standup.id, ts=posted["ts"])
    assert office.slack.messages(office.standup) == []
    assert last(office).deleted
    assert await office.error("chat.update", channel="C0STANDUP", ts=posted["ts"], text="x") == "message_not_found"


async def test_an_ephemeral_message_is_seen_by_one(office: Office) -> None:
    await office.client.chat_postEphemeral(channel=office.standup.id, user=office.bob.id, text="psst")
    assert [m.text for m in office.slack.seen_by(office.bob, office.standup)] == ["psst"]
    assert office.slack.seen_by(office.alice, office.standup) == []
    assert office.slack.messages(office.standup) == []
    error = await office.error("chat.postEphemeral", channel="C0STANDUP", user="U0CAROL", text="psst")
    assert error == "user_not_in_channel"


async def test_people_are_looked_up(office: Office) -> None:
    user = (await office.client.users_info(user=office.bob.id))["user"]
    assert (user["name"], user["tz"], user["tz_offset"]) == ("bob", "Europe/London", 0)
    assert not user["is_bot"]
    assert not user["deleted"]
    assert (await office.client.users_info(user=office.alice.id))["user"]["is_admin"]
    profile = (await office.client.users_profile_get(user=office.alice.id))["profile"]
    assert profile["phone"] == "+65 9123 4567"
    assert await office.error("users.info", user="U0NOBODY") == "user_not_found"


async def test_an_owner_is_looked_up_as_one(office: Office) -> None:
    owner = office.slack.add_person("olive", is_owner=True)
    seen = [(await office.client.users_info(user=person.id))["user"] for person in (owner, office.alice)]
    assert [(user["is_owner"], user["is_primary_owner"]) for user in seen] == [(True, False), (False, False)]


async def test_everybody_is_listed_a_page_at_a_time(office: Office) -> None:
    office.carol.deleted = True
    whole = await office.client.users_list()
    assert [user["id"] for user in whole["members"]] == ["U0ROLLCALL", "USLACKBOT", "U0ALICE", "U0BOB", "U0CAROL"]
    assert [user["id"] for user in whole["members"] if user["is_bot"] or user["deleted"]] == [
        "U0ROLLCALL",
        "USLACKBOT",
        "U0CAROL",
    ]
    assert whole["members"][2] == (await office.client.users_info(user=office.alice.id))["user"]
    assert whole["response_metadata"]["next_cursor"] == ""
    pages = [page["members"] async for page in await office.client.users_list(limit=2)]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [user for page in pages for user in page] == whole["members"]
    assert await office.error("users.list", cursor="x") == "invalid_cursor"


async def test_a_channels_members_are_listed_with_the_bot(office: Office) -> None:
    async def members(channel: str) -> list[str]:
        ids: list[str] = (await office.client.conversations_members(channel=channel))["members"]
        return ids

    assert await members("C0STANDUP") == ["U0ALICE", "U0BOB", "U0ROLLCALL"]
    assert await members("C0RANDOM") == ["U0ALICE"]
    assert await members(office.slack.direct_channel(office.carol).id) == ["U0CAROL", "U0ROLLCALL"]
    assert await office.error("conversations.members", channel="C0SECRET") == "channel_not_found"
    office.secret.bot_in = True
    assert await members("C0SECRET") == ["U0ALICE", "U0ROLLCALL"]
    office.slack.scopes -= {"groups:read"}
    assert (await office.refused("conversations.members", channel="C0SECRET"))["needed"] == "groups:read"


async def test_a_large_channels_members_come_in_pages(office: Office) -> None:
    crowd = [office.slack.add_person(f"guest{number}") for number in range(250)]
    everyone = [person.id for person in crowd] + ["U0ROLLCALL"]
    hall = office.slack.add_channel("hall", *crowd)
    for limit, sizes in ((None, [100, 100, 51]), (120, [120, 120, 11]), (5000, [251])):
        pages = [
            page["members"] async for page in await office.client.conversations_members(channel="hall", limit=limit)
        ]
        assert [len(page) for page in pages] == sizes
        assert [user_id for page in pages for user_id in page] == everyone
    first = await office.client.conversations_members(channel=hall.id, limit=2)
    cursor = first["response_metadata"]["next_cursor"]
    hall.members.remove(crowd[1])
    assert await office.error("conversations.members", channel=hall.id, cursor=cursor) == "invalid_cursor"
    assert await office.error("conversations.members", channel=hall.id, limit=-1) == "invalid_limit"
    assert await office.error("conversations.members", channel=hall.id, limit="many") == "invalid_limit"
    assert await office.error("users.profile.get", user="U0NOBODY") == "user_not_found"


async def test_groups_are_looked_up(office: Office) -> None:
    members = await office.client.usergroups_users_list(usergroup=office.oncall.id)
    assert members["users"] == ["U0BOB", "U0CAROL"]
    groups = (await office.client.usergroups_list(include_users=True))["usergroups"]
    assert [(group["handle"], group["users"]) for group in groups] == [("oncall", ["U0BOB", "U0CAROL"])]
    assert await office.error("usergroups.users.list", usergroup="S0NONE") == "no_such_subteam"


async def test_conversations_are_opened_and_described(office: Office) -> None:
    direct = await office.client.conversations_open(users=[office.bob.id])
    assert direct["channel"]["id"] == "D0BOB"
    assert (await office.client.conversations_open(users="U0BOB"))["already_open"]
    assert not (await office.client.conversations_info(channel=office.random.id))["channel"]["is_member"]
    assert await office.error("conversations.open", users="U0NOBODY") == "user_not_found"
    assert await office.error("conversations.info", channel=office.secret.id) == "channel_not_found"


async def test_history_is_cut_by_time_and_paged(office: Office) -> None:
    said = [office.slack.say(office.alice, office.standup, str(number)) for number in range(5)]

    async def texts(**arguments: object) -> list[str]:
        answer = await office.client.conversations_history(channel="C0STANDUP", **arguments)  # type: ignore[arg-type]
        return [message["text"] for message in answer["messages"]]

    assert await texts() == ["4", "3", "2", "1", "0"]
    assert await texts(oldest=said[1].ts, latest=said[3].ts) == ["2"]
    assert await texts(oldest=said[1].ts, latest=said[3].ts, inclusive=True) == ["3", "2", "1"]
    first = await office.client.conversations_history(channel="C0STANDUP", limit=3)
    assert first["has_more"]
    assert await texts(limit=3, cursor=first["response_metadata"]["next_cursor"]) == ["1", "0"]
    assert await office.error("conversations.history", channel="C0STANDUP", cursor="x") == "invalid_cursor"
    assert await office.error("conversations.history", channel="C0STANDUP", oldest="y") == "invalid_ts_oldest"
    assert await office.error("conversations.history", channel="C0RANDOM") == "not_in_channel"
    assert await office.error("conversations.replies", channel="C0STANDUP", ts="1.1") == "thread_not_found"


async def test_metadata_comes_back_when_asked_for(office: Office) -> None:
    metadata = {"event_type": "conference", "event_payload": {"room": 7}}
    await office.client.chat_postMessage(channel="C0STANDUP", text="call", metadata=metadata)
    bare = await office.client.conversations_history(channel="C0STANDUP")
    full = await office.client.conversations_history(channel="C0STANDUP", include_all_metadata=True)
    assert "metadata" not in bare["messages"][0]
    assert full["messages"][0]["metadata"] == metadata


async def test_a_home_is_published_and_published_again(office: Office) -> None:
    home = {"type": "home", "blocks": [actions(button("start"))]}
    view = (await office.client.views_publish(user_id=office.alice.id, view=home))["view"]
    shown = office.slack.home(office.alice)
    assert shown is not None
    assert (shown.id, shown.blocks[0]["elements"][0]["action_id"]) == (view["id"], "start")
    again = {"type": "home", "blocks": []}
    await office.client.views_publish(user_id=office.alice.id, view=again)
    assert shown.blocks == []
    refused = await office.refused("views.publish", user_id=office.alice.id, view=again, hash=view["hash"])
    assert refused["error"] == "hash_conflict"
    assert await office.error("views.publish", user_id="U0ALICE", view=modal()) == "invalid_arguments"


async def test_a_trigger_opens_one_view_within_three_seconds(office: Office) -> None:
    views = office.slack._views
    late, good = views.new_trigger(office.alice), None
    await office.clock.advance(3.5)
    assert await office.error("views.open", trigger_id=late, view=modal()) == "expired_trigger_id"
    good = views.new_trigger(office.alice)
    opened = (await office.client.views_open(trigger_id=good, view=modal()))["view"]
    assert [view.id for view in office.slack.views(office.alice)] == [opened["id"]]
    assert await office.error("views.open", trigger_id=good, view=modal()) == "exchanged_trigger_id"
    assert await office.error("views.open", trigger_id="nonsense", view=modal()) == "invalid_trigger_id"
    pushed = await office.client.views_push(trigger_id=views.new_trigger(office.alice), view=modal())
    assert pushed["view"]["previous_view_id"] == opened["id"]
    await office.client.views_update(view_id=opened["id"], view=modal(section("changed")))
    assert office.slack.views(office.alice)[0].blocks[0]["text"]["text"] == "changed"
    assert await office.error("views.update", view_id="V0", view=modal()) == "not_found"


async def test_a_socket_is_opened_with_the_app_token_only(office: Office) -> None:
    answer = await office.client.apps_connections_open(app_token=office.slack.app_token)
    assert answer["url"].startswith("ws://127.0.0.1:")
    assert await office.error("apps.connections.open") == "not_allowed_token_type"


async def test_every_change_is_told_to_the_observer(office: Office) -> None:
    seen: list[str] = []
    office.slack.on_change = lambda what, thing: seen.append(what)
    await office.client.chat_postMessage(channel="C0STANDUP", text="hi")
    assert seen == ["message", "call"]
