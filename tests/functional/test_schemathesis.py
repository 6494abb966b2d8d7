"""Schemathesis holds a running mserve against its OpenAPI document: no fault, nothing undocumented.

Runs in which each view is met: the administrator's key as Bearer token on what is above the
files, and a person on their account; and a customer's key (test_schemathesis_key.py).
"""

from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("schemathesis")

from tests.functional.fuzzing import LEAST, fuzz, requests
from tests.functional.stack import Stack
from tests.functional.test_people import PASSWORD, Person, invited

ABOVE = r"^/(-/.*)?$|^/\{container\}/(-/.*)?$|^/\{container\}/\{service\}/(-/profiles.*)?$"


def test_the_document_holds_for_an_administrator(
    make_stack: Callable[..., Stack], tmp_path: Path
) -> None:
    stack = make_stack().start()
    told = fuzz(stack, tmp_path, stack.admin, "site", "-n", "3", "--include-path-regex", ABOVE)
    assert requests(told) > LEAST


def test_the_document_holds_for_who_has_logged_in(
    make_stack: Callable[..., Stack], tmp_path: Path
) -> None:
    """But for what would log them out."""
    stack = make_stack().start()
    person = Person(stack)
    person.send(invited(stack, "ann"), "choose", password=PASSWORD)
    person.send("/-/login", "login", name="ann", password=PASSWORD)
    token = person.client.get("/-/login").json()["csrf"]
    headers = (f"Cookie: mserve={person.client.cookies['mserve']}", f"X-CSRF-Token: {token}")
    person.client.close()
    leaving = [f"DELETE /-/{place}" for place in ("login", "account/sessions")]
    names = [option for name in leaving for option in ("--exclude-name", name)]
    options = ("-n", "1", "--include-path-regex", "^/-/(login|account).*$", *names)
    options += ("--generation-with-security-parameters", "false")  # they would go before the cookie
    told = fuzz(stack, tmp_path, stack.admin, "site", *options, headers=headers)
    assert requests(told) > LEAST / 3
    assert "- GET /-/account\n" not in told  # among those that were refused
