"""Questions about bodies of 1 GiB, by one curl process for each client."""

import os
import uuid

from bench.compare.question import CLIENTS, Goal, Question, Sample, Turn, share_for
from bench.load import curl

LARGE_FILE = "large"  # what is fetched
GIB = 1 << 30
NOTE = (
    "Guillotina is given an eighth of each body, as the whole would take minutes; it, WsgiDAV and "
    "Apache are asked once."
)


def size_for(turn: Turn) -> int:
    return share_for(turn.peer, turn.scale.large)


def get_large(turn: Turn) -> Sample:
    asked = [turn.peer.content(LARGE_FILE)] * CLIENTS
    before = turn.peer.cpu()
    seconds = curl.fetch(turn.peer.url, asked, size_for(turn))
    return sample(turn, seconds, before)


def put_large(turn: Turn) -> Sample:
    peer, names = turn.peer, [uuid.uuid4().hex for _ in range(CLIENTS)]
    file = turn.file(size_for(turn))
    peer.make_folder(folder := f"put-{uuid.uuid4().hex[:8]}")
    paths = [f"{folder}/{name}" for name in names]
    for path in paths:
        peer.prepare(path)
    os.sync()  # what others have left to be written
    try:
        before = peer.cpu()
        seconds = curl.send(peer.url, [peer.upload(path) for path in paths], file)
        measured = sample(turn, seconds, before)
        curl.fetch(peer.url, [peer.content(paths[-1])], file.stat().st_size)  # it is there
    finally:
        for path in paths:
            peer.discard(path)
    return measured


def sample(turn: Turn, seconds: float, cpu: float) -> Sample:
    total = CLIENTS * size_for(turn)
    return Sample(total / seconds / 1e6, (turn.peer.cpu() - cpu) / (total / GIB))


GET_LARGE = Question(
    title="GET 1 GiB",
    unit="MB/s",
    turn=get_large,
    always=("nginx", "mserve", "mserve-alone"),
    once=("apache", "wsgidav", "guillotina"),
    goals=(
        Goal("mserve", "nginx", least=0.95),
        Goal("mserve-alone", "nginx", least=0.55),
    ),
    needs="large",
    cpu_unit="s of processor a GiB",
    notes=(f"{CLIENTS} clients fetch one file, all bytes together. {NOTE}",),
)
PUT_LARGE = Question(
    title="PUT 1 GiB, by mserve hashed and synced to the disk",
    unit="MB/s",
    turn=put_large,
    always=("nginx", "mserve", "mserve-alone"),
    once=("apache", "wsgidav", "guillotina"),
    goals=(
        Goal("mserve", "nginx", least=0.8),
        Goal("mserve-alone", "nginx", least=0.8),
    ),
    cpu_unit="s of processor a GiB",
    notes=(
        f"{CLIENTS} clients, a new file each; until the last is answered. nginx, Apache and "
        f"WsgiDAV neither hash nor sync. No worker takes mserve's jobs. {NOTE}",
    ),
)
