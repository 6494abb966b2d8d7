"""The text of zipped documents, and of those made to do harm."""

import zipfile
from typing import Any

import pytest

from mserve.errors import TaskError
from mserve.tasks.library import package
from mserve.tasks.library.text_extract import text_extract
from tests.unit.tasks.library.papers import zipped
from tests.unit.tasks.library.test_text_extract import extracted

XML = '<?xml version="1.0" encoding="UTF-8"?>'
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SLIDE = "http://schemas.openxmlformats.org/presentationml/2006/main"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"


def relations(**targets: str) -> str:
    lines = [
        f'<Relationship Id="r{place}" Type="{OFFICE}/{kind.rstrip("0123456789")}" Target="{path}"/>'
        for place, (kind, path) in enumerate(targets.items(), 1)
    ]
    return f'{XML}<Relationships xmlns="{RELATIONS}">{"".join(lines)}</Relationships>'


def office(main: str, parts: dict[str, str]) -> dict[str, str | bytes]:
    return {
        "[Content_Types].xml": f'{XML}<Types xmlns="types"/>',
        "_rels/.rels": relations(officeDocument=main),
        **parts,
    }


BODY = f"""{XML}<w:document xmlns:w="{WORD}" xmlns:a="{DRAWING}" xmlns:mc="mc"><w:body>
<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr><w:r><w:t>Größe &amp; </w:t></w:r>
<w:r><w:t xml:space="preserve">more</w:t><w:tab/><w:t>after</w:t><w:br/><w:t>next</w:t></w:r></w:p>
<w:p><w:r><w:delText>never</w:delText><w:instrText>never</w:instrText></w:r></w:p>
<w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc>
<w:tc><w:p><w:r><w:t>b</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
<mc:AlternateContent><mc:Choice><a:p><a:r><a:t>box</a:t></a:r></a:p></mc:Choice>
<mc:Fallback><w:p><w:r><w:t>never</w:t></w:r></w:p></mc:Fallback></mc:AlternateContent>
</w:body></w:document>"""
NOTES = f'{XML}<w:footnotes xmlns:w="{WORD}"><w:p><w:r><w:t>a note</w:t></w:r></w:p></w:footnotes>'


def docx(body: str = BODY, **more: str | bytes) -> dict[str, str | bytes]:
    parts = {
        "word/document.xml": body,
        "word/_rels/document.xml.rels": relations(footnotes="footnotes.xml"),
        "word/footnotes.xml": NOTES,
    }
    return {**office("word/document.xml", parts), **more}


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def test_docx(source_of: Any) -> None:
    text, result = extracted(source_of(zipped(docx()), "a.docx"))
    assert lines(text) == ["Größe & more\tafter", "next", "a \tb", "box", "a note"]
    assert result == {"characters": len(text), "truncated": False}
    assert extracted(source_of(zipped(docx())), characters=4)[0] == "Größ"


XLSX: dict[str, str] = {
    "xl/workbook.xml": f"""{XML}<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}"><sheets>
        <sheet name="Second" sheetId="2" r:id="r2"/><sheet name="First" sheetId="1" r:id="r1"/>
        <sheet name="Lost" sheetId="3" r:id="r9"/></sheets></workbook>""",
    "xl/_rels/workbook.xml.rels": relations(
        worksheet1="worksheets/sheet1.xml",
        worksheet2="/xl/worksheets/sheet2.xml",
        sharedStrings="sharedStrings.xml",
    ),
    "xl/sharedStrings.xml": f"""{XML}<sst xmlns="{SHEET}"><si><t>name</t></si>
        <si><r><t>rich</t></r><r><t> text</t></r><rPh><t>never</t></rPh></si></sst>""",
    "xl/worksheets/sheet1.xml": f"""{XML}<worksheet xmlns="{SHEET}"><sheetData>
        <row><c t="s"><v>0</v></c><c><v>1.5</v></c><c t="b"><v>1</v></c></row>
        <row><c t="s"><v>1</v></c><c t="inlineStr"><is><t>inline</t></is></c>
        <c t="str"><f>A1</f><v>result</v></c><c t="s"><v>99</v></c><c t="s"><v>x</v></c></row>
        </sheetData></worksheet>""",
    "xl/worksheets/sheet2.xml": f"""{XML}<worksheet xmlns="{SHEET}"><sheetData>
        <row><c><v>2</v></c></row></sheetData></worksheet>""",
}


