"""The email task, with a mail server that is real but for what it does with the letters."""

import re
import socket
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

from mserve.errors import TaskError
from mserve.outside.address import Unreachable
from mserve.tasks.library.mail import email
from mserve.tasks.library.message import ATTACHED
from tests.unit.tasks.library import certificates
from tests.unit.tasks.library.fresh import run_fresh
from tests.unit.tasks.library.post import receiving

TO = "ann@example.com"


@pytest.fixture
def ini(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """ini(smtp=…) sets lines of the ini, as a worker hands them on."""

    def lines(**texts: str) -> None:
        for name, text in texts.items():
            monkeypatch.setenv(f"MSERVE_{name.upper()}", text)

    lines(mail_from="files@mserve.example", mail_to="*@example.com bob@example.org")
    return lines


def test_a_letter_arrives(source_of: Any, ini: Any) -> None:
    source = source_of(b"abc", "naïve {size}.txt")
    with receiving() as post:
        ini(smtp=f"smtp://127.0.0.1:{post.port}")
        result = email(
            source,
            to=[TO, "bob@example.org"],
            subject="New: {name}",
            text="{name} has {size} bytes of {mimetype}.\n.\nThe end, {size} €",
        )
    ((sender, recipients, _, message),) = post.letters
    assert (sender, recipients) == ("files@mserve.example", [TO, "bob@example.org"])
    assert result == {"id": message["Message-ID"], "refused": []}
    assert re.fullmatch(r"<.+@mserve\.example>", result["id"])
    assert message["From"] == "files@mserve.example"
    assert message["To"] == "ann@example.com, bob@example.org"
    assert message["Subject"] == "New: naïve {size}.txt"
    assert parsedate_to_datetime(message["Date"]).tzinfo
    assert message.get_content().replace("\r\n", "\n") == (
        "naïve {size}.txt has 3 bytes of application/octet-stream.\n.\nThe end, 3 €\n"
    )


@pytest.mark.parametrize("mimetype", ["image/png", "message/rfc822", "nonsense", "text/x; a=b"])
def test_a_small_file_is_attached(source_of: Any, ini: Any, mimetype: str) -> None:
    content = bytes(range(256)) * 50
    source = source_of(content, 'a "naïve"\r\nX-Bad: 1.png')
    object.__setattr__(source, "mimetype", mimetype)
    with receiving() as post:
        ini(smtp=f"smtp://127.0.0.1:{post.port}")
        email(source, to=TO, text="here it is", attach=True)
    ((_, _, raw, message),) = post.letters
    (part,) = message.iter_attachments()
    assert part.get_payload(decode=True) == content
    assert part.get_filename() == 'a "naïve" X-Bad: 1.png'
    assert b"\nX-Bad" not in raw and "X-Bad" not in message
    unknown = "application/octet-stream"
    wanted = {"message/rfc822": unknown, "nonsense": unknown, "text/x; a=b": "text/x"}
    assert part.get_content_type() == wanted.get(mimetype, mimetype)


def test_a_large_file_is_not_attached(source_of: Any, ini: Any) -> None:
    ini(smtp="smtp://127.0.0.1:9")
    with pytest.raises(TaskError, match=f"has {ATTACHED + 1} bytes; at most {ATTACHED} can be"):
        email(source_of(bytes(ATTACHED + 1)), to=TO, attach=True)


@pytest.mark.parametrize(
    "name",
    ["a\r\nBcc: e@example.com", "a\nBcc: e@example.com\n\nbody", "a\rX\x00\x0b\x85\u2028b"],
)
def test_no_header_is_smuggled_in(source_of: Any, ini: Any, name: str) -> None:
    with receiving() as post:
        ini(smtp=f"smtp://127.0.0.1:{post.port}")
        email(source_of(b"", name), to=TO, subject="New: {name}\r\nCc: eve@example.com")
    ((_, recipients, raw, message),) = post.letters
    assert recipients == [TO]
    assert "Bcc" not in message and "Cc" not in message
    assert len(message.get_all("Subject", [])) == 1
    assert b"\nBcc" not in raw.partition(b"\r\n\r\n")[0]


@pytest.mark.parametrize(
    "to",
    [
        "", "ann", "@example.com", "ann@", "ann@example.com\r\nRCPT TO:<eve@evil.example>",
        "ann@example.com,eve@evil.example", "Ann <ann@example.com>", '"a b"@example.com',
        "ann@evil.example@example.com", "ann@example.com ", "änn@example.com", "ann@[127.0.0.1]",
        "a..b@example.com", 7, [], [TO, None], "<ann@example.com>",
    ],
)  # fmt: skip
def test_recipients_are_addresses(source_of: Any, ini: Any, to: Any) -> None:
    ini(smtp="smtp://127.0.0.1:9")
    with pytest.raises(TaskError, match=r"no address of mail such as|to is empty"):
        email(source_of(b""), to=to if isinstance(to, list) else [to])


@pytest.mark.parametrize("to", ["eve@evil.example", "ann@sub.example.com", "eve@example.org"])
def test_the_ini_says_who_may_be_written_to(source_of: Any, ini: Any, to: str) -> None:
    ini(smtp="smtp://127.0.0.1:9")
    with pytest.raises(TaskError, match=f"{to} may not be written to; mserve.mail_to"):
        email(source_of(b""), to=[TO, to])
    ini(mail_to="")
    with pytest.raises(TaskError, match="in the ini allows: nobody"):
        email(source_of(b""), to=TO)


def test_templates_know_three_places(source_of: Any, ini: Any) -> None:
    ini(smtp="smtp://127.0.0.1:9")
    for template in ("{nam}", "{name.__class__} {path}"):
        with pytest.raises(TaskError, match=r"is not known in subject and text; known: {name}"):
            email(source_of(b""), to=TO, subject=template)
    with pytest.raises(TaskError, match="the message cannot be written"):
        email(source_of(b""), to=TO, text="\ud800")


@pytest.mark.parametrize(
    ("reply", "fault"), [("550 no such user", TaskError), ("450 later", Unreachable)]
)
def test_what_the_server_refuses(source_of: Any, ini: Any, reply: str, fault: Any) -> None:
    with receiving() as post:
        ini(smtp=f"smtp://127.0.0.1:{post.port}")
        post.replies[TO] = reply
        with pytest.raises(fault, match=f"takes nothing for {TO}"):
            email(source_of(b""), to=TO)
        result = email(source_of(b""), to=[TO, "bob@example.org"])
        assert result["refused"] == [TO] and len(post.letters) == 1
        post.replies = {"DATA": reply}
        with pytest.raises(fault, match=f"127.0.0.1 answers {reply}"):
            email(source_of(b""), to=TO)


def test_a_password_goes_by_tls_alone(
    source_of: Any, ini: Any, secrets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, context = certificates.make(tmp_path, "127.0.0.2")
    secrets.write_text("[mail]\nsecret = open sesame, please\nhosts = 127.0.0.2\n")
    ini(smtp_secret="mail")
    with receiving("127.0.0.2") as post:
        ini(smtp=f"smtp://me%40here@127.0.0.2:{post.port}")
        with pytest.raises(TaskError, match=r"127.0.0.2: STARTTLS extension not supported"):
            email(source_of(b""), to=TO)
        assert post.users == []
    with receiving("127.0.0.2", context) as post:
        ini(smtp=f"smtp://me%40here@127.0.0.2:{post.port}")
        with pytest.raises(TaskError, match="certificate that is not trusted"):
            email(source_of(b""), to=TO)
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        email(source_of(b""), to=TO)
        assert post.users == [(b"me@here", b"open sesame, please", True)]
        post.password = b"another"
        with pytest.raises(TaskError, match="answers 535") as caught:
            email(source_of(b""), to=TO)
        assert "sesame" not in str(caught.value) and len(post.letters) == 1


def test_tls_from_the_first_byte(
    source_of: Any, ini: Any, secrets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, context = certificates.make(tmp_path, "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    secrets.write_text("[mail]\nsecret = open sesame, please\nhosts = 127.0.0.1\n")
    with receiving(ssl_context=context) as post:
        ini(smtp=f"smtps://me@127.0.0.1:{post.port}", smtp_secret="mail")
        email(source_of(b""), to=TO)
    assert len(post.users) == len(post.letters) == 1


def test_what_is_missing_in_the_ini(source_of: Any, ini: Any) -> None:
    with pytest.raises(TaskError, match=r"no mail is sent here; mserve\.smtp and mserve\.mail_fr"):
        email(source_of(b""), to=TO)
    ini(smtp="smtp://me@127.0.0.1:9")
    with pytest.raises(TaskError, match=r"me's password is missing; mserve\.smtp_secret"):
        email(source_of(b""), to=TO)
    ini(smtp="nonsense")
    with pytest.raises(TaskError, match="MSERVE_SMTP: should be as smtp://"):
        email(source_of(b""), to=TO)


def test_nobody_at_home(source_of: Any, ini: Any) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        ini(smtp=f"smtp://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(Unreachable, match=r"the mail server 127\.0\.0\.1 cannot be reached"):
            email(source_of(b""), to=TO)


def test_in_a_process_of_its_own(tmp_path: Path, ini: Any) -> None:
    with receiving() as post:
        ini(smtp=f"smtp://127.0.0.1:{post.port}")
        done = run_fresh("email", {"to": TO, "attach": True}, tmp_path)
    assert done["result"]["refused"] == [] and post.letters[0][3]["Subject"] == "a.txt"
