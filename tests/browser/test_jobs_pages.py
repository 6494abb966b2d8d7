"""Jobs in a browser, as they go on: a picture that is live, lists, logs, and outputs that become
files."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.actions import uploaded
from tests.browser.world import write
from tests.functional.stack import Stack

FILE = "/demo/files/live/a.txt"


def ask(stack: Stack, path: str, **document: Any) -> Any:
    with stack.client(stack.admin) as http:
        answer = http.post(path, json=document)
        answer.raise_for_status()
        return answer.json()


@pytest.fixture
def place(unserved: Stack) -> str:
    """A folder with a file, whose own workflow waits for a worker that never comes."""
    with unserved.client(unserved.admin) as http:
        http.put(FILE, content=b"words\n").raise_for_status()
    return f"{unserved.url}/k/{unserved.admin}/demo/files/live/"


def test_a_job_is_watched_cancelled_and_retried(page: Page, unserved: Stack, place: str) -> None:
    nap = {"task": "nap", "arguments": {"seconds": 100}, "queue": "priority"}
    page.goto(f"{place}-/jobs")
    page.evaluate("document.body.id = 'the same page'")
    job = ask(unserved, f"{FILE}/-/jobs", **nap)
    line = page.locator(f"[data-id='{job['id']}']")
    expect(line.locator(".state")).to_have_text("running")  # it came by itself
    expect(line.locator("progress")).to_have_js_property("value", 50)
    assert page.evaluate("document.body.id") == "the same page"

    line.get_by_role("link").click()
    page.evaluate("document.body.id = 'the same page'")
    box = page.locator(".box")
    expect(box).to_have_attribute("data-state", "running")
    expect(box.locator("progress")).to_have_js_property("value", 0.5)
    expect(box).to_contain_text("half done")
    expect(page.locator(".told pre")).to_contain_text("waiting for 100 s")  # while it runs
    page.get_by_role("button", name="Cancel").click()
    expect(box).to_have_attribute("data-state", "cancelled")
    page.get_by_role("button", name="Retry what failed").click()
    expect(box).to_have_attribute("data-state", "running")
    page.get_by_role("button", name="Cancel").click()
    expect(box).to_have_attribute("data-state", "cancelled")
    assert page.evaluate("document.body.id") == "the same page"

    page.goto(f"{place}-/jobs?state=cancelled")
    expect(page.locator("[data-rows] > *")).to_have_count(1)
    page.goto(f"{place}-/jobs?state=queued")
    expect(page.locator(".jobs")).to_contain_text("ingest")


def test_a_log_grows_while_a_task_tells_nothing_else(
    page: Page, unserved: Stack, place: str
) -> None:
    mutter = {"task": "mutter", "arguments": {"lines": 200}, "queue": "priority"}
    job = ask(unserved, f"{FILE}/-/jobs", **mutter)
    page.goto(f"{place}a.txt/-/jobs/{job['id']}")
    log = page.locator(".told pre")
    expect(log).to_contain_text("line 3\n")
    page.evaluate("document.querySelector('.told pre').id = 'the same log'")
    asked: list[str] = []
    page.on("request", lambda each: asked.append(each.url))
    expect(log).to_contain_text("line 20\n")
    assert page.locator("[id='the same log']").count() and asked == []  # by the stream alone
    expect(log).to_contain_text("line 50\n")
    assert log.evaluate("log => log.scrollHeight > log.clientHeight")
    assert log.evaluate("log => log.scrollTop + log.clientHeight >= log.scrollHeight - 1")
    log.evaluate("log => { log.scrollTop = 0; }")  # who reads further up is left there
    expect(log).to_contain_text("line 60\n")
    assert log.evaluate("log => log.scrollTop") == 0
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".box")).to_have_attribute("data-state", "cancelled")


def test_a_failure_says_what_to_do_and_its_log_is_taken_along(page: Page, stack: Stack) -> None:
    with stack.client(stack.admin) as http:
        http.put(FILE, content=b"no picture\n").raise_for_status()
    job = ask(stack, f"{FILE}/-/jobs?wait=60", task="thumbnail")
    page.goto(f"{stack.url}/k/{stack.admin}{job['url'].removeprefix(stack.url)}")
    box = page.locator(".box[data-state=failed]")
    expect(box).to_contain_text("no image of a known format")
    box.get_by_role("link").click()
    told = page.locator(".told:target")
    expect(told.locator(".notice")).to_contain_text("upload a sound one")


def test_an_output_becomes_a_file(page: Page, stack: Stack) -> None:
    with stack.client(stack.admin) as http:
        http.put(FILE, content=b"some words\n").raise_for_status()
    job = ask(stack, f"{FILE}/-/jobs?wait=60", task="text_extract")
    page.goto(f"{stack.url}/k/{stack.admin}{job['url'].removeprefix(stack.url)}")
    page.locator(".outputs summary").first.click()
    form = page.locator(".outputs form").first
    form.get_by_label("Path").fill("demo/files/live/words.txt")
    form.get_by_role("button", name="Make the file").click()
    page.get_by_role("link", name="its file").click()
    expect(page.locator("h1")).to_have_text("words.txt")


def test_what_is_run_on_a_selection_is_a_live_list(
    page: Page, stack: Stack, tmp_path: Path
) -> None:
    ask(stack, "/demo/files/", type="folder", name="chosen")
    page.goto(f"{stack.demo_url}chosen/")
    uploaded(page, *write(tmp_path))
    page.locator("#pick-all").check()
    page.locator("#selection select").select_option("update")
    page.locator("#selection").get_by_role("button", name="Run").click()
    page.get_by_role("link", name="Look at them").click()
    expect(page.locator("h1")).to_have_text("Jobs")
    done = page.locator(".jobs .state[data-state=done]")
    expect(done).to_have_count(4)  # as they came, and now
