"""Asked: one kind of request, of which each has a number, in whatever dialect a peer speaks."""

from collections.abc import Mapping
from dataclasses import dataclass, field

DIGITS = 12
MARK = "{n}"  # in a path or body: the request's number, in DIGITS digits


@dataclass(frozen=True)
class Asked:
    """`path` begins with a slash; `body` is text, and empty for none."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""

    def numbered(self, n: int) -> "Asked":
        """The one with this number."""
        path, body = (text.replace(MARK, digits(n)) for text in (self.path, self.body))
        return Asked(self.method, path, self.headers, body)


def digits(n: int) -> str:
    return f"{n:0{DIGITS}}"
