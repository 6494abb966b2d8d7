"""No page has what axe-core finds to be in the way of some people (WCAG 2.2, A and AA)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.catalog import PAGES
from tests.browser.world import World, log_in
from tests.functional import npm
from tests.functional.stack import Stack

AXE = Path(__file__).parent / "axe"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLORS = ["color-contrast", "link-in-text-block"]  # what differs by night


@pytest.fixture(scope="module")
def axe() -> str:
    """The script that looks at a page."""
    npm.install(AXE)
    return (AXE / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def world(stack: Stack) -> World:
    return World(stack).fill()


@pytest.fixture(scope="module")
def visitor(browser: Browser, world: World) -> Iterator[Page]:
    """Who has logged in."""
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    log_in(page, world)
    yield page
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_it_is_accessible(name: str, visitor: Page, world: World, axe: str) -> None:
    shown = PAGES[name]
    answer = visitor.goto(shown.where(world))
    assert answer is not None and answer.status == shown.status
    expect(visitor.locator("h1").first).to_be_visible()
    visitor.evaluate(axe)
    assert list(violations(visitor, {"type": "tag", "values": RULES})) == []
    visitor.emulate_media(color_scheme="dark")
    assert list(violations(visitor, {"type": "rule", "values": COLORS})) == []
    visitor.emulate_media(color_scheme="light")


def violations(page: Page, rules: dict[str, Any]) -> Iterator[str]:
    """What the page does wrong, in words."""
    found = page.evaluate("rules => axe.run({runOnly: rules})", rules)
    assert found["passes"]
    for each in found["violations"]:
        for node in each["nodes"]:
            yield f"{each['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"


def test_what_is_in_the_way_is_found(page: Page, axe: str) -> None:
    page.set_content("<html><body><img src='data:,'><p style='color: #ccc'>pale</p></body></html>")
    page.evaluate(axe)
    told = " ".join(violations(page, {"type": "tag", "values": RULES}))
    assert all(rule in told for rule in ("color-contrast", "image-alt", "html-has-lang"))
