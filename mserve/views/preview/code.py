"""Code: lines of a text with the parts that readers tell apart marked, by Pygments.

A text is anybody's. So there is a list of languages whose lexers were tried with texts that are
made to be slow, and a text that is long, or takes too long, is shown as it is.
"""

import time
from collections.abc import Iterable, Iterator
from functools import lru_cache

from markupsafe import Markup, escape
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Literal, Name, Number, String, _TokenType

from mserve.views.preview.kinds import suffix

MOST = 32 << 10  # characters
LONGEST = 2000  # characters of a line; longer ones are seldom meant for people
SECONDS = 0.25
KEPT = 32  # texts of which a process remembers what was made
LANGUAGES = {
    **dict.fromkeys(("json", "geojson", "webmanifest"), "json"),
    **dict.fromkeys(("py", "pyi"), "python"),
    **dict.fromkeys(("js", "mjs", "cjs"), "javascript"),
    **dict.fromkeys(("sh", "bash"), "bash"),
    **dict.fromkeys(("yml", "yaml"), "yaml"),
    **dict.fromkeys(("ini", "cfg"), "ini"),
    **dict.fromkeys(("html", "htm"), "html"),
    **dict.fromkeys(("xml", "svg", "rss"), "xml"),
    **dict.fromkeys(("c", "h"), "c"),
    "css": "css", "toml": "toml", "go": "go", "rs": "rust", "java": "java", "diff": "diff",
    "patch": "diff", "sql": "sql",
}  # fmt: skip
TYPES = {
    "application/json": "json", "application/javascript": "javascript", "text/html": "html",
    "text/javascript": "javascript", "application/xml": "xml", "text/xml": "xml",
    "image/svg+xml": "xml", "text/css": "css", "text/x-python": "python", "text/x-shellscript":
    "bash", "application/x-sh": "bash", "application/yaml": "yaml", "text/x-c": "c",
    "text/x-diff": "diff", "application/sql": "sql",
}  # fmt: skip
MARKS: tuple[tuple[_TokenType, str], ...] = (
    (Comment, "c"), (Keyword, "k"), (Number, "n"), (String, "s"), (Literal, "s"),
    (Name.Tag, "k"), (Name.Attribute, "a"), (Name.Function, "f"), (Name.Class, "f"),
    (Name.Decorator, "a"), (Name.Builtin, "f"),
)  # fmt: skip
"""Kinds of tokens, and the class of the elements around them."""


class TooSlow(Exception):
    """The text is not worth the time that it would take."""


def language_of(name: str, mimetype: str) -> str | None:
    """By its name, or by its media type; None where it is plain text, or one that nobody knows."""
    return LANGUAGES.get(suffix(name)) or TYPES.get(mimetype)


def marked(lines: list[str], language: str | None) -> list[Markup]:
    """The lines as HTML."""
    size = sum(map(len, lines)) + len(lines)
    if language is None or size > MOST or max(map(len, lines)) > LONGEST:
        return plain(lines)
    return _marked("\n".join(lines), language)


@lru_cache(KEPT)
def _marked(text: str, language: str) -> list[Markup]:
    """What was too slow once is not tried again."""
    lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    try:
        return [*_lines(_timed(lexer, text))]
    except TooSlow:
        return plain(text.split("\n"))


def plain(lines: list[str]) -> list[Markup]:
    return [escape(line) for line in lines]


def _timed(lexer: Lexer, text: str) -> Iterator[tuple[_TokenType, str]]:
    """The tokens; raises TooSlow."""
    end = time.monotonic() + SECONDS
    for token in lexer.get_tokens(text):
        if time.monotonic() > end:
            raise TooSlow
        yield token


def _lines(tokens: Iterable[tuple[_TokenType, str]]) -> Iterator[Markup]:
    """Tokens go over the ends of lines, elements do not."""
    line = Markup()
    for kind, text in tokens:
        mark = _mark(kind)
        first, *others = text.split("\n")
        line += _element(mark, first)
        for each in others:
            yield line
            line = _element(mark, each)
    yield line


def _mark(kind: _TokenType) -> str | None:
    return next((mark for family, mark in MARKS if kind in family), None)


def _element(mark: str | None, text: str) -> Markup:
    if mark is None or not text.strip():
        return escape(text)
    return Markup('<span class="t-{}">{}</span>').format(mark, text)
