"""curl: large bodies, one process for each client."""

import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.load.asked import Asked
from bench.load.wrk import LoadError

TOLD = "%{http_code} %{size_download} %{size_upload}"
LIMIT = 600  # seconds for one body

Whole = Callable[[int, int], bool]  # of the bytes that came in and went out


def fetch(url: str, asked: Sequence[Asked], size: int) -> float:
    """Seconds until all were fetched at the same time; raises LoadError if one was not whole."""
    return together([command(url, each) for each in asked], lambda got, sent: got == size)


def send(url: str, asked: Sequence[Asked], file: Path) -> float:
    """Seconds until `file` was sent and answered, by all at the same time; raises LoadError."""
    size = file.stat().st_size
    # without Expect, which some servers answer and others let wait for a second
    commands = [[*command(url, each), "-T", str(file), "-H", "Expect:"] for each in asked]
    return together(commands, lambda got, sent: sent == size)


def command(url: str, asked: Asked) -> list[str]:
    headers = [part for name, text in asked.headers.items() for part in ("-H", f"{name}: {text}")]
    what = ["-X", asked.method, f"{url}{asked.path}", *headers]
    return ["curl", "-sS", "-m", str(LIMIT), "-o", "/dev/null", "-w", TOLD, *what]


def together(commands: Sequence[Sequence[str]], whole: Whole) -> float:
    began = time.perf_counter()
    running = [
        subprocess.Popen(each, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for each in commands
    ]
    try:
        told = [each.communicate() for each in running]
        seconds = time.perf_counter() - began
    finally:
        for each in running:
            each.kill()
    for each, (out, err) in zip(running, told, strict=True):
        check(each.returncode, out, err, whole)
    return seconds


def check(status: int, out: str, err: str, whole: Whole) -> None:
    """Raises LoadError unless the answer was 2xx and all bytes came or went."""
    code, got, sent = out.split() if out.count(" ") == 2 else ("?", "0", "0")
    if status or not code.startswith("2") or not whole(int(got), int(sent)):
        raise LoadError(f"curl: exit {status}, status {code}, {got} in, {sent} out: {err}")
