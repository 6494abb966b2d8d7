"""Whether a file has the checksum that is known of it."""

import hashlib
from typing import Any

import pytest

from mserve.errors import TaskError
from mserve.tasks.registry import TaskRegistry

TASK = TaskRegistry.load()["verify"]
SHA256 = hashlib.sha256(b"abc").hexdigest()
OTHER = hashlib.sha256(b"abd").hexdigest()


def test_a_file_that_is_well(source_of: Any) -> None:
    outcome = TASK.run(source_of(b"abc"), {"expected": f" {SHA256.upper()}\n"})
    assert outcome.result == {
        "algorithm": "sha256", "checksum": SHA256, "expected_by": "argument"
    }  # fmt: skip


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha512", "blake3", "crc32"])
def test_any_algorithm_will_do(source_of: Any, algorithm: str) -> None:
    computed = TaskRegistry.load()["checksum"].run(source_of(b"abc"), {"algorithm": algorithm})
    arguments = {"algorithm": algorithm, "expected": computed.result["checksum"]}
    assert TASK.run(source_of(b"abc"), arguments).result["algorithm"] == algorithm
    with pytest.raises(TaskError, match=f"the file's {algorithm} is"):
        TASK.run(source_of(b"abd"), arguments)


def test_a_mismatch_shows_both(source_of: Any) -> None:
    with pytest.raises(TaskError, match=f"is {SHA256}, and should be {OTHER}"):
        TASK.run(source_of(b"abc"), {"expected": OTHER})


def test_without_an_argument_the_metadata_count(source_of: Any) -> None:
    well = source_of(b"abc", metadata={"checksums": {"sha256": SHA256}})
    assert TASK.run(well, {}).result["expected_by"] == "metadata"
    with pytest.raises(TaskError, match=r"should be .* \(metadata\)"):
        TASK.run(source_of(b"abc", metadata={"checksums": {"sha256": OTHER}}), {})
    assert TASK.run(
        source_of(b"abc", metadata={"checksums": {"sha256": OTHER}}), {"expected": SHA256}
    ).result["expected_by"] == "argument"  # fmt: skip


@pytest.mark.parametrize(
    "metadata", [{}, {"checksums": {}}, {"checksums": {"md5": SHA256}}, {"checksums": SHA256}]
)
def test_with_nothing_to_compare_it_says_what_to_give(source_of: Any, metadata: Any) -> None:
    with pytest.raises(TaskError, match="give `expected`, or put the sha256 into the metadata"):
        TASK.run(source_of(b"abc", metadata=metadata), {})


@pytest.mark.parametrize("expected", ["", "abc", SHA256[:-1] + "g", SHA256 + "0", "é" * 64])
def test_what_is_no_checksum(source_of: Any, expected: str) -> None:
    with pytest.raises(TaskError, match="should be 64 hexadecimal digits"):
        TASK.run(source_of(b"abc"), {"expected": expected})
    with pytest.raises(TaskError, match=r"\(metadata\) should be 64 hexadecimal digits"):
        TASK.run(source_of(b"abc", metadata={"checksums": {"sha256": [expected]}}), {})
