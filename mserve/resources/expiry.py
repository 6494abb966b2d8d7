"""Expiry: rows of fine grains go after a time; those of coarser grains say the same, and stay.

Since when there are rows is noted first, and then they are taken out of the accounts, some at a
time, in a round through all. A file has rows by day alone: what goes is added to its last day
before those that stay. A brief (brief.py) stays as it is: it is of one day.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from mserve.resources.brief import is_brief
from mserve.resources.loading import prefetch
from mserve.resources.period import Grain, around, number_of
from mserve.resources.rows import (
    IN_ALL,
    Dimension,
    Rows,
    add,
    figure_of,
    keys_in,
    metrics_in,
    row_key,
    value_of,
)
from mserve.resources.series import Accounts

WHOLE = {Grain.STEP: Grain.DAY, Grain.HOUR: Grain.DAY, Grain.DAY: Grain.MONTH}
"""Rows go by whole periods of these."""
Kept = tuple[tuple[str, int], ...]
"""Since when (µs) rows stay, by grain."""


class Round(NamedTuple):
    """A way through all accounts; `after` is the last one of which nothing is left to go.

    None: it is over.
    """

    kept: Kept
    after: str | None = ""


def keep_from(accounts: Accounts, moments: Mapping[Grain, int]) -> None:
    """From now on what was before those moments (µs) is told by coarser grains."""
    kept = dict(accounts.kept_from)
    for grain, moment in moments.items():
        kept[grain.value] = max(kept.get(grain.value, 0), around(WHOLE[grain], moment).start)
    if kept != accounts.kept_from:
        accounts.kept_from = kept


def expire(accounts: Accounts, many: int, most: int) -> bool:
    """Goes on with the round, for up to `many` accounts and `most` rows; False: nothing was left.

    Needs one who does so at a time, and does not book meanwhile.
    """
    kept = tuple(sorted(accounts.kept_from.items()))
    last = Round(*accounts.round)
    if last.after is None and last.kept == kept:
        return False
    round = Round(kept) if last.after is None else last
    accounts.round = (round.kept, _visit(accounts, round, many, most))
    return True


def _visit(accounts: Accounts, round: Round, many: int, most: int) -> str | None:
    """The last account of which nothing is left to go; None: that was all."""
    page = accounts.page(many, round.after or None)
    prefetch(rows for _, rows in page if not is_brief(rows))
    done, left = round.after, most
    for account, rows in page:
        left -= 0 if is_brief(rows) else _take_out(rows, round.kept, left)
        if left <= 0:
            return done
        done = account
    return done if page else None


def _take_out(rows: Rows, kept: Kept, most: int) -> int:
    """Takes up to `most` rows out; returns how many."""
    file = next(iter(rows.keys(IN_ALL, IN_ALL + "\x7f")), None) is None
    gone = [*islice(_ended(rows, kept, int(file)), most)]
    for key, place in gone:
        figure = figure_of(rows.pop(key))
        if file:
            add(rows, place, figure)
    return len(gone)


def _ended(rows: Rows, kept: Kept, left: int) -> Iterator[tuple[str, str]]:
    """Rows whose time is over but for the last `left` periods, and the one of the last period."""
    for grain, moment in kept:
        end = number_of(Grain(grain), moment)
        for dimension in Dimension:
            for metric in metrics_in(rows, dimension, grain):
                for key in keys_in(rows, grain, dimension, metric, 0, end - left):
                    yield key, row_key(grain, dimension, metric, end - 1, value_of(key))
