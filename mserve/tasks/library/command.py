"""The command task: runs a program that the ini allows on a file, in a process group of its own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mserve import outlets
from mserve.errors import TaskError
from mserve.tasks.library import libmagic, warden
from mserve.tasks.library.suffixes import refine
from mserve.tasks.outcome import Outcome, Output
from mserve.tasks.registry import Limits, task
from mserve.tasks.source import Source
from mserve.template import Template

LIMITS = Limits(memory=2 << 30, cpu=3600, file=16 << 30)  # of each process of the command
PROCESSES = 64
OUTPUTS = 1000
PATH = "/usr/local/bin:/usr/bin:/bin"
WORDS = 500  # characters of what the command complained of


class Killed(Exception):
    """Somebody, or the system for want of memory, has ended the command."""


@task("command", timeout=3600, limits=LIMITS, needs_file=False)
def command(source: Source, *, command: str, arguments: dict[str, Any] | None = None) -> Outcome:
    """Run a program on the file."""
    template = _template(command)
    output, folder = source.scratch / "output", source.scratch / "work"
    for each in (output, folder):
        each.mkdir()
    values = {"input": str(source.path), "output": str(output), "name": source.name}
    order = {
        "command": _fill(template, command, values, arguments or {}),
        "environment": _environment(folder),
        "folder": str(folder),
        "processes": PROCESSES,
    }
    _judge(command, _run(order))
    outputs = tuple(_outputs(output))
    return Outcome({"command": command, "outputs": len(outputs)}, outputs=outputs)


def _template(name: str) -> Template:
    try:
        known = outlets.commands(os.environ.get(outlets.COMMANDS, ""))
    except ValueError as fault:
        raise TaskError(f"{outlets.COMMANDS} cannot be read: {fault}") from fault
    if name not in known:
        raise TaskError(f"there is no command {name!r} here; known: {', '.join(known) or 'none'}")
    return known[name]


def _fill(
    template: Template, name: str, values: Mapping[str, str], arguments: Mapping[str, Any]
) -> list[str]:
    given, asked = {*arguments}, template.asked
    if given != asked:
        wanted = ", ".join(sorted(asked)) or "none"
        raise TaskError(f"the command {name} takes the arguments: {wanted}")
    texts = {each: _text(each, value) for each, value in arguments.items()}
    try:
        return template.fill({**texts, **values})
    except ValueError as fault:
        raise TaskError(f"the command {name}: {fault}") from fault


def _text(name: str, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TaskError(f"the argument {name} should be a text or a number, not {value!r:.80}")
    return str(value)


def _environment(folder: Path) -> dict[str, str]:
    return {"PATH": PATH, "LANG": "C.UTF-8", "HOME": str(folder), "TMPDIR": str(folder)}


def _run(order: Mapping[str, Any]) -> dict[str, Any]:
    """The warden's verdict; when this process dies, the pipe is closed, and the warden ends all."""
    program = [sys.executable, "-I", "-S", warden.__file__]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps(order).encode() + b"\n")
        process.stdin.flush()
        verdict = process.stdout.read()
    if not verdict:
        raise Killed("the command's warden was killed")
    found: dict[str, Any] = json.loads(verdict)
    return found


def _judge(name: str, verdict: Mapping[str, Any]) -> None:
    """Raises TaskError, or Killed where another attempt may do, unless all went well."""
    if "fault" in verdict:
        raise TaskError(verdict["fault"])
    code, said = verdict["code"], verdict["said"].strip()[-WORDS:]
    if code == -signal.SIGKILL:
        raise Killed(f"the command {name} was killed, as when memory runs out")
    if code == -signal.SIGXCPU:
        raise TaskError(f"the command {name} needs more than {LIMITS.cpu:g} s of processor")
    if code == -signal.SIGXFSZ:
        raise TaskError(f"the command {name} wrote a file of more than {LIMITS.file} bytes")
    if code:
        how = f"ended with {code}" if code > 0 else f"crashed: {signal.Signals(-code).name}"
        raise TaskError(f"the command {name} {how}{': ' if said else ''}{said}")


def _outputs(folder: Path) -> Iterator[Output]:
    """All files in the folder, also those of folders in it."""
    paths = sorted(path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    if len(paths) > OUTPUTS:
        raise TaskError(f"the command made {len(paths)} files; at most {OUTPUTS} are allowed")
    for path in paths:
        name = "_".join(path.relative_to(folder).parts)
        if path.is_symlink() or not path.is_file():
            raise TaskError(f"the command made {name!r}, which is no file")
        yield Output(name, path, refine(libmagic.detect(path).mimetype, path.name))
