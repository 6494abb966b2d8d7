"""REST of subtitles: a file in SubRip or WebVTT as WebVTT, which is what browsers read."""

from typing import Any

from pyramid.response import Response

from mserve.errors import Conflict
from mserve.resources.file_facets import Subtitles
from mserve.resources.roles import Permission
from mserve.views.config import rest
from mserve.views.html.headers import guard_document
from mserve.views.preview import reading, subtitles


@rest(context=Subtitles, method="GET", permission=Permission.READ, gives="Subtitles",
      errors=(409,))  # fmt: skip
def show(context: Subtitles, request: Any) -> Response:
    """The file's subtitles as WebVTT, whether it is that or SubRip; 409 where it is neither."""
    mfile = context.node
    if not subtitles.is_one(mfile.__name__):
        raise Conflict("subtitles are in files that are called .vtt or .srt, which this one is not")
    if mfile.content.size > subtitles.MOST:
        raise Conflict(f"subtitles may have at most {subtitles.MOST} bytes")
    body = reading.read(request, mfile, mfile.content, subtitles.MOST)
    answer = Response(subtitles.as_vtt(body), content_type="text/vtt", charset="utf-8")
    guard_document(answer.headers)
    return answer
