"""OpenID 2.0 by velruse against python3-openid's server, a process; and where discovery may go."""

from collections.abc import Iterator
from secrets import token_hex
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from openid.association import Association

from mserve.errors import LoginRefused
from mserve.openid import two
from mserve.openid.associations import Associations
from mserve.openid.person import Person
from mserve.outlets import networks
from mserve.seal import Seal
from mserve.tasks.queue import Queues
from tests.functional.oidc_provider import changed, parameters
from tests.functional.openid_server import openid_server
from tests.unit.tasks.support import RedisServer

REALM = "http://127.0.0.2:1/"
BACK = f"{REALM}-/login/openid2?state=of-this-login"
LOOPBACK = networks("127.0.0.1")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with openid_server() as url:
        yield url


@pytest.fixture(scope="module")
def redis() -> Iterator[Any]:
    process = RedisServer()
    process.start()
    queues = Queues.from_url(process.url)
    yield queues.redis
    queues.redis.close()
    process.remove()


@pytest.fixture
def store(redis: Any) -> Associations:
    redis.flushall()
    return Associations(redis, Seal(token_hex(32)))


def begin(store: Associations, identifier: str, opened: Any = LOOPBACK) -> tuple[str, two.Kept]:
    return two.begin(identifier, REALM, BACK, store, opened)


def finish(store: Associations, kept: two.Kept, answer: dict[str, str], back: str = BACK) -> Person:
    return two.finish(kept, REALM, back, answer, store, LOOPBACK)


def come_back(url: str) -> dict[str, str]:
    """The provider has them logged in, and sends the browser back."""
    return parameters(httpx.get(url).headers["location"])


def test_the_provider_says_who_it_is(store: Associations, server: str) -> None:
    url, kept = begin(store, f"{server}/id/anna")
    asked = parameters(url)
    assert asked["openid.realm"] == REALM
    assert asked["openid.return_to"].startswith(BACK)
    found = finish(store, kept, come_back(url))
    assert found == Person(two.ISSUER, f"{server}/id/anna")


def test_the_provider_may_say_which_openid_it_is(store: Associations, server: str) -> None:
    """What it names is looked up, and leads back to the provider."""
    kept = dict.fromkeys(two.ENDPOINT) | {
        "server_url": f"{server}/server",
        "type_uris": ["http://specs.openid.net/auth/2.0/server"],
        "used_yadis": True,
    }
    url, _ = begin(store, f"{server}/id/anyone")
    select = "http://specs.openid.net/auth/2.0/identifier_select"
    url = changed(url, {"openid.claimed_id": select, "openid.identity": select})
    assert finish(store, kept, come_back(url)).subject == f"{server}/id/anna"


def test_without_the_shared_secret_nothing_is_believed(
    store: Associations, server: str, redis: Any
) -> None:
    url, kept = begin(store, f"{server}/id/anna")
    answer = come_back(url)
    redis.flushall()
    with pytest.raises(LoginRefused, match="not accepted"):
        finish(store, kept, answer)


def test_secrets_are_sealed_in_redis(store: Associations, server: str, redis: Any) -> None:
    begin(store, f"{server}/id/anna")
    held = store.getAssociation(f"{server}/server")
    assert isinstance(held, Association)
    values = [redis.get(key) for key in redis.keys("mserve:openid2:*")]
    assert values
    assert not any(held.secret in value or b"HMAC" in value for value in values)


def test_another_seal_makes_other_secrets(store: Associations, server: str, redis: Any) -> None:
    begin(store, f"{server}/id/anna")
    other = Associations(redis, Seal(token_hex(32)))
    url, kept = begin(other, f"{server}/id/anna")
    assert finish(other, kept, come_back(url)).subject == f"{server}/id/anna"


def test_an_answer_works_once(store: Associations, server: str) -> None:
    url, kept = begin(store, f"{server}/id/anna")
    answer = come_back(url)
    finish(store, kept, answer)
    with pytest.raises(LoginRefused, match="used already"):
        finish(store, kept, answer)


