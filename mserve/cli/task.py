"""`mserve task`: lists tasks, and runs one by hand, without a server."""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import click

from mserve.errors import BadInput
from mserve.tasks.library import libmagic
from mserve.tasks.registry import Outcome, Source, TaskRegistry
from mserve.vault import read_digest


@click.group()
def task() -> None:
    """See what tasks there are, and try one on a file."""


MODULES = click.option(
    "--tasks", multiple=True, metavar="MODULE", help="A module with tasks, as in mserve.tasks."
)


@task.command("list")
@MODULES
def listed(tasks: tuple[str, ...]) -> None:
    """Name all tasks, each with what it does."""
    for each in TaskRegistry.load(tasks).values():
        click.echo(f"{each.name:20} {each.summary}")


@task.command()
@click.argument("name")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("arguments", nargs=-1, metavar="[NAME=VALUE]…")
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), default=Path(),
              help="The folder for what the task makes; by default the present one.")  # fmt: skip
@MODULES
def run(
    name: str, file: Path, arguments: tuple[str, ...], output: Path, tasks: tuple[str, ...]
) -> None:
    """Run the task NAME on FILE, as a worker would, and show what it gives.

    VALUE is JSON, or a text where it is none. Example: mserve task run thumbnail a.jpg width=300
    """
    registry = TaskRegistry.load(tasks)
    if name not in registry:
        raise BadInput(f"there is no task {name!r}; there are: {', '.join(registry)}")
    with tempfile.TemporaryDirectory(prefix="mserve-task-") as scratch:
        outcome = registry[name].run(_source(file, Path(scratch)), _arguments(arguments))
        made = _keep(outcome, output)
    told = {"result": outcome.result, "facts": outcome.facts, "outputs": made}
    click.echo(json.dumps(told, indent=2, ensure_ascii=False))


def _source(file: Path, scratch: Path) -> Source:
    def report(fraction: float, words: str) -> None:
        click.echo(f"{fraction:4.0%} {words}", err=True)

    kind, digest = libmagic.detect(file).mimetype, read_digest(file)
    size = file.stat().st_size
    return Source(file.resolve(), file.name, kind, size, scratch, {}, report, digest)


def _arguments(pairs: tuple[str, ...]) -> dict[str, Any]:
    """Raises BadInput where one is no pair."""
    found: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise BadInput(f"{pair!r} should be like width=300")
        found[name] = _value(value)
    return found


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _keep(outcome: Outcome, folder: Path) -> list[dict[str, Any]]:
    """Takes the outputs out of the scratch folder; none replaces a file. Raises BadInput."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for each in outcome.outputs:
        path = folder / each.path.name
        if path.exists():
            raise BadInput(f"{path} is there already; choose another folder with --output")
        shutil.copyfile(each.path, path)
        made.append({"name": each.name, "path": str(path), "mimetype": each.mimetype})
    return made
