"""What is refused at this door: a client without a key is asked for one, which REST never does.

Clients send what the user typed only once they were asked for it (RFC 7617).
"""

from typing import Any

from pyramid.config import Configurator
from pyramid.exceptions import PredicateMismatch
from pyramid.response import Response

from mserve.dav import way
from mserve.dav.config import ROUTE, methods_of
from mserve.dav.discovery import path_of
from mserve.dav.xml import HEAD, escape
from mserve.errors import Held, LockConflict, OverQuota, StorageFull
from mserve.resources.roles import Permission
from mserve.security import KEY_IN_PATH
from mserve.views import errors, refused
from mserve.views.absent import Absent
from mserve.views.problems import problem

CHALLENGE = 'Basic realm="mserve", charset="UTF-8"'


def forbidden(fault: Any, request: Any) -> Response:
    return way.shown(request) or _asked(request, errors.forbidden(fault, request))


def not_found(fault: Any, request: Any) -> Response:
    """404; or 405 with what would be right, to who may see that something is there."""
    context = getattr(request, "context", None)
    there = isinstance(fault, PredicateMismatch) and not isinstance(context, Absent)
    if there and request.has_permission(Permission.VIEW, context):
        return _not_allowed(request, context)
    if found := way.shown(request):
        return found
    refused.note_guess(request, 404)
    return _asked(request, errors.nothing(request))


def _not_allowed(request: Any, context: Any) -> Response:
    allowed = ", ".join(methods_of(request.registry, context))
    detail = f"{request.method} is not a method of this place; it has: {allowed}"
    answer = problem(request, 405, "method-not-allowed", detail)
    answer.headers["Allow"] = allowed
    return answer


def _asked(request: Any, answer: Response) -> Response:
    """401 instead of `answer` where no key came, or one that does not work."""
    if answer.status_int != 404 or KEY_IN_PATH in request.environ or request.identity is not None:
        return answer
    detail = "send a key as password, with any user name; or a user's name and password"
    asking = problem(request, 401, "no-key", detail)
    asking.headers["WWW-Authenticate"] = CHALLENGE
    return asking


def held(fault: Held, request: Any) -> Response:
    """423 with the condition of DAV: that names what is locked (RFC 4918, 16)."""
    conflict = isinstance(fault, LockConflict)
    condition = "no-conflicting-lock" if conflict else "lock-token-submitted"
    paths = dict.fromkeys(path_of(request, names) for names in fault.roots)
    hrefs = "".join(f"<D:href>{escape(path)}</D:href>" for path in paths)
    return _element(423, f"<D:{condition}>{hrefs}</D:{condition}>", fault)


def no_room(fault: StorageFull, request: Any) -> Response:
    """507 with the condition of RFC 4331, 6, that does not hold."""
    quota = isinstance(fault, OverQuota)
    condition = "quota-not-exceeded" if quota else "sufficient-disk-space"
    return _element(507, f"<D:{condition}/>", fault)


def _element(status: int, condition: str, fault: Exception) -> Response:
    words = f"<D:responsedescription>{escape(str(fault))}</D:responsedescription>"
    body = f'{HEAD}<D:error xmlns:D="DAV:">{condition}{words}</D:error>\n'
    return Response(body.encode(), status=status, content_type="application/xml", charset="utf-8")


def includeme(config: Configurator) -> None:
    config.add_exception_view(held, context=Held, route_name=ROUTE)
    config.add_exception_view(no_room, context=StorageFull, route_name=ROUTE)
    config.add_notfound_view(not_found, route_name=ROUTE)
    config.add_forbidden_view(forbidden, route_name=ROUTE)
