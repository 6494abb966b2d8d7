"""A headless Chromium; the pages that it opens have nothing to complain of."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.functional.conftest import stack, unserved

__all__ = ["stack", "unserved"]

CHROMIUM = "/usr/bin/chromium"  # Debian's; Playwright's own is not asked for
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage"]
WAIT = 30_000  # ms, on a machine that is busy with other tests

expect.set_options(timeout=WAIT)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        found.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A profile of the test's own."""
    made = browser.new_context(viewport={"width": 1200, "height": 900})
    made.set_default_timeout(WAIT)
    yield made
    made.close()


@pytest.fixture
def console(context: BrowserContext) -> list[str]:
    """What the pages say in the console: what the policy refuses, failed requests, errors."""
    said: list[str] = []
    context.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    context.on("weberror", lambda problem: said.append(str(problem.error)))
    return said


@pytest.fixture
def page(context: BrowserContext, console: list[str]) -> Iterator[Page]:
    """An empty page. A test that expects something in the console takes it out of there."""
    yield context.new_page()
    assert console == []
