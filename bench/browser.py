"""A headless Chromium for benches, and what one of its pages has painted and loaded."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import CHROMIUM, FLAGS

SLOWER = 4  # times, than this machine's processor
PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
LIMIT = 60_000  # ms


class Shown(NamedTuple):
    """How soon (s) something of the page was seen, and bytes of all that it loaded, heads too."""

    painted: float
    loaded: int
    requests: int


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def version(browser: Browser) -> str:
    return f"Chromium {browser.version}, headless"


def show(browser: Browser, url: str) -> Shown:
    """Opens the page with nothing in the cache, on a processor that is SLOWER times slower."""
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    try:
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        sizes: list[int] = []
        session.on(
            "Network.loadingFinished", lambda told: sizes.append(int(told["encodedDataLength"]))
        )
        page.goto(url, wait_until="networkidle", timeout=LIMIT)
        painted = page.wait_for_function(PAINTED, timeout=LIMIT).json_value()
        return Shown(painted / 1000, sum(sizes), len(sizes))
    finally:
        context.close()
