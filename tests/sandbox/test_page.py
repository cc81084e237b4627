"""The demo's page: what a window is told, and what can be done from it."""

import json

import aiohttp
import pytest

from sandbox.slack import JsonObject
from tests.sandbox.page_site import Site, Window, texted_code


async def test_a_window_is_told_everything_when_it_opens(site: Site) -> None:
    _, state = await site.window("bob")
    assert state["me"] == {"id": site.world.people["bob"].id, "number": "+65 9123 0002", "starts_with_number": True}
    assert [channel["name"] for channel in state["channels"][:-1]] == ["standup", "incidents", "lounge"]
    assert state["channels"][-1]["is_direct"]
    assert {phone["state"] for phone in state["phones"]} == {"idle"}
    assert [phone["number"] for phone in state["phones"]] == [f"+65 •••• 000{place}" for place in range(1, 6)]
    assert (state["clock"]["rate"], state["clock"]["rates"]) == (1, [1, 10, 60])
    assert not any(fault["on"] for fault in state["faults"])
    assert state["wire"] == []


async def test_a_person_sees_only_their_own_channels_and_number(site: Site) -> None:
    _, state = await site.window("erin")
    assert [channel["name"] for channel in state["channels"][:-1]] == ["standup", "lounge"]
    told = json.dumps(state)
    assert [number for name, number in site.world.numbers.items() if name != "erin" and number[-8:] in told] == []


async def test_a_window_of_nobodys_is_the_first_persons(site: Site) -> None:
    window = Window(await site.http.ws_connect(f"{site.url}socket?as=U0NOBODY"))
    assert (await window.hears("state"))["state"]["me"]["id"] == site.world.people["alice"].id


async def test_another_sites_page_gets_no_socket(site: Site) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
        await site.http.ws_connect(f"{site.url}socket", origin="https://example.com")
    assert refusal.value.status == 403


@pytest.mark.parametrize("path", ["", "static/main.js"])
async def test_the_page_may_load_nothing_from_elsewhere(site: Site, path: str) -> None:
    async with site.http.get(f"{site.url}{path}") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'self';")


async def test_what_is_said_in_a_channel_is_told_to_its_members(site: Site) -> None:
    alice, _ = await site.window("alice")
    erin, _ = await site.window("erin")
    await alice.does("type", channel=site.channel_id("incidents"), text="for a few")
    await alice.does("type", channel=site.channel_id(), text="hello <all> of @bob's")
    said = await erin.hears_message("hello")
    assert said["text"] == f"hello &lt;all&gt; of <@{site.world.people['bob'].id}|bob>'s"
    assert not any("for a few" in json.dumps(told) for told in erin.told)


async def test_what_only_one_may_see_is_told_to_nobody_else(site: Site) -> None:
    alice, _ = await site.window("alice")
    bob, _ = await site.window("bob")
    await alice.does("type", channel=site.channel_id(), text="/conference help")
    assert (await alice.hears_message("Rollcall rings people's phones"))["only_you"]
    await alice.does("type", channel=site.channel_id(), text="that is all")
    await bob.hears_message("that is all")
    assert not any(told["type"] == "message" for told in bob.told)


async def test_news_are_counted_until_somebody_looks(site: Site) -> None:
    alice, _ = await site.window("alice")
    bob_id, channel_id = site.world.people["bob"].id, site.channel_id()
    await alice.asks("look", channel=channel_id)
    await alice.does("type", channel=channel_id, text="hello")
    news = await alice.hears("unread", lambda told: bob_id in told["unread"])
    assert news["unread"][bob_id] == {channel_id: 1}
    assert not news["unread"].get(site.world.people["alice"].id)
    await alice.asks("become", person=bob_id)
    assert (await alice.hears("state"))["state"]["me"]["id"] == bob_id
    await alice.asks("look", channel=channel_id)
    await alice.hears("unread", lambda told: not told["unread"].get(bob_id))


async def test_what_somebody_typed_is_theirs_though_the_window_becomes_somebody_else_at_once(site: Site) -> None:
    alice, _ = await site.window("alice")
    await alice.asks("type", channel=site.channel_id(), text="said by alice")
    await alice.asks("become", person=site.world.people["bob"].id)
    await alice.hears("message", lambda told: told["message"]["text"] == "said by alice")
    said = [message for message in site.world.slack.workspace.messages if message.text == "said by alice"]
    assert [message.user.name for message in said] == ["alice"]


