"""`python -m bench [NAME…] [--quick] [--out FOLDER]`."""

import argparse
from importlib import import_module
from pathlib import Path

from bench.report import Report, configuration, write
from tests.functional.stack import Stack

NAMES = ("folder", "latency", "thumbnail", "small")
RESULTS = Path(__file__).with_name("results")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure a real stack.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(NAMES)}")
    parser.add_argument("--quick", action="store_true", help="a tenth of everything, to try it out")
    parser.add_argument("--out", type=Path, default=RESULTS, help="the folder for the results")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(NAMES):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are: {', '.join(NAMES)}")
    for name in chosen.names or NAMES:
        print(f"== {name}", flush=True)
        known = configuration()
        report = measure(name, 0.1 if chosen.quick else 1.0)
        page = write(report, known, name, chosen.out)
        print(page.read_text(), f"-> {page}", sep="\n", flush=True)


def measure(name: str, share: float) -> Report:
    """Runs one bench on a stack of its own."""
    stack = Stack()
    try:
        stack.start()
        report: Report = import_module(f"bench.{name}").measure(stack, share)
        return report
    finally:
        stack.end()


main()
