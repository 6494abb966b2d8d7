"""The webhook task: signed as the receivers' libraries check it."""

import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mserve.errors import TaskError
from mserve.outside.address import Unreachable
from mserve.tasks.library.signature import signature, signed
from mserve.tasks.library.webhook import webhook
from mserve.tasks.registry import TaskRegistry
from tests.unit.tasks.library.web import SECRET, Asked, Web

TASK = TaskRegistry.load()["webhook"]


def verify(asked: Asked, content: bytes) -> None:
    """As a receiver does, by the specification."""
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    id, seconds = asked.headers["webhook-id"], asked.headers["webhook-timestamp"]
    assert abs(time.time() - int(seconds)) < 30 and id.startswith("msg_")
    code = hmac.new(key, f"{id}.{seconds}.".encode() + content, hashlib.sha256).digest()
    assert asked.headers["webhook-signature"] == "v1," + base64.b64encode(code).decode()


def test_the_message_is_signed(source_of: Any, web: Web, secrets: Path) -> None:
    url = web("/hook", lambda handler: handler.answer(204))
    source = source_of(b"abc", "naïve.txt", metadata={"title": "A"})
    result = webhook(source, url=url, event="invoice.stored", secret_name="billing")
    (asked,) = web.asked
    assert result == {"status": 204, "url": url, "id": asked.headers["webhook-id"]}
    verify(asked, asked.body)
    assert (asked.method, asked.headers["content-type"]) == ("POST", "application/json")
    message = json.loads(asked.body)
    told = datetime.fromisoformat(message["timestamp"])
    assert abs((datetime.now(UTC) - told).total_seconds()) < 30
    assert message["type"] == "invoice.stored"
    assert message["data"] == {
        "name": "naïve.txt",
        "size": 3,
        "mimetype": "application/octet-stream",
        "metadata": {"title": "A"},
    }


def test_a_signature_that_others_have_computed() -> None:
    """The example in the documentation of Svix, who wrote the specification."""
    id, content = "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}'
    wanted = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert signature(SECRET, id, 1614265330, content) == wanted


def test_without_a_secret_there_is_no_signature(source_of: Any, web: Web) -> None:
    webhook(source_of(b""), url=web("/hook", lambda handler: handler.answer(200)))
    assert "webhook-signature" not in web.asked[0].headers
    assert web.asked[0].headers["webhook-id"]


def test_a_secret_of_other_letters_is_taken_as_it_is() -> None:
    secret = "any text that is long enough"
    headers = signed(b"{}", secret)
    text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{{}}".encode()
    code = hmac.digest(secret.encode(), text, hashlib.sha256)
    assert headers["webhook-signature"] == "v1," + base64.b64encode(code).decode()


@pytest.mark.parametrize(
    ("secret", "words"),
    [
        ("whsec_!", "not base64"),
        ("whsec_YWJj", "shorter than 16"),
        ("short", "shorter than 16"),
    ],
)
def test_bad_secrets_are_told_but_not_shown(secret: str, words: str) -> None:
    with pytest.raises(TaskError, match=words) as caught:
        signed(b"", secret)
    assert secret.removeprefix("whsec_") not in str(caught.value).replace("shorter", "")


@pytest.mark.parametrize("status", [400, 404, 410, 302, 300])
def test_what_is_final(source_of: Any, web: Web, status: int) -> None:
    url = web("/hook", lambda handler: handler.answer(status, Location="/elsewhere"))
    with pytest.raises(TaskError, match=f"/hook answers {status}"):
        webhook(source_of(b""), url=url)
    assert len(web.asked) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_is_tried_again(source_of: Any, web: Web, status: int) -> None:
    with pytest.raises(Unreachable, match=f"/hook answers {status}"):
        webhook(source_of(b""), url=web("/hook", lambda handler: handler.answer(status)))


def test_arguments_hold_no_secret() -> None:
    assert TASK.check({"url": "http://h/", "secret": "x"}) == [
        "unknown argument 'secret'; known: url, event, secret_name"
    ]
