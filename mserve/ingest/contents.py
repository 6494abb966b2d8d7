"""The contents that files have: whether there is room for another one, and how they are counted."""

from collections.abc import Iterable

from mserve.resources import metering
from mserve.resources.asker import Payer, who_asks
from mserve.resources.figure import Figure
from mserve.resources.mark import UNKNOWN as UNMARKED
from mserve.resources.mark import mark_for
from mserve.resources.metrics import COPIES, DISC_SPACE, FILE, INGEST, VERSIONS
from mserve.resources.mfile import Mfile
from mserve.resources.quota import need, need_of
from mserve.resources.version import Version


def count_former(mfile: Mfile, former: Version, copied: bool, *, kept: bool = False) -> None:
    """Usage: what was the file's content, and perhaps had been copied, is kept as a version."""
    size, mark = former.content.size, mfile.marks.get(former.number, UNMARKED)
    changes = {VERSIONS: Figure.of(size)} if kept and size else {}
    if copied:
        changes[COPIES] = Figure.of(-size)
    if changes:
        metering.enter(mfile.lineage(), changes, mfile.modified, mark.payer, mark.tags)


def count_contents(mfile: Mfile, gone: Iterable[Version], kind: str | None = None) -> None:
    """Usage: the file has got a content, and some of its contents, of that kind, are gone."""
    mark, moment = mark_for(mfile.mimetype), mfile.modified
    mfile.set_mark(mfile.version, mark)
    metering.keep(mfile.lineage(), mfile.content.size, moment, files=0, mark=mark)
    for version in gone:
        former = mfile.set_mark(version.number, None)
        size = -version.content.size
        changes = metering.kept(size, moment, 0) | ({kind: Figure.of(size)} if kind else {})
        metering.enter(mfile.lineage(), changes, moment, former.payer, former.tags)


def need_growth(mfile: Mfile, size: int, came: int = 0) -> None:
    """Raises OverQuota, OverMonthlyQuota where the file cannot have another content of `size`
    bytes, `came` of which come in."""
    payer = who_asks().payer
    need(mfile, {**growth(mfile, size), INGEST: came}, payer=())
    need_of(mfile.site, payer, {**growth(mfile, size, payer), INGEST: came})


def growth(mfile: Mfile, size: int, payer: Payer | None = None) -> dict[str, float]:
    """What is kept more, in all or for whom pays, once it has another content of that size."""
    going = [mfile.version] if mfile.reserved else mfile.superfluous(most_versions(mfile))

    def bytes_of(*numbers: int) -> int:
        mine = (n for n in numbers if payer in (None, mfile.marks.get(n, UNMARKED).payer))
        return sum(mfile.content_of(number).size for number in mine)

    less, present = bytes_of(*going), bytes_of(mfile.version)
    copies = present if mfile.copied else 0
    versions = 0 if mfile.reserved else present - less
    files = 1 if mfile.awaited is not None and size else 0
    return {DISC_SPACE: size - less, FILE: files, VERSIONS: versions, COPIES: -copies}


def most_versions(mfile: Mfile) -> int:
    most: int = mfile.find("service").property("versions")
    return most
