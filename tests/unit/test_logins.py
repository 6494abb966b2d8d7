"""The ini's lines of the providers by which people log in."""

from pathlib import Path

import pytest

from mserve import logins
from mserve.errors import SettingsError
from mserve.settings import Settings

CORP = {
    "mserve.oidc.corp.issuer": "https://login.example.com/realms/corp",
    "mserve.oidc.corp.client_id": "mserve",
}


def parsed(tmp_path: Path, **more: str) -> logins.Logins:
    lines = {"mserve.data": str(tmp_path), **CORP}
    lines |= {f"mserve.{name}": value for name, value in more.items()}
    return Settings.parse(lines).logins


def test_without_lines_nobody_logs_in_elsewhere(tmp_path: Path) -> None:
    found = Settings.parse({"mserve.data": str(tmp_path)}).logins
    assert (dict(found.providers), found.openid2) == ({}, None)


def test_a_provider_needs_two_lines(tmp_path: Path) -> None:
    corp = parsed(tmp_path).providers["corp"]
    assert (corp.label, corp.scope) == ("corp", "openid profile email")
    assert (corp.accounts, corp.algorithms) == ("known", logins.ASYMMETRIC)


def test_the_secret_comes_from_the_environment_and_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MSERVE_OIDC_CORP_SECRET", "from outside")
    corp = parsed(tmp_path, **{"oidc.corp.client_secret": "of the ini"}).providers["corp"]
    assert corp.client_secret == "from outside"
    assert "outside" not in repr(corp)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("oidc.corp.issuer", "http://login.example.com", "should be the issuer's address"),
        ("oidc.corp.issuer", "https://login.example.com/?a=b", "should be the issuer's address"),
        ("oidc.corp.issuer", "login.example.com", "should be the issuer's address"),
        ("oidc.corp.client_id", "", "the name by which"),
        ("oidc.corp.label", "x" * 65, "at most 64"),
        ("oidc.corp.scope", "profile", "openid among them"),
        ("oidc.corp.accounts", "all", "known or create"),
        ("oidc.corp.algorithms", "none", "some of: RS256"),
        ("oidc.corp.algorithms", "", "some of: RS256"),
        ("oidc.corp.algorithms", "RS256 HS256", "signs by the client_secret"),
        ("oidc.corp.secret", "x", "not a setting"),
        ("oidc.CORP.issuer", "https://login.example.com", "not a setting"),
        ("oidc.second.client_id", "x", "should be the issuer's address"),
        ("openid2", "yes", "off, known or create"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, name: str, value: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        parsed(tmp_path, **{name: value})


def test_openid_2_is_switched_on(tmp_path: Path) -> None:
    assert parsed(tmp_path, openid2="known").openid2 == "known"


@pytest.mark.parametrize(
    ("url", "secure"),
    [
        ("https://example.com/a", True), ("http://example.com", False),
        ("http://127.0.0.1:8000/", True), ("http://[::1]/", True), ("http://localhost/", False),
        ("http://127.0.0.1.example.com/", False), ("ftp://127.0.0.1/", False),
        ("https://", False), ("https://a:b:c/", False), ("https://a:99999/", False), ("", False),
        ("https://a/\r\nSet-Cookie: a=b", False), ("https://a/ b", False), ("https://ä/", False),
    ],
)  # fmt: skip
def test_what_is_secure(url: str, secure: bool) -> None:
    assert logins.is_secure(url) is secure
