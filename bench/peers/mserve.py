"""mserve as production.ini has it, behind nginx or alone, with the storage of one machine."""

import json
import os
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from bench.fill import fill
from bench.load.asked import Asked, digits
from bench.peers.nginx import Front
from bench.peers.peer import LARGE, MANY, ROOT, Peer, small
from tests.functional.stack import Stack

NOBODY = "idle=1"  # one worker, of a queue that no job is put into: jobs are made and wait
WORKERS = "normal=2 priority=1"
OWN_STORAGE = {"zodbconn.uri": "", "redis": ""}  # ini lines: ZEO and Redis, by `mserve up`


class Mserve(Peer):
    """Its web server alone, `pserve` with one process."""

    title = "mserve alone"
    web = ("web",)
    sendfile, web_processes, workers = "none", 1, NOBODY

    def __init__(self) -> None:
        super().__init__()
        self.stack = Stack(
            ini=ROOT / "production.ini", room=self.folder, demo="true", sendfile=self.sendfile,
            web_processes=str(self.web_processes), workers=self.workers, **OWN_STORAGE,
        )  # fmt: skip
        self.kept: set[Path] = set()

    @property
    def url(self) -> str:
        return self.stack.url.rstrip("/")

    @property
    def key(self) -> str:
        """`/k/<key>` of the demo service."""
        return urlsplit(self.stack.demo_url).path.rstrip("/")

    def start(self) -> None:
        self.stack.start()

    def told(self) -> str:
        return self.stack.told()

    def end(self) -> None:
        self.stack.end()
        super().end()

    def configuration(self) -> str:
        lines = self.stack.ini.read_text()
        return lines.split("[loggers]")[0]

    def processes(self) -> dict[str, psutil.Process]:
        """The parts by name; all else that they have started by the name of its program."""
        parts = self.stack.pids()
        found = {name: psutil.Process(pid) for name, pid in parts.items()}
        others = [p for p in self.stack.processes() if p.pid not in parts.values()]
        return found | {f"{p.name()} {p.pid}": p for p in others}

    # its dialect

    def place(self, path: str) -> str:
        return f"{self.key}/{path}"

    def facts(self, path: str) -> Asked:
        return Asked("GET", f"{self.place(path)}/-/info")

    def page(self, folder: str, first: int, limit: int) -> Asked:
        """What the links to the next page lead to from the first."""
        as_json = {"Accept": "application/json"}
        path = f"{self.place(folder)}/?limit={limit}"
        for _ in range(first // limit):
            following = urlsplit(json.loads(self.must("GET", path, **as_json))["next"])
            path = f"{following.path}?{following.query}"
        return Asked("GET", path, as_json)

    def make_folder(self, name: str) -> None:
        document = json.dumps({"type": "folder", "name": name}).encode()
        self.must("POST", self.place(""), document, Content_Type="application/json")

    def fill(self, count: int) -> None:
        fill(self.stack, MANY, count, digits, small)

    def prepare(self, path: str) -> None:
        self.kept = self.large_blobs()

    def discard(self, path: str) -> None:
        """Removes it, and gives its room back at once, which packing would after days."""
        status, _ = self.ask("DELETE", self.place(path))
        if status < 400:
            for blob in self.large_blobs() - self.kept:
                os.truncate(blob, 0)

    def large_blobs(self) -> set[Path]:
        blobs = (self.stack.data / "blobs").rglob("*.blob")
        return {each for each in blobs if each.stat().st_size >= LARGE}


class MserveFronted(Mserve):
    """Behind nginx, which sends the bytes, with two web processes for the two cores."""

    title = "mserve behind nginx"
    web = ("web", "nginx")
    sendfile, web_processes = "nginx", 2

    def __init__(self) -> None:
        super().__init__()
        self.front: Front | None = None

    @property
    def url(self) -> str:
        assert self.front
        return self.front.url

    def start(self) -> None:
        super().start()
        web = urlsplit(self.stack.url).netloc
        self.front = Front(web, self.stack.data / "blobs")
        self.front.start()

    def end(self) -> None:
        if self.front:
            self.front.end()
        super().end()

    def configuration(self) -> str:
        assert self.front
        return f"{super().configuration()}\n# nginx before it\n{self.front.configuration()}"

    def processes(self) -> dict[str, psutil.Process]:
        assert self.front
        return super().processes() | self.front.processes()


class MserveWorking(MserveFronted):
    """With workers that do the jobs while more come in."""

    title = "mserve behind nginx, workers at work"
    fresh = True  # what its workers leave undone would be in the way of other turns
    workers = WORKERS
