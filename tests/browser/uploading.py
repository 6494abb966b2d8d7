"""What tests of uploads have in common: a folder of their own, files, and slow or broken connections."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from random import Random

import httpx
from playwright.sync_api import CDPSession, Locator, Page, expect

from tests.functional.stack import Stack

MIB = 1 << 20


class Place:
    """A new folder of the demo service, in front of the customer."""

    def __init__(self, page: Page, stack: Stack, http: httpx.Client, name: str) -> None:
        self.page, self.http, self.path = page, http, f"/demo/files/{name}/"
        made = http.post("/demo/files/", json={"type": "folder", "name": name})
        made.raise_for_status()
        self.url = f"{stack.demo_url}{name}/"
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
        for kind in ("dragEnter", "dragOver", "drop"):
            session.send("Input.dispatchDragEvent", {"type": kind, "x": 300, "y": 300, "data": data})
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


@contextmanager
def slow(page: Page, mib: float) -> Iterator[CDPSession]:
    """The page sends so many MiB a second meanwhile."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    network(session, mib)
    try:
        yield session
    finally:
        network(session, None)
        session.detach()


def network(session: CDPSession, mib: float | None) -> None:
    """So many MiB a second go out; 0: there is no network; None: as it is."""
    quick = {"offline": mib == 0, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    more = {"uploadThroughput": int(mib * MIB)} if mib else {}
    session.send("Network.emulateNetworkConditions", {**quick, **more})


def sent(place: Place, mib: int) -> None:
    """Waits until the first line is so far."""
    script = "bytes => document.querySelector('#transfers li progress')?.value >= bytes"
    place.page.wait_for_function(script, arg=mib * MIB)
