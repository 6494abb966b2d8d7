"""What is sealed opens by the secret from outside the database alone; secrets are their owner's."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mserve import first_keys
from mserve.errors import SettingsError
from mserve.seal import FILE, VARIABLE, Broken, Seal

OLD, NEW = "o" * 32, "n" * 40
MAKE = """
import sys, pathlib, mserve.seal
print(mserve.seal.Seal.of(pathlib.Path(sys.argv[1])).derive("x").hex())
"""


def test_what_was_sealed_is_opened_and_not_to_be_read() -> None:
    sealed = Seal(NEW).seal(b"plain words")
    assert b"plain" not in sealed and sealed != Seal(NEW).seal(b"plain words")
    assert Seal(NEW).open(sealed) == b"plain words"


def test_a_secret_is_changed_by_putting_the_new_one_first() -> None:
    before = Seal(OLD).seal(b"x")
    both = Seal(f"{NEW}\n{OLD}")
    assert both.open(before) == b"x"
    assert Seal(NEW).open(both.seal(b"y")) == b"y"
    for seal, sealed in ((Seal(NEW), before), (Seal(OLD), both.seal(b"y"))):
        with pytest.raises(Broken):
            seal.open(sealed)


def test_what_was_changed_does_not_open() -> None:
    sealed = bytearray(Seal(NEW).seal(b"x"))
    for at in range(0, len(sealed), 7):
        changed = bytes(sealed[:at]) + bytes([sealed[at] ^ 1]) + bytes(sealed[at + 1 :])
        with pytest.raises(Broken):
            Seal(NEW).open(changed)


def test_derived_secrets_are_of_one_purpose_and_the_first_secret() -> None:
    derived = Seal(f"{NEW} {OLD}").derive("receipts")
    assert derived == Seal(NEW).derive("receipts") and len(derived) == 32
    assert len({derived, Seal(NEW).derive("links"), Seal(OLD).derive("receipts")}) == 3


@pytest.mark.parametrize("secrets", ["", " \n", "short", f"{NEW} short"])
def test_what_could_be_guessed_is_no_secret(secrets: str) -> None:
    with pytest.raises(SettingsError, match="at least 32 characters"):
        Seal(secrets)


def test_the_variable_goes_before_the_file(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv(VARIABLE, OLD)
    assert Seal.of(tmp_path).derive("x") == Seal(OLD).derive("x")
    assert not (tmp_path / FILE).exists()
    monkeypatch.setenv(VARIABLE, "")
    with pytest.raises(SettingsError):
        Seal.of(tmp_path)


def test_of_several_processes_that_make_the_file_one_does(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    data = tmp_path / "new" / "data"
    command = [sys.executable, "-c", MAKE, str(data)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    told = {process.communicate(timeout=60)[0].strip() for process in running}
    assert told == {Seal.of(data).derive("x").hex()}
    assert [path.name for path in data.iterdir()] == [FILE]


def test_the_secrets_are_for_their_owner_alone(app: Any, settings: Any) -> None:
    for name in (FILE, first_keys.ADMIN_KEY, first_keys.DEMO_KEY):
        assert (settings.data / name).stat().st_mode & 0o777 == 0o600, name
