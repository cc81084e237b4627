"""axe-core finds nothing to mend: at both widths, in both colour schemes, in every state that the page comes to."""

from typing import Final, Literal

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Locator, expect

from tests.browser.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

WIDE = {"width": 1280, "height": 800}
NARROW = {"width": 390, "height": 844}
SCHEMES: Final[dict[Literal["light", "dark"], str]] = {"light": "{}", "dark": "{runOnly: ['color-contrast']}"}
"""Colour schemes, with what axe is to look for: only colours differ between them."""

FOUND: Final = "({ violations }) => violations.map((one) => [one.id, one.nodes[0].html])"
"""What was found is all that the page answers, and not what passed, too."""
AXE_SCRIPT: Final = Axe().axe_script


class Examined:
    """A visitor whose page is examined wherever they go, whichever width it has."""

    def __init__(self, visitor: Visitor, *, is_narrow: bool) -> None:
        self.visitor = visitor
        self.page = visitor.page
        self.is_narrow = is_narrow

    async def has_no_violations(self, state: str) -> None:
        if not await self.page.evaluate("'axe' in window"):
            await self.page.evaluate(AXE_SCRIPT)
        for scheme, rules in SCHEMES.items():
            await self.page.emulate_media(color_scheme=scheme)
            found = await self.page.evaluate(f"axe.run({{resultTypes: ['violations'], ...{rules}}}).then({FOUND})")
            assert found == [], f"{state}, {scheme}"
        overflow = await self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0, f"{state}: the page is {overflow} px wider than its window"

    async def looks_at(self, view: str) -> None:
        """Only a narrow window shows one view at a time."""
        if self.is_narrow:
            # By keyboard: a text that came is shown above the buttons for a while, which a mouse would have to await.
            await self.page.get_by_role("navigation", name="Views").get_by_role("button", name=view).press("Enter")
        elif view == "Wire":
            await self.visitor.button("The wire").click()

    async def goes_to(self, place: str) -> None:
        if self.is_narrow:
            await self._picks("Place", place)
        else:
            await self.visitor.goes_to(place)

    async def becomes(self, name: str) -> None:
        if self.is_narrow:
            await self._picks("You are", name)
            await expect(self.page.get_by_text(f"{name} started without a number on file")).to_be_visible()
        else:
            await self.visitor.becomes(name)

    async def is_within_the_window(self, shown: Locator) -> None:
        box, width = await shown.bounding_box(), await self.page.evaluate("innerWidth")
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width

    async def _picks(self, picker: str, label: str) -> None:
        select = self.page.get_by_role("combobox", name=picker)
        option: Locator = select.get_by_role("option").filter(has_text=label)
        await select.select_option(await option.get_attribute("value"))


