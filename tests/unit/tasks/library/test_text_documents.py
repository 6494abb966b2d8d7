"""The text of zipped documents."""

from typing import Any

import pytest

from tests.unit.tasks.library.office_files import (
    OFFICE,
    SLIDE,
    XLSX,
    XML,
    docx,
    epub,
    odf,
    office,
    relations,
    slide,
)
from tests.unit.tasks.library.papers import zipped
from tests.unit.tasks.library.test_text_extract import extracted


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def test_docx(source_of: Any) -> None:
    text, result = extracted(source_of(zipped(docx()), "a.docx"))
    assert lines(text) == ["Größe & more\tafter", "next", "a \tb", "box", "a note"]
    assert result == {"characters": len(text), "truncated": False}
    assert extracted(source_of(zipped(docx())), characters=4)[0] == "Größ"


def test_xlsx(source_of: Any) -> None:
    text, _ = extracted(source_of(zipped(office("xl/workbook.xml", XLSX)), "a.xlsx"))
    assert lines(text) == ["Second", "2", "First", "name\t1.5\tTRUE", "rich text\tinline\tresult"]


def test_pptx(source_of: Any) -> None:
    parts = {
        "ppt/presentation.xml": f"""{XML}<p:presentation xmlns:p="{SLIDE}" xmlns:r="{OFFICE}">
            <p:sldIdLst><p:sldId id="256" r:id="r2"/><p:sldId id="257" r:id="r1"/></p:sldIdLst>
            </p:presentation>""",
        "ppt/_rels/presentation.xml.rels": relations(
            slide1="slides/slide1.xml", slide2="slides/slide2.xml"
        ),
        "ppt/slides/slide1.xml": slide("shown last"),
        "ppt/slides/slide2.xml": slide("shown first"),
    }
    text, _ = extracted(source_of(zipped(office("ppt/presentation.xml", parts)), "a.pptx"))
    assert lines(text) == ["shown first", "more", "shown last", "more"]


@pytest.mark.parametrize("kind", ["text", "spreadsheet", "presentation"])
def test_opendocument(source_of: Any, kind: str) -> None:
    text, _ = extracted(source_of(zipped(odf(kind)), "a"))
    assert lines(text) == ["Größe", "one   two\tthree", "four", "a \tb"]


def test_epub(source_of: Any) -> None:
    text, result = extracted(source_of(zipped(epub()), "a.epub"))
    assert lines(text) == ["le début\xa0!", "the end"]
    assert result["language"] == "fr"
