"""Addresses of the drive: `/dav/…`, and the ones that clients of Nextcloud are used to.

`/-/dav/files/<user>/…` is the same tree as `/dav/…`; `/-/dav/uploads/<user>/<upload>/<chunk>` is
where files lie that come in chunks (mserve/dav/uploads.py). Both are there below `/k/<key>` too.
Who asks is said by the key or password: the user in the path may be any.
"""

import re
from typing import Any

from mserve.security import KEY_IN_PATH

DAV = "mserve.dav"
"""In the WSGI environ of a request for the drive, by whatever address."""
NEXTCLOUD = "mserve.nextcloud"
"""In that of a request below `/-/dav/`."""
CHUNKED = "mserve.chunked"
"""The names below `/-/dav/uploads/<user>/`, in the environ of a request there."""
ADDRESS = re.compile(
    r"(?:/k/(?P<key>[^/]*))?/-/dav/(?P<kind>files|uploads)/[^/]+(?P<rest>/.*)?", re.DOTALL
)


def mount(environ: dict[str, Any]) -> None:
    """Moves the drive's address from PATH_INFO to SCRIPT_NAME.

    What has been mounted stays as it is: a request that is tried again has it done already.
    """
    path = environ.get("PATH_INFO", "")
    if DAV in environ or KEY_IN_PATH in environ:
        return
    if path == "/dav" or path.startswith("/dav/"):
        _move(environ, 4)
    elif found := ADDRESS.fullmatch(path):
        _mount_nextcloud(environ, found)


def _mount_nextcloud(environ: dict[str, Any], found: re.Match[str]) -> None:
    _move(environ, found.end() if found["rest"] is None else found.start("rest"))
    environ[NEXTCLOUD] = True
    if found["key"] is not None:
        environ[KEY_IN_PATH] = found["key"]
    if found["kind"] == "uploads":
        environ[CHUNKED] = tuple(filter(None, environ["PATH_INFO"].split("/")))
        environ["PATH_INFO"] = "/"


def _move(environ: dict[str, Any], length: int) -> None:
    path = environ["PATH_INFO"]
    environ[DAV] = True
    environ["SCRIPT_NAME"] = f"{environ.get('SCRIPT_NAME', '')}{path[:length]}"
    environ["PATH_INFO"] = path[length:] or "/"
