"""Requests of WebDAV as nobody should send them, and how an application is asked."""

import random
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes

from tests.unit.dav.conftest import DRIVE, METHODS

HIDDEN = "hidden-from-the-key"
PATHS = (
    "", "a.txt", "b/c.txt", "b/", "new", f"../{HIDDEN}", f"%2e%2e/{HIDDEN}", f"..%2f{HIDDEN}",
    f"b/../../{HIDDEN}", "-/keys", "%00", "%ff%fe", "%c0%ae%c0%ae/", "x" * 300, "/".join("d" * 900),
    ";x=y", "%3F", "%23", "b%2Fc.txt", "./b/./c.txt", "//b///c.txt", "~$x", "._a.txt", "a.txt/",
    HIDDEN,
)  # fmt: skip
PLAIN, OFTEN = ("", "a.txt") * 4, ("PROPFIND",) * 6
"""So that some requests come to their end."""
DESTINATIONS = (
    *(f"{DRIVE}/b/{path}" for path in PATHS),
    "http://localhost/dav/demo/files/b/moved", "http://elsewhere/", "http://[::1", "mailto:x", "",
    "\xff", "/dav", "/dav/", "http://localhost:99999999/dav/demo/files/b/x", "/dav/demo/files",
)  # fmt: skip
XML = (
    b'<?xml version="1.0"?><D:propfind xmlns:D="DAV:"><D:allprop/></D:propfind>',
    b'<D:propfind xmlns:D="DAV:"><D:prop><D:getetag/><x xmlns="urn:x"/></D:prop></D:propfind>',
    b'<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><x xmlns="y">z</x></D:prop></D:set>'
    b"</D:propertyupdate>",
    b'<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/>'
    b"</D:locktype><D:owner>me</D:owner></D:lockinfo>",
    b'<D:sync-collection xmlns:D="DAV:"><D:sync-token/><D:sync-level>1</D:sync-level><D:prop/>'
    b"</D:sync-collection>",
    b'<!DOCTYPE a [<!ENTITY b "cccccccccc"><!ENTITY d "&b;&b;&b;&b;">]><a>&d;</a>',
    b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    b"<a>" * 3000, b"", b"\x00", b"\xff\xfe<a/>", b"text", b"<a/>" * 2,
)  # fmt: skip
FIELDS: dict[str, tuple[str, ...]] = {
    "DESTINATION": DESTINATIONS,
    "DEPTH": ("0", "1", "infinity", "Infinity", "2", "-1", "", "1,noroot", "\xff"),
    "OVERWRITE": ("T", "F", "t", "x", ""),
    "IF": ("(<urn:uuid:1>)", '(["a"])', "(Not <DAV:no-lock>)", "<http://[> (<a>)", "((", "(" * 2000,
           f"</dav/demo/files/{HIDDEN}> (<urn:x>)", "", "<>", "\xff"),
    "IF_MATCH": ("*", '"a"', "W/", "a", ""),
    "IF_NONE_MATCH": ("*", '"a"', '"'),
    "TIMEOUT": ("Second-1", "Infinite", "Second-99999999999999999999", "x", "Second--1"),
    "LOCK_TOKEN": ("<urn:uuid:1>", "x", "<", ""),
    "X_OC_MTIME": ("1", "1.5", "x", "9" * 50),
    "OC_CHECKSUM": ("MD5:x", "SHA1", "X:y", ""),
    "RANGE": ("bytes=0-0", "bytes=9-", "bytes=-0", "x"),
    "TRANSFER_ENCODING": ("chunked", "gzip"),
    "X_EXPECTED_ENTITY_LENGTH": ("0", "x"),
    "AUTHORIZATION": ("Basic", "Basic x", "Basic YQ==", "Basic \xff", "Bearer", "Digest a=b"),
}  # fmt: skip
ALL = (*METHODS, "GET", "HEAD", "PUT", "DELETE", "OPTIONS", "POST", "PATCH", "TRACE", "get", "")


def mutated(chance: random.Random, text: bytes) -> bytes:
    """Some bytes fewer, more or others."""
    found = bytearray(text)
    for _ in range(chance.choice((0, 0, 0, 0, 0, 0, 1, 3))):
        place = chance.randrange(len(found) + 1)
        found[place : place + chance.randrange(3)] = bytes([chance.randrange(256)])
    return bytes(found)


def environ_of(method: str, path: str, body: bytes, key: str) -> dict[str, Any]:
    """WSGI's, of a request with the key."""
    return {
        "REQUEST_METHOD": method, "SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": "",
        "SERVER_NAME": "localhost", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost", "HTTP_AUTHORIZATION": f"Bearer {key}",
        "CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body), "wsgi.url_scheme": "http",
        "wsgi.errors": BytesIO(), "wsgi.version": (1, 0), "wsgi.multithread": False,
        "wsgi.multiprocess": False, "wsgi.run_once": False,
    }  # fmt: skip


def request(chance: random.Random, key: str) -> dict[str, Any]:
    path = chance.choice((*PATHS, *PLAIN * 3))
    below = chance.choice((f"/dav/k/{key}/", f"{DRIVE}/b/", f"{DRIVE}/", "/dav/"))
    raw = unquote_to_bytes(mutated(chance, f"{below}{path}".encode()))
    body = mutated(chance, chance.choice((*XML, *XML[:2] * 6)))
    fields = chance.sample(sorted(FIELDS), chance.randrange(5))
    chosen = {f"HTTP_{each}": chance.choice(FIELDS[each]) for each in fields}
    query = chance.choice(("", "", "x=%ff", "format=zip"))
    method = chance.choice((*ALL, *OFTEN))
    return {**environ_of(method, raw.decode("latin-1"), body, key), "QUERY_STRING": query, **chosen}


def answer(app: Any, environ: dict[str, Any]) -> tuple[int, bytes]:
    told: list[Any] = []
    body = app(environ, lambda status, headers, fault=None: told.extend((status, headers)))
    try:
        shown = b"".join(body)
    finally:
        getattr(body, "close", lambda: None)()
    fields = "".join(f"{name}: {value}\n" for name, value in told[1])
    return int(told[0][:3]), shown + fields.encode("latin-1")
