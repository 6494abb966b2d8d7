"""People before a whole application with Redis: browsers, programs, and the mails they get."""

import email
import re
from collections.abc import Callable, Iterator
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from webtest import TestApp

from mserve.people import passwords
from mserve.resources.user import User
from mserve.settings import Settings
from tests.unit.tasks.support import RedisServer

HTML = {"Accept": "text/html"}
PASSWORD = "a spoon for every lamp"
FILES = "/demo/files/"


@pytest.fixture
def lines(lines: dict[str, str], redis: RedisServer) -> dict[str, str]:
    return {**lines, "mserve.redis": redis.url}


@pytest.fixture(scope="session")
def hash_of_password() -> str:
    return passwords.hashed(PASSWORD)


@pytest.fixture
def make(see: Any, hash_of_password: str) -> Callable[..., str]:
    """`make("anna")`: the id of a new user, whose password is PASSWORD."""

    def create(name: str, **more: Any) -> str:
        def act(site: Any) -> str:
            user = User(name)
            user.email, user.password = f"{name}@example.com", hash_of_password
            for attribute, value in more.items():
                setattr(user, attribute, value)
            return str(site.users.add(user).id)

        return str(see(act))

    return create


@pytest.fixture
def anna(make: Callable[..., str]) -> str:
    """The id of the user anna."""
    return make("anna", display="Anna Arndt")


class Browser:
    """Somebody with a browser, which keeps cookies, at an address of their own."""

    def __init__(self, app: TestApp, address: str) -> None:
        self.app = TestApp(app.app, extra_environ={"REMOTE_ADDR": address})
        self.csrf = ""

    def get(self, url: str, status: Any = None) -> Any:
        return self.app.get(url, headers=HTML, status=status)

    def submit(self, page: Any, do: str, status: Any = None, **fields: Any) -> Any:
        """Sends the form of `page` that does `do`."""
        forms = [each for each in page.forms.values() if each.method.lower() == "post"]
        found = next(each for each in forms if each["do"].value == do)
        for name, value in fields.items():
            found[name] = value
        return found.submit(headers=HTML, status=status)

    def call(self, method: str, url: str, document: Any = None, status: Any = None) -> Any:
        """REST with the cookie and its token."""
        headers = {"X-CSRF-Token": self.csrf} if self.csrf else {}
        headers["Accept"] = "application/json"
        if method == "GET":
            return self.app.get(url, headers=headers, status=status or "*")
        call = getattr(self.app, f"{method.lower()}_json")
        more = {} if document is None else {"params": document}
        return call(url, headers=headers, status=status or "*", **more)

    def try_login(self, name: str, password: str = PASSWORD, **more: Any) -> Any:
        document = {"name": name, "password": password, **more}
        answer = self.app.post_json("/-/login", document, status="*")
        if answer.status_int == 200:
            self.csrf = answer.json["csrf"]
        return answer

    def login(self, name: str = "anna", password: str = PASSWORD, **more: Any) -> "Browser":
        answer = self.try_login(name, password, **more)
        assert answer.status_int == 200, answer.json
        return self

    def state(self) -> Any:
        """Who is logged in: a name, or None."""
        user = self.app.get("/-/login", headers={"Accept": "application/json"}).json["user"]
        return None if user is None else user["name"]


@pytest.fixture
def browser(app: TestApp) -> Callable[..., Browser]:
    """`browser()`: a new one; at an address of the documentation's."""

    def make(address: str = "192.0.2.1") -> Browser:
        return Browser(app, address)

    return make


@pytest.fixture
def mails(app: TestApp, settings: Settings) -> Iterator[Callable[[], list[Message]]]:
    """`mails()`: all that were sent so far, the oldest first."""

    def read() -> list[Message]:
        app.app.registry.post.settle()
        files = sorted(
            (settings.data / "mail").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns
        )
        return [email.message_from_bytes(Path(file).read_bytes()) for file in files]

    yield read


def text(message: Message) -> str:
    payload = message.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode()


def link(message: Message) -> str:
    """The path of the link in a mail."""
    found = re.search(r"http://localhost(:80)?(/-/reset/\S+)", text(message))
    assert found, text(message)
    return found[2]
