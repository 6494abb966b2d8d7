"""What a key may: what its role says, at its node and below, and nothing else."""

from typing import Any

from mserve.resources.roles import OWN_ONLY, ROLES, Permission
from tests.unit.security.support import FILE, FILES


def test_a_known_key_that_may_not_is_told_so(made: Any, file: str, stored: Any) -> None:
    reader = made("mfilereadonly")
    before = stored()
    for method, url in (
        ("PUT", file), ("PUT", f"{FILES}/new"), ("DELETE", file), ("POST", f"{FILES}/"),
        ("PATCH", file), ("POST", f"{file}/-/jobs"), ("GET", f"{FILES}/-/usage"),
        ("GET", f"{FILES}/-/keys"), ("POST", f"{FILES}/-/keys"), ("PATCH", f"{FILES}/"),
        ("PUT", f"{FILES}/-/profiles/default"), ("DELETE", f"{FILES}/"),
    ):  # fmt: skip
        answer = reader(method, url, body=b"{}")
        assert answer.status_int == 403, (method, url)
        assert "mfilereadonly" in answer.json["detail"]
    assert stored() == before


MAY = {
    ("GET", FILE): Permission.READ,
    ("GET", f"{FILE}/-/info"): Permission.VIEW,
    ("GET", f"{FILES}/"): Permission.VIEW,
    ("GET", f"{FILES}/-/usage"): Permission.USAGE,
    ("GET", f"{FILES}/-/keys"): Permission.DELEGATE,
    ("PUT", FILE): Permission.WRITE,
    ("PUT", f"{FILES}/new.txt"): Permission.ADD,
    ("DELETE", FILE): Permission.REMOVE,
    ("POST", f"{FILE}/-/jobs"): Permission.PROCESS,
    ("GET", f"{FILE}/-/thumbnail"): Permission.RENDITIONS,
    ("PATCH", f"{FILES}/"): Permission.CONFIGURE,
    ("DELETE", f"{FILES}/"): Permission.ADD_SERVICE,
    ("POST", "/demo/"): Permission.ADD_SERVICE,
    ("POST", "/"): Permission.ADD_CONTAINER,
}


def test_each_role_may_what_its_line_in_the_table_says(
    app: Any, admin: Any, file: str, see: Any, subtests: Any
) -> None:
    """Bodies are such that what is allowed comes to nothing.

    To whom nothing but their own is shown, all of this is 404 (tests/unit/views/test_deposits.py).
    """
    from tests.unit.conftest import Client

    for role in ROLES.keys() - OWN_ONLY:
        permissions = ROLES[role]
        _, secret = see(lambda site, role=role: site.add_key(role))
        client = Client(app, secret)
        for (method, url), permission in MAY.items():
            with subtests.test(f"{role} {method} {url}"):
                body = b"{" if method in ("POST", "PATCH") else b"secret bytes"
                if method == "DELETE":
                    url += "/-/nothing" if permission in permissions else ""
                status = client(method, url, body=body, content_type="application/json").status_int
                if permission in permissions:
                    assert status in (200, 201, 400, 404)
                else:
                    assert status == 403


def test_a_sub_key_is_never_wider(made: Any, file: str, stored: Any, subtests: Any) -> None:
    for parent in ("servicecustomer", "mfileowner"):
        maker = made(parent)
        before = stored()
        for role in ROLES:
            with subtests.test(f"{role} of {parent}"):
                answer = maker.json("POST", f"{FILES}/-/keys", {"role": role})
                if ROLES[role] <= ROLES[parent]:
                    assert answer.status_int == 201
                    before = stored()
                else:
                    assert answer.status_int == 403
                    assert stored() == before


def test_only_who_may_delegate_makes_keys(made: Any, file: str) -> None:
    for role in ("mfilereadwrite", "mfilereadonly", "auditor", "renditions"):
        answer = made(role).json("POST", f"{FILES}/-/keys", {"role": "renditions"})
        assert answer.status_int == 403


def test_a_key_of_a_folder_sees_nothing_outside(
    customer: Any, made: Any, stranger: Any, file: str
) -> None:
    inside = made("mfileowner", f"{FILES}/folder/")
    for url in ("/", "/demo/", f"{FILES}/", f"{FILES}/-/jobs", f"{FILES}/-/info", f"{FILES}/other/",
                f"{FILES}/other/private.txt", f"{FILES}/new", "/new/", f"{FILES}/-/keys",
                f"{FILES}/-/usage", f"{FILES}/-/profiles/default", f"{FILES}/-/trash"):  # fmt: skip
        for method in ("GET", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "HEAD"):
            open_to_all = (method, url) == ("OPTIONS", "/")  # which Windows asks without a key
            status = inside(method, url, body=b"{}").status_int
            assert status == (200 if open_to_all else 404), (method, url)
    root = f"/k/{inside.key}"
    for url in ("/../other/private.txt", "/..", "/other/private.txt", "/demo/files/", "/folder/",
                "/%2e%2e/other/private.txt", "/./../other", "//other/private.txt"):  # fmt: skip
        assert stranger("GET", root + url).status_int == 404, url
    assert stranger("GET", f"{root}/file.txt").status_int == 200


