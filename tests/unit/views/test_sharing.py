"""Links are made, changed and revoked on the page of a place's keys, without a script."""

import re
from typing import Any

import pytest

HTML = {"Accept": "text/html"}
FILE = "/demo/files/cat.txt"


@pytest.fixture
def sharer(customer: Any) -> Any:
    customer("PUT", FILE, body=b"a cat")
    return customer


def post(client: Any, path: str, form: dict[str, str]) -> Any:
    """Sends the form as a browser does."""
    headers = {**client.headers, **HTML}
    return client.app.post(path, form, headers=headers, expect_errors=True)


def share(client: Any, place: str = FILE, status: int = 200, **fields: str) -> Any:
    form = {"do": "share", "role": "mfilereadonly", "label": "", "days": "1", **fields}
    answer = post(client, f"{place}/-/keys", form)
    assert answer.status_int == status, answer.html.h1
    return answer


def link_of(page: Any) -> str:
    return str(page.html.find("input", id="link")["value"])


def row(client: Any, label: str) -> Any:
    page = client("GET", f"{FILE}/-/keys", headers=HTML)
    return page.html.find("th", string=re.compile(label)).find_parent("tr")


def test_a_link_opens_the_file_until_tomorrow(sharer: Any, app: Any) -> None:
    page = share(sharer, label="for Zoe")
    assert "look and download" in page.html.strong.text and page.html.find("svg")
    link = link_of(page)
    shown = app.get(link, headers=HTML)
    assert shown.html.h1.text == "cat.txt" and "ends in 24 hours" in " ".join(
        shown.html.text.split()
    )
    assert app.get(f"{link}-/content").body == b"a cat"
    app.delete(link, status=403)
    told = row(sharer, "for Zoe").get_text(" ", strip=True)
    assert "look and download" in told and "in 24 hours" in told


def test_only_roles_that_the_own_key_has_are_offered(sharer: Any, made: Any) -> None:
    page = sharer("GET", f"{FILE}/-/keys", headers=HTML).html
    offered = [each["value"] for each in page.find("select", id="role")("option")]
    assert offered[0] == "mfilereadonly" and "serviceadmin" not in offered
    assert "dropbox" not in offered, "that is for folders"
    assert "Who can reach this" not in page.text, "which an administrator sees"
    share(sharer, role="serviceadmin", status=403)
    share(made("mfilereadonly"), status=403)


def test_who_administers_sees_who_can_reach_it(sharer: Any, admin: Any) -> None:
    share(sharer, label="for Zoe")
    page = admin("GET", f"{FILE}/-/keys", headers=HTML).html
    reaching = page.find("h2", string="Who can reach this").find_parent("section").text
    assert "for Zoe" in reaching and "administer the site" in reaching


def test_a_link_is_changed_and_revoked(sharer: Any, app: Any) -> None:
    link = link_of(share(sharer, label="for Zoe", days="30"))
    forms = row(sharer, "for Zoe")("form")
    place = forms[0]["action"].partition("localhost")[2]
    post(sharer, place, {"do": "narrow", "label": "for Yan", "days": "7"})
    assert "in 7 days" in row(sharer, "for Yan").text
    other = link_of(post(sharer, place, {"do": "rotate"}))
    app.get(link, headers=HTML, status=404)
    assert app.get(other, headers=HTML).html.h1.text == "cat.txt"
    assert post(sharer, place, {"do": "revoke"}).status_int == 303
    app.get(other, headers=HTML, status=404)
    assert "ended" in row(sharer, "for Yan").text and not row(sharer, "for Yan")("form")


def test_a_password_and_a_number_of_requests_go_with_it(sharer: Any, app: Any) -> None:
    link = link_of(share(sharer, password="a spoon for every lamp"))
    app.get(f"{link}-/content", status=401)
    share(sharer, uses="2")
    keys = sharer("GET", f"{FILE}/-/keys", headers={"Accept": "application/json"}).json["items"]
    assert [key["caveats"]["uses"] for key in keys if "uses" in key["caveats"]] == [2]


@pytest.mark.parametrize(
    "fields",
    [{"role": "king"}, {"days": "8000"}, {"password": "short"}, {"uses": "many"}, {"uses": "-1"}],
)
def test_what_cannot_be_used_is_told_on_the_page(sharer: Any, fields: dict[str, str]) -> None:
    page = share(sharer, status=400, **fields)
    assert page.html.find(role="alert").text
    assert "Nothing was shared" in page.html.text


def test_keys_stand_below_what_they_were_made_from(sharer: Any, app: Any) -> None:
    link = link_of(share(sharer, role="mfileowner", label="first"))
    asked = {"role": "mfilereadonly", "label": "second"}
    app.post_json(f"{link}-/keys", asked, headers={"Accept": "application/json"}, status=201)
    labels = [
        th.get_text(" ", strip=True) for th in row(sharer, "first").find_parent("tbody")("th")
    ]
    assert labels == ["first", "↳ second"]
