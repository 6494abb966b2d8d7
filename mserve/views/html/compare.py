"""How two versions of a file differ: line by line, as two pictures, or by their facts."""

from dataclasses import dataclass
from typing import Any

from mserve.errors import Away
from mserve.resources import clock
from mserve.resources.content import Content
from mserve.resources.mfile import Mfile
from mserve.resources.roles import Permission
from mserve.views.html.preview import UNPAID, text_of
from mserve.views.html.template import may
from mserve.views.preview import difference, kinds

DRAWN = 16 << 20  # bytes of a picture


@dataclass(frozen=True)
class Edition:
    """A version, or what the file is now (`until` is None then). Times are in µs."""

    number: int
    content: Content
    mimetype: str
    since: int
    until: int | None
    url: str

    @property
    def begun(self) -> str | None:
        """`since` as RFC 3339."""
        return clock.rfc3339(self.since)


def compared(request: Any, mfile: Mfile, old: Edition, new: Edition) -> dict[str, Any]:
    """`way`: text, pictures, or facts, which there are in any case; `fault`: why not more."""
    found: dict[str, Any] = {"old": old, "new": new, "way": "facts", "fault": None,
                             "same": old.content.sha256 == new.content.sha256}  # fmt: skip
    if found["same"] or not may(request, Permission.READ, mfile):
        return found
    if all(kinds.is_text(each.mimetype) for each in (old, new)):
        return found | _texts(request, mfile, old, new)
    if all(_is_drawn(each) for each in (old, new)):
        return found | {"way": "pictures"}
    return found


def _is_drawn(each: Edition) -> bool:
    return each.mimetype in kinds.PICTURES and each.content.size <= DRAWN and each.content.here


def _texts(request: Any, mfile: Mfile, old: Edition, new: Edition) -> dict[str, Any]:
    if max(old.content.size, new.content.size) > difference.MOST:
        return {"fault": "large"}
    try:
        sides = [text_of(request, mfile, each.content).lines for each in (old, new)]
        return {"way": "text", "hunks": [*difference.hunks(*sides)]}
    except Away:
        return {"fault": "away"}
    except difference.TooDifferent:
        return {"fault": "different"}
    except UNPAID as fault:
        return {"fault": str(fault)}
