"""`mserve check`: whether all that the tree says is so."""

from pathlib import Path

import click

from mserve.cli.common import configure, ini_argument


@click.command()
@ini_argument
@click.option("--repair", is_flag=True, help="Mend what can be mended.")
@click.option("--digests", is_flag=True, help="Read every byte again and compare its SHA-256.")
@click.option("--age", default=3600.0, show_default=True, metavar="S",
              help="Files that no one refers to are orphans after S seconds.")  # fmt: skip
@click.option("--copies", is_flag=True, help="Look at the copies in backup and archive too.")
def check(ini: Path, repair: bool, digests: bool, age: float, copies: bool) -> None:
    """Check contents, indexes, sums and files; the site may be running.

    Prints a line for each thing that is amiss. Exit status 1 if one is left that was not mended.
    """
    settings = configure(ini)
    from mserve import database
    from mserve.check import Scope
    from mserve.check import check as findings
    from mserve.vault import NAMES, Vault

    found = {name: Vault.find(name, settings.outlets) for name in NAMES}
    vaults = {name: vault for name, vault in found.items() if vault is not None}
    db = database.open_database(settings)
    try:
        left = 0
        for finding in findings(db, Scope(repair, digests, age, copies, vaults)):
            click.echo(str(finding))
            left += not finding.mended
    finally:
        db.close()
    click.echo(f"{left} faults are left" if left else "all is well")
    raise SystemExit(1 if left else 0)


@click.command()
@ini_argument
@click.option("--days", default=None, type=int, metavar="N",
              help="Keep what could be undone for N days; default: mserve.pack_days.")  # fmt: skip
def pack(ini: Path, days: int | None) -> None:
    """Free the bytes of what is used no more: contents, and former records of the tree.

    A scheduler does it once a day.
    """
    settings = configure(ini)
    from mserve import database

    db = database.open_database(settings)
    try:
        db.pack(days=settings.pack_days if days is None else days)
    finally:
        db.close()
