"""Small bodies in the express lane: taken into memory, where Pyramid finds them if need be."""

from io import BytesIO
from typing import Any

LIMIT = 1 << 16  # bytes
DIGITS = 10  # of a number that is worth to be looked at

Environ = dict[str, Any]


class Left(Exception):
    """It is Pyramid's to answer."""


def whole(environ: Environ) -> bytes:
    """The body; raises Left where it ended too soon, with what came of it left in the environ."""
    body, length = b"", int(environ["CONTENT_LENGTH"])
    while block := environ["wsgi.input"].read(length - len(body)):
        body += block
    environ["wsgi.input"] = BytesIO(body)
    if len(body) < length:
        raise Left
    return body


def small(environ: Environ, method: str) -> bool:
    """Whether it is a request of that method with few bytes, as many as are announced."""
    length = environ.get("CONTENT_LENGTH", "")
    return (
        environ["REQUEST_METHOD"] == method
        and length.isdecimal()
        and len(length) <= DIGITS
        and int(length) <= LIMIT
        and "HTTP_TRANSFER_ENCODING" not in environ
        and "HTTP_IF" not in environ
    )
