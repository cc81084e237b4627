"""Standups as people have them: set up by a form, changed in their list, announced, rung and reported."""

import re

import pytest
from playwright.async_api import Locator, expect

from tests.browser.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

GUEST = "+65 9123 4567"
SOON = "/conference standup sync @bob @carol me weekdays 09:45"
"""On the day on which the demo begins, so late that its reminder does not come by itself."""


def button(where: Locator, name: str) -> Locator:
    return where.get_by_role("button", name=name, exact=True)


async def test_a_standup_is_set_up_by_its_form_and_changed_in_the_list(visitor: Visitor) -> None:
    await visitor.sends("/conference team platform me @bob @carol")
    await expect(visitor.answers_to_me).to_contain_text("Saved: platform")
    await visitor.sends("/conference standup")
    form = visitor.form("New standup")
    await form.get_by_label("Name").fill("two words")
    await form.get_by_role("group", name="Teams").get_by_label("platform").check()
    await button(form, "Save").click()
    await expect(form).to_contain_text("Nothing was saved. A name is one word")
    await expect(form.get_by_label("Name")).to_be_focused()
    await form.get_by_label("Name").fill("platform")
    for day in ("Tuesday", "Wednesday", "Thursday"):
        await form.get_by_role("group", name="Days").get_by_label(day).uncheck()
    await form.get_by_label("The channel is told").select_option("10 minutes before")
    await form.get_by_label("Not on these dates").fill("2026-12-25\n2027-13-01")
    await button(form, "Save").click()
    await expect(form).to_contain_text("Nothing was saved: 2027-13-01 is no date.")
    await expect(form.get_by_label("Not on these dates")).to_be_focused()
    await form.get_by_label("Not on these dates").fill("2026-12-25\n2027-01-01")
    # However long the form is, what sends it is in sight.
    await expect(button(form, "Save")).to_be_in_viewport()
    await button(form, "Save").click()
    saved = visitor.form("Standup")
    await expect(saved).to_contain_text("Set up: platform rings Mondays and Fridays at 09:30, Singapore time.")
    await expect(saved).to_contain_text("The channel is told 10 minutes before.")
    await expect(saved).to_contain_text("It does not ring on 25 Dec 2026 and 1 Jan 2027.")
    await button(saved, "Close").click()

    await visitor.sends("/conference standup")
    listed = visitor.answers_to_me.filter(has_text="Standups of this channel")
    menu = listed.get_by_role("button", name=re.compile("More actions: platform · Mondays and Fridays"))

    async def chooses(option: str) -> None:
        await menu.click()
        await visitor.page.get_by_role("menuitem", name=option, exact=True).click()

    await expect(listed).to_contain_text("It rings next at 9:30 AM, Nov 23, 2026.")
    await chooses("Pause")
    await expect(listed).to_contain_text("Paused: platform rings no more until /conference standup platform resume.")
    await expect(listed).to_contain_text("It is paused.")
    await chooses("Resume")
    await expect(listed).to_contain_text("Resumed: platform rings again.")
    await chooses("Skip the next one")
    await expect(listed).to_contain_text(
        "Mon 23 November is skipped (by @alice). It rings next at 9:30 AM, Nov 27, 2026."
    )
    await chooses("Don't skip")
    await expect(listed).to_contain_text("It rings next at 9:30 AM, Nov 23, 2026.")

    await button(listed, "Change the standup platform").click()
    form = visitor.form("Change a standup")
    await expect(form.get_by_label("Name")).to_have_value("platform")
    await expect(form.get_by_role("group", name="Teams").get_by_label("platform")).to_be_checked()
    await expect(form.get_by_label("The channel is told")).to_have_value("10")
    await expect(form.get_by_label("Not on these dates")).to_have_value(re.compile("2026-12-25.*2027-01-01", re.DOTALL))
    await form.get_by_role("group", name="Days").get_by_label("Friday").uncheck()
    await form.get_by_label("Time", exact=True).fill("16:00")
    await form.get_by_label("Time zone").fill("Europe/London")
    await button(form, "Save").click()
    await expect(saved).to_contain_text("Changed: platform rings Mondays at 16:00, London time.")
    await button(saved, "Close").click()

    # Who is rung sees it; only whoever set it up, and admins, can do something about it.
    await visitor.becomes("Bob Lim")
    await visitor.sends("/conference standup")
    await expect(listed).to_contain_text("platform · Mondays at 16:00, London time")
    await expect(listed.get_by_role("button")).to_have_text(["New standup"])
    await visitor.becomes("Alice Tan")
    await visitor.sends("/conference standup platform")
    shown = visitor.answers_to_me.last
    await shown.get_by_role("button", name="More actions").click()
    await visitor.page.get_by_role("menuitem", name="Delete").click()
    asked = visitor.answers_to_me.filter(has_text="Delete platform, Mondays at 16:00, London time?")
    await button(asked, "Delete platform").click()
    await expect(visitor.answers_to_me.filter(has_text="Deleted: platform.")).to_be_visible()
    await visitor.goes_on_to_the_next_standup()
    await expect(visitor.page.get_by_role("status").filter(has_text="No standup lies ahead.")).to_be_visible()


