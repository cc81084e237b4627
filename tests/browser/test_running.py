"""A conference is run from where it is shown: its board, its forms, the Home tab, the shortcuts and the verbs."""

import re

import pytest
from playwright.async_api import Locator, expect

from tests.browser.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

GUEST = "+65 9123 4567"
MASKED_GUEST = "+65 •••• 4567"
GUESTS = [f"+65912300{place}" for place in range(11, 17)]
PAST_ON_A_PAGE = 5


def button(where: Locator, name: str) -> Locator:
    return where.get_by_role("button", name=name, exact=True)


async def test_a_conference_is_run_from_its_board_until_it_is_called_again(visitor: Visitor) -> None:
    board = visitor.board
    await visitor.sends("/conference @bob")
    await visitor.rings("Alice Tan", "Bob Lim")
    await visitor.answers("Alice Tan")
    await visitor.at_phone("Decline", "Bob Lim")
    await visitor.on_board("Ring 1 again").click()
    await expect(board).to_contain_text("@bob: ringing again")
    await visitor.answers("Bob Lim")
    await expect(board).to_contain_text(re.compile(r"@bob: in the call since 9:3\d AM"))
    await expect(board.get_by_role("button", name=re.compile("^Ring . again$"))).to_have_count(0)

    await visitor.becomes("Dave Okoro")
    await visitor.on_board("Ring me").click()
    await visitor.answers("Dave Okoro")
    await expect(board).to_contain_text("@dave: in the call since")
    await visitor.on_board("Ring me").click()
    await expect(visitor.answers_to_me.last).to_contain_text("You are being rung, or are in the call already.")

    await visitor.on_board("Invite…").click()
    form = visitor.form("Invite to the call")
    await button(form, "Ring").click()
    await expect(form).to_contain_text("Nobody was rung: choose somebody, or type a number below.")
    await form.get_by_label("Numbers").fill("my boss")
    await button(form, "Ring").click()
    await expect(form).to_contain_text("Nobody was rung: here stand numbers only")
    await form.get_by_label("Erin Costa").check()
    await form.get_by_label("@oncall").check()
    await form.get_by_label("Numbers").fill(GUEST)
    await button(form, "Ring").click()
    # Of the group, Carol is rung; Dave, who asked for it, is in already.
    said = visitor.form("Rollcall")
    await expect(said).to_contain_text(f"@carol and {MASKED_GUEST} are being rung. @erin has no number on file.")
    await button(said, "Close").click()
    await visitor.rings("Carol Ng", "A guest")
    await visitor.answers("A guest")
    await visitor.becomes("Alice Tan")
    await visitor.chooses("Stop ringing", "@carol")
    await expect(board).to_contain_text("@carol: was hung up while it rang")
    await expect(board).to_contain_text(f"{MASKED_GUEST} (guest): in the call since")
    await expect(board).to_contain_text("@erin: no number on file, so not rung")

    await visitor.becomes("Dave Okoro")
    await visitor.chooses("Mute", "@bob")
    await expect(visitor.phone("Bob Lim")).to_contain_text("In a call, muted")
    await expect(board).to_contain_text(re.compile(r"@bob: in the call since [\d:]+ AM, muted"))
    await visitor.chooses("Remove from the call", "@bob")
    await expect(visitor.answers_to_me.last).to_contain_text("an admin, or @bob can end that call")
    await visitor.becomes("Alice Tan")
    await visitor.chooses("Remove from the call", "@bob")
    await expect(visitor.phone("Bob Lim")).to_contain_text("Idle")
    await expect(board).to_contain_text(re.compile(r"@bob: was in the call, \d+ min"))

    await visitor.on_board("Hang up").click()
    await expect(visitor.confirmation).to_contain_text("Hang up for everybody?")
    await button(visitor.confirmation, "Cancel").click()
    await expect(visitor.confirmation).to_be_hidden()
    await expect(visitor.phone("Dave Okoro")).to_contain_text("In a call")
    await visitor.on_board("Hang up").click()
    await button(visitor.confirmation, "Hang up").click()
    await expect(board).to_contain_text(re.compile(r"Ended at .* by @alice\. Cost SGD \d+\.\d+\."))
    for name in ("Alice Tan", "Dave Okoro", "A guest"):
        await expect(visitor.phone(name)).to_contain_text("Idle")
    await expect(board.locator(".actions").get_by_role("button")).to_have_text(["Call again"])
    await visitor.opens_thread()
    end = visitor.thread.get_by_role("article").last
    await expect(end).to_contain_text(re.compile(r"The call is over\. It lasted \d+ min\. Cost SGD \d+\.\d+\."))
    await expect(end).to_contain_text(re.compile(r"In it: @alice for \d+ min, @bob for \d+ min"))
    await expect(end).to_contain_text("Missed: @carol.")
    await visitor.button("Close thread").click()

    await visitor.becomes("Dave Okoro")
    await visitor.on_board("Call again").click()
    await expect(visitor.boards).to_have_count(2)
    for name in ("Conference by @dave", "@alice", "@bob", "@carol", "@dave", f"{MASKED_GUEST} (guest)"):
        await expect(board).to_contain_text(name)
    await expect(visitor.ringing).not_to_have_count(0)


