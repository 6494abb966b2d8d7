"""Profiles over HTTP: as one document in JSON or YAML, piece by piece, and by their versions."""

from typing import Any

import pytest
import yaml

FILES = "/demo/files"
PROFILES = f"{FILES}/-/profiles"
PROFILE = f"{PROFILES}/mine"
SETS = f"{PROFILE}/workflows/ingest/sets"
TASKS = f"{SETS}/0/tasks"
YAML = "application/yaml"
PATCH = "application/json-patch+json"
DOCUMENT = {
    "workflows": {
        "ingest": {
            "sets": [
                {"name": "one", "tasks": [{"task": "mime"}, {"task": "checksum"}]},
                {"name": "two", "tasks": [{"task": "verify", "retries": 3}]},
            ]
        },
        "by hand": {"sets": []},
    }
}


@pytest.fixture
def mine(admin: Any) -> Any:
    """The document of a profile `mine` of two sets."""
    made = admin.json("PUT", PROFILE, DOCUMENT)
    assert made.status_int == 201, made.json
    return made.json


def names(admin: Any, url: str = SETS) -> list[str]:
    sets = admin("GET", url.removesuffix("/sets")).json["sets"]
    return [each["name"] for each in sets]


def tasks(admin: Any, number: int = 0) -> list[str]:
    return [each["task"] for each in admin("GET", f"{SETS}/{number}").json["tasks"]]


def version(admin: Any) -> int:
    return int(admin("GET", PROFILE).json["version"])


def send(admin: Any, method: str, url: str, body: str, kind: str = YAML, **headers: str) -> Any:
    return admin(method, url, body=body.encode(), headers={"Content-Type": kind, **headers})


def test_a_document_in_yaml_is_that_in_json(admin: Any, mine: Any) -> None:
    read = admin("GET", PROFILE, headers={"Accept": YAML})
    assert (read.content_type, read.headers["Vary"]) == (YAML, "Accept")
    assert yaml.safe_load(read.text) == mine
    changed = send(admin, "PUT", PROFILE, read.text.replace("retries: 3", "retries: 4"))
    assert changed.json["workflows"]["ingest"]["sets"][1]["tasks"][0]["retries"] == 4
    made = send(admin, "PUT", f"{PROFILES}/other", read.text, Accept=YAML)
    assert (made.status_int, made.content_type) == (201, YAML)
    assert made.headers["Location"].endswith("/-/profiles/other")


def test_faults_in_yaml_are_told_with_line_and_column(admin: Any, stored: Any) -> None:
    before = stored()
    text = (
        "workflows:\n  ingest:\n    sets:\n    - tasks:\n      - task: nothing\n        queue: no\n"
    )
    refused = send(admin, "PUT", PROFILE, text)
    assert refused.status_int == 400
    task = "/workflows/ingest/sets/0/tasks/0"
    told = {each["place"]: each["detail"] for each in refused.json["faults"]}
    assert set(told) == {f"{task}/task", f"{task}/queue"}
    assert told[f"{task}/queue"].endswith("(line 6, column 16)")
    for text in ("a: &a {}\nb: *a", "workflows: {}\nworkflows: {}", "- 1", "", "\xff"):
        assert send(admin, "PUT", PROFILE, text).status_int == 400
    raw = admin("PUT", PROFILE, body=b"\xff", headers={"Content-Type": YAML})
    assert "no UTF-8" in raw.json["detail"]
    large = send(admin, "PUT", PROFILE, "#" * (1 << 18) + "\nworkflows: {}")
    assert "at most 262144 bytes" in large.json["detail"]
    assert stored() == before


def test_a_name_that_comes_twice_in_json_is_refused(admin: Any) -> None:
    twice = send(admin, "PUT", PROFILE, '{"workflows": {}, "workflows": {}}', "application/json")
    assert "'workflows' comes twice" in twice.json["detail"]


