"""Each view, by each role, under each caveat: what mserve answers is what the roles table says.

The views are those that Pyramid has, so a new one is tried as it comes. Each of them is asked by
each role; caveats, the places of keys and the ways to present them take turns, and hypothesis
draws from all that is left.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyramid.config import Configurator
from webtest import TestApp

from mserve import attenuation, database, evolve, main
from mserve.dav.config import ROUTE
from mserve.passwords import remember
from mserve.people import OWN
from mserve.resources import terms
from mserve.resources.roles import OWN_ONLY, ROLES, Permission
from tests.unit.access import operations
from tests.unit.access.doors import Doors, opened
from tests.unit.access.operations import OPEN, REACHED
from tests.unit.access.places import NODES, UPLOADS, find, of_upload
from tests.unit.access.trials import KEPT, PASSWORD, PLAIN, TRIALS, Case
from tests.unit.conftest import Client

EACH = 2  # trials of each view and role, beside the plain one
STEP = 5  # in the list of trials, so that each view meets each kind of caveat
EXPRESS = ("GET", "PUT")
"""Methods that the express lane has, so that they are asked of Pyramid alone as well."""
NO_KEY_NEEDED = {
    "mserve.views.api.site.health": "load balancers ask it; it tells of no content",
    "mserve.views.api.openapi.document": "how to ask, the same for everybody",
    "mserve.views.api.openapi.docs": "a page that shows it",
    "mserve.views.api.usage.registry": "what metrics mean, the same for everybody",
    "mserve.views.html.language.choose": "sets a cookie of the one who asks, and nothing else",
    "mserve.views.html.static.robots": "search engines ask it; the same for everybody",
    **{
        f"mserve.views.{each}": "who logs in has nothing to show yet; guesses are slowed down"
        for each in (
            "api.login.ask",
            "api.login.begin",
            "api.login.choose",
            "api.login.state",
            "html.login.ask",
            "html.login.choose",
            "html.login.chosen",
            "html.login.enter",
            "html.login.forgotten",
            "html.login.prove",
            "html.login.shown",
            "html.elsewhere.come",
            "html.elsewhere.leave",
        )
    },
    "mserve.dav.reading.options": "drives ask it before they have a key; nothing of what is there",
    "mserve.dav.root.find": "Windows asks the server's root; the same for everybody",
    "mserve.dav.root.options": "Windows asks the server's root; the same for everybody",
    "mserve.views.html.static.static_file": "scripts and styles of pages, the same for everybody",
}
"""Views that ask for no permission, and why that is right."""


class Matrix(Doors):
    """The application, its operations with the places to ask at, and keys as they are needed."""

    def __init__(self, app: TestApp, data: Path) -> None:
        super().__init__(app, data)
        self.secrets: dict[Any, str] = {}
        self.new = count()

    def cases(self) -> Iterator[Case]:
        """Each operation by each role: plainly, and with some caveats; all else takes turns."""
        turn = count()
        for number, operation in enumerate(self.asked()):
            places = self.places.of[operation.context]
            for nth, role in enumerate(ROLES):
                for more in range(EACH + 1):
                    url, below = places[next(turn) % len(places)]
                    node = [*NODES][(number + nth + 2 * more) % len(NODES)] if more else "site"
                    which = (STEP * (nth * EACH + more) + number) % len(TRIALS)
                    yield Case(operation, url, below, role, node, TRIALS[which] if more else PLAIN)

    def prepare(self, cases: list[Case]) -> None:
        """Makes all keys that the cases need in one transaction."""
        database.run(self.db, lambda site: [self.secret(site, case) for case in cases])

    def secret(self, site: Any, case: Case) -> str:
        caveats, place = case.caveats(self.places.ids), case.trial.place
        revoked = case.trial.kind == "revoked" and not case.trial.met
        wanted = (case.role, case.node, caveats, place, revoked)
        if wanted not in self.secrets:
            self.secrets[wanted] = self._made(site, *wanted)
        return self.secrets[wanted]

    def _made(
        self, site: Any, role: str, node: str, caveats: Any, place: str, revoked: bool
    ) -> str:
        there, seal = find(site, NODES[node]), self.registry.seal
        narrowed = {"caveats": caveats, "revoked": 1 if revoked else None}
        if place == "parent":
            parent, _ = there.add_key(role, seal=seal, **narrowed)
            return there.add_key(role, parent, seal)[1]
        if place == "own":
            return there.add_key(role, seal=seal, **narrowed)[1]
        return attenuation.append(there.add_key(role, seal=seal)[1], terms.show(caveats))

    def ask(self, case: Case, turn: int) -> None:
        """Asks by one of the ways to present a key, and by both lanes where there are two."""
        secret = database.run(self.db, lambda site: self.secret(site, case))
        below_key = case.url.startswith(NODES[case.node]) and case.trial.kind != "node"
        in_path = turn % 2 == 0 and below_key and case.operation.permission != OPEN
        path, headers = case.url, {"Authorization": f"Bearer {secret}"}
        if in_path:
            path, headers = f"/k/{secret}/{path.removeprefix(NODES[case.node])}", {}
        kind = case.operation.context.__name__
        if kind in UPLOADS:
            path, headers["Destination"] = of_upload(kind, path)
        elif case.operation.route == ROUTE:
            path = f"/dav{path}"
        if case.trial.password is not None:
            headers["Mserve-Password"] = case.trial.password
            remember(KEPT, PASSWORD)  # so that no guess has to be counted, however long this takes
        expected = case.expected(self.places.ids, in_path)
        if expected == 404 and case.trial.unknown and not in_path and "/dav/" in path:
            expected = 401  # who has no key is asked for one
        lanes = (self.express.app, self.express) if case.operation.method in EXPRESS else ()
        for lane in lanes or (self.express,):
            if lane is self.express and path.endswith("nothing.txt"):
                path = path.replace("nothing.txt", f"nothing-{next(self.new)}.txt")
            request = case.operation.request(path, headers, REMOTE_ADDR=case.trial.address)
            self.compare(request.send(lane), case, expected, lane is self.express)

    def compare(self, answer: Any, case: Case, expected: int, express: bool) -> None:
        """The express lane does what is asked, as the views that it has change nothing here."""
        told = f"{case.told}: {answer.status}, not {expected}; {answer.text[:200]}"
        if answer.status_int == REACHED:
            assert answer.text == case.view, told
        done = express and answer.status_int in (200, 201)
        assert (REACHED if done else answer.status_int) == expected, told


@pytest.fixture(scope="module")
def matrix(tmp_path_factory: Any) -> Iterator[Matrix]:
    with opened(tmp_path_factory.mktemp("matrix")) as (app, data):
        yield Matrix(app, data)


def test_each_class_of_contexts_has_a_place_to_ask_at(matrix: Matrix) -> None:
    lacking = {each.context for each in matrix.asked()} - matrix.places.of.keys()
    assert not lacking, "tests/unit/access/places.py should have a place where each of them is"


def test_each_view_by_each_role_under_each_caveat(matrix: Matrix) -> None:
    cases = [*matrix.cases()]
    matrix.prepare(cases)
    for turn, case in enumerate(cases):
        matrix.ask(case, turn)
    seen = Counter((case.operation.told, case.role) for case in cases)
    assert len(seen) == len(matrix.asked()) * len(ROLES)
    for pair in (
        {(case.operation.told, case.trial.kind) for case in cases},
        {(case.role, case.trial.told) for case in cases},
    ):
        first, second = ({each[n] for each in pair} for n in (0, 1))
        assert len(pair) == len(first) * len(second), "some view or role missed a caveat"


@given(data=st.data())
@settings(max_examples=300)
def test_whatever_is_asked_by_whatever_key(matrix: Matrix, data: st.DataObject) -> None:
    operation = data.draw(st.sampled_from(matrix.asked()))
    url, below = data.draw(st.sampled_from(matrix.places.of[operation.context]))
    role, node = data.draw(st.sampled_from([*ROLES])), data.draw(st.sampled_from([*NODES]))
    trial = data.draw(st.sampled_from([PLAIN, *TRIALS]))
    matrix.ask(Case(operation, url, below, role, node, trial), data.draw(st.integers(0, 1)))


def test_the_table_has_both_answers_for_each_permission(matrix: Matrix) -> None:
    """A rule that always says the same would pass for nothing."""
    cases = [*matrix.cases()]
    answers = Counter(
        (case.operation.permission, case.expected(matrix.places.ids, False) == REACHED)
        for case in cases
        if case.operation.permission not in (OPEN, OWN)
    )
    used = {case.operation.permission for case in cases} - {OPEN, OWN}
    assert used <= {*Permission}
    for permission in used:
        assert answers[permission, True] and answers[permission, False], permission


# A view that forgot its permission


def test_each_view_says_its_permission(matrix: Matrix) -> None:
    """A new view without one fails here, before anybody is refused by it."""
    silent = [each.told for each in matrix.operations if each.permission is None]
    assert not silent, "each of these views should say its permission"
    free = {each.view for each in matrix.operations if each.permission == OPEN}
    assert free == NO_KEY_NEEDED.keys(), "a view that needs no key should be in the list, and why"
    unknown = {each.permission for each in matrix.operations} - {*Permission, OPEN, OWN}
    assert not unknown


def forgetful(context: Any, request: Any) -> dict[str, Any]:
    raise AssertionError("nobody should come here")


def forget(config: Configurator) -> None:
    """Includes a view without a permission, on each node."""
    from mserve.resources.node import Node

    config.add_view(forgetful, context=Node, request_method="TRACE", renderer="json")


def test_a_view_that_forgot_its_permission_is_refused_to_everybody(
    lines: dict[str, str], settings: Any
) -> None:
    evolve.ensure(settings)
    wsgi = main({}, **lines, **{"pyramid.includes": f"{__name__}.forget"})
    db = wsgi.registry._zodb_databases[""]
    try:
        refused_to_all(wsgi, db)
        found = [each for each in operations.operations(wsgi.registry) if each.permission is None]
        assert [each.view for each in found] == [operations.name_of(forgetful)]
    finally:
        db.close()


def refused_to_all(wsgi: Any, db: Any) -> None:
    for role in ROLES:
        secret = database.run(db, lambda site, role=role: site.add_key(role)[1])
        for url in (NODES["site"], NODES["container"], NODES["service"]):
            answer = Client(TestApp(wsgi), secret)("TRACE", url)
            hidden = role in OWN_ONLY and url != NODES["site"]
            assert answer.status_int == (404 if hidden else 403), (role, url, answer.text)
    assert Client(TestApp(wsgi), None)("TRACE", NODES["service"]).status_int == 404
