"""A service is open between its start and its end, to its keys; its administrator may always."""

from typing import Any

PAST, FUTURE = "2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z"


def keys(admin: Any, **terms: str) -> dict[str, dict[str, str]]:
    """The header that brings each key of a new service with these terms."""
    made = admin.json("POST", "/demo/", {"name": "timed", **terms})
    assert made.status_int == 201, made.body
    bearer = {key["role"]: f"Bearer {key['key']}" for key in made.json["keys"]}
    return {role: {"Authorization": value} for role, value in bearer.items()}


def test_an_ended_service_tells_its_keys_so(admin: Any, stranger: Any) -> None:
    held = keys(admin, start=PAST, end="2021-01-01T00:00:00Z")
    for method in ("GET", "PUT", "DELETE"):
        url = "/demo/timed/" if method == "GET" else "/demo/timed/a"
        answer = stranger(method, url, headers=held["servicecustomer"])
        assert answer.status_int == (404 if method == "DELETE" else 403)
    answer = stranger("GET", "/demo/timed/", headers=held["servicecustomer"])
    assert answer.json["type"] == "urn:mserve:problem:service-closed"
    assert "has ended" in answer.json["detail"]
    assert stranger("GET", "/demo/timed/", headers=held["serviceadmin"]).status_int == 200
    assert stranger("GET", "/demo/timed/").status_int == 404


def test_a_service_that_has_not_begun(admin: Any, stranger: Any) -> None:
    held = keys(admin, start=FUTURE)
    answer = stranger("PUT", "/demo/timed/a", headers=held["servicecustomer"], body=b"1")
    assert (answer.status_int, "not begun" in answer.json["detail"]) == (403, True)


def test_the_provider_alone_changes_the_terms(admin: Any, stranger: Any) -> None:
    held = keys(admin, end="2021-01-01T00:00:00Z", start=PAST)
    mine = held["serviceadmin"]
    for term in ({"end": FUTURE}, {"priority": True}):
        refused = stranger.json("PATCH", "/demo/timed/", term, **mine)
        assert (refused.status_int, "provider" in refused.json["detail"]) == (400, True)
    assert stranger.json("PATCH", "/demo/timed/", {"metadata": {"a": 1}}, **mine).status_int == 200
    assert admin.json("PATCH", "/demo/timed/", {"end": None}).json["end"] is None
    customer = held["servicecustomer"]
    assert stranger("GET", "/demo/timed/", headers=customer).status_int == 200


def test_it_cannot_end_before_it_begins(admin: Any) -> None:
    asked = {"name": "x", "start": FUTURE, "end": PAST}
    assert admin.json("POST", "/demo/", asked).status_int == 400
