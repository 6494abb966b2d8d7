"""A PostgreSQL of its own, from Debian's binaries, in a temporary folder, reached by a socket."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

from tests.mortal import mortal

START_LIMIT = 60.0  # seconds
USER = DATABASE = "mserve"
SETTINGS = {
    "listen_addresses": "",  # no port, so there is none to be in use
    "fsync": "off",  # nobody pulls the plug of a test
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "200",
    "log_statement": "all",  # what could leak would be in its log
}


def binaries() -> Path:
    """Where Debian keeps the newest PostgreSQL's programs; else where `initdb` is on PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    other = shutil.which("initdb")
    assert found or other, "the tests need PostgreSQL: apt install postgresql"
    return (found[-1] if found else Path(str(other))).parent


class Postgres:
    """One server with one database; `environment` is what a client needs beside `uri`.

    room: the folder for its own; settings: the server's, beside and before SETTINGS.
    """

    def __init__(self, room: Path = Path("/tmp"), **settings: str) -> None:
        self.settings = {**SETTINGS, **settings}
        self.folder = Path(tempfile.mkdtemp(prefix="pg-", dir=room))
        self.folder.chmod(0o755)
        self.owner = None if os.geteuid() else unprivileged()
        self.password = secrets.token_hex(16)
        self.log = self.folder / "log"
        self.process: subprocess.Popen[bytes] | None = None
        for name in ("data", "sockets"):
            (self.folder / name).mkdir()
            if self.owner:
                shutil.chown(self.folder / name, self.owner)

    @property
    def environment(self) -> dict[str, str]:
        return {"PGPASSWORD": self.password}

    def uri(self, blobs: Path, **options: str) -> str:
        """For `zodbconn.uri`, with `blobs` as the blob directory."""
        query = {"host": str(self.folder / "sockets"), "user": USER, "blob_dir": str(blobs)}
        return f"postgresql:///{DATABASE}?{urlencode({**query, **options})}"

    def start(self) -> "Postgres":
        if not (self.folder / "data" / "PG_VERSION").exists():
            self.make()
        lines = [f"--{name}={value}" for name, value in self.settings.items()]
        self.process = self.run("postgres", *lines, f"--unix_socket_directories={self.sockets}")
        give_up = time.monotonic() + START_LIMIT
        while self.ask("SELECT 1") != "1":
            assert self.process.poll() is None and time.monotonic() < give_up, self.told()
            time.sleep(0.05)
        return self

    @property
    def sockets(self) -> Path:
        return self.folder / "sockets"

    def make(self) -> None:
        """The cluster, and in it the database, its owner asked for a password."""
        words = self.folder / "sockets" / "password"
        words.write_text(self.password)
        if self.owner:
            shutil.chown(words, self.owner)
        ways = ["--auth=scram-sha-256", f"--username={USER}", f"--pwfile={words}"]
        made = self.run("initdb", *ways, "--encoding=UTF8", "--no-locale", "--no-sync")
        assert made.wait(START_LIMIT) == 0, self.told()
        words.unlink()

    def run(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        """A program of the server on its data, as a user who is not root."""
        with self.log.open("ab") as log:
            command = [str(binaries() / program), "-D", str(self.folder / "data"), *arguments]
            return subprocess.Popen(
                mortal(*command, by="QUIT"),  # it does not wait for clients
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                user=self.owner,
                extra_groups=[] if self.owner else None,
                cwd=self.folder,
                start_new_session=True,
            )

    def ask(self, sql: str, database: str = "postgres") -> str:
        """What psql answers; empty where there is no answer."""
        command = [str(binaries() / "psql"), "-XAtqc", sql, "-U", USER, "-h", str(self.sockets)]
        environment = {**os.environ, **self.environment}
        found = subprocess.run(
            [*command, database], env=environment, capture_output=True, text=True, check=False
        )
        return found.stdout.strip()

    def told(self) -> str:
        return self.log.read_text(errors="replace")[-4000:]

    def create(self) -> "Postgres":
        """A fresh, empty database."""
        self.ask(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        self.ask(f"CREATE DATABASE {DATABASE}")
        return self

    def end(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)  # fast shutdown
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def unprivileged() -> str:
    """The user that runs the server where the tests run as root, which PostgreSQL refuses."""
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
