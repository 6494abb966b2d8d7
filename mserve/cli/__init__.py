"""The command line: `mserve COMMAND …`. A command is imported when it is asked for."""

from importlib import import_module

import click

from mserve.errors import MserveError

COMMANDS = {
    "up": "mserve.cli.up:up",
    "init": "mserve.cli.tree:init",
    "evolve": "mserve.cli.tree:evolve",
    "zeo": "mserve.cli.zeo:zeo",
    "worker": "mserve.cli.work:worker",
    "scheduler": "mserve.cli.work:scheduler",
    "task": "mserve.cli.task:task",
    "check": "mserve.cli.check:check",
    "pack": "mserve.cli.check:pack",
    "key": "mserve.cli.key:key",
    "put": "mserve.cli.transfer:put",
    "get": "mserve.cli.transfer:get",
    "ls": "mserve.cli.transfer:ls",
    "rm": "mserve.cli.transfer:rm",
    "sync": "mserve.cli.transfer:sync",
}


class LazyGroup(click.Group):
    """A group that imports a command when it is named, so that `mserve zeo` needs no web parts."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except MserveError as error:  # raised on purpose: a sentence, not a traceback
            raise click.ClickException(str(error)) from error


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mserve")
def main() -> None:
    """mserve: a content service for service providers.

    `mserve up development.ini` runs everything on one machine. The other commands with an INI are
    its parts, to be run alone on separate machines. put, get, ls, rm and sync are a client of any
    mserve, by its URL. `mserve key narrow` needs no server.
    """
