"""Visits, from the first look at the page to the last outcome in the thread."""

import asyncio
import re
import socket
import time
from contextlib import AbstractContextManager, nullcontext

import pytest
from playwright.async_api import Browser, expect

from tests.browser.demo import running_demo
from tests.browser.visitor import PATIENCE_SECONDS, Visitor, no_errors

pytestmark = pytest.mark.asyncio(loop_scope="session")

FIRST_PORT = 8080
ERINS_NUMBER = "+65 9123 0005"
ANY_FULL_NUMBER = re.compile(r"9123 ?000\d")
ANY_TOKEN = re.compile(r"xox[a-z]-\w|xapp-\w|demo-hoiio-token")


async def test_a_conference_from_the_command_to_its_cost(visitor: Visitor) -> None:
    await visitor.composer.press_sequentially("/conf")
    await expect(visitor.suggestions).to_have_text(["/conference rings people into one call"])
    await visitor.composer.press("Enter")
    await visitor.composer.press_sequentially("@bo")
    await expect(visitor.suggestions).to_have_text(["@bob Bob Lim"])
    await visitor.composer.press("Tab")
    await visitor.composer.press_sequentially("@ca")
    await expect(visitor.suggestions).to_have_text(["@carol Carol Ng"])
    await visitor.composer.press("Enter")
    await expect(visitor.composer).to_have_value("/conference @bob @carol ")
    await visitor.composer.press("Enter")

    await visitor.rings("Bob Lim", "Alice Tan", "Carol Ng")
    await visitor.answers("Alice Tan")
    await visitor.answers("Bob Lim")
    await visitor.at_phone("Decline", "Carol Ng")
    await expect(visitor.board).to_contain_text("@bob: in the call")
    await expect(visitor.board).to_contain_text("@carol: busy, or declined")

    await visitor.sets_clock(60)
    await expect(visitor.phone("Bob Lim")).to_contain_text(re.compile(r"[2-9]:\d\d"))
    await visitor.at_phone("Hang up", "Bob Lim")
    await visitor.at_phone("Hang up", "Alice Tan")
    await expect(visitor.board).to_contain_text(re.compile(r"Ended at .* Cost SGD \d+\.\d+\."))
    await visitor.opens_thread()
    await expect(visitor.thread).to_contain_text("@carol: busy, or declined")
    await expect(visitor.thread).to_contain_text(re.compile(r"@bob: was in the call, \d+ min"))
    await expect(visitor.thread).to_contain_text(re.compile(r"@alice: was in the call, \d+ min"))


async def test_a_double_click_on_answer_does_not_hang_up(visitor: Visitor) -> None:
    await visitor.sends("/conference @bob")
    await visitor.rings("Alice Tan", "Bob Lim")
    await visitor.button("Answer Bob Lim").dblclick(delay=100)
    await expect(visitor.board).to_contain_text("@bob: in the call")
    await expect(visitor.button("Hang up Bob Lim")).to_be_enabled()
    await expect(visitor.phone("Bob Lim")).to_contain_text("In a call")


async def test_a_mistyped_command_is_answered_to_that_person_alone(visitor: Visitor) -> None:
    await visitor.sends("/conference @bob tomorrow")
    answer = visitor.messages.filter(has_text="Nobody was rung")
    await expect(answer).to_contain_text("Only visible to you")
    await expect(answer).to_contain_text("tomorrow (word 2) is no team, and no word that the command knows.")
    await visitor.sends("Sorry, a slip.")
    await visitor.becomes("Bob Lim")
    await expect(visitor.messages).to_have_count(1)
    await expect(visitor.messages).to_contain_text("Sorry, a slip.")
    await visitor.becomes("Alice Tan")
    await expect(answer).to_be_visible()
    await expect(visitor.ringing).to_have_count(0)


async def test_a_command_that_slack_does_not_know(visitor: Visitor) -> None:
    await visitor.sends("/confernce @bob")
    await expect(visitor.messages).to_contain_text("Only visible to you")
    await expect(visitor.messages).to_contain_text("/confernce is not a valid command.")


async def test_an_outcome_arrives_though_its_notification_is_lost(visitor: Visitor) -> None:
    await visitor.button("The wire").click()
    await visitor.page.get_by_role("switch", name="Lose notifications").check()
    await visitor.sends("/conference @bob")
    await visitor.rings("Alice Tan", "Bob Lim")
    await visitor.at_phone("Decline", "Bob Lim")
    await visitor.answers("Alice Tan")
    await visitor.at_phone("Hang up", "Alice Tan")
    await expect(visitor.requests.filter(has_text="lost on the way").first).to_be_visible()
    # Once she has been seen in the call, that is asked about only every minute.
    await visitor.button("Clock at 10 times real speed").click()
    await expect(visitor.board).to_contain_text("@bob: busy, or declined")
    await expect(visitor.board).to_contain_text("@alice: was in the call, 1 min")
    await visitor.opens_thread()
    await expect(visitor.thread).to_contain_text("@bob: busy, or declined")
    asked = visitor.requests.filter(has_text=re.compile("voice/(query_status|get_history)"))
    await expect(asked.first).to_be_visible()
    # Whatever came, came by asking.
    heard = visitor.requests.filter(has_text="Hoiio → bot")
    await expect(heard).not_to_have_count(0)
    await expect(heard.filter(has_not_text="lost on the way")).to_have_count(0)


