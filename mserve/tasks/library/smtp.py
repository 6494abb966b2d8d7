"""SMTP: hands a message to the mail server that the ini names."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

from mserve.errors import TaskError
from mserve.outlets import MailServer
from mserve.outside.address import Unreachable
from mserve.outside.exchange import tls

PATIENCE = 60.0  # seconds
HERE = ("localhost", "127.0.0.1", "::1")  # nobody listens in between
PERMANENT = 500  # RFC 5321, 4.2.1: replies of 5yz


def send(message: EmailMessage, server: MailServer, password: str) -> list[str]:
    """Whom the server refused while it took the message for others.

    Raises TaskError where another attempt would fare no better, Unreachable where it might.
    """
    with _explained(server), _connect(server) as connection:
        if not server.encrypted and server.host not in HERE:
            _encrypt(connection, needed=bool(server.user))
        if server.user:
            connection.login(server.user, password)
        return sorted(connection.send_message(message))


def _connect(server: MailServer) -> smtplib.SMTP:
    if server.encrypted:
        return smtplib.SMTP_SSL(server.host, server.port, timeout=PATIENCE, context=tls())
    return smtplib.SMTP(server.host, server.port, timeout=PATIENCE)


def _encrypt(connection: smtplib.SMTP, needed: bool) -> None:
    """A password never goes in clear; a message does where the server knows no better."""
    connection.ehlo_or_helo_if_needed()
    if needed or connection.has_extn("starttls"):
        connection.starttls(context=tls())


@contextmanager
def _explained(server: MailServer) -> Iterator[None]:
    where = f"the mail server {server.host}"
    try:
        yield
    except smtplib.SMTPRecipientsRefused as fault:
        codes = {code for code, _ in fault.recipients.values()}
        words = f"{where} takes nothing for {', '.join(fault.recipients)}"
        raise _fault(min(codes), words) from fault
    except smtplib.SMTPResponseException as fault:
        said = fault.smtp_error
        words = said.decode(errors="replace") if isinstance(said, bytes) else said
        raise _fault(fault.smtp_code, f"{where} answers {fault.smtp_code} {words}") from fault
    except smtplib.SMTPNotSupportedError as fault:
        raise TaskError(f"{where}: {fault}") from fault
    except ssl.SSLCertVerificationError as fault:
        words = f"{where} has a certificate that is not trusted: {fault.verify_message}"
        raise TaskError(words) from fault
    except (smtplib.SMTPException, OSError) as fault:
        raise Unreachable(f"{where} cannot be reached: {fault}") from fault


def _fault(code: int, words: str) -> Exception:
    return TaskError(words) if code >= PERMANENT else Unreachable(words)
