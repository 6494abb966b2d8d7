"""What tests of uploads share: a folder of their own, files, and connections that break."""

import socket
import threading
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.functional.stack import Stack

MIB = 1 << 20
LARGE = 1 << 13  # bytes of a block that belongs to a file


class Place:
    """A new folder of the demo service, in front of the customer; `front` is a proxy."""

    def __init__(
        self, page: Page, stack: Stack, http: httpx.Client, name: str, front: str = ""
    ) -> None:
        self.page, self.http, self.path = page, http, f"/demo/files/{name}/"
        made = http.post("/demo/files/", json={"type": "folder", "name": name})
        made.raise_for_status()
        self.url = f"{front or stack.url}{urlsplit(stack.demo_url).path}{name}/"
        page.goto(self.url)

    @property
    def status(self) -> Locator:
        return self.page.locator("#transfers-status")

    @property
    def panel(self) -> Locator:
        return self.page.locator("#transfers")

    def line(self, name: str) -> Locator:
        return self.panel.locator("li", has=self.page.locator(".name", has_text=name))

    def button(self, name: str, what: str = "") -> Locator:
        """Of the line of a file, or of the head."""
        return self.panel.get_by_role(
            "button", name=f"{name}: {what}" if what else name, exact=True
        )

    def choose(self, *files: Path) -> None:
        self.page.locator("#files").set_input_files(files)

    def drop(self, *paths: Path) -> None:
        """As from a window of the desktop."""
        session = self.page.context.new_cdp_session(self.page)
        data = {"items": [], "files": [*map(str, paths)], "dragOperationsMask": 1}

        def send(*kinds: str) -> None:
            for type in kinds:
                event = {"type": type, "x": 300, "y": 300, "data": data}
                session.send("Input.dispatchDragEvent", event)

        send("dragEnter", "dragOver")
        self.page.wait_for_selector("body.dropping")  # what comes sooner is dropped by the browser
        send("dragOver", "drop")
        session.detach()

    def all_done(self, number: int) -> None:
        expect(self.status).to_have_text(f"{number} of {number} uploaded")

    def facts(self, path: str) -> dict[str, object]:
        answer = self.http.get(f"{self.path}{path}/-/info").raise_for_status()
        found: dict[str, object] = answer.json()
        return found

    def names(self, below: str = "") -> list[str]:
        listed = self.http.get(f"{self.path}{below}", headers={"Accept": "application/json"})
        return [each["name"] for each in listed.raise_for_status().json()["items"]]

    def is_there(self, path: str, content: bytes, version: int = 1) -> None:
        facts = self.facts(path)
        expected = sha256(content).hexdigest(), version
        assert (facts["sha256"], facts["version"]) == expected


def large(folder: Path, mib: int, name: str = "film & <b>sea.mp4") -> tuple[Path, bytes]:
    """A file of so many MiB, and its bytes."""
    content = Random(name).randbytes(mib * MIB)
    path = folder / name
    path.write_bytes(content)
    return path, content


class Proxy:
    """Passes connections on to `port` until it is to hold what is large, or has broken all off."""

    def __init__(self, port: int) -> None:
        self.port, self.passed, self.broken = port, 0, False
        self.most: int | None = None
        self.ends: set[socket.socket] = set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def hold(self, mib: int | None) -> None:
        """Lets so many MiB more pass before the next is held; None: all."""
        self.most = None if mib is None else self.passed + mib * MIB + LARGE

    def cut(self) -> None:
        """Breaks off what there is, and all that comes until `broken` is taken back."""
        self.broken, self.most = True, None
        for end in [*self.ends]:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        self.cut()
        self.listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                if self.broken:
                    client.close()
                else:
                    self._pair(client, socket.create_connection(("127.0.0.1", self.port)))

    def _pair(self, client: socket.socket, server: socket.socket) -> None:
        self.ends |= {client, server}
        for source, target in ((client, server), (server, client)):
            threading.Thread(target=self._pass, args=(source, target), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while block := source.recv(1 << 16):
                if len(block) > LARGE:
                    self.passed += len(block)
                    while self.most is not None and self.passed > self.most:
                        time.sleep(0.02)
                target.sendall(block)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        if source in self.ends:
            self.ends.discard(source)
            source.close()


def kept(place: Place, name: str, mib: int) -> None:
    """Waits until so much of the file is at the server."""
    script = """([name, bytes]) => [...document.querySelectorAll("#transfers li")].some(
        line => line.querySelector(".name").textContent === name
            && line.querySelector("progress").value > bytes)"""
    place.page.wait_for_function(script, arg=[name, mib * MIB])
