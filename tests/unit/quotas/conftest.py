"""What the tests of quotas share: limits that are said by REST, and what is told of them."""

from collections.abc import Callable
from typing import Any

import pytest
from pytest import MonkeyPatch
from webtest import lint

from tests.unit.support import Clock

SERVICE, CONTAINER = "/demo/files/", "/demo/"


@pytest.fixture(autouse=True)
def methods(monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setattr(lint, "valid_methods", [*lint.valid_methods, "PROPFIND", "COPY", "MOVE"])


@pytest.fixture
def clock(monkeypatch: MonkeyPatch) -> Clock:
    return Clock(monkeypatch, "2026-11-15T12:00:00Z")


@pytest.fixture
def limit(admin: Any) -> Callable[..., Any]:
    """`limit(CONTAINER, ingest={"hard": 100})`: who administers the site says so."""

    def say(place: str, **limits: Any) -> Any:
        answer = admin.json("PATCH", f"{place}-/quotas", {"quotas": limits})
        assert answer.status_int == 200, answer.json
        return answer.json["quotas"]

    return say


@pytest.fixture
def used(admin: Any) -> Callable[..., float]:
    """`used(SERVICE, "ingest")`: what counts of it now."""

    def ask(place: str, metric: str) -> float:
        number: float = admin("GET", f"{place}-/quotas").json["quotas"][metric]["used"]
        return number

    return ask


@pytest.fixture
def put(customer: Any) -> Callable[..., Any]:
    """`put("a.txt", 10)`: the answer to an upload of so many bytes into the service."""
    return lambda name, size, by=customer: by("PUT", f"{SERVICE}{name}", body=b"x" * size)
