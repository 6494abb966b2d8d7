"""A web service on a real stack: it fetches the file by its link, and answers later, or never."""

import base64
import hashlib
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from mserve.tasks.library import signature
from tests.functional.ports import free_port
from tests.functional.stack import Stack, wait_for
from tests.unit.tasks.library.web import SECRET, Handler, Web, serving

JSON = "application/json"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    secrets = tmp_path_factory.mktemp("secrets") / "secrets.ini"
    secrets.write_text(f"[ocr]\nsecret = {SECRET}\nhosts = 127.0.0.1\n")
    secrets.chmod(0o600)
    port = free_port()
    stack = Stack(
        workers="normal=1 priority=1", lease="2", heartbeat="0.5", sweep_interval="0.5",
        outside_allow="127.0.0.1", secrets=str(secrets), url=f"http://127.0.0.1:{port}/",
    )  # fmt: skip
    try:
        yield stack.start("--port", str(port))
    finally:
        stack.end()


@pytest.fixture
def client(stack: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack.demo_url, timeout=30) as client:
        yield client


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as web:
        yield web


def start(client: httpx.Client, url: str, **arguments: Any) -> str:
    """The job of a web service on a file, whose own jobs have ended."""
    made = client.put("letter.txt", content=b"Dear Anna").json()
    wait_for(lambda: client.get(made["job"]).json()["ended"])
    arguments = {"url": url, "send": "url", "secret_name": "ocr", **arguments}
    task = {"task": "web_service", "arguments": arguments}
    return str(client.post(made["links"]["jobs"], json=task).json()["url"])


def task_of(client: httpx.Client, job: str) -> Any:
    return client.get(job).json()["sets"][0]["tasks"][0]


def call_back(place: str, body: bytes) -> int:
    digest = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
    signed = signature.signed(digest.encode(), SECRET)
    headers = {**signed, "Content-Digest": digest, "Content-Type": JSON}
    return httpx.post(place, content=body, headers=headers, timeout=30).status_code


def test_a_service_answers_later_and_no_worker_waits(
    stack: Stack, client: httpx.Client, web: Web
) -> None:
    told: list[Any] = []

    def accept(handler: Handler) -> None:
        told.append(json.loads(handler.body))
        handler.answer(202)

    job = start(client, web("/ocr", accept), wait=60)
    wait_for(lambda: task_of(client, job)["state"] == "awaiting")
    other = client.post("letter.txt/-/jobs", json={"task": "checksum"}).json()["url"]
    wait_for(lambda: client.get(other).json()["state"] == "done")  # by the only worker
    assert httpx.get(told[0]["url"]).content == b"Dear Anna"
    assert call_back(told[0]["callback"], b'{"text": "Dear Anna"}') == 204
    wait_for(lambda: client.get(job).json()["state"] == "done")
    assert task_of(client, job)["result"] == {"text": "Dear Anna"}
    assert call_back(told[0]["callback"], b"{}") == httpx.get(told[0]["url"]).status_code == 404


def test_a_service_that_never_answers_costs_an_attempt(
    stack: Stack, client: httpx.Client, web: Web
) -> None:
    job = start(client, web("/ocr", lambda handler: handler.answer(202)), wait=1)
    told = wait_for(lambda: [each["error"] for each in task_of(client, job)["attempts"][1:]])
    assert told == ["no answer came in time"]
    assert client.post(job, json={"action": "cancel"}).json()["state"] == "cancelled"
