"""Each view, by people who have logged in: what their keys allow, and what is their own."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from mserve import database
from mserve.dav.config import ROUTE
from tests.unit.access.doors import Doors, opened
from tests.unit.access.operations import REACHED, Operation
from tests.unit.access.people import PEOPLE, READS, expected, join, log_in
from tests.unit.access.places import UPLOADS, of_upload
from tests.unit.tasks.support import RedisServer


class People(Doors):
    """The application, and a session of each of PEOPLE."""

    def __init__(self, app: Any, data: Any) -> None:
        super().__init__(app, data)
        users = database.run(self.db, lambda site: {name: join(site, name) for name in PEOPLE})
        self.sessions = {name: log_in(self.registry, user) for name, user in users.items()}

    def ask(self, operation: Operation, url: str, name: str, token: bool) -> Any:
        headers, kind = self.sessions[name].headers(token), operation.context.__name__
        if kind in UPLOADS:
            url, headers["Destination"] = of_upload(kind, url)
        elif operation.route == ROUTE:
            url = f"/dav{url}"
        return operation.request(url, headers).send(self.express.app)


@pytest.fixture(scope="module")
def people(tmp_path_factory: Any, redis_process: RedisServer) -> Iterator[People]:
    if not redis_process.runs:
        redis_process.start(fresh=True)
    lines = {"mserve.redis": redis_process.url}
    with opened(tmp_path_factory.mktemp("people"), **lines) as (app, data):
        yield People(app, data)


@pytest.mark.parametrize("name", PEOPLE)
def test_each_view_by_who_has_logged_in(people: People, name: str) -> None:
    """A change is theirs if it brings the token of their session, which other sites do not know."""
    seen: Counter[int] = Counter()
    for operation in people.asked():
        for url, below in people.places.of[operation.context]:
            for token in (False,) if operation.method in READS else (True, False):
                answer = people.ask(operation, url, name, token)
                wanted = expected(operation, name, below, token)
                told = f"{operation.told} {url}, {'with' if token else 'without'} the token"
                assert answer.status_int == wanted, f"{told}: {answer.status}; {answer.text[:200]}"
                assert wanted != REACHED or answer.text == operation.view, told
                seen[wanted] += 1
    assert seen.keys() >= ({REACHED, 403} if name == "administrator" else {REACHED, 403, 404})