def test_a_key_of_a_file_sees_nothing_outside(
    customer: Any, made: Any, stranger: Any, file: str
) -> None:
    reader = made("mfileowner", file)
    root = f"/k/{reader.key}"
    assert stranger("GET", f"{root}/").body == b"secret bytes"
    assert stranger("GET", root).body == b"secret bytes"
    assert stranger("GET", f"{root}/-/info").json["url"] == f"http://localhost{root}/"
    for url in (f"{FILES}/", f"{FILES}/folder/", f"{FILES}/folder/-/info", f"{FILES}/folder/b"):
        assert reader("GET", url).status_int == 404
    assert stranger("PUT", f"{root}/", body=b"replaced").status_int == 200
    assert stranger("PUT", f"{root}/below", body=b"x").status_int in (404, 409)


def test_a_key_cannot_ask_what_lies_beside_its_node(
    customer: Any, made: Any, stranger: Any, file: str, stored: Any
) -> None:
    """A rename of the key's own node would tell which names are taken beside it."""
    for node in (f"{FILES}/folder/", file):
        owner = made("mfileowner", node)
        before = stored()
        taken = owner.json("PATCH", f"/k/{owner.key}/", {"name": "other"})
        free = owner.json("PATCH", f"/k/{owner.key}/", {"name": "free"})
        assert (taken.status_int, free.status_int) == (403, 403)
        assert stored() == before


def test_a_key_moves_things_only_below_its_root(customer: Any, made: Any, file: str) -> None:
    owner = made("mfileowner", f"{FILES}/folder/")
    for path in ("/demo/files/other", "../other", "demo/files/other", "other", "-"):
        url = f"/k/{owner.key}/file.txt"
        assert owner.json("PATCH", url, {"parent": path}).status_int == 409, path
    answer = owner.json("PATCH", f"{FILES}/folder/file.txt", {"parent": "/demo/files/other"})
    assert answer.status_int == 409
    assert customer("GET", file).status_int == 200


def test_keys_of_what_was_removed_stop_working(
    customer: Any, made: Any, stranger: Any, file: str
) -> None:
    of_file, of_folder = made("mfilereadonly", file), made("mfilereadonly", f"{FILES}/folder/")
    customer("DELETE", f"{FILES}/folder/?recursive=true")
    customer("PUT", file, body=b"another file of that name")
    for client in (of_file, of_folder):
        assert client("GET", file).status_int == 404
        assert stranger("GET", f"/k/{client.key}/").status_int == 404


def test_a_key_follows_its_node_when_that_moves(
    customer: Any, made: Any, stranger: Any, file: str
) -> None:
    reader = made("mfilereadonly", file)
    owner = made("mfileowner", f"{FILES}/folder/")
    below = made("mfilereadonly", file, by=owner)
    customer.json("PATCH", file, {"name": "new.txt", "parent": "/demo/files/other"})
    assert stranger("GET", f"/k/{reader.key}/").body == b"secret bytes"
    assert reader("GET", f"{FILES}/other/new.txt").body == b"secret bytes"
    assert below("GET", f"{FILES}/other/new.txt").status_int == 404  # its parent cannot see there
    assert stranger("GET", f"/k/{below.key}/").status_int == 404


def test_keys_are_shown_and_revoked_by_their_makers_and_administrators(
    app: Any, admin: Any, customer: Any, made: Any, see: Any
) -> None:
    from tests.unit.conftest import Client

    owner = made("mfileowner")
    own, beside = made("mfilereadonly", by=owner), made("mfilereadonly")
    listed = {each["id"] for each in owner("GET", f"{FILES}/-/keys").json["items"]}
    assert listed == {owner.id, own.id}
    for method in ("GET", "DELETE"):
        assert owner(method, f"{FILES}/-/keys/{beside.id}").status_int == 403
    assert owner("DELETE", f"{FILES}/-/keys/{own.id}").status_int == 204
    _, secret = see(lambda site: site["demo"]["files"].add_key("serviceadmin"))
    boss = Client(app, secret)
    assert {owner.id, own.id, beside.id} <= {
        each["id"] for each in boss("GET", f"{FILES}/-/keys").json["items"]
    }
    assert boss("DELETE", f"{FILES}/-/keys/{beside.id}").status_int == 204
    for each in boss("GET", f"{FILES}/-/keys").json["items"]:
        assert "key" not in each
