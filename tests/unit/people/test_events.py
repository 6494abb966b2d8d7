"""What people do, and what is done with their accounts, is in the audit log of the site."""

from typing import Any

import pyotp
import pytest

from mserve.resources.audit import Action
from mserve.tasks.refusals import settle
from tests.unit.people.conftest import PASSWORD, Browser

NEW = "seven slow tram windows"
ELSEWHERE = {"login-link", "login-unlink"}
"""tests/functional/test_oidc.py and test_login_elsewhere.py have a provider."""


@pytest.fixture
def her(browser: Any, anna: str) -> Browser:
    return browser().login()


@pytest.fixture
def told(admin: Any) -> Any:
    """`told()`: the actions in the log of the site and below, the newest first."""

    def read() -> list[str]:
        answer = admin("GET", "/-/audit?deep=true&limit=200")
        assert answer.status_int == 200, answer.text
        return [each["action"] for each in answer.json["items"]]

    return read


def test_a_login_is_told_with_who_it_was(her: Browser, admin: Any, anna: str) -> None:
    event = admin("GET", "/-/audit").json["items"][0]
    assert (event["action"], event["after"]["user"]) == ("login", "anna")
    assert (event["actor"], event["address"]) == (f"user:{anna}", "192.0.2.1")


def test_a_wrong_login_is_told_as_refused(browser: Any, anna: str, app: Any, admin: Any) -> None:
    registry = app.app.registry
    assert browser().try_login("anna", "wrong wrong wrong").status_int == 403
    registry.refusals.push()
    settle(registry._zodb_databases[""], registry.mserve, registry.queues)
    event = admin("GET", "/-/audit?refused=true").json["items"][0]
    assert (event["action"], event["address"]) == ("refuse", "192.0.2.1")


def test_what_is_done_with_an_account_is_told(
    her: Browser, admin: Any, customer: Any, told: Any, anna: str
) -> None:
    def did(action: str, *answers: Any) -> None:
        for answer in answers:
            assert answer.status_int < 400, answer.text
        assert action in told()
        seen.add(action)

    seen = {"login", "refuse"}
    did("user-change", her.call("PATCH", "/-/account", {"display": "Anna A."}))
    kept = her.call("POST", "/-/account/keys", {"key": customer.key})
    did("key-keep", kept)
    did("key-drop", her.call("DELETE", f"/-/account/keys/{kept.json['id']}"))
    made = {"label": "backup", "end": "2090-01-01T00:00:00Z"}
    token = her.call("POST", "/-/account/tokens", made)
    did("token-make", token)
    did("token-revoke", her.call("DELETE", f"/-/account/tokens/{token.json['id']}"))
    begun = her.call("POST", "/-/account/second-factor", {"password": PASSWORD})
    code = pyotp.TOTP(begun.json["secret"]).now()
    did("factor-add", her.call("PUT", "/-/account/second-factor", {"code": code}))
    removal = {"password": PASSWORD, "remove": True}
    did("factor-remove", her.call("POST", "/-/account/second-factor", removal))
    did("user-make", admin.json("POST", "/-/users", {"name": "otto", "email": "o@example.com"}))
    did("reset-send", admin.json("POST", f"/-/users/{anna}/reset", {}))
    admin.json("PATCH", "/demo/", {"takes_requests": True})
    asked = her.call("POST", "/demo/-/requests", {"name": "scans", "reason": "negatives"})
    did("request-make", asked)
    answer = f"/demo/-/requests/{asked.json['id']}"
    did("request-answer", admin.json("POST", answer, {"reject": "no room"}))
    changed = her.call("POST", "/-/account/password", {"old": PASSWORD, "new": NEW})
    did("password-change", changed)
    did("sessions-end", admin.json("PATCH", f"/-/users/{anna}", {"disabled": True}))
    people = [*Action][[*Action].index(Action.LOGIN) :]
    assert {*people} - {*ELSEWHERE} <= seen


def test_no_secret_is_told(her: Browser, admin: Any, customer: Any) -> None:
    her.call("POST", "/-/account/keys", {"key": customer.key})
    token = her.call("POST", "/-/account/tokens", {"label": "b", "end": "2090-01-01T00:00:00Z"})
    text = admin("GET", "/-/audit?deep=true").text
    for secret in (PASSWORD, customer.key, token.json["token"], her.csrf):
        assert secret not in text
