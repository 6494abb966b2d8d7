"""The parts of previews: texts, code, Markdown, tables, subtitles; they are quick, and harmless."""

import time
from difflib import unified_diff
from typing import Any

import pytest
from bs4 import BeautifulSoup
from markupsafe import Markup

from mserve.views.preview import code, difference, kinds, markdown, subtitles, tables, texts

HOSTILE = '<script>hit()</script><img src=x onerror="hit()">'


def text_of(body: str) -> texts.Text:
    return texts.decoded(body.encode(), True)


@pytest.mark.parametrize(
    ("body", "charset", "lines"),
    [
        (b"a\r\nb\n", "utf-8", ["a", "b"]),
        ("ä€".encode("utf-16"), "utf-16", ["ä€"]),
        ("\ufeffä".encode(), "utf-8", ["ä"]),
        (b"caf\xe9", "windows-1252", ["café"]),
        (b"\x00\x1b[31mred", "windows-1252", ["\ufffd\x1b[31mred"]),
        (b"", "utf-8", [""]),
    ],
)
def test_a_text_is_read_by_what_its_bytes_look_like(
    body: bytes, charset: str, lines: list[str]
) -> None:
    text = texts.decoded(body, True)
    assert (text.charset, text.lines, text.whole) == (charset, lines, True)


def test_a_beginning_is_cut_where_a_character_ends() -> None:
    text = texts.decoded("ä".encode()[:1].join([b"x", b""]), False)
    assert text.lines == ["x"] and not text.whole
    many = texts.decoded(b"\n" * (texts.LINES + 5), True)
    assert len(many.lines) == texts.LINES and not many.whole


def test_code_is_marked_line_by_line_and_says_the_same() -> None:
    body = '"""Words\nover lines."""\nx = 1  # <b>\ndef f(a):\n    return "é"\n'
    text = text_of(body)
    lines = code.marked(text.lines, "python")
    shown = [BeautifulSoup(f"<pre>{line}</pre>", "html.parser").get_text() for line in lines]
    assert shown == text.lines
    assert [line.count("<span") for line in lines] == [line.count("</span>") for line in lines]
    joined = "\n".join(lines)
    for mark in ("t-s", "t-n", "t-c", "t-k", "t-f"):
        assert f'class="{mark}"' in joined, mark
    assert "<b>" not in joined


