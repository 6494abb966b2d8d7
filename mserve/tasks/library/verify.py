"""The verify task: whether the file still has the checksum that is known of it."""

from collections.abc import Mapping

from mserve.errors import TaskError
from mserve.tasks.library.checksum import ALGORITHMS, BRIEF, Algorithm, digest
from mserve.tasks.registry import task
from mserve.tasks.source import Source

RECORDED = "checksums"  # in the metadata: a mapping of algorithms to hexadecimal digits
DIGITS = frozenset("0123456789abcdef")


@task("verify", timeout=6 * 3600, brief=BRIEF)
def verify(
    source: Source, *, algorithm: Algorithm = "sha256", expected: str | None = None
) -> dict[str, str]:
    """Compare the file's checksum with the one expected, or with the one in its metadata."""
    origin = "metadata" if expected is None else "argument"
    known = _recorded(source.metadata, algorithm) if expected is None else expected
    wanted = _digits(known, algorithm, origin)
    found = digest(source, algorithm)
    if found != wanted:
        raise TaskError(f"the file's {algorithm} is {found}, and should be {wanted} ({origin})")
    return {"algorithm": algorithm, "checksum": found, "expected_by": origin}


def _recorded(metadata: Mapping[str, object], algorithm: str) -> object:
    """What the metadata say; raises TaskError where they say nothing."""
    checksums = metadata.get(RECORDED)
    if not isinstance(checksums, Mapping) or algorithm not in checksums:
        raise TaskError(
            f"there is nothing to compare with: give `expected`, or put the {algorithm} into the "
            f'metadata, as {{"{RECORDED}": {{"{algorithm}": "…"}}}}'
        )
    return checksums[algorithm]


def _digits(known: object, algorithm: str, origin: str) -> str:
    """`known` in lower case; raises TaskError for what no such checksum looks like."""
    length = len(ALGORITHMS[algorithm]().hexdigest())
    wanted = known.strip().lower() if isinstance(known, str) else ""
    if len(wanted) != length or not DIGITS.issuperset(wanted):
        raise TaskError(
            f"the {algorithm} to compare with ({origin}) should be {length} hexadecimal digits, "
            f"not {known!r:.100}"
        )
    return wanted
