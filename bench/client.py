"""A client over one kept connection, and what all benches do with it."""

import json
import os
import time
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from tests.functional.stack import Stack

SMALL = 4096  # bytes
ENDED = frozenset({"done", "failed", "cancelled"})


class Client:
    """Asks below `base`, a URL that ends in a slash, such as that of a key."""

    def __init__(self, base: str) -> None:
        parts = urlsplit(base)
        self.path = parts.path
        self.connection = HTTPConnection(parts.netloc, timeout=60)

    def __call__(self, method: str, place: str, body: bytes | None = None, **headers: str) -> bytes:
        """The answer's body; `place` is relative to the base. Raises AssertionError on an error."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.connection.request(method, self.path + place, body, named)
        answer = self.connection.getresponse()
        content = answer.read()
        assert answer.status < 400, f"{method} {place}: {answer.status} {content[:500]!r}"
        return content

    def json(self, method: str, place: str, body: bytes | None = None) -> Any:
        return json.loads(self(method, place, body, Accept="application/json"))

    def put_small(self, place: str) -> Any:
        """Uploads SMALL bytes of random text (random bytes look like a picture at times)."""
        return self.json("PUT", place, os.urandom(SMALL // 2).hex().encode())

    def await_job(self, url: str) -> Any:
        """The job's JSON once it has ended."""
        place = urlsplit(url).path.removeprefix(self.path)
        while (job := self.json("GET", place))["state"] not in ENDED:
            time.sleep(0.005)
        assert job["state"] == "done", job
        return job


def timed(action: Any, *arguments: Any) -> tuple[float, Any]:
    """Seconds that `action(*arguments)` takes, and what it returns."""
    began = time.perf_counter()
    result = action(*arguments)
    return time.perf_counter() - began, result


def warm_up(client: Client, uploads: int = 10) -> None:
    """The first requests and tasks import code and open connections."""
    for number in range(uploads):
        client.await_job(client.put_small(f"warm-up/{number}")["job"])


def settings(stack: Stack) -> dict[str, object]:
    """The ini lines that a figure depends on."""
    from mserve.settings import Settings

    known = Settings.from_ini(stack.ini)
    return {"mserve.workers": " ".join(f"{name}={n}" for name, n in known.workers.items())}
