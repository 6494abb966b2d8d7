"""JSON in the express lane."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from mserve.views.express.asked import Answer
from mserve.views.html.headers import guard_document


def document(
    found: dict[str, Any],
    status: int = HTTPStatus.OK,
    more: Mapping[str, str] | None = None,
) -> Answer:
    """JSON, as Pyramid's renderer makes it, with `more` header fields."""
    body = json.dumps(found).encode()
    headers = {"Content-Type": "application/json", "Content-Length": str(len(body)), **(more or {})}
    guard_document(headers)
    return Answer(status, headers, (body,))
