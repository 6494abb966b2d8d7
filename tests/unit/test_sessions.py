"""Sessions: begun under a new secret, known to Redis by digest, ended by time, logout and epoch."""

import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from pyramid.request import Request
from pyramid.response import Response

from mserve import sessions
from mserve.people_settings import PeopleSettings
from mserve.resources.site import Site
from mserve.resources.user import User
from mserve.tasks.queue import Queues


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def user(site: Site) -> User:
    return site.users.add(User("anna"))


class Browser:
    """Sends requests with the cookies that it was given."""

    def __init__(self, registry: Any, site: Site, scheme: str = "https") -> None:
        self.registry, self.site, self.scheme = registry, site, scheme
        self.cookies: dict[str, str] = {}

    def request(self) -> Any:
        request = Request.blank(f"{self.scheme}://files.example.com/")
        request.registry, request.site = self.registry, self.site
        request.environ["REMOTE_ADDR"] = "192.0.2.7"
        request.environ["HTTP_USER_AGENT"] = "Firefox"
        if self.cookies:
            pairs = (f"{name}={value}" for name, value in self.cookies.items())
            request.environ["HTTP_COOKIE"] = "; ".join(pairs)
        return request

    def take(self, headers: list[tuple[str, str]]) -> str:
        """Keeps the cookie of an answer; returns its header."""
        [(_, text)] = headers
        name, _, value = text.partition(";")[0].partition("=")
        self.cookies = {name: value} if value else {}
        return text

    def login(self, user: User) -> str:
        return self.take(sessions.login(self.request(), user))

    @property
    def secret(self) -> str:
        [value] = self.cookies.values()
        return value


@pytest.fixture
def registry(queues: Queues) -> Any:
    return SimpleNamespace(queues=queues, mserve=SimpleNamespace(people=PeopleSettings(600, 3600)))


@pytest.fixture
def browser(registry: Any, site: Site) -> Browser:
    return Browser(registry, site)


def lasting(registry: Any, idle: float, lifetime: float) -> None:
    registry.mserve.people = PeopleSettings(idle, lifetime)


def stored(queues: Queues) -> Iterator[str]:
    """All keys and values in Redis."""
    for key in queues.redis.scan_iter():
        yield key.decode()
        kind = queues.redis.type(key)
        yield str(queues.redis.get(key) if kind == b"string" else queues.redis.zrange(key, 0, -1))


def test_the_cookie_is_for_this_host_and_no_script(browser: Browser, user: User) -> None:
    text = browser.login(user)
    assert text.startswith("__Host-mserve=")
    parts = {part.strip().lower() for part in text.split(";")[1:]}
    assert parts == {"path=/", "secure", "httponly", "samesite=lax"}


def test_without_tls_it_has_another_name_and_is_not_secure(
    registry: Any, site: Site, user: User
) -> None:
    text = Browser(registry, site, "http").login(user)
    assert text.startswith("mserve=") and "secure" not in text.lower()


def test_a_login_is_known_by_its_cookie(browser: Browser, user: User) -> None:
    assert sessions.user_of(browser.request()) is None
    browser.login(user)
    session = sessions.of(browser.request())
    assert session is not None
    assert (session.user, session.address, session.agent) == (user.id, "192.0.2.7", "Firefox")
    assert sessions.user_of(browser.request()) is user


def test_redis_never_holds_the_secret(browser: Browser, user: User, queues: Queues) -> None:
    browser.login(user)
    sessions.put(browser.request(), "state", "x", 60)
    found = [*stored(queues)]
    assert len(found) == 6 and not any(browser.secret in text for text in found)


def test_each_login_has_a_new_secret_and_ends_the_former_session(
    browser: Browser, user: User
) -> None:
    browser.login(user)
    before = dict(browser.cookies)
    browser.login(user)
    assert browser.cookies != before
    browser.cookies = before
    assert sessions.of(browser.request()) is None


def test_a_cookie_from_before_the_login_gets_no_session(browser: Browser, user: User) -> None:
    """Fixation: whoever knows the cookie that the victim had before is not logged in by it."""
    browser.cookies = {"__Host-mserve": "planted"}
    browser.login(user)
    browser.cookies = {"__Host-mserve": "planted"}
    assert sessions.of(browser.request()) is None


