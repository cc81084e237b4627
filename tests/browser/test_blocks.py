"""Menus, confirmations, shortcuts and forms of any bot, by keyboard, and while the message they belong to changes."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import httpx
import pytest
import pytest_asyncio
from aiohttp import web
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser, Locator, expect
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.page.pace import Pace
from sandbox.page.server import Page
from sandbox.slack import JsonObject
from sandbox.world import World
from tests.browser.conftest import WIDE
from tests.browser.visitor import PATIENCE_SECONDS, Visitor, no_errors
from tests.serving import serving

pytestmark = pytest.mark.asyncio(loop_scope="session")

NARROW = {"width": 390, "height": 844}


@dataclass
class Stage:
    """A page, and a bot behind it that writes down what it gets and does as the test says."""

    world: World
    client: AsyncWebClient
    visitor: Visitor
    heard: list[JsonObject] = field(default_factory=list)

    async def hears(self, kind: str) -> JsonObject:
        """The next interaction, which is to be of that kind."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not self.heard:
                await self.visitor.page.wait_for_timeout(5)
        heard = self.heard.pop(0)
        assert heard["type"] == kind
        return heard

    async def hears_action(self) -> tuple[str, str, str]:
        """The next thing pressed or chosen: block id, action id and option or value."""
        (action,) = (await self.hears("block_actions"))["actions"]
        value = action["value"] if "value" in action else action["selected_option"]["value"]
        return action["block_id"], action["action_id"], value

    async def open_form(self, interaction: JsonObject, *blocks: JsonObject) -> None:
        view = {"type": "modal", "title": plain("A conference"), "submit": plain("Ring"), "blocks": list(blocks)}
        await self.client.views_open(trigger_id=interaction["trigger_id"], view=view)

    async def answer(self, interaction: JsonObject, **body: object) -> None:
        async with httpx.AsyncClient(trust_env=False) as http:
            (await http.post(interaction["response_url"], json=body)).raise_for_status()


async def no_standup() -> None:
    """When this bot does something about a standup: never."""


@pytest_asyncio.fixture(loop_scope="session")
async def stage(browser: Browser) -> AsyncIterator[Stage]:
    world, heard = World(), list[JsonObject]()

    async def take(request: web.Request) -> web.Response:
        heard.append(json.loads(parse_qs((await request.read()).decode())["payload"][0]))
        return web.Response()

    page = Page(world, Pace(), no_standup)
    page.watch()
    app = page.app()
    app.router.add_post("/bot", take)
    async with serving(app) as url:
        await world.slack.start()
        world.slack.events_url = f"{url}/bot"
        context = await browser.new_context(viewport=WIDE, reduced_motion="reduce")  # type: ignore[arg-type]
        window = await context.new_page()
        try:
            with no_errors(window):
                await window.goto(url)
                visitor = Visitor(window)
                await visitor.composer.wait_for()
                yield Stage(world, AsyncWebClient(world.slack.bot_token, world.slack.api_url), visitor, heard)
                await context.close()
        finally:
            await world.slack.stop()


def plain(text: str) -> JsonObject:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> JsonObject:
    return {"type": "mrkdwn", "text": text}


def options(**texts: str) -> list[JsonObject]:
    return [{"text": plain(text), "value": value} for value, text in texts.items()]


def button(action_id: str, text: str, **more: object) -> JsonObject:
    return {"type": "button", "action_id": action_id, "text": plain(text), "value": action_id, **more}


CONFIRM = {
    "title": plain("Are you sure?"),
    "text": plain("Their phone stops ringing."),
    "confirm": plain("Yes"),
    "deny": plain("No"),
}


def board(**states: str) -> list[JsonObject]:
    """A message with a menu for each person and a button for all."""
    rows = [
        {
            "type": "section",
            "block_id": name,
            "text": mrkdwn(f"*@{name}*: {state}"),
            "accessory": {
                "type": "overflow",
                "action_id": "person",
                "options": options(again="Ring again", out="Take out"),
                "confirm": CONFIRM,
            },
        }
        for name, state in states.items()
    ]
    return [*rows, {"type": "actions", "elements": [button("end", "End for all", style="danger", confirm=CONFIRM)]}]