def test_what_changes_nothing_makes_no_version(admin: Any, mine: Any) -> None:
    for method, document in (("PUT", mine), ("PATCH", {"workflows": {"ingest": {}}})):
        assert admin.json(method, PROFILE, document).json["version"] == 1
    assert admin.json("PATCH", f"{SETS}/0", {"name": "one"}).headers["ETag"] == '"1"'
    arguments = {"task": "verify", "arguments": {"expected": "1"}}
    assert admin.json("PUT", f"{TASKS}/0", arguments).headers["ETag"] == '"2"'


def test_pieces_are_read_at_their_places(admin: Any, mine: Any) -> None:
    ingest = mine["workflows"]["ingest"]
    assert admin("GET", f"{PROFILE}/workflows/ingest").json == ingest
    assert admin("GET", f"{SETS}/1").json == ingest["sets"][1]
    assert admin("GET", f"{SETS}/1/tasks/0").json == ingest["sets"][1]["tasks"][0]
    assert admin("GET", f"{PROFILE}/workflows/by%20hand").json["sets"] == []
    for wrong in ("2", "-1", "00", "x", "1/more", "1/tasks/1", "1/tasks/0/task", "9" * 5000):
        assert admin("GET", f"{SETS}/{wrong}").status_int == 404, wrong


def test_sets_are_added_edited_moved_and_removed(admin: Any, mine: Any) -> None:
    made = admin.json("POST", f"{SETS}?at=0", {"name": "zero", "tasks": []})
    assert (made.status_int, made.headers["ETag"]) == (201, '"2"')
    assert admin("GET", made.headers["Location"]).json == made.json
    assert admin.json("POST", SETS, {"name": "last", "tasks": []}).status_int == 201
    assert names(admin) == ["zero", "one", "two", "last"]
    assert admin.json("POST", f"{SETS}/3", {"to": 1}).json["name"] == "last"
    assert names(admin) == ["zero", "last", "one", "two"]
    assert admin.json("PATCH", f"{SETS}/1", {"on_failure": "continue"}).status_int == 200
    assert admin("DELETE", f"{SETS}/0").status_int == 204
    last = {"name": "last", "on_failure": "continue", "tasks": []}
    assert admin("GET", f"{SETS}/0").json == last
    assert version(admin) == 6


def test_tasks_are_added_edited_moved_and_removed(admin: Any, mine: Any) -> None:
    assert admin.json("POST", f"{TASKS}?at=1", {"task": "poster"}).status_int == 201
    assert tasks(admin) == ["mime", "poster", "checksum"]
    edited = admin.json("PATCH", f"{TASKS}/1", {"arguments": {"width": 500}, "retries": 0})
    assert edited.json["arguments"] == {"width": 500}
    assert admin.json("PATCH", f"{TASKS}/1", {"retries": None}).json["retries"] == 2
    assert admin.json("POST", f"{TASKS}/1", {"to": 0}).json["task"] == "poster"
    assert tasks(admin) == ["poster", "mime", "checksum"]
    assert admin.json("POST", f"{TASKS}/0", {"to": 1, "set": 1}).json["task"] == "poster"
    assert (tasks(admin), tasks(admin, 1)) == (["mime", "checksum"], ["verify", "poster"])
    assert admin("DELETE", f"{TASKS}/0").status_int == 204
    assert tasks(admin) == ["checksum"]


def test_workflows_are_made_and_removed(admin: Any, mine: Any) -> None:
    made = admin.json("PUT", f"{PROFILE}/workflows/a%2Fb", DOCUMENT["workflows"]["ingest"])
    assert made.status_int in (400, 404)
    made = admin.json("PUT", f"{PROFILE}/workflows/new~one", DOCUMENT["workflows"]["ingest"])
    assert (made.status_int, made.json["window"]) == (201, 3600)
    assert admin("GET", made.headers["Location"]).json == made.json
    for name in ("new~one", "ingest"):
        assert admin("DELETE", f"{PROFILE}/workflows/{name}").status_int == 204
    left = admin("GET", PROFILE).json["workflows"]
    assert sorted(left) == ["access", "by hand", "ingest", "periodic", "update"]
    assert left["ingest"]["sets"] == []


