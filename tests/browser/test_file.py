"""What a file looks like on its page, its metadata and its versions, as a person meets them."""

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.actions import has_loaded
from tests.browser.world import SUBTITLES, photo
from tests.functional.stack import Stack
from tests.unit.tasks.library.films import film
from tests.unit.tasks.library.papers import page_of, pdf

WIDTH = "document.querySelector('#poster img').clientWidth"
PLAYS = """() => {
  const film = document.querySelector("video");
  film.muted = true;
  film.play();
  return film.currentTime > 0.1;
}"""
CUES = """() => {
  const [track] = document.querySelector("video").textTracks;
  track.mode = "showing";
  return track.cues?.[0]?.text;
}"""


def put(stack: Stack, path: str, *contents: bytes) -> str:
    """The file's page, for the customer."""
    with stack.client(stack.admin) as http:
        for content in contents:
            http.put(f"/demo/files/{path}", content=content).raise_for_status()
    return f"{stack.demo_url}{path}"


def test_a_picture_is_zoomed_and_moved(page: Page, stack: Stack) -> None:
    page.goto(put(stack, "zoom/sea.jpg", photo()))
    has_loaded(page, "#poster img")
    fitted = page.evaluate(WIDTH)
    page.get_by_role("button", name="100 %").click()
    assert page.evaluate(WIDTH) == 1600
    told = "getComputedStyle(document.querySelector('.tools output'), '::before').content"
    assert "100 %" in page.evaluate(told)
    stage = page.locator("#poster")
    stage.focus()
    page.keyboard.press("-")
    assert page.evaluate(WIDTH) == 1280
    stage.hover()
    page.mouse.wheel(0, -500)
    page.wait_for_function(f"() => {WIDTH} > 3000")
    before = stage.evaluate("stage => stage.scrollLeft")
    box = stage.bounding_box()
    assert box
    page.mouse.move(box["x"] + 300, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 150, steps=4)
    page.mouse.up()
    assert stage.evaluate("stage => stage.scrollLeft") == pytest.approx(before + 100, abs=3)
    page.keyboard.press("0")
    assert page.evaluate(WIDTH) == fitted


def test_space_shows_any_file_without_leaving_the_list(page: Page, stack: Stack) -> None:
    put(stack, "peek/a.jpg", photo())
    put(stack, "peek/b.py", b"x = 1  # one\n")
    put(stack, "peek/c.md", b"# Title\n")
    page.goto(f"{stack.demo_url}peek/")
    page.get_by_role("link", name="a.jpg").focus()
    page.keyboard.press("Space")
    has_loaded(page, "#preview .stage img")
    page.locator("#preview").get_by_role("button", name="100 %").click()
    assert page.evaluate("document.querySelector('#preview .stage img').clientWidth") == 1600
    page.locator("#preview a.button").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#preview .code .t-c")).to_have_text("# one")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#preview .prose h3")).to_have_text("Title")
    page.keyboard.press("Space")
    expect(page.locator("#preview")).to_be_hidden()


def test_a_film_is_made_to_play_and_has_subtitles(page: Page, stack: Stack) -> None:
    put(stack, "cinema/film.en.srt", SUBTITLES.encode())
    page.goto(put(stack, "cinema/film.mkv", film("matroska")))
    expect(page.locator("#viewer")).to_contain_text("Browsers cannot play this film")
    page.get_by_role("button", name="Make a film that plays here").click()
    expect(page.locator("#viewer video")).to_be_visible()
    page.wait_for_function(PLAYS)
    page.wait_for_function(CUES)
    assert page.evaluate(CUES) == "Ahoy!"


def test_the_pages_of_a_pdf_are_pictures(page: Page, stack: Stack) -> None:
    page.goto(put(stack, "library/paper.pdf", pdf(page_of(400, 560, "One"), page_of(400, 560))))
    page.get_by_role("button", name="Show its pages").click()
    expect(page.get_by_alt_text("Page 2")).to_be_visible()
    has_loaded(page, "#poster.pages img")


