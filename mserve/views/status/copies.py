"""Checks of the folders of copies: whether they are this site's, and when one was made last."""

from collections.abc import Iterator
from typing import Any

from mserve.resources import clock
from mserve.resources.account import Account
from mserve.resources.metrics import ARCHIVED, BACKUP_FILE, short
from mserve.resources.period import DAY_LONG, Grain
from mserve.resources.report import Asked, lines
from mserve.settings import Settings
from mserve.vault import ARCHIVE, BACKUP, MARK, Vault
from mserve.views.html.languages import _
from mserve.views.status.check import FINE, LOOK, WRONG, Check

NAMES = {BACKUP: (_("Backup"), BACKUP_FILE), ARCHIVE: (_("Archive"), ARCHIVED)}
LOOKED_AT = 366 * DAY_LONG  # µs


def checks(settings: Settings, site: Any) -> Iterator[Check]:
    """The archive alone where there is one."""
    for name, (label, metric) in NAMES.items():
        vault = Vault.find(name, settings.outlets)
        if vault is not None:
            yield _vault(vault, label, metric, site)
        elif name == BACKUP:
            yield Check(
                label, LOOK, _("no folder for copies is set"),
                _("Set mserve.backup in the ini, and have a profile run the task `backup`; or copy"
                  " the data folder by other means."),
            )  # fmt: skip


def _vault(vault: Vault, label: str, metric: str, site: Any) -> Check:
    values = {"folder": str(vault.folder), "mark": MARK}
    if vault.owner() != site.id:
        return Check(
            label, WRONG, _("%(folder)s is not there, or is not this site's: its file %(mark)s is"
                            " missing or another one's"),
            _("See whether the disc is mounted. Tasks that copy fail until then."), values,
        )  # fmt: skip
    day = last(site, metric)
    if day is None:
        return Check(
            label, LOOK, _("%(folder)s is ready, and no copy was made for a year"),
            _("Have a profile run the task that makes them."), values,
        )  # fmt: skip
    return Check(
        label, FINE, _("%(folder)s is ready; the last copy was made on %(day)s"),
        values=values | {"day": day},
    )  # fmt: skip


def last(site: Any, metric: str) -> str | None:
    """The last day (UTC) on which a copy was made, as `2026-11-27`; None where it is long ago."""
    account = Account(site, site.id, site)
    begin = max(account.moment - LOOKED_AT, account.begin_by(Grain.DAY))
    start = begin - begin % DAY_LONG
    found = [*lines(account, Asked((short(metric),), start, None, Grain.DAY))]
    spans = [line.span for line in found if line.figure.reports and line.span is not None]
    return None if not spans else str(clock.rfc3339(spans[-1].start))[:10]
