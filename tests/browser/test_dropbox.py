"""Who was given the address of a dropbox hands files in, and finds their receipts."""

import json
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome

from tests.browser.page import Page
from tests.functional.stack import Stack


@pytest.fixture
def dropbox(stack: Stack) -> str:
    """The address of a folder where others have files already."""
    with stack.client(stack.admin) as http:
        for name in ("paper.txt", "other.txt"):
            http.put(f"/demo/files/papers/{name}", content=b"theirs").raise_for_status()
        made = http.post("/demo/files/papers/-/keys", json={"role": "dropbox"})
        return str(made.raise_for_status().json()["url"])


def test_files_are_handed_in(
    browser: Chrome, dropbox: str, tmp_path: Path, console: Any, stack: Stack
) -> None:
    page = Page(browser)
    browser.get(dropbox)
    assert "You see your own alone" in page.texts(".notice")[0]
    assert page.texts("#listing th a") == []
    mine = tmp_path / "paper.txt"
    for words in ("first draft\n", "second draft\n"):
        mine.write_text(words)
        page.choose(mine)
        page.wait(lambda: page.texts("#transfers-status") == ["1 of 1 uploaded"])
        browser.refresh()
    page.wait(lambda: page.texts("#listing th a") == ["paper (3).txt", "paper (2).txt"])
    page.wait(lambda: page.texts("#listing .state") == ["ready", "ready"])
    page.press("paper (3).txt", "#listing")
    page.wait(lambda: page.texts("h1") == ["paper (3).txt"])
    page.wait(lambda: page.texts("article.job header .state") == ["done"])
    page.press("signed receipt")
    page.wait(lambda: "-/receipt" in browser.current_url)
    receipt = json.loads(page.texts("body")[0])
    with stack.client(stack.admin) as http:
        verified = http.post("/demo/files/-/receipts", json=receipt)
    assert verified.json() == {"valid": True}
    assert console() == []
