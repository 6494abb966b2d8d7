"""`mserve init` and `mserve evolve`: make the tree, and bring it to this version."""

from pathlib import Path

import click

from mserve.cli.common import configure, ini_argument


def ensure(ini: Path) -> None:
    settings = configure(ini)
    from mserve import evolve  # the database's libraries take a while to import

    evolve.ensure(settings)
    click.echo(f"The tree in {settings.data} is ready for this version of mserve.")


@click.command()
@ini_argument
def init(ini: Path) -> None:
    """Make the site and its first keys, unless they are there.

    The site administrator's key is written to admin.key in the data folder, readable by its owner
    alone; with `mserve.demo = true` a demo service is made and its customer key written to
    demo.key. Running it again changes nothing.
    """
    ensure(ini)


@click.command("evolve")
@ini_argument
def evolve(ini: Path) -> None:
    """Bring the tree to this version, by the steps it has not seen yet.

    Stop the web servers, workers and schedulers first; the database must run. Running it again
    changes nothing.
    """
    ensure(ini)
