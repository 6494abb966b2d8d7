"""Keys: who holds one may do what its whole chain allows, there and below, and nothing else."""

import logging
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mserve.resources import clock
from mserve.resources.caveats import NONE, Caveats
from mserve.resources.key import Key, digest
from mserve.resources.node import Node
from mserve.resources.roles import OWN_ONLY, ROLES, Permission
from tests.unit.support import addresses, bearer, call, form

FILES = "/demo/files"
FILE = f"{FILES}/folder/file.txt"


@pytest.fixture
def file(customer: Any) -> str:
    customer("PUT", FILE, body=b"secret bytes")
    customer("PUT", f"{FILES}/other/private.txt", body=b"not for all")
    return FILE


def basic(secret: str, user: str = "anyone") -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{user}:{secret}".encode()).decode()}


def later(**span: float) -> str:
    return (datetime.now(UTC) + timedelta(**span)).isoformat()


def change(see: Any, client: Any, **terms: Any) -> None:
    """Changes the key of `client` in the tree."""

    def act(site: Any) -> None:
        for name, value in terms.items():
            setattr(site.key_index[digest(client.key)], name, value)

    see(act)


# Where a key is found


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


# When a key works


@pytest.mark.parametrize(
    ("terms", "status"),
    [
        ({"caveats": Caveats(end=1)}, 403),
        ({"caveats": Caveats(start=1 << 51)}, 403),
        ({"revoked": 1}, 404),
    ],
)
def test_a_key_that_is_revoked_finds_nothing_and_one_out_of_its_time_is_told_so(
    made: Any, see: Any, stranger: Any, file: str, terms: dict[str, Any], status: int
) -> None:
    reader = made("mfilereadonly")
    assert reader("GET", file).status_int == 200
    change(see, reader, **terms)
    for name in ("file.txt", "nothing-there.txt", "-/info"):
        for method in ("GET", "PUT", "DELETE", "PATCH", "POST", "OPTIONS", "HEAD"):
            answer = reader(method, f"{FILES}/folder/{name}", body=b"{}")
            assert answer.status_int == status, (method, name)
            url = f"/k/{reader.key}/folder/{name}"
            assert stranger(method, url, body=b"{}").status_int == status, (method, name)
    assert stranger("GET", f"/k/{reader.key}/").status_int == status
    assert reader("GET", "/demo/").status_int == 404
    change(see, reader, caveats=NONE, revoked=None)
    assert reader("GET", file).status_int == 200


def test_a_key_may_be_made_for_later(made: Any, file: str) -> None:
    answer = made("mfilereadonly", start=later(days=1))("GET", file)
    assert (answer.status_int, answer.json["caveat"]) == (403, "start")
    assert "does not work before" in answer.json["detail"]
    assert made("mfilereadonly", end=later(days=1))("GET", file).status_int == 200


def test_revoking_a_key_revokes_all_that_were_made_from_it(
    customer: Any, made: Any, stranger: Any, file: str
) -> None:
    first = made("mfileowner")
    second = made("mfileowner", f"{FILES}/folder/", by=first)
    third = made("mfilereadonly", FILE, by=second)
    beside = made("mfilereadonly")
    clients = (first, second, third, beside)
    assert [each("GET", file).status_int for each in clients] == [200, 200, 200, 200]
    assert customer("DELETE", f"{FILES}/-/keys/{first.id}").status_int == 204
    assert [each("GET", file).status_int for each in clients] == [404, 404, 404, 200]
    for each in (first, second, third):
        assert stranger("GET", f"/k/{each.key}/").status_int == 404
    assert customer("GET", f"{FILES}/-/keys/{first.id}").json["revoked"]
    assert customer("DELETE", f"{FILES}/-/keys/{first.id}").status_int == 204


def test_a_parent_that_is_narrowed_later_narrows_its_children(
    made: Any, see: Any, file: str
) -> None:
    parent = made("mfileowner")
    child = made("mfilereadwrite", by=parent)
    assert child("PUT", file, body=b"new").status_int == 200
    change(see, parent, role="mfilereadonly")
    assert child("PUT", file, body=b"newer").status_int == 403
    assert child("GET", file).body == b"new"
    change(see, parent, role="auditor")
    assert child("GET", file).status_int == 403
    assert child("GET", f"{file}/-/info").status_int == 200


