"""Zipped documents, part by part."""

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


def slide(words: str) -> str:
    return (
        f'{XML}<p:sld xmlns:p="{SLIDE}" xmlns:a="{DRAWING}"><a:p><a:r><a:t>{words}</a:t></a:r>'
        "<a:br/><a:r><a:t>more</a:t></a:r></a:p></p:sld>"
    )


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
