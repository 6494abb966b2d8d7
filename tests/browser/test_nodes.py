"""The administrator has a queue rest in a browser, and sees that it does, without a new page."""

from playwright.sync_api import Page, expect

from tests.functional.stack import Stack


def test_a_queue_is_paused_and_goes_on(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.url}/k/{stack.admin}/")
    page.get_by_text("Nodes and queues").click()
    expect(page.locator("#workers .state", has_text="idle").first).to_be_visible()
    page.evaluate("document.body.id = 'the same page'")
    queue = page.locator("#queues tr[data-id=priority]")
    try:
        queue.get_by_text("Pause").click()
        expect(queue.locator(".state")).to_have_text("paused")
    finally:
        queue.get_by_text("Go on").click()
    expect(queue.locator(".state")).to_have_text("open")
    assert page.evaluate("document.body.id") == "the same page"
