"""The administrator looks at the site in a browser: health, settings, what is stored, the audit."""

from playwright.sync_api import Page, expect

from tests.functional.stack import Stack


def test_the_site_is_looked_at(page: Page, stack: Stack) -> None:
    with stack.client(stack.admin) as http:
        http.put("/demo/files/looked at.txt", content=b"x").raise_for_status()
    page.goto(f"{stack.url}/k/{stack.admin}/")
    page.get_by_role("link", name="Health").click()
    for part in ("Database", "Redis", "Scheduler", "Workers", "Queues"):
        state = page.get_by_role("row", name=part).locator(".state")
        expect(state).to_have_text("fine")
    expect(page.get_by_role("row", name="Backup")).to_contain_text("Set mserve.backup")
    page.evaluate("document.body.id = 'the same page'")
    with stack.client(stack.admin) as http:
        http.post("/-/nodes", json={"action": "drain", "node": "elsewhere"}).raise_for_status()
        try:  # the page looks anew by itself
            expect(page.get_by_role("row", name="Queues")).to_contain_text("elsewhere")
        finally:
            http.post("/-/nodes", json={"action": "resume", "node": "elsewhere"})
    assert page.evaluate("document.body.id") == "the same page"

    page.get_by_role("link", name="Settings").click()
    line = page.get_by_role("row", name="mserve.demo")
    expect(line).to_contain_text("true by default false")
    expect(page.get_by_role("row", name="mserve.lease")).to_contain_text("15")


def test_what_is_stored_is_walked_through(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.url}/k/{stack.admin}/-/objects")
    expect(page.locator("h1")).to_have_text("Site")
    page.locator("dt", has_text="children").locator("+ dd a").click()
    page.get_by_role("row", name="demo").get_by_role("link").click()
    expect(page.locator("h1")).to_have_text("Container")
    page.locator("dt code", has_text="keys").locator("xpath=../following-sibling::dd[1]//a").click()
    page.locator("tbody a").first.click()
    expect(page.locator("h1")).to_have_text("Key")
    secret = page.locator("dt code", has_text="digest").locator("xpath=../following-sibling::dd[1]")
    expect(secret).to_have_text("not shown: a secret")


def test_the_audit_is_narrowed_and_taken_along(page: Page, stack: Stack) -> None:
    with stack.client(stack.admin) as http:
        for name in ("audited.txt", "other.txt"):
            http.put(f"/demo/files/{name}", content=b"x").raise_for_status()
    page.goto(f"{stack.url}/k/{stack.admin}/-/audit")
    page.locator("summary", has_text="Filter").click()
    page.get_by_label("In the path").fill("AUDITED")
    page.get_by_label("and all below").check()
    page.get_by_role("button", name="Show").click()
    expect(page.locator("tbody tr").first).to_contain_text("/demo/files/audited.txt")
    expect(page.locator("tbody")).not_to_contain_text("other.txt")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    lines = download.value.path().read_text().splitlines()
    assert lines[0].startswith("time,action,refused,path") and "audited.txt" in lines[1]
    assert "other.txt" not in "".join(lines)


def test_what_was_done_is_undone_by_a_click(page: Page, stack: Stack) -> None:
    with stack.client(stack.admin) as http:
        http.post("/demo/files/", json={"type": "folder", "name": "undone"}).raise_for_status()
        page.goto(f"{stack.url}/k/{stack.admin}/demo/files/-/history")
        page.locator("tbody tr", has_text="POST /").first.get_by_role("button").click()
        expect(page.locator(".flash")).to_contain_text("Undone")
        assert http.get("/demo/files/undone/").status_code == 404
        page.locator("tbody tr").first.get_by_role("button").click()
        expect(page.locator(".flash")).to_contain_text("Undone")
        assert http.get("/demo/files/undone/").status_code == 200