async def is_nowhere(visitor: Visitor) -> bool:
    """Whether the focus is on nothing, so that the keyboard has to begin anew."""
    return bool(await visitor.page.evaluate("document.activeElement === document.body"))


async def fits(stage: Stage, *shown: Locator) -> None:
    """All of that is within the window, and axe-core finds nothing to mend."""
    width = await stage.visitor.page.evaluate("innerWidth")
    for one in shown:
        box = await one.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    assert await stage.visitor.page.evaluate("document.documentElement.scrollWidth") <= width
    results = await Axe().run(stage.visitor.page)
    assert [(one["id"], one["nodes"][0]["html"]) for one in results.response["violations"]] == []


async def test_an_open_menu_and_confirmation_outlive_a_board_that_is_drawn_anew(stage: Stage) -> None:
    visitor, page, press = stage.visitor, stage.visitor.page, stage.visitor.page.keyboard.press
    channel = stage.world.channel.id
    posted = await stage.client.chat_postMessage(channel=channel, text="x", blocks=board(bob="rings", carol="rings"))

    async def redrawn(**states: str) -> None:
        await stage.client.chat_update(channel=channel, ts=posted["ts"], text="x", blocks=board(**states))
        await expect(visitor.messages.filter(has_text=" ".join(states.values()).split(maxsplit=1)[0])).to_be_visible()

    def menu_of(name: str) -> Locator:
        return page.get_by_role("button", name=f"More actions: @{name}")

    item = page.get_by_role("menuitem")
    dialog = page.get_by_role("alertdialog", name="Are you sure?")
    await visitor.presses(menu_of("carol"))
    await expect(item.first).to_be_focused()
    await press("ArrowDown")
    await redrawn(bob="answered", carol="waits")
    await expect(item.filter(has_text="Take out")).to_be_focused()
    await expect(menu_of("carol")).to_have_attribute("aria-expanded", "true")
    await press("ArrowDown")
    await expect(item.filter(has_text="Ring again")).to_be_focused()
    await press("Escape")
    await expect(page.get_by_role("menu")).to_have_count(0)
    await expect(menu_of("carol")).to_be_focused()

    await press("ArrowUp")
    await press("Enter")
    await expect(dialog.get_by_role("button", name="No")).to_be_focused()
    await redrawn(bob="left", carol="stays")
    await press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(menu_of("carol")).to_be_focused()
    await press("Enter")
    await press("End")
    await press("Enter")
    await redrawn(dave="new", bob="gone", carol="moved")
    await visitor.presses(dialog.get_by_role("button", name="Yes"))
    assert await stage.hears_action() == ("carol", "person", "out")
    await expect(menu_of("carol")).to_be_focused()

    await press("Enter")
    await redrawn(bob="alone")
    await expect(page.get_by_role("menu")).to_have_count(0)
    await expect(menu_of("bob")).to_be_focused()
    await visitor.presses(page.get_by_role("button", name="End for all"))
    await redrawn(bob="ended", erin="came")
    await dialog.get_by_role("button", name="Yes").click()
    assert (await stage.hears_action())[1:] == ("end", "end")
    await expect(page.get_by_role("button", name="End for all")).to_be_focused()

    await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    await menu_of("erin").click()
    await fits(stage, page.get_by_role("menu"), menu_of("bob"), menu_of("erin"))
    await page.get_by_role("heading", name="Rollcall demo").click()
    await expect(page.get_by_role("menu")).to_have_count(0)


