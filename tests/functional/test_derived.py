"""Files that tasks make, on a real stack: stored, pictured, traced to their source, made again."""

import io
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from PIL import Image
from prov.model import ProvDocument

from tests.functional.stack import Stack, wait_for

POSTER = {
    "task": "poster", "arguments": {"width": 800, "height": 600}, "mfile": "posters/{stem}.jpg",
    "condition": 'mfile.name == "cat.png"',
}  # fmt: skip


@pytest.fixture
def client(stack: Stack) -> Iterator[httpx.Client]:
    """Holds the key of a service of its own, whose workflow makes large posters."""
    with stack.client(stack.admin) as admin:
        assert admin.post("/", json={"name": "derived"}).status_code == 201
        service = admin.post("/derived/", json={"name": "files"}).json()
        profile = {"workflows": {"ingest": {"sets": [{"tasks": [POSTER]}]}}}
        answer = admin.put("/derived/files/-/profiles/default", json=profile)
        assert answer.status_code == 200, answer.text
        with httpx.Client(base_url=service["keys"][1]["url"], timeout=30) as client:
            yield client
        assert admin.delete("/derived/", params={"recursive": "true"}).status_code == 204


def picture(width: int, height: int) -> bytes:
    body = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(body, "PNG")
    return body.getvalue()


def size(body: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(body)) as image:
        return image.size


def done(client: httpx.Client, job: str) -> Any:
    """The job, once it has ended well."""
    wait_for(lambda: client.get(job).json()["ended"])
    found = client.get(job).json()
    assert found["state"] == "done", found
    return found


def test_a_file_is_made_and_traced_and_made_again(client: httpx.Client) -> None:
    source = client.put("in/cat.png", content=picture(1600, 800)).json()
    job = done(client, source["job"])
    [output] = job["sets"][0]["tasks"][0]["outputs"]
    made = client.get("in/posters/cat.jpg/-/info").json()
    assert (output["fault"], output["mfile"]) == (None, made["url"])
    assert size(client.get("in/posters/cat.jpg").content) == (800, 400)
    assert size(client.get(output["thumbnail"]).content) == (210, 105)

    by_hand = client.post(f"{output['url']}/mfile", json={"path": "kept/poster.jpg"})
    assert by_hand.status_code == 201, by_hand.text
    assert by_hand.json()["sha256"] == made["sha256"]
    assert made["renditions"]["thumbnail"]["width"] == 210

    graph = client.get("in/cat.png/-/provenance").json()
    names = [each["name"] for each in graph["entities"] if each["type"] == "mfile"]
    assert sorted(names) == ["cat.jpg", "cat.png", "poster.jpg"]
    [activity] = graph["activities"]
    assert (activity["task"], activity["arguments"]) == ("poster", POSTER["arguments"])
    assert {"mserve", "Pillow"} <= activity["tools"].keys()
    prov = client.get("kept/poster.jpg/-/provenance?format=prov").json()
    assert ProvDocument.deserialize(content=json.dumps(prov), format="json").get_records()

    client.put("in/cat.png", content=picture(400, 1200))
    assert client.get("in/posters/cat.jpg/-/info").json()["stale"]
    again = client.post("in/posters/cat.jpg/-/provenance", json={"action": "again"})
    assert again.status_code == 202, again.text
    done(client, again.json()["url"])
    made = client.get("in/posters/cat.jpg/-/info").json()
    assert (made["stale"], made["version"]) == (False, 2)
    assert size(client.get("in/posters/cat.jpg").content) == (200, 600)
