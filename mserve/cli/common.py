"""What all commands share: the INI argument, and settings with logging set up from it."""

from configparser import Error as NotAnIni
from pathlib import Path

import click
import plaster

from mserve.errors import SettingsError
from mserve.settings import Settings

ini_argument = click.argument("ini", type=click.Path(path_type=Path))


def read(ini: Path) -> Settings:
    """The settings in `ini`; raises SettingsError with every fault found."""
    try:
        return Settings.from_ini(ini)
    except (LookupError, NotAnIni, UnicodeDecodeError) as error:
        raise SettingsError([f"{ini} cannot be read: {error}"]) from error


def configure(ini: Path) -> Settings:
    """The settings in `ini`, once its logging sections are in force. Raises SettingsError."""
    settings = read(ini)
    plaster.get_loader(str(ini), protocols=["wsgi"]).setup_logging()
    return settings
