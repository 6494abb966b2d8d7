"""A provider's way: a container, a service, its key for a customer, what is done there and when."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.functional.stack import Stack

FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


def make(page: Page, kind: str, name: str, title: str) -> None:
    """Makes a container or service on the page in front."""
    summary = page.locator("details.making > summary")
    if page.locator("details.making[open]").count() == 0:
        summary.click()
    page.locator("#new-name").fill(name)
    page.locator("#new-title").fill(title)
    page.get_by_role("button", name=f"Make the {kind}").click()
    expect(page.locator("h1")).to_have_text(f"{name} is made")


def tasks(page: Page) -> list[str]:
    """The tasks of the workflow in front, set by set."""
    return page.locator(".step .what > a").all_inner_texts()


def test_a_provider_makes_a_service_and_sets_what_is_done_there(
    page: Page, browser: Browser, stack: Stack, console: list[str]
) -> None:
    root = f"{stack.url}/k/{stack.admin}/"
    page.goto(root)
    make(page, "container", "acme", "Acme & Co")
    page.get_by_role("link", name="Open acme").click()
    expect(page.locator("h1")).to_have_text("Acme & Co")
    make(page, "service", "media", "Films")
    page.get_by_role("button", name=re.compile("Copy the address: .*customer")).click()
    expect(page.locator("#notices")).to_contain_text(re.compile("cop", re.IGNORECASE))
    link = page.locator("#link-2").input_value()
    stranger = browser.new_context().new_page()
    stranger.goto(f"{link}-/webdav")
    expect(stranger.locator("#drive-url")).to_have_value(f"{stack.url}/dav/acme/media/")
    expect(stranger.locator("details.system[open]")).to_have_count(1)
    expect(stranger.locator(".key")).to_contain_text("may do all that a customer may")
    stranger.context.close()

    page.get_by_role("link", name="Open media").click()
    page.get_by_role("link", name="Properties", exact=True).click()
    page.locator("#accessspeed").fill("fast")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#accessspeed-wrong")).to_contain_text("10 MiB")
    assert "400" in console.pop()
    page.locator("#accessspeed").fill("5 MiB")
    page.locator("#title").fill("All films")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[role=alert]:visible")).to_have_count(0)
    expect(page.locator("#accessspeed")).to_have_value("5 MiB")


def test_a_workflow_is_edited_by_keyboard_and_by_mouse(page: Page, stack: Stack) -> None:
    with stack.client(stack.admin) as http:
        http.post("/demo/", json={"name": "edited"}).raise_for_status()
        http.put("/demo/edited/sea.txt", content=b"water").raise_for_status()
    page.goto(f"{stack.url}/k/{stack.admin}/demo/edited/-/profiles/default/workflows/ingest")
    move_tasks(page)
    change_a_task(page)
    page.go_back()
    page.get_by_role("link", name="Try it on a file").click()
    page.locator("#path").fill("sea.txt")
    page.get_by_role("button", name="Try it").click()
    told = page.locator(".step .what")
    expect(told.filter(has_text=re.compile(r"runs\s+mime"))).to_be_visible()
    expect(told.filter(has_text=re.compile(r"skipped\s+image_metadata"))).to_be_visible()


def move_tasks(page: Page) -> None:
    """By keys and by the mouse, without the page being loaded again."""
    page.evaluate("document.body.id = 'the same page'")
    assert tasks(page)[:3] == ["mime", "md5", "thumbnail"]
    page.get_by_role("button", name="Down: md5").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".step .what > a").nth(1)).to_have_text("thumbnail")
    expect(page.get_by_role("button", name="Down: md5")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".step .what > a").nth(1)).to_have_text("md5")
    page.get_by_role("button", name="Remove: poster").click()
    expect(page.get_by_text("poster", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".step .what > a").nth(3)).to_have_text("poster")
    grip = page.locator("#at-1-2 .grip")
    grip.drag_to(page.locator("#at-0-0"), target_position={"x": 60, "y": 3})
    expect(page.locator(".step .what > a").first).to_have_text("poster")
    assert page.evaluate("document.body.id") == "the same page"


def change_a_task(page: Page) -> None:
    """Its condition and a parameter, which are checked as they are typed."""
    page.get_by_role("link", name="thumbnail", exact=True).click()
    page.locator("#path").fill("sea.txt")
    page.locator("#condition").fill("mfile.size >")
    expect(page.locator("#said")).to_contain_text("no CEL expression")
    page.locator("#condition").fill("mfile.size > 2")
    expect(page.locator("#said")).to_contain_text("its condition is true")
    page.locator("#argument-width").fill("wide")
    expect(page.locator("#said")).to_contain_text("width should be")
    page.locator("#argument-width").fill("99")
    page.get_by_role("button", name="Save the task").click()
    expect(page.locator(".moved")).to_contain_text("width 99")
    page.get_by_role("link", name="What has changed").click()
    expect(page.locator("ins", has_text="width: 99")).to_be_visible()


def test_a_schedule_shows_its_runs_as_it_is_typed(page: Page, stack: Stack) -> None:
    with stack.client(stack.admin) as http:
        http.post("/demo/", json={"name": "timed"}).raise_for_status()
        workflow = {"workflows": {"fixity": {"sets": [{"tasks": [{"task": "verify"}]}]}}}
        http.patch("/demo/timed/-/profiles/default", json=workflow).raise_for_status()
    page.goto(f"{stack.url}/k/{stack.admin}/demo/timed/-/schedules")
    page.get_by_role("link", name="fixity").click()
    page.locator("#cron").fill("30 7 * *")
    expect(page.locator("#cron-wrong")).to_contain_text("five fields")
    page.locator("#cron").fill("30 7 * * mon")
    page.locator("#timezone").fill("Asia/Tokyo")
    page.locator("#each").select_option("file")
    expect(page.locator("#coming li")).to_have_count(5)
    expect(page.locator("#coming li").first).to_contain_text(re.compile("Mon .*07:30"))
    page.get_by_role("button", name="Save the schedule").click()
    expect(page.locator(".undo")).to_be_visible()
    page.get_by_role("link", name="Schedules").click()
    page.get_by_role("button", name="Pause: fixity").click()
    expect(page.locator("[data-state=paused]")).to_be_visible()
    page.get_by_role("button", name="Go on: fixity").click()
    expect(page.locator(".runs li")).to_have_count(5)


def test_the_pages_fit_a_phone(page: Page, stack: Stack) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    profile = "/-/profiles/default"
    for place in ("/-/properties", "/-/webdav", "/-/schedules", profile,
                  f"{profile}/workflows/ingest", f"{profile}/workflows/ingest/sets/1/tasks/1",
                  f"{profile}/explain", f"{profile}/versions/1"):  # fmt: skip
        page.goto(f"{stack.url}/k/{stack.admin}/demo/files{place}")
        assert page.evaluate(FITS), place
