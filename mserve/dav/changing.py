"""MKCOL, DELETE, COPY and MOVE, as WsgiDAV understands them."""

from typing import Any

from pyramid.response import Response

from mserve.dav.bridge import run
from mserve.dav.config import dav
from mserve.dav.fields import MTIME, mtime
from mserve.dav.storing import check_place
from mserve.resources.node import Node
from mserve.resources.roles import Permission
from mserve.views import receipts
from mserve.views.absent import Absent


@dav(context=Absent, method="MKCOL", permission=Permission.ADD)
def make_collection(context: Absent, request: Any) -> Response:
    receipts.need_others(request)
    check_place(context)
    return run(request)


@dav(context=Node, method="DELETE", permission=Permission.REMOVE)
@dav(context=Node, method="COPY", permission=Permission.READ)
@dav(context=Node, method="MOVE", permission=Permission.WRITE)
def change(context: Node, request: Any) -> Response:
    moment = mtime(request)
    answer = run(request)
    if moment is not None and answer.status_int < 300:
        answer.headers[MTIME] = "accepted"
    return answer
