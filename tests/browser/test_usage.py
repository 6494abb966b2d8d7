"""The page of usage in a browser: its charts are pictures, and its sums go on by themselves."""

from playwright.sync_api import Page, expect

from tests.functional.stack import Stack

NUMBER = "[data-metric='http://mserve/ingest'] [data-part=reports]"
DISC = "[data-metric='http://mserve/disc'] [data-part=total]"
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
DRAWN = """() => {
  const images = [...document.querySelectorAll("figure img")];
  images.forEach((image) => (image.loading = "eager"));
  return images.length > 9 && images.every((image) => image.complete && image.naturalWidth > 0);
}"""


def put(stack: Stack, name: str) -> None:
    with stack.client(stack.admin) as client:
        assert client.put(f"/demo/files/{name}", content=b"bytes").status_code == 201


def test_sums_and_charts_follow_what_is_used(page: Page, stack: Stack) -> None:
    put(stack, "usage-1.txt")
    page.goto(f"{stack.url}/k/{stack.admin}/demo/files/-/usage")
    page.wait_for_function(DRAWN)
    page.evaluate("document.body.id = 'the same page'")
    reports, disc, chart = (page.locator(each) for each in (NUMBER, DISC, "#chart-2"))
    many, total, before = reports.inner_text(), disc.inner_text(), chart.get_attribute("src") or ""
    page.locator("#chart-2 + details summary").click()
    put(stack, "usage-2.txt")
    expect(reports).not_to_have_text(many)
    assert int(reports.inner_text()) > int(many)
    expect(disc).not_to_have_text(total)
    expect(chart).not_to_have_attribute("src", before)
    expect(page.locator("#chart-2 + details[open] table")).to_be_visible()
    page.wait_for_function(DRAWN)
    assert page.evaluate("document.body.id") == "the same page"


def test_it_fits_a_phone(page: Page, stack: Stack) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    for place in ("usage", "statement"):
        page.goto(f"{stack.url}/k/{stack.admin}/demo/files/-/{place}")
        assert page.evaluate(FITS)
