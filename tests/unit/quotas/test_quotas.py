"""What holders may use: by REST and on pages it is set, told and refused, of each metric."""

from typing import Any

import pytest

from mserve.booking import book_some
from tests.unit.dav.finding import D, propfind, told
from tests.unit.quotas.conftest import CONTAINER, SERVICE
from tests.unit.support import Clock

METRICS = ["disc_space", "file", "ingest", "access", "jobruntime"]
DECEMBER = "2026-12-01T00:00:00.000000Z"
HTML = {"Accept": "text/html"}


def test_each_quota_is_told_with_what_is_used(limit: Any, put: Any, clock: Clock) -> None:
    assert put("a.txt", 60).status_int == 201
    told = limit(SERVICE, ingest={"hard": 100, "soft": 50}, file={"soft": 5})
    assert [*told] == METRICS
    assert told["ingest"] == {
        "hard": 100, "soft": 50, "used": 60, "over": "soft", "unit": "bytes",
        "resets": DECEMBER,
    }  # fmt: skip
    assert (told["file"]["used"], told["file"]["over"], told["file"]["resets"]) == (1, None, None)
    assert told["disc_space"]["used"] == 60
    assert limit(CONTAINER)["ingest"] == {**told["ingest"], "hard": None, "soft": None,
                                          "over": None}  # fmt: skip


def test_a_merge_patch_changes_what_it_names(limit: Any) -> None:
    limit(SERVICE, ingest={"hard": 100, "soft": 50}, file={"hard": 5})
    told = limit(SERVICE, ingest={"soft": None})
    assert (told["ingest"]["hard"], told["ingest"]["soft"]) == (100, None)
    told = limit(SERVICE, ingest=None)
    assert (told["ingest"]["hard"], told["file"]["hard"]) == (None, 5)


@pytest.mark.parametrize("wrong", [
    {"speed": {"hard": 1}}, {"file": 5}, {"file": {"hard": -1}}, {"file": {"hard": 1.5}},
    {"file": {"hard": True}}, {"file": {"counts": []}}, {"disc_space": {"counts": ["all"]}},
    {"file": {"most": 1}}, {"file": {"soft": 1 << 61}},
])  # fmt: skip
def test_what_is_no_limit_is_told_with_its_place(admin: Any, limit: Any, wrong: Any) -> None:
    answer = admin.json("PATCH", f"{SERVICE}-/quotas", {"quotas": {"ingest": None, **wrong}})
    assert answer.status_int == 400
    [fault] = answer.json["faults"]
    assert fault["place"].startswith(f"/quotas/{next(iter(wrong))}")


def test_who_administers_what_is_above_sets_them(admin: Any, made: Any, customer: Any) -> None:
    def status(client: Any, place: str) -> int:
        answer = client.json("PATCH", f"{place}-/quotas", {"quotas": {"file": {"hard": 9}}})
        return int(answer.status_int)

    provider = made("containeradmin", CONTAINER, by=admin)
    service = made("serviceadmin", by=admin)
    assert [status(each, SERVICE) for each in (provider, service, customer)] == [200, 403, 403]
    assert [status(each, CONTAINER) for each in (admin, provider)] == [200, 403]
    assert customer("GET", f"{SERVICE}-/quotas").json["quotas"]["file"]["hard"] == 9
    assert made("mfileowner")("GET", f"{SERVICE}-/quotas").status_int == 403


def test_the_property_of_a_service_is_the_hard_one_of_bytes_kept(admin: Any, limit: Any) -> None:
    limit(SERVICE, disc_space={"hard": 100})
    assert admin("GET", f"{SERVICE}-/info").json["properties"]["quota"] == 100
    admin.json("PATCH", SERVICE, {"properties": {"quota": 50}})
    assert limit(SERVICE)["disc_space"]["hard"] == 50
    told = admin("GET", f"{SERVICE}-/info").json["quotas"]
    assert told == {"disc_space": {"hard": 50, "soft": None, "over": None}}
    admin.json("PATCH", SERVICE, {"properties": {"quota": None}})
    assert admin("GET", f"{SERVICE}-/info").json["quotas"] == {}


@pytest.mark.parametrize("place", [SERVICE, CONTAINER])
def test_files_are_counted_at_each_door(
    customer: Any, admin: Any, limit: Any, put: Any, place: str, db: Any, stored: Any
) -> None:
    assert put("a/b.txt", 1).status_int == 201
    assert put("c.txt", 1).status_int == 201
    limit(place, file={"hard": 2})
    before = stored()
    refused = [
        put("d.txt", 1), put("empty", 0), customer("PUT", f"/dav{SERVICE}d.txt", body=b""),
        customer.json("POST", f"{SERVICE}a/-/copy", {"name": "d"}),
    ]  # fmt: skip
    assert [each.status_int for each in refused] == [507] * 4
    assert refused[0].json["quota"]["metric"] == "file"
    assert stored() == before
    assert put("c.txt", 5).status_int == 200, "a new version is no further file"
    assert customer("DELETE", f"{SERVICE}a").status_int == 204
    [trashed] = customer("GET", f"{SERVICE}-/trash").json["items"]
    assert put("d.txt", 1).status_int == 201, "what is in the trash is none"
    answer = customer("POST", trashed["url"])
    assert (answer.status_int, answer.json["quota"]["asked"]) == (507, 1)
    assert customer("DELETE", f"{SERVICE}d.txt").status_int == 204
    assert customer("POST", trashed["url"]).status_int == 200


