"""Whatever names, words and files say, nothing of it runs in a browser, nor calls elsewhere."""

from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from playwright.sync_api import Error as BrowserError

from tests.browser.hostile import BAIT, ELSEWHERE, FILES, NAME, PDF, SVG, WORDS, Watch, watched
from tests.functional.stack import Stack, wait_for
from tests.functional.test_people import invited

FOLDER = f"{NAME} folder"
BELOW = ("", "/-/versions?old=1&new=2")
MORE = ("/-/metadata", "/-/provenance", "/-/jobs", "/-/keys", "/-/usage")
"""Pages of a file that show its name and words, whatever it has in it."""
BARE = ("", "/-/content", "/-/versions/1")
ONCE = ("/-/content?download", "/-/info", "/-/thumbnail", "/-/poster")
BAD_LINKS = """[...document.links].map(link => link.protocol)
  .filter(protocol => !/^(https?|mailto|blob):$/.test(protocol))"""


def path(*names: str) -> str:
    return "/".join(quote(name) for name in names)


@pytest.fixture(scope="module")
def trap(stack: Stack) -> dict[str, str]:
    """A service whose every name, word and file is hostile: where some of it is."""
    with stack.client(stack.admin) as http:
        made = http.post("/demo/", json={"name": NAME}).raise_for_status().json()
        service = f"/demo/{quote(NAME)}"
        told = {WORDS[:200]: WORDS, "list": [WORDS], "title": WORDS}
        for name, content, kind in FILES.values():
            url = f"{service}/{path(FOLDER, name)}"
            for body in (b"before " + content, content):
                http.put(url, content=body, headers={"Content-Type": kind}).raise_for_status()
            http.patch(url, json={"metadata": told}).raise_for_status()
        gone = f"{service}/{path(FOLDER, NAME + ' gone.txt')}"
        http.put(gone, content=b"x").raise_for_status()
        http.delete(gone).raise_for_status()
        film = f"{service}/{path(FOLDER, FILES['film'][0])}"
        task = {"task": "video_proxy"}
        job = http.post(f"{film}/-/jobs?wait=60", json=task).raise_for_status().json()
        paper = f"{service}/{path(FOLDER, FILES['pdf'][0])}"
        http.post(f"{paper}/-/jobs?wait=60", json={"task": "pages"}).raise_for_status()
        reader = {"role": "mfilereadonly", "label": WORDS[:200]}
        shared = ask(http, f"{service}/{path(FOLDER)}/-/keys", **reader)
        wait_for(lambda: ended(http, f"{service}/-/jobs"))
        invited(stack, "mallory")
        user = http.get("/-/users?q=mallory").json()["items"][0]
        http.patch(f"/-/users/{user['id']}", json={"display": WORDS[:100]}).raise_for_status()
    customer = next(key for key in made["keys"] if key["role"] == "servicecustomer")["url"]
    return {
        "service": f"{stack.url}/k/{stack.admin}{service}",
        "customer": customer,
        "shared": shared["url"],
        "job": f"{stack.url}/k/{stack.admin}{job['url'].removeprefix(stack.url)}",
        "user": f"{stack.url}/k/{stack.admin}/-/users/{user['id']}",
        "dav": f"{stack.url}/dav{customer.removeprefix(stack.url)}",
    }


def ask(http: httpx.Client, url: str, **body: Any) -> dict[str, Any]:
    found: dict[str, Any] = http.post(url, json=body).raise_for_status().json()
    return found


def ended(http: httpx.Client, jobs: str) -> bool:
    return all(each["ended"] for each in http.get(jobs).json()["items"])


@pytest.fixture
def watch(context: BrowserContext, stack: Stack) -> Iterator[Watch]:
    with watched(context, stack.url) as watch:
        yield watch


@pytest.fixture
def visitor(context: BrowserContext) -> Page:
    return context.new_page()


def visit(page: Page, url: str) -> None:
    """Opens it, or has it downloaded; looks at where its links lead."""
    with suppress(BrowserError):  # a download is no page
        page.goto(url, wait_until="load")
        assert page.evaluate(BAD_LINKS) == [], url


def test_what_runs_is_noticed(visitor: Page, watch: Watch, stack: Stack) -> None:
    """Without this the others would say nothing."""
    place = f"{stack.url}/unguarded"
    policy = {"Content-Security-Policy": "script-src 'none'"}
    for headers, signs in (
        ({}, ("script at", f"request to {ELSEWHERE}", "dialog: 1")),
        (policy, ("policy: ",)),
    ):
        body = f"<!doctype html>{WORDS}<script>alert(1)</script>"
        told_so = {"content-type": "text/html", **headers}
        visitor.route(place, partial(Route.fulfill, body=body, headers=told_so))
        watch.seen.clear()
        visitor.goto(place)
        for sign in signs:
            wait_for(lambda sign=sign: told(visitor, watch, sign))
        assert visitor.evaluate(BAD_LINKS) == ["javascript:"]
        visitor.unroute(place)


