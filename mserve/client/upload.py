"""Sending one file: a small one by PUT with its digest, a larger one in pieces (resumable.py)."""

from base64 import b64encode
from collections.abc import Callable, Iterator

from mserve.client.address import Address
from mserve.client.errors import NotFound
from mserve.client.local import LocalFile, blocks
from mserve.client.results import Node, Stored
from mserve.client.session import Session, document

Report = Callable[[int], None]
"""Is told how many bytes of the file have been sent or received."""

SLOWEST = 20e6  # bytes per second that a server reads and hashes what it was sent before


def patient(size: int) -> float:
    """Seconds that the answer to a file's last byte may take."""
    return 60 + size / SLOWEST


def put(session: Session, file: LocalFile, target: Address, report: Report) -> Stored:
    """PUT with Repr-Digest (RFC 9530): the server stores these bytes or none."""
    check = session.patience.check
    sha256 = file.sha256(check)
    headers = {**repr_digest(sha256), "Content-Length": str(file.size)}
    tried = False

    def attempt() -> Stored:
        nonlocal tried
        if tried and (there := _there(session, target)) and there.sha256 == sha256:
            return Stored(target.names, there)  # it was the answer that got lost
        tried = True
        answer = session.once(
            "PUT", target.url, headers=headers, content=_sent(file, report, check),
            timeout=patient(file.size),
        )  # fmt: skip
        return stored(target, document(answer))

    return session.patience(attempt)


def repr_digest(sha256: str) -> dict[str, str]:
    """The header (RFC 9530) that tells a digest in hex."""
    return {"Repr-Digest": f"sha-256=:{b64encode(bytes.fromhex(sha256)).decode()}:"}


def _sent(file: LocalFile, report: Report, check: Callable[[], None]) -> Iterator[bytes]:
    done = 0
    for block in blocks(file.path, 0, file.size, check):
        yield block
        done += len(block)
        report(done)


def _there(session: Session, target: Address) -> Node | None:
    try:
        return Node.of(document(session.once("GET", target.facet("info"))))
    except NotFound:
        return None


def stored(target: Address, answer: dict[str, object]) -> Stored:
    job = answer.get("job")
    return Stored(target.names, Node.of(answer), last_segment(str(job)) if job else None)


def last_segment(url: str) -> str:
    """Ids are the ends of URLs; the rest of one is ours to know."""
    return url.rstrip("/").rpartition("/")[2]