def test_two_editors_of_metadata_lose_nothing(page: Page, stack: Stack, console: list[str]) -> None:
    page.goto(put(stack, "words/a.txt", b"words"))
    page.get_by_role("link", name="Add some").click()
    other = page.context.new_page()
    other.goto(page.url)
    for tab, value in ((other, "theirs"), (page, "mine")):
        tab.get_by_label("Name").first.fill("title")
        tab.get_by_label("Value").first.fill(value)
        tab.get_by_role("button", name="Save").click()
    expect(other.get_by_role("status").first).to_have_text("It is saved.")
    expect(page.get_by_role("row", name="title")).to_contain_text("theirs")
    expect(page.get_by_role("row", name="title")).to_contain_text("mine")
    assert "412" in console.pop()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_have_text("It is saved.")
    page.get_by_role("link", name="a.txt").click()
    expect(page.locator("dl .own + dd")).to_have_text("mine")


def test_versions_are_compared_restored_and_that_is_undone(page: Page, stack: Stack) -> None:
    page.goto(put(stack, "past/a.txt", b"one\ntwo\n", b"one\n2\n", b"one\nthree\n"))
    page.get_by_role("link", name="Versions").click()
    page.get_by_label("Old side: version 1").check()
    page.get_by_role("button", name="Compare the two").click()
    expect(page.locator(".lines-of .gone")).to_contain_text("two")
    expect(page.locator(".lines-of .added")).to_contain_text("three")
    page.get_by_role("button", name="Restore version 2").click()
    expect(page.locator(".notice")).to_contain_text("Version 2 is the content again")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("tbody th").first).to_contain_text("5")
    with stack.client(stack.admin) as http:
        assert http.get("/demo/files/past/a.txt").content == b"one\nthree\n"


def test_two_pictures_are_laid_over_each_other(page: Page, stack: Stack) -> None:
    place = put(stack, "past/sea.jpg", photo(1), photo(2))
    page.goto(f"{place}/-/versions?old=1&new=2")
    has_loaded(page, "#sides .newer img")
    page.get_by_label("One over the other").check()
    both = "[...document.querySelectorAll('#sides img')].map(i => i.getBoundingClientRect().left)"
    left, right = page.evaluate(both)
    assert left == right
    page.locator("#split").fill("25")
    clip = "getComputedStyle(document.querySelector('#sides .newer img')).clipPath"
    assert "25%" in page.evaluate(clip)


def test_all_of_it_is_there_without_scripts(browser: Browser, stack: Stack) -> None:
    place = put(stack, "marked/a.md", b"# One\n", b"# Two\n")
    with stack.client(stack.admin) as http:
        made = http.post("/demo/files/marked/a.md/-/keys", json={"role": "mfilereadonly"}).json()
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(made["url"])
    expect(page.locator(".prose h3")).to_have_text("Two")
    expect(page.locator(".key")).to_contain_text("look and download")
    page.goto(place)
    page.get_by_role("link", name="Add some").click()
    page.get_by_label("Name").first.fill("title")
    page.get_by_label("Value").first.fill("of mine")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_have_text("It is saved.")
    page.get_by_role("link", name="Versions").click()
    page.get_by_role("button", name="Compare the two").click()
    expect(page.locator(".lines-of .gone")).to_contain_text("# One")
    page.get_by_role("link", name="Provenance").click()
    expect(page.locator(".empty")).to_contain_text("nothing was made of it")
    context.close()


def test_a_picture_that_no_browser_draws_is_made_into_one(page: Page, stack: Stack) -> None:
    with io.BytesIO() as file:
        Image.open(io.BytesIO(photo())).save(file, "TIFF")
        page.goto(put(stack, "zoom/sea.tif", file.getvalue()))
    page.get_by_role("button", name="Make a").click()
    page.wait_for_function("() => document.querySelector('#poster img')?.naturalWidth === 1600")


def test_it_fits_a_phone(page: Page, stack: Stack, tmp_path: Path) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    long = b"y = 2  # and more words " * 9
    place = put(stack, "phone/a-name-of-some-length.py", b"x = 1\n" * 3, long)
    fits: Any = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    for below in ("", "/-/metadata", "/-/versions?old=1&new=2", "/-/provenance"):
        page.goto(f"{place}{below}")
        assert page.evaluate(fits), below
