"""Schemathesis on a stack: what it is told of the tree, so that it meets more than 404.

Operations get the names of things that are there; what removes or renames gets things that this
module, which is also Schemathesis' hooks module, makes again before each call.
"""

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import schemathesis
from PIL import Image

from tests.functional.fuzzing_places import config
from tests.functional.stack import Stack, wait_for

SERVICE = "/demo/files"
PHOTOS = f"{SERVICE}/photos"
CAT = f"{PHOTOS}/cat.png"
DOOMED = ("/doomed", "/doomed/doomed", f"{SERVICE}/doomed.txt")
SPARE = 4
SEED = os.environ.get("SCHEMATHESIS_SEED", "20261123")
LEAST = 1000  # requests in a run
Headers = tuple[str, ...]


def prepare(stack: Stack, key: str) -> dict[str, Any]:
    """Makes one of each thing that has an id, and returns the ids. Uploads belong to `key`."""
    with stack.client(stack.admin) as admin, stack.client(key) as owner:
        admin.patch(f"{SERVICE}/", json={"properties": {"versions": 10_000}}).raise_for_status()
        for size in (300, 500):
            admin.put(CAT, content=picture(size)).raise_for_status()
        jobs = f"{CAT}/-/jobs"
        wait_for(lambda: all(each["ended"] for each in admin.get(jobs).json()["items"]))
        job = admin.get(jobs).json()["items"][0]
        outputs = [o["url"] for s in job["sets"] for task in s["tasks"] for o in task["outputs"]]
        for n in range(SPARE):
            admin.put(f"{SERVICE}/gone{n}.txt", content=b"gone").raise_for_status()
            admin.delete(f"{SERVICE}/gone{n}.txt").raise_for_status()
        trashed = [each["id"] for each in admin.get(f"{SERVICE}/-/trash").json()["items"]]
        admin.put(f"{SERVICE}/other.txt", content=b"other").raise_for_status()
        renew(admin)
        renew_profiles(admin)
        nodes = {"site": "", "container": "/demo", "service": SERVICE, "path": CAT}
        return {
            "job": job["id"],
            "output": outputs[0].rpartition("/")[2],
            "trashed": trashed,
            "user": new_user(admin),
            "rounds": [new_round(admin) for _ in range(SPARE)],
            "keys": {name: new_key(admin, node) for name, node in nodes.items()},
            "uploads": [new_upload(owner, SERVICE) for _ in range(SPARE)],
            "pieces": [new_upload(owner, PHOTOS) for _ in range(SPARE)],
        }


def picture(size: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (size, size), "teal").save(file, "PNG")
    return file.getvalue()


def new_key(admin: httpx.Client, node: str) -> str:
    made = admin.post(f"{node}/-/keys", json={"role": "auditor"}).raise_for_status()
    return str(made.json()["id"])


def new_user(admin: httpx.Client) -> str:
    user = {"name": "anna", "email": "anna@example.com"}
    return str(admin.post("/-/users", json=user).raise_for_status().json()["id"])


def new_round(admin: httpx.Client) -> str:
    made = admin.post(f"{SERVICE}/-/rounds", json={"workflow": "ingest"}).raise_for_status()
    return str(made.json()["id"])


def new_upload(owner: httpx.Client, node: str) -> str:
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "10"}
    made = owner.post(f"{node}/-/uploads", headers=headers).raise_for_status()
    return str(made.headers["Location"].rpartition("/")[2])


def renew(admin: httpx.Client) -> None:
    """What may be removed is there again."""
    admin.post("/", json={"name": "doomed"})
    admin.post("/doomed/", json={"name": "doomed"})
    admin.put(DOOMED[2], content=b"x", headers={"If-None-Match": "*"})


@schemathesis.serializer("application/offset+octet-stream", "application/zip", "application/x-tar")
def raw(context: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value, default=str).encode()


def renew_profiles(admin: httpx.Client) -> None:
    """Those that operations name are what they were, with a set and a task."""
    workflows = {"ingest": {"sets": [{"name": "look", "tasks": [{"task": "mime"}]}]}}
    for node in ("/demo", SERVICE):
        admin.put(f"{node}/-/profiles/default", json={"workflows": workflows}).raise_for_status()


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    _, _, facet = case.operation.path.partition("/-/")
    removes = case.method in ("DELETE", "PATCH") and facet in ("", "quotas", "properties")
    profiles = case.method == "TRACE" and "/-/profiles/{profile}" in case.operation.path
    if removes or profiles:
        with httpx.Client(base_url=os.environ["FUZZ_URL"], timeout=60) as admin:
            admin.headers["Authorization"] = f"Bearer {os.environ['FUZZ_ADMIN']}"
            (renew_profiles if profiles else renew)(admin)


def toml(settings: dict[str, Any]) -> str:
    """As TOML, whose inline values are nearly JSON's."""
    lists = settings.pop("operations")
    text = "".join(f"{json.dumps(name)} = {inline(value)}\n" for name, value in settings.items())
    for each in lists:
        lines = (f"{json.dumps(name)} = {inline(value)}\n" for name, value in each.items())
        text += "[[operations]]\n" + "".join(lines)
    return text


def inline(value: Any) -> str:
    if isinstance(value, dict):
        pairs = (f"{json.dumps(name)} = {inline(each)}" for name, each in value.items())
        return "{" + ", ".join(pairs) + "}"
    return json.dumps(value)


def fuzz(
    stack: Stack, folder: Path, key: str, root: str, *options: str, headers: Headers = ()
) -> str:
    """What Schemathesis prints, with `key` as Bearer token, or in the path where root is `service`.

    With `headers` these say who asks, and not the key.

    Raises AssertionError where it found something.
    """
    file = folder / "schemathesis.toml"
    file.write_text(toml(config(prepare(stack, key), root)))
    way = "" if root == "site" else f"/k/{key}"
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(file), "--no-color"]
    command += ["run", f"{stack.url}{way}/-/openapi.json", "--seed", SEED, "--no-shrink"]
    command += ["--exclude-path-regex", r"/-/(jobs/events|events/usage)$"]  # they have no end
    command += ["--generation-database", "none", "--continue-on-failure", *options]
    for each in headers or (() if way else (f"Authorization: Bearer {key}",)):
        command += ["--header", each]
    environment = {**os.environ, "FUZZ_URL": stack.url, "FUZZ_ADMIN": stack.admin}
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2000:]
    return done.stdout


def requests(told: str) -> int:
    found = re.search(r"(\d+) generated, \1 passed", told)
    assert found, told
    return int(found[1])
