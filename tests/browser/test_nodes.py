"""The administrator has a queue rest in a browser, and sees that it does, without a new page."""

from typing import Any

from selenium import webdriver

from tests.browser.page import Page
from tests.functional.stack import Stack


def test_a_queue_is_paused_and_goes_on(
    browser: webdriver.Chrome, stack: Stack, console: Any
) -> None:
    page = Page(browser)
    browser.get(f"{stack.url}/k/{stack.admin}/")
    page.press("Nodes and queues")
    page.wait(lambda: "idle" in page.texts("#workers .state"))
    browser.execute_script("document.body.id = 'the same page'")
    try:
        page.press("Pause", "#queues tr[data-id=priority]")
        page.wait(lambda: page.texts("[data-id=priority] .state") == ["paused"])
    finally:
        page.press("Go on", "#queues tr[data-id=priority]")
    page.wait(lambda: page.texts("[data-id=priority] .state") == ["open"])
    assert browser.execute_script("return document.body.id") == "the same page"
    assert console() == []
