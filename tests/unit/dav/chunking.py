"""An upload in chunks, as a client of Nextcloud makes it."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from mserve.resources.chunks import PREFIX
from tests.unit.conftest import Client

FILES = "/-/dav/files/some%20one@home"
CHUNKS = "/-/dav/uploads/some%20one@home"


class Upload:
    """Of the file `target`, by who holds the key of `dav`; headers are given as `OC_Checksum=`."""

    target = "/demo/files/a.bin"
    place = f"{CHUNKS}/one"

    def __init__(self, dav: Client, data: Path) -> None:
        self.dav, self.data = dav, data

    def _headers(self, said: dict[str, str]) -> dict[str, str]:
        """Those of all requests, as `said` has them; Destination is left out where it is empty."""
        named = {name.replace("_", "-"): value for name, value in said.items()}
        found = {"Destination": f"http://localhost{FILES}{self.target}", **named}
        return {name: value for name, value in found.items() if value}

    def begin(self, **said: str) -> Any:
        return self.dav("MKCOL", self.place, headers=self._headers(said))

    def put(self, name: int | str, body: bytes, **said: str) -> Any:
        return self.dav("PUT", f"{self.place}/{name}", body=body, headers=self._headers(said))

    def fill(self, parts: Iterable[bytes | None], **said: str) -> None:
        """Begins it and sends the parts, numbered from 1; None is left out."""
        assert self.begin(**said).status_int == 201
        for number, part in enumerate(parts, 1):
            if part is not None:
                assert self.put(number, part, **said).status_int in (201, 204)

    def listed(self) -> Any:
        return self.dav("PROPFIND", self.place, headers={"Depth": "1"})

    def names(self) -> list[str]:
        """Of the chunks that have come."""
        told = ElementTree.fromstring(self.listed().body)
        hrefs = [each.text or "" for each in told.iter("{DAV:}href")]
        return [href.rpartition("/")[2] for href in hrefs[1:]]

    def end(self, **said: str) -> Any:
        return self.dav("MOVE", f"{self.place}/.file", headers=self._headers(said))

    def content(self) -> bytes:
        return bytes(self.dav("GET", self.target).body)

    def left(self) -> list[Path]:
        """The folders of uploads under way."""
        return [*(self.data / "blobs" / "tmp").glob(f"{PREFIX}*")]

    def files(self) -> list[Path]:
        return [path for folder in self.left() for path in folder.iterdir()]
