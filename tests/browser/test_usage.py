"""The page of usage in a browser: its charts are pictures, and its sums go on by themselves."""

from typing import Any

from selenium import webdriver
from tests.browser.page import Page

from tests.functional.stack import Stack

NUMBER = "[data-metric='http://mserve/ingest'] [data-part=reports]"
DISC = "[data-metric='http://mserve/disc'] [data-part=total]"
FITS = "return document.documentElement.scrollWidth <= document.documentElement.clientWidth"
DRAWN = """
const images = [...document.querySelectorAll("figure img")];
images.forEach((image) => (image.loading = "eager"));
return images.length > 9 && images.every((image) => image.complete && image.naturalWidth > 0);
"""


def put(stack: Stack, name: str) -> None:
    with stack.client(stack.admin) as client:
        assert client.put(f"/demo/files/{name}", content=b"bytes").status_code == 201


def test_sums_and_charts_follow_what_is_used(
    browser: webdriver.Chrome, stack: Stack, console: Any
) -> None:
    page = Page(browser)
    put(stack, "usage-1.txt")
    browser.get(f"{stack.url}/k/{stack.admin}/demo/files/-/usage")
    page.wait(lambda: browser.execute_script(DRAWN))
    browser.execute_script("document.body.id = 'the same page'")
    [reports], [chart] = page.texts(NUMBER), page.all("#chart-2")
    before, total = chart.get_attribute("src"), page.texts(DISC)
    page.all("#chart-2 + details summary")[0].click()
    put(stack, "usage-2.txt")
    page.wait(lambda: int(page.texts(NUMBER)[0]) > int(reports), 5)
    page.wait(lambda: page.texts(DISC) != total, 5)
    page.wait(lambda: page.all("#chart-2")[0].get_attribute("src") != before)
    assert page.all("#chart-2 + details[open] table")
    page.wait(lambda: browser.execute_script(DRAWN))
    assert browser.execute_script("return document.body.id") == "the same page"
    assert console() == []


def test_it_fits_a_phone(browser: webdriver.Chrome, stack: Stack) -> None:
    size = {"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    for place in ("usage", "statement"):
        browser.get(f"{stack.url}/k/{stack.admin}/demo/files/-/{place}")
        assert browser.execute_script(FITS)
