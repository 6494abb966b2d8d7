"""A customer finds, selects, moves, renames and removes files, by mouse and by keys."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.functional.stack import Stack

NAMES = ("alpha.txt", "beta.txt", "gamma.txt")


@pytest.fixture
def folder(page: Page, stack: Stack, request: Any) -> Page:
    """A folder with three texts and two folders, in front."""
    name = request.node.name.partition("[")[0]
    with stack.client(stack.admin) as http:
        base = f"/demo/files/{name}"
        for length, each in enumerate(NAMES, 1):
            http.put(f"{base}/{each}", content=each[0].encode() * length).raise_for_status()
        for each in ("attic", "cellar"):
            http.post(f"{base}/", json={"type": "folder", "name": each}).raise_for_status()
    page.goto(f"{stack.demo_url}{name}/")
    expect(page.locator("#listing .state", has_text="ready")).to_have_count(len(NAMES))
    return page


def names(page: Page) -> Locator:
    return page.locator("#listing a.name")


def row(page: Page, name: str) -> Locator:
    return page.locator(f'[data-name="{name}"]')


def pick(page: Page, *chosen: str) -> None:
    for name in chosen:
        page.get_by_label(f"Select {name}", exact=True).check()


def test_a_listing_is_sorted_by_its_heads(folder: Page) -> None:
    expect(names(folder)).to_have_text(["alpha.txt", "attic", "beta.txt", "cellar", "gamma.txt"])
    folder.get_by_role("link", name="Size").click()
    folder.get_by_role("link", name="Size").click()
    expect(names(folder).first).to_have_text("gamma.txt")
    expect(folder.locator("th[aria-sort=descending]")).to_contain_text("Size")


def test_what_is_typed_is_found_here_and_below(folder: Page, stack: Stack) -> None:
    with stack.client(stack.admin) as http:
        place = "/demo/files/test_what_is_typed_is_found_here_and_below"
        http.put(f"{place}/attic/old/betamax.txt", content=b"x").raise_for_status()
    folder.keyboard.press("/")
    found = row(folder, "betamax.txt")
    for _ in range(30):  # catalogs follow the tree by a few seconds
        folder.locator("#q").fill("")
        folder.locator("#q").press_sequentially("bet")
        folder.wait_for_url("**/?q=bet")
        folder.wait_for_timeout(500)
        if found.count():
            break
    expect(names(folder)).to_have_text(["beta.txt", "betamax.txt"])
    expect(found.locator(".place")).to_have_text("attic/old")
    folder.locator("#q").fill("nothing is called so")
    expect(folder.locator(".empty")).to_contain_text("Nothing is found here")


def test_one_kind_is_shown(folder: Page) -> None:
    folder.get_by_label("Kind").select_option("folder")
    expect(names(folder)).to_have_text(["attic", "cellar"])


def test_selected_files_are_removed_and_taken_back(folder: Page) -> None:
    pick(folder, "alpha.txt", "beta.txt")
    expect(folder.locator("#selection output")).to_have_text("2 selected")
    folder.locator("#selection").get_by_text("Remove").click()
    expect(names(folder)).to_have_text(["attic", "cellar", "gamma.txt"])
    folder.get_by_role("button", name="Undo").click()
    expect(names(folder)).to_have_count(5)


def test_selected_files_are_moved_by_the_dialog_and_back(folder: Page) -> None:
    pick(folder, "alpha.txt", "gamma.txt")
    folder.get_by_role("button", name="Move…").click()
    folder.locator("#target").get_by_text("attic").click()
    folder.get_by_role("button", name="To “attic”").click()
    expect(names(folder)).to_have_text(["attic", "beta.txt", "cellar"])
    expect(row(folder, "attic")).to_contain_text("2 items")
    folder.get_by_role("button", name="Undo").click()
    expect(names(folder)).to_have_count(5)


def test_a_file_is_dragged_onto_a_folder(folder: Page) -> None:
    row(folder, "beta.txt").drag_to(row(folder, "cellar"))
    expect(names(folder)).to_have_text(["alpha.txt", "attic", "cellar", "gamma.txt"])
    expect(row(folder, "cellar")).to_contain_text("1 item")


def test_a_selection_is_copied(folder: Page) -> None:
    pick(folder, "beta.txt")
    folder.get_by_role("button", name="Copy…").click()
    folder.locator("#target").get_by_text("cellar").click()
    folder.get_by_role("button", name="To “cellar”").click()
    expect(row(folder, "cellar")).to_contain_text("1 item")
    expect(names(folder)).to_have_count(5)


def test_a_selection_is_downloaded_as_a_zip(folder: Page, tmp_path: Path) -> None:
    pick(folder, "alpha.txt", "gamma.txt")
    with folder.expect_download() as download:
        folder.locator("#selection").get_by_text("Download").click()
    with zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes())) as found:
        assert found.namelist() == ["alpha.txt", "gamma.txt"]


def test_a_workflow_is_run_on_a_selection(folder: Page) -> None:
    folder.locator("#pick-all").check()
    folder.locator("#selection").get_by_text("Run").click()
    expect(folder.locator("#notices")).to_contain_text("3 jobs begun")
    expect(folder.locator("#notices")).to_contain_text("folders were left out")


def test_keys_move_select_rename_and_remove(folder: Page) -> None:
    folder.keyboard.press("ArrowDown")
    expect(names(folder).nth(0)).to_be_focused()
    folder.keyboard.press("F2")
    folder.keyboard.type("first")
    folder.keyboard.press("Enter")
    expect(row(folder, "first.txt")).to_be_visible()
    expect(names(folder)).to_have_text(["attic", "beta.txt", "cellar", "first.txt", "gamma.txt"])
    expect(row(folder, "first.txt").locator("a")).to_be_focused()
    folder.keyboard.press("Shift+ArrowDown")
    expect(folder.locator("#selection output")).to_have_text("2 selected")
    folder.keyboard.press("Delete")
    expect(names(folder)).to_have_text(["attic", "beta.txt", "cellar"])
    folder.keyboard.press("Home")
    folder.keyboard.press("Enter")
    expect(folder.locator("h1")).to_have_text("attic")


def test_space_previews_and_escape_closes(folder: Page) -> None:
    row(folder, "beta.txt").locator("a").focus()
    folder.keyboard.press("Space")
    expect(folder.locator("#preview-title")).to_have_text("beta.txt")
    expect(folder.locator("#preview #poster")).to_be_visible()
    folder.keyboard.press("Escape")
    expect(folder.locator("#preview")).to_be_hidden()
    expect(row(folder, "beta.txt").locator("a")).to_be_focused()


def test_a_name_that_is_taken_is_told_and_nothing_is_changed(folder: Page, console: Any) -> None:
    row(folder, "alpha.txt").locator("a").focus()
    folder.keyboard.press("F2")
    folder.keyboard.type("beta")
    folder.keyboard.press("Enter")
    expect(folder.locator("#notices")).to_contain_text("beta.txt")
    expect(names(folder)).to_have_text(["alpha.txt", "attic", "beta.txt", "cellar", "gamma.txt"])
    assert "409" in console.pop()


def test_a_long_listing_goes_on_as_one_scrolls(page: Page, stack: Stack) -> None:
    with stack.client(stack.admin) as http:
        files = [("file", (f"many/{number:03}.txt", b"x")) for number in range(230)]
        http.post("/demo/files/", files=files).raise_for_status()
    page.goto(f"{stack.demo_url}many/")
    expect(names(page)).to_have_count(50)
    for count in (100, 150, 200, 230):
        names(page).last.scroll_into_view_if_needed()
        expect(names(page)).to_have_count(count)
    expect(names(page).last).to_have_text("229.txt")
    expect(page.locator("#pager [rel=next]")).to_have_count(0)
