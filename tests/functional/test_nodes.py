"""A node without the shared folder: what it reads and makes goes by the ZEO server."""

import io
import os
import subprocess
import sys
from pathlib import Path

import httpx
from PIL import Image

from tests.functional.jobs import ended
from tests.functional.stack import Stack

CACHED = """
[app:main]
use = egg:mserve
mserve.data = {own}
mserve.redis = unix://{data}/redis.sock
zodbconn.uri = zeosync://{data}/zeo.sock?storage=1&server_sync=1&shared_blob_dir=0&blob_dir={own}/blobs
"""


def test_a_node_without_the_shared_folder_works_by_a_cache(unserved: Stack, tmp_path: Path) -> None:
    ini = tmp_path / "node2.ini"
    ini.write_text(CACHED.format(own=tmp_path / "own", data=unserved.data))
    variables = {name: each for name, each in os.environ.items() if name != "MSERVE_DATA"}
    command = [sys.executable, "-m", "mserve.cli", "worker", str(ini), "normal=1"]
    worker = subprocess.Popen(command, env=variables)
    try:
        with httpx.Client(base_url=unserved.demo_url, timeout=30) as client:
            picture = io.BytesIO()
            Image.new("RGB", (300, 200), "blue").save(picture, "png")
            made = client.put("blue.png", content=picture.getvalue()).json()
            assert ended(client, made["job"])["state"] == "done"
            small = client.get("blue.png/-/thumbnail")
            assert Image.open(io.BytesIO(small.content)).size == (192, 128)
    finally:
        worker.terminate()
        worker.wait(20)
    assert [*(tmp_path / "own" / "blobs").rglob("*.blob")], "the content was read from there"