async def test_the_home_tab_rings_whoever_asks_and_tells_what_the_month_came_to(visitor: Visitor) -> None:
    await visitor.sends("/conference @bob @carol")
    await visitor.rings("Alice Tan", "Bob Lim", "Carol Ng")
    await visitor.answers("Alice Tan")
    await visitor.at_phone("Decline", "Bob Lim")
    await visitor.at_phone("Decline", "Carol Ng")
    await visitor.becomes("Carol Ng")
    await visitor.goes_to("Home tab")
    await expect(visitor.home).to_contain_text("Running now")
    await expect(visitor.home).to_contain_text("Conference by @alice in #standup")
    await button(visitor.home, "Ring me").click()
    await visitor.answers("Carol Ng")
    await visitor.sets_clock(60)
    await expect(visitor.phone("Carol Ng").locator(".timer")).to_have_text(re.compile(r"^([2-9]|\d\d+):"))
    await visitor.sets_clock(1)

    # Asked for in another channel, and by somebody who was not rung, it is not told.
    await visitor.becomes("Dave Okoro")
    await visitor.goes_to("incidents")
    await visitor.sends("/conference status")
    await expect(visitor.answers_to_me).to_contain_text("you are in no conference elsewhere")
    await visitor.goes_to("standup")
    await visitor.sends("/conference status")
    await expect(visitor.answers_to_me).to_contain_text("2 of the account's 8 lines are in use.")
    await button(visitor.answers_to_me, "Ring me").click()
    await visitor.answers("Dave Okoro")
    await visitor.sends("/conference hangup")
    await expect(visitor.answers_to_me.last).to_contain_text("Only whoever started a conference, and admins, can")

    await visitor.becomes("Alice Tan")
    await visitor.sends("/conference hangup")
    await expect(visitor.answers_to_me.last).to_contain_text("is being ended: 3 phones are hung up.")
    await expect(visitor.board).to_contain_text("Ended at")
    await visitor.goes_to("Home tab")
    await expect(visitor.home).to_contain_text("Your last conferences")
    await expect(visitor.home).not_to_contain_text("Running now")
    await expect(visitor.home).to_contain_text(
        re.compile(r"In the call: @alice \d+ min, @carol \d+ min and @dave \d+ min")
    )
    await expect(visitor.home).to_contain_text(re.compile(r"November, everybody: .* came to \d+ min of calls"))
    await expect(visitor.home.locator("pre")).to_contain_text(re.compile(r"16 Nov ▇+▁* +\d+ min, SGD \d+\.\d+"))
    await visitor.becomes("Bob Lim")
    await visitor.goes_to("Home tab")
    await expect(visitor.home).to_contain_text("Missed: @bob (busy, or declined)")
    await expect(visitor.home.locator("pre")).to_have_count(0)


async def test_phones_wait_for_lines_as_long_as_somebody_wants_them_to(visitor: Visitor) -> None:
    await visitor.sends(f"/conference @bob {' '.join(GUESTS[:5])}")
    for talking in range(1, 8):
        await visitor.ringing.first.click()
        await expect(visitor.talking).to_have_count(talking)
    await visitor.becomes("Carol Ng")
    await visitor.sends("/conference @dave")
    await expect(visitor.boards).to_have_count(2)
    await expect(visitor.board).to_contain_text(
        re.compile(
            r"the call needs 2 lines at once, and only 1 is free\. @alice's conference holds 7 since [\d:]+ AM\."
        )
    )
    # However many phones there are, the window's own edge stays where it is.
    assert await visitor.page.evaluate("document.scrollingElement.scrollHeight") <= 800
    await visitor.on_board("Ring as lines get free").click()
    await visitor.answers("Carol Ng")
    await expect(visitor.board).to_contain_text("@dave: waiting for a line")
    await expect(visitor.board).to_contain_text("1 phone waits for a line; next in the queue.")
    await visitor.on_board("Stop waiting").click()
    await expect(visitor.board).to_contain_text("@dave: not rung: no line was free")
    await visitor.on_board("Ring as lines get free").click()
    await expect(visitor.on_board("Stop waiting")).to_be_visible()
    await visitor.button("Hang up A guest").first.click()
    await visitor.rings("Dave Okoro")
    await expect(visitor.board).to_contain_text("@dave: ringing")
    await expect(visitor.on_board("Stop waiting")).to_have_count(0)


