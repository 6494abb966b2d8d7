"""Requests for services: asked for by people, answered by who administers the container."""

from typing import Any

import pytest

from mserve.resources.service_request import LONGEST
from tests.unit.people.conftest import Browser, text

ASK = {"name": "scans", "reason": "4000 negatives of the town archive"}
REQUESTS = "/demo/-/requests"


@pytest.fixture
def provider(admin: Any, app: Any) -> Any:
    """The site's administrator, whose container takes requests."""
    assert admin.json("PATCH", "/demo/", {"takes_requests": True}).status_int == 200
    return admin


@pytest.fixture
def her(browser: Any, anna: str, provider: Any) -> Browser:
    return browser().login()


def ask(her: Browser, **more: Any) -> Any:
    answer = her.call("POST", REQUESTS, {**ASK, **more})
    assert answer.status_int == 201, answer.json
    return answer.json


def test_what_is_asked_for_is_told_to_those_who_can_give_it(
    her: Browser, provider: Any, see: Any, make: Any, mails: Any
) -> None:
    make("otto")
    see(lambda site: site.users.by_name("otto").keep(site["demo"].add_key("containeradmin")[0]))
    made = ask(her)
    assert (made["state"], made["user"], made["container"]) == ("open", "anna", "demo")
    [mail] = mails()
    assert mail["To"] == "otto@example.com"
    assert "scans" in text(mail) and ASK["reason"] in text(mail) and "Anna Arndt" in text(mail)
    [listed] = provider("GET", REQUESTS).json["items"]
    assert listed["id"] == made["id"] and listed["reason"] == ASK["reason"]
    assert her.call("GET", "/-/account/requests").json["items"] == [made]
    assert her.call("GET", made["url"]).json == made


def test_an_accepted_request_puts_the_key_of_a_new_service_into_the_profile(
    her: Browser, provider: Any, mails: Any
) -> None:
    made = ask(her)
    assert her.call("GET", "/demo/scans/").status_int == 404
    answer = provider.json("POST", f"{REQUESTS}/{made['id']}", {"accept": True})
    assert (answer.status_int, answer.json["state"]) == (200, "accepted")
    assert her.call("GET", "/demo/scans/").status_int == 200
    assert her.call("POST", "/demo/scans/", {"type": "folder", "name": "in"}).status_int == 201
    mine = her.call("GET", made["url"]).json
    assert (mine["state"], mine["service"]) == ("accepted", "http://localhost/demo/scans/")
    services = her.call("GET", "/-/account").json["services"]
    assert [each["name"] for each in services] == ["scans"]
    assert "scans" in text(mails()[-1]) and mails()[-1]["To"] == "anna@example.com"


def test_a_rejected_request_has_a_word(her: Browser, provider: Any, mails: Any) -> None:
    made = ask(her)
    url = f"{REQUESTS}/{made['id']}"
    assert provider.json("POST", url, {"reject": "no room before May"}).json["state"] == "rejected"
    assert her.call("GET", made["url"]).json["word"] == "no room before May"
    assert "no room before May" in text(mails()[-1])
    assert provider("GET", "/demo/scans/").status_int == 404


@pytest.mark.parametrize("first", [{"accept": True}, {"reject": "no"}, None])
def test_a_request_is_answered_once(her: Browser, provider: Any, first: Any) -> None:
    made = ask(her)
    url = f"{REQUESTS}/{made['id']}"
    if first is None:
        assert her.call("DELETE", made["url"]).status_int == 204
    else:
        assert provider.json("POST", url, first).status_int == 200
    before = provider("GET", url).json
    for again in ({"accept": True, "name": "other"}, {"reject": "too late"}):
        assert provider.json("POST", url, again).status_int == 409
    assert her.call("DELETE", made["url"]).status_int == 409
    assert provider("GET", url).json == before
    assert provider("GET", "/demo/other/").status_int == 404


def test_a_taken_name_can_be_another(her: Browser, provider: Any) -> None:
    assert her.call("POST", REQUESTS, {**ASK, "name": "files"}).status_int == 409
    url = f"{REQUESTS}/{ask(her)['id']}"
    assert provider.json("POST", "/demo/", {"name": "scans"}).status_int == 201
    assert provider.json("POST", url, {"accept": True}).status_int == 409
    assert provider("GET", url).json["state"] == "open"
    assert provider.json("POST", url, {"accept": True, "name": "scans-2"}).status_int == 200
    assert her.call("GET", "/demo/scans-2/").status_int == 200


def test_only_people_ask_and_only_where_requests_are_taken(
    her: Browser, admin: Any, customer: Any, stranger: Any, browser: Any
) -> None:
    for client in (admin, customer, stranger):
        assert client.json("POST", REQUESTS, ASK).status_int in (403, 404)
    assert browser().call("POST", REQUESTS, ASK).status_int == 404
    assert [each["name"] for each in her.call("GET", "/-/offers").json["items"]] == ["demo"]
    assert admin.json("PATCH", "/demo/", {"takes_requests": False}).status_int == 200
    assert her.call("POST", REQUESTS, ASK).status_int == 404
    assert her.call("GET", "/-/offers").json["items"] == []
    assert admin("GET", REQUESTS).json["items"] == []


