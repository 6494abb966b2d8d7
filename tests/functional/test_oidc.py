"""The code flow of OpenID Connect against a real provider, npm's oidc-provider."""

import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from mserve.errors import LoginRefused, ProviderAway
from mserve.logins import ASYMMETRIC, KNOWN
from mserve.logins import Provider as Named
from mserve.openid import directory as directories
from mserve.openid import flow
from mserve.openid.directory import Directory
from mserve.openid.person import Person
from mserve.openid.token import LEEWAY, verify
from tests.functional.oidc_provider import (
    SECRET,
    Provider,
    changed,
    log_in,
    parameters,
    provider,
)  # fmt: skip
from tests.functional.ports import free_port

BACK = "http://127.0.0.2:1/-/login/oidc/corp"


@pytest.fixture(scope="module")
def real() -> Iterator[Provider]:
    with provider([BACK]) as found:
        yield found


@pytest.fixture
def named(real: Provider) -> Named:
    scope = "openid profile email"
    return Named("corp", real.issuer, "mserve", SECRET, "Corp", scope, KNOWN, ASYMMETRIC)


@pytest.fixture
def directory(named: Named) -> Directory:
    return Directory(named)


def come_back(begun: flow.Begun, name: str = "anna", **tampered: str) -> dict[str, str]:
    """The parameters with which the browser comes back; `tampered` is changed on the way there."""
    return parameters(log_in(changed(begun.url, tampered), name))


def tokens(directory: Directory) -> tuple[dict[str, Any], str]:
    """Real tokens of a login of its own, and their nonce."""
    begun = flow.begin(directory, BACK)
    answer = come_back(begun)
    return dict(flow._redeem(directory, begun, BACK, answer["code"])), begun.nonce


def test_the_provider_says_who_it_is(directory: Directory, real: Provider) -> None:
    begun = flow.begin(directory, BACK)
    asked = parameters(begun.url)
    assert (asked["code_challenge_method"], asked["response_type"]) == ("S256", "code")
    assert begun.verifier not in begun.url
    found = flow.finish(directory, begun, BACK, come_back(begun))
    expected = Person(real.issuer, "anna", "anna", "anna by OpenID", "anna@example.com")
    assert found == expected


def test_an_address_that_is_not_verified_is_not_taken(directory: Directory) -> None:
    begun = flow.begin(directory, BACK)
    assert flow.finish(directory, begun, BACK, come_back(begun, "mallory")).email == ""


def test_a_code_works_once(directory: Directory) -> None:
    begun = flow.begin(directory, BACK)
    answer = come_back(begun)
    flow.finish(directory, begun, BACK, answer)
    with pytest.raises(LoginRefused, match="used already"):
        flow.finish(directory, begun, BACK, answer)


@pytest.mark.parametrize(
    ("tampered", "words"),
    [
        ({"nonce": "of another login"}, "claim nonce of the ID token"),
        ({"code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "used already"),
    ],
    ids=["nonce", "verifier"],
)
def test_what_was_changed_on_the_way_is_refused(
    directory: Directory, tampered: dict[str, str], words: str
) -> None:
    begun = flow.begin(directory, BACK)
    answer = come_back(begun, **tampered)
    with pytest.raises(LoginRefused, match=words):
        flow.finish(directory, begun, BACK, answer)


def test_a_code_of_another_login_is_refused(directory: Directory) -> None:
    """Someone else's code put into one's own login: PKCE binds each to its own."""
    stolen = come_back(flow.begin(directory, BACK), "anna")
    begun = flow.begin(directory, BACK)
    with pytest.raises(LoginRefused, match="used already"):
        flow.finish(directory, begun, BACK, stolen)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"error": "access_denied"}, "have not agreed"),
        ({"error": "server_error\n<b>"}, "server_error<b>"),
        ({"code": ""}, "without a code"),
        ({"code": "x", "iss": "http://127.0.0.1:9"}, "not from Corp"),
        ({"code": "x", "iss": None}, "not from Corp"),
    ],
)
def test_other_answers_are_told_in_words(
    directory: Directory, real: Provider, answer: dict[str, str], words: str
) -> None:
    given = {"iss": real.issuer, **answer}
    given = {name: value for name, value in given.items() if value is not None}
    with pytest.raises(LoginRefused, match=words):
        flow.finish(directory, flow.begin(directory, BACK), BACK, given)