async def test_slack_says_429_and_the_board_comes_later(visitor: Visitor) -> None:
    await visitor.button("The wire").click()
    await visitor.page.get_by_role("switch", name="Slack says 429").check()
    await visitor.sends("/conference @bob")
    await expect(visitor.requests.filter(has_text="429 Too Many Requests").first).to_be_visible()
    await expect(visitor.ringing).to_have_count(0)
    await visitor.page.get_by_role("switch", name="Slack says 429").uncheck()
    await visitor.rings("Alice Tan", "Bob Lim")
    await expect(visitor.board).to_contain_text("@bob: ringing")


async def test_a_forged_notification_changes_nothing(visitor: Visitor) -> None:
    await visitor.button("The wire").click()
    await visitor.sends("/conference @bob")
    await visitor.rings("Alice Tan", "Bob Lim")
    await visitor.button("Forge a notification").click()
    forged = visitor.requests.filter(has_text="signature wrong")
    await expect(forged).to_contain_text("403 Forbidden")
    await expect(visitor.board).to_contain_text("@bob: ringing")


async def test_a_visit_with_the_keyboard_alone(visitor: Visitor) -> None:
    keyboard = visitor.page.keyboard
    await keyboard.press("Tab")
    await expect(visitor.page.get_by_role("link", name="Skip to the composer")).to_be_focused()
    await keyboard.press("Enter")
    await expect(visitor.composer).to_be_focused()
    await keyboard.type("/conference ")
    await keyboard.press("ArrowDown")
    await expect(visitor.suggestions.first).to_have_attribute("aria-selected", "true")
    await keyboard.press("Enter")
    await expect(visitor.composer).to_have_value("/conference @bob ")
    await keyboard.type("@er")
    await keyboard.press("Enter")
    await expect(visitor.composer).to_have_value("/conference @bob @erin ")
    await keyboard.press("Enter")

    await visitor.rings("Alice Tan", "Bob Lim")
    await visitor.presses(visitor.button("Answer Alice Tan"))
    await expect(visitor.button("Hang up Alice Tan")).to_be_focused()
    await visitor.presses(visitor.button("Decline Bob Lim"))
    await expect(visitor.board).to_contain_text("@bob: busy, or declined")
    await visitor.presses(visitor.button("Hang up Alice Tan"))
    await expect(visitor.board).to_contain_text("Cost SGD")

    await visitor.presses(visitor.board.get_by_role("button", name=re.compile("replies|reply")))
    await expect(visitor.page.get_by_role("heading", name="Thread")).to_be_focused()
    await expect(visitor.thread).to_contain_text("@bob: busy, or declined")
    await keyboard.press("Escape")
    await expect(visitor.thread).to_be_hidden()
    await expect(visitor.board.get_by_role("button", name=re.compile("replies|reply"))).to_be_focused()

    await visitor.presses(visitor.button("Act as Erin Costa"))
    await visitor.presses(visitor.button("Direct message"))
    await visitor.presses(visitor.messages.get_by_role("button", name="Add my number"))
    await expect(visitor.modal.get_by_label("The phone that is to ring")).to_be_focused()
    await keyboard.press("Escape")
    await expect(visitor.modal).to_be_hidden()
    await expect(visitor.messages.get_by_role("button", name="Add my number")).to_be_focused()
    await keyboard.press("Enter")
    await expect(visitor.modal.get_by_label("The phone that is to ring")).to_be_focused()
    await expect(visitor.modal.get_by_label("The phone that is to ring")).to_have_value(ERINS_NUMBER)
    await keyboard.press("Enter")
    await expect(visitor.modal.get_by_label("The code")).to_be_focused()
    await keyboard.type(await visitor.reads_code("Erin Costa"))
    await keyboard.press("Enter")
    await expect(visitor.modal).to_contain_text("you can be rung")
    close = visitor.modal.get_by_role("button", name="Close")
    await expect(close).to_be_focused()
    await keyboard.press("Enter")
    await expect(visitor.modal).to_be_hidden()

    await visitor.presses(visitor.button("The wire"))
    await visitor.tabs_to(visitor.requests.first.locator("summary"))
    await keyboard.press("Enter")
    # By now another may have come in above it.
    await expect(visitor.requests.get_by_role("heading", name="Fields")).to_be_visible()
    switch = visitor.page.get_by_role("switch", name="Send notifications twice")
    await visitor.tabs_to(switch)
    await keyboard.press("Space")
    await expect(switch).to_be_checked()
    await expect(switch).to_be_focused()


