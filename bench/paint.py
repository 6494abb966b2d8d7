"""How soon is a listing seen in a browser on a slow machine, and how much does it load?"""

from html import escape

from playwright.sync_api import Browser

from bench.browser import SLOWER, Shown, chromium, show, version
from bench.client import Client, settings, warm_up
from bench.fill import fill
from bench.peers.nginx import Nginx
from bench.report import Report, median, ms
from mserve.views.html.listings import ROWS as OPENED
from tests.functional.stack import Stack

ROWS, LARGE = 200, 100_000  # files
ROUNDS = 15
SOON, SMALL = 0.3, 150_000  # seconds, bytes: the goals
NAME = "photo of the sea {:06}.txt"
SEEN = "a folder of 200 files, as it opens"
WHOLE = "all 200 rows at once"
FIRST = "first page of a folder of {}"
FLOOR = "a static table of 200 names, nginx"


def measure(stack: Stack, share: float) -> Report:
    large = max(ROWS, int(LARGE * share))
    for name, size in (("some", ROWS), ("many", large)):
        fill(stack, name, size, NAME.format, lambda number: b"%d\n" % number)
    warm_up(Client(stack.demo_url))
    first, nginx = FIRST.format(large), Nginx()
    try:
        nginx.start()
        (nginx.files / "table.html").write_text(table(), encoding="utf-8")
        pages = {
            SEEN: f"{stack.demo_url}some/",
            WHOLE: f"{stack.demo_url}some/?limit={ROWS}",
            first: f"{stack.demo_url}many/",
            FLOOR: f"{nginx.url}/table.html",
        }
        with chromium() as browser:
            found, told = seen(browser, pages, max(3, int(ROUNDS * share))), version(browser)
    finally:
        nginx.end()
    return Report(
        question=f"How soon is a listing seen on a processor {SLOWER} times slower?",
        columns=("", "first paint, ms", "loaded, kB", "requests", "goal", "met"),
        rows=[row(name, shown) for name, shown in found.items()],
        settings={**settings(stack), "browser": told},
        notes=(
            f"Medians of {len(found[SEEN])}, in turn, each in a new profile with nothing in the "
            "cache, on loopback. First contentful paint, as the browser tells it.",
            "Loaded is all that goes over the wire until it is quiet, with the heads of answers; "
            "the files have no thumbnails.",
            f"A folder opens with its first {OPENED} rows; the next ones come as one scrolls down.",
            "nginx sends a plain table without style or script: what a browser takes in any case.",
        ),
        samples={name: [each.painted for each in shown] for name, shown in found.items()},
    )


def seen(browser: Browser, pages: dict[str, str], rounds: int) -> dict[str, list[Shown]]:
    show(browser, pages[FLOOR])  # the first page has the browser's own start in it
    turns = [{name: show(browser, url) for name, url in pages.items()} for _ in range(rounds)]
    return {name: [turn[name] for turn in turns] for name in pages}


def row(name: str, shown: list[Shown]) -> list[str | float]:
    painted, loaded = median([s.painted for s in shown]), median([s.loaded for s in shown])
    cells = [name, ms(painted), f"{loaded / 1000:.1f}", f"{median([s.requests for s in shown]):g}"]
    if name == FLOOR:
        return [*cells, "", ""]
    goal = f"< {ms(SOON)} ms, < {SMALL // 1000} kB"
    return [*cells, goal, "yes" if painted < SOON and loaded < SMALL else "no"]


def table() -> str:
    rows = "".join(f"<tr><td>{escape(NAME.format(n))}<td>{n} B" for n in range(ROWS))
    return f"<!doctype html><meta charset=utf-8><title>files</title><table>{rows}</table>"
