"""DAVFS: is a tree copied onto a davfs2 mount as fast as with Apache's mod_dav?"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.compare.judge import number
from bench.davfs import asked
from bench.davfs.turn import PEERS, Field, Turn
from bench.peers.apache import Apache
from bench.peers.peer import Peer, without_paths
from bench.report import Report, median, said
from tests.dav.davfs import LINES, make_sources, text

FILES, ROUNDS, MOST = 2000, 3, 1.5
ASKED = 200  # files of which the requests are measured one by one
COLUMNS = (
    "median", "cp -a, s", "umount, s", "both, s", "ms of processor a file",
    "both, ratio to Apache", "of", "goal", "met",
)  # fmt: skip

Turns = Mapping[str, Sequence[Turn]]


def measure(share: float) -> Report:
    files, rounds = max(60, int(FILES * share)), ROUNDS if share >= 1 else 1
    field = Field()
    with TemporaryDirectory(dir="/var/tmp") as folder:
        sources = make_sources(Path(folder) / "sources", files)
        try:
            field.start()
            found = turns(field, sources, rounds)
            few = max(20, int(ASKED * share))
            seconds = {peer.title: asked.requests(peer, few) for peer in field.running.values()}
            return report(files, found, asked.report(seconds), [*field.running.values()])
        finally:
            field.end()


def turns(field: Field, sources: Path, rounds: int) -> Turns:
    """All peers in turn, as often."""
    found: dict[str, list[Turn]] = {kind.title: [] for kind in PEERS}
    for each in range(rounds):
        for kind in PEERS:
            found[kind.title].append(field.turn(kind, sources, f"copy-{each}"))
    return found


def report(files: int, found: Turns, requests: Report, running: Sequence[Peer]) -> Report:
    configurations = {peer.title: without_paths(peer.configuration()) for peer in running}
    return Report(
        question="Is a tree copied onto a davfs2 mount as fast as with Apache's mod_dav?",
        columns=COLUMNS,
        rows=[row(title, turns, found[Apache.title], files) for title, turns in found.items()],
        settings={"davfs2": said("mount.davfs", "-V").partition("\n")[0]},
        notes=notes(files),
        samples={title: [turn.whole for turn in turns] for title, turns in found.items()},
        parts=[requests],
        texts={"davfs2.conf": text(LINES), **configurations},
    )


def row(title: str, turns: Sequence[Turn], theirs: Sequence[Turn], files: int) -> list[str]:
    """The ratio is the median of those of each round."""
    figures = (
        median([turn.copy for turn in turns]),
        median([turn.unmount for turn in turns]),
        median([turn.whole for turn in turns]),
        median([1000 * turn.cpu / files for turn in turns]),
    )
    if title == Apache.title:
        return [title, *map(number, figures), "", "", "", ""]
    ratios = [ours.whole / other.whole for ours, other in zip(turns, theirs, strict=True)]
    met = "yes" if median(ratios) <= MOST else "no"
    against = number(median(ratios)), " ".join(map(number, ratios)), f"≤ {MOST:g}", met
    return [title, *map(number, figures), *against]


def notes(files: int) -> Sequence[str]:
    return (
        f"A tree of {files} files of 0.2 to 30 KiB in {files // 13} folders, by `cp -a`, whose "
        "requests davfs2 makes one after the other, and `umount`, until davfs2 has sent all and "
        "ended. Each file is compared after.",
        "mserve answers when all is committed and synced to the disk, hashes each file and makes "
        "its ingest job; Apache syncs nothing.",
        "With `mserve alone` no worker takes the jobs; `workers at work` are the default ones, "
        "which do them meanwhile on the same processors, as the scheduler indexes the files.",
        "The ratio is the median of those of each round.",
    )
