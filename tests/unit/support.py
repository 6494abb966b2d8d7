"""What the tests of the application share: raw requests, hostile bodies, and what is stored."""

import io
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest import MonkeyPatch
from transaction import TransactionManager
from transaction.interfaces import NoTransaction
from webob import Request

from mserve import database
from mserve.resources import clock
from mserve.resources.spool import Spool


class Clock:
    """The time in the tree, which stands until it is moved on."""

    def __init__(self, monkeypatch: MonkeyPatch, text: str) -> None:
        self.set(text)
        monkeypatch.setattr(clock, "now", lambda: self.moment)

    def set(self, text: str) -> None:
        """It is `text` (RFC 3339) now."""
        self.moment = clock.parse(text)

    def pass_by(self, seconds: float) -> None:
        self.moment += int(seconds * clock.SECOND)


@dataclass(frozen=True)
class Holdings:
    """All that is stored: equal before and after a request that was refused."""

    ids: int
    keys: int
    due: int
    figures: Any
    children: tuple[str, ...]
    files: frozenset[str]


def holdings(db: Any, folder: Path) -> Holdings:
    """What the tree in `db` and the data folder `folder` hold."""

    def look(site: Any) -> Holdings:
        nodes = [site, *site.walk()]
        return Holdings(
            ids=len([*site.ids.items()]),
            keys=len([*site.key_index.items()]),
            due=len([*site.due.items()]),
            figures=[dict(node.usage.figures) for node in nodes],
            children=tuple(str(node.__name__) for node in nodes),
            files=frozenset(blob_files(folder)),
        )

    return database.run(db, look)


def blob_files(folder: Path) -> Iterator[str]:
    """The files of the blob directory, temporary ones too."""
    for path in (folder / "blobs").rglob("*"):
        if path.is_file() and not path.name.startswith("."):
            yield str(path.relative_to(folder))


def lent(db: Any) -> int:
    """How many connections of `db` are not in its pool; some are kept open for the next request."""
    return sum(1 for each in db.connectionDebugInfo() if each["opened"])


class Interrupted(io.BytesIO):
    """A body that does something before its first byte is read."""

    def __init__(self, body: bytes, action: Callable[[], Any]) -> None:
        super().__init__(body)
        self.action: Callable[[], Any] | None = action

    def read(self, size: int | None = -1, /) -> bytes:
        if self.action is not None:
            action, self.action = self.action, None
            action()
        return super().read(size)


def call(app: Any, method: str, url: str, body: Any = b"", **environ: Any) -> Any:
    """The answer of the bare WSGI application, with the body and environ exactly as given."""
    request = Request.blank(url, method=method)
    request.environ["wsgi.input"] = io.BytesIO(body) if isinstance(body, bytes) else body
    request.environ.update(environ)
    response = request.send(app.app)
    assert response.body is not None  # reads it, and closes
    return response


def bearer(key: str) -> dict[str, str]:
    return {"HTTP_AUTHORIZATION": f"Bearer {key}"}


def basic(secret: str, user: str = "anyone") -> dict[str, str]:
    """The header field of HTTP Basic, for clients that take header fields."""
    return {"Authorization": "Basic " + b64encode(f"{user}:{secret}".encode()).decode()}


def spool(db: Any, body: bytes) -> Spool:
    """`body` as bytes on their way into the tree."""
    return Spool.receive(db.storage.temporaryDirectory(), io.BytesIO(body), len(body))


def addresses(document: Any) -> Iterator[str]:
    """Every URL in a JSON document."""
    if isinstance(document, dict):
        document = list(document.values())
    if isinstance(document, list):
        for each in document:
            yield from addresses(each)
    elif isinstance(document, str) and document.startswith(("http:", "https:", "/")):
        yield document


def form(*files: tuple[str, bytes], kind: str = "text/plain", boundary: str = "XX") -> bytes:
    """A multipart/form-data body; names are written as they are."""
    parts = []
    for name, body in files:
        head = f'Content-Disposition: form-data; name="file"; filename="{name}"\r\n'
        head += f"Content-Type: {kind}\r\n\r\n"
        parts.append(f"--{boundary}\r\n{head}".encode() + body + b"\r\n")
    return b"".join(parts) + f"--{boundary}--\r\n".encode()


class Writer:
    """A connection of its own, in the middle of a transaction."""

    def __init__(self, db: Any) -> None:
        self.manager = TransactionManager(explicit=True)
        self.connection = db.open(self.manager)
        self.manager.begin()
        self.site = database.site_of(self.connection)

    def commit(self) -> None:
        self.manager.commit()

    def end(self) -> None:
        with suppress(NoTransaction):
            self.manager.abort()
        self.connection.close()


@contextmanager
def writers(db: Any, number: int) -> Iterator[list[Writer]]:
    """`with writers(db, 2) as (first, second)`: transactions that began at the same moment."""
    found = [Writer(db) for _ in range(number)]
    try:
        yield found
    finally:
        for each in found:
            each.end()
