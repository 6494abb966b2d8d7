"""Guillotina on a PostgreSQL of its own, files in the database as well, as is its default."""

import base64
import json
import os
import secrets
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

import psutil

from bench.load.asked import DIGITS, MARK, Asked, digits
from bench.load.wrk import LoadError
from bench.peers.environment import SERVERS
from bench.peers.peer import MANY, TEXT, Peer, small
from tests.functional.postgres import USER, Postgres

PROCESSES = 2  # as mserve has behind nginx
FILLERS = 8
APPLICATION = Path(__file__).with_name("guillotina_files.py")
SERVER = {
    "fsync": "on",
    "full_page_writes": "on",
    "log_statement": "none",
    "shared_buffers": "1GB",
    "max_wal_size": "4GB",
}
TEXT_OF = """\
applications: [guillotina_files]
databases:
  db:
    storage: postgresql
    dsn: postgresql:///guillotina?host={sockets}&user={user}&password={password}
    pool_size: 16
root_user: {{password: {root}}}
jwt: {{secret: {secret}}}
"""
COMMAND = (
    "guillotina.entrypoint:app --loop uvloop --http httptools --no-access-log --log-level warning"
)


class Guillotina(Peer):
    """A file is created, its bytes with it, by one POST of JSON, its quickest way in.

    Its bytes are base64 there. A large file is created first, and its bytes come by PATCH.
    """

    title = "Guillotina"
    large_share = 1 / 8
    web = ("uvicorn", "python")

    def __init__(self) -> None:
        super().__init__()
        self.postgres = Postgres(self.folder, **SERVER)
        self.root = secrets.token_hex(16)

    def start(self) -> None:
        SERVERS.provide()
        self.postgres.start().ask("CREATE DATABASE guillotina")
        (self.folder / APPLICATION.name).write_text(APPLICATION.read_text())
        (self.folder / "conf.yaml").write_text(self.text(self.root, secrets.token_hex(32)))
        self.make_tables()
        self.process = self.launch(self.command(), {"G_CONFIG_FILE": "conf.yaml", **self.path()})
        self.await_answer()
        self.must("POST", "/db", self.document("Container", "bench"))

    def text(self, root: str, secret: str) -> str:
        return TEXT_OF.format(
            sockets=self.postgres.sockets,
            user=USER,
            password=self.postgres.password if root else "",
            root=root,
            secret=secret,
        )

    def path(self) -> dict[str, str]:
        return {"PYTHONPATH": str(self.folder)}

    def make_tables(self) -> None:
        """Several processes that start at once would all make them, and fail.

        The command makes them twice, and ends with an error the second time.
        """
        command = [SERVERS.program("guillotina"), "-c", "conf.yaml", "initialize-db"]
        with (self.folder / "init.log").open("wb") as log:
            subprocess.run(
                command, cwd=self.folder, env={**os.environ, **self.path()},
                stdout=log, stderr=log, timeout=60, check=False,
            )  # fmt: skip
        if self.postgres.ask("SELECT count(*) FROM objects", "guillotina") == "":
            raise LoadError((self.folder / "init.log").read_text())

    def command(self) -> Sequence[str | Path]:
        options = [f"--port={self.port}", f"--workers={PROCESSES}"]
        return [SERVERS.program("uvicorn"), *COMMAND.split(), *options]

    def configuration(self) -> str:
        lines = [" ".join(map(str, self.command())), self.text("", ""), APPLICATION.read_text()]
        server = "\n".join(f"{name} = {value}" for name, value in self.postgres.settings.items())
        return "\n".join([*lines, "# PostgreSQL", server])

    def end(self) -> None:
        if self.process and self.process.poll() is None:
            # uvicorn's workers wait for clients' idle connections
            for each in self.tree(self.process.pid):
                each.kill()
        super().end()
        self.postgres.end()

    def processes(self) -> dict[str, psutil.Process]:
        assert self.postgres.process
        database = self.tree(self.postgres.process.pid)
        return super().processes() | {f"{p.name()} {p.pid}": p for p in database}

    # its dialect

    def answers(self) -> bool:
        return self.process is not None and self.is_up()

    def is_up(self) -> bool:
        try:
            return self.ask("GET", "/db")[0] == 200
        except OSError:
            return False

    def credentials(self) -> dict[str, str]:
        pair = base64.b64encode(f"root:{self.root}".encode()).decode()
        return {"Authorization": f"Basic {pair}"}

    def place(self, path: str) -> str:
        return f"/db/bench/{path}"

    def content(self, path: str) -> Asked:
        return Asked("GET", f"{self.place(path)}/@download/file", self.credentials())

    def facts(self, path: str) -> Asked:
        return Asked("GET", self.place(path), self.credentials())

    def page(self, folder: str, first: int, limit: int) -> Asked:
        query = f"page_size={limit}&page={first // limit + 1}"
        return Asked("GET", f"{self.place(folder)}/@items?{query}", self.credentials())

    def create(self, folder: str) -> Asked:
        headers = {**self.credentials(), "Content-Type": "application/json"}
        # twelve digits are base64 as well, of nine bytes
        data = MARK + base64.b64encode(TEXT.encode()).decode()[DIGITS:]
        file = {"filename": "a.txt", "content_type": "text/plain", "data": data}
        body = self.document("File", MARK, file=file).decode()
        return Asked("POST", self.place(folder), headers, body)

    def created(self, n: int) -> bytes:
        start = base64.b64decode(digits(n))
        return start + TEXT.encode()[len(start) :]

    @staticmethod
    def document(kind: str, name: str, **fields: object) -> bytes:
        return json.dumps({"@type": kind, "id": name, **fields}).encode()

    def upload(self, path: str) -> Asked:
        headers = {"X-UPLOAD-FILENAME": "a.bin", "Content-Type": "application/octet-stream"}
        place = f"{self.place(path)}/@upload/file"
        return Asked("PATCH", place, {**self.credentials(), **headers})

    def prepare(self, path: str) -> None:
        folder, _, name = path.rpartition("/")
        self.post(folder, self.document("File", name))

    def post(self, folder: str, document: bytes) -> None:
        self.must("POST", self.place(folder), document, Content_Type="application/json")

    def make_folder(self, name: str) -> None:
        self.post("", self.document("Folder", name))

    def discard(self, path: str) -> None:
        self.must("DELETE", self.place(path))

    def fill(self, count: int) -> None:
        self.make_folder(MANY)
        with ThreadPoolExecutor(FILLERS) as pool:
            list(pool.map(lambda start: self.fill_every(start, count), range(FILLERS)))

    def fill_every(self, start: int, count: int) -> None:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        for n in range(start, count, FILLERS):
            data = base64.b64encode(small(n)).decode()
            file = {"filename": "a.txt", "content_type": "text/plain", "data": data}
            asked = self.create(MANY)
            document = self.document("File", digits(n), file=file)
            connection.request(asked.method, asked.path, document, dict(asked.headers))
            answer = connection.getresponse()
            told = answer.read()
            if answer.status != 201:
                raise LoadError(f"Guillotina: {answer.status} {told[:500]!r}")
        connection.close()
