"""Hypertext: the words of an HTML page, without its tags, scripts and styles."""

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser

HEAD = 4096  # bytes within which a page names its charset
CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{1,40})|"
                     rb"^<\?xml[^>]{0,100}encoding\s*=\s*[\"']([\w-]{1,40})", re.I)  # fmt: skip
SILENT = frozenset("script style template noscript noframes iframe object svg math".split())
BLOCKS = frozenset(
    "address article aside blockquote body br caption dd details div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 head header hr html legend li main nav ol optgroup "
    "option p pre section select summary table tbody textarea tfoot thead title tr ul".split()
)
CELLS = frozenset({"td", "th"})
PARAGRAPHS = frozenset("blockquote dl figure h1 h2 h3 h4 h5 h6 ol p pre table title ul".split())
PENDING = 1 << 20  # characters of a tag that does not end
SPACES = re.compile(r"[ \t\n\r\f]+")
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}")  # RFC 5646, the common part


def announced(sample: bytes) -> str:
    """The charset that a page names in its head; an empty text if it does not."""
    found = CHARSET.search(sample[:HEAD])
    return (found[1] or found[2]).decode("ascii") if found else ""


def language(tag: str | None) -> str:
    """`tag` if it is one of a language, else an empty text."""
    tag = (tag or "").strip()
    return tag if LANGUAGE.fullmatch(tag) else ""


class Page(HTMLParser):
    """What is read of a page; `language` is what it says of itself."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.language = ""
        self._words: list[str] = []
        self._silent = ""  # the element whose content is no text…
        self._depth = 0  # …and how many of its kind are open
        self._blank = self._fresh = True  # at a space already; at the beginning of a line
        self._verbatim = 0

    def words(self, texts: Iterable[str]) -> Iterator[str]:
        """The words of a page whose source `texts` are, as they come."""
        for text in texts:
            self.feed(text)
            yield self._take()
            if len(self.rawdata) > PENDING:
                self.close()
                self.reset()
        self.close()
        yield self._take()

    def _take(self) -> str:
        taken, self._words = "".join(self._words), []
        return taken

    def parse_html_declaration(self, i: int) -> int:
        """Takes what XML would call a marked section for a comment, as browsers do."""
        if self.rawdata.startswith("<![", i):
            return self.parse_bogus_comment(i)
        return super().parse_html_declaration(i)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "html":
            self.language = language(dict(attrs).get("lang") or dict(attrs).get("xml:lang"))
        if self._silent:
            self._depth += tag == self._silent
        elif tag in SILENT:
            self._silent, self._depth = tag, 1
        else:
            self._verbatim += tag == "pre"
            self._break(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self._silent and tag not in SILENT:
            self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            self._depth -= tag == self._silent
            self._silent = self._silent if self._depth else ""
            return
        self._verbatim = max(0, self._verbatim - (tag == "pre"))
        self._break(tag)

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        text = data if self._verbatim else SPACES.sub(" ", data)
        if self._blank and not self._verbatim:
            text = text.lstrip(" ")
        if text:
            self._words.append(text)
            self._blank, self._fresh = text[-1] in " \n\t", False

    def _break(self, tag: str) -> None:
        if tag in CELLS and not self._fresh:
            self._words.append("" if self._words[-1:] == ["\t"] else "\t")
            self._blank = True
        elif tag in BLOCKS:
            self._words.append("\n\n" if tag in PARAGRAPHS else "\n")
            self._blank = self._fresh = True
