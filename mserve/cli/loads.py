"""What answers direct loads (mserve/direct.py) in the storage server."""

import asyncio
from typing import Any

from mserve.direct import HEADER, NEVER, QUESTION

NOTHING = HEADER.pack(-1, NEVER, NEVER)


class Loads(asyncio.Protocol):
    """One client's socket. Its questions are answered between ZEO's calls, in the same thread."""

    transport: Any

    def __init__(self, storage: Any) -> None:
        self.storage = storage
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        data = self._rest + data
        whole = len(data) - len(data) % QUESTION
        questions = (data[start : start + QUESTION] for start in range(0, whole, QUESTION))
        self.transport.write(b"".join(answer(self.storage, each) for each in questions))
        self._rest = data[whole:]


def answer(storage: Any, question: bytes) -> bytes:
    """The record as of a moment; NOTHING where there is none, or a fault."""
    try:
        found = storage.loadBefore(question[:8], question[8:])
    except Exception:  # the client asks ZEO, and is told what it is
        return NOTHING
    if found is None:
        return NOTHING
    data, start, end = found
    return HEADER.pack(len(data), start, end or NEVER) + bytes(data)
