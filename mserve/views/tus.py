"""The headers of tus 1.0.0, uploads in pieces (https://tus.io/protocols/resumable-upload)."""

import binascii
from base64 import b64decode
from collections.abc import Callable
from email.utils import formatdate
from functools import wraps
from hashlib import new
from typing import Any

from pyramid.response import Response

from mserve.errors import BadInput, ChecksumMismatch, TooLarge
from mserve.resources.clock import SECOND
from mserve.views.errors import problem

VERSION = "1.0.0"
EXTENSIONS = (
    "creation", "creation-with-upload", "creation-defer-length", "checksum", "expiration",
    "termination",
)  # fmt: skip
CHECKSUMS = ("sha1", "sha256", "sha512", "md5")  # as hashlib calls them, too
CHUNK = "application/offset+octet-stream"
_OF_ALL = ("Tus-Resumable", "Upload-Length", "Upload-Checksum")
OF_CREATION = (*_OF_ALL, "Upload-Defer-Length", "Upload-Metadata")
OF_PIECES = (*_OF_ALL, "Upload-Offset")
OF_OVERRIDES = (*OF_PIECES, "X-HTTP-Method-Override")
STATUSES = (411, 415, 423, 460)
"""Errors of uploads beside those that all writes may have."""

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


def checksum(request: Any) -> tuple[str, bytes] | None:
    """Upload-Checksum: the algorithm and the digest that the piece should have."""
    text = request.headers.get("Upload-Checksum")
    if text is None:
        return None
    name, _, value = text.strip().partition(" ")
    if name not in CHECKSUMS:
        raise BadInput(f"Upload-Checksum: there are {', '.join(CHECKSUMS)}")
    size = new(name, usedforsecurity=False).digest_size
    try:
        digest = b64decode(value.strip(), validate=True)
    except binascii.Error:
        digest = b""
    if len(digest) != size:
        raise BadInput(f"Upload-Checksum: {name} is {size} bytes in base64")
    return name, digest


def check_sum(wanted: tuple[str, bytes], digests: Any) -> None:
    """Raises ChecksumMismatch."""
    name, digest = wanted
    if digests[name] != digest:
        raise ChecksumMismatch(
            f"Upload-Checksum says {name} {digest.hex()}, but that of the bytes that came is "
            f"{digests[name].hex()}; this piece was not stored"
        )


def date(moment: int) -> str:
    """`moment` (µs) as an HTTP date."""
    return formatdate(moment // SECOND, usegmt=True)
