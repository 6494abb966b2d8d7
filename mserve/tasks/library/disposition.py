"""Disposition: what a file is called that comes from a server, by RFC 6266 and its address."""

import re
import unicodedata
from urllib.parse import unquote, urlsplit

from mserve.errors import BadName
from mserve.resources.names import LIMIT, check_name

PARAMETER = re.compile(r""";\s*([\w!#$&+.^`|~-]+\*?)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;"]+)""")
CHARSETS = ("utf-8", "iso-8859-1")  # RFC 8187, 3.2.1
FALLBACK = "download"


def name_of(disposition: str, url: str) -> str:
    """The name that the header Content-Disposition gives, else the end of the URL's path.

    Whatever these say, it is one that a file can have: no folders, no invisible characters.
    """
    parameters = {name.lower(): value for name, value in PARAMETER.findall(disposition)}
    candidates = (
        _extended(parameters.get("filename*", "")),
        _unquoted(parameters.get("filename", "")),
        unquote(urlsplit(url).path.rpartition("/")[2]),
    )
    return next((name for name in map(_clean, candidates) if name), FALLBACK)


def _extended(value: str) -> str:
    """RFC 8187: `UTF-8''na%C3%AFve.txt`; empty where it is not that."""
    charset, _, rest = value.strip('"').partition("'")
    text = rest.partition("'")[2]
    if charset.lower() not in CHARSETS:
        return ""
    try:
        return unquote(text, charset, "strict")
    except UnicodeDecodeError:
        return ""


def _unquoted(value: str) -> str:
    """RFC 9110, 5.6.4: what stands in quotes, with backslashes before some."""
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value


def _clean(name: str) -> str:
    """Empty where nothing of it can be used."""
    last = re.split(r"[/\\]", name)[-1]
    visible = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip()
    try:
        return check_name(_shortened(visible))
    except BadName:
        return ""


def _shortened(name: str) -> str:
    """With its suffix, where that is no longer than those are that mean something."""
    if len(name.encode()) <= LIMIT:
        return name
    stem, dot, suffix = name.rpartition(".")
    end = (dot + suffix).encode() if stem and len(suffix) <= 16 else b""
    start = (stem if end else name).encode()[: LIMIT - len(end)]
    return (start + end).decode(errors="ignore")
