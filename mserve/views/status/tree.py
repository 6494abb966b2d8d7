"""Checks of the tree: its database, what of usage is not booked yet, what search does not know."""

from typing import Any

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
    number = site.journal.pending.count()
    return Check(
        _("Usage"), LOOK if number > MANY else FINE,
        _("%(number)s transactions are not booked yet"),
        _("A scheduler books them; see whether one runs, and what its log says.")
        if number > MANY else "",
        {"number": number},
    )  # fmt: skip


def search(site: Any) -> Check:
    number = site.unindexed.count()
    return Check(
        _("Search"), LOOK if number > MANY else FINE,
        _("%(number)s changes are not in the catalog yet"),
        _("A scheduler enters them; until then the search looks at them one by one.")
        if number > MANY else "",
        {"number": number},
    )  # fmt: skip
