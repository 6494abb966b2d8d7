"""Media types by bytes and by name."""

import io
import json
import os
import subprocess
import sys
import threading
import zipfile
from typing import Any

import pytest
from PIL import Image

from mserve.tasks.library import raster
from mserve.tasks.library.suffixes import KINDS, UNKNOWN, refine
from mserve.tasks.registry import TaskRegistry
from tests.unit.tasks.library.pictures import encoded

TASK = TaskRegistry.load()["mime"]


def zipped(*names: str, first: bytes = b"x") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, first)
    return stream.getvalue()


def picture(kind: str) -> bytes:
    return encoded(Image.new("RGB", (32, 32), "teal"), kind)


OFFICE = ("docProps/app.xml", "[Content_Types].xml", "_rels/.rels")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2040)
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>'
XML = b'<?xml version="1.0"?>\n<a/>'
SAMPLES = [
    (picture("JPEG"), "a.jpg", "image/jpeg"),
    (picture("PNG"), "a.png", "image/png"),
    (picture("PNG"), "a.jpg", "image/png"),
    (picture("PNG"), "a.txt", "image/png"),
    (b"only words\n", "cat.jpg", "text/plain"),
    (b"\0\1\2\3 no picture", "cat.jpg", UNKNOWN),
    (b"\0\1\2\3 no picture", "cat.css", UNKNOWN),
    (b"", "cat.jpg", UNKNOWN),
    (b"", "empty", UNKNOWN),
    (b"", "a.css", "text/css"),
    (b"", "a.txt", "text/plain"),
    (b"only words\n", "README", "text/plain"),
    (b"only words\n", "a.txt", "text/plain"),
    (b"only words\n", "A.TXT", "text/plain"),
    (b"# Title\n\nwords\n", "a.md", "text/markdown"),
    (b"body { color: red }\n", "a.css", "text/css"),
    (b"; comment\n.a:hover{}\n", "a.css", "text/css"),
    (b"export const a = () => 1;\n", "a.mjs", "text/javascript"),
    (b"/* x */\n#include <a.h>\nint main(){}\n", "a.js", "text/javascript"),
    (b"/* x */\n#include <a.h>\nint main(){}\n", "a.txt", "text/plain"),
    (b'{"a": [1, 2]}', "a.json", "application/json"),
    (b'{"a": [1, 2]}', "a", "application/json"),
    (b'{"a": [1, 2', "a.json", "application/json"),
    (b'{"type": "Feature"}', "a.geojson", "application/geo+json"),
    (b'{"type": "Feature"}', "a.js", "application/json"),
    (b"a,b\n1,2\n3,4\n", "a.csv", "text/csv"),
    (b"a\tb\n1\t2\n", "a.tsv", "text/tab-separated-values"),
    (b"a: 1\n", "a.yaml", "application/yaml"),
    (b"#!/bin/sh\necho\n", "run", "text/x-shellscript"),
    (b"#!/usr/bin/env python3\nimport os\n", "a.py", "text/x-python"),
    (b"<!DOCTYPE html><html><body>hi</body></html>", "a.html", "text/html"),
    (b"<!DOCTYPE html><html><body>hi</body></html>", "a.txt", "text/html"),
    (b"<!DOCTYPE html><html><body>hi</body></html>", "a.jpg", "text/html"),
    (b"<p>a fragment</p>", "a.html", "text/html"),
    (SVG, "a.svg", "image/svg+xml"),
    (SVG, "a.jpg", "image/svg+xml"),
    (XML, "a.svg", "image/svg+xml"),
    (XML, "a.gpx", "application/gpx+xml"),
    (XML, "a.xml", "text/xml"),
    (b"<a>\n</a>\n", "a.xml", "text/xml"),
    (XML, "a.png", "text/xml"),
    (zipped("a"), "a.zip", "application/zip"),
    (zipped("a"), "a.jpg", "application/zip"),
    (zipped("META-INF/MANIFEST.MF"), "a.jar", "application/java-archive"),
    (zipped("AndroidManifest.xml"), "a.apk", "application/vnd.android.package-archive"),
    (zipped("mimetype", first=b"application/epub+zip"), "a", "application/epub+zip"),
    (zipped("META-INF/container.xml"), "a.epub", "application/epub+zip"),
    (zipped(*OFFICE, "word/document.xml"), "a.docx", KINDS["application/zip"]["docx"]),
    (zipped(*reversed(OFFICE), "xl/workbook.xml"), "a.xlsx", KINDS["application/zip"]["xlsx"]),
    (zipped("ppt/presentation.xml", *OFFICE), "a.pptx", KINDS["application/zip"]["pptx"]),
    (zipped("content.xml"), "a.odt", "application/vnd.oasis.opendocument.text"),
    (OLE, "a.doc", "application/msword"),
    (OLE, "a.xls", "application/vnd.ms-excel"),
    (b"%PDF-1.7\n", "a.jpg", "application/pdf"),
    (b"\0asm\1\0\0\0", "a.wasm", "application/wasm"),
    (b"wOF2\0\1\0\0" + bytes(range(60)), "a.woff2", "font/woff2"),
    (b"\0\0\0\x18ftypM4A \0\0\0\0M4A mp42isom", "a.m4a", "audio/mp4"),
    (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "a.mp4", "video/mp4"),
    (b"ID3\4\0\0\0\0\0\0\xff\xfb\x90\0" + bytes(400), "a", "audio/mpeg"),
]


