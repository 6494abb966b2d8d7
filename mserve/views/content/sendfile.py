"""Handing over to a front: the answer names the blob, and nginx, Apache or lighttpd sends it.

The application has decided by then that the bytes are to be sent; ranges and If-Range are the
front's, by the ETag that it is told. What each can limit, and so what is handed over to it:

- nginx (X-Accel-Redirect below `mserve.internal_prefix`): any speed, by X-Accel-Limit-Rate. Of the
  application's headers nginx keeps few over a redirect, the location has to repeat the others
  (docs/production.md). It would hold If-Match against its own ETag and not the one it was told,
  so that a request with If-Match is answered by the application.
- Apache (mod_xsendfile): mod_ratelimit takes its rate from the request's environment, before the
  application has spoken, so no answer can set it. What has a speed is paced by the application.
- lighttpd (X-Sendfile, X-LIGHTTPD-KBytes-per-second): whole KiB per second. What is slower than
  one is paced by the application.
"""

from pathlib import Path
from typing import Any
from urllib.parse import quote

from mserve.resources.content import Content
from mserve.resources.spool import directory

KIB = 1024


def hand_over(request: Any, content: Content, speed: int | None) -> dict[str, str] | None:
    """The headers that make the front send `content`; None where the application is to send it."""
    front = request.settings.sendfile
    if front == "nginx" and "If-Match" not in request.headers:
        return _nginx(request.settings.internal_prefix, content, speed)
    if front == "apache" and speed is None:
        return {"X-Sendfile": quote(content.path)}
    if front == "lighttpd" and (speed is None or speed >= KIB):
        limit = {} if speed is None else {"X-LIGHTTPD-KBytes-per-second": str(speed // KIB)}
        return {"X-Sendfile": quote(content.path), **limit}
    return None


def _nginx(prefix: str, content: Content, speed: int | None) -> dict[str, str]:
    """nginx decodes the path (since 1.5.9), and knows the blob directory as `prefix`."""
    blobs = Path(directory(content)).parent
    where = quote(f"{prefix}{Path(content.path).relative_to(blobs)}")
    return {"X-Accel-Redirect": where, **({"X-Accel-Limit-Rate": str(speed)} if speed else {})}
