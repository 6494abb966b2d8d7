"""Do uploads by a browser keep up with curl, and does a large one outlast a reload?"""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from playwright.sync_api import Browser, Page

from bench.browser import chromium, version
from bench.client import Client, settings
from bench.load.wrk import LoadError
from bench.report import ROOT, Report, median
from bench.small import use_profile
from tests.functional.stack import Stack

FILES, SIZE = 500, 100_000  # of so many bytes
CLIENTS, ROUNDS = 4, 5
GOAL = 0.5  # of the rate of curl
LARGE, BLOCK = 1 << 30, 1 << 20  # bytes
LIMIT, OFTEN = 600_000, 100  # ms; each look by the frame would cost the page its time
DONE = """number => document.querySelector("#transfers-status")?.textContent
    === `${number} of ${number} uploaded`"""
FAR = "share => document.querySelector('#transfers progress')?.value >= share"
LEFT = """() => document.querySelector("#transfers-status")?.textContent.includes("left")"""


def measure(stack: Stack, share: float) -> Report:
    use_profile(stack, "none")
    warm_up_without_jobs(stack)
    with files() as folder, chromium() as browser:
        some = small_files(folder, max(50, int(FILES * share)))
        rates = in_turn(stack, browser, some, max(2, int(ROUNDS * share)))
        large, digest = large_file(folder, max(64 * BLOCK, int(LARGE * share)))
        resumed = reloaded(stack, browser, large, digest)
        told = version(browser)
    curl, ours = median(rates["curl"]), median(rates["browser"])
    met = ours / curl >= GOAL
    rows = [
        [f"{len(some)} files of {SIZE // 1000} kB, files a second", f"{ours:.0f}", f"{curl:.0f}",
         f"{ours / curl:.2f}", f"≥ {GOAL}", "yes" if met else "no"],
        *resumed,
    ]  # fmt: skip
    return Report(
        question="Do uploads by a browser keep up with curl, and outlast a reload?",
        columns=("", "browser", f"{CLIENTS} × curl", "ratio", "goal", "met"),
        rows=rows,
        settings={**settings(stack), "browser": told},
        notes=(
            f"Medians of {len(rates['curl'])} rounds, in turn, each into a new folder, without a "
            "workflow. The browser's is from the choice of the files until its panel says that all "
            "are uploaded; each curl sends its share one after the other over one connection.",
            "The large file is random; the page is loaded again when two fifths have gone, and the "
            "file is chosen again. The digest is the one that the server has made.",
        ),
        samples=rates,
    )


def warm_up_without_jobs(stack: Stack) -> None:
    client = Client(stack.demo_url)
    for number in range(20):
        client.put_small(f"warm-up/{number}")


@contextmanager
def files() -> Iterator[Path]:
    base = ROOT / "bench" / "work"
    base.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix="mb-", dir=base) as folder:
        yield Path(folder)


def small_files(folder: Path, number: int) -> list[Path]:
    paths = [folder / f"{each:04}.txt" for each in range(number)]
    for path in paths:
        path.write_text(os.urandom(SIZE // 2).hex())
    return paths


def in_turn(
    stack: Stack, browser: Browser, some: list[Path], rounds: int
) -> dict[str, list[float]]:
    """Files a second by each."""
    rates: dict[str, list[float]] = {"browser": [], "curl": []}
    for number in range(rounds):
        rates["curl"].append(len(some) / by_curl(stack.demo_url + f"curl-{number}/", some))
        with opened(browser, new_folder(stack, f"browser-{number}")) as page:
            rates["browser"].append(len(some) / by_browser(page, some))
    return rates


def by_curl(url: str, some: list[Path]) -> float:
    """Seconds until all were sent and answered, by clients at the same time."""
    began = time.perf_counter()
    clients = [
        subprocess.Popen(
            [
                "curl",
                "-sSf",
                "--fail-early",
                "-H",
                "Expect:",
                "-T",
                braced(some[first::CLIENTS]),
                url,
            ],
            stdout=subprocess.DEVNULL,
        )
        for first in range(CLIENTS)
    ]
    statuses = [client.wait() for client in clients]
    seconds = time.perf_counter() - began
    if any(statuses):
        raise LoadError(f"curl ended with {statuses}")
    return seconds


def braced(some: list[Path]) -> str:
    """As curl is told of several files."""
    return "{" + ",".join(map(str, some)) + "}"


def by_browser(page: Page, some: list[Path]) -> float:
    began = time.perf_counter()
    page.locator("#files").set_input_files(some)
    page.wait_for_function(DONE, arg=len(some), timeout=LIMIT, polling=OFTEN)
    return time.perf_counter() - began


def new_folder(stack: Stack, name: str) -> str:
    with stack.client(stack.admin) as admin:
        made = admin.post("/demo/files/", json={"type": "folder", "name": name})
        made.raise_for_status()
    return f"{stack.demo_url}{name}/"


@contextmanager
def opened(browser: Browser, url: str) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    page.goto(url)
    yield page
    context.close()


def large_file(folder: Path, size: int) -> tuple[Path, str]:
    path, digest = folder / "large.bin", sha256()
    with path.open("wb") as file:
        for _ in range(size // BLOCK):
            block = os.urandom(BLOCK)
            digest.update(block)
            file.write(block)
    return path, digest.hexdigest()


def reloaded(stack: Stack, browser: Browser, large: Path, digest: str) -> list[list[str]]:
    """One upload, reloaded in the middle; and one as it is, for its rate."""
    size = large.stat().st_size
    with opened(browser, new_folder(stack, "whole")) as page:
        rate = size / by_browser(page, [large])
    url = new_folder(stack, "large")
    again: list[int] = []
    with opened(browser, url) as page:
        page.on("dialog", lambda dialog: dialog.accept())
        page.locator("#files").set_input_files(large)
        page.wait_for_function(FAR, arg=0.4, timeout=LIMIT)
        page.reload()
        page.wait_for_function(LEFT)
        page.on("request", lambda each: again.append(int(each.headers.get("upload-offset", size))))
        by_browser(page, [large])
    facts = httpx.get(f"{url}large.bin/-/info").raise_for_status().json()
    right = facts["sha256"] == digest
    mib = f"{size >> 20} MiB"
    return [
        [f"{mib}, MB a second", f"{rate / 1e6:.0f}", "", "", "", ""],
        [
            f"{mib}, reloaded: gone on at",
            f"{min(again) / size:.0%}",
            "",
            "",
            "> 0",
            met(min(again)),
        ],
        [
            f"{mib}, reloaded: the digest is",
            "right" if right else "wrong",
            "",
            "",
            "right",
            met(right),
        ],
    ]


def met(value: object) -> str:
    return "yes" if value else "no"
