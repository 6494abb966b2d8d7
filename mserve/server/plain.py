"""Plain answers: those of the server's own, and the moment that each answer tells."""

import time
from email.utils import formatdate

from mserve.guarding import EVERY


def plain(status: str, detail: str) -> bytes:
    """An answer of the server's own, after which the connection ends."""
    body = f"{detail}\n".encode()
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n"
    )
    head += "".join(f"{name}: {value}\r\n" for name, value in EVERY.items())
    return head.encode() + date() + b"\r\n" + body


_date: tuple[int, bytes] = (0, b"")


def date() -> bytes:
    """The Date header (RFC 9110, 6.6.1), made once a second."""
    global _date
    now = int(time.time())
    if _date[0] != now:
        _date = (now, f"Date: {formatdate(now, usegmt=True)}\r\n".encode())
    return _date[1]
