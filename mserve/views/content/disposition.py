"""How a browser is to treat content: what it may show, what it must save, and under which name.

User content is hostile. Only what no browser runs is shown in place, and even that in a sandbox;
all else is saved. Names are given by RFC 6266, exact ones by RFC 8187.
"""

import re
from functools import lru_cache
from urllib.parse import quote

UNKNOWN = "application/octet-stream"
HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; "
    "style-src 'unsafe-inline'",  # the frame that browsers draw around a picture or a film
    "Referrer-Policy": "no-referrer",  # the address may hold the key
    "Cache-Control": "private, no-cache",
    "Vary": "Accept, Authorization",
}
MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,127}/[a-z0-9!#$&^_.+-]{1,127}")  # RFC 6838, 4.2
SHOWN = re.compile(r"(image|video|audio)/.*|text/plain")
RUN = re.compile(r"svg|xml|html|script|pdf|flash")
SPOOFS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
EXACT = "!#$&+-.^_`|~"  # attr-char of RFC 8187 beyond letters and digits
PLAIN = re.compile(r"[A-Za-z0-9!#$&+.^_`|~-]*")
"""A name that RFC 6266 and RFC 8187 both write as it is."""


@lru_cache(512)
def media_type(text: str) -> str:
    """`text`, if it is a media type; else the one that promises nothing."""
    tidy = text.strip().lower()
    return tidy if MEDIA_TYPE.fullmatch(tidy) else UNKNOWN


def disposition(name: str, mimetype: str) -> str:
    """Content-Disposition: inline only what no browser would run.

    Control characters, and those that turn the direction of writing, so that `fdp.exe` shows as
    `exe.pdf`, become `_`. In the plain name so do quotes, and `%`, which some clients decode.
    """
    if PLAIN.fullmatch(name):
        return f"{kind_of(mimetype)}; filename=\"{name}\"; filename*=UTF-8''{name}"
    name = SPOOFS.sub("_", name)
    plain = "".join(c if " " <= c < "\x7f" and c not in '"\\%/' else "_" for c in name)
    exact = quote(name, safe=EXACT)
    return f"{kind_of(mimetype)}; filename=\"{plain}\"; filename*=UTF-8''{exact}"


@lru_cache(512)
def kind_of(mimetype: str) -> str:
    """Whether a browser may show it in place."""
    inline = SHOWN.fullmatch(mimetype) and not RUN.search(mimetype)
    return "inline" if inline else "attachment"
