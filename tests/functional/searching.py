"""Where secrets could be found: in all files of a stack, in what Redis holds, in whatever form."""

import base64
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import redis

OWN = ("admin.key", "demo.key", "seal.key")
"""Files in which secrets are kept on purpose, for their owner alone."""


def forms(secret: str) -> Iterator[bytes]:
    """The secret as it is, percent-encoded, in JSON, in hex, and in base64 at any offset."""
    text = secret.encode()
    yield text
    yield quote(secret, safe="").encode()
    yield quote(secret, safe="").lower().encode()
    yield secret.encode("unicode_escape")
    yield text.hex().encode()
    for before in range(3):
        padded = b"\0" * before + text
        whole = base64.b64encode(padded[: len(padded) // 3 * 3])
        inner = whole[4 * bool(before) :]  # the first four letters hold what is before it
        yield inner
        yield inner.translate(bytes.maketrans(b"+/", b"-_"))


def pattern(secrets: dict[str, str]) -> re.Pattern[bytes]:
    """Finds any of the secrets in any form."""
    found = {form for secret in secrets.values() for form in forms(secret)}
    return re.compile(b"|".join(re.escape(each) for each in sorted(found)))


def files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Names and bytes of all files below, but those of secrets."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in OWN:
            yield str(path.relative_to(folder)), path.read_bytes()


def held(server: Any) -> Iterator[tuple[str, bytes]]:
    """Keys and values of a Redis; what is compressed is told as it was before."""
    for key in server.scan_iter():
        yield f"the key {key!r}", key
        for value in _values(server, key):
            yield f"the value of {key!r}", value
            try:
                yield f"the value of {key!r}", zlib.decompress(value)
            except zlib.error:
                continue


def _values(server: Any, key: bytes) -> list[bytes]:
    kind = server.type(key)
    if kind == b"hash":
        return [each for pair in server.hgetall(key).items() for each in pair]
    if kind == b"list":
        return list(server.lrange(key, 0, -1))
    if kind == b"set":
        return [*server.smembers(key)]
    if kind == b"zset":
        return list(server.zrange(key, 0, -1))
    if kind == b"stream":
        return [repr(each).encode() for each in server.xrange(key)]
    return [server.get(key)]


def connect(socket: Path) -> Any:
    return redis.Redis(unix_socket_path=str(socket))
