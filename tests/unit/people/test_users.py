"""Users, for the site's administrators: listed, invited, disabled, helped; never acted as."""

from typing import Any

import pytest
from ZODB.POSException import ConflictError

from mserve.errors import NameTaken
from mserve.resources.user import User
from tests.unit.conftest import Client
from tests.unit.people.conftest import FILES, HTML, PASSWORD, Browser, link, text
from tests.unit.support import writers

NEW = "seven slow tram windows"


@pytest.fixture
def boss(browser: Any, make: Any, admin: Client) -> Browser:
    """A site administrator among users: their profile holds a key of the site."""
    make("boss")
    found: Browser = browser("192.0.2.200").login("boss")
    found.call("POST", "/-/account/keys", {"key": admin.key}, status=201)
    return found


def test_only_the_sites_administrators_see_users(
    browser: Any, anna: str, customer: Client, admin: Client, boss: Browser, made: Any
) -> None:
    her = browser().login()
    her.call("POST", "/-/account/keys", {"key": customer.key}, status=201)
    for method, url in (("GET", "/-/users"), ("POST", "/-/users"), ("GET", f"/-/users/{anna}"),
                        ("PATCH", f"/-/users/{anna}"), ("POST", f"/-/users/{anna}/reset"),
                        ("GET", f"/-/users/{anna}/keys")):  # fmt: skip
        document = None if method == "GET" else {}
        assert her.call(method, url, document).status_int == 404
        assert browser().call(method, url, document).status_int == 404
        assert customer(method, url, body=b"{}").status_int == 404
    assert [each["name"] for each in admin("GET", "/-/users").json["items"]] == ["anna", "boss"]
    assert boss.call("GET", f"/-/users/{anna}").json["display"] == "Anna Arndt"
    assert "Users" in boss.get("/").text


def test_users_are_paged_and_searched(boss: Browser, make: Any, admin: Client) -> None:
    for name in ("anna", "ben", "cleo"):
        make(name)
    page = admin("GET", "/-/users?limit=2").json
    assert [each["name"] for each in page["items"]] == ["anna", "ben"] and page["total"] == 4
    page = admin("GET", page["next"]).json
    assert [each["name"] for each in page["items"]] == ["boss", "cleo"] and page["next"] is None
    found = admin("GET", "/-/users?q=EXAMPLE&limit=3").json
    assert len(found["items"]) == 3 and found["total"] is None and "q=EXAMPLE" in found["next"]
    html = boss.get("/-/users?q=cle")
    assert "cleo" in html.text and "anna" not in html.text
    assert "Nobody is called so" in boss.get("/-/users?q=zzz").text


def test_who_is_invited_chooses_a_password_by_the_link(
    boss: Browser, browser: Any, mails: Any
) -> None:
    page = boss.submit(boss.get("/-/users"), "create", name="Dora", email="D@example.com")
    assert "invited" in boss.get(page.location).text
    [mail] = mails()
    assert mail["To"] == "d@example.com" and "login name is dora" in text(mail)
    dora = browser()
    assert dora.try_login("dora", "").status_int == 403
    chosen = dora.get(link(mail))
    again = dora.submit(chosen, "choose", password="dora@example.com", status=400)
    assert again.html.find(role="alert").text
    assert dora.submit(again, "choose", password=NEW).location == "http://localhost/-/login"
    dora.login("dora", NEW)
    assert dora.submit(dora.get(link(mail)), "choose", password=PASSWORD, status=404)
    assert "active" in boss.get(page.location).text


@pytest.mark.parametrize(
    ("document", "status"),
    [({"name": "anna", "email": "x@example.com"}, 409),
     ({"name": "new", "email": "anna@example.com"}, 409), ({"name": "new"}, 400),
     ({"name": "a b", "email": "x@example.com"}, 400), ({"name": "new", "email": "x"}, 400),
     ({"name": "new", "email": "x@example.com", "password": NEW}, 400)],
)  # fmt: skip
def test_what_is_wrong_about_a_new_user_changes_nothing(
    admin: Client, anna: str, document: Any, status: int, mails: Any
) -> None:
    assert admin.json("POST", "/-/users", document).status_int == status
    assert admin("GET", "/-/users").json["total"] == 1 and mails() == []


