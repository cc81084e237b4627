"""What people press, fill in and open, and what the app may answer to it."""

import json
from urllib.parse import parse_qs

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from sandbox.slack import JsonObject, Message, View
from tests.sandbox.slack_fixtures import (
    Office,
    Received,
    actions,
    bolt_app,
    button,
    listening,
    modal,
    plain,
    plain_bot,
    section,
    text_input,
)
from tests.sandbox.waiting import until


def payload(received: Received) -> JsonObject:
    sent: JsonObject = json.loads(parse_qs(received.body.decode())["payload"][0])
    return sent


async def posted(office: Office, *blocks: JsonObject, **more: object) -> Message:
    await office.client.api_call(
        "chat.postMessage", json={"channel": "C0STANDUP", "text": "x", "blocks": list(blocks), **more}
    )
    return office.slack.workspace.messages[-1]


def opened(office: Office, view: JsonObject) -> View:
    return office.slack._views.open(office.slack._views.new_trigger(office.alice), view)


def text_of(view: View) -> str:
    return str(view.blocks[0]["text"]["text"])


async def test_a_click_says_what_was_pressed_and_where(office: Office) -> None:
    message = await posted(office, actions(button("join", value="a"), button("hang_up", value="b")))
    async with plain_bot(office) as received:
        result = await office.slack.click(office.bob, message, "hang_up")
    sent = payload(received[0])
    assert (sent["type"], sent["user"]["id"], sent["channel"]["id"]) == ("block_actions", "U0BOB", "C0STANDUP")
    assert sent["message"]["blocks"] == message.blocks
    assert sent["container"]["message_ts"] == message.ts
    action = sent["actions"][0]
    assert (action["action_id"], action["value"], action["type"]) == ("hang_up", "b", "button")
    assert (action["block_id"], sent["response_url"]) == (message.blocks[0]["block_id"], result.response_url)


async def test_only_what_is_there_and_seen_can_be_pressed(office: Office) -> None:
    message = await posted(office, actions(button("row", value="1")), actions(button("row", value="2")))
    for action_id, value in (("gone", None), ("row", "3"), ("row", None)):
        with pytest.raises(LookupError):
            await office.slack.click(office.bob, message, action_id, value=value)
    async with plain_bot(office) as received:
        await office.slack.click(office.bob, message, "row", value="2")
    assert payload(received[0])["actions"][0]["value"] == "2"
    office.slack.workspace.delete(message)
    with pytest.raises(LookupError, match="does not see"):
        await office.slack.click(office.bob, message, "row", value="2")


async def test_a_menus_choice_and_the_inputs_around_it_are_sent(office: Office) -> None:
    choice = {"text": plain("Later"), "value": "later"}
    menu = {"type": "static_select", "action_id": "when", "options": [choice]}
    message = await posted(office, actions(menu), text_input("who"))
    async with plain_bot(office) as received:
        await office.slack.click(office.bob, message, "when", value="later", state={"who": "carol"})
    sent = payload(received[0])
    assert sent["actions"][0]["selected_option"] == choice
    assert sent["state"]["values"]["who"]["typed"]["value"] == "carol"


async def test_an_ephemeral_messages_click_carries_no_message(office: Office) -> None:
    await office.client.chat_postEphemeral(
        channel="C0STANDUP", user=office.bob.id, text="x", blocks=[actions(button("ok"))]
    )
    message = office.slack.seen_by(office.bob, office.standup)[0]
    async with plain_bot(office) as received:
        await office.slack.click(office.bob, message, "ok")
    sent = payload(received[0])
    assert "message" not in sent
    assert sent["container"]["is_ephemeral"]
    with pytest.raises(LookupError):
        await office.slack.click(office.alice, message, "ok")


async def respond(url: str, **body: object) -> tuple[int, str]:
    response = await AsyncWebhookClient(url).send_dict(body)
    return response.status_code, "" if response.body == '{"ok": true}' else json.loads(response.body)["error"]