def test_what_is_long_or_of_no_known_language_is_shown_as_it_is() -> None:
    assert code.marked(["a < b"], None) == [Markup("a &lt; b")]
    assert code.marked(["1" * 3000], "json") == [Markup("1" * 3000)]
    long = ["{}"] * (code.MOST // 2)
    assert code.marked(long, "json") == [Markup("{}")] * len(long)


@pytest.mark.parametrize("language", sorted({*code.LANGUAGES.values(), *code.TYPES.values()}))
def test_no_text_makes_a_lexer_slow(language: str) -> None:
    """Of many parts that were tried, repeated as often as fits, these took the longest."""
    for part in ("\\\n", "<a\n"):
        line = part * (code.LONGEST // len(part))
        lines = [*line.split("\n")] * max(1, code.MOST // (len(line) + 1) - 1)
        begun = time.process_time()
        code.marked(lines, language)
        assert time.process_time() - begun < 3, part


MARKDOWN = {
    "[a](javascript:hit())": "href",
    "[a](JaVaScRiPt:hit())": "href",
    "[a](data:text/html,x)": "href",
    "[a](vbscript:x)": "href",
    "[a](//elsewhere.example/)": "href",
    "[a](other.md)": "href",
    "<javascript:hit()>": "href",
    "![a](https://elsewhere.example/x.png)": "<img",
    "![a](data:image/svg+xml,x)": "<img",
    HOSTILE: "<script",
    f"<div onclick='hit()'>{HOSTILE}</div>": "<div",
    "[a]: javascript:hit()\n\n[a]": "href",
    "`<img src=x onerror=hit()>`": "<img",
    "|a|\n|-|\n|<img src=x>|": "<img",
    "&#60;img src=x onerror=hit()&#62;": "<img",
    '[a](https://x.example/"onclick="hit())': ' onclick="',
    '[a](https://x.example "t" onclick="hit()")': "<a",
}


@pytest.mark.parametrize(("body", "never"), MARKDOWN.items())
def test_markdown_says_what_its_author_may(body: str, never: str) -> None:
    assert never not in markdown.rendered(body), markdown.rendered(body)


def test_markdown_has_links_headings_and_tables() -> None:
    link = "[site](https://x.example/?a=1&b=2 'why') ![a *picture*](https://x.example/p.png)"
    html = markdown.rendered(f"# One\n\n## Two\n\n{link}\n\n|a|\n|-|\n|b|\n")
    page = BeautifulSoup(html, "html.parser")
    assert [page.h3.text, page.h4.text] == ["One", "Two"] and page.td.text == "b"
    assert page.a["href"] == "https://x.example/?a=1&b=2"
    assert page.a["rel"] == ["noopener", "noreferrer", "nofollow"]
    assert "[a picture]" in page.get_text()


@pytest.mark.parametrize(
    "part",
    ["[", "![", "*a ", "**", "_a_", "`", "> ", "- ", "<", "[a](", "\\", "~~", "|a", "&#", "* *",
     "a\n---\n", "[]()", "[[a]", "***a", ">>", "1. ", "\t", "```\n", "![[]()", "&amp"],
)  # fmt: skip
def test_no_markdown_is_slow(part: str) -> None:
    begun = time.process_time()
    markdown.rendered(part * (markdown.MOST // len(part)))
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    ("body", "head", "rows"),
    [
        ("a,b\n1,2\n", ["a", "b"], [["1", "2"]]),
        ("a;b\n1,5;2,5\n", ["a", "b"], [["1,5", "2,5"]]),
        ("a\tb\n1\t2", ["a", "b"], [["1", "2"]]),
        ('a,b\n"x\ny","<b>"\n3', ["a", "b"], [["x\ny", "<b>"], ["3", ""]]),
    ],
)
def test_a_table_by_what_parts_its_fields(body: str, head: list[str], rows: Any) -> None:
    assert tables.table(text_of(body)) == tables.Table(head, rows, True)


def test_of_a_large_table_there_is_a_beginning() -> None:
    body = "\n".join([",".join(["c" * 400] * 50)] * 300)
    table = tables.table(text_of(body))
    assert table is not None and not table.whole
    assert (len(table.head), len(table.rows), len(table.head[0])) == (40, 200, 301)
    assert tables.table(text_of("one\ntwo")) is None and tables.table(text_of("")) is None


def test_subrip_becomes_webvtt() -> None:
    srt = b"\xef\xbb\xbf1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>Hallo, Welt</i>\r\n"
    assert subtitles.as_vtt(srt).split("\n")[:5] == [
        "WEBVTT", "", "1", "00:00:01.000 --> 00:00:02.500", "<i>Hallo, Welt</i>",
    ]  # fmt: skip
    assert subtitles.as_vtt(b"WEBVTT\n\n00:01.000 --> 00:02.000\nx").startswith("WEBVTT\n\n00:01")


def test_hunks_tell_what_differs_and_what_stands_around() -> None:
    old = [f"line {number}" for number in range(30)]
    new = [*old[:10], "other", *old[11:], "more"]
    first, second = difference.hunks(old, new)
    assert [(line.kind, line.old, line.new) for line in first if line.kind != "kept"] == [
        ("gone", 11, None), ("added", None, 11),
    ]  # fmt: skip
    assert [line.text for line in second][-1] == "more" and len(first) == 8
    assert [*difference.hunks(old, old)] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", "a b"),
        ("a", ""),
        ("a", "b"),
        ("a b", "a c b"),
        ("1 2 3 4 5 6 7 8 9", "2 3 4 5 6 7 8 0"),
    ],
)
def test_a_hunk_says_where_it_is_as_diff_does(old: str, new: str) -> None:
    sides = old.split(), new.split()
    told = [line for line in unified_diff(*sides, lineterm="") if line.startswith("@@")]
    assert [difference.header(hunk) for hunk in difference.hunks(*sides)] == told


def test_what_would_take_too_long_to_compare_is_told() -> None:
    numbers = range(texts.LINES)
    sides = [[str((number * step) % 127) for number in numbers] for step in (31, 37)]
    begun = time.monotonic()
    with pytest.raises(difference.TooDifferent):
        [*difference.hunks(*sides)]
    assert time.monotonic() - begun < 10


class Named:
    def __init__(self, name: str, mimetype: str) -> None:
        self.__name__, self.mimetype = name, mimetype


@pytest.mark.parametrize(
    ("name", "mimetype", "kind"),
    [
        ("a.md", "text/plain", kinds.MARKDOWN), ("a.txt", "text/plain", kinds.TEXT),
        ("a.csv", "text/plain", kinds.TABLE), ("a", "text/csv", kinds.TABLE),
        ("a.svg", "image/svg+xml", kinds.TEXT), ("a.html", "text/html", kinds.TEXT),
        ("a", "application/ld+json", kinds.TEXT), ("a.tif", "image/tiff", kinds.IMAGE),
        ("a.mxf", "application/mxf", kinds.VIDEO), ("a.mp3", "audio/mpeg", kinds.AUDIO),
        ("a.pdf", "application/pdf", kinds.PDF), ("a.md", "application/zip", kinds.NONE),
        ("a", "application/octet-stream", kinds.NONE),
    ],
)  # fmt: skip
def test_kinds(name: str, mimetype: str, kind: str) -> None:
    assert kinds.kind_of(Named(name, mimetype)) == kind
