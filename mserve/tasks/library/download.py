"""Download: the body of an answer, written to a file while it comes."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from mserve.tasks.library.answer import Answer


def save(
    answer: Answer, path: Path, most: int, progress: Callable[[float, str], None]
) -> tuple[int, str]:
    """The size in bytes, and the SHA-256; raises TaskError where it is more than `most` bytes."""
    digest, size = hashlib.sha256(), 0
    with path.open("wb") as file:
        for block in answer.blocks(most):
            file.write(block)
            digest.update(block)
            size += len(block)
            progress(size / max(answer.length or most, size), f"{size} bytes")
    return size, digest.hexdigest()
