"""REST of receipts: of a deposited file at `…/-/receipt`, verified at `<service>/-/receipts`."""

import re
from collections.abc import Callable
from typing import Any

from mserve.errors import BadInput
from mserve.receipts import verified
from mserve.resources import clock
from mserve.resources.file_facets import Receipt
from mserve.resources.roles import Permission
from mserve.resources.service_facets import Receipts
from mserve.views import receipts
from mserve.views.body import Fields, document
from mserve.views.config import rest


@rest(context=Receipt, method="GET", permission=Permission.VIEW, gives="Receipt")
def show(context: Receipt, request: Any) -> Any:
    """The receipt of a file that came by a dropbox key."""
    return receipts.of(request, context.node)


@rest(context=Receipts, method="POST", permission=Permission.VIEW,
      takes="Receipt", gives="Verified")  # fmt: skip
def verify(context: Receipts, request: Any) -> Any:
    """Whether the service has signed the receipt, and it tells what it did then."""
    fields = Fields(document(request))
    receipt = {name: fields.need(name, check) for name, check in FIELDS.items()}
    fields.end()
    here = receipt["service"] == context.node.find("service").id
    return {"valid": here and verified(request.registry.seal, receipt)}


def _size(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise BadInput("should be a number of bytes")
    return value


def _time(value: Any) -> str:
    clock.parse(value)
    return str(value)


def _digits(number: int) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if not isinstance(value, str) or not re.fullmatch(f"[0-9a-f]{{{number}}}", value):
            raise BadInput(f"should be {number} hex digits")
        return value

    return check


FIELDS: dict[str, Callable[[Any], Any]] = {
    "sha256": _digits(64), "size": _size, "received": _time,
    "service": _digits(32), "signature": _digits(64),
}  # fmt: skip
