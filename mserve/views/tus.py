"""The headers of tus 1.0.0, uploads in pieces (https://tus.io/protocols/resumable-upload)."""

import binascii
from base64 import b64decode
from collections.abc import Callable, Mapping
from email.utils import formatdate
from functools import wraps
from hashlib import new
from typing import Any

from pyramid.response import Response

from mserve.errors import BadInput, ChecksumMismatch, TooLarge
from mserve.resources.clock import SECOND
from mserve.resources.names import check_path
from mserve.resources.upload import Described
from mserve.views.announced import OF_CONTENT, OF_WHOLE, Announced, Expected
from mserve.views.problems import problem

VERSION = "1.0.0"
EXTENSIONS = (
    "creation", "creation-with-upload", "creation-defer-length", "checksum", "expiration",
    "termination",
)  # fmt: skip
CHECKSUMS = ("sha1", "sha256", "sha512", "md5")  # as hashlib calls them, too
_SUMS = ", ".join(CHECKSUMS)
CHUNK = "application/offset+octet-stream"
_OF_ALL = ("Tus-Resumable", "Upload-Length", "Upload-Checksum")
OF_CREATION = (*_OF_ALL, *OF_WHOLE, "Upload-Defer-Length", "Upload-Metadata")
OF_PIECES = (*_OF_ALL, *OF_WHOLE, "Upload-Offset")
OF_OVERRIDES = (*OF_PIECES, "X-HTTP-Method-Override")
STATUSES = (411, 415, 423, 460)
"""Errors of uploads beside those that all writes may have."""

CONDITIONS = {"if-match": "If-Match", "if-none-match": "If-None-Match"}
SAFE = frozenset({"OPTIONS", "GET", "HEAD"})

View = Callable[[Any, Any], Any]


def tus(view: View) -> View:
    """A view that speaks tus: with the version in each answer, errors too, and in the request."""

    @wraps(view)
    def checked(context: Any, request: Any) -> Any:
        request.add_response_callback(_sign)
        if request.headers.get("Tus-Resumable") == VERSION or request.method in SAFE:
            return view(context, request)
        detail = f"this place speaks tus; say so by the header Tus-Resumable: {VERSION}"
        answer = problem(request, 412, "tus-version", detail)
        answer.headers["Tus-Version"] = VERSION
        return answer

    return checked


def _sign(request: Any, response: Response) -> None:
    response.headers["Tus-Resumable"] = VERSION
    response.headers["Cache-Control"] = "no-store"


def abilities(limit: int) -> dict[str, str]:
    return {
        "Tus-Version": VERSION,
        "Tus-Extension": ",".join(EXTENSIONS),
        "Tus-Max-Size": str(limit),
        "Tus-Checksum-Algorithm": ",".join(CHECKSUMS),
    }


def number(request: Any, name: str) -> int | None:
    """The header's whole number, None where it is missing; raises BadInput."""
    text = request.headers.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise BadInput(f"{name} should be a whole number of bytes, for example 1024")
    return int(text)


def length(request: Any) -> int | None:
    """Upload-Length; raises TooLarge."""
    size = number(request, "Upload-Length")
    most = request.settings.upload_limit
    if size is not None and size > most:
        raise TooLarge(f"one upload may have at most {most} bytes")
    return size


def metadata(text: str) -> dict[str, str]:
    """Upload-Metadata: `filename d29ybGQ=,private`; values are UTF-8 in base64, or missing."""
    found: dict[str, str] = {}
    for pair in filter(None, (each.strip() for each in text.split(","))):
        name, _, value = pair.partition(" ")
        try:
            found[name] = b64decode(value.strip(), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise BadInput(
                f"Upload-Metadata: the value of {name!r} should be UTF-8 text in base64, for "
                "example filename cGhvdG8uanBn"
            ) from None
    return found


def described(said: Mapping[str, str], text: str, id: str) -> Described:
    """What the metadata say of the file; one without a name is called like the upload."""
    way = said.get("relativePath", "null")
    folders = () if way in ("", "null") else check_path(way)  # "null" is Uppy's way to say none
    name = said.get("filename") or said.get("name")
    names = (*folders[:-1], *check_path(name)) if name else folders or (id,)
    conditions = {CONDITIONS[key]: said[key] for key in CONDITIONS if key in said}
    return Described(names, said.get("filetype", ""), conditions, text)


def of_piece(request: Any) -> Announced:
    """What is announced of the piece; Upload-Checksum has a status of its own, 460."""
    found = Announced.of(request.headers.get, OF_CONTENT)
    text = request.headers.get("Upload-Checksum")
    if text is None:
        return found
    name, digest = _checksum("Upload-Checksum", text)
    said = Expected("Upload-Checksum", name, digest, ChecksumMismatch)
    return Announced((*found.expected, said))


def of_whole(request: Any, said: Mapping[str, str]) -> Announced:
    """What is announced of the whole file: by Repr-Digest, or by `checksum` in the metadata.

    tus has no header for it. Clients of ownCloud and its kin have the key, as `sha1 <hex>`.
    """
    found = Announced.of(request.headers.get, OF_WHOLE)
    if text := said.get("checksum"):
        field = "the checksum of Upload-Metadata"
        found = found.joined(Announced((Expected(field, *_checksum(field, text)),)))
    return found


def _checksum(field: str, text: str) -> tuple[str, bytes]:
    """Of `sha1 <digest>` in base64 or hex, which differ in length; raises BadInput."""
    name, _, value = text.strip().partition(" ")
    name, value = name.lower(), value.strip()
    if name not in CHECKSUMS:
        raise BadInput(f"{field} should be for example sha256 <base64>; there are {_SUMS}")
    size = new(name, usedforsecurity=False).digest_size
    try:
        in_hex = len(value) == 2 * size
        digest = bytes.fromhex(value) if in_hex else b64decode(value, validate=True)
    except ValueError:  # binascii.Error is one
        digest = b""
    if len(digest) != size:
        raise BadInput(f"{field}: {name} is {size} bytes in base64 or hex")
    return name, digest


def date(moment: int) -> str:
    """`moment` (µs) as an HTTP date."""
    return formatdate(moment // SECOND, usegmt=True)
