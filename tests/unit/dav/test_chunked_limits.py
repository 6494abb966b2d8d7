"""Chunks where room, budgets and patience have an end; and what no client would send."""

import random
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mserve.dav.patching import KIND
from mserve.settings import Settings
from mserve.spending import BYTES_IN, SPENT, USES
from mserve.tasks.queue import Queues
from tests.unit.conftest import Client
from tests.unit.dav.chunking import CHUNKS, FILES, Upload
from tests.unit.dav.conftest import METHODS
from tests.unit.support import bearer, call
from tests.unit.tasks.support import RedisServer

MIB = 1 << 20


class TestFullDisk:
    """The blobs lie on a file system of 4 MiB; to mount it takes root, as which the tests run."""

    @pytest.fixture
    def upload(self, lines: dict[str, str], tmp_path: Path, request: Any) -> Iterator[Upload]:
        blobs = tmp_path / "data" / "blobs"
        blobs.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=4m,mode=700", "tmpfs", str(blobs)]
        subprocess.run(mount, check=True)
        try:
            settings: Settings = request.getfixturevalue("settings")
            yield Upload(request.getfixturevalue("customer"), settings.data)
        finally:
            subprocess.run(["umount", "--lazy", str(blobs)], check=True)

    def test_a_chunk_for_which_there_is_no_room_leaves_the_others(self, upload: Upload) -> None:
        upload.fill([bytes(MIB)])
        for number in (2, 3):  # in its turn, and before it
            assert upload.put(number, bytes(5 * MIB)).status_int == 507
            assert upload.names() == ["1"]
        assert upload.put(2, bytes(2 * MIB)).status_int == 201
        assert upload.end().status_int == 201  # for which there is no room twice
        assert upload.content() == bytes(3 * MIB)

    def test_a_file_that_would_have_to_be_copied_waits_for_room(self, upload: Upload) -> None:
        upload.fill([b"x" * MIB, b"y" * MIB])
        assert upload.put(1, b"z" * MIB).status_int == 204
        assert upload.end().status_int == 507
        assert upload.names() == ["1", "2"]
        assert upload.dav("PUT", "/demo/files/after", body=b"x").status_int == 201
        assert upload.dav("DELETE", upload.place).status_int == 204
        upload.fill([b"z" * MIB, b"y" * MIB])
        assert upload.end().status_int == 201

    def test_a_part_for_which_there_is_no_room_changes_nothing(self, upload: Upload) -> None:
        body = b"x" * 3 * MIB
        upload.dav("PUT", upload.target, body=body)
        headers = {"Content-Type": KIND, "X-Update-Range": "append"}
        place = f"{FILES}{upload.target}"
        assert upload.dav("PATCH", place, body=b"more", headers=headers).status_int == 507
        assert upload.content() == body


class TestBudgets:
    """They are counted in Redis."""

    @pytest.fixture
    def lines(self, lines: dict[str, str], redis: RedisServer) -> dict[str, str]:
        return {**lines, "mserve.redis": redis.url}

    @pytest.fixture
    def spent(self, queues: Queues) -> Callable[[Client, str], int]:
        def look(client: Client, kind: str) -> int:
            sums = queues.redis.hmget(SPENT + client.id, f"{kind}+", f"{kind}-")
            return int(sums[0] or 0) - int(sums[1] or 0)

        return look

    def test_chunks_are_paid_as_they_are_kept_and_the_file_is_not(
        self, made: Any, settings: Settings, spent: Any
    ) -> None:
        writer = made("mfilereadwrite", bytes_in=1000, uses=50)
        upload = Upload(writer, settings.data)
        upload.fill([b"x" * 300, b"y" * 300])
        assert spent(writer, BYTES_IN) == 600
        assert upload.put(3, b"z" * 401).status_int == 403
        assert upload.put(3, b"z", OC_Checksum=f"MD5:{'0' * 32}").status_int == 400
        assert spent(writer, BYTES_IN) == 600
        assert upload.end(OC_Total_Length="1").status_int == 400
        assert upload.end().status_int == 201
        assert (spent(writer, BYTES_IN), spent(writer, USES)) == (600, 7)

    def test_of_a_part_what_came_is_paid(self, made: Any, customer: Client, spent: Any) -> None:
        customer("PUT", "/demo/files/a.bin", body=b"x" * 5000)
        writer = made("mfilereadwrite", bytes_in=10)
        headers = {"Content-Type": KIND, "X-Update-Range": "append"}
        place = f"{FILES}/demo/files/a.bin"
        assert writer("PATCH", place, body=b"x" * 8, headers=headers).status_int == 204
        assert writer("PATCH", place, body=b"x" * 8, headers=headers).status_int == 403
        assert spent(writer, BYTES_IN) == 8


