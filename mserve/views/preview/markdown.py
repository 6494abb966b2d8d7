"""Markdown as HTML, by markdown-it-py: no HTML of its own, no pictures, links to the web alone."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup

MOST = 32 << 10  # characters; what is made to be slow takes as long as others' pages must wait
KEPT = 32  # texts of which a process remembers what was made
DEEPEST = 20  # levels of lists and quotes
LINK = re.compile(r"(https?://|mailto:)", re.I)
BELOW = 2  # the page's own headings stand above those of the text


class Renderer(RendererHTML):
    """Headings go below those of the page, and a picture is told by the words that stand for it."""

    def image(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        words = self.renderInlineAsText(tokens[idx].children, options, env)
        return str(Markup('<span class="soft">[{}]</span>').format(words))

    def link_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        tokens[idx].attrSet("rel", "noopener noreferrer nofollow")
        return self.renderToken(tokens, idx, options, env)

    def heading_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return f"<{_lowered(tokens[idx].tag)}>"

    def heading_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return f"</{_lowered(tokens[idx].tag)}>\n"


def _lowered(tag: str) -> str:
    return f"h{min(6, int(tag[1]) + BELOW)}"


def _is_link(url: str) -> bool:
    return LINK.match(url) is not None


def _parser() -> MarkdownIt:
    options = {"html": False, "linkify": False, "maxNesting": DEEPEST}
    parser = MarkdownIt("commonmark", options, renderer_cls=Renderer)
    parser.enable(["table", "strikethrough"])
    parser.validateLink = _is_link  # type: ignore[method-assign]  # it is made to be replaced
    return parser


PARSER = _parser()


@lru_cache(KEPT)
def rendered(text: str) -> Markup:
    """The text of at most MOST characters as HTML that nothing runs in."""
    return Markup(PARSER.render(text[:MOST]))  # noqa: S704 - its own HTML is escaped by the parser
