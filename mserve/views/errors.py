"""What is raised becomes an answer here, by the views of errors; views/problems.py makes it."""

import logging
from typing import Any

from pyramid.config import Configurator
from pyramid.exceptions import PredicateMismatch, URLDecodeError
from pyramid.httpexceptions import HTTPException, HTTPForbidden
from pyramid.response import Response
from redis.exceptions import RedisError
from transaction.interfaces import TransientError
from webob.request import DisconnectionError
from ZODB.POSException import StorageError

from mserve import errors
from mserve.people import OWN
from mserve.resources.roles import Permission
from mserve.security import KEY_IN_PATH, Closed, Failed
from mserve.views import quotas, refused
from mserve.views.absent import Absent, Hidden
from mserve.views.caveats import said_of
from mserve.views.config import methods_of
from mserve.views.declared import open_to_all, own_account
from mserve.views.guesses import refusal
from mserve.views.problems import RETRY_AFTER, kind_of, problem, status_of, with_wait

log = logging.getLogger(__name__)


def told(fault: errors.MserveError, request: Any) -> Response:
    """One of our own errors: its sentence is the answer."""
    if isinstance(fault, errors.Refused | errors.Throttled):
        refused.note(request, status_of(fault))
    more: dict[str, Any] = {}
    if isinstance(fault, errors.BadDocument):
        more["faults"] = [{"place": place, "detail": what} for place, what in fault.faults]
    if isinstance(fault, errors.OverBudget):
        more |= {"caveat": fault.caveat, "left": fault.left}
    if isinstance(fault, errors.OverQuota | errors.OverMonthlyQuota):
        more["quota"] = quotas.exceeded(request, fault.quota)
    answer = problem(request, status_of(fault), kind_of(fault), str(fault), **more)
    return with_wait(request, answer, fault)


def not_found(fault: Any, request: Any) -> Response:
    """404; or 405 where the holder of the key may see that the method alone is wrong."""
    context = getattr(request, "context", None)
    there = isinstance(fault, PredicateMismatch) and not isinstance(context, Absent)
    if there and _visible(request, context):
        return not_allowed(request, context)
    answer = nothing(request)
    if isinstance(context, Hidden):
        refused.note(request, answer.status_int)
    refused.note_guess(request, answer.status_int)
    return answer


def _visible(request: Any, context: Any) -> bool:
    declared = request.registry.declared
    if open_to_all(declared, context):
        return True
    own = own_account(declared, context) and request.has_permission(OWN, context)
    return bool(own or request.has_permission(Permission.VIEW, context))


def nothing(request: Any) -> Response:
    """The one answer for what is not there and for what may not be seen.

    A key that would see the place, were it not for a caveat, is told that, whatever is there.
    """
    context = getattr(request, "context", None)
    seen = None if context is None else request.has_permission(Permission.VIEW, context)
    if isinstance(seen, Failed):
        return failed(request, seen)
    found = refusal(request)
    answer = problem(request, *found[:3])
    if found.wait is not None:
        answer.headers["Retry-After"] = str(found.wait)
    return answer


def not_allowed(request: Any, context: Any) -> Response:
    allowed = ", ".join(methods_of(request.registry, context))
    if request.method == "OPTIONS":
        return Response(status=204, headerlist=[("Allow", allowed)])
    detail = f"{request.method} is not a method of this place; it has: {allowed}"
    answer = problem(request, 405, "method-not-allowed", detail)
    answer.headers["Allow"] = allowed
    return answer


def forbidden(fault: HTTPForbidden, request: Any) -> Response:
    """403 with the reason to who may see the node; to all others there is nothing."""
    answer = _forbidden(fault.result, request)
    refused.note(request, answer.status_int, fault.result)
    return answer


def _forbidden(reason: Any, request: Any) -> Response:
    if isinstance(reason, Closed):
        return problem(request, 403, "service-closed", str(reason.msg))
    if isinstance(reason, Failed):
        return failed(request, reason)
    seen = request.has_permission(Permission.VIEW, request.context)
    if isinstance(seen, Closed):
        return problem(request, 403, "service-closed", str(seen.msg))
    if not seen:
        return nothing(request)
    detail = f"the role {request.grant.key.role} of this key does not allow this"
    if request.grant.caveats_of("permissions"):
        detail += ", or a caveat of it leaves out the permission"
    return problem(request, 403, "forbidden", detail)


def failed(request: Any, reason: Failed) -> Response:
    """403 that names the caveat; 401 where the password is what fails, so that a browser asks."""
    lacking = reason.caveat == "password"
    status = 401 if lacking and KEY_IN_PATH in request.environ else 403
    answer = problem(request, status, "caveat", said_of(reason), caveat=reason.caveat)
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Basic realm="mserve", charset="UTF-8"'
    return answer


def other(fault: HTTPException, request: Any) -> Response:
    """Pyramid's own HTTP errors."""
    return problem(request, fault.status_int, "http", fault.detail or fault.explanation)


def undecodable(fault: URLDecodeError, request: Any) -> Response:
    return problem(request, 400, "bad-name", "the path of the URL is not valid UTF-8")


def no_text(fault: UnicodeDecodeError, request: Any) -> Response:
    """The query, most likely; where it is something else the log tells what."""
    log.info("not UTF-8", exc_info=fault)
    return problem(request, 400, "bad-input", "the query of the URL is not valid UTF-8")


def cut_off(fault: DisconnectionError, request: Any) -> Response:
    return problem(request, 400, "short-body", "the body ended before its announced length")


def busy(fault: Exception, request: Any) -> Response:
    """Database or Redis are away, or others changed the same things at every attempt."""
    log.warning("no answer from tree or queue: %s", type(fault).__name__)
    answer = problem(request, 503, "busy", "the service is busy; please try again in a moment")
    answer.headers["Retry-After"] = RETRY_AFTER
    return answer


def fault(exception: Exception, request: Any) -> Response:
    """A fault of ours: the log has all, the client nothing that could leak."""
    log.error("unexpected fault", exc_info=exception)
    return problem(request, 500, "fault", "mserve failed; the fault was logged")


def includeme(config: Configurator) -> None:
    config.add_exception_view(told, context=errors.MserveError)
    config.add_notfound_view(not_found)
    config.add_forbidden_view(forbidden)
    config.add_exception_view(other, context=HTTPException)
    config.add_exception_view(undecodable, context=URLDecodeError)
    config.add_exception_view(no_text, context=UnicodeDecodeError)
    config.add_exception_view(cut_off, context=DisconnectionError)
    config.add_exception_view(cut_off, context=ConnectionAbortedError)  # the server's word for it
    config.add_exception_view(busy, context=TransientError)
    config.add_exception_view(busy, context=StorageError)
    config.add_exception_view(busy, context=RedisError)
    config.add_exception_view(fault, context=Exception)
