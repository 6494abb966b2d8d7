"""Login and logout, by page and by REST; what a wrong one says, and how long it takes."""

import statistics
import time
from typing import Any

import pytest
from argon2 import PasswordHasher

from tests.unit.people.conftest import PASSWORD


def test_a_person_logs_in_by_the_page_without_a_script(browser: Any, anna: str) -> None:
    her = browser()
    page = her.get("/-/login")
    answer = her.submit(page, "login", name=" ANNA ", password=PASSWORD)
    assert answer.status_int == 303 and answer.location == "http://localhost/-/account"
    assert "Anna Arndt" in her.get("/-/account").text
    answer = her.submit(her.get("/-/account"), "logout")
    assert answer.location == "http://localhost/-/login"
    assert her.state() is None
    assert her.get("/-/account", status=404)


def test_a_wrong_password_is_said_on_the_page_itself(browser: Any, anna: str) -> None:
    her = browser()
    page = her.submit(her.get("/-/login"), "login", name="anna", password="wrong", status=403)
    assert page.html.find(role="alert").text == "the name or the password is wrong"
    assert page.forms[0]["name"].value == "anna" and "wrong" not in page.forms[0]["password"].value
    assert her.submit(page, "login", password=PASSWORD).status_int == 303


def test_the_page_leads_on_to_where_one_wanted_to_go_and_nowhere_else(
    browser: Any, anna: str
) -> None:
    for path, target in (
        ("/demo/files/", "/demo/files/"), ("//evil.example/", "/-/account"),
        ("https://evil.example/", "/-/account"), ("/\\evil.example", "/-/account"),
        ("/a%0d%0aX:y", "/a%0d%0aX:y"), ("/a\nb", "/-/account"), ("", "/-/account"),
    ):  # fmt: skip
        her = browser()
        page = her.app.get("/-/login", {"next": path}, headers={"Accept": "text/html"})
        answer = her.submit(page, "login", name="anna", password=PASSWORD)
        assert answer.location == f"http://localhost{target}"


def test_a_page_that_needs_a_login_offers_it(browser: Any, anna: str) -> None:
    her = browser()
    page = her.get("/-/account", status=404)
    address = page.html.find("a", string="log in")["href"]
    answer = her.submit(her.get(address), "login", name="anna", password=PASSWORD)
    assert answer.location == "http://localhost/-/account"


def test_login_and_logout_by_rest(browser: Any, anna: str) -> None:
    program = browser()
    assert program.state() is None
    answer = program.try_login("anna@example.com")
    assert answer.json["user"]["name"] == "anna"
    assert program.state() == "anna"
    assert program.call("DELETE", "/-/login").status_int == 204
    assert program.state() is None


def test_the_cookie_is_new_at_login_and_dead_after_logout(browser: Any, anna: str) -> None:
    her = browser()
    her.get("/-/login")
    before = her.app.cookies["mserve"]
    her.login()
    after = her.app.cookies["mserve"]
    assert before != after
    her.call("DELETE", "/-/login")
    her.app.set_cookie("mserve", after)
    assert her.state() is None


def test_each_page_has_the_logout(browser: Any, anna: str, admin: Any, customer: Any) -> None:
    her = browser().login()
    customer("PUT", "/demo/files/a.txt", body=b"x")
    her.call("POST", "/-/account/keys", {"key": admin.key}, status=201)
    for place in ("/", "/demo/", "/demo/files/", "/demo/files/a.txt", "/-/account", "/-/users",
                  f"/-/users/{anna}", "/-/nodes", "/-/audit", "/demo/-/requests", "/-/login",
                  "/demo/files/-/trash", f"/k/{customer.key}/"):  # fmt: skip
        assert her.get(place).html.find("input", value="logout"), place
    assert her.submit(her.get("/demo/files/a.txt"), "logout").status_int == 303
    assert her.state() is None and not her.get("/-/login").html.find("input", value="logout")


