"""Listings, renaming, moving, metadata and removal over REST."""

import json
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from transaction.interfaces import TransientError

from mserve import database
from mserve.ingest import create, make_folder, make_folders, move, remove
from mserve.provision import make_container, make_service
from tests.unit.support import spool, writers

FILES = "/demo/files"
NONE = {"total": 0}


def path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def pages(client: Any, url: str, limit: int) -> Any:
    """Each page of a listing."""
    ahead: str | None = f"{url}?limit={limit}"
    while ahead:
        page = client("GET", ahead).json
        yield page
        ahead = page["next"]


def folder(customer: Any, name: str) -> str:
    return path(customer.json("POST", f"{FILES}/", {"type": "folder", "name": name}).json["url"])


def figures(client: Any, url: str) -> Any:
    items = client("GET", f"{url}-/usage").json["items"]
    return {each["metric"].rpartition("/")[2]: each for each in items}


# Listings


@pytest.fixture
def full(see: Any) -> list[str]:
    """Names in /demo/files/many/, in order."""
    names = [f"{number:03}" for number in range(0, 120, 2)]

    def fill(site: Any) -> None:
        many = make_folder(site["demo"]["files"], "many")
        for name in names:
            make_folder(many, name)

    see(fill)
    return names


def test_each_child_is_on_one_page(customer: Any, full: list[str]) -> None:
    for limit in (1, 7, 59, 60, 61, 1000):
        found = list(pages(customer, f"{FILES}/many/", limit))
        assert [each["name"] for page in found for each in page["items"]] == full
        assert all(0 < len(page["items"]) <= limit for page in found)
        assert {page["total"] for page in found} == {60}
        assert len(found) == -(-60 // limit)
    assert customer("GET", f"{FILES}/many/000/").json == {"items": [], "next": None, "total": 0}


def test_what_stays_is_listed_once_while_others_come_and_go(
    customer: Any, see: Any, full: list[str]
) -> None:
    def disturb(number: int) -> None:
        def act(site: Any) -> None:
            many = site["demo"]["files"]["many"]
            make_folder(many, f"{number:03}+")
            gone = [name for name in full if name in many and int(name) % 12 == 0]
            if gone:
                many.drop(gone[0])

        see(act)

    seen = []
    for number, page in enumerate(pages(customer, f"{FILES}/many/", 7)):
        seen += [each["name"] for each in page["items"]]
        disturb(number * 20)
    stays = [name for name in full if int(name) % 12]
    assert [name for name in seen if name in stays] == stays
    assert len(seen) == len({*seen}) and seen == sorted(seen)


def test_a_cursor_need_not_be_there_any_more(customer: Any, full: list[str]) -> None:
    page = customer("GET", f"{FILES}/many/?cursor=0055").json
    assert page["items"][0]["name"] == "006"
    assert customer("GET", f"{FILES}/many/?cursor=zzz").json["items"] == []


def test_names_are_listed_by_their_code_points(customer: Any) -> None:
    for name in ("b", "a", "B", "é", "a ", "😀", "&"):
        customer("PUT", f"{FILES}/names/{quote(name)}", body=b"")
    found = [p["items"][0]["name"] for p in pages(customer, f"{FILES}/names/", 1)]
    assert found == sorted(["b", "a", "B", "é", "a ", "😀", "&"])


def test_a_page_of_a_large_folder_costs_the_page(customer: Any, see: Any, db: Any) -> None:
    def fill(site: Any) -> None:
        large = make_folder(site["demo"]["files"], "large")
        for number in range(10_000):
            make_folder(large, f"{number:05}")

    see(fill)
    small = loaded(db, customer, f"{FILES}/?limit=5")
    assert small > 5
    for cursor in ("", "&cursor=05000", "&cursor=09990"):
        assert loaded(db, customer, f"{FILES}/large/?limit=5{cursor}") < small + 40


def loaded(db: Any, client: Any, url: str) -> int:
    """How many objects a request loads when nothing is cached."""
    db.cacheMinimize()
    assert db.cacheSize() < 5
    assert client("GET", url).status_int == 200
    return int(db.cacheSize())


# Changes


def test_a_file_is_renamed(customer: Any) -> None:
    made = customer("PUT", f"{FILES}/a", body=b"x").json
    changed = customer.json("PATCH", f"{FILES}/a", {"name": "b"}).json
    assert (changed["name"], changed["id"]) == ("b", made["id"])
    assert changed["modified"] > made["modified"]
    assert customer("GET", f"{FILES}/b").body == b"x"
    assert customer("GET", f"{FILES}/a").status_int == 404
    assert customer("GET", f"{FILES}/").json["total"] == 1


def test_a_name_that_is_taken_stays_with_its_owner(customer: Any, stored: Any) -> None:
    for name in "ab":
        customer("PUT", f"{FILES}/{name}", body=name.encode())
    folder(customer, "c")
    before = stored()
    for document in ({"name": "b"}, {"name": "c"}, {"name": "b", "metadata": {"x": 1}}):
        answer = customer.json("PATCH", f"{FILES}/a", document)
        assert answer.status_int == 409 and "already" in answer.json["detail"]
    assert stored() == before
    assert customer("GET", f"{FILES}/a/-/info").json["metadata"] == {}


def test_a_folder_moves_with_all_below_it(customer: Any) -> None:
    customer("PUT", f"{FILES}/a/b/c/file", body=b"x")
    folder(customer, "new")
    moved = customer.json("PATCH", f"{FILES}/a/b/", {"parent": "/demo/files/new", "name": "z"}).json
    assert path(moved["url"]) == f"{FILES}/new/z/"
    assert customer("GET", f"{FILES}/new/z/c/file").body == b"x"
    assert customer("GET", f"{FILES}/a/").json["total"] == 0


def test_a_folder_is_not_moved_into_itself(customer: Any, stored: Any) -> None:
    customer("PUT", f"{FILES}/a/b/c/file", body=b"x")
    before = stored()
    for parent in ("a", "a/b", "a/b/c", "a/b/c/file"):
        answer = customer.json("PATCH", f"{FILES}/a/", {"parent": f"{FILES}/{parent}"})
        assert answer.status_int == 409, parent
    assert stored() == before


def test_each_kind_has_its_parents(admin: Any, customer: Any, stored: Any) -> None:
    customer("PUT", f"{FILES}/a/file", body=b"x")
    admin.json("POST", "/", {"name": "other"})
    admin.json("POST", "/demo/", {"name": "second"})
    before = stored()
    for url, parent in (
        (f"{FILES}/a/file", "/"), (f"{FILES}/a/file", "/demo"), (f"{FILES}/a/", "/other"),
        (f"{FILES}/", "/"), (f"{FILES}/", "/demo/second"), (f"{FILES}/", f"{FILES}/a"),
        ("/demo/", "/other"), ("/demo/", FILES), (f"{FILES}/a/", "/nothing"),
    ):  # fmt: skip
        assert admin.json("PATCH", url, {"parent": parent}).status_int == 409, (url, parent)
    assert stored() == before


def test_what_is_kept_moves_between_services_at_that_moment(admin: Any, customer: Any) -> None:
    admin.json("POST", "/demo/", {"name": "second"})
    customer("PUT", f"{FILES}/d/one", body=b"1" * 10)
    customer("PUT", f"{FILES}/d/two", body=b"2" * 20)
    before = {place: figures(admin, place) for place in ("/demo/", "/")}
    moved = admin.json("PATCH", f"{FILES}/d/", {"parent": "/demo/second"})
    assert moved.status_int == 200
    left, joined = figures(admin, f"{FILES}/"), figures(admin, "/demo/second/")
    assert (left["disc"]["rate"], joined["disc"]["rate"]) == (0, 30)
    assert (left["file"]["total"], joined["file"]["total"]) == (0, 2)
    assert (left["disc_space"]["total"], joined["disc_space"]["total"]) == (0, 30)
    assert left["ingest"]["total"] == 30 and "ingest" not in joined
    assert left["disc"]["total"] > 0
    assert figures(admin, f"{FILES}/")["disc"]["total"] == left["disc"]["total"]
    assert figures(admin, "/demo/second/")["disc"]["total"] > joined["disc"]["total"]
    for place, former in before.items():
        assert figures(admin, place)["disc"]["rate"] == former["disc"]["rate"] == 30
        assert figures(admin, place)["file"]["total"] == 2


def test_a_service_moves_with_all_that_is_counted(admin: Any, customer: Any) -> None:
    admin.json("POST", "/", {"name": "other"})
    customer("PUT", f"{FILES}/one", body=b"1" * 10)
    customer("PUT", f"{FILES}/two", body=b"2" * 20)
    customer("DELETE", f"{FILES}/two")  # it is in the trash: kept, but no file of the service
    assert admin.json("PATCH", f"{FILES}/", {"parent": "/other"}).status_int == 200
    left, joined = figures(admin, "/demo/"), figures(admin, "/other/")
    assert (left["disc"]["rate"], joined["disc"]["rate"]) == (0, 30)
    assert (left["service"]["total"], joined.get("service", NONE)["total"]) == (0, 1)
    assert (left["file"]["total"], joined["file"]["total"]) == (0, 1)
    assert figures(admin, "/")["file"]["total"] == 1


def test_a_file_and_the_service_it_left_go_their_own_ways(admin: Any, customer: Any) -> None:
    """The jobs that ran on the file belong to the service where they ran."""
    admin.json("POST", "/demo/", {"name": "second"})
    customer("PUT", f"{FILES}/a", body=b"x")
    admin.json("PATCH", f"{FILES}/a", {"parent": "/demo/second"})
    assert admin("DELETE", f"{FILES}/?recursive=true").status_int == 204
    assert admin("GET", "/demo/second/a").body == b"x"
    assert admin("GET", "/demo/second/a/-/jobs").status_int == 200
    assert admin("DELETE", "/demo/second/a").status_int == 204


PATCHES: list[tuple[Any, Any, Any]] = [  # RFC 7396, appendix A, as far as both are objects
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    ({"e": None}, {"a": 1}, {"a": 1}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ({"a": "x"}, {"a": {"b": 1}}, {"a": {"b": 1}}),
    ({"a": {"b": 1}}, {}, {"a": {"b": 1}}),
    ({"a": 1}, {"": 2, "é": False}, {"a": 1, "": 2, "é": False}),
    ({"a": 1}, {"a": [None, {"b": None}]}, {"a": [None, {"b": None}]}),
]


def test_metadata_are_patched_by_rfc_7396(customer: Any, subtests: Any) -> None:
    for number, (now, patch, wanted) in enumerate(PATCHES):
        with subtests.test(json.dumps([now, patch])):
            url = f"{FILES}/{number}"
            customer("PUT", url, body=b"x")
            customer.json("PATCH", url, {"metadata": now})
            assert customer.json("PATCH", url, {"metadata": patch}).json["metadata"] == wanted
            assert customer("GET", f"{url}/-/info").json["metadata"] == wanted


def test_metadata_of_null_are_taken_away(customer: Any) -> None:
    """RFC 7396: null removes the member."""
    customer("PUT", f"{FILES}/a", body=b"x")
    customer.json("PATCH", f"{FILES}/a", {"metadata": {"a": 1}})
    assert customer.json("PATCH", f"{FILES}/a", {"metadata": None}).json["metadata"] == {}


def test_metadata_that_are_no_object_are_refused(customer: Any) -> None:
    customer("PUT", f"{FILES}/a", body=b"x")
    for value in ("x", 5, [], True):
        assert customer.json("PATCH", f"{FILES}/a", {"metadata": value}).status_int == 400


def test_metadata_of_a_folder_are_shown(customer: Any) -> None:
    url = folder(customer, "a")
    customer.json("PATCH", url, {"metadata": {"title": "Holidays"}})
    assert customer("GET", f"{url}-/info").json["metadata"] == {"title": "Holidays"}


# Removal


def test_a_container_or_service_that_is_not_empty_goes_only_on_purpose(
    admin: Any, customer: Any, stored: Any
) -> None:
    customer("PUT", f"{FILES}/a/b", body=b"x")
    before = stored()
    assert admin("DELETE", f"{FILES}/?recursive=perhaps").status_int in (400, 409)
    for url in ("/demo/", f"{FILES}/", f"{FILES}/?recursive=false"):
        answer = admin("DELETE", url)
        assert answer.status_int == 409 and "not empty" in answer.json["detail"]
    assert stored() == before
    assert admin("DELETE", f"{FILES}/?recursive=true").status_int == 204
    assert figures(admin, "/")["disc"]["rate"] == figures(admin, "/")["file"]["total"] == 0
    assert figures(admin, "/demo/")["service"]["total"] == 0
    assert admin("DELETE", "/demo/").status_int == 204
    assert figures(admin, "/")["container"]["total"] == 0
    assert customer("GET", "/").status_int == 404


def test_what_was_made_is_all_gone_with_its_container(admin: Any, stored: Any, see: Any) -> None:
    before = see(lambda site: (len([*site.ids.items()]), len([*site.key_index.items()])))
    admin.json("POST", "/", {"name": "c"})
    admin.json("POST", "/c/", {"name": "s"})
    admin("PUT", "/c/s/folder/file", body=b"x")
    admin("PUT", "/c/s/trashed", body=b"x")
    admin("DELETE", "/c/s/trashed")
    admin.json("POST", "/c/s/folder/file/-/keys", {"role": "mfilereadonly"})
    assert admin("DELETE", "/c/?recursive=true").status_int == 204
    assert see(lambda site: (len([*site.ids.items()]), len([*site.key_index.items()]))) == before
    for name in ("due", "running", "active", "expiring"):
        assert see(lambda site, name=name: [*getattr(site, name).items()]) == []


def test_very_deep_folders_can_be_used_and_removed(customer: Any, see: Any) -> None:
    """Either they are refused when they are made, or all can be done to them."""
    deep = "/".join(["d"] * 1100)
    made = customer("PUT", f"{FILES}/{deep}/file", body=b"x")
    if made.status_int == 400:
        return
    assert made.status_int == 201
    assert customer("GET", f"{FILES}/{deep}/file").body == b"x"
    copied = customer.json("POST", f"{FILES}/d/-/copy", {"name": "copy"})
    assert copied.status_int == 201
    customer("DELETE", f"{FILES}/d/?recursive=true")
    [trashed] = customer("GET", f"{FILES}/-/trash").json["items"]
    assert customer("DELETE", trashed["url"]).status_int == 204


# Writers at once


def test_a_service_is_not_made_in_a_container_that_goes(db: Any) -> None:
    """Two writers at once: the second is told, and would then find that it is gone."""
    database.run(db, lambda site: make_container(site, "c"))
    with writers(db, 2) as (maker, remover):
        make_service(maker.site["c"], "s")
        remove(remover.site["c"], recursive=True)
        remover.commit()
        with pytest.raises(TransientError):
            maker.commit()


@pytest.mark.parametrize("order", ["upload first", "removal first"])
@pytest.mark.parametrize("kind", ["folder", "service"])
def test_a_file_is_not_stored_where_all_goes(db: Any, order: str, kind: str) -> None:
    body = spool(db, b"bytes")
    database.run(db, lambda site: make_folders(site["demo"]["files"], ("a", "b")))
    db.cacheMinimize()
    with writers(db, 2) as (uploader, remover):
        create(uploader.site["demo"]["files"]["a"]["b"], "file", body)
        service = remover.site["demo"]["files"]
        remove(service["a"] if kind == "folder" else service, recursive=True)
        winner, loser = (uploader, remover) if order == "upload first" else (remover, uploader)
        winner.commit()
        with pytest.raises(TransientError):
            loser.commit()
    body.discard()


def test_what_is_moved_and_grows_at_once_is_counted_once(admin: Any, db: Any) -> None:
    admin.json("POST", "/demo/", {"name": "second"})
    admin("PUT", f"{FILES}/a/one", body=b"1" * 10)
    body = spool(db, b"2" * 20)
    db.cacheMinimize()
    with writers(db, 2) as (uploader, mover):
        create(uploader.site["demo"]["files"]["a"], "two", body)
        move(mover.site["demo"]["files"]["a"], mover.site["demo"]["second"], "a")
        uploader.commit()
        with pytest.raises(TransientError):
            mover.commit()
    body.discard()
