"""A request that has lost to others twice is made while those wait who commit uploads."""

from types import SimpleNamespace
from typing import Any

import pytest
from pyramid.interfaces import ITweens

from mserve.settings import Settings
from mserve.taking_turns import of_writers
from mserve.views.retry import in_turn
from tests.unit.descriptors import free


def is_free(settings: Settings) -> bool:
    """Whether somebody could commit uploads now."""
    path = of_writers(settings).path
    path.touch()
    return free(path)


@pytest.mark.parametrize(("environ", "free"), [
    ({}, True), ({"retry.attempt": 1}, True), ({"retry.attempt": 2}, False),
])  # fmt: skip
def test_who_waits(settings: Settings, environ: dict[str, int], free: bool) -> None:
    registry = SimpleNamespace(mserve=settings)
    attempt = in_turn(lambda request: is_free(settings), registry)
    assert attempt(SimpleNamespace(environ=environ)) is free
    assert is_free(settings)


def test_it_is_around_the_transaction(app: Any) -> None:
    """So that the lock is held from before the snapshot until after the commit."""
    names = [name for name, _ in app.app.registry.getUtility(ITweens).implicit()]
    assert names.index("mserve.views.retry.in_turn") < names.index("pyramid_tm.tm_tween_factory")
