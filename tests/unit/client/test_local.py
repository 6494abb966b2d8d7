"""Local files: identity, digests of what was read in pieces, and what is remembered."""

import hashlib
import os
import stat
import time
from pathlib import Path

import pytest

from mserve.client.address import Address
from mserve.client.errors import LocalFault
from mserve.client.local import BLOCK, Digest, LocalFile, blocks
from mserve.client.memory import Digests, Unfinished
from mserve.client.resumable import LARGEST, SMALLEST, piece_size
from mserve.client.tree import local_tree

BYTES = os.urandom(3 * BLOCK + 17)


def unchecked() -> None:
    """Nobody ends it."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(BYTES)
    return path


def aged(path: Path) -> LocalFile:
    os.utime(path, (time.time() - 60,) * 2)
    return LocalFile.of(path)


def test_a_digest_is_the_same_however_the_bytes_were_seen(path: Path) -> None:
    digest = Digest(path)
    digest.take(0, BYTES[:1000])
    digest.take(500, BYTES[500:2000])  # sent again from before
    digest.take(100, BYTES[100:200])  # all of it known
    digest.take(5000, BYTES[5000:6000])  # what is between was sent by another process
    assert digest.size == 2000
    digest.read_to(len(BYTES), unchecked)
    assert digest.hexdigest() == hashlib.sha256(BYTES).hexdigest()
    assert digest.hexdigest() == LocalFile.of(path).sha256(unchecked)


def test_blocks_from_within(path: Path) -> None:
    assert b"".join(blocks(path, 5, len(BYTES) - 5, unchecked)) == BYTES[5:-5]
    assert [*blocks(path, 9, 9, unchecked)] == []


def test_a_file_that_becomes_shorter_is_told(path: Path) -> None:
    with pytest.raises(LocalFault, match="shorter"):
        [*blocks(path, 0, len(BYTES) + 1, unchecked)]


def test_a_change_is_noticed(path: Path) -> None:
    file = aged(path)
    file.check_unchanged()
    path.write_bytes(BYTES[::-1])
    with pytest.raises(LocalFault, match="changed"):
        file.check_unchanged()


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(LocalFault, match="is a folder"):
        LocalFile.of(tmp_path)
    with pytest.raises(LocalFault, match="No such file"):
        LocalFile.of(tmp_path / "none")


def test_an_upload_is_remembered_by_file_place_and_key(path: Path, tmp_path: Path) -> None:
    file, cat = aged(path), Address("https://x/k/-", ("cat",))
    cache = tmp_path / "cache"
    Unfinished(cache, file, cat, "secret").save("abc")
    assert Unfinished(cache, file, cat, "secret").load() == "abc"
    assert Unfinished(cache, file, cat, "other").load() is None
    assert Unfinished(cache, file, cat.below("x"), "secret").load() is None
    os.utime(path)
    assert Unfinished(cache, LocalFile.of(path), cat, "secret").load() is None
    Unfinished(cache, file, cat, "secret").forget()
    assert Unfinished(cache, file, cat, "secret").load() is None


def test_what_is_remembered_is_for_its_owner_and_holds_no_key(path: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    known = Unfinished(cache, LocalFile.of(path), Address("https://x"), "secret")
    known.save("abc")
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    assert stat.S_IMODE(known.path.parent.stat().st_mode) == 0o700
    assert "secret" not in known.path.read_text() + known.path.name


def test_digests_are_read_once(path: Path, tmp_path: Path) -> None:
    digests, looks = Digests(tmp_path / "cache"), list[int]()
    file = aged(path)
    for _ in range(2):
        found = digests.sha256(file, lambda: looks.append(1))
        assert found == hashlib.sha256(BYTES).hexdigest()
        assert len(looks) == 4


def test_a_file_changed_just_now_is_read_each_time(path: Path, tmp_path: Path) -> None:
    digests, looks = Digests(tmp_path / "cache"), list[int]()
    for _ in range(2):
        digests.sha256(LocalFile.of(path), lambda: looks.append(1))
    assert len(looks) == 8


def test_a_cache_that_is_damaged_is_none(path: Path, tmp_path: Path) -> None:
    (tmp_path / "digests.sqlite").write_bytes(b"no database" * 1000)
    assert Digests(tmp_path).sha256(aged(path), unchecked) == hashlib.sha256(BYTES).hexdigest()


def test_a_tree_has_files_and_folders_alone(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "file").write_bytes(b"x")
    (tmp_path / f".mserve-{'0' * 12}-{'0' * 64}.part").touch()
    (tmp_path / "link").symlink_to("/")
    os.mkfifo(tmp_path / "a" / "pipe")
    skipped: list[str] = []
    found = local_tree(tmp_path, skipped.append)
    assert {names: each.size for names, each in found.items()} == {
        ("a",): None,
        ("a", "b"): None,
        ("a", "file"): 1,
    }
    assert sorted(skipped) == ["a/pipe", "link"]


def test_pieces_are_a_small_part_of_a_large_file() -> None:
    assert piece_size(1) == SMALLEST
    assert piece_size(2 << 30) == 64 << 20
    assert piece_size(1 << 40) == LARGEST
