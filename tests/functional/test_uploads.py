"""Uploads over real connections that break: by tus-js-client under Node, and by bare sockets."""

import hashlib
import json
import random
import signal
import socket
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil
import pytest

from tests.functional import npm
from tests.functional.cutting import Cutting
from tests.functional.stack import Stack, wait_for

CLIENT = Path(__file__).parent / "tus"
MIB = 1 << 20
TUS = {"Tus-Resumable": "1.0.0"}
CHUNK = "application/offset+octet-stream"


@pytest.fixture(scope="session")
def node() -> list[str]:
    """The command that uploads by tus-js-client."""
    npm.install(CLIENT)
    return ["node", str(CLIENT / "upload.mjs")]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "large file.bin"
    path.write_bytes(random.Random(1).randbytes(20 * MIB + 12345))
    return path


@pytest.fixture
def customer(stack: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack.demo_url, timeout=60) as client:
        yield client


def port(stack: Stack) -> int:
    return int(urlsplit(stack.url).port or 80)


def options(stack: Stack, file: Path, base: str = "", **more: Any) -> str:
    """What upload.mjs is called with; `base` is the URL of a proxy."""
    parts = urlsplit(stack.demo_url)
    endpoint = f"{base or f'{parts.scheme}://{parts.netloc}'}{parts.path}-/uploads"
    key = parts.path.split("/")[2]
    metadata = {"filename": file.name, **more.pop("metadata", {})}
    return json.dumps(
        {"file": str(file), "key": key, "endpoint": endpoint, "metadata": metadata, **more}
    )


def events(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def upload(node: list[str], given: str, *, status: int = 0) -> list[dict[str, Any]]:
    done = subprocess.run([*node, given], capture_output=True, text=True, timeout=120)
    assert done.returncode == status, done.stdout[-2000:] + done.stderr
    return events(done.stdout)


def check(customer: httpx.Client, told: list[dict[str, Any]], file: Path) -> None:
    """The file is there, as often as it was sent: once."""
    where = told[-1]["headers"]["mserve-location"]
    shown = customer.get(direct(customer, f"{where}/-/info")).json()
    assert shown["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert shown["version"] == 1


def direct(customer: httpx.Client, url: str) -> httpx.URL:
    """`url`, which may be that of a proxy, at the server itself."""
    return customer.base_url.join(urlsplit(url).path)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"chunkSize": 3 * MIB},
        {"uploadDataDuringCreation": True},
        {"uploadDataDuringCreation": True, "chunkSize": 4 * MIB},
        {"overridePatchMethod": True, "chunkSize": 7 * MIB},
        {"piped": True, "uploadLengthDeferred": True, "chunkSize": 5 * MIB},
    ],
    ids=["one piece", "pieces", "with creation", "first with creation", "POST", "deferred"],
)
def test_tus_js_client_uploads(
    stack: Stack, node: list[str], file: Path, customer: httpx.Client, more: Any
) -> None:
    name = f"{hashlib.md5(repr(more).encode()).hexdigest()}.bin"
    told = upload(node, options(stack, file, metadata={"filename": name}, **more))
    check(customer, told, file)


