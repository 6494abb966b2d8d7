"""Where the files of these tests are, moments to come, and keys that change in the tree."""

from datetime import UTC, datetime, timedelta
from typing import Any

from mserve.resources.key import digest

FILES = "/demo/files"
FILE = f"{FILES}/folder/file.txt"


def later(**span: float) -> str:
    return (datetime.now(UTC) + timedelta(**span)).isoformat()


def change(see: Any, client: Any, **terms: Any) -> None:
    """Changes the key of `client` in the tree."""

    def act(site: Any) -> None:
        for name, value in terms.items():
            setattr(site.key_index[digest(client.key)], name, value)

    see(act)
