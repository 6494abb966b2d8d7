"""What a `postgresql://` URI of the tree means, and what is told where it means nothing."""

import pytest

from mserve import postgres
from mserve.errors import SettingsError
from mserve.settings import Settings

PLACE = "postgresql://mserve@db.example.com:5433/mserve"


def resolved(uri: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, dict[str, object]]:
    """The text for libpq and the options for RelStorage."""
    found: list[tuple[str, dict[str, object]]] = []
    monkeypatch.setattr(postgres, "storage", lambda dsn, options: found.append((dsn, options)))
    postgres.resolve(uri)[0]()
    return found[0]


def test_what_is_not_named_is_left_to_libpq(monkeypatch: pytest.MonkeyPatch) -> None:
    """So PGPASSWORD, PGPASSFILE and the like are asked."""
    dsn, options = resolved(f"{PLACE}?blob_dir=/b&sslmode=require", monkeypatch)
    parts = dict(part.split("=") for part in dsn.split())
    told = {"user": "mserve", "host": "db.example.com", "port": "5433", "dbname": "mserve"}
    assert parts == {**told, "sslmode": "require"}
    assert options["blob_dir"] == "/b"
    assert (options["keep_history"], options["shared_blob_dir"]) == (False, True)


def test_a_unix_socket_and_a_hard_password(monkeypatch: pytest.MonkeyPatch) -> None:
    uri = "postgresql://u:a%27%20b%5C@/d?host=/run/pg&blob_dir=/b%20c&cache_local_mb=7"
    dsn, options = resolved(uri, monkeypatch)
    assert "host=/run/pg" in dsn
    assert r"password='a\' b\\'" in dsn
    assert (options["blob_dir"], options["cache_local_mb"]) == ("/b c", 7)


def test_the_databases_own_options_are_handed_on() -> None:
    _, options = postgres.resolve(f"{PLACE}?blob_dir=/b&connection_pool_size=3")
    assert options == {"connection_pool_size": "3", "connection_cache_size": "50000"}


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "needs an absolute blob_dir"),
        ("blob_dir=var/blobs", "needs an absolute blob_dir"),
        ("blob_dir=/b&cache_local_mb=much", "cache_local_mb=much should be a number"),
        ("blob_dir=/b&keep_history=true", 'invalid URI query parameter: "keep_history"'),
    ],
)
def test_what_is_wrong_is_told_without_the_password(query: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as refused:
        postgres.resolve(f"postgresql://u:hidden@h/d?{query}")
    assert "hidden" not in str(refused.value)


def test_the_environment_wins_over_the_ini(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = {"mserve.data": "/a", "zodbconn.uri": "zeo://a", "mserve.redis": "redis://a"}
    for name, value in (("DATA", "/b"), ("DATABASE", "zeo://b"), ("REDIS", "redis://b")):
        monkeypatch.setenv(f"MSERVE_{name}", value)
    settings = Settings.parse(lines)
    found = (str(settings.data), settings.database, settings.redis)
    assert found == ("/b", "zeo://b", "redis://b")
