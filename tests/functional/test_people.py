"""A person's way: invited by mail, logs in, keeps a key, uploads, and lets a program do the same.

By httpx over the real server: cookies, forms and the mail in its file, as a browser has them.
"""

import email
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.functional.stack import Stack, wait_for

PASSWORD = "a spoon for every lamp"
HTML = {"Accept": "text/html"}
FILES = "/demo/files/"


class Person:
    """Somebody with a browser, who sends the forms that pages show."""

    def __init__(self, stack: Stack) -> None:
        self.client = httpx.Client(base_url=stack.url, timeout=60)
        self.csrf = ""

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path, headers=HTML)

    def send(self, path: str, action: str, **fields: str) -> httpx.Response:
        """Sends the form of the page at `path` that does `action`."""
        page = self.get(path).text
        token = re.search(r'name="csrf" value="([0-9a-f]{64})"', page)
        assert token and f'value="{action}"' in page, page
        form = {"do": action, "csrf": token[1], **fields}
        target = "/-/account" if action == "keep" else path
        return self.client.post(target, data=form, headers=HTML)


def invited(stack: Stack, name: str) -> str:
    """The path of the link in the mail that the invited user gets."""
    user = {"name": name, "email": f"{name}@example.com"}
    with stack.client(stack.admin) as admin:
        assert admin.post("/-/users", json=user).status_code == 201

    def link() -> str | None:
        for file in (stack.data / "mail").glob("*.eml"):
            mail = email.message_from_bytes(file.read_bytes())
            if mail["To"] == user["email"]:
                body = mail.get_payload(decode=True)
                assert isinstance(body, bytes)
                found = re.search(r"(/-/reset/\S+)", body.decode())
                return found[1] if found else None
        return None

    return str(wait_for(link))


@pytest.fixture
def anna(stack: Stack) -> Iterator[Person]:
    person = Person(stack)
    yield person
    person.client.close()


def test_from_the_invitation_to_a_program(stack: Stack, anna: Person) -> None:
    link = invited(stack, "anna")
    assert anna.send(link, "choose", password=PASSWORD).status_code == 303
    assert anna.send(link, "choose", password=PASSWORD).status_code == 404
    assert anna.send("/-/login", "login", name="anna", password="wrong").status_code == 403
    assert anna.send("/-/login", "login", name="anna", password=PASSWORD).status_code == 303
    assert anna.get(FILES).status_code == 404
    demo = httpx.URL(stack.demo_url).path
    assert anna.send(demo, "keep", key=demo, label="Files").status_code == 303
    assert anna.get(FILES).status_code == 200
    token = anna.client.get("/-/login").json()["csrf"]
    file, proof = f"{FILES}anna.txt", {"X-CSRF-Token": token}
    assert anna.client.put(file, content=b"hello", headers=proof).status_code == 201
    assert anna.client.put(file, content=b"forged").status_code == 403
    end = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    asked = {"label": "backup", "end": end, "permissions": ["view", "read"]}
    made = anna.client.post("/-/account/tokens", headers=proof, json=asked).json()
    with stack.client(made["token"]) as program:
        assert program.get(file).content == b"hello"
        assert program.put(file, content=b"no").status_code == 403
        assert anna.send("/-/account", "logout").status_code == 303
        assert anna.get(FILES).status_code == 404
        assert program.get(file).status_code == 200
