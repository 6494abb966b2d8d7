"""Archives: `POST <folder>/?unpack=zip|tar` of one, raw or in a form, makes what is in it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from mserve import ingest
from mserve.errors import Conflict
from mserve.resources.folder import Folder
from mserve.resources.node import Branch
from mserve.resources.roles import Permission
from mserve.resources.service import Service
from mserve.resources.spool import Spool
from mserve.unpack import Entry, Limits, unpacked
from mserve.views import form_parts, json, receipts, receive
from mserve.views.api.files import store_at
from mserve.views.config import created, rest
from mserve.views.urls import url

SHOWN = 100  # files in the answer


@rest(context=(Service, Folder), method="POST", permission=Permission.ADD,
      takes=("Archive", "Files"), gives={201: "Unpacked"}, query=("unpack",),
      asks="unpack")  # fmt: skip
def unpack(context: Branch, request: Any) -> Any:
    """All that the archive holds, or nothing; names that are taken are refused."""
    receipts.need_others(request)
    kind, settings = request.GET["unpack"], request.settings
    limits = Limits(settings.unpack_files, settings.unpack_size, settings.unpack_ratio)
    with receive.outside_transaction(request), ExitStack() as stack:
        archives = stack.enter_context(_archives(request))
        found = [
            entry
            for each in archives
            for entry in stack.enter_context(unpacked(kind, each, request.spool_folder, limits))
        ]
        return receive.commit(
            request,
            Permission.ADD,
            lambda folder: _store(request, folder, found),
            large=True,
        )


@contextmanager
def _archives(request: Any) -> Iterator[list[Spool]]:
    if request.content_type == "multipart/form-data":
        spools = [spool for _, _, spool in form_parts.receive(request)]
    else:
        spools = [receive.receive_body(request)]
    try:
        yield spools
    finally:
        for spool in spools:
            spool.clear()


def _store(request: Any, folder: Any, entries: list[Entry]) -> dict[str, Any]:
    if not isinstance(folder, Branch):
        raise Conflict("the folder was removed while the archive came in; nothing was stored")
    files = []
    for entry in entries:
        if entry.spool is None:
            ingest.make_folders(folder, entry.names)
        else:
            files.append(store_at(request, folder, entry.names, entry.spool).mfile)
    answer = {
        "files": len(files),
        "folders": len(entries) - len(files),
        "size": sum(file.content.size for file in files),
        "items": [json.node(request, file) for file in files[:SHOWN]],
    }
    return created(request, answer, url(request, folder))