def test_a_quota_of_the_container_holds_for_all_of_its_services(
    admin: Any, limit: Any, put: Any, customer: Any
) -> None:
    admin.json("POST", CONTAINER, {"name": "other"})
    assert put("a.txt", 60).status_int == 201
    limit(CONTAINER, disc_space={"hard": 100})
    answer = admin("PUT", f"{CONTAINER}other/b.txt", body=b"x" * 41)
    assert (answer.status_int, answer.json["quota"]["of"]) == (507, "container")
    assert answer.json["quota"]["used"] == 60
    answer = put("b.txt", 41)
    assert answer.status_int == 507
    assert answer.json["quota"].keys() == {"of", "metric", "most", "asked", "opens"}
    assert put("b.txt", 40).status_int == 201


def test_what_comes_in_is_limited_by_the_month(
    limit: Any, put: Any, clock: Clock, used: Any, customer: Any
) -> None:
    limit(SERVICE, ingest={"hard": 100})
    assert put("a.txt", 60).status_int == 201
    assert customer("DELETE", f"{SERVICE}a.txt").status_int == 204
    for door in ("", "/dav"):
        answer = customer("PUT", f"{door}{SERVICE}b.txt", body=b"x" * 41)
        assert answer.status_int == 403
        assert answer.json["type"] == "urn:mserve:problem:monthly-quota"
        assert answer.json["quota"] == {
            "of": "service", "name": "files", "metric": "ingest", "most": 100, "used": 60,
            "asked": 41, "opens": DECEMBER,
        }  # fmt: skip
    clock.set("2026-12-01T00:00:00Z")
    assert used(SERVICE, "ingest") == 0
    assert put("b.txt", 41).status_int == 201
    assert put("b.txt", 60).status_int == 403, "so does a new version"
    assert put("b.txt", 59).status_int == 200
    assert used(SERVICE, "ingest") == 100


def test_a_limit_that_is_set_later_counts_the_month_so_far(
    limit: Any, put: Any, clock: Clock, see: Any
) -> None:
    clock.set("2026-10-15T12:00:00Z")
    assert put("a.txt", 30).status_int == 201
    see(book_some)
    clock.set("2026-11-15T12:00:00Z")
    assert put("b.txt", 60).status_int == 201
    assert limit(SERVICE, ingest={"hard": 100})["ingest"]["used"] == 60
    assert put("c.txt", 41).status_int == 403
    assert put("c.txt", 40).status_int == 201


def test_pages_show_and_set_them(admin: Any, customer: Any, made: Any, limit: Any) -> None:
    fields = {f"{metric}-{kind}": "" for metric in METRICS for kind in ("hard", "soft")}
    body = {"do": "limit", **fields, "file-hard": " 3 ", "disc_space-hard": "10 GiB"}
    answer = admin.app.post(f"{SERVICE}-/quotas", body, headers={**admin.headers, **HTML})
    assert answer.status_int == 303
    assert (limit(SERVICE)["file"]["hard"], limit(SERVICE)["disc_space"]["hard"]) == (3, 10 << 30)
    page = customer("GET", f"{SERVICE}-/quotas", headers=HTML)
    assert '<progress max="3"' in page.text and "<input" not in str(page.html.main)
    page = admin("GET", f"{SERVICE}-/quotas", headers=HTML)
    assert 'name="file-hard" value="3"' in page.text
    assert 'name="disc_space-hard" value="10 GiB"' in page.text
    body["file-hard"] = "many"
    answer = admin.app.post(
        f"{SERVICE}-/quotas", body, headers={**admin.headers, **HTML}, expect_errors=True
    )
    assert answer.status_int == 400
    assert "nearly used up" not in customer("GET", SERVICE, headers=HTML).text
    customer("PUT", f"{SERVICE}a.txt", body=b"x")
    limit(SERVICE, file={"soft": 0})
    assert "nearly used up" in customer("GET", SERVICE, headers=HTML).text


def test_drives_are_told_the_least_of_what_is_left(limit: Any, put: Any, customer: Any) -> None:
    def available() -> int:
        name = f"{D}quota-available-bytes"
        return int(told(propfind(customer, f"/dav{SERVICE}", name))["/"].text(name))

    put("a.txt", 60)
    limit(SERVICE, disc_space={"hard": 200})
    assert available() == 140
    limit(CONTAINER, disc_space={"hard": 100})
    assert available() == 40
    limit(SERVICE, ingest={"hard": 61})
    assert available() == 1