async def test_a_standup_is_announced_rung_and_reported(visitor: Visitor) -> None:
    await visitor.sends(SOON)
    await expect(visitor.answers_to_me).to_contain_text("Set up: sync rings weekdays at 09:45, Singapore time.")
    await visitor.goes_on_to_the_next_standup()
    reminder = visitor.standup("sync").first
    await expect(reminder).to_contain_text("Standup sync in 5 minutes, at 9:45 AM")
    await expect(reminder).to_contain_text("Rings @alice, @bob and @carol.")

    await visitor.becomes("Bob Lim")
    await button(reminder, "I'm out today").click()
    await expect(visitor.answers_to_me).to_contain_text("You are out of Standup sync today")
    await expect(reminder).to_contain_text("Rings @alice and @carol. Out today: @bob.", use_inner_text=True)
    await button(visitor.answers_to_me, "I'm in after all").click()
    await expect(visitor.answers_to_me.last).to_contain_text("You are in: Standup sync rings you at 9:45 AM.")
    await expect(reminder).to_contain_text("Rings @alice, @bob and @carol.")
    await button(reminder, "I'm out today").click()
    await expect(reminder).to_contain_text("Out today: @bob.")
    await button(reminder, "Skip today").click()
    await button(visitor.confirmation, "Skip today").click()
    await expect(visitor.answers_to_me.last).to_contain_text(
        "only @alice, who set Standup sync up, and admins can skip"
    )

    await visitor.becomes("Alice Tan")
    await button(reminder, "Ring me on another number").click()
    form = visitor.form("Another number")
    await expect(form).to_contain_text("Standup sync, at 9:45 AM: on which number is it to ring you?")
    await form.get_by_label("The phone that is to ring this once").fill("my desk")
    await button(form, "Ring it").click()
    await expect(form.get_by_label("The phone that is to ring this once")).to_have_attribute("aria-invalid", "true")
    await form.get_by_label("The phone that is to ring this once").fill(GUEST)
    await button(form, "Ring it").click()
    kept = visitor.form("Rollcall")
    await expect(kept).to_contain_text(f"Standup sync rings you on {GUEST}, this time only, at 9:45 AM.")
    await button(kept, "Close").click()
    await expect(reminder).to_contain_text("On another number this once: @alice.")

    await button(reminder, "Skip today").click()
    await expect(visitor.confirmation).to_contain_text("Nobody is rung by this standup today.")
    await button(visitor.confirmation, "Leave it").click()
    await expect(visitor.confirmation).to_be_hidden()
    await button(reminder, "Skip today").click()
    await button(visitor.confirmation, "Skip today").click()
    await expect(reminder).to_contain_text("due at 9:45 AM: skipped today by @alice, so nobody is rung.")
    await button(reminder, "Ring after all").click()
    await expect(reminder).to_contain_text("Rings @alice and @carol.")

    await visitor.goes_on_to_the_next_standup()
    await visitor.answers("A guest")
    await visitor.at_phone("Decline", "Carol Ng")
    board = visitor.standup("sync").filter(has_text="room R")
    await expect(reminder).to_contain_text("Standup sync, due at 9:45 AM, has begun")
    await expect(board).to_contain_text("@alice: in the call")
    await expect(board).to_contain_text("🌴 @bob: out today")
    await expect(board).to_contain_text("@carol: busy, or declined")
    await visitor.goes_on_to_the_next_standup()
    await expect(visitor.page.get_by_role("status").filter(has_text="A call is going on")).to_be_visible()
    await visitor.sets_clock(60)
    await expect(visitor.phone("A guest").locator(".timer")).to_have_text(re.compile(r"^([2-9]|\d\d+):"))
    await visitor.sets_clock(1)
    await visitor.at_phone("Hang up", "A guest")
    await expect(button(board, "Call again")).to_be_visible()

    await visitor.sends("/conference standup sync report")
    report = visitor.answers_to_me.filter(has_text="the last four weeks")
    await expect(report).to_contain_text("It rang on 1 day. A call lasted")
    rows = report.locator(".fields p")
    await expect(rows.nth(0)).to_have_text("@alice")
    await expect(rows.nth(1)).to_have_text("in on 1 of 1 day")
    await visitor.sends("/conference standup sync report weekly")
    await expect(visitor.answers_to_me.last).to_contain_text("gets a report of sync every Friday at 17:00")
    await visitor.goes_on_to_the_next_standup()
    weekly = visitor.standup("sync").filter(has_text="the last four weeks")
    await expect(weekly).to_contain_text("@bob")
    await visitor.becomes("Bob Lim")
    await button(weekly, "Keep me out of reports").click()
    await expect(weekly).to_contain_text("One person keeps themselves out of reports")
    await expect(weekly).not_to_contain_text("@bob")

    await visitor.becomes("Alice Tan")
    await button(board.first, "Call again").click()
    await expect(board.last).to_contain_text("called again by @alice")
    # It is still of that day, as her other number is.
    await visitor.answers("A guest")


