"""The email task: a message about a file, with the file if it is small, to whom the ini allows."""

import os
from collections.abc import Callable
from typing import Any, TypeVar

from mserve import outlets
from mserve.errors import TaskError
from mserve.tasks.library.message import recipients, write
from mserve.tasks.library.secret import look_up
from mserve.tasks.library.smtp import send
from mserve.tasks.registry import Limits, task
from mserve.tasks.source import Source

T = TypeVar("T")
TIMEOUT = 300.0  # seconds


@task("email", timeout=TIMEOUT, limits=Limits(memory=512 << 20, cpu=120))
def email(
    source: Source,
    *,
    to: str | list[str],
    subject: str = "{name}",
    text: str = "{name} ({mimetype}, {size} bytes)",
    attach: bool = False,
) -> dict[str, Any]:
    """Send a message about the file."""
    server = _line("smtp", outlets.mail_server)
    sender = _line("mail_from", outlets.address)
    if server is None or not sender:
        raise TaskError("no mail is sent here; mserve.smtp and mserve.mail_from in the ini say how")
    allowed = _line("mail_to", outlets.recipients)
    message = write(source, sender, recipients(to, allowed), subject, text, attach)
    refused = send(message, server, _password(server))
    return {"id": message["Message-ID"], "refused": refused}


def _password(server: outlets.MailServer) -> str:
    if not server.user:
        return ""
    name = _line("smtp_secret", outlets.secret_name)
    if not name:
        raise TaskError(
            f"{server.user}'s password is missing; mserve.smtp_secret in the ini names it"
        )
    return look_up(name, server.host)


def _line(name: str, convert: Callable[[str], T]) -> T:
    """A line of the ini, as the worker hands it on."""
    variable = f"MSERVE_{name.upper()}"
    try:
        return convert(os.environ.get(variable, ""))
    except ValueError as fault:
        raise TaskError(f"{variable}: {fault}") from fault
