"""Archives: what is in them comes whole or not at all, and hostile ones are refused."""

import bz2
import gzip
import io
import lzma
import random
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from tests.unit.support import form

PLACE = "/demo/files/"
GOOD = {
    "a.txt": b"first",
    "photos/2026/b.jpg": random.Random(1).randbytes(200_000),
    "photos/empty": b"",
}


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return target.getvalue()


def tarred(files: dict[str, bytes], format: int = tarfile.PAX_FORMAT) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=format) as archive:
        for name, body in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))
    return target.getvalue()


def special(name: str, **fields: Any) -> bytes:
    """A tar of one good file and one entry of another kind."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        good = tarfile.TarInfo("good")
        good.size = 1
        archive.addfile(good, io.BytesIO(b"x"))
        info = tarfile.TarInfo(name)
        for field, value in fields.items():
            setattr(info, field, value)
        archive.addfile(info)
    return target.getvalue()


Unpack = Callable[[str, bytes], Any]


@pytest.fixture
def unpack(customer: Any) -> Unpack:
    return lambda kind, body: customer("POST", f"{PLACE}?unpack={kind}", body=body)


@pytest.fixture
def refused(unpack: Unpack, stored: Any) -> Any:
    """`refused(kind, body)`: what is told of an archive that is refused and leaves no trace."""

    def check(kind: str, body: bytes, status: int = 400) -> str:
        before = stored()
        answer = unpack(kind, body)
        assert answer.status_int == status, answer.body
        assert stored() == before
        return str(answer.json["detail"])

    return check


ARCHIVES = {
    "stored": ("zip", zipped(GOOD, zipfile.ZIP_STORED)),
    "deflated": ("zip", zipped(GOOD)),
    "bzip2": ("zip", zipped(GOOD, zipfile.ZIP_BZIP2)),
    "pax": ("tar", tarred(GOOD)),
    "ustar": ("tar", tarred(GOOD, tarfile.USTAR_FORMAT)),
    "gnu": ("tar", tarred(GOOD, tarfile.GNU_FORMAT)),
    "tar.gz": ("tar", gzip.compress(tarred(GOOD))),
    "tar.bz2": ("tar", bz2.compress(tarred(GOOD))),
    "tar.xz": ("tar", lzma.compress(tarred(GOOD))),
    "two gzip members": (
        "tar",
        gzip.compress(tarred(GOOD)[:1000]) + gzip.compress(tarred(GOOD)[1000:]) + b"\0" * 100,
    ),
}


@pytest.mark.parametrize("kind, body", ARCHIVES.values(), ids=ARCHIVES)
def test_what_is_packed_is_stored(
    unpack: Unpack, customer: Any, settings: Any, kind: str, body: bytes
) -> None:
    answer = unpack(kind, body)
    assert answer.status_int == 201, answer.json
    total = sum(map(len, GOOD.values()))
    assert (answer.json["files"], answer.json["folders"]) == (3, 0)
    assert (answer.json["size"], len(answer.json["items"])) == (total, 3)
    for name, content in GOOD.items():
        assert customer("GET", f"{PLACE}{name}").body == content
    assert [*(settings.data / "blobs" / "tmp").glob("[!.]*")] == []


def test_a_form_may_bring_the_archive(customer: Any) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=XX"}
    body = form(("photos.zip", zipped(GOOD)))
    answer = customer("POST", f"{PLACE}?unpack=zip", body=body, headers=headers)
    assert answer.json["files"] == 3


def test_folders_are_made_and_found(unpack: Unpack, customer: Any) -> None:
    customer.json("POST", PLACE, {"type": "folder", "name": "photos"})
    body = special("./photos/deep/", type=tarfile.DIRTYPE)
    assert unpack("tar", body).json["folders"] == 1
    assert customer("GET", f"{PLACE}photos/deep/").status_int == 200
    packed = zipped({"photos/": b"", "photos/x": b"x", "./y": b"y", "./": b""})
    answer = unpack("zip", packed)
    assert (answer.json["files"], answer.json["folders"]) == (2, 1)


def test_names_of_many_alphabets(unpack: Unpack, customer: Any) -> None:
    names = {"\u00fcber \U0001f4f7.jpg": b"x", "\u5199\u771f/\u732b": b"y"}
    assert unpack("zip", zipped(names)).status_int == 201
    assert (
        unpack("tar", tarred({f"t/{name}": body for name, body in names.items()})).json["files"]
        == 2
    )
    for name, body in names.items():
        assert customer("GET", quote(f"{PLACE}t/{name}")).body == body


def test_zips_of_windows_may_have_backslashes(unpack: Unpack, customer: Any) -> None:
    body = zipped({"photos#2026#a": b"x"}).replace(b"photos#2026#a", b"photos\\2026\\a")
    central = body.index(b"PK\1\2")
    body = body[: central + 5] + b"\0" + body[central + 6 :]  # made by: FAT
    assert unpack("zip", body).status_int == 201
    assert customer("GET", f"{PLACE}photos/2026/a").body == b"x"


BAD_NAMES = ["../up", "a/../../up", "/etc/passwd", "a//b", "a/./b", "-", "x/-/y", "n" * 256,
             "/".join("d" * 65), "..", "a/.."]  # fmt: skip


@pytest.mark.parametrize("name", BAD_NAMES)
def test_names_that_lead_elsewhere_refuse_the_whole(refused: Any, name: str) -> None:
    assert "the path" in refused("zip", zipped({"good": b"x", name: b"y"}))
    assert "the path" in refused("tar", tarred({"good": b"x", name: b"y"}))


def test_a_nul_in_a_name(refused: Any) -> None:
    assert "NUL" in refused("zip", zipped({"evil#.txt": b"x"}).replace(b"evil#.txt", b"evil\0.txt"))
    body = special("x", pax_headers={"path": "evil\0.txt"})
    assert "NUL" in refused("tar", body)


def test_a_name_comes_once(refused: Any) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        twice = io.BytesIO()
        with zipfile.ZipFile(twice, "w") as archive:
            archive.writestr("a", "1")
            archive.writestr("a", "2")
    assert "more than once" in refused("zip", twice.getvalue())
    for names in (["a", "./a"], ["a", "a/b"], ["a/b", "a"], ["a/b/c", "a/b"], ["a/", "a"]):
        assert "more than once" in refused("zip", zipped(dict.fromkeys(names, b"")))


SPECIAL = {
    "symlink": {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"},
    "hard link": {"type": tarfile.LNKTYPE, "linkname": "good"},
    "device": {"type": tarfile.CHRTYPE, "devmajor": 1, "devminor": 5},
    "block": {"type": tarfile.BLKTYPE},
    "pipe": {"type": tarfile.FIFOTYPE},
}


@pytest.mark.parametrize("fields", SPECIAL.values(), ids=SPECIAL)
def test_what_is_no_file_refuses_the_whole(refused: Any, fields: dict[str, Any]) -> None:
    assert "'evil'" in refused("tar", special("evil", **fields))


@pytest.mark.parametrize("mode", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO, stat.S_IFDIR])
def test_links_and_devices_in_a_zip(refused: Any, mode: int) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("good", "x")
        info = zipfile.ZipInfo("evil")
        info.create_system = 3
        info.external_attr = (mode | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    assert "'evil'" in refused("zip", target.getvalue())


def test_encrypted_and_unknown_zips(refused: Any) -> None:
    plain = zipped({"a": b"x" * 100}, zipfile.ZIP_STORED)
    place = plain.index(b"PK\1\2")
    secret = plain[: place + 8] + b"\1\0" + plain[place + 10 :]
    assert "encrypted" in refused("zip", secret)
    method = plain[: place + 10] + struct.pack("<H", 99) + plain[place + 12 :]
    assert "method 99" in refused("zip", method)
    assert "method 14" in refused("zip", zipped({"a": b"x"}, zipfile.ZIP_LZMA))


def test_zip64(unpack: Unpack, customer: Any) -> None:
    target = io.BytesIO()
    with (
        zipfile.ZipFile(target, "w") as archive,
        archive.open("big", "w", force_zip64=True) as file,
    ):
        file.write(b"x" * 1000)
    body = target.getvalue()
    end = body.index(b"PK\5\6")
    directory = body.index(b"PK\1\2")
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, end - directory, directory)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
    last = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    assert unpack("zip", body[:end] + end64 + locator + last).status_int == 201
    assert customer("GET", f"{PLACE}big").body == b"x" * 1000


@pytest.mark.parametrize("kind, body", ARCHIVES.values(), ids=ARCHIVES)
def test_an_archive_that_is_cut_or_damaged(refused: Any, kind: str, body: bytes) -> None:
    for tenth in range(1, 10):
        part = body[: len(body) * tenth // 10]
        refused(kind, part)


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_what_is_no_archive(refused: Any, kind: str) -> None:
    for body in (b"", b"nonsense", b"PK\5\6", b"\x1f\x8b", b"BZh9", b"\xfd7zXZ\0", b"\0" * 100):
        assert "cannot be read" in refused(kind, body)
    wrong = gzip.compress(tarred(GOOD))
    assert "cannot be read" in refused(kind, wrong[:40] + b"\xff" * 20 + wrong[60:])


def test_a_wrong_checksum_refuses_the_whole(refused: Any) -> None:
    body = zipped(GOOD, zipfile.ZIP_STORED).replace(b"first", b"FIRST")
    assert "a.txt" in refused("zip", body)


def test_kinds(refused: Any) -> None:
    assert "zip, tar" in refused("rar", b"x")
    assert "zip, tar" in refused("", b"x")


def test_names_that_are_taken_refuse_the_whole(refused: Any, customer: Any) -> None:
    customer("PUT", f"{PLACE}a.txt", body=b"mine")
    refused("zip", zipped(GOOD), 409)
    refused("zip", zipped({"b": b"x", "a.txt/below": b"x"}), 409)
    assert customer("GET", f"{PLACE}a.txt").body == b"mine"


def test_a_key_that_cannot_add(made: Any, stored: Any) -> None:
    reader, before = made("mfilereadonly"), stored()
    assert reader("POST", f"{PLACE}?unpack=zip", body=zipped(GOOD)).status_int == 403
    assert stored() == before


class TestCaps:
    """Of count, size and ratio: settings that are low here."""

    @pytest.fixture
    def lines(self, lines: dict[str, str]) -> dict[str, str]:
        return {**lines, "mserve.unpack_files": "5", "mserve.unpack_size": str(3 << 20),
                "mserve.unpack_ratio": "10", "mserve.upload_limit": str(4 << 20)}  # fmt: skip

    def test_count(self, refused: Any, unpack: Unpack) -> None:
        six = {str(number): b"x" for number in range(6)}
        assert "more than 5" in refused("zip", zipped(six), 413)
        assert "more than 5" in refused("tar", tarred(six), 413)
        six.popitem()
        assert unpack("zip", zipped(six)).status_int == 201

    def test_a_count_that_lies(self, refused: Any) -> None:
        body = zipped({str(number): b"x" for number in range(6)})
        end = body.index(b"PK\5\6")
        lie = body[: end + 8] + b"\1\0\1\0" + body[end + 12 :]
        assert "more than 5" in refused("zip", lie, 413)

    def test_size(self, refused: Any) -> None:
        body = bytes(range(256)) * (4096 + 1)
        big = dict.fromkeys("abc", body)
        assert "more than" in refused("zip", zipped(big, zipfile.ZIP_STORED), 413)
        assert "more than" in refused("tar", tarred(big), 413)

    def test_ratio(self, refused: Any) -> None:
        bomb = {"zeros": b"\0" * (2 << 20)}
        assert "more than" in refused("zip", zipped(bomb), 413)
        for pack in (gzip.compress, bz2.compress, lzma.compress):
            assert "more than" in refused("tar", pack(tarred(bomb)), 413)

    def test_a_size_that_lies(self, refused: Any) -> None:
        packed = zlib.compressobj(wbits=-15)
        bomb = packed.compress(b"\0" * (2 << 20)) + packed.flush()
        body = zipped({"zeros": b"\0" * (2 << 20)})
        assert bomb in body
        size = struct.pack("<L", 2 << 20)
        refused("zip", body.replace(size, struct.pack("<L", 10)))

    def test_one_upload(self, refused: Any, customer: Any, stored: Any) -> None:
        refused("zip", b"x" * ((4 << 20) + 1), 413)
        before = stored()
        answer = customer("PUT", f"{PLACE}a", body=b"x" * ((4 << 20) + 1))
        assert answer.status_int == 413
        assert stored() == before

    def test_a_long_header_of_a_tar(self, refused: Any) -> None:
        head = tarfile.TarInfo("././@LongLink")
        head.type, head.size = tarfile.GNUTYPE_LONGNAME, 100 << 20
        body = head.tobuf(tarfile.GNU_FORMAT) + b"n" * (2 << 20)
        assert "too long" in refused("tar", body)

    def test_an_xz_that_wants_much_memory(self, refused: Any) -> None:
        filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 512 << 20}]
        body = lzma.compress(tarred({"a": b"x"}), filters=filters)
        assert "cannot be read" in refused("tar", body)
