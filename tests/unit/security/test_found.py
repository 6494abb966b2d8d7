"""Where a key is found: in the path, as a bearer token, as a password."""

from base64 import b64encode
from typing import Any

import pytest

from tests.unit.security.support import FILES
from tests.unit.support import basic, bearer, call


def test_a_key_comes_in_the_path_as_bearer_or_as_password(
    stranger: Any, customer: Any, file: str
) -> None:
    key = customer.key
    assert stranger("GET", f"/k/{key}/folder/file.txt").body == b"secret bytes"
    for headers in (
        {"Authorization": f"Bearer {key}"},
        {"Authorization": f"bearer  {key} "},
        basic(key),
        basic(key, ""),
        basic(key, "ünï"),
    ):
        assert stranger("GET", file, headers=headers).body == b"secret bytes"


@pytest.mark.parametrize(
    "value",
    ["", "Bearer", "Bearer ", "Basic", "Basic !!!", "Basic " + b64encode(b"\xff:\xff").decode(),
     "Basic " + b64encode(b"nocolon").decode(), "Digest x", "Bearer \xff", "Bearer a b"],
)  # fmt: skip
def test_what_is_no_key_finds_nothing(stranger: Any, file: str, value: str) -> None:
    answer = stranger("GET", file, headers={"Authorization": value})
    assert (answer.status_int, answer.content_type) == (404, "application/problem+json")


def test_the_key_in_the_path_goes_before_that_in_a_header(
    stranger: Any, customer: Any, made: Any, file: str
) -> None:
    reader = made("mfilereadonly")
    for headers in (customer.headers, basic(customer.key)):
        url = f"/k/{reader.key}/folder/file.txt"
        assert stranger("PUT", url, body=b"x", headers=headers).status_int == 403
        assert stranger("GET", "/k/unknown/folder/file.txt", headers=headers).status_int == 404
        assert stranger("GET", "/k//folder/file.txt", headers=headers).status_int == 404


def test_a_key_leads_nowhere_else(stranger: Any, customer: Any, file: str) -> None:
    key = customer.key
    for url in (
        f"//k/{key}/", f"/k/{key}/k/{key}/", f"/k/{key}/demo/files/", f"/demo/k/{key}/",
        f"/k/{key}%2F../", f"/K/{key}/", f"/k/{key}x/", f"/k/{key[:-1]}/", "/k/", "/k",
    ):  # fmt: skip
        assert stranger("GET", url).status_int == 404, url


def test_bearer_and_path_are_the_same_key(app: Any, customer: Any, file: str) -> None:
    by_header = call(app, "GET", f"{FILES}/-/info", **bearer(customer.key)).json
    by_path = call(app, "GET", f"/k/{customer.key}/-/info").json
    assert by_header["id"] == by_path["id"]
    assert by_path["url"] == f"http://localhost/k/{customer.key}/"