def test_an_expired_token_is_refused(directory: Directory, real: Provider) -> None:
    """The provider's clock is a quarter of an hour late; its tokens are good for ten minutes."""
    real.stop()
    real.start(late=900)
    try:
        begun = flow.begin(directory, BACK)
        answer = come_back(begun)
        with pytest.raises(LoginRefused, match="expired"):
            flow.finish(directory, begun, BACK, answer)
    finally:
        real.stop()
        real.start()


def test_a_token_of_the_future_is_refused(directory: Directory) -> None:
    token, nonce = tokens(directory)
    now = int(time.time())
    verify(directory, token, nonce, now - LEEWAY // 2)
    with pytest.raises(LoginRefused, match="claim iat"):
        verify(directory, token, nonce, now - LEEWAY - 5)


def test_a_token_that_was_tampered_with_is_refused(directory: Directory) -> None:
    token, nonce = tokens(directory)
    head, body, signature = token["id_token"].split(".")
    for other in (f"{head}.{forged(body)}.{signature}", f"{head}.{body}.{signature[:-8]}AAAAAAAA"):
        with pytest.raises(LoginRefused, match="signature"):
            verify(directory, {**token, "id_token": other}, nonce)
    assert verify(directory, token, nonce)["sub"] == "anna"


def forged(body: str) -> str:
    return encoded({**json.loads(part(body)), "sub": "admin"})


def encoded(document: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")


def part(text: str) -> bytes:
    """A part of a token, decoded."""
    return urlsafe_b64decode(f"{text}===")


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS256"])
def test_a_token_that_somebody_else_has_signed_is_refused(
    directory: Directory, algorithm: str
) -> None:
    token, nonce = tokens(directory)
    head, body, _ = token["id_token"].split(".")
    header = {"alg": algorithm, "kid": json.loads(part(head))["kid"]}
    if algorithm == "none":
        made = f"{encoded(header)}.{body}."
    else:
        key = OctKey.import_key(SECRET) if algorithm == "HS256" else RSAKey.generate_key(2048)
        made = jwt.encode(header, json.loads(part(body)), key, algorithms=[algorithm])
    with pytest.raises(LoginRefused, match="signature"):
        verify(directory, {**token, "id_token": made}, nonce)


def test_a_token_for_another_site_is_refused(directory: Directory, named: Named) -> None:
    token, nonce = tokens(Directory(replace(named, client_id="other")))
    with pytest.raises(LoginRefused, match="claim aud"):
        verify(directory, token, nonce)


def test_a_shared_secret_signs_where_the_ini_says_so(named: Named) -> None:
    open_to_it = replace(named, client_id="symmetric", algorithms=("HS256",))
    token, nonce = tokens(Directory(open_to_it))
    assert verify(Directory(open_to_it), token, nonce)["sub"] == "anna"
    with pytest.raises(LoginRefused, match="signature"):
        verify(Directory(replace(open_to_it, algorithms=ASYMMETRIC)), token, nonce)


def test_new_keys_are_looked_up_now_and_then(
    directory: Directory, real: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    former, _ = tokens(directory)
    directory.keys()
    real.stop()
    real.start()
    begun = flow.begin(directory, BACK)
    answer = come_back(begun)
    token = flow._redeem(directory, begun, BACK, answer["code"])
    with pytest.raises(LoginRefused, match="signature"):  # it has been asked just now
        verify(directory, token, begun.nonce)
    monkeypatch.setattr(directories, "PAUSE", 0.0)
    assert verify(directory, token, begun.nonce)["sub"] == "anna"
    with pytest.raises(LoginRefused, match="signature"):  # the former key is gone
        verify(directory, former, begun.nonce)


def test_a_provider_that_is_down_is_told(named: Named) -> None:
    nobody = replace(named, issuer=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(ProviderAway, match="cannot be reached"):
        flow.begin(Directory(nobody), BACK)


def test_a_provider_that_goes_away_in_between_is_told(directory: Directory, real: Provider) -> None:
    begun = flow.begin(directory, BACK)
    answer = come_back(begun)
    real.stop()
    try:
        with pytest.raises(ProviderAway, match="cannot be reached"):
            flow.finish(directory, begun, BACK, answer)
    finally:
        real.start()


def test_an_issuer_is_called_as_the_ini_has_it(named: Named) -> None:
    with pytest.raises(ProviderAway, match="calls itself otherwise"):
        flow.begin(Directory(replace(named, issuer=f"{named.issuer}/")), BACK)
