"""`mserve key narrow`: a key that may less than one's own, made without asking a server."""

import os
import sys
from getpass import getpass
from typing import Any

import click

from mserve.client.errors import BadKey
from mserve.client.keys import VARIABLE
from mserve.client.narrow import narrow as narrowed
from mserve.errors import BadDocument
from mserve.resources import terms
from mserve.resources.roles import Permission

MANY = {"method": "methods", "network": "networks", "permission": "permissions"}
"""Options that may come several times, and the caveats that they are."""


@click.group()
def key() -> None:
    """Keys: what their holders do with them alone."""


@key.command()
@click.argument("key", required=False)
@click.option("--start", metavar="TIME", help="From then on, as 2027-01-01T00:00:00Z.")
@click.option("--end", metavar="TIME", help="Until then.")
@click.option("--method", multiple=True, metavar="METHOD", help="This one alone; may be repeated.")
@click.option("--network", multiple=True, metavar="CIDR", help="From there alone; as 192.0.2.0/24.")
@click.option(
    "--permission",
    multiple=True,
    type=click.Choice([each.value for each in Permission]),
    help="That alone.",
)
@click.option("--renditions", is_flag=True, help="Thumbnails and the like, never the original.")
@click.option("--node", metavar="ID", help="There and below alone.")
@click.option("--uses", type=int, metavar="N", help="Requests, in all.")
@click.option("--bytes-in", type=int, metavar="N", help="Bytes that may be sent, in all.")
@click.option("--bytes-out", type=int, metavar="N", help="Bytes that may be fetched, in all.")
@click.option("--speed", "accessspeed", type=int, metavar="N", help="Bytes per second.")
def narrow(key: str | None, **options: Any) -> None:
    """Print a key that may what KEY may, within what the options say, and never more.

    Without KEY it comes from MSERVE_KEY, else from the standard input: on the command line other
    users of the machine could see it. No server is asked; the new key ends with the old one.
    """
    given = {MANY.get(name, name): value for name, value in options.items() if value or value == 0}
    caveats = {
        name: [*value] if isinstance(value, tuple) else value
        for name, value in given.items()
        if value is not False
    }
    try:
        terms.parse(caveats)
        click.echo(narrowed(key or _held(), **caveats))
    except (BadDocument, BadKey) as fault:
        raise click.UsageError(str(fault)) from None


def _held() -> str:
    given = os.environ.get(VARIABLE, "").strip()
    if given:
        return given
    if sys.stdin.isatty():
        return getpass("Key: ").strip()
    return sys.stdin.read().strip()