async def test_what_is_drawn_anew_while_it_is_pressed_is_pressed_once(stage: Stage) -> None:
    visitor, page = stage.visitor, stage.visitor.page
    ends: JsonObject = {"type": "actions", "elements": [button("go", "Go"), button("stop", "Stop")]}
    channel, states = stage.world.channel.id, dict[str, str]()
    posted = await stage.client.chat_postMessage(channel=channel, text="x")

    async def drawn(name: str, state: str = "rings") -> None:
        """With one more row, or another state; by name, and with no block ids but those that Slack makes up."""
        states[name] = state
        blocks = [*board(**dict(sorted(states.items()))), ends]
        for block in blocks:
            block.pop("block_id", None)
        await stage.client.chat_update(channel=channel, ts=posted["ts"], text="x", blocks=blocks)
        await expect(visitor.messages.last).to_contain_text(f"@{name}: {state}")

    async def holds(control: Locator) -> None:
        await control.hover()
        await page.mouse.down()

    go, stop = (visitor.messages.last.get_by_role("button", name=name) for name in ("Go", "Stop"))
    await drawn("bob")
    await holds(go)
    await drawn("carol")
    await page.mouse.up()
    assert (await stage.hears_action())[1] == "go"

    await holds(visitor.messages.last.get_by_role("button", name="Reply in thread"))
    await drawn("dave")
    await page.mouse.up()
    await expect(visitor.thread).to_be_visible()
    await visitor.thread.press("Escape")

    # Whoever moves away before they let go has thought better of it.
    await holds(go)
    await drawn("erin")
    await page.mouse.move(0, 0)
    await page.mouse.up()
    # The first menu is somebody else's by then.
    await holds(visitor.messages.last.get_by_role("button", name=re.compile("@bob")))
    await drawn("alice")
    await page.mouse.up()
    await expect(page.get_by_role("menu")).to_have_count(0)

    # Under a finger, the browser itself presses what has come there meanwhile, or nothing if that took half a second.
    touch = await page.context.new_cdp_session(page)
    await touch.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    await stop.scroll_into_view_if_needed()
    box = await stop.bounding_box()
    assert box
    at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    await touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
    await drawn("bob", "answered")
    await touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    await go.click()
    heard = [(await stage.hears_action())[1]]
    if heard == ["stop"]:
        heard = [(await stage.hears_action())[1]]
    assert heard == ["go"]


def field_of(block_id: str, label: str, **element: object) -> JsonObject:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "element": {"action_id": "value", **element},
        "optional": True,
    }


async def test_shortcuts_open_forms_that_start_as_the_app_says(stage: Stage) -> None:
    visitor, page, press = stage.visitor, stage.visitor.page, stage.visitor.page.keyboard.press
    people = stage.world.people
    await visitor.goes_to("incidents")
    await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    await visitor.presses(page.get_by_role("button", name="Shortcuts"))
    await expect(page.get_by_role("menuitem", name="Start a conference")).to_be_focused()
    await fits(stage, page.get_by_role("menu"))
    await press("Enter")
    asked = await stage.hears("shortcut")
    assert asked["callback_id"] == "start_conference"
    teams = [
        {"label": plain("On call"), "options": options(S1="@oncall")},
        {"label": plain("Others"), "options": options(S2="@web", S3="@db")},
    ]
    await stage.open_form(
        asked,
        field_of("who", "Who", type="multi_users_select", initial_users=[people["bob"].id], max_selected_items=2),
        field_of(
            "teams", "Groups", type="multi_static_select", option_groups=teams, initial_options=options(S2="@web")
        ),
        field_of("where", "Channel", type="conversations_select", default_to_current_conversation=True),
        field_of("about", "What about", type="plain_text_input"),
        {"type": "actions", "elements": [button("more", "Another number")]},
    )
    form = visitor.form("A conference")
    await expect(form.get_by_label("Alice Tan")).to_be_focused()
    await expect(form.get_by_label("Bob Lim")).to_be_checked()
    await expect(form.get_by_role("group", name="Others").get_by_label("@web")).to_be_checked()
    await expect(form.get_by_label("Channel")).to_have_value(stage.world.channels["incidents"].id)
    await fits(stage, form)
    await form.get_by_label("Carol Ng").check()
    await expect(form.get_by_label("Dave Okoro")).to_be_disabled()
    await form.get_by_role("group", name="On call").get_by_label("@oncall").check()
    await form.get_by_label("What about").fill("the release")

    # A view that changes keeps what was filled in, and the focus.
    await visitor.presses(form.get_by_role("button", name="Another number"))
    changing = await stage.hears("block_actions")
    view = {key: changing["view"][key] for key in ("type", "title", "submit", "blocks")}
    view["blocks"] = [*view["blocks"], {"type": "section", "text": mrkdwn("There is room for one more.")}]
    await stage.client.views_update(view_id=changing["view"]["id"], view=view)
    await expect(form).to_contain_text("room for one more")
    await expect(form.get_by_role("button", name="Another number")).to_be_focused()
    await form.get_by_role("button", name="Ring").click()
    values = (await stage.hears("view_submission"))["view"]["state"]["values"]
    assert values["who"]["value"]["selected_users"] == [people["bob"].id, people["carol"].id]
    assert [one["value"] for one in values["teams"]["value"]["selected_options"]] == ["S1", "S2"]
    assert values["where"]["value"]["selected_conversation"] == stage.world.channels["incidents"].id
    assert values["about"]["value"]["value"] == "the release"
    await expect(form).to_be_hidden()
    await expect(page.get_by_role("button", name="Shortcuts")).to_be_focused()

    await visitor.sends("Who has seen this?")
    more = visitor.messages.last.get_by_role("button", name="More actions")
    await visitor.presses(more)
    await press("Enter")
    asked = await stage.hears("message_action")
    assert (asked["callback_id"], asked["message"]["text"]) == ("conference_with_thread", "Who has seen this?")
    await expect(more).to_be_focused()


