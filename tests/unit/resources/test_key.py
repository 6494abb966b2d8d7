"""Secrets of keys: what is typed after a command is not taken for one of its options."""

import secrets

import pytest

from mserve.resources.key import new_secret


def test_no_secret_begins_with_a_dash(monkeypatch: pytest.MonkeyPatch) -> None:
    made = iter(["-a", "--b", "c-", "-d"])
    monkeypatch.setattr(secrets, "token_urlsafe", lambda size: next(made))
    assert new_secret() == "c-"


def test_secrets_are_of_43_characters_and_no_two_alike() -> None:
    made = {new_secret() for _ in range(500)}
    assert (len(made), {len(each) for each in made}) == (500, {43})
