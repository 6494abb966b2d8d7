"""What every answer says beside itself, and what a page of another site cannot do."""

from base64 import b64encode
from typing import Any


def basic(customer: Any) -> dict[str, str]:
    """The customer's key as a browser remembers it, as the password of HTTP Basic."""
    key = customer.headers["Authorization"].removeprefix("Bearer ")
    return {"Authorization": "Basic " + b64encode(f"any:{key}".encode()).decode()}


def test_documents_are_not_kept_and_differ_by_what_is_accepted(customer: Any) -> None:
    for url in ("/demo/files/", "/demo/nothing"):
        headers = customer("GET", url).headers
        assert headers["Cache-Control"] == "no-store"
        assert "Accept" in headers["Vary"]
        assert headers["Referrer-Policy"] == "no-referrer"


def test_another_site_cannot_use_a_remembered_password(customer: Any, stranger: Any) -> None:
    for site, status in (("cross-site", 404), ("same-site", 404), ("same-origin", 201)):
        headers = {**basic(customer), "Sec-Fetch-Site": site}
        answer = stranger("PUT", f"/demo/files/{site}", headers=headers, body=b"1")
        assert answer.status_int == status


def test_reading_by_it_goes_on(customer: Any, stranger: Any) -> None:
    headers = {**basic(customer), "Sec-Fetch-Site": "cross-site"}
    assert stranger("GET", "/demo/files/", headers=headers).status_int == 200
