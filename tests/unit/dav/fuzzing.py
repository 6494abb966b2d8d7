"""Mutated requests of WebDAV, and what must not come of them.

`python -m tests.unit.dav.fuzzing FOLDER MANY` asks so many of an application of its own, and tells
the statuses of the answers and the memory that the process had after each tenth of them, as JSON.
"""

import hashlib
import json
import random
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import psutil

from mserve import evolve, first_keys, main
from mserve.settings import Settings
from tests.unit.applications import embedded
from tests.unit.dav.conftest import DRIVE
from tests.unit.dav.mutations import HIDDEN, answer, environ_of, request

MARKS = 10
CACHE = 300  # objects of the tree in memory: with the default they would not all be there yet
SECRET = b"a secret"
ETAG = hashlib.sha256(SECRET).hexdigest().encode()
FAULTS = (500, 501)


class Fuzz:
    """Asks an application, of whose demo service `key` is the customer's."""

    def __init__(self, app: Any, key: str) -> None:
        self.app, self.key = app, key
        self.chance = random.Random(4918)
        self.seen: Counter[int] = Counter()
        self.below = ""

    def ask(self, method: str, path: str, body: bytes = b"", **fields: str) -> tuple[int, bytes]:
        """As it should be asked, with the customer's key."""
        return answer(self.app, environ_of(method, path, body, self.key) | fields)

    def prepare(self) -> None:
        """A key of a folder with files, which may have been removed by what was asked before."""
        self.ask("MKCOL", f"{DRIVE}/b")
        for name in ("b/a.txt", "b/c.txt", HIDDEN):
            self.ask("PUT", f"{DRIVE}/{name}", SECRET if name == HIDDEN else b"x")
        kind = {"CONTENT_TYPE": "application/json", "HTTP_ACCEPT": "application/json"}
        status, told = self.ask("POST", "/demo/files/b/-/keys", b'{"role": "mfileowner"}', **kind)
        assert status == 201, told
        self.below = json.JSONDecoder().raw_decode(told.decode())[0]["key"]

    def harmless(self, number: int) -> None:
        """One request more is no fault of ours, and shows nothing that the key may not see."""
        if number % 50 == 0:
            self.prepare()
        environ = request(self.chance, self.below)
        asked = {name: value for name, value in environ.items() if "wsgi" not in name}
        status, shown = answer(self.app, environ)
        self.seen[status] += 1
        assert status not in FAULTS, (number, asked, shown)
        assert SECRET not in shown and ETAG not in shown, (number, asked)
        if HIDDEN.encode() in shown and HIDDEN not in str(asked):
            assert self.has_own(HIDDEN), (number, asked, shown)

    def has_own(self, name: str) -> bool:
        """Whether something of that name has come into the key's own folder meanwhile."""
        _, shown = self.ask("PROPFIND", f"{DRIVE}/b", HTTP_DEPTH="infinity")
        return f"/{name}".encode() in shown

    def unharmed(self) -> None:
        """What the key could not see is as it was."""
        status, shown = self.ask("GET", f"{DRIVE}/{HIDDEN}")
        assert status == 200 and shown.startswith(SECRET), (status, shown)


def run(folder: Path, many: int) -> None:
    lines = embedded(folder)
    lines["zodbconn.uri"] += f"&connection_cache_size={CACHE}"
    evolve.ensure(Settings.parse(lines))
    fuzz = Fuzz(main({}, **lines), (folder / first_keys.DEMO_KEY).read_text().strip())
    process, memory = psutil.Process(), []
    for number in range(many):
        fuzz.harmless(number)
        if (number + 1) % (many // MARKS) == 0:
            memory.append(process.memory_info().rss)
    fuzz.unharmed()
    print(json.dumps({"statuses": [*fuzz.seen], "memory": memory}))


if __name__ == "__main__":
    run(Path(sys.argv[1]), int(sys.argv[2]))
