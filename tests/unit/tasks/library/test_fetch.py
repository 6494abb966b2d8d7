"""The fetch task against real servers; test_exchange.py has what is common to all exchanges."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from mserve.errors import TaskError
from mserve.outside.address import Unreachable
from mserve.tasks.library.fetch import fetch
from mserve.tasks.registry import TaskRegistry
from tests.unit.tasks.library.fresh import run_each
from tests.unit.tasks.library.web import Handler, Web

TASK = TaskRegistry.load()["fetch"]
CONTENT = bytes(range(256)) * 12_000
ETAG, MODIFIED = '"33a64df5"', "Wed, 21 Oct 2015 07:28:00 GMT"


def file(handler: Handler) -> None:
    """Answers 304 as RFC 9110 wants it."""
    if ETAG in (handler.headers["If-None-Match"] or ""):
        handler.head(304, ETag=ETAG)
    elif handler.headers["If-Modified-Since"] == MODIFIED:
        handler.head(304)
    else:
        handler.answer(
            200, CONTENT, ETag=ETAG, Last_Modified=MODIFIED, Content_Type="Image/PNG; q=1"
        )


def test_a_file_comes_with_all_that_is_said_of_it(source_of: Any, web: Web) -> None:
    told: list[tuple[float, str]] = []
    source = source_of(b"", report=lambda fraction, words: told.append((fraction, words)))
    url = web("/a/the%20cat.png", file)
    outcome = fetch(source, url=url.replace("://", "://me:secret@") + "?x=1#top")
    assert outcome.result == {
        "changed": True,
        "status": 200,
        "url": url + "?x=1",
        "etag": ETAG,
        "modified": MODIFIED,
        "size": len(CONTENT),
        "sha256": hashlib.sha256(CONTENT).hexdigest(),
    }
    (output,) = outcome.outputs
    assert (output.name, output.mimetype) == ("the cat.png", "image/png")
    assert output.path.read_bytes() == CONTENT and output.path.parent == source.scratch
    assert told[-1] == (1.0, f"{len(CONTENT)} bytes") and len(told) == 3
    assert told == sorted(told) and 0.3 < told[0][0] < 0.4
    assert web.asked[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("condition", [{"etag": ETAG}, {"modified": MODIFIED}])
def test_what_has_not_changed_is_not_fetched(
    source_of: Any, web: Web, condition: dict[str, str]
) -> None:
    url = web("/a", file)
    outcome = fetch(source_of(b""), url=url, **condition)
    assert outcome.result == {"changed": False, "status": 304, "url": url}
    assert outcome.outputs == ()
    assert fetch(source_of(b""), url=url, etag='"other"').result["changed"] is True


def test_names_and_types(source_of: Any, web: Web) -> None:
    url = web(
        "/a",
        lambda handler: handler.answer(
            200, b"x", Content_Disposition="attachment; filename*=UTF-8''%E2%82%AC.txt",
            Content_Type="nonsense",
        ),
    )  # fmt: skip
    (output,) = fetch(source_of(b""), url=url).outputs
    assert (output.name, output.mimetype) == ("€.txt", "application/octet-stream")
    (output,) = fetch(source_of(b""), url=url, name="mine.txt").outputs
    assert output.name == "mine.txt"
    for name in ("a/b", "..", "x" * 300):
        with pytest.raises(TaskError):
            fetch(source_of(b""), url=url, name=name)


def test_an_empty_file_is_a_file(source_of: Any, web: Web) -> None:
    outcome = fetch(source_of(b""), url=web("/a", lambda handler: handler.answer(200)))
    assert outcome.result["size"] == 0 and outcome.outputs[0].path.read_bytes() == b""


def test_most_is_kept(source_of: Any, web: Web) -> None:
    url = web("/a", file)
    with pytest.raises(TaskError, match="more than the 1000 bytes allowed"):
        fetch(source_of(b""), url=url, most=1000)
    assert fetch(source_of(b""), url=url, most=len(CONTENT)).result["size"] == len(CONTENT)
    assert TASK.check({"url": url, "most": 0}) == ["most should be from 1 to 68719476736, not 0"]


@pytest.mark.parametrize("bad", ["a\r\nX: y", "ü", "a\0"])
def test_conditions_cannot_become_headers(source_of: Any, web: Web, bad: str) -> None:
    for name in ("etag", "modified"):
        condition: Any = {name: bad}
        with pytest.raises(TaskError, match="etag and modified are as an answer gave them"):
            fetch(source_of(b""), url=web("/a", file), **condition)


def test_faults_are_told_apart(source_of: Any, web: Web) -> None:
    with pytest.raises(TaskError, match="/none answers 404 Not Found"):
        fetch(source_of(b""), url=web.url + "/none")
    with pytest.raises(Unreachable, match="/b answers 503 Service Unavailable"):
        fetch(source_of(b""), url=web("/b", lambda handler: handler.answer(503)))
    with pytest.raises(TaskError, match="/c answers 304"):
        fetch(source_of(b""), url=web("/c", lambda handler: handler.head(304)))


def test_in_a_process_of_its_own(web: Web, tmp_path: Path) -> None:
    """It learns there what the ini allows, and its faults come back for what they are."""
    web("/b", lambda handler: handler.answer(500))
    urls = [web("/a", file), web.url + "/none", web.url + "/b", f"http://127.0.0.2:{web.port}/"]
    fetched, none, fault, special = run_each("fetch", [{"url": url} for url in urls], tmp_path)
    assert fetched["result"]["size"] == len(CONTENT) and fetched["outputs"] == [["a", "image/png"]]
    assert none["fault"] == f"TaskError: {web.url}/none answers 404 Not Found"
    assert fault["fault"] == (
        f"Crashed: Unreachable: {web.url}/b answers 500 Internal Server Error"
    )
    assert "not on the public internet" in special["fault"]
