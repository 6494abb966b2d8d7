"""Nothing leaks: whatever is asked with a key, it is in no file of the data folder and no log."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.support import basic, call, form

FORM = {"body": form(("c", b"1")), "content_type": "multipart/form-data; boundary=XX"}
PLACES = ("/", "/a/", "/nothing", "/%ff", "/a/c.txt", "/-/keys", "/?limit=x", "/?limit=%ff")
ACCEPTED = ("*/*", "application/json", "text/html")
Ask = Callable[..., Any]


def new_keys(admin: Any) -> Iterator[str]:
    """Those that a container and a service are made with."""
    for made in (admin.json("POST", "/", {"name": "c"}), admin.json("POST", "/c/", {"name": "s"})):
        yield from (each["key"] for each in made.json["keys"])


def change(ask: Ask, root: str) -> None:
    ask("PUT", f"{root}/a/b.txt", body=b"x")
    ask("POST", f"{root}/", **FORM)
    ask("PATCH", f"{root}/a/b.txt", body=b'{"name": "c.txt"}')
    ask("POST", f"{root}/a/-/keys", body=b'{"role": "mfilereadonly"}')
    ask("POST", f"{root}/a/c.txt/-/jobs", body=b'{"task": "mime"}')


def read(ask: Ask, root: str) -> None:
    for place in PLACES:
        for accept in ACCEPTED:
            ask("GET", root + place, headers={"Accept": accept})


def break_off(app: Any, root: str) -> None:
    for method in ("PUT", "BREW"):
        call(app, method, f"{root}/short", b"x", CONTENT_LENGTH="5")


def guess(ask: Ask, key: str) -> str:
    """Asks with what is no key."""
    guessed = f"not-a-key-{key}"
    ask("PUT", f"/k/{guessed}/x", body=b"x")
    return guessed


def assert_not_stored(data: Path, secrets: list[str]) -> None:
    for path in data.rglob("*"):
        if path.is_file() and path.suffix != ".key":
            content = path.read_bytes()
            assert not [each for each in secrets if each.encode() in content], path


def assert_not_logged(caplog: pytest.LogCaptureFixture, secrets: list[str]) -> None:
    logged = caplog.text + " ".join(str(record.__dict__) for record in caplog.records)
    assert caplog.records
    assert not [each for each in secrets if each in logged]


def test_no_secret_is_stored_or_logged(
    app: Any, admin: Any, customer: Any, made: Any, settings: Any, db: Any, caplog: Any,
    stranger: Any,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    secrets = [admin.key, customer.key, *new_keys(admin)]
    for _ in range(2):
        key = made("mfileowner").key
        root = f"/k/{key}"
        change(stranger, root)
        read(stranger, root)
        stranger("DELETE", f"{root}/a/?recursive=true")
        break_off(app, root)
        secrets += [key, guess(stranger, key)]
        customer("GET", "/demo/files/", headers=basic(key))
    db.close()
    assert_not_stored(settings.data, secrets)
    assert_not_logged(caplog, secrets)
