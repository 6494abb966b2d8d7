"""Peer: a server that is measured, in a folder of its own, and how each thing is asked of it."""

import http.client
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from bench.load.asked import MARK, Asked, digits
from bench.load.wrk import LoadError

ROOT = Path(__file__).parents[2]
START_LIMIT = 60.0  # seconds
SMALL = 4096  # bytes
PREFIX = "mb-"  # of temporary folders
MANY = "many"  # the folder of many small files
TEXT = os.urandom(SMALL // 2).hex()  # random bytes would look like a picture at times
LARGE = 32 << 20  # bytes; no other file in any peer is as large


def body_text() -> str:
    """SMALL bytes with the request's number in them, so that no two bodies are the same."""
    return MARK + TEXT[len(digits(0)) :]


def small(n: int) -> bytes:
    return body_text().replace(MARK, digits(n)).encode()


def new_folder() -> Path:
    """On the disk of the project, by a short path, as sockets lie in it, open to other users.

    /tmp may be in memory; /var/tmp is not, but may be another disk.
    """
    common = Path("/var/tmp")
    here = common.exists() and common.stat().st_dev == ROOT.stat().st_dev
    base = common if here else ROOT / "bench" / "work"
    base.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
    folder.chmod(0o755)
    return folder


def without_paths(text: str) -> str:
    """A configuration, with `DIR` for the folders that `new_folder` made, and no other of ours."""
    text = re.sub(rf"[^\s\"']*/{PREFIX}\w+(/ms-\w+)?", "DIR", text)
    return text.replace(f"{ROOT}/", "")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])


class Peer:
    """Subclasses say what to run and how their dialect differs from plain HTTP on files.

    title: its name in tables; fresh: a new one for each turn; large_share: how much of a large body
    it is given, if it is so slow that the whole would take minutes; web: how the names of the
    processes that answer requests begin.
    """

    title = ""
    fresh = False
    large_share = 1.0
    web: Sequence[str] = ()

    def __init__(self) -> None:
        self.folder = new_folder()
        self.port = free_port()
        self.files = self.folder / "files"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # what a subclass says

    def command(self) -> Sequence[str | Path]:
        raise NotImplementedError

    def configuration(self) -> str:
        """For the report: all that it was started with."""
        raise NotImplementedError

    # its life

    def start(self) -> None:
        self.process = self.launch(self.command())
        self.await_answer()

    def launch(
        self, command: Sequence[str | Path], environment: Mapping[str, str] = {}
    ) -> subprocess.Popen[bytes]:
        with (self.folder / "console.log").open("ab") as console:
            return subprocess.Popen(
                list(map(str, command)),
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                cwd=self.folder,
                env={**os.environ, **environment},
            )

    def await_answer(self) -> None:
        give_up = time.monotonic() + START_LIMIT
        while not self.answers():
            if (self.process and self.process.poll() is not None) or time.monotonic() > give_up:
                raise LoadError(f"{self.title} does not answer\n{self.told()}")
            time.sleep(0.05)

    def answers(self) -> bool:
        with suppress(OSError, http.client.HTTPException):
            self.ask("GET", "/")
            return True
        return False

    def end(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(20)
            for each in self.tree(self.process.pid) if self.process.poll() is None else ():
                each.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def told(self) -> str:
        return "\n".join(p.read_text(errors="replace")[-4000:] for p in self.folder.glob("*.log"))

    # its processes

    def processes(self) -> dict[str, psutil.Process]:
        """All of them, by a name that tells them apart."""
        assert self.process
        return {f"{p.name()} {p.pid}": p for p in self.tree(self.process.pid)}

    @staticmethod
    def tree(pid: int) -> list[psutil.Process]:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]

    def cpu(self) -> float:
        """Seconds of processor time that its processes have used, those that ended too."""
        total = 0.0
        for process in self.processes().values():
            with suppress(psutil.Error):
                total += sum(process.cpu_times()[:4])
        return total

    # how things are asked of it

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, bytes]:
        """One request, past the load generators: the status and the body of its answer."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=120)
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        try:
            connection.request(method, path, body, {**self.credentials(), **named})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def must(self, method: str, path: str, body: bytes | None = None, **headers: str) -> bytes:
        """As `ask`; raises LoadError for an error."""
        status, content = self.ask(method, path, body, **headers)
        if status >= 400:
            raise LoadError(f"{self.title}: {method} {path}: {status} {content[:500]!r}")
        return content

    def credentials(self) -> dict[str, str]:
        return {}

    def place(self, path: str) -> str:
        """The path of a request for the object at `path`."""
        return f"/{path}"

    def content(self, path: str) -> Asked:
        return Asked("GET", self.place(path), self.credentials())

    def facts(self, path: str) -> Asked:
        raise NotImplementedError

    def page(self, folder: str, first: int, limit: int) -> Asked:
        """`limit` entries of a folder, with all their facts, from its `first` on."""
        raise NotImplementedError

    def create(self, folder: str) -> Asked:
        """A new file of SMALL bytes in the folder, named by its number."""
        return Asked("PUT", self.place(f"{folder}/{MARK}"), self.credentials(), body_text())

    def created(self, n: int) -> bytes:
        """The bytes that the file has which `create` made with this number."""
        return small(n)

    def upload(self, path: str) -> Asked:
        """A new file whose bytes come as the body."""
        return Asked("PUT", self.place(path), self.credentials())

    # what is in it

    def make_folder(self, name: str) -> None:
        (self.files / name).mkdir(parents=True, exist_ok=True)

    def fill(self, count: int) -> None:
        """The folder MANY with files that are named by their numbers, below `count`."""
        self.make_folder(MANY)
        for n in range(count):
            (self.files / MANY / digits(n)).write_bytes(small(n))

    def prepare(self, path: str) -> None:
        """What an upload to `path` needs beforehand, if anything."""

    def discard(self, path: str) -> None:
        """Gives back the room of a large file."""
        (self.files / path).unlink(missing_ok=True)
