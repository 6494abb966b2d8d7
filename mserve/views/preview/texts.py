"""Texts: the beginning of a file as lines, in the charset that its bytes look like."""

import re
from typing import NamedTuple

from mserve.tasks.library import charset

MOST = 256 << 10  # bytes that are read
LINES = 5000  # that are shown
BINARY = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


class Text(NamedTuple):
    """`whole`: whether it is all of the file; `charset`: as IANA writes it, but in small letters.

    `lines` are without their ends.
    """

    lines: list[str]
    charset: str
    whole: bool

    @property
    def joined(self) -> str:
        return "\n".join(self.lines)


def decoded(body: bytes, whole: bool) -> Text:
    """The text of the bytes; what is no character of the charset becomes U+FFFD."""
    name = charset.of_bytes(body) or charset.LATIN
    if whole and name == "utf-8" and not _is_utf8(body):
        name = charset.LATIN
    text = "".join(charset.decoded([body], name))
    if not whole:  # a character may have been cut in the middle
        text = text.rstrip("\ufffd")
    lines = text.removesuffix("\n").replace("\r\n", "\n").split("\n")
    shown = [BINARY.sub("\ufffd", line.rstrip("\r")) for line in lines[:LINES]]
    return Text(shown, _told(name), whole and len(lines) <= LINES)


def _is_utf8(body: bytes) -> bool:
    """Whether it is so up to its end; of a beginning the last character may be cut."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _told(name: str) -> str:
    """What people call a codec of Python's."""
    return {"utf-8-sig": "utf-8", charset.LATIN: "windows-1252"}.get(name, name)