async def test_a_response_url_takes_five_messages(office: Office) -> None:
    async with plain_bot(office):
        command = await office.slack.command(office.alice, office.random, "/conference")
    url = command.response_url
    assert await respond(url, blocks=[section("")], text="x") == (400, "invalid_blocks")
    assert await respond(url, response_type="ephemeral") == (400, "no_text")
    for number in range(4):
        assert await respond(url, text=str(number)) == (200, "")
    assert await respond(url, text="all", response_type="in_channel") == (200, "")
    assert await respond(url, text="one too many") == (404, "used_url")
    assert [m.text for m in office.slack.seen_by(office.alice, office.random)] == ["0", "1", "2", "3", "all"]
    assert [m.text for m in office.slack.messages(office.random)] == ["all"]


async def test_a_response_url_is_good_for_half_an_hour(office: Office) -> None:
    async with plain_bot(office):
        command = await office.slack.command(office.alice, office.standup, "/conference")
    await office.clock.advance(30 * 60)
    assert await respond(command.response_url, text="just") == (200, "")
    await office.clock.advance(1)
    assert await respond(command.response_url, text="late") == (404, "expired_url")
    assert office.slack.calls[-1].method == "response_url"


async def test_a_response_url_replaces_and_deletes_its_message(office: Office) -> None:
    message = await posted(office, actions(button("ok")))
    async with plain_bot(office):
        click = await office.slack.click(office.bob, message, "ok")
    assert await respond(click.response_url, text="done", replace_original=True) == (200, "")
    assert (message.text, message.blocks, message.edited) == ("done", [], True)
    assert await respond(click.response_url, delete_original=True) == (200, "")
    assert message.deleted


async def test_an_ephemeral_answer_is_paged_through(office: Office) -> None:
    async with plain_bot(office):
        url = (await office.slack.command(office.alice, office.standup, "/conference")).response_url
        # More pages than one response URL may be used for: each click brings another.
        for page in range(8):
            blocks = [section(f"page {page}"), actions(button("older"))]
            assert await respond(url, text=f"page {page}", blocks=blocks, replace_original=page > 0) == (200, "")
            (message,) = office.slack.seen_by(office.alice, office.standup)
            assert (message.text, message.ephemeral_to) == (f"page {page}", office.alice)
            url = (await office.slack.click(office.alice, message, "older")).response_url
    assert await respond(url, delete_original=True) == (200, "")
    assert office.slack.seen_by(office.alice, office.standup) == []


async def test_a_modal_goes_its_way_through_a_bolt_app(office: Office) -> None:
    app = bolt_app(office)
    heard: list[JsonObject] = []

    async def ask(ack: AsyncAck, body: JsonObject, client: AsyncWebClient) -> None:
        await ack()
        view = modal(text_input("who"), callback_id="invite", private_metadata="room 7")
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    async def submitted(ack: AsyncAck, view: JsonObject) -> None:
        heard.append(view)
        if view["state"]["values"]["who"]["typed"]["value"] == "nobody":
            await ack(response_action="errors", errors={"who": "There is nobody of that name."})
        else:
            await ack()

    app.shortcut("ring")(ask)
    app.view("invite")(submitted)
    async with listening(app.web_app()) as office.slack.events_url:
        assert (await office.slack.shortcut(office.alice, "ring")).acked
        await until(lambda: office.slack.views(office.alice))
        [view] = office.slack.views(office.alice)
        empty = await office.slack.submit(office.alice, view)
        wrong = await office.slack.submit(office.alice, view, {"who": "nobody"})
        right = await office.slack.submit(office.alice, view, {"typed": "carol"})
    assert (empty.errors, empty.view) == ({"who": "Please complete this required field."}, view)
    assert (wrong.errors, wrong.view) == ({"who": "There is nobody of that name."}, view)
    assert (right.errors, right.view, office.slack.views(office.alice)) == ({}, None, [])
    assert len(heard) == 2
    assert (heard[1]["private_metadata"], heard[1]["id"]) == ("room 7", view.id)


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        ({"response_action": "clear"}, []),
        ({"response_action": "update", "view": modal(section("changed"))}, ["below", "changed"]),
        ({"response_action": "push", "view": modal(section("on top"))}, ["below", "top", "on top"]),
        ({}, ["below"]),
    ],
)
async def test_the_answer_to_a_submission_is_followed(office: Office, answer: JsonObject, left: list[str]) -> None:
    opened(office, modal(section("below")))
    top = office.slack._views.push(office.alice, modal(section("top")))
    async with plain_bot(office, lambda _: web.json_response(answer)):
        result = await office.slack.submit(office.alice, top)
    views = office.slack.views(office.alice)
    assert [text_of(view) for view in views] == left
    assert result.view is (views[-1] if views else None)


