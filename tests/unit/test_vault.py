"""A vault keeps verified copies, and nothing that is half there or wrong."""

import os
import resource
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from mserve.errors import TaskError
from mserve.settings import Settings, SettingsError
from mserve.vault import BACKUP, MARK, Vault

BYTES = os.urandom((1 << 20) + 7)
DIGEST = sha256(BYTES).hexdigest()


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    (tmp_path / "backup").mkdir()
    vault = Vault(BACKUP, tmp_path / "backup")
    vault.mark("site")
    return vault


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(BYTES)
    return path


def files(vault: Vault) -> list[str]:
    return [
        str(each.relative_to(vault.folder)) for each in vault.folder.rglob("*") if each.is_file()
    ]


def test_a_copy_is_named_by_its_digest_and_told_of(vault: Vault, source: Path) -> None:
    told: list[int] = []
    assert vault.take(source, DIGEST, told.append) == "made"
    assert vault.place(DIGEST).read_bytes() == BYTES
    assert (
        str(vault.place(DIGEST).relative_to(vault.folder)) == f"{DIGEST[:2]}/{DIGEST[2:4]}/{DIGEST}"
    )
    assert sum(told) == 2 * len(BYTES)  # it was written, and read back
    assert vault.place(DIGEST).stat().st_mode & 0o222 == 0
    assert [*vault.copies()] == [vault.place(DIGEST)]


def test_a_copy_that_is_there_is_verified_and_made_anew_if_damaged(
    vault: Vault, source: Path
) -> None:
    vault.take(source, DIGEST, int)
    os.utime(vault.place(DIGEST), (1, 1))
    assert vault.take(source, DIGEST, int) == "there"
    assert vault.place(DIGEST).stat().st_mtime > 1
    vault.place(DIGEST).chmod(0o600)
    vault.place(DIGEST).write_bytes(b"rotten")
    assert vault.take(source, DIGEST, int) == "mended"
    assert vault.place(DIGEST).read_bytes() == BYTES


def test_damaged_bytes_are_not_copied(vault: Vault, source: Path) -> None:
    source.write_bytes(b"rotten")
    with pytest.raises(TaskError, match="the stored bytes are damaged: their SHA-256 is"):
        vault.take(source, DIGEST, int)
    assert files(vault) == [MARK]


def test_what_is_read_back_wrong_is_no_copy(vault: Vault, source: Path) -> None:
    """The last bytes of the draft change between its writing and its reading back."""

    def spoil(count: int) -> None:
        nonlocal seen
        seen += count
        for draft in vault.folder.glob("*/*/.draft-*") if seen == len(BYTES) else ():
            drafts.append(draft)

    def tell(count: int) -> None:
        spoil(count)
        if seen > len(BYTES) and drafts:
            with drafts.pop().open("r+b") as draft:
                draft.seek(-1, os.SEEK_END)
                draft.write(bytes([BYTES[-1] ^ 1]))

    seen = 0
    drafts: list[Path] = []
    with pytest.raises(TaskError, match="the backup gives back other bytes"):
        vault.take(source, DIGEST, tell)
    assert files(vault) == [MARK]


def test_a_full_disk_is_told_and_leaves_nothing(vault: Vault, source: Path) -> None:
    with no_larger_files_than(1 << 20), pytest.raises(TaskError, match="backup has no room"):
        vault.take(source, DIGEST, int)
    assert files(vault) == [MARK]


def test_a_folder_that_cannot_be_written_is_told() -> None:
    with tempfile.TemporaryDirectory() as name:
        vault, source = Vault(BACKUP, Path(name)), Path(name, "source")
        source.write_bytes(BYTES)
        vault.mark("site")
        with shut(Path(name)), pytest.raises(TaskError, match="backup cannot be written: Permis"):
            vault.take(source, DIGEST, int)
        assert sorted(files(vault)) == [MARK, "source"]


def test_bytes_come_back_only_if_they_are_right(vault: Vault, source: Path, tmp_path: Path) -> None:
    with pytest.raises(TaskError, match="the backup has no copy"):
        vault.fetch(DIGEST, tmp_path / "none", int)
    vault.take(source, DIGEST, int)
    vault.fetch(DIGEST, tmp_path / "back", int)
    assert (tmp_path / "back").read_bytes() == BYTES
    vault.place(DIGEST).chmod(0o600)
    vault.place(DIGEST).write_bytes(b"rotten")
    with pytest.raises(TaskError, match="the copy in the backup is damaged: its SHA-256 is"):
        vault.fetch(DIGEST, tmp_path / "again", int)


def test_a_folder_without_its_mark_is_not_used(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MSERVE_BACKUP", raising=False)
    with pytest.raises(TaskError, match=r"the ini names no folder as mserve\.backup"):
        Vault.demand(BACKUP)
    monkeypatch.setenv("MSERVE_BACKUP", str(vault.folder))
    assert Vault.demand(BACKUP).owner() == "site"
    vault.mark("another")
    assert vault.owner() == "site"
    (vault.folder / MARK).unlink()
    with pytest.raises(TaskError, match=r"no file mserve\.site: is it mounted\?"):
        Vault.demand(BACKUP)


@pytest.mark.parametrize(
    ("backup", "archive", "words"),
    [
        ("backup", "/srv/b", "absolute path"),
        ("/", "/srv/b", "absolute path"),
        ("/srv/a", "/srv/a", r"should not be in the folder of mserve\.backup"),
        ("/srv/a", "/srv/x/../a/b", r"should not be in the folder of mserve\.backup"),
        ("/srv/a/b", "/srv/a", r"should not be in the folder of mserve\.archive"),
    ],
)
def test_folders_that_cannot_be_are_refused(
    lines: dict[str, str], backup: str, archive: str, words: str
) -> None:
    with pytest.raises(SettingsError, match=words):
        Settings.parse({**lines, "mserve.backup": backup, "mserve.archive": archive})


def test_a_folder_within_the_data_folder_is_refused(lines: dict[str, str]) -> None:
    data = lines["mserve.data"]
    with pytest.raises(SettingsError, match="should not be in the data folder"):
        Settings.parse({**lines, "mserve.archive": f"{data}/blobs/archive"})


@contextmanager
def no_larger_files_than(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def shut(folder: Path) -> Iterator[None]:
    """As a user who may read the folder and not write to it."""
    me = os.geteuid()
    folder.chmod(0o555)
    os.seteuid(65534 if me == 0 else me)
    try:
        yield
    finally:
        os.seteuid(me)
        folder.chmod(0o755)
