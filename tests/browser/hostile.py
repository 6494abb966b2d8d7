"""What somebody means harm with: names, words and files, and what tells that some of it ran."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import BrowserContext, Route

from tests.unit.tasks.library.papers import with_table

ELSEWHERE = "http://elsewhere.example"
FAR = f"<img src={ELSEWHERE}/x.png>"
BAIT = f"<script>hit()</script><img src=x onerror=hit()><svg onload=hit()>{FAR}"
WORDS = f"\"'>{BAIT}</title></textarea></script>{{{{hit()}}}}<a href=javascript:hit()>x</a>"
NAME = "\"'><img src=x onerror=hit()><svg onload=hit()>"
"""For names, which have no slash."""
SVG = f'''<svg xmlns="http://www.w3.org/2000/svg" onload="hit()" width="9" height="9">
<script>hit()</script><image href="{ELSEWHERE}/x.png"/></svg>'''
XHTML = '<html xmlns="http://www.w3.org/1999/xhtml"><script>hit()</script></html>'
MARKDOWN = f"""# {BAIT}
[a](javascript:hit()) <javascript:hit()> ![x]({ELSEWHERE}/y.png) ![y](data:image/svg+xml,{SVG})
[b]: javascript:hit()
[b] <div onclick=hit()>{BAIT}</div>

|{BAIT}|b|
|-|-|
"""
SUBTITLES = f"1\n00:00:00,000 --> 00:00:09,000\n{BAIT}<c.x onclick=hit()>x</c>\n"
ACTION = f"app.alert('hit'); this.submitForm('{ELSEWHERE}');"
PDF = with_table([
    f"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS ({ACTION}) >> >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
])  # fmt: skip
CSV = f'a,b\n"{WORDS.replace(chr(34), chr(34) * 2)}",=HYPERLINK("{ELSEWHERE}")\n'

FILES: dict[str, tuple[str, bytes, str]] = {
    "html": (f"{NAME}.html", f"<!doctype html><title>x</title>{BAIT}".encode(), "text/html"),
    "svg": (f"{NAME}.svg", SVG.encode(), "image/svg+xml"),
    "xhtml": (f"{NAME}.xhtml", XHTML.encode(), "application/xhtml+xml"),
    "markdown": (f"{NAME}.md", MARKDOWN.encode(), "text/markdown"),
    "code": (f"{NAME}.py", f"x = '''{WORDS}'''  # {WORDS}\n".encode(), "text/x-python"),
    "json": (f"{NAME}.json", f'{{"{BAIT.replace(chr(34), "")}": 1}}'.encode(), "application/json"),
    "table": (f"{NAME}.csv", CSV.encode(), "text/csv"),
    "text": (f"{NAME}.txt", WORDS.encode(), "text/plain"),
    "pdf": (f"{NAME}.pdf", PDF, "application/pdf"),
    "image": (f"{NAME}.png", f"\x89PNG\r\n\x1a\n{BAIT}".encode("latin-1"), "image/png"),
    "film": (f"{NAME}.mp4", BAIT.encode(), "video/mp4"),
    "subtitles": (f"{NAME}.srt", SUBTITLES.encode(), "application/x-subrip"),
    "script": (f"{NAME}.js", b"hit()", "text/javascript"),
}  # fmt: skip
"""Name, content and announced media type of each."""


class Watch:
    """What has happened in a browser that should not."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.seen: list[str] = []

    def on_console(self, message: Any) -> None:
        if re.search(r"Content Security Policy|Refused to|sandboxed|CSP", message.text):
            self.seen.append(f"policy: {message.text[:300]}")

    def on_dialog(self, dialog: Any) -> None:
        self.seen.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def on_hit(self, source: Any) -> None:
        self.seen.append(f"script at {source['frame'].url}")

    def on_route(self, route: Route) -> None:
        self.seen.append(f"request to {route.request.url}")
        route.abort()

    def is_elsewhere(self, url: str) -> bool:
        return re.match(r"(https?|wss?)://", url) is not None and not url.startswith(self.host)


@contextmanager
def watched(context: BrowserContext, host: str) -> Iterator[Watch]:
    """Everything that the pages of the context do is looked at; `host` is where they may go."""
    watch = Watch(host)
    context.expose_binding("hit", watch.on_hit)
    context.on("console", watch.on_console)
    context.on("dialog", watch.on_dialog)
    context.route(watch.is_elsewhere, watch.on_route)
    yield watch
