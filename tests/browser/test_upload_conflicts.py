"""A name that is taken is asked about before a byte is sent, or when another was faster."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.uploading import Place, large
from tests.functional.stack import Stack

NAMES = ("a.txt", "b.txt", "c.txt")


@pytest.fixture
def place(page: Page, stack: Stack, request: Any) -> Iterator[Place]:
    """A folder in which the names are taken."""
    with stack.client(stack.admin) as http:
        place = Place(page, stack, http, request.node.name)
        for name in NAMES:
            http.put(f"{place.path}{name}", content=b"theirs").raise_for_status()
        http.post(place.path, json={"type": "folder", "name": "d.txt"}).raise_for_status()
        page.reload()
        yield place


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / name for name in (*NAMES, "d.txt", "new.txt")]
    for path in paths:
        path.write_text("mine")
    return paths


def test_each_is_chosen_for(place: Place, files: list[Path]) -> None:
    place.choose(*files)
    expect(place.status).to_have_text("1 of 5 uploaded, 4 waiting for your choice")
    expect(place.line("d.txt")).to_contain_text("a folder is called so already")
    expect(place.button("New version", "d.txt")).to_have_count(0)
    place.button("New version", "a.txt").click()
    place.button("Keep both", "b.txt").click()
    place.button("Skip", "c.txt").click()
    place.button("Keep both", "d.txt").click()
    place.all_done(4)
    place.is_there("a.txt", b"mine", version=2)
    place.is_there("b.txt", b"theirs")
    place.is_there("b (2).txt", b"mine")
    place.is_there("c.txt", b"theirs")
    place.is_there("d (2).txt", b"mine")


def test_one_choice_is_for_all(place: Place, files: list[Path]) -> None:
    place.choose(*files)
    expect(place.status).to_contain_text("4 waiting for your choice")
    place.button("New version: all").click()
    expect(place.status).to_have_text("4 of 5 uploaded, 1 waiting for your choice")
    place.button("Skip", "d.txt").click()
    place.all_done(4)
    for name in NAMES:
        place.is_there(name, b"mine", version=2)


def all_seem_free(place: Place) -> None:
    """The answer to the question which names are taken is by now not true any more."""

    def late(route: Route) -> None:
        if "do=taken" in (route.request.post_data or ""):
            route.fulfill(json={"taken": {}})
        else:
            route.continue_()

    place.page.route(place.url, late)


def test_another_was_faster(place: Place, tmp_path: Path, console: list[str]) -> None:
    all_seem_free(place)
    small = tmp_path / "a.txt"
    small.write_text("mine")
    film, content = large(tmp_path, 5, "b.txt")
    place.choose(small, film)
    expect(place.status).to_have_text("0 of 2 uploaded, 2 waiting for your choice")
    place.page.unroute(place.url)
    place.button("Keep both: all").click()
    place.all_done(2)
    place.is_there("a.txt", b"theirs")
    place.is_there("a (2).txt", b"mine")
    place.is_there("b (2).txt", content)
    assert len(console) == 2 and all("412" in console.pop() for _ in range(2))


def test_another_was_faster_with_one_of_many(
    place: Place, tmp_path: Path, console: list[str]
) -> None:
    """Small files go several at a time; one that is refused holds no other back."""
    files = [tmp_path / f"{number:02}.txt" for number in range(40)]
    for each in files:
        each.write_text(f"mine, {each.name}")
    place.http.put(f"{place.path}05.txt", content=b"theirs").raise_for_status()
    all_seem_free(place)
    place.choose(*files)
    expect(place.status).to_have_text("39 of 40 uploaded, 1 waiting for your choice")
    place.button("Skip", "05.txt").click()
    place.all_done(39)
    place.is_there("05.txt", b"theirs")
    for number in (0, 4, 6, 39):
        place.is_there(f"{number:02}.txt", f"mine, {number:02}.txt".encode())
    refused = [console.pop() for _ in range(2)]
    assert "409" in refused[1] and "412" in refused[0] and console == []
