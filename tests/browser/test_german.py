"""German pages have nothing in English: not what scripts say, not what the server refuses."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browser.conftest import WAIT
from tests.functional.stack import Stack

MARKED = re.compile(r"⟦[^⟦⟧]*⟧")  # what a script has from the catalog
ENGLISH = re.compile(r"\b(the|this|is|was|not|may|already|here|and|key|nothing|files?|of)\b")


@pytest.fixture
def german(browser: Browser, console: list[str]) -> Iterator[Page]:
    """A page of who prefers German, in which all that scripts have from the catalog is marked."""
    context = browser.new_context(viewport={"width": 1200, "height": 900}, locale="de-DE")
    context.set_default_timeout(WAIT)
    context.route("**/de.json", mark)
    context.on("weberror", lambda problem: console.append(str(problem.error)))
    yield context.new_page()
    context.close()
    assert console == []


def mark(route: Route) -> None:
    said = route.fetch().json()
    marked = {
        text: f"⟦{words}⟧" if isinstance(words, str) else [f"⟦{each}⟧" for each in words]
        for text, words in said.items()
    }
    route.fulfill(json=marked)


def folder(german: Page, stack: Stack, name: str, **properties: Any) -> str:
    """Opens a new service with `files` in it, as its customer does; its path."""
    with stack.client(stack.admin) as http:
        made = http.post("/demo/", json={"name": name, "properties": properties}).json()
        for path in ("a.txt", "b.txt", "in/a.txt"):
            http.put(f"/demo/{name}/{path}", content=b"x").raise_for_status()
    german.goto(next(each["url"] for each in made["keys"] if each["role"] == "servicecustomer"))
    expect(german.locator("html")).to_have_attribute("lang", "de")
    return f"/demo/{name}/"


def left_over(place: Locator, *data: str) -> str:
    """What of a part of the page is neither marked nor one of these names; sizes aside."""
    text = place.inner_text()
    for each in data:
        text = text.replace(each, "")
    while MARKED.search(text):  # one may stand in another
        text = MARKED.sub("", text)
    return re.sub(r"\b\d[\d.,]* ([KMG]i)?B\b", "", text).strip(" \n×,:0123456789")


def pick(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_label(f"{name} auswählen", exact=True).check()


def test_what_a_batch_action_has_refused_is_german(german: Page, stack: Stack) -> None:
    folder(german, stack, "german-batch")
    pick(german, "a.txt", "b.txt")
    german.get_by_role("button", name="Verschieben …").click()
    german.locator("#target li button", has_text=re.compile("^in$")).click()
    german.locator("#target").get_by_role("button", name="Nach „in“").click()
    notices = german.locator("#notices")
    refused = "a.txt: Hier gibt es schon etwas, das 'a.txt' heißt"
    expect(notices).to_contain_text(refused)
    assert left_over(notices, refused) == ""


def test_what_an_upload_is_refused_for_is_german(
    german: Page, stack: Stack, tmp_path: Path
) -> None:
    folder(german, stack, "german-upload", quota=9000)
    for name, size in (("a.txt", 5), ("whole.bin", 3_000_000), ("pieces.bin", 6_000_000)):
        (tmp_path / name).write_bytes(b"x" * size)
    files = [*tmp_path.iterdir()]
    german.locator("#files").set_input_files(files)
    panel = german.locator("#transfers")
    for name in ("whole.bin", "pieces.bin"):
        line = panel.locator("li", has_text=name)
        expect(line).to_have_attribute("data-state", "failed")
        expect(line).to_contain_text("erlaubt ist, 9000 Bytes aufzubewahren")
    expect(panel.locator("li", has_text="a.txt")).to_have_attribute("data-state", "asking")
    words = panel.locator("li .words").all_inner_texts()
    assert not [each for each in words if ENGLISH.search(each)], words
    lines = panel.locator("li", has_text="a.txt")
    assert left_over(lines, "a.txt") == ""
    assert left_over(panel.locator("#transfers-status")) == ""
    assert left_over(panel.locator(".choices")) == ""
