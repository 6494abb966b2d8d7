"""A service's times: outside of them its keys are told why, and its administrators come in."""

from typing import Any

import pytest

from mserve.resources import clock
from tests.unit.security.support import FILES, later


def close(see: Any, **terms: Any) -> None:
    def act(site: Any) -> None:
        for name, value in terms.items():
            setattr(site["demo"]["files"], name, value)

    see(act)


@pytest.mark.parametrize(
    ("terms", "reason"),
    [({"start": clock.now() + 10**12}, "not begun"), ({"end": clock.now() - 10**12}, "ended")],
)
def test_a_closed_service_tells_its_keys_why(
    customer: Any, made: Any, see: Any, stranger: Any, file: str, stored: Any, terms: Any,
    reason: str,
) -> None:  # fmt: skip
    reader, of_file = made("mfilereadonly"), made("mfileowner", file)
    close(see, **terms)
    before = stored()
    for client in (customer, reader, of_file):
        for method, url in (
            ("GET", file), ("GET", f"{file}/-/info"), ("PUT", file), ("DELETE", file),
            ("PATCH", file), ("POST", f"{file}/-/jobs"), ("POST", f"{file}/-/keys"),
        ):  # fmt: skip
            answer = client(method, url, body=b"{}")
            assert answer.status_int == 403, (method, url)
            assert reason in answer.json["detail"]
    for url in (f"/k/{customer.key}/", f"/k/{of_file.key}/", f"/k/{reader.key}/folder/file.txt"):
        answer = stranger("GET", url)
        assert answer.status_int == 403 and reason in answer.json["detail"]
    assert stranger("GET", file).status_int == 404
    assert stored() == before


def test_a_closed_service_is_open_to_its_administrators(
    app: Any, admin: Any, see: Any, file: str
) -> None:
    from tests.unit.conftest import Client

    close(see, end=1)
    clients = [admin]
    for path, role in ((("demo",), "containeradmin"), (("demo", "files"), "serviceadmin")):

        def key(site: Any, path: Any = path, role: str = role) -> str:
            node = site
            for name in path:
                node = node[name]
            return str(node.add_key(role)[1])

        clients.append(Client(app, see(key)))
    for client in clients:
        assert client("GET", file).body == b"secret bytes"
        assert client("PUT", file, body=b"secret bytes").status_int == 200
    assert clients[1].json("PATCH", f"{FILES}/", {"end": None}).json["end"] is None


def test_a_service_opens_and_closes_by_its_terms(admin: Any, customer: Any, file: str) -> None:
    def patch(**terms: Any) -> Any:
        answer = admin.json("PATCH", f"{FILES}/", terms)
        assert answer.status_int == 200, answer.json
        return answer.json

    assert patch(end=later(days=-1))["end"].endswith("Z")
    assert customer("GET", file).status_int == 403
    patch(end=later(days=1))
    assert customer("GET", file).status_int == 200
    patch(start=later(hours=1))
    assert customer("GET", file).status_int == 403
    patch(start=None)
    assert customer("GET", file).status_int == 200
    kept = patch(priority=True)
    assert kept["priority"] is True and kept["end"] and kept["start"] is None
