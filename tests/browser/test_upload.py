"""A customer opens the address of a new service, uploads two files and looks at one of them."""

import io
import random
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from selenium.webdriver import Chrome
from selenium.webdriver.common.keys import Keys

from tests.browser.page import Page
from tests.functional.stack import Stack


def photo(seed: int = 1) -> bytes:
    """A JPEG of 1600 × 1200 pixels."""
    small = Image.new("RGB", (16, 12))
    rng = random.Random(seed)
    small.putdata([tuple(rng.randbytes(3)) for _ in range(16 * 12)])
    with io.BytesIO() as file:
        small.resize((1600, 1200), Image.Resampling.BICUBIC).save(file, "JPEG")
        return file.getvalue()


@pytest.fixture
def page(browser: Chrome, stack: Stack) -> Page:
    """The listing of the demo service, as its customer first sees it."""
    browser.get(stack.demo_url)
    return Page(browser)


@pytest.fixture
def folder(page: Page, request: Any) -> Page:
    """A folder of the test's own in it."""
    name = request.node.name
    page.press("New folder")
    page.fill(name + Keys.ENTER)
    page.wait(lambda: name in page.texts("#listing th a"))
    page.press(name, "#listing")
    page.wait(lambda: page.texts("h1") == [name])
    return page


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "sea & <b>sky.jpg").write_bytes(photo())
    (tmp_path / "notes.txt").write_text("some notes\n")
    return tmp_path / "sea & <b>sky.jpg", tmp_path / "notes.txt"


def test_two_files_are_uploaded_and_one_is_looked_at(
    folder: Page, files: tuple[Path, Path], console: Any
) -> None:
    page = folder
    assert "Nothing here yet" in page.texts(".empty")[0]
    page.choose(*files)
    page.wait(lambda: page.texts("#transfers-status") == ["2 of 2 uploaded"])
    assert page.all("#transfers-progress")[0].get_property("value") == 1
    page.wait(lambda: page.texts("#listing th a") == ["notes.txt", "sea & <b>sky.jpg"])
    page.wait(lambda: page.loaded("#listing .thumb") and page.loaded("#transfers .thumb"))
    page.wait(lambda: page.texts("#listing .state") == ["ready", "ready"])

    page.press("sea & <b>sky.jpg", "#listing")
    page.wait(lambda: page.texts("h1") == ["sea & <b>sky.jpg"])
    page.wait(lambda: page.loaded("#poster img"))
    assert page.texts("article.job header .state") == ["done"]
    assert {*page.texts(".tasks .state")} == {"done", "skipped"}
    assert console() == []


def test_a_workflow_that_is_run_by_hand_is_followed_to_its_end(
    folder: Page, files: tuple[Path, Path], console: Any
) -> None:
    page = folder
    page.choose(files[0])
    page.wait(lambda: page.texts("#listing .state") == ["ready"])
    page.press(files[0].name, "#listing")
    page.press("Run", ".inline")
    page.wait(lambda: len(page.all("#jobs .lines li")) == 1)
    assert "started by hand" in page.texts("article.job header")[0]
    page.wait(lambda: page.texts("article.job header .state") == ["done"])
    assert console() == []


def test_a_file_that_is_there_is_replaced_only_when_asked(
    folder: Page, files: tuple[Path, Path], console: Any
) -> None:
    page, notes = folder, files[1]
    page.choose(notes)
    page.wait(lambda: page.texts("#listing .state") == ["ready"])
    notes.write_text("other notes, which are longer\n")
    page.choose(notes)
    page.wait(lambda: "1 waiting for your choice" in page.texts("#transfers-status")[0])
    page.press("Skip", "#transfers")
    page.choose(notes)
    page.wait(lambda: "1 waiting for your choice" in page.texts("#transfers-status")[0])
    assert page.texts("#listing td.number") == ["11 B"]
    page.press("Replace", "#transfers")
    page.wait(lambda: page.texts("#listing td.number") == ["30 B"])
    page.wait(lambda: page.texts("#listing .state") == ["ready"])
    assert console() == []


def test_a_file_is_renamed_removed_and_taken_back(
    folder: Page, files: tuple[Path, Path], console: Any
) -> None:
    page = folder
    page.choose(files[1])
    page.wait(lambda: page.texts("#listing .state") == ["ready"])
    page.press("notes.txt", "#listing")
    page.press("Rename")
    page.fill("remarks.txt" + Keys.ENTER)
    page.wait(lambda: page.texts("h1") == ["remarks.txt"])
    page.press("Remove")
    page.press("Remove", "details[open] form")
    page.wait(lambda: page.all(".empty"))
    page.press("files", ".crumbs")
    page.press("Trash")
    page.wait(lambda: page.texts("h1") == ["Trash"])
    page.press("Take back", "#listing")
    page.wait(lambda: page.texts("h1") == ["remarks.txt"])
    assert console() == []


def test_a_visitor_without_a_key_can_paste_one(browser: Chrome, stack: Stack) -> None:
    page = Page(browser)
    browser.get(stack.url)
    field = page.all("#secret")[0]
    field.send_keys("no key" + Keys.ENTER)
    page.wait(lambda: "does not look like a key" in page.texts("[role=alert]")[0])
    field.clear()
    field.send_keys(stack.demo_url.rstrip("/").rpartition("/")[2] + Keys.ENTER)
    page.wait(lambda: browser.current_url == stack.demo_url)
