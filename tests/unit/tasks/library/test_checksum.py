"""Checksums of whole files."""

import hashlib
import zlib
from typing import Any, get_args

import pytest

from mserve.errors import TaskError
from mserve.tasks.library.checksum import ALGORITHMS, BLOCK, Algorithm, checksum
from mserve.tasks.registry import TaskRegistry

TASK = TaskRegistry.load()["checksum"]
BLAKE3_OF_ABC = "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85"
SAMPLES = [b"", b"abc", bytes(range(256)) * (BLOCK // 128) + b"end"]


@pytest.mark.parametrize("content", SAMPLES, ids=len)
def test_the_digest_is_that_of_the_standard_tools(source_of: Any, content: bytes) -> None:
    for algorithm in ("md5", "sha1", "sha256", "sha512"):
        outcome = TASK.run(source_of(content), {"algorithm": algorithm})
        wanted = hashlib.new(algorithm, content).hexdigest()
        assert outcome.result == {"algorithm": algorithm, "checksum": wanted}
    outcome = TASK.run(source_of(content), {"algorithm": "crc32"})
    assert outcome.result["checksum"] == f"{zlib.crc32(content):08x}"


def test_known_values(source_of: Any) -> None:
    found = TASK.run(source_of(b"123456789"), {"algorithm": "crc32"})
    assert found.result["checksum"] == "cbf43926"  # the check value of CRC-32 in its catalogues
    assert TASK.run(source_of(b"b"), {"algorithm": "crc32"}).result["checksum"] == "71beeff9"
    found = TASK.run(source_of(b"abc"), {"algorithm": "blake3"})
    assert found.result["checksum"] == BLAKE3_OF_ABC


def test_md5_is_the_default_and_becomes_a_fact(source_of: Any) -> None:
    md5 = "900150983cd24fb0d6963f7d28e17f72"  # RFC 1321, A.5
    assert TASK.run(source_of(b"abc"), {}).facts == {"md5": md5}
    assert TASK.run(source_of(b"abc"), {"algorithm": "sha256"}).facts == {}


def test_progress_is_told_block_by_block(source_of: Any) -> None:
    told: list[tuple[float, str]] = []
    source = source_of(
        bytes(4 * BLOCK), report=lambda fraction, words: told.append((fraction, words))
    )
    TASK.run(source, {})
    assert [fraction for fraction, _ in told] == [0.25, 0.5, 0.75, 1.0]
    assert told[0][1] == "1048576 of 4194304 bytes"


def test_an_unknown_algorithm_is_refused_when_saved_and_when_run(source_of: Any) -> None:
    (fault,) = TASK.check({"algorithm": "md4"})
    assert fault == "algorithm should be one of md5, sha1, sha256, sha512, blake3, crc32, not 'md4'"
    with pytest.raises(TaskError, match="one of md5, sha1"):
        TASK.run(source_of(b""), {"algorithm": "md4"})
    unchecked: Any = "md4"
    with pytest.raises(TaskError, match="known: md5, sha1, sha256, sha512, blake3, crc32"):
        checksum(source_of(b""), algorithm=unchecked)


def test_what_can_be_asked_for_is_there() -> None:
    assert set(get_args(Algorithm)) == set(ALGORITHMS)
