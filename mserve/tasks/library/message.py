"""Message: an email about a file, of templates whose values cannot become headers."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import make_msgid
from fnmatch import fnmatchcase

from mserve import outlets
from mserve.errors import TaskError
from mserve.outside.answer import MIMETYPE, UNKNOWN
from mserve.tasks.source import Source

PLACE = re.compile(r"\{(\w+)\}")
CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
SUBJECT = 200  # characters
PARTS = ("message", "multipart")  # whose content would have to be what they say
ATTACHED = 10 << 20  # bytes; most servers take 20 MB, of which base64 needs a third


def write(
    source: Source, sender: str, to: Sequence[str], subject: str, text: str, attach: bool
) -> EmailMessage:
    """The message; raises TaskError where it cannot be written."""
    message = EmailMessage(policy=SMTP)
    values = {"name": source.name, "size": str(source.size), "mimetype": source.mimetype}
    try:
        message["From"] = Address(addr_spec=sender)
        message["To"] = [Address(addr_spec=each) for each in to]
        message["Subject"] = _one_line(fill(subject, values))[:SUBJECT]
        message["Date"] = datetime.now(UTC)
        message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's vacation answers
        message.set_content(fill(text, values))
    except ValueError as fault:
        raise TaskError(f"the message cannot be written: {fault}") from fault
    if attach:
        _attach(message, source)
    return message


def fill(template: str, values: Mapping[str, str]) -> str:
    """Raises TaskError for a place that nothing is known for."""
    if unknown := set(PLACE.findall(template)) - {*values}:
        names = ", ".join(f"{{{each}}}" for each in values)
        raise TaskError(f"{{{min(unknown)}}} is not known in subject and text; known: {names}")
    return PLACE.sub(lambda place: values[place[1]], template)


def recipients(to: str | Sequence[object], allowed: Sequence[str]) -> list[str]:
    """The addresses; raises TaskError for what is none, and for one that is not allowed."""
    found = [to] if isinstance(to, str) else [*to]
    if not found:
        raise TaskError("to is empty; right is an address, or a list of these")
    return [_recipient(each, allowed) for each in found]


def _recipient(text: object, allowed: Sequence[str]) -> str:
    if not isinstance(text, str) or not outlets.ADDRESS.fullmatch(text):
        raise TaskError(f"{text!r:.80} is no address of mail such as files@example.com")
    if not any(fnmatchcase(text.lower(), each.lower()) for each in allowed):
        raise TaskError(
            f"{text} may not be written to; mserve.mail_to in the ini allows: "
            f"{' '.join(allowed) or 'nobody'}"
        )
    return text


def _attach(message: EmailMessage, source: Source) -> None:
    if source.size > ATTACHED:
        raise TaskError(f"the file has {source.size} bytes; at most {ATTACHED} can be attached")
    said = source.mimetype.partition(";")[0].strip().lower()
    main, _, sub = (said if MIMETYPE.fullmatch(said) else UNKNOWN).partition("/")
    if main in PARTS:
        main, _, sub = UNKNOWN.partition("/")
    content = source.path.read_bytes()
    message.add_attachment(content, maintype=main, subtype=sub, filename=_one_line(source.name))


def _one_line(text: str) -> str:
    return CONTROL.sub(" ", text)
