"""The server's own root for Windows, which asks there before it looks at `/dav/`.

Who gives the place `\\\\host\\dav\\acme\\media` a letter sends OPTIONS and PROPFIND of `/` and of
`/dav/` as well, and gives up where they are refused.
"""

from typing import Any
from urllib.parse import urlsplit

from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from mserve.dav.config import level
from mserve.dav.xml import escape
from mserve.resources.site import Site
from mserve.views.config import methods_of

COLLECTION = (
    "<D:response><D:href>{href}</D:href><D:propstat><D:prop><D:resourcetype><D:collection/>"
    "</D:resourcetype></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>"
)


@view_config(context=Site, request_method="OPTIONS", permission=NO_PERMISSION_REQUIRED)
def options(context: Site, request: Any) -> Response:
    """The methods of the site, and that WebDAV is spoken."""
    allowed = [*methods_of(request.registry, context)]
    fields = {
        "DAV": level(request.registry),
        "MS-Author-Via": "DAV",
        "Allow": ", ".join(allowed),
        "Public": ", ".join(sorted({*allowed, "PROPFIND"})),  # RFC 2068, as Windows reads it
    }
    return Response(status=200, headerlist=[("Content-Length", "0"), *fields.items()])


@view_config(context=Site, request_method="PROPFIND", permission=NO_PERMISSION_REQUIRED)
def find(context: Site, request: Any) -> Response:
    """A folder that holds the folder `dav`, and nothing else that a drive could see."""
    root = f"{urlsplit(request.application_url).path}/"
    hrefs = [root] if request.headers.get("Depth") == "0" else [root, f"{root}dav/"]
    return bare(hrefs)


def bare(hrefs: list[str]) -> Response:
    """Folders of which nothing is told but their paths."""
    found = "".join(COLLECTION.format(href=escape(href)) for href in hrefs)
    return Response(
        f'<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:">{found}'
        "</D:multistatus>\n",
        status=207,
        content_type="application/xml",
        charset="UTF-8",
    )
