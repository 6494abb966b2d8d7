"""Secret: what signs a message or opens a mail server, kept in a file that the ini names.

    [billing]
    secret = whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
    hosts = hooks.example.com *.example.org

Arguments of tasks are shown to whoever may read a workflow, so that they hold but the name. A
secret is used with the `hosts` that stand beside it, and no others.
"""

import os
import stat
from collections.abc import Mapping
from configparser import ConfigParser, SectionProxy
from configparser import Error as ParserError
from fnmatch import fnmatchcase
from pathlib import Path

from mserve.errors import TaskError

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def look_up(name: str, host: str, environment: Mapping[str, str] = os.environ) -> str:
    """The secret `name`, if it is for `host`; raises TaskError."""
    section = _section(name, environment)
    hosts = section.get("hosts", "").lower().split()
    if not any(fnmatchcase(host.lower(), each) for each in hosts):
        raise TaskError(
            f"the secret {name!r} is not for {host}; hosts = … beside it says for which"
        )
    secret = section.get("secret", "")
    if not secret:
        raise TaskError(f"the secret {name!r} is empty; right is a line secret = … below [{name}]")
    return secret


def _section(name: str, environment: Mapping[str, str]) -> SectionProxy:
    path = environment.get("MSERVE_SECRETS", "")
    if not path:
        raise TaskError("there are no secrets here; mserve.secrets in the ini names their file")
    secrets = _read(Path(path))
    if name not in secrets:
        raise TaskError(f"there is no secret {name!r}")
    return secrets[name]


def _read(path: Path) -> ConfigParser:
    """Raises TaskError, whose words hold nothing of the file."""
    parser = ConfigParser(interpolation=None, default_section="")
    try:
        with path.open(encoding="utf-8") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & OTHERS:
                raise TaskError(f"{path} can be read by others; right is chmod 600 {path}")
            parser.read_file(file)
    except OSError as fault:
        raise TaskError(f"the file of secrets {path} cannot be read: {fault.strerror}") from fault
    except (ParserError, UnicodeDecodeError):
        raise TaskError(f"the file of secrets {path} is no ini") from None
    return parser
