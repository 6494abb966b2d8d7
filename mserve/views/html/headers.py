"""The headers of every HTML answer, error pages too: nothing foreign loads, nothing inline runs.

What an upload contains is served with a stricter policy of its own (views/bytes.py), which stays.
"""

from collections.abc import MutableMapping
from typing import Any

from pyramid.events import NewResponse, subscriber

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
PAGE = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # the address may hold the key
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
    "Vary": "Accept, Authorization, Cookie",
}


DOCUMENT = {name: PAGE[name] for name in ("X-Content-Type-Options", "Referrer-Policy", "Vary")}
DOCUMENTS = ("application/json", "application/problem+json")


@subscriber(NewResponse)
def guard(event: Any) -> None:
    """Gives each answer of ours that has no policy of its own the headers of its kind."""
    response, headers = event.response, event.response.headers
    if "Content-Security-Policy" in headers:
        return
    if response.content_type == "text/html":
        headers.update(PAGE)
    elif response.content_type in DOCUMENTS:
        guard_document(headers)


def guard_document(headers: MutableMapping[str, str]) -> None:
    headers.update(DOCUMENT)
    headers.setdefault("Cache-Control", "no-store")
