"""Static files, at `/-/static/<digest>/<name>`: a new version has new addresses, cached for ever.

The digest is in the path, not in a query, so that the ES modules that a module imports by a
relative address are of the same version. No key is needed, and none is in the address; the few
small files are read at the start: neither the tree nor the disk is asked for them. `/robots.txt`
is here as well.
"""

from hashlib import sha256
from pathlib import Path
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from mserve.security import KEY_IN_PATH
from mserve.views.html.packing import SMALL, packed, taken
from mserve.views.urls import door_url

FOLDER = Path(__file__).parent.parent / "static"
TYPES = {
    ".css": "text/css", ".js": "text/javascript", ".json": "application/json",
    ".svg": "image/svg+xml",
}  # fmt: skip
YEAR = 31_536_000  # seconds
LOOK = ("base", "controls", "states", "listing", "acts", "file", "people", "usage")
"""The style sheets of all pages, in their order: they are sent as one, `look.css`."""


class StaticFiles(dict[str, bytes]):
    """Contents by name, `packed` as well; `digest` stands for all of them."""

    def __init__(self, folder: Path) -> None:
        found = (file for file in sorted(folder.iterdir()) if file.suffix in TYPES)
        super().__init__((file.name, file.read_bytes()) for file in found)
        self["look.css"] = b"\n".join(self[f"{name}.css"] for name in LOOK)
        self.digest = self._digest()
        self.packed = {name: packed(body, SMALL) for name, body in self.items()}

    def add(self, name: str, body: bytes) -> None:
        """One that is made at the start."""
        self[name] = body
        self.packed[name] = packed(body, SMALL)
        self.digest = self._digest()

    def _digest(self) -> str:
        parts = (f"{name} {len(body)}\n".encode() + body for name, body in self.items())
        return sha256(b"".join(parts)).hexdigest()[:12]


def static_path(request: Any, name: str) -> str:
    """The path of the static file `name`, the same for all keys."""
    return f"{mounted(request)}/-/static/{request.registry.static_files.digest}/{name}"


def mounted(request: Any) -> str:
    """The path at which the site is, without a slash at its end."""
    return door_url(request).removeprefix(request.host_url)


def static_file(request: Any) -> Response:
    """One file; nothing where it is of another version, whose name would be cached for a year."""
    files, name = request.registry.static_files, request.matchdict["name"]
    if name not in files or request.matchdict["digest"] != files.digest:
        raise HTTPNotFound
    response = Response(files[name], content_type=TYPES[Path(name).suffix], charset="utf-8")
    response.vary = "Accept-Encoding"
    if taken(request):
        response.body, response.content_encoding = files.packed[name], "gzip"
    response.cache_control = f"public, max-age={YEAR}, immutable"
    response.headers["X-Robots-Tag"] = "all"  # they are no secret
    return response


def robots(request: Any) -> Response:
    """No search engine is to read anything; what it is told of a key's address, it is to forget.

    Below a key it may look, and finds `X-Robots-Tag: noindex`: it would list the bare address, with
    the key in it, if it were forbidden to look.
    """
    return Response("User-agent: *\nAllow: /k/\nDisallow: /\n", content_type="text/plain")


class KeylessPredicate:
    """`keyless=True`: the route is for addresses without a key; below one, a name is the user's."""

    def __init__(self, keyless: bool, info: Any) -> None:
        self.keyless = keyless

    def text(self) -> str:
        return f"keyless = {self.keyless}"

    phash = text

    def __call__(self, info: Any, request: Any) -> bool:
        return (KEY_IN_PATH not in request.environ) is self.keyless


def includeme(config: Configurator) -> None:
    config.registry.static_files = StaticFiles(FOLDER)
    config.add_route("static", "/-/static/{digest}/{name}", factory=lambda request: None)
    config.add_view(
        static_file, route_name="static", request_method="GET", permission=NO_PERMISSION_REQUIRED
    )
    config.add_route_predicate("keyless", KeylessPredicate)
    config.add_route("robots", "/robots.txt", factory=lambda request: None, keyless=True)
    config.add_view(
        robots, route_name="robots", request_method="GET", permission=NO_PERMISSION_REQUIRED
    )
