"""Sending a large file in pieces by tus 1.0.0; what has arrived is not sent again.

https://tus.io/protocols/resumable-upload. The server's offset is the truth (HEAD), whatever this
side believes. The last piece brings the digest of the whole file (RFC 9530), so that the server
stores these bytes or none; in the end its SHA-256 is compared once more.
"""

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping

import httpx

from mserve.client.address import Address
from mserve.client.errors import Answered, BadAnswer, InTheWay, Mismatch, NotFound, Unreachable
from mserve.client.local import Digest, LocalFile, blocks
from mserve.client.memory import Unfinished
from mserve.client.results import Node, Stored
from mserve.client.session import Session
from mserve.client.upload import Report, last_segment, patient, repr_digest

TUS = {"Tus-Resumable": "1.0.0"}
SMALLEST, LARGEST, PIECES = 16 << 20, 256 << 20, 32


def piece_size(size: int) -> int:
    """Bytes of a piece. A front that collects bodies may lose one whole: a 32nd of a file."""
    return max(SMALLEST, min(LARGEST, size // PIECES))


class Resumable:
    """The upload of one file to one place; `make_folder` makes the folder that it goes into."""

    def __init__(
        self,
        session: Session,
        file: LocalFile,
        target: Address,
        memory: Unfinished,
        report: Report,
        make_folder: Callable[[Address], object],
    ) -> None:
        assert target.parent is not None
        self.session, self.file, self.memory = session, file, memory
        self.target, self.folder = target, target.parent
        self.report, self.make_folder = report, make_folder
        self.id = memory.load()
        self.reached = 0
        self.digest = Digest(file.path)

    def send(self) -> Stored:
        return self.session.patience(self._go_on, lambda: self.reached)

    def _go_on(self) -> Stored:
        """From where the server is, to the end."""
        offset, headers = self._find()
        while offset < self.file.size:
            headers = self._send_piece(offset)
            offset = _offset(headers)
            self.reached = max(self.reached, offset)
        return self._finish(headers)

    def _find(self) -> tuple[int, Mapping[str, str]]:
        """The upload's offset, and what else the server tells; a new one where there is none."""
        if self.id is not None:
            try:
                headers = self._head(self.id)
                self.reached = max(self.reached, _offset(headers))
                return _offset(headers), headers
            except NotFound:
                self.memory.forget()  # it has expired
        self.id = self._create()
        self.memory.save(self.id)
        return 0, {}

    def _head(self, id: str) -> Mapping[str, str]:
        headers = self.session.once(
            "HEAD", self._url(id), headers=TUS, timeout=patient(self.file.size)
        ).headers
        if headers.get("Upload-Length") != str(self.file.size):
            raise BadAnswer("the server has the upload of another file under this id")
        return headers

    def _url(self, id: str) -> str:
        return self.folder.facet("uploads", id)

    def _create(self) -> str:
        try:
            answer = self._post()
        except NotFound:
            self.make_folder(self.folder)
            answer = self._post()
        id = last_segment(answer.headers.get("Location", ""))
        if not id:
            raise BadAnswer("the server did not say where the upload goes")
        return id

    def _post(self) -> httpx.Response:
        name = b64encode(self.target.names[-1].encode()).decode()
        headers = {"Upload-Length": str(self.file.size), "Upload-Metadata": f"filename {name}"}
        return self.session.once("POST", self.folder.facet("uploads"), headers=TUS | headers)

    def _send_piece(self, offset: int) -> Mapping[str, str]:
        end = min(self.file.size, offset + piece_size(self.file.size))
        self.file.check_unchanged()
        try:
            return self._patch(offset, end).headers
        except InTheWay as fault:
            if fault.kind == "name-taken":
                raise
            raise Unreachable(f"the server is elsewhere: {fault}") from fault
        except NotFound as fault:
            raise Unreachable("the server has given the upload up") from fault
        except Answered as fault:
            if fault.kind == "digest-mismatch":
                self._start_anew()
                raise Mismatch("other bytes than those of this file came to the server") from fault
            raise

    def _patch(self, offset: int, end: int) -> httpx.Response:
        headers = {
            **TUS,
            **self._whole(end),
            "Content-Type": "application/offset+octet-stream",
            "Content-Length": str(end - offset),
            "Upload-Offset": str(offset),
        }
        return self.session.once(
            "PATCH", self._url(self.id or ""), headers=headers,
            content=self._bytes(offset, end), timeout=patient(self.file.size),
        )  # fmt: skip

    def _whole(self, end: int) -> Mapping[str, str]:
        """The digest of the file, with its last piece."""
        if end < self.file.size:
            return {}
        self.digest.read_to(self.file.size, self.session.patience.check)
        return repr_digest(self.digest.hexdigest())

    def _start_anew(self) -> None:
        """The server has ended the upload; either side may have read wrong bytes."""
        self.memory.forget()
        self.id = None
        self.digest = Digest(self.file.path)

    def _bytes(self, offset: int, end: int) -> Iterator[bytes]:
        for block in blocks(self.file.path, offset, end, self.session.patience.check):
            yield block
            self.digest.take(offset, block)
            offset += len(block)
            self.report(offset)

    def _finish(self, headers: Mapping[str, str]) -> Stored:
        """Compares what the server has with what is here; raises Mismatch, LocalFault."""
        self.memory.forget()
        self.id = None
        self.digest.read_to(self.file.size, self.session.patience.check)
        self.file.check_unchanged()
        self.report(self.file.size)
        node = Node.of(self.session.look(self.target.facet("info")))
        if node.sha256 != self.digest.hexdigest():
            raise Mismatch("the server has other bytes than this file")
        job = headers.get("Mserve-Job")
        return Stored(self.target.names, node, last_segment(job) if job else None)


def _offset(headers: Mapping[str, str]) -> int:
    try:
        return int(headers["Upload-Offset"])
    except (KeyError, ValueError):
        raise BadAnswer("the server did not say how far the upload is") from None
