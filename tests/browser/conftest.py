"""A headless Chromium, and what it says in its console."""

import tempfile
from collections.abc import Iterator
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from tests.functional.conftest import stack

__all__ = ["stack"]

FLAGS = """
    --headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync
    --disable-background-networking --disable-component-update --disable-dev-shm-usage
    --window-size=1200,900
"""


@pytest.fixture
def browser() -> Iterator[webdriver.Chrome]:
    """Debian's Chromium with a profile of its own."""
    with tempfile.TemporaryDirectory(prefix="ms-chromium-") as profile:
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for flag in (*FLAGS.split(), f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        try:
            yield driver
        finally:
            driver.quit()


@pytest.fixture
def console(browser: webdriver.Chrome) -> Any:
    """`console()`: what the pages said in the console since it was last asked.

    What the content security policy refuses is told there, and every failed request.
    """
    return lambda: [each["message"] for each in browser.get_log("browser")]
