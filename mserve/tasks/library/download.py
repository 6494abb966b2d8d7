"""Download: the body of an answer, written to a file while it comes."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from mserve.outside.answer import Answer

STEP = 1 << 20  # bytes between two reports of progress


def save(
    answer: Answer, path: Path, most: int, progress: Callable[[float, str], None]
) -> tuple[int, str]:
    """The size in bytes, and the SHA-256; raises TaskError where it is more than `most` bytes."""
    digest, size, told = hashlib.sha256(), 0, 0
    whole = answer.length or most
    with path.open("wb") as file:
        for block in answer.blocks(most):
            file.write(block)
            digest.update(block)
            size += len(block)
            if size - told >= STEP:
                progress(size / max(whole, size), f"{size} bytes")
                told = size
    progress(1.0, f"{size} bytes")
    return size, digest.hexdigest()
