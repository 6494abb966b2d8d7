"""No secret that a walk uses is in a log, in the database, or in Redis, in whatever form."""

import json
import secrets as random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from mserve import database
from mserve.attenuation import append
from mserve.settings import Settings
from tests.functional.searching import connect, files, forms, held, pattern
from tests.functional.stack import Stack, wait_for
from tests.unit.tasks.library.web import Web, serving

WEBHOOK = "whsec_" + "c2VjcmV0LW9mLXRoZS13ZWJob29rLWluLXRoaXMtdGVzdA=="
TUS = {"Tus-Resumable": "1.0.0", "Upload-Length": "2"}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    path = tmp_path_factory.mktemp("secrets") / "secrets.ini"
    path.write_text(f"[hook]\nsecret = {WEBHOOK}\nhosts = 127.0.0.1\n")
    path.chmod(0o600)
    stack = Stack(
        workers="normal=1 priority=1", sweep_interval="0.5", outside_allow="127.0.0.1",
        secrets=str(path), url="http://127.0.0.1:1/",
    )  # fmt: skip
    try:
        yield stack.start()
    finally:
        stack.end()


class Walk:
    """Uses secrets in all ways there are; `secrets` are those that were used, by what they are."""

    def __init__(self, stack: Stack, web: Web) -> None:
        self.stack, self.web = stack, web
        self.base = stack.url.rstrip("/")
        self.demo = stack.demo_url.rstrip("/")
        self.secrets = {
            "the administrator's key": stack.admin,
            "the customer's key": self.demo.rpartition("/")[2],
            "the webhook's secret": WEBHOOK,
        }

    def __call__(self, method: str, url: str, *statuses: int, **options: Any) -> Any:
        answer = httpx.request(method, url, timeout=30, **options)
        assert answer.status_code in (statuses or (200, 201, 202, 204)), answer.text
        return answer

    def secret(self, what: str) -> str:
        """A new one, which is no key."""
        found = self.secrets[what] = f"{random.token_urlsafe(24)} é&{random.token_urlsafe(9)}"
        return found

    def guess(self, what: str) -> str:
        found = self.secrets[what] = random.token_urlsafe(32)
        return found

    def keys(self) -> None:
        """Made with nodes, as sub-keys, with a password, and given another secret."""
        admin = {"Authorization": f"Bearer {self.stack.admin}"}
        made = [self("POST", f"{self.base}/", json={"name": "acme"}, headers=admin).json()]
        made += [self("POST", f"{self.base}/acme/", json={"name": "s"}, headers=admin).json()]
        for key in (key for node in made for key in node["keys"]):
            self.secrets[f"the first key {key['role']}"] = key["key"]
        password = self.secret("the password of a key")
        asked = {"role": "mfileowner", "password": password}
        sub = self("POST", f"{self.demo}/-/keys", json=asked).json()
        self.secrets["a sub-key"] = sub["key"]
        self("GET", f"{self.base}/k/{sub['key']}/", auth=("", password))
        other = self.secret("another password")
        self("GET", f"{self.base}/k/{sub['key']}/", 401, auth=("", other))
        token = self.secrets["an attenuated key"] = append(self.stack.admin, {"methods": ["GET"]})
        self("GET", f"{self.base}/k/{token}/")
        self("PUT", f"{self.base}/k/{token}/demo/files/a.txt", 403, content=b"x")
        header = {"Authorization": f"Bearer {sub['key']}", "Mserve-Password": "wrong-but-a-secret"}
        self.secrets["a password in a header"] = header["Mserve-Password"]
        self("GET", f"{self.base}/demo/files/", 403, headers=header)
        rotated = self("POST", f"{self.demo}/-/keys/{sub['id']}", json={"grace": 60}).json()
        self.secrets["a new secret"] = rotated["key"]
        self("PATCH", f"{self.demo}/-/keys/{sub['id']}", json={"label": "x", "password": password})
        self("DELETE", f"{self.demo}/-/keys/{sub['id']}")

    def guesses(self) -> None:
        """Keys that are none, in all places, also where nothing looks for one."""
        wrong = {"Authorization": f"Bearer {self.guess('a wrong Bearer')}"}
        for place in ("demo/files/", "demo/files/a.txt", "-/nodes"):
            self("GET", f"{self.base}/{place}", 404, headers=wrong)
        self("PUT", f"{self.base}/demo/files/x", 404, content=b"x", headers=wrong)
        for user in (self.guess("a wrong user"), ""):
            auth = (user, self.guess("a wrong password"))
            self("GET", f"{self.base}/demo/files/", 404, auth=auth)
        self("GET", f"{self.base}/k/{self.guess('a wrong key in the path')}/demo", 404)
        asked = {"token": self.guess("one in a query")}
        self("GET", f"{self.base}/demo/files/", 404, params=asked)
        self("GET", f"{self.demo}/", 400, params={"limit": self.guess("in a limit")})
        self("GET", f"{self.base}//k/{self.guess('behind two slashes')}/", 404)
        broken = {"Authorization": f"Basic {self.guess('no base64')}"}
        self("GET", f"{self.base}/demo/files/", 404, headers=broken)

    def work(self) -> None:
        """Uploads of all kinds below a key in the path, and tasks that have secrets."""
        made = self("PUT", f"{self.demo}/a.txt", content=b"text").json()
        self("POST", f"{self.demo}/", files={"file": ("b.txt", b"x")})
        self("POST", f"{self.demo}/-/uploads", headers=TUS)
        heard = self.web("/hook", lambda handler: handler.answer(204))
        self.web("/fails", lambda handler: handler.answer(400))
        self.task(made, "webhook", url=heard, event="x", secret_name="hook")
        self.task(made, "webhook", url=f"{self.web.url}/fails", event="x", secret_name="hook")
        self.task(made, "web_service", url=heard, send="url", secret_name="hook", wait=1)
        links = [json.loads(each.body) for each in self.web.asked if b"/k/" in each.body]
        link = next(each["url"] for each in links if "url" in each)
        self.secrets["the key that a service is lent"] = link.partition("/k/")[2].partition("/")[0]

    def task(self, made: Any, name: str, **arguments: Any) -> None:
        asked = {"task": name, "arguments": arguments}
        job = self("POST", f"{self.demo}/a.txt/-/jobs", json=asked).json()
        wait_for(lambda: self("GET", f"{self.demo}/a.txt/-/jobs/{job['id']}").json()["ended"])

    def faults(self) -> None:
        """Views that fail as the tree is not what it should be, so that tracebacks are logged."""
        with self.damaged():
            admin = {"Authorization": f"Bearer {self.stack.admin}"}
            self("GET", f"{self.demo}/a.txt/-/info", 500)
            self("GET", f"{self.base}/demo/files/a.txt/-/info", 500, headers=admin)
            self("PUT", f"{self.demo}/a.txt", 500, content=b"x", params={"a": self.guess("asked")})

    @contextmanager
    def damaged(self) -> Iterator[None]:
        """A file without content."""
        settings = Settings.parse({"mserve.data": str(self.stack.data)})
        db = database.open_database(settings)
        try:
            content = database.run(db, lambda site: _swap(site, None))
            yield
            database.run(db, lambda site: _swap(site, content))
        finally:
            db.close()


