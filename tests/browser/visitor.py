"""A visitor of the demo: finds everything by the role and name that a screen reader would say."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.async_api import ConsoleMessage, Locator, Page, expect

PATIENCE_SECONDS = 30
MOST_TABS = 120
IS_FOCUSED = "node => node.isConnected ? node === document.activeElement : null"

expect.set_options(timeout=PATIENCE_SECONDS * 1000)


class Visitor:
    """Somebody at the page, with a mouse; `tabs_to` and `page.keyboard` do without one."""

    def __init__(self, page: Page) -> None:
        self.page = page

    # The workspace

    @property
    def composer(self) -> Locator:
        return self.page.get_by_role("combobox", name=re.compile("^Message "))

    @property
    def messages(self) -> Locator:
        """Each message in the place that is open, thread aside."""
        return self.page.get_by_role("region", name="Messages", exact=True).get_by_role("article")

    @property
    def board(self) -> Locator:
        return self.boards.last

    @property
    def boards(self) -> Locator:
        """What everybody sees of conferences; an answer to one person alone may tell of some, too."""
        return self.messages.filter(has_text="Conference by", has_not_text="Only visible to you")

    def standup(self, name: str) -> Locator:
        """What everybody sees of a standup: its reminders, boards and reports."""
        return self.messages.filter(has_text=f"Standup {name}", has_not_text="Only visible to you")

    @property
    def thread(self) -> Locator:
        return self.page.get_by_role("region", name="Messages in the thread")

    @property
    def home(self) -> Locator:
        return self.page.get_by_role("region", name="Home tab", exact=True)

    @property
    def modal(self) -> Locator:
        return self.form("My number")

    def form(self, title: str) -> Locator:
        return self.page.get_by_role("dialog", name=title)

    @property
    def suggestions(self) -> Locator:
        return self.page.get_by_role("listbox", name="Suggestions").get_by_role("option")

    @property
    def answers_to_me(self) -> Locator:
        """What the bot says to the visitor alone."""
        return self.messages.filter(has_text="Only visible to you")

    def on_board(self, button: str) -> Locator:
        return self.board.get_by_role("button", name=button, exact=True)

    def menu_of(self, name: str) -> Locator:
        """The button beside somebody on the board that opens the menu."""
        return self.board.get_by_role("button", name=re.compile(f"More actions: .*{re.escape(name)}"))

    async def chooses(self, option: str, name: str) -> None:
        """In the menu beside somebody on the board."""
        await self.menu_of(name).click()
        await self.page.get_by_role("menuitem", name=option).click()

    @property
    def confirmation(self) -> Locator:
        return self.page.get_by_role("alertdialog")

    async def sends(self, text: str) -> None:
        # Clicked first: nobody types behind a form, and what is filled in there goes into the form.
        await self.composer.click()
        await self.composer.fill(text)
        await self.composer.press("Enter")

    async def becomes(self, name: str) -> None:
        await self.button(f"Act as {name}").click()
        await expect(self.button(f"Act as {name}")).to_have_attribute("aria-pressed", "true")

    async def goes_to(self, place: str) -> None:
        await self.button(place).click()
        await expect(self.button(place)).to_have_attribute("aria-current", "page")

    async def opens_thread(self) -> None:
        await self.board.get_by_role("button", name=re.compile("repl|Reply")).click()
        await expect(self.thread).to_be_visible()

    # The phones

    def phone(self, name: str) -> Locator:
        return self.page.get_by_role("article", name=f"{name}’s phone")

    @property
    def ringing(self) -> Locator:
        """The button of each phone that rings by which it is answered."""
        return self.page.get_by_role("button", name=re.compile("^Answer "))

    @property
    def talking(self) -> Locator:
        """The button of each phone in a call by which it is hung up."""
        return self.page.get_by_role("button", name=re.compile(r"^Hang up \S"))

    async def rings(self, *names: str) -> None:
        for name in names:
            await expect(self.phone(name)).to_contain_text("Ringing")

    async def answers(self, name: str) -> None:
        await self.at_phone("Answer", name)
        await expect(self.phone(name)).to_contain_text("In a call")

    def texts(self, name: str) -> Locator:
        """The text messages on a phone, newest first."""
        return self.phone(name).get_by_role("list", name="Text messages").get_by_role("listitem")

    async def reads_code(self, name: str, *, text: int = 1) -> str:
        """The code in the text on a phone that came as its first, second, …"""
        await expect(self.texts(name)).to_have_count(text)
        found = re.search(r"\d{6}", await self.texts(name).first.inner_text())
        assert found
        return found[0]

    async def at_phone(self, does: str, name: str) -> None:
        await self.phone(name).get_by_role("button", name=f"{does} {name}").click()

    # Above the world

    @property
    def requests(self) -> Locator:
        """Each entry on the wire."""
        return self.page.get_by_role("region", name="Requests, newest first").get_by_role("listitem")

    async def sets_clock(self, rate: int) -> None:
        await self.button(f"Clock at {rate} times real speed").click()
        await expect(self.button(f"Clock at {rate} times real speed")).to_have_attribute("aria-pressed", "true")

    async def goes_on_to_the_next_standup(self) -> None:
        """To just before its reminder, its ringing or its report."""
        await self.button("Next standup").click()

    def button(self, name: str) -> Locator:
        """By name, to which a count of news or a sign may be added."""
        return self.page.get_by_role("button", name=re.compile(rf"^{re.escape(name)}\b"))

    # By the keyboard alone

    async def tabs_to(self, target: Locator) -> None:
        """Press Tab until the target has the focus."""
        await expect(target).to_be_visible()
        # To find it anew by its role and name takes longer than to press Tab: only where it was drawn anew.
        node = await target.element_handle()
        for _ in range(MOST_TABS):
            while (is_there := await node.evaluate(IS_FOCUSED)) is None:
                node = await target.element_handle()
            if is_there:
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never comes to {target}")

    async def presses(self, target: Locator) -> None:
        await self.tabs_to(target)
        await expect(target).to_be_enabled()
        await self.page.keyboard.press("Enter")


@contextmanager
def no_errors(page: Page) -> Iterator[None]:
    """Nothing is thrown in the page, and nothing is written to its console as an error or a warning."""
    errors: list[str] = []

    def keep(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            errors.append(f"{message.type}: {message.text}")

    page.on("console", keep)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield
    assert errors == []
