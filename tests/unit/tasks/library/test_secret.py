"""Secrets are used by name, with the hosts that they are for, and never shown."""

from pathlib import Path

import pytest

from mserve.errors import TaskError
from mserve.tasks.library.secret import look_up
from tests.unit.tasks.library.web import SECRET


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.99"])
def test_a_secret_is_found(secrets: Path, host: str) -> None:
    assert look_up("billing", host) == SECRET


def test_hosts_are_compared_without_regard_to_case(secrets: Path) -> None:
    secrets.write_text("[a]\nsecret = 100%\nhosts = *.Example.COM hooks.example.org\n")
    assert look_up("a", "x.EXAMPLE.com") == look_up("a", "hooks.example.org") == "100%"
    for host in ("example.com", "example.com.evil", "xhooks.example.org"):
        with pytest.raises(TaskError, match="is not for"):
            look_up("a", host)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[billing]\nsecret = hush-hush\n", "is not for 127.0.0.1; hosts = … beside"),
        (
            "[billing]\nsecret = hush-hush\nhosts = example.com\n",
            "is not for 127.0.0.1; hosts = … beside",
        ),
        ("[billing]\nhosts = *\n", "is empty"),
        ("[other]\nsecret = hush-hush\nhosts = *\n", "there is no secret 'billing'"),
        ("secret = hush-hush\n", "is no ini"),
        ("[billing]\nsecret = hush-hush\nsecret = hush-hush\n", "is no ini"),
        ("[billing]\nhush-hush\n", "is no ini"),
    ],
)
def test_faults_are_told_but_no_secrets(secrets: Path, text: str, words: str) -> None:
    secrets.write_text(text)
    with pytest.raises(TaskError, match=words) as caught:
        look_up("billing", "127.0.0.1")
    assert "hush" not in str(caught.value) and "example" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_bytes_that_are_no_text(secrets: Path) -> None:
    secrets.write_bytes(b"[billing]\nsecret = \xff\n")
    with pytest.raises(TaskError, match="is no ini"):
        look_up("billing", "127.0.0.1")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o610])
def test_a_file_that_others_can_read_is_refused(secrets: Path, mode: int) -> None:
    secrets.chmod(mode)
    with pytest.raises(TaskError, match="can be read by others; right is chmod 600"):
        look_up("billing", "127.0.0.1")


def test_without_a_file(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets.unlink()
    with pytest.raises(TaskError, match="cannot be read: No such file"):
        look_up("billing", "127.0.0.1")
    monkeypatch.setenv("MSERVE_SECRETS", "")
    with pytest.raises(TaskError, match=r"there are no secrets here; mserve.secrets in the ini"):
        look_up("billing", "127.0.0.1")
