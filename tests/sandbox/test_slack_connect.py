"""People of another workspace, who are in a channel here through Slack Connect."""

import json
from urllib.parse import parse_qs

import pytest
from slack_bolt.async_app import AsyncAck

from sandbox.slack import JsonObject, Person, View
from tests.sandbox.slack_fixtures import (
    Office,
    Received,
    actions,
    bolt_app,
    button,
    listening,
    modal,
    plain_bot,
    text_input,
)

HERE, THERE = "T0ROLLCALL", "T0CATNIP"


@pytest.fixture
def rex(office: Office) -> Person:
    """Somebody of the workspace Catnip, in #standup."""
    person = office.slack.add_person("rex", team_id=THERE)
    office.standup.members.append(person)
    return person


def payload(received: Received) -> JsonObject:
    sent: JsonObject = json.loads(parse_qs(received.body.decode())["payload"][0])
    return sent


def teams(sent: JsonObject) -> tuple[str, str]:
    return sent["team"]["id"], sent["user"]["team_id"]


def opened(office: Office, person: Person, **more: object) -> View:
    views = office.slack._views
    return views.open(views.new_trigger(person), modal(text_input("who"), **more))


async def test_they_are_looked_up_with_their_own_team(office: Office, rex: Person) -> None:
    theirs = (await office.client.users_info(user=rex.id))["user"]
    ours = (await office.client.users_info(user=office.alice.id))["user"]
    assert (theirs["team_id"], theirs["profile"]["team"]) == (THERE, THERE)
    assert (ours["team_id"], ours["profile"]["team"]) == (HERE, HERE)
    assert "is_stranger" not in ours


async def test_they_are_strangers_only_without_a_channel_that_the_app_sees(office: Office) -> None:
    dana = office.slack.add_person("dana", team_id=THERE)

    async def is_stranger() -> object:
        return (await office.client.users_info(user=dana.id))["user"]["is_stranger"]

    office.slack.direct_channel(dana)
    assert await is_stranger() is True
    office.secret.members.append(dana)
    assert await is_stranger() is True
    office.secret.bot_in = True
    assert await is_stranger() is False


async def test_they_are_members_of_the_channel_and_not_of_the_workspace(office: Office, rex: Person) -> None:
    members = (await office.client.conversations_members(channel=office.standup.id))["members"]
    everybody = (await office.client.users_list())["members"]
    assert rex.id in members
    assert rex.id not in [user["id"] for user in everybody]


async def test_their_command_is_none(office: Office, rex: Person) -> None:
    async with plain_bot(office) as received:
        result = await office.slack.command(rex, office.standup, "/conference @bob")
    assert (received, office.slack.deliveries) == ([], [])
    assert (result.status, result.acked, result.error, result.response_url) == (0, False, None, "")
    assert office.slack.seen_by(rex, office.standup) == [result.message]
    assert result.message is not None
    assert (result.message.text, result.message.user) == (
        "`/conference` is not a valid command.",
        office.slack.workspace.slackbot,
    )
    assert office.slack.messages(office.standup) == []


async def test_they_have_no_shortcuts(office: Office, rex: Person) -> None:
    message = office.slack.say(office.bob, office.standup, "call me")
    async with plain_bot(office) as received:
        for where in (None, message):
            with pytest.raises(LookupError, match="no shortcuts"):
                await office.slack.shortcut(rex, "ring", where)
    assert received == []


async def test_their_click_comes_from_the_apps_workspace(office: Office, rex: Person) -> None:
    await office.client.chat_postMessage(channel="C0STANDUP", text="x", blocks=[actions(button("join"))])
    message = office.slack.messages(office.standup)[0]
    async with plain_bot(office) as received:
        await office.slack.click(rex, message, "join")
        await office.slack.click(office.bob, message, "join")
    assert [teams(payload(one)) for one in received] == [(HERE, THERE), (HERE, HERE)]


async def test_their_view_comes_from_their_own_workspace(office: Office, rex: Person) -> None:
    async with plain_bot(office) as received:
        for person in (rex, office.alice):
            await office.slack.submit(person, opened(office, person), {"who": "bob"})
        await office.slack.view_closed(rex, opened(office, rex, notify_on_close=True))
    sent = [payload(one) for one in received]
    assert [one["type"] for one in sent] == ["view_submission", "view_submission", "view_closed"]
    assert [teams(one) for one in sent] == [(THERE, THERE), (HERE, HERE), (THERE, THERE)]
    assert {one["view"]["app_installed_team_id"] for one in sent} == {HERE}


async def test_a_bolt_app_takes_their_submission_as_its_own_workspaces(office: Office, rex: Person) -> None:
    app = bolt_app(office)
    heard: list[tuple[str | None, str | None]] = []

    async def submitted(ack: AsyncAck, context: JsonObject, body: JsonObject) -> None:
        heard.append((context["team_id"], body["user"]["team_id"]))
        await ack()

    app.view("invite")(submitted)
    async with listening(app.web_app()) as office.slack.events_url:
        result = await office.slack.submit(rex, opened(office, rex, callback_id="invite"), {"who": "bob"})
    assert (result.acked, heard) == (True, [(HERE, THERE)])


async def test_only_the_channels_they_are_in_are_open_to_them(office: Office, rex: Person) -> None:
    for channel in (office.standup, office.random):
        office.slack.say(office.alice, channel, "hi")
    assert len(office.slack.seen_by(rex, office.standup)) == 1
    assert office.slack.seen_by(rex, office.random) == []
    assert len(office.slack.seen_by(office.carol, office.random)) == 1


async def test_what_they_write_bears_their_team(office: Office, rex: Person) -> None:
    for person in (rex, office.alice):
        office.slack.say(person, office.standup, "hi")
    history = await office.client.conversations_history(channel=office.standup.id)
    assert [message["team"] for message in history["messages"]] == [HERE, THERE]