BAD: list[tuple[str, str, Any, str]] = [
    ("POST", f"{TASKS}?at=3", {"task": "mime"}, "from 0 to 2"),
    ("POST", f"{TASKS}?at=x", {"task": "mime"}, "from 0 to 2"),
    ("POST", TASKS, {"task": "nothing"}, "/workflows/ingest/sets/0/tasks/2/task"),
    ("PUT", f"{TASKS}/1", {"task": "mime", "condition": "("}, "sets/0/tasks/1/condition"),
    ("PATCH", f"{TASKS}/1", {"arguments": {"algorithm": 5}}, "sets/0/tasks/1/arguments"),
    ("PATCH", f"{TASKS}/1", {"task": None}, "sets/0/tasks/1/task"),
    ("POST", f"{TASKS}/1", {"to": 2}, "from 0 to 1"),
    ("POST", f"{TASKS}/1", {"to": 2, "set": 1}, "from 0 to 1"),
    ("POST", f"{TASKS}/1", {"to": 0, "set": 2}, "/set: should be a place from 0 to 1"),
    ("POST", f"{TASKS}/1", {}, "/to: is missing"),
    ("POST", f"{SETS}/1", {"to": True}, "from 0 to 1"),
    ("PUT", f"{PROFILE}/workflows/new", {"sets": 5}, "/workflows/new/sets"),
    ("PATCH", PROFILE, {"workflows": None}, "/workflows: is missing"),
    ("PATCH", PROFILE, {"workflows": {"a/b": {"sets": []}}}, "/workflows/a~1b"),
    ("PATCH", PROFILE, {"workflows": {"x": {"sets": [], "y": "\ud800"}}}, "surrogate"),
]


def test_each_bad_change_is_told_and_changes_nothing(admin: Any, mine: Any, subtests: Any) -> None:
    for method, url, document, words in BAD:
        with subtests.test(f"{method} {url} {document}"):
            refused = admin.json(method, url, document)
            assert (refused.status_int, words in refused.json["detail"]) == (400, True), (
                refused.json
            )
    assert admin("GET", PROFILE).json == mine


def patch(admin: Any, *operations: Any) -> Any:
    return admin.json("PATCH", PROFILE, [*operations], **{"Content-Type": PATCH})


def test_a_json_patch_is_done_whole_or_not(admin: Any, mine: Any) -> None:
    way = "/workflows/ingest/sets"
    done = patch(
        admin,
        {"op": "test", "path": f"{way}/0/name", "value": "one"},
        {"op": "move", "from": f"{way}/0", "path": f"{way}/1"},
        {"op": "add", "path": f"{way}/-", "value": {"name": "three", "tasks": []}},
    )
    assert done.json["version"] == 2
    assert names(admin) == ["two", "one", "three"]
    failed = patch(
        admin,
        {"op": "remove", "path": f"{way}/0"},
        {"op": "test", "path": f"{way}/0/name", "value": "two"},
    )
    assert failed.status_int == 409
    assert names(admin) == ["two", "one", "three"]


DOUBLE = [{"op": "copy", "from": "", "path": f"/{n}"} for n in range(60)]
NEST = [{"op": "move", "from": "/workflows/ingest", "path": "/workflows/ingest/x"}]


@pytest.mark.parametrize(
    ("operations", "places"),
    [
        ([5, {"op": "go", "path": "/a"}, {"op": "add", "path": 5, "value": 1}], ["/0", "/1", "/2"]),
        ([{"op": "remove", "path": "/x"}], ["/0"]),
        ([{"op": "replace", "path": "/workflows", "value": 5}], ["/workflows"]),
        ([{"op": "add", "path": "/more", "value": 5}], ["/more"]),
        (NEST, ["/0"]),
        ([{"op": "add", "path": "", "value": []}], []),
        ({"op": "remove"}, []),
        (DOUBLE, []),
    ],
)
def test_a_patch_that_cannot_be_used(
    admin: Any, mine: Any, operations: Any, places: list[str]
) -> None:
    refused = admin.json("PATCH", PROFILE, operations, **{"Content-Type": PATCH})
    assert refused.status_int == 400, refused.json
    assert [each["place"] for each in refused.json.get("faults", [])] == places
    assert admin("GET", PROFILE).json == mine