def told(page: Page, watch: Watch, sign: str) -> bool:
    page.wait_for_timeout(50)  # lets the browser's messages in
    return any(each.startswith(sign) for each in watch.seen)


def test_no_page_of_the_service_runs_what_it_shows(
    visitor: Page, watch: Watch, trap: dict[str, str]
) -> None:
    service, folder = trap["service"], f"{trap['service']}/{path(FOLDER)}"
    for below in (
        *("/", "/?view=grid", "/?q=hit", "/-/jobs", "/-/trash", "/-/keys"),
        *("/-/audit?deep=true", "/-/history", "/-/usage"),
        f"/?q={quote(WORDS)}&sort={quote(WORDS)}&kind={quote(BAIT)}",
    ):
        visit(visitor, f"{service}{below}")
    for below in ("/", "/?view=grid", "/-/metadata", "/-/keys"):
        visit(visitor, f"{folder}{below}")
    for url in (trap["job"], f"{trap['job']}/log", trap["user"], f"{trap['shared']}",
                f"{service}/{path(FOLDER, NAME + WORDS)}"):  # fmt: skip
        visit(visitor, url)
    visitor.goto(trap["user"].rpartition("/")[0])
    assert watch.seen == []


@pytest.mark.parametrize("kind", FILES)
def test_nothing_of_a_file_runs(
    kind: str, visitor: Page, watch: Watch, trap: dict[str, str]
) -> None:
    """On its pages, and by itself, as the address of its bytes is opened."""
    name = path(FOLDER, FILES[kind][0])
    more = (*MORE, *ONCE) if kind == "film" else ("/-/subtitles",) if kind == "subtitles" else ()
    for place in (*BELOW, *BARE, *more):
        visit(visitor, f"{trap['customer']}{name}{place}")
    visit(visitor, f"{trap['dav']}{name}")
    assert watch.seen == []


def test_no_bytes_run_in_a_page_that_frames_or_loads_them(
    visitor: Page, watch: Watch, trap: dict[str, str], stack: Stack
) -> None:
    """As a picture, as a frame, as a style, as a script of a page of the same host."""
    visitor.goto(trap["customer"])
    for name, _, _ in FILES.values():
        url = f"{trap['customer']}{path(FOLDER, name)}/-/content"
        tried = visitor.evaluate(
            """url => Promise.all(["img", "script"].map(tag => new Promise(done => {
              const made = Object.assign(document.createElement(tag), { src: url });
              made.onload = made.onerror = () => done(tag);
              document.body.append(made);
            })))""",
            url,
        )
        assert tried == ["img", "script"]
    ran = [each for each in watch.seen if "script at" in each]
    assert ran == []


def test_the_quick_preview_runs_nothing(visitor: Page, watch: Watch, trap: dict[str, str]) -> None:
    visitor.goto(f"{trap['customer']}{path(FOLDER)}/")
    visitor.locator("#listing a.name").first.focus()
    visitor.keyboard.press("Space")
    for number in range(len(FILES)):
        name = visitor.locator("#listing a.name").nth(number).inner_text()
        expect(visitor.locator("#preview-title")).to_have_text(name)
        expect(visitor.locator("#preview #poster")).to_be_visible()
        visitor.locator("#preview a.button").focus()
        visitor.keyboard.press("ArrowRight")
    assert watch.seen == []


def test_what_is_typed_and_chosen_runs_nothing(
    visitor: Page, watch: Watch, trap: dict[str, str]
) -> None:
    """Notices, renaming, links that are made: what scripts of ours put into the page."""
    visitor.goto(f"{trap['customer']}-/keys")
    visitor.get_by_label("For whom or what").fill(WORDS[:200])
    visitor.get_by_role("button", name="Make a link").click()
    visit(visitor, f"{trap['customer']}-/keys")
    visitor.goto(f"{trap['customer']}{path(FOLDER)}/")
    visitor.locator("#q").fill(NAME)
    visitor.locator("#listing a.name").first.focus()
    visitor.keyboard.press("x")
    visitor.keyboard.press("Delete")
    visitor.locator("#notices").get_by_role("button", name="Undo").click()
    visit(visitor, f"{trap['customer']}-/trash")
    assert watch.seen == []


def test_names_in_a_zip_lead_nowhere(trap: dict[str, str]) -> None:
    answer = httpx.get(f"{trap['customer']}?format=zip")
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_hostile_files_are_what_they_should_be() -> None:
    assert b"/JavaScript" in PDF and "<script>" in SVG and "javascript:" in WORDS


def test_a_stranger_with_the_link_sees_no_dialog(browser: Browser, trap: dict[str, str]) -> None:
    """In a browser that knows nothing of `hit`."""
    context = browser.new_context()
    dialogs: list[str] = []
    context.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page = context.new_page()
    for name, _, _ in FILES.values():
        visit(page, f"{trap['shared']}{path(name)}")
    assert dialogs == []
    context.close()
