"""The answers of the OpenAPI document: the declared ones, and by rule those that tell of errors."""

from collections.abc import Iterable, Iterator
from typing import Any

from mserve.views.declared import Declared
from mserve.views.media_types import STREAMED, media
from mserve.views.schema_words import ref

Json = dict[str, Any]

ERRORS = {
    400: "What was sent cannot be used; `detail` and `faults` say why",
    403: "The key may see this, but may not do that, or has spent its budget; or the service is "
    "closed",
    404: "Not there, or not to be seen by this key",
    405: "`Allow` has the methods of this place",
    409: "Something of that name is there, or the state of things forbids it",
    411: "Say how long the body is: Content-Length, or chunked encoding",
    412: "A precondition (If-Match and the like) does not hold",
    413: "More than the settings allow",
    415: "The media type or content coding is not taken here",
    416: "None of the bytes are in the range",
    422: "A task cannot do this",
    423: "A lock of WebDAV is there whose token was not given, or another request is at the same "
    "thing just now",
    429: "Too many wrong passwords, codes or keys; `Retry-After` says how long to wait",
    460: "The checksum is not that of the bytes (tus 1.0)",
    503: "Busy: try again in a moment",
    507: "No room for the bytes",
}
OTHERS = {
    204: "Done",
    206: "Parts of the bytes; several as multipart/byteranges",
    304: "Not changed",
}
HEADERS: dict[int, tuple[str, ...]] = {
    201: ("Location",), 202: ("Location",), 206: ("ETag",), 304: ("ETag",), 405: ("Allow",),
    429: ("Retry-After",), 503: ("Retry-After",),
}  # fmt: skip
MEANINGS = {
    "Location": "The URL of what was made",
    "ETag": "The entity tag: in quotes the SHA-256 of content, the version of a profile, a "
    "digest of properties",
    "Allow": "The methods of this place",
    "Retry-After": "Seconds",
}


def responses(views: list[Declared]) -> Json:
    """All answers of an operation by status; that of each status merged over its views."""
    given = sorted({status for view in views for status in view.door.answers})
    found: Json = {str(status): _given(status, views) for status in given}
    if _bytes(views):
        found |= {str(s): {"$ref": f"#/components/responses/{s}"} for s in (206, 304)}
    for status in sorted({status for view in views for status in _errors(view)}):
        found[str(status)] = {"$ref": f"#/components/responses/{status}"}
    return dict(sorted(found.items()))


def _given(status: int, views: list[Declared]) -> Json:
    """What the views give with that status."""
    names = dict.fromkeys(n for view in views for n in view.door.answers.get(status, ()))
    telling = [view.words[0] for view in views if status in view.door.answers]
    shown: Json = {"description": OTHERS.get(status) or " ".join(dict.fromkeys(telling))}
    if names:
        shown["content"] = content(names)
    tagged = status == 200 and (_bytes(views) or any(view.tagged for view in views))
    headers = HEADERS.get(status, ()) + (("ETag",) if tagged else ())
    if "Retrieving" in names:
        headers = ("Retry-After",)
    return {**shown, "headers": _headers(headers)} if headers else shown


def _bytes(views: list[Declared]) -> bool:
    return any("Bytes" in view.door.answers.get(200, ()) for view in views)


def content(names: Iterable[str], answer: bool = True) -> Json:
    """The media types of schemas. Bytes in an answer may be of any type, so of JSON's too."""
    found: dict[str, list[Json]] = {}
    for name in names:
        for kind in media(name):
            found.setdefault(kind, []).append(ref(name))
    if answer and "*/*" in found:
        for kind in found.keys() - {"*/*"}:
            found[kind].append({"description": "A file's own bytes"})
    return {
        kind: {"schema": schemas[0] if len(schemas) == 1 else {"anyOf": schemas}}
        for kind, schemas in found.items()
    }


def _errors(view: Declared) -> Iterator[int]:
    """The statuses of errors that a view of this kind may answer."""
    yield from (400, 405, 503)
    yield from view.door.errors
    if not view.open:
        yield from (403, 404, 429)
    if view.method not in ("GET", "OPTIONS"):
        yield from (409, 412, 413, 423, 507)
    if STREAMED & {*view.door.bodies}:
        yield from (411, 415)
    if view.tagged:
        yield 412
    if "Bytes" in view.door.answers.get(200, ()):
        yield from (412, 416)


def components() -> Json:
    """The answers that operations refer to."""
    problem = {"content": content(["Problem"])}
    found: Json = {str(s): {"description": words, **problem} for s, words in ERRORS.items()}
    found["206"] = {"description": OTHERS[206], "content": content(["Bytes"])}
    found["304"] = {"description": OTHERS[304]}
    for status, names in HEADERS.items():
        if str(status) in found:
            found[str(status)]["headers"] = _headers(names, required=status == 405)
    return found


def _headers(names: Iterable[str], required: bool = True) -> Json:
    shown = {"required": required, "schema": {"type": "string"}}
    return {name: {"description": MEANINGS[name], **shown} for name in names}
