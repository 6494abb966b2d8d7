"""`python -m bench [NAME…] [--quick] [--out FOLDER]`."""

import argparse
import signal
import sys
from importlib import import_module
from pathlib import Path

from bench.compare import QUESTIONS, compare
from bench.report import Report, configuration, write
from tests.functional.many_sets import MODULE
from tests.functional.stack import Stack

OWN = (
    "folder", "latency", "thumbnail", "small", "pictures", "sets", "dav", "usage", "paint",
    "browser-uploads",
)  # fmt: skip
"""Questions to mserve alone."""
WHOLE = ("guesses", "tasks", "keys", "davfs")  # which start what they need
NAMES = (*OWN, *WHOLE, "compare", *QUESTIONS)
RESULTS = Path(__file__).with_name("results")


def main() -> None:
    chosen = arguments()
    # all that was started is ended, also when this is told to stop
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    share = 0.1 if chosen.quick else 1.0
    for name in chosen.names or (*OWN, *WHOLE, "compare"):
        print(f"== {name}", flush=True)
        known = configuration()
        report = asked(name, share)
        page = write(report, known, name, chosen.out)
        print(page.read_text(), f"-> {page}", sep="\n", flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure a real stack.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(NAMES)}")
    parser.add_argument("--quick", action="store_true", help="a tenth of everything, to try it out")
    parser.add_argument("--out", type=Path, default=RESULTS, help="the folder for the results")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(NAMES):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are: {', '.join(NAMES)}")
    return chosen


def asked(name: str, share: float) -> Report:
    if name in WHOLE:
        report: Report = import_module(f"bench.{name}").measure(share)
        return report
    return measure(name, share) if name in OWN else compare(questions(name), share)


def questions(name: str) -> tuple[str, ...]:
    """All of the comparison, or the one of this name."""
    return tuple(QUESTIONS) if name == "compare" else (name,)


def measure(name: str, share: float) -> Report:
    """Runs one bench on a stack of its own."""
    stack = Stack(tasks=MODULE)
    try:
        stack.start()
        module = import_module(f"bench.{name.replace('-', '_')}")
        report: Report = module.measure(stack, share)
        return report
    finally:
        stack.end()


main()
