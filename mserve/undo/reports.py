"""What a transaction has reported, by what it wrote."""

from collections.abc import Iterator, Sequence

from mserve.resources.entry import Entry
from mserve.resources.lane import Lane
from mserve.resources.parcel import Parcel, entries_of, read_said
from mserve.undo.records import Record


def reported(records: Sequence[Record]) -> Iterator[Entry]:
    """The entries of the journal; not what others had said in the lane, and it has listed."""
    found = [each for each in records if isinstance(each.thing, Lane | Parcel)]
    before = {key for each in found if each.before for key in read_said(each.before)}
    after = {key: words for each in found for key, words in read_said(each.after).items()}
    for key in sorted(after.keys() - before):
        yield from entries_of(after[key])
