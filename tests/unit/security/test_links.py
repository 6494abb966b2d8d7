"""Links lead somewhere, and none out of the key that the client came by."""

from typing import Any

from tests.unit.security.support import FILES
from tests.unit.support import addresses


def test_headers_of_a_front_change_nothing(app: Any, customer: Any, made: Any, file: str) -> None:
    reader = made("mfilereadonly", f"{FILES}/folder/")
    plain = customer("GET", f"{FILES}/").json
    for header in ("X-Vhm-Root", "X-Forwarded-Prefix", "X-Forwarded-Host", "X-Forwarded-For",
                   "X-Forwarded-Proto", "X-Script-Name", "Forwarded", "X-Original-URL",
                   "X-Rewrite-URL", "X-HTTP-Method-Override"):  # fmt: skip
        for value in ("/demo/files", "/", "DELETE", "host=evil", "evil.example"):
            headers = {header: value}
            assert customer("GET", f"{FILES}/", headers=headers).json == plain
            assert reader("GET", f"{FILES}/", headers=headers).status_int == 404
            answer = reader("GET", f"/k/{reader.key}/", headers=headers).json
            assert all(
                each.startswith(f"http://localhost/k/{reader.key}/") for each in addresses(answer)
            )


def test_each_link_of_a_node_leads_somewhere(admin: Any, customer: Any) -> None:
    customer("PUT", "/demo/files/folder/a.txt", body=b"x")
    for place in ("", "/demo", "/demo/files", "/demo/files/folder", "/demo/files/folder/a.txt"):
        links = admin("GET", f"{place}/-/info").json["links"]
        assert {"audit", "history", "access"} <= {*links}
        for url in links.values():
            path = url.removeprefix("http://localhost")
            assert admin("GET", path).status_int != 404, url


def test_links_stay_below_the_key_in_the_path(
    admin: Any, customer: Any, made: Any, stranger: Any, file: str, subtests: Any
) -> None:
    """Walks from each key's root over every URL of every answer."""
    customer.json("POST", f"{file}/-/keys", {"role": "mfileowner"})
    for node in ("/demo/files/", f"{FILES}/folder/", file):
        for role in ("mfileowner", "mfilereadonly"):
            with subtests.test(f"{role} of {node}"):
                client = made(role, node)
                root = f"http://localhost/k/{client.key}/"
                seen, ahead = set(), [root]
                while ahead:
                    url = ahead.pop()
                    if url in seen:
                        continue
                    seen.add(url)
                    assert url.startswith(root), url
                    answer = stranger("GET", url, headers={"Accept": "application/json"})
                    assert answer.status_int in (200, 403, 404, 405), url
                    if url.endswith("/-/webdav"):
                        check_drive(answer, client.key, node)
                    elif answer.content_type == "application/json":
                        ahead += addresses(answer.json)
                assert len(seen) > 5


def check_drive(answer: Any, key: str, node: str) -> None:
    """Its addresses are of another door, and name nothing above the key's place."""
    told = answer.json
    assert told["in_key"].startswith(f"http://localhost/dav/k/{key}/")
    others = {told["url"], told["chunked"]}
    if node == "/demo/files/":
        assert all(each.partition("/demo/files/")[1] for each in others)
    else:
        assert others == {None}


def test_links_of_a_moved_file_stay_below_the_key(admin: Any, customer: Any, stranger: Any) -> None:
    """Its former jobs are those of the former service."""
    answer = admin.json("POST", "/demo/", {"name": "second"}).json
    key = next(each["key"] for each in answer["keys"] if each["role"] == "servicecustomer")
    customer("PUT", f"{FILES}/moved", body=b"x")
    admin.json("PATCH", f"{FILES}/moved", {"parent": "/demo/second"})
    listed = stranger("GET", f"/k/{key}/moved/-/jobs").json
    for url in addresses(listed):
        assert url.startswith(f"http://localhost/k/{key}/"), url
        assert "demo" not in url
