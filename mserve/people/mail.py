"""What people are told by mail: handed to the mail server of the ini, once their request is done.

Without a mail server each message is a file in `<data>/mail`, which its owner alone can read.
"""

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from secrets import token_hex
from typing import Any, NamedTuple

from pyramid_mailer.mailer import Mailer
from pyramid_mailer.message import Message

from mserve import outlets
from mserve.errors import Conflict
from mserve.tasks.library import smtp
from mserve.tasks.library.secret import look_up

log = logging.getLogger(__name__)
NOBODY = "mserve@localhost"


class Handover(NamedTuple):
    """Hands a message to the mail server; `settings` has the secrets."""

    server: outlets.MailServer
    settings: Any

    def send(self, sender: str, to: Any, message: Any) -> None:
        """As pyramid_mailer has its own `smtp_mailer` do it."""
        lines = self.settings.outlets
        password = ""
        if self.server.user:
            password = look_up(lines["MSERVE_SMTP_SECRET"], self.server.host, lines)
        smtp.send(message, self.server, password)


class Files:
    """Writes each message into a file, as it is: somebody copies the link out of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send_immediately(self, message: Message) -> None:
        """As pyramid_mailer's mailers have it."""
        written = message.to_message()
        written.set_param("charset", "utf-8")
        written.replace_header("Content-Transfer-Encoding", "8bit")
        written.set_payload(message.body.encode().decode("ascii", "surrogateescape"))
        self.folder.mkdir(mode=0o700, exist_ok=True)
        (self.folder / f"{time.time_ns()}-{token_hex(4)}.eml").write_bytes(written.as_bytes())


class Post:
    """Sends messages one after another, beside the requests: nobody can tell from how long an
    answer takes whether a message went out."""

    def __init__(self, settings: Any) -> None:
        lines = settings.outlets
        server = outlets.mail_server(lines["MSERVE_SMTP"])
        self.site = lines["MSERVE_URL"].rstrip("/")
        self.real = server is not None
        self.sender = lines["MSERVE_MAIL_FROM"] or NOBODY
        self._mailer = (
            Files(settings.data / "mail")
            if server is None
            else Mailer(smtp_mailer=Handover(server, settings))
        )
        self._thread = ThreadPoolExecutor(1, "mail")

    def base(self, here: str) -> str:
        """Where links in messages begin; `here` is what the request calls this site.

        Raises Conflict where that is not to be believed: the client chooses it (Host), and would
        choose where the secret in a link to somebody else goes.
        """
        if not self.site and self.real:
            raise Conflict("no link can be sent: mserve.url in the ini has to say where this is")
        return self.site or here

    def send_after(self, transaction: Any, to: str | None, subject: str, text: str) -> None:
        """Sends a message once `transaction` is committed; to who has no address nothing."""
        if to is not None:
            message = Message(subject, [to], text, sender=self.sender)
            transaction.addAfterCommitHook(self._if_committed, (message,))

    def _if_committed(self, committed: bool, message: Message) -> None:
        if committed:
            self._thread.submit(self._send, message)

    def _send(self, message: Message) -> None:
        try:
            self._mailer.send_immediately(message)
        except Exception:
            log.exception("a message was not sent")

    def settle(self) -> None:
        """Waits until what was handed in so far is sent, or has failed."""
        self._thread.submit(lambda: None).result()
