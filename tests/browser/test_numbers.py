"""Visits in which people add their numbers, look after other people's, and say when they want to be rung."""

import re

import pytest
from playwright.async_api import Locator, expect

from tests.browser.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

ERINS_NUMBER = "+65 9123 0005"
ROLLCALLS_NUMBER = "+6560000000"


async def stands_below(field: Locator, error: Locator) -> None:
    """The error has its place under the field, is heard with it, and the field has the focus to be mended."""
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(field).to_be_focused()
    await expect(field).to_have_accessible_description(re.compile(re.escape(await error.inner_text())))
    box, below = await field.bounding_box(), await error.bounding_box()
    assert box
    assert below
    assert below["y"] >= box["y"] + box["height"]


async def test_a_number_is_added_from_the_board_with_the_keyboard_alone(visitor: Visitor) -> None:
    keyboard = visitor.page.keyboard
    await visitor.sends("/conference @bob @erin")
    await expect(visitor.board).to_contain_text("@erin: no number on file, so not rung")
    await visitor.presses(visitor.button("Act as Erin Costa"))
    add = visitor.board.get_by_role("button", name="Add my number")
    await visitor.presses(add)

    number = visitor.modal.get_by_label("The phone that is to ring")
    await expect(number).to_be_focused()
    await expect(number).to_have_value(ERINS_NUMBER)  # as her Slack profile has it, made whole
    await keyboard.press("ControlOrMeta+A")
    await keyboard.type("12345")
    await keyboard.press("Enter")
    await stands_below(number, visitor.modal.get_by_text("Write it like +65 9123 4567"))
    await keyboard.press("ControlOrMeta+A")
    await keyboard.type(ERINS_NUMBER)
    await keyboard.press("Enter")

    code = visitor.modal.get_by_label("The code")
    await expect(code).to_be_focused()
    right = await visitor.reads_code("Erin Costa")
    await expect(visitor.page.get_by_role("status").filter(has_text="New text on Erin Costa’s phone")).to_contain_text(
        right
    )
    await keyboard.type("000000" if right == "999999" else "999999")
    await keyboard.press("Enter")
    await stands_below(code, visitor.modal.get_by_text("That is not the code that was sent."))
    await keyboard.press("ControlOrMeta+A")
    await keyboard.type(right)
    await keyboard.press("Enter")

    await expect(visitor.modal).to_contain_text(f"you can be rung on {ERINS_NUMBER}")
    await expect(visitor.modal.get_by_role("button", name="Close")).to_be_focused()
    await keyboard.press("Enter")
    await expect(visitor.modal).to_be_hidden()
    await expect(add).to_be_focused()

    await visitor.presses(visitor.button("Home tab"))
    await expect(visitor.home).to_contain_text(f"Your number is {ERINS_NUMBER}")
    await expect(visitor.home.get_by_role("button", name="Change my number")).to_be_visible()
    await visitor.presses(visitor.button("standup"))
    await visitor.presses(visitor.button("Act as Carol Ng"))
    await visitor.tabs_to(visitor.composer)
    await keyboard.type("/conference @erin without me")
    await keyboard.press("Enter")
    await visitor.rings("Erin Costa")
    await expect(visitor.phone("Erin Costa")).to_contain_text("Call from Rollcall, +65 6000 0000")
    await expect(visitor.board).to_contain_text("@erin: ringing")


async def test_a_number_is_added_where_the_bot_asks_for_it(visitor: Visitor) -> None:
    await visitor.sends("/conference @bob @erin")
    await expect(visitor.button("Act as Erin Costa")).to_contain_text("1 new")
    await visitor.becomes("Erin Costa")
    await visitor.goes_to("Direct message")
    await expect(visitor.messages).to_contain_text(["@alice wanted you in a conference call in #standup"])
    await visitor.messages.get_by_role("button", name="Add my number").click()
    await visitor.modal.get_by_role("button", name="Keep it").click()
    await expect(visitor.modal.get_by_label("The code")).to_be_visible()
    await visitor.modal.get_by_role("button", name="Later").click()

    # The form is gone, and the code was not entered: the Home tab goes on from there.
    await visitor.goes_to("Home tab")
    await expect(visitor.home).to_contain_text(ERINS_NUMBER)
    await visitor.home.get_by_role("button", name="Enter the code").click()
    await visitor.modal.get_by_label("The code").fill(await visitor.reads_code("Erin Costa"))
    await visitor.modal.get_by_role("button", name="Prove it").click()
    await expect(visitor.modal).to_contain_text(f"you can be rung on {ERINS_NUMBER}")
    await visitor.modal.get_by_role("button", name="Close").click()
    await expect(visitor.home).to_contain_text(f"Your number is {ERINS_NUMBER}")

    card = visitor.home.get_by_role("link", name="save Rollcall's number as a contact")
    answer = await visitor.page.request.get(await card.get_attribute("href") or "")
    assert f"TEL;TYPE=VOICE:{ROLLCALLS_NUMBER}" in await answer.text()


