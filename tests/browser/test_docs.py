"""The page of the interface, in a real browser: what it shows, and what it sends when tried."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.functional.stack import Stack


@pytest.fixture
def docs(page: Page, stack: Stack) -> Page:
    """The page for who has no key."""
    page.goto(f"{stack.url}/-/docs")
    return page


def opened(page: Page, id: str) -> Locator:
    """The operation of that id, opened."""
    details = page.locator(f"#{id}")
    details.locator("summary").first.click()
    expect(details.locator(".inside")).to_be_visible()
    return details


def send(details: Locator) -> Locator:
    """Where the answer to the operation appears, as its form has it now."""
    details.locator(".try button").click()
    return details.locator(".answer")


def field(details: Locator, name: str) -> Locator:
    return details.locator(f'[name="{name}"]')


def test_the_page_shows_the_document_by_noun(docs: Page) -> None:
    nouns = docs.locator(".nouns a")
    expect(nouns.first).to_be_visible()
    assert nouns.all_inner_texts()[:5] == ["site", "containers", "services", "folders", "files"]
    keys = opened(docs, "post_keys")
    for words in ("POST", "Needs delegate", "/{container}/{service}/{path}/-/keys"):
        expect(keys).to_contain_text(words)
    assert '"role": "siteadmin"' in field(keys, "body").input_value()


def test_a_key_is_pasted_and_a_request_tried(docs: Page, stack: Stack, console: list[str]) -> None:
    get = opened(docs, "get_container")
    field(get, "path container").fill("demo")
    expect(send(get)).to_contain_text("404")
    assert "404" in console.pop()
    docs.locator("#docs-key").fill(stack.admin)
    expect(get.locator(".curl")).to_contain_text(f"Authorization: Bearer {stack.admin}")
    answer = send(get)
    expect(answer).to_contain_text("200")
    expect(answer).to_contain_text('"name": "files"')


def test_below_a_key_no_other_is_asked_for(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.demo_url}-/docs")
    made = opened(page, "post_root")
    expect(page.locator("#docs-key")).to_be_hidden()
    assert '"type": "folder"' in field(made, "body").input_value()
    field(made, "body").fill('{"type": "folder", "name": "made on the page"}')
    expect(send(made)).to_contain_text("201")
    one = opened(page, "put_path")
    field(one, "path path").fill("it's/new.txt")
    expect(one.locator(".curl")).to_contain_text("--data-binary '@FILE'")
    expect(one.locator(".curl")).to_contain_text(f"'{stack.demo_url}it'\\''s/new.txt'")
    expect(send(one)).to_contain_text("201")


def test_words_find_operations(docs: Page) -> None:
    expect(docs.locator(".operation").first).to_be_visible()
    docs.locator("#docs-search").fill("revokes")
    expect(docs.locator(".operation:not([hidden])")).to_have_attribute("id", "delete_keys_key")
    expect(opened(docs, "delete_keys_key")).to_contain_text("204")