async def test_a_view_that_was_updated_on_submit_is_updated_again_by_its_id(office: Office) -> None:
    view = opened(office, modal(text_input("who")))
    answer = {"response_action": "update", "view": modal(section("Ringing"))}
    async with plain_bot(office, lambda _: web.json_response(answer)) as received:
        result = await office.slack.submit(office.alice, view, {"who": "carol"})
    sent = payload(received[0])["view"]
    assert (result.view, text_of(view), sent["id"]) == (view, "Ringing", view.id)
    late = await office.refused("views.update", view_id=sent["id"], hash=sent["hash"], view=modal())
    assert late["error"] == "hash_conflict"
    updated = (await office.client.views_update(view_id=sent["id"], view=modal(section("Answered"))))["view"]
    assert (updated["id"], text_of(view), office.slack.views(office.alice)) == (view.id, "Answered", [view])


async def test_a_view_that_is_gone_is_not_updated(office: Office) -> None:
    view = opened(office, modal(text_input("who")))
    async with plain_bot(office):
        await office.slack.submit(office.alice, view, {"who": "carol"})
    assert await office.error("views.update", view_id=view.id, view=modal()) == "not_found"


async def test_a_bad_answer_to_a_submission_is_an_error(office: Office) -> None:
    view = opened(office, modal(text_input("who")))
    bad = {"response_action": "errors", "errors": {"whom": "?"}}
    async with plain_bot(office, lambda _: web.json_response(bad)):
        result = await office.slack.submit(office.alice, view, {"who": "x"})
    assert result.error == "invalid_errors"
    with pytest.raises(LookupError, match="no input called nothing"):
        await office.slack.submit(office.alice, view, {"nothing": "x"})


async def test_a_closed_view_is_told_when_it_asked_for_it(office: Office) -> None:
    quiet = opened(office, modal())
    assert await office.slack.view_closed(office.alice, quiet) is None
    loud = opened(office, modal(notify_on_close=True))
    async with plain_bot(office) as received:
        result = await office.slack.view_closed(office.alice, loud)
    assert result is not None
    assert result.acked
    assert (payload(received[0])["type"], payload(received[0])["is_cleared"]) == ("view_closed", False)
    assert office.slack.views(office.alice) == []


async def test_a_button_in_the_home_tab_is_pressed(office: Office) -> None:
    home = {"type": "home", "blocks": [actions(button("start"))]}
    await office.client.views_publish(user_id=office.alice.id, view=home)
    view = office.slack.home(office.alice)
    assert view is not None
    async with plain_bot(office) as received:
        await office.slack.click(office.alice, view, "start")
        await office.slack.open_home(office.alice)
    sent = payload(received[0])
    assert (sent["container"], sent["view"]["id"]) == ({"type": "view", "view_id": view.id}, view.id)
    assert json.loads(received[1].body)["event"]["view"]["hash"] == view.hash


async def test_a_shortcut_on_a_message_carries_the_message(office: Office) -> None:
    message = office.slack.say(office.bob, office.standup, "call me")
    async with plain_bot(office) as received:
        await office.slack.shortcut(office.alice, "ring_author", message)
    sent = payload(received[0])
    assert (sent["type"], sent["message"]["text"], sent["message_ts"]) == ("message_action", "call me", message.ts)
    assert sent["callback_id"] == "ring_author"


async def test_a_shortcut_is_not_offered_on_what_one_person_alone_sees(office: Office) -> None:
    await office.client.chat_postEphemeral(channel="C0STANDUP", user=office.bob.id, text="x")
    (message,) = office.slack.seen_by(office.bob, office.standup)
    with pytest.raises(LookupError, match="no shortcuts on an ephemeral message"):
        await office.slack.shortcut(office.bob, "ring_author", message)
    with pytest.raises(LookupError, match="does not see"):
        await office.slack.shortcut(office.alice, "ring_author", message)


