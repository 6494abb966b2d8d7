"""The text of plain texts, HTML and PDF."""

from typing import Any

import pytest

from mserve.errors import TaskError
from tests.unit.tasks.library.papers import page_of, pdf
from tests.unit.tasks.library.pictures import TASKS, encoded, quarters

TASK = TASKS["text_extract"]


def extracted(source: Any, **arguments: Any) -> tuple[str, dict[str, Any]]:
    outcome = TASK.run(source, arguments)
    (output,) = outcome.outputs
    assert (output.name, output.mimetype) == ("text", "text/plain; charset=utf-8")
    text = output.path.read_text("utf-8")
    assert outcome.result["characters"] == len(text)
    return text, dict(outcome.result)


@pytest.mark.parametrize(
    ("content", "text", "encoding"),
    [
        (b"plain words\n", "plain words\n", "utf-8"),
        ("größer €".encode(), "größer €", "utf-8"),
        ("\ufeffgrößer".encode(), "größer", "utf-8-sig"),
        ("größer".encode("utf-16"), "größer", "utf-16"),
        ("größer".encode("utf-32"), "größer", "utf-32"),
        ("größer und schöner".encode("latin-1"), "größer und schöner", "cp1252"),
        (b"a\r\nb\rc\n", "a\nb\nc\n", "utf-8"),
        (b"a\n\n\n\n  b  \n", "a\n\n  b\n", "utf-8"),
    ],
)
def test_plain_text(source_of: Any, content: bytes, text: str, encoding: str) -> None:
    told, result = extracted(source_of(content, "a.txt"))
    assert told == text
    assert (result["truncated"], result["encoding"]) == (False, encoding)


def test_other_texts(source_of: Any) -> None:
    assert extracted(source_of(b'{"a": [1, 2]}', "a.json"))[0] == '{"a": [1, 2]}'
    assert extracted(source_of(b"a,b\n1,2\n", "a.csv"))[0] == "a,b\n1,2\n"
    assert extracted(source_of(b"", "a.txt"))[0] == ""
    assert extracted(source_of(b"7", "a"))[0] == "7"


def test_a_text_is_cut(source_of: Any) -> None:
    text, result = extracted(source_of(b"abc " * 100_000, "a.txt"))
    assert len(text) <= 100_000 and result["truncated"]
    text, result = extracted(source_of(b"abcdef", "a.txt"), characters=3)
    assert (text, result["truncated"]) == ("abc", True)
    assert not extracted(source_of(b"abcdef", "a.txt"), characters=6)[1]["truncated"]
    assert extracted(source_of(b"\n" * 250_000 + b"abc", "a.txt"))[1]["truncated"]
    with pytest.raises(TaskError, match="characters should be from 1"):
        extracted(source_of(b"abc"), characters=0)


@pytest.mark.parametrize(
    "content", [b"words " * 9 + b"\xff\xfe\x80 and more", b"\xff\xfea", b"\xef\xbb\xbf\xff"]
)
def test_bad_bytes_never_fail(source_of: Any, content: bytes) -> None:
    assert extracted(source_of(content, "a.txt"))[1]["characters"] > 0


PAGE = """<!DOCTYPE html><html lang="de-AT"><head><meta charset="{charset}"><title>Größe</title>
<style>p {{ color: red }}</style><script>var a = "<p>never</p>";</script></head><body>
<h1>Heading</h1><p>One   <b>bold</b>
word &amp; more.<br>Next line</p><!-- never --><ul><li>first<li>second</ul>
<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>
<pre>  kept
    so</pre><svg><text>never</text></svg><p hidden>end</body></html>"""


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "windows-1252"])
def test_html(source_of: Any, charset: str) -> None:
    page = PAGE.format(charset=charset).encode(charset)
    text, result = extracted(source_of(page, "a.html"))
    assert result["language"] == "de-AT"
    assert "never" not in text and "color" not in text and "<" not in text
    lines = [line for line in text.split("\n") if line.strip()]
    assert lines == [
        "Größe", "Heading", "One bold word & more.", "Next line", "first", "second",
        "a\tb", "c\td", "  kept", "    so", "end",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "page",
    [
        b"<!DOCTYPE html><p>words<script>for (;;) 'no end",
        b"<!DOCTYPE html><p>words<a href='no end",
        b"<!DOCTYPE html><p>words<!-- no end",
        b"<!DOCTYPE html><p>words<![CDATA[ no end",
        b"<!DOCTYPE html><p>words<![odd[ no end]]>",
        b"<!DOCTYPE html><meta charset=utf-16><p>words",
        b"<!DOCTYPE html><p>words&#xD800;&#x110000;&nosuch;&",
        b"<!DOCTYPE html>" + b"<div>" * 50_000 + b"words",
        b"<!DOCTYPE html><meta charset=unicode_escape><p>words \\x41",
        b"<!DOCTYPE html><meta charset=zip><p>words \xff",
        b"<!DOCTYPE html><p>words<script>" + b"x" * 3_000_000 + b"</script>",
    ],
)
def test_html_that_is_broken(source_of: Any, page: bytes) -> None:
    text, _ = extracted(source_of(page, "a.html"))
    assert text.strip().startswith("words")
    assert "x" * 99 not in text


def test_a_fragment_is_html_by_its_name(source_of: Any) -> None:
    assert extracted(source_of(b"<p>words</p>", "a.html"))[0].strip() == "words"
    assert extracted(source_of(b"<p>words</p>", "a.txt"))[0] == "<p>words</p>"


def test_pdf(source_of: Any) -> None:
    pages = [page_of(text=f"These are the words of page {number}") for number in (1, 2)]
    text, result = extracted(source_of(pdf(*pages), "a.txt"))
    assert text.split("\n") == [
        "These are the words of page 1", "", "These are the words of page 2", "",
    ]  # fmt: skip
    assert result == {"characters": len(text), "truncated": False}
    assert extracted(source_of(pdf(*pages)), characters=12)[0] == "These are th"
    assert extracted(source_of(pdf(page_of())))[0].strip() == ""


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        (pdf(page_of(), encrypt=True), "encrypted"),
        (b"\xff", "there is no text to be read in application/octet-stream"),
        (b"%PDF-1.7 and no more", "the PDF is broken"),
        (encoded(quarters()), "there is no text to be read in image/png; readable are text, HTML"),
        (rb"{\rtf1\ansi words}", "in text/rtf"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2040), "there is no text to be read in app"),
        (b"", "there is no text to be read"),
    ],
)
def test_what_cannot_be_read(source_of: Any, stored: bytes, words: str) -> None:
    with pytest.raises(TaskError, match=words):
        extracted(source_of(stored, "a"))
