"""The storage server's files: what is missing is not made anew where content would go with it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from ZODB import DB
from ZODB.blob import Blob

from mserve.cli.zeo import open_storage
from mserve.errors import MserveError


@contextmanager
def opened(data: Path) -> Iterator[Any]:
    """The root of the database in the folder; changes are committed."""
    db = DB(open_storage(data))
    try:
        with db.transaction() as connection:
            yield connection.root()
    finally:
        db.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Data.fs, with a blob in it, closed."""
    with opened(tmp_path) as root:
        root["blob"] = Blob(b"content")
    return tmp_path / "Data.fs"


def content(root: Any) -> bytes:
    with root["blob"].open() as blob:
        found: bytes = blob.read()
    return found


def test_a_pack_that_was_killed_between_its_renames_is_ended(file: Path) -> None:
    shutil.copy(file, f"{file}.pack")
    file.rename(f"{file}.old")
    with opened(file.parent) as root:
        assert content(root) == b"content"


def test_without_its_file_a_storage_with_content_is_not_begun_anew(file: Path) -> None:
    file.rename(f"{file}.elsewhere")
    with pytest.raises(MserveError, match=r"Data\.fs is missing, and .*blobs holds content"):
        open_storage(file.parent)
    file.with_name("Data.fs.elsewhere").rename(file)
    with opened(file.parent) as root:
        assert content(root) == b"content"


def test_an_empty_folder_is_begun(tmp_path: Path) -> None:
    with opened(tmp_path) as root:
        assert "blob" not in root
