"""Is WebDAV fast: listings beside those of stock WsgiDAV, files in and out beside REST?"""

import os
import re
from collections.abc import Callable
from typing import NamedTuple

from bench.client import SMALL, Client, settings, timed, warm_up
from bench.fill import fill
from bench.peers.wsgidav import WsgiDav
from bench.report import Report, median, ms
from tests.functional.stack import Stack

SIZES = (1000, 10_000)  # entries
ROUNDS, FILES = 15, 200
LIST_RATIO, LIST_MOST, SAME = 10.0, 0.5, 1.1
SOME = (
    b'<propfind xmlns="DAV:"><prop><displayname/><getlastmodified/><getcontentlength/>'
    b"<resourcetype/><getcontenttype/><getetag/></prop></propfind>"
)
"""What a synchronising client asks for."""
BODIES = {"all that is usual": b"", "six properties": SOME}


class Row(NamedTuple):
    """A question, the seconds of one and of the other in turn, and what is aimed at."""

    question: str
    mserve: list[float]
    other: list[float]
    goal: str
    met: bool

    def cells(self) -> list[str]:
        ours, theirs = median(self.mserve), median(self.other)
        ratio = f"{theirs / ours:.3g}"
        return [self.question, ms(ours), ms(theirs), ratio, self.goal, "yes" if self.met else "no"]


def measure(stack: Stack, share: float) -> Report:
    drive = Client(stack.demo_url.replace("/k/", "/dav/k/", 1))
    stock = WsgiDav()
    try:
        stock.start()
        rows = [*listings(stack, drive, stock, share)]
    finally:
        stock.end()
    rows += in_and_out(Client(stack.demo_url), drive, share)
    return Report(
        question="Is WebDAV fast: listings beside stock WsgiDAV's, bytes in and out beside REST's?",
        columns=("median, ms", "WebDAV", "other", "other / WebDAV", "goal", "met"),
        rows=[row.cells() for row in rows],
        settings={**settings(stack), "WsgiDAV": stock.configuration()},
        notes=(
            "PROPFIND with Depth 1 of a folder of files of 4 KiB; the other is WsgiDAV with its "
            "own server, and files of the same size in a folder.",
            "GET and PUT of 4 KiB by one client; the other is the same by REST. All in turn.",
        ),
        samples={
            f"{row.question}, {who}": samples
            for row in rows
            for who, samples in (("WebDAV", row.mserve), ("other", row.other))
        },
    )


def listings(stack: Stack, drive: Client, stock: WsgiDav, share: float) -> list[Row]:
    sizes = [max(100, int(size * share)) for size in SIZES]
    other = Client(f"{stock.url}/")
    for size in sizes:
        fill(stack, f"of-{size}", size, "f{:05}".format, content)
        folder = stock.files / f"of-{size}"
        folder.mkdir()
        for number in range(size):
            (folder / f"f{number:05}").write_bytes(content(number))
    return [listing(drive, other, size, words, share) for size in sizes for words in BODIES]


def listing(drive: Client, other: Client, size: int, words: str, share: float) -> Row:
    def ask(client: Client) -> Callable[[], bytes]:
        return lambda: client("PROPFIND", f"of-{size}/", BODIES[words], Depth="1")

    for client in (drive, other):
        assert len(re.findall(rb"</\w+:response>", ask(client)())) == size + 1
    ours, theirs = in_turn(ask(drive), ask(other), max(5, int(ROUNDS * share)))
    quick = size < max(SIZES) or median(ours) < LIST_MOST
    met = median(theirs) / median(ours) >= LIST_RATIO and quick
    goal = f"≥ {LIST_RATIO:g}" + (f", < {ms(LIST_MOST)} ms" if size == max(SIZES) else "")
    return Row(f"PROPFIND of {size}, {words}", ours, theirs, goal, met)


def in_and_out(rest: Client, drive: Client, share: float) -> list[Row]:
    rounds = max(20, int(FILES * share))
    warm_up(rest)
    rest.put_small("read")
    body, numbers = os.urandom(SMALL // 2).hex().encode(), iter(range(10**6))
    got = in_turn(lambda: drive("GET", "read"), lambda: rest("GET", "read"), rounds)
    put = in_turn(
        lambda: drive("PUT", f"new-{next(numbers)}", body),
        lambda: rest("PUT", f"new-{next(numbers)}", body),
        rounds,
    )
    named = (("GET of 4 KiB, REST", got), ("PUT of 4 KiB, REST", put))
    return [
        Row(question, ours, theirs, f"≥ {1 / SAME:.2g}", median(ours) <= median(theirs) * SAME)
        for question, (ours, theirs) in named
    ]


def in_turn(
    one: Callable[[], bytes], other: Callable[[], bytes], rounds: int
) -> tuple[list[float], list[float]]:
    """Seconds of each, so that the machine's moods hit both."""
    pairs = [(timed(one)[0], timed(other)[0]) for _ in range(rounds)]
    ours, theirs = zip(*pairs, strict=True)
    return [*ours], [*theirs]


def content(number: int) -> bytes:
    return f"{number:08}".encode() * (SMALL // 8)
