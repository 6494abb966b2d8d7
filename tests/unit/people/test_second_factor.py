"""The second factor: enrolled by a code, asked for at login, each code good for once."""

import time
from dataclasses import replace
from typing import Any

import pyotp
import pytest
from ZODB.POSException import ConflictError

from mserve import throttle
from mserve.people import accounts, totp
from tests.unit.people.conftest import FILES, PASSWORD, Browser, text
from tests.unit.support import basic


def enrol(her: Browser) -> tuple[pyotp.TOTP, list[str]]:
    """Adds a second factor by REST: what makes its codes, and the recovery codes."""
    begun = her.call("POST", "/-/account/second-factor", {"password": PASSWORD}).json
    made = pyotp.parse_uri(begun["uri"])
    assert isinstance(made, pyotp.TOTP) and made.secret == begun["secret"]
    assert made.issuer == "mserve" and made.name == "anna"
    answer = her.call("PUT", "/-/account/second-factor", {"code": made.now()})
    assert answer.status_int == 200, answer.json
    return made, answer.json["codes"]


def later(made: pyotp.TOTP) -> str:
    """The next code, which is accepted already: clocks may be a step apart."""
    return made.at(int(time.time()) + totp.STEP)


@pytest.fixture
def her(browser: Any, anna: str) -> Browser:
    return browser().login()


def test_a_login_needs_a_code_from_then_on(her: Browser, browser: Any, mails: Any) -> None:
    made, _ = enrol(her)
    answer = browser().try_login("anna")
    assert answer.status_int == 403 and answer.json["type"].endswith(":code-needed")
    assert browser().try_login("anna", code="000000").status_int == 403
    assert browser().try_login("anna", "wrong", code=later(made)).json["type"].endswith("login")
    assert browser().try_login("anna", code=later(made)).status_int == 200
    assert [mail["Subject"] for mail in mails()] == ["A second factor was added"]


def test_a_code_works_once(her: Browser, browser: Any) -> None:
    made, _ = enrol(her)
    code = later(made)
    assert browser().try_login("anna", code=code).status_int == 200
    assert browser().try_login("anna", code=code).json["type"].endswith(":wrong-code")


