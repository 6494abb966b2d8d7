"""Marking: as what each content of a file is counted, as it comes, goes, and is looked at."""

from typing import Any

from mserve.resources import clock
from mserve.resources.content import Content
from mserve.resources.figure import Figure
from mserve.resources.mark import Mark, mark_for
from mserve.resources.metering import enter
from mserve.resources.metrics import DISC, DISC_SPACE, FILE
from mserve.resources.mfile import OF_THE_FILE


def mark_new(mfile: Any) -> Mark:
    """Marks a file that has just come, and its content."""
    mark = mark_for(mfile.mimetype)
    mfile.marks = {OF_THE_FILE: mark, mfile.version: mark}
    return mark


def retype(mfile: Any, content: Content) -> None:
    """The media type of a content of the file is known now: it is counted as that."""
    found = content.mimetype
    for number, mark in mfile.marks.items():
        own = mfile.version if number == OF_THE_FILE else number
        if found and mark.mimetype != found and mfile.content_of(own) is content:
            mfile.set_mark(number, mark._replace(mimetype=found))
            _recount(mfile, number, content.size, mark)


def _recount(mfile: Any, number: int, size: int, former: Mark) -> None:
    for mark, sign in ((former, -1), (mfile.marks[number], 1)):
        moment = clock.now()
        if number == OF_THE_FILE:
            changes = {FILE: Figure(total=sign), DISC: Figure(running=sign)}
        else:
            disc = Figure.rated(sign * size, moment, 0, 0)
            changes = {DISC: disc, DISC_SPACE: Figure(total=sign * size)}
            if kind := mfile.class_of(number):
                changes[kind] = Figure(total=sign * size)
        enter(mfile.lineage(), changes, moment, mark.payer, mark.tags, shares=True)
