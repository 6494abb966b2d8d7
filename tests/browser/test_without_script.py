"""Without JavaScript: a consumer, a provider and an administrator do their work by plain forms."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import WAIT
from tests.browser.world import write
from tests.functional.stack import Stack
from tests.functional.test_people import PASSWORD, invited

PLACE = "/demo/files/plain"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A browser that runs no script, on a small screen."""
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 420, "height": 800}, accept_downloads=True
    )
    context.set_default_timeout(WAIT)
    yield context.new_page()
    context.close()


def ask(stack: Stack, method: str, path: str, **options: Any) -> Any:
    with stack.client(stack.admin) as http:
        answer = http.request(method, path, **options)
        answer.raise_for_status()
        return answer.json() if answer.content else None


def told(page: Page, words: str) -> Locator:
    """What the page says was done."""
    said = page.locator(".flash")
    expect(said.locator("p")).to_have_text(words)
    return said


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("row", name=name)


def open_menu(page: Page, name: str) -> Locator:
    """The form in a menu of the title."""
    menu = page.locator(".title details.menu", has=page.locator("summary", has_text=name))
    menu.locator("summary").click()
    return menu.locator("form")


def test_a_consumer(page: Page, browser: Browser, stack: Stack, tmp_path: Path) -> None:
    ask(stack, "POST", "/demo/files/", json={"type": "folder", "name": "plain"})
    made = ask(stack, "POST", f"{PLACE}/-/keys", json={"role": "mfileowner"})
    photo, notes = write(tmp_path)
    page.goto(made["url"])
    page.locator("#files").set_input_files([photo, notes])
    page.get_by_role("button", name="Upload").click()
    told(page, "Stored.")

    page.get_by_role("link", name="notes.txt").click()
    expect(page.locator("h1")).to_have_text("notes.txt")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.path().read_text() == "some notes\n"
    form = open_menu(page, "Rename")
    form.get_by_label("New name").fill("my notes.txt")
    form.get_by_role("button").click()
    told(page, "It is called “my notes.txt” now.")

    page.get_by_label("Run a workflow now").select_option("update")
    page.get_by_role("button", name="Run", exact=True).click()
    told(page, "The job “update” has begun.")
    page.get_by_role("link", name="update").first.click()
    expect(page.locator(".flow .box").first).to_contain_text("mime")
    page.go_back()

    open_menu(page, "Remove").get_by_role("button").click()
    said = told(page, "“my notes.txt” is in the trash now.")
    expect(said.get_by_role("button")).to_have_count(0)  # the trash is the service's
    expect(page.get_by_text("my notes.txt", exact=True)).to_have_count(0)

    page.get_by_role("link", name="Share").click()
    page.get_by_label("For whom or what").fill("for Zoe")
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("Link").input_value()
    page.get_by_role("link", name="All links of this place").click()
    expect(row(page, "for Zoe")).to_contain_text("look and download")
    page.goto(link)
    expect(page.get_by_role("link", name=photo.name)).to_be_visible()
    expect(page.get_by_role("button", name="Upload")).to_have_count(0)


def test_a_provider_logs_in(page: Page, stack: Stack, tmp_path: Path) -> None:
    ask(stack, "POST", "/", json={"name": "berta"})
    ask(stack, "POST", "/berta/", json={"name": "prints"})
    key = ask(stack, "POST", "/berta/-/keys", json={"role": "containeradmin"})
    log_in(page, stack)
    page.goto(key["url"])
    page.get_by_role("button", name="Keep this").click()
    page.get_by_role("link", name="/berta/").click()
    page.get_by_role("link", name="prints").click()
    remove_and_take_back(page, write(tmp_path))
    run_on_all(page, stack)
    page.get_by_role("link", name="Share").click()
    page.get_by_role("button", name="Make a link").click()
    assert page.get_by_label("Link").input_value().startswith(f"{stack.url}/k/")
    page.get_by_role("button", name="Log out").click()
    page.goto(f"{stack.url}/berta/prints/")
    expect(page.locator("h1")).to_have_text("This opens with a key")


def log_in(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.url}{invited(stack, 'berta')}")
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button").first.click()
    page.goto(f"{stack.url}/-/login")
    page.get_by_label("Name").fill("berta")
    page.locator("#password").fill("not that one, certainly")
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text("the name or the password is wrong")
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.locator("h1")).to_have_text("berta")


def remove_and_take_back(page: Page, files: list[Path]) -> None:
    page.locator("#files").set_input_files(files)
    page.get_by_role("button", name="Upload").click()
    told(page, "Stored.")
    page.get_by_role("link", name="notes.txt").click()
    open_menu(page, "Remove").get_by_role("button").click()
    told(page, "“notes.txt” is in the trash now.").get_by_role("button", name="Undo").click()
    told(page, "“notes.txt” is back where it was.")
    expect(page.locator("h1")).to_have_text("notes.txt")


def run_on_all(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.url}/berta/prints/-/rounds")
    page.get_by_label("Run on all files").select_option("update")
    page.get_by_role("button", name="Run", exact=True).click()
    told(page, "“update” is being run on all files.")
    page.get_by_role("link", name="Jobs").click()
    expect(page.locator("h1")).to_have_text("Jobs")
    open_menu(page, "Filter").get_by_label("State").select_option("failed")
    page.locator(".title form").get_by_role("button", name="Show").click()
    expect(page.get_by_text("No job is so.")).to_be_visible()


def test_an_administrator(page: Page, stack: Stack) -> None:
    ask(stack, "PUT", f"{PLACE}/by-mistake.txt", content=b"x")
    page.goto(f"{stack.url}/k/{stack.admin}/")
    page.get_by_role("link", name="Users").click()
    form = open_menu(page, "New user")
    form.get_by_label("Login name").fill("carl")
    form.get_by_label("Address of mail").fill("carl@example.com")
    form.get_by_role("button").click()
    told(page, "“carl” is invited by mail.")
    page.get_by_role("button", name="Disable").click()
    told(page, "“carl” is kept out, and logged out everywhere.").get_by_role("button").click()
    told(page, "“carl” may log in again.")

    page.get_by_role("link", name="Nodes and queues").click()
    page.get_by_role("button", name="Pause: priority").click()
    try:
        told(page, "“priority” takes no more; what has begun is finished.")
        page.get_by_role("link", name="Health").click()
        expect(row(page, "Queues")).to_contain_text("at rest are: priority")
        page.get_by_role("link", name="Nodes and queues").click()
    finally:
        page.get_by_role("button", name="Go on: priority").click()
    told(page, "“priority” goes on.")

    page.goto(f"{stack.url}/k/{stack.admin}{PLACE}/by-mistake.txt")
    open_menu(page, "Remove").get_by_role("button").click()
    told(page, "“by-mistake.txt” is in the trash now.")
    page.get_by_role("link", name="History").click()
    page.get_by_role("button", name="Undo").first.click()
    told(page, "Undone: what it had changed is as it was. That can be undone in turn.")
    page.goto(f"{stack.url}/k/{stack.admin}{PLACE}/by-mistake.txt")
    expect(page.locator("h1")).to_have_text("by-mistake.txt")
    page.get_by_role("button", name="Deutsch").click()
    expect(page.get_by_role("link", name="Herunterladen")).to_be_visible()
