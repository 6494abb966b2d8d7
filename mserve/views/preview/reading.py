"""Reading: the first bytes of a file for its page, paid and counted as any other read is."""

from collections.abc import Generator
from typing import Any

from mserve.resources.content import Content
from mserve.views.content import charged
from mserve.views.content.metered import Metered


def read(request: Any, mfile: Any, content: Content, most: int) -> bytes:
    """At most so many bytes of the content, which the file has or had.

    Raises Away, OverBudget, OverMonthlyQuota, Uncounted.
    """
    size, path = min(content.size, most), content.path
    charged.need_read(request)
    charged.pay(request, size)
    found = b"".join(Metered(request, mfile.mimetype).blocks(_block(path, size)))
    if content is mfile.content:
        request.registry.accesses.note(mfile)
    return found


def _block(path: str, size: int) -> Generator[bytes, None, None]:
    with open(path, "rb") as file:
        yield file.read(size)