@pytest.mark.parametrize("size", [MIB, None], ids=["pieces", "one piece"])
def test_tus_js_client_goes_on_when_the_connection_is_cut(
    stack: Stack, node: list[str], file: Path, customer: httpx.Client, size: int | None
) -> None:
    more = {"chunkSize": size} if size else {}
    with Cutting(port(stack), [3 * MIB // 2, 7 * MIB + 77, 14 * MIB]) as proxy:
        name = {"filename": f"cut-{size}.bin"}
        told = upload(node, options(stack, file, proxy.url, metadata=name, **more))
        assert proxy.cuts == 3
    assert any("retry" in each for each in told)
    check(customer, told, file)


def test_a_client_that_was_killed_goes_on_where_it_was(
    stack: Stack, node: list[str], file: Path, customer: httpx.Client
) -> None:
    given = options(stack, file, chunkSize=MIB, metadata={"filename": "killed.bin"})
    with subprocess.Popen([*node, given], stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout
        url = json.loads(first.stdout.readline())["url"]
        for line in first.stdout:
            if json.loads(line).get("sent", 0) > 8 * MIB:
                break
        first.send_signal(signal.SIGKILL)
    path = direct(customer, url)
    offset = wait_for(lambda: int(customer.head(path, headers=TUS).headers["Upload-Offset"]))
    assert 7 * MIB <= offset < file.stat().st_size
    told = upload(node, options(stack, file, uploadUrl=url, chunkSize=MIB))
    assert min(each["sent"] for each in told if "sent" in each) >= offset
    check(customer, told, file)


def test_a_web_server_that_is_killed_loses_no_piece(
    make_stack: Any, node: list[str], file: Path
) -> None:
    stack = make_stack().start()
    given = options(stack, file, chunkSize=MIB // 2, retryDelays=[100, 200, 500, 1000, 2000, 4000])
    with subprocess.Popen([*node, given], stdout=subprocess.PIPE, text=True) as client:
        assert client.stdout
        told, killed = [], 0
        for line in client.stdout:
            told.append(json.loads(line))
            if told[-1].get("sent", 0) > (killed + 1) * 4 * MIB and killed < 3:
                stack.kill_web()
                killed += 1
    assert killed == 3
    assert "headers" in told[-1], told[-5:]
    with httpx.Client(base_url=stack.demo_url, timeout=60) as customer:
        check(customer, told, file)


BODY = random.Random(2).randbytes(300_000)


def form(body: bytes) -> bytes:
    head = 'Content-Disposition: form-data; name="file"; filename="cut-form"'
    return f"--XX\r\n{head}\r\n\r\n".encode() + body + b"\r\n--XX--\r\n"


def chunked(body: bytes) -> bytes:
    parts = [body[start : start + 10_000] for start in range(0, len(body), 10_000)]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


WAYS = {
    "put": ("PUT", "cut-put", BODY, "Content-Length: {}"),
    "chunked": ("PUT", "cut-chunked", chunked(BODY), "Transfer-Encoding: chunked"),
    "form": (
        "POST",
        "",
        form(BODY),
        "Content-Length: {}\r\nContent-Type: multipart/form-data; boundary=XX",
    ),
    "unpack": ("POST", "?unpack=tar", BODY, "Content-Length: {}"),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_connection_that_is_cut_stores_nothing(
    stack: Stack, customer: httpx.Client, way: str
) -> None:
    method, place, body, header = WAYS[way]
    path = urlsplit(stack.demo_url).path
    before = stack.spools()
    head = f"{method} {path}{place} HTTP/1.1\r\nHost: x\r\n{header.format(len(body))}\r\n\r\n"
    for tenth in range(10):
        with socket.create_connection(("127.0.0.1", port(stack))) as connection:
            connection.sendall(head.encode() + body[: len(body) * tenth // 10])
    assert customer.get("").status_code == 200
    names = [each["name"] for each in customer.get("?limit=1000").json()["items"]]
    assert not [name for name in names if name.startswith("cut-p") or name == "cut-form"]
    wait_for(lambda: not stack.spools() - before, limit=20)


def test_much_comes_in_little_memory(stack: Stack, customer: httpx.Client) -> None:
    server = psutil.Process(stack.pids()["web"])
    customer.put("warm", content=bytes(MIB))
    before = server.memory_info().rss
    blocks = (bytes(MIB) for _ in range(256))
    answer = customer.put("large", content=blocks, headers={"Content-Length": str(256 * MIB)})
    assert answer.status_code == 201
    metadata = f"filename {b64encode(b'large-tus').decode()}"
    given = {**TUS, "Upload-Length": str(256 * MIB), "Upload-Metadata": metadata}
    where = customer.post("-/uploads", headers=given).headers["Location"]
    for start in range(0, 256, 64):
        piece = {**TUS, "Upload-Offset": str(start * MIB), "Content-Type": CHUNK}
        assert customer.patch(where, content=bytes(64 * MIB), headers=piece).status_code == 204
    assert server.memory_info().rss - before < 20 * MIB
    customer.delete("large")
    customer.delete("large-tus")
