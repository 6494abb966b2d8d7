"""The page of the interface, in a real browser: what it shows, and what it sends when tried."""

from collections.abc import Iterator
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.functional.stack import Stack

WAIT = 30.0  # seconds, on a machine that is busy with other tests


class Docs:
    """The page, once the document is shown."""

    def __init__(self, browser: Chrome, url: str) -> None:
        self.browser = browser
        browser.get(url)
        self.wait(lambda: self.all(".operation"))

    def wait(self, condition: Any) -> Any:
        return WebDriverWait(self.browser, WAIT, 0.05).until(lambda _: condition())

    def all(self, selector: str) -> list[Any]:
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def open(self, id: str) -> Any:
        """The operation of that id, opened."""
        details = self.browser.find_element(By.ID, id)
        summary = details.find_element(By.TAG_NAME, "summary")
        self.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", summary)
        summary.click()
        self.wait(lambda: details.find_elements(By.CLASS_NAME, "inside"))
        return details

    def send(self, details: Any) -> str:
        """The answer to the operation as its form has it now."""
        details.find_element(By.CSS_SELECTOR, ".try button").click()
        output = details.find_element(By.CSS_SELECTOR, ".answer")
        return str(self.wait(lambda: output.text if len(output.text) > 1 else None))


def fill(details: Any, name: str, value: str) -> None:
    field = details.find_element(By.NAME, name)
    field.clear()
    field.send_keys(value)


@pytest.fixture
def docs(browser: Chrome, stack: Stack) -> Iterator[Docs]:
    """The page for who has no key."""
    yield Docs(browser, f"{stack.url}/-/docs")


def test_the_page_shows_the_document_by_noun(docs: Docs, console: Any) -> None:
    nouns = [each.text for each in docs.all(".nouns a")]
    assert nouns[:5] == ["site", "containers", "services", "folders", "files"]
    keys = docs.open("post_keys")
    assert "POST" in keys.text
    assert "Needs delegate" in keys.text
    assert "/{container}/{service}/{path}/-/keys" in keys.text
    assert '"role": "siteadmin"' in keys.find_element(By.NAME, "body").get_property("value")
    assert console() == []


def test_a_key_is_pasted_and_a_request_tried(docs: Docs, stack: Stack, console: Any) -> None:
    get = docs.open("get_container")
    fill(get, "path container", "demo")
    assert docs.send(get).startswith("404")
    docs.browser.find_element(By.ID, "docs-key").send_keys(stack.admin)
    assert f"Authorization: Bearer {stack.admin}" in get.find_element(By.CLASS_NAME, "curl").text
    get.find_element(By.CSS_SELECTOR, ".try button").click()
    answer = get.find_element(By.CLASS_NAME, "answer")
    docs.wait(lambda: answer.text.startswith("200"))
    assert '"name": "files"' in answer.text
    assert all("404" in each for each in console())


def test_below_a_key_no_other_is_asked_for(browser: Chrome, stack: Stack, console: Any) -> None:
    docs = Docs(browser, f"{stack.demo_url}-/docs")
    assert not browser.find_element(By.ID, "docs-key").is_displayed()
    made = docs.open("post_root")
    body = made.find_element(By.NAME, "body")
    assert '"type": "folder"' in body.get_property("value")
    fill(made, "body", '{"type": "folder", "name": "made on the page"}')
    assert docs.send(made).startswith("201")
    one = docs.open("put_path")
    fill(one, "path path", "it's/new.txt")
    curl = one.find_element(By.CLASS_NAME, "curl").text
    assert "--data-binary '@FILE'" in curl
    assert f"'{stack.demo_url}it'\\''s/new.txt'" in curl
    assert docs.send(one).startswith("201")
    assert console() == []


def test_words_find_operations(docs: Docs) -> None:
    docs.browser.find_element(By.ID, "docs-search").send_keys("revokes")
    docs.wait(
        lambda: (
            [e.get_attribute("id") for e in docs.all(".operation:not([hidden])")]
            == ["delete_keys_key"]
        )
    )
    docs.open("delete_keys_key")
    shown = docs.browser.find_element(By.ID, "delete_keys_key")
    assert "204" in shown.text