def test_who_does_not_agree_is_not_logged_in(store: Associations, server: str) -> None:
    url, kept = begin(store, f"{server}/id/mallory")
    with pytest.raises(LoginRefused, match="not agreed"):
        finish(store, kept, come_back(url))


@pytest.mark.parametrize(
    "tampered",
    [
        "openid.claimed_id",
        "openid.identity",
        "openid.sig",
        "openid.op_endpoint",
        "openid.return_to",
    ],
)
def test_what_was_changed_on_the_way_is_refused(
    store: Associations, server: str, tampered: str
) -> None:
    url, kept = begin(store, f"{server}/id/anna")
    answer = come_back(url)
    answer[tampered] = f"{server}/id/bert"
    with pytest.raises(LoginRefused, match="not accepted"):
        finish(store, kept, answer)


def test_an_answer_to_another_login_is_refused(store: Associations, server: str) -> None:
    url, _ = begin(store, f"{server}/id/bert")
    _, kept = begin(store, f"{server}/id/anna")
    stolen = {**come_back(url), "state": "another"}
    with pytest.raises(LoginRefused, match="not accepted"):
        finish(store, kept, stolen, BACK.replace("of-this-login", "another"))


def test_another_provider_cannot_speak_for_an_openid(store: Associations, server: str) -> None:
    """An answer that is signed rightly, of a provider that the OpenID does not name."""
    with openid_server() as other:
        url, kept = begin(store, f"{other}/id/anna")
        answer = come_back(changed(url, {
            "openid.claimed_id": f"{server}/id/anna", "openid.identity": f"{server}/id/anna",
        }))  # fmt: skip
        with pytest.raises(LoginRefused, match="not accepted"):
            finish(store, kept, answer)


@pytest.mark.parametrize(
    "identifier",
    [
        "http://10.0.0.1/", "https://10.0.0.1/", "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://localhost/", "localhost",
        "https://127.0.0.1.nip.invalid/", "http://example.com/", "file:///etc/passwd", "=example",
        "xri://=example", "https://user@:99999/", "",
    ],
)  # fmt: skip
def test_discovery_stays_outside(store: Associations, identifier: str) -> None:
    with pytest.raises(LoginRefused, match="no OpenID that can be used here"):
        begin(store, identifier, networks(""))


def test_discovery_leaves_this_machine_alone_unless_the_ini_opens_it(
    store: Associations, server: str
) -> None:
    with pytest.raises(LoginRefused, match="no OpenID that can be used here"):
        begin(store, f"{server}/id/anna", networks(""))


@pytest.mark.parametrize("way", ["to", "xrds"])
@pytest.mark.parametrize("place", ["http://127.0.0.3:{port}/id/anna", "http://localhost:{port}/id/anna",
                                   "https://10.0.0.1/", "http://[::1]:{port}/"])  # fmt: skip
def test_no_redirect_leads_inside(store: Associations, server: str, way: str, place: str) -> None:
    """Neither a redirect nor what a document names."""
    target = place.format(port=server.rpartition(":")[2])
    with pytest.raises(LoginRefused, match="no OpenID that can be used here"):
        begin(store, f"{server}/{way}?{quote(target, safe=':/[]')}")


def test_a_redirect_within_what_is_open_is_followed(store: Associations, server: str) -> None:
    url, _ = begin(store, f"{server}/to?{server}/id/anna")
    assert parameters(url)["openid.claimed_id"] == f"{server}/id/anna"


def test_a_name_that_leads_inside_is_refused(
    store: Associations, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a real look-up: the machine's own name list has localhost."""
    from mserve.outside import address

    asked: list[str] = []
    real = address._look_up
    monkeypatch.setattr(address, "_look_up", lambda *of: asked.append(of[0]) or real(*of))
    with pytest.raises(LoginRefused):
        begin(store, "https://localhost/", networks(""))
    assert asked == ["localhost"]


def test_openid_1_is_not_spoken(store: Associations, server: str) -> None:
    with pytest.raises(LoginRefused, match=r"no provider of OpenID 2\.0"):
        begin(store, f"{server}/old")
