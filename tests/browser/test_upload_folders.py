"""Whole folders come in with all that is in them, dropped or chosen, and names are only words."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.uploading import Place
from tests.functional.stack import Stack

HOSTILE = "<img src=x onerror=alert(1)> & 100% 'x' #2?.txt"


@pytest.fixture
def place(page: Page, stack: Stack, request: Any) -> Iterator[Place]:
    with stack.client(stack.admin) as http:
        yield Place(page, stack, http, request.node.name)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "Märchen & more"
    for name in ("a.txt", f"deep/er/{HOSTILE}", "deep/b.txt", ".hidden"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"this is {name}\n")
    (root / "deep" / "empty").mkdir()
    (tmp_path / "alone.txt").write_text("beside the folder\n")
    return root


def test_a_folder_is_dropped_beside_a_file(place: Place, tree: Path) -> None:
    expect(place.page.locator(".empty")).to_contain_text("Nothing here yet")
    place.drop(tree, tree.parent / "alone.txt")
    place.all_done(5)
    expect(place.page.locator("#listing a.name")).to_have_text(["Märchen & more", "alone.txt"])
    expect(place.line(HOSTILE).locator(".name")).to_have_text(f"{tree.name}/deep/er/{HOSTILE}")
    assert place.panel.locator("img").count() == 0
    assert sorted(place.names(f"{tree.name}/")) == [".hidden", "a.txt", "deep"]
    assert sorted(place.names(f"{tree.name}/deep/")) == ["b.txt", "empty", "er"]
    assert place.names(f"{tree.name}/deep/er/") == [HOSTILE]
    assert place.names(f"{tree.name}/deep/empty/") == []
    place.is_there(f"{tree.name}/deep/b.txt", b"this is deep/b.txt\n")


def test_a_folder_is_chosen_and_again_with_what_is_new(place: Place, tree: Path) -> None:
    place.page.locator("#folders").set_input_files(tree)
    place.all_done(4)
    (tree / "deep" / "c.txt").write_text("new\n")
    place.page.locator("#folders").set_input_files(tree)
    expect(place.status).to_have_text("1 of 5 uploaded, 4 waiting for your choice")
    place.button("Skip: all").click()
    place.all_done(1)
    assert sorted(place.names(f"{tree.name}/deep/")) == ["b.txt", "c.txt", "er"]
    place.is_there(f"{tree.name}/deep/b.txt", b"this is deep/b.txt\n")


def test_many_files_come_and_the_panel_stays_short(place: Place, tmp_path: Path) -> None:
    files = [tmp_path / f"{number:03}.txt" for number in range(260)]
    for each in files:
        each.write_text(each.name)
    place.choose(*files)
    place.all_done(260)
    assert place.panel.locator("li").count() <= 200
    expect(place.page.locator("#listing a.name").first).to_have_text("000.txt")
    expect(place.page.locator("#pager")).to_contain_text("of 260 shown")
    place.button("Details").click()
    expect(place.panel.locator("ul")).to_be_hidden()
    place.button("Clear this list").click()
    expect(place.panel).to_be_hidden()