@pytest.mark.parametrize(
    ("content", "name", "wanted"), SAMPLES, ids=[f"{n}-{w}" for _, n, w in SAMPLES]
)
def test_media_types(source_of: Any, content: bytes, name: str, wanted: str) -> None:
    outcome = TASK.run(source_of(content, name), {})
    assert outcome.facts == {"mimetype": wanted}
    assert outcome.result["mimetype"] == wanted


@pytest.mark.parametrize("kind", raster.FORMATS)
def test_images_have_types_that_thumbnails_are_made_of(source_of: Any, kind: str) -> None:
    assert TASK.run(source_of(picture(kind), "a"), {}).facts["mimetype"] in raster.MIMETYPES


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"words", "utf-8"),
        ("wörter €".encode(), "utf-8"),
        ("wörter, größer".encode("latin-1"), "iso-8859-1"),
        ("wörter".encode("utf-16"), "utf-16le"),
        (picture("PNG"), None),
        (b"", None),
    ],
)
def test_the_encoding_of_texts(source_of: Any, content: bytes, encoding: str | None) -> None:
    assert TASK.run(source_of(content), {}).result.get("encoding") == encoding


def test_the_description_is_for_people(source_of: Any) -> None:
    assert (
        "PNG image data, 32 x 32" in TASK.run(source_of(picture("PNG")), {}).result["description"]
    )


def test_a_name_never_makes_another_kind(source_of: Any) -> None:
    for detected in ("image/jpeg", "application/pdf", "video/mp4", UNKNOWN):
        assert not refine(detected, "a.html").startswith("text/")
    for name in ("a.png", "a.pdf", "a.zip", "a.mp4"):
        assert refine("text/plain", name) == "text/plain"
    assert refine("text/html", "a.txt") == "text/html"


def test_odd_names() -> None:
    for name in ("", ".", ".css", "a.", "a.css/", "é.ÇSS", "a.\0", "a" * 300):
        assert refine("application/pdf", name) == "application/pdf"
    assert refine("text/plain", "style.min.CSS") == "text/css"


def test_libmagic_leaves_no_trace_in_the_environment() -> None:
    code = """if True:
        import ctypes, json, os
        before, constructor = dict(os.environ), ctypes.CDLL.__init__
        import mserve.tasks.library.mime
        print(json.dumps([dict(os.environ) == before, ctypes.CDLL.__init__ is constructor]))"""
    environment = {**os.environ, "LD_LIBRARY_PATH": "/opt/lib"}
    for env in (environment, {k: v for k, v in os.environ.items() if k != "LD_LIBRARY_PATH"}):
        done = subprocess.run(
            [sys.executable, "-c", code], env=env, check=True, capture_output=True
        )
        assert json.loads(done.stdout) == [True, True]


def test_many_threads_at_once(source_of: Any) -> None:
    source = source_of(picture("PNG"))
    found: list[str] = []

    def run() -> None:
        found.extend(TASK.run(source, {}).facts["mimetype"] for _ in range(20))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == ["image/png"] * 80