MANY = 500
GOOD = f"{FILES}/demo/files/b/a.bin"
PLACES = (
    *(f"{CHUNKS}/one", f"{CHUNKS}/one/1", f"{CHUNKS}/one/2", f"{CHUNKS}/one/.file", GOOD) * 5,
    CHUNKS, f"{CHUNKS}/", f"{CHUNKS}/one/0-4", f"{CHUNKS}/two/.file", f"{CHUNKS}/%00/%ff",
    f"{CHUNKS}/../one", f"{CHUNKS}/%2e%2e/1", f"{CHUNKS}/k/abc", f"{CHUNKS}/one/1/2", f"{FILES}/",
    f"{FILES}/demo/files/b/a.bin", f"{FILES}/../x", f"{FILES}/%ff", "/-/dav/", "/-/dav/files//a",
    "/-/dav/uploads/%ff/x", f"{CHUNKS}/{'x' * 9000}", f"{CHUNKS}/one/{'9' * 30}",
)  # fmt: skip
VALUES: dict[str, tuple[str, ...]] = {
    "DESTINATION": (*(GOOD,) * 9, f"{FILES}/demo/files/hidden", f"{FILES}/demo/files/b/../hidden",
                    f"{CHUNKS}/one/1", f"{FILES}/", FILES, "", "\xff", "http://[::1",
                    f"{FILES}/%ff", f"{FILES}/demo/files/b/%2e%2e/hidden",
                    f"{FILES}/demo/files/b/-/keys"),
    "OC_TOTAL_LENGTH": ("5", "-1", "x", "9" * 40, ""),
    "OVERWRITE": ("F", "T", "x"),
    "IF": (f"<{GOOD}> ([\"a\"])", "(", f"<{CHUNKS}/one> (<urn:x>)", f"<{GOOD}> (Not <DAV:x>)"),
    "IF_MATCH": ("*", '"a"', "a"),
    "X_OC_MTIME": ("1", "x"),
    "OC_CHECKSUM": ("SHA1:x", f"SHA1:{'0' * 40}", ""),
    "X_UPDATE_RANGE": ("append", "bytes=0-4", "bytes=-9", "bytes=", "x"),
    "DEPTH": ("0", "1", "infinity", "x"),
    "TRANSFER_ENCODING": ("chunked",),
}  # fmt: skip
BODIES = (b"", b"bytes", b"bytes", b"<a>" * 99, b"x" * 70_000)


def test_what_no_client_would_send_harms_nothing(customer: Client, made: Any) -> None:
    chance, seen = random.Random(8297), set[int]()
    customer("PUT", "/demo/files/hidden", body=b"a secret")
    customer.json("POST", "/demo/files/", {"type": "folder", "name": "b"})
    writer = made("mfileowner", "/demo/files/b")
    for number in range(MANY):
        fields = chance.sample(sorted(VALUES), chance.randrange(4))
        said = {f"HTTP_{name}": chance.choice(VALUES[name]) for name in fields}
        method = chance.choice(("MKCOL", "PUT", "PUT", "MOVE", "PATCH", *METHODS, "GET", "DELETE"))
        said["CONTENT_TYPE"] = chance.choice((KIND, "", "text/plain"))
        asked = (method, chance.choice(PLACES), chance.choice(BODIES))
        told = call(customer.app, *asked, **said, **bearer(writer.key))
        seen.add(told.status_int)
        assert told.status_int < 500 or told.status_int in (502, 507), (
            number,
            asked,
            said,
            told.text,
        )
        assert b"a secret" not in told.body, (number, asked, said)
    assert customer("GET", "/demo/files/hidden").body == b"a secret"
    assert seen >= {201, 204, 207, 400, 404, 405, 409}, seen
