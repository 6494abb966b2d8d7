"""Scripts have no words for people but those of the catalog (`gettext` of words.js)."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mserve.views.html.static import FOLDER

SCRIPTS = [each for each in sorted(FOLDER.glob("*.js")) if not each.name.startswith("docs")]
REFERENCE = FOLDER.parent / "templates" / "docs.jinja2"
TOKEN = re.compile(
    r"//[^\n]*|/\*.*?\*/|"
    r'(?P<text>"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)',
    re.DOTALL,
)
TRANSLATED = re.compile(r'n?gettext\(\s*(?:"(?:\\.|[^"\\\n])*",\s*)?$')
VALUE = re.compile(r"\$\{[^}]*\}")
SENTENCE = re.compile(r"[A-Za-z]{2,}[,;:.]? [a-z]{2,}")
SHOWN = re.compile(
    r"(?:\b(?:textContent|innerText|title|placeholder|ariaLabel|alt)\s*[:=]\s*|"
    r"\b(?:notice|button|Problem\(\w+,|Error)\(?\s*|"
    r'setAttribute\("aria-label",\s*)$'
)
LETTERS = re.compile(r"[A-Za-z]{2,}")
FOR_BROWSERS = {
    "a, button, input, select, summary",
    "input:not(.pick), textarea, select, dialog, details[open]",
    "input:not([type=hidden]), select, button",
    "[role=alert], .undo button, h1",
    ".undo span",
    "video, audio, .tools, .stage, .scroll, .pages",
    'Content-Disposition: form-data; name="file"; filename=""',
    "Content-Digest: sha-256=::",
    "multipart/form-data; boundary=",
}
"""Selectors and fields of headers that look like sentences."""


def literals(code: str) -> Iterator[tuple[str, str]]:
    """Each text of a script that no catalog has, without its values, and the code before it."""
    for token in TOKEN.finditer(code):
        before = code[: token.start()]
        if (text := token["text"]) and not TRANSLATED.search(before):
            yield VALUE.sub("", text[1:-1]), before


def words(code: str) -> list[str]:
    """Those that a person would read: sentences, and what is put where it is seen or heard."""
    found = [(text, before) for text, before in literals(code) if text not in FOR_BROWSERS]
    return [
        text
        for text, before in found
        if (SENTENCE.search(text) and not re.search(r"[{}]|: .*;", text))
        or (SHOWN.search(before) and LETTERS.search(text))
    ]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_script_says_nothing_of_its_own(script: Path) -> None:
    assert words(script.read_text()) == []


@pytest.mark.parametrize(
    "code",
    [
        'notice("Gone");',
        'line.textContent = "Up";',
        "make('p'); const WORDS = \"is here already\";",
        "alert.textContent = `No answer: ${fault.message}`;",
        'field.setAttribute("aria-label", "Name");',
        'throw new Problem(0, "the connection broke");',
        'ngettext("%(num)s job", "%(num)s jobs", "all of them")',
    ],
)
def test_words_of_its_own_would_be_found(code: str) -> None:
    assert len(words(code)) == 1


def test_words_of_the_catalog_and_comments_are_none() -> None:
    code = '// "is here already"\ngettext("Up"); ngettext("one job", "many jobs", 2); load("a.js");'
    assert words(code) == []


def test_the_reference_of_the_interface_is_english_and_says_so() -> None:
    """It is made of the OpenAPI document, by scripts that say nothing elsewhere."""
    assert re.search(r'<div id="docs"[^>]* lang="en"', REFERENCE.read_text())
