"""Files that are made of outputs, and what they tell of where they come from."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from prov.model import ProvDocument

from mserve import database, ingest
from mserve.resources.provenance import source_of
from mserve.tasks import attempts, engine
from mserve.tasks.claim import Ended, Finished, Taker
from mserve.tasks.outcome import Outcome, Output, Rendition
from mserve.tasks.thumbnails import Picture
from mserve.views.schemas import SCHEMAS
from tests.unit.locking import lock_at
from tests.unit.support import spool

FILES = "/demo/files"
TOOLS = {"mserve": "0.1.0", "Pillow": "13.0"}
HTML = {"Accept": "text/html"}


class Work:
    """Does what is due as a worker would, each task with one output of the given bytes."""

    def __init__(self, db: Any) -> None:
        self.db = db

    def __call__(self, job: str, body: bytes, name: str = "report", small: bytes = b"") -> None:
        made, tiny = spool(self.db, body), spool(self.db, small)
        output = Output(name, Path("x"), "text/plain")
        rendition = Rendition("thumbnail", Path("x"), "image/jpeg", 3, 2)
        picture = Picture(rendition, tiny, "thumbnail", {"Pillow": "13.0"})
        result = Finished(
            Outcome({}, {}, (output,)), 0.5, (made,),
            thumbnails={name: picture} if small else {}, tools=TOOLS,
        )  # fmt: skip

        def act(site: Any) -> None:
            id = job.rpartition("/")[2]
            for run in [*site.ids[id].all_runs()]:
                assert attempts.claim(site, run.id, run.attempt, Taker("worker-1", 60))
                assert attempts.finish(site, [Ended(run.id, run.attempt, result)]) == [True]
                ingest.store_outputs(site, run.id)
            engine.advance(site, id)

        database.run(self.db, act)
        made.discard(), tiny.discard()


@pytest.fixture
def work(db: Any) -> Work:
    return Work(db)


@pytest.fixture
def file(admin: Any, customer: Any) -> str:
    """A file in a folder of a service that does nothing with files by itself."""
    admin.json("PUT", f"{FILES}/-/profiles/default", {"workflows": {}})
    assert customer("PUT", f"{FILES}/in/a.txt", body=b"source").status_int == 201
    return f"{FILES}/in/a.txt"


@pytest.fixture
def output(customer: Any, file: str, work: Work) -> str:
    """The URL of an output of a task on the file."""
    return made_of(customer, file, work, b"made of it")


def made_of(customer: Any, file: str, work: Work, body: bytes, **more: Any) -> str:
    run = {"task": "checksum", "arguments": {"algorithm": "sha1"}}
    job = customer.json("POST", f"{file}/-/jobs", run).json["url"]
    work(job, body, **more)
    return str(customer("GET", job).json["sets"][0]["tasks"][0]["outputs"][0]["url"])


def refused(answer: Any, status: int) -> str:
    assert answer.status_int == status, answer.body
    assert answer.content_type == "application/problem+json"
    return str(answer.json["detail"])


# Files of outputs


def test_a_file_is_made_of_an_output(customer: Any, output: str, work: Work) -> None:
    answer = customer("POST", f"{output}/mfile")
    assert (answer.status_int, answer.headers["Location"]) == (201, answer.json["url"])
    assert answer.json["url"].endswith("/in/report") and answer.json["job"] is None
    assert customer("GET", answer.json["url"]).body == b"made of it"
    job = output.partition("/outputs/")[0]
    [shown] = customer("GET", job).json["sets"][0]["tasks"][0]["outputs"]
    assert (shown["mfile"], shown["fault"]) == (answer.json["url"], None)


def test_it_is_counted_and_processed_as_an_upload(
    admin: Any, customer: Any, output: str, work: Work
) -> None:
    workflow = {"sets": [{"tasks": [{"task": "mime"}]}]}
    profile = {"workflows": {"ingest": workflow, "update": workflow}}
    assert admin.json("PUT", f"{FILES}/-/profiles/default", profile).status_int == 200

    def used() -> Any:
        figures = customer("GET", f"{FILES}/-/usage").json["items"]
        return {each["metric"].rpartition("/")[2]: each["total"] for each in figures}

    before = used()
    first = customer.json("POST", f"{output}/mfile", {"path": "demo/files/new/folder/x"})
    assert first.json["job"] is not None
    after = used()
    size = len(b"made of it")
    assert [after[each] - before[each] for each in ("file", "ingest", "disc_space")] == [
        1, size, size
    ]  # fmt: skip
    place = {"path": "/demo/files/new/folder/x", "conflict": "replace"}
    second = customer.json("POST", f"{output}/mfile", place).json
    assert (second["url"], second["version"]) == (first.json["url"], 2)
    assert customer("GET", second["job"]).json["trigger"] == "update"


def test_where_something_is_the_client_chooses(customer: Any, output: str) -> None:
    place = {"path": "demo/files/x.txt"}
    assert customer.json("POST", f"{output}/mfile", place).status_int == 201
    assert "already" in refused(customer.json("POST", f"{output}/mfile", place), 409)
    renamed = customer.json("POST", f"{output}/mfile", {**place, "conflict": "rename"})
    assert (renamed.status_int, renamed.json["name"]) == (201, "x (2).txt")
    replaced = customer.json("POST", f"{output}/mfile", {**place, "conflict": "replace"})
    assert (replaced.status_int, replaced.json["version"]) == (200, 2)
    [version] = customer("GET", f"{FILES}/x.txt/-/versions").json["items"]
    assert version["version"] == 1


BAD: list[tuple[Any, int, str]] = [
    ({"path": 5}, 400, "text"), ({"path": ""}, 400, "name"), ({"path": "a/../b"}, 400, "'..'"),
    ({"path": "demo/files/-/x"}, 400, "'-'"), ({"conflict": "ask"}, 400, "rename"),
    ({"more": 1}, 400, "not a field"), ({"path": "demo/files/in/a.txt/x"}, 409, "a.txt"),
    ({"path": "demo/files/in", "conflict": "replace"}, 409, "in"),
    ({"path": "demo/x"}, 403, "may not add"), ({"path": "elsewhere/x"}, 403, "may not add"),
]  # fmt: skip


def test_what_cannot_be_put_there_changes_nothing(
    customer: Any, output: str, stored: Any, subtests: Any
) -> None:
    before = stored()
    for document, status, words in BAD:
        with subtests.test(str(document)):
            answer = customer.json("POST", f"{output}/mfile", document)
            text = refused(answer, status) + str(answer.json.get("faults", ""))
            assert words in text
            assert stored() == before


def test_who_may_not_upload_there_makes_no_file(customer: Any, output: str, made: Any) -> None:
    for role in ("mfilereadonly", "renditions"):
        assert refused(made(role)("POST", f"{output}/mfile"), 403)
    assert made("auditor")("POST", f"{output}/mfile").status_int == 403
    owner = made("mfileowner", f"{FILES}/in/a.txt")  # beside the file is beyond its key
    assert "may not add" in refused(owner("POST", f"{output}/mfile"), 403)
    assert customer("GET", f"{FILES}/in/report").status_int == 404


def test_a_path_begins_at_the_client_s_own_root(app: Any, output: str, made: Any) -> None:
    key = made("mfilereadwrite", f"{FILES}/in")
    job = output.partition("/-/jobs/")[2]
    answer = app.post_json(f"/k/{key.key}/a.txt/-/jobs/{job}/mfile", {"path": "deep/b"})
    assert answer.status_int == 201
    assert answer.json["url"].endswith("/deep/b")
    assert key("GET", f"{FILES}/in/deep/b").body == b"made of it"


def test_an_output_has_a_thumbnail(customer: Any, file: str, work: Work, made: Any) -> None:
    output = made_of(customer, file, work, b"large", small=b"tiny")
    job = customer("GET", output.partition("/outputs/")[0]).json
    [shown] = job["sets"][0]["tasks"][0]["outputs"]
    assert shown["thumbnail"] == f"{output}/thumbnail"
    answer = made("renditions")("GET", shown["thumbnail"])
    assert (answer.body, answer.content_type) == (b"tiny", "image/jpeg")
    page = customer("GET", job["url"], headers=HTML).text
    assert f'src="{output}/thumbnail"' in page
    assert made("auditor")("GET", shown["thumbnail"]).status_int == 403
    bare = made_of(customer, file, work, b"text")
    assert "no thumbnail" in refused(customer("GET", f"{bare}/thumbnail"), 404)
    assert customer("GET", f"{bare}/nothing").status_int == 404


def test_a_thumbnail_of_an_output_tells_what_it_was_made_of(
    customer: Any, file: str, work: Work
) -> None:
    output = made_of(customer, file, work, b"large", small=b"tiny")
    made = customer("POST", f"{output}/mfile").json
    assert made["renditions"]["thumbnail"]["width"] == 3
    graph = provenance(customer, made["url"])
    [small] = [each for each in graph["entities"] if each["type"] == "rendition"]
    [activity] = [each for each in graph["activities"] if small["id"] in each["generated"]]
    assert (activity["task"], activity["tools"]) == ("thumbnail", {"Pillow": "13.0"})
    assert activity["used"] == [graph["entity"]]


def test_a_profile_says_where_outputs_become_files(
    admin: Any, customer: Any, work: Work, stored: Any
) -> None:
    url = f"{FILES}/-/profiles/default"

    def profile(path: Any) -> Any:
        return {"workflows": {"ingest": {"sets": [{"tasks": [{"task": "mime", "mfile": path}]}]}}}

    before = stored()
    for wrong in ("{nothing}", "a/{", "b}", "a/../{name}", "{name}/", "/", 5, "-/x", "a//b"):
        answer = admin.json("PUT", url, profile(wrong))
        refused(answer, 400)
        assert [each["place"] for each in answer.json["faults"]] == [
            "/workflows/ingest/sets/0/tasks/0/mfile"
        ]
    assert stored() == before
    kept = admin.json("PUT", url, profile("/texts/{stem}.txt")).json
    assert kept["workflows"]["ingest"]["sets"][0]["tasks"][0]["mfile"] == "/texts/{stem}.txt"
    assert admin.json("PUT", url, kept).json["workflows"] == kept["workflows"]
    job = customer("PUT", f"{FILES}/x.bin", body=b"x").json["job"]
    work(job, b"text of it")
    assert customer("GET", f"{FILES}/texts/x.txt").body == b"text of it"
    [shown] = customer("GET", job).json["sets"][0]["tasks"][0]["outputs"]
    assert shown["mfile"].endswith("/texts/x.txt")


# Provenance


@pytest.fixture
def derived(customer: Any, output: str) -> str:
    return str(customer("POST", f"{output}/mfile").json["url"])


def facts(client: Any, url: str) -> Any:
    return client("GET", f"{url.rstrip('/')}/-/info").json


def provenance(client: Any, url: str, query: str = "") -> Any:
    answer = client("GET", f"{url.rstrip('/')}/-/provenance{query}")
    assert answer.status_int == 200, answer.body
    return answer.json


def test_a_file_tells_what_it_was_made_of(customer: Any, file: str, derived: str) -> None:
    assert facts(customer, file)["derived_from"] is None
    shown, source = facts(customer, derived), facts(customer, file)
    assert shown["stale"] is source["stale"] is False
    told = shown["derived_from"]
    assert (told["task"], told["output"]) == ("checksum", "report")
    assert told["inputs"] == [
        {"id": source["id"], "name": "a.txt", "sha256": source["sha256"], "url": source["url"],
         "stale": False}
    ]  # fmt: skip
    listed = customer("GET", f"{FILES}/in/", headers={"Accept": "application/json"}).json["items"]
    assert {each["name"]: each["derived_from"] for each in listed} == {
        "a.txt": None, "report": told
    }  # fmt: skip


def test_what_was_uploaded_anew_was_not_derived(customer: Any, derived: str) -> None:
    customer("PUT", derived, body=b"made of it")
    assert facts(customer, derived)["derived_from"] is None


def test_the_graph_goes_both_ways(customer: Any, file: str, derived: str, work: Work) -> None:
    second = made_of(customer, derived, work, b"made of that", name="further")
    end = customer("POST", f"{second}/mfile").json
    source, middle = facts(customer, file), facts(customer, derived)
    ids = {f"mfile-{each['id']}-{each['sha256']}" for each in (source, middle, end)}
    for url in (file, derived, end["url"]):
        graph = provenance(customer, url)
        nodes = {each["id"]: each for each in graph["entities"] if each["type"] == "mfile"}
        assert nodes.keys() == ids
        assert all(each["complete"] for each in graph["entities"])
        assert {each["url"] for each in nodes.values()} == {
            each["url"] for each in (source, middle, end)
        }
        assert nodes[graph["entity"]]["url"] == graph["mfile"]
        steps = {(*each["used"],): {*each["generated"]} for each in graph["activities"]}
        assert len(steps) == 2
        for first, then in ((source, middle), (middle, end)):
            made = steps[(f"mfile-{first['id']}-{first['sha256']}",)]
            assert f"mfile-{then['id']}-{then['sha256']}" in made
    first = provenance(customer, derived)["activities"][0]
    assert (first["task"], first["arguments"]) == ("checksum", {"algorithm": "sha1"})
    assert (first["tools"], first["worker"], first["unseen"]) == (TOOLS, "worker-1", 0)
    assert customer("GET", first["job"]).json["mfile"] == source["url"]


def test_outputs_of_the_file_are_in_its_graph(customer: Any, file: str, output: str) -> None:
    graph = provenance(customer, file)
    [made] = [each for each in graph["entities"] if each["type"] == "output"]
    assert made["name"] == "report" and made["sha256"] == customer("GET", output).etag
    assert graph["activities"][0]["generated"] == [made["id"]]


def test_the_answers_are_as_declared(customer: Any, file: str, derived: str) -> None:
    for url in (file, derived):
        for name, query in (("Provenance", ""), ("Prov", "?format=prov")):
            schema = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": SCHEMAS}}
            jsonschema.validate(provenance(customer, url, query), schema)
    answer = customer("GET", f"{file}/-/provenance?format=xml")
    assert "json, prov" in refused(answer, 400)


def test_prov_json_is_what_w3c_says(customer: Any, file: str, derived: str, work: Work) -> None:
    made_of(customer, file, work, b"odd", name='a b"/ü(,)=*.txt')
    shown = provenance(customer, derived, "?format=prov")
    schema = json.loads(files("prov.tests").joinpath("schemas/prov-json.schema.json").read_text())
    for url in (file, derived):
        document = provenance(customer, url, "?format=prov")
        jsonschema.validate(document, schema)
        read = ProvDocument.deserialize(content=json.dumps(document), format="json")
        assert read == ProvDocument.deserialize(
            content=read.serialize(format="json"), format="json"
        )
    [derivation] = shown["wasDerivedFrom"].values()
    source, made = facts(customer, file), facts(customer, derived)
    assert derivation["prov:usedEntity"] == f"mserve:mfile-{source['id']}-{source['sha256']}"
    assert derivation["prov:generatedEntity"] == f"mserve:mfile-{made['id']}-{made['sha256']}"
    assert {each["prov:label"] for each in shown["agent"].values()} == {
        "mserve", "Pillow", "worker-1"
    }  # fmt: skip


def test_what_a_key_may_not_see_is_not_told(
    customer: Any, derived: str, file: str, made: Any
) -> None:
    customer("PUT", file, body=b"changed")
    reader = made("mfilereadonly", derived)
    shown = facts(reader, derived)
    assert (shown["derived_from"]["inputs"], shown["stale"]) == ([], False)
    graph = provenance(reader, derived)
    assert [each["name"] for each in graph["entities"]] == ["report"]
    [activity] = graph["activities"]
    assert (activity["unseen"], activity["used"]) == (1, [])
    assert (activity["arguments"], activity["worker"], activity["job"]) == (None, None, None)
    source = facts(customer, file)
    told = json.dumps([shown, graph, provenance(reader, derived, "?format=prov")])
    assert source["id"] not in told and "a.txt" not in told and "algorithm" not in told
    other = made("mfilereadonly", file)
    assert [e["name"] for e in provenance(other, file)["entities"] if e["type"] == "mfile"] == [
        "a.txt", "a.txt"
    ]  # fmt: skip  # as it is, and as it was when the output was made


def test_a_graph_has_an_end(customer: Any, file: str, work: Work, monkeypatch: Any) -> None:
    from mserve.views.provenance import graph, walk

    url = file
    for number in range(4):
        output = made_of(customer, url, work, f"{number}".encode(), name=f"n{number}")
        url = customer("POST", f"{output}/mfile").json["url"]
    whole = provenance(customer, file)
    assert len([e for e in whole["entities"] if e["type"] == "mfile"]) == 5
    monkeypatch.setattr(walk, "DEPTH", 2)
    near = {e["name"]: e["complete"] for e in provenance(customer, file)["entities"]
            if e["type"] == "mfile"}  # fmt: skip
    assert near == {"a.txt": True, "n0": True, "n1": False}
    back = {e["name"]: e["complete"] for e in provenance(customer, url)["entities"]}
    assert back == {"n3": True, "n2": True, "n1": False}
    monkeypatch.setattr(graph, "MOST", 2)
    assert len(provenance(customer, file)["entities"]) <= 3
    assert not all(each["complete"] for each in provenance(customer, file)["entities"])


def test_a_source_that_is_gone_is_told_to_who_sees_the_service(
    customer: Any, file: str, derived: str, made: Any
) -> None:
    customer("DELETE", file)
    [given] = facts(customer, derived)["derived_from"]["inputs"]
    assert (given["name"], given["url"], given["stale"]) == ("a.txt", None, False)
    names = {each["name"]: each["url"] for each in provenance(customer, derived)["entities"]}
    assert names == {"report": derived, "a.txt": None}
    assert facts(made("mfilereadonly", derived), derived)["derived_from"]["inputs"] == []
    answer = customer.json("POST", f"{derived}/-/provenance", {"action": "again"})
    assert "not there" in refused(answer, 409)


def test_a_copy_is_derived_as_well(customer: Any, file: str, derived: str) -> None:
    copied = customer.json("POST", f"{derived}/-/copy", {"name": "copied"}).json
    assert copied["derived_from"] == facts(customer, derived)["derived_from"]
    names = {e["name"] for e in provenance(customer, file)["entities"] if e["type"] == "mfile"}
    assert names == {"a.txt", "report", "copied"}


# Stale, and again


def again(client: Any, url: str) -> Any:
    return client.json("POST", f"{url}/-/provenance", {"action": "again"})


def test_a_file_whose_source_has_changed_is_stale_and_made_again(
    customer: Any, file: str, derived: str, work: Work
) -> None:
    customer("PUT", file, body=b"another source")
    shown = facts(customer, derived)
    assert shown["stale"] and shown["derived_from"]["inputs"][0]["stale"]
    assert provenance(customer, derived)["stale"]
    page = customer("GET", derived, headers=HTML).text
    assert "Made from" in page and ">stale<" in page and "Make again" in page
    answer = again(customer, derived)
    assert (answer.status_int, answer.headers["Location"]) == (202, answer.json["url"])
    [task] = answer.json["sets"][0]["tasks"]
    assert (task["task"], task["arguments"]) == ("checksum", {"algorithm": "sha1"})
    work(answer.json["url"], b"made anew")
    shown = facts(customer, derived)
    assert (shown["stale"], shown["version"]) == (False, 2)
    assert shown["derived_from"]["inputs"][0]["sha256"] == facts(customer, file)["sha256"]
    assert customer("GET", derived).body == b"made anew"
    assert customer("GET", f"{derived}/-/versions/1").body == b"made of it"


def test_what_was_made_of_a_former_content_is_in_the_graph(
    customer: Any, file: str, derived: str
) -> None:
    former = facts(customer, file)
    customer("PUT", file, body=b"another source")
    graph = provenance(customer, file)
    [made] = [each for each in graph["entities"] if each["url"] == derived]
    assert made["stale"]
    used = f"mfile-{former['id']}-{former['sha256']}"
    assert graph["activities"][0]["used"] == [used] != [graph["entity"]]


def test_what_was_replaced_meanwhile_is_left_as_it_is(
    customer: Any, file: str, derived: str, work: Work
) -> None:
    job = again(customer, derived).json["url"]
    customer("PUT", derived, body=b"by hand")
    work(job, b"made anew")
    assert customer("GET", derived).body == b"by hand"
    [output] = customer("GET", job).json["sets"][0]["tasks"][0]["outputs"]
    assert output["mfile"] is None and "meanwhile" in output["fault"]
    assert "not stored" in customer("GET", job, headers=HTML).text


def test_what_cannot_be_made_again_says_why(
    customer: Any, file: str, derived: str, made: Any, db: Any
) -> None:
    assert "not made by a task" in refused(again(customer, file), 409)
    for wrong in ({}, {"action": "x"}, {"action": "again", "more": 1}):
        refused(customer.json("POST", f"{derived}/-/provenance", wrong), 400)
    assert refused(again(made("mfilereadonly"), derived), 403)
    assert "may not run tasks" in refused(again(made("mfilereadwrite"), derived), 403)
    assert "not there" in refused(again(made("mfileowner", derived), derived), 409)

    def forget(site: Any) -> None:
        content = site["demo"]["files"]["in"]["report"].content
        object.__setattr__(content.origin, "task", "gone")
        content._p_changed = True
        assert source_of(site, content.origin.inputs[0]) is not None

    database.run(db, forget)
    assert "no task 'gone'" in refused(again(customer, derived), 409)


def test_people_make_it_again_by_a_button(customer: Any, derived: str) -> None:
    url, kind = f"{derived}/-/provenance", "application/x-www-form-urlencoded"
    answer = customer("POST", url, body=b"do=again", content_type=kind, headers=HTML)
    assert answer.status_int == 303 and "/-/jobs/" in answer.headers["Location"]


def test_what_is_locked_is_no_output_s_to_replace(
    admin: Any, customer: Any, db: Any, derived: str, output: str, work: Work
) -> None:
    """By hand it is refused; by itself the output says why it did not become the file."""
    path = derived.partition("localhost")[2].removeprefix(":80")
    lock_at(db, path, "key:another")
    asked = {"path": path[1:], "conflict": "replace"}
    answer = customer.json("POST", f"{output}/mfile", asked)
    assert "locked until" in refused(answer, 423)
    job = again(customer, derived).json["url"]
    work(job, b"made anew")
    [shown] = customer("GET", job).json["sets"][0]["tasks"][0]["outputs"]
    assert shown["mfile"] is None and "locked until" in shown["fault"]
    spec = {"task": "mime", "mfile": f"/{path.removeprefix(FILES + '/')}"}
    profile = {"workflows": {"ingest": {"sets": [{"tasks": [spec]}]}}}
    assert admin.json("PUT", f"{FILES}/-/profiles/default", profile).status_int == 200
    job = customer("PUT", f"{FILES}/x.bin", body=b"x").json["job"]
    work(job, b"of x")
    [shown] = customer("GET", job).json["sets"][0]["tasks"][0]["outputs"]
    assert shown["mfile"] is None and "locked until" in shown["fault"]
    assert customer("GET", derived).body == b"made of it"
