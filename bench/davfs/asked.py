"""What davfs2 asks of a server for a new file, asked by a client of our own."""

import re
from collections.abc import Mapping, Sequence

from bench.client import Client, timed
from bench.davfs.turn import drive
from bench.peers.peer import Peer
from bench.report import Report, median, ms

TOKEN = re.compile(rb"(urn:uuid|opaquelocktoken):[^<\s]+")
LOCKINFO = (
    b'<?xml version="1.0" encoding="utf-8"?><lockinfo xmlns="DAV:"><lockscope><exclusive/>'
    b"</lockscope><locktype><write/></locktype><owner>me</owner></lockinfo>"
)
LOCKED = {"Depth": "0", "Timeout": "Second-1800", "Content_Type": "application/xml"}
METHODS = ("LOCK", "PUT", "HEAD", "UNLOCK")

Asked = Mapping[str, Sequence[float]]
"""Seconds of each request, by method."""


def requests(peer: Peer, files: int) -> Asked:
    peer.make_folder("asked")
    client = Client(f"{drive(peer)}asked/")
    found: dict[str, list[float]] = {method: [] for method in METHODS}

    def ask(method: str, place: str, body: bytes | None = None, **fields: str) -> bytes:
        seconds, answer = timed(lambda: client(method, place, body, **fields))
        found[method].append(seconds)
        return bytes(answer)

    for place in map("part_{}.py".format, range(files)):
        locked = TOKEN.search(ask("LOCK", place, LOCKINFO, **LOCKED))
        assert locked, "there is no token in the answer to LOCK"
        token = f"<{locked[0].decode()}>"
        ask("PUT", place, b"x = 1\n" * 500, If=f"({token})")
        ask("HEAD", place)
        ask("UNLOCK", place, Lock_Token=token)
    return found


def report(asked: Mapping[str, Asked]) -> Report:
    """`asked` by the names of the peers."""
    return Report(
        question="What davfs2 asks for a new file",
        columns=("median, ms", *METHODS),
        rows=[
            [title, *(ms(median(found[method])) for method in METHODS)]
            for title, found in asked.items()
        ],
        settings={},
        notes=("By a client of our own; the LOCK makes an empty file, whose content the PUT is.",),
        samples={f"{t}, {m}": found[m] for t, found in asked.items() for m in METHODS},
    )