def _swap(site: Any, oid: Any) -> Any:
    """Has a.txt the content of that oid; returns that of the one before."""
    mfile = site["demo"]["files"]["a.txt"]
    former = mfile.content
    mfile.content = None if oid is None else site._p_jar.get(oid)
    return None if former is None else former._p_oid


@pytest.fixture(scope="module")
def walk(stack: Stack) -> Iterator[Walk]:
    with serving() as web:
        walk = Walk(stack, web)
        walk.keys(), walk.guesses(), walk.work(), walk.faults()
        wait_for(lambda: refused(walk) >= 4)
        yield walk


def refused(walk: Walk) -> int:
    """How many were settled."""
    admin = {"Authorization": f"Bearer {walk.stack.admin}"}
    url = f"{walk.base}/-/audit?deep=true&refused=true"
    return len(walk("GET", url, headers=admin).json()["items"])


def test_forms_are_found() -> None:
    """The search can fail: each form of a secret is found in what holds it."""
    import base64

    for secret in ("a secret of some length", "é&+/ü%of others"):
        search = pattern({"one": secret})
        for before in ("", "a", "ab", "user:"):
            for after in ("", "z", "yz"):
                text = f"{before}{secret}{after}".encode()
                assert search.search(b"\x00" + base64.b64encode(text))
                assert search.search(base64.urlsafe_b64encode(text))
        assert all(search.search(form) for form in forms(secret))


def test_tracebacks_were_logged(walk: Walk) -> None:
    assert "unexpected fault" in (walk.stack.data / "logs" / "web.log").read_text()


def test_no_file_holds_a_secret(walk: Walk) -> None:
    search = pattern(walk.secrets)
    found = {}
    for name, body in files(walk.stack.data):
        if hit := search.search(body):
            found[name] = body[max(0, hit.start() - 150) : hit.end() + 50]
    looked = {name for name, _ in files(walk.stack.data)}
    assert {"Data.fs", "logs/web.log", "logs/scheduler.log", "logs/redis.log"} <= looked
    assert found == {}
    console = walk.stack.console.read_bytes().splitlines()
    assert [each for each in console if search.search(each) and b"  demo   " not in each] == []


def test_redis_holds_no_secret(walk: Walk) -> None:
    search = pattern(walk.secrets)
    server = connect(walk.stack.data / "redis.sock")
    with server:
        assert [place for place, value in held(server) if search.search(value)] == []