def test_a_lost_update_is_refused(admin: Any, mine: Any) -> None:
    tag = admin("GET", PROFILE).headers["ETag"]
    assert tag == '"1"' == admin("GET", f"{TASKS}/0").headers["ETag"]
    first = admin.json("PATCH", f"{TASKS}/0", {"retries": 5}, **{"If-Match": tag})
    assert (first.status_int, first.headers["ETag"]) == (200, '"2"')
    for method, url in (("PUT", PROFILE), ("PATCH", PROFILE), ("PUT", f"{TASKS}/1"),
                        ("POST", SETS), ("POST", f"{SETS}/0")):  # fmt: skip
        late = admin.json(method, url, {}, **{"If-Match": tag})
        assert late.status_int == 412, url
        assert 'the entity tag is "2"' in late.json["detail"]
    for url in (PROFILE, f"{TASKS}/0"):
        assert admin("DELETE", url, headers={"If-Match": tag}).status_int == 412
    assert admin("DELETE", f"{TASKS}/0", headers={"If-Match": '"2-yaml"'}).status_int == 204
    assert admin.json("PUT", PROFILE, DOCUMENT, **{"If-None-Match": "*"}).status_int == 412


def test_who_has_it_is_not_sent_it_again(admin: Any, mine: Any) -> None:
    for url in (PROFILE, f"{TASKS}/0", f"{PROFILE}/versions/1"):
        assert admin("GET", url, headers={"If-None-Match": '"1"'}).status_int == 304
        assert admin("GET", url, headers={"If-Match": '"2"'}).status_int == 412
    as_yaml = {"Accept": YAML, "If-None-Match": '"1"'}
    assert admin("GET", PROFILE, headers=as_yaml).status_int == 200
    assert admin("GET", PROFILE, headers=as_yaml | {"If-None-Match": '"1-yaml"'}).status_int == 304


def test_former_versions_are_kept(admin: Any, mine: Any) -> None:
    for retries in (5, 6, 7):
        admin.json("PATCH", f"{TASKS}/0", {"retries": retries})
    page = admin("GET", f"{PROFILE}/versions?limit=3").json
    assert ([each["version"] for each in page["items"]], page["total"]) == ([4, 3, 2], 4)
    last = admin("GET", page["next"]).json
    assert ([each["version"] for each in last["items"]], last["next"]) == ([1], None)
    former = admin("GET", last["items"][0]["url"]).json
    assert former["workflows"] == mine["workflows"] and former["version"] == 1
    assert (
        admin("GET", f"{PROFILE}/versions/4").json["workflows"]
        == (admin("GET", PROFILE).json["workflows"])
    )
    back = admin("POST", f"{PROFILE}/versions/1").json
    assert (back["version"], back["workflows"]) == (5, mine["workflows"])
    for wrong in ("0", "6", "x", "99999999999"):
        assert admin("GET", f"{PROFILE}/versions/{wrong}").status_int == 404
    for cursor, status in (("0", 200), ("9" * 18, 200), ("x", 400)):
        assert admin("GET", f"{PROFILE}/versions?cursor={cursor}").status_int == status


def test_a_job_names_the_version_that_it_ran(admin: Any, customer: Any, mine: Any) -> None:
    admin.json("PATCH", f"{FILES}/", {"profile": "mine"})
    first = customer("PUT", f"{FILES}/a", body=b"x").json["job"]
    admin("DELETE", f"{SETS}/1")
    second = customer("PUT", f"{FILES}/b", body=b"x").json["job"]
    found = [customer("GET", url).json for url in (first, second)]
    assert [job["profile_version"] for job in found] == [1, 2]
    assert [len(job["sets"]) for job in found] == [2, 1]


