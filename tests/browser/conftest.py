"""A browser for all tests; a demo and an empty window for each."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.demo import Demo, running_browser, running_demo
from tests.browser.visitor import Visitor, no_errors

WIDE = {"width": 1280, "height": 800}


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with running_browser() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def demo() -> AsyncIterator[Demo]:
    async with running_demo() as demo:
        yield demo


@pytest.fixture
def window() -> dict[str, object]:
    """How the visitor's window is: its size and colour scheme."""
    return {"viewport": WIDE}


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(browser: Browser, demo: Demo, window: dict[str, object]) -> AsyncIterator[Visitor]:
    """Somebody who has just opened the page as Alice, in #standup."""
    context = await browser.new_context(reduced_motion="reduce", **window)  # type: ignore[arg-type]
    page = await context.new_page()
    with no_errors(page):
        await page.goto(demo.url)
        visitor = Visitor(page)
        await visitor.composer.wait_for()
        yield visitor
        await context.close()
