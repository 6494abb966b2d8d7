"""A new user's way: a photo is uploaded, and shared by a link that ends tomorrow."""

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.actions import has_loaded, open_row, uploaded
from tests.browser.world import write
from tests.functional.stack import Stack


def test_a_photo_is_shared_until_tomorrow(
    page: Page, browser: Browser, stack: Stack, tmp_path: Path
) -> None:
    photo = write(tmp_path)[0]
    page.goto(stack.demo_url)
    uploaded(page, photo)
    open_row(page, photo.name)
    page.get_by_role("link", name="Share").click()
    page.get_by_label("It ends", exact=True).first.select_option("tomorrow")
    page.get_by_label("For whom or what").fill("for Zoe")
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("Link").input_value()
    page.get_by_role("button", name="Copy").click()
    expect(page.locator("#notices")).to_contain_text(re.compile("cop", re.IGNORECASE))
    page.get_by_role("link", name="All links of this place").click()
    expect(page.get_by_role("row", name="for Zoe")).to_contain_text("look and download")

    stranger = browser.new_context().new_page()
    stranger.goto(link)
    expect(stranger.locator("h1")).to_have_text(photo.name)
    has_loaded(stranger, "#poster img")
    expect(stranger.locator(".key")).to_contain_text("ends in 24 hours")
    expect(stranger.get_by_role("link", name="Download")).to_be_visible()
    expect(stranger.get_by_text("Remove")).to_have_count(0)
    stranger.context.close()
