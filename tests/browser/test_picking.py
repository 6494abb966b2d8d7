"""Paths are picked: in a dialog by mouse, by keys and by name, and without a script by walking."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import WAIT
from tests.browser.test_accessible import AXE, RULES, violations
from tests.functional import npm
from tests.functional.stack import Stack

TREE = ("deep/er/sea.txt", "deep/notes.txt", "other/a.txt", "top.txt")


@pytest.fixture
def service(stack: Stack, request: Any) -> dict[str, str]:
    """A service with a tree of its own: the addresses of its customer and of its administrator."""
    name = request.node.name.replace("_", "-")
    with stack.client(stack.admin) as http:
        made = http.post("/demo/", json={"name": name}).raise_for_status().json()
        for path in TREE:
            http.put(f"/demo/{name}/{path}", content=path.encode()).raise_for_status()
    return {each["role"]: each["url"] for each in made["keys"]}


@pytest.fixture
def customer(service: dict[str, str]) -> str:
    return service["servicecustomer"]


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """A browser that runs no script."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 420, "height": 800})
    context.set_default_timeout(WAIT)
    yield context.new_page()
    context.close()


def dialog(page: Page) -> Locator:
    found = page.locator("#target")
    expect(found.locator("li").first).to_be_visible()
    return found


def focused(page: Page) -> Locator:
    return page.locator(":focus")


def test_a_folder_is_walked_to_by_keys(page: Page, customer: str) -> None:
    page.goto(customer)
    page.get_by_label("Select top.txt").check()
    page.get_by_role("button", name="Move…").click()
    dialog(page)
    expect(focused(page)).to_have_attribute("aria-label", "Search here and below by name")
    page.keyboard.press("ArrowDown")
    expect(focused(page)).to_have_text("deep")
    page.keyboard.press("ArrowDown")
    expect(focused(page)).to_have_text("other")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(focused(page)).to_have_text("er")
    page.keyboard.press("ArrowLeft")
    expect(focused(page)).to_have_text("deep")
    page.keyboard.press("Enter")
    expect(focused(page)).to_have_text("er")
    page.keyboard.press("ArrowRight")
    expect(focused(page)).to_have_text("To “er”")  # there is no folder in it
    page.keyboard.press("Enter")
    expect(page.locator("#notices")).to_contain_text("1 moved to er")
    expect(page.locator("#target")).to_have_count(0)


def test_escape_leaves_all_as_it_was(page: Page, customer: str) -> None:
    page.goto(customer)
    page.get_by_label("Select top.txt").check()
    page.get_by_role("button", name="Copy…").click()
    dialog(page)
    page.keyboard.press("Escape")
    expect(page.locator("#target")).to_have_count(0)
    expect(focused(page)).to_have_text("Copy…")
    expect(page.locator("#selection output")).to_have_text("1 selected")


def test_a_file_to_try_a_workflow_on_is_found_by_name(page: Page, customer: str) -> None:
    page.goto(f"{customer}-/profiles/default/explain")
    page.get_by_role("button", name="Choose a file").click()
    found = dialog(page)
    for _ in range(30):  # catalogs follow the tree by a few seconds
        found.get_by_role("searchbox").fill("sea")
        expect(found.locator("[role=status]")).not_to_have_text("3 to choose from")
        if found.get_by_text("deep/er/sea.txt").count():
            break
        found.get_by_role("searchbox").fill("")
        expect(found.locator("[role=status]")).to_have_text("3 to choose from")
    page.keyboard.press("Enter")
    expect(page.get_by_label("A file of the service")).to_have_value("deep/er/sea.txt")
    expect(focused(page)).to_have_id("path")
    page.get_by_role("button", name="Try it").click()
    expect(page.locator("#result")).to_be_visible()


def test_a_condition_is_tried_on_the_file_that_is_picked(
    page: Page, service: dict[str, str]
) -> None:
    page.goto(f"{service['serviceadmin']}-/profiles/default/workflows/ingest/sets/0/tasks/0")
    page.get_by_label("Only if").fill("mfile.size > 100000")
    page.get_by_role("button", name="Choose a file", exact=False).first.click()
    dialog(page).get_by_role("button", name="Folder deep").click()
    dialog(page).get_by_role("button", name="notes.txt").click()
    expect(page.locator("#said .state")).to_have_text("skipped")


def test_an_output_goes_to_the_folder_that_is_picked(
    page: Page, stack: Stack, customer: str, service: dict[str, str], request: Any
) -> None:
    place = f"/demo/{request.node.name.replace('_', '-')}"
    with stack.client(stack.admin) as http:
        asked = {"task": "text_extract"}
        job = http.post(f"{place}/deep/notes.txt/-/jobs?wait=60", json=asked).json()
    page.goto(f"{customer}{job['url'].partition(f'{place}/')[2]}")
    page.locator(".outputs summary").first.click()
    path = page.locator(".outputs form [name=path]")
    expect(path).to_have_value("deep/text")
    page.get_by_role("button", name="Choose a folder").click()
    dialog(page).get_by_role("button", name="/, all the way up").click()
    dialog(page).get_by_role("button", name="Folder other").click()
    page.get_by_role("button", name="To “other”").click()
    expect(path).to_have_value("other/text")
    page.get_by_role("button", name="Make the file").click()
    expect(page.get_by_role("link", name="its file")).to_be_visible()


def test_the_dialog_is_accessible_and_german(browser: Browser, customer: str) -> None:
    npm.install(AXE)
    context = browser.new_context(bypass_csp=True, locale="de-DE")
    page = context.new_page()
    page.goto(customer)
    page.get_by_label("top.txt auswählen").check()
    page.get_by_role("button", name="Kopieren").click()
    found = dialog(page)
    page.evaluate((AXE / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8"))
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert list(violations(page, {"type": "tag", "values": RULES})) == []
    expect(found.get_by_role("heading")).to_have_text("Kopieren nach")
    expect(found.locator("[role=status]")).to_have_text("2 zur Auswahl")
    buttons = ["/", "deep", "other", "Hierher", "Abbrechen"]
    expect(found.get_by_role("button")).to_have_text(buttons)
    context.close()


def test_without_a_script_one_walks_to_where_a_file_is_moved(plain: Page, customer: str) -> None:
    plain.goto(f"{customer}top.txt")
    plain.get_by_role("link", name="Move or copy").click()
    plain.get_by_role("link", name="deep").click()
    plain.get_by_role("link", name="er", exact=True).click()
    expect(plain.get_by_label("To the folder")).to_have_value("deep/er")
    plain.get_by_role("button", name="Move it here").click()
    expect(plain.locator(".flash p")).to_have_text("“top.txt” is moved here.")
    expect(plain.locator(".crumbs").first).to_contain_text("er")
    plain.locator(".flash").get_by_role("button", name="Undo").click()
    expect(plain.locator(".flash p")).to_have_text("“top.txt” is back where it was.")


def test_without_a_script_one_walks_to_the_file_for_a_condition(
    plain: Page, service: dict[str, str]
) -> None:
    plain.goto(f"{service['serviceadmin']}-/profiles/default/workflows/ingest/sets/0/tasks/0")
    plain.get_by_label("Only if").fill("mfile.size > 100000")
    plain.get_by_role("button", name="Choose a file to try it on").click()
    plain.get_by_role("button", name="deep", exact=True).click()
    plain.get_by_role("button", name="notes.txt").click()
    expect(plain.get_by_label("Try it on this file")).to_have_value("deep/notes.txt")
    expect(plain.get_by_label("Only if")).to_have_value("mfile.size > 100000")
    expect(plain.locator("#said .state")).to_have_text("skipped")