async def test_a_standup_by_keyboard_alone(visitor: Visitor) -> None:
    page, press = visitor.page, visitor.page.keyboard.press
    await visitor.tabs_to(visitor.composer)
    await page.keyboard.type("/conference standup")
    await press("Enter")
    form = visitor.form("New standup")
    await expect(form.get_by_label("Name")).to_be_focused()
    await page.keyboard.type("sync")
    await press("Enter")
    # What is wrong is said where the focus comes to.
    people = form.get_by_role("group", name="People").last
    await expect(people).to_be_focused()
    await expect(people).to_have_accessible_description(re.compile("Nothing was saved: choose somebody"))
    for name in ("Alice Tan", "Bob Lim"):
        await visitor.tabs_to(form.get_by_label(name))
        await press("Space")
    await visitor.tabs_to(form.get_by_label("Sunday"))
    await press("Space")
    await press("Tab")
    await expect(form.get_by_label("Time", exact=True)).to_be_focused()
    await page.keyboard.type("0945AM")
    await visitor.tabs_to(form.get_by_label("The channel is told"))
    await page.keyboard.type("10")
    await visitor.tabs_to(form.get_by_label("Not on these dates"))
    await page.keyboard.type("2026-12-25")
    await press("Enter")
    await page.keyboard.type("2027-01-01")
    await visitor.presses(button(form, "Save"))
    saved = visitor.form("Standup")
    await expect(saved).to_contain_text("Fridays and Sundays at 09:45, Singapore time.")
    await expect(saved).to_contain_text("The channel is told 10 minutes before.")
    await expect(saved).to_contain_text("25 Dec 2026 and 1 Jan 2027")
    await expect(button(saved, "Close")).to_be_focused()
    await press("Enter")
    await expect(saved).to_be_hidden()
    await expect(visitor.composer).to_be_focused()

    await page.keyboard.type("/conference standup sync")
    await press("Enter")
    await visitor.presses(visitor.answers_to_me.last.get_by_role("button", name="More actions"))
    await press("Enter")
    await expect(visitor.answers_to_me.last).to_contain_text("Paused: sync rings no more")
    await expect(visitor.answers_to_me.last.get_by_role("button", name="More actions")).to_be_focused()
    await press("Enter")
    await press("Enter")
    await expect(visitor.answers_to_me.last).to_contain_text("Resumed: sync rings again.")

    await visitor.presses(visitor.button("Next standup"))
    reminder = visitor.standup("sync").first
    await visitor.presses(button(reminder, "I'm out today"))
    await expect(reminder).to_contain_text("Out today: @alice.")
    await expect(button(reminder, "I'm out today")).to_be_focused()
    await visitor.presses(button(visitor.answers_to_me.last, "I'm in after all"))
    await expect(reminder).not_to_contain_text("Out today")
    await visitor.presses(button(reminder, "Ring me on another number"))
    other = visitor.form("Another number")
    await expect(other.get_by_label("The phone that is to ring this once")).to_be_focused()
    await press("Escape")
    await expect(button(reminder, "Ring me on another number")).to_be_focused()
    await press("Enter")
    await expect(other.get_by_label("The phone that is to ring this once")).to_be_focused()
    await page.keyboard.type(GUEST)
    await press("Enter")
    await expect(visitor.form("Rollcall")).to_contain_text("this time only")
    await press("Enter")
    await expect(button(reminder, "Ring me on another number")).to_be_focused()
    await visitor.presses(button(reminder, "Skip today"))
    await expect(button(visitor.confirmation, "Leave it")).to_be_focused()
    await press("Tab")
    await press("Enter")
    # Its buttons are others since; whoever pressed is still at them.
    await expect(button(reminder, "Ring after all")).to_be_focused()
    await press("Enter")
    await expect(button(reminder, "I'm out today")).to_be_focused()

    await visitor.presses(visitor.button("Next standup"))
    await visitor.presses(visitor.button("Answer A guest"))
    board = visitor.standup("sync").filter(has_text="room R")
    await expect(board).to_contain_text("@alice: in the call")
    await visitor.presses(visitor.button("Hang up A guest"))
    await expect(board).to_contain_text("@alice: was in the call")
    await visitor.tabs_to(visitor.composer)
    await page.keyboard.type("/conference standup sync report")
    await press("Enter")
    report = visitor.answers_to_me.filter(has_text="the last four weeks")
    await visitor.presses(button(report, "Keep me out of reports"))
    await expect(visitor.answers_to_me.last).to_contain_text("you are kept out of the reports of all standups")