async def test_a_phone_rings_is_left_alone_and_is_answered(site: Site) -> None:
    alice, _ = await site.window("alice")
    await alice.does("type", channel=site.channel_id(), text="/conference me")
    rings = await alice.hears("phones", lambda told: told["phones"][0]["state"] == "ringing")
    assert not rings["phones"][0]["silenced"]
    assert await alice.does("phone", phone="phone-0", does="let_ring") == {"type": "done", "id": 2}
    await alice.hears("phones", lambda told: told["phones"][0]["silenced"])
    await alice.does("phone", phone="phone-0", does="answer")
    call = await alice.hears("phones", lambda told: told["phones"][0]["state"] == "in_call")
    assert call["phones"][0]["room"].startswith("R")
    await alice.does("phone", phone="phone-0", does="hang_up")
    await alice.hears("phones", lambda told: told["phones"][0]["state"] == "idle")


async def test_a_phone_that_has_changed_is_not_named_by_its_number(site: Site) -> None:
    bob, _ = await site.window("bob")
    assert (await bob.does("phone", phone="phone-0", does="hang_up"))["error"] == (
        "That phone has changed in the meantime: nothing was done."
    )


async def test_a_form_is_filled_in(site: Site) -> None:
    erin, _ = await site.window("erin")
    await erin.does("home")
    home = (await erin.hears("views", lambda told: told["home"]))["home"]
    await erin.does("click", view=home["id"], action_id="open_number_form")
    modal = (await erin.hears("views", lambda told: told["modals"]))["modals"][0]
    went = await erin.does("submit", view=modal["id"], values={"number": "12345"})
    assert "+65 9123 4567" in went["errors"]["number"]
    assert modal["blocks"][0]["element"]["initial_value"] == "+65 9123 0005"
    went = await erin.does("submit", view=modal["id"], values={})
    assert not went["errors"]
    await erin.hears("views", lambda told: told["modals"] and told["modals"][0]["submit"]["text"] == "Prove it")
    code = await texted_code(erin, 4)
    went = await erin.does("submit", view=modal["id"], values={"code": "000000" if code == "999999" else "999999"})
    assert "not the code" in went["errors"]["code"]
    went = await erin.does("submit", view=modal["id"], values={"code": code})
    assert not went["errors"]
    await erin.hears("views", lambda told: "you can be rung on +65 9123 0005" in json.dumps(told))
    await erin.does("close", view=modal["id"])
    await erin.hears("views", lambda told: told["modals"] == [])


async def test_shortcuts_are_chosen_as_the_manifest_has_them(site: Site) -> None:
    # What the bot does with them is its own tests' business: here it is only what it is told.
    site.world.slack.ack_seconds = 0.1
    alice, state = await site.window("alice")
    anywhere, on_message = state["workspace"]["shortcuts"]
    assert (anywhere["type"], on_message["type"]) == ("global", "message")
    await alice.does("shortcut", callback_id=anywhere["callback_id"], channel=site.channel_id())
    await alice.does("shortcut", callback_id=anywhere["callback_id"])
    await alice.does("type", channel=site.channel_id(), text="anybody?")
    said = await alice.hears_message("anybody?")
    await alice.does("shortcut", callback_id=on_message["callback_id"], message=said["ts"])
    told = [sent.payload for sent in site.world.slack.deliveries if sent.payload.get("callback_id")]
    assert [(one["type"], one["callback_id"]) for one in told] == [
        ("shortcut", "start_conference"),
        ("shortcut", "start_conference"),
        ("message_action", "conference_with_thread"),
    ]
    assert (told[2]["channel"]["id"], told[2]["message"]["text"]) == (site.channel_id(), "anybody?")


async def test_a_text_is_on_that_phone_alone(site: Site) -> None:
    alice, state = await site.window("alice")
    erin, _ = await site.window("erin")
    assert [phone["texts_received"] for phone in state["phones"]] == [0, 0, 0, 0, 0]
    await erin.does("type", channel=site.channel_id(), text="/conference number 9123 0005")
    told = await alice.hears("phones", lambda told: told["phones"][4]["texts"])
    assert [phone["texts_received"] for phone in told["phones"]] == [0, 0, 0, 0, 1]
    await erin.does("type", channel=site.channel_id(), text=f"/conference number code {await texted_code(erin, 4)}")
    assert "you can be rung" in (await erin.hears_message("Done"))["text"]


