"""A whole mserve as a real process, `mserve up`, in a short temporary folder of its own."""

import configparser
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.mortal import mortal

DEVELOPMENT = Path(__file__).parents[2] / "development.ini"
START_LIMIT = 90.0  # seconds


class Stack:
    """One `mserve up` with its data. It may be stopped, killed and started again.

    ini: what to start from; environment: variables beside this process's own;
    room: the folder for its own, of a short path, as sockets lie in the data folder;
    lines: ini lines for [app:main]; a name without a dot gets `mserve.` before it.
    """

    def __init__(
        self,
        *,
        ini: Path = DEVELOPMENT,
        environment: Mapping[str, str] = {},
        room: Path = Path("/tmp"),
        **lines: str,
    ) -> None:
        self.environment = dict(environment)
        self.folder = Path(tempfile.mkdtemp(prefix="ms-", dir=room))
        self.data = self.folder / "d"
        self.ready_file = self.folder / "ready.json"
        self.console = self.folder / "console"
        self.ini = self.write_ini(ini, lines)
        self.process: subprocess.Popen[bytes] | None = None

    def write_ini(self, ini: Path, lines: dict[str, str]) -> Path:
        config = configparser.RawConfigParser()
        config.read(ini)
        for name, value in lines.items():
            config.set("app:main", name if "." in name else f"mserve.{name}", value)
        path = self.folder / "test.ini"
        with path.open("w") as file:
            config.write(file)
        return path

    def launch(self, *options: str, ready: bool = True) -> subprocess.Popen[bytes]:
        """`mserve up` on this stack's folder, as a process; its console is in `console`."""
        command = [sys.executable, "-m", "mserve.cli", "up", str(self.ini)]
        command += ["--data", str(self.data), *(options or ("--port", "0"))]
        command += ["--ready-file", str(self.ready_file)] if ready else []
        with self.console.open("ab") as console:
            return subprocess.Popen(
                mortal(*command),
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                env={**os.environ, **self.environment},
                start_new_session=True,
            )

    def start(self, *options: str) -> "Stack":
        self.ready_file.unlink(missing_ok=True)
        self.process = self.launch(*options)
        give_up = time.monotonic() + START_LIMIT
        while not self.ready_file.exists():
            if self.process.poll() is not None or time.monotonic() > give_up:
                told = self.told()
                self.end()
                raise AssertionError(f"mserve up did not get ready\n{told}")
            time.sleep(0.02)
        return self

    @property
    def ready(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.ready_file.read_text())
        return document

    @property
    def url(self) -> str:
        return str(self.ready["url"])

    @property
    def demo_url(self) -> str:
        return str(self.ready["demo_url"])

    @property
    def admin(self) -> str:
        """The site administrator's key."""
        return str(self.ready["admin_key"])

    def pids(self) -> dict[str, int]:
        """As they are now: a part that was started again has a new one once it answers."""
        return dict(self.ready["pids"])

    def client(self, key: str | None = None) -> httpx.Client:
        """A client of the web server that holds `key`. Close it, or use it in a `with`."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=60)

    def await_new_pid(self, part: str, old: int) -> int:
        """The part's new process id, once it answers and has another than `old`."""
        return wait_for(lambda: next((p for p in [self.pids()[part]] if p != old), None))

    def kill_web(self) -> None:
        """kill -9 of the web server; returns once another one answers."""
        pid = self.pids()["web"]
        os.kill(pid, signal.SIGKILL)
        self.await_new_pid("web", pid)

    def spools(self) -> set[Path]:
        """What is coming in, and what those have left behind that other tests have killed."""
        return {*(self.data / "blobs" / "tmp").glob("spool-*")}

    def stop(self, limit: float = 120) -> int:
        """SIGTERM, and the exit status once it has stopped."""
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(limit)

    def kill(self) -> None:
        """kill -9 of the supervisor's whole process group."""
        assert self.process
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def processes(self) -> list[psutil.Process]:
        """All that runs on this stack's folder, whoever started it."""
        return [process for process in psutil.process_iter() if self.owns(process)]

    def owns(self, process: psutil.Process) -> bool:
        try:
            return bool(process.environ().get("MSERVE_DATA") == str(self.data))
        except (psutil.Error, OSError):
            return False

    def told(self) -> str:
        """The console and the ends of all logs, for a person who looks for a fault."""
        files = [self.console, *sorted((self.data / "logs").glob("*.log"))]
        texts = [(file, file.read_text(errors="replace")[-4000:]) for file in files]
        return "\n".join(f"--- {file}\n{text}" for file, text in texts)

    def end(self) -> None:
        """Ends whatever still runs and removes the folder."""
        if self.process and self.process.poll() is None:
            try:
                self.stop()
            except subprocess.TimeoutExpired:
                self.kill()
        for process in self.processes():
            process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def wait_for(condition: Callable[[], Any], limit: float = 60) -> Any:
    """What `condition()` returns, once that is true."""
    give_up = time.monotonic() + limit
    while not (found := condition()):
        assert time.monotonic() < give_up, "it has not come true in time"
        time.sleep(0.02)
    return found