async def test_a_form_that_is_put_away_is_gone_before_the_app_hears_of_it(stage: Stage) -> None:
    visitor, page = stage.visitor, stage.visitor.page
    await visitor.presses(page.get_by_role("button", name="Shortcuts"))
    await expect(page.get_by_role("menuitem", name="Start a conference")).to_be_focused()
    await page.keyboard.press("Enter")
    await stage.open_form(await stage.hears("shortcut"), field_of("about", "What about", type="plain_text_input"))
    close = visitor.form("A conference").get_by_role("button", name="Close")
    assert not await close.evaluate("node => { node.click(); return node.closest('dialog').open; }")
    await visitor.sends("Never mind.")
    await expect(visitor.messages.last).to_contain_text("Never mind.")
    assert stage.world.slack.views(stage.world.people["alice"]) == []


async def test_whoever_types_on_as_a_form_closes_loses_no_letter(stage: Stage) -> None:
    visitor, page = stage.visitor, stage.visitor.page
    await visitor.presses(page.get_by_role("button", name="Shortcuts"))
    await expect(page.get_by_role("menuitem", name="Start a conference")).to_be_focused()
    await page.keyboard.press("Enter")
    asked = await stage.hears("shortcut")
    await visitor.composer.click()
    await stage.open_form(asked, field_of("about", "What about", type="plain_text_input"))
    close = visitor.form("A conference").get_by_role("button", name="Close")
    # Typed before the page hears that the browser has closed it.
    await close.evaluate("node => { node.click(); document.execCommand('insertText', false, '/'); }")
    await page.keyboard.type("con")
    await expect(visitor.composer).to_have_value("/con")


async def test_an_answer_to_one_person_is_leafed_through_and_put_away(stage: Stage) -> None:
    visitor, page = stage.visitor, stage.visitor.page

    def history(number: int, *turns: str) -> JsonObject:
        turning = [button(turn.lower(), turn) for turn in (*turns, "Close")]
        return {
            "text": f"Page {number}",
            "blocks": [{"type": "section", "text": mrkdwn(f"Page {number}")}, {"type": "actions", "elements": turning}],
        }

    await stage.client.chat_postEphemeral(
        channel=stage.world.channel.id, user=stage.world.people["alice"].id, **history(1, "Older")
    )
    answer = visitor.messages.filter(has_text="Only visible to you")
    await expect(answer.get_by_role("button", name="More actions")).to_have_count(0)
    await visitor.presses(answer.get_by_role("button", name="Older"))
    await stage.answer(await stage.hears("block_actions"), replace_original=True, **history(2, "Newer", "Older"))
    await expect(answer).to_contain_text("Page 2")
    await expect(page.locator("[aria-live=polite]").filter(has_text=re.compile("Page 2$"))).to_have_count(1)
    await expect(answer.get_by_role("button", name="Older")).to_be_focused()
    await page.keyboard.press("Enter")
    await stage.answer(await stage.hears("block_actions"), replace_original=True, **history(3, "Newer"))
    await expect(answer.get_by_role("button", name="Newer")).to_be_focused()
    await visitor.presses(answer.get_by_role("button", name="Close"))
    await stage.answer(await stage.hears("block_actions"), delete_original=True)
    await expect(answer).to_have_count(0)
    assert not await is_nowhere(visitor)
