"""What a real nginx sends counts by the byte, by its own log, cut short and rotated meanwhile."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from tests.functional.deployed import NAME, Front
from tests.functional.ports import free_port
from tests.functional.stack import DEVELOPMENT, Stack, wait_for
from tests.functional.test_reads import used

SIZE, LARGE = 100_000, 64 << 20
SOME = {"Range": "bytes=100-299"}
FILE, BIG = "/demo/files/in/a.bin", "/demo/files/in/big.bin"
HEADER = "X-Mserve-Read"


class Site(NamedTuple):
    """A stack behind the nginx of deploy/, and a client of that."""

    stack: Stack
    front: Front
    client: httpx.Client

    @property
    def log(self) -> Path:
        return self.front.folder / "mserve-reads.log"

    def curl(self, path: str, *options: str) -> bool:
        """Whether curl got it whole."""
        where = f"{NAME}:{self.front.port}:127.0.0.1"
        key = f"Authorization: Bearer {self.stack.admin}"
        trust = str(self.front.folder / "tls.crt")
        command = ["curl", "-sS", "-o", "/dev/null", "--resolve", where, "--cacert", trust]
        url = f"{self.front.url}{path}"
        done = subprocess.run([*command, "-H", key, *options, url], stderr=subprocess.DEVNULL)
        return done.returncode == 0

    def reopen(self) -> None:
        """As logrotate has it after it has moved the log."""
        assert self.front.process
        self.front.process.send_signal(signal.SIGUSR1)
        wait_for(self.log.exists, 10)

    def figures(self, path: str, reports: int) -> Any:
        """What is counted at the file, once it is so many reads; and no more a moment later."""
        wait_for(lambda: used(self.stack, path).get("access", {}).get("reports", 0) >= reports, 30)
        time.sleep(1.2)
        told = used(self.stack, path)
        assert told["access"]["reports"] == reports
        return told


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    stack, port = Stack(), free_port()
    front = Front("nginx", f"127.0.0.1:{port}", stack.data / "blobs")
    own = {"sendfile": "nginx", "sweep_interval": "0.5", "workers": "normal=1",
           "front_log": str(front.folder / "mserve-reads.log")}  # fmt: skip
    stack.ini = stack.write_ini(DEVELOPMENT, own)
    try:
        stack.start("--port", str(port))
        with stack.client(stack.admin) as admin:
            admin.put(FILE, content=bytes(SIZE)).raise_for_status()
            admin.put(BIG, content=bytes(LARGE)).raise_for_status()
        with front.start().client() as client:
            client.headers["Authorization"] = f"Bearer {stack.admin}"
            yield Site(stack, front, client)
    finally:
        front.end()
        stack.end()


def test_each_read_counts_once_with_the_log_rotated_meanwhile(site: Site) -> None:
    whole = site.client.get(FILE)
    assert whole.content == bytes(SIZE)
    assert HEADER not in whole.headers
    assert site.client.get(FILE, headers=SOME).status_code == 206
    site.log.rename(site.log.with_name("mserve-reads.log.1"))
    site.client.get(FILE).raise_for_status()  # it is logged where the log has gone
    site.reopen()
    assert site.curl(FILE, "--http2")
    shutil.copy(site.log, site.log.with_name("mserve-reads.log.2"))
    os.kill(scheduler := site.stack.pids()["scheduler"], signal.SIGKILL)
    os.truncate(site.log, 0)
    assert site.curl(FILE, "--http1.1", "-r", "-1000")
    site.stack.await_new_pid("scheduler", scheduler)

    assert site.client.head(FILE).status_code == 200
    assert (
        site.client.get(FILE, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304
    )
    assert site.client.get(FILE, headers={"Range": f"bytes={SIZE}-"}).status_code == 416
    several = site.client.get(FILE, headers={"Range": "bytes=0-9,20-29"})  # mserve sends these
    assert several.status_code == 206
    told = site.figures(FILE, 6)
    assert told["access"]["total"] == 3 * SIZE + 200 + 1000 + 20
    assert told["responsetime"]["reports"] == told["accesstime"]["reports"] == 6
    assert "interrupted" not in told


def test_who_goes_in_the_middle_is_charged_what_left(site: Site) -> None:
    target = f"GET {BIG} HTTP/1.1\r\nHost: {NAME}:{site.front.port}\r\n"
    with site.front.connect() as connection:
        connection.sendall(f"{target}Authorization: Bearer {site.stack.admin}\r\n\r\n".encode())
        received = len(connection.recv(1 << 16))
        while received < 1 << 20:
            received += len(connection.recv(1 << 16))
    for version in ("--http1.1", "--http2"):
        assert not site.curl(BIG, version, "--limit-rate", "4M", "--max-time", "0.7")
    assert site.curl(BIG)
    told = site.figures(BIG, 4)
    logged = [json.loads(line) for line in site.log.read_text().splitlines()]
    cut = [int(each["sent"]) for each in logged if not each["whole"]]
    assert told["interrupted"]["total"] == len(cut) == 3
    assert told["access"]["total"] == sum(cut) + LARGE
    assert all(1 << 20 <= each < LARGE for each in cut)
    assert told["accesstime"]["total"] > 2 * 500


def test_no_name_of_a_read_is_in_another_log_or_counts_by_hand(site: Site) -> None:
    """A client may send the header: it is no word of mserve's."""
    before = used(site.stack, BIG)["access"]["reports"]
    name = json.loads(site.log.read_text().splitlines()[-1])["read"]
    for _ in range(3):
        assert site.client.get("/-/health", headers={HEADER: name}).status_code == 200
    time.sleep(1.2)
    assert used(site.stack, BIG)["access"]["reports"] == before
    assert name not in (site.front.folder / "mserve-access.log").read_text()