async def test_a_reload_loses_nothing(visitor: Visitor) -> None:
    await visitor.sends("/conference @bob @carol")
    await visitor.answers("Bob Lim")
    # Nobody's phone rings any more, so that the board stays as it is however long a reload takes.
    await visitor.at_phone("Decline", "Alice Tan")
    await visitor.at_phone("Decline", "Carol Ng")
    await visitor.becomes("Carol Ng")
    await expect(visitor.board).to_contain_text("@alice: busy, or declined")
    await expect(visitor.board).to_contain_text("@carol: busy, or declined")
    await visitor.opens_thread()
    await visitor.button("The wire").click()
    await expect(visitor.board).to_contain_text("@bob: in the call since")
    board = (await visitor.board.inner_text()).splitlines()
    kept = [line for line in board if re.search(r"room R|@\w+: ", line)]
    assert len(kept) == 1 + len(("alice", "bob", "carol"))

    await visitor.page.reload()
    await expect(visitor.button("Act as Carol Ng")).to_have_attribute("aria-pressed", "true")
    await expect(visitor.phone("Bob Lim")).to_contain_text("In a call")
    await expect(visitor.thread).to_contain_text("Conference by @alice")
    for line in kept:
        await expect(visitor.board).to_contain_text(line)
    await expect(visitor.requests.filter(has_text="conference/call")).to_have_count(1)
    await visitor.at_phone("Hang up", "Bob Lim")
    await expect(visitor.board).to_contain_text("@bob: was in the call")


async def test_the_wire_shows_the_newest_first_and_no_secrets(visitor: Visitor) -> None:
    await visitor.becomes("Erin Costa")
    await visitor.sends("/conference number 9123 0005")
    code = await visitor.reads_code("Erin Costa")
    await visitor.sends(f"/conference number code {code}")
    await expect(visitor.messages.last).to_contain_text("you can be rung")
    await visitor.becomes("Alice Tan")
    await visitor.sends("/conference @bob @erin +6591230004")
    await visitor.rings("Alice Tan", "Bob Lim")
    await visitor.at_phone("Decline", "Bob Lim")
    await expect(visitor.board).to_contain_text("@bob: busy, or declined")
    await visitor.button("The wire").click()
    await expect(visitor.requests.filter(has_text="conference/call")).to_have_count(1)
    await expect(visitor.requests.filter(has_text="signature right").first).to_be_visible()
    assert await visitor.requests.last.get_by_text("slash command").count() == 1

    for summary in await visitor.requests.locator("summary").all():
        await summary.click()
    times = [_seconds(text) for text in await visitor.requests.locator(".when").all_inner_texts()]
    assert times == sorted(times, reverse=True)
    await expect(visitor.requests.filter(has_text="conference/call")).to_contain_text("+65 •••• 0002")
    await expect(visitor.requests.filter(has_text="sms/send")).to_contain_text("••• is your Rollcall code")
    requests = " ".join(await visitor.requests.all_text_contents())
    assert re.findall(rf"(?<![\w.]){code}(?![\w.])", requests) == []
    everything = await visitor.page.locator("body").evaluate("node => node.textContent")
    assert ANY_FULL_NUMBER.findall(everything) == []
    assert ANY_TOKEN.findall(everything) == []
    # The part of Hoiio's way back that nobody else may know.
    assert re.findall(r"/hoiio/notifications/\w+/\w", everything) == []


def _seconds(shown: str) -> int:
    """Seconds since midnight of `9:30:07 AM`."""
    found = re.fullmatch(r"(\d+):(\d\d):(\d\d) [AP]M", shown)
    assert found, shown
    hours, minutes, seconds = map(int, found.groups())
    return hours % 12 * 3600 + minutes * 60 + seconds


async def test_a_channel_without_the_bot_rings_nobody(visitor: Visitor) -> None:
    await visitor.goes_to("lounge")
    await visitor.sends("/conference @bob")
    answer = visitor.messages.filter(has_text="I am not in this channel")
    await expect(answer).to_contain_text("Only visible to you")
    await expect(answer).to_contain_text("Type /invite @Rollcall here and run the command again.")
    await expect(visitor.ringing).to_have_count(0)
    await visitor.sends("/invite @Rollcall")
    await expect(visitor.messages.filter(has_text="invited @rollcall to this channel")).to_be_visible()
    await visitor.sends("/conference @bob")
    await visitor.rings("Alice Tan", "Bob Lim")


async def test_a_taken_port_gives_way_to_the_next_free_one(browser: Browser) -> None:
    with await _holding(FIRST_PORT):
        async with running_demo() as demo:
            assert demo.said.startswith(f"Port {FIRST_PORT} is taken, so this is on the next free one.\n")
            assert demo.url != f"http://127.0.0.1:{FIRST_PORT}/"
            page = await browser.new_page()
            with no_errors(page):
                await page.goto(demo.url)
                await expect(Visitor(page).composer).to_be_visible()
            await page.close()


async def _holding(port: int) -> AbstractContextManager[object]:
    """The port, taken; another test's demo may have to let go of it first. What else has it keeps it."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        try:
            return socket.create_server(("127.0.0.1", port))
        except OSError:
            await asyncio.sleep(0.01)
    return nullcontext()
