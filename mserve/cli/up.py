"""`mserve up`: everything on one machine under one command."""

import os
import socket
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path

import click

from mserve import notify
from mserve.cli.common import ini_argument, read
from mserve.cli.folder import held
from mserve.cli.listen import listen, reachable
from mserve.cli.parts import Parts
from mserve.cli.ready import Doors
from mserve.cli.signals import Signals
from mserve.cli.supervisor import StopAsked, Supervisor


@click.command()
@ini_argument
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder for all state, instead of the ini's mserve.data.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="The web's port, instead of the ini's; 0 takes a free one.",
)
@click.option(
    "--ready-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write URL, keys and process ids there as JSON, once everything answers.",
)
def up(ini: Path, data: Path | None, port: int | None, ready_file: Path | None) -> None:
    """Run everything on this machine: database, Redis, web, workers and scheduler.

    Each part that dies is started again. Ctrl-C or SIGTERM stops them in order, so that no job is
    lost; a second Ctrl-C ends them at once. Parts that the ini says run elsewhere (zodbconn.uri,
    mserve.redis) are not started. What the parts say is in logs/ in the data folder.
    """
    if data:
        os.environ["MSERVE_DATA"] = str(data.absolute())
    settings = read(ini)
    os.environ["MSERVE_DATA"] = str(settings.data)  # how the parts learn of it
    with held(settings.data), closing(listen(ini, port)) as listener:
        run(Parts(ini, settings), listener, ready_file)


def run(parts: Parts, listener: socket.socket, ready_file: Path | None) -> None:
    """Starts the parts, tends them until a stop is asked for, and stops them."""
    doors = Doors.at(*reachable(listener), parts.data)

    def answering(pids: Mapping[str, int]) -> None:
        if ready_file:
            doors.write(ready_file, pids)

    with Signals() as signals:
        supervisor = Supervisor(parts.data / "logs", signals.wait, say, answering)
        try:
            forget(ready_file)
            with suppress(StopAsked):
                start(supervisor, parts, listener)
                answering(supervisor.pids())
                notify.ready()
                click.echo(doors.text())
                supervisor.tend()
        finally:
            listener.close()
            forget(ready_file)
            supervisor.stop()


def start(supervisor: Supervisor, parts: Parts, listener: socket.socket) -> None:
    """Raises CannotStart, StopAsked."""
    supervisor.start(*parts.stores())
    supervisor.once(parts.init())
    supervisor.start(*parts.servers(listener.fileno(), *reachable(listener)))


def forget(ready_file: Path | None) -> None:
    if ready_file:
        ready_file.unlink(missing_ok=True)


def say(words: str) -> None:
    with suppress(OSError):  # the console may be gone; the parts go on
        click.echo(f"mserve: {words}")
