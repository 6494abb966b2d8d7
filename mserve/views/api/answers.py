"""REST of call-backs: a web service that was given a file answers later, below the job."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pyramid.response import Response

from mserve.database import attempt
from mserve.errors import BadInput, Refused, TooLarge
from mserve.ingest.derived import store_outputs
from mserve.outside.answer import MIMETYPE, UNKNOWN
from mserve.resources.audit import Action
from mserve.resources.job_parts import AnswerView
from mserve.resources.names import check_name
from mserve.resources.roles import Permission
from mserve.tasks import awaiting, engine, steering
from mserve.tasks.claim import Failed, Finished
from mserve.tasks.library import signature
from mserve.tasks.library.disposition import name_of
from mserve.tasks.library.secret import look_up
from mserve.tasks.library.web_service import JSON_MOST
from mserve.tasks.outcome import Outcome, Output
from mserve.views import form_parts, receive
from mserve.views.config import no_content, rest

JSON, PROBLEM, FORM = "application/json", "application/problem+json", "multipart/form-data"
RESULT = "result.json"
"""The file of a form that is no output, but the result."""
SIGNED = "Content-Digest"


@rest(context=AnswerView, method="POST", permission=Permission.READ,
      takes=("Bytes", "Files"), gives={204: None}, errors=(423,))  # fmt: skip
def take(context: AnswerView, request: Any) -> Response:
    """What a web service has found, signed as its request was.

    JSON is the result, and application/problem+json says that it failed; another body is an output,
    and so is each file of a form but `result.json`.
    """
    job, most = context.run.job.id, _check(context, request)
    with receive.outside_transaction(request):
        parts = _receive(request)
        try:
            if sum(spool.size for _, _, spool in parts) > most:
                raise _too_large(most)
            answer = _read(parts)
            receive.commit(
                request, Permission.READ, lambda found: _store(found, request, answer), large=True
            )
        finally:
            form_parts.discard(parts)
        attempt(request.tm, lambda: engine.advance(request.site, job))
    return no_content()


def _check(context: AnswerView, request: Any) -> int:
    """Raises what is wrong before the body is read; returns how many bytes it may have."""
    arguments = context.run.spec.arguments
    awaiting.check(context.run, context.attempt)
    if "sha-256" not in request.headers.get(SIGNED, ""):
        raise Refused(f"{SIGNED} with sha-256 is missing, over which the answer is signed")
    host = urlsplit(str(arguments.get("url"))).hostname or ""
    secret = look_up(str(arguments.get("secret_name")), host, request.settings.outlets)
    signature.check(request.headers, request.headers[SIGNED].encode(), secret)
    most = int(arguments.get("most", 1 << 30))
    if (request.content_length or 0) > most:
        raise _too_large(most)
    return most


def _too_large(most: int) -> TooLarge:
    return TooLarge(f"the task takes answers of at most {most} bytes")


def _receive(request: Any) -> list[form_parts.Part]:
    """The body, or the files of the form that it is."""
    if request.content_type == FORM:
        return form_parts.receive(request)
    name = name_of(request.headers.get("Content-Disposition", ""), "/answer")
    return [(name, request.content_type or "", receive.receive_body(request))]


def _read(parts: list[form_parts.Part]) -> Finished | Failed:
    """Raises BadInput where it cannot be used."""
    alone = len(parts) == 1
    if alone and _kind(parts[0][1]) == PROBLEM:
        told = _json(parts[0][2])
        return Failed(str(told.get("detail") or told.get("title") or "the service failed"), 0, True)
    result: dict[str, Any] = {}
    outputs: list[tuple[Output, Any]] = []
    for name, kind, spool in parts:
        if _kind(kind) == JSON and (alone or name == RESULT):
            result = _json(spool)
        elif spool.size:
            outputs.append((_output(name, kind, spool), spool))
    _check_names([output.name for output, _ in outputs])
    made = Outcome.of(Outcome(result, outputs=tuple(output for output, _ in outputs)))
    return Finished(made, 0, tuple(spool for _, spool in outputs))


def _output(name: str, kind: str, spool: Any) -> Output:
    return Output(check_name(name), Path(spool.path), _kind(kind))


def _kind(said: str) -> str:
    """The media type without its parameters."""
    kind = said.partition(";")[0].strip().lower()
    return kind if MIMETYPE.fullmatch(kind) else UNKNOWN


def _check_names(names: list[str]) -> None:
    if len({*names}) < len(names):
        raise BadInput("two files of the form have the same name")


def _json(spool: Any) -> dict[str, Any]:
    if spool.size > JSON_MOST:
        raise TooLarge(f"a result has at most {JSON_MOST} bytes of JSON")
    try:
        found = json.loads(Path(spool.path).read_bytes(), parse_constant=_refuse)
    except (ValueError, RecursionError) as fault:
        raise BadInput(f"the JSON of the answer is broken: {fault}") from fault
    return found if isinstance(found, dict) else {"answer": found}


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _store(found: Any, request: Any, answer: Finished | Failed) -> None:
    awaiting.answer(request.site, found.run, found.attempt, answer)
    steering.note(found.run.job, Action.JOB_ANSWER)
    store_outputs(request.site, found.run.id)
