"""A task in a process of its own, below a Python of its own: the environment is that of now.

Run as a program: fresh.py <folder> <task> <list of arguments> <limits>, the last two in JSON. It is
as slow to start as a worker, so one process runs the task once with each of the arguments.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from mserve.errors import TaskError
from mserve.tasks.confine import Crashed, Limits, Meter, confine
from mserve.tasks.registry import TaskRegistry
from mserve.tasks.source import Source

ROOT = Path(__file__).parents[4]


def command_line(folder: Path, task: str, *arguments: dict[str, Any], **limits: int) -> list[str]:
    program = [sys.executable, "-m", "tests.unit.tasks.library.fresh"]
    return [*program, str(folder), task, json.dumps(arguments), json.dumps(limits)]


def run_fresh(task: str, arguments: dict[str, Any], folder: Path, **limits: int) -> Any:
    """What came of it: `result` and `outputs` or `fault`, and `log`."""
    [done] = run_each(task, [arguments], folder, **limits)
    return done


def run_each(task: str, cases: list[dict[str, Any]], folder: Path, **limits: int) -> list[Any]:
    """As run_fresh, once with each of the arguments."""
    command = command_line(folder, task, *cases, **limits)
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def main(folder: Path, name: str, arguments: Any, limits: Any) -> None:
    meter, function = Meter(), TaskRegistry.load()[name].function
    scratch = folder / "fresh"
    scratch.mkdir(exist_ok=True)
    content = folder / "fresh-content"
    content.write_bytes(b"abc")
    source = Source(content, "a.txt", "text/plain", 3, scratch)
    told: dict[str, Any] = {}
    try:
        outcome = confine(function, source, arguments, Limits(**limits), meter)
        told["result"] = dict(outcome.result)
        told["outputs"] = [[each.name, each.mimetype] for each in outcome.outputs]
    except (TaskError, Crashed) as fault:
        told["fault"] = f"{type(fault).__name__}: {fault}"
    print(json.dumps({**told, "log": meter.log}))


if __name__ == "__main__":
    for case in json.loads(sys.argv[3]):
        main(Path(sys.argv[1]), sys.argv[2], case, json.loads(sys.argv[4]))
