"""The tree's database in PostgreSQL, by RelStorage: what `zodbconn.uri = postgresql://…` means.

zodburi has RelStorage's own `postgres:`, which writes a password into its connection text also
where the URI has none, so that PGPASSWORD, PGPASSFILE and service files are not asked; it cannot
name a Unix socket, and it leaves some of RelStorage's options out. Here the URI is libpq's.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from mserve.errors import SettingsError

EXAMPLE = "postgresql://mserve@db.example.com/mserve?blob_dir=/srv/mserve/blobs"
CACHE_MB = 100
ALWAYS = {  # see "Storage and processes": bytes are files, shared by all; no history is kept
    "keep_history": False,
    "shared_blob_dir": True,
}
CHOICES: dict[str, Callable[[str], Any]] = {
    "cache_local_mb": int,
    "cache_local_object_max": int,
    "cache_local_dir": str,
    "commit_lock_timeout": int,
    "replica_conf": str,
    "replica_timeout": float,
}
CONNECTION = {  # of ZODB.DB, as zodburi calls them
    "connection_pool_size": "16",
    "connection_cache_size": "50000",
}


def resolve(uri: str) -> tuple[Callable[[], Any], dict[str, str]]:
    """A zodburi resolver: the storage's factory, and the database's options.

    `postgresql://[user[:password]@][host][:port][/dbname][?name=value&…]` as in libpq, section
    "Connection URIs", with `blob_dir` (needed; the blob directory that all processes of all
    machines share), and if wanted those in CHOICES and CONNECTION. Raises SettingsError.
    """
    place, _, query = uri.partition("?")
    given = dict(parse_qsl(query))
    database = {name: given.pop(name, default) for name, default in CONNECTION.items()}
    options = {"cache_local_mb": CACHE_MB, **ALWAYS, "blob_dir": blob_directory(given)}
    for name in CHOICES.keys() & given.keys():
        options[name] = convert(name, given.pop(name))
    dsn = libpq(f"{place}?{urlencode(given)}")
    return lambda: storage(dsn, options), database


def blob_directory(given: dict[str, str]) -> str:
    folder = given.pop("blob_dir", "")
    if not Path(folder).is_absolute():  # the URI itself is not shown: it may hold a password
        raise SettingsError(
            [f"zodbconn.uri: it needs an absolute blob_dir; right is for example {EXAMPLE}"]
        )
    return folder


def convert(name: str, text: str) -> Any:
    try:
        return CHOICES[name](text)
    except ValueError:
        raise SettingsError([f"zodbconn.uri: {name}={text} should be a number"]) from None


def libpq(uri: str) -> str:
    """The URI as libpq's keyword/value text, which RelStorage adds to. Raises SettingsError."""
    try:
        from psycopg2 import ProgrammingError
        from psycopg2.extensions import make_dsn, parse_dsn
    except ImportError:
        raise SettingsError(
            ["zodbconn.uri names PostgreSQL, which needs: pip install 'mserve[postgres]'"]
        ) from None
    try:
        text: str = make_dsn(**parse_dsn(uri))
    except ProgrammingError as fault:  # an option that is neither RelStorage's nor libpq's
        raise SettingsError([f"zodbconn.uri: {str(fault).strip()}; see {EXAMPLE}"]) from None
    return text


def storage(dsn: str, options: dict[str, Any]) -> Any:
    """Opens it; RelStorage makes its tables in an empty database."""
    from relstorage.adapters.postgresql import PostgreSQLAdapter
    from relstorage.options import Options
    from relstorage.storage import RelStorage

    chosen = Options(**options)
    return RelStorage(adapter=PostgreSQLAdapter(dsn=dsn, options=chosen), options=chosen)
