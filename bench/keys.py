"""What does the check of a key cost? Four keys with five caveats, warm, in one process."""

import time
from collections.abc import Callable
from secrets import token_urlsafe
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

from joserfc import jwt
from joserfc.jwk import OctKey

from bench.report import Report, median, p95, thinned
from mserve import attenuation, database, evolve
from mserve.resources.caveats import Caveats
from mserve.resources.roles import Permission
from mserve.seal import Seal
from mserve.security import KEY_IN_PATH, SecurityPolicy
from mserve.settings import Settings

CHECKS = 20_000
FAR = 1 << 52  # µs: a time to come
CAVEATS = (
    Caveats(end=FAR),
    Caveats(methods=frozenset({"GET", "PUT"})),
    Caveats(networks=("192.0.2.0/24", "2001:db8::/32")),
    Caveats(start=1, accessspeed=1_000_000),
)
"""Of four keys, five in all."""
OFFLINE = {"methods": ["GET"], "end": "2090-01-01T00:00:00Z"}


def measure(share: float) -> Report:
    number = max(1000, int(CHECKS * share))
    with TemporaryDirectory() as folder:
        samples = {name: timed(act, number) for name, act in actions(folder).items()}
    claims = samples["a JSON Web Token (HS256) with an end, by joserfc"]
    return Report(
        question="What does the check of a key cost?",
        columns=("µs of one check", "median", "95th percentile", "to the token"),
        rows=[
            [name, micro(median(each)), micro(p95(each)), f"{median(each) / median(claims):.2f}"]
            for name, each in samples.items()
        ],
        settings={},
        notes=(
            f"{number} checks each, warm: from the request's headers to the decision whether the "
            "key may see a file five levels deep. No HTTP, and no load from the storage.",
        ),
        samples={name: thinned(each) for name, each in samples.items()},
    )


def actions(folder: str) -> dict[str, Callable[[], object]]:
    settings = Settings.parse(
        {
            "mserve.data": folder,
            "zodbconn.uri": f"file://{folder}/Data.fs?blobstorage_dir={folder}/blobs",
            "mserve.demo": "true",
        }
    )
    evolve.ensure(settings)
    seal = Seal.of(settings.data)
    db = database.open_database(settings)
    secret = database.run(db, lambda site: chain(site, seal))
    site = database.site_of(db.open())
    context, policy = site["demo"]["files"], SecurityPolicy(seal)
    token = attenuation.append(secret, OFFLINE)
    signed, key = web_token()
    return {
        "four keys with five caveats": lambda: check(site, context, policy, secret),
        "the same, attenuated offline once more": lambda: check(site, context, policy, token),
        "a JSON Web Token (HS256) with an end, by joserfc": lambda: read(signed, key),
    }


def chain(site: Any, seal: Seal) -> str:
    parent, secret = None, ""
    for caveats in CAVEATS:
        node = site["demo"]["files"]
        parent, secret = node.add_key("mfileowner", parent, seal, caveats=caveats)
    return secret


def check(site: Any, context: Any, policy: SecurityPolicy, secret: str) -> None:
    environ = {KEY_IN_PATH: secret, "REMOTE_ADDR": "192.0.2.7"}
    request = SimpleNamespace(environ=environ, headers={}, method="GET", site=site)
    assert policy.permits(request, context, Permission.READ)


def web_token() -> tuple[str, OctKey]:
    key = OctKey.import_key(token_urlsafe(32))
    claims = {"sub": "anna", "exp": 1 << 33, "nbf": 1, "aud": "mserve"}
    return jwt.encode({"alg": "HS256"}, claims, key), key


def read(signed: str, key: OctKey) -> None:
    claims = jwt.decode(signed, key).claims
    jwt.JWTClaimsRegistry(aud={"essential": True, "value": "mserve"}).validate(claims)


def timed(act: Callable[[], object], number: int) -> list[float]:
    for _ in range(100):
        act()
    found = []
    for _ in range(number):
        began = time.perf_counter()
        act()
        found.append(time.perf_counter() - began)
    return found


def micro(seconds: float) -> str:
    return f"{seconds * 1e6:.1f}"
