"""What an upload in pieces is in JSON, and in the header fields of tus."""

from typing import Any

from mserve.resources import clock
from mserve.resources.upload import Upload
from mserve.views import tus
from mserve.views.urls import facet_url, url


def headers(
    request: Any, upload: Upload, offset: int, changed: int | None = None
) -> dict[str, str]:
    found = {"Upload-Offset": str(offset), "Upload-Expires": tus.date(upload.expires(changed))}
    mfile = request.site.ids.get(upload.mfile or "")
    if mfile is not None and mfile.in_tree:
        found["Mserve-Location"] = url(request, mfile)
        if upload.job:
            found["Mserve-Job"] = facet_url(request, mfile, "jobs", upload.job)
        if upload.depositor:
            found["Mserve-Receipt"] = facet_url(request, mfile, "receipt")
    return found


def document(request: Any, upload: Upload, offset: int, headers: dict[str, str]) -> dict[str, Any]:
    return {
        "id": upload.id,
        "url": facet_url(request, upload.__parent__, "uploads", upload.id),
        "names": list(upload.described.names),
        "length": upload.length,
        "offset": offset,
        "created": clock.rfc3339(upload.created),
        "mfile": headers.get("Mserve-Location"),
        "job": headers.get("Mserve-Job"),
    }