async def test_another_code_is_sent_while_the_form_stays_open(visitor: Visitor) -> None:
    await visitor.becomes("Erin Costa")
    await visitor.sends(f"/conference number {ERINS_NUMBER}")
    first = await visitor.reads_code("Erin Costa")
    await visitor.messages.get_by_role("button", name="Enter the code").click()
    code = visitor.modal.get_by_label("The code")
    await code.fill("12")
    again = visitor.modal.get_by_role("button", name="Send another code")
    await visitor.presses(again)
    await visitor.reads_code("Erin Costa", text=2)
    await expect(code).to_be_focused()
    await expect(code).to_have_value("12")  # what was typed survives the change of the form
    await visitor.presses(again)
    latest = await visitor.reads_code("Erin Costa", text=3)
    await expect(code).to_be_focused()
    await visitor.presses(again)
    await expect(visitor.modal).to_contain_text("You were sent 3 codes within an hour")

    if first != latest:
        await code.fill(first)
        await code.press("Enter")
        await expect(visitor.modal).to_contain_text("That is not the code that was sent.")
    await code.fill(f"{latest[:3]} {latest[3:]}")
    await code.press("Enter")
    await expect(visitor.modal).to_contain_text(f"you can be rung on {ERINS_NUMBER}")


async def test_a_number_and_its_code_are_typed(visitor: Visitor) -> None:
    await visitor.becomes("Erin Costa")
    await expect(visitor.button("Put it in the composer")).to_be_visible()
    await visitor.button("Put it in the composer").click()
    await visitor.composer.press("Enter")
    code = await visitor.reads_code("Erin Costa")
    await expect(visitor.button("Put it in the composer")).to_be_hidden()
    await visitor.composer.press_sequentially("/conference number c")
    await expect(visitor.suggestions).to_have_text(["code proves your number with the code that came by SMS"])
    await visitor.composer.press("Tab")
    await expect(visitor.composer).to_have_value("/conference number code ")
    await visitor.composer.press_sequentially(code)
    await visitor.composer.press("Enter")
    await expect(visitor.messages.last).to_contain_text(f"you can be rung on {ERINS_NUMBER}")


async def test_an_admin_looks_after_other_peoples_numbers(visitor: Visitor) -> None:
    await visitor.composer.press_sequentially("/conference number mi")
    await expect(visitor.suggestions).to_have_text(["missing shows who in this channel has no number"])
    await visitor.composer.press("Tab")
    await visitor.composer.press("Enter")
    missing = visitor.messages.filter(has_text="No number on file: @erin.")
    await missing.get_by_role("button", name="Ask them all").click()
    await expect(visitor.button("Act as Erin Costa")).to_contain_text("1 new")

    await visitor.composer.press_sequentially("/conference number @e")
    await expect(visitor.suggestions).to_have_text(["@erin Erin Costa’s number"])
    await visitor.composer.press("Tab")
    await expect(visitor.suggestions).to_have_text(["remove forgets their number"])
    await visitor.composer.press_sequentially(ERINS_NUMBER)
    await visitor.composer.press("Enter")
    await expect(visitor.messages.filter(has_text="Done: @erin can be rung")).to_contain_text(ERINS_NUMBER)
    await expect(visitor.button("Act as Erin Costa")).to_contain_text("2 new")
    await visitor.becomes("Erin Costa")
    await visitor.goes_to("Direct message")
    await expect(visitor.messages.last).to_contain_text(f"@alice, an admin, put {ERINS_NUMBER} on file")


async def test_others_are_offered_nothing_of_an_admins(visitor: Visitor) -> None:
    await visitor.becomes("Bob Lim")
    await visitor.composer.press_sequentially("/conference number ")
    await expect(visitor.suggestions).to_have_text([re.compile("^code "), re.compile("^remove ")])
    await visitor.sends("/conference number @alice")
    await expect(visitor.messages.last).to_contain_text("only an admin")


async def test_quiet_hours_are_set_with_the_keyboard_alone(visitor: Visitor) -> None:
    # It is night where Dave is.
    keyboard = visitor.page.keyboard
    await visitor.presses(visitor.button("Act as Dave Okoro"))
    await visitor.presses(visitor.button("Home tab"))
    await visitor.presses(visitor.home.get_by_role("button", name="When to ring me"))
    form = visitor.form("When to ring me")
    await expect(form.get_by_label("Ring me at any time")).to_be_focused()
    await keyboard.press("ArrowDown")
    await expect(form.get_by_label("Ring me, but not in my quiet hours")).to_be_checked()
    start, end = form.get_by_label("Quiet from"), form.get_by_label("Quiet until")
    await expect(start).to_have_value("22:00")
    await visitor.tabs_to(end)
    await keyboard.type("1000PM")
    await expect(end).to_have_value("22:00")
    await keyboard.press("Enter")
    await stands_below(end, form.get_by_text("Quiet hours can't end when they begin."))
    await keyboard.press("ArrowLeft")
    await keyboard.press("ArrowLeft")
    await keyboard.type("0800AM")
    await keyboard.press("Enter")
    await expect(form).to_contain_text("Your quiet hours are 22:00 to 08:00")
    await expect(form.get_by_role("button", name="Close")).to_be_focused()
    await keyboard.press("Enter")
    await expect(form).to_be_hidden()
    await expect(visitor.home.get_by_role("button", name="When to ring me")).to_be_focused()
    await expect(visitor.home).to_contain_text("Your quiet hours are 22:00 to 08:00")

    await visitor.presses(visitor.button("standup"))
    await visitor.presses(visitor.button("Act as Alice Tan"))
    await visitor.tabs_to(visitor.composer)
    await keyboard.type("/conference @bob @dave")
    await keyboard.press("Enter")
    await visitor.rings("Alice Tan", "Bob Lim")
    # Eight in London is four in Singapore.
    await expect(visitor.board).to_contain_text("@dave: not rung: quiet hours until 4:00 PM")
    await expect(visitor.phone("Dave Okoro")).to_contain_text("Idle")
