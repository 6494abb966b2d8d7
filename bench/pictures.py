"""A thousand pictures of all kinds, ten of them broken, three bombs: errors, and memory."""

from itertools import chain

from bench.client import settings
from bench.report import Report
from tests.functional.many_pictures import bombs, broken, well
from tests.functional.picturing import picture_all
from tests.functional.stack import Stack

PICTURES = 1000
MEMORY = 400  # MB, that each worker, and each process of a task, should stay below


def measure(stack: Stack, share: float) -> Report:
    bad = [*broken(), *bombs()]
    good = int(PICTURES * share) - len(bad)
    found = picture_all(stack, chain(bad, well(good)))
    most = max(found.memory.values()) / 1e6
    rows = [
        ("thumbnails", len(found.thumbnails), good, len(found.thumbnails) == good),
        ("errors", len(found.errors), len(bad), set(found.errors) == {name for name, _ in bad}),
        ("most memory of a process, MB", f"{most:.0f}", f"< {MEMORY}", most < MEMORY),
    ]
    return Report(
        question="A thousand pictures of all kinds: what errors, and how much memory?",
        columns=("", "found", "wanted", "met"),
        rows=[[name, seen, wanted, "yes" if met else "no"] for name, seen, wanted, met in rows],
        settings=settings(stack),
        notes=(
            "JPEG, PNG, WebP, AVIF, HEIC, TIFF, GIF and PDF in all modes, of 256 to 24 million "
            "pixels; each has one task, its thumbnail.",
            f"In {found.seconds:.0f} s, uploads and all. Resident memory of the workers and all "
            "that they start, looked at 50 times a second; what processes share counts in each.",
            *(f"{name}: {words}" for name, words in sorted(found.errors.items())),
        ),
        samples={"most memory of each process, bytes": [*found.memory.values()]},
    )
