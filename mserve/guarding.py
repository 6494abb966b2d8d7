"""The header fields of every answer, whoever gives it: Pyramid, the express lane, the server.

The address of an answer may hold a key, so it is not to be told on, kept, or found by a search.
"""

from collections.abc import Mapping

EVERY: Mapping[str, str] = {
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""What an answer has that says nothing else of its own."""
