"""Zipped documents that are broken, or made to do harm."""

import struct
import zipfile
from typing import Any

import pytest

from mserve.errors import TaskError
from mserve.tasks.library import package
from mserve.tasks.library.text_extract import text_extract
from tests.unit.tasks.library.office_files import BODY, XML, docx, epub, odf, relations
from tests.unit.tasks.library.papers import zipped
from tests.unit.tasks.library.test_text_extract import extracted


def test_opendocument_that_is_encrypted(source_of: Any) -> None:
    manifest = f'{XML}<m:manifest xmlns:m="m"><m:encryption-data/></m:manifest>'
    stored = zipped({**odf("text", "cipher"), "META-INF/manifest.xml": manifest})
    with pytest.raises(TaskError, match="the document is encrypted"):
        extracted(source_of(stored))


def test_epub_that_is_encrypted(source_of: Any) -> None:
    locked = f'{XML}<e><CipherReference URI="OEBPS/text/two.xhtml"/></e>'
    with pytest.raises(TaskError, match="the book is encrypted"):
        extracted(source_of(zipped(epub(**{"META-INF/encryption.xml": locked}))))


ENTITIES = '<!DOCTYPE x [<!ENTITY a "never">]>'


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"a.txt": "words"}, "a zip that is no document; of those DOCX"),
        (docx(f"{ENTITIES}<x>&a;</x>"), "declares the entity a"),
        (docx("<w:document>"), "the document is broken: word/document.xml: no well-formed XML"),
        (docx("<a>" * 5000), "within one another"),
        ({**docx(), "_rels/.rels": relations()}, "nothing says which of its parts comes first"),
        ({**docx(), "_rels/.rels": relations(officeDocument="visio/a.xml")}, "comes first"),
        ({**epub(), "META-INF/container.xml": "<a/>"}, "names no rootfile"),
        ({**epub(), "META-INF/container.xml": '<rootfile full-path="x"/>'}, "it has no part x"),
    ],
)
def test_documents_that_are_broken(source_of: Any, parts: Any, words: str) -> None:
    with pytest.raises(TaskError, match=words):
        extracted(source_of(zipped(parts)))


def test_bombs_are_refused(source_of: Any) -> None:
    with pytest.raises(TaskError, match="grows more than 200 times"):
        extracted(source_of(zipped(docx(" " * (64 << 20)))))
    many = {f"part{number}": "" for number in range(10_001)}
    with pytest.raises(TaskError, match="more than 10000 parts"):
        extracted(source_of(zipped({**docx(), **many})))


def test_all_that_is_inflated_is_counted(source_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    source = source_of(zipped(docx()))
    text_extract(source)
    monkeypatch.setattr(package, "INFLATED", len(BODY))
    with pytest.raises(TaskError, match=f"more than {len(BODY)} bytes"):
        text_extract(source)


def test_what_no_document_is_packed_with(source_of: Any) -> None:
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        with pytest.raises(TaskError, match="compressed in a way that no document is"):
            extracted(source_of(zipped(docx(), method)))
    stored = bytearray(zipped(docx()))
    place = 0
    while (place := stored.find(b"PK\1\2", place + 1)) > 0:
        stored[place + 8] |= 1  # as if it were encrypted
    with pytest.raises(TaskError, match="the document is encrypted"):
        extracted(source_of(bytes(stored)))


def test_a_zip_whose_parts_lie_nowhere(source_of: Any) -> None:
    stored = bytearray(zipped(docx()))
    (place,) = struct.unpack_from("<I", stored, len(stored) - 6)
    struct.pack_into("<I", stored, len(stored) - 6, place + 100_000)
    with pytest.raises(TaskError, match="the document is broken"):
        extracted(source_of(bytes(stored)))


def test_zips_that_are_damaged(source_of: Any) -> None:
    whole = zipped(docx())
    for place in range(4, len(whole), 41):
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        for stored in (bytes(damaged), whole[:place]):
            try:
                extracted(source_of(stored))
            except TaskError as fault:
                assert str(fault)
