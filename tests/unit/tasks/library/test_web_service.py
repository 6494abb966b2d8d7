"""The web_service task: a file goes there, and what comes back is result or output."""

import base64
import hashlib
import json
import time
from pathlib import Path
from typing import Any

import pytest

from mserve.errors import TaskError
from mserve.outside.address import Unreachable
from mserve.tasks.library.web_service import BLOCK, JSON_MOST, web_service
from mserve.tasks.registry import TaskRegistry
from tests.unit.tasks.library.test_webhook import verify
from tests.unit.tasks.library.web import Handler, Web

TASK = TaskRegistry.load()["web_service"]


def answers(body: bytes, mimetype: str = "application/json", status: int = 200, **more: str) -> Any:
    return lambda handler: handler.answer(status, body, Content_Type=mimetype, **more)


def test_the_file_is_sent_with_its_digest(source_of: Any, web: Web, secrets: Path) -> None:
    told: list[float] = []
    content = bytes(range(256)) * (3 * BLOCK // 256) + b"end"
    source = source_of(content, "naïve\n.png", report=lambda fraction, _: told.append(fraction))
    url = web("/ocr", answers(b'{"text": "hello"}', "Application/JSON; charset=utf-8"))
    outcome = web_service(source, url=url, secret_name="billing")
    assert outcome.result == {"text": "hello"} and outcome.outputs == ()
    (asked,) = web.asked
    assert (asked.method, asked.body) == ("POST", content)
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    assert asked.headers["content-digest"] == f"sha-256=:{digest}:"
    assert asked.headers["content-length"] == str(len(content))
    assert asked.headers["content-type"] == "application/octet-stream"
    assert asked.headers["accept"] == "application/json"
    assert asked.headers["content-disposition"].endswith("''na%C3%AFve%0A.png")
    verify(asked, asked.headers["content-digest"].encode())
    assert told == sorted(told) and len(told) > 4


def test_facts_are_sent_instead(source_of: Any, web: Web) -> None:
    source = source_of(b"abc", "a.txt", metadata={"title": "A"})
    outcome = web_service(source, url=web("/", answers(b"[1, 2]")), method="PUT", send="json")
    assert outcome.result == {"answer": [1, 2]}
    (asked,) = web.asked
    assert (asked.method, asked.headers["content-type"]) == ("PUT", "application/json")
    assert json.loads(asked.body)["metadata"] == {"title": "A"}
    digest = base64.b64encode(hashlib.sha256(asked.body).digest()).decode()
    assert asked.headers["content-digest"] == f"sha-256=:{digest}:"


def test_an_address_of_the_file_is_sent_instead(source_of: Any, web: Web) -> None:
    more = {"url": "http://h/k/secret/-/content", "sha256": "ab"}
    web_service(source_of(b"abc", "a.txt", **more), url=web("/", answers(b"{}")), send="url")
    (asked,) = web.asked
    assert {"name": "a.txt", "size": 3, **more}.items() <= json.loads(asked.body).items()


def test_a_site_without_an_address_sends_none(source_of: Any, web: Web) -> None:
    with pytest.raises(TaskError, match=r"the ini needs mserve\.url"):
        web_service(source_of(b"abc"), url=web("/", answers(b"{}")), send="url")
    assert web.asked == []


def test_an_empty_file_is_sent(source_of: Any, web: Web) -> None:
    web_service(source_of(b""), url=web("/", answers(b"{}")))
    assert web.asked[0].headers["content-length"] == "0" and web.asked[0].body == b""


@pytest.mark.parametrize("accept", [["image/png"], ["image/*"], ["*/*"], ["text/x", "image/png"]])
def test_other_types_become_an_output(source_of: Any, web: Web, accept: list[str]) -> None:
    disposition = 'attachment; filename="small.png"'
    route = answers(b"picture", "image/png", 201, Content_Disposition=disposition)
    outcome = web_service(source_of(b"abc"), url=web("/", route), accept=accept)
    (output,) = outcome.outputs
    assert (output.name, output.mimetype) == ("small.png", "image/png")
    assert output.path.read_bytes() == b"picture"
    assert outcome.result == {"status": 201}
    assert web.asked[0].headers["accept"] == ", ".join(accept)


def test_another_type_than_was_wanted_is_told(source_of: Any, web: Web) -> None:
    with pytest.raises(TaskError, match="answers with text/html, not application/json"):
        web_service(source_of(b""), url=web("/", answers(b"<html>", "text/html")))
    with pytest.raises(TaskError, match="answers with application/json, not image/"):
        web_service(source_of(b""), url=web("/b", answers(b"{}")), accept=["image/*"])


@pytest.mark.parametrize("wrong", ["png", "image/png\r\nX: y", "*/png", 3, "image/"])
def test_accept_holds_media_types(source_of: Any, web: Web, wrong: Any) -> None:
    with pytest.raises(TaskError, match="accept holds media types such as"):
        web_service(source_of(b""), url=web.url, accept=[wrong])
    assert web.asked == []


def test_no_content_is_an_answer(source_of: Any, web: Web) -> None:
    url = web("/", lambda handler: handler.head(204))
    assert web_service(source_of(b""), url=url).result == {"status": 204}


@pytest.mark.parametrize("text", [b"{", b"\xff\xfe", b"[" * 500_000])
def test_broken_json_is_told(source_of: Any, web: Web, text: bytes) -> None:
    with pytest.raises(TaskError, match="answers with broken JSON"):
        web_service(source_of(b""), url=web("/", answers(text)))


def test_limits_of_the_answer(source_of: Any, web: Web) -> None:
    large = json.dumps("x" * JSON_MOST).encode()
    with pytest.raises(TaskError, match=f"more than the {JSON_MOST} bytes"):
        web_service(source_of(b""), url=web("/a", answers(large)))
    url = web("/b", answers(bytes(1001), "image/png"))
    with pytest.raises(TaskError, match="more than the 1000 bytes"):
        web_service(source_of(b""), url=url, accept=["image/png"], most=1000)


def test_a_service_that_refuses_before_it_has_read(source_of: Any, web: Web) -> None:
    def refuse(handler: Handler) -> None:
        handler.answer(413)
        time.sleep(0.3)

    web.unread.add("/")
    with pytest.raises(TaskError, match="answers 413"):
        web_service(source_of(bytes(20 << 20)), url=web("/", refuse))
    with pytest.raises(Unreachable, match="answers 502"):
        web_service(source_of(b""), url=web("/b", answers(b"", status=502)))


def test_a_redirect_is_not_followed_with_the_file(source_of: Any, web: Web) -> None:
    url = web("/", lambda handler: handler.answer(307, Location="http://127.0.0.1/b"))
    with pytest.raises(TaskError, match=r"leads to http://127.0.0.1/b: give that address"):
        web_service(source_of(b"abc"), url=url)


def test_arguments_are_checked_when_saved() -> None:
    faults = TASK.check({"url": "http://h/", "method": "GET", "send": "all", "accept": "x"})
    assert len(faults) == 3
