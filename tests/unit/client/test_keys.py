"""Keys: of the URL, of a named file, of the environment, of the user's file; in this order."""

from pathlib import Path

import pytest

from mserve.client.errors import BadKeyFile
from mserve.client.keys import find

IN_URL = "u" * 43
URL = "https://example.com/acme/media/"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("MSERVE_KEY", raising=False)
    (tmp_path / "mserve").mkdir()
    return tmp_path


def write(home: Path, text: str, mode: int = 0o600) -> Path:
    path = home / "mserve" / "keys"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_each_source_goes_before_the_next(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find(URL)[1] is None
    write(home, "https://example.com/ of-user\n")
    assert find(URL)[1] == "of-user"
    monkeypatch.setenv("MSERVE_KEY", "of-environment")
    assert find(URL)[1] == "of-environment"
    named = home / "named"
    named.write_text("of-file\n")
    assert find(URL, named)[1] == "of-file"
    assert find(f"https://example.com/k/{IN_URL}/", named)[1] == IN_URL


def test_the_longest_url_in_the_users_file_wins(home: Path) -> None:
    lines = """
        # keys
        https://example.com/acme/ outer
        https://example.com/acme/media inner
        https://example.com/acme/me other
        https://example.com/k/-/ placed"""
    write(home, lines)
    assert find(URL)[1] == "inner"
    assert find(f"{URL}photos/cat.jpg")[1] == "inner"
    assert find("https://example.com/acme/")[1] == "outer"
    assert find("https://example.com/k/-/photos/")[1] == "placed"
    assert find("https://other.example.com/acme/media/")[1] is None
    assert find("http://example.com/acme/media/")[1] is None


def test_a_users_file_that_others_can_read_is_refused(home: Path) -> None:
    write(home, "https://example.com/ secret", 0o644)
    with pytest.raises(BadKeyFile, match="chmod 600"):
        find(URL)


@pytest.mark.parametrize("line", ["secret", "https://example.com/ secret more", "x secret"])
def test_a_line_that_is_none_is_told_by_its_number_alone(home: Path, line: str) -> None:
    write(home, f"# first\n{line}\n")
    with pytest.raises(BadKeyFile, match="line 2") as caught:
        find(URL)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "two words"])
def test_a_named_file_holds_one_key(home: Path, text: str) -> None:
    named = home / "named"
    named.write_text(text)
    with pytest.raises(BadKeyFile, match="one key"):
        find(URL, named)


def test_a_named_file_that_is_not_there_is_told(home: Path) -> None:
    with pytest.raises(BadKeyFile, match="No such file"):
        find(URL, home / "none")
