"""Reports: a table of figures and the configuration they were measured on, Markdown and JSON."""

import json
import os
import platform
import statistics
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from mserve.cli.parts import redis_server

ROOT = Path(__file__).parents[1]
KEPT = 200  # samples of a row that a result keeps
PACKAGES = ("mserve", "pyramid", "httptools", "ZODB", "ZEO", "rq", "redis", "pillow")


@dataclass(frozen=True)
class Report:
    """What was asked, the answer as a table, and all that is needed to judge it.

    parts: the answers to the questions that it is made of; texts: configurations, as they are.
    """

    question: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str | float]]
    settings: Mapping[str, object]
    notes: Sequence[str] = ()
    samples: Mapping[str, Sequence[float]] = field(default_factory=dict)
    parts: Sequence["Report"] = ()
    texts: Mapping[str, str] = field(default_factory=dict)


def median(samples: Sequence[float]) -> float:
    return statistics.median(samples)


def p95(samples: Sequence[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(samples, n=20, method="inclusive")[-1]


def thinned(samples: Sequence[float]) -> Sequence[float]:
    """Of many, about KEPT in order: their quantiles are those of all."""
    return sorted(samples)[:: len(samples) // KEPT] if len(samples) > 2 * KEPT else samples


def ms(seconds: float) -> str:
    """For a table: milliseconds, in three digits that mean something."""
    return f"{seconds * 1000:.3g}" if seconds < 1 else f"{seconds * 1000:.0f}"


def configuration() -> dict[str, str]:
    return {
        "processors": f"{os.cpu_count()} ({processor()})",
        "load before": f"{os.getloadavg()[0]:.2f}",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "commit": said("git", "-C", str(ROOT), "describe", "--always", "--dirty"),
        "Redis server": said(redis_server(), "--version").split(" sha=")[0],
        **{name: version(name) for name in PACKAGES},
    }


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def said(*command: str, errors: bool = False) -> str:
    """What a command says, or that it could not be asked; `errors`: it says so on stderr."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=not errors)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return (done.stdout + (done.stderr if errors else "")).strip()


def write(report: Report, known: Mapping[str, str], name: str, folder: Path) -> Path:
    """Writes `<date>-<name>.json` and `.md` into `folder`; returns the page's path."""
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / f"{datetime.now(UTC):%Y-%m-%d}-{name}.md"
    page.with_suffix(".json").write_text(
        json.dumps({"configuration": known, **asdict(report)}, indent=1, default=str) + "\n"
    )
    page.write_text("\n".join(markdown(report, known)) + "\n")
    return page


def markdown(report: Report, known: Mapping[str, str]) -> list[str]:
    return [
        f"# {report.question}",
        "",
        *answer(report),
        *(line for part in report.parts for line in (f"## {part.question}", "", *answer(part))),
        *table(("configuration", ""), [*known.items(), *report.settings.items()]),
        *(line for name, text in report.texts.items() for line in listing(name, text)),
    ]


def answer(report: Report) -> list[str]:
    return [
        *table(report.columns, report.rows),
        "",
        *(f"- {note}" for note in report.notes),
        "",
    ]


def listing(name: str, text: str) -> list[str]:
    return ["", f"## {name}", "", "```", text.strip(), "```"]


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    lines = [columns, ["---"] * len(columns), *rows]
    return [f"| {' | '.join(str(cell) for cell in line)} |" for line in lines]
