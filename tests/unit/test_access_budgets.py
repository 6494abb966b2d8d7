"""Each view, by keys with a budget of uses: while some are left, and when it is used up."""

from collections import Counter
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from mserve import database
from mserve.dav.config import ROUTE
from mserve.resources.caveats import Caveats
from tests.unit.access import paid
from tests.unit.access.doors import Doors, opened
from tests.unit.access.operations import OPEN, REACHED
from tests.unit.access.places import NODES, UPLOADS, find, of_upload
from tests.unit.access.trials import Case
from tests.unit.tasks.support import RedisServer

KEYS = (("siteadmin", "site"), ("servicecustomer", "service"), ("mfilereadonly", "folder"))
LEFT, USED_UP = 10**9, 0  # uses
WHERE = ("own", "parent")


class Budgets(Doors):
    """Secrets of keys: by role, node, uses, and which key of the chain has the budget."""

    def __init__(self, app: Any, data: Any) -> None:
        super().__init__(app, data)
        self.secrets = database.run(self.db, _make)
        self.turn = count()

    def cases(self, role: str, node: str) -> Iterator[Case]:
        """Each operation, at one of its places."""
        for operation in self.asked():
            places = self.places.of[operation.context]
            url, below = places[next(self.turn) % len(places)]
            yield Case(operation, url, below, role, node)

    def ask(self, case: Case, secret: str) -> Any:
        url, headers = case.url, {"Authorization": f"Bearer {secret}"}
        kind = case.operation.context.__name__
        if kind in UPLOADS:
            url, headers["Destination"] = of_upload(kind, url)
        elif case.operation.route == ROUTE:
            url = f"/dav{url}"
        return case.operation.request(url, headers).send(self.express.app)


def _make(site: Any) -> dict[tuple[str, str, int, str], str]:
    made = {}
    for role, node in KEYS:
        there = find(site, NODES[node])
        for uses in (LEFT, USED_UP):
            key, own = there.add_key(role, caveats=Caveats(uses=uses))
            made[role, node, uses, "own"] = own
            made[role, node, uses, "parent"] = there.add_key(role, key)[1]
    return made


@pytest.fixture(scope="module")
def budgets(tmp_path_factory: Any, redis_process: RedisServer) -> Iterator[Budgets]:
    if not redis_process.runs:
        redis_process.start(fresh=True)
    lines = {"mserve.redis": redis_process.url, "pyramid.includes": paid.__name__}
    with opened(tmp_path_factory.mktemp("budgets"), **lines) as (app, data):
        yield Budgets(app, data)


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize(("role", "node"), KEYS)
def test_each_view_by_keys_with_uses(budgets: Budgets, role: str, node: str, where: str) -> None:
    """Who may not, is told the same whatever is left."""
    refused: Counter[str] = Counter()
    for case in budgets.cases(role, node):
        left, used_up = (
            budgets.ask(case, budgets.secrets[role, node, uses, where]) for uses in (LEFT, USED_UP)
        )
        wanted = case.expected(budgets.places.ids, in_path=False)
        assert left.status_int == wanted, f"{case.told}: {left.status}; {left.text[:200]}"
        paid_for = wanted == REACHED and case.operation.permission != OPEN
        told = f"{case.told}: {used_up.status}; {used_up.text[:200]}"
        assert used_up.status_int == (403 if paid_for else wanted), told
        if paid_for:
            assert "budget" in used_up.text, told
            refused[case.operation.method] += 1
        elif wanted == REACHED:
            assert used_up.text == case.operation.view, told
        else:
            assert used_up.text == left.text, told
    assert {"GET", "POST"} <= {*refused} or role == "mfilereadonly"
