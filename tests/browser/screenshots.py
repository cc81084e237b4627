"""Makes the pictures in docs/pictures/: `make screenshots`."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

from playwright.async_api import Browser, expect

from tests.browser.demo import running_browser, running_demo
from tests.browser.visitor import Visitor
from tests.harness.process import ROOT

PICTURES = ROOT / "docs/pictures"
WIDE = {"width": 1280, "height": 800}
TALL = {"width": 1280, "height": 1000}
NARROW = {"width": 390, "height": 844}


@asynccontextmanager
async def visit(
    browser: Browser, size: dict[str, int], scheme: Literal["light", "dark"] = "light"
) -> AsyncIterator[Visitor]:
    """A visitor in a demo of their own."""
    async with running_demo() as demo:
        context = await browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        visitor = Visitor(await context.new_page())
        await visitor.page.goto(demo.url)
        await visitor.composer.wait_for()
        yield visitor
        await context.close()


async def take(visitor: Visitor, name: str) -> None:
    # Otherwise what the mouse is over would show its tools.
    await visitor.page.mouse.move(0, 0)
    await visitor.page.locator("#phones").evaluate("node => node.scrollTo(0, 0)")
    await visitor.page.screenshot(path=PICTURES / name)


async def ringing(visitor: Visitor) -> None:
    await visitor.sends("Good morning. Two minutes about the release?")
    await visitor.sends("/conference @bob @carol")
    await visitor.rings("Alice Tan", "Bob Lim", "Carol Ng")
    await visitor.answers("Alice Tan")
    await expect(visitor.board).to_contain_text("@alice: in the call")
    await visitor.composer.focus()
    await take(visitor, "ringing.png")


async def thread(visitor: Visitor) -> None:
    await visitor.sends("Good morning. Two minutes about the release?")
    await visitor.at_phone("Put out of reach", "Dave Okoro")
    await visitor.sends("/conference @bob @carol @dave")
    await visitor.rings("Alice Tan", "Bob Lim", "Carol Ng")
    await visitor.answers("Alice Tan")
    await visitor.answers("Bob Lim")
    await visitor.at_phone("Decline", "Carol Ng")
    await expect(visitor.board).to_contain_text("@dave: could not be reached")
    await visitor.sets_clock(60)
    await expect(visitor.phone("Alice Tan").locator(".timer")).to_have_text(re.compile("^[3-9]:"))
    await visitor.sets_clock(1)
    await visitor.at_phone("Hang up", "Bob Lim")
    await visitor.at_phone("Hang up", "Alice Tan")
    await expect(visitor.board).to_contain_text("Cost SGD")
    await visitor.opens_thread()
    await expect(visitor.thread).to_contain_text("@alice: was in the call")
    await visitor.composer.focus()
    await take(visitor, "thread.png")


async def running(visitor: Visitor) -> None:
    """A board in the middle of a call, with a menu open."""
    await visitor.sends("/conference @bob @carol +65 9123 4567")
    await visitor.rings("Alice Tan", "Bob Lim", "Carol Ng", "A guest")
    await visitor.answers("Alice Tan")
    await visitor.at_phone("Decline", "Bob Lim")
    await visitor.answers("A guest")
    await expect(visitor.board).to_contain_text("@bob: busy, or declined")
    await expect(visitor.board).to_contain_text("4567 (guest): in the call since")
    await visitor.chooses("Mute", "4567")
    await expect(visitor.board).to_contain_text("muted")
    await visitor.menu_of("@alice").click()
    await take(visitor, "running.png")


async def home(visitor: Visitor) -> None:
    """A call that is over, and one that runs."""
    await visitor.sends("/conference @bob")
    await visitor.answers("Alice Tan")
    await visitor.answers("Bob Lim")
    await visitor.sets_clock(60)
    await expect(visitor.phone("Bob Lim").locator(".timer")).to_have_text(re.compile("^1[2-9]:"))
    await visitor.sets_clock(1)
    await visitor.at_phone("Hang up", "Bob Lim")
    await visitor.at_phone("Hang up", "Alice Tan")
    await expect(visitor.board).to_contain_text("Ended at")
    await visitor.sends("/conference @bob @carol")
    await visitor.answers("Bob Lim")
    await visitor.at_phone("Decline", "Alice Tan")
    await expect(visitor.boards.last).to_contain_text("@bob: in the call since")
    await expect(visitor.boards.last).to_contain_text("@alice: busy")
    await visitor.goes_to("Home tab")
    await expect(visitor.home).to_contain_text("Running now")
    await expect(visitor.home).to_contain_text("Your last conferences")
    await take(visitor, "home.png")


async def wire(visitor: Visitor) -> None:
    await visitor.sends("/conference @bob @carol")
    await visitor.rings("Alice Tan", "Bob Lim", "Carol Ng")
    await visitor.at_phone("Decline", "Bob Lim")
    await expect(visitor.board).to_contain_text("@bob: busy, or declined")
    await visitor.button("The wire").click()
    await visitor.requests.filter(has_text="signature right").first.locator("summary").click()
    await take(visitor, "wire.png")


async def standup(visitor: Visitor) -> None:
    """A standup's form, its reminder, and its report in the week after."""
    await visitor.sends("/conference team platform me @bob @carol @dave")
    await expect(visitor.answers_to_me).to_contain_text("Saved: platform")
    await visitor.sends("/conference standup")
    form = visitor.form("New standup")
    await form.get_by_label("Name").fill("platform")
    await form.get_by_role("group", name="Teams").get_by_label("platform").check()
    await form.get_by_label("Every Friday, who was in over the last four weeks").focus()
    await take(visitor, "standup-form.png")
    await form.get_by_role("button", name="Save").click()
    await visitor.form("Standup").get_by_role("button", name="Close").click()

    await visitor.goes_on_to_the_next_standup()
    reminder = visitor.standup("platform").first
    await visitor.becomes("Dave Okoro")
    await reminder.get_by_role("button", name="I'm out today").click()
    await visitor.becomes("Alice Tan")
    await expect(reminder).to_contain_text("Out today: @dave.")
    await visitor.composer.focus()
    await take(visitor, "standup-reminder.png")

    for day in range(1, 4):
        if day > 1:
            await visitor.goes_on_to_the_next_standup()
            await expect(visitor.standup("platform")).to_have_count(2 * day - 1)
        await visitor.goes_on_to_the_next_standup()
        board = visitor.standup("platform").filter(has_text="room R").last
        await visitor.answers("Bob Lim")
        await visitor.answers("Alice Tan")
        await visitor.at_phone("Decline" if day == 1 else "Answer", "Carol Ng")
        if day > 1:
            await visitor.at_phone("Decline", "Dave Okoro")
        await expect(board).to_contain_text("@alice: in the call")
        await visitor.sets_clock(60)
        await expect(visitor.phone("Bob Lim").locator(".timer")).to_have_text(re.compile("^([6-9]|1.):"))
        await visitor.sets_clock(1)
        await visitor.sends("/conference hangup")
        await expect(board).to_contain_text("Cost SGD")
    await visitor.sends("/conference standup platform report")
    await expect(visitor.answers_to_me.last).to_contain_text("the last four weeks")
    await visitor.composer.focus()
    await take(visitor, "standup-report.png")


async def phones_on_a_phone(visitor: Visitor) -> None:
    await visitor.sends("/conference @bob @carol")
    await expect(visitor.board).to_contain_text("ringing")
    await visitor.page.get_by_role("navigation", name="Views").get_by_role("button", name="Phones").click()
    await visitor.rings("Alice Tan", "Bob Lim", "Carol Ng")
    await visitor.answers("Alice Tan")
    await take(visitor, "phone-ringing-390-dark.png")


async def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    async with running_browser() as browser:
        async with visit(browser, WIDE) as visitor:
            await ringing(visitor)
        async with visit(browser, WIDE) as visitor:
            await thread(visitor)
        async with visit(browser, WIDE) as visitor:
            await running(visitor)
        async with visit(browser, TALL) as visitor:
            await home(visitor)
        async with visit(browser, TALL) as visitor:
            await wire(visitor)
        async with visit(browser, TALL) as visitor:
            await standup(visitor)
        async with visit(browser, NARROW, "dark") as visitor:
            await phones_on_a_phone(visitor)


if __name__ == "__main__":
    asyncio.run(main())
