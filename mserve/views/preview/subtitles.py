"""Subtitles: files in SubRip or WebVTT that stand beside a film, and the one as the other."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from mserve.resources.roles import Permission
from mserve.tasks.library import charset
from mserve.views.preview.kinds import suffix
from mserve.views.urls import facet_url

MOST = 1 << 20  # bytes
BESIDE = 100  # files that begin as the film does, among which subtitles are looked for
SUFFIXES = ("vtt", "srt")
TIMES = re.compile(r"^\s*(\d{1,3}:\d\d:\d\d)[,.](\d{3})\s*-->\s*(\d{1,3}:\d\d:\d\d)[,.](\d{3}).*$")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.I)  # the most of RFC 5646


class Track(NamedTuple):
    """Subtitles of a film; `language` is empty where their name does not tell."""

    url: str
    label: str
    language: str


def is_one(name: str) -> bool:
    return suffix(name) in SUFFIXES


def beside(request: Any, film: Any) -> Iterator[Track]:
    """Those that are called as the film is, which the key may read: `film.srt`, `film.de.vtt`."""
    folder, stem = film.__parent__, film.__name__.rpartition(".")[0]
    if film is request.virtual_root or not stem:
        return
    found = folder.children.items(f"{stem}.", f"{stem}/", excludemax=True)  # "/" follows "."
    for name, node in islice(found, BESIDE):
        part = name[len(stem) + 1 :].rpartition(".")[0]
        if node.type == "mfile" and is_one(name) and request.has_permission(Permission.READ, node):
            yield Track(facet_url(request, node, "subtitles"), part or name, _language(part))


def _language(part: str) -> str:
    return part if LANGUAGE.fullmatch(part) else ""


def as_vtt(body: bytes) -> str:
    """Subtitles in either form as WebVTT, whose times have a point in place of SubRip's comma."""
    name = charset.of_bytes(body) or charset.LATIN
    text = "".join(charset.decoded([body], name)).replace("\r\n", "\n").replace("\r", "\n")
    if text.startswith("WEBVTT"):
        return text
    lines = (TIMES.sub(_times, line) for line in text.split("\n"))
    return "WEBVTT\n\n" + "\n".join(lines)


def _times(found: re.Match[str]) -> str:
    begin, ms, end, end_ms = found.groups()
    return f"{begin}.{ms} --> {end}.{end_ms}"
