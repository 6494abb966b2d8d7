"""Who was given the address of a dropbox hands files in, and finds their receipts."""

import json
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.actions import choose, open_row
from tests.browser.uploading import large
from tests.functional.stack import Stack


@pytest.fixture
def dropbox(stack: Stack) -> str:
    """The address of a folder where others have files already."""
    with stack.client(stack.admin) as http:
        for name in ("paper.txt", "other.txt"):
            http.put(f"/demo/files/papers/{name}", content=b"theirs").raise_for_status()
        made = http.post("/demo/files/papers/-/keys", json={"role": "dropbox"})
        return str(made.raise_for_status().json()["url"])


def test_a_large_one_is_handed_in_twice_under_two_names(
    page: Page, dropbox: str, tmp_path: Path
) -> None:
    page.goto(dropbox)
    film, content = large(tmp_path, 9)
    for number in (1, 2):
        choose(page, film)
        expect(page.locator("#transfers-status")).to_have_text("1 of 1 uploaded")
        expect(page.locator("#listing a.name")).to_have_count(number)
    expect(page.locator("#transfers li")).to_contain_text([film.name])
    shown = page.request.get(
        str(page.locator("#listing a.name").first.get_attribute("href")),
        headers={"Accept": "application/json"},
    )
    assert shown.json()["sha256"] == sha256(content).hexdigest()


def test_files_are_handed_in(page: Page, dropbox: str, tmp_path: Path, stack: Stack) -> None:
    page.goto(dropbox)
    expect(page.locator(".notice")).to_contain_text("You see your own alone")
    expect(page.locator("#listing a.name")).to_have_count(0)
    mine = tmp_path / "paper.txt"
    for words in ("first draft\n", "second draft\n"):
        mine.write_text(words)
        choose(page, mine)
        expect(page.locator("#transfers-status")).to_have_text("1 of 1 uploaded")
        page.reload()
    expect(page.locator("#listing a.name")).to_have_text(["paper (3).txt", "paper (2).txt"])
    expect(page.locator("#listing .state")).to_have_text(["ready", "ready"])
    open_row(page, "paper (3).txt")
    expect(page.locator("article.job header .state")).to_have_text("done")
    page.get_by_text("signed receipt").click()
    page.wait_for_url("**/-/receipt")
    receipt = json.loads(page.locator("body").inner_text())
    with stack.client(stack.admin) as http:
        verified = http.post("/demo/files/-/receipts", json=receipt)
    assert verified.json() == {"valid": True}
