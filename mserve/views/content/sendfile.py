"""Handing over to a front: the answer names the blob, and nginx, Apache or lighttpd sends it.

The application has decided by then that the bytes are to be sent. A plain range, and If-Range with
a tag, are the front's, by the ETag that it is told. Conditions and ranges that the fronts see
differently (each has its own view of dates, lists of ranges and If-Match) the application answers
itself: so an answer is the same with any front, and none has to fear many small ranges.

What each can limit, and so what is handed over to it:
- nginx (X-Accel-Redirect below `mserve.internal_prefix`): any speed, by X-Accel-Limit-Rate. Of the
  application's headers nginx keeps few over a redirect; its location has to repeat the others.
- Apache (mod_xsendfile): mod_ratelimit takes its rate from the request's environment, before the
  application has spoken, so no answer can set it. What has a speed is paced by the application.
- lighttpd (X-Sendfile, X-LIGHTTPD-KBytes-per-second): whole KiB per second. What is slower than
  one is paced by the application.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pyramid.response import Response

from mserve.resources.content import Content
from mserve.resources.spool import directory

KIB = 1024
OWN = {
    "nginx": ("If-Match", "If-Unmodified-Since"),
    "apache": ("If-Match", "If-Unmodified-Since", "If-Modified-Since"),
    "lighttpd": ("If-Match", "If-Unmodified-Since", "If-Modified-Since"),
}
"""Conditions that hold, so that the application answers, as the front would ask them again."""
RANGE = re.compile(r"bytes=(\d{1,15}-\d{0,15}|-\d{1,15})", re.ASCII)
TAG = re.compile(r'"[^"]*"')


def hand_over(request: Any, response: Response, content: Content, speed: int | None) -> bool:
    """Makes the front send `content`; False where the application is to send it."""
    front = request.settings.sendfile
    if front == "none" or not plain(request.headers, OWN[front]):
        return False
    if front == "nginx":
        _to_nginx(response, request.settings.internal_prefix, content, speed)
        return True
    if speed is not None and (front == "apache" or speed < KIB):
        return False
    if speed is not None:
        response.headers["X-LIGHTTPD-KBytes-per-second"] = str(speed // KIB)
    response.headers["X-Sendfile"] = quote(content.path)
    return True


def plain(headers: Mapping[str, str], own: tuple[str, ...]) -> bool:
    """Whether a front answers the rest of the request as the application would."""
    if any(name in headers for name in own):
        return False
    ranged = RANGE.fullmatch(headers.get("Range", "bytes=0-"))
    return bool(ranged and TAG.fullmatch(headers.get("If-Range", '""')))


def _to_nginx(response: Response, prefix: str, content: Content, speed: int | None) -> None:
    """nginx decodes the path (since 1.5.9), and knows the blob directory as `prefix`."""
    blobs, location = places(directory(content), prefix)
    where = content.path.removeprefix(blobs)  # in hexadecimal, so there is nothing to quote
    response.headers["X-Accel-Redirect"] = f"{location}{where}"
    if speed is not None:
        response.headers["X-Accel-Limit-Rate"] = str(speed)
    del response.headers["Accept-Ranges"]  # it would add its own to ours


@lru_cache(8)
def places(room: str, prefix: str) -> tuple[str, str]:
    """The blob directory, of which `room` is a part, and the URL that nginx knows it by."""
    return f"{Path(room).parent}/", quote(prefix)
