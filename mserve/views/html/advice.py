"""Advice: what is to be done about a task that has failed, by the words of its error."""

import re

from mserve.views.html.languages import _

BROKEN = r"broken|encrypted|empty|no image|no text|cannot read|damaged|compressed in a way|no document"
ADVICE = (
    (r"was stopped|was cancelled", _("Somebody has stopped it. Retry takes it up again.")),
    (
        r"took (more|longer) than|needs more than",
        _("It needs more time than it may have: give it smaller files, or have the administrator"
          " run it with a higher limit."),
    ),
    (
        r"memory|was killed",
        _("It needs more memory than it may have. Retry once; if it fails again, the file is"
          " larger than this task can take."),
    ),
    (r"mserve\.\w+|in the ini|MSERVE_", _("A setting of the site is missing. Only its"
                                          " administrator can set it; then retry.")),
    (r"may (keep|take in|be read|have jobs)", _("A quota is used up. Make room, or ask the"
                                                " provider for more; then retry.")),
    (r"in the archive", _("Download the file once: that brings it back. Then retry.")),
    (r"there is no task", _("No worker knows this task. Another profile, or a worker with it,"
                            " helps.")),
    (
        r"reached|connection|timed out|HTTP|answered|refused|name resolution|address",
        _("Another server did not answer as it should. Retry in a while; if it goes on, check the"
          " address in the task's arguments."),
    ),
    (BROKEN, _("The file cannot be used by this task. Look whether it opens elsewhere, and upload"
               " a sound one; or leave this task out for such files by a condition.")),
    (r"should be|condition|argument", _("The task was told something that it cannot use. Change"
                                        " its arguments or condition in the profile, and run again.")),
)  # fmt: skip
OTHERWISE = _("The log below tells more. Retry does it once more; run again begins anew with the"
              " file and the profile as they are now.")  # fmt: skip


def advice(error: str) -> str:
    """A text to be translated."""
    for pattern, text in ADVICE:
        if re.search(pattern, error):
            return str(text)
    return str(OTHERWISE)
