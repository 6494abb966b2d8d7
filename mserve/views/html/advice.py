"""Advice: what is to be done about a task that has failed, by the words of its error."""

import re

from mserve.views.html.languages import _

BROKEN = "broken|encrypted|empty|no image|no text|cannot read|damaged|compressed in|no document"
OUTSIDE = "reached|connection|timed out|HTTP|answered|refused|name resolution|address"
STOPPED = _("Somebody has stopped it. Retry takes it up again.")
LONG = _(
    "It needs more time than it may have: give it smaller files, or have the administrator run it"
    " with a higher limit."
)
LARGE = _(
    "It needs more memory than it may have. Retry once; if it fails again, the file is larger than"
    " this task can take."
)
UNSET = _("A setting of the site is missing. Only its administrator can set it; then retry.")
USED_UP = _("A quota is used up. Make room, or ask the provider for more; then retry.")
ARCHIVED = _("Download the file once: that brings it back. Then retry.")
UNKNOWN = _("No worker knows this task. Another profile, or a worker with it, helps.")
AWAY = _(
    "Another server did not answer as it should. Retry in a while; if it goes on, check the address"
    " in the task's arguments."
)
UNUSABLE = _(
    "The file cannot be used by this task. Look whether it opens elsewhere, and upload a sound one;"
    " or leave this task out for such files by a condition."
)
MISTOLD = _(
    "The task was told something that it cannot use. Change its arguments or condition in the"
    " profile, and run again."
)
OTHERWISE = _(
    "The log below tells more. Retry does it once more; run again begins anew with the file and the"
    " profile as they are now."
)
ADVICE = (
    (r"was stopped|was cancelled", STOPPED),
    (r"took (more|longer) than|needs more than", LONG),
    (r"memory|was killed", LARGE),
    (r"mserve\.\w+|in the ini|MSERVE_", UNSET),
    (r"may (keep|take in|be read|have jobs)", USED_UP),
    (r"in the archive", ARCHIVED),
    (r"there is no task", UNKNOWN),
    (OUTSIDE, AWAY),
    (BROKEN, UNUSABLE),
    (r"should be|condition|argument", MISTOLD),
)
"""The first whose pattern is found in the error holds."""


def advice(error: str) -> str:
    """A text to be translated."""
    found = (text for pattern, text in ADVICE if re.search(pattern, error))
    return str(next(found, OTHERWISE))
