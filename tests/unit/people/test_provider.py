"""Who has logged in edits workflows with the token of the page, and is told of their own drive."""

from typing import Any

import pytest

from tests.unit.people.conftest import FILES, HTML, Browser

WORKFLOW = f"{FILES}-/profiles/default/workflows/ingest"


@pytest.fixture
def her(browser: Any, anna: str, admin: Any) -> Browser:
    """Anna, who administers the service."""
    made = admin.json("POST", f"{FILES}-/keys", {"role": "serviceadmin"}).json
    her: Browser = browser().login()
    her.call("POST", "/-/account/keys", {"key": made["key"]}, status=201)
    return her


def test_the_drive_asks_for_the_own_name_and_password(her: Browser, see: Any, anna: str) -> None:
    page = her.get(f"{FILES}-/webdav").html
    assert page.find(id="drive-in-key") is None and page.find(id="drive-key") is None
    assert "User name: anna; password: your own." in page.text
    assert "/user:anna PASSWORD" in page.text
    see(lambda site: setattr(site.users.get(anna), "totp", "a second factor"))
    page = her.get(f"{FILES}-/webdav").html
    assert "an API token" in page.text and "/user:anna TOKEN" in page.text


def test_a_workflow_is_changed_with_the_token_of_its_page(her: Browser) -> None:
    page = her.get(WORKFLOW)
    [form] = [each for each in page.forms.values() if each.action.endswith("/sets/1/tasks/0")]
    moved = form.submit("do", value="down", headers=HTML, status=303).follow(headers=HTML)
    assert moved.html.find(class_="moved").a.text == "md5"
    fields = {"do": "up", "version": "2"}
    her.app.post(f"{WORKFLOW}/sets/1/tasks/1", fields, headers=HTML, status=403)
    checked = {name: form[name].value for name in form.fields if name and name != "do"}
    again = her.app.post(f"{WORKFLOW}/sets/1/tasks/1", {**checked, **fields}, headers=HTML)
    assert again.status_int == 303