def test_people_are_called_by_name_in_the_audit_log(browser: Any, anna: str, admin: Any) -> None:
    her = browser().login()
    her.call("POST", "/-/account/keys", {"key": admin.key}, status=201)
    actors = [row.find_all("td")[3].text for row in her.get("/-/audit").html.select("tbody tr")]
    assert "anna" in actors and not any(anna in each for each in actors)


@pytest.mark.parametrize(
    ("document", "place"),
    [({}, "/name"), ({"name": "anna"}, "/password"), ({"name": 7, "password": "x"}, "/name"),
     ({"name": "anna", "password": "x", "more": 1}, "/more")],
)  # fmt: skip
def test_what_is_missing_is_named(browser: Any, document: Any, place: str) -> None:
    answer = browser().app.post_json("/-/login", document, status=400)
    assert place in [fault["place"] for fault in answer.json["faults"]]


def test_nothing_tells_whether_an_account_is_there(browser: Any, make: Any) -> None:
    make("anna")
    make("gone", disabled=1)
    make("elsewhere", password=None)
    answers = [
        browser(f"192.0.2.{number}").try_login(name, password)
        for number, (name, password) in enumerate(
            (("anna", "wrong"), ("nobody", "wrong"), ("gone", PASSWORD), ("elsewhere", PASSWORD),
             ("no name!", "x"), ("anna", ""), ("anna", "x" * 4000), ("anna", "\ud800")), 1,
        )
    ]  # fmt: skip
    assert {each.status_int for each in answers} == {403}
    assert len({each.body for each in answers}) == 1


def test_an_unknown_name_takes_as_long_as_a_known_one(browser: Any, anna: str, app: Any) -> None:
    def seconds(name: str, number: int) -> float:
        app.app.registry.queues.redis.flushall()
        begun = time.process_time()
        assert browser().try_login(name, f"wrong {number}").status_int == 403
        return time.process_time() - begun

    seconds("nobody", 0)
    known = statistics.median(seconds("anna", number) for number in range(5))
    unknown = statistics.median(seconds("nobody", number) for number in range(5))
    assert 0.5 < known / unknown < 2
    assert unknown > 0.02  # a hash was computed


def test_a_hash_of_former_parameters_is_made_anew_at_login(
    browser: Any, make: Any, see: Any
) -> None:
    former = PasswordHasher(time_cost=1, memory_cost=8192).hash(PASSWORD)
    id = make("anna", password=former)
    browser().login()
    now = see(lambda site: site.users.get(id).password)
    assert now != former and "m=65536" in now
    browser().login()
    assert see(lambda site: site.users.get(id).password) == now


def test_the_last_login_is_noted_and_not_each_time(browser: Any, anna: str, see: Any) -> None:
    assert see(lambda site: site.users.get(anna).last_login) is None
    browser().login()
    first = see(lambda site: site.users.get(anna).last_login)
    browser().login()
    assert first and see(lambda site: site.users.get(anna).last_login) == first


def test_a_form_of_another_site_logs_nobody_in(browser: Any, anna: str) -> None:
    her = browser()
    body = {"name": "anna", "password": PASSWORD}
    for site in ("cross-site", "same-site"):
        answer = her.app.post_json("/-/login", body, headers={"Sec-Fetch-Site": site}, status=403)
        assert "another site" in answer.json["detail"]
    form = {**body, "do": "login"}
    assert her.app.post("/-/login", form, headers={"Accept": "text/html"}, status=403)
    form["csrf"] = "0" * 64
    her.get("/-/login")
    assert her.app.post("/-/login", form, headers={"Accept": "text/html"}, status=403)
    assert her.state() is None


def test_passwords_are_in_no_log(browser: Any, anna: str, caplog: Any) -> None:
    with caplog.at_level("DEBUG"):
        browser().try_login("anna", "hunter2hunter2")
        browser().login()
    assert "hunter2" not in caplog.text and PASSWORD not in caplog.text


def test_pages_of_people_have_no_inline_script_or_style(browser: Any, anna: str) -> None:
    her = browser()
    for page in (her.get("/-/login"), her.get("/-/reset"), her.login().get("/-/account")):
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert not page.html.find_all("script", src=False) and not page.html.find_all("style")
        assert page.headers["Cache-Control"] == "no-store"