# What a key may


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


# A service's times


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


# Nothing leaks


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


def test_no_secret_is_stored_or_logged(
    app: Any, admin: Any, customer: Any, made: Any, settings: Any, db: Any, caplog: Any,
    stranger: Any,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    secrets = [admin.key, customer.key]
    container = admin.json("POST", "/", {"name": "c"}).json
    service = admin.json("POST", "/c/", {"name": "s"}).json
    secrets += [each["key"] for each in container["keys"] + service["keys"]]
    for _ in range(2):
        client = made("mfileowner")
        secrets.append(client.key)
        root = f"/k/{client.key}"
        stranger("PUT", f"{root}/a/b.txt", body=b"x")
        stranger(
            "POST",
            f"{root}/",
            body=form(("c", b"1")),
            content_type="multipart/form-data; boundary=XX",
        )
        stranger("PATCH", f"{root}/a/b.txt", body=b'{"name": "c.txt"}')
        stranger("POST", f"{root}/a/-/keys", body=b'{"role": "mfilereadonly"}')
        stranger("POST", f"{root}/a/c.txt/-/jobs", body=b'{"task": "mime"}')
        for url in (
            "/",
            "/a/",
            "/nothing",
            "/%ff",
            "/a/c.txt",
            "/-/keys",
            "/?limit=x",
            "/?limit=%ff",
        ):
            for accept in ("*/*", "application/json", "text/html"):
                stranger("GET", root + url, headers={"Accept": accept})
        stranger("DELETE", f"{root}/a/?recursive=true")
        call(app, "PUT", f"{root}/short", b"x", CONTENT_LENGTH="5")
        call(app, "BREW", f"{root}/short", b"x", CONTENT_LENGTH="5")
        secrets += [f"not-a-key-{client.key}"]
        stranger("PUT", f"/k/not-a-key-{client.key}/x", body=b"x")
        customer("GET", "/demo/files/", headers=basic(client.key))
    db.close()
    for path in settings.data.rglob("*"):
        if path.is_file() and path.suffix != ".key":
            content = path.read_bytes()
            assert not [each for each in secrets if each.encode() in content], path
    logged = caplog.text + " ".join(str(record.__dict__) for record in caplog.records)
    assert caplog.records
    assert not [each for each in secrets if each in logged]


# Chains, by their definition


class Place(Node):
    type = "folder"

    def __init__(self, parent: Any) -> None:
        super().__init__()
        self.__parent__ = parent


ROLE = st.sampled_from(sorted(ROLES))
MOMENT = st.none() | st.integers(0, 20)
LINK = st.tuples(ROLE, MOMENT, MOMENT, st.booleans())


@given(links=st.lists(LINK, min_size=1, max_size=6), moment=st.integers(0, 20))
@settings(max_examples=300)
def test_what_a_sub_key_may_its_parent_may(links: Any, moment: int) -> None:
    node = Place(None)
    chain: list[Key] = []
    for role, start, end, revoked in links:
        key = Key(node, role, chain[-1] if chain else None)
        key.caveats, key.revoked = Caveats(start=start, end=end), 1 if revoked else None
        chain.append(key)
    for parent, child in pairwise(chain):
        assert child.permissions() <= parent.permissions()
        assert child.permissions() <= ROLES[child.role]
        assert parent.works(moment) or not child.works(moment)
        assert child.descends_from(parent) and not parent.descends_from(child)
    last = chain[-1]
    assert last.works(moment) == all(
        not revoked and (start is None or start <= moment) and (end is None or moment < end)
        for _, start, end, revoked in links
    )
    assert last.permissions() == frozenset.intersection(*(ROLES[role] for role, *_ in links))


def test_bearer_and_path_are_the_same_key(app: Any, customer: Any, file: str) -> None:
    by_header = call(app, "GET", f"{FILES}/-/info", **bearer(customer.key)).json
    by_path = call(app, "GET", f"/k/{customer.key}/-/info").json
    assert by_header["id"] == by_path["id"]
    assert by_path["url"] == f"http://localhost/k/{customer.key}/"