@pytest.fixture(params=[1280, 390])
def width(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def window(width: int) -> dict[str, object]:
    return {"viewport": NARROW if width == NARROW["width"] else WIDE}


async def test_no_violations_in_any_state(visitor: Visitor, width: int) -> None:
    examined = Examined(visitor, is_narrow=width == NARROW["width"])
    await examined.has_no_violations("first screen")
    await visitor.composer.press_sequentially("/conference @")
    await expect(visitor.suggestions).not_to_have_count(0)
    await examined.has_no_violations("suggestions")

    await visitor.sends("/conference @bob @erin")
    await expect(visitor.board).to_contain_text("ringing")
    await examined.looks_at("Phones")
    await visitor.rings("Alice Tan", "Bob Lim")
    await visitor.at_phone("Put out of reach", "Dave Okoro")
    await visitor.answers("Alice Tan")
    await examined.has_no_violations("phones ringing")
    # How long Bob's phone rings still depends on how long that took: it rings out.
    await visitor.sets_clock(60)
    await expect(visitor.ringing).to_have_count(0)
    await visitor.sets_clock(1)
    await visitor.at_phone("Hang up", "Alice Tan")

    await examined.looks_at("Chat")
    await expect(visitor.board).to_contain_text("Cost SGD")
    await visitor.opens_thread()
    await expect(visitor.thread).to_contain_text("@alice: was in the call")
    await examined.has_no_violations("finished thread")
    await visitor.button("Close thread").click()

    await examined.looks_at("Wire")
    await visitor.requests.filter(has_text="conference/call").locator("summary").click()
    await visitor.page.get_by_role("switch", name="Send notifications twice").check()
    await examined.has_no_violations("wire open")
    await examined.looks_at("Wire" if not examined.is_narrow else "Chat")

    await examined.becomes("Erin Costa")
    await visitor.board.get_by_role("button", name="Add my number").click()
    number = visitor.modal.get_by_label("The phone that is to ring")
    await number.fill("12345")
    await number.press("Enter")
    await expect(visitor.modal).to_contain_text("Write it like")
    await examined.has_no_violations("a number that is none")
    await number.fill("9123 0005")
    await number.press("Enter")
    # It is shown for a while only.
    await expect(visitor.page.get_by_role("status").filter(has_text="New text")).to_be_visible()
    code = visitor.modal.get_by_label("The code")
    await code.fill("none")
    await code.press("Enter")
    await expect(code).to_have_attribute("aria-invalid", "true")
    await examined.has_no_violations("a code that is wrong")
    await visitor.modal.get_by_role("button", name="Later").click()
    await examined.looks_at("Phones")
    await expect(visitor.texts("Erin Costa")).to_be_visible()
    await examined.has_no_violations("a text on a phone")
    await examined.looks_at("Chat")

    await examined.goes_to("Home tab")
    await expect(visitor.home.get_by_role("button", name="Enter the code")).to_be_visible()
    await examined.has_no_violations("Home tab")
    await visitor.home.get_by_role("button", name="When to ring me").click()
    preferences = visitor.form("When to ring me")
    await preferences.get_by_label("Ring me, but not in my quiet hours").check()
    await preferences.get_by_label("Quiet until").fill("22:00")
    await preferences.get_by_role("button", name="Save").click()
    await expect(preferences).to_contain_text("Quiet hours can't end when they begin")
    await examined.has_no_violations("quiet hours of no length")


async def test_no_violations_while_a_conference_is_run(visitor: Visitor, width: int) -> None:
    examined = Examined(visitor, is_narrow=width == NARROW["width"])
    await visitor.sends("/conference @bob @carol @erin +6591234567")
    await expect(visitor.board).to_contain_text("ringing")
    await examined.looks_at("Phones")
    await visitor.rings("Alice Tan", "Bob Lim", "Carol Ng")
    await visitor.answers("Alice Tan")
    await visitor.at_phone("Decline", "Bob Lim")
    await examined.looks_at("Chat")
    await expect(visitor.board).to_contain_text("@alice: in the call since")
    # Alice's, since Carol's phone rings for half a minute only, however long all this takes.
    await visitor.menu_of("@alice").click()
    menu = visitor.page.get_by_role("menu")
    await expect(menu.get_by_role("menuitem", name="Remove from the call")).to_be_visible()
    await examined.is_within_the_window(menu)
    await examined.has_no_violations("a board with an open menu")
    await visitor.page.keyboard.press("Escape")
    await visitor.chooses("Mute", "@alice")
    await expect(visitor.board).to_contain_text("muted")
    await examined.looks_at("Phones")
    await expect(visitor.phone("Alice Tan")).to_contain_text("muted")
    await examined.has_no_violations("a muted phone")
    await examined.looks_at("Chat")
    await visitor.on_board("Hang up").click()
    await examined.has_no_violations("asked whether to hang up")
    await visitor.confirmation.get_by_role("button", name="Cancel").click()

    await visitor.on_board("Invite…").click()
    form = visitor.form("Invite to the call")
    await form.get_by_label("Numbers").fill("my boss")
    await form.get_by_role("button", name="Ring").click()
    await expect(form).to_contain_text("numbers only")
    await examined.is_within_the_window(form)
    await examined.has_no_violations("an invitation that can't be read")
    await form.get_by_role("button", name="Cancel").click()

    await visitor.sends("/conference status")
    answer = visitor.answers_to_me.filter(has_text="of the account's 8 lines")
    await examined.is_within_the_window(answer)
    await examined.has_no_violations("what is running")
    await examined.goes_to("Home tab")
    await expect(visitor.home).to_contain_text("Running now")
    await examined.has_no_violations("Home tab while a conference runs")
    await examined.goes_to("standup")
    await visitor.sends("/conference hangup")
    await expect(visitor.on_board("Call again")).to_be_visible()
    await examined.goes_to("Home tab")
    await expect(visitor.home).to_contain_text("Your last conferences")
    await examined.has_no_violations("Home tab with what it cost")


async def test_no_violations_around_a_standup(visitor: Visitor, width: int) -> None:
    examined = Examined(visitor, is_narrow=width == NARROW["width"])
    await visitor.sends("/conference standup new")
    form = visitor.form("New standup")
    await form.get_by_label("Name").fill("two words")
    await form.get_by_label("Not on these dates").fill("Christmas")
    await form.get_by_role("button", name="Save").click()
    await expect(form).to_contain_text("Christmas is no date")
    await examined.is_within_the_window(form)
    await examined.has_no_violations("a standup that can't be saved")
    await form.get_by_role("button", name="Cancel").click()

    await visitor.sends("/conference standup sync @bob @carol me weekdays 09:45")
    await expect(visitor.answers_to_me.last).to_contain_text("Set up: sync")
    await visitor.sends("/conference standup")
    await visitor.answers_to_me.last.get_by_role("button", name="More actions").click()
    menu = visitor.page.get_by_role("menu")
    await expect(menu.get_by_role("menuitem", name="Pause")).to_be_visible()
    await examined.is_within_the_window(menu)
    await examined.has_no_violations("the menu of a standup")
    await visitor.page.keyboard.press("Escape")
    await visitor.goes_on_to_the_next_standup()
    reminder = visitor.standup("sync").first
    await reminder.get_by_role("button", name="Ring me on another number").click()
    number = visitor.form("Another number").get_by_label("The phone that is to ring this once")
    await number.fill("none")
    await number.press("Enter")
    await expect(number).to_have_attribute("aria-invalid", "true")
    await examined.has_no_violations("another number that is none")
    await visitor.page.keyboard.press("Escape")
    await reminder.get_by_role("button", name="I'm out today").click()
    await expect(reminder).to_contain_text("Out today: @alice.")
    await reminder.get_by_role("button", name="Skip today").click()
    await examined.has_no_violations("asked whether to skip")
    await visitor.confirmation.get_by_role("button", name="Leave it").click()
    await visitor.goes_on_to_the_next_standup()
    board = visitor.standup("sync").last
    await expect(board).to_contain_text("@alice: out today")
    await visitor.sends("/conference hangup")
    await expect(board).to_contain_text("Ended at")
    await visitor.sends("/conference standup sync report")
    report = visitor.answers_to_me.last
    await expect(report.get_by_text("in on 0 of 1 day").first).to_be_visible()
    await examined.is_within_the_window(report)
    await examined.has_no_violations("a standup with its report")
