"""A mail server on a loopback address, that keeps what it is given."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


@dataclass
class Post:
    """`replies` are to recipients; `letters` are (sender, recipients, raw, message)."""

    port: int
    replies: dict[str, str] = field(default_factory=dict)
    letters: list[tuple[str, list[str], bytes, EmailMessage]] = field(default_factory=list)
    users: list[tuple[bytes, bytes, bool]] = field(default_factory=list)
    password: bytes = b"open sesame, please"

    async def handle_RCPT(  # noqa: N802 - as aiosmtpd calls it - as aiosmtpd has it
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        reply = self.replies.get(address, "250 OK")
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(  # noqa: N802 - as aiosmtpd calls it
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        message = message_from_bytes(envelope.content, _class=EmailMessage, policy=default)
        self.letters.append((envelope.mail_from, envelope.rcpt_tos, envelope.content, message))
        return self.replies.get("DATA", "250 taken")

    def authenticate(
        self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any
    ) -> AuthResult:
        self.users.append((data.login, data.password, session.ssl is not None))
        return AuthResult(success=data.password == self.password, handled=False)


@contextmanager
def receiving(
    host: str = "127.0.0.1", starttls: ssl.SSLContext | None = None, **more: Any
) -> Iterator[Post]:
    with socket.socket() as free:
        free.bind((host, 0))
        port = free.getsockname()[1]
    post = Post(port)
    controller = Controller(
        post, hostname=host, port=port, tls_context=starttls, authenticator=post.authenticate,
        auth_require_tls=False, **more,
    )  # fmt: skip
    controller.start()
    try:
        yield post
    finally:
        controller.stop()