def test_a_profile_in_use_is_not_removed(admin: Any, mine: Any) -> None:
    assert admin("DELETE", f"{PROFILES}/default").status_int == 409
    admin.json("PATCH", PROFILE, {"workflows": {"by hand": None}})
    assert admin("DELETE", PROFILE).status_int == 204
    assert admin("GET", PROFILE).status_int == 404
    again = admin.json("PUT", PROFILE, DOCUMENT).json
    assert again["version"] == 3  # no tag and no version is ever another one
    admin.json("PATCH", f"{FILES}/", {"profile": "mine"})
    assert admin("DELETE", PROFILE).status_int == 409
    assert admin("DELETE", f"{PROFILES}/default").status_int == 204


def test_a_customer_sees_profiles_and_changes_none(customer: Any, mine: Any) -> None:
    assert customer("GET", f"{TASKS}/0").json["task"] == "mime"
    for method, url in (("PUT", PROFILE), ("PATCH", PROFILE), ("PUT", f"{TASKS}/0"),
                        ("POST", TASKS), ("POST", f"{PROFILE}/versions/1"),
                        ("PUT", f"{PROFILE}/workflows/new")):  # fmt: skip
        assert customer.json(method, url, {}).status_int == 403, url
    for url in (PROFILE, f"{TASKS}/0"):
        assert customer("DELETE", url).status_int == 403
    assert customer("GET", "/demo/-/profiles").status_int == 404


def test_a_container_gives_its_profiles_to_new_services(admin: Any, customer: Any) -> None:
    own = "/demo/-/profiles"
    quick = {"workflows": {"ingest": {"sets": [{"tasks": [{"task": "mime"}]}]}}}
    for name in ("default", "ours"):
        assert admin.json("PUT", f"{own}/{name}", quick).status_int == 201
    made = admin.json("POST", "/demo/", {"name": "new", "profile": "ours"})
    assert (made.status_int, made.json["profile"]) == (201, "ours")
    items = admin("GET", "/demo/new/-/profiles").json["items"]
    assert [each["name"] for each in items] == ["default", "ours", "transcode"]
    assert [len(each["workflows"]["ingest"]["sets"]) for each in items] == [1, 1, 3]
    assert admin.json("POST", "/demo/", {"name": "no", "profile": "nothing"}).status_int == 400
    assert len(admin("GET", f"{FILES}/-/profiles/default").json["workflows"]["ingest"]["sets"]) == 2
    added = admin.json("POST", f"{own}/ours/workflows/ingest/sets/0/tasks", {"task": "checksum"})
    assert added.status_int == 201
    explained = admin.json("POST", f"{own}/ours/explain", {"file": {"name": "a"}})
    assert [task["runs"] for task in explained.json["sets"][0]["tasks"]] == [True, True]
    assert admin.json("POST", f"{own}/ours/explain", {"path": "a"}).status_int == 400
    assert admin("DELETE", f"{own}/default").status_int == 204
    assert admin("GET", f"{own}").json["total"] == 1


def test_a_new_service_starts_by_its_containers_clock(admin: Any, see: Any) -> None:
    remind = {"task": "fetch", "arguments": {"url": "https://example.org/feed.xml"}}
    clock = {"schedule": {"cron": "30 7 * * *"}, "sets": [{"tasks": [remind]}]}
    made = admin.json("PUT", "/demo/-/profiles/default", {"workflows": {"feed": clock}})
    assert made.status_int == 201, made.json
    assert admin.json("POST", "/demo/", {"name": "new"}).status_int == 201
    [scheduled] = admin("GET", "/demo/new/-/schedules").json["items"]
    assert (scheduled["workflow"], bool(scheduled["next"])) == ("feed", True)