async def test_the_bot_is_invited(site: Site) -> None:
    alice, _ = await site.window("alice")
    lounge = site.channel_id("lounge")
    await alice.does("type", channel=lounge, text="/invite @bob")
    await alice.hears_message("nobody else to invite")
    await alice.does("type", channel=lounge, text="/invite @rollcall")
    channels = await alice.hears("all_channels")
    assert all(channel["bot_in"] for channel in channels["all_channels"])
    await alice.does("type", channel=lounge, text="/invite @rollcall")
    await alice.hears_message("is already in this channel")


BAD_ACTS: list[JsonObject] = [
    {"act": "dance"},
    {"act": "type", "channel": "C0NOWHERE", "text": "hello"},
    {"act": "type", "channel": "C0STANDUP", "text": "  "},
    {"act": "type", "channel": "C0STANDUP", "text": "hello", "thread": "1.2"},
    {"act": "type", "channel": "C0STANDUP"},
    {"act": "click", "message": "1.2", "action_id": "ring_anew"},
    {"act": "submit", "view": "V0000000000"},
    {"act": "close", "view": "V0000000000"},
    {"act": "shortcut"},
    {"act": "shortcut", "callback_id": "steal_all_numbers"},
    {"act": "shortcut", "callback_id": "start_conference", "channel": "C0NOWHERE"},
    {"act": "shortcut", "callback_id": "conference_with_thread"},
    {"act": "shortcut", "callback_id": "conference_with_thread", "message": "1.2"},
    {"act": "phone", "phone": "phone-0", "does": "answer"},
    {"act": "phone", "phone": "phone-0", "does": "explode"},
    {"act": "phone", "phone": "phone-99", "does": "answer"},
    {"act": "phone", "phone": "phone--1", "does": "out_of_reach"},
    {"act": "phone", "phone": "toaster", "does": "answer"},
    {"act": "phone"},
    {"act": "clock", "rate": 7},
    {"act": "clock", "rate": None},
    {"act": "fault", "name": "earthquake", "on": True},
    {"act": "forge"},
]


@pytest.mark.parametrize("act", BAD_ACTS, ids=lambda act: "-".join(map(str, act.values())))
async def test_what_can_not_be_done_is_said_and_harms_nothing(site: Site, act: JsonObject) -> None:
    alice, before = await site.window("alice")
    went = await alice.does(**act)
    assert went["error"].endswith(".")
    _, after = await site.window("alice")
    for kind in ("phones", "messages", "views", "faults"):
        assert after[kind] == before[kind]


async def test_the_clock_goes_on_to_what_the_bot_does_about_a_standup_next(site: Site) -> None:
    alice, _ = await site.window("alice")
    went = await alice.does("next_standup")
    assert went["error"].startswith("No standup lies ahead. Send /conference standup ")
    await alice.does("clock", rate=60)
    typed = "/conference standup sync @bob me mon,tue 09:45"
    await alice.does("type", channel=site.channel_id(), text=typed)
    await alice.hears_message("Set up: `sync`")
    # Over a weekend: nothing that is due on the way comes too late.
    assert "error" not in await alice.does("next_standup")
    assert (await alice.hears("clock", lambda told: told["clock"]["chosen"] == 1))["clock"]["rate"] == 1
    assert f"{site.world.clock.now():%a %H:%M}" in {"Mon 01:39", "Mon 01:40"}
    await alice.hears_message("in 5 minutes, at")
    assert "error" not in await alice.does("next_standup")
    await alice.hears("phones", lambda told: told["phones"][0]["state"] == "ringing")
    assert f"{site.world.clock.now():%a %H:%M}" == "Mon 01:45"
    went = await alice.does("next_standup")
    assert went["error"] == "A call is going on, and would last until then. Hang up first."


@pytest.mark.parametrize(
    "text", ["no JSON {", "[]", "7", "null", '{"act": ["type"]}', "{}", "[" * 100_000], ids=range(7)
)
async def test_noise_on_the_socket_harms_nothing(site: Site, text: str) -> None:
    alice, _ = await site.window("alice")
    await alice.socket.send_str(text)
    assert "error" not in await alice.does("clock", rate=10)
    assert (await alice.hears("clock", lambda told: told["clock"]["chosen"] == 10))["clock"]["rate"] == 10
