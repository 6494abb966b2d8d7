"""Preconditions of writes: If-Match, If-None-Match, If-Unmodified-Since (RFC 9110, 13), and If.

Checked twice: before the view, so that no body is read in vain, and in the transaction that
stores, as others may have been faster (views/receive.py). Reads have theirs in views/content/.
"""

from collections.abc import Mapping
from typing import Any

from pyramid.config import Configurator

from mserve.errors import BadInput, PreconditionFailed
from mserve.resources.clock import SECOND
from mserve.resources.mfile import Mfile
from mserve.views import if_header
from mserve.views.absent import Absent
from mserve.views.content.conditional import TAGS, date, matches
from mserve.views.tags import tags

WRITES = frozenset("POST PUT PATCH DELETE MKCOL COPY MOVE PROPPATCH LOCK UNLOCK".split())
NAMES = ("If-Match", "If-None-Match", "If-Unmodified-Since")


def check(request: Any, context: Any) -> None:
    """Raises PreconditionFailed where `context` is not as the request wants it."""
    if request.method not in WRITES:
        return
    if_header.check(request, context)
    conditions = {name: request.headers[name] for name in NAMES if name in request.headers}
    if conditions:
        check_conditions(conditions, None if isinstance(context, Absent) else context)


def check_conditions(conditions: Mapping[str, str], there: Any) -> None:
    """As `check`, of conditions by header name; `there` is None where nothing is.

    In the order of RFC 9110, 13.2.2. Of what has no tag, `*` alone matches. A list of tags that
    is none is refused, as to ignore it could replace what should be kept.
    """
    mfile = getattr(there, "node", there)
    mfile = mfile if isinstance(mfile, Mfile) else None
    if (wanted := conditions.get("If-Match")) is not None:
        if not _matches("If-Match", wanted, there, weak=False):
            raise PreconditionFailed(_told(f"If-Match: {wanted}", there))
    elif _changed_since(conditions.get("If-Unmodified-Since", ""), mfile):
        raise PreconditionFailed("it was changed after the time in If-Unmodified-Since")
    unwanted = conditions.get("If-None-Match")
    if unwanted is not None and _matches("If-None-Match", unwanted, there, weak=True):
        raise PreconditionFailed(_told(f"If-None-Match: {unwanted}", there))


def _matches(name: str, value: str, there: Any, *, weak: bool) -> bool:
    if value.strip() == "*":
        return there is not None
    if '"' not in value or not TAGS.fullmatch(value):
        raise BadInput(f'{name} should be * or entity tags in quotes, for example "6dfc0a0b"')
    return any(matches(value, tag, weak=weak) for tag in _tags(there))


def _tags(there: Any) -> tuple[str, ...]:
    node = getattr(there, "node", there)
    return tags(there) or ((node.etag,) if isinstance(node, Mfile) else ())


def _changed_since(value: str, mfile: Mfile | None) -> bool:
    """No date, or what is not one, or what has no time, sets no condition (13.1.4)."""
    moment = date(value)
    return moment is not None and mfile is not None and mfile.modified // SECOND > moment


def _told(condition: str, there: Any) -> str:
    for tag in _tags(there):
        return f'{condition} does not hold: the entity tag is "{tag}"'
    return f"{condition} does not hold: {'something' if there is not None else 'nothing'} is there"


def deriver(view: Any, info: Any) -> Any:
    """Wraps views of writes, once the permission is checked."""
    if info.exception_only:
        return view

    def checked(context: Any, request: Any) -> Any:
        check(request, context)
        return view(context, request)

    return checked


def includeme(config: Configurator) -> None:
    config.add_view_deriver(deriver, name="preconditions")