def test_nobody_else_sees_or_answers_a_request(
    her: Browser, customer: Any, stranger: Any, browser: Any, make: Any
) -> None:
    made = ask(her)
    make("otto")
    other = browser("192.0.2.2").login("otto")
    url = f"{REQUESTS}/{made['id']}"
    for client in (customer, stranger):
        assert client("GET", url).status_int == 404
        assert client.json("POST", url, {"accept": True}).status_int == 404
    assert her.call("POST", url, {"accept": True}).status_int == 404
    assert other.call("GET", made["url"]).status_int == 404
    assert other.call("DELETE", made["url"]).status_int == 404
    assert her.call("GET", made["url"]).json["state"] == "open"


@pytest.mark.parametrize(
    "bad",
    [{"name": "a/b"}, {"name": ""}, {"name": 5}, {"reason": ""}, {"reason": "  "}, {"more": 1},
     {"reason": "x" * (LONGEST + 1)}],
)  # fmt: skip
def test_a_bad_request_is_told_what_is_wrong(her: Browser, bad: dict[str, Any]) -> None:
    assert her.call("POST", REQUESTS, {**ASK, **bad}).status_int == 400
    assert her.call("GET", "/-/account/requests").json["items"] == []


@pytest.mark.parametrize("bad", [{}, {"accept": False}, {"accept": True, "reject": "x"},
                                 {"reject": ""}, {"accept": True, "name": "a/b"}])  # fmt: skip
def test_a_bad_answer_leaves_it_open(her: Browser, provider: Any, bad: Any) -> None:
    url = f"{REQUESTS}/{ask(her)['id']}"
    assert provider.json("POST", url, bad).status_int == 400
    assert provider("GET", url).json["state"] == "open"


def test_nobody_has_more_than_ten_that_wait(her: Browser) -> None:
    for number in range(10):
        ask(her, name=f"s{number}")
    assert her.call("POST", REQUESTS, ASK).status_int == 409
    first = her.call("GET", "/-/account/requests").json["items"][0]
    assert her.call("DELETE", first["url"]).status_int == 204
    ask(her)


def test_who_was_disabled_gets_nothing(her: Browser, provider: Any, see: Any) -> None:
    url = f"{REQUESTS}/{ask(her)['id']}"
    see(lambda site: setattr(site.users.by_name("anna"), "disabled", 1))
    assert provider.json("POST", url, {"accept": True}).status_int == 409
    assert provider("GET", "/demo/scans/").status_int == 404


def test_the_pages_do_the_same(her: Browser, provider: Any, see: Any, make: Any) -> None:
    make("otto")
    see(lambda site: site.users.by_name("otto").keep(site.add_key("siteadmin")[0]))
    otto = Browser(her.app, "192.0.2.3").login("otto")
    asked = her.submit(her.get("/-/account"), "ask", container="demo", **ASK)
    assert asked.status_int == 303 and "scans" in her.get("/-/account").text
    page = otto.get(REQUESTS)
    assert ASK["reason"] in page.text and "anna" in page.text
    assert otto.submit(page, "reject", word="not yet").status_int == 303
    assert "not yet" in her.get("/-/account").text
    her.submit(her.get("/-/account"), "ask", container="demo", **ASK)
    assert otto.submit(otto.get(REQUESTS), "accept", name="scans").status_int == 303
    assert her.get("/demo/scans/").status_int == 200
    her.submit(her.get("/-/account"), "ask", container="demo", name="more", reason="more room")
    assert her.submit(her.get("/-/account"), "withdraw").status_int == 303
    assert otto.submit(otto.get(REQUESTS), "take").status_int == 303
    assert her.call("GET", "/-/offers").json["items"] == []


def test_who_reaches_a_service_is_told_by_name(her: Browser, provider: Any) -> None:
    provider.json("POST", f"{REQUESTS}/{ask(her)['id']}", {"accept": True})
    reached = provider("GET", "/demo/scans/-/access").json["items"]
    assert [each["users"] for each in reached if each["label"] == "asked for by anna"] == [["anna"]]


def test_a_key_that_got_a_new_secret_is_not_kept_any_more(
    her: Browser, provider: Any, customer: Any, see: Any
) -> None:
    kept = her.call("POST", "/-/account/keys", {"key": customer.key}).json
    assert her.call("GET", "/demo/files/").status_int == 200
    url = f"/demo/files/-/keys/{kept['id']}"
    assert provider.json("POST", url, {"grace": 3600}).status_int == 200
    assert her.call("GET", "/demo/files/").status_int == 200
    assert provider.json("POST", url, {}).status_int == 200
    assert her.call("GET", "/demo/files/").status_int == 404
