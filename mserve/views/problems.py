"""Problems: what the domain raises, as problem+json (RFC 9457) or a page for people."""

import json
from typing import Any

from pyramid.httpexceptions import status_map
from pyramid.renderers import render
from pyramid.response import Response

from mserve import errors
from mserve.late import hold_back
from mserve.passwords import Busy
from mserve.views.html.problem_words import HEADER, translated

STATUS: dict[type[errors.MserveError], int] = {
    errors.BadInput: 400,
    errors.TooLarge: 413,
    errors.ChecksumMismatch: 460,  # tus 1.0, checksum extension
    errors.NameTaken: 409,
    errors.Refused: 403,
    errors.ProviderAway: 502,
    errors.Uncounted: 503,
    Busy: 503,
    errors.Throttled: 429,
    errors.Missing: 404,
    errors.Conflict: 409,
    errors.PreconditionFailed: 412,
    errors.Locked: 423,
    errors.StorageFull: 507,
    errors.TaskError: 422,
    errors.MserveError: 500,
}

RETRY_AFTER = "2"  # seconds


def problem(request: Any, status: int, kind: str, detail: str, **more: Any) -> Response:
    """The answer that tells `detail`: a problem document, or a page where the client wants one."""
    title = status_map[status].title if status in status_map else "Error"
    body = {"type": f"urn:mserve:problem:{kind}", "title": title, "status": status}
    body |= {"detail": detail, **more}
    if request.door == "html":
        text = render("mserve.views:templates/error.jinja2", body | _said(request, body), request)
        return Response(text, status=status, content_type="text/html")
    if said := said_aside(request, body):
        body["said"] = said
    return Response(
        json.dumps(body).encode(), status=status, content_type="application/problem+json"
    )


def said_aside(request: Any, body: dict[str, Any]) -> str | None:
    """For a script of a page, which asks for it: the detail as people are told, if it differs."""
    if HEADER not in request.headers:
        return None
    said: str | None = _said(request, body)["said"]
    return None if said == body["detail"] else said


def _said(request: Any, body: dict[str, Any]) -> dict[str, Any]:
    """For people: the detail and the faults in the reader's language, as far as it is known."""
    known = [(each, translated(request, each["detail"])) for each in body.get("faults", ())]
    faults = [{**each, "detail": said or each["detail"]} for each, said in known]
    if faults:
        whole = "; ".join(each["detail"] for each in faults)
        return {"said": whole if all(said for _, said in known) else None, "faults": faults}
    return {"said": translated(request, body["detail"]), "faults": faults}


def kind_of(fault: Exception) -> str:
    """`BadName` as `bad-name`; `OverBudget` is `budget`."""
    name = type(fault).__name__.removeprefix("Over")
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name)[1:]


def status_of(fault: errors.MserveError) -> int:
    """The status that answers it: that of the nearest class in the table."""
    return next(STATUS[each] for each in type(fault).__mro__ if each in STATUS)


def with_wait(request: Any, answer: Response, fault: errors.MserveError) -> Response:
    """The answer, which says how long to wait where that is what helps, and does so itself where
    passwords are guessed."""
    if isinstance(fault, errors.Uncounted | Busy):
        answer.headers["Retry-After"] = RETRY_AFTER
    if isinstance(fault, errors.Throttled):
        answer.headers["Retry-After"] = str(fault.seconds)
    if isinstance(fault, errors.Throttled | Busy):
        hold_back(request.environ)
    return answer
