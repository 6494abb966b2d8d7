"""A customer opens the address of a new service, uploads two files and looks at one of them."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.actions import choose, has_loaded, open_row, uploaded
from tests.browser.world import write
from tests.functional.stack import Stack


@pytest.fixture
def folder(page: Page, stack: Stack, request: Any) -> Page:
    """A folder of the test's own in the demo service, which its customer has made."""
    page.goto(stack.demo_url)
    page.get_by_text("New folder").click()
    page.keyboard.type(request.node.name)
    page.keyboard.press("Enter")
    open_row(page, request.node.name)
    return page


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    return write(tmp_path)


def test_two_files_are_uploaded_and_one_is_looked_at(folder: Page, files: list[Path]) -> None:
    expect(folder.locator(".empty")).to_contain_text("Nothing here yet")
    uploaded(folder, *files)
    assert folder.locator("#transfers-progress").evaluate("bar => bar.value") == 1
    names = folder.locator("#listing a.name")
    expect(names).to_have_text(["notes.txt", "sea & <b>sky.jpg"])
    has_loaded(folder, "#listing .thumb")

    open_row(folder, "sea & <b>sky.jpg")
    has_loaded(folder, "#poster img")
    expect(folder.locator("article.job header .state")).to_have_text("done")
    assert {*folder.locator(".tasks .state").all_inner_texts()} == {"done", "skipped"}


def test_a_workflow_that_is_run_by_hand_is_followed_to_its_end(
    folder: Page, files: list[Path]
) -> None:
    uploaded(folder, files[0])
    open_row(folder, files[0].name)
    folder.get_by_label("Run a workflow now").select_option("ingest")
    folder.get_by_role("button", name="Run").click()
    expect(folder.locator("#jobs .lines li")).to_have_count(1)
    job = folder.locator("article.job header")
    expect(job).to_contain_text("started by hand")
    expect(job.locator(".state")).to_have_text("done")


def test_a_file_that_is_there_is_replaced_only_when_asked(folder: Page, files: list[Path]) -> None:
    notes = files[1]
    uploaded(folder, notes)
    notes.write_text("other notes, which are longer\n")
    status, size = folder.locator("#transfers-status"), folder.locator("#listing td.number")
    choose(folder, notes)
    expect(status).to_contain_text("1 waiting for your choice")
    folder.locator("#transfers").get_by_text("Skip", exact=True).click()
    choose(folder, notes)
    expect(status).to_contain_text("1 waiting for your choice")
    expect(size).to_have_text("11 B")
    folder.locator("#transfers").get_by_text("New version", exact=True).click()
    expect(size).to_have_text("30 B")
    expect(folder.locator("#listing .state")).to_have_text("ready")


def test_a_file_is_renamed_removed_and_taken_back(folder: Page, files: list[Path]) -> None:
    uploaded(folder, files[1])
    open_row(folder, "notes.txt")
    folder.locator("summary", has_text="Rename").click()
    folder.keyboard.type("remarks.txt")
    folder.keyboard.press("Enter")
    expect(folder.locator("h1")).to_have_text("remarks.txt")
    folder.locator("summary", has_text="Remove").click()
    folder.get_by_role("button", name="Remove").click()
    expect(folder.locator(".empty")).to_be_visible()
    folder.locator(".crumbs").get_by_text("files", exact=True).click()
    folder.get_by_role("link", name="Trash").click()
    expect(folder.locator("h1")).to_have_text("Trash")
    folder.get_by_role("button", name="Take back: remarks.txt").click()
    expect(folder.locator("h1")).to_have_text("remarks.txt")


def test_a_visitor_without_a_key_can_paste_one(
    page: Page, stack: Stack, console: list[str]
) -> None:
    page.goto(stack.url)
    assert "404" in console.pop()
    field = page.locator("#secret")
    field.fill("no key")
    field.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("does not look like a key")
    field.fill(stack.demo_url.rstrip("/").rpartition("/")[2])
    field.press("Enter")
    page.wait_for_url(stack.demo_url)
