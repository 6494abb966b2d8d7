"""`mserve put`, `get`, `ls`, `rm` and `sync`: content to and from any mserve, by its URL."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from mserve.cli.bars import shown
from mserve.cli.fetching import to_fetch
from mserve.cli.removing import to_remove
from mserve.cli.run import Options, options, running
from mserve.cli.sending import is_folder, to_send
from mserve.client import Client, Node, Synced

recursive = click.option("--recursive", "-r", is_flag=True, help="Folders too, with all in them.")


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.argument("url")
@recursive
@click.option("--wait", is_flag=True, help="Wait for the jobs; one that fails is a failure.")
@options
def put(files: tuple[Path, ...], url: str, recursive: bool, wait: bool, options: Options) -> None:
    """Send FILES to a folder, or one file to its place.

    A URL that ends in a slash, or where a folder is, takes the files by their names; else it is
    the name. What broke off is gone on with when the same command is given again.
    """
    with running(options) as run:
        client = run.client(url)
        into = is_folder(client, several=len(files) > 1)
        run.all(to_send(run, client, files, into, recursive, wait), "sent")


@click.command()
@click.argument("urls", nargs=-1, required=True, metavar="URL... [DEST]")
@recursive
@options
def get(urls: tuple[str, ...], recursive: bool, options: Options) -> None:
    """Fetch files to DEST: a folder that is there (by default this one), or a name.

    A file appears under its name when all of it has come and has the SHA-256 that the server says.
    """
    *first, last = urls
    dest = "." if is_url(last) else last
    places = urls if is_url(last) else tuple(first)
    if not places:
        raise click.UsageError("name the URL to fetch from")
    with running(options) as run:
        run.all(to_fetch(run, places, dest, recursive), "fetched")


@click.command()
@click.argument("url")
@click.option("--long", "-l", is_flag=True, help="With SHA-256, size, and time of the last change.")
@click.option("--recursive", "-R", is_flag=True, help="With all that is in folders.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@options
def ls(url: str, long: bool, recursive: bool, as_json: bool, options: Options) -> None:
    """List what is in a folder; folders end in a slash."""
    with running(options) as run:
        for path, node in _listed(run.client(url), recursive):
            click.echo(_line_json(path, node) if as_json else _line(path, node, long))


def _listed(client: Client, recursive: bool) -> Iterable[tuple[str, Node]]:
    top = client.info()
    if not top.is_folder:
        return [(top.name, top)]
    if recursive:
        return (("/".join(names), node) for names, node in client.walk())
    return ((node.name, node) for node in client.ls())


def _line(path: str, node: Node, long: bool) -> str:
    name = shown(path) + ("/" if node.is_folder else "")
    if not long:
        return name
    size = "-" if node.size is None else str(node.size)
    return f"{node.sha256 or '-':64}  {size:>14}  {node.modified[:19]}Z  {name}"


def _line_json(path: str, node: Node) -> str:
    names = ("type", "size", "sha256", "mimetype", "modified")
    return json.dumps({"path": path} | {name: getattr(node, name) for name in names})


@click.command()
@click.argument("urls", nargs=-1, required=True, metavar="URL...")
@recursive
@options
def rm(urls: tuple[str, ...], recursive: bool, options: Options) -> None:
    """Remove files, and with -r folders: into the trash of their service."""
    with running(options) as run:
        run.all(to_remove(run, urls, recursive), "removed")


@click.command()
@click.argument("source")
@click.argument("target")
@click.option("--delete", is_flag=True, help="Remove from TARGET what is not in SOURCE.")
@click.option("--dry-run", "-n", "dry", is_flag=True, help="Only tell what would be done.")
@click.option("--verbose", "-v", is_flag=True, help="Tell what was done: + sent, - removed.")
@options
def sync(
    source: str, target: str, delete: bool, dry: bool, verbose: bool, options: Options
) -> None:
    """Make the folder TARGET like SOURCE; one is a URL and the other a folder here.

    Files of one name are the same if size and SHA-256 are. Symbolic links are passed over.
    Nothing is removed if anything failed.
    """
    if is_url(source) == is_url(target):
        raise click.UsageError("one of SOURCE and TARGET is a URL, the other a folder")
    down = is_url(source)
    url, folder = (source, target) if down else (target, source)
    with running(options) as run:
        client = run.client(url)
        done = client.sync(folder, down=down, delete=delete, dry=dry, watch=run.bars.watch)
        run.bars.stop()
        for line in _told(done) if dry or verbose else ():
            click.echo(shown(line))
        for path in done.skipped:
            click.echo(shown(f"mserve: {path}: passed over, it is no file or folder"), err=True)
        worked = len(done.sent) + len(done.removed)
        run.end(
            done.failures, worked + done.same,
            f"{len(done.sent)} sent, {len(done.removed)} removed, {done.same} were the same",
        )  # fmt: skip


def _told(done: Synced) -> Iterator[str]:
    yield from (f"+ {path}/" for path in done.made)
    yield from (f"+ {path}" for path in done.sent)
    yield from (f"- {path}" for path in done.removed)


def is_url(text: str) -> bool:
    return text.lower().startswith(("http://", "https://"))
