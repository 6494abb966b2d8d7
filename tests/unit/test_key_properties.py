"""Keys of whatever chain: a child may nothing that its parent may not, and nothing is forged."""

from dataclasses import replace
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import pytest
from argon2 import PasswordHasher
from hypothesis import assume, event, example, given, settings
from hypothesis import strategies as st

from mserve import attenuation, provision
from mserve.errors import BadInput
from mserve.passwords import verified
from mserve.resources import terms
from mserve.resources.caveats import NONE, Caveats, Facts
from mserve.resources.deposit import Deposit
from mserve.resources.folder import Folder
from mserve.resources.mfile import Mfile
from mserve.resources.roles import OWN_ONLY, ROLES, Permission
from mserve.resources.site import Site
from mserve.seal import Seal
from mserve.security import Grant, find
from mserve.security.lineage import ids_above
from mserve.security.policy import judge

SEAL = Seal("a-secret-that-is-as-long-as-it-should-be")
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORDS = ("correct horse", "battery staple")
HASHES = tuple(map(QUICK.hash, PASSWORDS))
MOMENTS = st.integers(1, 9)
NETWORKS = ("192.0.2.0/24", "192.0.2.0/25", "192.0.0.0/16", "2001:db8::/32", "2001:db8:1::/48")
ADDRESSES = (None, "192.0.2.1", "192.0.2.200", "192.0.9.9", "198.51.100.1", "2001:db8::1",
             "2001:db8:1::1", "::ffff:192.0.2.1", "2001:db9::1")  # fmt: skip
METHODS = ("GET", "HEAD", "PUT", "DELETE")


@lru_cache
def tree() -> tuple[Any, ...]:
    """Site, container, two services, a folder in the first of them."""
    site = Site()
    container, _ = provision.make_container(site, "c")
    services = [provision.make_service(container, name)[0] for name in ("one", "two")]
    folder = Folder()
    services[0].add("folder", folder)
    return site, container, *services, folder


def nodes() -> st.SearchStrategy[Any]:
    return st.sampled_from(tree())


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | st.none() | strategy


def few(values: Any) -> st.SearchStrategy[Any]:
    return st.frozensets(st.sampled_from(values), min_size=1)


APPENDED: dict[str, st.SearchStrategy[Any]] = {
    "permissions": maybe(few([*Permission])),
    "node": maybe(nodes().map(lambda node: node.id)),
    "start": maybe(MOMENTS),
    "end": maybe(MOMENTS),
    "methods": maybe(few(METHODS)),
    "networks": maybe(st.lists(st.sampled_from(NETWORKS), min_size=1, max_size=2).map(tuple)),
    "accessspeed": maybe(st.integers(1, 3)),
    "bytes_in": maybe(st.integers(0, 3)),
    "uses": maybe(st.integers(0, 3)),
}
CAVEATS = st.builds(Caveats, **APPENDED, password=maybe(st.sampled_from(HASHES)))
OFFLINE = st.builds(Caveats, **APPENDED)
FACTS = st.builds(
    Facts, MOMENTS, st.sampled_from(METHODS), st.sampled_from(ADDRESSES),
    st.sampled_from((None, *PASSWORDS)),
)  # fmt: skip
LINKS = st.lists(st.tuples(st.sampled_from([*ROLES]), nodes(), CAVEATS), min_size=1, max_size=4)


def chain(links: list[Any]) -> list[str]:
    """The secrets of keys, each made from that before it."""
    secrets, parent = [], None
    for role, node, caveats in links:
        parent, secret = node.add_key(role, parent, SEAL, caveats=caveats)
        secrets.append(secret)
    return secrets


def may(secret: str, facts: Facts, context: Any, permission: Permission) -> bool:
    identity = find(tree()[0], secret, facts, SEAL)
    assert identity is not None
    return bool(judge(identity.grants[0], context, ids_above(context), permission))


