"""Whatever is done with keys: what was revoked, ended, narrowed or replaced does not get through.

And every good one does. The real application is asked; the model is a few lines.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, multiple, rule
from hypothesis.stateful import run_state_machine_as_test as run
from webtest import TestApp

from mserve import attenuation, database
from mserve.resources import clock
from mserve.resources.roles import ROLES, Permission
from tests.unit.conftest import Client

SERVICE, FOLDER = "/demo/files", "/demo/files/folder"
FILES = (f"{SERVICE}/top.txt", f"{FOLDER}/inside.txt")
RIGHTS = ({"read"}, {"view"}, {"view", "read", "delegate"}, {"view", "add"})


@dataclass(eq=False)
class Held:
    """What should be known of a key: each secret with the moment until which it works, or None."""

    id: str
    role: str
    node: str
    parent: "Held | None"
    secrets: dict[str, int | None]
    terms: dict[str, Any] = field(default_factory=dict)
    revoked: bool = False

    def chain(self) -> Iterator["Held"]:
        key: Held | None = self
        while key is not None:
            yield key
            key = key.parent

    def allowed(self) -> set[str]:
        each = [ROLES[k.role] & {*k.terms.get("permissions", Permission)} for k in self.chain()]
        return {str(permission) for permission in frozenset.intersection(*each)}


@dataclass(frozen=True)
class Presented:
    """A secret of a key, or a token made of it offline with these further caveats."""

    key: Held
    secret: str
    text: str
    more: tuple[dict[str, Any], ...] = ()

    def status(self, method: str, url: str, needed: str, moment: int) -> int | None:
        """What should be answered; None: the view is reached."""
        until = self.key.secrets.get(self.secret, 0)
        if (until is not None and moment >= until) or any(k.revoked for k in self.key.chain()):
            return 404
        if not all(url.startswith(each.node) for each in self.key.chain()):
            return 404
        all_terms = [*self.more, *(each.terms for each in self.key.chain())]
        met = all(_met(terms, method, moment) for terms in all_terms)
        allowed = self.key.allowed() - ({"delegate"} if self.more else set())
        if needed in allowed and met:
            return None
        return 403 if ({needed, "view"} & allowed and not met) or "view" in allowed else 404


def _met(terms: dict[str, Any], method: str, moment: int) -> bool:
    ended = "end" in terms and moment >= clock.parse(terms["end"])
    return not ended and method in terms.get("methods", [method])


MADE = ("mfileowner", "mfileowner", "servicecustomer", "mfilereadonly", "auditor", "serviceadmin")
SOME = st.fixed_dictionaries(
    {},
    optional={
        "methods": st.sampled_from((["GET"], ["GET", "POST", "PATCH"], ["POST"])),
        "ends": st.integers(1, 200),  # seconds from now
        "permissions": st.sampled_from(RIGHTS).map(sorted),
    },
)

TERMS = st.just({}) | SOME


class Histories(RuleBasedStateMachine):
    app: TestApp
    admin: Client
    moment: int
    presents = Bundle("presents")

    @initialize(target=presents)
    def begin(self) -> Any:
        """A first key of the service, one that is made from it, and one of that."""
        db = self.app.app.registry._zodb_databases[""]
        seal = self.app.app.registry.seal
        Histories.moment = clock.parse("2030-01-01T00:00:00Z")
        self.all: list[Presented] = []
        key, secret = database.run(db, lambda site: _first(site, seal))
        self.first = Held(key, "servicecustomer", SERVICE, None, {secret: None})
        first = self.keep(Presented(self.first, secret, secret))
        child = self.make(first, "mfileowner", {}, SERVICE)
        return multiple(first, child, self.make(child, "mfileowner", {}, FOLDER))

    def keep(self, made: Presented) -> Presented:
        self.all.append(made)
        return made

    def timed(self, terms: dict[str, Any]) -> dict[str, Any]:
        found = {name: value for name, value in terms.items() if name != "ends"}
        if "ends" in terms:
            found["end"] = clock.rfc3339(Histories.moment + terms["ends"] * clock.SECOND)
        return found

    def ask(self, held: Presented, method: str, url: str, needed: str, body: Any) -> Any:
        """The answer, if it is to be one; None where it was refused as it should be."""
        expected = held.status(method, url, needed, Histories.moment)
        answer = Client(self.app, held.text).json(method, url, body)
        if expected is None:
            return answer
        assert answer.status_int == expected, (method, url, answer.text)
        return None

    @rule(target=presents, by=presents, role=st.sampled_from(MADE), terms=TERMS,
          node=st.sampled_from((SERVICE, FOLDER)))  # fmt: skip
    def make(self, by: Presented, role: str, terms: dict[str, Any], node: str) -> Any:
        asked = self.timed(terms)
        answer = self.ask(by, "POST", f"{node}/-/keys", "delegate", {"role": role, **asked})
        if answer is None:
            return multiple()
        wanted = ROLES[role] & {*asked.get("permissions", Permission)}
        if not wanted <= by.key.allowed():
            assert answer.status_int == 403, answer.text
            return multiple()
        assert answer.status_int == 201, answer.text
        made = answer.json
        key = Held(made["id"], role, node, by.key, {made["key"]: None}, asked)
        return self.keep(Presented(key, made["key"], made["key"]))

    @rule(target=presents, held=presents, terms=SOME)
    def attenuate(self, held: Presented, terms: dict[str, Any]) -> Any:
        """Without asking anybody."""
        asked = {name: value for name, value in self.timed(terms).items() if name != "permissions"}
        if not asked or len(held.more) > 3:
            return multiple()
        text = attenuation.append(held.text, asked)
        return self.keep(Presented(held.key, held.secret, text, (asked, *held.more)))

    @rule(held=presents, end=st.integers(1, 100))
    def narrow(self, held: Presented, end: int) -> None:
        """By an administrator, who may narrow what they did not make."""
        key, until = held.key, Histories.moment + end * clock.SECOND
        terms = {"end": clock.rfc3339(until)}
        if "end" in key.terms and clock.parse(key.terms["end"]) <= until:
            return
        answer = self.admin.json("PATCH", f"{key.node}/-/keys/{key.id}", terms)
        assert answer.status_int == 200, answer.text
        key.terms = {**key.terms, **terms}

    @rule(held=presents, by=presents)
    def widen(self, held: Presented, by: Presented) -> None:
        """Takes all caveats away, which only who holds a key above it may do."""
        key, above = held.key, [*held.key.chain()][1:]
        if key is self.first:
            return
        url = f"{key.node}/-/keys/{key.id}"
        nothing = dict.fromkeys(("methods", "end", "permissions"))
        answer = self.ask(by, "PATCH", url, "delegate", nothing)
        if answer is None:
            return
        narrower = any(name in key.terms for name in nothing)
        if by.key in above or (by.key is key and not narrower):
            assert answer.status_int == 200, answer.text
            key.terms = {}
        else:
            assert answer.status_int == 403, answer.text

    @rule(held=presents)
    def widen_own(self, held: Presented) -> None:
        self.widen(held, held)

    @rule(target=presents, held=presents, grace=st.sampled_from((0, 60)))
    def rotate(self, held: Presented, grace: int) -> Presented:
        key = held.key
        url = f"{key.node}/-/keys/{key.id}"
        answer = self.admin.json("POST", url, {"grace": grace})
        assert answer.status_int == 200, answer.text
        newest = next(secret for secret, until in key.secrets.items() if until is None)
        end = Histories.moment + grace * clock.SECOND
        key.secrets = {newest: end, answer.json["key"]: None}
        return self.keep(Presented(key, answer.json["key"], answer.json["key"]))

    @rule(held=presents)
    def revoke(self, held: Presented) -> None:
        if held.key is not self.first:
            url = f"{held.key.node}/-/keys/{held.key.id}"
            assert self.admin("DELETE", url).status_int == 204
            held.key.revoked = True

    @rule(seconds=st.integers(1, 120))
    def wait(self, seconds: int) -> None:
        Histories.moment += seconds * clock.SECOND

    @rule(held=presents, url=st.sampled_from(FILES))
    def use(self, held: Presented, url: str) -> None:
        expected = held.status("GET", url, "read", Histories.moment)
        answer = Client(self.app, held.text)("GET", url)
        assert answer.status_int == (expected or 200), answer.text

    def teardown(self) -> None:
        """At the end all secrets and tokens that there ever were are tried."""
        for held in getattr(self, "all", ()):
            for url in FILES:
                self.use(held, url)


def _first(site: Any, seal: Any) -> tuple[str, str]:
    key, secret = site["demo"]["files"].add_key("servicecustomer", seal=seal)
    return key.id, secret


@pytest.fixture
def histories(app: TestApp, admin: Client, monkeypatch: Any) -> Any:
    for url in FILES:
        assert admin("PUT", url, body=b"x").status_int == 201
    Histories.app, Histories.admin, Histories.moment = app, admin, clock.now()
    monkeypatch.setattr(clock, "now", lambda: Histories.moment)
    return Histories


def test_no_history_lets_a_bad_key_through_or_keeps_a_good_one_out(histories: Any) -> None:
    run(histories, settings=settings(max_examples=70, stateful_step_count=30))
