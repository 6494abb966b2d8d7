"""GET, HEAD and OPTIONS."""

from typing import Any

from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from mserve.dav.config import dav, every_method, level, methods_of
from mserve.dav.uploads import ChunkPlace, UploadFolder
from mserve.resources.mfile import Mfile
from mserve.resources.node import Branch, Node
from mserve.resources.roles import Permission
from mserve.views.absent import Absent
from mserve.views.api.files import content
from mserve.views.problems import problem

WORDS = """\
This is a WebDAV address: files below it are worked on as on a drive. Give it to a program that
knows WebDAV, such as the file manager, with a key as password and any user name.
"""


@dav(context=Mfile, method="GET", permission=Permission.READ)
def read(context: Mfile, request: Any) -> Response:
    """The bytes, as on REST. Where they come back from the archive, a drive has to wait: 503."""
    answer = content(context, request)
    return _later(request, answer) if answer.status_int == 202 else answer


def _later(request: Any, answer: Response) -> Response:
    """What has started the retrieval is committed, although it is an error to the client."""
    detail = "the content is in the archive, and is on its way back; please try again"
    later = problem(request, 503, "retrieving", detail)
    later.headers.update({"Retry-After": answer.headers["Retry-After"], "X-Tm": "commit"})
    request.add_response_callback(lambda request, sent: sent.headers.pop("X-Tm", None))
    return later


@dav(context=Branch, method="GET", permission=Permission.VIEW)
def explain(context: Branch, request: Any) -> Response:
    """A word to who opens it in a browser."""
    return Response(WORDS, content_type="text/plain", charset="UTF-8")


@dav(
    context=(Node, Absent, UploadFolder, ChunkPlace),
    method="OPTIONS",
    permission=NO_PERMISSION_REQUIRED,
)
def options(context: Any, request: Any) -> Response:
    """Clients ask before they have a key; what is there is told to who may see it."""
    seen = request.has_permission(Permission.VIEW, context)
    methods = (methods_of if seen else _every)(request.registry, context)
    answer = Response(status=200, headerlist=[("Content-Length", "0")])
    answer.headers.update(
        {"DAV": level(request.registry), "MS-Author-Via": "DAV", "Allow": ", ".join(methods)}
    )
    return answer


def _every(registry: Any, context: Any) -> list[str]:
    return every_method(registry)
