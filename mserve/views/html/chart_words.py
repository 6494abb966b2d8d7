"""Words of charts and metrics, which are made where no language is known; here they are marked for
translation, and said."""

from collections.abc import Callable
from typing import Any

from mserve.views.html.languages import DOMAIN, _

METRICS = (
    _("disc"), _("disc_space"), _("versions"), _("copies"), _("trash"), _("ingest"), _("access"),
    _("responsetime"), _("accesstime"), _("interrupted"), _("file"), _("service"), _("container"),
    _("job"), _("task"), _("taskfailure"), _("backupfile"), _("archived"), _("jobruntime"),
)  # fmt: skip
DESCRIPTIONS = (
    _("Bytes kept, versions and trash too, over time."),
    _("Bytes kept now, versions and trash too."),
    _("Of the bytes kept now, former contents of files."),
    _("Of the bytes kept now, contents that came by copying."),
    _("Of the bytes kept now, what is in the trash."),
    _("Bytes that came in by an upload."),
    _("Bytes of content that were sent to who reads it."),
    _("From a request to its content's first byte."),
    _("From a request to its content's last byte."),
    _("Reads of content that ended before all was sent."),
    _("Files that are there now; not those in the trash."),
    _("Services that are there now."),
    _("Containers that are there now."),
    _("Jobs that have ended."),
    _("Tasks of jobs that have ended, those too that failed."),
    _("Tasks of jobs that have failed, after all attempts."),
    _("Bytes of which the backup has got a copy."),
    _("Bytes of which the archive has got a copy."),
    _("What attempts at tasks took, those too that failed."),
)
UNITS = (
    _("bytes"), _("milliseconds"), _("reads"), _("files"), _("services"), _("containers"),
    _("jobs"), _("tasks"), _("seconds"),
)  # fmt: skip
CHARTS = (
    _("usage"), _("mean"), _("most"), _("reports"), _("failed"), _("others"), _("nothing"),
    _("hour"), _("day"), _("month"), _("5min"), _("key"), _("task"), _("mimetype"), _("service"),
    _("%(what)s by %(by)s"), _("There is nothing to show."),
    _("From %(begin)s to %(end)s (UTC): %(what)s at most %(most)s (%(when)s)."),
)  # fmt: skip


def sayer(request: Any) -> Callable[[str], str]:
    """What says such a text in the reader's language."""
    return lambda text: str(request.localizer.translate(text, DOMAIN))
