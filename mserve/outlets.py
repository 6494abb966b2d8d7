"""Outlets: what tasks may do outside, by the ini: addresses, secrets, mail, commands, folders.

Tasks know no settings: a worker hands the lines on as variables of the environment. Both ends read
them by the functions here, which raise ValueError with what would be right.
"""

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from mserve import vault
from mserve.template import Template

COMMAND = "command."
COMMANDS = "MSERVE_COMMANDS"
COMMAND_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,63}")
SECRET_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
LOCAL = (
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"  # RFC 5322: dot-atom
)
HOST = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
DOMAIN = rf"{HOST}(?:\.{HOST})*"
ADDRESS = re.compile(rf"{LOCAL}@{DOMAIN}")
RECIPIENTS = re.compile(rf"(?:\*|{LOCAL})@{DOMAIN}")
PORTS = {"smtp": 587, "smtps": 465}

Network = IPv4Network | IPv6Network


class MailServer(NamedTuple):
    """Where mail is handed in; with `encrypted` by TLS from the first byte."""

    host: str
    port: int
    user: str
    encrypted: bool


def networks(text: str) -> tuple[Network, ...]:
    """`10.1.0.0/16 fd00::/8 127.0.0.1` as networks."""
    return tuple(ip_network(part) for part in text.split())


def file(text: str) -> Path | None:
    """An absolute path, or none."""
    if text and not text.startswith("/"):
        raise ValueError("should be an absolute path, as in /etc/mserve/secrets.ini")
    return Path(text) if text else None


def site(text: str) -> str:
    """The address by which others reach this site, or nothing."""
    url = urlsplit(text)
    if text and (url.scheme not in ("http", "https") or not url.hostname or url.query):
        raise ValueError("should be as https://files.example.com/")
    return text


def folder(text: str) -> Path | None:
    """The absolute path of a folder for copies, or none."""
    if text and (not text.startswith("/") or Path(text) == Path("/")):
        raise ValueError("should be the absolute path of a folder, as /srv/backup")
    return Path(os.path.normpath(text)) if text else None


def mail_server(text: str) -> MailServer | None:
    """`smtp://user@host:587`: the password comes from the secrets."""
    if not text:
        return None
    url = urlsplit(text)
    if url.scheme not in PORTS or not url.hostname or url.path.strip("/") or url.query:
        raise ValueError("should be as smtp://user@mail.example.com:587, or smtps:// with port 465")
    if url.password is not None:
        raise ValueError("the password should stand in the file of secrets, not here")
    port = url.port or PORTS[url.scheme]
    return MailServer(url.hostname, port, unquote(url.username or ""), url.scheme == "smtps")


def address(text: str) -> str:
    """One address without a name beside it, or nothing."""
    return _matching(text, ADDRESS, "no address of mail such as files@example.com") if text else ""


def recipients(text: str) -> tuple[str, ...]:
    """Addresses, or `*@example.com` for all of a domain."""
    wrong = "neither an address of mail nor as *@example.com"
    return tuple(_matching(part, RECIPIENTS, wrong) for part in text.split())


def secret_name(text: str) -> str:
    return _matching(text, SECRET_NAME, "no name of a secret, as billing is") if text else ""


def commands(text: str) -> dict[str, Template]:
    """What stands in COMMANDS: JSON, a command line by its name."""
    return {name: Template.parse(line) for name, line in json.loads(text or "{}").items()}


def _matching(text: str, pattern: re.Pattern[str], wrong: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(f"{text!r} is {wrong}")
    return text


LINES: dict[str, Callable[[str], Any]] = {
    "outside_allow": networks,
    "secrets": file,
    "url": site,
    "smtp": mail_server,
    "smtp_secret": secret_name,
    "mail_from": address,
    "mail_to": recipients,
    **dict.fromkeys(vault.NAMES, folder),
}


def is_line(name: str) -> bool:
    """Whether `mserve.<name>` is an outlet's line of the ini."""
    return name in LINES or name.startswith(COMMAND)


def environment(lines: Mapping[str, str], faults: list[str]) -> dict[str, str]:
    """The variables for workers, of the ini's lines; adds to `faults` what is wrong with these."""
    read = partial(_checked, faults)
    texts = {name: lines.get(f"mserve.{name}", "").strip() for name in LINES}
    for name, text in texts.items():
        read(f"mserve.{name}", text, LINES[name])
    faults += _within([(name, texts[name]) for name in vault.NAMES if texts[name]])
    return {
        **{f"MSERVE_{name.upper()}": text for name, text in texts.items()},
        COMMANDS: json.dumps(_command_lines(lines, read)),
    }


def _within(folders: list[tuple[str, str]]) -> Iterator[str]:
    """What is wrong where one folder is another one, or lies in it."""
    paths = [(name, Path(os.path.normpath(text))) for name, text in folders]
    for name, path in paths:
        for other, above in paths:
            if name != other and above in (path, *path.parents):
                yield f"mserve.{name} = {path}: should not be in the folder of mserve.{other}"


def _command_lines(lines: Mapping[str, str], read: Callable[..., None]) -> dict[str, str]:
    prefix = f"mserve.{COMMAND}"
    found = {line.removeprefix(prefix): lines[line] for line in lines if line.startswith(prefix)}
    for name, text in found.items():
        read(f"{prefix}{name}", text, Template.parse)
        if not COMMAND_NAME.fullmatch(name):
            read(f"{prefix}{name}", text, _refuse_name)
    return found


def _refuse_name(text: str) -> None:
    raise ValueError("is no name of a command; right is for example mserve.command.pdf-text")


def _checked(faults: list[str], line: str, text: str, convert: Callable[[str], Any]) -> None:
    try:
        convert(text)
    except ValueError as fault:
        faults.append(f"{line} = {text}: {fault}")
