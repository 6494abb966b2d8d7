"""A tree is copied onto a mount of a peer, and compared after."""

import time
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from bench.client import timed
from bench.peers.apache import Apache
from bench.peers.mserve import WORKERS, Mserve
from bench.peers.peer import Peer
from tests.dav.commands import run
from tests.dav.davfs import mounted

LIMIT = 1200.0  # seconds


class Working(Mserve):
    """With workers that do the jobs meanwhile; what they leave undone is in nobody's way."""

    title = "mserve alone, workers at work"
    workers, fresh = WORKERS, True


PEERS: tuple[type[Peer], ...] = (Apache, Mserve, Working)


class Turn(NamedTuple):
    """Seconds of `cp -a`, and of `umount` after it; the server's processor time, in seconds."""

    copy: float
    unmount: float
    cpu: float

    @property
    def whole(self) -> float:
        return self.copy + self.unmount


class Field:
    """The peers that run all the time, and fresh ones of the other kinds."""

    def __init__(self) -> None:
        self.running = {kind: kind() for kind in PEERS if not kind.fresh}

    def start(self) -> None:
        for peer in self.running.values():
            peer.start()

    def end(self) -> None:
        for peer in self.running.values():
            peer.end()

    def turn(self, kind: type[Peer], sources: Path, name: str) -> Turn:
        """A copy of `sources` to the new folder `name` of the peer."""
        if kind in self.running:
            return copied(self.running[kind], sources, name)
        peer = kind()
        try:
            peer.start()
            return copied(peer, sources, name)
        finally:
            peer.end()


def copied(peer: Peer, sources: Path, name: str) -> Turn:
    peer.make_folder(name)
    before = peer.cpu()
    with mounted(f"{drive(peer)}{name}/", "-") as place:
        copy, _ = timed(lambda: run("cp", "-a", f"{sources}/.", str(place), limit=LIMIT))
        began = time.perf_counter()
    turn = Turn(copy, time.perf_counter() - began, peer.cpu() - before)
    print(f"{peer.title}: {turn.whole:.1f} s", flush=True)
    for path in sources.rglob("*.py"):
        stored = peer.must("GET", peer.place(f"{name}/{quote(str(path.relative_to(sources)))}"))
        assert stored == path.read_bytes(), f"{peer.title}: {path} is not what was copied"
    return turn


def drive(peer: Peer) -> str:
    """The URL of all that is in it, as a drive."""
    path = peer.place("")
    return f"{peer.url}{f'/dav{path}' if isinstance(peer, Mserve) else path}"