@given(LINKS, st.lists(OFFLINE, max_size=3), FACTS, nodes(), st.sampled_from([*Permission]))
@settings(max_examples=600)
def test_a_child_never_may_what_its_parent_may_not(
    links: list[Any], appended: list[Caveats], facts: Facts, context: Any, permission: Permission
) -> None:
    held = chain(links)
    for caveats in appended:
        held.append(attenuation.append(held[-1], terms.show(caveats)))
    allowed = [may(secret, facts, context, permission) for secret in held]
    event(f"allowed to {sum(allowed)} of {len(held)}")
    assert allowed == sorted(allowed, reverse=True)


@given(st.sampled_from([*ROLES]), nodes(), nodes(), st.sampled_from([*Permission]), FACTS)
def test_a_key_without_caveats_may_what_its_role_says_below_its_node(
    role: str, node: Any, context: Any, permission: Permission, facts: Facts
) -> None:
    [secret] = chain([(role, node, NONE)])
    here = node is context if role in OWN_ONLY else node in {*context.lineage()}
    assert may(secret, facts, context, permission) == (permission in ROLES[role] and here)


def admits(caveats: Caveats, facts: Facts, permission: Permission, node: str) -> bool:
    """Whether these caveats alone let a request at `node` pass."""
    met = caveats.fails(facts) is None
    right = caveats.permissions is None or permission in caveats.permissions
    here = caveats.node in (None, node)
    known = caveats.password is None or verified(caveats.password, facts.password)
    return met and right and here and known


@given(CAVEATS, CAVEATS, st.data(), FACTS, st.sampled_from([*Permission]), nodes())
@settings(max_examples=400)
@example(Caveats(methods=frozenset({"HEAD"})), Caveats(methods=frozenset({"GET"})), None,
         Facts(1, "HEAD"), Permission.VIEW, None)  # fmt: skip
def test_what_narrows_lets_nothing_pass_that_did_not(
    wide: Caveats, other: Caveats, data: Any, facts: Facts, permission: Permission, node: Any
) -> None:
    """`narrow` is `wide` with some of the caveats of `other`, so that it often does narrow."""
    names = [] if data is None else data.draw(st.sets(st.sampled_from([*APPENDED, "password"])))
    narrow = replace(wide, **{name: getattr(other, name) for name in names})
    assume(terms.narrows(narrow, wide))
    event("the same" if narrow == wide else "narrower")
    place = "" if node is None else node.id
    if admits(narrow, facts, permission, place):
        assert admits(wide, facts, permission, place)
    for budget in ("accessspeed", "bytes_in", "bytes_out", "uses"):
        most = getattr(wide, budget)
        assert most is None or getattr(narrow, budget) <= most


@given(CAVEATS, CAVEATS, CAVEATS)
def test_to_narrow_is_an_order(one: Caveats, two: Caveats, three: Caveats) -> None:
    assert terms.narrows(one, one) and terms.narrows(one, NONE)
    if terms.narrows(one, two) and terms.narrows(two, three):
        assert terms.narrows(one, three)


@given(CAVEATS)
def test_caveats_come_back_from_json_as_they_were(caveats: Caveats) -> None:
    plain = replace(caveats, password=None)
    assert terms.parse(terms.show(plain)) == plain


# Tokens

TOKENS = st.lists(OFFLINE, min_size=1, max_size=3)


def token(appended: list[Caveats]) -> str:
    [held] = chain([("serviceadmin", tree()[2], NONE)])
    for caveats in appended:
        held = attenuation.append(held, terms.show(caveats))
    return held


def works(secret: str) -> bool:
    return find(tree()[0], secret, Facts(1), SEAL) is not None


@given(TOKENS, st.data())
@settings(max_examples=150)
def test_a_token_that_was_changed_anywhere_is_none(appended: list[Caveats], data: Any) -> None:
    whole = token(appended)
    assert works(whole)
    at = data.draw(st.integers(0, len(whole) - 1))
    sign = data.draw(st.characters(codec="utf-8") | st.sampled_from("AQgw019_-.=+/"))
    assume(sign != whole[at])
    assert not works(whole[:at] + sign + whole[at + 1 :])
    assert not works(whole[:at] + whole[at + 1 :])
    assert not works(whole[:at] + sign + whole[at:])