def conflicting(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The first attempt of what is noted of an account from now on loses to another writer."""
    attempts: list[int] = []
    real = accounts.note

    def note(*args: Any, **facts: Any) -> None:
        attempts.append(1)
        if len(attempts) == 1:
            raise ConflictError
        real(*args, **facts)

    monkeypatch.setattr(accounts, "note", note)
    return attempts


def test_a_login_that_is_tried_again_has_its_code_still(
    her: Browser, browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = her.call("POST", "/-/account/second-factor", {"password": PASSWORD}).json
    made = pyotp.TOTP(begun["secret"])
    attempts = conflicting(monkeypatch)
    her.call("PUT", "/-/account/second-factor", {"code": made.now()}, status=200)
    assert len(attempts) == 2
    other = browser()
    page = other.submit(other.get("/-/login"), "login", name="anna", password=PASSWORD)
    attempts.clear()
    assert other.submit(page, "code", code=later(made)).status_int == 303
    assert len(attempts) == 2 and other.state() == "anna"


def test_the_code_that_confirmed_does_not_log_in(her: Browser, browser: Any) -> None:
    begun = her.call("POST", "/-/account/second-factor", {"password": PASSWORD}).json
    code = pyotp.TOTP(begun["secret"]).now()
    her.call("PUT", "/-/account/second-factor", {"code": code}, status=200)
    assert browser().try_login("anna", code=code).status_int == 403


def test_a_second_factor_is_demanded_of_administrators(
    her: Browser, admin: Any, customer: Any, app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in (admin.key, customer.key):
        her.call("POST", "/-/account/keys", {"key": key}, status=201)
    assert her.call("GET", "/-/users").status_int == 200
    demanding = replace(app.app.registry.mserve.people, admin_second_factor=True)
    settings = replace(app.app.registry.mserve, people=demanding)
    monkeypatch.setattr(app.app.registry, "mserve", settings)
    assert her.call("GET", "/-/users").status_int == her.call("GET", "/demo/").status_int == 404
    assert her.call("GET", FILES).status_int == 200
    assert "needs a second factor" in her.get("/-/account")
    enrol(her)
    assert "needs a second factor" not in her.get("/-/account")
    assert her.call("GET", "/-/users").status_int == 200
    assert admin("GET", "/-/users").status_int == 200


def test_recovery_codes_work_once_each(her: Browser, browser: Any, see: Any, mails: Any) -> None:
    _, codes = enrol(her)
    assert len({*codes}) == totp.CODES
    assert {len(code.replace("-", "")) * 5 for code in codes} == {120}  # bits
    kept = see(lambda site: site.users.by_name("anna").recovery)
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)
    assert browser().try_login("anna", code=codes[0].upper().replace("-", " ")).status_int == 200
    assert browser().try_login("anna", code=codes[0]).status_int == 403
    assert browser().try_login("anna", code=codes[1]).status_int == 200
    assert "8 are left" in text(mails()[-1])
    assert her.call("GET", "/-/account").json["recovery_codes"] == 8


def test_guesses_at_codes_are_slowed(her: Browser, browser: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(throttle, "CODE", throttle.CODE._replace(base=300))
    enrol(her)
    statuses = [browser().try_login("anna", code=f"{n:06}").status_int for n in range(7)]
    assert statuses == [403] * 5 + [429] * 2


def test_by_the_pages_without_a_script(her: Browser, browser: Any) -> None:
    page = her.submit(her.get("/-/account"), "factor", password=PASSWORD)
    assert page.html.find("svg").find("path")
    secret = page.html.find("code").text
    again = her.submit(page, "confirm-factor", code="000000")
    assert again.html.find("code").text == secret and "not the code" in again.text
    shown = her.submit(again, "confirm-factor", code=pyotp.TOTP(secret).now())
    codes = [each.text for each in shown.html.select(".codes code")]
    assert len(codes) == totp.CODES
    other = browser()
    page = other.submit(other.get("/-/login"), "login", name="anna", password=PASSWORD)
    assert other.state() is None
    page = other.submit(page, "code", code="123", status=403)
    assert other.submit(page, "code", code=codes[0]).status_int == 303
    assert other.state() == "anna"


def test_the_page_of_the_code_is_of_no_use_without_the_password(her: Browser, browser: Any) -> None:
    _, codes = enrol(her)
    other = browser()
    token = other.get("/-/login").forms[0]["csrf"].value
    form = {"do": "code", "code": codes[0], "csrf": token}
    assert other.app.post("/-/login", form, headers={"Accept": "text/html"}, status=403)
    assert other.state() is None


def test_it_is_removed_by_the_password(her: Browser, browser: Any, mails: Any) -> None:
    enrol(her)
    place = "/-/account/second-factor"
    assert her.call("POST", place, {"password": "wrong", "remove": True}).status_int == 403
    assert browser().try_login("anna").status_int == 403
    assert her.call("POST", place, {"password": PASSWORD, "remove": True}).status_int == 204
    assert browser().try_login("anna").status_int == 200
    assert [mail["Subject"] for mail in mails()][-1] == "The second factor was removed"


def test_there_is_one_and_it_needs_the_password(her: Browser) -> None:
    place = "/-/account/second-factor"
    assert her.call("POST", place, {"password": "wrong"}).status_int == 403
    answer = her.call("PUT", place, {"code": "123456"})
    assert answer.status_int == 400 and "begin anew" in answer.json["detail"]
    enrol(her)
    answer = her.call("POST", place, {"password": PASSWORD})
    assert answer.status_int == 400 and "already" in answer.json["detail"]


def test_the_secret_is_sealed(her: Browser, db: Any, settings: Any) -> None:
    made, codes = enrol(her)
    stored = (settings.data / "Data.fs").read_bytes()
    assert b"Anna Arndt" in stored
    assert made.secret.encode() not in stored
    assert not any(code.encode() in stored for code in codes)


def test_a_password_alone_is_not_enough_for_http_basic(
    her: Browser, customer: Any, browser: Any
) -> None:
    her.call("POST", "/-/account/keys", {"key": customer.key}, status=201)
    program = browser()
    assert program.app.get(FILES, headers=basic(PASSWORD, "anna")).status_int == 200
    enrol(her)
    assert program.app.get(FILES, headers=basic(PASSWORD, "anna"), status=404)
