"""The field: peers that run while they are needed, with what the questions need in them."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.compare.large import LARGE_FILE
from bench.compare.question import MIB, Scale, share_for
from bench.load import curl
from bench.load.wrk import LoadError
from bench.peers import PEERS, Peer
from bench.peers.peer import new_folder, without_paths


class Field:
    """Peers start when first asked for, and stay until `end`, but a `fresh` one for one turn."""

    def __init__(self, scale: Scale, say: Callable[[str], None]) -> None:
        self.scale, self.say = scale, say
        self.running: dict[str, Peer] = {}
        self.configurations: dict[str, str] = {}
        self.has: set[tuple[str, str]] = set()
        self.folder = new_folder()
        self.check_room()

    def check_room(self) -> None:
        """8 clients' large bodies at a time, one in each peer, and a huge one and its source."""
        needed = 16 * self.scale.large + 3 * self.scale.huge + 2048 * MIB
        free = shutil.disk_usage(self.folder).free
        if free < needed:
            self.folder.rmdir()
            raise LoadError(f"{needed >> 30} GiB of room are needed, there are {free >> 30}")

    def require(self, names: Sequence[str], needs: str) -> None:
        for name in names:
            if PEERS[name].fresh:
                continue
            if name not in self.running:
                self.start(name)
            if needs and (name, needs) not in self.has:
                self.say(f"{self.running[name].title}: fills in what is asked for ({needs})")
                self.give(self.running[name], needs)
                self.has.add((name, needs))

    def start(self, name: str) -> Peer:
        peer = self.running[name] = PEERS[name]()
        self.say(f"{peer.title}: starts")
        peer.start()
        self.configurations[peer.title] = without_paths(peer.configuration())
        return peer

    def give(self, peer: Peer, needs: str) -> None:
        if needs == "many":
            peer.fill(self.scale.many)
        else:
            file = self.file(share_for(peer, self.scale.large))
            peer.prepare(LARGE_FILE)
            curl.send(peer.url, [peer.upload(LARGE_FILE)], file)

    @contextmanager
    def peer(self, name: str) -> Iterator[Peer]:
        if not PEERS[name].fresh:
            yield self.running[name]
            return
        try:
            yield self.start(name)
        finally:
            self.running.pop(name).end()

    def file(self, size: int) -> Path:
        """A file of so many bytes that don't repeat, made once."""
        path = self.folder / str(size)
        if not path.exists():
            block = os.urandom(MIB - 8)
            with path.open("wb") as file:
                for n in range(size // MIB):
                    file.write(n.to_bytes(8, "big") + block)
        return path

    def forget_files(self) -> None:
        for path in self.folder.iterdir():
            path.unlink()

    def end(self) -> None:
        for name in reversed(list(self.running)):
            self.running.pop(name).end()
        shutil.rmtree(self.folder, ignore_errors=True)
