"""Thumbnails of many files by a real stack, and what its workers' memory comes to meanwhile."""

import io
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import psutil
from PIL import Image

from tests.functional.many_pictures import Made
from tests.functional.stack import Stack, wait_for

LOOK = 0.02  # seconds between two looks at the memory
WORKFLOW = {"workflows": {"ingest": {"sets": [{"tasks": [{"task": "thumbnail"}]}]}}}
BOX = (210, 128)  # pixels
LIMIT = 600.0  # seconds for one picture, behind all that wait before it


@dataclass
class Pictured:
    """The thumbnails' sizes and the errors, by the files' names; the most memory of a process.

    memory: bytes by process id; what several processes share is counted in each.
    """

    thumbnails: dict[str, tuple[int, int]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    memory: dict[int, int] = field(default_factory=dict)
    seconds: float = 0.0


class Watch(threading.Thread):
    """Looks at the memory of the workers, and of all that they start, until `over`."""

    def __init__(self, stack: Stack, memory: dict[int, int]) -> None:
        super().__init__(daemon=True)
        self.pool = psutil.Process(stack.pids()["worker"])
        self.memory = memory
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(LOOK):
            with suppress(psutil.Error):
                for each in (self.pool, *self.pool.children(recursive=True)):
                    self.look(each)

    def look(self, process: psutil.Process) -> None:
        with suppress(psutil.Error):
            found = process.memory_info().rss
            self.memory[process.pid] = max(found, self.memory.get(process.pid, 0))


def picture_all(stack: Stack, files: Iterable[Made]) -> Pictured:
    """Uploads the files, whose ingest is their thumbnail alone, and waits for all."""
    found = Pictured()
    watch = Watch(stack, found.memory)
    watch.start()
    began = time.monotonic()
    with httpx.Client(base_url=stack.demo_url, timeout=60) as client:
        only_thumbnails(stack)
        made = [client.put(name, content=body).raise_for_status().json() for name, body in files]
        for each in made:
            note(client, each, found)
    found.seconds = time.monotonic() - began
    watch.over.set()
    watch.join()
    return found


def only_thumbnails(stack: Stack) -> None:
    with stack.client(stack.admin) as admin:
        admin.put("/demo/files/-/profiles/default", json=WORKFLOW).raise_for_status()


def note(client: httpx.Client, mfile: Any, found: Pictured) -> None:
    job = wait_for(lambda: ended(client, mfile["job"]), LIMIT)
    (task,) = job["sets"][0]["tasks"]
    if task["state"] == "done":
        body = client.get(f"{mfile['url']}/-/thumbnail").raise_for_status().content
        with Image.open(io.BytesIO(body)) as image:
            image.load()
            found.thumbnails[mfile["name"]] = image.size
    else:
        found.errors[mfile["name"]] = task["error"]


def ended(client: httpx.Client, url: str) -> Any:
    job = client.get(url).raise_for_status().json()
    return job if job["ended"] else None