def test_an_attempt_that_is_made_again_makes_one_session(
    browser: Browser, user: User, registry: Any
) -> None:
    request = browser.request()
    assert sessions.login(request, user) == sessions.login(request, user)
    assert len(sessions.listing(registry, user)) == 1


def test_logout_ends_the_session_and_takes_the_cookie_away(browser: Browser, user: User) -> None:
    browser.login(user)
    kept = dict(browser.cookies)
    assert "max-age=0" in browser.take(sessions.logout(browser.request())).lower()
    browser.cookies = kept
    assert sessions.of(browser.request()) is None


def test_all_sessions_end_with_the_epoch_and_with_the_account(
    browser: Browser, user: User, registry: Any
) -> None:
    browser.login(user)
    user.disabled = 1
    assert sessions.user_of(browser.request()) is None
    user.disabled = None
    assert sessions.user_of(browser.request()) is user
    user.end_sessions()
    assert sessions.user_of(browser.request()) is None
    assert sessions.listing(registry, user) == []


def test_sessions_are_listed_and_ended_one_by_one_or_all(
    browser: Browser, user: User, registry: Any, site: Site
) -> None:
    other, stranger = Browser(registry, site), site.users.add(User("eve"))
    browser.login(user)
    other.login(user)
    newest, oldest = sessions.listing(registry, user)
    assert newest.created > oldest.created
    assert not sessions.end(registry, stranger, oldest.id)
    assert sessions.end(registry, user, oldest.id)
    assert not sessions.end(registry, user, oldest.id)
    assert sessions.of(browser.request()) is None and sessions.of(other.request())
    sessions.end_all(registry, user.id, user.epoch)
    assert sessions.of(other.request())
    sessions.end_all(registry, user.id, user.epoch + 1)
    assert sessions.of(other.request()) is None


def test_a_session_ends_when_it_is_idle(browser: Browser, user: User, registry: Any) -> None:
    lasting(registry, 0.3, 3600)
    browser.login(user)
    for _ in range(3):
        time.sleep(0.15)
        assert sessions.of(browser.request())
    time.sleep(0.4)
    assert sessions.of(browser.request()) is None


def test_a_session_ends_at_its_age(browser: Browser, user: User, registry: Any) -> None:
    lasting(registry, 3600, 0.3)
    browser.login(user)
    assert sessions.of(browser.request())
    time.sleep(0.35)
    assert sessions.of(browser.request()) is None
    lasting(registry, 3600, 3600)
    browser.login(user)
    lasting(registry, 3600, 0.01)  # what the settings say by now holds for old sessions too
    time.sleep(0.02)
    assert sessions.of(browser.request()) is None


def test_tokens_of_forms_are_of_one_cookie(browser: Browser, registry: Any, site: Site) -> None:
    request = browser.request()
    token = sessions.csrf(request)
    answer = Response()
    request._process_response_callbacks(answer)
    browser.take([("Set-Cookie", answer.headers["Set-Cookie"])])
    assert sessions.is_csrf(browser.request(), token)
    assert sessions.csrf(browser.request()) == token
    for wrong in ("", None, "x", token[:-1], token + "0", "ü"):
        assert not sessions.is_csrf(browser.request(), wrong)
    other = Browser(registry, site)
    assert not sessions.is_csrf(other.request(), token)
    other.cookies = {"__Host-mserve": "another"}
    assert not sessions.is_csrf(other.request(), token)


def test_a_login_changes_the_token(browser: Browser, user: User) -> None:
    browser.cookies = {"__Host-mserve": "before"}
    before = sessions.csrf(browser.request())
    browser.login(user)
    assert not sessions.is_csrf(browser.request(), before)


def test_values_beside_the_cookie_are_taken_once_and_in_time(browser: Browser) -> None:
    browser.cookies = {"__Host-mserve": "mine"}
    sessions.put(browser.request(), "state", "a value", 60)
    other = Browser(browser.registry, browser.site)
    assert sessions.take(other.request(), "state") is None
    other.cookies = {"__Host-mserve": "another"}
    assert sessions.take(other.request(), "state") is None
    assert sessions.take(browser.request(), "state") == "a value"
    assert sessions.take(browser.request(), "state") is None
    sessions.put(browser.request(), "state", "late", 1)
    time.sleep(1.1)
    assert sessions.take(browser.request(), "state") is None
