"""Checks of the tree: its database, what of usage is not booked yet, what search does not know."""

from typing import Any

from mserve.resources import unindexed
from mserve.views.html.languages import _
from mserve.views.status.check import FINE, LOOK, Check, size

MANY = 10_000  # entries that wait


def database(site: Any) -> Check:
    """It answers, or this would not be asked."""
    db = site._p_jar.db()
    values = {
        "kind": type(db.storage).__name__,
        "schema": site.schema,
        "size": size(db.getSize()),
        "objects": f"{db.objectCount():,}",
    }
    return Check(
        _("Database"), FINE,
        _("%(kind)s with %(objects)s objects in %(size)s, of version %(schema)s"), values=values,
    )  # fmt: skip


def usage(site: Any) -> Check:
    return _backlog(
        _("Usage"),
        site.journal.count_waiting(),
        _("%(number)s parcels of reports are not booked yet"),
        _("A scheduler books them; see whether one runs, and what its log says."),
    )


def search(site: Any) -> Check:
    return _backlog(
        _("Search"),
        unindexed.count(site),
        _("%(number)s changes are not in the catalog yet"),
        _("A scheduler enters them; until then the search looks at them one by one."),
    )


def _backlog(name: str, number: int, words: str, advice: str) -> Check:
    """What schedulers have yet to do; advice is given where that is much."""
    many = number > MANY
    values = {"number": number}
    return Check(name, LOOK if many else FINE, words, advice if many else "", values)
