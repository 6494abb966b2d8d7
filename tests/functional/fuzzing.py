"""Schemathesis on a stack: what it is told of the tree, so that it meets more than 404.

Operations get the names of things that are there; what removes or renames gets things that this
module, which is also Schemathesis' hooks module, makes again before each call.
"""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import schemathesis
from PIL import Image

from tests.functional.stack import Stack, wait_for

SERVICE = "/demo/files"
PHOTOS = f"{SERVICE}/photos"
CAT = f"{PHOTOS}/cat.png"
DOOMED = ("/doomed", "/doomed/doomed", f"{SERVICE}/doomed.txt")
SPARE = 4
SEED = os.environ.get("SCHEMATHESIS_SEED", "20261123")
OFF = ("ignored_auth", "positive_data_acceptance")
"""Who has no key learns nothing, so gets 404, not 401. And a schema can't tell which names are
free, which roles a key may give away, or which times are in the future."""
BOTH = {
    "service": [
        "GET /{path}",
        *(f"POST {way}/-/uploads/{{upload}}" for way in ("", "/{path}")),
        *(f"POST {way}/-/batch" for way in ("", "/{path}")),
    ]
}
BOTH["site"] = [each.replace(" ", " /{container}/{service}") for each in BOTH["service"]]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
Headers = tuple[str, ...]
REFUSED = [400, 401, 403, 404, 405, 406, 409, 411, 412, 413, 415, 422, 429, 460]


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


def config(ids: dict[str, Any], root: str) -> dict[str, Any]:
    """Schemathesis' settings for the document of that root: `site`, or `service`."""
    way = "/{container}/{service}" if root == "site" else ""
    places = {"container": "demo", "service": "files", "path": "photos/cat.png", "version": 1}
    pieces_of = {"profile": "default", "workflow": "ingest", "set": 0, "task": 0}
    known = {**places, **pieces_of, "job": ids["job"], "output": ids["output"]}
    known |= {"answer": "0-0-1", "user": ids["user"], "object": f"{1:016x}"}
    files = ["other.txt", "new.txt", "new/deep.txt"]
    by_place: list[tuple[str, str, dict[str, Any]]] = [
        (f"{way}/{{path}}", "PUT", {"path": {"dictionary": "files"}}),
        (f"{way}/{{path}}/-/content", "PUT", {"path": "other.txt"}),
        (f"{way}/{{path}}", "POST", {"path": "photos"}),
        *((f"{way}/{{path}}", method, {"path": "doomed.txt"}) for method in ("PATCH", "DELETE")),
    ]
    for name in ("container", "service") if root == "site" else ():
        place = "/{container}/" if name == "container" else "/{container}/{service}/"
        doomed = {"container": "doomed", "service": "doomed"}
        by_place += [(place, method, doomed) for method in ("PATCH", "DELETE")]
        by_place += [(f"{place}-/{each}", "PATCH", doomed) for each in ("quotas", "properties")]
    if root == "site":  # one that was removed and made again has no first version any more
        by_place.append(("/{container}/-/profiles/{profile}", "DELETE", {"profile": "doomed"}))
    for node, place in (("site", ""), ("container", "/{container}"), ("service", way)):
        if root == "site" or node == root:
            by_place += of_key(f"{place}/-/keys/{{key}}", key=ids["keys"][node])
    by_place += of_key(f"{way}/{{path}}/-/keys/{{key}}", key=ids["keys"]["path"])
    by_place += [(f"{way}/{{path}}/-/{each}", "", {"path": "photos"})
                 for each in ("batch", "search", "uploads", "receipts", "webdav", "statement",
                              "statement/entries")]  # fmt: skip
    pieces = {"path": "photos", "upload": {"dictionary": "pieces"}}
    by_place.append((f"{way}/{{path}}/-/uploads/{{upload}}", "", pieces))
    lists = {
        "files": files,
        "trash": ids["trashed"],
        **{n: ids[n] for n in ("uploads", "pieces", "rounds")},
    }
    return {
        "hooks": "tests.functional.fuzzing",
        "dictionaries": {name: {"values": values} for name, values in lists.items()},
        "parameters": {
            **{f"path.{name}": value for name, value in known.items()},
            "path.trashed": {"dictionary": "trash"},
            "path.upload": {"dictionary": "uploads"},
            "query.wait": 1,
            "path.round": {"dictionary": "rounds"},
        },
        "checks": {
            **{name: {"enabled": False} for name in OFF},
            "negative_data_rejection": {"expected-statuses": REFUSED},
        },
        "operations": [operation(*each) for each in by_place] + [*map(mixed, BOTH[root])],
    }


def of_key(place: str, key: str) -> list[tuple[str, str, dict[str, Any]]]:
    below = ("", "/usage", "/statement", "/statement/entries")
    return [(f"{place}{each}", "", {"key": key}) for each in below]


def mixed(name: str) -> dict[str, Any]:
    """Operations that do one of several things, or several things, each refused on its own."""
    checks = {"negative_data_rejection": {"enabled": False}}
    return {"include-name": name, "checks": checks}


def operation(path: str, method: str, values: dict[str, Any]) -> dict[str, Any]:
    named = {f"path.{name}": value for name, value in values.items() if f"{{{name}}}" in path}
    names = [f"{each} {path}" for each in ([method] if method else METHODS)]
    return {"include-name": names, "parameters": named}


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
