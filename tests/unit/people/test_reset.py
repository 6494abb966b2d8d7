"""A forgotten password: a link by mail, for one use and an hour, that tells others nothing."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from itsdangerous import TimestampSigner
from webtest import TestApp

from mserve import evolve, main, throttle
from mserve.errors import Conflict
from mserve.people.mail import Post
from mserve.settings import Settings
from tests.unit.people.conftest import PASSWORD, link, text
from tests.unit.tasks.library.post import Post as Inbox
from tests.unit.tasks.library.post import receiving

NEW = "seven slow tram windows"


def test_a_link_by_mail_sets_a_password_once(browser: Any, anna: str, mails: Any) -> None:
    logged_in, her = browser().login(), browser()
    page = her.submit(her.get("/-/reset"), "ask", name="Anna@example.com")
    assert "a mail with a link is on its way" in page.text
    [mail] = mails()
    assert mail["To"] == "anna@example.com"
    for _ in range(2):  # opening it, as a mail program does before the person, does not use it up
        form = her.get(link(mail))
    assert her.submit(form, "choose", password=NEW).status_int == 303
    assert logged_in.state() is None
    assert her.try_login("anna").status_int == 403
    assert her.try_login("anna", NEW).status_int == 200
    answer = her.submit(her.get(link(mail)), "choose", password=PASSWORD, status=404)
    assert "was used" in answer.html.find(role="alert").text
    assert [each["Subject"] for each in mails()][1:] == ["Your password was changed"]


def test_by_rest(browser: Any, anna: str, mails: Any) -> None:
    program = browser()
    assert program.call("POST", "/-/reset", {"name": "anna"}).status_int == 204
    place = link(mails()[0])
    assert program.call("POST", place, {"password": "short"}).status_int == 400
    assert program.call("POST", place, {"password": NEW}).status_int == 204
    assert program.call("POST", place, {"password": NEW}).status_int == 404
    assert program.try_login("anna", NEW).status_int == 200


def test_nothing_tells_whether_there_is_such_an_account(
    browser: Any, make: Any, mails: Any
) -> None:
    make("anna")
    make("gone", disabled=1)
    make("silent", email=None)
    answers = [
        browser(f"192.0.2.{number}").call("POST", "/-/reset", {"name": name})
        for number, name in enumerate(("anna", "nobody", "gone", "silent", "no name!", ""))
    ]
    assert {(each.status_int, each.body) for each in answers} == {(204, b"")}
    assert [mail["To"] for mail in mails()] == ["anna@example.com"]


def test_mails_are_not_sent_without_end(browser: Any, anna: str, mails: Any) -> None:
    for limit, name in (("one name", "anna"), ("one name", "nobody")):
        statuses = [
            browser(f"198.51.100.{number}").call("POST", "/-/reset", {"name": name}).status_int
            for number in range(5)
        ]
        assert statuses == [204] * 3 + [429] * 2, limit
    attacker = browser("198.51.100.77")
    statuses = [
        attacker.call("POST", "/-/reset", {"name": f"name{number}"}).status_int
        for number in range(5)
    ]
    assert statuses == [204] * 3 + [429] * 2
    assert len(mails()) == 3


def test_a_link_that_is_old_or_changed_is_of_no_use(
    browser: Any, anna: str, mails: Any, monkeypatch: Any, app: Any
) -> None:
    her = browser()
    her.call("POST", "/-/reset", {"name": "anna"})
    place = link(mails()[0])
    for wrong in (place[:-1], place + "x", "/-/reset/x", place.replace(".", "", 1)):
        assert her.call("POST", wrong, {"password": NEW}).status_int == 404
    now = int(time.time())
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: now + 3601)
    assert her.call("POST", place, {"password": NEW}).status_int == 404
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: now + 3500)
    assert her.call("POST", place, {"password": NEW}).status_int == 204


def test_a_link_is_of_no_use_once_another_address_is_set_or_the_user_is_out(
    browser: Any, anna: str, admin: Any, mails: Any
) -> None:
    her = browser()
    her.call("POST", "/-/reset", {"name": "anna"})
    place = link(mails()[0])
    admin.json("PATCH", f"/-/users/{anna}", {"disabled": True})
    assert her.call("POST", place, {"password": NEW}).status_int == 404
    admin.json("PATCH", f"/-/users/{anna}", {"disabled": False, "email": "new@example.com"})
    assert her.call("POST", place, {"password": NEW}).status_int == 404


def test_the_form_of_another_site_sends_no_mail(browser: Any, anna: str, mails: Any) -> None:
    her = browser()
    headers = {"Accept": "text/html", "Sec-Fetch-Site": "cross-site"}
    assert her.app.post("/-/reset", {"do": "ask", "name": "anna"}, headers=headers, status=403)
    del headers["Sec-Fetch-Site"]
    assert her.app.post("/-/reset", {"do": "ask", "name": "anna"}, headers=headers, status=403)
    assert mails() == []


def test_nothing_is_sent_where_the_change_was_not_committed(
    browser: Any, anna: str, mails: Any
) -> None:
    her = browser().login()
    answer = her.call("POST", "/-/account/password", {"old": PASSWORD, "new": "short"})
    assert answer.status_int == 400 and mails() == []


def test_a_mail_in_a_file_shows_its_link_in_one_piece(
    browser: Any, make: Any, mails: Any, settings: Settings
) -> None:
    make("anna", display="Änne")
    browser().call("POST", "/-/reset", {"name": "anna"}, status=204)
    whole = link(mails()[0])
    [file] = (settings.data / "mail").glob("*.eml")
    assert whole in file.read_text() and "Hello Änne" in file.read_text()


def test_mails_are_for_their_owner_alone(
    browser: Any, anna: str, mails: Any, settings: Settings
) -> None:
    browser().call("POST", "/-/reset", {"name": "anna"})
    assert mails()
    assert (settings.data / "mail").stat().st_mode & 0o077 == 0


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with receiving() as inbox:
        yield inbox


def mailing(lines: dict[str, str], inbox: Inbox, **more: str) -> dict[str, str]:
    address = f"smtp://127.0.0.1:{inbox.port}"
    return {**lines, "mserve.smtp": address, "mserve.mail_from": "files@example.com", **more}


def test_mail_goes_to_the_server_of_the_ini_with_its_own_address_in_links(
    lines: dict[str, str], inbox: Inbox
) -> None:
    lines = mailing(lines, inbox, **{"mserve.url": "https://files.example.com/"})
    evolve.ensure(Settings.parse(lines))
    wsgi = main({}, **lines)
    admin = (Settings.parse(lines).data / "admin.key").read_text().strip()
    TestApp(wsgi).post_json(
        "/-/users", {"name": "anna", "email": "anna@example.com"},
        headers={"Authorization": f"Bearer {admin}", "Host": "evil.example"}, status=201,
    )  # fmt: skip
    wsgi.registry.post.settle()
    [(sender, to, raw, mail)] = inbox.letters
    assert to == ["anna@example.com"] and sender == mail["From"] == "files@example.com"
    assert "https://files.example.com/-/reset/" in text(mail) and b"evil" not in raw
    wsgi.registry._zodb_databases[""].close()


def test_no_link_is_sent_to_where_a_client_says(lines: dict[str, str], inbox: Inbox) -> None:
    post = Post(Settings.parse(mailing(lines, inbox)))
    with pytest.raises(Conflict, match=r"mserve\.url"):
        post.base("https://evil.example")
    assert Post(Settings.parse(lines)).base("http://localhost") == "http://localhost"


def test_limits_are_what_the_documents_say() -> None:
    assert (throttle.MAIL.free, throttle.ACCOUNT.free, throttle.ADDRESS.free) == (3, 5, 20)
