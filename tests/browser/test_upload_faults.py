"""Uploads go on: after a pause, without network, when the server was killed, after a reload."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.uploading import MIB, Place, large, network, sent, slow
from tests.functional.stack import Stack

OPFS = """async ([name, size]) => {
  const root = await navigator.storage.getDirectory();
  const handle = await root.getFileHandle(name, {create: true});
  const file = await handle.createWritable();
  await file.write(new Uint8Array(size).map((_, n) => n % 251));
  await file.close();
  sessionStorage.name = name;
}"""
PICKER = """if (sessionStorage.name) window.showOpenFilePicker = async () => [
  await (await navigator.storage.getDirectory()).getFileHandle(sessionStorage.name)];"""


@pytest.fixture
def place(page: Page, stack: Stack, request: Any, console: list[str]) -> Iterator[Place]:
    """What the browser says of connections that break is to be expected here."""
    with stack.client(stack.admin) as http:
        yield Place(page, stack, http, request.node.name)
    assert [each for each in console if "Failed to load resource" not in each] == []
    console.clear()


def uploads(stack: Stack) -> list[Path]:
    """What lies beside the blobs of uploads that have not ended."""
    return [*stack.data.glob("blobs/**/upload-*")]


def test_it_is_paused_and_goes_on_or_is_cancelled(
    place: Place, stack: Stack, tmp_path: Path
) -> None:
    film, content = large(tmp_path, 40)
    other, _ = large(tmp_path, 20, "other.bin")
    with slow(place.page, 24):
        place.choose(film, other)
        sent(place, 9)
        place.button("Pause all").click()
        expect(place.line(film.name)).to_contain_text("paused")
        expect(place.line("other.bin")).to_contain_text("paused")
        assert 2 <= len(uploads(stack))
        place.button("Cancel", "other.bin").click()
        expect(place.line("other.bin")).to_contain_text("cancelled")
        place.button("Go on", film.name).click()
        expect(place.panel.locator("#transfers-pace")).to_contain_text("a second")
        expect(place.panel.locator("#transfers-pace")).to_contain_text("left")
        place.page.get_by_role("link", name="Size").click()  # shown in place, as it is under way
        expect(place.page).to_have_url(f"{place.url}?sort=size")
        expect(place.line(film.name)).to_be_visible()
    place.all_done(1)
    place.is_there(film.name, content)
    assert place.names() == [film.name]
    assert uploads(stack) == []


def test_it_goes_on_when_the_network_and_the_server_are_there_again(
    place: Place, stack: Stack, tmp_path: Path
) -> None:
    film, content = large(tmp_path, 40)
    with slow(place.page, 16) as session:
        place.choose(film)
        sent(place, 9)
        network(session, 0)
        expect(place.line(film.name)).to_contain_text("tries again by itself")
        network(session, 16)
        sent(place, 20)
        stack.kill_web()
        expect(place.line(film.name)).to_contain_text("tries again by itself")
        place.button("Try now", film.name).click()
    place.all_done(1)
    place.is_there(film.name, content)


def test_a_reload_in_the_middle_loses_what_was_sent_last_alone(
    place: Place, tmp_path: Path
) -> None:
    page, dialogs = place.page, []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.type), dialog.accept()))
    film, content = large(tmp_path, 64)
    page.locator("#q").click()  # browsers ask only who has done something on the page
    with slow(page, 12):
        place.choose(film)
        sent(place, 25)
        page.reload()
    assert dialogs == ["beforeunload"]
    expect(place.status).to_have_text("1 left unfinished")
    expect(place.line(film.name)).to_contain_text("choose the file again to go on")
    expect(place.line(film.name)).to_contain_text(re.compile("(24|32) MiB of 64 MiB"))
    bytes_sent: list[int] = []
    page.on("request", lambda each: bytes_sent.append(int(each.headers.get("upload-offset", -1))))
    place.choose(film)
    place.all_done(1)
    place.is_there(film.name, content)
    assert min(each for each in bytes_sent if each >= 0) >= 24 * MIB
    page.reload()
    expect(place.page.locator("#listing a.name")).to_have_text([film.name])
    expect(place.panel).to_be_hidden()


def test_where_the_browser_keeps_files_one_press_goes_on(place: Place) -> None:
    page, dialogs = place.page, []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.type), dialog.accept()))
    page.evaluate(OPFS, ["kept.bin", 20 * MIB])
    page.add_init_script(PICKER)
    page.reload()
    with slow(page, 10):
        page.get_by_text("Choose files").click()
        sent(place, 9)
        page.reload()
    assert dialogs == [], "nothing is lost, so nobody is asked"
    place.button("Go on", "kept.bin").click()
    place.all_done(1)
    place.is_there("kept.bin", bytes(n % 251 for n in range(20 * MIB)))


def test_two_tabs_do_not_send_the_same(place: Place, tmp_path: Path) -> None:
    film, content = large(tmp_path, 24)
    other = place.page.context.new_page()
    with slow(place.page, 8):
        place.choose(film)
        sent(place, 1)
        other.goto(place.url)
        expect(other.locator("h1")).to_be_visible()
        other.locator("#files").set_input_files(film)
        line = other.locator("#transfers li")
        expect(line).to_contain_text("is on its way in another tab already")
    place.all_done(1)
    place.is_there(film.name, content)
    other.close()


def test_what_a_quota_refuses_is_told_and_tried_again(
    page: Page, stack: Stack, tmp_path: Path, console: list[str]
) -> None:
    with stack.client(stack.admin) as http:
        made = http.post("/demo/", json={"name": "narrow", "properties": {"quota": 9000}})
        service = made.raise_for_status().json()
        page.goto(next(each["url"] for each in service["keys"] if each["role"] == "servicecustomer"))
        for name, size in (("small.txt", 10), ("large.txt", 3_000_000)):
            (tmp_path / name).write_bytes(b"x" * size)
        page.locator("#files").set_input_files([tmp_path / "large.txt", tmp_path / "small.txt"])
        expect(page.locator("#transfers-status")).to_have_text("1 of 2 uploaded, 1 failed")
        line = page.locator("#transfers li", has_text="large.txt")
        expect(line).to_contain_text("Make room, or ask for more, and try again.")
        assert len(console) == 1 and "507" in console.pop()
        http.patch("/demo/narrow/", json={"properties": {"quota": None}}).raise_for_status()
    line.get_by_role("button", name="Try again").click()
    expect(page.locator("#transfers-status")).to_have_text("2 of 2 uploaded")
    assert page.locator("#listing a.name").all_inner_texts() == ["large.txt", "small.txt"]