def test_xlsx(source_of: Any) -> None:
    text, _ = extracted(source_of(zipped(office("xl/workbook.xml", XLSX)), "a.xlsx"))
    assert lines(text) == ["Second", "2", "First", "name\t1.5\tTRUE", "rich text\tinline\tresult"]


def slide(words: str) -> str:
    return (
        f'{XML}<p:sld xmlns:p="{SLIDE}" xmlns:a="{DRAWING}"><a:p><a:r><a:t>{words}</a:t></a:r>'
        "<a:br/><a:r><a:t>more</a:t></a:r></a:p></p:sld>"
    )


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


ODF = "urn:oasis:names:tc:opendocument:xmlns"
CONTENT = f"""{XML}<o:document-content xmlns:o="{ODF}:office:1.0" xmlns:t="{ODF}:text:1.0"
xmlns:b="{ODF}:table:1.0"><o:body><o:text><t:tracked-changes><t:p>never</t:p></t:tracked-changes>
<t:h>Größe</t:h><t:p>one<t:s t:c="3"/>two<t:tab/>three<t:line-break/><t:span>four</t:span></t:p>
<b:table><b:table-row><b:table-cell><t:p>a</t:p></b:table-cell>
<b:table-cell><t:p>b</t:p></b:table-cell></b:table-row></b:table></o:text></o:body>
</o:document-content>"""


def odf(kind: str, content: str = CONTENT, **more: str) -> dict[str, str | bytes]:
    mimetype = f"application/vnd.oasis.opendocument.{kind}"
    return {"mimetype": mimetype, "content.xml": content, **more}


@pytest.mark.parametrize("kind", ["text", "spreadsheet", "presentation"])
def test_opendocument(source_of: Any, kind: str) -> None:
    text, _ = extracted(source_of(zipped(odf(kind)), "a"))
    assert lines(text) == ["Größe", "one   two\tthree", "four", "a \tb"]


def test_opendocument_that_is_encrypted(source_of: Any) -> None:
    manifest = f'{XML}<m:manifest xmlns:m="m"><m:encryption-data/></m:manifest>'
    stored = zipped({**odf("text", "cipher"), "META-INF/manifest.xml": manifest})
    with pytest.raises(TaskError, match="the document is encrypted"):
        extracted(source_of(stored))


def epub(**more: str) -> dict[str, str | bytes]:
    chapter = '<html xmlns="http://www.w3.org/1999/xhtml"><body><p>{}</p></body></html>'
    return {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": f"""{XML}<container><rootfiles>
            <rootfile full-path="OEBPS/book.opf"/></rootfiles></container>""",
        "OEBPS/book.opf": f"""{XML}<package xmlns:dc="http://purl.org/dc/elements/1.1/">
            <metadata><dc:language>fr</dc:language></metadata><manifest>
            <item id="a" href="text/one%20a.xhtml"/><item id="b" href="text/two.xhtml"/>
            <item id="lost" href="lost.xhtml"/></manifest>
            <spine><itemref idref="b"/><itemref idref="a"/><itemref idref="lost"/>
            <itemref idref="nowhere"/></spine></package>""",
        "OEBPS/text/one a.xhtml": XML + chapter.format("the end"),
        "OEBPS/text/two.xhtml": "<!DOCTYPE html>" + chapter.format("le début&nbsp;!"),
        **more,
    }


def test_epub(source_of: Any) -> None:
    text, result = extracted(source_of(zipped(epub()), "a.epub"))
    assert lines(text) == ["le début\xa0!", "the end"]
    assert result["language"] == "fr"


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
