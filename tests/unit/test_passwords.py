"""Passwords are kept as slow hashes; a right one is quick the second time, a wrong one never."""

from typing import Any

from mserve import passwords


def test_a_password_is_kept_as_a_salted_hash() -> None:
    kept = passwords.hashed("correct horse")
    assert kept.startswith("$argon2id$") and "correct" not in kept
    assert kept != passwords.hashed("correct horse")
    assert passwords.verified(kept, "correct horse")


def test_what_is_not_the_very_same_is_wrong() -> None:
    kept = passwords.hashed("Correct horse")
    for given in (None, "", "correct horse", "Correct horse ", " Correct horse", "Correct hors"):
        assert not passwords.verified(kept, given)
    assert not passwords.verified(kept, "\ud800")
    assert not passwords.verified("no hash at all", "Correct horse")


def test_a_right_one_is_remembered_and_of_that_hash_alone(monkeypatch: Any) -> None:
    kept, other = passwords.hashed("one"), passwords.hashed("two")
    assert passwords.verified(kept, "one")
    assert not passwords.verified(kept, "two")

    class Unused:
        def verify(self, kept: str, given: str) -> None:
            raise passwords.VerificationError

    monkeypatch.setattr(passwords, "HASHER", Unused())
    assert passwords.verified(kept, "one")
    assert not passwords.verified(kept, "two")
    assert not passwords.verified(other, "one")
    monkeypatch.setattr(passwords.time, "monotonic", lambda: 1e12)
    assert not passwords.verified(kept, "one")


def test_only_so_many_are_remembered(monkeypatch: Any) -> None:
    monkeypatch.setattr(passwords, "KEPT", 3)
    kept = passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("x")
    for number in range(5):
        passwords._verify(kept, "x", bytes([number]))
    assert len(passwords._known) == 3
