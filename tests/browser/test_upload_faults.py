"""Uploads go on: after a pause, without network, when the server was killed, after a reload."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.uploading import MIB, Place, Proxy, kept, large
from tests.functional.stack import Stack, wait_for

OPFS = """async ([name, size]) => {
  const root = await navigator.storage.getDirectory();
  const handle = await root.getFileHandle(name, {create: true});
  const file = await handle.createWritable();
  await file.write(new Uint8Array(size).map((_, n) => n % 251));
  await file.close();
  sessionStorage.name = name;
}"""
ASKED = """FileSystemHandle.prototype.queryPermission = async () => "prompt";
FileSystemHandle.prototype.requestPermission = async () => "granted";"""
PICKER = """if (sessionStorage.name) window.showOpenFilePicker = async () => [
  await (await navigator.storage.getDirectory()).getFileHandle(sessionStorage.name)];"""


@pytest.fixture
def proxy(stack: Stack) -> Iterator[Proxy]:
    made = Proxy(urlsplit(stack.url).port or 80)
    yield made
    made.end()


@pytest.fixture
def place(
    page: Page, stack: Stack, proxy: Proxy, request: Any, console: list[str]
) -> Iterator[Place]:
    """What the browser says of connections that break is to be expected here."""
    with stack.client(stack.admin) as http:
        yield Place(page, stack, http, request.node.name, proxy.url)
    assert [each for each in console if "Failed to load resource" not in each] == []
    console.clear()


def uploads(stack: Stack) -> list[Path]:
    """What lies beside the blobs of uploads that have not ended."""
    return [*stack.data.glob("blobs/**/upload-*")]


def test_it_is_paused_and_goes_on_or_is_cancelled(
    place: Place, proxy: Proxy, stack: Stack, tmp_path: Path
) -> None:
    place.http.put(f"{place.path}first.txt", content=b"here already").raise_for_status()
    place.page.reload()
    film, content = large(tmp_path, 40)
    other, _ = large(tmp_path, 20, "other.bin")
    proxy.hold(17)
    place.choose(film, other)
    kept(place, film.name, 0)
    kept(place, "other.bin", 0)
    place.button("Pause all").click()
    expect(place.line(film.name)).to_contain_text("paused")
    expect(place.line("other.bin")).to_contain_text("paused")
    assert len(uploads(stack)) >= 2
    place.button("Cancel", "other.bin").click()
    expect(place.line("other.bin")).to_contain_text("cancelled")
    proxy.hold(12)
    place.button("Go on", film.name).click()
    pace = place.panel.locator("#transfers-pace")
    expect(pace).to_contain_text(re.compile(" of 40 MiB, .* a second, .* left$"))
    place.page.get_by_role("link", name="Size").click()  # shown in place, as it is under way
    expect(place.page).to_have_url(f"{place.url}?sort=size")
    proxy.hold(None)
    place.all_done(1)
    place.is_there(film.name, content)
    expect(place.page.locator("#listing a.name")).to_have_text(["first.txt", film.name])
    wait_for(lambda: uploads(stack) == [])


def test_it_goes_on_when_the_network_and_the_server_are_there_again(
    place: Place, proxy: Proxy, stack: Stack, tmp_path: Path
) -> None:
    film, content = large(tmp_path, 64)
    proxy.hold(12)
    place.choose(film)
    kept(place, film.name, 8)
    proxy.cut()
    expect(place.line(film.name)).to_contain_text("the connection broke; tries again by itself")
    proxy.broken = False
    proxy.hold(28)
    place.button("Try now", film.name).click()
    kept(place, film.name, 32)
    stack.kill_web()
    proxy.hold(None)
    place.all_done(1)
    place.is_there(film.name, content)


def test_a_reload_in_the_middle_loses_what_was_sent_last_alone(
    place: Place, proxy: Proxy, tmp_path: Path
) -> None:
    page, dialogs = place.page, list[str]()
    page.on("dialog", lambda dialog: (dialogs.append(dialog.type), dialog.accept()))
    film, content = large(tmp_path, 64)
    page.locator("#q").click()  # browsers ask only who has done something on the page
    proxy.hold(28)
    place.choose(film)
    kept(place, film.name, 24)
    page.reload()
    proxy.hold(None)
    assert dialogs == ["beforeunload"]
    expect(place.status).to_have_text("1 left unfinished")
    words = re.compile(r"(2\d|3[012]) MiB of 64 MiB, was left unfinished; choose the file again")
    expect(place.line(film.name)).to_contain_text(words)
    offsets: list[int] = []
    page.on("request", lambda each: offsets.append(int(each.headers.get("upload-offset", -1))))
    place.choose(film)
    place.all_done(1)
    place.is_there(film.name, content)
    assert min(each for each in offsets if each >= 0) >= 24 * MIB
    page.reload()
    expect(page.locator("#listing a.name")).to_have_text([film.name])
    expect(place.panel).to_be_hidden()


def choose_kept(place: Place, proxy: Proxy, script: str = "") -> list[str]:
    """Begins to upload 20 MiB from a file that the browser keeps; the dialogs that will come."""
    page, dialogs = place.page, list[str]()
    page.on("dialog", lambda dialog: (dialogs.append(dialog.type), dialog.accept()))
    page.evaluate(OPFS, ["kept.bin", 20 * MIB])
    page.add_init_script(script + PICKER)
    page.reload()
    proxy.hold(10)
    page.get_by_text("Choose files").click()
    kept(place, "kept.bin", 8)
    return dialogs


def kept_is_there(place: Place) -> None:
    place.all_done(1)
    place.is_there("kept.bin", (bytes(range(251)) * (20 * MIB // 251 + 1))[: 20 * MIB])


def test_where_the_browser_keeps_files_one_press_goes_on(place: Place, proxy: Proxy) -> None:
    dialogs = choose_kept(place, proxy, ASKED)
    place.page.reload()
    proxy.hold(None)
    assert dialogs == [], "nothing is lost, so nobody is asked"
    place.button("Go on", "kept.bin").click()
    kept_is_there(place)


def test_where_it_lets_them_be_read_all_goes_on_by_itself(place: Place, proxy: Proxy) -> None:
    dialogs = choose_kept(place, proxy)
    place.page.reload()
    proxy.hold(None)
    kept_is_there(place)
    assert dialogs == []


def test_the_panel_comes_along_to_another_folder(place: Place, proxy: Proxy) -> None:
    for name in ("next & <b>", "next & <b>/further"):
        place.http.put(f"{place.path}{quote(name)}/a.txt", content=b"x").raise_for_status()
    dialogs = choose_kept(place, proxy)
    place.page.get_by_role("link", name="next & <b>").click()
    expect(place.page.locator("h1")).to_have_text("next & <b>")
    whole = f"{place.path.removeprefix('/demo/files')}kept.bin"
    expect(place.line("kept.bin").locator(".name")).to_have_text(whole)
    expect(place.status).to_have_text("0 of 1 uploaded, 1 to another folder")
    place.page.get_by_role("link", name="further").click()
    expect(place.page.locator("h1")).to_have_text("further")
    proxy.hold(None)
    kept_is_there(place)
    assert dialogs == []
    expect(place.panel.get_by_role("link", name=whole)).to_be_visible()
    assert place.names(f"{quote('next & <b>')}/further/") == ["a.txt"]
    place.page.reload()
    expect(place.panel).to_be_hidden()


def test_two_tabs_do_not_send_the_same(place: Place, proxy: Proxy, tmp_path: Path) -> None:
    film, content = large(tmp_path, 20)
    proxy.hold(10)
    place.choose(film)
    kept(place, film.name, 8)
    other = place.page.context.new_page()
    other.goto(place.url)
    other.locator("#files").set_input_files(film)
    line = other.locator("#transfers li")
    expect(line).to_contain_text("is on its way in another tab already")
    other.close()
    proxy.hold(None)
    place.all_done(1)
    place.is_there(film.name, content)


def test_what_a_quota_refuses_is_told_and_tried_again(
    page: Page, stack: Stack, tmp_path: Path, console: list[str]
) -> None:
    with stack.client(stack.admin) as http:
        made = http.post("/demo/", json={"name": "narrow", "properties": {"quota": 9000}})
        service = made.raise_for_status().json()
        page.goto(
            next(each["url"] for each in service["keys"] if each["role"] == "servicecustomer")
        )
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
    expect(page.locator("#listing a.name")).to_have_text(["large.txt", "small.txt"])