async def test_past_conferences_are_leafed_through(visitor: Visitor) -> None:
    for count, guest in enumerate(GUESTS, start=1):
        await visitor.sends(f"/conference without me {guest}")
        await visitor.button("Decline A guest").click()
        await expect(visitor.boards.filter(has_text="Ended at")).to_have_count(count)
    await visitor.sends("/conference history 3")
    await expect(visitor.answers_to_me.last).to_contain_text("this channel's past conferences fill 2")
    await visitor.sends("/conference history")
    page = visitor.answers_to_me.filter(has_text="Past conferences in this channel")
    oldest = f"{GUESTS[0][-4:]} (busy, or declined)"
    await expect(page.get_by_text("Nobody was in the call.")).to_have_count(PAST_ON_A_PAGE)
    await expect(page).not_to_contain_text(oldest)
    await expect(page).to_contain_text("AM, today")
    await button(page, "Older").click()
    await expect(page.get_by_text("Nobody was in the call.")).to_have_count(1)
    await expect(page).to_contain_text(oldest)
    await button(page, "Newer").click()
    await expect(page.get_by_text("Nobody was in the call.")).to_have_count(PAST_ON_A_PAGE)
    await expect(button(page, "Newer")).to_have_count(0)


async def test_a_conference_with_a_thread_is_started_and_ended_by_keyboard_alone(visitor: Visitor) -> None:
    page, press = visitor.page, visitor.page.keyboard.press
    await visitor.presses(page.get_by_role("button", name="Shortcuts"))
    await press("Enter")
    form = visitor.form("Start a conference")
    await expect(form.get_by_label("Alice Tan")).to_be_focused()
    await expect(form.get_by_label("Where the board appears")).to_have_value(re.compile("^C"))
    await visitor.presses(button(form, "Cancel"))
    await expect(page.get_by_role("button", name="Shortcuts")).to_be_focused()

    await visitor.tabs_to(visitor.composer)
    await page.keyboard.type("The release is stuck. Who can look?")
    await press("Enter")
    await visitor.presses(visitor.button("Act as Bob Lim"))
    await visitor.presses(visitor.messages.get_by_role("button", name="Reply in thread"))
    reply = page.get_by_role("textbox", name=re.compile("[Rr]eply"))
    await visitor.tabs_to(reply)
    await page.keyboard.type("Looking.")
    await press("Enter")
    await expect(visitor.thread).to_contain_text("Looking.")
    await press("Escape")
    await visitor.presses(visitor.button("Act as Carol Ng"))
    await visitor.presses(visitor.messages.first.get_by_role("button", name="More actions on this message"))
    await expect(page.get_by_role("menuitem", name="Conference with thread")).to_be_focused()
    await press("Enter")
    await expect(form.get_by_label("Alice Tan")).to_be_checked()
    await expect(form.get_by_label("Bob Lim")).to_be_checked()
    await expect(form.get_by_label("Dave Okoro")).not_to_be_checked()
    await visitor.presses(button(form, "Ring"))

    await visitor.rings("Alice Tan", "Bob Lim", "Carol Ng")
    await visitor.presses(visitor.button("Answer Bob Lim"))
    await expect(visitor.board).to_contain_text("@bob: in the call since")
    await visitor.presses(visitor.menu_of("@bob"))
    await press("ArrowDown")
    await expect(page.get_by_role("menuitem", name="Remove from the call")).to_be_focused()
    await press("ArrowUp")
    await press("Enter")
    await expect(visitor.board).to_contain_text("AM, muted")
    # The board is another one since; whoever pressed is still where they were.
    await expect(visitor.menu_of("@bob")).to_be_focused()
    await visitor.presses(visitor.on_board("Hang up"))
    await expect(button(visitor.confirmation, "Cancel")).to_be_focused()
    await press("Tab")
    await press("Enter")
    await expect(visitor.board).to_contain_text(re.compile(r"Ended at .* by @carol"))
    await visitor.presses(visitor.on_board("Call again"))
    await expect(visitor.boards).to_have_count(2)
