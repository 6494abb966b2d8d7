"""Documents that show a walk: it is pasted into a shell, and says what they show."""

import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from tests.functional.stack import Stack

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
NODES = (ROOT / "docs" / "nodes.md").read_text()
TASKS = (ROOT / "docs" / "tasks.md").read_text()
WRITTEN_URL = "http://127.0.0.1:6543"
BLOCK = re.compile(r"^```sh\n(.*?)^```\n(?:```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)
MARK = "---- end of block"


def section(text: str, title: str) -> str:
    """What stands between `## title` and the next heading of that rank."""
    return text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def pattern(shown: str) -> re.Pattern[str]:
    """What is shown, as an expression in which `…` stands for anything."""
    return re.compile(".*".join(map(re.escape, shown.strip().split("…"))), re.DOTALL)


def follow(text: str, title: str, stack: Stack, folder: Path, shell: str) -> None:
    """In a folder that looks like the repository's after `make run`; only the port is another.

    The walk leaves nothing there.
    """
    (folder / "var").symlink_to(stack.data)
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / "development.ini").symlink_to(stack.ini)
    blocks = BLOCK.findall(section(text, title))
    assert blocks
    commands = f"\necho '{MARK}'\n".join(block for block, _ in blocks)
    process = subprocess.Popen(
        [shell, "-e"],
        cwd=folder,
        env={**os.environ, "NO_PROXY": "*"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        out, err = process.communicate(commands.replace(WRITTEN_URL, stack.url), timeout=120)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # what it began and did not end
    assert (process.returncode, err) == (0, ""), f"{out}\n{err}"
    told = out.replace(stack.url, WRITTEN_URL).split(MARK)
    for (block, shown), said in zip(blocks, told, strict=True):
        assert pattern(shown).fullmatch(said.strip()), f"{block}\nshown:\n{shown}\nsaid:\n{said}"
    assert sorted(path.name for path in folder.iterdir()) == [".venv", "development.ini", "var"]
