"""A client of WebDAV, which holds the demo service's key as a password."""

from collections.abc import Iterator
from typing import Any

import pytest
from webtest import lint

DRIVE = "/dav/demo/files"
METHODS = "MKCOL COPY MOVE PROPFIND PROPPATCH LOCK UNLOCK REPORT".split()


@pytest.fixture(autouse=True)
def methods(monkeypatch: Any) -> None:
    """WebTest knows those of HTTP alone, and warns of others."""
    monkeypatch.setattr(lint, "valid_methods", [*lint.valid_methods, *METHODS])


@pytest.fixture
def dav(customer: Any) -> Iterator[Any]:
    """Calls with the customer's key as the password of HTTP Basic."""
    customer.app.authorization = ("Basic", ("anyone", customer.key))
    customer.headers = {}
    yield customer
    customer.app.authorization = None