@given(st.lists(OFFLINE, min_size=2, max_size=3), st.data())
def test_no_caveat_can_be_left_out_moved_or_doubled(appended: list[Caveats], data: Any) -> None:
    version, digest, *caveats, signature = token(appended).split(".")
    shuffled = data.draw(st.permutations(caveats))
    for others in (caveats[1:], caveats[:-1], [*caveats, caveats[-1]], shuffled):
        if others != caveats:
            assert not works(".".join((version, digest, *others, signature)))


@pytest.mark.parametrize("spelling", [
    lambda text: text + "=", lambda text: text + "==", lambda text: text + "\n",
    lambda text: " " + text, lambda text: text.replace(".", "=.", 2), lambda text: "M" + text[1:],
    lambda text: text[:-1] + chr(ord(text[-1]) ^ 1), lambda text: text + ".",
])  # fmt: skip
def test_a_token_has_one_spelling(spelling: Any) -> None:
    whole = token([Caveats(uses=1)])
    assert works(whole)
    assert not works(spelling(whole))


@given(TOKENS)
def test_of_another_key_or_seal_a_token_is_none(appended: list[Caveats]) -> None:
    whole = token(appended)
    other = Seal("another-secret-that-is-as-long-as-it-should-be")
    assert find(tree()[0], whole, Facts(1), other) is None
    assert find(tree()[0], whole, Facts(1), None) is None
    digest = attenuation.Token.parse(token(appended)).digest
    parts = whole.split(".")
    parts[1] = attenuation._encoded(bytes.fromhex(digest))
    assert not works(".".join(parts))


@given(TOKENS)
def test_a_token_is_counted_by_its_caveats_and_makes_no_keys(appended: list[Caveats]) -> None:
    identity = find(tree()[0], token(appended), Facts(1), SEAL)
    assert identity is not None
    [grant] = identity.grants
    names = [link.name for link in grant.links]
    assert len({*names}) == len(names) == len(appended) + 1
    assert Permission.DELEGATE not in grant.allowed
    assert isinstance(grant, Grant) and grant.key.id == names[-1]


@given(st.binary(max_size=40) | st.just(b"[1]") | st.just(b'{"uses": -1}') | st.just(b'{"x": 1}'))
@example(b"[" * 3000)
def test_a_well_signed_token_of_nonsense_is_none(caveat: bytes) -> None:
    """Whoever holds the key can sign whatever they want."""
    [secret] = chain([("serviceadmin", tree()[2], NONE)])
    digest = bytes.fromhex(attenuation.sha256(secret.encode()).hexdigest())
    root = attenuation.root_of(secret)
    signature = attenuation._chain(root, digest.hex(), [caveat])
    text = ".".join(["m1", *map(attenuation._encoded, (digest, caveat, signature))])
    try:
        attenuation.Token.parse(text)
    except BadInput:
        assert len(text) > attenuation.LONGEST
    assert not works(text)


@given(LINKS, st.lists(OFFLINE, max_size=3), st.integers(0, 6), nodes())
def test_a_deposit_is_seen_by_those_above_its_depositor_and_by_none_below(
    links: list[Any], appended: list[Caveats], number: int, folder: Any
) -> None:
    first, *others = links
    held = chain([first, *(("dropbox", node, NONE) for _, node, _ in others)])
    for caveats in appended:
        held.append(attenuation.append(held[-1], terms.show(caveats)))
    facts = Facts(5, "GET")
    grants = [found.grants[0] for secret in held if (found := find(tree()[0], secret, facts, SEAL))]
    depositor = grants[number % len(grants)]
    assume(depositor.own_only)
    mfile = Mfile(SimpleNamespace(sha256="abc"))  # type: ignore[arg-type]  # no byte of it is asked for
    mfile.__parent__ = folder
    mfile.deposit = Deposit(depositor.depositor, "service", "abc", 3, 5)
    seen = [may(secret, facts, mfile, Permission.VIEW) for secret in held]
    event(f"seen by {sum(seen)} of {len(seen)}")
    assert seen == sorted(seen, reverse=True)
    assert not any(seen[number % len(grants) + 1 :])