def test_a_disabled_user_is_out_at_once_until_enabled(
    boss: Browser, browser: Any, anna: str, customer: Client
) -> None:
    her = browser().login()
    her.call("POST", "/-/account/keys", {"key": customer.key}, status=201)
    page = boss.get(f"/-/users/{anna}")
    assert FILES in page.text and customer.key not in page.text
    boss.submit(page, "disable")
    assert her.state() is None and her.call("GET", FILES).status_int == 404
    assert her.try_login("anna").status_int == 403
    boss.submit(boss.get(f"/-/users/{anna}"), "enable")
    assert her.call("GET", FILES).status_int == 404  # the former session stays ended
    assert her.login().call("GET", FILES).status_int == 200


def test_nobody_disables_themselves(boss: Browser) -> None:
    [found] = boss.call("GET", "/-/users").json["items"]
    answer = boss.call("PATCH", found["url"], {"disabled": True})
    assert answer.status_int == 400 and "yourself" in answer.json["detail"]
    assert "Disable" not in boss.get(found["url"]).text and boss.state() == "boss"


def test_an_administrator_sends_a_link_and_sees_no_secret(
    boss: Browser, browser: Any, anna: str, mails: Any, see: Any
) -> None:
    see(lambda site: setattr(site.users.get(anna), "totp", b"sealed"))
    place = f"/-/users/{anna}/reset"
    answer = boss.call("POST", place, {"second_factor": True})
    assert answer.status_int == 204 and answer.body == b""
    assert sorted(mail["Subject"] for mail in mails()) == [
        "A new password for http://localhost", "The second factor was removed",
    ]  # fmt: skip
    reset = next(mail for mail in mails() if "new password" in mail["Subject"])
    her = browser()
    assert her.try_login("anna").status_int == 200  # the password is as it was
    her.submit(her.get(link(reset)), "choose", password=NEW)
    assert her.try_login("anna").status_int == 403
    assert her.try_login("anna", NEW).status_int == 200
    assert not any(word in boss.get(f"/-/users/{anna}").text for word in ("argon2", link(reset)))
    boss.submit(boss.get(f"/-/users/{anna}"), "reset")
    assert len(mails()) == 4
    see(lambda site: site.users.set_email(site.users.get(anna), None))
    assert boss.call("POST", place, {}).status_int == 400


def test_an_administrator_changes_name_and_address(
    boss: Browser, anna: str, mails: Any, browser: Any
) -> None:
    boss.submit(boss.get(f"/-/users/{anna}"), "change", display="Anna B.", email="b@example.com")
    found = boss.call("GET", f"/-/users/{anna}").json
    assert (found["display"], found["email"]) == ("Anna B.", "b@example.com")
    [mail] = mails()
    assert mail["To"] == "anna@example.com"


def test_the_keys_of_a_user_are_seen_without_secrets(
    admin: Client, browser: Any, anna: str, customer: Client
) -> None:
    browser().login().call("POST", "/-/account/keys", {"key": customer.key, "label": "Files"})
    [key] = admin("GET", f"/-/users/{anna}/keys").json["items"]
    assert key["called"] == "Files" and key["role"] == "servicecustomer" and "key" not in key


def test_what_is_not_there_is_not_found(admin: Client, anna: str) -> None:
    for url in ("/-/users/x", f"/-/users/{anna}/x", f"/-/users/{anna}/keys/keys", "/-/account/x",
                "/demo/-/users", "/demo/files/-/account", "/-/login/x"):  # fmt: skip
        assert admin("GET", url).status_int == 404
        assert admin("GET", url, headers=HTML).status_int == 404


def test_two_who_take_a_name_at_once_get_one(db: Any) -> None:
    with writers(db, 2) as (first, second):
        first.site.users.add(User("anna"))
        second.site.users.add(User("anna"))
        first.commit()
        with pytest.raises(ConflictError):
            second.commit()
    with writers(db, 1) as [third], pytest.raises(NameTaken):
        third.site.users.add(User("anna"))