def conversations(**more: object) -> JsonObject:
    element = {"type": "conversations_select", "action_id": "c", "default_to_current_conversation": True, **more}
    return {"type": "input", "block_id": "where", "label": plain("Where"), "element": element}


@pytest.mark.parametrize(
    ("element", "held"),
    [
        ({}, {"selected_conversation": "C0STANDUP"}),
        ({"initial_conversation": "C0RANDOM"}, {"selected_conversation": "C0RANDOM"}),
        ({"filter": {"include": ["private", "im"]}}, None),
        (
            {"type": "multi_conversations_select", "initial_conversations": ["C0RANDOM"]},
            {"selected_conversations": ["C0STANDUP"]},
        ),
    ],
    ids=["alone", "with-an-initial-one", "filtered-out", "several"],
)
async def test_a_menu_defaults_to_the_conversation_in_front_of_the_person(
    office: Office, element: JsonObject, held: JsonObject | None
) -> None:
    form = modal(conversations(**element))
    async with plain_bot(office) as received:
        await office.slack.shortcut(office.alice, "ring", channel=office.standup)
        assert "channel" not in payload(received[0])
        await office.client.views_open(trigger_id=payload(received[0])["trigger_id"], view=form)
        (view,) = office.slack.views(office.alice)
        await office.client.views_update(view_id=view.id, view=form)
        submitted = await office.slack.submit(office.alice, view)
    if held is None:
        assert submitted.errors == {"where": "Please complete this required field."}
    else:
        sent = payload(received[1])["view"]["state"]["values"]["where"]["c"]
        assert sent == {"type": view.blocks[0]["element"]["type"], **held}


async def test_from_the_home_tab_there_is_no_conversation_to_default_to(office: Office) -> None:
    async with plain_bot(office) as received:
        await office.slack.shortcut(office.alice, "ring")
        await office.client.views_open(trigger_id=payload(received[0])["trigger_id"], view=modal(conversations()))
        (view,) = office.slack.views(office.alice)
        assert (await office.slack.submit(office.alice, view)).errors.keys() == {"where"}


async def test_menus_with_one_action_id_are_told_apart_by_option_or_block(office: Office) -> None:
    def row(block_id: str, *values: str) -> JsonObject:
        options = [{"text": plain(value), "value": value} for value in values]
        menu = {"type": "overflow", "action_id": "person", "options": options}
        return {**section("x"), "block_id": block_id, "accessory": menu}

    message = await posted(office, row("bob", "ring", "bob-out"), row("carol", "ring", "carol-out"))
    async with plain_bot(office) as received:
        await office.slack.click(office.alice, message, "person", value="carol-out")
        await office.slack.click(office.alice, message, "person", value="ring", block_id="bob")
        with pytest.raises(LookupError, match="more than one element"):
            await office.slack.click(office.alice, message, "person", value="ring")
    pressed = [payload(one)["actions"][0] for one in received]
    assert [(one["block_id"], one["selected_option"]["value"]) for one in pressed] == [
        ("carol", "carol-out"),
        ("bob", "ring"),
    ]


async def test_no_more_can_be_chosen_than_a_menu_takes(office: Office) -> None:
    menu = {"type": "multi_users_select", "action_id": "who", "max_selected_items": 1}
    view = opened(office, modal({"type": "input", "block_id": "who", "label": plain("Who"), "element": menu}))
    with pytest.raises(LookupError, match="no more than 1"):
        await office.slack.submit(office.alice, view, {"who": [office.alice.id, office.bob.id]})


async def test_an_unknown_response_url_has_expired(office: Office) -> None:
    async with aiohttp.ClientSession() as session:
        url = office.slack.api_url.replace("/api/", "/commands/T0ROLLCALL/none")
        async with session.post(url, json={"text": "x"}) as response:
            assert response.status == 404
        async with session.post(url, data="{") as response:
            assert (response.status, (await response.json())["error"]) == (400, "invalid_payload")
