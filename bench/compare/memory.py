"""How much memory does one body of 4 GiB take, in and out? What the processes hold, sampled."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

from bench.compare.question import MIB, Goal, Question, Sample, Turn, share_for
from bench.load import curl
from bench.peers import Peer

PAUSE = 0.02  # seconds between two looks
HUGE_FILE = "huge"
WARM_FILE = "warm"
WARM = 16 * MIB


class Watch:
    """Resident memory of a peer's processes: as it was, and the most of each and of the web's."""

    def __init__(self, peer: Peer) -> None:
        self.processes = peer.processes()
        self.web = {name for name in self.processes if name.startswith(tuple(peer.web))}
        self.before = self.look()
        self.most = dict(self.before)
        self.most_of_web = self.of_web(self.before)

    def look(self) -> dict[str, int]:
        found = {}
        for name, process in self.processes.items():
            with suppress(psutil.Error):
                found[name] = process.memory_info().rss
        return found

    def of_web(self, seen: dict[str, int]) -> int:
        return sum(size for name, size in seen.items() if name in self.web)

    def go_on(self, stop: threading.Event) -> None:
        while not stop.wait(PAUSE):
            seen = self.look()
            self.most = {name: max(size, seen.get(name, 0)) for name, size in self.most.items()}
            self.most_of_web = max(self.most_of_web, self.of_web(seen))

    @property
    def growth(self) -> float:
        """Of the web processes together, at any one moment, in MB."""
        return (self.most_of_web - self.of_web(self.before)) / 1e6

    def told(self) -> dict[str, str]:
        return {
            name: f"{size / 1e6:.0f} → {self.most[name] / 1e6:.0f}"
            for name, size in sorted(self.before.items())
        }


@contextmanager
def watched(peer: Peer) -> Iterator[Watch]:
    watch, stop = Watch(peer), threading.Event()
    thread = threading.Thread(target=watch.go_on, args=(stop,))
    thread.start()
    try:
        yield watch
    finally:
        stop.set()
        thread.join()


def memory(turn: Turn) -> Sample:
    size = share_for(turn.peer, turn.scale.huge)
    in_and_out(turn, WARM_FILE, min(size, WARM))
    time.sleep(1)
    with watched(turn.peer) as watch:
        in_and_out(turn, HUGE_FILE, size)
    return Sample(watch.growth, details=watch.told())


def in_and_out(turn: Turn, name: str, size: int) -> None:
    peer, file = turn.peer, turn.file(size)
    peer.prepare(name)
    try:
        curl.send(peer.url, [peer.upload(name)], file)
        curl.fetch(peer.url, [peer.content(name)], size)
    finally:
        peer.discard(name)


MEMORY = Question(
    title="Memory growth of the web processes in one PUT and GET of 4 GiB",
    unit="MB",
    turn=memory,
    always=(),
    once=("nginx", "mserve", "mserve-alone", "apache", "wsgidav", "guillotina"),
    ratios=False,
    goals=(Goal("mserve", most=20), Goal("mserve-alone", most=20)),
    notes=(
        "Resident memory, looked at 50 times a second, after 16 MiB have gone in and out. By one "
        "client, once; Guillotina is given an eighth. All processes are listed below, as they were "
        "before → at most, in MB; pages that several share are counted in each.",
    ),
)
